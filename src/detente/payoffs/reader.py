"""Reading ``payoffs/NAME.toml`` into a :class:`~detente.payoffs.terms.PayoffModel`.

A term under ``[terms.each.NAME]``, or under a group of players, is a template: every player has it, with itself in
place of ``self`` and with its own entries in place of ``table[me]``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from detente.errors import Fault
from detente.fields import Wrong, check_name, kind_of, unknown
from detente.formula import COUNTS
from detente.payoffs.items import resolved, table_fault
from detente.payoffs.players import EVERYBODY, Players, read_players
from detente.payoffs.terms import SELF, Constraint, ConstraintTable, PayoffFile, PayoffModel, Term, TermTable, Utility
from detente.payoffs.value_tables import ValueTable, read_value_tables
from detente.schema import Definitions, validate
from detente.seeds.parameters import Parameter, read_parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.errors import Place
    from detente.formula import Formula, Node
    from detente.toml import KeyPath, TomlFile

__all__ = ["read_payoffs"]


def read_payoffs(
    file: TomlFile, name: str, faults: list[Fault], shared: Definitions[Parameter] | None = None
) -> PayoffModel:
    """Return the payoff model in ``file``; what is wrong is added to ``faults``.

    The model has every sound part; ``complete`` is False where a part is missing from it. ``shared`` are the parameters
    of the study, among them the numbers of players.
    """
    before = len(faults)
    top = validate(file, PayoffFile, faults)
    data = file.data
    own = read_parameters(file, faults, ("parameters",))
    above = shared or Definitions()
    known = Definitions(
        {**above.entries, **own.entries}, {**above.declared, **own.declared}, above.complete and own.complete
    )
    everybody = read_players(file, known, faults)
    players = everybody.names
    tables, entries = read_value_tables(file, everybody, own.declared, faults)
    places = {entry: table.places[key] for table in tables.values() for key, entry in table.entries.items()}
    parameters = Definitions({**own.entries, **entries}, {**places, **own.declared}, own.complete)
    reader = _Terms(file, everybody, tables, faults)
    constraints = []
    listed = data.get("constraints")
    for index in range(len(listed) if isinstance(listed, list) else 0):
        path: KeyPath = ("constraints", index)
        table = validate(file, ConstraintTable, faults, path)
        if table is not None:
            inner = (*path, "formula")
            made = Constraint(table.formula, table.reason, file.place(inner), file, inner, table.draws_only)
            if reader.sound(table.formula, made.inside, None, counting=False):
                constraints.append(replace(made, formula=resolved(table.formula, tables, None)))
    terms = tuple(reader.read()) if isinstance(data.get("terms"), dict) else ()
    label = (top.label if top else None) or {"en": name}
    having = {term.player for term in terms}
    idle = [player for player in players if player not in having] if len(faults) == before else []
    for player in idle:
        place = everybody.places(file)[player]
        faults.append(Fault(place, f"found no terms of the player {player!r}", "", f"add [terms.{player}.NAME]"))
    return PayoffModel(
        name,
        label,
        players,
        tuple(constraints),
        parameters,
        terms,
        file.key_place(()),
        file,
        complete=len(faults) == before,
        unit=(top.unit if top else None) or "",
        utility=_utility(file, top.utility if top else {}, everybody, tables, faults),
        tables=tables,
        groups=everybody.groups,
        sizes=everybody.sizes,
    )


def _utility(
    file: TomlFile,
    given: Mapping[str, Formula],
    players: Players,
    tables: Mapping[str, ValueTable],
    faults: list[Fault],
) -> dict[str, Utility]:
    """Return what players maximize; names of players that do not exist are faults."""
    found: dict[str, Utility] = {}
    known = players.places(file)
    for name, parsed in given.items():
        who = players.behind(name)
        if who is None:
            wrong = unknown("player", name, known)
            faults.append(Fault(file.key_place(("utility", name)), wrong.found, wrong.expected, wrong.do))
        for player in who or (name,):
            me = player if who is not None and name not in players.names else None
            own = Utility(player, _sums(parsed, me), file, name)
            found.setdefault(player, replace(own, formula=resolved(own.formula, tables, me)))
            for node in own.formula.items:
                fault = _utility_fault(node, players, known, tables, me)
                if fault is not None:
                    faults.append(Fault(own.inside(node.column), fault.found, fault.expected, fault.do))
    return found


def _sums(formula: Formula, me: str | None) -> Formula:
    """Return a utility with the player's name in ``own[me]``."""
    if me is None:
        return formula
    return formula.replaced(
        lambda node: replace(node, keys=((me,),)) if (node.value, node.keys) == ("own", (("me",),)) else None
    )


def _utility_fault(
    node: Node, players: Players, known: Mapping[str, Place], tables: Mapping[str, ValueTable], me: str | None
) -> Wrong | None:
    if node.value in tables:
        return table_fault(node, tables, me)
    if node.value != "own" or len(node.keys) != 1 or len(node.keys[0]) != 1:
        return Wrong(f"found {node.value}[...]", "expected own[PLAYER], the sum of the terms of a player")
    return unknown("player", node.keys[0][0], known) if node.keys[0][0] not in players.names else None


class _Terms:
    """Reads the terms of a payoff file: those of templates once for each player."""

    def __init__(self, file: TomlFile, players: Players, tables: Mapping[str, ValueTable], faults: list[Fault]) -> None:
        self.file, self.players, self.tables, self.faults = file, players, tables, faults

    def fail(self, place: Place, wrong: Wrong) -> None:
        self.faults.append(Fault(place, wrong.found, wrong.expected, wrong.do))

    def read(self) -> list[Term]:
        """Return every term, players in the order of the file, a template's terms player by player."""
        file, players = self.file, self.players
        terms: list[Term] = []
        first: dict[tuple[str, str], Term] = {}
        used = tuple(file.data["terms"])
        for key, tables in file.data["terms"].items():
            at: KeyPath = ("terms", key)
            who = players.behind(key)
            if players.names and who is None:
                self.fail(file.key_place(at), unknown("player", key, {**players.places(file), **self.groups()}, used))
                continue
            if not isinstance(tables, dict):
                self.fail(file.place(at), Wrong(kind_of(tables), "expected terms such as [terms.us.rent]"))
                continue
            written = [self.one(key, name) for name in tables]
            for player in who or (key,):
                for each in written:
                    term = None if each is None else self.of(each, player)
                    if term is None:
                        continue
                    other = first.setdefault((player, term.name), term)
                    if other is not term:
                        found = f"found the term {term.name!r} of {player} a second time"
                        self.fail(term.place, Wrong(found, f"it stands at {other.place} already", "rename one"))
                    terms.append(term)
        return terms

    def groups(self) -> dict[str, Place]:
        return {group: self.file.place(("players", group)) for group in self.players.groups}

    def one(self, key: str, name: str) -> Term | None:
        """Return a term as it is written, for a player or a template."""
        path: KeyPath = ("terms", key, name)
        try:
            check_name(name)
        except Wrong as wrong:
            self.fail(self.file.key_place(path), wrong)
            return None
        table = validate(self.file, TermTable, self.faults, path)
        if table is None:
            return None
        when = tuple({who: tuple(what) for who, what in each.items()} for each in table.when or ())
        return Term(
            key, name, table.label or {"en": name}, when, table.formula, table.material, table.note or "",
            tuple(table.source or ()), self.file.key_place(path), self.file, path, table.if_, key,
        )  # fmt: skip

    def of(self, term: Term, player: str) -> Term | None:
        """Return the term of a player, with the player in place of ``self`` and entries in place of tables."""
        me = player if term.template != player or term.template == EVERYBODY else None
        sound = True
        for index, alternative in enumerate(term.when):
            if SELF in alternative and me is None:
                place = self.file.key_place(term.when_path(index, SELF))
                self.fail(
                    place,
                    Wrong("found 'self' in a term of one player", "it stands in [terms.each.NAME]", f"write {player}"),
                )
                sound = False
        for parsed, key in term.formulas:
            sound &= self.sound(parsed, partial(term.inside, key=key), me)
        if not sound:
            return None
        return replace(
            term,
            player=player,
            when=tuple(_own(each, player) for each in term.when),
            formula=resolved(term.formula, self.tables, me),
            condition=None if term.condition is None else resolved(term.condition, self.tables, me),
        )

    def sound(self, parsed: Formula, inside: Callable[[int], Place], me: str | None, *, counting: bool = True) -> bool:
        """Add a fault for every item of a formula that means nothing; return whether there is none."""
        sound = True
        for node in parsed.items:
            wrong = None
            if node.value not in COUNTS or not counting:
                wrong = table_fault(node, self.tables, me)
            elif node.value == "others" and len(self.players.names) == 1:
                wrong = Wrong("found others() in a model of one player", "there are no others")
            if wrong is not None:
                self.fail(inside(node.column), wrong)
                sound = False
        return sound


def _own(alternative: Mapping[str, tuple[str, ...]], player: str) -> Mapping[str, tuple[str, ...]]:
    """Return an alternative of a ``when`` with a player in place of ``self``."""
    if SELF not in alternative:
        return alternative
    found = {player if who == SELF else who: what for who, what in alternative.items() if who != player}
    if player in alternative:
        found[player] = tuple(each for each in alternative[SELF] if each in alternative[player])
    return found
