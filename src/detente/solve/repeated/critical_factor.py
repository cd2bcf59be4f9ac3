"""The result of a question about patience: which discount factors make a strategy profile an equilibrium."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.printing import plain
from detente.solve.repeated.factor_line import FactorSet
from detente.solve.repeated.factor_sets import (
    NEVER,
    FactorInterval,
    FactorRange,
    discount_factor_value,
    factor_condition,
    factor_intervals,
    factor_to_json,
    inside,
    meet,
    threshold,
)
from detente.solve.repeated.punishment_sum import factor_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from detente.games.normal import NormalFormGame

__all__ = ["OWN_NOTE", "CriticalDiscountFactor", "PunishmentNotCredible", "never_sustained", "numeric_result"]

#: Roots up to this degree are written by their polynomial.
_LEGIBLE_DEGREE = 6


class PunishmentNotCredible(UsageError):  # noqa: N818 - says what is the case
    """A punishment that is played for ever, or without regard to deviations from it, is no stage equilibrium."""

OWN_NOTE = "each player's number is about that player's own discount factor; overall supposes a common one"


@dataclass(frozen=True, repr=False)
class CriticalDiscountFactor(Displayed):
    """From which discount factor on a strategy profile is an equilibrium of the repeated game.

    Attributes
    ----------
    strategy, periods, target
        What was asked; ``target`` as labels.
    concept : str
        ``"subgame-perfect"``, or ``"nash"`` for the part :attr:`nash` of tit for tat.
    arithmetic : str
        ``"exact"``, ``"float"``, or ``"symbolic"`` for payoffs in parameters.
    punishment : dict
        Player to the stage profile that punishes that player, as ``{player: {strategy: probability}}``.
    gain, loss : dict
        Player to ``g`` and ``l`` of :mod:`detente.solve.repeated.critical_discount_factor` (trigger strategies).
    conditions : dict
        Player to an exact SymPy condition on ``delta`` in (0, 1), and on the parameters.
    condition
        Their conjunction for a common factor; for a symbolic game with the conditions under which the
        punishments are stage equilibria (:attr:`punishment_condition`).
    polynomial : dict
        Player to a polynomial in ``delta``, nonnegative exactly where the best deviation does not gain (trigger
        strategies); to all such polynomials, one a deviation (automata).
    formula, formula_condition : dict
        Symbolic games: player to the critical factor in closed form, and the condition under which it
        is the critical factor and lies in (0, 1): gain and loss positive, and the punishment long enough.
        For punishments of more than three periods there is none.
    strict : dict
        Numeric games: True where a player loses by every deviation from the target at the factors inside
        the set, False where indifferent or where no factor sustains the profile.
    binding : dict
        Automata in numeric games: player to the deviations, pairs of state and strategy, that gain exactly nothing at
        the player's critical factor.
    intervals, player_intervals
        Numeric games: the factors in (0, 1) that sustain the profile, as a tuple of
        :class:`FactorInterval`, for all players with a common factor and per player.
    nash : CriticalDiscountFactor or None
        Tit for tat: the factors at which it is a Nash equilibrium.
    complete : bool
        False where ``punishment=None`` was resolved among some stage equilibria only; the notes say which.
    notes : tuple of str
        The specification and every reservation, in words.
    """

    strategy: str
    periods: int | None
    target: tuple[str, ...]
    concept: str
    arithmetic: str
    conditions: dict[str, Any]
    condition: Any
    punishment: dict[str, Any] = field(default_factory=dict)
    gain: dict[str, Any] = field(default_factory=dict)
    loss: dict[str, Any] = field(default_factory=dict)
    polynomial: dict[str, Any] = field(default_factory=dict)
    formula: dict[str, Any] = field(default_factory=dict)
    formula_condition: dict[str, Any] = field(default_factory=dict)
    punishment_condition: Any = True
    strict: dict[str, bool] = field(default_factory=dict)
    binding: dict[str, tuple[tuple[Any, str], ...]] = field(default_factory=dict)
    intervals: tuple[FactorInterval, ...] = ()
    player_intervals: dict[str, tuple[FactorInterval, ...]] = field(default_factory=dict)
    nash: CriticalDiscountFactor | None = None
    complete: bool = True
    notes: tuple[str, ...] = ()
    _thresholds: dict[str, Any] = field(default_factory=dict, repr=False)
    _overall: Any = field(default=None, repr=False)
    _ranges: Mapping[str, FactorRange | FactorSet] = field(default_factory=dict, repr=False)
    _again: Callable[[Mapping[str, Any]], CriticalDiscountFactor] | None = field(
        default=None, repr=False, compare=False
    )

    @property
    def per_player(self) -> dict[str, Any]:
        """Each player's critical factor: Fraction, SymPy algebraic number, float, or None.

        It is 0 where every factor in (0, 1) sustains the profile, else the least factor that does. None:
        no factor does, or (see :attr:`intervals` and :attr:`notes`) none is least, because the set begins with an
        interval ``(0, u]`` of impatient players who would rather be punished.
        """
        self._require_numbers()
        return dict(self._thresholds)

    @property
    def overall(self) -> Any:
        """The critical factor common to all players, by the same rule: the largest of theirs, or None."""
        self._require_numbers()
        return self._overall

    @property
    def monotone(self) -> bool:
        """True where more patience never destroys the equilibrium."""
        self._require_numbers()
        return all(each.high == 1 and not each.high_closed for each in self.intervals)

    def _require_numbers(self) -> None:
        if self.arithmetic == "symbolic":
            raise UsageError("the critical factor depends on parameters; use .condition, .formula or .at(values)")

    def sustains(self, discount_factor: Any) -> bool:
        """Return whether the profile is an equilibrium at a discount factor, or at one per player.

        Parameters
        ----------
        discount_factor : number, sequence of numbers or {player: number}
            Exact numbers or text, SymPy algebraic numbers, or floats; each in (0, 1).
        """
        self._require_numbers()
        each = discount_factor
        if hasattr(each, "keys"):
            if set(each) != set(self._ranges):
                raise UsageError(f"found factors of {', '.join(each)}; expected {', '.join(self._ranges)}")
            each = [each[name] for name in self._ranges]
        if not isinstance(each, (list, tuple)):
            each = [each] * len(self._ranges)
        if len(each) != len(self._ranges):
            raise UsageError(
                f"found {len(each)} discount factors; expected one, or one for each of {', '.join(self._ranges)}"
            )
        span = self.periods if self.strategy != "tit_for_tat" else 1
        return all(
            own.contains(discount_factor_value(delta))
            if isinstance(own, FactorSet)
            else inside(discount_factor_value(delta), own, span)
            for delta, own in zip(each, self._ranges.values(), strict=True)
        )

    def at(self, values: Mapping[str, object] | None = None, **more: object) -> CriticalDiscountFactor:
        """Return the numeric result at a point of the symbolic stage game; the rest keeps its baseline.

        Raises
        ------
        UsageError
            If the punishment is no stage equilibrium at the point, or a name is unknown.
        """
        if self._again is None:
            if values or more:
                raise UsageError("the result is numeric already; it has no parameters to set")
            return self
        return self._again({**(values or {}), **more})

    def to_json(self) -> dict[str, Any]:
        """Return the result in the form of the JSON contract, exact numbers as text."""
        text: dict[str, Any] = {"condition": plain(self.condition)}
        if self.arithmetic == "symbolic":
            formulas = {name: plain(value) for name, value in self.formula.items()}
            return {"formula": formulas, **text, "notes": list(self.notes)}
        result = {
            "per_player": {name: factor_to_json(value) for name, value in self._thresholds.items()},
            "overall": factor_to_json(self._overall),
            **text,
            "intervals": [each.to_json() for each in self.intervals],
            "notes": list(self.notes),
        }
        if self.nash is not None:
            result["nash"] = self.nash.to_json()
        return result

    def table(self) -> Any:
        """Return players, critical factors and conditions as a :class:`detente.display.Table`."""
        symbolic = self.arithmetic == "symbolic"
        rows = []
        for name, condition in self.conditions.items():
            if symbolic:
                value = plain(self.formula[name]) if name in self.formula else "no closed form"
            else:
                value = _factor_text(self._thresholds[name])
            rows.append((name, value, _condition_text(condition)))
        if not symbolic:
            rows.append(("all", _factor_text(self._overall), _condition_text(self.condition)))
        length = f" of {self.periods} period{'s' if self.periods != 1 else ''}" if self.periods else ""
        what = self.strategy.replace("_", " ") + length
        title = f"critical discount factors, {what} at ({', '.join(self.target)}), {self.concept}"
        return Table(
            title=title,
            columns=("player", "critical factor", "condition"),
            rows=tuple(rows),
            notes=self.notes,
        )

    def __repr__(self) -> str:
        shown = "symbolic" if self.arithmetic == "symbolic" else f"overall {self._overall}"
        return f"<CriticalDiscountFactor {self.strategy} at ({', '.join(self.target)}), {self.concept}, {shown}>"


def _factor_text(factor: Any) -> str:
    """Return a critical factor to read; of a root of high degree its digits, as the condition has the polynomial."""
    degree = factor.poly.degree() if hasattr(factor, "poly") else 0
    if degree > _LEGIBLE_DEGREE:
        return f"{float(factor):.12g} (root of degree {degree})"
    return "none" if factor is None else plain(factor)


def _condition_text(condition: Any) -> str:
    return {"True": "always", "False": "never"}.get(str(condition)) or plain(condition)


def numeric_result(
    stage: NormalFormGame,
    ranges: dict[str, FactorRange],
    span: int | None,
    tolerance: float,
    notes: Iterable[str],
    **more: Any,
) -> CriticalDiscountFactor:
    """Wrap the players' sets; ``span`` is the number of terms of ``S``, the coordinate of the ranges."""
    common = meet(ranges.values(), 0 if stage.arithmetic == "exact" else tolerance)
    told = list(notes)
    for name, own in ranges.items():
        if own.high is not None and own.low is None:
            told.append(
                f"{name} prefers the punishment to the target: "
                f"only factors up to {plain(factor_at(own.high, span))} "
                f"sustain it, and none is least"
            )
    if common.empty and not any(own.empty for own in ranges.values()):
        told.append("each player has factors that sustain the profile, but none is common to all")
    return CriticalDiscountFactor(
        arithmetic=stage.arithmetic,
        conditions={name: factor_condition(own, span) for name, own in ranges.items()},
        condition=factor_condition(common, span),
        intervals=factor_intervals(common, span),
        player_intervals={name: factor_intervals(own, span) for name, own in ranges.items()},
        notes=(*told, OWN_NOTE),
        _thresholds={name: threshold(own, span) for name, own in ranges.items()},
        _overall=threshold(common, span),
        _ranges=ranges,
        **more,
    )


def never_sustained(
    stage: NormalFormGame, strategy: str, aim: tuple[int, ...], periods: int | None, why: str
) -> CriticalDiscountFactor:
    """Return the result where the punishment is not credible: no discount factor makes the profile subgame perfect.

    While it is punished, whoever gains by deviating from the punishment does so without consequences, however patient.
    """
    return numeric_result(
        stage,
        dict.fromkeys(stage.players, NEVER),
        periods,
        0,
        [why],
        strategy=strategy,
        periods=periods,
        target=stage.profile_labels(aim),
        concept="subgame-perfect",
        strict=dict.fromkeys(stage.players, False),
    )
