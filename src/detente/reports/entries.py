"""Names and numbers that lead to their entries in the appendix: parameters, figures, documents.

A sentence is put together as text, in one language or the other, long before it is known which entries the report has. So a
name is marked with the entry that it stands for, in characters for private use that no translation touches, and
:func:`linked` turns what is marked into links when the document is whole; where the report has no such entry, text is left.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.reports import elements as e
from detente.reports import spans as s

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from detente.reports.elements import Block
    from detente.reports.spans import Inline, Span
    from detente.study.model import GameModel

__all__ = ["MARKED", "bare", "document_entry", "figure_entry", "linked", "marked", "parameter_entry"]

_OPEN, _MIDDLE, _CLOSE = "\ue004", "\ue005", "\ue006"
#: Where the characters of an entry's name are moved to, so that they are no letters, and how many there are.
_SHIFT, _MOST = 0xF0000, 0x700
#: Text that is marked.
MARKED = f"{_OPEN}[^{_CLOSE}]*{_CLOSE}"
_MARK = re.compile(f"{_OPEN}([^{_OPEN}{_MIDDLE}{_CLOSE}]*){_MIDDLE}([^{_OPEN}{_MIDDLE}{_CLOSE}]*){_CLOSE}")
_LEFT = re.compile(f"{_OPEN}[^{_OPEN}{_MIDDLE}{_CLOSE}]*{_MIDDLE}|[{_OPEN}{_MIDDLE}{_CLOSE}]")


def parameter_entry(model: GameModel, name: str) -> str:
    """Return the entry of a parameter: those that payoff models bring have the model's name in front."""
    own = name in model.payoff_model.parameters.entries
    return f"parameter:{model.payoff_model.name}:{name}" if own else f"parameter:{name}"


def figure_entry(figure: str) -> str:
    """Return the entry of a figure of the documents."""
    return f"figure:{figure}"


def document_entry(name: str) -> str:
    """Return the entry of a document."""
    return f"document:{name}"


def marked(text: str, target: str) -> str:
    """Return a text that leads to an entry.

    Examples
    --------
    >>> bare(marked("severity", "parameter:sev"))
    'severity'
    """
    if not text or any(ord(character) >= _MOST for character in target):
        return text
    return f"{_OPEN}{''.join(chr(_SHIFT + ord(character)) for character in target)}{_MIDDLE}{bare(text)}{_CLOSE}"


def bare(text: str) -> str:
    """Return a text without marks."""
    if _OPEN not in text and _CLOSE not in text:
        return text
    return _LEFT.sub("", _MARK.sub(lambda match: match[2], text))


def linked(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return blocks with links for marks, where the blocks have the entry, and text where not."""
    known = {name for block in blocks if isinstance(block, e.Table) for name in block.anchors[: block.shown] if name}
    return tuple(_block(block, known) for block in blocks)


def _block(block: Block, known: Collection[str]) -> Block:
    match block:
        case e.Paragraph() | e.Note():
            return replace(block, content=_inline(block.content, known))
        case e.Bullets():
            return replace(block, items=tuple(_inline(each, known) for each in block.items))
        case e.Table():
            rows = tuple(tuple(_inline(cell, known) for cell in row) for row in block.rows)
            columns = tuple(_plain(column) for column in block.columns)
            return replace(block, columns=columns, rows=rows, caption=_inline(block.caption, known), note=_inline(block.note, known))
        case e.Figure():
            return replace(block, caption=_inline(block.caption, known), alt=bare(block.alt))
        case e.Formula():
            return replace(block, entries=_entries(block.entries, known))
        case e.KeyPoints():
            return replace(block, points=tuple(replace(each, lead=bare(each.lead), content=_inline(each.content, known)) for each in block.points))
        case _:
            return _plain(block)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Return a block, or a part of one, in which nothing leads anywhere: headings stand in the outline too."""
    if isinstance(value, str):
        return bare(value)
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{each.name: _plain(getattr(value, each.name)) for each in fields(value)})
    return value


def _inline(content: Inline, known: Collection[str]) -> Inline:
    if isinstance(content, str):
        found = tuple(_pieces(s.Text(content), known)) if _OPEN in content or _CLOSE in content else (content,)
        return found[0] if len(found) == 1 else found
    if isinstance(content, tuple):
        return tuple(piece for each in content for piece in _pieces(s.Text(each) if isinstance(each, str) else each, known))
    found = tuple(_pieces(content, known))
    return found[0] if len(found) == 1 else found


def _pieces(span: Span, known: Collection[str]) -> Iterator[Span]:
    match span:
        case s.Math(entries=entries) if entries:
            left = _entries(entries, known)
            yield span if left == entries else replace(span, entries=left)
        case s.Text(text=text) | s.Strong(text=text) | s.Emph(text=text) if _OPEN in text or _CLOSE in text:
            end = 0
            for match in _MARK.finditer(text):
                yield from _text(span, text[end : match.start()])
                target = "".join(chr(ord(character) - _SHIFT) for character in match[1] if ord(character) >= _SHIFT)
                if target in known:
                    yield s.Link(match[2], target)
                else:
                    yield from _text(span, match[2])
                end = match.end()
            yield from _text(span, text[end:])
        case s.Link(target=target) if ":" in target and target not in known:
            yield s.Text(span.text)
        case s.Link() | s.Code():
            yield replace(span, text=bare(span.text))
        case _:
            yield span


def _entries(entries: tuple[tuple[str, str], ...], known: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the symbols of a formula whose entry is known."""
    return tuple(each for each in entries if each[1] in known)


def _text(span: Any, text: str) -> Iterator[Span]:
    text = bare(text)
    if text:
        yield replace(span, text=text)
