"""Trees with formulas as payoffs: subgame-perfect equilibria with exact conditions, ties included."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from fractions import Fraction as F

import pytest

from detente.errors import DetenteError, UsageError
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.parametric.atlas import atlas, verify_atlas
from detente.solve.parametric.tree_atlas import tree_atlas
from detente.solve.trees.backward_induction import backward_induction
from detente.solve.trees.subgame import subgame_perfect

SWEEP = float(os.environ.get("DETENTE_SWEEP", "1"))


def entry(**box):
    root = decision(
        "entrant",
        {
            "out": terminal(0, "m"),
            "in": decision("incumbent", {"fight": terminal("-k", "d - f"), "share": terminal("d", "d")}),
        },
    )
    return SymbolicTree(["entrant", "incumbent"], root, {"m": (2, 4), "d": (-1, 2), "k": (-1, 2), "f": (-1, 1), **box})


def plans(tree, point):
    """The pure subgame-perfect equilibria of the numeric tree, as actions in the order of information sets."""
    found = set()
    for each in backward_induction(tree.at_point(point)).equilibria:
        found.add(
            tuple(
                next(a for a, w in each.profile[tree.players[one.player]][one.label].items() if w == 1)
                for one in tree.information_sets
            )
        )
    return found


def test_entry_deterrence_has_the_textbook_conditions():
    """Selten 1978: entry where fighting does not pay; out only behind a threat that is credible."""
    found = {each.label: each for each in atlas(entry()).regions}
    assert set(found) == {"out,fight", "out,share", "in,fight", "in,share"}
    assert found["in,share"].holds_at(d=1, f="1/2", k=1)
    assert not found["out,fight"].holds_at(d=1, f="1/2", k=1)
    assert found["out,fight"].holds_at(d=1, f="-1/2", k=1)
    assert {str(each.sympy) for each in found["in,share"].unsettled} == {"d >= 0", "f >= 0"}
    assert str(found["in,share"].payoffs["incumbent"]) == "d"


def test_on_a_tie_both_actions_are_equilibria():
    holding = {each.label for each in tree_atlas(entry()).regions if each.holds_at(d=0, f=0, k=0)}
    assert holding == {"out,fight", "out,share", "in,fight", "in,share"}


def test_a_box_that_settles_every_comparison_leaves_one_plan():
    found = tree_atlas(entry(d=(1, 2), f=(F(1, 2), 1)))
    assert [(each.label, each.status) for each in found.regions] == [("in,share", "always")]
    assert found.regions[0].in_words() == (
        "(entrant: in [1]; incumbent: share [1]) is an equilibrium everywhere in the box."
    )


def test_chance_averages_formulas_exactly():
    root = decision("p", {"sure": terminal("s"), "risk": chance({"w": ("1/3", terminal("3*x")), "l": ("2/3", terminal(0))})})
    found = {each.label: each for each in tree_atlas(SymbolicTree(["p"], root, {"s": (0, 1), "x": (0, 1)})).regions}
    assert str(found["risk"].condition) == "-s + x >= 0"
    assert found["risk"].holds_at(s="1/2", x="1/2")


def test_payoffs_on_the_way_count_and_rational_ones_are_compared_by_sign():
    root = decision(
        "p",
        {
            "go": decision("q", {"l": terminal("1/a", 0), "r": terminal(0, "-b")}, outcome=("-b", "b")),
            "stay": terminal(1, 0),
        },
    )
    tree = SymbolicTree(["p", "q"], root, {"a": (F(1, 4), 2), "b": (F(1, 4), 1)})
    found = {each.label: each for each in tree_atlas(tree).regions}
    assert set(found) == {"go,l", "stay,l"}
    assert found["go,l"].holds_at(a="1/4", b=1)
    assert not found["go,l"].holds_at(a=1, b="1/4")


def test_the_tree_at_a_point_is_the_numeric_tree():
    tree = entry()
    numeric = tree.at(d=1, f="1/2", k="1/3", m=2)
    assert [numeric.payoffs(node.index) for node in numeric.terminals] == [(0, 2), (F(-1, 3), F(1, 2)), (1, 1)]
    assert numeric.information_sets[1].label == tree.information_sets[1].label


def test_faults_are_refused_with_what_was_found():
    same = decision("q", {"l": terminal(1, 0), "r": terminal(0, 1)}, information_set="x")
    with pytest.raises(UsageError, match="perfect information"):
        tree_atlas(SymbolicTree(["p", "q"], decision("p", {"a": same, "b": same}), {"z": (0, 1)}))
    with pytest.raises(UsageError, match="list with at least one name"):
        SymbolicTree("p", terminal(1), {})
    with pytest.raises(UsageError, match="unknown parameter 'zz'"):
        tree_atlas(entry(), over=["zz"])
    with pytest.raises(UsageError, match="plans"):
        tree_atlas(entry(), limit=2)
    with pytest.raises(AttributeError, match="frozen"):
        entry().title = "x"
    assert "2 decisions, 3 terminal nodes" in repr(entry())


def test_parameters_that_do_not_vary_stay_at_their_value():
    found = tree_atlas(entry(), over=["f"], at={"d": 1})
    assert {each.label for each in found.regions} == {"out,fight", "in,fight", "in,share"} - {
        each for each in ("out,fight", "in,fight") if each not in {one.label for one in found.regions}
    }
    assert {each.label: str(each.condition) for each in found.regions}["in,share"] == "f >= 0"


def random_tree(rnd, depth):
    if depth == 0 or rnd.random() < 0.15:
        return terminal(*(rnd.choice(["a", "b", "a - b", "1", "0", "2*a - 1", "a*b", "b/(a + 1)"]) for _ in range(2)))
    if rnd.random() < 0.15:
        return chance({"u": ("1/3", random_tree(rnd, depth - 1)), "v": ("2/3", random_tree(rnd, depth - 1))})
    return decision(rnd.choice("pq"), {name: random_tree(rnd, depth - 1) for name in "lr"})


@pytest.mark.parametrize("seed", range(int(8 * SWEEP)))
def test_regions_are_exactly_the_equilibria_of_the_numeric_tree_at_grid_points_with_their_ties(seed):
    rnd = random.Random(seed)
    root = decision("p", {"l": random_tree(rnd, 2), "r": random_tree(rnd, 2)})
    tree = SymbolicTree(["p", "q"], root, {"a": (0, 1), "b": (0, 2)})
    found = tree_atlas(tree)
    for _ in range(12):
        point = {"a": F(rnd.randrange(5), 4), "b": F(rnd.randrange(5), 2)}
        truth = plans(tree, point)
        assert truth  # the partition is complete: some plan always holds
        assert {tuple(each.label.split(",")) for each in found.regions if each.holds_at(point)} == truth
        short = {
            tuple(each.label.split(","))
            for each in found.regions
            if all(one.holds_at(each.game, point) for one in each.unsettled)
        }
        assert short == truth


def test_chances_may_be_formulas_and_players_may_not_know_what_was_drawn():
    # the receiver hires at s blindly: worth x*p to it, which it compares with the sure 1/4
    def after(good):
        return decision("r", {"hire": terminal("x" if good else "0"), "wait": terminal("1/4")}, "blind")

    tree = SymbolicTree(["r"], chance({"good": ("p", after(True)), "bad": ("1 - p", after(False))}), {"p": (0, 1), "x": (0, 2)})
    assert not tree.perfect_information
    numeric = tree.at(p="1/3", x=1)
    assert numeric.nodes[0].probabilities == (F(1, 3), F(2, 3))
    assert len(numeric.information_sets) == 1
    (best,) = subgame_perfect(numeric).equilibria
    assert best.payoffs == {"r": F(1, 3)}
    with pytest.raises(UsageError, match="expected none below 0"):
        tree.at(p=2)
    odd = SymbolicTree(["r"], chance({"good": ("p", terminal(0)), "bad": ("1/2", terminal(1))}), {"p": (0, 1)})
    with pytest.raises(UsageError, match="add up to 5/6"):
        odd.at(p="1/3")


def test_the_atlas_takes_chances_as_formulas():
    root = decision("p", {"sure": terminal("s"), "risk": chance({"w": ("q", terminal("x")), "l": ("1 - q", terminal(0))})})
    tree = SymbolicTree(["p"], root, {"s": (0, 1), "x": (0, 1), "q": (0, 1)})
    found = {each.label: each for each in tree_atlas(tree).regions}
    assert str(found["risk"].condition) == "q*x - s >= 0"


def test_an_information_set_with_different_actions_is_refused():
    root = decision("p", {"a": decision("q", {"l": terminal(1, 0)}, "x"), "b": decision("q", {"r": terminal(1, 0)}, "x")})
    with pytest.raises(UsageError, match="expected the same in the same order"):
        SymbolicTree(["p", "q"], root, {"z": (0, 1)})


def test_payoffs_with_cases_have_regions_case_by_case():
    # the project survives a price of max(p, f) exactly where it covers its cost c
    root = decision("i", {
        "out": terminal(0, 1),
        "in": decision("c", {"keep": terminal("p - c", "1/2"), "cut": terminal("piecewise(max(p - d, f) - c, max(p - d, f) >= c, -1)", "piecewise(d, max(p - d, f) < c, 0)")}),
    })
    box = {"p": (0, 2), "c": (0, 2), "d": (0, 1), "f": (0, 2)}
    tree = SymbolicTree(["i", "c"], root, box)
    found = tree_atlas(tree)
    rnd = random.Random(5)
    for _ in range(150):
        point = {name: F(rnd.randrange(low * 4, high * 4 + 1), 4) for name, (low, high) in box.items()}
        truth = plans(tree, point)
        assert {tuple(each.label.split(",")) for each in found.regions if each.holds_at(point)} == truth
    # in every case the payoffs printed are rational functions
    assert all("max" not in str(value) and "Piecewise" not in str(value) for each in found.regions for value in each.payoffs.values())


def test_derived_names_with_cases_are_written_out_and_others_are_kept():
    root = decision("i", {"out": terminal(0), "in": terminal("hi - half")})
    tree = SymbolicTree(["i"], root, {"p": (0, 2), "f": (0, 2), "c": (1, 2)}, {"hi": "max(p, f)", "half": "c/2"})
    shown = {str(each.payoffs["i"]) for each in tree_atlas(tree).regions if each.label == "in"}
    assert shown == {"p - half", "f - half"} or shown == {"-half + p", "f - half"}


def test_a_tree_atlas_is_verified_at_points_and_a_wrong_one_is_caught():
    found = tree_atlas(entry())
    verify_atlas(found, 40, 1)
    wrong = replace(found, regions=found.regions[1:])
    with pytest.raises(DetenteError, match="disagrees with the solver"):
        verify_atlas(wrong, 40, 1)
