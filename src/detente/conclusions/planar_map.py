"""The plane of two parameters cut by what holds where: sets of equilibria, or classes of a 2x2 game.

With all other parameters at exact values, what holds depends on the signs of finitely many polynomials in the two.
Their irreducible factors are the only curves on which it can change. A rational point in every open cell between the
curves (:mod:`detente.solve.parametric.partition`) tells everything that occurs off them, however small; which side of
a curve has what is read off the signs. Where an expression is not rational in the two, what holds is proved piece by
piece (:mod:`detente.conclusions._proved_cells`) and open elsewhere, which the map says. Of a tree the outcomes of its
subgame-perfect equilibria are mapped.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from detente.conclusions._proved_cells import proved_cells
from detente.conclusions.conclusion import Conclusion, describe_set
from detente.conclusions.game_signs import deciding_expressions, game_signs
from detente.conclusions.tree_outcomes import TreeOutcomes
from detente.errors import UsageError, did_you_mean
from detente.formula import symbol
from detente.games.rational import fast
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.parametric.point_signs import sign_at
from detente.solve.parametric.signs import bounds
from detente.solve.parametric.support_polynomials import SupportPolynomials, support_polynomials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.conclusions._proved_cells import Piece

__all__ = ["KINDS", "Curve", "PlanarMap", "planar_map"]

#: What a map may show.
KINDS = ("equilibria", "class")
#: Curves up to which every open cell is looked at.
_CURVES = 24

#: What holds: the equilibria, or the class alone.
State = tuple[str, ...]


@dataclass(frozen=True)
class Curve:
    """Where an expression in the two parameters is zero, and how that is written in the names of the game.

    ``polynomial`` is irreducible, one of FLINT, its generators the parameters in the order of the map; None where the
    expression is not rational.
    """

    polynomial: Any = field(repr=False)
    equation: Any
    expression: Any = field(default=None, repr=False)

    def sign(self, values: Mapping[str, Any], names: Sequence[str]) -> int | None:
        """Return the sign at exact values, None where it is open or the expression has no value."""
        if self.polynomial is None:
            return sign_at(self.expression, values)
        value = self.polynomial(*(values[name] for name in names))
        return int(value > 0) - int(value < 0)


@dataclass(frozen=True)
class PlanarMap:
    """What holds where over two parameters.

    Attributes
    ----------
    names : pair of str
        The parameters, the horizontal one first.
    kind : str
        ``equilibria`` or ``class``.
    curves : tuple of Curve
        Everything on which it may change.
    witnesses : mapping
        Everything that holds somewhere off the curves, with an exact point where it does.
    complete : bool
        True where nothing else holds off the curves.
    notes : tuple of str
    undecided : tuple of (left, right, bottom, top)
        Pieces on which it is not proved what holds; where all is rational there are none.
    proved : Fraction
        The share of the map on which it is proved.
    """

    game: SymbolicGame = field(repr=False)
    names: tuple[str, str]
    point: Mapping[str, Fraction] = field(repr=False)
    kind: str
    curves: tuple[Curve, ...]
    witnesses: Mapping[State, Mapping[str, Fraction]]
    complete: bool
    notes: tuple[str, ...] = ()
    undecided: tuple[Piece, ...] = field(default=(), repr=False)
    proved: Fraction = Fraction(1)
    _state: Callable[[tuple[int, ...]], State | None] = field(repr=False, default=lambda _: None)
    _tied: Callable[[Mapping[str, Fraction]], State | None] | None = field(repr=False, default=None)

    def state(self, signs: Sequence[int]) -> State | None:
        """Return what holds where the curves have these signs, None where there is no game."""
        return self._state(tuple(signs))

    def signs(self, values: Mapping[str, Fraction]) -> tuple[int, ...]:
        """Return the sign of every curve's expression at exact values of the two parameters.

        Raises
        ------
        UsageError
            Where an irrational one has no value, or none whose sign is certain.
        """
        here = {name: fast(values[name]) for name in self.names}
        found = [each.sign(here, self.names) for each in self.curves]
        told = tuple(sign for sign in found if sign is not None)
        if len(told) < len(found):
            raise UsageError("an expression has no value at this point, or none whose sign is certain")
        return told

    def at(self, values: Mapping[str, Fraction]) -> State | None:
        """Return what holds at exact values of the two parameters, on a curve too; None where there is no game."""
        signs = self.signs(values)
        if self._tied is not None and 0 in signs:
            return self._tied(values)
        return self.state(signs)

    def to_json(self) -> dict[str, Any]:
        """Return the map as data: what occurs, with a point for each, and the curves."""
        from detente.printing import plain

        return {
            "over": list(self.names),
            "kind": self.kind,
            "complete": self.complete,
            "proved": str(self.proved),
            "curves": [plain(each.equation) for each in self.curves],
            "regions": [
                {"holds": list(state), "at": {name: str(value) for name, value in point.items()}}
                for state, point in self.witnesses.items()
            ],
        }


def planar_map(
    game: SymbolicGame | SymbolicTree,
    names: Sequence[str],
    at: Mapping[str, object] | None = None,
    kind: str = "equilibria",
) -> PlanarMap:
    """Return what holds where over two parameters, all others at exact values.

    Parameters
    ----------
    game : SymbolicGame or SymbolicTree
        Of two players all equilibria are mapped, of more the pure ones; of a tree the outcomes.
        Where payoffs are rational in the two parameters the map is exact, else it is proved piece by piece.
    names : pair of str
        The two parameters.
    at : mapping, optional
        Values of the others, by default their baseline.
    kind : {"equilibria", "class"}
        ``class`` is the class of a 2x2 game.

    Raises
    ------
    UsageError
        If a name is unknown, or an interval is a point.

    Examples
    --------
    >>> s = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": (0, 3), "h": ("1/2", 2)})
    >>> found = planar_map(s, ["s", "h"])
    >>> [str(curve.equation) for curve in found.curves], sorted(found.witnesses)
    (['Eq(-h + s, 0)'], [('1,1', '2,2', 'mixed'), ('2,2',)])
    """
    if kind not in KINDS:
        raise UsageError(f"found the map {kind!r}; expected one of {', '.join(KINDS)}")
    if len(names) != 2 or names[0] == names[1]:
        raise UsageError(f"found the parameters {', '.join(names) or 'none'}; a map has two different ones")
    formulas = game.formulas if isinstance(game, SymbolicTree) else game
    for name in names:
        if name not in formulas.parameters:
            hint = did_you_mean(name, formulas.parameters)
            raise UsageError(f"unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
        if formulas.parameters[name].low == formulas.parameters[name].high:
            raise UsageError(f"the interval of {name} is a point; a map needs one of positive length")
    outcomes = TreeOutcomes(game) if isinstance(game, SymbolicTree) else None
    return _Maker(formulas, (names[0], names[1]), formulas.point(at), kind, outcomes).made()


class _Maker:
    """Puts a map together."""

    def __init__(
        self,
        game: SymbolicGame,
        names: tuple[str, str],
        point: Mapping[str, Fraction],
        kind: str,
        outcomes: TreeOutcomes | None = None,
    ) -> None:
        import sympy

        self.outcomes = outcomes

        self.game, self.names, self.point, self.kind = game, names, point, kind
        self.box = {name: (game.parameters[name].low, game.parameters[name].high) for name in names}
        self.numbers = {
            symbol(name): sympy.Rational(value.numerator, value.denominator)
            for name, value in point.items()
            if name not in names
        }
        self.supports: SupportPolynomials | None = None
        if outcomes is not None:
            if kind == "class":
                raise UsageError("found the map class of a tree; classes are for 2x2 games")
            expressions = outcomes.expressions()
            if outcomes.tied:
                expressions += [each for each in outcomes.choices() if -each not in expressions]
        elif kind == "class":
            if game.shape != (2, 2):
                raise UsageError(
                    f"found a game of {'x'.join(map(str, game.shape))} profiles; classes are for 2x2 games"
                )
            expressions = deciding_expressions(game, Conclusion("class", "class"))
        elif len(game.shape) == 2 and game.shape != (2, 2):
            payoffs = {index: self.reduced(each) for index, each in game.payoffs.items()}
            own = {name: game.parameters[name] for name in names}
            self.supports = support_polynomials(SymbolicGame(payoffs, own, game.players, game.strategies))
            expressions = list(self.supports.expressions)
        else:
            expressions = deciding_expressions(game, None)
        self.expressions = list(dict.fromkeys(expressions))

    def reduced(self, expression: Any) -> Any:
        """Return an expression in the two parameters alone."""
        return self.game.expand(expression).xreplace(self.numbers)

    def made(self) -> PlanarMap:
        """Return the map."""
        from detente.solve.parametric._polynomial_ring import Ring

        free = [symbol(name) for name in self.names]
        limits, odd = self._limits()
        payoffs = [self.reduced(each) for each in self._payoffs()]
        flat = [self.reduced(each) for each in self.expressions]
        ring = Ring([*free, *flat, *(each for each, _ in limits), *payoffs])
        rational = all(each in free for each in ring.generators)
        signs = _Factors(ring, [ring.generators.index(each) for each in free], self.box)
        for given, plain in zip(self.expressions, flat, strict=True):
            signs.add(given, plain)
        written = deciding_expressions(self.game, None) if self.supports is not None else self.expressions
        for given in written:
            signs.show(self.reduced(given), given)
        for (plain, _), label in zip(limits, range(len(limits)), strict=True):
            signs.add(("limit", label), plain)
        poles = [ring.expression(bottom) for each in payoffs if not (bottom := ring.quotient(each)[1]).is_constant()]
        for label, plain in enumerate(poles):
            signs.add(("pole", label), plain)
        state = lru_cache(maxsize=None)(partial(self._state, signs, [allowed for _, allowed in limits], len(poles)))
        curves = tuple(signs.curves())
        found = PlanarMap(self.game, self.names, self.point, self.kind, curves, {}, complete=False, _state=state)
        if self.outcomes is not None:
            found = replace(found, _tied=self._tied)
        notes = [f"the constraint {each} is not drawn" for each in odd]
        if self.outcomes is not None:
            notes.append("shown are the outcomes of subgame-perfect equilibria")
        elif self.kind == "equilibria" and len(self.game.shape) > 2:
            notes.append("only pure equilibria are shown")
        if not rational:
            return self._proved(found, notes)
        complete = len(curves) <= _CURVES
        witnesses: dict[State, Mapping[str, Fraction]] = {}
        for place in self._places(signs) if complete else self._grid():
            here = found.at(place)
            if here is not None and 0 not in found.signs(place):
                witnesses.setdefault(here, place)
        if not complete:
            notes.append(f"there are {len(curves)} curves; what holds in cells too small to meet a grid is not listed")
        return replace(found, witnesses=witnesses, complete=complete, notes=tuple(notes))

    def _payoffs(self) -> list[Any]:
        """Return the payoffs that have to be defined; of a tree with cases none, as each case has its own."""
        if self.outcomes is None:
            return list(self.game.payoffs.values())
        cases = self.outcomes.cases
        return [value for way in cases[0].ways[0] for value in way.values] if len(cases) == 1 else []

    def _proved(self, found: PlanarMap, notes: list[str]) -> PlanarMap:
        """Return the map of expressions that are not all rational: what is proved on pieces of it."""
        expressions = [each.expression for each in found.curves]
        cells = proved_cells(expressions, self.names, self.box, found.state)
        share = f"{100 * float(cells.share):.3g} %"
        notes.append(
            f"a formula is not rational in {' and '.join(self.names)}: what holds is proved on {share} of the map; the "
            "rest, along the curves, is shaded"
        )
        return replace(
            found, witnesses=cells.witnesses, notes=tuple(notes), undecided=cells.undecided, proved=cells.share
        )

    def _limits(self) -> tuple[list[tuple[Any, set[int]]], list[str]]:
        """Return the constraints as expressions with the signs they may have, and those that are no comparisons."""
        allowed = {">": {1}, ">=": {0, 1}, "<": {-1}, "<=": {-1, 0}, "==": {0}, "!=": {-1, 1}}
        limits, odd = [], []
        for condition in self.game.constraints:
            for each in condition.args if type(condition).__name__ == "And" else (condition,):
                if each.is_Relational:
                    limits.append((self.reduced(each.lhs - each.rhs), allowed[each.rel_op]))
                else:
                    odd.append(str(each))
        return limits, odd

    def _state(self, signs: _Factors, limits: list[set[int]], poles: int, found: Sequence[int]) -> State | None:
        """Return what holds where the curves have these signs."""
        if any(not signs.of(("pole", k), found) for k in range(poles)):
            return None
        if any(signs.of(("limit", k), found) not in allowed for k, allowed in enumerate(limits)):
            return None

        def sign(expression: Any) -> int:
            return signs.of(expression, found)

        if self.outcomes is not None:
            try:
                return self.outcomes.solve(sign)[0]
            except KeyError:  # on a curve, where more comparisons count than the map has: see `at`
                return None
        if self.supports is not None:
            return tuple(",".join("+".join(own) for own in each) for each in self.supports.equilibria(sign))
        view = game_signs(self.game, sign)
        return (view.class_name,) if self.kind == "class" else describe_set(view)

    def _tied(self, values: Mapping[str, Fraction]) -> State | None:
        """Return the outcomes of a tree at a point where some comparison is an equality."""
        assert self.outcomes is not None
        point = {**self.point, **values}
        return self.outcomes.at(point)[0] if self.game.allowed(point) else None

    def _places(self, signs: _Factors) -> list[dict[str, Fraction]]:
        """Return a rational point in every open cell between the curves."""
        from detente.solve.parametric._planar_roots import all_roots, projected, samples

        x, y = self.names
        first, second = signs.order
        polynomials = [each for each, _ in signs.shown()]
        places = []
        for a in samples(projected(polynomials, signs.order, self.box[x]), self.box[x]):
            above = [each.subs({signs.ring.names[first]: fast(a)}) for each in polynomials]
            places += [{x: a, y: b} for b in samples(all_roots(above, second, self.box[y]), self.box[y])]
        return places

    def _grid(self, cells: int = 60) -> list[dict[str, Fraction]]:
        (a, b), (c, d) = (self.box[name] for name in self.names)
        shares = [Fraction(2 * k + 1, 2 * cells) for k in range(cells)]
        x, y = self.names
        return [{x: a + (b - a) * s, y: c + (d - c) * t} for s in shares for t in shares]


class _Factors:
    """Expressions in two parameters as products of irreducible factors, those that may vanish in a box by number."""

    def __init__(self, ring: Any, order: list[int], box: Mapping[str, tuple[Fraction, Fraction]]) -> None:
        self.ring, self.order, self.box = ring, order, box
        self._primes: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}
        self._settled: dict[str, int | None] = {}
        self._equations: dict[str, Any] = {}
        self._parts: dict[Any, tuple[int, tuple[tuple[int, int], ...]]] = {}

    def add(self, name: Any, expression: Any) -> None:
        """Note an expression under a name."""
        from detente.solve.parametric._polynomial_ring import monic

        top, bottom = self.ring.quotient(expression)
        turn, own = (1 if top else 0), []
        for polynomial in (top, bottom) if top else ():
            unit, found = polynomial.factor()
            turn *= 1 if unit > 0 else -1
            for factor, power in found:
                scale, prime = monic(factor)
                key = str(prime)
                if key not in self._settled:
                    self._settled[key] = self._sign(prime)
                    if self._settled[key] is None:
                        self._numbers[key] = len(self._primes)
                        self._primes[key] = prime
                turn *= ((1 if scale > 0 else -1) * (self._settled[key] or 1)) ** int(power)
                if key in self._numbers:
                    own.append((self._numbers[key], int(power)))
        self._parts[name] = turn, tuple(own)

    def show(self, expression: Any, written: Any) -> None:
        """Let the zero of a factor be written as that of an expression of the game's names, if this has no other."""
        from detente.solve.parametric._polynomial_ring import monic

        top, _ = self.ring.quotient(expression)
        keys = [str(monic(factor)[1]) for factor, _ in top.factor()[1]] if top else []
        keys = [key for key in keys if key in self._numbers]
        if len(keys) == 1:
            self._equations.setdefault(keys[0], written)

    def _sign(self, prime: Any) -> int | None:
        """Return the one sign of a polynomial all over the box, None where it may vanish."""
        found = bounds(self.ring.expression(prime), self.box)
        return None if found is None or found[0] <= 0 <= found[1] else 1 if found[0] > 0 else -1

    def of(self, name: Any, signs: Sequence[int]) -> int:
        """Return the sign of an expression from those of the factors; a comparison turned round has the opposite."""
        if name not in self._parts:
            turn, own = self._parts[-name]
            turn = -turn
        else:
            turn, own = self._parts[name]
        for at, power in own:
            turn *= signs[at] ** power
        return turn

    def shown(self) -> list[tuple[Any, Any]]:
        """Return the factors that may vanish, with their equations, in the ring they were made in."""
        import sympy

        return [
            (prime, sympy.Eq(self._equations.get(key, self.ring.expression(prime)), 0, evaluate=False))
            for key, prime in self._primes.items()
        ]

    def curves(self) -> list[Curve]:
        """Return the zeros of the factors; generators of polynomials are the parameters in the order of the map."""
        from flint import Ordering, fmpq_mpoly_ctx

        context = fmpq_mpoly_ctx.get(("x", "y"), Ordering.lex)
        found = []
        for prime, equation in self.shown():
            degrees = prime.degrees()
            rational = all(not degree for k, degree in enumerate(degrees) if k not in self.order)
            terms = {tuple(int(monomial[k]) for k in self.order): c for monomial, c in prime.terms()}
            polynomial = context.from_dict(terms) if rational else None
            found.append(Curve(polynomial, equation, self.ring.expression(prime)))
        return found
