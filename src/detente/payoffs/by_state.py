"""Payoffs of games with a state: terms whose formulas may use the state, and numbers that go with what is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from detente.formula import Formula, Node, parse
from detente.payoffs.table import Payoffs
from detente.payoffs.terms import STATE

if TYPE_CHECKING:
    from detente.payoffs.terms import Term

__all__ = ["StatePayoffs", "names_at", "with_values"]

#: For each name, for each mover or decision point, what stands for the name where it chooses an action.
Values = Mapping[str, Mapping[str, Mapping[str, Formula]]]


@dataclass(frozen=True)
class StatePayoffs(Payoffs):
    """Payoffs in a state: ``chosen`` has the state under ``state``, beside who chose what.

    ``values`` says what a name such as ``pace`` stands for, by who chooses what. Terms come with the state and these
    numbers in place of their names.
    """

    values: Values = field(default_factory=dict)

    def terms_where(self, player: str, chosen: Mapping[str, str]) -> tuple[Term, ...]:
        """Return the terms of a player that count, with numbers in place of the state and of what is chosen."""
        found = []
        names = names_at(self.values, chosen)
        for term in super().terms_where(player, chosen):
            used = {name: names[name] for name in term.names if name in names}
            if not used:
                found.append(term)
                continue
            key = (id(term), *sorted((name, each.text) for name, each in used.items()))
            if key not in self._with_counts:
                condition = None if term.condition is None else with_values(term.condition, used)
                made = replace(term, formula=with_values(term.formula, used), condition=condition)
                self._with_counts[key] = made
                self._with_counts[(*key, "of")] = term  # keeps the id from being taken by another
            found.append(self._with_counts[key])
        return tuple(found)


def names_at(values: Values, chosen: Mapping[str, str]) -> dict[str, Formula]:
    """Return what the state and every name of ``values`` stand for where ``chosen`` was chosen."""
    found: dict[str, Formula] = {}
    state = chosen.get(STATE, "")
    if re.fullmatch(r"-?\d+", state, re.ASCII):
        found[STATE] = parse(state)
    for name, by_mover in values.items():
        for mover, by_action in by_mover.items():
            if chosen.get(mover) in by_action:
                found[name] = by_action[chosen[mover]]
    return found


def with_values(formula: Formula, values: Mapping[str, Formula]) -> Formula:
    """Return a formula with others in place of names, in the text too.

    Examples
    --------
    >>> made = with_values(parse("rent*state/20 - pace"), {"state": parse(7), "pace": parse("1 + fast")})
    >>> made.text, sorted(made.names)
    ('rent*7/20 - (1 + fast)', ['fast', 'rent'])
    """
    pattern = re.compile(rf"(?<![A-Za-z0-9_.])({'|'.join(map(re.escape, values))})(?![A-Za-z0-9_(\[])")

    def text(match: re.Match[str]) -> str:
        inner = values[match[1]]
        return inner.text if inner.root.op in {"number", "name"} else f"({inner.text})"

    def walk(node: Node) -> Node:
        if node.op == "name" and node.value in values:
            return replace(values[node.value].root, column=node.column)
        if not node.args:
            return node
        made = replace(node, args=tuple(walk(each) for each in node.args))
        return _chosen(made) if made.op == "piecewise" else made

    return Formula(pattern.sub(text, formula.text), walk(formula.root))


def _chosen(node: Node) -> Node:
    """Return a choice between cases without those whose condition compares two numbers and fails."""
    parts: list[Node] = []
    for value, condition in zip(node.args[:-1:2], node.args[1::2], strict=False):
        known = _truth(condition)
        if known is True:
            return value if not parts else replace(node, args=(*parts, value))
        if known is None:
            parts += [value, condition]
    return replace(node, args=(*parts, node.args[-1])) if parts else node.args[-1]


def _truth(condition: Node) -> bool | None:
    """Return whether a comparison of two numbers holds, None for any other condition."""
    if condition.op in {"==", "!="} and all(each.op == "number" for each in condition.args):
        return bool((condition.args[0].value == condition.args[1].value) == (condition.op == "=="))
    return None
