"""Results and chapters of a report made ahead on several cores; what is kept already is not made again.

Every result is a task of its own, so that a game with one long question keeps no core waiting, and after a change of one game all
cores work on it. The chapter on a game is set when the last result that it tells is there, beside what only blocks on the study ask.
"""

from __future__ import annotations

import pickle
from contextlib import suppress
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import process_time
from typing import TYPE_CHECKING

from detente.reports.block_names import STUDY_BLOCKS
from detente.reports.chinese_glyphs import keep_in
from detente.reports.claim_results import tests_of
from detente.reports.compose import chapter, runs, whole_of
from detente.reports.options_blocks import main_players
from detente.reports.point_blocks import along
from detente.reports.schedule import CHAPTER, Schedule
from detente.reports.translation import edition_of
from detente.study.forms import FORMS
from detente.study.model import game_model
from detente.workers import cores, end, prepare, processes, starting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor, Future

    from detente.reports.blocks import Context, Whole
    from detente.reports.schedule import Task
    from detente.study.report_definition import ReportDefinition

__all__ = ["begin", "tasks", "warm"]

#: Blocks to the results that they need of every game.
_NEEDED = {
    "overview": ("tests", "retrodiction"),
    "claims": ("tests",),
    "retrodiction": ("retrodiction",),
    "reading": ("shares",),
    "findings": ("tests", "importance"),
    "assumptions": ("importance",),
    "payoffs": ("shown",),
    "classes": ("solved", "types", "sums", "thresholds"),
    "conditions": ("conditions",),
    "questions": ("answer",),
    "robustness": ("shares",),
    "importance": ("importance",),
    "said": ("tests",),
    "options": ("options",),
    "methods": ("solved",),
}
#: Results that are missing from which on processes are worth their start.
_FEW = 4
#: Seconds of setting chapters, as of an edition in another language, or with a name that many games have, from which on they are.
_SETTING = 6.0
#: What every process needs, imported once.
_PRELOAD = [
    "detente.reports.warm",
    "detente.reports.claim_results",
    "detente.study.load",
    "detente.study.questions",
    *(f"detente.study.forms.{name}" for name in FORMS),
    "sympy",
    "scipy.optimize",
    "scipy.stats",
]


def begin() -> None:
    """Have what all processes need imported on another core, where a report will need them before it knows for what."""
    prepare(_PRELOAD)


def tasks(whole: Whole) -> Iterator[Task]:
    """Yield what the blocks of a report ask of the results: the method, the game, more arguments."""
    needed = dict.fromkeys(need for block in whole.definition.blocks for need in _NEEDED.get(block, ()))
    for context in whole.contexts:
        for need in needed:
            if need == "answer":
                for question in context.model.definition.questions:
                    yield need, context.game, (question.number,)
            elif need == "tests":
                yield "verdicts", context.game, ()
                for number in range(len(tests_of(whole.files, context.game))):
                    yield "support", context.game, (number,)
            elif need == "thresholds":
                for name in along(context.model) if context.is_solved_in_full else ():
                    yield need, context.game, (name,)
            elif _tells(context, need):
                yield need, context.game, ()
    if "options" in needed:
        for player, contexts in main_players(whole).items():
            for context in contexts:
                yield "options", context.game, (player,)


def _tells(context: Context, need: str) -> bool:
    """Return whether a report tells a result of a game of this form and size."""
    match need:
        case "options":
            return False  # of the games of a main player only
        case "shown":
            return not context.is_matrix
        case "conditions" | "types":
            return context.two_by_two
        case "sums":
            return context.are_sums_compared
    return True


def warm(whole: Whole) -> None:
    """Make the results and chapters of a report on several cores, and keep them.

    Nothing is done where results cannot be kept, or where there is one core or little to do. What is missing afterwards is
    made where it is asked for, so this changes nothing but the time.
    """
    results = whole.results
    if results.store.folder is None or cores() < 2:
        return
    missing = [task for task in tasks(whole) if not results.has(*task)]
    missing = [task for task in missing if _counted_with(task) not in missing]
    asked = {game for _, game, _ in missing}
    chapters = [each.game for each in whole.contexts if each.game in asked or not _is_set(whole, each)]
    setting = [(CHAPTER, game, ()) for game in chapters]
    schedule = Schedule(whole, [*missing, *setting], _told_in_chapters(whole.definition))
    if len(missing) < _FEW and schedule.seconds(setting) < _SETTING:
        return
    with suppress(pickle.PicklingError), TemporaryDirectory(prefix="detente-") as fonts:
        study = pickle.dumps((whole.files, whole.definition), pickle.HIGHEST_PROTOCOL)
        pool = processes(cores(), _PRELOAD, _start, (study, fonts))
        try:
            _make_all(pool, cores(), schedule)
        except BaseException:
            end(pool, at_once=True)  # a result is kept when it is whole, so nothing is lost but time
            raise
        end(pool)
    schedule.keep()


def _told_in_chapters(definition: ReportDefinition) -> set[str]:
    """Return the results that blocks on games need, by method."""
    needed = {need for block in definition.blocks if block not in STUDY_BLOCKS for need in _NEEDED.get(block, ())}
    return {*needed, "verdicts", "support"} if "tests" in needed else needed


def _counted_with(task: Task) -> Task | None:
    """Return the task whose counts over the draws serve another one too: it is made in the same process, right after it."""
    return ("shares", task[1], ()) if task[0] == "retrodiction" else None


def _is_set(whole: Whole, context: Context) -> bool:
    """Return whether the chapter on a game is kept."""
    return all(whole.results.store.has(whole.chapter_key(context, run)) for run in runs(whole.definition))


def _make_all(pool: Executor, count: int, schedule: Schedule) -> None:
    """Have all tasks made; every core has one at a time, so that what becomes possible late still has its turn."""
    running: dict[Future[float], Task] = {}
    finished: SimpleQueue[Future[float]] = SimpleQueue()
    while True:
        while len(running) < count and (task := schedule.begin()) is not None:
            with starting(_make):
                future = pool.submit(_make, task)
                running[future] = task
                future.add_done_callback(finished.put)
        if not running:
            return
        future = finished.get()
        schedule.done(running.pop(future), future.result())


_KEPT: list[Whole] = []


def _start(study: bytes, fonts: str) -> None:
    """Take the study, which is loaded already, and a folder for fonts, for all tasks of a process."""
    keep_in(fonts)
    files, definition = pickle.loads(study)  # noqa: S301 - from the process that started this one
    _KEPT[:] = [whole_of(files, definition, [game_model(files, name) for name in definition.games])]


def _make(task: Task) -> float:
    """Make a result or a chapter, and return the seconds of processor time that this took."""
    whole, before = _KEPT[0], process_time()
    if task[0] == CHAPTER:
        _set_chapter(whole, task[1])
    else:
        for what, game, more in (task, *(each for each in tasks(whole) if _counted_with(each) == task)):
            getattr(whole.results, what)(game, *more)
    return process_time() - before


def _set_chapter(whole: Whole, game: str) -> None:
    context = whole.context(game)
    assert context is not None
    with edition_of(whole.lang, whole.files, [each.model for each in whole.contexts]):
        for run in runs(whole.definition):
            chapter(whole, context, run, whole.results.store)
