"""Formulas and SymPy expressions as vectorized NumPy programs, and payoff arrays of a game over many draws.

An expression is read by walking its tree; no text is ever turned into code. Equal parts of all expressions share one
slot of the program and are computed once per block of draws.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import UsageError, did_you_mean
from detente.numbers import fraction_of, plain, to_float

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.games.symbolic import SymbolicGame

    Floats = NDArray[np.float64]

__all__ = ["BLOCK", "Program", "compiled", "joined", "payoff_columns", "payoffs"]

#: Draws computed in one go, so that intermediate results stay in cache.
BLOCK = 4096

_UFUNCS = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "**": "power", "neg": "negative", "square": "square",
    "min": "minimum", "max": "maximum", "abs": "absolute", "exp": "exp", "log": "log", "sqrt": "sqrt",
    "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal",
    "and": "logical_and", "or": "logical_or", "not": "logical_not", "where": "where",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Program:
    """Expressions compiled to a list of vectorized steps; call it with arrays by name.

    Attributes
    ----------
    names : tuple of str
        The parameters that the expressions use.
    steps : tuple of (slot, operation, argument slots)
        In order of computation; slots below ``len(names) + len(constants)`` hold inputs and constants.
    constants : tuple of (slot, value)
    outputs : tuple of int
        The slot of each expression.

    Examples
    --------
    >>> import numpy as np
    >>> program = compiled(["(a + b)**2", "sqrt(a + b)"], {}, ("a", "b"))
    >>> [each.tolist() for each in program({"a": np.array([1.0, 4.0]), "b": np.array([3.0, 5.0])})]
    [[16.0, 81.0], [2.0, 3.0]]
    >>> len(program.steps)
    3
    """

    names: tuple[str, ...]
    slots: tuple[int, ...]
    constants: tuple[tuple[int, Any], ...]
    steps: tuple[tuple[int, str, tuple[int, ...]], ...]
    outputs: tuple[int, ...]

    def __call__(self, values: Mapping[str, Any]) -> list[Any]:
        """Return each expression as an array, or a number where constant; outside its domain NaN or infinite."""
        import numpy as np

        last = dict.fromkeys(self.outputs, len(self.steps))
        for at, (_, _, arguments) in enumerate(self.steps):
            for slot in arguments:
                last[slot] = max(last.get(slot, 0), at)
        held: dict[int, Any] = dict(self.constants)
        held.update({slot: values[name] for name, slot in zip(self.names, self.slots, strict=True)})
        with np.errstate(all="ignore"):
            for at, (slot, operation, arguments) in enumerate(self.steps):
                held[slot] = getattr(np, _UFUNCS[operation])(*(held[each] for each in arguments))
                for each in set(arguments):
                    if last[each] == at:
                        del held[each]
        return [held[slot] for slot in self.outputs]


def compiled(
    expressions: Sequence[Any], derived: Mapping[str, Any], names: Sequence[str], *, condition: bool = False
) -> Program:
    """Compile formulas (text, parsed, numbers) or SymPy expressions over named parameters and derived values.

    Parameters
    ----------
    expressions : sequence
        With ``condition`` True, comparisons joined by ``and or not``.
    derived : mapping
        Name to expression; those also in ``names`` are taken from there.
    names : sequence of str
        The parameters that will be given.

    Raises
    ------
    FormulaError, UsageError
        On a name that nothing defines, a cycle, or what has no vectorized form.
    """
    builder = _Builder(derived, names)
    outputs = tuple(builder.expression(each, condition) for each in expressions)
    used = {key[1]: slot for key, slot in builder.slots.items() if key[0] == "name"}
    constants = tuple((slot, key[2]) for key, slot in builder.slots.items() if key[0] == "constant")
    return Program(tuple(used), tuple(used.values()), constants, tuple(builder.steps), outputs)


def joined(programs: Sequence[Program]) -> Program:
    """Return one program with the outputs of several, one after another; what they share is computed once.

    Examples
    --------
    >>> parts = [compiled([text], {}, ("a", "b")) for text in ("exp(a)*b", "exp(a) - b", "exp(a)*b")]
    >>> len(joined(parts).steps), [len(part.steps) for part in parts]
    (3, [2, 2, 2])
    """
    slots: dict[tuple[Any, ...], int] = {}
    steps: list[tuple[int, str, tuple[int, ...]]] = []
    outputs: list[int] = []
    for program in programs:
        place: dict[int, int] = {}
        for name, slot in zip(program.names, program.slots, strict=True):
            place[slot] = slots.setdefault(("name", name), len(slots))
        for slot, value in program.constants:
            place[slot] = slots.setdefault(("constant", type(value).__name__, value), len(slots))
        for slot, operation, arguments in program.steps:
            moved = tuple(place[each] for each in arguments)
            if (operation, *moved) not in slots:
                slots[operation, *moved] = len(slots)
                steps.append((slots[operation, *moved], operation, moved))
            place[slot] = slots[operation, *moved]
        outputs += [place[slot] for slot in program.outputs]
    names = {key[1]: slot for key, slot in slots.items() if key[0] == "name"}
    constants = tuple((slot, key[2]) for key, slot in slots.items() if key[0] == "constant")
    return Program(tuple(names), tuple(names.values()), constants, tuple(steps), tuple(outputs))


class _Builder:
    """Gives every distinct part of the expressions one slot."""

    def __init__(self, derived: Mapping[str, Any], names: Sequence[str]) -> None:
        self.derived, self.names = derived, frozenset(names)
        self.slots: dict[tuple[Any, ...], int] = {}
        self.steps: list[tuple[int, str, tuple[int, ...]]] = []
        self.path: list[str] = []
        self.known: dict[Any, int] = {}

    def slot(self, *key: Any) -> int:
        if key not in self.slots:
            self.slots[key] = len(self.slots)
            if key[0] not in {"name", "constant"}:
                self.steps.append((self.slots[key], key[0], key[1:]))
        return self.slots[key]

    def constant(self, value: Any) -> int:
        # The kind keeps True apart from 1.0 among the keys.
        return self.slot("constant", type(value).__name__, value)

    def fold(self, operation: str, parts: Sequence[int]) -> int:
        total = parts[0]
        for part in parts[1:]:
            total = self.slot(operation, total, part)
        return total

    def expression(self, given: Any, condition: bool = False) -> int:
        if isinstance(given, bool):
            return self.constant(given)
        if hasattr(given, "free_symbols") or hasattr(given, "is_Boolean"):
            return self.sympy(given)
        if isinstance(given, float):
            return self.constant(given)
        parsed = given if isinstance(given, formula.Formula) else formula.parse(given, condition=condition)
        parsed.require({*self.names, *self.derived})
        return self.node(parsed.root, parsed)

    def name(self, name: str) -> int:
        if name in self.names:
            return self.slot("name", name)
        if name not in self.derived:
            hint = did_you_mean(name, (*self.names, *self.derived))
            raise UsageError(f"unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
        if name in self.path:
            raise UsageError(f"derived parameters form a cycle: {' -> '.join((*self.path, name))}")
        self.path.append(name)
        found = self.expression(self.derived[name])
        self.path.pop()
        return found

    def power(self, base: int, exponent: Fraction) -> int:
        if exponent < 0:
            return self.slot("/", self.constant(1.0), self.power(base, -exponent))
        if exponent == 1:
            return base
        if exponent == 2:
            return self.slot("square", base)
        if exponent == Fraction(1, 2):
            return self.slot("sqrt", base)
        return self.slot("**", base, self.constant(to_float(exponent)))

    def piecewise(self, pairs: Sequence[tuple[int, int]], otherwise: int) -> int:
        for value, condition in reversed(pairs):
            otherwise = self.slot("where", condition, value, otherwise)
        return otherwise

    def node(self, node: formula.Node, parsed: formula.Formula) -> int:
        """Compile a tree of the closed grammar."""
        if node.op == "number":
            return self.constant(to_float(node.value))
        if node.op == "name":
            return self.name(node.value)
        if node.op == "item":
            raise UsageError(f"{node.value}[...] in {parsed.text!r} has no meaning here; expected names of parameters")
        parts = [self.node(arg, parsed) for arg in node.args]
        if node.op == "piecewise":
            return self.piecewise(list(zip(parts[:-1:2], parts[1::2], strict=False)), parts[-1])
        if node.op == "**" and node.args[1].op == "number":
            return self.power(parts[0], node.args[1].value)
        if node.op in {"min", "max", "and", "or"}:
            return self.fold(node.op, parts)
        return self.slot(node.op, *parts)

    def sympy(self, given: Any) -> int:
        """Compile a SymPy expression or condition."""
        if given not in self.known:
            self.known[given] = self._sympy(given)
        return self.known[given]

    def _sympy(self, given: Any) -> int:
        import sympy

        if given.is_Symbol:
            return self.name(given.name)
        if given in (sympy.true, sympy.false):
            return self.constant(bool(given))
        if getattr(given, "is_Rational", False):
            return self.constant(to_float(fraction_of(given)))
        if given.is_number and given.is_extended_real:
            return self.constant(float(given))
        if given.is_Add:
            return self._sum(given.args)
        if given.is_Mul:
            return self._product(given.args)
        if given.is_Pow:
            if given.exp.is_Rational:
                return self.power(self.sympy(given.base), fraction_of(given.exp))
            return self.slot("**", self.sympy(given.base), self.sympy(given.exp))
        if isinstance(given, sympy.Piecewise):
            pairs = [(self.sympy(value), self.sympy(condition)) for value, condition in given.args]
            covered = given.args[-1][1] == sympy.true
            return self.piecewise(
                pairs[:-1] if covered else pairs, pairs[-1][0] if covered else self.constant(float("nan"))
            )
        if isinstance(given, sympy.ITE):
            return self.slot("where", *(self.sympy(arg) for arg in given.args))
        if given.is_Relational:
            return self.slot(given.rel_op, self.sympy(given.lhs), self.sympy(given.rhs))
        operation = {
            sympy.Min: "min", sympy.Max: "max", sympy.Abs: "abs", sympy.exp: "exp", sympy.log: "log",
            sympy.And: "and", sympy.Or: "or", sympy.Not: "not",
        }.get(given.func)  # fmt: skip
        if operation is None:
            raise UsageError(f"found {given.func.__name__} in {given}; expected what the grammar of formulas has")
        # SymPy keeps arguments of some in a set; a stated order keeps sums and programs the same everywhere.
        arguments = [self.sympy(arg) for arg in sorted(given.args, key=sympy.default_sort_key)]
        return self.fold(operation, arguments) if len(arguments) > 1 else self.slot(operation, *arguments)

    def _sum(self, terms: Sequence[Any]) -> int:
        """Compile a sum, with differences where a term has a negative factor; positive terms come first."""
        positive = [term for term in terms if not term.could_extract_minus_sign()]
        negative = [-term for term in terms if term.could_extract_minus_sign()]
        parts = [self.sympy(term) for term in positive]
        total = self.fold("+", parts) if parts else self.slot("neg", self.sympy(negative.pop(0)))
        for term in negative:
            total = self.slot("-", total, self.sympy(term))
        return total

    def _product(self, factors: Sequence[Any]) -> int:
        """Compile a product, with one division for all factors of negative exponent."""
        above, below = [], []
        sign = False
        for factor in factors:
            if factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
                below.append(self.sympy(1 / factor))
            elif factor == -1:
                sign = True
            elif factor.is_Rational and factor.q != 1:
                below.append(self.constant(to_float(Fraction(int(factor.q)))))
                if factor.p != 1:
                    above.append(self.constant(to_float(Fraction(int(factor.p)))))
            else:
                above.append(self.sympy(factor))
        total = self.fold("*", above) if above else self.constant(1.0)
        if below:
            total = self.slot("/", total, self.fold("*", below))
        return self.slot("neg", total) if sign else total


@lru_cache(maxsize=32)
def _program(game: SymbolicGame, names: tuple[str, ...]) -> tuple[NDArray[np.intp], Program]:
    """Return the program of all payoffs, each once, and which of its outputs each cell of the table is."""
    import numpy as np

    program = compiled(list(game.payoffs.values()), game.derived, names)
    places = {slot: k for k, slot in enumerate(dict.fromkeys(program.outputs))}
    which = np.empty((len(game.players), *game.shape), dtype=np.intp)
    for cell, slot in zip(game.payoffs, program.outputs, strict=True):
        which[cell] = places[slot]
    return which, replace(program, outputs=tuple(places))


def payoffs(game: Any, draws: Mapping[str, Any], n: int | None = None) -> Floats:
    """Return the payoff array of a parametric game at every draw.

    Parameters
    ----------
    game : SymbolicGame or game of a study
        A normal form; trees are solved in batches by :mod:`~detente.conclusions.ensemble.tree_batch`.
    draws : mapping of str to (n,) array or number
        Parameters not named keep their value; a derived name stands in place of its formula.
    n : int, optional
        Number of draws, where no array tells it.

    Returns
    -------
    (n, player, s1, .., sN) float64 array, C order
        Each entry within a few roundings of the exact value at the stored draws.

    Raises
    ------
    UsageError
        If the game has no payoff table, a name is unknown, lengths differ, or a payoff is not finite at some draw
        (with the draw).

    Notes
    -----
    Computed in blocks of 4,096 draws, one array per part of a formula, each part once.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> game = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], {"b": (1, 3), "c": (0, 2)})
    >>> payoffs(game, {"b": [2.0, 3.0], "c": 0.5})[:, 0].tolist()
    [[[1.5, -0.5], [2.0, 0.0]], [[2.5, -0.5], [3.0, 0.0]]]
    """
    import numpy as np

    columns, which = payoff_columns(game, draws, n)
    return np.take(columns, which, axis=1)


def payoff_columns(game: Any, draws: Mapping[str, Any], n: int | None = None) -> tuple[Floats, NDArray[np.intp]]:
    """Return the payoffs of :func:`payoffs` with equal formulas once: columns (n, k), and the column of every cell.

    Large tables hold few formulas where only numbers of players count.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> game = SymbolicGame([[["b", 0], [0, "b"]], [["b", 0], [0, "b"]]], {"b": (1, 3)})
    >>> columns, which = payoff_columns(game, {"b": [2.0, 3.0]})
    >>> columns.tolist(), which[0].tolist()
    ([[2.0, 0.0], [3.0, 0.0]], [[0, 1], [1, 0]])
    """
    import numpy as np

    game = getattr(game, "symbolic", game)
    if not hasattr(game, "shape"):
        raise UsageError(f"found a {type(game).__name__}, which has no payoff table; expected a normal form")
    values = {name: np.asarray(each, dtype=np.float64) for name, each in draws.items()}
    for name in values:
        if name not in game.parameters and name not in game.derived:
            hint = did_you_mean(name, (*game.parameters, *game.derived))
            raise UsageError(f"unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
    lengths = {len(each) for each in values.values() if each.ndim == 1}
    lengths |= {n} if n is not None else {draws.n} if hasattr(draws, "n") else set()
    if len(lengths) > 1 or any(each.ndim > 1 for each in values.values()):
        raise UsageError(f"found draws of lengths {sorted(lengths)}; expected one array of one length per parameter")
    count = lengths.pop() if lengths else 1
    every = {name: np.asarray(to_float(each)) for name, each in game.baseline.items()} | values
    which, program = _program(game, tuple(every))
    columns = np.empty((count, len(program.outputs)))
    for at in range(0, count, BLOCK):
        block = {name: each[at : at + BLOCK] if each.ndim else each for name, each in every.items()}
        for column, found in enumerate(program(block)):
            columns[at : at + BLOCK, column] = found
    if not np.isfinite(columns).all():
        table = np.take(columns, which, axis=1)
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(table))[0])
        raise UsageError(_not_finite(game, every, where, float(table[where])))
    return columns, which


def _not_finite(game: SymbolicGame, every: Mapping[str, Any], where: tuple[int, ...], value: float) -> str:
    draw, player, *profile = where
    used = game.expand(game.payoff(player, profile)).free_symbols
    names = sorted(each.name for each in used)
    at = ", ".join(f"{name} = {plain(float(every[name][draw] if every[name].ndim else every[name]))}" for name in names)
    chosen = ", ".join(own[k] for own, k in zip(game.strategies, profile, strict=True))
    return (
        f"the payoff of {game.players[player]} at ({chosen}) is {value} at draw {draw} ({at}); "
        "expected a finite number; keep the draws inside the domain of the formula"
    )
