"""Linear programs over the rationals, each answer with a certificate that is checked apart from the solver.

The program is: maximize ``c x`` over ``A x <= b``, ``E x = f``, ``x >= 0`` (variables listed as free may be
negative). Three certificates are possible, and :meth:`LinearSolution.holds` checks them in exact arithmetic:

- *optimal*: a feasible ``x`` and multipliers ``y >= 0``, ``z`` with ``y A + z E >= c``, ``c x = y b + z f``;
- *infeasible*: ``y >= 0``, ``z`` with ``y A + z E >= 0`` and ``y b + z f < 0`` (Farkas 1902);
- *unbounded*: a feasible ``x`` and a direction ``d >= 0`` with ``A d <= 0``, ``E d = 0``, ``c d > 0``.

(For a free variable ``>=`` reads ``=``, and the sign of its ``x`` and ``d`` is not restricted.)

Small programs are solved by fraction-free pivoting. Larger ones are first solved in floating point; the sets
of positive variables and tight rows found there are turned into an exact ``x`` and ``y`` by solving
equations, and kept only if they are a certificate. Where they are none, pivoting decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, number_to_json, plain
from detente.solve.programs._simplex import Tableau

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame
    from detente.solve.programs._float_proposal import FloatOptimum

__all__ = ["LinearProgram", "LinearSolution", "exact_payoffs", "maximize"]

Row = tuple[Fraction, ...]

#: Entries of the constraint matrix above which floating point proposes an answer first.
_PROPOSE_ABOVE = 600
_UNITS = (Fraction(0), Fraction(1), Fraction(-1))


@dataclass(frozen=True)
class LinearProgram:
    """Maximize ``objective @ x`` over ``at_most @ x <= bounds``, ``equal @ x = targets``, ``x >= 0``.

    Variables whose index is in ``free`` may be negative.
    """

    objective: Row
    at_most: tuple[Row, ...] = ()
    bounds: Row = ()
    equal: tuple[Row, ...] = ()
    targets: Row = ()
    free: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        width = len(self.objective)
        uneven = [row for row in (*self.at_most, *self.equal) if len(row) != width]
        if uneven or len(self.at_most) != len(self.bounds) or len(self.equal) != len(self.targets):
            raise UsageError(
                f"found rows of {sorted({len(row) for row in (*self.at_most, *self.equal)})} entries for "
                f"{width} "
                f"variables, {len(self.bounds)} bounds for {len(self.at_most)} rows and {len(self.targets)} "
                "targets "
                f"for {len(self.equal)}; expected one entry per variable and one right-hand side per row"
            )

    @cached_property
    def whole_rows(self) -> tuple[tuple[list[int], int], ...]:
        """Rows of ``at_most``, then of ``equal``, as integers with what they were multiplied by."""
        return tuple(map(_whole, (*self.at_most, *self.equal)))


@dataclass(frozen=True)
class LinearSolution(Displayed):
    """What is known of a linear program: ``optimal``, ``infeasible`` or ``unbounded``, with its certificate.

    ``x`` is a point (None where infeasible), ``value`` its objective where optimal. ``at_most_prices`` and
    ``equal_prices`` are the multipliers y and z of the optimum or of infeasibility; ``ray`` the direction of
    an unbounded program.
    """

    program: LinearProgram
    status: str
    value: Fraction | None
    x: Row | None
    at_most_prices: Row | None
    equal_prices: Row | None
    ray: Row | None
    method: str

    def holds(self) -> bool:
        """Return True if the certificate proves the status, from the program's own numbers alone."""
        p = self.program
        if self.status == "infeasible":
            return (
                self._priced()
                and all(
                    reduced == 0 if k in p.free else reduced >= 0
                    for k, reduced in enumerate(self._combined())
                )
                and self._bound() < 0
            )
        if self.x is None or not _feasible(p, self.x):
            return False
        if self.status == "unbounded":
            return self.ray is not None and _direction(p, self.ray)
        return (
            self._priced()
            and all(
                reduced == c if k in p.free else reduced >= c
                for k, (reduced, c) in enumerate(zip(self._combined(), p.objective, strict=True))
            )
            and _dot(p.objective, self.x) == self.value == self._bound()
        )

    def _priced(self) -> bool:
        return (
            self.at_most_prices is not None
            and self.equal_prices is not None
            and min(self.at_most_prices, default=0) >= 0
        )

    def _combined(self) -> list[Fraction]:
        p, rows = self.program, [*(self.at_most_prices or ()), *(self.equal_prices or ())]
        return [
            sum(
                (price * row[k] for price, row in zip(rows, (*p.at_most, *p.equal), strict=True) if price),
                Fraction(0),
            )
            for k in range(len(p.objective))
        ]

    def _bound(self) -> Fraction:
        p = self.program
        return _dot(self.at_most_prices or (), p.bounds) + _dot(self.equal_prices or (), p.targets)

    def explain(self) -> list[str]:
        """Return in plain sentences what was found and why it is so."""
        if self.status == "optimal":
            tight = sum(1 for price in (self.at_most_prices or ()) if price)
            return [
                f"The largest value is {plain(self.value)}.",
                (
                    f"No point does better: the constraints, multiplied by the prices found ({tight} of them "
                    f"positive) and added up, say that the objective is at most {plain(self._bound())}."
                ),
            ]
        if self.status == "infeasible":
            return [
                "No point satisfies all constraints.",
                (
                    "Multiplied by the prices found and added up, they say that something at least 0 is at "
                    f"most {plain(self._bound())}."
                ),
            ]
        return ["The objective has no upper bound: it grows for ever from the point found along the ray."]

    def to_json(self) -> dict[str, Any]:
        """Return the solution as JSON values."""
        lists = {
            "x": self.x,
            "at_most_prices": self.at_most_prices,
            "equal_prices": self.equal_prices,
            "ray": self.ray,
        }
        return {
            "status": self.status,
            "value": number_to_json(self.value),
            **{
                name: None if row is None else [number_to_json(each) for each in row]
                for name, row in lists.items()
            },
            "method": self.method,
        }

    def table(self) -> Table:
        """Return the point as a table."""
        return Table(
            title=f"linear program: {self.status}",
            columns=("variable", "value"),
            rows=tuple((str(k), plain(each)) for k, each in enumerate(self.x or ())),
            notes=tuple(self.explain()),
        )


def maximize(
    objective: Sequence[object],
    at_most: Sequence[Sequence[object]] = (),
    bounds: Sequence[object] = (),
    equal: Sequence[Sequence[object]] = (),
    targets: Sequence[object] = (),
    *,
    free: Sequence[int] = (),
    near: FloatOptimum | None = None,
) -> LinearSolution:
    """Solve a linear program in exact arithmetic and return its certified solution.

    Parameters
    ----------
    objective : sequence of n numbers
        Integers, Fractions or text such as ``"3/4"``.
    at_most, bounds : rows of n numbers, and one number per row
        ``at_most[k] @ x <= bounds[k]``.
    equal, targets : rows of n numbers, and one number per row
        ``equal[k] @ x == targets[k]``.
    free : sequence of int
        Indices of variables that may be negative; all others are at least 0.
    near : FloatOptimum, optional
        An optimum of this program in floating point, where one is known: an exact one is read off it, or, where that is
        none, sought as without it.

    Returns
    -------
    LinearSolution
        Certified: :meth:`LinearSolution.holds` has been checked. The point is a vertex; where several are
        optimal, which of them is deterministic but has no meaning.

    Notes
    -----
    *Termination.* The column with the largest coefficient enters, and lexicographic ratios choose the row
    (Dantzig, Orden and Wolfe 1955). If the objective stalls for long, Bland's rule (1977) takes over until it
    moves again; under it no basis comes twice.

    *Cost.* Proportional to rows times columns per pivot, with integers as long as subdeterminants of the
    program.

    References
    ----------
    R. G. Bland (1977), "New finite pivoting rules for the simplex method", Mathematics of Operations Research
    2, 103-107. J. Edmonds (1967), "Systems of distinct representatives and linear algebra", J. Res. NBS 71B,
    241-245 (integer pivoting). W. Cook et al. (2007), Operations Research Letters 35, 693-699 (exact answers
    from float bases).

    Examples
    --------
    >>> solution = maximize([3, 5], at_most=[[1, 0], [0, 2], [3, 2]], bounds=[4, 12, 18])
    >>> print(solution.value, *solution.x, "prices", *solution.at_most_prices)
    36 2 6 prices 0 3/2 1
    """
    width = len(objective)
    program = LinearProgram(
        objective=_exact(objective),
        at_most=tuple(map(_exact, at_most)),
        bounds=_exact(bounds),
        equal=tuple(map(_exact, equal)),
        targets=_exact(targets),
        free=frozenset(free),
    )
    if any(not 0 <= k < width for k in program.free):
        raise UsageError(
            f"found the free variables {sorted(program.free)}; expected indices from 0 to {width - 1}"
        )
    solution = None
    if near is not None:
        solution = _proposed(program, near)
    if solution is None and width * (len(program.bounds) + len(program.targets)) > _PROPOSE_ABOVE:
        solution = _proposed(program)
    if solution is None:
        solution = _pivoted(program)
        if not solution.holds():
            raise AssertionError("the certificate of a linear program does not hold; please report")
    return solution


def exact_payoffs(game: NormalFormGame) -> Any:
    """Return the payoffs as an object array of Fractions; floats at the binary number they store."""
    if game.arithmetic == "exact":
        return game.payoffs
    import numpy as np

    table: Any = np.empty(game.payoffs.shape, dtype=object)
    table.flat = [Fraction(float(entry)) for entry in game.payoffs.flat]
    return table


def _dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True) if a and b), Fraction(0))


def _exact(row: Sequence[object]) -> Row:
    """Return exact numbers; most entries of large programs are 0 and 1, and need no new objects."""
    return tuple(_UNITS[each] if type(each) is int and -1 <= each <= 1 else exact(each) for each in row)


def _whole(row: Row) -> tuple[list[int], int]:
    """Return a row as integers, and what it was multiplied by."""
    scale = lcm(*(each.denominator for each in row))
    if scale == 1:
        return [each.numerator for each in row], 1
    return [each.numerator * (scale // each.denominator) for each in row], scale


def _feasible(p: LinearProgram, x: Row) -> bool:
    if any(each < 0 for k, each in enumerate(x) if k not in p.free):
        return False
    at, scale = _whole(x)
    for index, ((row, own), right) in enumerate(zip(p.whole_rows, (*p.bounds, *p.targets), strict=True)):
        total = sum(a * b for a, b in zip(row, at, strict=True) if a) * right.denominator
        limit = right.numerator * own * scale
        if total > limit or (index >= len(p.bounds) and total < limit):
            return False
    return True


def _direction(p: LinearProgram, ray: Row) -> bool:
    return (
        all(each >= 0 for k, each in enumerate(ray) if k not in p.free)
        and all(_dot(row, ray) <= 0 for row in p.at_most)
        and all(_dot(row, ray) == 0 for row in p.equal)
        and _dot(p.objective, ray) > 0
    )


def _pivoted(p: LinearProgram) -> LinearSolution:
    """Solve by two-phase fraction-free pivoting; a free variable is the difference of two others."""
    free = sorted(p.free)
    rows, scales = [], []
    for row, right in zip((*p.at_most, *p.equal), (*p.bounds, *p.targets), strict=True):
        scale = lcm(*(entry.denominator for entry in row), right.denominator) * (-1 if right < 0 else 1)
        whole = [int(entry * scale) for entry in row]
        rows.append(([*whole, *(-whole[k] for k in free)], int(right * scale)))
        scales.append(scale)
    shared = lcm(*(entry.denominator for entry in p.objective))
    costs = [int(entry * shared) for entry in p.objective]
    table = Tableau(
        rows,
        [1 if scale > 0 else -1 for scale in scales[: len(p.bounds)]],
        [*costs, *(-costs[k] for k in free)],
    )
    status = table.solve()

    def joined(values: list[Fraction]) -> Row:
        x = values[: len(costs)]
        for k, negative in zip(free, values[len(costs) :], strict=True):
            x[k] -= negative
        return tuple(x)

    prices: list[Fraction] | None = None
    if status != "unbounded":
        divisor = shared if status == "optimal" else 1
        prices = [price * scale / divisor for price, scale in zip(table.prices(status), scales, strict=True)]
    x = None if status == "infeasible" else joined(table.point())
    return LinearSolution(
        program=p,
        status=status,
        value=_dot(p.objective, x) if status == "optimal" and x is not None else None,
        x=x,
        at_most_prices=None if prices is None else tuple(prices[: len(p.bounds)]),
        equal_prices=None if prices is None else tuple(prices[len(p.bounds) :]),
        ray=joined(table.ray()) if status == "unbounded" else None,
        method="exact pivoting",
    )


def _proposed(p: LinearProgram, near: FloatOptimum | None = None) -> LinearSolution | None:
    """Return an optimum proposed in floating point if its certificate holds, else None."""
    from detente.solve.programs._float_proposal import proposed_optimum

    found = proposed_optimum(p, near)
    if found is None:
        return None
    x, at_most, equal = found
    value = _dot(p.objective, x)
    solution = LinearSolution(
        p, "optimal", value, x, at_most, equal, None, "floating point, certified exactly"
    )
    return solution if solution.holds() else None
