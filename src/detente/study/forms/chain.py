"""A tree played again and again by one player against a chain of opponents, each of whom sees what happened before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, UsageError
from detente.fields import Expression
from detente.games.definition import Content, Located
from detente.games.file_tables import VariantTable
from detente.numbers import plain
from detente.study.form import Form
from detente.study.forms.extensive import Extensive, TreeOrder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.solve.concepts import Options
    from detente.solve.repeated.opponents import Chain
    from detente.study.form import Values
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "ChainForm", "ChainOrder", "ChainVariant"]

#: The keys of a chain, in the order of the arguments of :func:`detente.solve.repeated.opponents.chain`.
KEYS = ("entry_gain", "entry_loss", "deterrence", "fight_cost", "opponents", "prior", "discount_factor")


class ChainVariant(VariantTable):
    """A ``[variants.NAME]`` in which one player meets a chain of opponents."""

    entry_gain: Expression
    entry_loss: Expression
    deterrence: Expression
    fight_cost: Expression
    opponents: Expression
    prior: Expression | None = None
    discount_factor: Expression | None = None


@dataclass(frozen=True)
class ChainOrder(TreeOrder):
    """The order of play against one opponent, and the formulas of the chain by key."""

    formulas: Mapping[str, Formula]


class ChainForm(Extensive):
    """``form = "chain"``: everything but ``solve`` is asked of the game against one opponent."""

    name = "chain"
    words = "a tree against a chain of opponents, as a variant; reputation"
    file = None
    variant = ChainVariant
    tables = {}  # noqa: RUF012 - the base declares it
    concepts = ("sequential",)
    shares_of = "Shares are those of one encounter; what a chain of them does is told by solving."
    reasons = {  # noqa: RUF012 - the base declares it
        "options": "a commitment against one opponent says nothing of what the next ones expect; ask options of the game itself",
    }

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the tree of the game with the formulas of the chain."""
        assert game is not None
        if game.form != "extensive":
            expected = 'expected form = "extensive" above'
            reader.fail(
                (*path, "form"), f"found a chain of opponents in a game of the form {game.form}", expected, key=False
            )
            return game.content
        named = {key: parsed for key in KEYS if (parsed := getattr(table, key)) is not None}
        located = tuple(Located(parsed, (*path, key), reader.file) for key, parsed in named.items())
        for each in located:
            for node in each.formula.items:
                wrong = self.item_fault(reader, game.content, node)
                if wrong is not None:
                    reader.faults.append(Fault(each.inside(node.column), wrong.found, wrong.expected, wrong.do))
        order: TreeOrder = game.content.data
        data = ChainOrder(order.play, order.profiles, named)
        return Content(game.content.strategies, game.content.choices, located, data)

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Keep the conclusions: they are about the game against one opponent."""
        return True

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the faults of a number of opponents, a prior or a discount factor that cannot be one."""
        for each in game.content.formulas:
            key = each.path[-1]
            if key not in {"opponents", "prior", "discount_factor"}:
                continue
            if each.formula.items:
                yield Fault(each.inside(1), f"found a payoff in {key}", "expected parameters and numbers")
                continue
            number = values.value(each.formula)
            if number is None:
                continue
            found = f"found {key} = {plain(number)} at baseline"
            if key == "opponents" and not (number == int(number) and 1 <= number <= 1000):
                yield Fault(each.inside(1), found, "expected a whole number from 1 to 1000")
            elif key == "prior" and not 0 <= number < 1:
                yield Fault(each.inside(1), found, "expected a probability below 1")
            elif key == "discount_factor" and not 0 < number <= 1:
                yield Fault(each.inside(1), found, "expected a number above 0 and at most 1")

    #: A commitment against one opponent says nothing of what the next ones expect.
    options = Form.options

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> Chain:
        """Return who enters, who is fought, and what each opponent has to believe."""
        from detente.solve.repeated.opponents import chain

        self.check_concept(concept)
        if options is not None and options.method is not None:
            raise UsageError(f"{model.name} is a chain of opponents; --method is for normal forms")
        order: ChainOrder = model.definition.data
        box = self.formulas(model, kind)
        given = {key: box.evaluate(box.expression(each), point.values) for key, each in order.formulas.items()}
        count = given["opponents"]
        if count != int(count):
            raise UsageError(f"found {plain(count)} opponents at this point; expected a whole number")
        return chain(**{**given, "opponents": int(count)})


FORM = ChainForm()
