"""Fixation and long-run play in finite populations: exact formulas, hand-solved chains, first-step equations."""

from fractions import Fraction as F

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.dynamics.finite_population import fixation, rare_mutations
from detente.solve.dynamics.population_chain import long_run, states_of


def symmetric(rows, labels=None):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]], strategies=labels and [labels] * 2)


NEUTRAL = symmetric([[1, 1], [1, 1]])
STAG = symmetric([[4, 1], [3, 2]], ["stag", "hare"])


@pytest.mark.parametrize("n", [2, 3, 10, 57])
def test_a_neutral_mutant_takes_over_with_probability_one_over_n(n):
    assert fixation(NEUTRAL, n, 0, 1).probability == F(1, n)
    assert fixation(NEUTRAL, n, 0, 1).verdict == "neutral"


@pytest.mark.parametrize("r", [F(2), F(3, 2), F(1, 3), F(11, 10)])
@pytest.mark.parametrize("n", [2, 5, 20])
def test_constant_fitness_gives_morans_formula_exactly(r, n):
    # (1 - 1/r)/(1 - 1/r^N)
    found = fixation(symmetric([[r, r], [1, 1]]), n, 0, 1)
    assert found.probability == (1 - 1 / r) / (1 - 1 / r**n)


def first_step(matrix, n, weight=1):
    """Fixation probabilities and times by solving the equations of first steps, without products."""
    a = np.array([[float(x) for x in row] for row in matrix])
    p, t = np.zeros((n - 1, n - 1)), np.zeros(n - 1)
    for i in range(1, n):
        f = 1 - weight + weight * (a[0, 0] * (i - 1) + a[0, 1] * (n - i)) / (n - 1)
        g = 1 - weight + weight * (a[1, 0] * i + a[1, 1] * (n - i - 1)) / (n - 1)
        up = i * f / (i * f + (n - i) * g) * (n - i) / n
        down = (n - i) * g / (i * f + (n - i) * g) * i / n
        p[i - 1, i - 1] = up + down
        if i > 1:
            p[i - 1, i - 2] = -down
        if i < n - 1:
            p[i - 1, i] = -up
        else:
            t[i - 1] = up
    return np.linalg.solve(p, t)[0], np.linalg.solve(p, np.ones(n - 1))[0]


@pytest.mark.parametrize("matrix", [[[4, 1], [3, 2]], [[3, 1], [5, 2]], [[1, 4], [2, 1]]])
@pytest.mark.parametrize("n", [3, 8, 25])
def test_fixation_and_its_duration_solve_the_equations_of_first_steps(matrix, n):
    found = fixation(symmetric(matrix), n, 0, 1)
    chance, steps = first_step(matrix, n)
    assert float(found.probability) == pytest.approx(chance, rel=1e-10)
    assert float(found.steps) == pytest.approx(steps, rel=1e-10)
    assert isinstance(found.probability, F)
    weak = fixation(symmetric(matrix), n, 0, 1, intensity="1/10")
    assert float(weak.probability) == pytest.approx(first_step(matrix, n, 0.1)[0], rel=1e-10)


def test_pairwise_comparison_has_its_closed_form():
    # constant payoff difference d: gamma = exp(-w d), so (1 - g)/(1 - g^N)
    found = fixation(symmetric([[2, 2], [1, 1]]), 12, 0, 1, process="pairwise", intensity="1/2")
    g = np.exp(-0.5)
    assert found.probability == pytest.approx((1 - g) / (1 - g**12), rel=1e-12)


def test_rare_mutations_weigh_two_strategies_by_their_fixation():
    found = rare_mutations(STAG, 9)
    up, down = fixation(STAG, 9, "stag", "hare").probability, fixation(STAG, 9, "hare", "stag").probability
    assert found.shares == {"stag": up / (up + down), "hare": down / (up + down)}


def test_rock_paper_scissors_shares_time_equally_and_sums_print():
    found = rare_mutations(symmetric([[2, 1, 4], [4, 2, 1], [1, 4, 2]], ["r", "p", "s"]), 10)
    assert set(found.shares.values()) == {F(1, 3)}
    assert "r and p and s" in str(found)
    assert found.to_json()["shares"]["r"] == "1/3"


def test_the_full_chain_tends_to_the_limit_of_rare_mutations():
    limit = rare_mutations(STAG, 6).shares["stag"]
    near = [float(long_run(STAG, 6, mutation).shares["stag"]) for mutation in ("1/100", "1/10000", "1/1000000")]
    gaps = [abs(each - float(limit)) for each in near]
    assert gaps[2] < gaps[1] < gaps[0]
    assert gaps[2] < 1e-5


def test_three_strategies_share_time_as_in_the_full_chain_with_hardly_any_mutations():
    game = symmetric([[3, 1, 4], [2, 3, 1], [5, 2, 2]], ["a", "b", "c"])
    limit = rare_mutations(game, 4).shares
    full = long_run(game, 4, "1/10000000")
    assert len(set(limit.values())) == 3
    for name, share in limit.items():
        assert abs(float(full.shares[name] - share)) < 1e-5
    # the limit once more: a walk over the three conventions, the rates being the exact probabilities of taking over
    rate = {(i, j): fixation(game, 4, mutant=j, resident=i).probability for i in "abc" for j in "abc" if i != j}
    weights = [
        rate[y, x] * rate[z, x] + rate[y, z] * rate[z, x] + rate[z, y] * rate[y, x]
        for x, y, z in (("a", "b", "c"), ("b", "a", "c"), ("c", "a", "b"))
    ]
    assert list(limit.values()) == [each / sum(weights) for each in weights]


def test_the_long_run_of_two_members_is_the_one_solved_by_hand():
    # best responses, mistake e: leaving a convention e/2, returning to either from (1, 1) with 1/2 - e/4 each:
    # shares 1 - e/2 of the rest .. 19/40, 1/20, 19/40 at e = 1/10
    found = long_run(STAG, 2, "1/10", process="best-response")
    assert list(found.distribution.values()) == [F(19, 40), F(1, 20), F(19, 40)]
    assert found.shares["stag"] == F(1, 2)


@pytest.mark.parametrize("process", ["moran", "best-response"])
@pytest.mark.parametrize("size", [2, 3])
def test_the_long_run_is_the_eigenvector_of_a_chain_built_member_by_member(process, size):
    matrix = [[2, 1, 4], [4, 2, 1], [1, 4, 3]] if size == 3 else [[4, 1], [3, 2]]
    n, mutation = 4, 0.2
    found = long_run(symmetric(matrix), n, "1/5", process=process)
    assert found.exact
    states = list(found.distribution)
    p = np.zeros((len(states), len(states)))
    for row, counts in enumerate(states):
        members = [k for k in range(size) for _ in range(counts[k])]

        def earns(who, strategy, members=members):
            return sum(matrix[strategy][other] for k, other in enumerate(members) if k != who) / (n - 1)

        fitness = [earns(who, own) for who, own in enumerate(members)]
        for gone in range(n):
            chances = np.zeros(size)
            if process == "moran":
                for parent, own in enumerate(members):
                    chances[own] += (1 - mutation) * fitness[parent] / sum(fitness)
            else:
                pays = [earns(gone, strategy) for strategy in range(size)]
                best = [k for k in range(size) if abs(pays[k] - max(pays)) < 1e-12]
                chances[best] += (1 - mutation) / len(best)
            chances += mutation / size
            for new in range(size):
                after = sorted([*members[:gone], *members[gone + 1 :], new])
                target = states.index(tuple(after.count(k) for k in range(size)))
                p[row, target] += chances[new] / n
    values, vectors = np.linalg.eig(p.T)
    lead = np.real(vectors[:, np.argmin(abs(values - 1))])
    assert np.allclose([float(x) for x in found.distribution.values()], lead / lead.sum(), atol=1e-10)


def test_states_are_all_counts():
    assert len(list(states_of(5, 3))) == 21  # (5 + 2 choose 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: fixation(STAG, 1, 0, 1),
        lambda: fixation(STAG, 5, 0, 0),
        lambda: fixation(STAG, 5, "stag", "rabbit"),
        lambda: fixation(symmetric([[0, -1], [3, 1]]), 5, 0, 1),
        lambda: fixation(STAG, 5, 0, 1, intensity=2),
        lambda: fixation(STAG, 5, 0, 1, process="wright-fisher"),
        lambda: fixation(NormalFormGame([[[1, 2], [3, 4]], [[1, 2], [3, 4]]]), 5, 0, 1),
        lambda: rare_mutations(symmetric([[1]]), 5),
        lambda: rare_mutations(symmetric([[9, 0], [0, 9]]), 900, process="pairwise", intensity=50),
        lambda: long_run(STAG, 5, 0),
        lambda: long_run(STAG, 5, "1/2", process="imitation"),
        lambda: long_run(STAG, 10**6, "1/2"),
        lambda: long_run(symmetric([[0, -1], [3, 1]]), 5, "1/2"),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(UsageError):
        call()
