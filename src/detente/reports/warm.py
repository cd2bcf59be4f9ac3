"""Chapters and results of a report made ahead on several cores; what is kept already is not made again."""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from typing import TYPE_CHECKING

from detente.reports.compose import chapter, runs, whole_of
from detente.study.model import game_model

if TYPE_CHECKING:
    from pathlib import Path

    from detente.reports.blocks import Whole
    from detente.study.report_definition import ReportDefinition

__all__ = ["warm"]

#: Blocks on the study to the results that they need of every game.
_NEEDED = {
    "overview": ("tests", "retrodiction"),
    "claims": ("tests",),
    "retrodiction": ("retrodiction",),
    "findings": ("tests", "importance"),
    "assumptions": ("importance",),
}
#: Forms by the time that their games take, the longest first: no core waits for one of them at the end.
_ORDER = {"coalitional": 0, "normal": 1, "global": 2}


def warm(whole: Whole) -> None:
    """Make the chapters of a report and the results that other blocks need, a game at a time on each core, and keep them.

    Nothing is done where results cannot be kept, or where there is one core or one game to do. What is missing afterwards is
    made where it is asked for, so this changes nothing but the time.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    results, definition = whole.results, whole.definition
    needed = _needed(definition)
    games = [
        context.game for context in whole.contexts
        if any(not results.has(need, context.game) for need in needed)
        or any(not results.store.has(whole.chapter_key(context, run)) for run in runs(definition))
    ]  # fmt: skip
    if results.store.folder is None or cores < 2 or len(games) < 2:
        return
    games.sort(key=lambda game: _ORDER.get(whole.files.games[game].form, 3))
    tasks = [(whole.files.root, definition, game) for game in games]
    with suppress(pickle.PicklingError):
        method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
        with ProcessPoolExecutor(min(cores, len(games)), mp_context=get_context(method)) as pool:
            for _ in pool.map(_game, tasks):
                pass


def _needed(definition: ReportDefinition) -> tuple[str, ...]:
    return tuple(dict.fromkeys(need for block in definition.blocks for need in _NEEDED.get(block, ())))


def _game(task: tuple[Path, ReportDefinition, str]) -> None:
    """Make the chapters of one game, in a process of its own."""
    from detente.study.load import load

    root, definition, game = task
    files = load(root)
    whole = whole_of(files, definition, [game_model(files, name) for name in definition.games])
    for need in _needed(definition):
        getattr(whole.results, need)(game)
    context = whole.context(game)
    assert context is not None
    for run in runs(definition):
        chapter(whole, context, run, whole.results.store)
