"""In how much of the box does a conclusion hold? Shares under several priors, and what is proved."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from detente.conclusions.conclusion import parse_conclusion
from detente.conclusions.ensemble._priors import PRIORS
from detente.conclusions.ensemble.recipes import Recipe
from detente.conclusions.ensemble.run import run
from detente.conclusions.robustness.counting import MAX_TRUTHS, METHOD, Case, Job, combine, finished
from detente.conclusions.robustness.evidence import Given
from detente.conclusions.robustness.results import Robustness
from detente.conclusions.robustness.shares import Reading, Share
from detente.conclusions.robustness.statements import KINDS
from detente.conclusions.robustness.subjects import subject_of
from detente.errors import UsageError, did_you_mean
from detente.games.symbolic import Interval
from detente.numbers import exact, plain
from detente.workers import cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from detente.conclusions.ensemble.saved import Remembered, Saved
    from detente.conclusions.robustness.classifier import Classifier, Subject

__all__ = ["BUDGET", "MOST", "How", "robustness", "robustness_of"]

#: Classifications of blocks, each worth ten outputs of a program, from which on processes are worth starting.
_WORTH_PROCESSES = 4000
#: Conclusions that are reported where nobody asked for any.
MOST = 200
#: Seconds for proofs of always and never, if nothing else is said.
BUDGET = 5.0


@dataclass(frozen=True, eq=False)
class How:
    """How shares are counted.

    Attributes
    ----------
    draws, seed : int
    priors : sequence of str
        The first one is printed with its sampling error; the range is over all.
    only : str or None
        ``figures`` or ``judgements``: only these vary, in everything that is reported.
    budget : float
        Seconds for proofs of always and never.
    prove : str
        What is to be proved: ``all`` conclusions, or those that tables have, which are ``shown``.
    laws : mapping
        Parameter to a distribution of its own, in place of every prior: a prior's name, or an object with ``ppf``.
    correlation : mapping
        ``{(name, name): r}``: parameters drawn together, as for :func:`detente.ensemble.draws`.
    executor, workers, saved, progress
        As for :func:`detente.ensemble.run`; ``saved`` is a function from the key of the run to its place.
    """

    draws: int = 100_000
    seed: int = 0
    priors: Sequence[str] = tuple(PRIORS)
    only: str | None = None
    budget: float = BUDGET
    prove: Literal["all", "shown"] = "all"
    laws: Mapping[str, Any] = field(default_factory=dict)
    correlation: Mapping[tuple[str, str], float] = field(default_factory=dict)
    executor: Executor | Callable[[], Executor] | None = None
    workers: int | None = None
    saved: Callable[[Mapping[str, Any]], Saved | Remembered] | None = None
    progress: Callable[[int, int], None] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.draws, bool) or not hasattr(self.draws, "__index__") or self.draws < 1:
            raise UsageError(f"draws: found {self.draws!r}; expected at least 1")
        if not self.priors or isinstance(self.priors, str):
            raise UsageError(f"priors: found {self.priors!r}; expected a list with some of {', '.join(PRIORS)}")
        for prior in self.priors:
            if prior not in PRIORS:
                hint = did_you_mean(str(prior), PRIORS)
                raise UsageError(
                    f"unknown prior {prior!r}; expected some of {', '.join(PRIORS)}" + (f"; {hint}" if hint else "")
                )
        if len(set(self.priors)) < len(self.priors):
            raise UsageError(f"priors: found {', '.join(self.priors)}; expected each once")
        if self.only not in {None, "figures", "judgements"}:
            raise UsageError(f"only: found {self.only!r}; expected figures or judgements")


def robustness(
    game: Any,
    conclusions: Sequence[str] | Mapping[str, Any] = (),
    *,
    given: Sequence[Given | str] = (),
    held: Mapping[str, object] | None = None,
    kinds: Mapping[str, str] | None = None,
    without: Mapping[str, Any] | None = None,
    **how: Any,
) -> Robustness:
    """Return in which share of the box conclusions hold, under several priors, and what is proved.

    Parameters
    ----------
    game : SymbolicGame
        A normal form of any size. Of a 2x2 game every conclusion is answered; of other games of two players with up to
        five strategies, all but classes; of larger ones, those on pure equilibria.
    conclusions : sequence of str, or mapping
        What is asked (see :mod:`detente.conclusions.conclusion`); as a mapping, also named formulas. The name of a
        kind, such as ``class``, stands for all conclusions of this kind that occur. By default every equilibrium, set
        of equilibria, class and selection that occurs.
    given : sequence
        Conditions beside the unconditional shares: conclusions, or :class:`Given` such as observed play.
    held : mapping, optional
        Parameters held at a value.
    kinds : mapping, optional
        Parameter to ``figure`` or ``judgement``: then shares with only the ones, and only the others, varying follow.
    without : mapping, optional
        Name to a game of the same shape and parameters in which a payoff term is left out.
    how
        See :class:`How`: ``draws``, ``seed``, ``priors``, ``only``, ``budget``, ``executor``, ``workers``, ``saved``.

    Returns
    -------
    Robustness

    Raises
    ------
    UsageError
        If something asked for has no answer in games of this form, or every draw is rejected.

    Notes
    -----
    Draws are those of :func:`detente.ensemble.draws` by the method ``nets``: evenly spread within each block, so shares
    are sharper than those of independent draws, whose standard error is told. They are the same for every conclusion,
    condition and term left out, so differences between shares are sharper still. A share of 0 or 1 is put to
    :func:`~detente.conclusions.decide.decide`, which proves it or finds a counterexample. Cost: some 0.1 microseconds
    per draw, prior and variant of a 2x2 game.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 2)}, strategies=[["give", "keep"]] * 2)
    >>> found = robustness(s, ["equilibrium:keep,keep", "sign:b"], draws=20_000)
    >>> found.proved["sign:b"], abs(found.find("equilibrium:keep,keep")[0].share - 2 / 3) < 0.02
    ('always', True)
    """
    parsed = _parsed(game, conclusions)
    conditions = [Given.that(each) if isinstance(each, str) else each for each in given]
    more = {
        name: parse_conclusion(name, game.players, game.strategies)
        for each in conditions
        for name in each.statements
        if name.startswith(("sign:", "dominant:")) and name not in parsed
    }
    fixed = {name: exact(value) for name, value in (held or {}).items()}
    for name in fixed:
        if name not in game.parameters:
            hint = did_you_mean(name, game.parameters)
            raise UsageError(f"held: unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
    stated = {name: each for name, each in {**parsed, **more}.items() if each is not None}
    subject = subject_of(game, stated, fixed)
    dropped = {name: subject_of(each, stated, fixed) for name, each in (without or {}).items()}
    return robustness_of(subject, tuple(parsed), given=conditions, kinds=kinds, without=dropped, how=How(**how))


def _parsed(game: Any, conclusions: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(conclusions, str):
        raise UsageError(f"found the conclusions {conclusions!r}; expected a list")
    if hasattr(conclusions, "items"):
        return {
            name: parse_conclusion(each, game.players, game.strategies) if isinstance(each, str) else each
            for name, each in conclusions.items()
        }
    return {
        each: None if each in KINDS else parse_conclusion(each, game.players, game.strategies) for each in conclusions
    }


def robustness_of(
    subject: Subject,
    conclusions: Sequence[str] = (),
    *,
    given: Sequence[Given] = (),
    kinds: Mapping[str, str] | None = None,
    without: Mapping[str, Subject] | None = None,
    how: How | None = None,
    key: Mapping[str, Any] | None = None,
    named: Sequence[str] = (),
) -> Robustness:
    """Return the shares of a subject; :func:`robustness` documents what they are.

    ``named`` are conclusions that are reported with those that occur where none is asked for; ``key`` is what a saved
    run is known by, besides what is computed.
    """
    how = how or How()
    dropped = dict(without or {})
    classifier = subject.classifier
    if len(classifier.truths) > MAX_TRUTHS:
        raise UsageError(
            f"found {len(classifier.truths)} formulas; at most {MAX_TRUTHS} are counted together; name some"
        )
    asked = tuple(name for name in conclusions if name not in KINDS)
    for statement in (*asked, *(each for condition in given for each in condition.statements)):
        classifier.check(statement)
    modes = _modes(subject, kinds, how.only)
    job, places = _job(subject, dropped, modes, how)
    saved = None if how.saved is None else how.saved({**(key or {}), "task": "robustness", "job": digest(job)})
    work = job.blocks * sum(_weight(case.classifier) for case in job.cases)
    workers = how.workers or (1 if how.executor is None and work < _WORTH_PROCESSES else cores())
    counts = finished(
        run(job, job.tasks, combine=combine, executor=how.executor, workers=workers, saved=saved, progress=how.progress)
    )
    reading = Reading(counts, classifier)
    base = [places[prior, modes[0][0], None, True] for prior in how.priors]
    for index, prior in enumerate(how.priors):
        if not counts["kept"][job.cases[base[index]].recipe]:
            raise UsageError(
                f"none of {how.draws} draws under the prior {prior!r} meets the constraints; check them and the "
                "intervals"
            )
    listed = classifier.listed(reading.seen(base))
    notes: list[str] = []
    if not conclusions:
        listed = _frequent(reading, base, listed, notes)
    names = (
        tuple(
            dict.fromkeys(
                each
                for name in conclusions
                for each in ((own for own in listed if own.startswith(f"{name}:")) if name in KINDS else (name,))
            )
        )
        if conclusions
        else tuple(dict.fromkeys((*named, *listed)))
    )
    shares = _shares(reading, places, names, given)
    def settle(conclusion: str, prior: str, condition: str | None) -> list[tuple[int, float, float]]:
        case = places[prior, modes[0][0], None, True]
        chosen = next((each for each in given if each.name == condition), None)
        stages = sorted(set(counts["stage"][reading.rows(case)].tolist()))
        rows = []
        for stage in stages:
            share, error, _ = reading.shares(case, [conclusion], chosen, until=stage)[0]
            if share is not None and error is not None:
                rows.append((job.tried_after(stage), share, error))
        return rows

    found = Robustness(
        names,
        tuple(shares),
        {},
        tuple(how.priors),
        tuple(given),
        how.draws,
        how.seed,
        {
            prior: float(1 - counts["kept"][recipe] / counts["tried"][recipe])
            for prior, recipe in ((prior, job.cases[case].recipe) for prior, case in zip(how.priors, base, strict=True))
        },
        tuple(name for name, _ in modes),
        tuple(dropped),
        tuple(conclusions),
        classifier.method,
        settle,
        notes=tuple(notes),
        meanings={} if subject.meaning is None else {name: subject.meaning(name) for name in names},
        budget=how.budget,
        held=tuple(f"{name} = {plain(value)}" for name, value in subject.held.items()),
    )
    proved = _proved(subject, shares, found.shown() if how.prove == "shown" else names, modes[0], how)
    return replace(found, shares=tuple(_exactly(each, proved, modes[0][0]) for each in shares), proved=proved)


def _frequent(reading: Reading, base: Sequence[int], listed: tuple[str, ...], notes: list[str]) -> tuple[str, ...]:
    """Return the conclusions that hold in the largest shares, where they are too many to report each of them."""
    import numpy as np

    if len(listed) <= MOST:
        return listed
    greatest = reading.most(listed, base)
    kept = set(np.argsort(-greatest, kind="stable")[:MOST].tolist())
    rest = max(share for place, share in enumerate(greatest.tolist()) if place not in kept)
    notes.append(
        f"{len(listed) - MOST} further conclusions hold in at most {rest:.3%} of the draws under any prior and are "
        "left out; ask for them, or for their kind."
    )
    return tuple(name for place, name in enumerate(listed) if place in kept)


def _modes(subject: Subject, kinds: Mapping[str, str] | None, only: str | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return what varies, by name: everything, figures, judgements, or only one of them."""
    free = tuple(name for name in subject.box if name not in subject.held)
    if only is not None and kinds is None:
        raise UsageError(f"only: found {only!r} without kinds; expected a mapping from each parameter to its kind")
    own = {
        name: tuple(each for each in free if (kinds or {}).get(each) == name.removesuffix("s"))
        for name in ("figures", "judgements")
    }
    if only is not None:
        return [(only, own[only])]
    return [("all", free), *(pair for pair in own.items() if all(own.values()))]


def _job(
    subject: Subject, dropped: Mapping[str, Subject], modes: list[tuple[str, tuple[str, ...]]], how: How
) -> tuple[Job, dict[tuple[str, str, str | None, bool], int]]:
    """Return the job, and the case of each (prior, what varies, term left out, constrained)."""
    box = {
        name: Interval(subject.held[name], subject.held[name], subject.held[name]) if name in subject.held else interval
        for name, interval in subject.box.items()
    }
    recipes: list[Recipe] = []
    cases: list[Case] = []
    places: dict[tuple[str, str, str | None, bool], int] = {}
    for prior in how.priors:
        for order, (mode, names) in enumerate(modes):
            recipe = Recipe.make(
                box, how.draws, prior, how.seed, METHOD,
                only=list(names), constraints=subject.constraints, derived=subject.derived,
                given=how.laws, correlation=_within(how.correlation, names, subject.box),
            )  # fmt: skip
            index = len(recipes)
            recipes.append(recipe)
            places[prior, mode, None, True] = len(cases)
            cases.append(Case(index, subject.classifier, staged=order == 0))
            if recipe.allowed is not None:
                places[prior, mode, None, False] = len(cases)
                cases.append(Case(index, subject.classifier, rejected=True))
            if order == 0:
                for term, other in dropped.items():
                    places[prior, mode, term, True] = len(cases)
                    cases.append(Case(index, other.classifier))
    return Job.make(tuple(recipes), tuple(cases)), places


def _weight(classifier: Classifier) -> float:
    """Return what classifying a block costs, about, in units of a 2x2 game."""
    outputs = getattr(getattr(classifier, "program", None), "outputs", ())
    return max(1.0, len(outputs) / 10)


def _within(
    correlation: Mapping[tuple[str, str], float], varied: Sequence[str], box: Mapping[str, Any]
) -> dict[tuple[str, str], float]:
    """Return the correlations of the parameters that vary here; unknown names stay, to be refused."""
    return {
        pair: r
        for pair, r in correlation.items()
        if all(each in varied or each not in box for each in pair)
    }


def _shares(
    reading: Reading,
    places: Mapping[tuple[str, str, str | None, bool], int],
    names: Sequence[str],
    given: Sequence[Given],
) -> list[Share]:
    found = []
    for (prior, mode, term, constrained), case in places.items():
        # What the constraints reject comes on top of what they keep.
        base, also = (case, None) if constrained else (places[prior, mode, None, True], case)
        for condition in (None, *given):
            condition_name = None if condition is None else condition.name
            for name, (share, error, n) in zip(names, reading.shares(base, names, condition, also=also), strict=True):
                found.append(Share(name, prior, condition_name, share, error, n, mode, term, constrained))
    return found


def _proved(
    subject: Subject, shares: Sequence[Share], names: Sequence[str], mode: tuple[str, tuple[str, ...]], how: How
) -> dict[str, str]:
    """Return what is known of each conclusion over the whole box."""
    main: dict[str, list[float]] = {name: [] for name in names}
    for each in shares:
        plainly = each.given is None and each.without is None and each.constrained
        if plainly and each.vary == mode[0] and each.conclusion in main:
            assert each.share is not None
            main[each.conclusion].append(each.share)
    fixed = {
        name: interval.value
        for name, interval in subject.box.items()
        if name not in mode[1] and name not in subject.held
    }
    until = time.monotonic() + how.budget
    found = {}
    for name, values in main.items():
        if max(values) > 0 and min(values) < 1:
            found[name] = "sometimes"
            continue
        holds = values[0] == 1
        left = until - time.monotonic()
        answer = None if subject.decide is None or left <= 0 else subject.decide(name, holds, left, fixed)
        found[name] = "open" if answer is None else ("always" if holds else "never") if answer else "sometimes"
    return found


def _exactly(share: Share, proved: Mapping[str, str], mode: str) -> Share:
    """Return a share with no sampling error where it is proved."""
    status = proved.get(share.conclusion)
    applies = share.without is None and share.constrained and share.vary == mode and share.share is not None
    if not applies or status not in {"always", "never"}:
        return share
    value = 1.0 if status == "always" else 0.0
    return Share(share.conclusion, share.prior, share.given, value, 0.0, share.draws, share.vary)


def digest(job: Job) -> str:
    """Return a hash of everything that a job computes."""
    import hashlib

    hasher = hashlib.sha256()
    hasher.update(repr(job.step).encode())
    for recipe in job.recipes:
        parts = [sorted(map(str, recipe.box.items())), recipe.varied, sorted(map(str, recipe.laws.items()))]
        factor = None if recipe.factor is None else recipe.factor.tolist()
        hasher.update(repr([*parts, factor, recipe.allowed, recipe.n, recipe.seed, recipe.method]).encode())
    for case in job.cases:
        hasher.update(repr((case.recipe, case.rejected, case.staged, case.classifier)).encode())
    return hasher.hexdigest()[:32]
