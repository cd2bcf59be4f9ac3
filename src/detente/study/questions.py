"""The analyses that a question of a game file may ask for, by name.

An analysis gets the model, the question and the points to look at, and returns tables with sentences.
Commands, reports and notebooks print the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import parse_conclusion
from detente.conclusions.thresholds import state_text, thresholds
from detente.display import Table, wrap
from detente.errors import UsageError
from detente.numbers import plain, short
from detente.solve.equilibria import equilibria
from detente.solve.parametric.atlas import atlas
from detente.solve.parametric.signs import possible_signs, witnessed_signs
from detente.solve.parametric.type_conditions import type_conditions
from detente.solve.result import profile_text
from detente.solve.two_players.ordinal import ordinal_class, payoff_labels, risk_dominant, trust_threshold
from detente.study.repeated import discount_factors
from detente.study.sums import material_sums, sign_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.thresholds import Threshold
    from detente.formula import Formula
    from detente.games.definition import Question
    from detente.solve.parametric.signs import Range
    from detente.study.model import GameModel, Point

__all__ = ["ANALYSES", "Answer", "answer"]


@dataclass(frozen=True)
class Answer:
    """The answer to a question: what was asked, and tables with sentences below them."""

    question: Question
    text: str
    tables: tuple[Table, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the answer as data: tables with their columns, rows and notes."""
        return {
            "number": self.question.number,
            "text": self.text,
            "ask": list(self.question.ask),
            "tables": [
                {
                    "title": table.title,
                    "columns": list(table.columns),
                    "rows": [list(row) for row in table.rows],
                    "notes": list(table.notes),
                }
                for table in self.tables
            ],
        }

    def __str__(self) -> str:
        head = "\n".join(wrap(f"{self.question.number}. {self.text}", 80))
        return "\n\n".join([head, *(table.to_text() for table in self.tables)])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from detente.display import mimebundle

        return mimebundle(*self.tables)


@dataclass(frozen=True)
class _Task:
    """What every analysis gets."""

    model: GameModel
    question: Question
    points: tuple[Point, ...]
    kind: str

    @property
    def game(self) -> Any:
        return self.model.payoffs(self.kind)

    def formulas(self) -> dict[str, Formula]:
        """Return the named formulas asked about, by default all of the game file."""
        names = self.question.of or tuple(self.model.definition.conclusions)
        return {name: self.model.conclusion(name) for name in names if ":" not in name and name != "none"}

    def conclusions(self) -> dict[str, Conclusion]:
        """Return the conclusions such as ``unique:PROFILE`` asked about."""
        names = [name for name in self.question.of if ":" in name or name == "none"]
        return {name: parse_conclusion(name, self.game.players, self.game.strategies) for name in names}


def answer(
    model: GameModel, number: int, points: Sequence[Point] | None = None, kind: str = "strategic", lang: str = "en"
) -> Answer:
    """Return the answer to a numbered question of the game file.

    ``points`` replaces the points that the question names; by default these, or the baseline.
    """
    questions = {question.number: question for question in model.definition.questions}
    if number not in questions:
        known = ", ".join(str(each) for each in sorted(questions)) or "none"
        raise UsageError(f"unknown question {number} of {model.definition.name}; expected one of {known}")
    question = questions[number]
    chosen = tuple(points) if points else tuple(model.point(name) for name in question.points or ("baseline",))
    task = _Task(model, question, chosen, kind)
    tables: list[Table] = []
    for name in question.ask:
        tables.extend(ANALYSES[name](task))
    return Answer(question, question.text.get(lang) or next(iter(question.text.values())), tuple(tables))


def _closed_form(task: _Task) -> list[Table]:
    from detente.printing import plain as formula_text

    rows = []
    for name, parsed in task.formulas().items():
        expression = task.game.expression(parsed)
        values = [short(task.game.evaluate(expression, point.values), 4) for point in task.points]
        rows.append((name, formula_text(expression), *values))
    return [Table("closed forms", ("name", "formula", *(point.name for point in task.points)), tuple(rows))]


def _inert(task: _Task) -> list[Table]:
    table = task.model.table if task.kind == "strategic" else task.model.material_table
    terms = {(term.player, term.name): term for term in table.terms}
    rows = []
    for player, names in table.inert.items():
        for name in names:
            term = terms[player, name]
            condition = (
                "in every cell"
                if not term.when
                else "where "
                + " or ".join(
                    " and ".join(f"{who} plays {' or '.join(what)}" for who, what in each.items()) for each in term.when
                )
            )
            rows.append((player, name, term.formula.text, condition))
    note = (
        "An inert term adds the same to both sides of every comparison of best responses of its player: whatever "
        "its size, it changes no equilibrium, no player type and no discount factor set by deviations."
    )
    return [Table("inert terms", ("player", "term", "formula", "counts"), tuple(rows), (note,))]


def _thresholds(task: _Task) -> list[Table]:
    tables = []
    for point in task.points:
        rows = []
        for name, parsed in (task.formulas() | task.conclusions()).items():
            for along in task.question.along:
                found = thresholds(task.game, along, parsed, point.values, task.model.parameters[along].domain, name)
                for each in (*found.inside, *found.outside):
                    inside = each in found.inside
                    rows.append(
                        (
                            name,
                            along,
                            f"{plain(each.at)} = {short(each.at, 4)}"
                            if plain(each.at) != short(each.at, 4)
                            else plain(each.at),
                            _change(each),
                            "yes" if inside else "no",
                        )
                    )
        title = f"thresholds at {point.name}"
        tables.append(
            Table(
                title,
                ("sign of", "along", "at", "changes from", "in interval"),
                tuple(rows),
                ("Pairs without a row: the sign does not change along that parameter.",),
            )
        )
    return tables


def _change(threshold: Threshold) -> str:
    """Return what changes at a threshold: ``- to +``, ``fails to holds``, ``touches 0``."""
    signs = {1: "+", 0: "0", -1: "-"}
    texts = [
        signs[state] if isinstance(state, int) and not isinstance(state, bool) else state_text(state)
        for state in (threshold.before, threshold.at_point, threshold.after)
    ]
    if texts[0] != texts[2]:
        return f"{texts[0]} to {texts[2]}"
    return "touches 0" if texts[1] == "0" else f"{texts[1]} at this value"


def _over(expanded: Any, box: Mapping[str, Range]) -> str:
    return sign_words(possible_signs(expanded, box), witnessed_signs(expanded, box))


def _signs(task: _Task) -> list[Table]:
    box = {name: (interval.low, interval.high) for name, interval in task.game.parameters.items()}
    rows = []
    for name, parsed in task.formulas().items():
        expression = task.game.expression(parsed)
        values = [short(task.game.evaluate(expression, point.values), 4) for point in task.points]
        rows.append((name, task.model.label(name), _over(task.game.expand(expression), box), *values))
    return [
        Table(
            "signs over the whole box",
            ("name", "meaning", "over the box", *(point.name for point in task.points)),
            tuple(rows),
        )
    ]


def _equilibria(task: _Task) -> list[Table]:
    rows = []
    complete = True
    for point in task.points:
        found = equilibria(task.game.at_point(point.values))
        complete = complete and found.complete
        for each in found.equilibria:
            payoffs = ", ".join(short(value, 4) for value in each.payoffs.values())
            rows.append((point.name, profile_text(each), payoffs, "pure" if each.pure else "mixed"))
    note = "These are all equilibria; regret exactly 0." if complete else "More equilibria may exist."
    return [
        Table(
            "equilibria",
            ("point", "equilibrium", f"payoffs ({', '.join(task.model.players)})", "kind"),
            tuple(rows),
            (note,),
        )
    ]


def _classes(task: _Task) -> list[Table]:
    rows = []
    for point in task.points:
        found = ordinal_class(task.game.at_point(point.values))
        rows.append((point.name, found.name, *found.types.values(), *found.order.values()))
    heads = (
        *(f"type of {player}" for player in task.model.players),
        *(f"order of {player}" for player in task.model.players),
    )
    return [Table("player types", ("point", "class", *heads), tuple(rows)), _type_conditions(task)]


def _type_conditions(task: _Task) -> Table:
    from detente.printing import plain as formula_text
    from detente.printing import relation_normal

    rows = tuple(
        (
            each.player,
            each.type,
            each.status,
            " and ".join(formula_text(relation_normal(part)) for part in each.comparisons),
        )
        for each in type_conditions(task.game)
    )
    note = "A game has the class of a shared type (stag_hunt for assurance) where both players' conditions hold."
    return Table("player types over the box", ("player", "type", "status", "exactly when"), rows, (note,))


def _sums(task: _Task) -> list[Table]:
    """Material sums per cell, and whether each falls short of the first cell by construction."""
    sums = material_sums(task.model, task.points)
    lead = ",".join(sums.rows[0].profile)
    if sums.built_in:
        note = (
            f"Every other cell has a smaller material sum than ({lead}) at every point of the box: the claim is true "
            "by construction, from the signs and ranges of the parameters alone. A larger sum does not make the cell an "
            "equilibrium: that depends on each player's own deviation."
        )
    else:
        note = (
            f"Not every cell has a smaller material sum than ({lead}) throughout the box. "
            "Sums do not decide equilibria."
        )
    rows = tuple(
        (",".join(row.profile), *(short(value, 4) for value in row.values), row.difference) for row in sums.rows
    )
    columns = ("cell", *(point.name for point in task.points), f"difference to ({lead}) over the box")
    return [Table("material sums", columns, rows, (note,))]


def _conditions(task: _Task) -> list[Table]:
    return [atlas(task.game).table()]


def _risk_dominance(task: _Task) -> list[Table]:
    rows = []
    for point in task.points:
        game = task.game.at_point(point.values)
        selected = risk_dominant(game)
        losses = [payoff_labels(game.payoff, player) for player in (0, 1)]
        both = all(each["A"] < 0 < each["B"] for each in losses)
        if not both:
            rows.append((point.name, "no", "", "", "", *("" for _ in game.players)))
            continue
        at_first = losses[0]["A"] * losses[1]["A"]
        at_second = losses[0]["B"] * losses[1]["B"]
        name = "neither" if selected is None else ",".join(game.profile_labels(selected))
        trust = [trust_threshold(game, player) for player in game.players]
        rows.append(
            (point.name, "yes", short(at_first, 3), short(at_second, 3), name, *(short(each, 3) for each in trust))
        )
    heads = tuple(f"trust needed by {player}" for player in task.model.players)
    notes = (
        (
            "Products of deviation losses (Harsanyi and Selten 1988): the equilibrium with the larger one "
            "risk-dominates. Trust needed: the least probability of the other's first strategy that makes one's own first a "
            "best reply."
        ),
    )
    first, last = (",".join(own[k] for own in task.game.strategies) for k in (0, 1))
    columns = ("point", "both equilibria", f"product at {first}", f"at {last}", "risk-dominant", *heads)
    return [Table("risk dominance and trust", columns, tuple(rows), notes)]


def _discount_factors(task: _Task) -> list[Table]:
    return [discount_factors(task.model, point, task.question.variant).table() for point in task.points]


#: What ``ask`` may name.
ANALYSES: dict[str, Callable[[_Task], list[Table]]] = {
    "closed_form": _closed_form,
    "inert": _inert,
    "thresholds": _thresholds,
    "signs": _signs,
    "equilibria": _equilibria,
    "classes": _classes,
    "sums": _sums,
    "conditions": _conditions,
    "risk_dominance": _risk_dominance,
    "discount_factors": _discount_factors,
}
