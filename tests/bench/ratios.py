"""Ratios that the benchmarks measure, kept for the table and the picture: each script adds its own."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Row", "fact", "ratio", "read"]


@dataclass(frozen=True)
class Row:
    """What was measured: a ratio of times with its spread (peer over detente), or a fact in words where ``peer`` is blank."""

    what: str
    peer: str
    median: float
    low: float
    high: float
    words: str = ""


def _add(row: Row) -> None:
    place = os.environ.get("DETENTE_BENCH")
    if place:
        with Path(place).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")


def ratio(what: str, peer: str, values: Sequence[float]) -> None:
    """Keep how many times as long a peer takes, from measurements in one process, taking turns."""
    if values:
        _add(Row(what, peer, statistics.median(values), min(values), max(values)))


def fact(what: str, words: str) -> None:
    """Keep something that has no peer."""
    _add(Row(what, "", 0.0, 0.0, 0.0, words))


def read(place: Path) -> list[Row]:
    """Return the rows of a run; of rows measured twice the last one."""
    rows = [Row(**json.loads(line)) for line in place.read_text(encoding="utf-8").splitlines() if line.strip()]
    return list({(row.what, row.peer): row for row in rows}.values())
