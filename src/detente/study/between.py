"""Games between two points, or between two versions of a study: any set of the changes switched on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.numbers import short
from detente.study.differences import term_fields
from detente.study.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.games.symbolic import Interval
    from detente.payoffs.terms import Term
    from detente.seeds.parameters import Parameter
    from detente.study.model import GameModel

__all__ = ["Between", "Change"]


@dataclass(frozen=True)
class Change:
    """One change that can be switched on alone.

    ``kind`` is ``value``, ``definition`` (a parameter that is another formula, or a number in place of one), ``term``,
    ``utility``, ``conclusion`` or ``interval``; ``before`` and ``after`` say what it is in words.
    """

    kind: str
    name: str
    before: str
    after: str

    @property
    def text(self) -> str:
        """The change in one line."""
        name = self.name if self.kind in {"value", "definition"} else f"{self.kind} {self.name}"
        return f"{name}: {self.before} -> {self.after}"

    def to_json(self) -> dict[str, str]:
        """Return the change as data."""
        return {"kind": self.kind, "name": str(self), "before": self.before, "after": self.after}

    def __str__(self) -> str:
        return self.name if self.kind in {"value", "definition"} else f"{self.kind} {self.name}"


class Between:
    """All games that lie between one and another of the same players and strategies.

    Parameters
    ----------
    first, second : GameModel
        The same model twice, for two points of it.
    values : pair of mappings
        The values of all parameters in each.
    kind : str
        ``strategic`` or ``material`` payoffs.
    """

    def __init__(
        self,
        first: GameModel,
        second: GameModel,
        values: tuple[Mapping[str, Fraction], Mapping[str, Fraction]],
        kind: str = "strategic",
    ) -> None:
        self.first, self.second, self.values, self.kind = first, second, values, kind
        added = {name: each for name, each in second.parameters.items() if name not in first.parameters}
        self.parameters = {**first.parameters, **added}
        self.terms = [
            {(each.player, each.name): each for each in model.payoff_model.terms} for model in (first, second)
        ]
        self.changes: tuple[Change, ...] = tuple(self._changes()) if first is not second else tuple(self._moved())
        self.facts = lru_cache(maxsize=None)(self._facts)
        self.model = lru_cache(maxsize=None)(self._model)

    # -- changes ----------------------------------------------------------------------------------------------

    def _moved(self) -> list[Change]:
        """Return the parameters that have another value."""
        a, b = self.values
        return [
            Change("value", name, short(a[name], 6), short(b[name], 6))
            for name in self.parameters
            if name in a and name in b and a[name] != b[name]
        ]

    def _changes(self) -> list[Change]:
        """Return every change between two versions that can move a fact at a point."""
        first, second = self.first, self.second
        found = self._moved()
        for name in self.parameters:
            if name in first.parameters and name in second.parameters:
                before, after = (_definition(each.parameters[name]) for each in (first, second))
                if before != after and "" not in (before, after):
                    found.append(Change("definition", name, before, after))
                elif before != after:
                    value = [before or _at(self.values[0], name), after or _at(self.values[1], name)]
                    found.append(Change("definition", name, *value))
        for key in dict.fromkeys((*self.terms[0], *self.terms[1])):
            before, after = (_term(own.get(key)) for own in self.terms)
            if before != after:
                found.append(Change("term", ".".join(key), before, after))
        for player in first.players:
            before, after = (
                each.formula.text if (each := model.payoff_model.utility.get(player)) else "sum of terms"
                for model in (first, second)
            )
            if before != after:
                found.append(Change("utility", player, before, after))
        for name, own in first.definition.conclusions.items():
            other = second.definition.conclusions.get(name)
            if other is not None and own.formula.text != other.formula.text:
                found.append(Change("conclusion", name, own.formula.text, other.formula.text))
        return found

    def intervals(self) -> tuple[Change, ...]:
        """Return the parameters that have another interval."""
        a, b = self.first.intervals, self.second.intervals
        return tuple(
            Change("interval", name, _span(a[name]), _span(b[name]))
            for name in self.parameters
            if name in a and name in b and (a[name].low, a[name].high) != (b[name].low, b[name].high)
        )

    # -- games ------------------------------------------------------------------------------------------------

    def _facts(self, on: frozenset[Change]) -> Facts:
        """Return the facts with a set of changes switched on."""
        structure = frozenset(each for each in on if each.kind not in {"value", "interval"})
        model = self.model(structure)
        moved = {each.name for each in on if each.kind == "value"}
        a, b = self.values
        values = {
            name: b[name] if name not in a or name in moved or _redefined(structure, name) else a[name]
            for name, each in model.parameters.items()
            if not each.is_derived
        }
        return Facts(model, values, self.kind)

    def _model(self, structure: frozenset[Change]) -> GameModel:
        """Return the game with a set of changes other than values switched on."""
        if not structure and self.first is self.second:
            return self.first
        names = {(each.kind, each.name) for each in structure}
        parameters: dict[str, Parameter] = {
            name: self.second.parameters[name]
            if name in self.second.parameters and (("definition", name) in names or name not in self.first.parameters)
            else each
            for name, each in self.parameters.items()
        }
        terms: list[Term] = []
        for key in dict.fromkeys((*self.terms[0], *self.terms[1])):
            chosen = self.terms[("term", ".".join(key)) in names].get(key)
            if chosen is not None:
                terms.append(chosen)
        utility = dict(self.first.payoff_model.utility)
        for player in self.first.players:
            if ("utility", player) in names:
                utility.pop(player, None)
                if player in self.second.payoff_model.utility:
                    utility[player] = self.second.payoff_model.utility[player]
        conclusions = {
            name: self.second.definition.conclusions[name] if ("conclusion", name) in names else own
            for name, own in self.first.definition.conclusions.items()
        }
        return replace(
            self.first,
            parameters=parameters,
            payoff_model=replace(self.first.payoff_model, terms=tuple(terms), utility=utility),
            definition=replace(self.first.definition, conclusions=conclusions, box={}),
        )

    def box(self, on: frozenset[Change]) -> dict[str, Interval]:
        """Return the intervals with a set of changes switched on."""
        moved = {each.name for each in on if each.kind == "interval"}
        a, b = self.first.intervals, self.second.intervals
        return {
            name: b[name] if name in b and (name not in a or name in moved) else a[name]
            for name in dict.fromkeys((*a, *b))
        }


def _redefined(structure: frozenset[Change], name: str) -> bool:
    """Return whether a parameter is defined as in the second version."""
    return any(each.kind == "definition" and each.name == name for each in structure)


def _definition(parameter: Parameter) -> str:
    return parameter.formula.text if parameter.formula is not None else ""


def _at(values: Mapping[str, Any], name: str) -> str:
    return short(values[name], 6) if name in values else "none"


def _term(term: Any) -> str:
    if term is None:
        return "absent"
    fields = term_fields(term)
    material = "" if term.material else ", relative gains"
    return f"{fields['formula']} where {fields['when']}{material}"


def _span(interval: Interval) -> str:
    return f"[{short(interval.low, 6)}, {short(interval.high, 6)}]"
