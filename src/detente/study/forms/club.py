"""A club of capacity: countries choose how much capacity to build, signatories together, and share part of it with all.

The payoffs are those of :mod:`detente.solve.population.membership`; the game file gives the number of countries and
the share of everybody's capacity that nobody can be excluded from.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import Fault
from detente.fields import Expression
from detente.games.definition import Content, Located
from detente.games.file_tables import GameFile, VariantTable
from detente.numbers import number_to_json, plain, short
from detente.solve.population.membership import StableSizes, capacity_club_limit, capacity_club_sizes
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.solve.concepts import Options
    from detente.study.form import Values
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "CapacityClub", "Club", "ClubSolution", "ClubTable"]


class ClubTable(GameFile):
    """The top of the file of a club of capacity."""

    countries: Expression
    public_share: Expression


class ClubVariant(VariantTable):
    """A ``[variants.NAME]`` that is a club of capacity."""

    countries: Expression
    public_share: Expression


@dataclass(frozen=True)
class CapacityClub:
    """How many countries there are, and the share of capacity that is a public good."""

    countries: Any
    public_share: Any


@dataclass(frozen=True)
class ClubSolution(Displayed):
    """The stable sizes of the club at a public share, and the share up to which each size is internally stable."""

    countries: int
    public_share: Fraction
    sizes: StableSizes

    @property
    def complete(self) -> bool:
        """Every size was compared."""
        return True

    def limits(self) -> dict[int, Any]:
        """Return the largest public share at which clubs of some sizes are internally stable, exact."""
        chosen = sorted({2, 3, 4, 5, 10, 20, max(1, self.countries // 2), self.countries})
        return {size: capacity_club_limit(size) for size in chosen if 1 <= size <= self.countries}

    def to_json(self) -> dict[str, Any]:
        """Return sizes and limits as data."""
        return {
            "concept": "stable sizes",
            "form": "club",
            "arithmetic": "exact",
            "complete": True,
            "countries": self.countries,
            "public_share": number_to_json(self.public_share),
            **self.sizes.to_json(),
            "limits": {str(size): number_to_json(each) for size, each in self.limits().items()},
        }

    def table(self) -> Table:
        """Return the limits, with the stable sizes below."""
        rows = tuple((str(size), plain(each), short(each, 4)) for size, each in self.limits().items())
        largest = max(self.sizes.internal)
        stable = ", ".join(map(str, self.sizes.stable)) or "none"
        here = (
            f"At a public share of {short(self.public_share, 4)} the largest internally stable club has {largest} of "
            f"{self.countries} countries; stable in both ways: {stable}."
        )
        rule = "A club of k is internally stable if and only if the share is at most sqrt((k - 1)^4 + k^2) - (k - 1)^2."
        notes = (here, rule)
        columns = ("size", "internally stable up to a public share of", "about")
        return Table("clubs of capacity", columns, rows, notes)


class Club(FormulaForm):
    """``form = "club"``."""

    name = "club"
    words = "countries build capacity, signatories together"
    file = ClubTable
    variant = ClubVariant
    concepts = ("stable sizes",)
    reasons = {  # noqa: RUF012 - the base declares it
        "options": "countries differ in nothing but whether they sign; stable sizes are in solve",
        "show": "there is no table of payoffs; the rule for stable sizes is in solve",
        "atlas": "up to which public share a size is stable is in solve, as a formula",
    }

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the two formulas."""
        keys = ("countries", "public_share")
        located = tuple(Located(getattr(table, key), (*path, key), reader.file) for key in keys)
        return Content({}, {}, located, CapacityClub(table.countries, table.public_share))

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the fault of a number of countries, or of a share, out of range."""
        countries, share = (values.value(each.formula) for each in game.content.formulas)
        where = game.content.formulas
        if countries is not None and (Fraction(countries).denominator != 1 or not 1 <= countries <= 10_000):
            yield Fault(
                where[0].inside(1), f"found {short(countries)} countries", "expected a whole number up to 10,000"
            )
        if share is not None and not 0 < share <= 1:
            yield Fault(where[1].inside(1), f"found the public share {short(share)}", "expected above 0, at most 1")

    def game(self, model: GameModel, material: bool) -> Formulas:
        """Return the formulas over the box."""
        club: CapacityClub = model.definition.data
        named: dict[str, Formula] = {"countries": club.countries, "public_share": club.public_share}
        return Formulas.of(model, named, _built)

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> ClubSolution:
        """Return the stable sizes."""
        self.check_concept(concept)
        found: ClubSolution = self.at(model, point, kind)
        return found


def _built(values: Mapping[str, Any]) -> ClubSolution:
    countries = int(values["countries"])
    return ClubSolution(countries, values["public_share"], capacity_club_sizes(countries, values["public_share"]))


FORM = Club()
