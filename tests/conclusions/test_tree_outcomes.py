"""Outcomes of parametric trees by signs alone: against a backward induction written out here, ties and cases included."""

from __future__ import annotations

import itertools
import os
import random
from fractions import Fraction as F

import pytest

from detente.conclusions.conclusion import Conclusion
from detente.conclusions.decide import decide
from detente.conclusions.levers import levers_for
from detente.conclusions.path_conditions import PathConditions
from detente.conclusions.rests_on import rests_on
from detente.conclusions.tree_outcomes import TreeOutcomes, tree_holds, tree_thresholds
from detente.errors import UsageError
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic_tree import SymbolicTree

SWEEP = float(os.environ.get("DETENTE_SWEEP", "1"))
BOX = {"a": (0, 1, 2), "b": (0, 1, 2)}
FORMULAS = ["a", "b", "a - b", "1", "0", "2*a - 1", "a*b", "b/(a + 1)", "max(a, b)", "piecewise(a, a > b, 1)", "abs(a - 1)"]


def value(text, p):
    """The formulas of the random trees, by hand."""
    a, b = p["a"], p["b"]
    return {
        "a": a, "b": b, "a - b": a - b, "1": F(1), "0": F(0), "2*a - 1": 2 * a - 1, "a*b": a * b, "b/(a + 1)": b / (a + 1),
        "max(a, b)": max(a, b), "piecewise(a, a > b, 1)": a if a > b else F(1), "abs(a - 1)": abs(a - 1),
    }[text]  # fmt: skip


def written(rnd, depth, formulas):
    """A tree as nested tuples: an end is a pair of formulas, a chance move has the player None."""
    if depth == 0 or rnd.random() < 0.2:
        return tuple(rnd.choice(formulas) for _ in range(2))
    player = None if rnd.random() < 0.15 else rnd.randrange(2)
    return (player, [written(rnd, depth - 1, formulas) for _ in range(rnd.choice([2, 2, 3]))])


def is_end(node):
    return isinstance(node[0], str)


def built(node):
    if is_end(node):
        return terminal(*node)
    player, below = node
    names = "lmr"[: len(below)]
    if player is None:
        return chance({name: (F(1, len(below)), built(child)) for name, child in zip(names, below, strict=True)})
    return decision("pq"[player], {name: built(child) for name, child in zip(names, below, strict=True)})


def outcomes(node, p):
    """All outcomes of pure subgame-perfect equilibria by brute force: every plan, checked by one-shot deviations."""
    plans = all_plans(node, p)
    return [each[0] for each in plans]


def all_plans(node, p):
    """Every pure equilibrium plan of a sub-tree as (paths, payoffs); the first follows the rule "of equals the first"."""
    if is_end(node):
        return [(((),), tuple(value(text, p) for text in node))]
    player, below = node
    names = "lmr"[: len(below)]
    found = []
    for combination in itertools.product(*(all_plans(child, p) for child in below)):
        if player is None:
            paths = tuple((name, *path) for name, (own, _) in zip(names, combination, strict=True) for path in own)
            payoffs = tuple(sum(each[1][i] for each in combination) / len(combination) for i in range(2))
            found.append((paths, payoffs))
            continue
        best = max(each[1][player] for each in combination)
        found += [
            (tuple((name, *path) for path in own), payoffs)
            for name, (own, payoffs) in zip(names, combination, strict=True)
            if payoffs[player] == best
        ]
    return list(dict.fromkeys(found))


def ruled(node, p):
    if is_end(node):
        return ((),), tuple(value(text, p) for text in node)
    player, below = node
    names = "lmr"[: len(below)]
    own = [ruled(child, p) for child in below]
    if player is None:
        paths = tuple((name, *path) for name, (each, _) in zip(names, own, strict=True) for path in each)
        return paths, tuple(sum(each[1][i] for each in own) / len(own) for i in range(2))
    at = max(range(len(own)), key=lambda k: own[k][1][player])
    return tuple((names[at], *path) for path in own[at][0]), own[at][1]


def text(paths):
    return " | ".join(",".join(path) for path in paths)


def trees(seed, formulas=FORMULAS, depth=2):
    rnd = random.Random(seed)
    node = (rnd.randrange(2), [written(rnd, depth, formulas) for _ in range(2)])
    return rnd, node, SymbolicTree(["p", "q"], built(node), BOX)


@pytest.mark.parametrize("seed", range(int(10 * SWEEP)))
def test_outcomes_are_those_of_brute_force_at_grid_points_with_their_ties(seed):
    rnd, node, tree = trees(seed)
    found = TreeOutcomes(tree)
    for _ in range(12):
        p = {"a": F(rnd.randrange(9), 4), "b": F(rnd.randrange(9), 4)}
        every, first = found.at(p)
        assert set(every) == {text(each) for each in outcomes(node, p)}
        assert first == text(ruled(node, p)[0])


@pytest.mark.parametrize("seed", range(int(10 * SWEEP)))
def test_thresholds_are_where_brute_force_changes_its_outcomes(seed):
    polynomial = FORMULAS[:7]
    rnd, node, tree = trees(100 + seed, polynomial)
    b = F(rnd.randrange(1, 8), 4)
    found = tree_thresholds(tree, "a", at={"b": b})
    marks = sorted({F(0), F(2), *(F(str(each.at)) for each in found.inside if getattr(each.at, "is_Rational", False))})
    irrational = [each for each in found.inside if not getattr(each.at, "is_Rational", False)]

    def state(a):
        return {text(each) for each in outcomes(node, {"a": a, "b": b})}

    if not irrational:
        for low, high in itertools.pairwise(marks):
            inner = [low + (high - low) * F(k, 7) for k in range(1, 7)]
            assert len({frozenset(state(each)) for each in inner}) == 1
    for each in found.inside:
        if each.at.is_Rational:
            at = F(str(each.at))
            assert set(each.at_point) == state(at)
            assert set(each.before) == state(at - F(1, 10**9))
            assert set(each.after) == state(at + F(1, 10**9))


@pytest.mark.parametrize("kind", ["equilibrium", "unique", "selected"])
@pytest.mark.parametrize("seed", range(int(5 * SWEEP)))
def test_the_alternatives_of_a_path_hold_exactly_where_brute_force_says_so(seed, kind):
    rnd, node, tree = trees(200 + seed)
    paths = TreeOutcomes(tree).labels.values()
    conditions = {path: PathConditions(tree, path, kind) for path in paths}
    denied = {path: PathConditions(tree, path, kind, negated=True) for path in paths}
    for _ in range(8):
        p = {"a": F(rnd.randrange(9), 4), "b": F(rnd.randrange(9), 4)}
        truth = {text(ruled(node, p)[0])} if kind == "selected" else {text(each) for each in outcomes(node, p)}
        for path, own in conditions.items():
            said = truth == {path} if kind == "unique" else path in truth
            assert own.truth(p) == said
            assert denied[path].truth(p) == (not said)
            signs = [(value > 0) - (value < 0) for value in (each.value(own.values(p)) for each in own.forms)]
            for wanted in (True, False):
                covered = any(all(each.met(signs[each.index]) for each in cube) for cube in own.cubes(wanted))
                assert covered or own.truth(p) != wanted


@pytest.mark.parametrize("seed", range(int(5 * SWEEP)))
def test_a_set_of_paths_holds_exactly_where_brute_force_finds_these_outcomes_and_no_others(seed):
    rnd, node, tree = trees(300 + seed)
    paths = list(TreeOutcomes(tree).labels.values())
    points = [{"a": F(rnd.randrange(9), 4), "b": F(rnd.randrange(9), 4)} for _ in range(8)]
    truths = [{text(each) for each in outcomes(node, p)} for p in points]
    for wanted_set in [*truths, set(rnd.sample(paths, 2))]:
        own = PathConditions(tree, ";".join(sorted(wanted_set)), "set")
        for p, truth in zip(points, truths, strict=True):
            assert own.truth(p) == (truth == wanted_set)
            signs = [(value > 0) - (value < 0) for value in (each.value(own.values(p)) for each in own.forms)]
            for wanted in (True, False):
                covered = any(all(each.met(signs[each.index]) for each in cube) for cube in own.cubes(wanted))
                assert covered or own.truth(p) != wanted


def entry():
    root = decision("e", {
        "out": terminal(0, "m"),
        "in": decision("i", {"share": terminal("d", "d"), "fight": terminal("-k", "d - f")}),
    })
    return SymbolicTree(["e", "i"], root, {"m": (2, 3, 4), "d": ("1/2", 1, 2), "k": (0, 1, 2), "f": (-1, "1/2", 1)})


def test_the_deterrence_of_entry_by_hand():
    """Selten 1978: fighting is credible where f <= 0 (where f = 0, both are), and then entry is deterred if k > 0."""
    tree = entry()

    def holds(kind, path, **p):
        return tree_holds(tree, Conclusion(f"{kind}:{path}", kind, name=path), p)

    assert holds("unique", "in,share", f="1/2")
    assert holds("set", "out;in,share", f=0)
    assert holds("selected", "in,share", f=0)
    assert not holds("unique", "in,share", f=0)
    assert holds("equilibrium", "out", f=0)
    (only,) = tree_thresholds(tree, "f").inside
    assert (only.at, only.before, only.at_point, only.after) == (0, ("out",), ("out", "in,share"), ("in,share",))
    found = levers_for(PathConditions(tree, "out", "selected"))
    assert [(list(each.change), each.cost, each.attained) for each in found.singles] == [(["f"], F(1, 4), False)]
    assert rests_on(tree.formulas, PathConditions(tree, "in,share", "selected")).sets == (("f",),)
    assert decide(PathConditions(tree, "in,share", "selected"), {"f": ("1/4", 1)}).status == "fixed"
    # At f = 1/2 sharing is strictly better, so what is selected is the only outcome; it needs f > 0 alone.
    assert rests_on(tree.formulas, PathConditions(tree, "in,share", "unique")).sets == (("f",),)
    assert rests_on(tree.formulas, PathConditions(tree, "in,share", "set")).sets == (("f",),)


def test_what_is_outside_the_scope_is_refused():
    blind = decision("q", {"l": terminal("a", 0), "r": terminal(0, "b")}, "x")
    with pytest.raises(UsageError, match="perfect information; q cannot tell apart the 2 nodes"):
        TreeOutcomes(SymbolicTree(["p", "q"], decision("p", {"a": blind, "b": blind}), BOX))
    with pytest.raises(UsageError, match="expected one of out; in,share; in,fight"):
        PathConditions(entry(), "in")
    with pytest.raises(UsageError, match="expected equilibrium, unique, set or selected"):
        PathConditions(entry(), "out", "dominant")
    with pytest.raises(UsageError, match="expected equilibrium, unique, selected or set"):
        tree_holds(entry(), Conclusion("dominant:e=in", "dominant"), {})
    with pytest.raises(UsageError, match="unknown parameter 'zz'"):
        tree_thresholds(entry(), "zz")
