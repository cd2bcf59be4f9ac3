"""Does a parameter follow from its figures as it says? Units, values and intervals, recomputed.

Two numbers are equal when they agree in the digits that the file writes: 0.389 stands for 21/54, and
either neighbor is right where the number lies midway between them.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.errors import Fault, FormulaError
from detente.numbers import plain, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.seeds.figures import Figure
    from detente.seeds.parameters import Parameter

__all__ = ["check_rules", "hull"]

#: Rules that ask for a number of figures.
_COUNTS = {"single": 1, "ratio": 2}


def check_rules(parameter: Parameter, figures: Mapping[str, Figure]) -> list[Fault]:
    """Return where a parameter of the kind ``figure`` does not follow from ``figures``.

    A parameter that names a figure not in ``figures`` is left alone: that is a fault of its own.
    """
    if parameter.kind != "figure" or any(name not in figures for name in parameter.figures):
        return []
    own = [figures[name] for name in parameter.figures]
    return _unit_faults(parameter, own) or [*_value_faults(parameter, own), *_end_faults(parameter, own)]


def hull(figures: Sequence[Figure]) -> tuple[Fraction, Fraction]:
    """Return the smallest interval around all figures; an open side counts by its central value."""
    low = min(figure.central if figure.low is None else figure.low for figure in figures)
    high = max(figure.central if figure.high is None else figure.high for figure in figures)
    return low, high


def _sources(own: Sequence[Figure]) -> str:
    shown = ", ".join(f"{figure.id} at {figure.place}" for figure in own[:4])
    return shown + (f" and {len(own) - 4} more" if len(own) > 4 else "")


def _unit_faults(parameter: Parameter, own: Sequence[Figure]) -> list[Fault]:
    other = [figure for figure in own if figure.unit != parameter.unit]
    if not other or parameter.scale is not None:
        return []
    figure = other[0]
    found = f"found the unit {parameter.unit!r}, but {figure.id!r} has {figure.unit!r} at {figure.places['unit']}"
    return [Fault(parameter.places["unit"], found, "expected one unit", 'or declare the factor, as in scale = "1e-9"')]


def _value_faults(parameter: Parameter, own: Sequence[Figure]) -> list[Fault]:
    wanted = _COUNTS.get(parameter.rule or "")
    if wanted is not None and len(own) != wanted:
        found = f"found {len(own)} figures under rule = {parameter.rule!r}"
        return [Fault(parameter.places["figures"], found, f"expected {wanted}")]
    try:
        computed = _apply(parameter, own)
    except FormulaError as error:
        return [
            Fault(parameter.inside(error.column), error.found, error.expected, f"it is computed from {_sources(own)}")
        ]
    if computed is None:
        return []
    return _compare(parameter, "value", computed, f"rule = {parameter.rule!r}", own)


def _apply(parameter: Parameter, own: Sequence[Figure]) -> Fraction | float | None:
    """Return the value that the rule gives, in the unit of the parameter; ``None`` for a reading."""
    central = [figure.central for figure in own]
    computed: Fraction | float
    match parameter.rule:
        case "reading":
            return None
        case "single":
            computed = central[0]
        case "sum":
            computed = sum(central, Fraction(0))
        case "ratio":
            if central[1] == 0:
                raise FormulaError("", 1, f"division by zero: {own[1].id!r} is 0")
            computed = central[0] / central[1]
        case "midpoint":
            computed = sum(hull(own), Fraction(0)) / 2
        case "median":
            ordered = sorted(central)
            middle = len(ordered) // 2
            computed = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
        case _:
            assert parameter.rule_formula is not None
            by_id = {figure.id: figure.central for figure in own}
            computed = parameter.rule_formula.evaluate(
                {name: by_id[each] for name, each in parameter.local_names.items()}
            )
    return computed * (1 if parameter.scale is None else parameter.scale)


def _end_faults(parameter: Parameter, own: Sequence[Figure]) -> list[Fault]:
    if parameter.interval == "reading":
        return []
    if parameter.interval == "stated":
        if len(own) != 1:
            found = f"found {len(own)} figures under interval = 'stated'"
            return [Fault(parameter.places["figures"], found, "expected 1", 'or write interval = "hull"')]
        if own[0].low is None or own[0].high is None:
            found = f"found interval = 'stated', but {own[0].id!r} at {own[0].place} leaves a side open"
            return [Fault(parameter.places["interval"], found, 'expected "hull" or "reading"')]
    scale = 1 if parameter.scale is None else parameter.scale
    low, high = hull(own)
    how = f"interval = {parameter.interval!r}"
    return [*_compare(parameter, "low", low * scale, how, own), *_compare(parameter, "high", high * scale, how, own)]


def _compare(
    parameter: Parameter, key: str, computed: Fraction | float, how: str, own: Sequence[Figure]
) -> list[Fault]:
    given = getattr(parameter, key)
    if abs(Fraction(computed) - given) <= _last_digit(parameter.written[key]) / 2:
        return []
    shown = plain(computed) if isinstance(computed, Fraction) and computed.denominator == 1 else short(computed, 6)
    found = f"found {key} = {parameter.written[key]}, but {how} gives {shown}"
    return [
        Fault(
            parameter.places[key],
            found,
            f"computed from {_sources(own)}",
            "correct the number, the rule or the figures",
        )
    ]


def _last_digit(written: str) -> Fraction:
    """Return the worth of the last digit of a number as it is written; 0 for a ratio such as ``"3/4"``."""
    try:
        exponent = Decimal(written.strip("\"' ").replace("_", "")).as_tuple().exponent
    except InvalidOperation:
        return Fraction(0)
    return Fraction(10) ** int(exponent)
