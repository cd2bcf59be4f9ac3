"""Signaling games in closed form: textbook cases, brute force over pure profiles, the numeric solver for mixed ones."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction as F

import pytest

from detente.errors import DetenteError, UsageError
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.parametric.atlas import verify_atlas
from detente.solve.parametric.signaling import signaling
from detente.solve.trees.sequential import sequential_equilibria


def built(payoffs, odds, box, types=("t0", "t1"), messages=("m0", "m1"), replies=("a0", "a1")):
    """``payoffs[type][message][reply]`` is a pair of formulas (sender, receiver)."""
    def sent(t):
        return {
            m: decision("r", {a: terminal(*payoffs[t][i][k]) for k, a in enumerate(replies)}, m) for i, m in enumerate(messages)
        }

    return SymbolicTree(["s", "r"], chance({name: (odds[t], decision("s", sent(t), name)) for t, name in enumerate(types)}), box)


def beer_and_quiche(prior="9/10"):
    """Cho and Kreps 1987: a surly sender likes beer, a wimp quiche; both dislike to fight; the other fights wimps."""
    payoffs = [
        # surly: beer 1, plus 2 if there is no fight; the receiver gets 1 for not fighting a surly one
        [[("1", "0"), ("3", "1")], [("0", "0"), ("2", "1")]],
        # wimp: quiche 1
        [[("0", "1"), ("2", "0")], [("1", "1"), ("3", "0")]],
    ]
    return built(payoffs, ("p", "1 - p"), {"p": (0, prior, 1)}, ("surly", "wimp"), ("beer", "quiche"), ("fight", "not"))


def test_of_the_two_pooling_equilibria_of_beer_and_quiche_the_intuitive_criterion_leaves_beer():
    found = [each for each in signaling(beer_and_quiche()).signals if each.holds_at(p="9/10")]
    assert {(each.kind, each.label.split(";")[0]) for each in found} == {
        ("pooling", "surly beer, wimp beer"), ("pooling", "surly quiche, wimp quiche"),
    }  # fmt: skip
    point = {"p": F(9, 10)}
    assert {each.label.split(";")[0]: each.survives(point) for each in found} == {
        "surly beer, wimp beer": True, "surly quiche, wimp quiche": False,
    }  # fmt: skip
    # pooling lasts while the surly are at least half
    assert all(str(each.condition) == "2*p - 1 >= 0" for each in found)


def test_with_few_surly_senders_the_wimps_mix_as_cho_and_kreps_say():
    """p < 1/2: wimps drink beer with odds p/(1 - p), and are then fought half the time."""
    (only,) = (each for each in signaling(beer_and_quiche()).signals if each.kind == "semi-separating" and each.holds_at(p="1/10"))
    assert only.label == "surly beer, wimp beer+quiche; beer fight+not, quiche fight"
    assert str(only.profile["s"]["wimp"]["beer"]) == "p/(1 - p)"
    assert str(only.profile["r"]["beer"]["fight"]) == "1/2"


def random_game(seed):
    rnd = random.Random(seed)
    formulas = ["a", "b", "a - b", "1", "0", "2*a - 1", "a*b", "1 - b"]
    payoffs = [[[(rnd.choice(formulas), rnd.choice(formulas)) for _ in range(2)] for _ in range(2)] for _ in range(2)]
    return rnd, payoffs, built(payoffs, ("q", "1 - q"), {"a": (0, 1, 2), "b": (0, 1, 2), "q": ("1/10", "1/2", "9/10")})


def value(text, p):
    a, b = p["a"], p["b"]
    return {"a": a, "b": b, "a - b": a - b, "1": F(1), "0": F(0), "2*a - 1": 2 * a - 1, "a*b": a * b, "1 - b": 1 - b}[text]


@pytest.mark.parametrize("seed", range(6))
def test_pure_equilibria_are_those_of_brute_force_over_profiles(seed):
    rnd, payoffs, tree = random_game(seed)
    found = signaling(tree)
    for _ in range(10):
        p = {"a": F(rnd.randrange(5), 2), "b": F(rnd.randrange(5), 2), "q": F(rnd.randrange(1, 10), 10)}
        odds = (p["q"], 1 - p["q"])
        u = [[[tuple(value(each, p) for each in cell) for cell in row] for row in own] for own in payoffs]
        truth = set()
        for sent in itertools.product((0, 1), repeat=2):
            for reply in itertools.product((0, 1), repeat=2):
                calm = all(u[t][sent[t]][reply[sent[t]]][0] >= u[t][m][reply[m]][0] for t in (0, 1) for m in (0, 1))
                gains = []
                for m in (0, 1):
                    per_type = [u[t][m][reply[m]][1] - u[t][m][1 - reply[m]][1] for t in (0, 1)]
                    on_path = [t for t in (0, 1) if sent[t] == m]
                    gains.append(sum(odds[t] * per_type[t] for t in on_path) >= 0 if on_path else max(per_type) >= 0)
                if calm and all(gains):
                    truth.add((sent, reply))
        claimed = {
            (
                tuple(int(each.profile["s"][t]["m1"] == 1) for t in ("t0", "t1")),
                tuple(int(each.profile["r"][m]["a1"] == 1) for m in ("m0", "m1")),
            )
            for each in found.signals
            if each.kind != "semi-separating" and each.holds_at(p)
        }
        assert claimed == truth


def holding(found, p):
    return [each for each in found.signals if each.kind == "semi-separating" and each.holds_at(p)]


@pytest.mark.parametrize("seed", range(5))
def test_semi_separating_equilibria_are_those_of_the_numeric_solver(seed):
    rnd, _, tree = random_game(100 + seed)
    found = signaling(tree)
    game = found.game
    for _ in range(4):
        # off the grid, so that nothing ties
        p = {"a": F(rnd.randrange(1, 200), 101), "b": F(rnd.randrange(1, 200), 103), "q": F(rnd.randrange(11, 88), 97)}
        claimed = {
            tuple(game.evaluate(weight, p) if hasattr(weight, "free_symbols") else F(weight) for own in each.profile.values() for actions in own.values() for weight in actions.values())
            for each in holding(found, p)
        }
        numeric = set()
        for each in sequential_equilibria(tree.at_point(p)).equilibria:
            mixing = [t for t in ("t0", "t1") if 0 < each.profile["s"][t]["m0"] < 1]
            sent = [m for m in ("m0", "m1") if any(each.profile["s"][t][m] > 0 for t in ("t0", "t1"))]
            if len(mixing) == 1 and len(sent) == 2 and not each.strategy_ranges:
                numeric.add(tuple(weight for own in each.profile.values() for actions in own.values() for weight in actions.values()))
        assert claimed == numeric


def test_payoffs_of_every_equilibrium_are_those_of_the_numeric_tree():
    from detente.solve.trees._tree_values import node_values

    for seed in range(2):
        rnd, _, tree = random_game(seed)
        found = signaling(tree)
        p = {"a": F(3, 7), "b": F(8, 7), "q": F(1, 3)}
        numeric = tree.at_point(p)
        for each in found.signals:
            if not each.holds_at(p):
                continue
            weights = {label: [found.game.evaluate(w, p) if hasattr(w, "free_symbols") else F(w) for w in actions.values()]
                       for own in each.profile.values() for label, actions in own.items()}
            behavior = tuple(tuple(weights[one.label]) for one in numeric.information_sets)
            assert node_values(numeric, behavior)[0] == tuple(found.game.evaluate(each.payoffs[name], p) for name in ("s", "r"))


@pytest.mark.parametrize(
    ("root", "message"),
    [
        (decision("s", {"a": terminal("x", 0), "b": terminal(0, 0)}), "found a decision at the root"),
        (chance({"u": ("1/2", terminal("x", 0)), "v": ("1/2", terminal(0, 0))}), "found another than one mover"),
        (
            chance({"u": ("1/2", decision("s", {"m": terminal("x", 0), "n": terminal(0, 0)}, "u")), "v": ("1/2", decision("s", {"m": terminal(1, 0), "n": terminal(0, 0)}, "v"))}),
            "found no single reply",
        ),
    ],
)  # fmt: skip
def test_what_is_no_signaling_game_is_refused(root, message):
    with pytest.raises(UsageError, match=message):
        signaling(SymbolicTree(["s", "r"], root, {"x": (0, 1)}))


def test_an_atlas_of_signals_is_verified_and_a_wrong_one_is_caught():
    _, _, tree = random_game(3)
    found = signaling(tree)
    verify_atlas(found, 30, 2)
    wrong = replace(found, signals=tuple(replace(each, status="always") for each in found.signals))
    with pytest.raises(DetenteError, match="disagrees with the payoffs"):
        verify_atlas(wrong, 30, 2)


def test_unknown_parameters_are_refused():
    with pytest.raises(UsageError, match="unknown parameter 'zz'"):
        signaling(beer_and_quiche(), over=["zz"])


def test_an_atlas_of_signals_prints_kinds_and_mixtures():
    found = signaling(beer_and_quiche()).table()
    (mixed,) = (row for row in found.rows if row[0] == "semi-separating" and "wimp beer+quiche" in row[1])
    assert "fight at beer with probability 1/2" in mixed[1]
    assert "beer at wimp with probability p/(1 - p)" in mixed[1]
