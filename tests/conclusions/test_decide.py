"""Decisions over boxes: against z3 on random games, at planted ties, and where the budget is small."""

import random

import pytest
import z3

from detente.conclusions.comparisons import Comparisons
from detente.conclusions.decide import decide
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame


@pytest.mark.parametrize("seed", range(8))
def test_decisions_agree_with_z3_on_random_games(seed, z3_games):
    rng = random.Random(seed)
    payoffs = z3_games.random_game(rng)
    box = {name: (rng.randint(-2, 1), rng.randint(1, 3)) for name in z3_games.names}
    constraints = [([(1, ("a",))], [(1, ("b",)), (1, ())])] if seed % 2 else []
    game, oracle = z3_games.build(payoffs, box, constraints), z3_games.Oracle(payoffs, box, constraints)
    undecided = 0
    for kind in z3_games.kinds:
        c = Comparisons(game, kind)
        found = decide(c, pieces=300)
        undecided += found.status == "undecided"
        if found.status == "varies":
            assert c.truth(found.point) is not found.holds and game.allowed(found.point)
            assert all(low <= found.point[name] <= high for name, (low, high) in box.items())
            continue
        truth = oracle.truth(kind)
        if found.status == "fixed":
            assert found.holds is not None
            assert oracle.possible(z3.Not(truth) if found.holds else truth) in {False, None}
    assert undecided <= 1


def test_a_bound_that_is_touched_is_decided_exactly():
    game = SymbolicGame([[["b - c", 0], [0, 0]], [[1, 0], [0, 0]]], {"b": (1, 2), "c": (0, 1)})
    weak, strict = Comparisons(game, "equilibrium:1,1"), Comparisons(game, "sign:b - c")
    assert decide(weak).status == "fixed"
    found = decide(strict)
    assert found.status == "varies" and found.point == {"b": 1, "c": 1}


def test_a_constraint_that_is_touched_takes_part_in_the_proof():
    # x - y/2 < 0 needs y > 2 x, which the constraint forbids; on its edge the difference is exactly 0
    game = SymbolicGame([[["x - y/2", 0], [0, 0]], [[1, 0], [0, 0]]], {"x": (0, 1), "y": (0, 2)}, constraints=["y <= 2*x"])
    assert decide(Comparisons(game, "equilibrium:1,1")).status == "fixed"
    assert decide(Comparisons(game, "sign:x - y/2")).status == "varies"


def test_a_sign_that_is_zero_on_a_surface_only_is_found():
    # unique everywhere but where a = b: there the second player is indifferent
    game = SymbolicGame([[[1, 1], [0, 0]], [["(a - b)**2", 0], [0, 0]]], {"a": (0, 1), "b": (0, 1)})
    found = decide(Comparisons(game, "unique:1,1"))
    assert found.status == "varies" and found.point["a"] == found.point["b"]


def test_a_box_without_allowed_points_fixes_everything_and_says_so():
    game = SymbolicGame([[["a", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (0, 1), "b": (0, 1)}, constraints=["a >= b + 2"])
    found = decide(Comparisons(game, "equilibrium:1,1"))
    assert found.status == "fixed" and found.holds is None


def test_a_pole_in_the_box_leaves_the_question_open():
    game = SymbolicGame([[["1/a", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (0, 1)})
    assert decide(Comparisons(game, "equilibrium:1,1")).status == "undecided"


def test_a_constraint_that_bounds_do_not_see_is_never_used_to_claim_a_proof():
    game = SymbolicGame([[["a - b", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (0, 1), "b": (0, 1)}, constraints=["a > b or b == 0"])
    c = Comparisons(game, "equilibrium:1,1")
    found = decide(c, pieces=60)  # true: at b = 0 the difference is a >= 0; but the proof is out of reach
    assert found.status == "undecided"
    assert decide(Comparisons(game, "sign:a - b - 1/2"), pieces=60).status == "varies"


def test_a_small_budget_gives_undecided_and_not_an_error(z3_games):
    rng = random.Random(5)
    statuses = set()
    for _ in range(1):
        game = z3_games.build(z3_games.random_game(rng, degree=3), dict.fromkeys(z3_games.names, (-2, 2)))
        statuses |= {decide(Comparisons(game, kind), pieces=1).status for kind in z3_games.kinds}
    assert statuses <= {"fixed", "varies", "undecided"}


def test_expected_asks_one_question_only():
    game = SymbolicGame([[["a", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (-1, 1)})
    c = Comparisons(game, "equilibrium:1,1")
    assert decide(c, {"a": ("1/2", 1)}, expected=True).status == "fixed"
    found = decide(c, expected=True)
    assert found.status == "varies" and found.point["a"] < 0
    assert decide(c, {"a": ("1/2", 1)}, expected=False).status == "varies"


def test_a_box_with_an_unknown_name_or_ends_in_the_wrong_order_is_refused():
    game = SymbolicGame([[["a", 0], [0, 0]], [[1, 0], [0, 0]]], {"a": (-1, 1)})
    c = Comparisons(game, "none")
    with pytest.raises(UsageError, match="unknown parameter"):
        decide(c, {"aa": 1})
    with pytest.raises(UsageError, match="low <= high"):
        decide(c, {"a": (1, 0)})
