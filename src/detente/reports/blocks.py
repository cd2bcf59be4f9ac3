"""The document of a report: its blocks in order, each made from results computed now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.reports.document import Document
from detente.reports.elements import Block, Heading, Outline
from detente.study.model import Point

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.games.normal import NormalFormGame
    from detente.solve.parametric.atlas import Atlas
    from detente.solve.result import SolveResult
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel
    from detente.study.report_definition import ReportDefinition
    from detente.study.sums import Sums

__all__ = ["Context", "compose"]


@dataclass(frozen=True)
class Context:
    """What every block gets: the study, the report's definition, one game, and results shared by blocks."""

    files: StudyFiles
    definition: ReportDefinition
    model: GameModel
    alone: bool = True

    def anchor(self, name: str) -> str:
        """Return an anchor that is unique in a report on several games."""
        return name if self.alone else f"{self.model.definition.name.replace('_', '-')}-{name}"

    def label(self, name: str) -> str:
        """Return what a reader sees for a name of the game."""
        return self.model.label(name, self.definition.lang)

    @property
    def players(self) -> tuple[str, ...]:
        """The players' labels in order."""
        return tuple(self.label(player) for player in self.model.players)

    def profile(self, strategies: Sequence[str]) -> str:
        """Return a pure profile in words: ``(cooperate, confront)``."""
        return f"({', '.join(self.label(each) for each in strategies)})"

    @cached_property
    def points(self) -> dict[str, Point]:
        """The baseline and the named points."""
        return {name: self.model.point(name) for name in ("baseline", *self.model.definition.points)}

    @cached_property
    def games(self) -> dict[str, NormalFormGame]:
        """The numeric game at each point."""
        return {name: self.model.at(point) for name, point in self.points.items()}

    @cached_property
    def solved(self) -> dict[str, SolveResult]:
        """The certified equilibria at each point."""
        from detente.solve.equilibria import equilibria

        return {name: equilibria(game) for name, game in self.games.items()}

    @cached_property
    def atlas(self) -> Atlas:
        """The equilibria in closed form over the box."""
        from detente.solve.parametric.atlas import atlas

        return atlas(self.model.symbolic)

    @cached_property
    def sums(self) -> Sums:
        """The material sums at each point, compared over the box."""
        from detente.study.sums import material_sums

        return material_sums(self.model, tuple(self.points.values()))

    @property
    def two_by_two(self) -> bool:
        """True where player types and classes are defined."""
        return bool(self.model.symbolic.shape == (2, 2))

    @cached_property
    def _fills(self) -> dict[tuple[str, ...], int]:
        return {}

    def fill(self, outcome: tuple[str, ...]) -> int:
        """Return the number of the filling that stands for a set of equilibria in every figure of the report."""
        return self._fills.setdefault(outcome, len(self._fills))

    @property
    def names(self) -> dict[str, str]:
        """Parameter name to mathematical symbol."""
        return self.model.symbols


def compose(files: StudyFiles, definition: ReportDefinition, models: Sequence[GameModel]) -> Document:
    """Return the document of a report.

    Blocks on a game are repeated for each game of the report, blocks on the study stand once.
    """
    from detente.reports import condition_blocks, payoff_blocks, point_blocks, repeated_blocks, source_blocks, summary

    makers: dict[str, Callable[[Context], list[Block]]] = {
        "summary": summary.summary,
        "payoffs": payoff_blocks.payoffs,
        "terms": payoff_blocks.terms,
        "conditions": condition_blocks.conditions,
        "classes": point_blocks.classes,
        "regions": condition_blocks.regions,
        "class_map": condition_blocks.class_map,
        "repeated": repeated_blocks.repeated,
        "parameters": source_blocks.parameters,
        "conflicts": source_blocks.conflicts,
        "methods": source_blocks.methods,
    }
    once = {"conflicts", "methods"}
    contexts = [Context(files, definition, model, len(models) == 1) for model in models]
    blocks: list[Block] = []
    for name in definition.blocks:
        for context in contexts if name not in once else contexts[:1]:
            blocks.extend(makers[name](context))
        if name == "summary":
            blocks.append(Outline())
    return Document(
        title=_words(definition.title, definition.lang),
        subtitle=_words(definition.subtitle, definition.lang),
        blocks=tuple(_ordered(blocks)),
        lang=definition.lang,
        footer=f"{files.name}, study {files.hash[:12]}",
        keywords=("game theory", *(model.definition.name for model in models)),
    )


def _words(label: Any, lang: str) -> str:
    if not label:
        return ""
    return str(label.get(lang) or label.get("en") or next(iter(label.values())))


def _ordered(blocks: list[Block]) -> list[Block]:
    """Return blocks with appendix headings behind the others."""
    main: list[Block] = []
    appendix: list[Block] = []
    current = main
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            current = appendix if block.appendix else main
        current.append(block)
    return [*main, *appendix]
