"""A trigger under a noisy public signal: what it takes, player by player, and how that prints."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import number_to_json, short
from detente.printing import plain
from detente.solve.repeated.factor_sets import discount_factor_value
from detente.solve.repeated.punishment_sum import as_sympy, punishment_sum

if TYPE_CHECKING:
    from detente.solve.repeated.critical_factor import CriticalDiscountFactor

__all__ = ["MonitoredTrigger"]


@dataclass(frozen=True, repr=False)
class MonitoredTrigger(Displayed):
    """A trigger profile under a noisy public signal.

    Attributes
    ----------
    target : tuple of str
    false_alarm, detection
        Probability of a bad signal if everybody plays the target, and if one player leaves it: numbers or formulas.
    periods : int or None
        Length of the punishment; None is for ever.
    arithmetic : str
        ``"exact"``, ``"float"`` or ``"symbolic"``.
    reward, punished, gain, loss : dict
        Player to the payoff at the target, at the punishment, to what the best deviation adds, and to reward less
        punished.
    factors : CriticalDiscountFactor
        From which discount factor on the profile is an equilibrium: numbers, conditions, closed forms.
    """

    target: tuple[str, ...]
    false_alarm: Any
    detection: Any
    periods: int | None
    arithmetic: str
    reward: dict[str, Any]
    punished: dict[str, Any]
    gain: dict[str, Any]
    loss: dict[str, Any]
    factors: CriticalDiscountFactor = field(repr=False)

    @property
    def players(self) -> tuple[str, ...]:
        """The players."""
        return tuple(self.gain)

    @property
    def complete(self) -> bool:
        """The condition holds exactly where the profile is an equilibrium."""
        return True

    def net_loss(self, player: str) -> Any:
        """Return ``(p1 - p0) l - p0 g``: what a unit of punishment costs a player who deviates, net of false alarms."""
        p0, p1 = self.false_alarm, self.detection
        return (p1 - p0) * self.loss[player] - p0 * self.gain[player]

    def least_weight(self, player: str) -> Any:
        """Return the least ``S`` that deters a player: 0 where nothing tempts, None where no punishment is enough."""
        self._require_numbers()
        net = self.net_loss(player)
        if self.gain[player] <= 0:
            return self.gain[player] * 0
        return self.gain[player] / net if net > 0 else None

    def least_periods(self, discount_factor: Any) -> dict[str, int | None]:
        r"""Return for each player the least number of periods of punishment that deters; None where none does.

        It is the least ``n`` with :math:`\delta^n \le 1 - s (1 - \delta)/\delta`, ``s`` the least weight:
        :math:`n = \lceil \log(1 - s (1 - \delta)/\delta)/\log \delta \rceil`.

        Parameters
        ----------
        discount_factor : number, or one per player in order
        """
        return {
            player: _least_length(self.least_weight(player), delta)
            for player, delta in zip(self.players, self._each(discount_factor), strict=True)
        }

    def value(self, discount_factor: Any) -> dict[str, Any]:
        """Return each player's average payoff in the profile, whether it is an equilibrium or not."""
        return {
            player: self.punished[player]
            + self.loss[player] / (1 + self.false_alarm * punishment_sum(delta, self.periods))
            for player, delta in zip(self.players, self._each(discount_factor), strict=True)
        }

    def critical_detection(self, discount_factor: Any = None) -> dict[str, Any]:
        r"""Return the least probability of detection that deters each player.

        None where not even 1 does or the punishment is a reward. It is :math:`p_0 + g (1 + p_0 S)/(S\, l)`. Without a
        discount factor it is that of endless patience (for punishments without end ``S`` grows beyond bounds):
        :math:`p_0 (1 + g/l)`, which must be exceeded. With symbols it is the formula.
        """
        found: dict[str, Any] = {}
        for player, weight in zip(self.players, self._weights(discount_factor), strict=True):
            gain, loss, p0 = self.gain[player], self.loss[player], self.false_alarm
            if self.arithmetic == "symbolic":
                found[player] = p0 * (1 + gain / loss) + (0 if weight is None else gain / (weight * loss))
            elif loss <= 0:
                found[player] = gain * 0 if loss == 0 and gain <= 0 else None
            else:
                least = max(gain * 0, p0 * (1 + gain / loss) + (0 if weight is None else gain / (weight * loss)))
                found[player] = least if least <= 1 else None
        return found

    def critical_false_alarm(self, discount_factor: Any = None) -> dict[str, Any]:
        r"""Return the largest probability of a false alarm at which each player is deterred.

        None where not even 0 is small enough. It is :math:`(p_1 S\, l - g)/(S (g + l))`; without a discount factor
        :math:`p_1 l/(g + l)`, the limit of endless patience. With symbols it is the formula.
        """
        found: dict[str, Any] = {}
        for player, weight in zip(self.players, self._weights(discount_factor), strict=True):
            gain, loss, p1 = self.gain[player], self.loss[player], self.detection
            if self.arithmetic != "symbolic" and (loss < 0 or (loss == 0 and gain > 0)):
                found[player] = None
            elif self.arithmetic != "symbolic" and gain + loss <= 0:
                found[player] = gain * 0 + 1
            else:
                most = (p1 * loss - (0 if weight is None else gain / weight)) / (gain + loss)
                if self.arithmetic != "symbolic":
                    most = min(most, gain * 0 + 1)
                found[player] = most if self.arithmetic == "symbolic" or most >= 0 else None
        return found

    def _weights(self, discount_factor: Any) -> list[Any]:
        """Return ``S`` per player; None stands for a weight beyond all bounds."""
        if discount_factor is None:
            return [self.periods if self.periods is not None else None] * len(self.players)
        if self.arithmetic == "symbolic":
            value = (
                discount_factor if hasattr(discount_factor, "free_symbols") else discount_factor_value(discount_factor)
            )
            return [punishment_sum(as_sympy(value), self.periods)] * len(self.players)
        return [punishment_sum(delta, self.periods) for delta in self._each(discount_factor)]

    def _each(self, discount_factor: Any) -> list[Any]:
        self._require_numbers()
        given = discount_factor if isinstance(discount_factor, (list, tuple)) else [discount_factor] * len(self.players)
        if len(given) != len(self.players):
            raise UsageError(f"found {len(given)} discount factors; expected one, or one for each player")
        return [discount_factor_value(each) for each in given]

    def _require_numbers(self) -> None:
        if self.arithmetic == "symbolic":
            raise UsageError("the answer depends on parameters; use .factors.condition, or a game at a point")

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        number = plain if self.arithmetic == "symbolic" else number_to_json
        return {
            "target": dict(zip(self.players, self.target, strict=True)),
            "false_alarm": number(self.false_alarm),
            "detection": number(self.detection),
            "periods": self.periods,
            "gain": {player: number(value) for player, value in self.gain.items()},
            "loss": {player: number(value) for player, value in self.loss.items()},
            "critical_discount_factor": self.factors.to_json(),
        }

    def table(self) -> Table:
        """Return per player gain, loss, critical factor and condition."""
        rows = [
            (player, plain(self.gain[player]), plain(self.loss[player]), *row[1:])
            for player, row in zip(self.players, self.factors.table().rows, strict=False)
        ]
        length = "for ever" if self.periods is None else f"for {self.periods} periods"
        signal = f"bad with {_text(self.false_alarm)} at the target, {_text(self.detection)} after a deviation"
        return Table(
            f"trigger profile at ({', '.join(self.target)}), punishment {length}; signal {signal}",
            ("player", "gain", "loss", "critical factor", "condition"),
            tuple(rows),
            self.factors.notes,
        )

    def __repr__(self) -> str:
        signal = f"{_text(self.false_alarm)}, {_text(self.detection)}"
        return f"<MonitoredTrigger at ({', '.join(self.target)}), signal {signal}>"


def _text(value: Any) -> str:
    return short(value, 6) if isinstance(value, (Fraction, float, int)) else plain(value)


def _least_length(weight: Any, delta: Any) -> int | None:
    """Return the least n with ``delta + ... + delta**n >= weight``, None where even endless punishment is too short."""
    if weight is None:
        return None
    if weight <= 0:
        return 0
    bar = 1 - weight * (1 - delta) / delta
    if bar <= 0:
        return None
    length = max(1, math.ceil(math.log(bar) / math.log(delta)) - 1)
    while delta**length > bar:  # the logarithm is a guess, the power decides
        length += 1
    while length > 1 and delta ** (length - 1) <= bar:
        length -= 1
    return length
