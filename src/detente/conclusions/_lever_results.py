"""Levers as results: values, JSON, tables and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions._line import compare
from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain, short, to_float

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions._outcomes import Transfers
    from detente.wording import Wording

__all__ = ["Lever", "Levers"]


@dataclass(frozen=True)
class Lever:
    """One change of parameters, its cost, and what is proved of cheaper ones.

    Attributes
    ----------
    change : dict
        New value of each parameter that moves; a Fraction or an algebraic number.
    present : dict
        Their present values.
    cost : Fraction or algebraic number
        Sum of the moves over interval widths, weighted.
    attained : bool
        False where the outcome holds only arbitrarily close to the change, which is then an infimum.
    at_least : Fraction or None
        Proved lower bound on the cost of every change of this kind. Equal to the cost for a single lever.
    proved : bool
        True where no change of this kind is cheaper by more than the tolerance.
    recommended : bool
        False for a parameter that the caller excludes, such as a unit.
    """

    change: dict[str, Any]
    present: dict[str, Fraction]
    cost: Any
    attained: bool
    at_least: Any
    proved: bool = True
    recommended: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the change in the form of the JSON contract."""
        return {
            "change": {name: number_to_json(value) for name, value in self.change.items()},
            "cost": number_to_json(self.cost),
            "attained": self.attained,
            "at_least": number_to_json(self.at_least),
            "proved": self.proved,
            "recommended": self.recommended,
        }

    def __str__(self) -> str:
        moves = ", ".join(
            f"{name} {short(self.present[name], 4)} -> {short(value, 4)}" for name, value in self.change.items()
        )
        return f"{moves or 'no change'} (cost {short(self.cost, 4)}{'' if self.attained else ', not attained'})"


@dataclass(frozen=True)
class Levers(Displayed):
    """All single levers of an outcome in order of cost, and the cheapest changes of several parameters.

    ``holds`` is True where the outcome holds at the point already. ``singles`` are cheapest first. ``together``
    maps the largest number of parameters that may move (None: any number) to the cheapest change, or to None where
    none was found; ``impossible`` lists those for which there is proved to be none. ``transfers`` are the side
    payments asked for.
    """

    outcome: str
    holds: bool
    singles: tuple[Lever, ...]
    together: dict[int | None, Lever | None]
    impossible: tuple[int | None, ...] = ()
    transfers: Transfers | None = None
    point: Mapping[str, Fraction] = field(default_factory=dict, repr=False)
    tolerance: Fraction = Fraction(1, 1000)
    notes: tuple[str, ...] = ()

    @property
    def cheapest(self) -> Lever | None:
        """The cheapest change found, of any number of parameters that the caller does not exclude."""
        found = [each for each in (*self.together.values(), *self.singles) if each is not None and each.recommended]
        best: Lever | None = None
        for each in found:
            if best is None or compare(each.cost, best.cost) < 0:
                best = each
        return best

    def to_json(self) -> list[dict[str, Any]]:
        """Return the entry ``levers`` of the JSON contract: singles in order of cost, then changes of several."""
        joint = [each for each in self.together.values() if each is not None and len(each.change) > 1]
        unique = [each for k, each in enumerate(joint) if each.change not in [other.change for other in joint[:k]]]
        return [each.to_json() for each in (*self.singles, *unique)]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the levers do not say by themselves, in words."""
        found = list(self.notes)
        if self.holds:
            found.append("It holds at the point already.")
        for most, lever in self.together.items():
            if lever is None:
                open_ = "none was found, and none is proved not to exist"
                found.append(
                    f"{_most(most)}: {'no change inside the intervals does it' if most in self.impossible else open_}."
                )
            elif not lever.proved and (lever.at_least is None or to_float(lever.at_least) <= 0):
                found.append(f"{_most(most)}: whether another change is cheaper is open.")
            elif not lever.proved:
                found.append(
                    f"{_most(most)}: no change costs less than {short(lever.at_least, 4)}; between the two it is open."
                )
            elif len(lever.change) <= 1:
                margin = f"by more than {plain(self.tolerance)} of it"
                found.append(f"{_most(most)}: no change is cheaper than the best single one, {margin}.")
        if any(not each.attained for each in (*self.singles, *self.together.values()) if each is not None):
            found.append("beyond: it holds only beyond the value, as close to it as one likes.")
        if self.transfers is not None:
            found.append(self.transfers.sentence)
        return tuple(found)

    def table(self) -> Table:
        """Return the levers as a table."""
        rows = [_row("one", each) for each in self.singles]
        for most, lever in self.together.items():
            if lever is not None and len(lever.change) > 1:
                rows.append(_row(_most(most), lever))
        return Table(
            f"levers for {self.outcome}", ("parameters", "change", "to", "cost", "at it"), tuple(rows), self.remarks
        )

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the changes and their costs as a LaTeX ``array``; ``names`` maps names to symbols and labels."""
        from detente.conclusions._levers_text import levers_math

        return levers_math(self, "latex", names)

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the same as Typst math."""
        from detente.conclusions._levers_text import levers_math

        return levers_math(self, "typst", names)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return the changes and their costs in sentences; ``labels`` maps any name to what readers see."""
        from detente.conclusions._levers_text import levers_words

        return levers_words(self, labels)


def _most(count: int | None) -> str:
    return "any number" if count is None else f"up to {count}"


def _row(label: str, lever: Lever) -> tuple[str, ...]:
    moves = [f"{name} {short(lever.present[name], 4)} -> {short(value, 4)}" for name, value in lever.change.items()]
    exactly = ", ".join(plain(value) if len(plain(value)) <= 24 else "" for value in lever.change.values()).strip(", ")
    mark = "" if lever.recommended else " (a unit)"
    return label, ", ".join(moves) + mark, exactly, short(lever.cost, 4), "holds" if lever.attained else "beyond"
