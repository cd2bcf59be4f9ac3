"""Games with a state in a study: the examples of the page on formats against policies tried one by one and value iteration."""

from __future__ import annotations

import json
import re
from fractions import Fraction as F
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.cli import run
from detente.errors import UsageError
from detente.reports.build import BLOCKS
from detente.study.analyses import ANALYSES
from detente.study.check import check

PAGE = (Path(detente.__file__).parents[1] / "FORMATS.md").read_text(encoding="utf-8")
STATES = (1, 2, 3)
#: Points drawn in a test, at which all plans are tried.
DRAWN = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("states")
    for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def study(folder):
    return detente.Study(folder)


def paid(p, state, alder, birch):
    """What a year pays to Alder and Birch in the dunes, as the terms of the page say."""
    if birch == "leave":
        return F(0), p["worth"]
    sand = (p["worth"] - p["engine"]) / 2 if alder == "dig" else F(0)
    beach = p["worth"] * state / 10
    return sand + beach, beach


def equilibria(p):
    """Every pure stationary equilibrium of the dunes, by trying all plans: (Alder's actions, Birch's answers, values)."""
    delta = F(9, 10) - p["pride"]
    ends = (F(0), -p["engine"])
    found = []
    for alder in product(("rest", "dig"), repeat=3):
        for answers in product(product(("stay", "leave"), repeat=2), repeat=3):
            values = {0: ends}
            for state in STATES:  # a state leads to itself or to the one below, which is known
                move = alder[state - 1]
                reply = answers[state - 1][("rest", "dig").index(move)]
                now = paid(p, state, move, reply)
                if reply == "leave":
                    values[state] = now
                elif move == "dig":
                    values[state] = tuple(u + delta * v for u, v in zip(now, values[state - 1], strict=True))
                else:
                    values[state] = tuple(u / (1 - delta) for u in now)

            def once(state, move, reply, values=values):
                now = paid(p, state, move, reply)
                if reply == "leave":
                    return now
                return tuple(u + delta * v for u, v in zip(now, values[state - (move == "dig")], strict=True))

            def kept(state, move, alder=alder, answers=answers, once=once):
                reply = answers[state - 1][("rest", "dig").index(move)]
                best = max(once(state, move, each)[1] for each in ("stay", "leave"))
                return once(state, move, reply)[1] == best

            def led(state, alder=alder, answers=answers, once=once):
                worth = [once(state, m, answers[state - 1][k])[0] for k, m in enumerate(("rest", "dig"))]
                return worth[("rest", "dig").index(alder[state - 1])] == max(worth)

            if all(led(s) and kept(s, "rest") and kept(s, "dig") for s in STATES):
                found.append((alder, answers, values))
    return found


def at(**changes):
    return {"worth": F(1, 2), "engine": F(1, 5), "pride": F(1, 10)} | {name: F(value) for name, value in changes.items()}


POINTS = ({}, {"pride": "1/2"}, {"pride": "0", "engine": "2/5"}, {"worth": "3/5", "pride": "3/10"}, {"engine": "1/20"})


@pytest.mark.parametrize("changes", POINTS)
def test_the_equilibria_are_those_found_by_trying_every_plan(study, changes):
    game = study.game("dunes")
    found = game.solve(**changes)
    expected = equilibria(at(**changes))
    told = {
        (
            tuple(each.action("alder", s) for s in STATES),
            tuple(tuple(next(a for a, q in each.replies["birch"][s][m].items() if q) for m in ("rest", "dig")) for s in STATES),
            tuple((each.values["alder"][s], each.values["birch"][s]) for s in STATES),
        )
        for each in found.equilibria
    }
    assert found.complete
    assert told == {(alder, answers, tuple(values[s] for s in STATES)) for alder, answers, values in expected}
    assert all(each.regret == 0 for each in found.equilibria)


def outcome(plan):
    """The first outcome of the file that the path from state 3 fits: kept, dug (ends after digging), half (ends in 1 or 2)."""
    alder, answers, _ = plan
    state = 3
    while state:
        move = alder[state - 1]
        left = answers[state - 1][("rest", "dig").index(move)] == "leave"
        if move == "rest" and not left and state == 3:
            return "kept"
        if left and move == "dig":
            return "dug"
        if left or move == "rest":
            return "half" if state < 3 else None
        state -= 1
    return "dug"


@pytest.mark.parametrize("changes", POINTS)
def test_conclusions_about_outcomes_policies_and_answers_are_those_of_the_plans(study, changes):
    game, plans = study.game("dunes"), equilibria(at(**changes))
    names = {outcome(plan) for plan in plans}
    for name in ("kept", "dug", "half"):
        assert game.holds(f"equilibrium:{name}", **changes) == (name in names)
        assert game.holds(f"unique:{name}", **changes) == (names == {name})
    first = game.solve(**changes).equilibria[0]
    loyal = all(first.replies["birch"][3][m][a] != 0 for m, a in (("rest", "stay"),))
    assert game.holds("selected:loyal", **changes) == loyal
    peace = (("rest",) * 3, (("stay", "stay"),) * 3)
    assert game.holds("equilibrium:peace", **changes) == any(plan[:2] == peace for plan in plans)


def test_thresholds_of_an_outcome_lie_where_the_plans_change(study):
    """Resting at 3 is worth 0.15/(1 - d) to Birch, leaving 0.5: Birch stays up to d = 0.7, where pride is 1/5."""
    found = study.game("dunes").thresholds("pride", of="selected:kept")
    assert [(each.at, each.before, each.after) for each in found.inside] == [(F(1, 5), True, False)]
    for pride, kept in (("19/100", True), ("21/100", False)):
        assert ("kept" in {outcome(plan) for plan in equilibria(at(pride=pride))}) == kept


def test_shares_are_those_of_the_plans_in_random_draws(study):
    """Whether the path is kept, at points drawn here apart from the engine, against the share over many draws."""
    game = study.game("dunes")
    intervals = game.model.intervals
    r = np.random.default_rng(7)
    hits = 0
    for _ in range(DRAWN):
        p = {name: F(int(r.integers(0, 10**6)), 10**6) * (each.high - each.low) + each.low for name, each in intervals.items()}
        hits += outcome(equilibria(p)[0]) == "kept"
    found = game.robustness(draws=4000, seed=3, conclusions=["selected:kept"], save=False, terms=False, how={"priors": ["uniform"]})
    share = found.find("selected:kept")[0].share
    assert 0.2 < share < 0.9
    assert abs(hits / DRAWN - share) < 4 * np.sqrt(share * (1 - share) / DRAWN)


def test_show_and_trace_give_the_payoffs_of_every_state(study, capsys, folder):
    assert run(["show", "dunes", "--study", str(folder), "--json"]) == 0
    cells = json.loads(capsys.readouterr().out)["cells"]
    assert len(cells) == 13
    for cell in cells[:-1]:
        chosen = cell["profile"]
        expected = paid(at(), int(chosen["state"]), chosen["alder"], chosen["birch"])
        assert [F(cell["payoffs"][player]["value"]) for player in ("alder", "birch")] == list(expected)
        assert cell["next"] == ({} if chosen["birch"] == "leave" else {str(int(chosen["state"]) - (chosen["alder"] == "dig")): "1"})
    assert F(cells[-1]["payoffs"]["birch"]["value"]) == F(-1, 5)
    node = study.game("dunes").trace("2,dig,stay", "alder")
    assert node.value == F(1, 4)
    assert [(each.name, each.value) for each in node.sources] == [("sand", F(3, 20)), ("beach", F(1, 10))]
    with pytest.raises(UsageError, match="unknown state '9'; expected 3 to 0"):
        study.game("dunes").trace("9,dig,stay", "alder")
    with pytest.raises(UsageError, match="unknown strategy 'digg' of alder; expected rest, dig; did you mean 'dig'"):
        study.game("dunes").trace("2,digg,stay", "alder")


def test_two_points_are_compared_by_the_paths_that_are_played(folder, tmp_path, capsys):
    import shutil

    shutil.copytree(folder, tmp_path / "s")
    path = tmp_path / "s" / "games" / "dunes.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[points.hurried]\npride = "1/4"\n', encoding="utf-8")
    assert run(["compare", "dunes", "baseline", "hurried", "--study", str(tmp_path / "s")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "rest,stay in 3; rests" in told
    assert "rest,leave in 3; ends" in told


def test_a_partner_of_uncertain_kind_leaves_when_that_is_best_for_it(study):
    """Kept, the beach is worth 0.15/(1 - 0.8); an opportunist compares leaving now, 0.5, with 0.15/(1 - 0.3)."""
    found = study.game("dunes:doubt").solve().decisions["alder"]
    assert (found.leaves, found.state, found.kept, found.betrayed, found.least) == (1, 3, F(3, 4), F(0), F(0))


@pytest.mark.parametrize("form", ["to", "list"])
def test_named_states_follow_by_chance(folder, tmp_path, form):
    """v(calm) = u + d(3/4 v(calm) + 1/4 v(storm)), v(storm) = d*v(calm), solved by hand for u = 1, d = 1/2: 16/9 and 8/9."""
    import shutil

    shutil.copytree(folder, tmp_path / "s")
    (tmp_path / "s" / "payoffs" / "weather.toml").write_text(
        'format = 1\nplayers = ["alder"]\n[terms.alder.fish]\nwhen = { state = ["calm"], alder = ["sail"] }\nformula = "1"\n', encoding="utf-8"
    )
    chance = '{ calm = "3/4", storm = "1/4" }' if form == "to" else '[{ state = "calm", p = "3/4" }, { state = "storm", p = "1/4" }]'
    (tmp_path / "s" / "games" / "weather.toml").write_text(
        'format = 1\nform = "stochastic"\npayoffs = "weather"\nstates = ["calm", "storm"]\ndiscount_factor = "1/2"\n'
        '[strategies]\nalder = ["sail", "wait"]\n[[next]]\nwhen = { state = ["storm"] }\nto = "calm"\n'
        f"[[next]]\nto = {chance}\n", encoding="utf-8",
    )  # fmt: skip
    if form == "list":
        faults = [each.found for each in check(tmp_path / "s", analyses=ANALYSES, blocks=BLOCKS) if each.level == "fault"]
        assert any("calm" in each for each in faults)  # a list is for formulas of numbers
        return
    (first, *_) = detente.Study(tmp_path / "s").game("weather").solve().equilibria
    assert first.values["alder"] == {"calm": F(16, 9), "storm": F(8, 9)}


# --- control


def iterated(flow, growth, delta, actions):
    """Value per unit of a problem in proportion to the state, by value iteration over a fine list of actions."""
    value = 0.0
    for _ in range(2000):
        value = np.max(flow(actions) + delta * growth(actions) * value)
    return value, actions[np.argmax(flow(actions) + delta * growth(actions) * value)]


@pytest.mark.parametrize(("changes", "p"), [({}, (0.5, 0.2, 0.1)), ({"pride": "2/5"}, (0.5, 0.2, 0.4)), ({"engine": "2/5"}, (0.5, 0.4, 0.1))])
def test_the_best_action_is_that_of_value_iteration(study, changes, p):
    worth, engine, pride = p
    value, action = iterated(lambda a: worth * a - engine * a**2, lambda a: 1 - pride * a, 0.9, np.linspace(0, 1, 20001))
    found = study.game("quarry").solve(**changes)
    assert float(found.pieces[0].slope) == pytest.approx(value, rel=1e-8)
    assert float(found.action) == pytest.approx(action, abs=1e-4)
    assert float(found.value) == pytest.approx(value * (worth - engine), rel=1e-8)


def test_the_last_years_are_solved_backward(study):
    """Three years by hand: per unit v1 = max(u(a)), v2 = max(u(a) + 0.9(1 - 0.1a)v1), and so on."""
    value = F(0)
    for _ in range(3):
        value = max(F(1, 2) * a - F(1, 5) * a**2 + F(9, 10) * (1 - F(1, 10) * a) * value for a in (F(0), F(1, 2), F(1)))
    assert study.game("quarry:last_years").solve().value == value * F(3, 10)


def test_a_decision_problem_is_shown_traced_and_mapped(study, folder, capsys):
    assert run(["show", "quarry", "--study", str(folder), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [F(cell["payoffs"]["alder"]["value"]) for cell in shown["cells"]] == [
        F(3, 10) * (F(1, 2) * a - F(1, 5) * a**2) for a in (F(k, 4) for k in range(5))
    ]
    assert [F(cell["next"]) for cell in shown["cells"]] == [F(3, 10) * (1 - F(1, 10) * F(k, 4)) for k in range(5)]
    node = study.game("quarry").trace("1/2,1/4", "alder")
    assert [each.value for each in node.sources] == [F(1, 16), F(-1, 160)]
    assert node.value == F(9, 160)
    assert study.game("quarry").atlas().verify(15, seed=1) == 15
    with pytest.raises(UsageError, match="found '1/2'; expected state=..,dig=.., or two numbers in this order"):
        study.game("quarry").trace("1/2", "alder")
    with pytest.raises(UsageError, match="found 'dig'; levers of quarry are for sign:FORMULA, or a formula of the game file: gentle"):
        study.game("quarry").levers("dig")


def test_a_closed_form_that_is_wrong_is_found_out(study):
    from dataclasses import replace

    atlas = study.game("quarry").atlas()
    wrong = replace(atlas, regions=tuple(replace(each, action=each.action / 2) for each in atlas.regions))
    with pytest.raises(detente.DetenteError, match="in closed form and .* by the solver at"):
        wrong.verify(20)


# --- faults

FAULTS = [
    ("dunes", "states = { low = 0, high = 3 }", "states = 3", "expected { low = 0, high = 20 }"),
    ("dunes", "states = { low = 0, high = 3 }", "states = { low = 0, top = 3 }", "unknown key 'top'"),
    ("dunes", "start = 3 ", "start = 7 ", "found the next state 7|start"),
    ("dunes", "terminal = [0]", "terminal = [9]", "unknown state '9'"),
    ("dunes", 'order = ["alder", "birch"]  ', 'order = ["alder", "brich"]  ', "unknown player 'brich'"),
    ("dunes", '"9/10 - pride"', '"9/10 + pride"', "found the discount factor"),
    ("dunes", '"9/10 - pride"', '["1/2", "1/2", "1/2"]', "found 3 discount factors"),
    ("dunes", "spade = { alder = { rest = 0, dig = 1 } }", "spade = { alder = { rest = 0 } }", "found no value of 'dig'"),
    ("dunes", 'to = "state - spade"', 'to = "state - shovel"', "unknown name 'shovel'"),
    ("dunes", 'to = "state - spade"', 'to = [{ state = "state", p = "1/2" }]', "add up to 1"),
    ("dunes", "end = true   ", 'end = true\nto = "state"   ', "found both of to and end"),
    ("dunes", 'ending = "rests"', 'ending = "sleeps"', "unknown ending 'sleeps'"),
    ("dunes", "states = [1, 2]\n", "states = [1, 12]\n", "unknown state '12'"),
    ("dunes", 'player = "birch"', 'player = "alder"', "expected the player that moves second"),
    ("dunes", 'answers = { rest = ["stay"]', 'answers = { rust = ["stay"]', "unknown strategy of alder 'rust'"),
    ("dunes", 'actions = { alder = "rest", birch = "stay" }', 'actions = { alder = "rest" }', "found a policy without birch"),
    ("dunes", 'policy = "peace"', 'policy = "war"', "unknown policy 'war'"),
    ("dunes", 'probability = "1 - pride"', 'probability = "1 + pride"', "expected a number from 0 to 1"),
    ("quarry", "action = { dig = { from = 0, to = 1 } }", "action = 3", "expected one action"),
    ("quarry", "action = { dig = { from = 0, to = 1 } }", "action = { dig = { from = 0 } }", "expected { from = 0, to = 1 }"),
    ("quarry", 'next = "state*(1 - pride*dig)"', 'next = "state*(1 - pride*dug)"', "unknown name 'dug'"),
    ("quarry", 'discount_factor = "9/10"', 'discount_factor = "11/10"', "found the discount factor"),
    ("quarry", "horizon = 3 ", "horizon = 0 ", "expected a number of periods from 1 to 1000"),
    ("quarry", "states = [0, 1] ", "states = [0] ", "expected [low, high]"),
    ("quarry", 'gentle = "2*engine - worth"', 'gentle = "payoff[alder][dig]"', "decision problems have no profiles"),
]


@pytest.mark.parametrize(("game", "old", "new", "words"), FAULTS)
def test_a_fault_is_named_with_its_place(folder, tmp_path, game, old, new, words):
    import shutil

    shutil.copytree(folder, tmp_path / "s")
    path = tmp_path / "s" / "games" / f"{game}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = [each for each in check(tmp_path / "s", analyses=ANALYSES, blocks=BLOCKS) if each.level == "fault"]
    said = [f"{each.found}; {each.expected}" for each in faults]
    assert any(any(part in each for part in words.split("|")) for each in said), said
    assert all(each.place.line >= 1 and each.place.column >= 1 for each in faults)
