"""One decision maker with a continuous state: what it earns and where the state goes are formulas of state and action.

In every period the decision maker chooses an action, earns the flow, and the state moves by a law of motion; flows are
discounted. The numeric game has exact numbers in its formulas; the parametric one has parameters over a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.formula import symbol
from detente.games.symbolic import SymbolicGame
from detente.numbers import exact, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["STATE", "ControlGame", "SymbolicControl"]

#: What formulas call the state.
STATE = "state"


@dataclass(frozen=True, init=False, eq=False)
class ControlGame(Displayed):
    """A decision problem with a real state, discounted.

    Parameters
    ----------
    flow : formula
        What the period earns, as a formula of ``state`` and of the action, with numbers only.
    next : formula
        The state of the next period.
    actions : mapping
        The name of the action and what can be chosen: ``{"pressure": (0, 1)}`` every number from 0 to 1,
        ``{"pressure": [0, 1]}`` one of the two.
    discount_factor : number
        In (0, 1).
    start : number
        The state of the first period.
    interval : (low, high), optional
        States for which the problem is solved, by default from 0 to the start. The law may not lead out of it.
    horizon : int, optional
        Number of periods, by default infinitely many.

    Attributes
    ----------
    flow, law : SymPy expressions in the symbols ``state`` and the action
    choices : tuple of numbers
        The ends of the interval, or the numbers that can be chosen.
    continuous : bool

    Raises
    ------
    UsageError
        If a formula has other names, or a number is out of range.

    Examples
    --------
    >>> game = ControlGame("state*(p - p**2/2)", "state*(9/10 - p/10)", {"p": (0, 1)}, "19/20", "3/4")
    >>> game.action, game.continuous, game.arithmetic
    ('p', True, 'exact')
    """

    flow: Any
    law: Any
    action: str
    choices: tuple[Any, ...]
    continuous: bool
    discount_factor: Any
    start: Any
    interval: tuple[Any, Any]
    horizon: int | None

    def __init__(
        self,
        flow: object,
        next: object,  # noqa: A002 - the word that files use
        actions: Mapping[str, Sequence[object]],
        discount_factor: object,
        start: object,
        interval: Sequence[object] | None = None,
        horizon: int | None = None,
    ) -> None:
        import sympy

        if len(actions) != 1:
            raise UsageError(f"found {len(actions)} actions; expected one, with what can be chosen")
        ((name, given),) = actions.items()
        if name == STATE:
            raise UsageError("found an action called 'state'; choose another name")
        known = {each: symbol(each) for each in (STATE, name)}
        set_ = object.__setattr__
        set_(self, "action", name)
        set_(self, "continuous", isinstance(given, tuple))
        numbers = tuple(_number(each, f"action {name}") for each in given)
        if self.continuous and (len(numbers) != 2 or not _before(numbers[0], numbers[1])):
            raise UsageError(f"action {name}: found {given!r}; expected (low, high) with low < high, or a list")
        if not numbers or len(set(numbers)) < len(numbers):
            raise UsageError(f"action {name}: found {given!r}; expected different numbers, at least one")
        set_(self, "choices", numbers)
        for what, each in (("flow", flow), ("law", next)):
            made = _expression(each, known)
            set_(self, what, sympy.expand(made) if not made.has(sympy.Piecewise) else made)
        set_(self, "discount_factor", _number(discount_factor, "discount factor"))
        if not 0 < self.discount_factor < 1:
            raise UsageError(
                f"found the discount factor {plain(self.discount_factor)}; expected a number between 0 and 1"
            )
        set_(self, "start", _number(start, "start"))
        low, high = (0, self.start) if interval is None else interval
        set_(self, "interval", (_number(low, "interval"), _number(high, "interval")))
        if not (self.interval[0] <= self.start <= self.interval[1] and self.interval[0] < self.interval[1]):
            shown = ", ".join(plain(each) for each in self.interval)
            raise UsageError(f"found the start {plain(self.start)} and the states [{shown}]; expected the start inside")
        if horizon is not None and (isinstance(horizon, bool) or not isinstance(horizon, int) or horizon < 1):
            raise UsageError(f"found the horizon {horizon!r}; expected a number of periods, at least 1")
        set_(self, "horizon", horizon)

    @property
    def arithmetic(self) -> str:
        """``exact`` where all numbers are rational, else ``enclosed``: they are known as formulas, to any digit."""
        import sympy

        numbers = [*self.flow.atoms(sympy.Pow), *self.law.atoms(sympy.Pow)]
        rational = all(each.exp.is_Integer and each.free_symbols for each in numbers)
        others = self.flow.has(sympy.exp, sympy.log) or self.law.has(sympy.exp, sympy.log)
        ends = (self.start, self.discount_factor, *self.interval, *self.choices)
        return "exact" if rational and not others and all(isinstance(each, Fraction) for each in ends) else "enclosed"

    def table(self) -> Table:
        """Return the problem line by line."""
        return _table(self)

    def __repr__(self) -> str:
        ends = ", ".join(plain(each) for each in self.choices)
        chosen = f"[{ends}]" if self.continuous else f"{{{ends}}}"
        return f"<ControlGame: {self.action} in {chosen}, discount factor {plain(self.discount_factor)}>"


def _expression(given: Any, known: Mapping[str, Any]) -> Any:
    """Return a formula of the state and the action as SymPy; it may hold exact numbers of any kind, and no float."""
    import sympy

    if hasattr(given, "free_symbols"):
        strange = sorted(each.name for each in given.free_symbols if each.name not in known)
        if strange:
            raise UsageError(f"found the name {strange[0]!r}; expected {' and '.join(known)} and numbers")
        made = given.xreplace({each: known[each.name] for each in given.free_symbols})
    else:
        parsed = given if isinstance(given, formula.Formula) else formula.parse(given)
        parsed.require(known, "state or action")
        made = parsed.to_sympy(known)
    if made.has(sympy.Float):
        raise UsageError(f"found a float in {made}; expected exact numbers")
    return made


def _number(given: Any, what: str) -> Any:
    """Return a Fraction, or a SymPy number that is real and exact."""
    if hasattr(given, "free_symbols") and not getattr(given, "is_Rational", False):
        import sympy

        if given.free_symbols or not given.is_real or given.has(sympy.Float):
            raise UsageError(f"{what}: found {given}; expected an exact real number")
        return given
    try:
        return exact(given)
    except UsageError as error:
        raise UsageError(f"{what}: {error}") from None


def _before(low: Any, high: Any) -> bool:
    return bool(low < high)


@dataclass(frozen=True, init=False, eq=False)
class SymbolicControl(Displayed):
    """A decision problem with a real state whose numbers are formulas of parameters over a box.

    Parameters
    ----------
    flow, next, actions, horizon
        As in :class:`ControlGame`, with parameters and derived names in the formulas. Ends of the interval of actions,
        and actions of a list, may be formulas too.
    discount_factor, start : formula
    parameters, derived, constraints
        As in :class:`~detente.games.symbolic.SymbolicGame`.
    interval : (low, high), optional
        Formulas.

    Examples
    --------
    >>> hub = SymbolicControl("state*(a*p - p**2/2)", "state*(9/10 - e*p)", {"p": (0, 1)}, "d", 1,
    ...                       {"a": (0, 1), "e": ("1/10", "1/5"), "d": ("17/20", "19/20", "49/50")})
    >>> hub.at(a="1/2")
    <ControlGame: p in [0, 1], discount factor 19/20>
    """

    box: SymbolicGame
    flow: Any
    law: Any
    action: str
    choices: tuple[Any, ...]
    continuous: bool
    discount_factor: Any
    start: Any
    interval: tuple[Any, Any] | None
    horizon: int | None

    def __init__(
        self,
        flow: object,
        next: object,  # noqa: A002 - the word that files use
        actions: Mapping[str, Sequence[object]],
        discount_factor: object,
        start: object,
        parameters: Mapping[str, Any],
        derived: Mapping[str, Any] | None = None,
        constraints: Sequence[Any] = (),
        interval: Sequence[object] | None = None,
        horizon: int | None = None,
    ) -> None:
        if len(actions) != 1:
            raise UsageError(f"found {len(actions)} actions; expected one, with what can be chosen")
        ((name, given),) = actions.items()
        for each in (STATE, name):
            if each in parameters or each in (derived or {}):
                raise UsageError(f"found {each!r} both as a parameter and as the state or the action")
        set_ = object.__setattr__
        box = SymbolicGame([[0]], parameters, ["decision maker"], [["any"]], dict(derived or {}), constraints)
        known = {each: symbol(each) for each in (*box.parameters, *box.derived)}
        inner = {**known, STATE: symbol(STATE), name: symbol(name)}
        set_(self, "box", box)
        set_(self, "action", name)
        set_(self, "continuous", isinstance(given, tuple))
        set_(self, "choices", tuple(_expression(each, known) for each in given))
        set_(self, "flow", _expression(flow, inner))
        set_(self, "law", _expression(next, inner))
        set_(self, "discount_factor", _expression(discount_factor, known))
        set_(self, "start", _expression(start, known))
        set_(self, "interval", None if interval is None else tuple(_expression(each, known) for each in interval))
        set_(self, "horizon", horizon)

    def with_horizon(self, horizon: int | None) -> SymbolicControl:
        """Return the same problem for so many periods."""
        choices = self.choices if self.continuous else list(self.choices)
        return SymbolicControl(
            self.flow, self.law, {self.action: choices}, self.discount_factor, self.start, self.box.parameters,
            self.box.derived, self.box.constraints, self.interval, horizon,
        )  # fmt: skip

    @property
    def parameters(self) -> Any:
        """The box: an interval for every parameter."""
        return self.box.parameters

    def point(self, values: Mapping[str, object] | None = None, **more: object) -> dict[str, Fraction]:
        """Return the baseline with ``values`` in it, as exact numbers; unknown names are refused."""
        return self.box.point(values, **more)

    def at(self, values: Mapping[str, object] | None = None, **more: object) -> ControlGame:
        """Return the numeric problem at a point; parameters not named keep their value."""
        return self.at_point(self.point(values, **more))

    def at_point(self, point: Mapping[str, Any]) -> ControlGame:
        """Return the numeric problem where every parameter has the exact value in ``point``."""
        import sympy

        values = {symbol(name): sympy.Rational(each.numerator, each.denominator) for name, each in point.items()}

        def here(expression: Any) -> Any:
            return self.box.expand(expression).xreplace(values)

        choices = [here(each) for each in self.choices]
        return ControlGame(
            here(self.flow),
            here(self.law),
            {self.action: tuple(choices) if self.continuous else choices},
            here(self.discount_factor),
            here(self.start),
            None if self.interval is None else [here(each) for each in self.interval],
            self.horizon,
        )

    def table(self) -> Table:
        """Return the problem line by line."""
        return _table(self)

    def __repr__(self) -> str:
        return f"<SymbolicControl: {self.action}, {len(self.box.parameters)} parameters>"


def _table(problem: ControlGame | SymbolicControl) -> Table:
    """Return a problem, in numbers or in symbols, line by line."""
    from detente.printing import plain as formula_text

    chosen = ", ".join(map(formula_text, problem.choices))
    rows = [
        ("what a period pays", formula_text(problem.flow)),
        ("the next state", formula_text(problem.law)),
        (f"choices of {problem.action}", f"[{chosen}]" if problem.continuous else chosen),
        ("discount factor", formula_text(problem.discount_factor)),
        ("start", formula_text(problem.start)),
        ("periods", "for ever" if problem.horizon is None else str(problem.horizon)),
    ]
    return Table("decision problem with a state", ("part", "formula"), tuple(rows))
