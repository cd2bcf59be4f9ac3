"""Conclusions: what their text means, and whether they hold on a view of signs."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

from detente import formula
from detente.conclusions.conclusion import Signs, describe_set, parse_conclusion, parse_profile
from detente.errors import UsageError
from detente.solve.two_players.ordinal import TYPES

PLAYERS = ("us", "china")
STRATEGIES = (("c", "d"), ("c", "d"))


def sign(value):
    return (value > 0) - (value < 0)


def view(u, v):
    """A view of signs of a 2x2 game from its numbers."""
    tables = (u, v)

    def compare(player, a, b):
        return sign(tables[player][a[0]][a[1]] - tables[player][b[0]][b[1]])

    def losses(cell):
        i, j = cell
        return (u[i][j] - u[1 - i][j]) * (v[i][j] - v[i][1 - j])

    return Signs(PLAYERS, STRATEGIES, compare, lambda a, b: sign(losses(a) - losses(b)), lambda text: sign(text.evaluate({})))


def holds(text, u, v):
    return parse_conclusion(text, PLAYERS, STRATEGIES).holds(view(u, v))


PRISONERS = ([[3, 0], [5, 1]], [[3, 5], [0, 1]])
STAG = ([[9, 0], [8, 7]], [[9, 8], [0, 7]])
TIED = ([[1, 1], [1, 0]], [[1, 1], [1, 0]])
PENNIES = ([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])


@pytest.mark.parametrize(
    ("text", "game", "expected"),
    [
        ("equilibrium:d,d", PRISONERS, True), ("equilibrium:c,c", PRISONERS, False), ("equilibrium:c,c", STAG, True),
        ("unique:d,d", PRISONERS, True), ("unique:d,d", STAG, False), ("unique:c,c", PRISONERS, False),
        ("selected:d,d", STAG, True), ("selected:c,c", STAG, False), ("selected:d,d", PRISONERS, True),
        ("set:c,c;d,d", STAG, True), ("set:d,d;c,c", STAG, True), ("set:d,d", STAG, False), ("set:", PENNIES, True),
        ("dominant:us=d", PRISONERS, True), ("dominant:us=c", PRISONERS, False), ("dominant:us=d", STAG, False),
        ("class:prisoners_dilemma", PRISONERS, True), ("class:stag_hunt", STAG, True), ("class:chicken", STAG, False),
        ("class:assurance/assurance", STAG, True), ("class:chicken/stag_hunt", STAG, None),
        ("none", PENNIES, True), ("none", STAG, False), ("equilibrium:c,d", TIED, True), ("dominant:us=c", TIED, False),
        ("class:tied", TIED, True), ("unique:c,c", TIED, False), ("none", TIED, False), ("sign:2 - 1", STAG, True), ("sign:1 - 1", STAG, False),
    ],
)  # fmt: skip
def test_each_kind_of_conclusion_means_what_the_contract_says(text, game, expected):
    if expected is None:
        with pytest.raises(UsageError, match="unknown class"):
            holds(text, *game)
    else:
        assert holds(text, *game) is expected


def equilibria_by_search(u, v):
    """Profiles without regret among corners, points of indifference and midpoints between: more than one if not unique."""

    def candidates(first, second):
        points = {F(0), F(1)}
        if first != second:
            crossing = F(second, second - first)
            if 0 < crossing < 1:
                points.add(crossing)
        ordered = sorted(points)
        return ordered + [(a + b) / 2 for a, b in itertools.pairwise(ordered)]

    found = []
    row_gain = [u[0][j] - u[1][j] for j in (0, 1)]
    column_gain = [v[i][0] - v[i][1] for i in (0, 1)]
    for p in candidates(*column_gain):
        for q in candidates(*row_gain):
            rows = q * row_gain[0] + (1 - q) * row_gain[1]
            columns = p * column_gain[0] + (1 - p) * column_gain[1]
            row_fine = rows == 0 or p == (1 if rows > 0 else 0)
            column_fine = columns == 0 or q == (1 if columns > 0 else 0)
            if row_fine and column_fine:
                found.append((p, q))
    return found


def random_tables(count, seed, top=3):
    generator = random.Random(seed)
    for _ in range(count):
        yield tuple([[generator.randrange(top) for _ in (0, 1)] for _ in (0, 1)] for _ in (0, 1))


def test_uniqueness_with_and_without_ties_agrees_with_a_search_over_mixed_profiles():
    seen = set()
    for u, v in random_tables(400, 1):
        signs, every = view(u, v), equilibria_by_search(u, v)
        only = every[0] if len(every) == 1 and every[0][0] in (0, 1) and every[0][1] in (0, 1) else None
        expected = None if only is None else (int(1 - only[0]), int(1 - only[1]))
        assert signs.unique == expected, (u, v, every)
        seen.add((signs.tied, expected is None))
    assert seen == set(itertools.product((True, False), repeat=2))


def test_a_segment_of_equilibria_is_called_a_continuum():
    for u, v in random_tables(300, 2):
        signs, every = view(u, v), equilibria_by_search(u, v)
        # a midpoint is an equilibrium only inside a segment
        corners = {F(0), F(1)}
        row_gain = [u[0][j] - u[1][j] for j in (0, 1)]
        column_gain = [v[i][0] - v[i][1] for i in (0, 1)]
        isolated_mixed = row_gain[0] * row_gain[1] < 0 and column_gain[0] * column_gain[1] < 0
        segment = [each for each in every if not (each[0] in corners and each[1] in corners)]
        expected = bool(segment) and not isolated_mixed
        assert signs.continuum == expected, (u, v, every)
        words = describe_set(signs)
        assert ("continuum" in words) == expected
        assert ("mixed" in words) == isolated_mixed


def test_risk_selects_between_two_strict_equilibria_and_nothing_on_a_tie():
    assert view(*STAG).selected == (1, 1)
    assert view([[9, 0], [1, 7]], [[9, 1], [0, 7]]).selected == (0, 0)
    assert view([[1, 0], [0, 1]], [[1, 0], [0, 1]]).selected is None
    assert view([[0, -1], [5, -9]], [[0, 1], [-1, -9]]).selected == (1, 0)


@pytest.mark.parametrize(
    ("text", "profile"),
    [("c,d", (0, 1)), (" d , c ", (1, 0)), ("us=d,china=c", (1, 0)), ("china=c, us=d", (1, 0))],
)
def test_a_profile_is_strategies_in_order_or_by_player(text, profile):
    assert parse_profile(text, PLAYERS, STRATEGIES) == profile


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("c", "expected 2 strategies"), ("c,e", "unknown strategy 'e' of china"), ("us=c", "also a strategy of china"),
        ("uss=c,china=d", "did you mean 'us'"), ("us=c,us=d", "twice"), ("", "expected 2 strategies"), ("zz=c,china=d", "unknown player 'zz'"),
    ],
)  # fmt: skip
def test_a_wrong_profile_says_what_was_expected(text, found):
    with pytest.raises(UsageError, match=found) as caught:
        parse_profile(text, PLAYERS, STRATEGIES)
    assert not str(caught.value).endswith(("; ", ";"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("equilibrum:c,c", "did you mean 'equilibrium'"), ("equilibrium", "expected one of"), ("none:", "expected one of"),
        ("dominant:uk=c", "unknown player"), ("dominant:us=x", "unknown strategy"), ("class:pd", "unknown class"),
        ("class:assurance", "unknown class"), ("sign:1 +", "in the conclusion"), ("", "expected one of"),
        ("unique:c,c,c", "expected 2 strategies"),
    ],
)  # fmt: skip
def test_a_wrong_conclusion_says_what_was_expected(text, found):
    with pytest.raises(UsageError, match=found):
        parse_conclusion(text, PLAYERS, STRATEGIES)


def test_every_pair_of_types_can_be_asked_for_and_a_shared_one_has_its_own_name():
    for first, second in itertools.product([*TYPES, "tied"], repeat=2):
        parsed = parse_conclusion(f"class:{first}/{second}", PLAYERS, STRATEGIES)
        shared = {"assurance": "stag_hunt"}.get(first, first)
        assert parsed.name == (shared if first == second else f"{first}/{second}")


def test_sign_conclusions_keep_their_formula():
    parsed = parse_conclusion("sign: payoff[us][c, c] - 1", PLAYERS, STRATEGIES)
    assert isinstance(parsed.formula, formula.Formula)


def larger(compare):
    return Signs(("a", "b"), (("1", "2", "3"), ("1", "2")), compare, lambda a, b: 0, lambda text: 0)


def test_larger_games_refuse_what_is_not_decided_there():
    # the first profile is the only pure equilibrium: lower indices are better
    signs = larger(lambda player, a, b: sign(sum(b) - sum(a)))
    assert signs.pure == ((0, 0),)
    assert signs.dominant(0, 0)
    assert not signs.dominant(0, 1)
    with pytest.raises(UsageError, match="decided for two players"):
        _ = signs.unique
    with pytest.raises(UsageError, match="2x2"):
        _ = signs.class_name
    assert describe_set(signs) == ("1,1",)
