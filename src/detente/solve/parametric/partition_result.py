"""Sets of equilibria over a box: the cells of a partition, and how they are printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.formula import symbol
from detente.numbers import number_to_json, plain, short
from detente.printing import plain as formula_text
from detente.solve.parametric._atlas_text import region_math
from detente.wording import Wording, joined, math_number, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.parametric.atlas_result import Region

__all__ = ["Cell", "Partition", "Point"]

Point = dict[str, Fraction]


@dataclass(frozen=True)
class Cell:
    """A set of equilibria that occurs, and where.

    Attributes
    ----------
    labels : tuple of str
        The regions that hold, by label.
    witnesses : tuple of points
        Exact points, one for each piece that was met, at most five.
    spans : tuple
        Along one parameter, the pieces in order: ``(start, end)`` with ends as exact numbers, equal for a point.
    thin : bool
        Whether the set occurs only on boundaries (known along one parameter).
    closed : tuple
        For each of ``spans`` whether its start and its end belong to it.
    """

    labels: tuple[str, ...]
    witnesses: tuple[Point, ...]
    regions: tuple[Region, ...] = field(repr=False)
    others: tuple[Region, ...] = field(repr=False)
    spans: tuple[tuple[Any, Any], ...] = ()
    thin: bool = False
    closed: tuple[tuple[bool, bool], ...] = ()

    @cached_property
    def condition(self) -> Any:
        """Where exactly these equilibria exist, as SymPy: their conditions hold, those of the others do not."""
        import sympy

        holding = [each.condition for each in self.regions]
        return sympy.And(*holding, *(sympy.Not(each.condition) for each in self.others))


@dataclass(frozen=True)
class Partition(Displayed):
    """The sets of equilibria over the box, by the atlas they were made from.

    ``complete`` is True where no further set occurs: along one parameter at all, over two on the open cells.
    ``parameters`` are those that vary; ``boundaries`` the polynomials on whose zeros the set may change.
    """

    cells: tuple[Cell, ...]
    parameters: tuple[str, ...]
    boundaries: tuple[Any, ...]
    complete: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the sets do not say by themselves."""
        if len(self.parameters) == 1:
            return () if self.complete else ("Further sets may occur in cells that no point has met.",)
        rule = "A set occurs exactly where the conditions of its equilibria hold and those of all others do not."
        if self.complete:
            return rule, "On the curves between the cells further sets may occur."
        return rule, "Further sets may occur in cells that no point has met."

    def table(self) -> Table:
        """Return the partition as a table: equilibria, where."""
        rows = []
        for cell in self.cells:
            where = "; ".join(
                _span_text(self.parameters[0], *ends, *closed)
                for ends, closed in zip(cell.spans, cell.closed, strict=True)
            )
            rows.append(
                (" and ".join(cell.labels) or "none", where or f"as at {_point(cell.witnesses[0], self.parameters)}")
            )
        title = f"sets of equilibria over {', '.join(self.parameters)}"
        return Table(title, ("equilibria", "where"), tuple(rows), self.remarks)

    def to_json(self) -> dict[str, Any]:
        """Return the sets of equilibria, each with its pieces or condition and exact points."""
        return {
            "over": list(self.parameters),
            "complete": self.complete,
            "boundaries": [formula_text(each) for each in self.boundaries],
            "sets": [
                {
                    "equilibria": list(cell.labels),
                    "condition": formula_text(cell.condition),
                    "only_on_boundaries": cell.thin,
                    "pieces": [
                        {"from": number_to_json(a), "to": number_to_json(b), "from_included": low, "to_included": high}
                        for (a, b), (low, high) in zip(cell.spans, cell.closed, strict=True)
                    ],
                    "points": [
                        {name: number_to_json(point[name]) for name in self.parameters} for point in cell.witnesses
                    ],
                }
                for cell in self.cells
            ],
        }

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the sets as a LaTeX ``array``: which equilibria, where."""
        return self._math("latex", Wording.of(names))

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the sets as Typst math."""
        return self._math("typst", Wording.of(names))

    def _math(self, language: str, wording: Wording) -> str:
        rows = []
        for cell in self.cells:
            names = joined([_seen(each, wording) for each in cell.labels]) or "none"
            if cell.spans:
                name = wording.math(symbol(self.parameters[0]), language)
                signs = {True: r" \leq " if language == "latex" else " <= ", False: " < "}
                tells = [
                    f"{name} = {math_number(a, language)}"
                    if a == b
                    else f"{math_number(a, language)}{signs[low]}{name}{signs[high]}{math_number(b, language)}"
                    for (a, b), (low, high) in zip(cell.spans, cell.closed, strict=True)
                ]
            else:
                conditions = [region for region in cell.regions if region.status != "always"]
                tells = [region_math(region, language, wording) for region in conditions]
                tells = tells or [math_text("where none of the others holds", language)]
            rows += [[math_text(names if not k else "", language), each] for k, each in enumerate(tells)]
        return math_rows(rows, language)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return the sets of equilibria as sentences."""
        wording = Wording.of(labels)
        lines = []
        for cell in self.cells:
            names = joined([_seen(each, wording) for each in cell.labels])
            one = f"The only equilibrium is {names}" if len(cell.labels) == 1 else f"The equilibria are {names}"
            what = one if names else "There is no equilibrium of this kind"
            lines.append(f"{what} {self._where(cell, wording)}.")
        return "\n".join([*lines, *self.remarks])

    def _where(self, cell: Cell, wording: Wording) -> str:
        if cell.spans:
            name = self.parameters[0]
            tells = []
            for (a, b), (low, high) in zip(cell.spans, cell.closed, strict=True):
                ends = [wording.value(name, a), wording.value(name, b)]
                if a == b:
                    tells.append(f"exactly {ends[0]}")
                else:
                    least, most = "at least" if low else "more than", "at most" if high else "less than"
                    tells.append(f"{least} {ends[0]} and {most} {ends[1]}")
            return f"where {wording.label(name)} is {joined(tells, 'or')}"
        point = joined([f"{wording.label(n)} {wording.amount(n, cell.witnesses[0][n])}" for n in self.parameters[:4]])
        rest = len(self.parameters) - 4
        more = f" and {rest} other numbers as found" if rest > 0 else ""
        return f"in one part of the box, such as at {point}{more}"


def _number(value: Any) -> str:
    """Return an end of a piece: exact, with digits where they help."""
    text = plain(value)
    return text if text == short(value, 4) else f"{text} = {short(value, 4)}"


def _span_text(name: str, a: Any, b: Any, low: bool, high: bool) -> str:
    if a == b:
        return f"{name} == {_number(a)}"
    return f"{_number(a)} {'<=' if low else '<'} {name} {'<=' if high else '<'} {_number(b)}"


def _point(point: Mapping[str, Fraction], names: Sequence[str]) -> str:
    shown = ", ".join(f"{name} = {short(point[name], 4)}" for name in names[:6])
    return f"{shown}, .." if len(names) > 6 else shown


def _seen(label: str, wording: Wording) -> str:
    return label if label == "mixed" or " over " in label else wording.profile(label)
