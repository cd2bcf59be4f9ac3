"""Shares against closed forms and brute force; proofs against all corners; conditions and terms by hand."""

import itertools
import json
import math
import random
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction as F
from types import SimpleNamespace

import numpy as np
import pytest

from detente.conclusions.ensemble import Saved, draws
from detente.conclusions.robustness import robustness as entry
from detente.conclusions.robustness import together
from detente.conclusions.robustness.evidence import Given, observed
from detente.conclusions.robustness.robustness import robustness
from detente.errors import UsageError
from detente.formula import parse
from detente.games.symbolic import SymbolicGame

N = 60_000
#: Giving costs c to bring b to the other: (keep, keep) is an equilibrium where c >= 0.
GIFT = SymbolicGame(
    [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    parameters={"b": (1, 3), "c": (-1, "1/2", 2)}, strategies=[["give", "keep"]] * 2,
)  # fmt: skip
CLOSED = {  # P(c >= 0) for c on [-1, 2] with the value 1/2
    "uniform": 2 / 3,
    "triangular": 1 - 1 / (3 * 1.5),
    "log_uniform": 2 / 3,  # the interval has 0 in it
    "arcsine": 1 - 2 / math.pi * math.asin(math.sqrt(1 / 3)),
    "half": 1.25 / 1.5,
}


@pytest.fixture(scope="module")
def gift():
    return robustness(GIFT, draws=N)


def test_shares_under_five_priors_are_those_of_the_distribution_functions(gift):
    for share in gift.find("equilibrium:keep,keep"):
        expected = CLOSED[share.prior]
        assert share.error == pytest.approx(math.sqrt(expected * (1 - expected) / N), rel=0.05)
        assert abs(share.share - expected) < 4 * share.error
    low, high = gift.range("equilibrium:keep,keep")
    assert (low, high) == (min(each.share for each in gift.find("equilibrium:keep,keep")), max(each.share for each in gift.find("equilibrium:keep,keep")))
    assert high - low > 0.15  # the prior moves it


def test_a_logarithmic_prior_is_logarithmic_where_the_interval_excludes_zero():
    game = SymbolicGame([[["a", 0], [1, 0]], [[0, 0], [0, 0]]], {"a": ("1/10", 10)}, strategies=[["x", "y"]] * 2)
    found = {each.prior: each.share for each in robustness(game, ["equilibrium:x,x"], draws=N).find("equilibrium:x,x")}
    assert abs(found["log_uniform"] - 0.5) < 0.01  # P(a >= 1)
    assert abs(found["uniform"] - 9 / 9.9) < 0.01


def test_what_is_reported_by_default_is_everything_that_occurs(gift):
    assert set(gift.conclusions) >= {
        "equilibrium:give,give", "equilibrium:give,keep", "equilibrium:keep,give", "equilibrium:keep,keep", "none",
        "selected:give,give", "selected:keep,keep", "set:give,give", "set:keep,keep",
        "class:prisoners_dilemma", "class:harmony",
    }  # fmt: skip
    for prior in gift.priors:
        by = {each.conclusion: each.share for each in gift.shares if each.prior == prior}
        assert sum(share for name, share in by.items() if name.startswith("set:")) + by["none"] == pytest.approx(1)
        assert sum(share for name, share in by.items() if name.startswith("class:")) == pytest.approx(1)
        # no dilemma of this kind has an equilibrium in which one gives alone
        assert by["class:prisoners_dilemma"] <= by["equilibrium:keep,keep"]


def test_another_seed_gives_the_same_shares_to_a_half_percent(gift):
    one = robustness(GIFT, draws=100_000, seed=0)
    other = robustness(GIFT, draws=100_000, seed=1)
    assert one.conclusions == other.conclusions
    for a, b in zip(one.shares, other.shares, strict=True):
        assert abs(a.share - b.share) <= 0.005
    assert any(a.share != b.share for a, b in zip(one.shares, other.shares, strict=True))


# --- always and never


def corner_truths(cells, names, box):
    """Whether (x, x) is an equilibrium at each corner; cells are lists of (coefficient, names of distinct factors)."""
    for corner in itertools.product((0, 1), repeat=len(names)):
        at = {name: F(box[name][end]) for name, end in zip(names, corner, strict=True)}
        value = [[[sum(k * math.prod(at[n] for n in part) for k, part in cell) for cell in row] for row in table] for table in cells]
        yield value[0][0][0] >= value[0][1][0] and value[1][0][0] >= value[1][0][1]


@pytest.mark.parametrize("seed", range(12))
def test_always_and_never_are_what_all_corners_of_a_multilinear_game_say(seed):
    """A multilinear difference takes its extremes at corners, so an equilibrium holds everywhere iff at all of them."""
    rng = random.Random(seed)
    names = ("a", "b", "c")
    box = {name: (rng.randint(0, 2), rng.randint(3, 4)) for name in names}
    cells = [
        [[[(rng.randint(-9, 9), ()), (rng.randint(-1, 1), tuple(rng.sample(names, 2)))] for _ in range(2)] for _ in range(2)]
        for _ in range(2)
    ]
    text = [[[" + ".join("*".join((f"({k})", *part)) for k, part in cell) for cell in row] for row in table] for table in cells]
    game = SymbolicGame(text, box, strategies=[["x", "y"]] * 2)
    found = robustness(game, ["equilibrium:x,x"], draws=3000, budget=20)
    truths = set(corner_truths(cells, names, box))
    shares = {each.share for each in found.find("equilibrium:x,x")}
    if truths == {True}:
        assert found.proved["equilibrium:x,x"] == "always" and shares == {1.0}
    elif truths == {False} and found.proved["equilibrium:x,x"] != "sometimes":
        # two players: both may fail at every corner for another reason and yet hold inside
        assert found.proved["equilibrium:x,x"] == "never" and shares == {0.0}
    else:
        assert found.proved["equilibrium:x,x"] == "sometimes"


def test_what_is_proved_has_no_sampling_error_and_what_is_only_seen_has():
    game = SymbolicGame([[["a", 0], ["a - b", 0]], [[0, 0], [0, 0]]], {"a": (0, 1), "b": (0, 1)}, strategies=[["x", "y"]] * 2)
    found = robustness(game, ["equilibrium:x,x", "sign:a - b - 99999/100000"], draws=5000)
    (always, seen) = (found.find(name)[0] for name in found.conclusions)
    assert (always.share, always.error, found.proved["equilibrium:x,x"], found.verdict("equilibrium:x,x")) == (1.0, 0.0, "always", "always")
    # the region where a - b > 0.99999 has volume 5e-11: no draw met it, the proof did
    assert (seen.share, found.proved[seen.conclusion]) == (0.0, "sometimes") and 0 < seen.error < 1e-3
    assert found.verdict(seen.conclusion) == ""


def test_the_word_robust_needs_a_least_share_of_95_percent():
    game = SymbolicGame(
        [[["a", 0], ["2/10", 0]], [[0, 0], [0, 0]]], {"a": (0, "9/10", 4)}, strategies=[["x", "y"]] * 2
    )
    found = robustness(game, ["equilibrium:x,x"], draws=N)  # P(a >= 0.2): 0.95 uniform, 0.856 arcsine
    assert found.range("equilibrium:x,x")[0] < 0.95 < found.range("equilibrium:x,x")[1]
    assert not found.is_robust("equilibrium:x,x") and "robust" not in str(found)
    # P(a >= 0.01): 0.9975 uniform, 0.968 arcsine
    surer = SymbolicGame([[["a", 0], ["1/100", 0]], [[0, 0], [0, 0]]], {"a": (0, "9/10", 4)}, strategies=[["x", "y"]] * 2)
    sure = robustness(surer, ["equilibrium:x,x"], draws=N)
    assert sure.is_robust("equilibrium:x,x") and "robust" in str(sure)
    # the share of a few priors alone says little, and so do few draws
    two = robustness(surer, ["equilibrium:x,x"], draws=N, priors=["triangular", "half"])
    assert two.range("equilibrium:x,x")[0] >= 0.95 and not two.is_robust("equilibrium:x,x")
    few = robustness(surer, ["equilibrium:x,x"], draws=30)
    assert few.range("equilibrium:x,x")[0] >= 0.95 and not few.is_robust("equilibrium:x,x")


def test_a_share_that_is_not_proved_is_never_printed_as_certain():
    game = SymbolicGame([[["a", 0], ["1/2000", 0]], [[0, 0], [0, 0]]], {"a": (0, "9/10", 4)}, strategies=[["x", "y"]] * 2)
    found = robustness(game, ["equilibrium:x,x"], draws=N, priors=["uniform"])
    assert 0.9995 < found.range("equilibrium:x,x")[0] < 1
    (row,) = found.share_table().rows
    assert row[1] == ">0.999 ± 0.001" and row[2] == ">0.999"


def test_what_a_selection_or_a_set_of_one_repeats_of_its_equilibrium_is_not_printed():
    # x is dominant for both: the only equilibrium, and so the set and the selection
    game = SymbolicGame([[["a", "a"], [0, 0]], [["a", 0], ["a", 0]]], {"a": (1, 2)}, strategies=[["x", "y"]] * 2)
    found = robustness(game, draws=500)
    assert {"equilibrium:x,x", "selected:x,x", "set:x,x"} <= set(found.conclusions)
    shown = [row[0] for row in found.share_table().rows]
    assert "equilibrium:x,x" in shown and not [each for each in shown if each.startswith(("selected:", "set:"))]


# --- conditions


def test_a_condition_gives_the_share_among_the_draws_that_meet_it_beside_the_unconditional_one(gift):
    found = robustness(GIFT, ["sign:b - 2", "equilibrium:keep,keep"], given=["sign:c - 1", "equilibrium:keep,keep"], draws=N)
    assert [each.given for each in found.shares[:6:2]] == [None, "sign:c - 1", "equilibrium:keep,keep"]
    some = draws(GIFT, N, "uniform", 0, "nets")
    b, c = some["b"], some["c"]
    uniform = {(each.conclusion, each.given): each for each in found.shares if each.prior == "uniform"}
    assert uniform["sign:b - 2", None].share == np.mean(b > 2)
    assert uniform["sign:b - 2", "sign:c - 1"].share == pytest.approx(np.mean(b[c > 1] > 2), abs=1e-12)
    assert uniform["sign:b - 2", "sign:c - 1"].draws == pytest.approx(np.sum(c > 1))
    assert uniform["equilibrium:keep,keep", "sign:c - 1"].share == 1
    assert uniform["sign:b - 2", "equilibrium:keep,keep"].share == pytest.approx(np.mean(b[c >= 0] > 2), abs=1e-12)
    lonely = robustness(GIFT, ["none"], given=["sign:c - 5"], draws=500)
    assert {each.share for each in lonely.find("none", given="sign:c - 5")} == {None}
    assert "no draw" in str(lonely)


def test_observed_play_weighs_draws_by_how_sure_each_coding_is():
    """1 gave (probability 3/4 that the coding is right), 2 kept (certain): weights by hand from the equilibria."""
    game = SymbolicGame(
        [[["a", "b"], [0, "1/2"]], [["c", 0], ["1/2", "1/4"]]], {"a": (-1, 1), "b": (0, 1), "c": (-1, 1)},
        strategies=[["give", "keep"]] * 2,
    )  # fmt: skip
    play = observed("seen", [({"1": "give"}, F(1, 2)), ({"2": "keep"}, F(1)), ({"1": "give"}, F(3, 4))])
    found = robustness(game, ["sign:a", "equilibrium:give,keep"], given=[play], draws=N, priors=["uniform", "half"])
    some = draws(game, N, "uniform", 0, "nets")
    a, b, c = (some[name] for name in "abc")
    give_keep = (b >= 0.5) & (c <= 0)
    keep_keep = (b <= 0.5) & np.full(N, False)  # player 2 earns 1/2 by giving when 1 keeps, more than 1/4
    weight = 0.75 * give_keep + 0.25 * (give_keep | keep_keep)
    for name, truth in (("sign:a", a > 0), ("equilibrium:give,keep", give_keep)):
        share = found.find(name, given="seen")[0]
        p = np.sum(weight * truth) / weight.sum()
        assert share.share == pytest.approx(p, abs=1e-12)
    share = found.find("sign:a", given="seen")[0]
    expected = math.sqrt(np.sum(weight**2 * ((a > 0) - share.share) ** 2)) / weight.sum()
    assert share.error == pytest.approx(expected, rel=1e-9)


def test_reports_of_the_same_move_count_once_and_contradictory_ones_are_refused():
    twice = observed("x", [({"1": "give"}, F(1, 2)), ({"1": "give"}, F(1, 2))])
    assert dict((s, w) for w, s in twice.mixture) == {"always": F(1, 2), "played:1=give": F(1, 2)}
    both = observed("x", [({"1": "give"}, F(1, 3)), ({"2": "keep"}, F(1, 2))])
    assert {s: w for w, s in both.mixture} == {
        "always": F(1, 3), "played:2=keep": F(1, 3), "played:1=give": F(1, 6), "played:1=give,2=keep": F(1, 6),
    }  # fmt: skip
    with pytest.raises(UsageError, match="name one event"):
        observed("x", [({"1": "give"}, F(1)), ({"1": "keep"}, F(1))])


# --- what varies, what is left out


def test_only_figures_and_only_judgements_hold_the_others_at_their_values():
    game = SymbolicGame([[["a - b", 0], [0, 0]], [[0, 0], [0, 0]]], {"a": (0, "3/4", 1), "b": (0, "1/4", 1)}, strategies=[["x", "y"]] * 2)
    found = robustness(game, ["sign:a - b"], kinds={"a": "figure", "b": "judgement"}, draws=N, priors=["uniform"])
    (both,), (figures,), (judgements,) = (found.find("sign:a - b", vary=each) for each in ("all", "figures", "judgements"))
    assert abs(both.share - 0.5) < 0.01
    assert abs(figures.share - 0.75) < 0.01  # P(a > 1/4)
    assert abs(judgements.share - 0.75) < 0.01  # P(b < 3/4)
    alone = robustness(game, ["sign:a - b"], kinds={"a": "figure", "b": "judgement"}, only="figures", draws=N, priors=["uniform"])
    assert alone.find("sign:a - b")[0].share == figures.share
    held = robustness(game, ["sign:a - b"], held={"b": "1/4"}, draws=N, priors=["uniform"])
    assert held.find("sign:a - b")[0].share == figures.share
    outside = robustness(game, ["sign:a - b"], held={"b": 2}, draws=N)
    assert outside.proved["sign:a - b"] == "never"


def test_draws_that_a_constraint_rejects_are_counted_apart():
    game = SymbolicGame(
        [[["a", 0], ["b", 0]], [[0, 0], [0, 0]]], {"a": (0, 1), "b": (0, 1)}, strategies=[["x", "y"]] * 2, constraints=["a <= b"]
    )
    found = robustness(game, ["sign:a - 1/2"], draws=N)
    assert abs(found.rejected["uniform"] - 0.5) < 0.01
    some = draws({"a": (0, 1), "b": (0, 1)}, N, "uniform", 0, "nets")
    kept = some["a"] <= some["b"]
    assert found.find("sign:a - 1/2")[0].share == np.mean(some["a"][kept] > 0.5)
    assert found.find("sign:a - 1/2", constrained=False)[0].share == np.mean(some["a"] > 0.5)
    assert "constraints ignored" in str(found) and "reject" in str(found)
    with pytest.raises(UsageError, match="meets the constraints"):
        robustness(SymbolicGame([[[0, 0]] * 2] * 2, {"a": (0, 1)}, constraints=["a >= 2"]), draws=100)


def test_a_term_left_out_gives_the_share_of_the_game_without_it():
    without = {
        "1.cost": SymbolicGame([[["b", 0], ["b", 0]], [["b - c", "b"], ["-c", 0]]], GIFT.parameters, strategies=[["give", "keep"]] * 2),
        "2.cost": SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b", "b"], [0, 0]]], GIFT.parameters, strategies=[["give", "keep"]] * 2),
    }
    found = robustness(GIFT, ["equilibrium:give,give", "class:prisoners_dilemma"], without=without, draws=N)
    c = draws(GIFT, N, "uniform", 0, "nets")["c"]
    assert found.find("equilibrium:give,give")[0].share == np.mean(c <= 0)
    # without the cost of one player only the other's cost decides
    assert found.find("equilibrium:give,give", without="1.cost")[0].share == np.mean(c <= 0)
    assert {each.share for each in found.find("class:prisoners_dilemma", without="1.cost")} == {0.0}
    assert set(found.terms) == set(without)
    free = robustness(SymbolicGame([[["b", 0], ["b", 0]], [["b", "b"], [0, 0]]], GIFT.parameters, strategies=[["give", "keep"]] * 2), ["equilibrium:give,give"], draws=100)
    assert free.proved["equilibrium:give,give"] == "always"


# --- the run


def same(one, other):
    assert one.shares == other.shares and one.conclusions == other.conclusions and one.rejected == other.rejected


def test_correlated_parameters_and_distributions_of_their_own_move_the_shares():
    """P(x + y > 1) of two uniform numbers on [0, 1] is 1/2 always; P(both > 1/2) is 1/4 + arcsin(r)/(2 pi)."""
    game = SymbolicGame([[[0]], [[0]]], {"x": (0, 1), "y": (0, 1)})
    asked = {"both": parse("min(x, y) - 1/2"), "high": parse("x - 3/4")}
    how = {"draws": N, "priors": ["uniform"]}
    apart = robustness(game, asked, **how)
    together_drawn = robustness(game, asked, correlation={("x", "y"): 0.8}, **how)
    assert apart.find("both")[0].share == pytest.approx(1 / 4, abs=0.01)
    assert together_drawn.find("both")[0].share == pytest.approx(1 / 4 + math.asin(0.8) / (2 * math.pi), abs=0.01)
    assert together_drawn.find("high")[0].share == pytest.approx(1 / 4, abs=0.01)
    own = robustness(game, asked, laws={"x": lambda u: u**2}, **how)
    assert own.find("high")[0].share == pytest.approx(1 - math.sqrt(3 / 4), abs=0.01)
    with pytest.raises(UsageError, match="nothing"):
        robustness(game, asked, correlation={("x", "nothing"): 0.5}, **how)


def test_several_games_judged_together_piece_by_piece_count_as_each_of_them_alone(monkeypatch):
    """A third strategy, so that it is no 2x2 game; the term of the second player is dropped, then one of both."""
    def game(own, both):
        rows = [["b - c", "-c", "0"], ["b", own, "a"], ["0", "a", both]]
        return SymbolicGame([rows, [list(column) for column in zip(*rows, strict=True)]], {"a": (-1, 1), "b": (1, 3), "c": (-1, 2)})

    games = {"whole": game("a*c", "c"), "without one": game("0", "c"), "without both": game("0", "0")}
    monkeypatch.setattr(together, "_BYTES", 8 * 100 * 70)  # some hundred draws at a time
    found = robustness(games["whole"], draws=9_000, without={name: games[name] for name in ("without one", "without both")})
    monkeypatch.undo()
    for name in ("without one", "without both"):
        alone = robustness(games[name], [each for each in found.conclusions if ":" in each or each == "none"], draws=9_000)
        for conclusion in alone.conclusions:
            shares = [each.share for each in alone.find(conclusion)]
            assert [each.share for each in found.find(conclusion, without=name)] == pytest.approx(shares, abs=1e-12)
    assert any(found.find("equilibrium:2,2", without="without one")[k].share != found.find("equilibrium:2,2")[k].share for k in range(5))


def test_of_very_many_conclusions_the_most_frequent_are_reported_and_the_others_told(monkeypatch, gift):
    monkeypatch.setattr(entry, "MOST", 5)
    found = robustness(GIFT, draws=N)
    largest = {name: gift.range(name)[1] for name in gift.conclusions}
    assert len(found.conclusions) == 5
    left = max(share for name, share in largest.items() if name not in found.conclusions)
    assert min(largest[name] for name in found.conclusions) >= left
    (note,) = found.notes
    assert f"{len(largest) - 5} further conclusions" in note and f"{left:.3%}" in note
    assert set(robustness(GIFT, ["class"], draws=N).conclusions) == {name for name in largest if name.startswith("class:")}


def test_every_conclusion_says_what_it_takes_payoffs_to_be():
    table = [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]]
    named = SymbolicGame(table, GIFT.parameters, players=["ann", "bob"], strategies=GIFT.strategies)
    asked = {"selected:give,give": "selected:give,give", "equal": parse("payoff[ann][give, give] + payoff[bob][give, give] - payoff[ann][keep, keep] - payoff[bob][keep, keep]"), "dear": parse("c - 1")}
    found = robustness(named, asked, draws=2_000)
    assert {name: each.level for name, each in found.meanings.items()} == {"selected:give,give": "cardinal", "equal": "common_unit", "dear": "ordinal"}
    assert found.meanings["dear"].label == "parameters"
    data = found.more_json()["meaning"]
    assert data["equal"]["level"] == "common_unit" and data["equal"]["why"]
    words = str(found)
    assert "Meaning cardinal: needs differences" in words and "Meaning common unit: compares payoffs of different" in words


def test_a_classifier_whose_program_is_of_another_kind_counts_as_a_small_one():
    assert entry._weight(SimpleNamespace(program=object())) == entry._weight(SimpleNamespace()) == 1
    assert entry._weight(SimpleNamespace(program=SimpleNamespace(outputs=range(250)))) == 25


def test_workers_threads_and_cutting_change_no_number(monkeypatch, gift):
    from detente.conclusions.robustness import counting

    with ThreadPoolExecutor(3) as pool:
        same(gift, robustness(GIFT, draws=N, executor=pool))
    monkeypatch.setattr(counting, "TASKS", 3)
    cut = robustness(GIFT, draws=N)
    same(gift, cut)
    same(gift, robustness(GIFT, draws=N, workers=2))


def test_a_saved_run_is_read_back_and_other_runs_have_other_places(tmp_path, gift):
    places = []

    def place(key):
        places.append(Saved.make(tmp_path, key))
        return places[-1]

    same(gift, robustness(GIFT, draws=N, saved=place))
    first = places[0].folder
    assert sorted(each.name for each in first.iterdir()) == ["key.json", "whole.npz"]
    key = json.loads((first / "key.json").read_text(encoding="utf-8"))
    assert key["task"] == "robustness" and {"numpy", "detente", "engine"} <= set(key["versions"])
    stamp = (first / "whole.npz").stat().st_mtime_ns
    same(gift, robustness(GIFT, draws=N, saved=place))
    assert (first / "whole.npz").stat().st_mtime_ns == stamp and places[1].folder == first
    robustness(GIFT, draws=N, seed=1, saved=place)
    robustness(GIFT, draws=N, held={"b": 2}, saved=place)
    assert len({each.folder for each in places}) == 3


def test_shares_settle_as_draws_come_in(gift):
    frame = gift.convergence("equilibrium:keep,keep")
    own = frame[frame.prior == "uniform"]
    assert own.draws.tolist()[:3] == [64, 128, 256] and own.draws.iloc[-1] == N
    assert own.share.iloc[-1] == gift.find("equilibrium:keep,keep")[0].share
    c = draws(GIFT, N, "uniform", 0, "nets")["c"]
    for row in own.itertuples():
        assert row.share == np.mean(c[: row.draws] >= 0)
    assert own.error.is_monotonic_decreasing


def test_larger_games_join_with_their_pure_equilibria():
    """Three players contribute where k of them pay; all three contributing is an equilibrium iff v >= c."""
    def pay(player):
        return [[[f"{'v' if i + j + k == 3 else 0} - {(i, j, k)[player]}*c" for k in (0, 1)] for j in (0, 1)] for i in (0, 1)]

    game = SymbolicGame([pay(player) for player in range(3)], {"v": (0, 2), "c": (0, 1)}, strategies=[["shirk", "work"]] * 3)
    found = robustness(game, draws=N)
    assert abs(found.find("equilibrium:work,work,work")[0].share - 0.75) < 0.01
    assert found.proved["equilibrium:shirk,shirk,shirk"] == "always" and found.proved["none"] == "never"
    assert not any(name.startswith(("selected", "class")) for name in found.conclusions)
    with pytest.raises(UsageError, match="nothing is called unique or selected"):
        robustness(game, ["unique:work,work,work"])


def test_wrong_arguments_are_refused():
    for arguments, match in [
        ({"draws": 0}, "at least 1"), ({"priors": ["flat"]}, "unknown prior"), ({"priors": []}, "expected a list"),
        ({"priors": ["half", "half"]}, "each once"), ({"only": "figures"}, "without kinds"), ({"only": "x"}, "only"),
        ({"held": {"z": 1}}, "unknown parameter"), ({"conclusions": "none"}, "expected a list"),
        ({"conclusions": ["equilibrium:give"]}, "expected 2 strategies"), ({"given": ["played:3=give"]}, "unknown player"),
        ({"seed": -1}, "seed"),
    ]:  # fmt: skip
        with pytest.raises(UsageError, match=match):
            robustness(GIFT, **arguments)
    with pytest.raises(UsageError, match="SymbolicGame"):
        robustness(GIFT.at(b=1))


def test_results_come_as_json_frame_and_text(gift):
    main = gift.to_json()
    assert len(main) == len(gift.conclusions) * 5
    assert set(main[0]) == {"conclusion", "prior", "given", "share", "error"}
    json.dumps([main, gift.more_json()], allow_nan=False)
    assert len(gift.to_frame()) == len(gift.shares)
    assert all(len(line) <= 80 for line in str(gift).splitlines())
    assert Given.that("none").statements == ("none",)


def test_proofs_of_what_is_shown_say_the_same_of_it_as_proofs_of_everything():
    game = SymbolicGame([[["a", "a"], [0, 0]], [["a", 0], ["a", 0]]], {"a": (1, 2)}, strategies=[["x", "y"]] * 2)
    every, shown = (robustness(game, draws=500, prove=what) for what in ("all", "shown"))
    assert set(every.proved) == set(every.conclusions) > set(shown.shown()) == set(shown.proved)
    assert shown.share_table().rows == every.share_table().rows
