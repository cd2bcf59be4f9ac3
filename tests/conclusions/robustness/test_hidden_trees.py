"""Trees in which choices, types or chance are hidden: every draw against the definition at that draw alone."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest

from detente.conclusions.robustness.hidden_trees import hidden_subject
from detente.conclusions.robustness.robustness import How, robustness_of
from detente.conclusions.robustness.signaling_trees import SignalingTrees
from detente.conclusions.robustness.trees import tree_subject
from detente.errors import UsageError
from detente.formula import parse
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.parametric.signaling import signaling

BOX = {"a": (0, 1, 2), "b": (0, 1, 2), "t": (0, F(1, 3), 1)}
FORMULAS = ["a", "b", "a - b", "1", "0", "a*b", "2 - a"]


def drawn(seed, n):
    """Draws that are exact in binary, so that ties are ties."""
    rng = np.random.default_rng(seed)
    return {"a": rng.integers(0, 9, n) / 4, "b": rng.integers(0, 9, n) / 4, "t": rng.integers(1, 8, n) / 8}


def point(values, k):
    return {name: F(float(each[k])) for name, each in values.items()}


def worth(text, at):
    return parse(text).evaluate(at)


def formulas():
    return SymbolicGame([[0]], BOX, ["f"], [["x"]])


def paths_of(tree):
    ends = [node.index for node in tree.nodes if node.kind == "terminal"]
    return tuple({f"m{depth}": choice for depth, choice in enumerate(tree.history(end))} for end in ends)


# --- choices made at once


@pytest.mark.parametrize("seed", range(6))
def test_players_who_choose_at_once_play_an_equilibrium_of_what_is_left(seed):
    rnd = random.Random(seed)
    pays = {cell: [rnd.choice(FORMULAS) for _ in range(3)] for cell in product("lr", "ud", "xy")}

    def after(first):
        return decision(
            "q",
            {
                second: decision("r", {third: terminal(*pays[first, second, third]) for third in "xy"}, f"r{first}")
                for second in "ud"
            },
            f"q{first}",
        )

    tree = SymbolicTree(["p", "q", "r"], decision("p", {first: after(first) for first in "lr"}), BOX)
    own = pickle.loads(pickle.dumps(tree_subject(tree, formulas(), paths_of(tree)).classifier))
    values = drawn(seed, 30)
    seen = set()
    for k, code in enumerate(own.classify(values, 30).codes):
        at = point(values, k)
        u = {cell: [worth(each, at) for each in row] for cell, row in pays.items()}
        stage = {
            first: [
                (first, y, z)
                for y, z in product("ud", "xy")
                if all(u[first, y, z][1] >= u[first, o, z][1] for o in "ud")
                and all(u[first, y, z][2] >= u[first, y, o][2] for o in "xy")
            ]
            for first in "lr"
        }
        # a profile of the stage is an outcome if p cannot do better by the other choice and some equilibrium behind it
        expected = {
            cell
            for first, other in ("lr", "rl")
            for cell in stage[first]
            if stage[other] and u[cell][0] >= min(u[each][0] for each in stage[other])
        }
        assert {cell for cell in pays if own.holds(f"equilibrium:{','.join(cell)}", code)} == expected
        assert own.holds("none", code) == (not expected)
        if all(len(each) == 1 for each in stage.values()):
            (left,), (right,) = stage.values()
            chosen = left if u[left][0] >= u[right][0] else right
            assert own.label("selected", code) == ",".join(chosen)
        elif not (len(stage["l"]) == len(stage["r"]) == 1):
            assert own.label("selected", code) == "nothing"
        seen.add(len(expected))
    assert len(seen) > 1


# --- beliefs that are the chances of the tree


@pytest.mark.parametrize("seed", range(6))
def test_who_does_not_know_decides_by_what_it_expects_of_those_who_do(seed):
    rnd = random.Random(seed)
    ends = [(kind, "out") for kind in "gh"] + [(kind, "in", reply) for kind in "gh" for reply in "xyz"]
    pays = {path: [rnd.choice(FORMULAS) for _ in range(2)] for path in ends}

    def of(kind):
        knows = decision("q", {reply: terminal(*pays[kind, "in", reply]) for reply in "xyz"}, f"q{kind}")
        return decision("p", {"out": terminal(*pays[kind, "out"]), "in": knows}, "p")

    tree = SymbolicTree(["p", "q"], chance({"g": ("t", of("g")), "h": ("1 - t", of("h"))}), BOX)
    made = hidden_subject(tree, formulas(), paths_of(tree), {"gap": parse("a - b")})
    own = pickle.loads(pickle.dumps(made.classifier))
    values = drawn(seed, 30)
    found = own.classify(values, 30)
    for k, code in enumerate(found.codes):
        at = point(values, k)
        u = {path: [worth(each, at) for each in row] for path, row in pays.items()}
        reply = {kind: max("xyz", key=lambda each: (u[kind, "in", each][1], -ord(each))) for kind in "gh"}  # noqa: B023
        odds = {"g": at["t"], "h": 1 - at["t"]}
        goes = sum(odds[kind] * (u[kind, "in", reply[kind]][0] - u[kind, "out"][0]) for kind in "gh")
        expected = {f"{kind},in,{reply[kind]}" if goes > 0 else f"{kind},out" for kind in "gh"}
        assert set(own.label("selected", code).split("|")) == expected
        assert own.holds(f"selected:{'|'.join(sorted(expected, reverse=True))}", code)
        assert own.holds("played:m1=in", code) == (goes > 0)
        assert own.holds("played:m0=g,m2=x", code) == (goes > 0 and reply["g"] == "x")
        assert bool(found.truths[0][k]) == (at["a"] > at["b"])


# --- signaling games


def signaling_tree(seed):
    rnd = random.Random(seed)

    def after(message):
        # coefficients of many digits, so that nothing ties
        pays = [f"{rnd.randint(-99, 99)}/97 + {rnd.randint(-99, 99)}/89*a + {rnd.randint(-99, 99)}/83*b" for _ in range(4)]
        return decision("q", {"x": terminal(*pays[:2]), "y": terminal(*pays[2:])}, message)

    def of(kind):
        return decision("p", {"m": after("m"), "n": after("n")}, kind)

    return SymbolicTree(["p", "q"], chance({"g": ("t", of("g")), "h": ("1 - t", of("h"))}), BOX)


def test_signaling_equilibria_exist_where_their_closed_conditions_say_so():
    kinds = set()
    for seed in range(5):
        tree = signaling_tree(seed)
        own = hidden_subject(tree, formulas(), paths_of(tree)).classifier
        assert isinstance(own, SignalingTrees)
        values = drawn(seed, 25)
        regions = signaling(tree).signals
        for k, code in enumerate(own.classify(values, 25).codes):
            at = point(values, k)
            here = [each for each in regions if each.status == "always" or each.holds_at(at)]
            expected = set()
            for region in here:
                sent, played = region.profile["p"], region.profile["q"]
                expected.add(
                    frozenset(
                        f"{kind},{message},{reply}"
                        for kind in "gh"
                        for message in "mn"
                        for reply in "xy"
                        if sent[kind][message] != 0 and played[message][reply] != 0
                    )
                )
                kinds.add(region.kind)
            got = {frozenset(each.split("|")) for each in own.label("set", code).split("; ")} - {frozenset(["none"])}
            assert got == expected
            assert own.holds("none", code) == (not expected)
            for kind in ("separating", "pooling", "semi-separating"):
                assert own.holds(f"kind:{kind}", code) == any(each.kind == kind for each in here)
            assert own.holds("played:m1=n", code) == any(",n," in path for each in expected for path in each)
    assert kinds == {"separating", "pooling", "semi-separating"}


def test_shares_of_kinds_of_equilibria_add_up_and_are_proved_where_the_atlas_decides():
    # the good type gains by m whatever follows, the bad one by n: only separating, everywhere
    def of(kind, gain):
        return decision(
            "p",
            {
                "m": decision("q", {"x": terminal(f"1 + {gain}", "a"), "y": terminal(f"1/2 + {gain}", "-a")}, "m"),
                "n": decision("q", {"x": terminal("1/4", "b"), "y": terminal("0", "-b")}, "n"),
            },
            kind,
        )

    box = {**BOX, "a": (F(1, 2), 1, 2), "b": (F(1, 2), 1, 2)}
    tree = SymbolicTree(["p", "q"], chance({"g": ("t", of("g", "a")), "h": ("1 - t", of("h", "-3"))}), box)
    found = robustness_of(
        hidden_subject(tree, SymbolicGame([[0]], box, ["f"], [["x"]]), paths_of(tree)), how=How(draws=2000)
    )
    assert found.proved["kind:separating"] == "always"
    assert found.proved["equilibrium:g,m,x|h,n,x"] == "always"
    assert found.range("kind:separating") == (1.0, 1.0)
    assert not [name for name in found.conclusions if name.startswith(("kind:pooling", "kind:semi"))]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("kind:mixing", "expected kind:separating, kind:pooling, kind:semi-separating"),
        ("equilibrium:g,m,x", "a path for each type"),
        ("equilibrium:g,m,z|h,n,x", "unknown path"),
        ("played:m1=z", "expected POINT=CHOICE"),
    ],
)
def test_what_is_not_understood_of_a_signaling_game_is_refused(statement, words):
    tree = signaling_tree(0)
    with pytest.raises(UsageError, match=words):
        hidden_subject(tree, formulas(), paths_of(tree)).classifier.check(statement)


def test_trees_of_another_kind_are_refused():
    blind = {reply: terminal(0, "a") for reply in "xy"}
    root = decision("p", {"m": decision("q", blind, "q"), "n": decision("q", blind, "q")})
    both = chance({"g": ("t", root), "h": ("1 - t", decision("p", {"m": decision("q", blind, "q"), "n": terminal(1, 1)}, "h"))})
    with pytest.raises(UsageError, match="signaling game"):
        hidden_subject(SymbolicTree(["p", "q"], both, BOX), formulas(), ())
