"""What may stand in a formula besides parameters: counts of players, and tables by player or state.

``count(s)`` is the number of players that choose the strategy ``s``, ``share(s)`` that number over the number of all
players, the own choice included, and ``others(s)`` the share of the others that choose it: (count(s) - [own choice is
s]) over the number of others. ``table[me]`` is the entry of the player whose payoff is computed, ``table[us]`` that of
another, ``table[state]`` that of the state.

Entries are parameters, so tables are replaced by names when a file is read. Counts are replaced by numbers where it is
known who chose what: :class:`Tally`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.fields import Wrong, unknown
from detente.formula import COUNTS, TOTAL, Formula, Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.payoffs.value_tables import ValueTable

__all__ = ["Tally", "counts", "resolved", "table_fault", "with_counts"]

_COUNTED = re.compile(rf"(?<![A-Za-z0-9_])({'|'.join(COUNTS)})\s*\(\s*([A-Za-z0-9_]+)\s*\)")
_LOOKUP = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z][A-Za-z0-9_]*)\s*\[\s*([A-Za-z][A-Za-z0-9_]*)\s*\]")


@dataclass(frozen=True)
class Tally:
    """How many players choose what, as one of them sees it.

    Parameters
    ----------
    numbers : mapping
        Strategy to the number of players that choose it, this one included; those left out are chosen by none. Numbers
        may be symbols.
    own : str or None
        What this player chooses.
    players : int
        The number of all players.

    Examples
    --------
    >>> tally = Tally({"ban": 3, "free": 5}, "ban", 8)
    >>> tally.value("count", "ban"), tally.value("share", "ban"), tally.value("others", "ban")
    (Fraction(3, 1), Fraction(3, 8), Fraction(2, 7))
    """

    numbers: Mapping[str, Any]
    own: str | None
    players: int

    @classmethod
    def of(cls, chosen: Mapping[str, str], player: str, players: Sequence[str]) -> Tally:
        """Return the tally of a profile, which maps players to strategies, as ``player`` sees it."""
        numbers: dict[str, int] = {}
        for each in players:
            choice = chosen.get(each)
            if choice is not None:
                numbers[choice] = numbers.get(choice, 0) + 1
        return cls(numbers, chosen.get(player), len(players))

    def value(self, function: str, strategy: str) -> Any:
        """Return ``count``, ``share`` or ``others`` of a strategy; ``others`` asks for two players or more."""
        number = self.numbers.get(strategy, 0)
        number = Fraction(number) if isinstance(number, int) else number
        if function == "count":
            return number
        if function == "share":
            return number / self.players
        return (number - (self.own == strategy)) / (self.players - 1)

    def item(self, node: Node) -> Any:
        """Return the value of a count in a formula, for :meth:`Formula.evaluate` and :meth:`Formula.to_sympy`."""
        return self.value(node.value, node.keys[0][0])


def counts(formula: Formula) -> tuple[tuple[str, str], ...]:
    """Return the counts in a formula, each once, as function and strategy."""
    return tuple(dict.fromkeys((node.value, node.keys[0][0]) for node in formula.items if node.value in COUNTS))


def with_counts(formula: Formula, tally: Tally) -> Formula:
    """Return a formula with numbers in place of its counts, in the text too."""

    def number(node: Node) -> Node | None:
        return Node("number", value=tally.item(node), column=node.column) if node.value in COUNTS else None

    def text(match: re.Match[str]) -> str:
        value = tally.value(match[1], match[2])
        return str(value) if value.denominator == 1 else f"({value})"

    return formula.replaced(number, _COUNTED.sub(text, formula.text))


def resolved(formula: Formula, tables: Mapping[str, ValueTable], me: str | None) -> Formula:
    """Return a formula with the names of entries in place of ``table[..]``; what cannot be resolved stays as it is.

    An entry by state becomes a choice between all entries by the value of ``state``.
    """

    def entry(node: Node) -> Node | None:
        table = tables.get(node.value)
        if table is None or table_fault(node, tables, me) is not None:
            return None
        ((key,),) = node.keys
        if key != "state":
            name = table.entries[me if key == "me" and me is not None else key]
            return Node("name", value=name, column=node.column)
        parts: list[Node] = []
        for state, name in table.entries.items():
            at = (Node("name", value="state", column=node.column), Node("number", value=Fraction(state)))
            parts += [Node("name", value=name, column=node.column), Node("==", at, column=node.column)]
        # the last entry stands for all other states: `state` never leaves the table
        return Node("piecewise", tuple(parts[:-1]), column=node.column)

    def text(match: re.Match[str]) -> str:
        table, key = tables.get(match[1]), me if match[2] == "me" else match[2]
        return match[0] if table is None or key == "state" or key is None else table.entries.get(key, match[0])

    if not formula.items:
        return formula
    return formula.replaced(entry, _LOOKUP.sub(text, formula.text))


def table_fault(node: Node, tables: Mapping[str, ValueTable], me: str | None) -> Wrong | None:
    """Return what is wrong with an item that is no count, if anything; ``me`` is the player, where one is computed."""
    if node.value not in tables:
        if node.value in COUNTS:
            return Wrong(f"found {node.value}(...) where nobody has chosen", "it stands in formulas of terms")
        if node.value == TOTAL:
            return Wrong("found total(...) where there is no coalition", "it stands in the worth of coalitions")
        if not tables:
            return Wrong(f"{node.value}[...] has no meaning here", "expected tables under [tables.NAME]")
        return unknown("table", node.value, {name: each.place for name, each in tables.items()})
    table = tables[node.value]
    if len(node.keys) != 1 or len(node.keys[0]) != 1:
        return Wrong(f"found {node.value}[...] of another shape", f"expected {node.value}[{table.sample}]")
    ((key,),) = node.keys
    if key == "me" and me is None:
        return Wrong(
            "found 'me' where no single player is meant",
            "it stands in the terms of [terms.each.NAME]",
            "name the player",
        )
    if table.by == "state":
        return (
            None
            if key == "state"
            else Wrong(f"found {node.value}[{key}]", "it is a table by state", f"write {node.value}[state]")
        )
    if key == "state":
        return Wrong(f"found {node.value}[state]", "it is a table by player", f"write {node.value}[{table.sample}]")
    wanted = me if key == "me" and me is not None else key
    if wanted in table.entries:
        return None
    if key == "me":
        return Wrong(
            f"found no entry for the player {wanted!r} in the table {node.value!r}", "", f"add it at {table.place}"
        )
    return unknown(f"entry of {node.value}", key, {each: table.places[each] for each in table.entries})
