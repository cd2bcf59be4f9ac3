"""Blocks of a report as plain data and back, so that a chapter can be kept on disk.

The data hold the class of each block and its fields, nothing that could run. Reading makes the blocks anew, so each checks
itself again: mathematics outside the closed alphabet is refused wherever it comes from.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from detente.reports import elements, spans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.elements import Block

__all__ = ["decoded", "encoded"]

_CLASSES: dict[str, type[Any]] = {
    each.__name__: each
    for each in (
        elements.Bullets, elements.Column, elements.Figure, elements.Formula, elements.Heading, elements.KeyPoint,
        elements.KeyPoints, elements.Note, elements.Outline, elements.PageBreak, elements.Paragraph, elements.PayoffCell,
        elements.PayoffMatrix, elements.Table, spans.Code, spans.Emph, spans.Link, spans.Mark, spans.Math, spans.Ref,
        spans.Strong, spans.Text,
    )
}  # fmt: skip


def encoded(blocks: Sequence[Block]) -> list[Any]:
    """Return blocks as data for JSON."""
    return [_data(block) for block in blocks]


def decoded(data: Sequence[Any]) -> list[Block]:
    """Return the blocks of some data."""
    return [_made(each) for each in data]


def _data(value: Any) -> Any:
    name = type(value).__name__
    if name in _CLASSES:
        return {"class": name, **{each.name: _data(getattr(value, each.name)) for each in fields(value)}}
    if isinstance(value, tuple):
        return [_data(each) for each in value]
    return {"bytes": value.decode("utf-8")} if isinstance(value, bytes) else value


def _made(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_made(each) for each in value)
    if not isinstance(value, dict):
        return value
    if "bytes" in value:
        return value["bytes"].encode("utf-8")
    return _CLASSES[value["class"]](**{key: _made(each) for key, each in value.items() if key != "class"})
