"""A report as data: the document that holds its elements, and the numbers that they carry.

Everything in a document is frozen and plain text. The one exception is :class:`~detente.reports.spans.Math`,
whose source is Typst math; it is checked against a closed alphabet when the span is made
(:func:`~detente.reports.math_alphabet.check_math`), so that a renderer may hand it to Typst's ``eval``.
Renderers own no state: :mod:`detente.reports.pdf` turns a document into a PDF, :mod:`detente.reports.assets`
into SVG and CSV files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from detente.reports.elements import Block, Figure, Formula, Heading, PayoffMatrix, Table, inlines
from detente.reports.spans import Link, Math, Ref, need

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Document", "Target", "targets"]


@dataclass(frozen=True)
class Document:
    """A report: what is printed, in order, and what a reader's program shows about it.

    ``date`` is printed as written; written as YYYY-MM-DD it also becomes the date in the file's metadata.
    ``lang`` is ``"en"`` or ``"zh"``.
    """

    title: str
    blocks: tuple[Block, ...]
    subtitle: str = ""
    lang: str = "en"
    author: str = ""
    footer: str = ""
    date: str | None = None
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        need(bool(self.title.strip()), "a document needs a title")
        need(self.lang in ("en", "zh"), f"found the language {self.lang!r}; expected 'en' or 'zh'")
        known = targets(self)
        for place, target in _references(self.blocks):
            need(target in known, f"{place} refers to {target!r}, which no block of the document carries")
            need(known[target].printed, f"{place} leads to {target!r}, which is not printed")
            if place == "a reference":
                need(
                    bool(known[target].number),
                    f"a reference leads to {target!r}, which has no number; use a link",
                )


@dataclass(frozen=True)
class Target:
    """What an anchor stands for: its kind, number, block index, and for a row of a table the row.

    A table that stands beside the report only is not ``printed``.
    """

    kind: Literal["section", "table", "figure", "equation", "row"]
    number: str
    block: int
    row: int | None = None
    printed: bool = True


def targets(document: Document) -> Mapping[str, Target]:
    """Number the headings, tables, figures and formulas of a document in order of appearance.

    Returns
    -------
    Mapping[str, Target]
        By anchor or name. Payoff matrices count as tables. Unnumbered headings have number ``""``.
        Blocks without an anchor are entered as ``"#i"``, i the index of the block.

    Raises
    ------
    UsageError
        If two blocks carry the same anchor.
    """
    found: dict[str, Target] = {}
    counts = {"table": 0, "figure": 0, "equation": 0}
    levels, appendix = [0, 0, 0, 0], False

    def add(name: str, kind: Literal["section", "table", "figure", "equation"], number: str, index: int) -> None:
        key = name or f"#{index}"
        need(key not in found, f"two blocks carry the anchor {key!r}; expected different ones")
        found[key] = Target(kind, number, index)

    for index, block in enumerate(document.blocks):
        match block:
            case Heading():
                if block.appendix and not appendix:
                    levels, appendix = [0, 0, 0, 0], True
                number = ""
                if block.numbered:
                    levels[block.level - 1] += 1
                    levels[block.level :] = [0] * (4 - block.level)
                    number = _section_number(levels[: block.level], appendix)
                add(block.anchor, "section", number, index)
            case Table(shown=0):
                need(block.name not in found, f"two blocks carry the anchor {block.name!r}; expected different ones")
                found[block.name] = Target("table", "", index, printed=False)
            case Table() | PayoffMatrix():
                counts["table"] += 1
                add(block.name, "table", str(counts["table"]), index)
                for row, anchor in enumerate(_printed_anchors(block)):
                    need(anchor not in found, f"two rows or blocks carry the anchor {anchor!r}; expected different ones")
                    if anchor:
                        found[anchor] = Target("row", "", index, row)
            case Figure():
                counts["figure"] += 1
                add(block.name, "figure", str(counts["figure"]), index)
            case Formula(anchor=anchor) if anchor:
                counts["equation"] += 1
                add(anchor, "equation", str(counts["equation"]), index)
            case _:
                pass
    return found


def _printed_anchors(block: Table | PayoffMatrix) -> tuple[str, ...]:
    return block.anchors[: block.shown] if isinstance(block, Table) else ()


def _section_number(levels: list[int], appendix: bool) -> str:
    parts = [str(level) for level in levels]
    if appendix:
        count, letters = max(levels[0], 1), ""
        while count:
            count, rest = divmod(count - 1, 26)
            letters = chr(ord("A") + rest) + letters
        parts[0] = letters
    return ".".join(parts)


def _references(blocks: Iterable[Block]) -> Iterable[tuple[str, str]]:
    for block in blocks:
        if isinstance(block, PayoffMatrix):
            for cell in (cell for row in block.cells for cell in row if cell.target):
                yield f"a cell of {block.name!r}", cell.target
        if isinstance(block, Formula):
            yield from (("a symbol", target) for _, target in block.entries)
        for inline in inlines(block):
            for span in inline if isinstance(inline, tuple) else (inline,):
                if isinstance(span, Link):
                    yield "a link", span.target
                elif isinstance(span, Ref):
                    yield "a reference", span.target
                elif isinstance(span, Math):
                    yield from (("a symbol", target) for _, target in span.entries)
