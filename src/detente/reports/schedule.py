"""In what order the results and chapters of a report are made: what has most to come until the end begins first.

How long each took is kept from the last time that it was made. These numbers of a clock decide nothing but the order; where some are
missing, as in a first build, what kind of result it is and of what form of game decides.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from detente.reports.blocks import Whole

__all__ = ["CHAPTER", "Schedule", "Task"]

#: A result: the method that returns it, the game, further arguments; or a chapter, under the name of ``CHAPTER``.
Task = tuple[str, str, tuple[Any, ...]]
CHAPTER = "chapter"

#: Forms by the time that their longest results take, the longest first: no core waits for one of them at the end.
_ORDER = {"stochastic": 0, "coalitional": 1, "normal": 2, "global": 3}
#: Results that may take long in a game of any form, in their order; what verdicts rest on is asked when they are there.
_FIRST = ("verdicts", "shares", "support")


class Schedule:
    """The tasks of a report that are not done, in their order.

    Parameters
    ----------
    whole : Whole
        The report.
    tasks : iterable of Task
        What is to be made.
    told : collection of str
        The results that chapters wait for, by method.
    """

    def __init__(self, whole: Whole, tasks: Iterable[Task], told: Collection[str]) -> None:
        self._store, self._key = whole.results.store, {"seconds of": whole.definition.name, "lang": whole.lang}
        self._seconds: dict[str, float] = self._store.find(self._key) or {}
        self._told = told
        forms = {context.game: context.model.definition.form for context in whole.contexts}
        tasks = list(tasks)
        self._waits = {task: {other for other in tasks if self._waits_for(task, other)} for task in tasks}
        if all(_name(task) in self._seconds for task in tasks):
            self._order = sorted(tasks, key=self._until_the_end(), reverse=True)
        else:
            self._order = sorted(tasks, key=lambda task: (self._turn(task[0]), *_urgency(task, forms[task[1]])))

    def seconds(self, tasks: Iterable[Task]) -> float:
        """Return how long tasks took when they were made last, one of which that is not known a second."""
        return sum(self._seconds.get(_name(task), 1.0) for task in tasks)

    def begin(self) -> Task | None:
        """Take out the task that has its turn, None while all that are left wait for others."""
        task = next((each for each in self._order if not self._waits[each]), None)
        if task is not None:
            self._order.remove(task)
        return task

    def done(self, task: Task, seconds: float) -> None:
        """Say that a task is done, and how long it took."""
        self._seconds[_name(task)] = seconds
        for waiting in self._waits.values():
            waiting.discard(task)

    def keep(self) -> None:
        """Remember for the next build how long tasks took."""
        self._store.keep(self._key, self._seconds)

    def _waits_for(self, task: Task, other: Task) -> bool:
        if task[1] != other[1]:
            return False
        return (task[0], other[0]) == ("support", "verdicts") or (task[0] == CHAPTER and other[0] in self._told)

    def _until_the_end(self) -> Callable[[Task], float]:
        """Return what tells the seconds of the longest chain of tasks that begins with one."""
        after: dict[Task, list[Task]] = {task: [] for task in self._waits}
        for task, others in self._waits.items():
            for other in others:
                after[other].append(task)

        @cache
        def seconds(task: Task) -> float:
            return self._seconds[_name(task)] + max(map(seconds, after[task]), default=0.0)

        return seconds

    def _turn(self, what: str) -> int:
        """Return 0 for what chapters wait for, 1 for chapters, 2 for the rest."""
        return 1 if what == CHAPTER else 0 if what in self._told else 2


def _name(task: Task) -> str:
    what, game, more = task
    return " ".join(map(str, (what, game, *more)))


def _urgency(task: Task, form: str) -> tuple[int, bool, int]:
    """Return when a task has its turn: those that may take longest first."""
    what, _, more = task
    if what in _FIRST:
        return _FIRST.index(what) - len(_FIRST), False, 0
    return _ORDER.get(form, 4), what != "answer", -more[0] if what == "answer" else 0
