r"""Closed forms of parametric decision problems: the best action, its value, and where each holds.

In proportion to the state, with a flow ``state*f(a)`` concave in the action and a law ``state*g(a)`` affine in it, the
bracket :math:`f(a) + \delta g(a) v` is concave in a, so the low end of the actions is best exactly where its slope
there is not positive at :math:`v = f(a)/(1 - \delta g(a))`, the high end where it is not negative there, and in between
the best action is the one root of :math:`f'(a)(1 - \delta g(a)) + \delta g'(a) f(a)` at which that expression falls.

With two actions of finitely many, affine flow and law in proportion to the state, the line of acting once and then
resting for ever crosses the line of resting at the stopping threshold; :mod:`detente.solve.control.lines` says why that
is it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from detente.display import Displayed, Table
from detente.errors import DetenteError, UsageError
from detente.games.symbolic import symbol
from detente.printing import relation_normal
from detente.solve.control.lines import acts_of
from detente.solve.control.optimal import optimal_control
from detente.solve.control.proportional import rates_of
from detente.solve.parametric.signs import bounds, possible_signs
from detente.wording import Wording, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.control import SymbolicControl

__all__ = ["ControlAtlas", "ControlRegion", "Effects", "StoppingRule", "control_atlas", "effects", "stopping_rule"]

#: Parts into which an interval is divided for random exact points, and how far closed form and solver may differ.
_STEPS = 20
_CLOSE = 1e-9


@dataclass(frozen=True)
class ControlRegion:
    """One kind of best action: ``name`` (low, interior, high), the action, the value per unit, where both hold.

    ``conditions`` are expressions of the parameters that all have to be at least 0 (``strict``: above 0); ``status``
    says whether they hold ``always``, ``never`` or on a part of the box (``conditional``).
    """

    name: str
    action: Any
    value: Any
    conditions: tuple[Any, ...]
    strict: bool
    status: str
    of: str = "action"

    @property
    def profile(self) -> dict[str, Any]:
        """The best action, by its name."""
        return {self.of: self.action}

    @property
    def payoffs(self) -> dict[str, Any]:
        """What a unit of the state is worth."""
        return {"value per unit of state": self.value}

    @property
    def condition(self) -> Any:
        """The conditions as one."""
        import sympy

        return sympy.And(*(each > 0 if self.strict else each >= 0 for each in self.conditions), evaluate=False)


@dataclass(frozen=True)
class ControlAtlas(Displayed):
    """The best action over the whole box in closed form."""

    problem: SymbolicControl
    regions: tuple[ControlRegion, ...]
    #: What a unit of the state is worth if one action is kept for ever, in the action.
    kept: Any
    missing: ClassVar[str] = ""
    notes: ClassVar[tuple[str, ...]] = ("the value of a state is the value per unit times the state",)

    @property
    def complete(self) -> bool:
        """Whether the regions cover the box: they always do here."""
        return True

    def region_at(self, values: Mapping[str, Any]) -> ControlRegion:
        """Return the region in which a point lies."""
        for region in self.regions:
            found = [self.problem.box.evaluate(each, values) for each in region.conditions]
            if all(each > 0 if region.strict else each >= 0 for each in found):
                return region
        raise AssertionError

    def verify(self, points: int, seed: int = 0) -> int:
        """Compare action and value with the certified solver at random exact points; return at how many.

        Raises
        ------
        DetenteError
            At the first point where the two disagree, with the point.
        """
        generator, box = random.Random(seed), self.problem.box  # noqa: S311 - points to look at
        for _ in range(points):
            at = {
                name: each.low + (each.high - each.low) * Fraction(generator.randint(0, _STEPS), _STEPS)
                for name, each in box.parameters.items()
            }
            region, solved = self.region_at(at), optimal_control(self.problem.at_point(at)).pieces[0]
            for closed, numeric in ((region.action, solved.action), (region.value, solved.slope)):
                value, other = float(box.evaluate(closed, at)), float(numeric)
                if abs(value - other) > _CLOSE * (1 + abs(other)):
                    told = ", ".join(f"{name} = {each}" for name, each in at.items())
                    raise DetenteError(f"{region.name}: {value} in closed form and {other} by the solver at {told}")
        return points

    def table(self) -> Table:
        """Return action, value and condition of every region."""
        from detente.printing import plain

        rows = tuple(
            (
                each.name,
                plain(each.action),
                plain(self.kept if each.name == "interior" else each.value),
                " and ".join(f"{plain(part)} {'>' if each.strict else '>='} 0" for part in each.conditions),
                each.status,
            )
            for each in self.regions
        )
        name = self.problem.action
        return Table(
            f"best {name} in closed form", ("where", name, "value per unit of state", "if", "over the box"), rows
        )

    def __str__(self) -> str:
        return self.table().to_text()

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return action, value and conditions of every region that is not empty as a LaTeX ``array``."""
        return self._math("latex", Wording.of(names))

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the same as Typst math."""
        return self._math("typst", Wording.of(names))

    def _math(self, language: str, wording: Wording) -> str:
        rows = []
        for region in self.regions:
            if region.status == "never":
                continue
            rows.append([math_text(self._lead(region, wording), language), wording.math(region.action, language)])
            rows.append([math_text("value per unit of state", language), wording.math(region.value, language)])
            rows += [[math_text("where", language), wording.math(each, language)] for each in self._parts(region)]
        return math_rows(rows, language)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return which action is best exactly when, in sentences."""
        wording = Wording.of(labels)
        lines = []
        for region in self.regions:
            lead = self._lead(region, wording)
            if region.status == "never":
                lines.append(f"Nowhere in the box: {lead}.")
                continue
            when = "always" if region.status == "always" else "exactly when"
            lines.append(f"The {lead} of {wording.formula(region.action)} is best {when}")
            lines += [f"- {wording.formula(each)}" for each in self._parts(region)]
            lines.append(f"and a unit of the state is then worth {wording.formula(region.value)}.")
        edge = '"At least" and "at most" include equality, "more" and "less" do not.'
        return "\n".join([*lines, edge])

    def _lead(self, region: ControlRegion, wording: Wording) -> str:
        kind = {"low": "lowest", "high": "highest"}.get(region.name, region.name)
        return f"{kind} {wording.label(self.problem.action)}"

    def _parts(self, region: ControlRegion) -> list[Any]:
        import sympy

        kind = sympy.Gt if region.strict else sympy.Ge
        return [] if region.status == "always" else [relation_normal(kind(each, 0)) for each in region.conditions]


def control_atlas(problem: SymbolicControl) -> ControlAtlas:
    """Return the best action of a parametric problem in proportion to the state, with exact conditions.

    Parameters
    ----------
    problem : SymbolicControl
        An interval of actions; flow at most quadratic in the action and concave over the box, law affine in it, both in
        proportion to the state; infinitely many periods.

    Raises
    ------
    UsageError
        If the problem is of another kind.

    Examples
    --------
    >>> from detente.games.control import SymbolicControl
    >>> hub = SymbolicControl("state*(a*p - p**2/2)", "state*(9/10 - e*p)", {"p": (0, 1)}, "19/20", 1,
    ...                       {"a": ("1/10", "1/2", 1), "e": ("1/20", "1/10", "1/5")})
    >>> [(each.name, each.status) for each in control_atlas(hub).regions]
    [('low', 'never'), ('high', 'never'), ('interior', 'always')]
    """
    import sympy

    rates = rates_of(problem.flow, problem.law, problem.action)
    if rates is None or not problem.continuous or problem.horizon is not None:
        raise UsageError("expected flow and law in proportion to the state, an interval of actions and no horizon")
    if len(rates.flow) > 3 or len(rates.growth) > 2:
        raise UsageError("expected a flow that is at most quadratic, and a law that is affine, in the action")
    curvature = rates.flow[2] if len(rates.flow) > 2 else sympy.Integer(0)
    if 1 in possible_signs(problem.box.expand(curvature), _box(problem)):
        raise UsageError("expected a flow that is concave in the action throughout the box")
    act, delta = symbol(problem.action), problem.discount_factor
    flow = sum(each * act**k for k, each in enumerate(rates.flow))
    growth = sum(each * act**k for k, each in enumerate(rates.growth))
    kept = flow / (1 - delta * growth)
    turning = sympy.diff(flow, act) * (1 - delta * growth) + delta * sympy.diff(growth, act) * flow
    low, high = problem.choices

    def slope(end: Any) -> Any:
        """Return what a little more of the action gains at an end that is kept for ever."""
        here = {act: end}
        value = flow.xreplace(here) / (1 - delta * growth.xreplace(here))
        return sympy.diff(flow, act).xreplace(here) + delta * sympy.diff(growth, act) * value

    def region(name: str, action: Any, conditions: Sequence[Any], strict: bool) -> ControlRegion:
        value = kept.xreplace({act: action})
        status = _status(problem, conditions, strict)
        return ControlRegion(name, action, value, tuple(conditions), strict, status, problem.action)

    coefficients = [sympy.Integer(0)] * 3
    for (power,), each in sympy.Poly(turning, act).terms():
        coefficients[power] = each
    c, b, a = coefficients
    inner = 2 * c / (-b + sympy.sqrt(b**2 - 4 * a * c))
    return ControlAtlas(
        problem,
        (
            region("low", low, [-slope(low)], strict=False),
            region("high", high, [slope(high)], strict=False),
            region("interior", inner, [slope(low), -slope(high)], strict=True),
        ),
        kept,
    )


def _box(problem: SymbolicControl) -> dict[str, Any]:
    return {name: (each.low, each.high) for name, each in problem.box.parameters.items()}


def _status(problem: SymbolicControl, conditions: Sequence[Any], strict: bool) -> str:
    good = {1} if strict else {0, 1}
    signs = [set(possible_signs(problem.box.expand(each), _box(problem))) for each in conditions]
    if any(not each & good for each in signs):
        return "never"
    return "always" if all(each <= good for each in signs) else "conditional"


@dataclass(frozen=True)
class Effects:
    """How the interior action moves with a parameter: the derivative, and its sign over the box.

    ``derivative`` is written in the action and in the value per unit, ``v``; ``signs`` are those that it may take for
    every action of the interval and every value that the flow allows.
    """

    parameter: str
    derivative: Any
    signs: frozenset[int]


def effects(problem: SymbolicControl, names: Sequence[str]) -> tuple[Effects, ...]:
    r"""Return the effect of each named parameter, or derived value held free, on the interior best action.

    With :math:`F(a, v) = f(a) + \delta g(a) v` the best action and value satisfy :math:`F_a = 0` and :math:`v = F`; so
    :math:`v_x = F_x/(1 - \delta g)` and :math:`a_x = -(F_{ax} + \delta g' v_x)/F_{aa}`.

    Examples
    --------
    >>> from detente.games.control import SymbolicControl
    >>> hub = SymbolicControl("state*(a*p - p**2/2)", "state*(9/10 - e*p)", {"p": (0, 1)}, "19/20", 1,
    ...                       {"a": ("1/10", "1/2", 1), "e": ("1/20", "1/10", "1/5")})
    >>> [(each.parameter, sorted(each.signs)) for each in effects(hub, ["e"])]
    [('e', [-1, 0])]
    """
    import sympy

    rates = rates_of(problem.flow, problem.law, problem.action)
    if rates is None or not problem.continuous:
        raise UsageError("expected flow and law in proportion to the state and an interval of actions")
    act, v, delta = symbol(problem.action), symbol("v"), problem.discount_factor
    flow = sum(each * act**k for k, each in enumerate(rates.flow))
    growth = sum(each * act**k for k, each in enumerate(rates.growth))
    total = flow + delta * growth * v
    bend = sympy.diff(total, act, 2)
    if bend == 0:
        raise UsageError("expected a flow that is curved in the action: else no action is interior")
    ranges = _ranges(problem, flow, growth)
    held = tuple(name for name in ranges if name in problem.box.derived)
    found = []
    for name in names:
        x = symbol(name)
        move = sympy.diff(total, x) / (1 - delta * growth)
        derivative = sympy.factor(-(sympy.diff(total, act, x) + delta * sympy.diff(growth, act) * move) / bend)
        found.append(Effects(name, derivative, possible_signs(problem.box.expand(derivative, keep=held), ranges)))
    return tuple(found)


def _ranges(problem: SymbolicControl, flow: Any, growth: Any) -> dict[str, Any]:
    """Return the ranges of parameters, of derived values, of the action and of the best value per unit, ``v``.

    The best value is at least that of the low end for ever, and at most the greatest flow for ever.
    """
    box = _box(problem)

    def ends(expression: Any, inside: Mapping[str, Any]) -> tuple[Any, Any]:
        held = tuple(name for name in inside if name in problem.box.derived)
        found = bounds(problem.box.expand(expression, keep=held), inside)
        if found is None:
            raise UsageError(f"{expression} cannot be bounded over the box")
        return found

    found = dict(box)
    for name, expression in problem.box.derived.items():
        held = bounds(problem.box.expand(expression), box)
        if held is not None:
            found[name] = held
    low, high = problem.choices
    found[problem.action] = (ends(low, box)[0], ends(high, box)[1])
    act, delta = symbol(problem.action), problem.discount_factor
    kept = (flow / (1 - delta * growth)).xreplace({act: low})
    most = max(ends(flow, found)[1], 0) / (1 - ends(delta, box)[1])
    return {**found, "v": (ends(kept, found)[0], most)}


@dataclass(frozen=True)
class StoppingRule:
    """Acting stops below a threshold of the state: ``threshold`` is ``cost/gain``, all expressions of the parameters.

    ``gain`` is what acting once, and then resting for ever, gains per unit of the state; acting never pays where it is
    not positive. From a state D one acts for so many periods as it takes D to fall below the threshold at the rate
    ``growth``.
    """

    rest: Any
    act: Any
    cost: Any
    gain: Any
    threshold: Any
    growth: Any


def stopping_rule(problem: SymbolicControl) -> StoppingRule:
    """Return the threshold below which a costly action stops, in closed form.

    Parameters
    ----------
    problem : SymbolicControl
        Two actions, the first to rest; affine flow, law in proportion to the state. The rule holds where the state
        falls under both, at least as fast when acting: :func:`~detente.solve.control.lines.lines` confirms it at any
        point.

    Examples
    --------
    >>> from detente.games.control import SymbolicControl
    >>> hub = SymbolicControl("state*a*p - k*p", "state*(9/10 - p/10)", {"p": [0, 1]}, "d", 1,
    ...                       {"a": (0, 1), "k": (0, 1), "d": ("1/2", "99/100")})
    >>> stopping_rule(hub).threshold
    k/a
    """
    import sympy

    acts = None if problem.continuous else acts_of(problem.flow, problem.law, problem.action, problem.choices)
    if acts is None or len(acts) != 2 or problem.horizon is not None:
        raise UsageError("expected two actions, an affine flow, a law in proportion to the state and no horizon")
    rest, act = acts
    delta = problem.discount_factor
    slope = rest.per_unit / (1 - delta * rest.growth)
    gain = act.per_unit + delta * act.growth * slope - slope
    cost = sympy.simplify((1 - delta) * rest.fixed / (1 - delta) - act.fixed)
    return StoppingRule(rest.action, act.action, cost, gain, cost / gain, act.growth)
