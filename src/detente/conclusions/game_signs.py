"""A payoff table as conclusions see it: signs of payoff differences, and which expressions decide a conclusion."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Conclusion, Signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from detente.formula import Formula
    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["deciding_expressions", "game_signs", "guarded_state"]


class _NoState(Exception):  # noqa: N818 - control flow, not an error
    """An expression has a pole at the point asked for."""


def _defined(sign: Any, expression: Any) -> int:
    found = sign(expression)
    if found is None:
        raise _NoState
    return int(found)


def game_signs(game: SymbolicGame, sign: Any) -> Signs:
    """Return a :class:`Signs` view of a game; ``sign(expression)`` is -1, 0, 1 or None at a pole, and asked once."""
    known = _Asked(sign)

    def compare(player: int, a: Profile, b: Profile) -> int:
        return known[game.difference(player, a, b)]

    def risk(a: Profile, b: Profile) -> int:
        return known[_risk_expression(game, a, b)]

    def formula_sign(text: Formula) -> int:
        return known[game.expression(text)]

    return Signs(game.players, game.strategies, compare, risk, formula_sign, game.losses, known.__getitem__)


class _Asked(dict[Any, int]):
    """Signs of expressions, each asked for when it is first looked up."""

    def __init__(self, sign: Callable[[Any], int | None]) -> None:
        super().__init__()
        self.sign = sign

    def __missing__(self, expression: Any) -> int:
        found = self[expression] = _defined(self.sign, expression)
        return found


def _risk_expression(game: SymbolicGame, a: Profile, b: Profile) -> Any:
    """Return the product of deviation losses at ``a`` minus that at ``b`` of a 2x2 game."""

    def loss(profile: Profile) -> Any:
        product = 1
        for player in (0, 1):
            other = tuple(1 - own if index == player else own for index, own in enumerate(profile))
            product = product * (game.payoff(player, profile) - game.payoff(player, other))
        return product

    return loss(a) - loss(b)


def guarded_state(state: Callable[[Callable[[Any], int]], Any]) -> Callable[[Callable[[Any], int | None]], Any]:
    """Return a state as None where an expression that it looks at has no sign."""

    def guarded(sign: Callable[[Any], int | None]) -> Any:
        try:
            return state(lambda expression: _defined(sign, expression))
        except _NoState:
            return None

    return guarded


def deciding_expressions(game: SymbolicGame, of: Any) -> list[Any]:
    """Return the expressions whose signs decide a conclusion, a formula, or the set of equilibria (None)."""
    if of is not None and not isinstance(of, Conclusion):
        return [game.expression(of)]
    if of is not None and of.formula is not None:
        return [game.expression(of.formula)]
    profiles = list(game.profiles())
    found = []
    for player, own in enumerate(game.strategies):
        pairs: Iterable[tuple[Profile, Profile]]
        if of is not None and of.kind == "class":
            pairs = combinations(profiles, 2)
        elif of is not None and of.kind == "equilibrium":
            here = of.profiles[0]
            pairs = ((here, (*here[:player], k, *here[player + 1 :])) for k in range(len(own)) if k != here[player])
        else:
            pairs = (
                (a, (*a[:player], k, *a[player + 1 :]))
                for a, k in product(profiles, range(len(own))) if a[player] < k
            )  # fmt: skip
        found += [game.difference(player, a, b) for a, b in pairs]
    if of is not None and of.kind == "selected" and game.shape == (2, 2):
        found += [_risk_expression(game, (0, 0), (1, 1)), _risk_expression(game, (0, 1), (1, 0))]
    return list(dict.fromkeys(found))
