"""When is a player of a parametric 2x2 game of which type? Exact conditions over the parameter box.

The types are those of :mod:`detente.solve.two_players.ordinal`: signs of A = T - R, B = P - S and D = R - P. A status
``always`` or ``never`` is proved by bounds, ``conditional`` by an exact point of the box that has the type and
one that has not; else the status is ``undecided``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.rational import rational_value
from detente.solve.parametric.signs import possible_signs
from detente.solve.two_players.ordinal import TYPES, payoff_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.games.symbolic import SymbolicGame

__all__ = ["TypeCondition", "type_conditions"]

#: Exact points of the box at which types are looked for.
POINTS = 200


@dataclass(frozen=True)
class TypeCondition:
    """One type of one player: the inequalities under which it obtains, and whether the box reaches it.

    ``comparisons`` are SymPy relations in parameters and derived names.
    """

    player: str
    type: str
    comparisons: tuple[Any, ...]
    status: str

    @property
    def condition(self) -> Any:
        """The conjunction of the comparisons as SymPy, or true or false where the box settles it."""
        import sympy

        if self.status in {"always", "never"}:
            return sympy.true if self.status == "always" else sympy.false
        return sympy.And(*self.comparisons)


def type_conditions(game: SymbolicGame) -> tuple[TypeCondition, ...]:
    """Return, for each player of a 2x2 game and each type, the exact condition under which it obtains.

    Raises
    ------
    UsageError
        If the game is not 2x2.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (2, 3), "c": (1, 4)})
    >>> [(each.type, each.status) for each in type_conditions(s)[:6] if each.status != "never"]
    [('prisoners_dilemma', 'conditional'), ('deadlock', 'conditional')]
    """
    import sympy

    if game.shape != (2, 2):
        raise UsageError(f"found a {'x'.join(map(str, game.shape))} game; player types are defined for 2x2 games")
    box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    points = list(_points(game, box))
    found = []
    for index, player in enumerate(game.players):
        values = payoff_labels(game.payoff, index)
        expressions = {key: values[key] for key in "ABD"}
        expanded = {key: game.expand(expression) for key, expression in expressions.items()}
        signs = {key: possible_signs(expression, box) for key, expression in expanded.items()}
        met = [
            tuple(None if value is None else (value > 0) - (value < 0) for value in at)
            for at in ([rational_value(expanded[key], point) for key in "ABD"] for point in points)
        ]
        for name, wanted in TYPES.items():
            needed = [(key, sign) for key, sign in zip("ABD", wanted, strict=True) if sign is not None]
            comparisons = tuple(
                sympy.Gt(expressions[key], 0) if sign > 0 else sympy.Lt(expressions[key], 0) for key, sign in needed
            )
            found.append(TypeCondition(player, name, comparisons, _status(needed, signs, met)))
    return tuple(found)


def _status(needed: list[tuple[str, int]], signs: Mapping[str, frozenset[int]], met: list[tuple[Any, ...]]) -> str:
    if all(signs[key] == {sign} for key, sign in needed):
        return "always"
    if any(sign not in signs[key] for key, sign in needed):
        return "never"
    here = {all(at["ABD".index(key)] == sign for key, sign in needed) for at in met if None not in at}
    return "conditional" if here == {True, False} else "undecided"


def _points(game: SymbolicGame, box: Mapping[str, tuple[Fraction, Fraction]]) -> Iterator[dict[str, Fraction]]:
    """Yield the baseline and pseudo-random exact points of the box that meet the constraints."""
    yield game.baseline
    generator = random.Random(0)  # noqa: S311 - points to look at
    for _ in range(POINTS):
        point = {
            name: low + (high - low) * Fraction(generator.randrange(101), 100) for name, (low, high) in box.items()
        }
        if game.allowed(point):
            yield point
