r"""Problems in proportion to the state: flow ``state*f(a)``, law ``state*g(a)``.

The value is a multiple of the state, :math:`V(D) = v D`, and one action is best in every state: whatever the state,

.. math:: v = \max_a \big( f(a) + \delta\, g(a)\, v \big) = \max_a \frac{f(a)}{1 - \delta g(a)},

because with :math:`0 \le \delta g(a) < 1` the right-hand side of the first equation rises in v with a slope below 1.
The best action is an end of its interval or a root of :math:`f'(a)(1 - \delta g(a)) + \delta g'(a) f(a)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.control import STATE
from detente.games.symbolic import symbol
from detente.numbers import fraction_of
from detente.solve.control._balls import PRECISIONS, Polynomial, ball, number_of, value_of, working_precision
from detente.solve.control.control_result import ControlResult, Piece

if TYPE_CHECKING:
    from detente.games.control import ControlGame

__all__ = ["Rates", "proportional", "rates_of"]

#: Periods of the path that are computed for reading.
_PATH = 30


@dataclass(frozen=True)
class Rates:
    """Flow and growth per unit of the state, as coefficients of the powers of the action, lowest first."""

    flow: tuple[Any, ...]
    growth: tuple[Any, ...]


def rates_of(flow: Any, law: Any, action: str) -> Rates | None:
    """Return flow and law per unit of the state, or None where they are not in proportion to it.

    Examples
    --------
    >>> from detente.games.control import ControlGame
    >>> game = ControlGame("state*(p - p**2/2)", "state*(9/10 - p/10)", {"p": (0, 1)}, "19/20", 1)
    >>> rates_of(game.flow, game.law, "p").flow
    (0, 1, -1/2)
    """
    import sympy

    state, act = symbol(STATE), symbol(action)
    found = []
    for expression in (flow, law):
        try:
            by_state = sympy.Poly(expression, state)
            if any(power != (1,) for power in by_state.monoms() if by_state.coeff_monomial(power) != 0):
                return None
            inner = sympy.Poly(by_state.coeff_monomial(state), act)
        except sympy.PolynomialError:
            return None
        if any(each.has(state, act) for each in inner.all_coeffs()):
            return None
        found.append(tuple(reversed(inner.all_coeffs())))
    return Rates(*found)


def proportional(game: ControlGame, rates: Rates) -> ControlResult:
    """Solve a problem in proportion to the state.

    Raises
    ------
    UsageError
        If the state may become negative, or grow as fast as it is discounted.
    """
    with working_precision(PRECISIONS[1]):
        flow = Polynomial([ball(each) for each in rates.flow])
        growth = Polynomial([ball(each) for each in rates.growth])
        low, high = ball(game.choices[0]), ball(game.choices[1])
        delta = ball(game.discount_factor)
        _within(growth, low, high, delta)
        if game.horizon is not None:
            return _finite(game, flow, growth, delta, low, high)
        kept = Polynomial([ball(1)]) + growth.scaled(-delta)
        turning = flow.derivative() * kept + growth.derivative().scaled(delta) * flow
        candidates = [low, high, *turning.turns(low, high)]
        worths = [flow(each) / kept(each) for each in candidates]
        best = max(range(len(worths)), key=lambda k: float(worths[k].mid()))
        tied = [k for k, each in enumerate(worths) if k != best and not each < worths[best]]
        action, worth = candidates[best], worths[best]
        for k in tied:
            worth = worth.union(worths[k])
        gap = _gap(flow + growth.scaled(delta * worths[best]), worths[best], low, high)
        exactly = _exact(game, rates, action) if game.arithmetic == "exact" else None
        shown: Any = (value_of(action), value_of(worth)) if exactly is None else exactly
        if exactly is None and best < 2:
            shown = (number_of(game.choices[best]), value_of(worth))
        start = value_of(ball(game.start) * worth) if exactly is None else _times(exactly[1], game.start)
        path = _path(game, float(growth(action).mid()), float(action.mid()))
    notes: tuple[str, ...] = ()
    if any(not _near(candidates[k], action) for k in tied):
        others = ", ".join(f"{float(candidates[k].mid()):.6g}" for k in tied)
        notes = (f"Other actions are worth the same as far as can be told: {others}.",)
    bottom, top = (number_of(each) for each in game.interval)
    piece = Piece(bottom, top, shown[0], shown[1], Fraction(0), None)
    arithmetic = "exact" if exactly is not None else "enclosed"
    return ControlResult(
        game, (piece,), start, (), path, "value in proportion to the state", arithmetic,
        Fraction(0) if exactly is not None else value_of(gap), notes=notes,
    )  # fmt: skip


def _near(one: Any, other: Any) -> bool:
    return bool(abs(one - other) < ball(Fraction(1, 10**20)))


def _times(value: Any, start: Any) -> Any:
    import sympy

    if isinstance(value, Fraction):
        return value * start
    return sympy.expand(value * sympy.Rational(start.numerator, start.denominator))


def _within(growth: Polynomial, low: Any, high: Any, delta: Any) -> None:
    """Check that the state stays positive and is discounted faster than it grows, for every action."""
    ends = [growth(each) for each in (low, high, *growth.derivative().turns(low, high))]
    if any(each < 0 for each in ends):
        raise UsageError(
            "found a law of motion that makes the state negative; expected growth of at least 0 per period"
        )
    if any(not delta * each < 1 for each in ends):
        raise UsageError(
            "found a state that can grow as fast as it is discounted; expected growth times factor below 1"
        )


def _gap(ahead: Polynomial, worth: Any, low: Any, high: Any) -> Any:
    """Return a bound on what an action gains once over ``worth``, where ``ahead`` is what each action is worth.

    The gain is a polynomial; its greatest value is at an end or where its slope has a root.
    """
    gain = ahead + Polynomial([-worth])
    top = gain(low).max(gain(high))
    for each in gain.derivative().turns(low, high):
        top = top.max(gain(each))
    return top.max(ball(0))


def _exact(game: ControlGame, rates: Rates, action: Any) -> tuple[Any, Any] | None:
    """Return action and value per unit exactly: rational, or with one square root."""
    import sympy

    act = symbol(game.action)
    flow = sum(each * act**k for k, each in enumerate(rates.flow))
    growth = sum(each * act**k for k, each in enumerate(rates.growth))
    delta = sympy.Rational(game.discount_factor.numerator, game.discount_factor.denominator)
    choices = [sympy.Rational(each.numerator, each.denominator) for each in game.choices]
    turning = sympy.Poly(sympy.diff(flow, act) * (1 - delta * growth) + delta * sympy.diff(growth, act) * flow, act)
    found = [each for each in choices if ball(each).overlaps(action)]
    if not found and 1 <= turning.degree() <= 2:
        found = [each for each in turning.all_roots() if each.is_real and ball(each).overlaps(action)]
    if len(found) != 1:
        return None
    value = sympy.radsimp((flow / (1 - delta * growth)).subs(act, found[0]))
    return tuple(  # type: ignore[return-value]
        fraction_of(each) if each.is_Rational else sympy.expand(each) for each in (found[0], value)
    )


def _finite(game: ControlGame, flow: Polynomial, growth: Polynomial, delta: Any, low: Any, high: Any) -> ControlResult:
    """Solve from the last period to the first."""
    assert game.horizon is not None
    worth, gap = ball(0), ball(0)
    actions: list[Any] = []
    for _ in range(game.horizon):
        ahead = flow + growth.scaled(delta * worth)
        candidates = [low, high, *ahead.derivative().turns(low, high)]
        values = [ahead(each) for each in candidates]
        best = max(range(len(values)), key=lambda k: float(values[k].mid()))
        worth = values[best]
        gap = gap.max(_gap(ahead, worth, low, high))
        actions.insert(0, number_of(game.choices[best]) if best < 2 else value_of(candidates[best]))
    floats = [float(each) for each in actions]
    state, path = float(game.start), []
    for each in floats:
        path.append((state, each))
        state *= float(growth(ball(Fraction(each))).mid())
    bottom, top = (number_of(each) for each in game.interval)
    piece = Piece(bottom, top, actions[0], value_of(worth), Fraction(0), 1)
    return ControlResult(
        game, (piece,), value_of(ball(game.start) * worth), (), tuple(path), "backward recursion", "enclosed",
        value_of(gap), periods=tuple(actions),
    )  # fmt: skip


def _path(game: ControlGame, growth: float, action: float) -> tuple[tuple[float, float], ...]:
    start = float(game.start)
    return tuple((start * growth**k, action) for k in range(_PATH))
