"""The document of a report: blocks on the study, chapters on its games, the appendix; chapters are kept by their content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from math import prod
from typing import TYPE_CHECKING

from detente.fields import label_of
from detente.reports.block_names import STUDY_BLOCKS
from detente.reports.blocks import Context, Whole
from detente.reports.document import Document
from detente.reports.elements import Block, Heading, Note, Outline, PageBreak
from detente.reports.encoding import decoded, encoded
from detente.reports.entries import figure_entry, linked, parameter_entry
from detente.reports.language import say
from detente.reports.results import Results
from detente.reports.store import Store
from detente.reports.translation import edition_of, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.study.load import StudyFiles
    from detente.study.model import GameModel
    from detente.study.report_definition import ReportDefinition

#: Outcomes of a normal form up to which a map of its equilibria is drawn.
_MAPPED = 60

__all__ = ["GameBlock", "chapter", "compose", "game_blocks", "runs", "study_blocks", "whole_of"]


@dataclass(frozen=True)
class GameBlock:
    """A block on one game: what makes it, for games of which forms (empty: all), and what it needs beside its form."""

    make: Callable[[Context], list[Block]]
    forms: tuple[str, ...] = ()
    fits: Callable[[Context], bool] | None = None


def game_blocks() -> dict[str, GameBlock]:
    """Return the blocks on a game by name."""
    from detente.reports import (
        comparison_blocks,
        condition_blocks,
        form_blocks,
        question_blocks,
        repeated_blocks,
        robustness_blocks,
        source_blocks,
        summary,
    )

    def two_players(context: Context) -> bool:
        return len(context.model.players) == 2

    def small(context: Context) -> bool:
        return context.two_by_two

    def mapped(context: Context) -> bool:
        return prod(len(own) for own in context.model.definition.strategies.values()) <= _MAPPED

    normal = ("normal",)
    return {
        "summary": GameBlock(summary.summary, normal, two_players),
        "question": GameBlock(question_blocks.question),
        "payoffs": GameBlock(form_blocks.payoffs),
        "terms": GameBlock(form_blocks.terms),
        "conditions": GameBlock(condition_blocks.conditions, normal, small),
        "classes": GameBlock(form_blocks.classes),
        "regions": GameBlock(condition_blocks.regions, normal, mapped),
        "class_map": GameBlock(condition_blocks.class_map, normal, small),
        "repeated": GameBlock(repeated_blocks.repeated, normal),
        "questions": GameBlock(question_blocks.questions),
        "robustness": GameBlock(robustness_blocks.robustness),
        "importance": GameBlock(robustness_blocks.importance),
        "levers": GameBlock(robustness_blocks.levers, ("normal", "extensive")),
        "comparison": GameBlock(comparison_blocks.comparison, fits=lambda context: bool(context.definition.compare)),
        "versions": GameBlock(comparison_blocks.versions, fits=lambda context: bool(context.definition.against)),
        "said": GameBlock(question_blocks.said),
        "parameters": GameBlock(source_blocks.parameters),
    }


def study_blocks() -> dict[str, Callable[[Whole], list[Block]]]:
    """Return the blocks on the whole study by name."""
    from detente.reports import claim_blocks, options_blocks, overview, source_blocks

    return {
        "overview": overview.overview,
        "claims": claim_blocks.claims,
        "retrodiction": claim_blocks.retrodiction,
        "options": options_blocks.options,
        "reading": overview.reading,
        "findings": overview.findings,
        "assumptions": source_blocks.assumptions,
        "conflicts": source_blocks.conflicts,
        "methods": source_blocks.methods,
    }


def compose(files: StudyFiles, definition: ReportDefinition, models: Sequence[GameModel], draws: int | None = None) -> Document:
    """Return the document of a report.

    Blocks on a game that follow each other make a chapter of each game; blocks on the study stand once.
    """
    with edition_of(definition.lang, files, models):
        return _composed(files, definition, models, draws)


def _composed(files: StudyFiles, definition: ReportDefinition, models: Sequence[GameModel], draws: int | None) -> Document:
    if draws is not None:
        definition = replace(definition, draws=draws)
    whole = whole_of(files, definition, models)
    store, contexts = whole.results.store, whole.contexts
    from detente.reports.warm import warm

    warm(whole)
    makers = study_blocks()
    blocks: list[Block] = []
    names = list(definition.blocks)
    while names:
        if names[0] in makers:
            name = names.pop(0)
            blocks.extend(makers[name](whole))
            if name == "overview":
                blocks += [PageBreak(), Outline(1 if len(models) > 3 else 2)] if definition.contents else []
            continue
        run = _run(names)
        del names[: len(run)]
        for context in contexts:
            blocks.extend(chapter(whole, context, run, store))
    return Document(
        title=label_of(definition.title, definition.lang),
        subtitle=label_of(definition.subtitle or {}, definition.lang),
        blocks=linked(translated(definition.lang, _ordered(_begun(blocks)))),
        lang=definition.lang,
        footer=say(definition.lang, "{study}, study {hash}", study=files.name, hash=files.hash[:12]),
        keywords=(say(definition.lang, "game theory"), *(context.title for context in contexts)),
    )


def _begun(blocks: Sequence[Block]) -> list[Block]:
    """Return blocks without a second table of contents, as the overview brings one and the summary of a game, nor a page for the title alone."""
    places = [index for index, block in enumerate(blocks) if isinstance(block, Outline)]
    kept = [block for index, block in enumerate(blocks) if index not in places[1:]]
    return kept[1:] if isinstance(next(iter(kept), None), PageBreak) else kept


def _run(names: Sequence[str]) -> tuple[str, ...]:
    """Return the blocks on games with which a list begins."""
    return tuple(takewhile(lambda name: name not in STUDY_BLOCKS, names))


def runs(definition: ReportDefinition) -> list[tuple[str, ...]]:
    """Return the blocks on games that follow each other: each run makes a chapter of each game."""
    found = []
    names = list(definition.blocks)
    while names:
        run = _run(names)
        if run:
            found.append(run)
        del names[: len(run) or 1]
    return found


def whole_of(files: StudyFiles, definition: ReportDefinition, models: Sequence[GameModel]) -> Whole:
    """Return what blocks on the study get."""
    store = Store.of(files.root)
    results = Results(files, store, definition.draws)
    alone = len(models) == 1
    listed, cited = frozenset[str](), frozenset[str]()
    contexts: tuple[Context, ...] = ()
    for model in models:
        contexts = (*contexts, Context(files, definition, model, alone, results, listed, cited))
        for each in contexts[-1].variants:
            listed |= {parameter_entry(each.model, name) for name in each.model.parameters}
            cited |= {figure_entry(figure) for parameter in each.model.parameters.values() for figure in parameter.figures}
    return Whole(files, definition, contexts, results)


def chapter(whole: Whole, context: Context, names: tuple[str, ...], store: Store) -> list[Block]:
    """Return the chapter on a game, made now or kept from a study with the same content."""
    key = whole.chapter_key(context, names)
    return decoded(store.get(key, lambda: encoded(_made(context, names))))


def _made(context: Context, names: tuple[str, ...]) -> list[Block]:
    makers = game_blocks()
    blocks: list[Block] = []
    left: list[str] = []
    for name in names:
        block = makers[name]
        form = context.model.definition.form
        if (block.forms and form not in block.forms) or (block.fits is not None and not block.fits(context)):
            left.append(name)
            continue
        blocks.extend(block.make(context))
        if name == "summary":
            blocks.append(Outline())
    if context.alone:
        if left:
            shown = ", ".join(left)
            words = context.say(
                "This game has no block {names}: these are for other forms of games.", names=shown
            )
            blocks.append(Note(words, context.say("Left out.")))
        return blocks
    if all(isinstance(block, Heading) and block.appendix for block in blocks[:1]) and blocks:
        return [PageBreak(), *(_deeper(block) for block in blocks)]
    title = Heading(1, context.title, context.anchor("chapter"))
    return [PageBreak(), title, *(_deeper(block) for block in blocks)]


def _deeper(block: Block) -> Block:
    """Return a heading one level down: blocks are written for a report on one game."""
    if isinstance(block, Heading) and not block.appendix:
        return replace(block, level=min(4, block.level + 1))
    return block


def _ordered(blocks: list[Block]) -> list[Block]:
    """Return blocks with appendix headings, and what is below them, behind the others; a new page goes with the heading on it."""
    main: list[Block] = []
    appendix: list[Block] = []
    current = main
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        heading = after if isinstance(block, PageBreak) else block
        if isinstance(heading, Heading) and heading.level == 1:
            current = appendix if heading.appendix else main
        current.append(block)
    return [*main, *appendix]
