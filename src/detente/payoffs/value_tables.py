"""Tables of a payoff model: values by player or by state, listed or by a formula of ``index``.

Every entry is a parameter called ``TABLE_KEY``, such as ``ready_guinea``, behind all other parameters of its game: with
an interval it is drawn, without one it is fixed, and a formula makes it a derived parameter. Formulas of payoffs name
entries as ``ready[me]`` or ``ready[guinea]``; points, intervals and commands by the name of the parameter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from detente.errors import Fault
from detente.fields import (
    Exact,
    Expression,
    Label,
    Line,
    Symbol,
    Text,
    Wrong,
    check_name,
    expression_of,
    kind_of,
    one_of,
    unknown,
)
from detente.formula import Formula, Node
from detente.payoffs.items import resolved, table_fault
from detente.schema import Table, validate
from detente.seeds.parameter_tables import Domain, Figures, FigureTable, IntervalWord, Rule, Scale
from detente.seeds.parameters import DEFAULT_DOMAINS, Parameter, interval_faults, with_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.payoffs.players import Players
    from detente.toml import KeyPath, TomlFile

__all__ = ["EntryTable", "ValueTable", "ValuesTable", "read_value_tables"]

_INDEX = re.compile(r"(?<![A-Za-z0-9_])index(?![A-Za-z0-9_])")
_KINDS = ("figure", "judgement")


@dataclass(frozen=True)
class ValueTable:
    """A table of a payoff model.

    ``by`` is ``player`` or ``state``; ``entries`` maps players, or states as text, to the names of parameters, also
    where an entry has a fault.
    """

    name: str
    by: str
    entries: Mapping[str, str]
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    @property
    def sample(self) -> str:
        """What may stand in its square brackets, as an example."""
        return "state" if self.by == "state" else "me"


def _values(value: object) -> Any:
    if not isinstance(value, (dict, list)):
        raise Wrong(kind_of(value), "expected values by player, [tables.NAME.values], or a list by state")
    if not value:
        raise Wrong("found no values", "expected at least one")
    return value


class ValuesTable(Table):
    """A ``[tables.NAME]`` of a payoff model."""

    symbol: Symbol | None = None
    label: Label | None = None
    description: Text | None = None
    unit: Line
    domain: Domain | None = None
    reason: Text | None = None
    values: Annotated[Any, PlainValidator(_values), WithJsonSchema({"type": ["object", "array"]})] = None
    formula: Expression | None = None


class EntryTable(Table):
    """An entry that is a table: like a parameter, with what it leaves out taken from its table."""

    kind: Annotated[str, PlainValidator(one_of("kind", _KINDS)), WithJsonSchema({"enum": list(_KINDS)})] = "judgement"
    value: Exact
    low: Exact | None = None
    high: Exact | None = None
    figures: Figures | None = None
    rule: Rule | None = None
    interval: IntervalWord | None = None
    scale: Scale | None = None
    reason: Text | None = None


def read_value_tables(
    file: TomlFile, players: Players, taken: Mapping[str, Place], faults: list[Fault]
) -> tuple[dict[str, ValueTable], dict[str, Parameter]]:
    """Return the tables of a payoff file, and their entries as parameters; what is wrong is added to ``faults``.

    ``taken`` holds the parameters of the file, whose names no entry may have.
    """
    given = file.data.get("tables")
    tables: dict[str, ValueTable] = {}
    entries: dict[str, Parameter] = {}
    for name in given if isinstance(given, dict) else ():
        path: KeyPath = ("tables", name)
        try:
            check_name(name)
        except Wrong as wrong:
            faults.append(Fault(file.key_place(path), wrong.found, wrong.expected, wrong.do))
            continue
        top = validate(file, ValuesTable, faults, path)
        if top is None:
            continue
        reader = _Reader(file, path, name, top, faults)
        table = reader.read(players)
        tables[name] = table
        for key, parameter in reader.found.items():
            other = taken.get(parameter.name) or (entries[parameter.name].place if parameter.name in entries else None)
            if other is not None:
                found = f"found the parameter {parameter.name!r} a second time, as the entry of {key!r}"
                faults.append(Fault(parameter.place, found, f"it stands at {other} already", "rename one"))
            entries.setdefault(parameter.name, parameter)
    return tables, _without_tables(entries, tables, faults)


def _without_tables(
    entries: Mapping[str, Parameter], tables: Mapping[str, ValueTable], faults: list[Fault]
) -> dict[str, Parameter]:
    """Return the entries with names in place of what their formulas look up in tables."""
    found = {}
    for name, parameter in entries.items():
        found[name] = parameter
        if parameter.formula is None or not parameter.formula.items:
            continue
        me = parameter.entry if not parameter.entry.isdigit() else None
        for node in parameter.formula.items:
            wrong = table_fault(node, tables, me)
            if wrong is not None:
                faults.append(Fault(parameter.inside(node.column), wrong.found, wrong.expected, wrong.do))
        found[name] = replace(parameter, formula=resolved(parameter.formula, tables, me))
    return found


class _Reader:
    """Reads one table into parameters."""

    def __init__(self, file: TomlFile, path: KeyPath, name: str, top: ValuesTable, faults: list[Fault]) -> None:
        self.file, self.path, self.name, self.top, self.faults = file, path, name, top, faults
        self.found: dict[str, Parameter] = {}
        self.declared: dict[str, Place] = {}

    def fail(self, path: KeyPath, wrong: Wrong, key: bool = False) -> None:
        place = self.file.key_place(path) if key else self.file.place(path)
        self.faults.append(Fault(place, wrong.found, wrong.expected, wrong.do))

    def read(self, players: Players) -> ValueTable:
        place = self.file.key_place(self.path)
        values, by_formula = self.top.values, self.top.formula
        if (values is None) == (by_formula is None):
            what = "both values and a formula" if values is not None else "neither values nor a formula"
            self.fail(self.path, Wrong(f"found {what} in the table {self.name!r}", "expected one of the two"), key=True)
            return ValueTable(self.name, "player", {}, place)
        if by_formula is not None:
            for number, player in enumerate(players.names, 1):
                self.by_index(player, number, by_formula)
        elif isinstance(values, list):
            for state, value in enumerate(values):
                self.entry(str(state), (*self.path, "values", state), value)
        else:
            for player, value in values.items():
                path = (*self.path, "values", player)
                if players.names and player not in players.names:
                    self.fail(path, unknown("player", player, players.places(self.file)), key=True)
                else:
                    self.entry(player, path, value)
        return ValueTable(
            self.name,
            "state" if isinstance(values, list) else "player",
            {key: f"{self.name}_{key}" for key in self.declared},
            place,
            self.declared,
        )

    def common(self, key: str, path: KeyPath) -> dict[str, Any]:
        top = self.top
        return {
            "name": f"{self.name}_{key}",
            "symbol": f"{top.symbol or self.name}_{key}",
            "label": top.label or {"en": self.name},
            "description": top.description or "",
            "unit": top.unit,
            "domain": tuple(top.domain or DEFAULT_DOMAINS.get(top.unit) or (None, None)),
            "place": self.file.key_place(path),
            "file": self.file,
            "path": path,
            "entry": key,
        }

    def by_index(self, player: str, number: int, formula: Formula) -> None:
        """Add the entry of a player as a formula of its number among the players."""
        path: KeyPath = (*self.path, "formula")

        def index(node: Node) -> Node:
            if node.op == "name" and node.value == "index":
                return Node("number", value=Fraction(number), column=node.column)
            return Node(node.op, tuple(index(arg) for arg in node.args), node.value, node.keys, node.column)

        own = Formula(_INDEX.sub(str(number), formula.text), index(formula.root))
        common = self.common(player, path)
        self.declared[player] = common["place"]
        self.found[player] = Parameter(
            **common, kind="derived", formula=own, formula_path=path, places={"formula": self.file.place(path)}
        )

    def entry(self, key: str, path: KeyPath, value: Any) -> None:
        """Add the entry of a player or a state: a number, a formula as text, or a table."""
        self.declared[key] = self.file.key_place(path)
        try:
            check_name(f"{self.name}_{key}")
        except Wrong as wrong:
            self.fail(path, wrong, key=True)
            return
        if isinstance(value, dict):
            self.table(key, path)
            return
        place = self.file.place(path)
        try:
            formula = expression_of(value)
        except Wrong as wrong:
            at = place if wrong.column is None else self.file.inside(path, wrong.column)
            expected = wrong.expected if wrong.column is not None else "expected a number, a formula, or { value = .. }"
            self.faults.append(Fault(at, wrong.found, expected, wrong.do))
            return
        common = self.common(key, path)
        if formula.names or formula.items:
            self.found[key] = Parameter(
                **common, kind="derived", formula=formula, formula_path=path, places={"formula": place}
            )
            return
        if not self.top.reason:
            found = f"found the number of {key!r} in {self.name!r} without a reason"
            self.fail(
                path, Wrong(found, "a number that no figure gives is a judgement", 'add reason = ".." to the table')
            )
            return
        number = formula.evaluate({})
        parameter = Parameter(
            **common, kind="judgement", value=number, low=number, high=number, reason=self.top.reason,
            places=dict.fromkeys(("value", "low", "high"), place),
            written=dict.fromkeys(("value", "low", "high"), self.file.raw(path)),
        )  # fmt: skip
        self.keep(key, parameter)

    def keep(self, key: str, parameter: Parameter) -> None:
        wrong = interval_faults(parameter)
        self.faults.extend(wrong)
        if not wrong:
            self.found[key] = parameter

    def table(self, key: str, path: KeyPath) -> None:
        """Add an entry that is a table."""
        given = validate(self.file, EntryTable, self.faults, path)
        if given is None:
            return
        written = self.file.at(path)
        source = {each: each if each in written else "value" for each in ("value", "low", "high")}
        figures = given.figures or []
        parameter = Parameter(
            **self.common(key, path),
            kind=given.kind,
            value=given.value,
            low=given.value if given.low is None else given.low,
            high=given.value if given.high is None else given.high,
            reason=given.reason or ("" if given.kind == "figure" else self.top.reason or ""),
            figures=tuple(figures.values() if isinstance(figures, dict) else figures),
            places={each: self.file.place((*path, each)) for each in written}
            | {each: self.file.place((*path, at)) for each, at in source.items()},
            written={each: self.file.raw((*path, each)) for each in written}
            | {each: self.file.raw((*path, at)) for each, at in source.items()},
        )
        if given.kind == "judgement":
            wrong = [each for each in ("rule", "interval", "scale") if getattr(given, each) is not None]
            if wrong:
                self.fail(
                    (*path, wrong[0]), Wrong(f"found {wrong[0]} in a judgement", "", 'write kind = "figure"'), key=True
                )
            elif not parameter.reason:
                self.fail(
                    path,
                    Wrong(f"found no reason for {parameter.name!r}", "expected one here or in the table"),
                    key=True,
                )
            else:
                self.keep(key, parameter)
            return
        missing = [each for each in ("figures", "rule", "interval") if getattr(given, each) is None]
        if missing:
            self.fail(path, Wrong(f"missing key {missing[0]!r} of a figure", "", "add it"), key=True)
            return
        table = FigureTable.model_construct(**{each: getattr(given, each) for each in EntryTable.model_fields})
        wrong_ends = interval_faults(parameter)
        self.faults.extend(wrong_ends)
        ruled = with_rule(self.file, path, parameter, table, self.faults)
        if ruled is not None and not wrong_ends:
            self.found[key] = ruled
