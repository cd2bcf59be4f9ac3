"""Answers to the questions of a game file: tables, words, data."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import pytest

import detente
from detente.conclusions.thresholds import Threshold
from detente.errors import UsageError
from detente.games.definition import Saying
from detente.study.analyses.formulas import _change
from detente.study.questions import answer
from detente.study.sums import sign_words

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def model():
    return detente.Study(ROOT).game("confrontation").model


def asking(model, **more):
    """The model with one question of its own, number 99."""
    question = replace(model.definition.questions[0], number=99, **more)
    definition = replace(model.definition, questions=(*model.definition.questions, question))
    return replace(model, definition=definition)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 7, 9])
def test_every_question_of_the_game_has_an_answer_that_fits_a_terminal_and_is_data(model, number):
    found = answer(model, number)
    assert found.tables
    assert all(len(line) <= 80 for line in str(found).splitlines())
    data = json.loads(json.dumps(found.to_json()))
    assert (data["number"], data["text"]) == (number, found.text)
    assert [table["rows"] for table in data["tables"]] == [[list(row) for row in table.rows] for table in found.tables]
    assert "text/html" in found._repr_mimebundle_()


def test_the_text_comes_in_the_language_asked_for(model):
    assert answer(model, 3, lang="zh").text != answer(model, 3).text
    assert answer(model, 3, lang="xx").text == answer(model, 3).text


def test_an_unknown_question_names_the_known_ones(model):
    with pytest.raises(UsageError, match="1, 2, 3, 4, 5, 6, 7, 8, 9"):
        answer(model, 99)


def test_other_points_may_replace_those_of_the_question(model):
    (table, *_) = answer(model, 3, [model.point("hawkish", {"rel_us": "0"})]).tables
    assert {row[0] for row in table.rows} == {"hawkish"}


def test_a_sentence_is_said_of_the_points_where_what_it_supposes_holds_and_moves_with_the_parameters(model):
    """At the baseline A < 0 < B for both: both outcomes are equilibria. With rel_us = 1/2, A_us = 0.25 - 0.207 > 0."""
    told = dict.fromkeys(text.split(",")[1].strip(" .") for _, text in answer(model, 3, [model.point()]).said)
    assert list(told) == ["and both mutual cooperation and mutual confrontation are equilibria"]
    ((points, text),) = answer(model, 3, [model.point("baseline", {"rel_us": "1/2"})]).said
    assert points == ("baseline",)
    assert "no equilibrium" in text
    assert str(answer(model, 3)).index("no equilibrium") < str(answer(model, 3)).index("payoffs")


def test_a_sentence_may_suppose_the_opposite_and_what_holds_in_another_game(model):
    says = (
        Saying({"en": "both"}, ("D_us", "not A_us")), Saying({"en": "never"}, ("A_us", "not A_us")),
        Saying({"en": "elsewhere"}, ("rebuild_race.selected:frozen", "not rebuild_race.static_gap")),
    )  # fmt: skip
    found = answer(asking(model, ask=("inert",), say=says, points=()), 99)
    assert [text for _, text in found.said] == ["both", "elsewhere"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('[[questions.say]]\nwhen = ["temptatoin"]\ntext = "x"\n', "unknown conclusion 'temptatoin'"),
        ('[[questions.say]]\nwhen = ["not equal:pay,pay"]\ntext = "x"\n', "unknown conclusion 'equal'"),
        ('[[questions.say]]\nwhen = ["equilibrium:rely,dleiver"]\ntext = "x"\n', "dleiver"),
        ('[[questions.say]]\nwhen = ["vavle.temptation"]\ntext = "x"\n', "unknown game 'vavle'"),
        ('[[questions.say]]\nwhen = ["valve.temptatoin"]\ntext = "x"\n', "expected a conclusion of valve"),
        ('[[questions.cases]]\nlabel = "x"\nhold = { rivlary = 1 }\n', "'rivlary'"),
        ('[[questions.cases]]\nlabel = "x"\nhold = { rivalry = "los/2" }\n', "'los'"),
    ],
)
def test_what_a_sentence_or_a_case_names_has_to_exist(tmp_path, line, says):
    from detente.study.check import check
    from detente.study.scaffold import new_study

    root = tmp_path / "islands"
    new_study(root)
    path = root / "games" / "valve.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + line, encoding="utf-8")
    said = "\n".join(map(str, check(root)))
    assert says in said


def test_thresholds_may_be_asked_of_conclusions_too(model):
    own = asking(model, ask=("thresholds",), of=("A_us", "equilibrium:cooperate,cooperate"), along=("rel_us",), points=())
    (table,) = answer(own, 99).tables
    # A_us = rel_us/2 - 0.207 at baseline; cooperation is an equilibrium while it is not positive
    assert table.rows == (
        ("A_us", "rel_us", "207/500 = 0.414", "- to +", "yes"),
        ("equilibrium:cooperate,cooperate", "rel_us", "207/500 = 0.414", "holds to fails", "yes"),
    )


def test_risk_dominance_is_refused_for_games_larger_than_two_by_two(model):
    strategies = {"us": ("cooperate", "confront", "wait"), "china": ("cooperate", "confront")}
    larger = replace(model, definition=replace(model.definition, content=replace(model.definition.content, strategies=strategies)))
    with pytest.raises(UsageError, match="found a 3x2 game"):
        answer(larger, 4)


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ((-1, 0, 1), "- to +"), ((1, 0, -1), "+ to -"), ((1, 0, 1), "touches 0"), ((1, None, -1), "+ to -"),
        ((1, None, 1), "undefined at this value"), ((None, 0, 1), "undefined to +"), ((False, True, True), "fails to holds"),
        ((False, True, False), "holds at this value"),
    ],
)  # fmt: skip
def test_a_change_reads_as_what_it_is(states, text):
    assert _change(Threshold(F(1), *states)) == text


def test_signs_in_words_claim_no_more_than_was_proved_or_met():
    every = frozenset({-1, 0, 1})
    assert sign_words(frozenset({1}), frozenset({1})) == "always positive"
    assert sign_words(frozenset({0, 1}), frozenset({1})) == "never negative"
    assert sign_words(every, frozenset({-1, 1})) == "either sign"
    assert sign_words(every, frozenset({1})) == "not settled"
    assert sign_words(frozenset({-1, 1}), frozenset({-1, 0, 1})) == "either sign"


def test_either_sign_over_the_box_is_backed_by_two_points(model):
    """Found apart: each parameter in turn moves to the end that lowers, or raises, the formula."""
    signs = next(table for table in answer(model, 2).tables if table.title.startswith("signs"))
    game = model.symbolic
    assert [words for _, _, words, _ in signs.rows] == ["either sign"] * 8
    for name, *_ in signs.rows:
        expression = game.expression(model.conclusion(name))
        met = set()
        for direction in (1, -1):
            point = dict(game.baseline)
            for _ in range(2):
                for key, interval in game.parameters.items():
                    ends = [point | {key: end} for end in (interval.low, interval.high)]
                    point = max(ends, key=lambda each: direction * game.evaluate(expression, each))
            value = game.evaluate(expression, point)
            met.add((value > 0) - (value < 0))
        assert met == {-1, 1}, name


def test_levers_are_listed_point_by_point_for_what_is_wanted_there(model):
    """The values are those of the search, which tests/conclusions/test_levers.py holds to brute force."""
    (table,) = answer(model, 9).tables
    wanted = [("baseline", "selected"), ("baseline", "unique"), ("hawkish", "equilibrium"), ("doc003_strong", "selected")]
    assert [row[:2] for row in table.rows] == wanted
    singles = [row[2] for row in table.rows]
    assert singles[0].startswith("sev 0.3 -> < 0.28")
    assert singles[1].startswith("rel_us 0.25 -> < 0.163")
    assert singles[2] == "none does it"
    assert "sev" in table.rows[2][4] and "rel_us" in table.rows[2][4]
    assert [row[4] for row in table.rows if row[1] != "equilibrium"] == ["no cheaper pair"] * 3


def test_levers_at_another_point_are_asked_for_everything_that_is_wanted_anywhere(model):
    question = replace(
        model.definition.questions[0], number=98, ask=("levers",), to="confront,confront", wanted=("equilibrium", "unique"),
        wanted_at={"baseline": ("equilibrium",)},
    )  # fmt: skip
    definition = replace(model.definition, questions=(question,))
    asked = replace(model, definition=definition)
    (table,) = answer(asked, 98, [model.point("baseline"), model.point("hawkish")]).tables
    assert [row[:3] for row in table.rows[:2]] == [
        ("baseline", "equilibrium", "holds already"),
        ("hawkish", "equilibrium", "holds already"),
    ]
    assert table.rows[2][:3] == ("hawkish", "unique", "holds already")  # a prisoner's dilemma


def test_what_a_conclusion_rests_on_is_a_set_that_fixes_it(model):
    asked = asking(model, ask=("rests_on",), of=("equilibrium:confront,confront", "B_us"), points=())
    (table,) = answer(asked, 99).tables
    assert [row[:3] for row in table.rows] == [
        ("baseline", "equilibrium:confront,confront", "holds"),
        ("baseline", "B_us", "holds"),
    ]
    held = table.rows[1][4].split(" (and")[0].split(", ")
    found = model.form.rests_on(model, "strategic", model.conclusion("B_us"), model.point().values)
    assert tuple(held) == found.sets[0] and str(found.size) == table.rows[1][3]
