"""Games of many members against brute force over all profiles, and against other programs."""

import itertools
import random
from fractions import Fraction as F

import numpy as np
import pytest
import sympy

import detente
from detente.games.population import PopulationGame
from detente.solve.population.best_reply import (
    best_reply_path,
    cascade,
    extreme_equilibria,
    increasing_differences,
    smallest_upset,
)
from detente.solve.population.logit import count_distribution, logit_equilibrium, logit_path
from detente.solve.population.membership import (
    capacity_club_limit,
    capacity_club_payoffs,
    capacity_club_sizes,
    stable_sizes,
)
from detente.solve.population.pure import is_population_equilibrium, population_equilibria


def affine(generator, n, size, low=-3, high=3, den=2):
    draw = lambda: F(generator.randint(low, high), den)
    return PopulationGame(
        [f"a{k}" for k in range(size)],
        [[draw() for _ in range(size)] for _ in range(n)],
        [[[draw() for _ in range(size)] for _ in range(size)] for _ in range(n)],
    )


def brute_force(game):
    """All pure equilibria as profiles, from the definition: no member gains by any other action."""
    size, found = len(game.actions), []
    for profile in itertools.product(range(size), repeat=game.n):
        def pay(i, a):
            changed = profile[:i] + (a,) + profile[i + 1 :]
            return game.payoff(i, a, tuple(changed.count(b) for b in range(size)))

        if all(pay(i, profile[i]) >= pay(i, b) for i in range(game.n) for b in range(size)):
            found.append(profile)
    return found


def check_against_brute_force(game):
    direct = brute_force(game)
    found = population_equilibria(game)
    by_counts = {}
    for profile in direct:
        by_counts.setdefault(game.counts(profile), []).append(profile)
    assert {tuple(each.counts.values()): each.number for each in found.equilibria} == {
        counts: len(profiles) for counts, profiles in by_counts.items()
    }
    for each in found.equilibria:
        profile = tuple(game.actions.index(a) for a in each.example.values())
        assert profile in direct
        assert (each.members is None) == (each.number > 1)
    assert found.number == len(direct)
    assert found.complete


@pytest.mark.parametrize("seed", range(60))
def test_all_pure_equilibria_are_found_ties_included(seed):
    generator = random.Random(seed)
    size = generator.choice([2, 3, 3, 4])
    n = generator.choice([1, 2, 4, 6] if size < 4 else [1, 3, 4])
    check_against_brute_force(affine(generator, n, size, *generator.choice([(-1, 1, 1), (-3, 3, 2), (0, 0, 1)])))


@pytest.mark.parametrize("seed", range(25))
def test_two_actions_may_have_payoffs_of_any_shape(seed):
    generator = random.Random(seed)
    n = generator.choice([1, 2, 5, 7])
    values = {}
    game = PopulationGame.two_actions(
        ["no", "yes"], lambda i, a, k: values.setdefault((i, a, k), F(generator.randint(-2, 2), 3)), n
    )
    check_against_brute_force(game)


def test_the_table_of_a_small_game_has_the_same_pure_equilibria():
    generator = random.Random(5)
    for _ in range(10):
        game = affine(generator, 3, 3)
        found = detente.pure_equilibria(game.normal_form())
        profiles = {
            tuple(game.actions.index(next(a for a, p in mixed.items() if p == 1)) for mixed in each.profile.values())
            for each in found.equilibria
        }
        assert profiles == set(brute_force(game))


def test_a_tie_planted_between_large_numbers_is_seen():
    """Payoffs of 10^15 differ by 1/7 at a point where floats cannot tell them apart."""
    big = F(10**15)
    tied = PopulationGame(["a", "b"], [[big, big - 1]], [[[0, 0], [0, 1]]])
    assert population_equilibria(tied).number == 2
    unequal = PopulationGame(["a", "b"], [[big, big - 1 + F(1, 7)]], [[[0, 0], [0, 1]]])
    found = population_equilibria(unequal)
    assert [each.counts for each in found.equilibria] == [{"a": 0, "b": 1}]
    assert found.exact_comparisons > 0


def thresholds(numbers):
    """Granovetter (1978): member i joins once at least t_i others have."""
    n = len(numbers)
    return PopulationGame(["stay", "riot"], [[0, -F(t) - F(1, 2)] for t in numbers], [[[0, 0], [0, 1]]] * n)


def test_granovetters_crowd_tips_by_one_member():
    """Granovetter 1978, American Journal of Sociology 83: thresholds 0, 1, .., 99 all riot; with 2 for 1 only one does."""
    crowd = thresholds(range(100))
    least, greatest = extreme_equilibria(crowd)
    assert least.counts == greatest.counts == (0, 100)
    assert least.rounds == 100
    assert [len(wave) for wave in least.waves()] == [1] * 100
    altered = thresholds([0, 2, *range(2, 100)])
    least, greatest = extreme_equilibria(altered)
    assert least.counts == (99, 1)
    assert greatest.counts == (0, 100)
    # without the member of threshold 0 the one of 99 misses a neighbor, then the one of 98, and so on; taken from the other
    # end, all but the two easiest have to be held before the member of threshold 2 misses one
    assert smallest_upset(altered, range(100), "stay") == 1
    assert smallest_upset(altered, range(99, -1, -1), "stay") == 98


@pytest.mark.parametrize("seed", range(20))
def test_extreme_equilibria_of_a_supermodular_game_bound_all_others(seed):
    generator = random.Random(seed)
    n, size = 5, generator.choice([2, 3])
    rows = []
    for _ in range(n):
        weight = F(generator.randint(0, 4), 4)
        rows.append([[weight * a * b for b in range(size)] for a in range(size)])
    game = PopulationGame([f"a{k}" for k in range(size)], [[F(generator.randint(-8, 2), 2) * a for a in range(size)] for _ in range(n)], rows)
    assert increasing_differences(game)
    least, greatest = extreme_equilibria(game)
    assert least.equilibrium
    assert greatest.equilibrium
    for profile in brute_force(game):
        assert all(low <= own <= high for low, own, high in zip(least.last, profile, greatest.last, strict=True))


def test_supermodularity_is_increasing_differences_in_every_profile():
    generator = random.Random(3)
    for _ in range(40):
        game = affine(generator, 3, generator.choice([2, 3]), -1, 1, 1)
        size = len(game.actions)

        def pay(i, profile):
            return game.payoff(i, profile[i], game.counts(profile))

        direct = True
        for profile in itertools.product(range(size - 1), repeat=3):
            for i, j in itertools.permutations(range(3), 2):
                up = lambda who: tuple(a + (k in who) for k, a in enumerate(profile))
                direct &= pay(i, up({i, j})) - pay(i, up({j})) >= pay(i, up({i})) - pay(i, up(set()))
        # other members' actions enter through counts alone, so every step is seen at some profile
        assert increasing_differences(game) == direct


def test_replies_that_go_round_are_reported_as_a_cycle():
    crowd = PopulationGame(["left", "right"], [[0, 0]] * 2, [[[-1, 0], [0, -1]]] * 2)
    path = best_reply_path(crowd)
    assert path.cycle == 2
    assert not path.equilibrium
    with pytest.raises(detente.UsageError, match="not supermodular"):
        extreme_equilibria(crowd)


def test_a_cascade_holds_the_defectors_and_lets_the_others_answer():
    crowd = thresholds([0, 0, 1, 2, 3])
    path = cascade(crowd, [1] * 5, {"member_1": "stay", "member_2": "stay"})
    assert path.last == (0, 0, 0, 0, 0)
    # three riot on; the one with threshold 3 sees two others and leaves, then the one with 2, then the one with 1
    assert path.waves() == (("member_5",), ("member_4",), ("member_3",))
    assert path.held == (0, 1)


def expected_payoffs(game, p, i):
    """By summing over all profiles of the others."""
    size = len(game.actions)
    others = [j for j in range(game.n) if j != i]
    found = [0.0] * size
    for profile in itertools.product(range(size), repeat=len(others)):
        weight = np.prod([p[j][a] for j, a in zip(others, profile, strict=True)])
        for a in range(size):
            found[a] += weight * float(game.payoff(i, a, tuple((*profile, a).count(b) for b in range(size))))
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_logit_equilibrium_answers_to_payoffs_summed_over_all_profiles(seed):
    generator = random.Random(seed)
    if seed % 2:
        game = affine(generator, 4, 3)
    else:
        game = PopulationGame.two_actions(["no", "yes"], lambda i, a, k: F(generator.randint(-4, 4), 3), 5)
    for precision in (0.0, 0.7, 2.0):
        found = logit_equilibrium(game, precision)
        for i in range(game.n):
            u = precision * np.array(expected_payoffs(game, found.probabilities, i))
            answer = np.exp(u - u.max()) / np.exp(u - u.max()).sum()
            assert np.allclose(answer, found.probabilities[i], atol=1e-9)


def test_the_distribution_of_counts_is_that_of_independent_trials():
    p = [0.1, 0.5, 0.9, 0.3]
    direct = np.zeros(5)
    for outcome in itertools.product((0, 1), repeat=4):
        direct[sum(outcome)] += np.prod([q if x else 1 - q for q, x in zip(p, outcome, strict=True)])
    assert np.allclose(count_distribution(p), direct)


def test_noise_leads_to_one_of_two_equilibria_from_either_side():
    herd = PopulationGame(["stay", "go"], [[0, -3]] * 10, [[[0, 0], [0, "1/2"]]] * 10)
    low = logit_equilibrium(herd, 20.0, "stay")
    high = logit_equilibrium(herd, 20.0, "go")
    assert low.expected["go"] < 0.1
    assert high.expected["go"] > 9.9
    assert low.at_least(1, "go") < 0.1
    path = logit_path(herd, np.linspace(0.5, 20, 20))
    assert all(each.residual < 1e-11 for each in path)


def test_stable_sizes_are_those_where_nobody_would_move():
    generator = random.Random(1)
    for _ in range(20):
        game = affine(generator, 5, 2)
        found = stable_sizes(game)
        stable = {k for k in range(6) if is_population_equilibrium(game, [1] * k + [0] * (5 - k))}
        assert set(found.stable) == stable


def test_the_capacity_club_follows_from_maximizing_sums():
    """Quadratic sums maximized with SymPy, for s = 1/3, four countries and three signatories."""
    s, n, k = sympy.Rational(1, 3), 4, 3
    q, r = sympy.symbols("q r")
    joint = k * (s * (k * q + (n - k) * r) + (1 - s) * k * q) - k * q**2 / 2
    signatory_capacity = sympy.solve(sympy.diff(joint, q), q)[0]
    own = sympy.Symbol("own")
    outsider_capacity = sympy.solve(sympy.diff(s * own - own**2 / 2, own), own)[0]
    together, rest = k * signatory_capacity, (n - k) * outsider_capacity
    signatory = s * (together + rest) + (1 - s) * together - signatory_capacity**2 / 2
    outsider = s * (together + rest) - outsider_capacity**2 / 2
    assert capacity_club_payoffs(n, k, "1/3") == (F(signatory.p, signatory.q), F(outsider.p, outsider.q))


def test_the_limit_of_the_share_is_where_a_signatory_stops_gaining():
    for size in (2, 3, 4, 10, 55):
        limit = capacity_club_limit(size)
        below = F(int(sympy.floor(limit * 10**6)) , 10**6)
        assert capacity_club_payoffs(55, size, below)[0] >= capacity_club_payoffs(55, size - 1, below)[1]
        if limit < 1:
            above = below + F(1, 10**6)
            assert capacity_club_payoffs(55, size, above)[0] < capacity_club_payoffs(55, size - 1, above)[1]
    assert max(capacity_club_sizes(55, 1).internal) == 3
    assert max(capacity_club_sizes(55, "1/2").internal) == 55


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PopulationGame(["a"], [[0]], [[[0]]]), "at least 2"),
        (lambda: PopulationGame(["a", "a"], [[0, 0]], [[[0, 0], [0, 0]]]), "different names"),
        (lambda: PopulationGame(["a", "b"], [[0, 0]], [[[0, 0]]]), "do not fit"),
        (lambda: PopulationGame(["a", "b"], [[0, 0.5]], [[[0, 0], [0, 0]]]), "the float 0.5"),
        (lambda: PopulationGame(["a", "b"], [], []), "at least 1"),
        (lambda: best_reply_path(thresholds([0]), "rioot"), "did you mean"),
        (lambda: best_reply_path(thresholds([0]), [3]), "action numbers"),
        (lambda: logit_equilibrium(thresholds([0]), -1), "precision"),
        (lambda: population_equilibria(PopulationGame(list("abcd"), [[0] * 4] * 200, [[[0] * 4] * 4] * 200)), "vectors of counts"),
    ],
)
def test_what_makes_no_game_is_refused_with_the_reason(make, words):
    with pytest.raises(detente.UsageError, match=words):
        make()


def test_replies_that_differ_by_less_than_floating_point_are_decided_in_fractions():
    tiny = F(1, 10**40)
    third = F(1, 3)
    game = PopulationGame(["a", "b", "c"], [[third, third + tiny, third], [third, third, third]], [[[0] * 3] * 3] * 2)
    assert best_reply_path(game, "a", "lowest").last == (1, 0)
    assert best_reply_path(game, "a", "highest").last == (1, 2)


def test_newton_steps_member_by_member_are_those_of_the_whole_system():
    from detente.solve.population.logit import _newton

    rng = np.random.default_rng(8)
    for n, rest in [(2, 1), (5, 2), (9, 3)]:
        blocks, gap = rng.normal(size=(n, rest, rest)), rng.normal(size=(n, rest))
        whole = np.zeros((n, rest, n, rest))
        for i in range(n):
            for j in range(n):
                if i != j:
                    whole[i, :, j, :] = blocks[i]
        plain = np.linalg.solve(np.eye(n * rest) - whole.reshape(n * rest, n * rest), gap.ravel())
        assert np.allclose(_newton(blocks, gap).ravel(), plain)
