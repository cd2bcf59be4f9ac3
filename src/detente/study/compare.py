"""What flips between two points of a game, or between two versions of a study, and which change did it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.conclusions.attribution import Attribution, attribute
from detente.display import Displayed, Table, wrap
from detente.errors import DetenteError, UsageError
from detente.numbers import plain
from detente.study.between import Between, Change
from detente.study.differences import Difference, differences, file_differences
from detente.study.facts import UNDEFINED
from detente.study.model import game_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from detente.conclusions.meaning import Meaning
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel, Point

__all__ = ["Flip", "GameComparison", "StudyComparison", "compare_points", "compare_studies"]

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


def compare_points(
    model: GameModel, first: Point, second: Point, kind: str = "strategic", *, seconds: float | None = 20.0
) -> GameComparison:
    """Return what flips between two points of a game, and the smallest sets of parameters that flip it.

    Facts are the equilibria, player types and classes, what is selected, dominant strategies, signs of the named formulas,
    the profiles with the largest and smallest material sum, and which strategies sustain the target of a repeated
    variant; of forms other than normal ones, the solution without its numbers and the named formulas.
    """
    between = Between(model, model, (first.values, second.values), kind)
    names = (first.name, second.name)
    until = _until(seconds)
    flips, same = _flips(between, until)
    moved = _thresholds(between, until)
    notes = tuple(f"{point.name}: {each}" for point in (first, second) for each in point.notes)
    return GameComparison(model.name, names, between.changes, flips, same, moved, notes=notes)


def compare_studies(
    first: StudyFiles,
    second: StudyFiles,
    kind: str = "strategic",
    *,
    seconds: float | None = 60.0,
    claims: bool = False,
    draws: int = 20_000,
) -> StudyComparison:
    """Return what differs between two versions of a study, what that flips in games they share, and which change did it.

    ``claims`` also compares the verdicts on the documents' claims, with so many draws under each prior.
    """
    until = _until(seconds)
    shared = [name for name in first.games if name in second.games]
    every = [
        each
        for name in shared
        for each in (
            name,
            *(f"{name}:{own}" for own in first.games[name].variants if own in second.games[name].variants),
        )
    ]
    notes = []
    for files, others, version in ((first, second, "first"), (second, first, "second")):
        alone = [name for name in files.games if name not in others.games]
        if alone:
            notes.append(f"Only in the {version}: {', '.join(alone)}.")
    games: list[GameComparison] = []
    for name in every:
        a, b = game_model(first, name), game_model(second, name)
        if a.variant is not None and a.definition.form == "repeated":
            continue  # its facts stand among those of the game that is repeated
        if (a.definition.form, dict(a.definition.strategies)) != (b.definition.form, dict(b.definition.strategies)):
            notes.append(f"{name} has other players, strategies or another form, so its facts are not compared.")
            continue
        points = ("baseline", *(each for each in a.definition.points if each in b.definition.points))
        games += [_versions(a, b, point, kind, until) for point in points]
    return StudyComparison(
        (first.name, second.name), (first.hash, second.hash), file_differences(first.root, second.root),
        differences(first, second), tuple(games), tuple(notes), _verdicts(first, second, draws) if claims else (),
    )  # fmt: skip


def _verdicts(first: StudyFiles, second: StudyFiles, draws: int) -> tuple[tuple[str, str, str], ...]:
    """Return the claims of both versions whose verdict differs."""
    from detente.study.claims import VERDICTS, claim_verdicts

    before, after = (
        {each.claim.id: VERDICTS[each.verdict] for each in claim_verdicts(files, draws=draws)}
        for files in (first, second)
    )
    return tuple((name, own, after[name]) for name, own in before.items() if name in after and after[name] != own)


def _versions(a: GameModel, b: GameModel, point: str, kind: str, until: float) -> GameComparison:
    """Compare one game at one point of two versions."""
    between = Between(a, b, (a.point(point).values, b.point(point).values), kind)
    flips, same = _flips(between, until)
    over_box = _over_box(between, until) if point == "baseline" else ()
    moved = _thresholds(between, until)
    return GameComparison(a.name, (point, point), between.changes, flips, same, moved, over_box)


def _until(seconds: float | None) -> float:
    return float("inf") if seconds is None else time.monotonic() + seconds


def _left(until: float) -> float | None:
    return None if until == float("inf") else max(0.0, until - time.monotonic())


def _flips(between: Between, until: float) -> tuple[tuple[Flip, ...], tuple[str, ...]]:
    """Return the facts that differ, with their attribution, and the names of those that do not."""
    before, after = between.facts(frozenset()), between.facts(frozenset(between.changes))
    names = list(dict.fromkeys((*before.names, *after.names)))
    flips, same = [], []
    for name in names:
        if before[name] == after[name]:
            same.append(name)
            continue

        def value(on: frozenset[Change], name: str = name) -> str:
            return between.facts(on)[name]

        flips.append(Flip(name, attribute(between.changes, value, seconds=_left(until)), before.meaning(name)))
    return tuple(flips), tuple(same)


# -- thresholds -----------------------------------------------------------------------------------------------


def _thresholds(between: Between, until: float) -> tuple[Flip, ...]:
    """Return the thresholds that the game's questions ask for and that differ, with the changes that move each alone."""
    found = []
    asked = dict.fromkeys(
        (of, along)
        for question in between.first.definition.questions
        if "thresholds" in question.ask
        for of in question.of
        for along in question.along
    )
    for of, along in asked:

        def value(on: frozenset[Change], of: str = of, along: str = along) -> str:
            return _threshold_text(between, on, of, along)

        before, after = value(frozenset()), value(frozenset(between.changes))
        if before == after:
            continue
        name = f"threshold of {of} along {along}"
        if time.monotonic() < until:
            attribution = attribute(between.changes, value, thorough=False)
        else:
            attribution = Attribution(before, after, between.changes, (), (), (), complete=False, up_to=0)
        found.append(Flip(name, attribution))
    return tuple(found)


def _threshold_text(between: Between, on: frozenset[Change], of: str, along: str) -> str:
    facts = between.facts(on)
    model = facts.model
    try:
        of_formula = (
            model.conclusion(of) if of in model.definition.conclusions else model.form.conclusion(model.definition, of)
        )
        found = model.form.thresholds(model, between.kind, along, of_formula, facts.values, of)
    except (DetenteError, KeyError):
        return UNDEFINED
    return ", ".join(plain(each.at) for each in found.inside) or "none inside"


# -- over the box ---------------------------------------------------------------------------------------------


def _over_box(between: Between, until: float) -> tuple[Flip, ...]:
    """Return the conclusions that hold always, never or sometimes in the box, where the versions differ."""
    from detente.games.symbolic import SymbolicGame

    facts = between.facts(frozenset())
    if not isinstance(facts.model.payoffs(between.kind), SymbolicGame):
        return ()
    names = [
        *facts.model.definition.conclusions,
        *(each for each in facts.names if each.startswith("equilibrium:")),
    ]
    changes = (*(each for each in between.changes if each.kind != "value"), *between.intervals())
    if not changes:
        return ()
    found = []
    for name in names:

        def value(on: frozenset[Change], name: str = name) -> str:
            return _status(between, on, name)

        if time.monotonic() > until:
            break
        attribution = attribute(changes, value, seconds=_left(until))
        if attribution.before != attribution.after and UNDEFINED not in (attribution.before, attribution.after):
            found.append(Flip(name, attribution, facts.meaning(name)))
    return tuple(found)


def _status(between: Between, on: frozenset[Change], name: str) -> str:
    """Return whether a conclusion holds always, never or sometimes in a box."""
    from detente.conclusions.comparisons import Comparisons
    from detente.conclusions.decide import decide

    model = between.model(frozenset(each for each in on if each.kind != "interval"))
    box: Mapping[str, tuple[Fraction, Fraction]] = {
        key: (each.low, each.high) for key, each in between.box(on).items() if key in model.intervals
    }
    conclusion: Callable[[], Any] = (
        (lambda: model.conclusion(name)) if name in model.definition.conclusions else (lambda: name)
    )
    try:
        found = decide(Comparisons(model.payoffs(between.kind), conclusion()), box, pieces=300)
    except DetenteError:
        return UNDEFINED
    if found.status == "varies":
        return "sometimes"
    return "open" if found.status == "undecided" else "always" if found.holds else "never"


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
