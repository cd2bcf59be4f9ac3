"""What a comparison found: facts that flip with the changes behind them, and how they print."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table, wrap
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.conclusions.attribution import Attribution
    from detente.conclusions.meaning import Meaning
    from detente.study.between import Change
    from detente.study.differences import Difference

__all__ = ["Flip", "GameComparison", "StudyComparison"]

#: Sets of changes that are printed for one flip.
_SHOWN = 4
_WIDTH = 80


@dataclass(frozen=True)
class Flip:
    """A fact that differs, and which changes made it so.

    ``meaning`` says what the fact takes payoffs to be, None where that is not known.
    """

    name: str
    attribution: Attribution
    meaning: Meaning | None = None

    @property
    def before(self) -> str:
        """The fact before."""
        return str(self.attribution.before)

    @property
    def after(self) -> str:
        """The fact after."""
        return str(self.attribution.after)

    def to_json(self) -> dict[str, Any]:
        """Return the flip as data."""
        return {
            "conclusion": self.name,
            "before": self.before,
            "after": self.after,
            "meaning": None if self.meaning is None else self.meaning.to_json(),
            **self.attribution.to_json(),
        }


@dataclass(frozen=True)
class GameComparison(Displayed):
    """One game at two points, or at one point of two versions.

    Attributes
    ----------
    game : str
    labels : pair of str
        What is compared: two points, or twice the same point.
    changes : tuple of Change
        Everything that differs and may move a fact.
    flips : tuple of Flip
        Facts that differ.
    same : tuple of str
        Facts that do not.
    moved : tuple of Flip
        Thresholds that differ, each with a set of changes that gives the new value.
    over_box : tuple of Flip
        Between versions: conclusions that hold always, never or sometimes in the box, where that differs.
    notes : tuple of str
    """

    game: str
    labels: tuple[str, str]
    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    same: tuple[str, ...]
    moved: tuple[Flip, ...] = ()
    over_box: tuple[Flip, ...] = ()
    notes: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Flip:
        for each in (*self.flips, *self.moved, *self.over_box):
            if each.name == name:
                return each
        raise UsageError(
            f"{name!r} does not flip; what does: {', '.join(each.name for each in self.flips) or 'nothing'}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as data."""
        return {
            "game": self.game,
            "points": list(self.labels),
            "changed": [each.to_json() for each in self.changes],
            "flips": [each.to_json() for each in self.flips],
            "same": list(self.same),
            "thresholds": [each.to_json() for each in self.moved],
            "over_box": [each.to_json() for each in self.over_box],
            "notes": list(self.notes),
        }

    def tables(self) -> tuple[Table, ...]:
        """Return what changed, what flips with the changes that do it, and the thresholds that move."""
        first, second = self.labels
        where = f"{first} and {second}" if first != second else first
        changed = Table(
            f"{self.game}: {where}",
            ("change", "before", "after") if self.changes else (),
            tuple((str(each), each.before, each.after) for each in self.changes),
            () if self.changes else ("Nothing differs that could move a fact.",),
        )
        made = [changed]
        if self.flips or self.changes:
            rows = tuple(
                (_named(each), each.before, each.after, _sets(each.attribution.sets), _sets(each.attribution.undone))
                for each in self.flips
            )
            number = len(self.same)
            notes = [f"{number} fact{' stays as it is' if number == 1 else 's stay as they are'}."]
            if self.flips:
                notes.append(
                    "Smallest: switched on alone from before, these changes give what is after, and no part of them does; "
                    "undone: switched off from after, it is no longer so."
                )
                notes.append(_proved(self.flips))
            head = ("what flips", "before", "after", "smallest changes that do it", "undone by")
            made.append(Table("" if rows else "nothing flips", head if rows else (), rows, tuple(notes)))
        for title, flips in (("over the box", self.over_box), ("thresholds that move", self.moved)):
            if flips:
                made.append(_short_table(title, flips))
        if self.notes:
            made.append(Table("", (), (), self.notes))
        return tuple(made)

    def __str__(self) -> str:
        changed, *rest = self.tables()
        parts = [changed.to_text()]
        if self.flips:
            lines = ["what flips, and by which smallest sets of changes"]
            for group in _grouped(self.flips):
                own = group[0].attribution
                lines += ["", *_indented(f"by {_sets(own.sets)}", 0)]
                lines += _indented(f"undone by {_sets(own.undone)}", 0)
                for each in group:
                    lines += _indented(f"{_named(each)}: {each.before} -> {each.after}", 2)
            lines.append("")
            for note in rest[0].notes:
                lines += wrap(note, _WIDTH)
            rest = rest[1:]
            parts.append("\n".join(lines))
        return "\n\n".join([*parts, *(each.to_text() for each in rest)])

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


@dataclass(frozen=True)
class StudyComparison(Displayed):
    """Two versions of a study: what was changed in its files, and what that flips in each game at each point.

    ``verdicts`` lists the claims whose verdict differs, where that was asked for, with both verdicts.
    """

    names: tuple[str, str]
    hashes: tuple[str, str]
    files: tuple[Difference, ...]
    differences: tuple[Difference, ...]
    games: tuple[GameComparison, ...]
    notes: tuple[str, ...] = field(default=())
    verdicts: tuple[tuple[str, str, str], ...] = ()

    @property
    def flips(self) -> tuple[tuple[str, str, Flip], ...]:
        """Every flip with its game and point."""
        return tuple((each.game, each.labels[0], flip) for each in self.games for flip in each.flips)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as data."""
        return {
            "studies": [{"name": n, "hash": h} for n, h in zip(self.names, self.hashes, strict=True)],
            "files": [each.to_json() for each in self.files],
            "differences": [each.to_json() for each in self.differences],
            "games": [each.to_json() for each in self.games],
            "verdicts": [{"claim": claim, "before": a, "after": b} for claim, a, b in self.verdicts],
        }

    @property
    def quiet(self) -> tuple[GameComparison, ...]:
        """Games and points where nothing differs."""
        return tuple(each for each in self.games if not (each.flips or each.moved or each.over_box))

    def _points(self, game: str) -> int:
        return sum(each.game == game for each in self.games)

    def _changed(self) -> Table:
        """Return what was changed, with the files it stands in and where nothing comes of it."""
        files = "; ".join(f"{each.name} {each.change}" for each in self.files) or "none"
        rows = tuple((each.kind, each.name, _what(each)) for each in self.differences)
        title = "what was changed"
        head = ("what", "name", "change")
        points: dict[str, list[str]] = {}
        for each in self.quiet:
            points.setdefault(each.game, []).append(each.labels[0])
        still = "; ".join(
            f"{game} at {'all of its points' if len(own) == self._points(game) else ', '.join(own)}"
            for game, own in points.items()
        )
        quiet = (f"Nothing flips in {still}.",) if still else ()
        return Table(title, head if rows else (), rows, (f"Files that differ: {files}.", *self.notes, *quiet))

    def tables(self) -> tuple[Table, ...]:
        """Return what was changed, then each game at each point where something flips."""
        loud = [each for each in self.games if each not in self.quiet]
        return (self._changed(), *self._claims(), *(table for each in loud for table in each.tables()))

    def _claims(self) -> tuple[Table, ...]:
        if not self.verdicts:
            return ()
        return (Table("claims of the documents", ("claim", "before", "after"), self.verdicts),)

    def __str__(self) -> str:
        loud = [each for each in self.games if each not in self.quiet]
        return "\n\n".join([*(each.to_text() for each in (self._changed(), *self._claims())), *map(str, loud)])

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


# -- words ----------------------------------------------------------------------------------------------------


def _grouped(flips: tuple[Flip, ...]) -> list[tuple[Flip, ...]]:
    """Return flips that the same changes do and undo together, in the order of the first of them."""
    groups: dict[Any, list[Flip]] = {}
    for each in flips:
        groups.setdefault((each.attribution.sets, each.attribution.undone), []).append(each)
    return [tuple(group) for group in groups.values()]


def _indented(text: str, depth: int) -> list[str]:
    """Return a text as lines that fit a terminal, with what continues set further in."""
    first, *more = wrap(text, _WIDTH - depth - 2)
    return [" " * depth + first, *(" " * (depth + 2) + each for each in more)]


def _short_table(title: str, flips: tuple[Flip, ...]) -> Table:
    rows = tuple((each.name, each.before, each.after, _sets(each.attribution.sets)) for each in flips)
    return Table(title, ("what", "before", "after", "changes that do it"), rows)


def _named(flip: Flip) -> str:
    return flip.name if flip.meaning is None else f"{flip.name} ({flip.meaning.label})"


def _sets(sets: tuple[tuple[Any, ...], ...]) -> str:
    shown = "; ".join(" + ".join(map(str, each)) for each in sets[:_SHOWN])
    more = len(sets) - _SHOWN
    return shown + (f"; {more} more" if more > 0 else "") if sets else "none"


def _proved(flips: tuple[Flip, ...]) -> str:
    if all(each.attribution.complete for each in flips):
        return "Every set of changes was evaluated, so these are all."
    up_to = min(each.attribution.up_to for each in flips)
    return (
        f"Not every set of changes was evaluated: all of up to {up_to} were; of larger ones, sets from which no single "
        "change can be left out are shown."
    )


def _what(difference: Difference) -> str:
    if not difference.details:
        return difference.change
    return "; ".join(f"{name}: {a or 'none'} -> {b or 'none'}" for name, a, b in difference.details)
