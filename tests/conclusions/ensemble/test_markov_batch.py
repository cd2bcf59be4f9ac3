"""Many stochastic games at once against all plans tried one by one, ties included."""

import random
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from detente.conclusions.ensemble.compile import joined
from detente.conclusions.ensemble.markov_batch import MarkovProgram, PlanCheck
from detente.games.symbolic import symbol
from detente.games.symbolic_stochastic import SymbolicStochasticGame
from detente.solve.stochastic.incentives import policy_incentives

ACTIONS = {"a": ["l", "r"], "b": ["u", "m", "d"]}


def random_game(seed, order, less=""):
    """Three states that play goes down or stays in, whole numbers as payoffs and halves as chances: ties are common.

    What the player named by ``less`` is paid has no constant.
    """
    rng = random.Random(seed)
    pays = {
        (state, moves): tuple(
            f"{rng.randint(-2, 2)}*x + {rng.randint(-2, 2)}*y + {rng.randint(-1, 1) * (who != less)}" for who in "ab"
        )
        for state in (0, 1, 2)
        for moves in product(*ACTIONS.values())
    }
    after = {
        (state, moves): rng.choice([None, state, {state: "1/2", state + 1: "1/2"}, state + 1])
        for state in (0, 1, 2)
        for moves in product(*ACTIONS.values())
    }
    return SymbolicStochasticGame(
        ["a", "b"], [0, 1, 2, 3], ACTIONS, lambda state, moves: pays[state, tuple(moves)],
        lambda state, moves: after[state, tuple(moves)], "1/2", {"x": (-2, 2), "y": (-2, 2)},
        terminal={3: ("x", 1)}, order=order, start=0,
    )  # fmt: skip


POINTS = list(product(range(-2, 3), repeat=2))
DRAWS = {"x": np.array([x for x, _ in POINTS], dtype=float), "y": np.array([y for _, y in POINTS], dtype=float)}


def outcomes(order, worth):
    """Every profile that a subgame-perfect equilibrium of a period plays, by trying all plans of all who move."""
    profiles = list(product(range(2), range(3)))
    if order == [["a", "b"]]:
        return [
            (p, q) for p, q in profiles
            if all(worth[r, q][0] <= worth[p, q][0] for r in range(2)) and all(worth[p, r][1] <= worth[p, q][1] for r in range(3))
        ]  # fmt: skip
    leader = order[0] == ["b"]  # 0: a leads, 1: b does
    sizes = (3, 2) if leader else (2, 3)
    at = {(m, n): worth[(n, m) if leader else (m, n)] for m in range(sizes[0]) for n in range(sizes[1])}
    found = set()
    for replies in product(range(sizes[1]), repeat=sizes[0]):
        best = all(at[m, n][not leader] <= at[m, replies[m]][not leader] for m, n in at)
        for m in range(sizes[0]):
            if best and all(at[k, replies[k]][leader] <= at[m, replies[m]][leader] for k in range(sizes[0])):
                found.add((replies[m], m) if leader else (m, replies[m]))
    return [each for each in profiles if each in found]


@pytest.mark.parametrize("order", [[["a"], ["b"]], [["b"], ["a"]], [["a", "b"]]], ids=["a first", "b first", "at once"])
def test_each_state_plays_the_first_of_the_outcomes_that_trying_all_plans_finds(order):
    seen = {"none": 0, "one": 0, "several": 0}
    for seed in range(4):
        game = random_game(seed, order)
        program = MarkovProgram.of(game, {}, ("x", "y"))
        batch, _ = program(DRAWS, len(POINTS))
        for draw, (x, y) in enumerate(POINTS):
            exact = game.at({"x": x, "y": y})
            known, several = {3: (Fraction(x), Fraction(1))}, False
            for state in (2, 1, 0):
                fits = {}
                for number, mine in enumerate(product(range(2), range(3))):
                    plan = {each: period(exact, state, each, known) for each in product(range(2), range(3))}
                    rest, stay = plan[mine]
                    value = tuple(u / (1 - stay / 2) for u in rest)
                    worth = {k: tuple(u + s / 2 * v for u, v in zip(r, value)) for k, (r, s) in plan.items()}
                    if mine in outcomes(order, worth):
                        fits[number] = value
                seen["none" if not fits else "one" if len(fits) == 1 else "several"] += 1
                several |= len(set(fits.values())) > 1
                known[state] = next(iter(fits.values()), (Fraction(0), Fraction(0)))
                row = program.labels.index(state)
                assert batch.played[row, draw] == next(iter(fits), -1)
                assert batch.values[row, :, draw] == pytest.approx([float(each) for each in known[state]], abs=1e-12)
            assert batch.several[draw] == several
    assert min(seen.values()) > 3, seen


def period(game, state, profile, known):
    """What a profile pays in a state and after it has left, and the chance that it stays."""
    moves = {game.states[number]: chance for number, chance in game.transitions[state][profile]}
    stay = moves.pop(state, Fraction(0))
    pays = game.rewards[state][profile]
    return tuple(u + sum(p * known[to][i] for to, p in moves.items()) / 2 for i, u in enumerate(pays)), stay


@pytest.mark.parametrize("order", [[["a"], ["b"]], [["b"], ["a"]], [["a", "b"]]])
def test_a_policy_is_an_equilibrium_where_no_gain_of_its_closed_forms_is_positive(order):
    seen = set()
    for seed in range(8):
        game = random_game(seed, order)
        policy, states = {"a": "r", "b": {0: "u", 1: "d", 2: "m"}}, [seed % 3]
        program = MarkovProgram.of(game, {}, ("x", "y"))
        check = PlanCheck.of(game, policy, states, program.labels)
        _, _, (holds,) = program.solve(program.program(DRAWS), len(POINTS), checks=[check])
        closed = [each.gain for each in policy_incentives(game, policy, states)]
        assert len(closed) == len(check.deviations)
        for draw, (x, y) in enumerate(POINTS):
            gains = [each.subs({symbol("x"): x, symbol("y"): y}) for each in closed]
            assert holds[draw] == all(gain <= 0 for gain in gains)
            seen.add(bool(holds[draw]))
    assert seen == {False, True}


@pytest.mark.parametrize("order", [[["a"], ["b"]], [["a", "b"]]], ids=["a first", "at once"])
def test_games_that_differ_in_the_payoffs_of_one_player_may_share_what_they_have_in_common(order):
    games = [random_game(5, order), random_game(5, order, less="b")]
    programs = [MarkovProgram.of(game, {}, ("x", "y")) for game in games]
    policy = {"a": "l", "b": "u"}
    checks = [[PlanCheck.of(game, policy, [0, 1, 2], each.labels)] for game, each in zip(games, programs)]
    outputs = joined([each.program for each in programs])(DRAWS)
    cut, memo = len(programs[0].program.outputs), {}
    together = [
        programs[0].solve(outputs[:cut], len(POINTS), checks=checks[0], memo=memo),
        programs[1].solve(outputs[cut:], len(POINTS), checks=checks[1], memo=memo),
    ]
    for program, check, (batch, _, held) in zip(programs, checks, together):
        alone, _, alone_held = program.solve(program.program(DRAWS), len(POINTS), checks=check)
        assert (batch.played == alone.played).all()
        assert (batch.values == alone.values).all()
        assert (batch.several == alone.several).all()
        assert (held[0] == alone_held[0]).all()
    assert (together[0][0].played != together[1][0].played).any()
    assert sum(key[0] == "plan" for key in memo) == 3  # a's side of the plan is the same in both games
