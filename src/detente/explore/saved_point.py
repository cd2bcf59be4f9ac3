"""A point of an explorer, written into the game's file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.fields import Wrong, check_name
from detente.numbers import plain
from detente.study.change import change_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction
    from pathlib import Path

    from detente.study.model import GameModel

__all__ = ["as_written", "save_point"]


def save_point(model: GameModel, name: str, values: Mapping[str, Fraction]) -> Path:
    """Add ``[points.NAME]`` with what differs from the baseline to a game file, and return the file.

    Raises
    ------
    UsageError
        If the name is none or taken, nothing differs, or the file has changed since the study was read.
    """
    try:
        check_name(name)
    except Wrong as wrong:
        raise UsageError(f"the point: {wrong.found}; {wrong.expected}") from None
    if name in model.definition.points:
        raise UsageError(f"there is a point {name!r} already; choose another name")
    baseline = model.point().values
    changed = {key: value for key, value in values.items() if value != baseline[key]}
    if not changed:
        raise UsageError("this is the baseline; move a parameter first")
    path = model.files.root / model.definition.file.name
    raw = path.read_bytes().decode("utf-8-sig")
    if raw.replace("\r\n", "\n") != model.definition.file.text:
        raise UsageError(f"{path.name} has changed since the study was read; load the study again")
    lines = ["", f"[points.{name}]", *(f"{key} = {as_written(value)}" for key, value in changed.items())]
    end = "\r\n" if "\r\n" in raw else "\n"
    text = raw.rstrip() + end + end.join(lines) + end
    change_files(model.files.root, {model.definition.file.name: text})
    return path


def as_written(value: Fraction) -> str:
    """Return a number as a file states it: an integer, a decimal where it ends, else a fraction as text."""
    if value.denominator == 1:
        return str(value.numerator)
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        return f'"{plain(value)}"'
    digits = next(n for n in range(1, 400) if value.denominator and (value * 10**n).denominator == 1)
    scaled = f"{abs(value) * 10**digits}".zfill(digits + 1)
    return f"{'-' if value < 0 else ''}{scaled[:-digits]}.{scaled[-digits:]}"
