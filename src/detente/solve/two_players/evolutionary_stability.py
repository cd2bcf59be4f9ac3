"""Evolutionarily stable strategies of symmetric two-player games, exactly.

A strategy x of a symmetric game with payoff matrix A is *evolutionarily stable* (Maynard Smith and Price
1973) if it is a best reply to itself and ``x A y > y A y`` for every other best reply y to x. Let S be its
support and E the pure best replies to it. The second condition says that ``z A z < 0`` for every z other than
0 with z zero outside E, summing to zero, and at least 0 outside S (Haigh 1975, corrected by Abakuks 1980):
after one strategy of S is eliminated, a matrix has to be positive definite on the rest of S, and its Schur
complement on the rest of E strictly copositive.

Strict copositivity is decided in exact arithmetic by the determinantal criterion of Keller (Cottle, Habetler
and Lemke 1970): a symmetric matrix is strictly copositive if and only if every principal
submatrix whose last row has only positive cofactors has a positive determinant.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, fraction_of, number_to_json, plain
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.two_players.support import indifference_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = [
    "Stability",
    "StableStrategies",
    "evolutionarily_stable_strategies",
    "is_ess",
    "strictly_copositive",
    "symmetric_matrix",
]

#: Largest number of strategies for which every support is looked at.
MAX_STRATEGIES = 12

Matrix = list[list[Fraction]]


@dataclass(frozen=True)
class Stability(Displayed):
    """Whether a strategy is evolutionarily stable, and if not, which mutant shows it.

    ``stable`` is the answer (``bool(result)`` too). ``equilibrium`` says whether the strategy is a best reply
    to itself. ``mutant`` is a strategy that does at least as well where it is rare, or None. ``reason`` says
    it in words.
    """

    strategy: dict[str, Any]
    stable: bool
    equilibrium: bool
    strict: bool
    mutant: dict[str, Any] | None
    reason: str

    def __bool__(self) -> bool:
        return self.stable

    def explain(self) -> list[str]:
        """Return the verdict and its reason in plain sentences."""
        verdict = "is" if self.stable else "is not"
        return [f"{_mixture(self.strategy)} {verdict} evolutionarily stable.", self.reason]

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as JSON values."""
        return {
            "strategy": {label: number_to_json(w) for label, w in self.strategy.items()},
            "stable": self.stable,
            "equilibrium": self.equilibrium,
            "strict": self.strict,
            "mutant": None
            if self.mutant is None
            else {label: number_to_json(w) for label, w in self.mutant.items()},
            "reason": self.reason,
        }

    def table(self) -> Table:
        """Return the strategy with the verdict below."""
        return Table(
            title="evolutionary stability",
            columns=("strategy", "probability"),
            rows=tuple((label, plain(w)) for label, w in self.strategy.items()),
            notes=tuple(self.explain()),
        )


@dataclass(frozen=True)
class StableStrategies(Displayed):
    """All evolutionarily stable strategies of a symmetric game; the list is complete, and may be empty."""

    game: NormalFormGame
    strategies: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Return the strategies as JSON values."""
        return {
            "concept": "ess",
            "complete": True,
            "strategies": [
                {label: number_to_json(w) for label, w in each.items()} for each in self.strategies
            ],
        }

    def table(self) -> Table:
        """Return one strategy per row."""
        return Table(
            title="evolutionarily stable strategies"
            if self.strategies
            else "no evolutionarily stable strategy",
            columns=("#", "strategy") if self.strategies else (),
            rows=tuple((str(k), _mixture(each)) for k, each in enumerate(self.strategies)),
            notes=("Every support was examined: these are all.",),
        )

    def explain(self) -> list[str]:
        """Return the list in plain sentences."""
        if not self.strategies:
            return [
                "No strategy is evolutionarily stable: each can be invaded by some mutant.",
                "Every support was examined.",
            ]
        return [
            *(
                f"A population that plays {_mixture(each)} cannot be invaded by rare mutants."
                for each in self.strategies
            ),
            "These are all.",
        ]


def is_ess(game: NormalFormGame, strategy: str | int | Sequence[object]) -> Stability:
    """Return whether a strategy of a symmetric two-player game is evolutionarily stable, with the reason.

    Parameters
    ----------
    game : NormalFormGame
        Symmetric: what the second player gets at (a, b) is what the first gets at (b, a). Floats are taken at
        the exact binary number they store.
    strategy : label, index or probabilities
        A pure strategy, or one probability per strategy.

    Returns
    -------
    Stability
        True where stable.

    Raises
    ------
    UsageError
        If the game is not symmetric, or the strategy is none of it, or more than 12 pure best replies lie
        outside its support.

    References
    ----------
    J. Haigh (1975), "Game theory and evolution", Adv. Appl. Prob. 7, 8-11. A. Abakuks (1980), "Conditions for
    evolutionarily stable strategies", J. Appl. Prob. 17, 559-562. R. W. Cottle, G. J. Habetler, C. E. Lemke
    (1970), "On classes of copositive matrices", Linear Algebra and its Applications 3, 295-310.

    Examples
    --------
    Hawk-dove with V = 2 and C = 4: half hawks are stable, neither pure strategy is.

    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]], strategies=[["hawk", "dove"]] * 2)
    >>> bool(is_ess(g, ["1/2", "1/2"])), bool(is_ess(g, "hawk")), is_ess(g, "dove").mutant
    (True, False, {'hawk': Fraction(1, 1)})
    """
    return _stability(game, symmetric_matrix(game), _weights(game, strategy))


def evolutionarily_stable_strategies(game: NormalFormGame) -> StableStrategies:
    """Return all evolutionarily stable strategies of a symmetric two-player game of at most 12 strategies.

    A stable strategy is the only equilibrium strategy with its support, and no other equilibrium strategy has
    its support within its best replies (Bishop and Cannings 1976), so one solve per support finds all of
    them. Cost: 2^n supports.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]], strategies=[["stag", "hare"]] * 2)
    >>> for line in evolutionarily_stable_strategies(g).explain():
    ...     print(line)
    A population that plays stag cannot be invaded by rare mutants.
    A population that plays hare cannot be invaded by rare mutants.
    These are all.
    """
    a = symmetric_matrix(game)
    size = len(a)
    if size > MAX_STRATEGIES:
        raise UsageError(
            f"found {size} strategies; expected at most {MAX_STRATEGIES} to examine every support; use "
            "is_ess for one strategy"
        )
    found: list[dict[str, Any]] = []
    taken: list[frozenset[int]] = []
    for count in range(1, size + 1):
        for support in combinations(range(size), count):
            if any(each <= set(support) for each in taken):
                continue
            solved = indifference_weights([[a[i][j] for j in support] for i in support])
            if solved is None or min(solved) <= 0:
                continue
            x = [Fraction(0)] * size
            for i, weight in zip(support, solved, strict=True):
                x[i] = weight
            verdict = _stability(game, a, tuple(x))
            if verdict.stable:
                found.append(verdict.strategy)
                taken.append(frozenset(support))
    return StableStrategies(game, tuple(found))


def strictly_copositive(matrix: Sequence[Sequence[Fraction]]) -> bool:
    """Return True if ``v M v > 0`` for every v >= 0 other than 0.

    M is symmetric and rational. Cost: n 2^n determinants.

    Examples
    --------
    >>> one = Fraction(1)
    >>> strictly_copositive([[one, -one / 2], [-one / 2, one]])
    True
    >>> strictly_copositive([[one, -one], [-one, one]])
    False
    """
    size = len(matrix)
    for count in range(1, size + 1):
        for chosen in combinations(range(size), count):
            sub = [[matrix[i][j] for j in chosen] for i in chosen]
            cofactors = (
                (-1) ** (count - 1 + j) * _det([[row[k] for k in range(count) if k != j] for row in sub[:-1]])
                for j in range(count)
            )
            if all(each > 0 for each in cofactors) and _det(sub) <= 0:
                return False
    return True


def _stability(game: NormalFormGame, a: Matrix, x: tuple[Fraction, ...]) -> Stability:
    size = len(a)
    out: Any = Fraction if game.arithmetic == "exact" else float

    def named(weights: Sequence[Fraction]) -> dict[str, Any]:
        return {label: out(w) for label, w in zip(game.strategies[0], weights, strict=True)}

    def pure(index: int) -> dict[str, Any]:
        return {game.strategies[0][index]: out(1)}

    against = [sum((a[i][j] * x[j] for j in range(size)), Fraction(0)) for i in range(size)]
    best = max(against)
    support = [i for i in range(size) if x[i] > 0]
    replies = [i for i in range(size) if against[i] == best]
    worse = [i for i in support if against[i] != best]
    if worse:
        gain = best - sum((w * v for w, v in zip(x, against, strict=True)), Fraction(0))
        reason = (
            f"It is no best reply to itself: {game.strategies[0][replies[0]]} earns {plain(out(gain))} more "
            "against it."
        )
        return Stability(named(x), False, False, False, pure(replies[0]), reason)
    if replies == support and len(support) == 1:
        return Stability(
            named(x),
            True,
            True,
            True,
            None,
            "It is the only best reply to itself, so every rare mutant does worse.",
        )
    last = support[-1]
    free = [i for i in support if i != last]
    extra = [i for i in replies if x[i] == 0]
    if len(extra) > MAX_STRATEGIES:
        raise UsageError(
            f"found {len(extra)} best replies outside the support; expected at most {MAX_STRATEGIES}"
        )

    def entry(i: int, j: int) -> Fraction:
        # minus the quadratic form of (A + A')/2 on directions e_i - e_last, e_j - e_last
        return (
            -(a[i][j] + a[j][i] - a[i][last] - a[last][i] - a[j][last] - a[last][j] + 2 * a[last][last]) / 2
        )

    order = [*free, *extra]
    form = [[entry(i, j) for j in order] for i in order]
    for _ in free:
        pivot = form[0][0]
        if pivot <= 0:
            reason = (
                "Some mixture of the same strategies earns as much against it and at least as much against "
                "itself."
            )
            return Stability(named(x), False, True, False, None, reason)
        form = [
            [form[i][j] - form[i][0] * form[0][j] / pivot for j in range(1, len(form))]
            for i in range(1, len(form))
        ]
    if not strictly_copositive(form):
        mutant = next((i for i in extra if len(support) == 1 and a[last][i] <= a[i][i]), None)
        if mutant is None:
            reason = (
                "Some mixture with another best reply earns as much against it and at least as much against "
                "itself."
            )
            return Stability(named(x), False, True, False, None, reason)
        label = game.strategies[0][mutant]
        reason = (
            f"{label} earns as much against it, and against {label} it earns no more than {label} itself "
            "does."
        )
        return Stability(named(x), False, True, False, pure(mutant), reason)
    reason = (
        "It is a best reply to itself, and against every other best reply it earns more than that reply "
        "earns against itself."
    )
    return Stability(named(x), True, True, False, None, reason)


def symmetric_matrix(game: NormalFormGame) -> Matrix:
    """Return the exact payoffs of the first player of a symmetric two-player game, and refuse any other game."""
    if len(game.players) != 2 or game.shape[0] != game.shape[1]:
        raise UsageError(
            f"found a game of {' x '.join(map(str, game.shape))}; expected a symmetric two-player game"
        )
    payoffs = exact_payoffs(game)
    size = game.shape[0]
    for i in range(size):
        for j in range(size):
            if payoffs[0, i, j] != payoffs[1, j, i]:
                raise UsageError(
                    f"found {plain(game.payoffs[0, i, j])} for {game.players[0]} at "
                    f"({', '.join(game.profile_labels((i, j)))}) but "
                    f"{plain(game.payoffs[1, j, i])} for {game.players[1]} at "
                    f"({', '.join(game.profile_labels((j, i)))}); expected a symmetric game"
                )
    return [[payoffs[0, i, j] for j in range(size)] for i in range(size)]


def _weights(game: NormalFormGame, strategy: str | int | Sequence[object]) -> tuple[Fraction, ...]:
    size = game.shape[0]
    if isinstance(strategy, (str, int)):
        index = game.profile_index((strategy, 0))[0]
        return tuple(Fraction(int(k == index)) for k in range(size))
    weights = [Fraction(w) if isinstance(w, float) else exact(w) for w in strategy]
    if len(weights) != size or min(weights) < 0 or sum(weights) != 1:
        raise UsageError(
            f"found the weights {list(strategy)}; expected {size} probabilities that add up to exactly 1; "
            "write them as text, as in '1/3'"
        )
    return tuple(weights)


def _det(rows: Matrix) -> Fraction:
    if not rows:
        return Fraction(1)
    if len(rows) == 1:
        return rows[0][0]
    from flint import fmpq, fmpq_mat

    size = len(rows)
    value = fmpq_mat(
        size, size, [fmpq(each.numerator, each.denominator) for row in rows for each in row]
    ).det()
    return fraction_of(value)


def _mixture(weights: dict[str, Any]) -> str:
    played = [(label, w) for label, w in weights.items() if w != 0]
    return played[0][0] if len(played) == 1 else " + ".join(f"{plain(w)} {label}" for label, w in played)
