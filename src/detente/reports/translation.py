"""A finished document in another language: every piece of prose by the catalog, names and numbers as they are.

Blocks are made with the labels of the edition; what they, and the engine, still say in English is put into words here, in
one pass over the document. Anchors, formulas and code stay. :func:`left_over` lists what the catalog does not know.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.fields import label_of
from detente.reports import elements as e
from detente.reports import spans as s
from detente.reports.catalog import LETTERS
from detente.reports.language import edition, reword, untranslated
from detente.reports.rewording import HAN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from detente.reports.document import Document
    from detente.reports.elements import Block
    from detente.reports.spans import Inline, Span
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel

__all__ = ["edition_of", "left_over", "own_names", "translated"]


def translated(lang: str, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks of a document in words of its own language."""
    return tuple(blocks) if lang == "en" else tuple(_block(lang, block) for block in blocks)


def edition_of(lang: str, files: StudyFiles, models: Sequence[GameModel]) -> AbstractContextManager[None]:
    """Make a report of a study in a language, with the names that its games have in it."""
    return edition(lang, files.texts, own_names(models) if lang == "zh" else ())


def own_names(models: Sequence[GameModel]) -> frozenset[str]:
    """Return what readers see for names of games that have no Chinese, or Latin words in it: within sentences they stay."""
    found: set[str] = set()
    for base in models:
        for model in (base, *(base.of(name) for name in base.definition.variants)):
            definition, terms = model.definition, model.payoff_model.terms
            choices = [each for own in definition.content.choices.values() for each in own]
            names = (*definition.labels, *model.players, *choices, *definition.points, *definition.conclusions, *model.parameters)
            found.update(model.label(name, "zh") for name in names)
            found.update(label_of(term.label, "zh") if term.label else term.name for term in terms)
            found.update(parameter.unit for parameter in model.parameters.values())
            found.add(model.payoff_model.unit)
    return frozenset(name for name in found if LETTERS.search(name) and (not HAN.search(name) or untranslated(name)))


def _inline(lang: str, content: Inline) -> Inline:
    if isinstance(content, str):
        return reword(lang, content)
    if isinstance(content, tuple):
        return tuple(reword(lang, each) if isinstance(each, str) else _span(lang, each) for each in content)
    return _span(lang, content)


def _span(lang: str, span: Span) -> Span:
    match span:
        case s.Text() | s.Strong() | s.Emph() | s.Link():
            return replace(span, text=reword(lang, span.text))
        case s.Math() if untranslated(span.alt):
            return replace(span, alt=reword(lang, span.alt))
        case _:
            return span


def _block(lang: str, block: Block) -> Block:
    match block:
        case e.Heading():
            return replace(block, title=_inline(lang, block.title))
        case e.Paragraph():
            return replace(block, content=_inline(lang, block.content))
        case e.Note():
            return replace(block, content=_inline(lang, block.content), lead=reword(lang, block.lead))
        case e.Bullets():
            return replace(block, items=tuple(_inline(lang, each) for each in block.items))
        case e.Formula():
            return replace(block, alt=reword(lang, block.alt))
        case e.Table():
            columns = tuple(
                replace(each, header=_inline(lang, each.header), unit=reword(lang, each.unit)) for each in block.columns
            )
            rows = tuple(tuple(_inline(lang, cell) for cell in row) for row in block.rows)
            caption, note = _inline(lang, block.caption), _inline(lang, block.note)
            return replace(block, columns=columns, rows=rows, caption=caption, note=note)
        case e.PayoffMatrix():
            return replace(block, caption=_inline(lang, block.caption), unit=reword(lang, block.unit))
        case e.Figure():
            return replace(block, caption=_inline(lang, block.caption), alt=reword(lang, block.alt))
        case e.KeyPoints():
            points = tuple(
                replace(each, lead=reword(lang, each.lead), content=_inline(lang, each.content)) for each in block.points
            )
            return replace(block, points=points)
        case e.Outline():
            return replace(block, title=None if block.title is None else reword(lang, block.title))
        case _:
            return block


def left_over(document: Document, texts: Mapping[str, str]) -> list[str]:
    """Return the texts of a Chinese document in which English words are left, in order, each once.

    Latin words that the study's own Chinese texts hold are names.
    """
    names = {word for text in texts.values() for word in untranslated(text)}
    return list(
        dict.fromkeys(
            text for block in document.blocks for text in _texts(block) if not names.issuperset(untranslated(text))
        )
    )


def _texts(block: Block) -> Iterator[str]:
    """Yield every text that a reader of a block sees."""
    match block:
        case e.Note():
            yield block.lead
        case e.Table():
            yield from (column.unit for column in block.columns)
        case e.PayoffMatrix():
            yield block.unit
        case e.Figure():
            yield block.alt
        case e.KeyPoints():
            yield from (point.lead for point in block.points)
    for content in e.inlines(block):
        for span in s.as_spans(content):
            if isinstance(span, (s.Text, s.Strong, s.Emph, s.Link)):
                yield span.text
