"""What solvers of decision problems with a continuous state return: policy, values, thresholds, the certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain, short

if TYPE_CHECKING:
    from detente.games.control import ControlGame

__all__ = ["ControlResult", "Piece"]

#: Periods of the path that are printed.
_SHOWN = 12


@dataclass(frozen=True)
class Piece:
    """States from ``low`` to ``high`` in which one action is best; the value there is ``slope*state + constant``.

    ``periods`` is how long the action is kept from there on: None for ever.
    """

    low: Any
    high: Any
    action: Any
    slope: Any
    constant: Any
    periods: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the piece as data."""
        return {
            "from": number_to_json(self.low),
            "to": number_to_json(self.high),
            "action": number_to_json(self.action),
            "slope": number_to_json(self.slope),
            "constant": number_to_json(self.constant),
            "periods": self.periods,
        }


@dataclass(frozen=True)
class ControlResult(Displayed):
    """The best policy of a decision problem and what it is worth.

    Attributes
    ----------
    pieces : tuple of Piece
        The policy over the states, from low to high states; with a horizon, that of the first period. Where only bounds
        on the value are known, ``slope`` and ``constant`` are None.
    value : number
        What the start is worth.
    thresholds : tuple of numbers
        States at which the best action changes.
    path : tuple of (state, action)
        The first periods from the start, floats for reading.
    gap : number
        Proved upper bound on what one other action, once, anywhere, gains: 0 where numbers are rational.
    bounds : (low, high) or None
        Proved bounds on the value of the start, where it is not known exactly.
    periods : tuple of numbers or None
        With a horizon and a value in proportion to the state: the best action of each period.
    """

    game: ControlGame
    pieces: tuple[Piece, ...]
    value: Any
    thresholds: tuple[Any, ...]
    path: tuple[tuple[float, float], ...]
    method: str
    arithmetic: str
    gap: Any
    bounds: tuple[Any, Any] | None = None
    periods: tuple[Any, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether the value is known to any digit; False where only bounds are."""
        return self.bounds is None

    @property
    def first(self) -> Piece:
        """The piece in which the start lies."""
        return next(each for each in reversed(self.pieces) if not self.game.start < _low(each.low))

    @property
    def action(self) -> Any:
        """The best action at the start."""
        return self.first.action

    def to_json(self) -> dict[str, Any]:
        """Return policy and values in the form of the contract."""
        data = {
            "concept": "optimal",
            "form": "control",
            "method": self.method,
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "action": self.game.action,
            "start": number_to_json(_printed(self.game.start)),
            "policy": [each.to_json() for each in self.pieces],
            "values": {
                "start": number_to_json(self.value),
                "per_unit": number_to_json(self.pieces[0].slope) if self.proportional else None,
            },
            "thresholds": [number_to_json(each) for each in self.thresholds],
            "periods": self.first.periods,
            "by_period": None if self.periods is None else [number_to_json(each) for each in self.periods],
            "path": [{"state": state, "action": action} for state, action in self.path],
            "gap": number_to_json(self.gap),
        }
        if self.bounds is not None:
            data["bounds"] = [number_to_json(each) for each in self.bounds]
        return data

    @property
    def proportional(self) -> bool:
        """Whether the value is a multiple of the state, with one action for all states."""
        return len(self.pieces) == 1 and self.pieces[0].slope is not None and self.pieces[0].constant == 0

    def table(self) -> Table:
        """Return the policy over the states, with a closing line on method and certificate."""
        name = self.game.action
        rows = []
        for each in self.pieces:
            states = f"{short(each.low, 5)} to {short(each.high, 5)}"
            kept = (
                "for ever" if each.periods is None else f"{each.periods} periods" if each.periods != 1 else "1 period"
            )
            worth = "" if each.slope is None else _line(each.slope, each.constant)
            rows.append((states, short(each.action, 5), kept, worth))
        notes = []
        if self.bounds is not None:
            low, high = (short(each, 6) for each in self.bounds)
            notes.append(f"The start {short(self.game.start, 5)} is worth between {low} and {high}: proved bounds.")
        else:
            notes.append(f"The start {short(self.game.start, 5)} is worth {_both(self.value)}.")
        if self.periods is not None:
            notes.append(f"{name} by period: {', '.join(short(each, 4) for each in self.periods)}.")
        certificate = f"one other action once, anywhere, gains at most {short(self.gap, 2)}"
        notes.append(f"{self.method}, {self.arithmetic} arithmetic; {certificate}.")
        return Table("", ("state", name, "kept for", "value"), tuple(rows), (*notes, *self.notes))

    def __repr__(self) -> str:
        return f"<ControlResult: {len(self.pieces)} pieces, the start is worth {short(self.value, 6)}>"


def _low(value: Any) -> Any:
    return getattr(value, "low", value)


def _printed(value: Any) -> Any:
    from detente.solve.control._balls import number_of

    return number_of(value)


def _line(slope: Any, constant: Any) -> str:
    text = f"{short(slope, 5)}*state"
    if float(constant) == 0:
        return text
    return f"{text} {'+' if float(constant) > 0 else '-'} {short(abs(float(constant)), 5)}"


def _both(value: Any) -> str:
    exactly, rounded = plain(value), short(value, 6)
    return rounded if exactly == rounded or len(exactly) > 30 or hasattr(value, "low") else f"{exactly} = {rounded}"
