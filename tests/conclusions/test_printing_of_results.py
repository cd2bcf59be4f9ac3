"""Thresholds, levers, rests-on sets, partitions and statics in LaTeX, Typst and words."""

from fractions import Fraction

import pytest

from detente.conclusions._statements import state_words, statement
from detente.conclusions.levers import breaks, levers
from detente.conclusions.rests_on import rests_on
from detente.conclusions.thresholds import thresholds
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric.atlas import atlas
from detente.wording import FORMATS, Wording, written

#: A gift of b at a cost of c: giving is an equilibrium exactly where c <= 0, keeping exactly where c >= 0.
GIFT = SymbolicGame(
    [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    parameters={"b": (1, 2, 3), "c": (-1, "1/2", 1)},
    players=["us", "china"],
    strategies=[["give", "keep"]] * 2,
)
#: A stag worth s against a hare worth h, alone or not; hunting both ways where s > h > 0.
HUNT = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": (0, 3), "h": ("1/2", 1, 2)})
WORDING = Wording(
    {"us": "United States", "china": "China", "b": "the benefit", "c": "the cost", "give": "give", "G": "the gain"},
    {"b": "b", "c": "gamma"},
    {"b": "share", "c": "USD bn"},
)


def test_thresholds_read_piece_by_piece_with_what_holds_at_the_threshold():
    assert thresholds(GIFT, "c").in_words(WORDING).splitlines() == [
        "As the cost moves from -1 USD bn to 1 USD bn and all else stays as it is; it is 0.5 USD bn now:",
        "- from -1 USD bn to below 0 USD bn: the only equilibrium is (give, give).",
        "- at 0 USD bn: the equilibria are (give, give), (give, keep), (keep, give), (keep, keep) and a continuum that "
        "joins some of them.",
        "- above 0 USD bn: the only equilibrium is (keep, keep).",
    ]


def test_without_a_threshold_one_sentence_says_what_holds_throughout():
    found = thresholds(GIFT, "b", at={"c": "1/2"})
    assert found.in_words(WORDING) == (
        "Whatever the benefit is between 1 and 3, all else as it is; it is 2 now, the only equilibrium is (keep, keep)."
    )


def test_levers_say_raise_or_lower_with_units_and_just_below_where_the_value_is_not_reached():
    words = levers(GIFT, "give,give", "unique").in_words(WORDING).splitlines()
    assert words[0] == "Now (give, give) is not the only equilibrium."
    # Giving is strictly better only where c < 0; the interval of c is 2 wide.
    assert "- lower the cost from 0.5 USD bn to just below 0 USD bn: cost 0.25." in words
    held = levers(GIFT, "keep,keep").in_words(WORDING)
    assert held == "Already (keep, keep) is an equilibrium: nothing has to change."


def test_breaking_an_equilibrium_is_worded_as_the_opposite():
    assert breaks(GIFT, "keep,keep").in_words(WORDING).splitlines()[0] == "Now (keep, keep) is an equilibrium."


def test_what_a_conclusion_rests_on_reads_with_values_and_units():
    assert rests_on(GIFT, "equilibrium:keep,keep").in_words(WORDING).splitlines()[:3] == [
        "That (keep, keep) is an equilibrium rests on 1 of 2 numbers:",
        "- the cost: 0.5 USD bn",
        "While this number stays as it is, every other one may take any value in its range.",
    ]


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("equilibrium:give,keep", "(give, keep) is an equilibrium", "(give, keep) is no equilibrium"),
        ("no equilibrium at x,y", "(x, y) is no equilibrium", "(x, y) is an equilibrium"),
        ("set:x,y;v,w", "the pure equilibria are exactly (x, y) and (v, w)", "the pure equilibria are not exactly (x, y) and (v, w)"),
        ("dominant:us=give", "give is dominant for United States", "give is not dominant for United States"),
        ("class:stag_hunt", "the game is of the class stag hunt", "the game is not of the class stag hunt"),
        ("none", "there is no pure equilibrium", "there is a pure equilibrium"),
        ("sign:payoff[us][give, keep] - c", "the payoff of United States at (give, keep) − the cost is positive", "the payoff of United States at (give, keep) − the cost is not positive"),
        ("G", "the gain is positive", "the gain is not positive"),
    ],
)  # fmt: skip
def test_every_kind_of_conclusion_has_its_sentence_and_the_opposite(text, yes, no):
    assert statement(text, WORDING) == (yes, no)


def test_states_of_formulas_of_poles_and_of_empty_sets_are_told():
    assert state_words(-1, "G", WORDING) == "the gain is negative"
    assert state_words(None, "G", WORDING) == "a formula has no value"
    assert state_words((), "set of equilibria", WORDING) == "there is no equilibrium of this kind"
    assert state_words(("mixed",), "set of equilibria", WORDING) == "the only equilibrium is mixed"


def test_a_partition_says_which_ends_belong_to_its_pieces():
    found = atlas(HUNT, ["s"]).partition()
    # With h = 1: below s = 1 only (2, 2); at 1 the mixed one is not there yet.
    assert [(cell.labels, cell.spans, cell.closed) for cell in found.cells] == [
        (("2,2",), ((0, 1),), ((True, False),)),
        (("1,1", "2,2"), ((1, 1),), ((True, True),)),
        (("1,1", "2,2", "mixed"), ((1, 3),), ((False, True),)),
    ]
    assert found.in_words({"s": "the stag"}).splitlines()[0] == (
        "The only equilibrium is (2, 2) where the stag is at least 0 and less than 1."
    )
    assert found.to_json()["sets"][0]["pieces"] == [
        {"from": "0", "to": "1", "from_included": True, "to_included": False}
    ]


def test_statics_say_what_raises_and_what_lowers():
    game = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": ("5/2", 3), "h": ("1/2", 1, 2)})
    words = atlas(game).statics().in_words({"s": "the stag", "h": "the hare"}).splitlines()
    # Each hunts with probability h/s in the mixed equilibrium.
    assert (
        "In the mixed equilibrium, the probability with which 1 plays 1 rises with the hare and falls with the stag."
        in words
    )
    assert "In (1, 1), the payoff of 1 rises with the stag." in words


def results():
    """One result of every kind that is written in several ways."""
    found = atlas(HUNT)
    return [
        found,
        atlas(HUNT, ["s"]).partition(),
        found.partition(),
        found.statics(),
        found.at_boundaries(),
        thresholds(GIFT, "c"),
        levers(GIFT, "give,give", "unique", side_payments=True),
        rests_on(GIFT, "equilibrium:keep,keep"),
    ]


def test_every_result_has_every_notation_and_latex_closes_what_it_opens():
    for result in results():
        for how in FORMATS:
            assert written(result, how, WORDING)
        text = written(result, "latex", WORDING)
        assert text.startswith("\\[\n")
        assert text.count("{") == text.count("}")
        assert text.count(r"\begin") == text.count(r"\end")
        assert text.count(r"\left") == text.count(r"\right")


def test_typst_compiles_what_is_written_for_it(tmp_path):
    typst = pytest.importorskip("typst")
    hostile = Wording({"give": 'gi"ve#read', "us": "U\\S $"}, {"c": "#x"}, {})
    source = tmp_path / "page.typ"
    source.write_text(
        "\n\n".join(written(each, "typst", wording) for each in results() for wording in (WORDING, hostile)),
        encoding="utf-8",
    )
    assert typst.compile(str(source), format="pdf").startswith(b"%PDF")


def test_a_way_of_writing_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match="expected one of text, latex, typst, words"):
        written(thresholds(GIFT, "c"), "html")
    with pytest.raises(UsageError, match="as text only"):
        written(Fraction(1, 2), "words")
