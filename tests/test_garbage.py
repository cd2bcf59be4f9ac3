"""Garbage in cycles is looked for seldom where a process ends with its work, and at Python's pace elsewhere."""

import gc

from detente.workers import end, processes, starting


def test_processes_that_compute_for_another_one_do_not_look_through_what_they_began_with():
    pool = processes(1)
    with starting(gc.get_freeze_count):
        frozen, pace = pool.submit(gc.get_freeze_count), pool.submit(gc.get_threshold)
    assert frozen.result() > 0
    assert pace.result()[0] > gc.get_threshold()[0]
    end(pool)
    assert gc.get_freeze_count() == 0
