"""What the solvers of coalitional games return: a payoff for every player, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain, short

__all__ = ["Allocation", "json_number"]


@dataclass(frozen=True)
class Allocation(Mapping[str, Fraction], Displayed):
    """A number for every player under a named concept; reads like a mapping from players to Fractions.

    Attributes
    ----------
    concept, method : str
        What it is and how it was found.
    notes : tuple of str
        Sentences on what was proved, such as Kohlberg's criterion for a nucleolus.
    arithmetic : str
        ``exact``, or ``float`` for a game given in floats: the numbers are exact for the binary values stored.
    """

    concept: str
    method: str
    values_by_player: Mapping[str, Fraction] = field(repr=False)
    notes: tuple[str, ...] = ()
    arithmetic: str = "exact"

    def __getitem__(self, player: str) -> Fraction:
        return self.values_by_player[player]

    def __iter__(self) -> Any:
        return iter(self.values_by_player)

    def __len__(self) -> int:
        return len(self.values_by_player)

    @property
    def total(self) -> Fraction:
        """The sum over all players."""
        return sum(self.values_by_player.values(), Fraction(0))

    def to_json(self) -> dict[str, Any]:
        """Return the numbers as JSON values."""
        return {name: json_number(each, self.arithmetic) for name, each in self.values_by_player.items()}

    def table(self) -> Table:
        """Return the numbers, exact and rounded, largest first."""
        order = sorted(self.values_by_player.items(), key=lambda item: -item[1])
        if self.arithmetic == "float":
            return Table(self.concept, ("player", "value"), tuple((who, short(x, 6)) for who, x in order), self.notes)
        rows = tuple((name, _exact_text(each), short(each, 4)) for name, each in order)
        return Table(self.concept, ("player", "exact", "about"), rows, self.notes)

    def to_frame(self) -> Any:
        """Return a :class:`pandas.DataFrame` with the numbers as floats."""
        import pandas as pd

        return pd.DataFrame({"player": list(self), self.concept: [float(each) for each in self.values()]})


def _exact_text(value: Fraction) -> str:
    """Return the fraction where a reader can take it in."""
    text = plain(value)
    return text if len(text) <= 24 else f"a fraction of {len(str(value.denominator))} digits"


def json_number(value: Fraction, arithmetic: str) -> Any:
    """Return a number as JSON: exact, or a float where the game was given in floats."""
    return float(value) if arithmetic == "float" else number_to_json(value)
