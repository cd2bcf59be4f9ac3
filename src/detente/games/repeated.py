"""Infinitely repeated games with discounting: a stage game and the players' discount factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.display import Displayed, Table
from detente.errors import DetenteError, UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.numbers import exact, is_exact, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.display import Part

__all__ = ["RepeatedGame"]


@dataclass(frozen=True)
class RepeatedGame(Displayed):
    """A stage game played for ever under perfect monitoring, with discounted payoffs.

    Parameters
    ----------
    stage : NormalFormGame or SymbolicGame
        The game of each period.
    discount_factor : number, text, SymPy expression, or one of these per player
        One value for all players, or a sequence in player order, or ``{player: value}``. With a numeric
        stage every value is a number strictly between 0 and 1: exact (``"3/4"``, a Fraction, a SymPy
        algebraic number), or a float where the stage is a float game. With a symbolic stage a value may
        also be a formula of the stage's parameters and derived names, such as ``"delta"``.

    Attributes
    ----------
    discount_factor : number or tuple
        The common value, or one per player in order where they were given per player.

    Raises
    ------
    UsageError
        If a factor lies outside (0, 1), is a float in an exact game, uses an unknown name, or if the
        values do not fit the players.

    Examples
    --------
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], players=["us", "china"])
    >>> RepeatedGame(g, "3/4").discount_factors
    (Fraction(3, 4), Fraction(3, 4))
    >>> RepeatedGame(g, {"china": "0.95", "us": "9/10"}).discount_factor
    (Fraction(9, 10), Fraction(19, 20))
    """

    stage: NormalFormGame | SymbolicGame
    discount_factor: Any

    def __post_init__(self) -> None:
        if not isinstance(self.stage, (NormalFormGame, SymbolicGame)):
            kind = type(self.stage).__name__
            raise UsageError(f"found a stage of type {kind}; expected a NormalFormGame or a SymbolicGame")
        given, players = self.discount_factor, self.stage.players
        if hasattr(given, "keys"):
            if set(given) != set(players):
                names = ", ".join(map(str, given)) or "nobody"
                raise UsageError(f"found discount factors of {names}; expected one for each of {', '.join(players)}")
            given = [given[name] for name in players]
        if isinstance(given, (list, tuple)):
            if len(given) != len(players):
                raise UsageError(
                    f"found {len(given)} discount factors; expected one, or {len(players)}, one per player"
                )
            value: Any = tuple(
                _factor(self.stage, each, f"discount factor of {name}")
                for name, each in zip(players, given, strict=True)
            )
        else:
            value = _factor(self.stage, given, "discount factor")
        object.__setattr__(self, "discount_factor", value)

    @property
    def players(self) -> tuple[str, ...]:
        """The players of the stage game."""
        return tuple(self.stage.players)

    @property
    def discount_factors(self) -> tuple[Any, ...]:
        """One discount factor per player, in player order."""
        if isinstance(self.discount_factor, tuple):
            return self.discount_factor
        return (self.discount_factor,) * len(self.stage.players)

    def at(self, values: Mapping[str, object] | None = None, **more: object) -> RepeatedGame:
        """Return the numeric repeated game at a point of a symbolic stage; the rest keeps its baseline.

        Raises
        ------
        UsageError
            If a discount factor leaves (0, 1) at the point, or a name is unknown.
        """
        if isinstance(self.stage, NormalFormGame):
            if values or more:
                raise UsageError("the stage game is numeric; it has no parameters to set")
            return self
        stage = self.stage
        point = stage.point(values, **more)
        numeric = stage.at_point(point)
        factors = [stage.evaluate(each, point) if _has_symbols(each) else each for each in self.discount_factors]
        if any(isinstance(each, float) for each in factors) and numeric.arithmetic == "exact":
            # A factor such as exp(-r) leaves the rationals: the table follows it into floats.
            numeric = NormalFormGame(numeric.floats, numeric.players, numeric.strategies)
        return RepeatedGame(numeric, tuple(factors) if isinstance(self.discount_factor, tuple) else factors[0])

    def displayed(self) -> tuple[Part, ...]:
        """Return the stage game and the discount factors."""
        rows = tuple((name, plain(each)) for name, each in zip(self.players, self.discount_factors, strict=True))
        return (*self.stage.displayed(), Table("repeated for ever", ("player", "discount factor"), rows))

    def __repr__(self) -> str:
        factors = self.discount_factors if isinstance(self.discount_factor, tuple) else (self.discount_factor,)
        word = "factors" if len(factors) > 1 else "factor"
        return f"<RepeatedGame of {self.stage!r}, discount {word} {', '.join(plain(each) for each in factors)}>"


def _has_symbols(value: object) -> bool:
    return bool(getattr(value, "free_symbols", None))


def _factor(stage: NormalFormGame | SymbolicGame, given: Any, what: str) -> Any:
    """Return one checked discount factor: Fraction, float, SymPy number, or a SymPy formula."""
    value = given
    if isinstance(stage, SymbolicGame) and (isinstance(given, str) or hasattr(given, "free_symbols")):
        value = _formula(stage, given, what)
        if _has_symbols(value):
            return value
    if isinstance(value, float):
        if not (isinstance(stage, NormalFormGame) and stage.arithmetic == "float"):
            raise UsageError(
                f"{what}: found the float {value!r} in an exact game; write it as text, as in {str(value)!r}"
            )
    elif hasattr(value, "free_symbols") and not getattr(value, "is_Rational", False):
        if _has_symbols(value) or not is_exact(value) or not value.is_algebraic:
            raise UsageError(f"{what}: found {value}; expected an exact algebraic number between 0 and 1")
    else:
        try:
            value = exact(value)
        except UsageError as error:
            named = isinstance(given, str) and given.isidentifier()
            hint = "; names need a SymbolicGame as stage" if named else ""
            raise UsageError(f"{what}: {error}{hint}") from None
    if getattr(value, "is_real", True) is False or not 0 < value < 1:
        raise UsageError(f"{what}: found {plain(value)}; expected a number strictly between 0 and 1")
    return value


def _formula(stage: SymbolicGame, given: Any, what: str) -> Any:
    """Return a discount factor as SymPy over the stage's parameters and derived names."""
    known = {name: symbol(name) for name in (*stage.parameters, *stage.derived)}
    if isinstance(given, str):
        try:
            value = formula.parse(given).to_sympy(known)
        except DetenteError as error:
            raise UsageError(f"{what}: {error}") from None
    else:
        unknown = sorted(each.name for each in given.free_symbols if each.name not in known)
        if unknown:
            raise UsageError(f"{what}: unknown parameter {unknown[0]!r}; expected one of {', '.join(known)}")
        value = given.xreplace({each: known[each.name] for each in given.free_symbols})
    if value.is_Symbol and value.name in stage.parameters:
        box = stage.parameters[value.name]
        if box.high <= 0 or box.low >= 1:
            raise UsageError(f"{what}: {value} lies in [{box.low}, {box.high}]; expected an interval that meets (0, 1)")
    return value
