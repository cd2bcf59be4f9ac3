"""Results of a report computed ahead on several cores; what is found in the store is not computed again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from detente.reports.results import Results
from detente.reports.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from detente.study.report_definition import ReportDefinition

__all__ = ["warm"]

#: Blocks to the results that they need of every game.
_NEEDED = {
    "overview": ("tests", "retrodiction"),
    "claims": ("tests",),
    "retrodiction": ("retrodiction",),
    "findings": ("tests", "importance"),
    "assumptions": ("importance",),
    "questions": ("answers",),
    "robustness": ("shares",),
    "importance": ("importance",),
    "regions": ("importance",),
    "class_map": ("importance",),
    "said": ("tests",),
}


def warm(results: Results, definition: ReportDefinition, workers: int | None = None) -> None:
    """Compute the results that a report needs, a game at a time on each core, and keep them.

    Nothing is done where results cannot be kept, or where there is one core or one game. The chapters then find what
    they need; what is missing they compute themselves, so that this changes nothing but the time.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    number = workers or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = tuple(dict.fromkeys(need for block in definition.blocks for need in _NEEDED.get(block, ())))
    games = [game for game in definition.games if any(not results.has(need, game) for need in wanted)]
    if results.store.folder is None or number < 2 or len(games) < 2 or not wanted:
        return
    # the heavy forms first, so that no core waits for one of them at the end
    order = {"coalitional": 0, "normal": 1, "global": 2}
    games.sort(key=lambda game: order.get(results.files.games[game].form, 3))
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    tasks = [(results.files.root, game, wanted, results.draws, results.seed) for game in games]
    with ProcessPoolExecutor(min(number, len(games)), mp_context=get_context(method)) as pool:
        for _ in pool.map(_game, tasks):
            pass


def _game(task: tuple[Path, str, tuple[str, ...], int, int]) -> None:
    """Compute the results of one game in a process of its own."""
    from detente.study.load import load

    root, game, wanted, draws, seed = task
    results = Results(load(root), Store.of(root), draws, seed)
    for need in wanted:
        getattr(results, need)(game)
