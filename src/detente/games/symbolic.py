"""Games whose payoffs are formulas of parameters over a box."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.display import Displayed, Table
from detente.errors import FormulaError, UsageError, did_you_mean
from detente.formula import symbol
from detente.games.normal import NormalFormGame, Profile, deviations, labels
from detente.games.rational import is_rational, rational_value
from detente.numbers import exact, fraction_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Interval", "SymbolicGame", "symbol"]

_RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Interval:
    """A closed interval ``[low, high]`` with the value used unless another is asked for."""

    low: Fraction
    high: Fraction
    value: Fraction

    @classmethod
    def make(cls, given: object) -> Interval:
        """Return an interval from ``(low, high)``, ``(low, value, high)`` or an Interval.

        With two numbers the value is the midpoint.
        """
        if isinstance(given, Interval):
            return given
        parts = tuple(given) if isinstance(given, (tuple, list)) else ()
        if len(parts) == 2:
            low, high = (exact(part) for part in parts)
            value = (low + high) / 2
        elif len(parts) == 3:
            low, value, high = (exact(part) for part in parts)
        else:
            raise UsageError(f"found {given!r}; expected (low, high) or (low, value, high)")
        if not low <= value <= high:
            raise UsageError(f"found the interval {given!r}; expected low <= value <= high")
        return cls(low, high, value)


@dataclass(frozen=True, eq=False)
class SymbolicGame(Displayed):
    """A normal-form game with payoffs in parameters.

    Parameters
    ----------
    payoffs : nested sequence
        ``payoffs[i][s1]..[sN]``, each a formula as text, a number or a SymPy expression.
    parameters : mapping
        Name to ``(low, high)`` or ``(low, value, high)``: the box.
    derived : mapping, optional
        Name to a formula of parameters and other derived names; a payoff may use it like a parameter.
    players, strategies : optional
        As in :class:`NormalFormGame`.
    constraints : sequence, optional
        Conditions on parameters, as text, that cut points off the box.

    Examples
    --------
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (0, 2)})
    >>> s.at(b=2, c="1/2").payoff(0, (0, 0))
    Fraction(3, 2)
    """

    payoffs: Any
    parameters: Any
    players: Any = None
    strategies: Any = None
    derived: Any = field(default_factory=dict)
    constraints: Any = ()

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        box = {name: Interval.make(given) for name, given in dict(self.parameters).items()}
        twice = sorted(set(box) & set(self.derived))
        if twice:
            raise UsageError(f"found {twice[0]!r} both as a parameter and as a derived name; expected one of the two")
        known = {name: symbol(name) for name in (*box, *self.derived)}
        set_(self, "parameters", box)
        set_(self, "derived", {name: _expression(given, known) for name, given in dict(self.derived).items()})
        set_(self, "constraints", tuple(_condition(given, known) for given in self.constraints))
        shape, cells = _flatten(self.payoffs)
        if len(shape) != shape[0] + 1:
            raise UsageError(f"found payoffs of shape {shape}; expected payoffs[player][s1]..[sN]")
        set_(self, "players", labels(self.players, shape[0], "player"))
        given = self.strategies or [None] * shape[0]
        if len(given) != shape[0]:
            raise UsageError(f"found strategies for {len(given)} players; expected {shape[0]}")
        set_(
            self,
            "strategies",
            tuple(labels(given[i], shape[i + 1], f"strategy of {self.players[i]}") for i in range(shape[0])),
        )
        made: dict[int, Any] = {}  # cells of a large table often hold one formula, by its identity
        for cell in cells.values():
            if id(cell) not in made:
                made[id(cell)] = _expression(cell, known)
        table = {index: made[id(cell)] for index, cell in cells.items()}
        set_(self, "payoffs", table)
        _ = self._definitions  # refuses a cycle here, before an expansion meets it

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of strategies of each player."""
        return tuple(len(own) for own in self.strategies)

    @property
    def baseline(self) -> dict[str, Fraction]:
        """The value of every parameter unless another is asked for."""
        return {name: interval.value for name, interval in self.parameters.items()}

    def profiles(self) -> Iterator[Profile]:
        """Yield every pure profile in lexicographic order."""
        return product(*(range(size) for size in self.shape))

    def payoff(self, player: int, profile: Sequence[int]) -> Any:
        """Return the payoff as a SymPy expression in parameters and derived names."""
        return self.payoffs[(player, *profile)]

    def difference(self, player: int, a: Profile, b: Profile) -> Any:
        """Return what a player gets more at one profile than at another; equal differences are one object."""
        first, second = self.payoff(player, a), self.payoff(player, b)
        key = id(first), id(second)  # payoffs stay in their table, and large tables hold few different ones
        if key not in self._differences:
            found = first - second
            self._differences[key] = self._differences.setdefault(found, found)
        return self._differences[key]

    def losses(self, profile: Profile) -> tuple[Any, ...]:
        """Return what each deviation of a single player from a profile loses, players in order, equal losses once."""
        if profile not in self._losses:
            found = (self.difference(player, profile, other) for player, other in deviations(self.shape, profile))
            self._losses[profile] = tuple(dict.fromkeys(found))
        return self._losses[profile]

    @cached_property
    def _differences(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def _losses(self) -> dict[Profile, tuple[Any, ...]]:
        return {}

    @cached_property
    def _written(self) -> dict[tuple[int, bool], tuple[Any, Any]]:
        """Formulas as SymPy by the identity of their trees, which are kept beside them."""
        return {}

    @cached_property
    def _expanded(self) -> dict[Any, Any]:
        return {}

    @cached_property
    def _definitions(self) -> dict[Any, Any]:
        """Derived symbols as expressions in parameters alone, in an order without forward uses."""
        resolved: dict[Any, Any] = {}

        def resolve(name: str, path: tuple[str, ...]) -> Any:
            if name in path:
                raise UsageError(f"derived parameters form a cycle: {' -> '.join((*path, name))}")
            own = symbol(name)
            if own not in resolved:
                expression = self.derived[name]
                inner = {
                    each: resolve(each.name, (*path, name))
                    for each in sorted(expression.free_symbols, key=str)
                    if each.name in self.derived
                }
                resolved[own] = expression.xreplace(inner)
            return resolved[own]

        for name in self.derived:
            resolve(name, ())
        return resolved

    @cached_property
    def opaque(self) -> tuple[str, ...]:
        """Derived names whose own formula is no rational function; an atlas keeps them as symbols with an interval."""
        return tuple(name for name, formula in self.derived.items() if not is_rational(formula))

    def expand(self, expression: Any, keep: Sequence[str] = ()) -> Any:
        """Return ``expression`` with derived names replaced by their formulas, but those in ``keep``."""
        kept = {symbol(name) for name in keep}
        if not kept:
            if expression not in self._expanded:
                self._expanded[expression] = expression.xreplace(self._definitions)
            return self._expanded[expression]
        while True:
            inner = {
                each: self.derived[each.name]
                for each in expression.free_symbols
                if each.name in self.derived and each not in kept
            }
            if not inner:
                return expression
            expression = expression.xreplace(inner)

    def expression(self, parsed: formula.Formula, *, as_written: bool = False) -> Any:
        """Return a formula over parameters, derived names and ``payoff[PLAYER][STRATEGY, ..]`` as SymPy.

        ``as_written`` as in :meth:`detente.formula.Formula.to_sympy`, where only numbers are wanted.

        Raises
        ------
        FormulaError
            With the column of an unknown name, player or strategy.
        """

        def item(node: formula.Node) -> Any:
            def fail(found: str, known: Sequence[str], name: str) -> FormulaError:
                return FormulaError(
                    parsed.text, node.column, found, f"expected one of {', '.join(known)}", did_you_mean(name, known)
                )

            if node.value != "payoff" or len(node.keys) != 2 or len(node.keys[0]) != 1:
                raise FormulaError(
                    parsed.text, node.column, f"found {node.value}[...]", "expected payoff[PLAYER][STRATEGY, ..]"
                )
            (name,), chosen = node.keys
            if name not in self.players:
                raise fail(f"unknown player {name!r}", self.players, name)
            if len(chosen) != len(self.players):
                raise FormulaError(
                    parsed.text,
                    node.column,
                    f"found {len(chosen)} strategies",
                    f"expected {len(self.players)}, one per player",
                )
            for own, strategy in zip(self.strategies, chosen, strict=True):
                if strategy not in own:
                    raise fail(f"unknown strategy {strategy!r}", own, strategy)
            profile = tuple(own.index(strategy) for own, strategy in zip(self.strategies, chosen, strict=True))
            return self.payoff(self.players.index(name), profile)

        # extremes of many terms are slow to build, and thresholds ask for them at every sign
        key = id(parsed.root), as_written
        if key not in self._written:
            known = {name: symbol(name) for name in (*self.parameters, *self.derived)}
            self._written[key] = parsed.root, parsed.to_sympy(known, item, as_written=as_written)
        return self._written[key][1]

    def point(self, values: Mapping[str, object] | None = None, **more: object) -> dict[str, Fraction]:
        """Return the baseline with ``values`` in it, as exact numbers; unknown names are refused."""
        chosen = self.baseline
        for name, value in {**(values or {}), **more}.items():
            if name not in chosen:
                known = (*self.parameters, *self.derived)
                hint = "it is derived; change what it is made of" if name in self.derived else did_you_mean(name, known)
                raise UsageError(f"unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
            chosen[name] = exact(value)
        return chosen

    def allowed(self, point: Mapping[str, Fraction]) -> bool:
        """Return whether a point with a value for every parameter satisfies all constraints."""
        return all(self._met(each, point) for each in self.constraints)

    def _met(self, condition: Any, point: Mapping[str, Fraction]) -> bool:
        if condition.is_Relational:
            difference = rational_value(self.expand(condition.lhs - condition.rhs), point)
            if difference is not None:
                return bool(_RELATIONS[condition.rel_op](difference, 0))
        import sympy

        values = {symbol(name): sympy.Rational(value.numerator, value.denominator) for name, value in point.items()}
        return bool(self.expand(condition).xreplace(values))

    def evaluate(self, expression: Any, values: Mapping[str, Any]) -> Any:
        """Return ``expression`` at ``values``: a Fraction where it is rational, else a float.

        ``values`` may hold a derived name, which then stands in place of its formula.
        """
        exact_value = self._exact(expression, dict(values))
        if exact_value is not None:
            return exact_value
        numeric = self.expand(expression, keep=[name for name in values if name in self.derived])
        exact_value = rational_value(numeric, values)  # a division by zero may have cancelled
        if exact_value is not None:
            return exact_value
        import sympy

        replaced = numeric.xreplace(
            {
                each: sympy.Rational(values[each.name].numerator, values[each.name].denominator)
                for each in numeric.free_symbols
            }
        )
        if replaced.is_Rational:
            return fraction_of(replaced)
        try:
            value = float(replaced)
        except TypeError:  # complex, or zoo
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(f"{expression} has no real value at this point")
        return value

    def _exact(self, expression: Any, known: dict[str, Any]) -> Fraction | None:
        """Return an expression at exact values, to which those of the derived names that it needs are added, or None.

        Their formulas are not put in: SymPy would compare the arguments of all extremes anew.
        """
        for name in (each.name for each in expression.free_symbols):
            if name in self.derived and name not in known:
                value = self._exact(self.derived[name], known)
                if value is None:
                    return None
                known[name] = value
        return rational_value(expression, known)

    def at(self, values: Mapping[str, object] | None = None, **more: object) -> NormalFormGame:
        """Return the numeric game at a point; parameters not named keep their value."""
        return self.at_point(self.point(values, **more))

    def at_point(self, point: Mapping[str, Any]) -> NormalFormGame:
        """Return the numeric game where every parameter has the exact value in ``point``."""
        import numpy as np

        table = np.empty((len(self.players), *self.shape), dtype=object)
        values: dict[int, Any] = {}  # equal payoffs are often one object
        for index, expression in self.payoffs.items():
            if id(expression) not in values:
                values[id(expression)] = self.evaluate(expression, point)
            table[index] = values[id(expression)]
        return NormalFormGame(table, self.players, self.strategies)

    def table(self) -> Table:
        """Return the formulas of all payoffs, one row for each profile, with the box below."""
        from detente.printing import plain as formula_text

        rows = tuple(
            (
                *(own[index] for own, index in zip(self.strategies, profile, strict=True)),
                *(formula_text(self.payoff(player, profile)) for player in range(len(self.players))),
            )
            for profile in self.profiles()
        )
        box = ", ".join(f"{name} in [{plain(each.low)}, {plain(each.high)}]" for name, each in self.parameters.items())
        columns = (*self.players, *(f"payoff of {name}" for name in self.players))
        return Table("payoffs", columns, rows, (box,) if box else ())

    def __repr__(self) -> str:
        sizes = "x".join(str(size) for size in self.shape)
        return f"<SymbolicGame {sizes}, players {', '.join(self.players)}, {len(self.parameters)} parameters>"


def _expression(given: Any, known: Mapping[str, Any]) -> Any:
    """Return a formula, number or SymPy expression as SymPy over the known symbols."""
    if hasattr(given, "free_symbols"):
        unknown = sorted(each.name for each in given.free_symbols if each.name not in known)
        if unknown:
            hint = did_you_mean(unknown[0], known)
            raise UsageError(f"unknown parameter {unknown[0]!r} in {given}" + (f"; {hint}" if hint else ""))
        return given.xreplace({each: known[each.name] for each in given.free_symbols})
    if isinstance(given, float):
        raise UsageError(f"found the float {given!r} in a symbolic game; write it as text, as in {str(given)!r}")
    parsed = given if isinstance(given, formula.Formula) else formula.parse(given)
    return parsed.to_sympy(known)


def _condition(given: Any, known: Mapping[str, Any]) -> Any:
    """Return a condition, as text, parsed formula or SymPy, over the known symbols."""
    if hasattr(given, "free_symbols"):
        return _expression(given, known)
    parsed = given if isinstance(given, formula.Formula) else formula.parse(given, condition=True)
    return parsed.to_sympy(known)


def _flatten(payoffs: Any) -> tuple[tuple[int, ...], dict[tuple[int, ...], Any]]:
    """Return shape and cells of a nested sequence or array, refusing uneven ones."""
    if isinstance(payoffs, dict):
        shape = tuple(max(index[axis] for index in payoffs) + 1 for axis in range(len(next(iter(payoffs)))))
        return shape, dict(payoffs)
    cells: dict[tuple[int, ...], Any] = {}
    shapes: set[tuple[int, ...]] = set()

    def walk(value: Any, index: tuple[int, ...], sizes: tuple[int, ...]) -> None:
        nested = isinstance(value, (list, tuple)) or (
            hasattr(value, "shape") and hasattr(value, "tolist") and value.shape
        )
        if not nested:
            cells[index] = value
            shapes.add(sizes)
            return
        parts = list(value)
        for position, part in enumerate(parts):
            walk(part, (*index, position), (*sizes, len(parts)))

    walk(payoffs, (), ())
    if len(shapes) != 1 or shapes == {()}:
        raise UsageError("found payoffs of uneven lengths; expected payoffs[player][s1]..[sN]")
    return shapes.pop(), cells
