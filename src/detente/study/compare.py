"""What flips between two points of a game, or between two versions of a study, and which change did it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from detente.conclusions.attribution import Attribution, attribute
from detente.errors import DetenteError
from detente.numbers import plain
from detente.study.between import Between, Change
from detente.study.comparison_result import Flip, GameComparison, StudyComparison
from detente.study.differences import differences, file_differences
from detente.study.facts import UNDEFINED
from detente.study.model import game_model

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from fractions import Fraction

    from detente.study.load import StudyFiles
    from detente.study.model import GameModel, Point

__all__ = ["compare_points", "compare_studies"]


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
    games: Collection[str] | None = None,
) -> StudyComparison:
    """Return what differs between two versions of a study, what that flips in games they share, and which change did it.

    ``claims`` also compares the verdicts on the documents' claims, with so many draws under each prior. Of ``games`` only
    those named are compared, with their variants.
    """
    until = _until(seconds)
    shared = [name for name in first.games if name in second.games and (games is None or name in games)]
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
        alone = [name for name in files.games if name not in others.games and (games is None or name in games)]
        if alone:
            notes.append(f"Only in the {version}: {', '.join(alone)}.")
    found: list[GameComparison] = []
    for name in every:
        a, b = game_model(first, name), game_model(second, name)
        if a.variant is not None and a.definition.form == "repeated":
            continue  # its facts stand among those of the game that is repeated
        if (a.definition.form, dict(a.definition.strategies)) != (b.definition.form, dict(b.definition.strategies)):
            notes.append(f"{name} has other players, strategies or another form, so its facts are not compared.")
            continue
        points = ("baseline", *(each for each in a.definition.points if each in b.definition.points))
        found += [_versions(a, b, point, kind, until) for point in points]
    return StudyComparison(
        (first.name, second.name), (first.hash, second.hash), file_differences(first.root, second.root),
        differences(first, second), tuple(found), tuple(notes), _verdicts(first, second, draws) if claims else (),
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
