"""Following the first equilibrium of a stochastic game along a line: points in floats, confirmed, against exact solutions."""

import itertools
import random
from fractions import Fraction as F

import pytest

from detente.conclusions import markov_line
from detente.conclusions.markov_line import markov_thresholds, nearest_changes
from detente.errors import NotConverged, UsageError
from detente.games.symbolic_stochastic import SymbolicStochasticGame
from detente.solve.stochastic.clear_play import ClearPlay
from detente.solve.stochastic.markov_perfect import markov_perfect


def falling(seed, ties):
    """Return a game of two who move one after the other, with payoffs on a line; states fall or stay, play may end.

    With ``ties`` many payoffs are equal, some for both players, and two moves often lead to the same.
    """
    r = random.Random(seed)
    states = [3, 2, 1, 0]
    pays, leads = {}, {}
    for state in states[:-1]:
        pays[state], leads[state] = {}, {}
        for profile in itertools.product("xyz", "uv"):
            if ties and profile[0] == "z":  # as x
                pays[state][profile] = pays[state]["x", profile[1]]
                leads[state][profile] = leads[state]["x", profile[1]]
                continue
            numbers = [r.randint(-2, 2) if ties else F(r.randint(-900, 900), 100) for _ in range(4)]
            pays[state][profile] = (f"{numbers[0]} + ({numbers[1]})*t", f"{numbers[2]} + ({numbers[3]})*t")
            leads[state][profile] = None if r.random() < 0.2 else state if r.random() < 0.3 else r.choice(states[states.index(state) + 1 :])
    return SymbolicStochasticGame(
        ["a", "b"], states, {"a": list("xyz"), "b": list("uv")}, pays, leads, ["d", "d"],
        {"t": (-2, F(1, 7), 2), "d": (F(1, 2), F(9, 10), F(19, 20))}, order=["a", "b"], terminal={0: ("t", "-t")},
    )  # fmt: skip


def path_of(path, at, found):
    # values where the present point is, so that they are compared too
    worth = [str(found.values[player][state]) for player in "ab" for state in (3, 2, 1, 0)]
    replies = [a for own in found.replies["b"].values() for each in own.values() for a, p in each.items() if p]
    return f"{path} {worth} {replies}" if at["t"] == F(1, 7) and at["d"] == F(9, 10) else str(path)


#: Games whose players never have to mix on the line.
PURE = [(seed, False, "t") for seed in (10, 12, 13)] + [(seed, True, "t") for seed in (2, 5, 6, 7, 9)]
PURE += [(seed, False, "d") for seed in (3, 8, 9)] + [(seed, True, "d") for seed in (0, 2, 10)]


@pytest.mark.parametrize(("seed", "ties", "along"), PURE)
def test_points_looked_at_in_floats_say_what_the_exact_solution_says(monkeypatch, seed, ties, along):
    game = falling(seed, ties)
    values = game.point()
    quick = markov_thresholds(game, along, values, path_of), nearest_changes(game, along, values, path_of)
    monkeypatch.setattr(ClearPlay, "plan", lambda *_: None)
    slow = markov_thresholds(game, along, values, path_of), nearest_changes(game, along, values, path_of)
    assert quick == slow


def test_where_floats_leave_no_doubt_no_exact_solution_is_needed(monkeypatch):
    game, solved = falling(10, ties=False), []

    def counted(numbers, **more):
        solved.append(numbers)
        return markov_perfect(numbers, **more)

    monkeypatch.setattr(markov_line, "markov_perfect", counted)
    found = markov_thresholds(game, "t", game.point(), path_of)
    assert len(found.inside) > 2
    few = len(solved)
    monkeypatch.setattr(ClearPlay, "plan", lambda *_: None)
    solved.clear()
    assert markov_thresholds(game, "t", game.point(), path_of) == found
    assert few < len(solved)


@pytest.mark.parametrize("seed", [4, 8])
def test_where_no_mixture_is_reached_that_is_said(seed):
    """At some points of the line players mix, and a step of the search leaves the probabilities, where nothing has a value."""
    game = falling(seed, ties=True)
    with pytest.raises((NotConverged, UsageError)):
        markov_thresholds(game, "t", game.point(), path_of)


@pytest.mark.parametrize(
    ("pays", "played"),
    [
        ({"rest": 1, "build": -2}, "rest"),  # 1/(1 - 9/10) = 10 against -2 + 9/10*10 = 7
        ({"rest": 1, "build": 2}, "build"),  # 10 against 2 + 9
        ({"rest": 1, "build": 1}, None),  # both are worth 10
        ({"rest": 1, "build": 1 - 1e-14}, None),
    ],
)
def test_a_close_comparison_leaves_a_doubt(pays, played):
    game = SymbolicStochasticGame(
        ["w"], ["field", "house"], {"w": ["rest", "build"]},
        {"field": {("rest",): (0,), ("build",): (0,)}}, {"field": {("rest",): "field", ("build",): "house"}},
        "9/10", {}, terminal={"house": (0,)},
    )  # fmt: skip
    clear = ClearPlay(game.shape_of)
    plan = clear.plan({"field": {(0,): [pays["rest"]], (1,): [pays["build"]]}}, {"house": [10.0]}, [0.9])
    if played is None:
        # equal to the last bit is for the exact check to settle: another state follows, so it does not pass
        assert plan is None or plan == {("field", ()): {0: 0}}
    else:
        assert plan == {("field", ()): {0: ["rest", "build"].index(played)}}


def test_two_ways_to_stay_that_are_worth_different_amounts_leave_a_doubt():
    """Both wait for each other: coming together is worth 1 a period, staying apart 0, and who moves alone loses."""
    game = SymbolicStochasticGame(
        ["a", "b"], ["s"], {"a": ["in", "out"], "b": ["in", "out"]},
        {"s": dict.fromkeys(itertools.product(["in", "out"], repeat=2), (0, 0))},
        {"s": dict.fromkeys(itertools.product(["in", "out"], repeat=2), "s")}, "9/10", {}, order=["a", "b"],
    )  # fmt: skip
    # b answers in with in and out with out; a is paid by how play goes on: nothing else is compared in a period
    pays = {(0, 0): [1.0, 1.0], (0, 1): [-1.0, 0.0], (1, 0): [0.0, -1.0], (1, 1): [0.5, 0.5]}
    assert ClearPlay(game.shape_of).plan({"s": pays}, {}, [0.9, 0.9]) == {
        ("s", ()): {0: 0}, ("s", (0,)): {1: 0}, ("s", (1,)): {1: 1},
    }  # fmt: skip
    assert ClearPlay(game.shape_of).plan({"s": pays}, {}, [0.99999, 0.99999]) is None  # too patient for floats
