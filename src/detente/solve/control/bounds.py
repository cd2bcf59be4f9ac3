r"""Any polynomial flow and law: proved bounds on the value, by iteration on cells.

States and actions are cut into cells. With :math:`\bar V` constant on cells and at least the value, the greatest of

.. math:: \max_{D \in \text{cell}} u(D, a) + \delta \max_{D \in \text{cell}} \bar V(g(D, a))

over all cells of actions is at least the value too; so every step of the iteration is a bound, converged or not. From
below, a plan of actions from the start is worth what it pays, computed in enclosures: the plan that the upper bound
suggests, with the least that can follow behind it. Rounding is allowed for.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import NotConverged, UsageError
from detente.games.control import STATE
from detente.games.symbolic import symbol
from detente.numbers import exact
from detente.solve.control._balls import PRECISIONS, ball, ends, number_of, working_precision
from detente.solve.control.control_result import ControlResult, Piece

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.games.control import ControlGame

    Floats = NDArray[Any]

__all__ = ["bounds"]

#: Cells of states and of actions to begin with; both are doubled until the bounds are close.
FIRST = (250, 60)
ROUNDS = 4
_ROUNDING = 1e-12
#: Pieces in which the policy is printed.
_PIECES = 10
_PATH = 60


def bounds(game: ControlGame, tolerance: object = "1/20") -> ControlResult:
    """Return proved bounds on what the start is worth, with a plan that attains the lower one.

    Parameters
    ----------
    game : ControlGame
        Flow and law polynomials of state and action; the law stays inside the interval.
    tolerance : number
        The bounds may be apart by this share of the size of the value.

    Raises
    ------
    UsageError
        If flow or law are no polynomials, or the state can leave the interval.
    NotConverged
        If the bounds are still further apart on the finest cells; ``last`` has the result, ``regret`` the distance.

    Notes
    -----
    The upper bound is off by something in proportion to the width of the cells over 1 - d. Cost: seconds.
    """
    flow, law = (_Poly.of(each, game.action) for each in (game.flow, game.law))
    wanted = float(exact(tolerance))
    states, actions = FIRST
    found = upper = None
    for _ in range(ROUNDS):
        found, upper = _Cells(game, flow, law, states, actions).run(wanted, upper)
        assert found.bounds is not None
        low, high = (float(each) for each in found.bounds)
        if high - low <= wanted * max(abs(low), abs(high)):
            return found
        states, actions = 2 * states, 2 * actions
    assert found is not None
    raise NotConverged(
        f"the bounds {low:.6g} and {high:.6g} are further apart than {wanted:.3g} of the value", found, high - low
    )


class _Poly:
    """A polynomial of state and action whose ranges over boxes are enclosed."""

    def __init__(self, terms: list[tuple[int, int, Any]]) -> None:
        self.terms = terms
        self.floats = [(i, j, float(ball(c).mid())) for i, j, c in terms]

    @classmethod
    def of(cls, expression: Any, action: str) -> _Poly:
        import sympy

        try:
            made = sympy.Poly(expression, symbol(STATE), symbol(action))
        except sympy.PolynomialError:
            raise UsageError(f"found {expression}; expected a polynomial of the state and of {action}") from None
        if any(each.free_symbols for each in made.coeffs()):
            raise UsageError(f"found {expression}; expected a polynomial of the state and of {action}")
        return cls([(i, j, c) for (i, j), c in made.terms()])

    def over(self, state: tuple[Floats, Floats], action: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Return lower and upper bounds over boxes: states along the first axis, actions along the second."""
        import numpy as np

        low: Any = 0.0
        high: Any = 0.0
        size: Any = 0.0
        for i, j, c in self.floats:
            a, b = _power(*state, i), _power(*action, j)
            corners = [x[:, None] * y[None, :] * c for x in a for y in b]
            low = low + np.minimum.reduce(corners)
            high = high + np.maximum.reduce(corners)
            size = size + np.maximum.reduce([abs(each) for each in corners])
        slack = _ROUNDING * (1 + size)
        return low - slack, high + slack

    def at(self, state: Any, action: Any) -> Any:
        """Return the value at balls."""
        total = ball(0)
        for i, j, c in self.terms:
            total = total + ball(c) * state**i * action**j
        return total


def _power(low: Floats, high: Floats, power: int) -> tuple[Floats, Floats]:
    import numpy as np

    if power == 0:
        return np.ones_like(low), np.ones_like(high)
    a, b = low**power, high**power
    if power % 2 == 0:
        return np.where((low <= 0) & (high >= 0), 0.0, np.minimum(a, b)), np.maximum(a, b)
    return a, b


class _Cells:
    def __init__(self, game: ControlGame, flow: _Poly, law: _Poly, states: int, actions: int) -> None:
        import numpy as np

        self.game, self.flow, self.law, self.n = game, flow, law, states
        self.delta = float(number_of(game.discount_factor))
        lowest, highest = (float(number_of(each)) for each in game.interval)
        edges = np.linspace(lowest, highest, states + 1)
        self.edges = edges
        cells = (edges[:-1], edges[1:])
        choices = [float(number_of(each)) for each in game.choices]
        if game.continuous:
            marks = np.linspace(choices[0], choices[1], actions + 1)
            acts = (marks[:-1], marks[1:])
        else:
            acts = (np.array(choices), np.array(choices))
        self.acts = acts
        self.high = flow.over(cells, acts)[1]
        low = flow.over(cells, acts)[0]
        self.least, self.most = float(low.min()), float(self.high.max())
        ahead = law.over(cells, acts)
        width = edges[-1] - edges[0]
        slack = 1e-9 * width
        if (
            float(ahead[0].min()) < edges[0] - slack - width / states
            or float(ahead[1].max()) > edges[-1] + slack + width / states
        ):
            raise UsageError("found a law that leads out of the interval; expected states inside, or a wider interval")
        self.first = np.clip(np.searchsorted(edges, ahead[0], "right") - 1, 0, states - 1)
        self.last = np.clip(np.searchsorted(edges, ahead[1], "left") - 1, 0, states - 1)
        self.last = np.maximum(self.first, self.last)

    def run(self, wanted: float, coarse: Floats | None) -> tuple[ControlResult, Floats]:
        """Return the result with the upper bounds on all cells; those of coarser cells are where it starts from."""
        import numpy as np

        horizon = self.game.horizon
        upper = np.full(self.n, self.most / (1 - self.delta))
        if horizon is not None:
            upper = np.zeros(self.n)
        elif coarse is not None:
            upper = np.repeat(coarse, self.n // len(coarse))
        policies: list[Any] = []
        best: Any = None
        for _ in range(horizon if horizon is not None else 100_000):
            worth = self.high + self.delta * self._greatest(upper)
            best = worth.argmax(axis=1)
            top = worth.max(axis=1)
            after = top + _ROUNDING * (1 + np.abs(top))
            if horizon is not None:
                policies.insert(0, best)
                upper = after
                continue
            moved = float((upper - after).max())
            upper = np.minimum(after, upper)
            if moved * self.delta / (1 - self.delta) <= wanted / 10 * float(np.abs(upper).max()):
                break
        cell = self._cell(float(number_of(self.game.start)))
        low, path = self._plan(policies or [best])
        high = Fraction(float(upper[cell])).limit_denominator(10**12) + Fraction(1, 10**11)
        low = min(low, high)
        middles = (self.acts[0] + self.acts[1]) / 2
        chosen = (policies or [best])[0]
        pieces = []
        for part in np.array_split(np.arange(self.n), min(_PIECES, self.n)):
            first, last = (
                Fraction(float(each)).limit_denominator(10**9)
                for each in (self.edges[part[0]], self.edges[part[-1] + 1])
            )
            pieces.append(Piece(first, last, float(middles[chosen[part[len(part) // 2]]]), None, None, 1))
        note = "The actions are those that the upper bound suggests in the middle of each piece, not proved best."
        result = ControlResult(
            self.game, tuple(pieces), low, (), path, f"bounds on {self.n} cells", "enclosed", high - low, (low, high),
            notes=(note,),
        )  # fmt: skip
        return result, upper

    def _cell(self, state: float) -> int:
        import numpy as np

        return int(np.clip(np.searchsorted(self.edges, state, "right") - 1, 0, self.n - 1))

    def _greatest(self, values: Floats) -> Floats:
        """Return the greatest of the values over the cells that each pair of cells may lead to."""
        import numpy as np

        table = [values]
        while 2 ** len(table) <= self.n:
            step = 2 ** (len(table) - 1)
            before = table[-1]
            table.append(np.maximum(before, np.concatenate([before[step:], np.full(step, -np.inf)])))
        length = self.last - self.first + 1
        level = np.floor(np.log2(length)).astype(int)
        stacked = np.stack(table)
        found: Floats = np.maximum(stacked[level, self.first], stacked[level, self.last - (1 << level) + 1])
        return found

    def _plan(self, policies: list[Any]) -> tuple[Fraction, tuple[tuple[float, float], ...]]:
        """Return what the suggested plan pays from the start, with the least that can follow, and its first periods."""
        import math

        horizon = self.game.horizon
        periods = horizon if horizon is not None else min(4000, int(math.log(1e-9) / math.log(self.delta)) + 1)
        middles = (self.acts[0] + self.acts[1]) / 2
        with working_precision(PRECISIONS[1]):
            delta, state, total, weight = ball(self.game.discount_factor), ball(self.game.start), ball(0), ball(1)
            path = []
            for k in range(periods):
                here = float(state.mid())
                action = float(middles[policies[min(k, len(policies) - 1)][self._cell(here)]])
                chosen = ball(Fraction(action))
                if k < _PATH:
                    path.append((here, action))
                total = total + weight * self.flow.at(state, chosen)
                state = self.law.at(state, chosen)
                weight = weight * delta
            if horizon is None:
                total = total + weight * ball(Fraction(self.least)) / (1 - delta)
            return ends(total)[0], tuple(path)
