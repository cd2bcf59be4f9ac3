"""Parameters: numbers of a study, each taken from figures, derived by a formula, or judged.

The three kinds ask for different keys. A *figure* names the figures behind it and the rule that gives
its value and its interval; a *judgement* gives a reason; a *derived* parameter is a formula of others
and has no range of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import Fault, FormulaError, UnknownName
from detente.fields import Wrong, check_name, kind_of, unknown
from detente.numbers import plain
from detente.schema import Definitions, validate
from detente.seeds.parameter_tables import RULES, TABLES, AnyKindTable, DerivedTable, FigureTable, JudgementTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.errors import Place
    from detente.formula import Formula
    from detente.toml import KeyPath, TomlFile

__all__ = ["DEFAULT_DOMAINS", "Parameter", "interval_faults", "read_parameters", "with_rule"]

#: Units whose values always lie between two numbers.
DEFAULT_DOMAINS = {"share": (Fraction(0), Fraction(1)), "probability": (Fraction(0), Fraction(1))}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a study.

    Attributes
    ----------
    name, symbol : str
        The name that formulas use, and how it is printed in mathematics.
    label : mapping
        Language to words.
    kind : str
        ``figure``, ``derived`` or ``judgement``.
    value, low, high : Fraction or None
        Baseline and interval; ``None`` for a derived parameter.
    unit : str
        Compared as text with the unit of the figures.
    figures : tuple of str
        Ids of the figures behind it.
    local_names : mapping
        Name to figure id, where ``rule`` is a formula; else empty.
    rule, interval : str or None
        How value and interval follow from the figures, for the kind ``figure``.
    scale : Fraction or None
        Factor from the unit of the figures to ``unit``.
    rule_formula : Formula or None
        ``rule`` where it is a formula of ``local_names``.
    formula : Formula or None
        The formula of a derived parameter.
    distribution : str or None
        The law by which it is drawn, whatever the prior of the others.
    correlated : mapping
        Other parameters, with the correlation of normal scores in draws.
    domain : tuple
        Least and greatest value that makes sense; ``None`` where there is no bound.
    place : Place
        Where the name stands.
    places : mapping
        Key to place of its value.
    written : mapping
        Key to its value as it stands in the file.
    entry : str
        Of an entry of a table by player or state: the player or the state. ``label`` is then that of the table.
    formula_path : tuple
        Where the formula stands, if not under the key ``formula``.
    """

    name: str
    symbol: str
    label: Mapping[str, str]
    description: str
    kind: str
    unit: str
    place: Place
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    figures: tuple[str, ...] = ()
    local_names: Mapping[str, str] = field(default_factory=dict)
    rule: str | None = None
    interval: str | None = None
    scale: Fraction | None = None
    rule_formula: Formula | None = None
    reason: str = ""
    formula: Formula | None = None
    domain: tuple[Fraction | None, Fraction | None] = (None, None)
    distribution: str | None = None
    correlated: Mapping[str, Fraction] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    file: TomlFile | None = field(default=None, repr=False, compare=False)
    path: KeyPath = field(default=(), repr=False, compare=False)
    entry: str = ""
    formula_path: KeyPath = field(default=(), repr=False, compare=False)

    @property
    def is_derived(self) -> bool:
        """True where the value is a formula of other parameters."""
        return self.kind == "derived"

    @property
    def domain_text(self) -> str:
        """The domain as text: ``[0, 1]``."""
        least, greatest = self.domain
        return f"[{plain(least)}, {plain(greatest)}]"

    def admits(self, value: Any) -> bool:
        """Return whether a value lies in the domain."""
        least, greatest = self.domain
        return (least is None or bool(value >= least)) and (greatest is None or bool(value <= greatest))

    def at(self, *keys: str | int) -> Place:
        """Return the place of a value below the parameter, such as ``at("figures", 0)``."""
        return self.place if self.file is None else self.file.place((*self.path, *keys))

    def inside(self, column: int) -> Place:
        """Return the place of a character of ``formula``, or of ``rule`` where that is a formula."""
        if self.file is None:
            return self.place
        path = self.formula_path or (*self.path, "formula" if self.is_derived else "rule")
        return self.file.inside(path, column)


def read_parameters(file: TomlFile, faults: list[Fault], at: KeyPath = ()) -> Definitions[Parameter]:
    """Return the parameters in the table ``at`` of a file; what is wrong is added to ``faults``.

    At the top of a file the key ``format`` is left alone.
    """
    tables: Any = file.data
    for key in at:
        tables = tables.get(key, {})
    if not isinstance(tables, dict):
        faults.append(Fault(file.place(at), kind_of(tables), "expected tables of parameters"))
        return Definitions(complete=False)
    parameters: dict[str, Parameter] = {}
    declared: dict[str, Place] = {}
    for name in tables:
        if not at and name == "format":
            continue
        path = (*at, name)
        declared[name] = place = file.key_place(path)
        try:
            check_name(name)
        except Wrong as wrong:
            faults.append(Fault(place, wrong.found, wrong.expected, wrong.do))
            continue
        before = len(faults)
        parameter = _read(file, path, name, faults)
        if parameter is not None and len(faults) == before:
            parameters[name] = parameter
    return Definitions(parameters, declared)


def _read(file: TomlFile, path: KeyPath, name: str, faults: list[Fault]) -> Parameter | None:
    data: Any = file.data
    for key in path:
        data = data[key]
    kind = data.get("kind") if isinstance(data, dict) else None
    table = validate(file, TABLES[kind] if isinstance(kind, str) and kind in TABLES else AnyKindTable, faults, path)
    if table is None:
        return None
    common = {
        "name": name,
        "symbol": table.symbol or name,  # type: ignore[attr-defined]
        "label": table.label or {"en": name},  # type: ignore[attr-defined]
        "description": table.description or "",  # type: ignore[attr-defined]
        "unit": table.unit,  # type: ignore[attr-defined]
        "kind": kind,
        "domain": tuple(table.domain or DEFAULT_DOMAINS.get(table.unit) or (None, None)),  # type: ignore[attr-defined]
        "place": file.key_place(path),
        "places": {key: file.place((*path, key)) for key in data},
        "written": {key: file.raw((*path, key)) for key in data},
        "file": file,
        "path": path,
    }
    if isinstance(table, DerivedTable):
        return Parameter(**common, formula=table.formula)
    assert isinstance(table, (FigureTable, JudgementTable))
    given = table.figures or []
    parameter = Parameter(
        **common,
        value=table.value,
        low=table.low,
        high=table.high,
        reason=table.reason or "",
        figures=tuple(given.values() if isinstance(given, dict) else given),
        distribution=table.distribution,
        correlated=dict(table.correlated or {}),
    )
    faults.extend(interval_faults(parameter))
    if isinstance(table, JudgementTable):
        return parameter
    return with_rule(file, path, parameter, table, faults)


def interval_faults(parameter: Parameter) -> list[Fault]:
    """Return the faults of value, low and high among themselves and against the domain."""
    value, low, high = parameter.value, parameter.low, parameter.high
    assert value is not None
    assert low is not None
    assert high is not None
    written, places = parameter.written, parameter.places
    faults = [
        Fault(
            places[key],
            f"found {key} = {written[key]} outside the domain {parameter.domain_text}",
            f"of {parameter.name!r}",
        )
        for key, number in (("value", value), ("low", low), ("high", high))
        if not parameter.admits(number)
    ]
    if faults:
        return faults
    if low > high:
        return [
            Fault(places["low"], f"found low = {written['low']} above high = {written['high']}", "expected low <= high")
        ]
    if not low <= value <= high:
        interval = f"[{written['low']}, {written['high']}]"
        return [
            Fault(
                places["value"],
                f"found value = {written['value']} outside the interval {interval}",
                "expected low <= value <= high",
            )
        ]
    return []


def with_rule(
    file: TomlFile, path: KeyPath, parameter: Parameter, table: FigureTable, faults: list[Fault]
) -> Parameter | None:
    """Return ``parameter`` with the rule by which it follows from its figures."""
    local_names = dict(table.figures) if isinstance(table.figures, dict) else {}
    rule = None
    if table.rule not in RULES:
        try:
            rule = formula.parse(table.rule)
            rule.require(local_names, "local name in `figures`")
        except FormulaError as error:
            found = error.found
            if not local_names:
                found = f"found the rule {table.rule[:60]!r}"
                expected = (
                    f'expected one of {", ".join(RULES)}, or a formula of names in `figures = {{ name = "figure-id" }}`'
                )
                faults.append(Fault(parameter.places["rule"], found, expected))
            else:
                do = error.do
                if isinstance(error, UnknownName):
                    places = {name: file.key_place((*path, "figures", name)) for name in local_names}
                    do = unknown("name", error.name, places, rule.names if rule is not None else ()).do
                faults.append(Fault(file.inside((*path, "rule"), error.column), found, error.expected, do))
            return None
    reads = [key for key in ("rule", "interval") if getattr(table, key) == "reading"]
    if reads and not table.reason:
        found = f'found {reads[0]} = "reading" in {parameter.name!r} without a reason'
        faults.append(Fault(parameter.places[reads[0]], found, 'expected reason = ".." that says how it was read'))
        return None
    if table.reason and not reads:
        found = f"found a reason, but rule and interval of {parameter.name!r} leave nothing to judgement"
        faults.append(Fault(parameter.places["reason"], found, "", "move it into the description"))
        return None
    return replace(
        parameter,
        local_names=local_names,
        rule=table.rule,
        interval=table.interval,
        scale=table.scale,
        rule_formula=rule,
    )
