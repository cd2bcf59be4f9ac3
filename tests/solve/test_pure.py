"""All pure equilibria of games with any number of players."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import numpy as np
import pytest

from detente.games.normal import NormalFormGame
from detente.solve.pure import pure_equilibria, pure_profiles


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], [(1, 1)]),  # prisoner's dilemma
        ([[[2, 0], [0, 1]], [[1, 0], [0, 2]]], [(0, 0), (1, 1)]),  # battle of the sexes
        ([[[0, -1], [1, -9]], [[0, 1], [-1, -9]]], [(0, 1), (1, 0)]),  # chicken
        ([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]], []),  # matching pennies
        ([[[0, 0], [0, 0]], [[0, 0], [0, 0]]], [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ([[3, 5, 5]], [(1,), (2,)]),
    ],
)
def test_pure_equilibria_of_textbook_games(tables, expected):
    assert pure_profiles(NormalFormGame(tables)) == expected


@pytest.mark.parametrize("shape", [(2, 3), (3, 2, 2), (2, 2, 2, 2), (4,), (1, 3, 2)])
def test_a_profile_is_listed_exactly_where_no_single_player_gains(shape):
    generator = random.Random(str(shape))
    for _ in range(20):
        cells = {
            (player, *profile): generator.randrange(4)
            for player in range(len(shape)) for profile in itertools.product(*map(range, shape))
        }  # fmt: skip
        table = np.empty((len(shape), *shape), dtype=object)
        for index, value in cells.items():
            table[index] = value

        def stays(profile):
            return all(
                cells[(player, *profile)] >= cells[(player, *profile[:player], own, *profile[player + 1 :])]
                for player in range(len(shape)) for own in range(shape[player])
            )  # fmt: skip

        expected = [profile for profile in itertools.product(*map(range, shape)) if stays(profile)]
        assert pure_profiles(NormalFormGame(table)) == expected
        assert pure_profiles(NormalFormGame(table.astype(float))) == expected


def test_the_result_says_what_it_covers_and_carries_certificates():
    found = pure_equilibria(NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]], ["row", "column"], [["b", "s"], ["b", "s"]]))
    assert (found.concept, found.complete, found.components, found.nash_subsets) == ("pure", True, None, None)
    assert "mixed" in found.statement() or any("mixed" in note for note in found.notes)
    (first, second) = found.equilibria
    assert first.profile == {"row": {"b": 1, "s": 0}, "column": {"b": 1, "s": 0}}
    assert (first.payoffs, second.payoffs) == ({"row": 2, "column": 1}, {"row": 1, "column": 2})
    assert first.regret == second.regret == 0
    assert isinstance(first.regret, F)
