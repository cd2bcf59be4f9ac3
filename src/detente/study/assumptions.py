"""The assumptions log: every number by how weak its basis is and how much hangs on it, the most pressing first.

The *weakness* of a basis is 1 for a judgement and 3/4, 1/2, 1/4 for figures of one, two, and three or more documents. The
*impact* is the largest total importance of the parameter for what a game of the study is asked first (its class, its set
of equilibria, or its named formulas): the share of the spread that goes if the parameter is known. The order is by
their product. Derived parameters are formulas of others and not in the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import DetenteError, UsageError, did_you_mean
from detente.numbers import number_to_json, short
from detente.study.model import game_model
from detente.study.robustness import game_importance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.seeds.parameters import Parameter
    from detente.study.load import StudyFiles

__all__ = ["Assumption", "Assumptions", "assumptions", "weakness"]

#: Documents behind a figure, three standing for more, to the weakness of its basis.
_WEAKNESS = {1: Fraction(3, 4), 2: Fraction(1, 2), 3: Fraction(1, 4)}


def weakness(kind: str, documents: int) -> Fraction:
    """Return how weak the basis of a parameter is, from 1 for a judgement down to 1/4.

    Examples
    --------
    >>> [str(weakness(kind, count)) for kind, count in (("judgement", 2), ("figure", 1), ("figure", 5))]
    ['1', '3/4', '1/4']
    """
    return _WEAKNESS[min(documents, 3)] if kind == "figure" and documents else Fraction(1)


@dataclass(frozen=True)
class Assumption:
    """A number that the study takes as given.

    Attributes
    ----------
    name : str
        The parameter, as ``GAME.NAME`` where it belongs to one game alone.
    parameter : Parameter
    documents : tuple of str
        Ids of the documents that its figures stand in.
    impact : float
        The largest total importance.
    game, output : str
        Where it is largest.
    """

    name: str
    parameter: Parameter
    documents: tuple[str, ...]
    impact: float
    game: str
    output: str

    @property
    def weakness(self) -> Fraction:
        """How weak its basis is."""
        return weakness(self.parameter.kind, len(self.documents))

    @property
    def rank(self) -> float:
        """Weakness times impact: what to check first."""
        return float(self.weakness) * self.impact


@dataclass(frozen=True)
class Assumptions:
    """The log, the most pressing first, and notes on games that have no importance of this kind."""

    entries: tuple[Assumption, ...]
    draws: int
    seed: int
    notes: tuple[str, ...]

    COLUMNS = (
        "parameter", "kind", "value", "low", "high", "unit", "documents", "weakness", "impact", "game", "output", "rank", "basis",
    )  # fmt: skip

    def cells(self) -> list[tuple[str, ...]]:
        """Return the log as rows of :attr:`COLUMNS`."""
        rows = []
        for each in self.entries:
            own = each.parameter
            numbers = (short(value, 4) for value in (own.value, own.low, own.high))
            basis = own.reason or ", ".join(own.figures)
            rows.append(
                (
                    each.name, own.kind, *numbers, own.unit, " ".join(each.documents), short(each.weakness), f"{each.impact:.3f}",
                    each.game, each.output, f"{each.rank:.3f}", basis,
                )
            )  # fmt: skip
        return rows

    def __str__(self) -> str:
        kept = ("parameter", "kind", "documents", "weakness", "impact", "game", "rank")
        at = [self.COLUMNS.index(column) for column in kept]
        rows = tuple(tuple(row[index] for index in at) for row in self.cells())
        how = (
            f"Rank: weakness of the basis (1 a judgement; 0.75, 0.5, 0.25 figures of one, two, three documents) times impact, "
            f"the largest total importance in a game; {self.draws} draws, seed {self.seed}."
        )
        return Table("assumptions, what to check first", kept, rows, (how, *self.notes)).to_text()

    def to_json(self) -> list[dict[str, Any]]:
        """Return the log as data."""
        return [
            {
                "parameter": each.name, "kind": each.parameter.kind, "value": number_to_json(each.parameter.value),
                "low": number_to_json(each.parameter.low), "high": number_to_json(each.parameter.high),
                "unit": each.parameter.unit, "documents": list(each.documents), "weakness": number_to_json(each.weakness),
                "impact": each.impact, "game": each.game, "output": each.output, "rank": each.rank,
                "figures": list(each.parameter.figures), "reason": each.parameter.reason,
            }
            for each in self.entries
        ]  # fmt: skip


def assumptions(study: StudyFiles, games: Sequence[str] = (), *, draws: int = 4000, seed: int = 0) -> Assumptions:
    """Return the assumptions of a study by weakness times impact.

    Parameters
    ----------
    study : StudyFiles
    games : sequence of str
        Games, or GAME:VARIANT, in which impact is looked for; by default every game, without its variants.
    draws, seed : int
        For the importance of parameters.

    Raises
    ------
    UsageError
        If a game does not exist.
    """
    for name in games:
        if name.partition(":")[0] not in study.games:
            hint = did_you_mean(name, study.games) or f"expected one of {', '.join(study.games)}"
            raise UsageError(f"unknown game {name!r}; {hint}")
    found: dict[str, Assumption] = {}
    notes: list[str] = []
    by_file = {each.file: each.id for each in study.documents.values()}
    for game in games or study.games:
        model = game_model(study, game)
        try:
            measured = game_importance(model, model.point(), draws=draws, seed=seed).indices
        except DetenteError as error:
            notes.append(f"{game}: no importance; {' '.join(str(error).split())[:200]}")
            measured = ()
        totals = [index for index in measured if index.total is not None]
        largest = {index.name: index for index in sorted(totals, key=lambda each: each.total or 0.0)}
        for name, parameter in model.parameters.items():
            if parameter.is_derived:
                continue
            key = name if name in study.parameters else f"{model.definition.name}.{name}"
            ids = (by_file.get(study.figures[each].document, "") for each in parameter.figures if each in study.figures)
            documents = tuple(sorted({each for each in ids if each}))
            index = largest.get(name)
            total = max(float(index.total or 0.0), 0.0) if index is not None else 0.0
            if key not in found or total > found[key].impact:
                output = index.output if index is not None else ""
                found[key] = Assumption(key, parameter, documents, total, game if index is not None else "", output)
    order = sorted(found.values(), key=lambda each: (-each.rank, -each.weakness, each.name))
    return Assumptions(tuple(order), draws, seed, tuple(notes))
