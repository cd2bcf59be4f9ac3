"""Agreement with other programs on two-player games, and where they are wrong.

Measured with nashpy 0.0.43, QuantEcon 0.11.4 and pygambit 17.0.0b2. Where another program misses an equilibrium, the
test proves it: the missing profile has regret exactly 0, computed here from the payoff table alone.
"""

from __future__ import annotations

import random
import warnings
from fractions import Fraction as F

import pytest

import detente

BATTLE = ([[2, 0], [0, 1]], [[1, 0], [0, 2]])
#: A degenerate game: against the first column the row player has two best responses (von Stengel 2007, chapter 3).
DEGENERATE = ([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]])


def solved(a, b):
    """Every extreme equilibrium as (row weights, column weights)."""
    found = detente.equilibria(detente.NormalFormGame([a, b]))
    assert found.complete
    return {each.mixed for each in found.equilibria}


def regret(a, b, x, y):
    rows = [sum(w * v for w, v in zip(y, row, strict=True)) for row in a]
    columns = [sum(x[i] * b[i][j] for i in range(len(x))) for j in range(len(y))]
    return max(
        max(rows) - sum(w * v for w, v in zip(x, rows, strict=True)),
        max(columns) - sum(w * v for w, v in zip(y, columns, strict=True)),
    )


def random_games(count, seed, sizes=((2, 2), (2, 3), (3, 3), (4, 3)), top=997):
    """Games with distinct payoffs drawn from a wide range: ties have probability next to nothing."""
    generator = random.Random(seed)
    for _ in range(count):
        m, n = generator.choice(sizes)
        yield tuple([[generator.randrange(top) for _ in range(n)] for _ in range(m)] for _ in range(2))


def rounded(found, digits=7):
    return sorted((tuple(round(float(w), digits) for w in x), tuple(round(float(w), digits) for w in y)) for x, y in found)


def nashpy_supports(a, b):
    import nashpy
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(nashpy.Game(np.array(a, dtype=float), np.array(b, dtype=float)).support_enumeration())


def quantecon_game(a, b):
    game_theory = pytest.importorskip("quantecon.game_theory")
    import numpy as np

    return game_theory, game_theory.NormalFormGame(
        (game_theory.Player(np.array(a, dtype=float)), game_theory.Player(np.array(b, dtype=float).T))
    )


def gambit_game(a, b):
    pygambit = pytest.importorskip("pygambit")
    import numpy as np

    make = getattr(pygambit, "StrategicGame", pygambit.Game).from_arrays
    return pygambit, make(np.array(a, dtype=object), np.array(b, dtype=object))


def gambit_solved(a, b):
    pygambit, game = gambit_game(a, b)
    found = set()
    for profile in pygambit.nash.enummixed_solve(game, rational=True).equilibria:
        found.add(
            tuple(
                tuple(F(str(profile[f"{player}"][f"{strategy + 1}"])) for strategy in range(size))
                for player, size in ((1, len(a)), (2, len(a[0])))
            )
        )
    return found


def test_what_nashpy_finds_is_found_and_what_it_misses_is_proved():
    """Its support enumeration asks for weights >= 0 and equal payoffs in floats, so rounding alone loses some."""
    missed = 0
    for a, b in random_games(25, seed=1):
        ours, theirs = solved(a, b), rounded(nashpy_supports(a, b))
        assert set(theirs) <= set(rounded(ours))
        for x, y in ours:
            if rounded([(x, y)])[0] not in theirs:
                missed += 1
                assert regret(a, b, x, y) == 0
    assert missed > 0


def test_rounding_alone_makes_nashpy_miss_an_equilibrium_of_a_game_without_ties():
    a, b = [[531, 796, 574], [210, 436, 972]], [[57, 492, 890], [373, 583, 567]]
    # Columns 2 and 3 leave the row player indifferent: 796q + 574(1-q) = 436q + 972(1-q); rows the other way round.
    y = (F(0), F(398, 758), F(360, 758))
    assert sum(w * v for w, v in zip(y, a[0], strict=True)) == sum(w * v for w, v in zip(y, a[1], strict=True))
    x = (F(16, 414), F(398, 414))
    assert regret(a, b, x, y) == 0
    assert (x, y) in solved(a, b)
    assert rounded([(x, y)])[0] not in rounded(nashpy_supports(a, b))


def test_proposed_supports_solved_again_give_only_true_equilibria_and_every_pure_one():
    for a, b in random_games(25, seed=2):
        proposed = detente.equilibria(detente.NormalFormGame([a, b]), "support")
        ours, theirs = solved(a, b), {each.mixed for each in proposed.equilibria}
        assert theirs <= ours
        assert {each for each in ours if all(max(own) == 1 for own in each)} <= theirs
        assert not proposed.complete


def test_nashpy_misses_an_extreme_equilibrium_of_a_game_with_a_tie():
    missed = set(solved(*DEGENERATE)) - {
        (tuple(F(w).limit_denominator(1000) for w in x), tuple(F(w).limit_denominator(1000) for w in y))
        for x, y in nashpy_supports(*DEGENERATE)
    }
    assert missed
    assert all(regret(*DEGENERATE, x, y) == 0 for x, y in missed)


def test_nashpy_vertex_enumeration_loses_equilibria_when_payoffs_are_large():
    import nashpy
    import numpy as np

    scale, shift = 10**9, F(37, 100) * 10**9
    a = [[v * scale + shift for v in row] for row in BATTLE[0]]
    b = [[v * scale for v in row] for row in BATTLE[1]]
    ours = solved(a, b)
    assert ours == solved(*BATTLE)  # counted in another currency, nothing changes
    assert all(regret(a, b, x, y) == 0 for x, y in ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = list(nashpy.Game(np.array(a, dtype=float), np.array(b, dtype=float)).vertex_enumeration())
    assert len(theirs) < len(ours) == 3


def test_quantecon_finds_the_same_equilibria_of_games_without_ties():
    for a, b in random_games(25, seed=3):
        game_theory, game = quantecon_game(a, b)
        assert rounded(solved(a, b)) == rounded(game_theory.support_enumeration(game))


def test_quantecon_support_enumeration_misses_an_equilibrium_of_a_game_with_a_tie():
    game_theory, game = quantecon_game(*DEGENERATE)
    ours = solved(*DEGENERATE)
    assert all(regret(*DEGENERATE, x, y) == 0 for x, y in ours)
    assert len(game_theory.support_enumeration(game)) < len(ours)


def test_quantecon_calls_a_profile_with_a_gain_an_equilibrium_when_payoffs_are_tiny():
    """Its tolerance is absolute: where all payoffs are below it, everything is a best response."""
    game_theory, game = quantecon_game(*[[[v * 1e-9 for v in row] for row in table] for table in BATTLE])
    assert game.is_nash((0, 1))
    tiny = detente.NormalFormGame([[[v * 1e-9 for v in row] for row in table] for table in BATTLE])
    assert not detente.is_equilibrium(tiny, [(1.0, 0.0), (0.0, 1.0)])
    assert regret(*BATTLE, (1, 0), (0, 1)) == 1


def test_gambit_enumerates_the_same_exact_equilibria():
    for a, b in [BATTLE, *random_games(25, seed=4)]:
        assert gambit_solved(a, b) == solved(a, b)


@pytest.mark.parametrize("seed", range(3))
def test_gambit_enumerates_the_same_extreme_equilibria_of_games_with_many_ties(seed):
    for a, b in [DEGENERATE, *random_games(15, seed=10 + seed, top=3)]:
        assert gambit_solved(a, b) == solved(a, b)


def test_all_pure_equilibria_are_those_that_gambit_compares():
    for a, b in random_games(20, seed=5, top=4):
        pygambit, game = gambit_game(a, b)
        theirs = len(pygambit.nash.enumpure_solve(game).equilibria)
        assert len(detente.pure_equilibria(detente.NormalFormGame([a, b])).equilibria) == theirs
