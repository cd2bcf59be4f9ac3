"""Wars of attrition: two players who hold out until one gives way. Costs and prizes are formulas of the game file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.fields import Expression
from detente.games.definition import Content, Located
from detente.games.file_tables import GameFile, VariantTable
from detente.games.incomplete import AttritionGame
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.solve.concepts import Options
    from detente.solve.incomplete.attrition import AttritionResult
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "Attrition", "Contest"]


class AttritionFile(GameFile):
    """The top of the file of a war of attrition."""

    cost: dict[str, Expression]
    prize: dict[str, Expression]
    deadline: Expression | None = None


class AttritionVariant(VariantTable):
    """A ``[variants.NAME]`` that is a war of attrition."""

    cost: dict[str, Expression]
    prize: dict[str, Expression]
    deadline: Expression | None = None


@dataclass(frozen=True)
class Contest:
    """Costs of holding out and prizes per player, and the time to report on, as formulas."""

    cost: Mapping[str, Formula]
    prize: Mapping[str, Formula]
    deadline: Formula | None


class Attrition(FormulaForm):
    """``form = "attrition"``."""

    name = "attrition"
    words = "two players hold out until one gives way"
    file = AttritionFile
    variant = AttritionVariant
    concepts = ("equilibrium",)
    exports_data = True
    reasons = {  # noqa: RUF012 - the base declares it
        "options": "a commitment never to give way ends the war at once; rates and who gives way first are in solve",
        "show": "there is no table of payoffs: costs and prizes are formulas of the game file; ask solve",
        "atlas": "the equilibrium is one formula, in solve; ask thresholds of a named formula",
    }

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Keep the conclusions if none names payoffs: there is no table of them here."""
        return not any(each.formula.items for each in game.conclusions.values())

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return costs, prizes and the time to report on."""
        if len(table.cost) != 2:
            reader.fail((*path, "cost"), f"found costs of {len(table.cost)} players", "expected two players", key=False)
        for name in (*table.cost, *table.prize):
            if (name in table.cost) != (name in table.prize):
                where, other = ("cost", "prize") if name in table.cost else ("prize", "cost")
                reader.fail((*path, where, name), f"found no {other} of {name!r}", f"add {other}.{name}")
        listed = [
            (parsed, (*path, key, name)) for key in ("cost", "prize") for name, parsed in getattr(table, key).items()
        ]
        if table.deadline is not None:
            listed.append((table.deadline, (*path, "deadline")))
        located = tuple(Located(parsed, at, reader.file) for parsed, at in listed)
        return Content({}, {}, located, Contest(table.cost, table.prize, table.deadline))

    def game(self, model: GameModel, material: bool) -> Formulas:
        """Return costs and prizes as formulas over the box."""
        contest: Contest = model.definition.data
        named = {("cost", name): parsed for name, parsed in contest.cost.items()}
        named |= {("prize", name): parsed for name, parsed in contest.prize.items()}
        if contest.deadline is not None:
            named["deadline", ""] = contest.deadline
        return Formulas.of(model, named, _contest)

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> AttritionResult:
        """Return the equilibrium without mass at the start."""
        from detente.solve.incomplete.attrition import solve_attrition

        self.check_concept(concept)
        return solve_attrition(self.at(model, point, kind))


def _contest(values: Mapping[tuple[str, str], Any]) -> AttritionGame:
    return AttritionGame(
        {name: value for (what, name), value in values.items() if what == "cost"},
        {name: value for (what, name), value in values.items() if what == "prize"},
        values.get(("deadline", "")),
    )


FORM = Attrition()
