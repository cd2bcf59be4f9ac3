"""In how much of the box a conclusion about a game of a study holds: kinds of parameters, terms, observed play."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.evidence import Given, observed
from detente.conclusions.robustness.importance import importance_of
from detente.conclusions.robustness.robustness import How, robustness_of
from detente.conclusions.robustness.statements import KINDS, is_played
from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.robustness.importance import Importance
    from detente.conclusions.robustness.results import Robustness
    from detente.seeds.observations import Observation
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["OBSERVED", "Asked", "asked_of", "game_importance", "game_robustness", "held_at", "observed_play"]

#: The condition that stands for all observations of a game.
OBSERVED = "observed"


@dataclass(frozen=True)
class Asked:
    """A game of a study with what is asked of it, as shares and importance need it.

    Attributes
    ----------
    subject : Subject
    conclusions : tuple of str
        Those asked for; empty where nothing was.
    named : tuple of str
        The named formulas of the game file.
    given : tuple of Given
    kinds : mapping
        Parameter to ``figure`` or ``judgement``.
    parsed : mapping
        Name to conclusion or formula, of everything.
    held : mapping
    notes : tuple of str
    """

    subject: Subject
    conclusions: tuple[str, ...]
    named: tuple[str, ...]
    given: tuple[Given, ...]
    kinds: Mapping[str, str]
    parsed: Mapping[str, Any]
    held: Mapping[str, Fraction]
    notes: tuple[str, ...]


def held_at(model: GameModel, point: Point) -> dict[str, Fraction]:
    """Return the parameters that a point moves from the baseline, with their values: shares hold them there."""
    named = {} if point.name == "baseline" else model.definition.points[point.name].values
    return {name: value for name, value in point.values.items() if name in named or name in point.changed}


def asked_of(
    model: GameModel,
    point: Point,
    kind: str = "strategic",
    conclusions: Sequence[str] = (),
    given: Sequence[str | Given] | None = None,
) -> Asked:
    """Return a game with conclusions and conditions parsed.

    Parameters
    ----------
    model : GameModel
    point : Point
        Parameters that it moves from the baseline are held there.
    kind : str
        ``strategic`` or ``material`` payoffs.
    conclusions : sequence of str
        Names of the game file, conclusions, or kinds of conclusions such as ``class`` (all that occur).
    given : sequence, optional
        ``observed`` (all observations of the game), the name of an observed event, a conclusion, or a condition. By
        default ``observed`` where the game was observed; each event by itself where they contradict each other.

    Raises
    ------
    UsageError
        If something is not understood.
    """
    notes: list[str] = []
    conditions = _conditions(model, given, notes)
    parsed: dict[str, Any] = {name: each.formula for name, each in model.definition.conclusions.items()}
    statements = (*conclusions, *(each for condition in conditions for each in condition.statements))
    own = model.form.statements(model.definition)
    for text in statements:
        # what only the classifier can read, it also checks
        unread = is_played(text) or text in KINDS or (own and not text.startswith("sign:"))
        if text not in parsed and not unread:
            parsed[text] = model.form.conclusion(model.definition, text)
    if model.form.shares_of:
        notes.append(model.form.shares_of)
    held = held_at(model, point)
    subject = model.form.subject(model, kind, parsed, held)
    named = tuple(model.definition.conclusions)
    return Asked(subject, tuple(conclusions), named, conditions, model.kinds, parsed, held, tuple(notes))


def game_robustness(
    model: GameModel,
    point: Point,
    kind: str = "strategic",
    conclusions: Sequence[str] = (),
    given: Sequence[str | Given] | None = None,
    *,
    how: How | None = None,
    terms: bool = True,
    save: bool = True,
) -> Robustness:
    """Return the shares of conclusions about a game of a study; :func:`asked_of` says how they are stated.

    ``terms`` also leaves each additive term out in turn; ``save`` keeps the counts in ``.detente/``, where the next run of
    the same study, seed and versions finds them, and an interrupted run goes on.
    """
    from detente.conclusions.ensemble.saved import Saved

    how = _as_stated(model, how or How())
    asked = asked_of(model, point, kind, conclusions, given)
    without = {}
    if terms and model.form.drops_terms and how.only is None:
        for name, path in _written_terms(model, kind).items():
            rest = tuple(each for each in model.payoff_model.terms if each.path != path)
            less = replace(model, payoff_model=replace(model.payoff_model, terms=rest))
            without[name] = less.form.subject(less, kind, asked.parsed, asked.held)
    notes = list(asked.notes)
    root = model.files.root
    # What a distribution given as an object computes cannot be told from its name.
    save = save and all(isinstance(law, str) for law in how.laws.values())
    if save and (obstacle := Saved.obstacle(root)) is not None:
        notes.append(f"nothing is saved: {obstacle} cannot be written")
        save = False
    if save and how.saved is None:
        how = replace(how, saved=lambda key: Saved.make(root, key))
    key = {
        "study": {"name": model.files.name, "hash": model.files.hash},
        "game": model.name,
        "payoffs": kind,
        "draws": how.draws,
        "seed": how.seed,
        "priors": list(how.priors),
        "only": how.only,
        "held": {name: str(value) for name, value in asked.held.items()},
    }
    found = robustness_of(
        asked.subject,
        asked.conclusions,
        given=asked.given,
        kinds=asked.kinds,
        without=without,
        how=how,
        key=key,
        named=asked.named,
    )
    if how.correlation:
        pairs = ", ".join(f"{a} and {b} {r:g}" for (a, b), r in how.correlation.items())
        notes.append(f"Drawn with correlations of the normal scores: {pairs}.")
    if how.laws:
        notes.append(f"Distributions of their own, the same under every prior: {', '.join(how.laws)}.")
    if found.held:
        notes.insert(0, f"Held: {', '.join(found.held)}.")
    return replace(found, notes=(*found.notes, *notes))


def _as_stated(model: GameModel, how: How) -> How:
    """Return how shares are counted with the distributions and correlations that the study states, where none is given."""
    given = {frozenset(pair) for pair in how.correlation}
    stated = {pair: number for pair, number in model.correlation.items() if frozenset(pair) not in given}
    return replace(how, laws={**model.laws, **how.laws}, correlation={**stated, **how.correlation})


def _written_terms(model: GameModel, kind: str) -> dict[str, KeyPath]:
    """Return the terms as the payoff file writes them: ``PLAYER.TERM``, or ``each.TERM`` for a template of all players."""
    paths: dict[KeyPath, list[str]] = {}
    for term in model.payoff_model.terms:
        if kind == "strategic" or term.material:
            paths.setdefault(term.path, []).append(f"{term.player}.{term.name}")
    return {names[0] if len(names) == 1 else f"each.{path[-1]}": path for path, names in paths.items()}


def game_importance(
    model: GameModel,
    point: Point,
    kind: str = "strategic",
    outputs: Sequence[str] = (),
    *,
    draws: int = 100_000,
    seed: int = 0,
    prior: str = "uniform",
    region: str | Given | None = None,
    only: str | None = None,
) -> Importance:
    """Return what drives outputs of a game of a study.

    ``outputs`` are conclusions, ``set``, ``class``, ``selected``, or ``value:NAME`` for the number of a named formula; by default
    the class of a 2x2 game, else the set of equilibria, else the named formulas. ``region`` is a condition as for :func:`asked_of`, within which
    importance is told; ``only`` lets only ``figures`` or ``judgements`` vary.
    """
    given = [] if region is None else [region]
    asked = asked_of(model, point, kind, (), given)
    families = asked.subject.classifier.families
    stated = [name for name in outputs if name not in families and not name.startswith("value:")]
    if stated:
        asked = asked_of(model, point, kind, stated, given)
    names = tuple(outputs) or (("class",) if "class" in families else families[:1]) or asked.named
    varied = None
    if only is not None:
        varied = [name for name, each in asked.kinds.items() if each == only.removesuffix("s")]
    found = importance_of(
        asked.subject,
        names,
        draws=draws,
        seed=seed,
        prior=prior,
        region=asked.given[0] if asked.given else None,
        kinds=asked.kinds if only is None else None,
        only=varied,
        laws=model.laws,
    )
    if model.correlation:
        found = replace(found, notes=(*found.notes, "Drawn without the correlations that the study states."))
    return found


def _conditions(model: GameModel, given: Sequence[str | Given] | None, notes: list[str]) -> tuple[Given, ...]:
    events = [each for each in model.files.observations.values() if each.game == model.name]
    if given is None:
        if not events:
            return ()
        if not model.form.sees_play:
            notes.append(f"observed play is left out: shares of the form {model.form.name} are about formulas")
            return ()
        try:
            return (observed_play(events),)
        except UsageError as error:
            # no single play was seen: every event is a condition of its own
            notes.append(f"observed play is told event by event: {error}")
            names = dict.fromkeys(each.event for each in events)
            return tuple(observed_play([each for each in events if each.event == name], name) for name in names)
    found = []
    for each in given:
        if isinstance(each, Given):
            found.append(each)
        elif each == OBSERVED:
            if not events:
                raise UsageError(f"found no observation of {model.name}; see seeds/observations.toml")
            found.append(observed_play(events))
        elif ":" in each or each == "none" or each in model.definition.conclusions:
            found.append(Given.that(each))
        else:
            own = [event for event in events if event.event == each]
            if not own:
                known = (OBSERVED, *(event.event for event in events), *model.definition.conclusions)
                hint = did_you_mean(each, known)
                raise UsageError(
                    f"found the condition {each!r}; expected observed, an observed event or a conclusion"
                    + (f"; {hint}" if hint else "")
                )
            found.append(observed_play(own, each))
    return tuple(found)


def observed_play(events: Sequence[Observation], name: str = OBSERVED) -> Given:
    """Return the condition that observed events are equilibrium play, each as surely as it is coded.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from fractions import Fraction
    >>> event = SimpleNamespace(event="notice", moves={"china": "confront"}, sure=Fraction(1))
    >>> observed_play([event]).words
    'some pure equilibrium has what was seen: china=confront (notice)'
    """
    moves: dict[str, tuple[Fraction, list[str]]] = {}
    for each in events:
        text = ",".join(f"{who}={move}" for who, move in each.moves.items())
        sure, names = moves.get(text, (each.sure, []))
        moves[text] = max(sure, each.sure), [*names, each.event]
    parts = [
        f"{text} ({', '.join(names)}{'' if sure == 1 else f'; coded right with probability {sure}'})"
        for text, (sure, names) in moves.items()
    ]
    words = f"some pure equilibrium has what was seen: {'; '.join(parts)}"
    return observed(name, [(each.moves, each.sure) for each in events], words)
