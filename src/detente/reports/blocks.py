"""What the blocks of a report get: a game with its results, and the whole study."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import FormulaError
from detente.fields import label_of
from detente.formula import COUNTS, FUNCTIONS, parse, symbol
from detente.printing import typst
from detente.reports._chinese_formula import ChineseFormula
from detente.reports.content import documents, everything
from detente.reports.entries import marked, parameter_entry
from detente.reports.language import join, reword, say
from detente.reports.spans import Math
from detente.reports.store import digest, engine
from detente.study.layout import find
from detente.study.model import Point
from detente.study.text_files import study_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detente.games.normal import NormalFormGame
    from detente.reports.results import Results
    from detente.solve.result import SolveResult
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel
    from detente.study.report_definition import ReportDefinition

__all__ = ["Context", "Whole"]

#: A count of a choice, as formulas have it.
_COUNTED = re.compile(rf"\b({'|'.join(COUNTS)})[(\[](\w+)[)\]]")
#: Players of a game that a matrix shows, and up to which equilibria stand with their classes and sums.
_IN_MATRIX, _IN_FULL = 2, 4
#: Strategies of each player where there are types, and outcomes up to which material sums are compared.
_CHOICES, _SUMMED = 2, 9
_NAME = re.compile(r"(?<![A-Za-z0-9_.])[A-Za-z_][A-Za-z0-9_]*(?!\()")
#: Functions of formulas, which have words in Chinese.
_CALLS = re.compile(rf"\b(?:{'|'.join(FUNCTIONS)})\(")


class _Edition:
    """What speaks the language of an edition."""

    definition: ReportDefinition

    @property
    def lang(self) -> str:
        """The language of the edition."""
        return self.definition.lang

    def say(self, text: str, /, **values: object) -> str:
        """Return a text in the language of the edition."""
        return say(self.lang, text, **values)

    def join(self, parts: Sequence[str], last: str = "and") -> str:
        """Return a list in words."""
        return join(self.lang, parts, last)

    def prose(self, text: str) -> str:
        """Return a text that a file of the study states in one language, in that of the edition where it is known."""
        return reword(self.lang, text)


@dataclass(frozen=True)
class Context(_Edition):
    """What every block gets: the study, the report's definition, one game, and results shared by blocks."""

    files: StudyFiles
    definition: ReportDefinition
    model: GameModel
    alone: bool = True
    results: Results | None = None
    #: Entries of parameters that an earlier list of the report has.
    listed: frozenset[str] = frozenset()
    #: Entries of figures that an earlier list has.
    cited: frozenset[str] = frozenset()

    @property
    def game(self) -> str:
        """The name of the game."""
        return self.model.definition.name

    @property
    def title(self) -> str:
        """The label of the game."""
        return label_of(self.model.definition.label, self.lang) or self.label(self.game)

    @property
    def is_matrix(self) -> bool:
        """True where the game is drawn as a matrix: two players who choose at once."""
        return self.model.definition.form == "normal" and len(self.model.players) == _IN_MATRIX

    @property
    def is_solved_in_full(self) -> bool:
        """True where the equilibria at the named points stand with their classes and sums."""
        return self.model.definition.form == "normal" and len(self.model.players) <= _IN_FULL

    @property
    def found(self) -> Results:
        """The results that are kept between builds."""
        assert self.results is not None
        return self.results

    def on(self, model: GameModel) -> Context:
        """Return the same for a variant of the game."""
        return self if model is self.model else replace(self, model=model)

    def anchor(self, name: str) -> str:
        """Return an anchor that is unique in a report on several games."""
        return name if self.alone else f"{self.model.definition.name.replace('_', '-')}-{name}"

    def label(self, name: str) -> str:
        """Return what a reader sees for a name of the game."""
        return reword(self.lang, self.model.label(name, self.lang))

    def named(self, name: str, text: str | None = None) -> str:
        """Return a parameter's label, or another text, marked so that it leads to the parameter's entry in the appendix."""
        shown = self.label(name) if text is None else text
        if name not in self.model.parameters or "parameters" not in self.definition.blocks:
            return shown
        return marked(shown, parameter_entry(self.model, name))

    def symbol(self, name: str) -> Math:
        """Return a parameter's symbol, which leads to its entry."""
        return Math(typst(symbol(name), self.names), name, self.entries((name,)))

    def entries(self, names: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return the symbols of the parameters among some names, each with its entry; none for a symbol that two of them have."""
        found: dict[str, set[str]] = {}
        for name in sorted(self._symbols.keys() & set(names)):
            found.setdefault(self._symbols[name], set()).add(parameter_entry(self.model, name))
        return tuple((source, own.pop()) for source, own in found.items() if len(own) == 1)

    @cached_property
    def _symbols(self) -> dict[str, str]:
        """The symbols of the parameters that a list of the report has, as sources of formulas."""
        listed = self.model.parameters if "parameters" in self.definition.blocks else ()
        return {name: typst(symbol(name), self.names) for name in listed}

    @property
    def short(self) -> bool:
        """True where tables beyond the essential ones stand beside the report only."""
        return self.definition.detail == "short"

    @cached_property
    def content(self) -> str:
        """The digest of everything that a reader is told about the game, which the keys of all its chapters hold."""
        return digest([self.found.told(self.game), everything(self.files, self.game)])

    @cached_property
    def variants(self) -> tuple[Context, ...]:
        """The game, and its variants that have parameters of their own."""
        found, known = [self], {parameter_entry(self.model, name) for name in self.model.parameters}
        for name in self.model.definition.variants:
            model = self.model.of(name)
            entries = {parameter_entry(model, each) for each in model.parameters}
            if entries - known:
                found.append(self.on(model))
                known |= entries
        return tuple(found)

    @property
    def players(self) -> tuple[str, ...]:
        """The players' labels in order."""
        return tuple(self.label(player) for player in self.model.players)

    def reading(self, formula: str) -> str:
        """Return a formula as text, where it cannot be typeset or is read aloud; in Chinese with labels for names."""
        if self.lang == "en":
            return formula
        for condition in (False, True) if _CALLS.search(formula) else ():
            try:
                tree = parse(formula, condition=condition).root
            except FormulaError:
                continue
            return ChineseFormula(self._called).show(tree)
        return self._called(formula)

    def _called(self, text: str) -> str:
        """Return a text in Chinese with counts, labels and words for its names."""
        counted = _COUNTED.sub(lambda item: self._items.get(f"{item[1]}[{item[2]}]", item[0]), text)
        return _NAME.sub(lambda name: self.label(name[0]) if name[0] in self.model.parameters else reword(self.lang, name[0]), counted)

    def profile(self, strategies: Sequence[str]) -> str:
        """Return a pure profile in words: ``(cooperate, confront)``."""
        return self.profile_of(["+".join(map(self.label, each.split("+"))) for each in strategies])

    def profile_of(self, labels: Sequence[str]) -> str:
        """Return labels of choices as one outcome; a single one stands alone."""
        if len(labels) == 1:
            return labels[0]
        if self.lang == "zh":
            return f"（{'，'.join(labels)}）"  # noqa: RUF001 - Chinese punctuation
        return f"({', '.join(labels)})"

    @cached_property
    def paths(self) -> list[list[str]]:
        """The paths of play of a tree in its equilibria at the baseline, without chance moves."""
        found = self.model.form.solve(self.model, self.points["baseline"], "strategic").to_json()
        paths = [each["actions"] for one in found["equilibria"] for each in one["path"] if len(one["path"]) == 1]
        return [list(each) for each in dict.fromkeys(map(tuple, paths))]

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

    @property
    def two_by_two(self) -> bool:
        """True where player types and classes are defined."""
        return self.is_matrix and all(len(own) == _CHOICES for own in self.model.definition.strategies.values())

    @property
    def are_sums_compared(self) -> bool:
        """True where the material sums of all outcomes stand in a table."""
        return self.is_solved_in_full and prod(map(len, self.model.definition.strategies.values())) <= _SUMMED

    @cached_property
    def _fills(self) -> dict[tuple[str, ...], int]:
        return {}

    def fill(self, outcome: tuple[str, ...]) -> int:
        """Return the number of the filling that stands for a set of equilibria in every figure of the report."""
        return self._fills.setdefault(outcome, len(self._fills))

    @cached_property
    def names(self) -> dict[str, str]:
        """Parameter name to mathematical symbol; in Chinese without English words, and counts of choices with their words."""
        if self.lang == "en":
            return self.model.symbols
        found = dict(self.model.symbols)
        for table in self.model.payoff_model.tables.values():
            for player, name in table.entries.items() if table.by == "player" else ():
                base, sign, rest = found.get(name, "").partition(f"_{player}")
                if base and sign and not rest:
                    found[name] = f"{base}_{self.label(player)}"
        return {**found, **self._items}

    @cached_property
    def _items(self) -> dict[str, str]:
        """What a reader sees for counts of choices in formulas."""
        choices = {choice for own in self.model.definition.strategies.values() for choice in own}
        return {f"{count}[{choice}]": self.say(f"{count}[{{what}}]", what=self.label(choice)) for count in COUNTS for choice in sorted(choices)}


@dataclass(frozen=True)
class Whole(_Edition):
    """What the blocks on the whole study get: the games of the report in order, and the results."""

    files: StudyFiles
    definition: ReportDefinition
    contexts: tuple[Context, ...]
    results: Results

    def chapter_key(self, context: Context, names: tuple[str, ...]) -> dict[str, Any]:
        """Return everything on which the blocks on a game depend."""
        return {
            "chapter": context.game,
            "blocks": names,
            "every": self.definition.blocks,
            "compare": self.definition.compare,
            "against": self._against(names),
            "detail": self.definition.detail,
            "over": self.definition.over,
            "lang": self.lang,
            "texts": dict(self.files.texts) if self.lang == "zh" else None,
            "pages": engine(pages=True),
            "alone": context.alone,
            "draws": self.results.draws,
            "seed": self.results.seed,
            "content": context.content,
            "games": [each.game for each in self.contexts],
            "listed": sorted(context.listed | context.cited) if "parameters" in names else None,
            "documents": documents(self.files) if "parameters" in names and context.alone else None,
        }

    def _against(self, names: tuple[str, ...]) -> str | None:
        """Return the hash of the version with which blocks compare this one."""
        if "versions" not in names or not self.definition.against:
            return None
        return study_hash(find(self.files.root / self.definition.against))

    def context(self, game: str) -> Context | None:
        """Return the context of a game, or of the game of a variant; None where the report has no chapter on it."""
        name = game.partition(":")[0]
        return next((each for each in self.contexts if each.game == name), None)
