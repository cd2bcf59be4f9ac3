"""Critical discount factors of automata: the one-shot deviation principle, with the factor as the unknown.

Every deviation is a polynomial in the discount factor (:mod:`detente.solve.repeated.deviations`); an automaton is
subgame perfect where none is positive. For numbers the set of factors is a union of intervals with exact ends; in
each of its pieces, and in each gap, it is checked with :mod:`detente.solve.repeated.one_shot`, which solves for
the values of all states anew and knows no polynomials. For formulas the conditions are returned as such.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.solve.repeated.critical_factor import OWN_NOTE, CriticalDiscountFactor
from detente.solve.repeated.deviations import deviations, payoff_polynomial
from detente.solve.repeated.factor_line import FactorLine, FactorSet, as_expression
from detente.solve.repeated.factor_sets import FactorInterval
from detente.solve.repeated.one_shot import largest_gains
from detente.solve.repeated.punishments import naming_game
from detente.solve.repeated.stage_payoffs import payoff_slacks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.solve.repeated.automaton import Automaton
    from detente.solve.repeated.deviations import Comparison
    from detente.solve.repeated.one_shot import Plan

__all__ = ["automaton_factors", "exact_polynomial", "perfect_sets"]

#: States above which the values of all states are not solved for.
MOST_STATES = 100


def automaton_factors(
    stage: NormalFormGame | SymbolicGame, automaton: Automaton, tolerance: float
) -> CriticalDiscountFactor:
    """Return the discount factors at which an automaton is subgame perfect in a stage game.

    Raises
    ------
    UsageError
        If the automaton does not fit the game, has more than 100 states, or mixes and leads somewhere by chance.
    """
    plan = automaton.on(stage)
    if len(plan.states) > MOST_STATES:
        raise UsageError(f"{automaton.name}: found {len(plan.states)} states; expected at most {MOST_STATES}")
    if isinstance(stage, SymbolicGame):
        return _symbolic(stage, automaton, plan, tolerance)
    return _numeric(stage, automaton, plan, tolerance)


def exact_polynomial(stage: NormalFormGame, player: int, form: Any, slack: float) -> Any:
    """Return a form at the payoffs of a player; in float games coefficients that count as nothing are nothing."""
    from flint import fmpq_poly

    own = stage.payoffs[player]
    if stage.arithmetic == "exact":
        return payoff_polynomial(form, own)
    found = payoff_polynomial(form, {cell: Fraction(float(own[cell])) for cell in form})
    return fmpq_poly([0 if abs(float(each.p) / float(each.q)) <= slack else each for each in found.coeffs()])


def perfect_sets(
    stage: NormalFormGame, plan: Plan, tolerance: float, more: tuple[Any, ...] = ()
) -> tuple[FactorLine, list[FactorSet], list[tuple[Comparison, Any]]]:
    """Return the line, each player's factors without a gainful deviation, and all deviations as polynomials.

    ``more`` are further polynomials at whose roots the line is cut.
    """
    slacks = payoff_slacks(stage, tolerance)
    found = [
        (each, exact_polynomial(stage, each.player, each.form, slacks[each.player]))
        for each in deviations(plan, stage.shape)
    ]
    line = FactorLine([*(polynomial for _, polynomial in found), *more])
    sets = [line.everywhere() for _ in stage.players]
    for each, polynomial in found:
        sets[each.player] &= line.where(line.signs(polynomial), (-1, 0))
    _certify(stage, plan, line, sets, max(slacks, default=0))
    return line, sets, found


def _certify(stage: NormalFormGame, plan: Plan, line: FactorLine, sets: list[FactorSet], slack: Any) -> None:
    """Check the sets at a factor in each piece by the values of all states, which share no code with them."""
    common = line.everywhere()
    for own in sets:
        common &= own
    samples = list(common.samples())
    gains = largest_gains(stage, plan, [sample for sample, _ in samples])
    for (sample, inside), gain in zip(samples, gains, strict=True):
        if (gain <= slack) != inside and abs(gain) > slack:
            raise AssertionError(f"at {sample} the largest one-shot gain is {gain}, against the set {common.flags}")


def _numeric(stage: NormalFormGame, automaton: Automaton, plan: Plan, tolerance: float) -> CriticalDiscountFactor:
    line, sets, found = perfect_sets(stage, plan, tolerance)
    common = line.everywhere()
    for own in sets:
        common &= own
    floats = stage.arithmetic == "float"
    strict, binding, polynomials, conditions = {}, {}, {}, {}
    notes = []
    for player, name in enumerate(stage.players):
        mine = [(each, polynomial) for each, polynomial in found if each.player == player]
        strict[name] = _strict(line, sets[player], [polynomial for _, polynomial in mine])
        binding[name] = _binding(stage, line, sets[player], mine)
        distinct = {str(polynomial): polynomial for _, polynomial in mine if polynomial != 0}
        polynomials[name] = tuple(-as_expression(each) for each in distinct.values())
        conditions[name] = sets[player].condition()
        intervals = sets[player].intervals()
        if len(intervals) > 1 or (intervals and intervals[-1].high != 1):
            listed = " and ".join(str(_shown(each, floats=floats)) for each in intervals)
            notes.append(f"{name} complies at factors in {listed} only")
    if common.empty and not any(own.empty for own in sets):
        notes.append("each player has factors that sustain the profile, but none is common to all")
    return CriticalDiscountFactor(
        strategy=automaton.name,
        periods=None,
        target=_start(stage, plan),
        concept="subgame-perfect",
        arithmetic=stage.arithmetic,
        conditions=conditions,
        condition=common.condition(),
        polynomial=polynomials,
        strict=strict,
        binding=binding,
        intervals=tuple(_shown(each, floats=floats) for each in common.intervals()),
        player_intervals={
            name: tuple(_shown(each, floats=floats) for each in own.intervals())
            for name, own in zip(stage.players, sets, strict=True)
        },
        notes=(*notes, OWN_NOTE),
        _thresholds={
            name: _number(own.least(), floats=floats) for name, own in zip(stage.players, sets, strict=True)
        },
        _overall=_number(common.least(), floats=floats),
        _ranges=dict(zip(stage.players, sets, strict=True)),
    )


def _number(value: Any, *, floats: bool) -> Any:
    return float(value) if floats and value is not None else value


def _shown(interval: FactorInterval, *, floats: bool) -> FactorInterval:
    if not floats:
        return interval
    return FactorInterval(float(interval.low), float(interval.high), interval.low_closed, interval.high_closed)


def _start(stage: Any, plan: Plan) -> tuple[str, ...]:
    """Return what is played first: labels, with a mixture in words."""
    names = naming_game(stage)
    first = plan.output[plan.states[0]]
    return tuple(
        own[each]
        if isinstance(each, int)
        else " or ".join(label for label, weight in zip(own, each, strict=True) if weight > 0)
        for own, each in zip(names.strategies, first, strict=True)
    )


def _strict(line: FactorLine, own: FactorSet, polynomials: list[Any]) -> bool:
    """Return whether every deviation loses in the inside of the set."""
    pieces = [2 * k for k in range(len(line.samples)) if own.flags[2 * k]]
    signs = [line.signs(each) for each in polynomials]
    return bool(pieces) and all(each[k] < 0 for each in signs for k in pieces)


def _binding(
    stage: NormalFormGame, line: FactorLine, own: FactorSet, mine: list[tuple[Comparison, Any]]
) -> tuple[tuple[Any, str], ...]:
    """Return the deviations, as states and strategies, that gain exactly nothing at the least factor of the set."""
    first = next((k for k, inside in enumerate(own.flags) if inside), None)
    if first is None or first % 2 == 0:
        return ()
    return tuple(
        (each.state, stage.strategies[each.player][each.action])
        for each, polynomial in mine
        if polynomial != 0 and line.signs(polynomial)[first] == 0
    )


def _symbolic(stage: SymbolicGame, automaton: Automaton, plan: Plan, tolerance: float) -> CriticalDiscountFactor:
    import sympy

    delta = symbol("delta")
    rows: dict[str, dict[Any, None]] = {name: {} for name in stage.players}
    for each in deviations(plan, stage.shape):
        total = sympy.Integer(0)
        for cell, polynomial in each.form.items():
            total -= as_expression(polynomial) * stage.payoffs[(each.player, *cell)]
        total = sympy.expand(total)
        if total != 0:
            rows[stage.players[each.player]][total] = None
    conditions, formulas, usual = {}, {}, {}
    for name, own in rows.items():
        conditions[name] = sympy.And(*(sympy.Ge(each, 0) for each in own))
        closed = _closed_form(list(own), delta)
        if closed is not None:
            formulas[name], usual[name] = closed

    def again(values: Mapping[str, Any]) -> CriticalDiscountFactor:
        return automaton_factors(stage.at_point(stage.point(values)), automaton, tolerance)

    return CriticalDiscountFactor(
        strategy=automaton.name,
        periods=None,
        target=_start(stage, plan),
        concept="subgame-perfect",
        arithmetic="symbolic",
        conditions=conditions,
        condition=sympy.And(*conditions.values()),
        polynomial={name: tuple(own) for name, own in rows.items()},
        formula=formulas,
        formula_condition=usual,
        notes=("conditions suppose 0 < delta < 1", OWN_NOTE),
        _again=again,
    )


def _closed_form(rows: list[Any], delta: Any) -> tuple[Any, Any] | None:
    """Return the critical factor where every condition is linear in delta, and when it is that.

    A condition ``b*delta - a >= 0`` with ``b > 0`` is ``delta >= a/b``; one without delta has to hold.
    """
    import sympy

    bounds, needs = [], []
    for row in rows:
        polynomial = sympy.Poly(row, delta)
        if polynomial.degree() > 1:
            return None
        slope, constant = polynomial.coeff_monomial(delta), polynomial.coeff_monomial(1)
        if slope == 0:
            needs.append(sympy.Ge(constant, 0))
            continue
        bounds.append(-constant / slope)
        needs.append(sympy.Gt(slope, 0))
    if not bounds:
        return None
    least = sympy.Max(*bounds)
    return least, sympy.And(*needs, sympy.Gt(least, 0), sympy.Lt(least, 1))

