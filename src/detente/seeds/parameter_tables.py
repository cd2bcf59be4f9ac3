"""What a parameter's table may hold, kind by kind.

The three kinds ask for different keys. A *figure* names the figures behind it and the rule that gives
its value and its interval; a *judgement* gives a reason; a *derived* parameter is a formula of others
and has no range of its own.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, PlainValidator, WithJsonSchema

from detente.fields import (
    Exact,
    Expression,
    Label,
    Line,
    Symbol,
    Text,
    Wrong,
    check_name,
    distinct,
    kind_of,
    one_of,
    within,
)
from detente.schema import Table

__all__ = [
    "INTERVALS", "RULES", "TABLES", "AnyKindTable", "DerivedTable", "Domain", "FigureTable", "Figures", "IntervalWord",
    "JudgementTable", "Rule", "Scale",
]  # fmt: skip

#: Rules by which a value follows from figures; anything else is a formula of local names.
RULES = ("single", "sum", "ratio", "midpoint", "median", "reading")
INTERVALS = ("hull", "stated", "reading")
#: Distributions that a parameter may have in draws, whatever the prior of the others.
DISTRIBUTIONS = ("uniform", "triangular", "log_uniform", "arcsine", "half")


def _figure_id(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected the id of a figure as text")
    return value


def _local_figures(value: object) -> list[str] | dict[str, str]:
    """Return ids of figures: a list, or a table of local names for a rule that is a formula."""
    if not isinstance(value, (list, dict)):
        raise Wrong(kind_of(value), 'expected a list of figure ids, or a table of names such as { full = "figure-id" }')
    if not value:
        raise Wrong("found no figures", "expected at least one", "or make it a judgement")
    items: list[tuple[Any, Any]] = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    seen: set[str] = set()
    for key, each in items:
        if isinstance(key, str):
            within((key,), _local_name, key)
        within((key,), _figure_id, each)
        if each in seen:
            raise Wrong(f"found {each!r} a second time", "expected each figure once", "remove one", below=(key,))
        seen.add(each)
    return value


def _local_name(value: object) -> str:
    name = check_name(value)
    if name in RULES:
        raise Wrong(f"found the name {name!r}", "it is the name of a rule", "choose another name")
    return name


def _positive(value: Fraction) -> Fraction:
    if value <= 0:
        raise Wrong(f"found the scale {value}", "expected a number above 0")
    return value


def _correlated(value: dict[str, Fraction]) -> dict[str, Fraction]:
    for name, number in value.items():
        if not -1 < number < 1:
            raise Wrong(f"found the correlation {number}", "expected a number between -1 and 1", below=(name,))
    return value


def _domain(value: list[Fraction]) -> list[Fraction]:
    if len(value) != 2 or value[0] >= value[1]:
        raise Wrong(
            f"found a domain of {len(value)} numbers" if len(value) != 2 else "found an empty domain",
            "expected [least, greatest]",
        )
    return value


Figures = Annotated[
    list[str] | dict[str, str],
    PlainValidator(_local_figures),
    WithJsonSchema(
        {"type": ["array", "object"], "items": {"type": "string"}, "additionalProperties": {"type": "string"}}
    ),
]
Domain = Annotated[list[Exact], AfterValidator(_domain)]
Rule = Annotated[str, PlainValidator(_figure_id), WithJsonSchema({"type": "string"})]
IntervalWord = Annotated[
    str, PlainValidator(one_of("interval", INTERVALS)), WithJsonSchema({"enum": list(INTERVALS)})
]
Scale = Annotated[Exact, AfterValidator(_positive)]


Distribution = Annotated[
    str, PlainValidator(one_of("distribution", DISTRIBUTIONS)), WithJsonSchema({"enum": list(DISTRIBUTIONS)})
]
Correlated = Annotated[dict[str, Exact], AfterValidator(_correlated)]


class _Common(Table):
    symbol: Symbol | None = None
    label: Label | None = None
    description: Text | None = None
    unit: Line
    domain: Domain | None = None


class _Ranged(_Common):
    value: Exact
    low: Exact
    high: Exact
    distribution: Distribution | None = None
    correlated: Correlated | None = None


class FigureTable(_Ranged):
    """A parameter taken from figures."""

    kind: Literal["figure"]
    figures: Figures
    rule: Rule
    interval: IntervalWord
    scale: Scale | None = None
    reason: Text | None = None


class JudgementTable(_Ranged):
    """A parameter that no document gives; ``figures`` are those that bear on it."""

    kind: Literal["judgement"]
    reason: Text
    figures: Annotated[list[Annotated[str, PlainValidator(_figure_id)]], AfterValidator(distinct)] | None = None


class DerivedTable(_Common):
    """A formula of parameters."""

    kind: Literal["derived"]
    formula: Expression


TABLES: dict[str, type[BaseModel]] = {"figure": FigureTable, "judgement": JudgementTable, "derived": DerivedTable}


class AnyKindTable(Table):
    """A parameter whose kind is missing or wrong: only that, and keys that no kind has, are faults."""

    kind: Annotated[str, PlainValidator(one_of("kind", TABLES))]
    symbol: Any = None
    label: Any = None
    description: Any = None
    value: Any = None
    low: Any = None
    high: Any = None
    unit: Any = None
    domain: Any = None
    distribution: Any = None
    correlated: Any = None
    figures: Any = None
    rule: Any = None
    interval: Any = None
    scale: Any = None
    reason: Any = None
    formula: Any = None
