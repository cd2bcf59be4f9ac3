"""Coalitional games against textbook values and against definitions computed directly."""

import itertools
import random
from fractions import Fraction as F
from math import factorial

import numpy as np
import pytest
from scipy.optimize import linprog

import detente
from detente.games.coalitional import CoalitionalGame, WeightedGame, WeightedVotingGame
from detente.solve.coalitional.core import core, in_core, least_core
from detente.solve.coalitional.nucleolus import is_nucleolus, nucleolus
from detente.solve.coalitional.outside_options import best_partition, exclusivity, with_outside_options
from detente.solve.coalitional.values import banzhaf, shapley, swings_by_size
from detente.solve.programs.linear_program import maximize


def random_game(generator, n, low=0, high=9):
    names = [f"p{k}" for k in range(n)]
    return CoalitionalGame(names, lambda who: F(generator.randint(low, high), generator.choice([1, 1, 2, 3])))


def subsets(players):
    for size in range(len(players) + 1):
        yield from itertools.combinations(players, size)


def shapley_by_orders(game):
    """Average of marginal contributions over all orders of arrival."""
    found = dict.fromkeys(game.players, F(0))
    for order in itertools.permutations(game.players):
        for position, name in enumerate(order):
            before = order[:position]
            found[name] += (game[(*before, name)] if before else game[name]) - (game[before] if before else 0)
    return {name: each / factorial(len(game.players)) for name, each in found.items()}


@pytest.mark.parametrize("seed", range(12))
def test_shapley_and_banzhaf_are_the_averages_that_define_them(seed):
    generator = random.Random(seed)
    game = random_game(generator, generator.choice([1, 2, 3, 4, 5]), -5, 9)
    assert dict(shapley(game)) == shapley_by_orders(game)
    for name, value in banzhaf(game).items():
        others = [each for each in game.players if each != name]
        gains = [game[(*s, name)] - (game[s] if s else 0) for s in subsets(others)]
        assert value == sum(gains) / F(len(gains))


@pytest.mark.parametrize("seed", range(20))
def test_a_voting_game_has_the_values_of_its_list_of_coalitions(seed):
    generator = random.Random(seed)
    n = generator.choice([2, 3, 5, 7])
    weights = {f"p{k}": F(generator.randint(0, 5), generator.choice([1, 2])) for k in range(n)}
    if not any(weights.values()):
        weights["p0"] = F(1)
    total = sum(weights.values())
    quota = total * F(generator.randint(1, 8), 8)
    veto = [name for name in weights if generator.random() < 0.25]
    game = WeightedVotingGame(quota, weights, veto)
    listed = game.coalitional()
    assert dict(shapley(game)) == dict(shapley(listed))
    assert dict(banzhaf(game)) == dict(banzhaf(listed))
    for name, counts in swings_by_size(game).items():
        others = [each for each in weights if each != name]
        direct = [0] * n
        for s in subsets(others):
            direct[len(s)] += game.wins((*s, name)) and not game.wins(s)
        assert counts == direct


def test_the_council_of_six_has_the_known_indices():
    """The council of the EEC 1958-72, 12 of 17 votes (Felsenthal and Machover 1998): Luxembourg is a dummy."""
    council = detente.WeightedVotingGame(12, {"de": 4, "fr": 4, "it": 4, "be": 2, "nl": 2, "lu": 1})
    assert [*detente.shapley(council).values()] == [F(14, 60)] * 3 + [F(9, 60)] * 2 + [F(0)]
    assert [*detente.banzhaf(council, normalized=True).values()] == [F(10, 42)] * 3 + [F(6, 42)] * 2 + [F(0)]


def test_the_security_council_has_the_known_shapley_shubik_index():
    """Five permanent members with veto, nine of fifteen votes: 421/2145 each, the others 4/2145 (Straffin 1977)."""
    members = {**{f"permanent_{k}": 1 for k in range(5)}, **{f"elected_{k}": 1 for k in range(10)}}
    found = shapley(WeightedVotingGame(9, members, [name for name in members if name.startswith("permanent")]))
    assert found["permanent_0"] == F(421, 2145)
    assert found["elected_0"] == F(4, 2145)


@pytest.mark.parametrize("seed", range(8))
def test_a_game_of_total_weights_has_the_values_of_its_list_of_coalitions(seed):
    generator = random.Random(seed)
    sizes = {f"p{k}": generator.randint(0, 4) for k in range(6)}
    worth = [F(0), *(F(generator.randint(-3, 9), 2) for _ in range(sum(sizes.values())))]
    game = WeightedGame(sizes, lambda weight: worth[weight])
    assert dict(shapley(game)) == dict(shapley(game.coalitional()))
    assert dict(banzhaf(game)) == dict(banzhaf(game.coalitional()))


def linear_program(game, floors=None):
    """Return scipy's verdict on the core: the least sum that contents every proper coalition, in floats."""
    masks = [mask for mask in range(1, game.grand)]
    rows = -np.array([[mask >> k & 1 for k in range(len(game.players))] for mask in masks], dtype=float)
    bounds = -np.array([float(game.worth[mask]) for mask in masks])
    return linprog(np.ones(len(game.players)), rows, bounds, bounds=(None, None)).fun


@pytest.mark.parametrize("seed", range(30))
def test_the_core_is_empty_where_contenting_all_coalitions_costs_more_than_there_is(seed):
    generator = random.Random(seed)
    game = random_game(generator, generator.choice([2, 3, 4]))
    worth = list(game.worth)
    worth[-1] = F(generator.randint(5, 25))
    game = game.replaced(worth)
    found = core(game)
    needed = linear_program(game)
    assert abs(needed - float(game.worth[-1])) > 1e-9 or not found.empty
    assert found.empty == (needed > float(game.worth[-1]) + 1e-9)
    if found.empty:
        assert sum(w * game[who] for who, w in found.balanced) > game.worth[-1]
        assert all(sum(w for who, w in found.balanced if name in who) == 1 for name in game.players)
        assert least_core(game).excess > 0
    else:
        assert in_core(game, found.point)
        assert least_core(game).excess <= 0
        for name, (low, high) in found.ranges.items():
            assert low <= found.point[name] <= high


def test_the_core_of_the_glove_market_gives_everything_to_the_scarce_side():
    gloves = CoalitionalGame(["l", "r1", "r2"], {("l", "r1"): 1, ("l", "r2"): 1, ("l", "r1", "r2"): 1}, default=0)
    found = core(gloves)
    assert found.ranges == {"l": (1, 1), "r1": (0, 0), "r2": (0, 0)}
    assert dict(shapley(gloves)) == {"l": F(2, 3), "r1": F(1, 6), "r2": F(1, 6)}
    assert core(gloves, {"r1": "1/10"}).empty


def market(generator, n, scale):
    """A game of owners of two goods, each with one part of the joint product as the scarcer good allows; full of ties."""
    goods = [[generator.choice([0, 1, 1, 2, 3]) for _ in range(n)] for _ in range(2)]
    return CoalitionalGame.numbered(
        [f"p{k}" for k in range(n)],
        [min(sum(own[k] for k in range(n) if mask >> k & 1) for own in goods) * scale for mask in range(1 << n)],
    )


@pytest.mark.parametrize("scale", [F(1), F(1, 7 * 10**12), F(10) ** 400])
@pytest.mark.parametrize("seed", range(4))
def test_the_ends_of_the_core_are_those_of_the_program_with_a_row_for_every_coalition(seed, scale):
    n = 6
    game = market(random.Random(seed), n, scale)
    found = core(game)
    masks = range(1, game.grand)
    rows = [[-(mask >> k & 1) for k in range(n)] for mask in masks]
    for k, name in enumerate(game.players):
        ends = []
        for sign in (-1, 1):
            unit = [sign * (j == k) for j in range(n)]
            best = maximize(unit, rows, [-game.worth[mask] for mask in masks], [[1] * n], [game.worth[-1]], free=range(n))
            ends.append(sign * best.value)
        assert found.ranges[name] == tuple(ends)
    for coalition, weight in least_core(game).binding:
        assert weight > 0
        assert game[coalition] - sum(least_core(game).point[each] for each in coalition) == least_core(game).excess


@pytest.mark.parametrize("seed", range(3))
def test_differences_far_below_the_accuracy_of_floats_are_seen_in_the_core(seed):
    """Alike but for less than a float can tell from 1: whoever owns a trifle more of the scarce good is paid it."""
    n, trifle = 6, F(seed + 1, 10**24)
    own = [F(1) + trifle * k for k in range(n)]
    game = CoalitionalGame([f"p{k}" for k in range(n)], lambda who: sum(own[int(each[1])] for each in who))
    found = core(game)
    assert found.single
    assert found.ranges == {f"p{k}": (each, each) for k, each in enumerate(own)}
    assert dict(nucleolus(game)) == {f"p{k}": each for k, each in enumerate(own)}
    richer = list(game.worth)
    richer[-1] -= trifle / 2
    assert core(game.replaced(richer)).empty


@pytest.mark.parametrize(
    ("estate", "expected"),
    [(100, (F(100, 3),) * 3), (200, (50, 75, 75)), (300, (50, 100, 150))],
)
def test_the_nucleolus_divides_an_estate_as_the_talmud_does(estate, expected):
    """Aumann and Maschler 1985, Journal of Economic Theory 36: claims of 100, 200 and 300."""
    owed = {"a": 100, "b": 200, "c": 300}
    game = CoalitionalGame(list(owed), lambda s: max(0, estate - sum(owed[i] for i in owed if i not in s)))
    assert tuple(nucleolus(game).values()) == expected


def nucleolus_in_floats(game):
    """The nucleolus by definition: lower the largest excess, find by a program per coalition which are stuck, repeat."""
    n, masks = len(game.players), list(range(1, game.grand))
    member = np.array([[mask >> k & 1 for k in range(n)] for mask in masks], dtype=float)
    worth = np.array([float(game.worth[mask]) for mask in masks])
    alone = [(float(game.worth[1 << k]), None) for k in range(n)]
    fixed = {}
    while len(fixed) < len(masks):
        open_rows = [k for k in range(len(masks)) if k not in fixed]
        equal = np.vstack([np.append(np.ones(n), 0), *(np.append(member[k], 0) for k in fixed)])
        target = [float(game.worth[-1]), *(worth[k] - e for k, e in fixed.items())]
        rows = np.array([np.append(-member[k], -1) for k in open_rows])
        first = linprog([0] * n + [1], rows, -worth[open_rows], equal, target, bounds=[*alone, (None, None)])
        assert first.status == 0
        level = first.fun
        for k in open_rows:  # stuck if its excess cannot fall below the level
            lowest = linprog(
                np.append(-member[k], 0), rows[:, :], np.full(len(open_rows), 0) - worth[open_rows],
                np.vstack([equal, np.append(np.zeros(n), 1)]), [*target, level + 1e-9], bounds=[*alone, (None, None)],
            )
            if worth[k] + lowest.fun > level - 1e-6:
                fixed[k] = level
    return linprog(np.zeros(n), None, None, np.vstack([np.ones(n), member]), [float(game.worth[-1]), *(worth[k] - fixed[k] for k in range(len(masks)))], bounds=alone, options={"primal_feasibility_tolerance": 1e-7}).x


@pytest.mark.parametrize("seed", range(25))
def test_the_nucleolus_agrees_with_its_definition(seed):
    generator = random.Random(seed)
    n = generator.choice([2, 3, 3, 4])
    names = [f"p{k}" for k in range(n)]
    game = CoalitionalGame(names, lambda who: 0 if len(who) == 1 else generator.randint(0, 12))
    found = nucleolus(game)
    assert found.total == game.worth[-1]
    direct = nucleolus_in_floats(game)
    assert direct is not None
    assert np.allclose([float(each) for each in found.values()], direct, atol=1e-4)
    if not core(game).empty:
        assert in_core(game, found)
    moved = dict(found)
    moved[names[0]] += F(1, 100)
    moved[names[1]] -= F(1, 100)
    assert not is_nucleolus(game, moved)


@pytest.mark.parametrize("seed", range(6))
def test_the_criterion_of_the_nucleolus_tells_it_from_its_neighbours_where_many_coalitions_tie(seed):
    game = market(random.Random(seed), 7, F(1, 3))
    found = nucleolus(game)
    assert in_core(game, found)
    for giver, taker in (("p0", "p1"), ("p3", "p6"), ("p5", "p2")):
        moved = {**found, giver: found[giver] - F(1, 50), taker: found[taker] + F(1, 50)}
        assert not is_nucleolus(game, moved)


def test_core_and_nucleolus_of_equal_games_are_found_once():
    one, other = (market(random.Random(1), 6, F(1)) for _ in range(2))
    assert one is not other
    assert nucleolus(one) is nucleolus(other)
    assert core(one) is core(other)


def test_a_game_without_imputations_has_no_nucleolus():
    game = CoalitionalGame(["a", "b"], {"a": 2, "b": 2, ("a", "b"): 3})
    with pytest.raises(detente.UsageError, match="imputations"):
        nucleolus(game)


@pytest.mark.parametrize("seed", range(10))
def test_outside_options_and_partitions_are_the_maxima_that_define_them(seed):
    generator = random.Random(seed)
    game = random_game(generator, 4)
    options = {name: F(generator.randint(0, 6), 2) for name in game.players}
    found = with_outside_options(game, options)
    for who in subsets(game.players):
        if who:
            choices = ((game[stay] if stay else 0) + sum(options[i] for i in who if i not in stay) for stay in subsets(who))
            assert found[who] == max(choices)

    def partitions(players):
        if not players:
            yield []
            return
        first, rest = players[0], players[1:]
        for others in subsets(rest):
            left = tuple(each for each in rest if each not in others)
            for more in partitions(left):
                yield [(first, *others), *more]

    best = best_partition(game)
    assert best.worth == max(sum(game[group] for group in each) for each in partitions(game.players))
    assert sum(game[group] for group in best.groups) == best.worth
    assert sorted(itertools.chain(*best.groups)) == sorted(game.players)


def test_exclusivity_is_the_largest_share_of_the_options_that_the_core_bears():
    game = CoalitionalGame(["a", "b", "c"], {("a", "b"): "1/2", ("a", "b", "c"): 1}, default=0)
    # c can get at most 1/2 in the core (a and b are owed 1/2 together)
    assert exclusivity(game, {"c": "1/4"}) == 2
    assert exclusivity(CoalitionalGame("a b c".split(), lambda s: int(len(s) > 1)), {"a": 1}) is None
    additive = CoalitionalGame([f"p{k}" for k in range(6)], len)
    assert exclusivity(additive, {"p0": 10**400}) == F(1, 10**400)


def test_a_game_in_floats_says_so_and_a_game_in_fractions_stays_exact():
    game = CoalitionalGame(["a", "b"], {"a": 0.25, "b": 0, ("a", "b"): 1})
    assert game.arithmetic == "float"
    assert shapley(game).to_json() == {"a": 0.625, "b": 0.375}
    assert shapley(CoalitionalGame(["a", "b"], {"a": "1/3", "b": 0, ("a", "b"): 1})).to_json() == {"a": "2/3", "b": "1/3"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: CoalitionalGame([], {}), "list of names"),
        (lambda: CoalitionalGame("ab", {}), "list of names"),
        (lambda: CoalitionalGame(["a", "a"], {}), "stands there twice"),
        (lambda: CoalitionalGame(["a", "b"], {"a": 1}), "no worth for 2 coalitions"),
        (lambda: CoalitionalGame(["anna", "b"], {"ana": 1}, 0), "did you mean"),
        (lambda: CoalitionalGame(["a"], {"a": 1, ("a",): 2}), "given twice"),
        (lambda: CoalitionalGame(["a"], {"a": 1, (): 2}), "empty coalition"),
        (lambda: CoalitionalGame(["a", "b"], {("a", "a"): 1}, 0), "twice in a coalition"),
        (lambda: CoalitionalGame([f"p{k}" for k in range(21)], lambda s: 0), "at most 20"),
        (lambda: CoalitionalGame(["a"], {"a": float("nan")}), "number"),
        (lambda: CoalitionalGame.numbered(["a", "b"], [0, 1, 2]), "3 worths for 2 players"),
        (lambda: CoalitionalGame.numbered(["a"], [1, 1]), "empty coalition"),
        (lambda: CoalitionalGame.numbered("ab", [0, 1, 1, 2]), "list of names"),
        (lambda: WeightedVotingGame(0, [1]), "more than 0"),
        (lambda: WeightedVotingGame(3, [1, 1]), "nobody wins"),
        (lambda: WeightedVotingGame(1, [1, -1, 3]), "at least 0"),
        (lambda: WeightedVotingGame(1, [1], ["x"]), "unknown veto player"),
        (lambda: shapley(WeightedVotingGame(10**9, [10**9, 1])), "round the weights"),
        (lambda: WeightedGame([1], lambda weight: 1), "worth of no weight"),
        (lambda: WeightedGame(["1"], lambda weight: 0), "expected an integer"),
        (lambda: banzhaf(CoalitionalGame(["a"], {"a": 0}), normalized=True), "add up to 0"),
    ],
)
def test_what_makes_no_game_is_refused_with_the_reason(make, words):
    with pytest.raises(detente.UsageError, match=words):
        make()
