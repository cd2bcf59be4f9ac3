"""What a decision problem pays and where its state goes, as formulas and at the start, for ``show``."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.games.symbolic import symbol
from detente.numbers import exact, fraction_of, number_to_json, plain, short
from detente.payoffs.terms import STATE
from detente.printing import plain as formula_text
from detente.study.form import View

if TYPE_CHECKING:
    from detente.games.control import ControlGame
    from detente.study.forms.control import Control
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace

__all__ = ["flow_trace", "flow_view"]

#: Actions of an interval at which the flow is shown.
_SHOWN = 5


def _rational(value: Any) -> Any:
    """Return a number as SymPy has it."""
    import sympy

    return sympy.Rational(value.numerator, value.denominator) if isinstance(value, Fraction) else value


def _acts(game: ControlGame) -> list[Any]:
    low, high = game.choices[0], game.choices[-1]
    if not game.continuous or not all(isinstance(each, Fraction) for each in (low, high)):
        return list(game.choices)
    return [low + Fraction(k, _SHOWN - 1) * (high - low) for k in range(_SHOWN)]


def flow_view(form: Control, model: GameModel, point: Point, kind: str, title: str) -> View:
    """Return flow and law as formulas, and both at the start for some actions."""
    problem = model.payoffs(kind)
    numeric, payoffs, maker = problem.at_point(point.values), form.payoffs(model, kind), form.maker(model)
    flow, law, action = formula_text(problem.flow), formula_text(problem.law), problem.action
    cells, rows = [], []
    for act in _acts(numeric):
        here = {symbol(STATE): _rational(numeric.start), symbol(action): _rational(act)}
        paid, ahead = (_number(each.xreplace(here)) for each in (numeric.flow, numeric.law))
        rows.append((short(act, 4), short(paid, 5), short(ahead, 5)))
        cells.append({
            "profile": {STATE: plain(numeric.start), action: plain(act)},
            "payoffs": {maker: {"value": number_to_json(paid), "formula": flow, "terms": []}},
            "best_response": [],
            "next": number_to_json(ahead),
        })  # fmt: skip
    terms = tuple((each.name, each.text, each.note) for each in payoffs.own_terms(maker))
    tables = (
        Table(title, ("what", "formula"), (("flow", flow), ("next state", law))),
        Table(f"at the state {short(numeric.start, 5)}", (action, "flow", "next state"), tuple(rows)),
        Table("terms of the flow", ("term", "formula", "note"), terms),
    )
    listed = [{"name": name, "formula": text, "note": note} for name, text, note in terms]
    data = {"players": [maker], "cells": cells, "inert": {}, "flow": flow, "next": law, "action": action, "terms": listed}
    return View(tables, data)


def flow_trace(form: Control, model: GameModel, point: Point, what: Any, kind: str) -> Trace:
    """Return where the flow comes from at ``STATE,ACTION``, or ``state=..,ACTION=..``, down to the parameters of each term.

    Raises
    ------
    UsageError
        If these are no two numbers.
    """
    from detente.study.trace import Trace, trace_name

    problem, payoffs = model.payoffs(kind), form.payoffs(model, kind)
    names = (STATE, problem.action)
    if hasattr(what, "items"):
        what = ",".join(f"{name}={value}" for name, value in what.items())
    parts = [part.strip() for part in what.split(",")] if isinstance(what, str) else [str(part) for part in what]
    if any("=" in part for part in parts):
        named = {part.partition("=")[0].strip(): part.partition("=")[2].strip() for part in parts}
        parts = [named[name] for name in names] if set(named) == set(names) else []
    if len(parts) != len(names):
        raise UsageError(f"found {what!r}; expected {','.join(f'{name}=..' for name in names)}, or two numbers in this order")
    state, act = (exact(part) for part in parts)
    here = {symbol(STATE): _rational(state), symbol(problem.action): _rational(act)}

    def value(expression: Any) -> Any:
        return problem.box.evaluate(expression.xreplace(here), point.values)

    maker = form.maker(model)
    sources = tuple(
        Trace(
            each.name, "term", value(payoffs.expression(each)), formula=each.text, reason=each.note, support=each.source,
            sources=tuple(trace_name(model, point, name, kind) for name in each.names if name in model.parameters),
        )
        for each in payoffs.own_terms(maker)
    )  # fmt: skip
    title = f"flow[{maker}][{plain(state)}, {plain(act)}]"
    return Trace(title, "payoff", value(problem.flow), formula=" + ".join(each.name for each in sources), sources=sources)


def _number(expression: Any) -> Any:
    """Return an exact number where the expression is rational, else the middle of a narrow enclosure."""
    from detente.solve.control._balls import PRECISIONS, ball, working_precision

    if expression.is_Rational:
        return fraction_of(expression)
    with working_precision(PRECISIONS[0]):
        return float(ball(expression).mid())
