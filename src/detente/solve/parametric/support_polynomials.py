"""The polynomials whose signs decide the set of equilibria of a two-player game, mixed ones included.

Every extreme equilibrium is a pair of candidates of support enumeration; whether it exists is a matter of the signs
of the weights and slacks of all candidates (:mod:`detente.solve.parametric.parametric_supports`). Where none of these
signs changes, the set of equilibria is the same up to its probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric._two_player_atlas import ParametricGame

__all__ = ["SupportPolynomials", "support_polynomials"]


@dataclass(frozen=True)
class SupportPolynomials:
    """Polynomials that decide the set of equilibria, and how.

    Attributes
    ----------
    expressions : tuple
        SymPy polynomials in the parameters, each irreducible, once.
    game : SymbolicGame
        The game.
    """

    game: SymbolicGame
    expressions: tuple[Any, ...]
    _parametric: ParametricGame
    _factors: dict[Any, tuple[int, tuple[tuple[int, int], ...]]]

    def equilibria(self, sign: Callable[[Any], int]) -> tuple[tuple[tuple[str, ...], ...], ...]:
        """Return the supports of the extreme equilibria, given the sign of each of ``expressions``.

        Parameters
        ----------
        sign : callable
            From one of ``expressions`` to -1, 0 or 1.

        Returns
        -------
        tuple
            For each extreme equilibrium the strategies that each player plays; supports occur several times if
            several extreme equilibria have them. Sorted by size, then in the order of strategies.
        """
        known = [sign(each) for each in self.expressions]

        def of(polynomial: Any) -> int:
            from detente.solve.parametric._polynomial_ring import key_of

            if not polynomial:
                return 0
            turn, factors = self._factors[key_of(polynomial)]
            for at, power in factors:
                turn *= known[at] ** power
            return turn

        valid = []
        for sides in self._parametric.all_sides:
            here: dict[Any, frozenset[int]] = {}
            for side in sides:
                signs = {of(each) for each in side.vertex.weights}
                if signs not in ({1}, {-1}):
                    continue
                turn = signs.pop()
                slack = {k: of(each) * turn for k, each in side.vertex.slacks.items()}
                if all(value >= 0 for value in slack.values()):
                    replies = frozenset(side.closure | {k for k, value in slack.items() if value == 0})
                    # Two candidates with one support and the same replies are one strategy here.
                    here[side.vertex.support, replies] = replies
            valid.append(here)
        strategies = self.game.strategies
        found = sorted(
            (len(i) + len(j), i, j)
            for i, replies_to_x in valid[0]
            for j, replies_to_y in valid[1]
            if set(i) <= replies_to_y and set(j) <= replies_to_x
        )
        return tuple((tuple(strategies[0][k] for k in i), tuple(strategies[1][k] for k in j)) for _, i, j in found)


def support_polynomials(
    game: SymbolicGame, along: str | None = None, at: Mapping[str, Fraction] | None = None
) -> SupportPolynomials:
    """Return the polynomials whose signs decide the set of equilibria of a two-player game.

    Parameters
    ----------
    game : SymbolicGame
        Two players.
    along : str, optional
        The one parameter that varies; the others are put at the point ``at``. By default all vary.
    at : mapping, optional
        Values of the others, by default their baseline.

    Notes
    -----
    Exact where payoffs are defined. Along one parameter the real roots of ``expressions`` and of what the payoffs
    divide by are the only places at which the set can change.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": (0, 3), "h": (0, 1, 2)})
    >>> found = support_polynomials(s, "s")
    >>> found.expressions
    (s - 1,)
    >>> found.equilibria(lambda each: 1)
    ((('1',), ('1',)), (('2',), ('2',)), (('1', '2'), ('1', '2')))
    """
    from detente.games.symbolic import SymbolicGame as Game
    from detente.games.symbolic import symbol
    from detente.solve.parametric._polynomial_ring import key_of, monic
    from detente.solve.parametric._two_player_atlas import ParametricGame

    if len(game.shape) != 2:
        raise UsageError(f"found {len(game.shape)} players; expected two")
    point = game.point(at)
    fixed = {}
    if along is not None:
        import sympy

        if along not in game.parameters:
            raise UsageError(f"unknown parameter {along!r}; expected one of {', '.join(game.parameters)}")
        fixed = {symbol(n): sympy.Rational(v.numerator, v.denominator) for n, v in point.items() if n != along}
    payoffs = {index: game.expand(each).xreplace(fixed) for index, each in game.payoffs.items()}
    names = list(game.parameters) if along is None else [along]
    # Signs of divisors may change along the line: the box must not settle them, so it is wide.
    line = Game(payoffs, {n: game.parameters[n] for n in names}, game.players, game.strategies)
    interval = {n: (line.parameters[n].low, line.parameters[n].high) for n in names}
    parametric = ParametricGame(line, interval, settle=False)
    places: dict[Any, int] = {}
    found: list[Any] = []
    factors: dict[Any, tuple[int, tuple[tuple[int, int], ...]]] = {}
    for sides in parametric.all_sides:
        for side in sides:
            for polynomial in (*side.vertex.weights, *side.vertex.slacks.values()):
                if not polynomial or key_of(polynomial) in factors:
                    continue
                unit, parts = polynomial.factor()
                turn, own = (1 if unit > 0 else -1), []
                for factor, power in parts:
                    scale, prime = monic(factor)
                    turn *= 1 if scale > 0 or int(power) % 2 == 0 else -1
                    if key_of(prime) not in places:
                        places[key_of(prime)] = len(found)
                        found.append(prime)
                    own.append((places[key_of(prime)], int(power)))
                factors[key_of(polynomial)] = (turn, tuple(own))
    expressions = tuple(parametric.ring.expression(each) for each in found)
    return SupportPolynomials(line, expressions, parametric, factors)
