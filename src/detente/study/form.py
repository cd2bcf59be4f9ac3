"""What a form of games is to a study: its keys in game files, the game that it builds, and what can be asked of it.

:class:`Form` is the base of the forms in :mod:`detente.study.forms`. Whatever a form does not define is refused
with a sentence that says what the form offers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from detente.display import Displayed, Folded
from detente.errors import UsageError, did_you_mean
from detente.games.definition import Content
from detente.study._named_levers import named_levers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.thresholds import Thresholds
    from detente.display import Part, Table
    from detente.errors import Fault
    from detente.fields import Wrong
    from detente.formula import Formula, Node
    from detente.games.definition import GameDefinition
    from detente.games.file_tables import GameFile, VariantTable
    from detente.games.reader import GameReader
    from detente.games.symbolic import SymbolicGame
    from detente.payoffs.table import Payoffs
    from detente.schema import Table as SchemaTable
    from detente.solve.concepts import Options
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace
    from detente.toml import KeyPath

__all__ = ["COMMANDS", "Form", "Solution", "Values", "View"]

#: What can be asked of a game of a study, by the method of the form that answers.
COMMANDS = {
    "solve": "solve",
    "show": "show",
    "trace": "trace_payoff",
    "atlas": "atlas",
    "thresholds": "thresholds",
    "levers": "cheapest_changes",
    "rests-on": "rests_on",
    "robust": "subject",
    "options": "options",
    "export": "at",
}


class Solution(Protocol):
    """What a solver of a form returns."""

    @property
    def complete(self) -> bool:
        """Whether nothing that was asked for can be missing."""

    def to_json(self) -> dict[str, Any]:
        """Return the result in the form of the contract."""

    def table(self) -> Table:
        """Return the result as a table."""

    def displayed(self) -> Sequence[Part]:
        """Return what is shown of the result."""


@dataclass(frozen=True)
class View(Displayed):
    """What ``show`` prints: tables, and data for ``--json``."""

    tables: tuple[Table, ...]
    data: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the cells, and whatever else is shown, as data."""
        return self.data

    def displayed(self) -> tuple[Table, ...]:
        """Return the tables."""
        return self.tables


class Values(Protocol):
    """Formulas at the baseline, as :mod:`detente.study.box_values` offers them to :meth:`Form.faults`."""

    def value(self, formula: Formula) -> Any:
        """Return the value at the baseline, or ``None`` where the formula has none."""


class Form:
    """A form of games. Subclasses say how its files read and what they mean; see :mod:`detente.study.forms`.

    Attributes
    ----------
    name : str
        As in ``form = "normal"``.
    words : str
        What it is, in one line for people.
    file : type of GameFile, or None
        What a game file of this form may hold; None where only variants have the form.
    variant : type of VariantTable, or None
        What ``[variants.NAME]`` of this form may hold; None where no variant has it.
    tables : mapping
        Keys of ``file`` and ``variant`` whose values are tables by name, such as ``[moves.NAME]``: each key with the
        model of one table. Their fields in ``file`` and ``variant`` are ``dict[str, Any]``; :meth:`read` gets the
        sound ones from ``reader.part(path, key)``.
    counts : bool
        Whether the form itself says how many players choose what, so that no player needs a choice of its name.
    concepts : tuple of str
        Solution concepts, the default first.
    drops_terms : bool
        Whether shares are also counted with each payoff term left out.
    sees_play : bool
        Whether shares can be conditional on observed play.
    reasons : mapping
        Commands that the form cannot answer, each with why not and what to ask instead.
    shares_of : str
        What shares are about, in a sentence, where that is not the solution of the form.
    exports : bool
        Whether ``export`` can write its games: those of a payoff table or a tree.
    exports_data : bool
        Whether it can write them as ``.json`` alone, because they have no table of profiles.
    """

    name: ClassVar[str]
    words: ClassVar[str]
    file: ClassVar[type[GameFile] | None] = None
    variant: ClassVar[type[VariantTable] | None] = None
    tables: ClassVar[Mapping[str, type[SchemaTable]]] = {}
    counts: ClassVar[bool] = False
    concepts: ClassVar[tuple[str, ...]] = ()
    drops_terms: ClassVar[bool] = True
    sees_play: ClassVar[bool] = True
    shares_of: ClassVar[str] = ""
    exports: ClassVar[bool] = True
    exports_data: ClassVar[bool] = False
    reasons: ClassVar[Mapping[str, str]] = {}

    def statements(self, game: GameDefinition) -> tuple[str, ...]:
        """Return what shares can be asked about beside conclusions; their classifier reads it."""
        del game
        return ()

    # --- files

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return what the keys of this form mean; what is wrong with them is added to the faults of the reader.

        ``path`` leads to the table: empty at the top of a file, where ``game`` is None; else ``game`` is the game
        of which the table makes a variant. Here there is no key of its own: nobody has a choice, and a variant keeps
        the choices of the game. What ``file`` and ``variant`` do not know is refused before.
        """
        return Content({}) if game is None else game.content

    def item_fault(self, reader: GameReader, content: Content, node: Node) -> Wrong | None:
        """Return what is wrong with an item ``payoff[..][..]`` in a conclusion, if anything."""
        return reader.payoff_fault(content, node)

    def chosen(self, content: Content, choices: Sequence[str]) -> Mapping[str, str]:
        """Return the second part of an item ``payoff[..][..]`` as what terms are asked about: who chose what."""
        return dict(zip(content.strategies, choices, strict=True))

    def fixed(self, content: Content) -> Mapping[str, str]:
        """Return the players of the payoff model that have no choice in the game, with what they do."""
        return {}

    def names(self, content: Content) -> Mapping[str, tuple[Fraction, Fraction]]:
        """Return the names that formulas may use besides parameters, such as ``state``, each with its range."""
        return {}

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Return whether a variant of this form keeps the conclusions of the game unless it states its own."""
        return game.form == self.name and content.strategies == game.strategies

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the faults of values of the form's own formulas. That they have a value at all is checked already."""
        yield from ()

    # --- games

    def game(self, model: GameModel, material: bool) -> Any:
        """Return the parametric game of the engine, of material or strategic payoffs."""
        raise self.refused("a parametric game")

    def at(self, model: GameModel, point: Point, kind: str) -> Any:
        """Return the numeric game of the engine at a point."""
        return model.payoffs(kind).at_point(point.values)

    def formulas(self, model: GameModel, kind: str) -> SymbolicGame:
        """Return what evaluates formulas of parameters, and of payoffs, at a point: ``expression`` and ``evaluate``."""
        raise self.refused("formulas of payoffs")

    def payoffs(self, model: GameModel, kind: str) -> Payoffs:
        """Return the payoffs wherever it is known who did what, with their terms."""
        raise self.refused("payoffs with their terms")

    def outcomes(self, model: GameModel) -> Iterator[tuple[str, ...]]:
        """Yield everything that may stand in the second brackets of ``payoff[..][..]``."""
        raise self.refused("a list of outcomes")

    def table(self, model: GameModel, material: bool) -> Any:
        """Return the symbolic payoffs with the terms behind each of them."""
        raise self.refused("a payoff table")

    # --- questions

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> Solution:
        """Return the solution at a point."""
        raise self.refused("solve")

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return the payoffs, symbolic and numeric."""
        raise self.refused("show")

    def display(self, model: GameModel, point: Point) -> tuple[Part, ...]:
        """Return what a notebook shows of the game at a point: payoffs, and what is behind them on demand.

        A form that has no payoffs to show is shown by its solution.
        """
        if type(self).show is Form.show:
            return tuple(self.solve(model, point, "strategic").displayed())
        first, *more = self.show(model, point, "strategic", terms=True, title=f"{model.name} at {point.name}").tables
        return (first, *(Folded(table.title or "more", (table,)) for table in more))

    def trace_payoff(self, model: GameModel, point: Point, what: Any, player: str, kind: str) -> Trace:
        """Return where the payoff of a player at a profile, path or state comes from."""
        raise self.refused("trace of a payoff")

    def conclusion(self, game: GameDefinition, text: str) -> Conclusion | Formula:
        """Return a conclusion that needs no name, such as ``unique:PROFILE``, from its text."""
        raise self.refused(f"the conclusion {text!r}")

    def atlas(
        self, model: GameModel, kind: str, over: Sequence[str] | None, values: Mapping[str, Fraction]
    ) -> Any:
        """Return the equilibria in closed form with their conditions."""
        raise self.refused("atlas")

    def thresholds(
        self,
        model: GameModel,
        kind: str,
        along: str,
        of: Conclusion | Formula | None,
        values: Mapping[str, Fraction],
        name: str = "",
    ) -> Thresholds:
        """Return the exact values of a parameter at which a conclusion or the set of equilibria changes."""
        raise self.refused("thresholds")

    def levers(self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], **more: Any) -> Any:
        """Return the cheapest changes that make an outcome stable, or a formula of the game file, or ``sign:FORMULA``, positive."""
        return self._levers(model, kind, to, outcome, values, False, more)

    def breaks(self, model: GameModel, kind: str, profile: object, values: Mapping[str, Fraction], **more: Any) -> Any:
        """Return the smallest changes after which a profile is no equilibrium, or a formula not positive."""
        return self._levers(model, kind, profile, "equilibrium", values, True, more)

    def _levers(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        if "levers" not in self.offers():
            raise self.refused("levers")
        named = named_levers(model, kind, to, outcome, values, more, broken=broken)
        return self.cheapest_changes(model, kind, to, outcome, values, broken, more) if named is None else named

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Return the cheapest changes that make ``to``, which is no formula, an outcome; where ``broken``, that end its being one.

        ``more`` has the other arguments: ``side_payments``, ``weights``, ``budget`` and ``together``, as
        :func:`detente.conclusions.levers.levers` takes them.
        """
        raise self.refused("levers")

    def rests_on(self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any) -> Any:
        """Return the smallest sets of parameters that fix a conclusion."""
        raise self.refused("rests-on")

    def subject(
        self, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
    ) -> Subject:
        """Return the game as shares and importance look at it: see :mod:`detente.conclusions.robustness.classifier`.

        ``conclusions`` maps names to conclusions and named formulas; ``held`` has parameters at exact values.
        """
        raise self.refused("robust")

    def options(
        self, model: GameModel, kind: str, player: str, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return each strategy of a player as a commitment, compared."""
        raise self.refused("options")

    def holds(self, model: GameModel, of: Conclusion | Formula, values: Mapping[str, Fraction]) -> bool:
        """Return whether a conclusion holds at a point."""
        raise self.refused("conclusions")

    # --- what is offered

    @classmethod
    def offers(cls) -> tuple[str, ...]:
        """Return the commands that games of this form answer."""
        return tuple(
            name
            for name, method in COMMANDS.items()
            if (
                (cls.exports or cls.exports_data) and _own(cls, "game") if name == "export" else _own(cls, method)
            )
        )

    def refused(self, what: str) -> UsageError:
        """Return the error of something that this form does not offer, with the reason where there is one to give."""
        reason = f": {self.reasons[what]}" if what in self.reasons else ""
        return UsageError(f"the form {self.name} offers {', '.join(self.offers()) or 'nothing yet'}; found {what}{reason}")

    def check_concept(self, concept: str | None) -> str:
        """Return the concept asked for, by default the first that the form has.

        Raises
        ------
        UsageError
            If the form does not have it.
        """
        if concept is None:
            return self.concepts[0]
        if concept not in self.concepts:
            hint = did_you_mean(concept, self.concepts)
            raise UsageError(
                f"the form {self.name} offers the concepts {', '.join(self.concepts)}; found {concept!r}"
                + (f"; {hint}" if hint else "")
            )
        return concept


def _own(cls: type[Form], method: str) -> bool:
    return getattr(cls, method) is not getattr(Form, method)
