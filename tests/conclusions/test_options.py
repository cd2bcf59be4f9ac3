"""Strategies as commitments, compared with brute force over exact points written here from the definitions."""

import json
from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest

import detente
from detente.errors import UsageError
from detente.facade import Study
from detente.games.extensive import chance, decision, terminal
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree

F = Fraction
# time enough: nothing here may depend on how busy the machine is
FEW = {"draws": 500, "budget": 1000.0}


def random_game(random, shape, degree=1):
    """A game with payoffs c0 + c1 a + c2 b (+ c3 a b), as text and as functions of a and b."""

    def cell():
        c = [random.randint(-4, 4) for _ in range(3)] + [random.randint(-3, 3) if degree > 1 else 0]
        return f"{c[0]} + {c[1]}*a + {c[2]}*b + {c[3]}*a*b", lambda a, b: c[0] + c[1] * a + c[2] * b + c[3] * a * b

    cells = {(i, *p): cell() for i in range(len(shape)) for p in product(*map(range, shape))}

    def nested(prefix):
        if len(prefix) == len(shape) + 1:
            return cells[prefix][0]
        return [nested((*prefix, k)) for k in range(len(shape) if not prefix else shape[len(prefix) - 1])]

    game = SymbolicGame(nested(()), {"a": (0, 1), "b": (-1, 1)})
    return game, lambda i, profile, a, b: cells[(i, *profile)][1](a, b)


def after(u, shape, player, own, a, b):
    """The payoffs that best replies of the only other player leave to ``player``."""
    other = 1 - player
    profiles = [(own, r) if player == 0 else (r, own) for r in range(shape[other])]
    top = max(u(other, p, a, b) for p in profiles)
    return [u(player, p, a, b) for p in profiles if u(other, p, a, b) == top]


@pytest.mark.parametrize(("seed", "shape", "degree"), [(1, (2, 2), 2), (2, (2, 3), 1), (3, (3, 3), 1), (4, (3, 2), 2), (5, (1, 3), 1)])
def test_two_players_agree_with_the_definition_at_every_point_of_a_grid(seed, shape, degree):
    game, u = random_game(Random(seed), shape, degree)
    grid = [(F(i, 6), F(j, 4) - 1) for i in range(7) for j in range(9)]
    for player in (0, 1):
        found = detente.options(game, player, {"a": F(1, 3), "b": F(1, 2)}, **FEW)
        worst = {}
        for own, option in enumerate(found):
            here = after(u, shape, player, own, F(1, 3), F(1, 2))
            assert (option.worst, option.best) == (min(here), max(here))
            for a, b in grid:
                values = after(u, shape, player, own, a, b)
                worst[own, a, b] = min(values)
                assert option.low <= min(values)
                assert max(values) <= option.high
            # what was seen is no further out than what is proved, and nearly as far: the search closes
            assert option.low <= option.seen_low <= option.seen_high <= option.high
            assert option.seen_low - option.low < F(1, 1000)
            assert option.high - option.seen_high < F(1, 1000)
            point = option.worst_case
            assert min(after(u, shape, player, own, point["a"], point["b"])) == pytest.approx(float(option.seen_low), abs=1e-9)
        for own, option in enumerate(found):
            regrets = [max(worst[k, a, b] for k in range(shape[player])) - worst[own, a, b] for a, b in grid]
            assert max(regrets) <= option.regret_bound
            assert option.regret <= option.regret_bound
            a, b = option.regret_point["a"], option.regret_point["b"]
            best = max(min(after(u, shape, player, k, a, b)) for k in range(shape[player]))
            assert best - min(after(u, shape, player, own, a, b)) == option.regret


def test_shares_are_those_of_the_definition_in_the_same_draws():
    game, u = random_game(Random(7), (3, 3), 2)
    drawn = detente.ensemble.draws(game, 400, "triangular", 5)
    counts = np.zeros(3)
    for k in range(drawn.n):
        point = drawn.point(k)
        worst = [min(after(u, (3, 3), 0, own, point["a"], point["b"])) for own in range(3)]
        counts += [value == max(worst) for value in worst]
    found = detente.options(game, 0, draws=400, priors=("triangular",), seed=5, budget=1.0)
    assert [each.share_best for each in found] == [pytest.approx(c / 400) for c in counts]
    assert sum(each.share_best for each in found) >= 1


def test_a_share_converges_to_the_length_of_the_part_where_the_option_is_best():
    # the safe option pays 1/3, the other x whatever the other player does: it is best for x >= 1/3
    game = SymbolicGame([[["x", "x"], ["1/3", "1/3"]], [[0, 0], [0, 0]]], {"x": (0, 1)})
    found = detente.options(game, 0, draws=20_000)
    assert found["1"].shares[0].share == pytest.approx(2 / 3, abs=4 * found["1"].shares[0].error)
    assert found["1"].share_range[0] < 2 / 3 < found["1"].share_range[1]
    assert (found["1"].low, found["1"].high, found["1"].regret_bound) == (0, 1, F(1, 3))
    assert (found["2"].low, found["2"].high, found["2"].regret_bound) == (F(1, 3), F(1, 3), F(2, 3))


def test_an_indifferent_opponent_leaves_a_worst_and_a_best_equilibrium():
    # against the first row the column player is indifferent, whatever x is: the row player gets 0 or x
    game = SymbolicGame([[[0, "x"], ["1/2", "1/2"]], [[1, 1], [0, 1]]], {"x": (0, "1/4", 1)})
    found = detente.options(game, 0, draws=4000)
    first, second = found
    assert (first.worst, first.best) == (0, F(1, 4))
    assert [value for _, value in first.replies] == [0, F(1, 4)]
    assert (first.low, first.high, second.low) == (0, 1, F(1, 2))
    uniform = first.shares[0]
    assert uniform.share == uniform.surely == 0
    assert uniform.possibly == pytest.approx(1 / 2, abs=0.04)
    assert second.shares[0].share == 1
    assert second.shares[0].surely == pytest.approx(1 / 2, abs=0.04)
    # at its worst the first option never gets ahead, and that is proved although its best equilibrium pays up to 1
    assert second.always_best
    assert first.regret == first.regret_bound == F(1, 2)


def test_options_that_are_the_same_tie_in_every_draw():
    game = SymbolicGame([[["x", 1], ["x", 1]], [["x", 0], ["x", 0]]], {"x": (0, 1)})
    found = detente.options(game, 0, draws=300)
    assert [each.share_best for each in found] == [1, 1]
    assert [each.shares[0].tied for each in found] == [1, 1]
    assert all(each.always_best for each in found)
    assert len(found.best) == 2
    assert "100% of draws have several best options" in str(found)


def test_with_three_players_the_worst_and_best_of_all_equilibria_of_the_others_count():
    # once the first player has chosen A the others play a coordination game: (x, x), (y, y) and a mixture 1/3, 2/3
    first = [[[5, 0], [0, 1]], [[2, 2], [2, 2]]]
    coordination = [[["c", 0], [0, 1]], [[1, 0], [0, 0]]]
    game = SymbolicGame([first, coordination, coordination], {"c": (1, 2, 3)})
    a, b = detente.options(game, 0, **FEW)
    # the mixture puts 1/3 on x for both: 5/9 + 4/9
    assert sorted(value for _, value in a.replies) == [1, 1, 5]
    assert (a.worst, a.best) == (1, 5)
    assert (b.worst, b.best) == (2, 2)
    assert a.low == 0  # proved over mixtures by the profiles they average: (x, y) pays 0
    assert a.high == 5
    assert a.low <= a.seen_low
    # with c = 3 the mixture has 1/4 on x: 5/16 + 9/16 = 14/16, which draws come close to
    assert F(7, 8) <= a.seen_low < F(9, 10)


def test_three_players_agree_with_another_solver_in_random_games():
    nashpy = pytest.importorskip("nashpy")
    random = Random(11)
    for _ in range(3):
        game, u = random_game(random, (2, 2, 3))
        found = detente.options(game, 0, {"a": F(1, 2), "b": F(1, 7)}, draws=20, budget=0.5)
        for own, option in enumerate(found):
            table = np.array([[[float(u(i, (own, k, m), F(1, 2), F(1, 7))) for m in range(3)] for k in range(2)] for i in range(3)])
            values = [x @ table[0] @ y for x, y in nashpy.Game(table[1], table[2]).vertex_enumeration()]
            assert float(option.worst) == pytest.approx(min(values), abs=1e-9)
            assert float(option.best) == pytest.approx(max(values), abs=1e-9)


def test_with_four_players_pure_equilibria_are_looked_at_and_gaps_are_told():
    # the last two play matching pennies unless the second stops them: no pure equilibrium then
    def pay(i, p):
        return {0: p[0], 1: 0, 2: 1 if p[2] == p[3] else -1, 3: -1 if p[2] == p[3] else 1}[i]

    table = [[[[[pay(i, (s, t, k, m)) for m in (0, 1)] for k in (0, 1)] for t in (0, 1)] for s in (0, 1)] for i in range(4)]
    found = detente.options(detente.NormalFormGame(table), 0, draws=50)
    assert found.method == "pure equilibria"
    assert [each.worst for each in found] == [None, None]
    assert found.best == ()
    assert found.options[0].shares[0].open == 1
    text = str(found)
    assert "In 100% of draws some option leaves no pure equilibrium" in text
    json.dumps(found.to_json())


ENTRY = SymbolicTree(
    ["entrant", "incumbent"],
    decision(
        "entrant",
        {
            "out": terminal(0, "m"),
            "in": decision("incumbent", {"fight": terminal("-k", "d - f"), "share": terminal("d", "d")}),
        },
    ),
    {"m": (2, 4), "d": (1, 2), "k": (1, 2), "f": (-1, 1)},
)


def test_a_threat_that_binds_keeps_the_entrant_out():
    # by hand: bound to fight, the entrant gets -k < 0 by entering and stays out, which pays the incumbent m
    fight, share = detente.options(ENTRY, "incumbent", {"f": "1/2"}, **FEW)
    assert [text for text, _ in fight.replies] == ["entrant=out"]
    assert (fight.worst, fight.low, fight.high) == (3, 2, 4)
    assert (share.worst, share.low, share.high) == (F(3, 2), 1, 2)
    # d <= 2 <= m, with equality at one point
    assert fight.always_best
    assert share.regret_bound == 3
    leave, enter = detente.options(ENTRY, "entrant", {"f": "1/2"}, **FEW)
    assert (leave.low, leave.high, enter.low, enter.high) == (0, 0, -2, 2)
    assert [text for text, _ in enter.replies] == ["incumbent=share"]


def test_a_tree_of_two_agrees_with_its_normal_form():
    # with one other mover, bound plans in the tree are worth what they are in the normal form of the tree
    random = Random(5)

    def end():
        return terminal(random.randint(-3, 3), f"{random.randint(-3, 3)} + {random.randint(-2, 2)}*a")

    def second(node):
        return decision("two", {"l": node(), "r": node()})

    tree = SymbolicTree(
        ["one", "two"],
        decision("one", {"L": second(lambda: decision("one", {"u": end(), "d": second(end)})), "R": second(end)}),
        {"a": (-1, "1/5", 1)},
    )
    for at in ({"a": "1/5"}, {"a": "-2/3"}, {"a": 1}):
        normal = tree.at(at).reduced_normal_form()
        for player in (0, 1):
            expected = {
                label: after(lambda i, p, *_, g=normal: g.payoffs[(i, *p)], normal.shape, player, own, 0, 0)
                for own, label in enumerate(normal.strategies[player])
            }
            found = detente.options(tree, player, at, draws=20, budget=0.2)
            assert {each.strategy: (each.worst, each.best) for each in found} == {
                label: (min(values), max(values)) for label, values in expected.items()
            }


def test_chance_moves_count_by_their_probabilities():
    tree = SymbolicTree(
        ["me", "you"],
        decision(
            "me",
            {
                "bet": chance({"good": ("1/3", decision("you", {"give": terminal("x", 1), "keep": terminal(0, 0)})), "bad": ("2/3", terminal(-1, 0))}),
                "pass": terminal(0, 0),
            },
        ),
        {"x": (0, 6)},
    )
    bet, keep = detente.options(tree, "me", {"x": 3}, **FEW)
    assert (bet.worst, keep.worst) == (F(1, 3), 0)
    assert (bet.low, bet.high) == (F(-2, 3), F(4, 3))


def test_with_several_followers_each_looks_ahead():
    # the third may punish or not, which the second foresees; the first is bound to what it starts with
    tree = SymbolicTree(
        ["a", "b", "c"],
        decision("a", {
            "x": decision("b", {
                "l": decision("c", {"p": terminal(0, -1, "t"), "q": terminal(4, 2, 0)}),
                "r": terminal(1, 0, 5),
            }),
            "y": terminal(2, 0, 0),
        }),
        {"t": (-1, 1)},
    )  # fmt: skip
    for t, expected in ((F(-1, 2), 4), (F(1, 2), 1)):
        x, _ = detente.options(tree, "a", {"t": t}, **FEW)
        assert (x.worst, x.best) == (expected, expected)
    tied, _ = detente.options(tree, "a", {"t": 0}, **FEW)
    assert (tied.worst, tied.best) == (1, 4)


def test_confrontation_as_derived_by_hand(study_root):
    game = Study(study_root).game("confrontation")
    found = game.options("us", draws=500, budget=1000.0)
    cooperate, confront = found
    d, sev, conc = F(74, 100), F(3, 10), F(1, 5)
    # China, facing cooperation, gains by confronting: (conc + rel) d sev - rent_loss rent - rep - div_cn < 0; so R = 1 + div
    v = 2 * 4 / d
    div_cn = F(1, 5) * 400 / (F(71, 10) * 20 * v) + F(2, 100)
    assert (conc + F(1, 4)) * d * sev - F(3, 10) * F(3, 100) - F(5, 100) - div_cn < 0
    assert cooperate.worst == cooperate.best == F(105, 100)
    # facing confrontation it gains relief and leverage less reputation: P
    assert F(3, 10) * F(1, 2) + F(1, 4) * d * sev * F(3, 4) - F(3, 10) * F(3, 100) - F(5, 100) > 0
    assert [text for text, _ in confront.replies] == ["china=confront"]
    # the worst case of cooperation: all of d, sev and conc at their ends, 1 - 0.8 0.6 (1 + 0.4)
    assert cooperate.low == cooperate.seen_low == 1 - F(8, 10) * F(6, 10) * F(14, 10)
    assert cooperate.high == F(112, 100)
    # the worst case of confrontation: P with capital 15 over 10 years in V = 2.5, premium (4 - 1) 0.1, ally strain, no rivalry
    assert confront.low == confront.seen_low == 1 - F(15, 10) / F(25, 10) - F(3, 10) - F(5, 100) - F(8, 10) * F(6, 10) * F(95, 100)
    for each in found:
        assert each.low < each.worst < each.high
        assert 0 < each.share_range[0] <= each.share_range[1] < 1


def test_material_payoffs_and_points_are_options_too(study_root):
    game = Study(study_root).game("confrontation")
    found = game.options("us", kind="material", draws=200)
    # without relative gains confronting costs and saves little: cooperation is best wherever it is answered in kind
    assert found["cooperate"].worst == F(105, 100)
    hawkish = game.options("us", "hawkish", draws=200)
    assert [each.strategy for each in hawkish.best] == ["confront"]


def test_a_repeated_variant_has_no_options(study_root):
    with pytest.raises(UsageError, match="the form repeated offers .*; found options"):
        Study(study_root).game("confrontation:repeated").options("us")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"player": "chna"}, "unknown player 'chna'"),
        ({"player": 2}, "unknown player 2"),
        ({"player": True}, "unknown player True"),
        ({"draws": 0}, "at least 1"),
        ({"draws": 1.5}, "at least 1"),
        ({"priors": ()}, "found no prior"),
        ({"priors": ("flat",)}, "flat"),
        ({"at": {"z": 1}}, "unknown parameter 'z'"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_arguments_are_refused(given, says):
    game, _ = random_game(Random(0), (2, 2))
    arguments = {"player": 0, "draws": 10, "budget": 0.1, **given}
    with pytest.raises(UsageError, match=says):
        detente.options(game, arguments.pop("player"), arguments.pop("at", None), **arguments)


def test_constraints_that_nothing_meets_are_told():
    game = SymbolicGame([[["x", 0], [0, 1]], [[0, 1], [1, 0]]], {"x": (0, 1)}, constraints=("x > 2",))
    with pytest.raises(UsageError, match="meets the constraints"):
        detente.options(game, 0, draws=50)


def test_irrational_payoffs_have_proved_ranges_too():
    # exp(x) against 2: from 1 to e, best where x > log 2; it may be regretted by 2 - 1, the other by e - 2
    game = SymbolicGame([[["exp(x)", "exp(x)"], [2, 2]], [[1, 0], [1, 0]]], {"x": (0, 1)})
    first, second = detente.options(game, 0, draws=2000)
    assert first.low == first.seen_low == 1
    assert float(first.high) == pytest.approx(np.e)
    assert first.high >= first.seen_high
    assert first.share_best == pytest.approx(1 - np.log(2), abs=0.05)
    assert (first.regret, first.regret_bound) == (1, 1)
    assert float(second.regret) == pytest.approx(np.e - 2)
    assert float(second.regret_bound) == pytest.approx(np.e - 2)
    assert "proved over the box" in str(detente.options(game, 0, draws=10))


def test_the_table_fits_a_terminal_and_the_frame_has_a_row_per_option_and_prior():
    game, _ = random_game(Random(1), (3, 3))
    found = detente.options(game, 1, **FEW)
    assert max(map(len, str(found).splitlines())) <= 80
    frame = found.to_frame()
    assert len(frame) == 15
    assert set(frame["option"]) == {"1", "2", "3"}
    with pytest.raises(UsageError, match="unknown option"):
        _ = found["4"]


def _counted(table, maps):
    return [[[m[v] for v in row] for row in own] for m, own in zip(maps, table, strict=True)]


def test_which_option_is_best_is_ordinal_with_one_other_player_and_cardinal_with_chance():
    random = Random(8)
    for _ in range(20):
        table = [[[random.randint(0, 4) for _ in range(3)] for _ in range(2)] for _ in range(2)]
        maps = []
        for own in table:
            values = sorted({v for row in own for v in row})
            maps.append(dict(zip(values, sorted(random.sample(range(500), len(values))), strict=True)))
        for player in (0, 1):
            first, second = (
                detente.options(detente.NormalFormGame(each), player, draws=1, priors=("uniform",), budget=0.0)
                for each in (table, _counted(table, maps))
            )
            assert first.meanings["ranking"].level == "ordinal"
            assert [each.strategy for each in first.best] == [each.strategy for each in second.best]

    # a bet of 1 against 1 is worth taking at odds of 2 to 1 in any unit, but not for every increasing utility
    def bet(win):
        wheel = chance({"w": ("2/3", terminal(win)), "l": ("1/3", terminal(-1))})
        return SymbolicTree(["me"], decision("me", {"bet": wheel, "pass": terminal(0)}), {})

    found = detente.options(bet(1), "me", draws=1)
    assert found.meanings["ranking"].level == "cardinal"
    assert [each.strategy for each in found.best] == ["bet"]
    assert [each.strategy for each in detente.options(bet("1/4"), "me", draws=1).best] == ["pass"]


def outcomes(tree, plan, node=0):
    """Every payoff vector of a subgame-perfect equilibrium of the others once a plan is fixed, by enumeration."""
    here = tree.nodes[node]
    if here.kind == "terminal":
        return {tree.payoffs(node)}
    if here.information_set in plan:
        return outcomes(tree, plan, here.children[plan[here.information_set]])
    found = set()
    for below in product(*(outcomes(tree, plan, child) for child in here.children)):
        if here.kind == "chance":
            found.add(tuple(sum(p * each[k] for p, each in zip(here.probabilities, below, strict=True)) for k in range(len(tree.players))))
        else:
            top = max(each[here.player] for each in below)
            found |= {each for each in below if each[here.player] == top}
    return found


def plans(tree, player, node=0):
    """Every plan of a player as {information set: action}, what it rules out left out."""
    here = tree.nodes[node]
    if here.kind == "terminal":
        return [{}]
    if here.player == player and here.kind == "decision":
        return [{here.information_set: k, **rest} for k, child in enumerate(here.children) for rest in plans(tree, player, child)]
    return [{k: v for part in parts for k, v in part.items()} for parts in product(*(plans(tree, player, child) for child in here.children))]


def test_the_plans_of_a_game_of_three_are_worth_what_enumeration_finds(study_root):
    game = Study(study_root).game("pakistan_balancing")
    random = Random(3)
    for name in ("rep_strong", "random"):
        values = dict(game.point("rep_strong").values)
        if name == "random":
            values = {k: v.low + (v.high - v.low) * F(random.randrange(9), 8) for k, v in game.symbolic.parameters.items()}
        tree = game.symbolic.at_point(values)
        for index, player in enumerate(tree.players):
            expected = {}
            for plan in plans(tree, index):
                sets = [k for k, own in enumerate(tree.information_sets) if own.player == index and len(own.actions) > 1]
                label = ",".join(tree.information_sets[k].actions[plan[k]] if k in plan else "*" for k in sets)
                payoffs = [each[index] for each in outcomes(tree, plan)]
                expected[label] = min(payoffs), max(payoffs)
            found = detente.options(game.symbolic, player, values, draws=1, priors=("uniform",), budget=0.0)
            assert {each.strategy: (each.worst, each.best) for each in found} == expected
            for each in found:
                assert each.low <= each.worst <= each.best <= each.high


def test_draws_of_a_tree_agree_with_enumeration(study_root):
    game = Study(study_root).game("pakistan_balancing").symbolic
    drawn = detente.ensemble.draws(game.formulas, 40, "uniform", 2)
    counts = dict.fromkeys(range(4), 0)
    for k in range(drawn.n):
        tree = game.at_point(drawn.point(k))
        worst = [min(each[1] for each in outcomes(tree, plan)) for plan in plans(tree, 1)]
        assert len(worst) == 4
        for index, value in enumerate(worst):
            counts[index] += value == max(worst)
    found = detente.options(game, "us", draws=40, priors=("uniform",), seed=2, budget=0.0)
    assert [each.share_best for each in found] == [pytest.approx(counts[k] / 40) for k in range(4)]


def test_what_is_hidden_in_a_tree_is_seen_once_a_player_is_bound():
    # matching pennies with a hidden first move: bound to a side, the first player loses it
    second = {"h": terminal(1, -1), "t": terminal(-1, 1)}
    other = {"h": terminal(-1, 1), "t": terminal(1, -1)}
    tree = SymbolicTree(
        ["one", "two"],
        decision("one", {"h": decision("two", second, "hidden"), "t": decision("two", other, "hidden")}),
        {},
    )
    assert [each.worst for each in detente.options(tree, "one", draws=1)] == [-1, -1]
    # two others who do not see each other are no matter for backward induction
    three = SymbolicTree(
        ["one", "two", "three"],
        decision("one", {"a": decision("two", {
            "l": decision("three", {"x": terminal(0, 0, 0), "y": terminal(1, 1, 1)}, "s"),
            "r": decision("three", {"x": terminal(0, 0, 0), "y": terminal(1, 1, 1)}, "s"),
        })}),
        {},
    )  # fmt: skip
    with pytest.raises(UsageError, match="cannot tell apart"):
        detente.options(three, "one", draws=1)
