r"""Basins of attraction: which starts lead where, exactly for 2x2, by sampled starts with a stated error elsewhere.

One population with two strategies: the basins are the intervals between rest points. Two populations with two
strategies each: with x, y the shares of the first strategies, :math:`\dot x = x(1-x)(a_0 + a_1 y)` and :math:`\dot y =
y(1-y)(b_0 + b_1 x)` have the constant of motion :math:`H = b_0 \ln x - (b_0+b_1)\ln(1-x) - a_0 \ln y +
(a_0+a_1)\ln(1-y)`, so that the boundary between two basins is the level of H at the saddle (Hofbauer and Sigmund
1998). Under the best-response dynamic the boundary is made of two straight segments through the saddle.
Elsewhere starts are drawn evenly and followed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import number_to_json, short, to_float
from detente.solve.dynamics.populations import Populations, State, populations, readable
from detente.solve.dynamics.rest_points import RestPoints, rest_points

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["Basin", "Basins", "Separatrix", "basins"]

DYNAMICS = ("replicator", "best-response")
#: A start counts for an attractor once its path is this near to it, in the largest difference of a share.
NEAR = 1e-3
#: How far sampled paths are followed, in units of time over the spread of payoffs, and the step.
REACH, STEP = 500.0, 0.1


@dataclass(frozen=True)
class Separatrix:
    """The boundary between the basins of two populations with two strategies each.

    Attributes
    ----------
    saddle : tuple
        Shares (x, y) of the first strategies at the saddle.
    formula : str
        The equation of the boundary in x and y.
    corners : tuple
        For the best-response dynamic the three corners of the boundary, exact; empty for the replicator.
    coefficients : tuple
        ``(a0, a1, b0, b1)`` of the equations of motion.
    """

    saddle: tuple[Any, Any]
    formula: str
    corners: tuple[tuple[Any, Any], ...]
    coefficients: tuple[Any, Any, Any, Any]

    def level(self, x: float, y: float) -> float:
        """Return H(x, y) less its value at the saddle: 0 on the boundary (and on the unstable curve of the saddle)."""
        a0, a1, b0, b1 = map(to_float, self.coefficients)

        def height(x: float, y: float) -> float:
            return b0 * math.log(x) - (b0 + b1) * math.log1p(-x) - a0 * math.log(y) + (a0 + a1) * math.log1p(-y)

        return height(x, y) - height(*map(to_float, self.saddle))

    def curve(self, x: float) -> float:
        """Return y on the boundary at x."""
        if self.corners:
            (xa, ya), (xs, ys), (xb, yb) = sorted((to_float(a), to_float(b)) for a, b in self.corners)
            left = x <= xs
            (x0, y0), (x1, y1) = ((xa, ya), (xs, ys)) if left else ((xs, ys), (xb, yb))
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        from scipy.optimize import brentq

        xs, ys = map(to_float, self.saddle)
        if x == xs:
            return ys
        rising = to_float(self.coefficients[1]) < 0  # anti-coordination: the boundary rises from corner to corner
        low, high = (0.0, ys) if (x < xs) == rising else (ys, 1.0)
        tiny = 1e-300
        inner = (low or tiny, high if high < 1 else math.nextafter(1.0, 0.0))
        values = [self.level(x, end) for end in inner]
        if values[0] * values[1] > 0:  # closer to the edge than floats resolve
            return low if low == 0.0 else high
        return float(brentq(lambda y: self.level(x, y), *inner, xtol=1e-14, rtol=1e-14))


@dataclass(frozen=True)
class Basin:
    """The starts that lead to one attractor: their share of all, and how wrong it may be.

    ``error`` is 0 for an exact share, the accuracy of the integral for a boundary in closed form, and one standard
    error where starts were sampled.
    """

    attractor: State
    share: Any
    error: float


@dataclass(frozen=True, eq=False)
class Basins(Displayed):
    """The basins of all asymptotically stable rest points.

    Attributes
    ----------
    method : str
        ``exact`` (intervals or straight lines), ``closed form`` (a boundary in closed form, its area integrated) or
        ``sampled``.
    separatrix : Separatrix or None
    cuts : tuple
        The boundaries between basins of one population with two strategies, as shares of the first strategy.
    elsewhere : float
        Share of sampled starts that came near no attractor.
    """

    setting: Populations
    rest: RestPoints
    dynamic: str
    basins: tuple[Basin, ...]
    method: str
    separatrix: Separatrix | None = None
    cuts: tuple[Any, ...] = ()
    samples: int | None = None
    seed: int | None = None
    elsewhere: float = 0.0

    def explain(self) -> tuple[str, ...]:
        """Return how the shares were found, in sentences."""
        lines = []
        if not self.basins:
            lines.append("No rest point is asymptotically stable.")
        if self.method == "exact":
            lines.append("Shares of the space of states, exact.")
        elif self.method == "closed form":
            lines.append("The boundary is known in closed form; its area is integrated to the error given.")
        else:
            lines.append(f"{self.samples} starts drawn evenly (seed {self.seed}) and followed; one standard error.")
            if self.elsewhere:
                lines.append(f"{short(100 * self.elsewhere, 3)}% of them came near no attractor.")
        if self.cuts:
            at = " and ".join(readable(cut) for cut in self.cuts)
            lines.append(f"Boundary at a share of {at} {self.setting.labels[0][0]}.")
        if self.separatrix is not None:
            one, two = (
                f"{labels[0]} of {name}" for name, labels in zip(self.setting.names, self.setting.labels, strict=True)
            )
            lines.append(f"Boundary, with x the share of {one} and y of {two}: {self.separatrix.formula}.")
        return tuple(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the basins as JSON values."""
        return {
            "dynamic": self.dynamic,
            "method": self.method,
            "basins": [
                {
                    "attractor": {
                        name: {label: number_to_json(w) for label, w in own.items()}
                        for name, own in self.setting.named(each.attractor).items()
                    },
                    "share": number_to_json(each.share),
                    "error": each.error,
                }
                for each in self.basins
            ],
            "cuts": [number_to_json(cut) for cut in self.cuts],
            "separatrix": None
            if self.separatrix is None
            else {
                "formula": self.separatrix.formula,
                "saddle": [number_to_json(each) for each in self.separatrix.saddle],
                "corners": [[number_to_json(each) for each in corner] for corner in self.separatrix.corners],
            },
            "samples": self.samples,
            "seed": self.seed,
            "elsewhere": self.elsewhere,
        }

    def table(self) -> Table:
        """Return one attractor per row."""
        rows = tuple(
            (self.setting.text(each.attractor), short(each.share, 4), "0" if each.error == 0 else f"{each.error:.1e}")
            for each in self.basins
        )
        return Table(f"basins of the {self.dynamic} dynamic", ("attractor", "share", "error"), rows, self.explain())


def basins(
    game: NormalFormGame | Populations,
    dynamic: str = "replicator",
    *,
    count: int | None = None,
    samples: int = 2000,
    seed: int = 0,
) -> Basins:
    """Return which share of the starts leads to each asymptotically stable rest point.

    Parameters
    ----------
    dynamic : str
        ``replicator``, or ``best-response`` for two strategies each.
    samples, seed : int
        Of starts, where no closed form is known.

    Examples
    --------
    >>> from detente.games import classic
    >>> found = basins(classic.game("stag_hunt"))
    >>> [str(each.share) for each in found.basins], [str(cut) for cut in found.cuts]
    (['1/2', '1/2'], ['1/2'])
    """
    setting = game if isinstance(game, Populations) else populations(game, count)
    if dynamic not in DYNAMICS:
        raise UsageError(f"unknown dynamic {dynamic!r}; expected one of {', '.join(DYNAMICS)}")
    if isinstance(samples, bool) or not isinstance(samples, int) or not 1 <= samples <= 1_000_000:
        raise UsageError(f"found {samples!r} samples; expected a whole number from 1 to a million")
    found = rest_points(setting)
    if set(setting.sizes) == {2}:
        if setting.count == 1:
            return _interval(setting, found, dynamic)
        planar = _planar(setting, found, dynamic)
        if planar is not None:
            return planar
    if dynamic != "replicator":
        raise UsageError(
            "basins of the best-response dynamic are known for two strategies each, with two strict equilibria or one; "
            "use the replicator, or follow single paths"
        )
    return _sampled(setting, found, samples, seed)


def _interval(setting: Populations, found: RestPoints, dynamic: str) -> Basins:
    """Return the basins of one population with two strategies: intervals between neighboring rest points."""
    at = sorted(each.state[0][0] for each in found.points)
    stable = {each.state[0][0]: each.state for each in found.attractors}
    parts = []
    for place, share in enumerate(at):
        if share not in stable:
            continue
        low = at[place - 1] if place else share
        high = at[place + 1] if place + 1 < len(at) else share
        parts.append(Basin(stable[share], high - low, 0.0))
    cuts = tuple(share for share in at if share not in stable and 0 < share < 1)
    return Basins(setting, found, dynamic, tuple(parts), "exact", None, cuts)


def _coefficients(setting: Populations) -> tuple[Any, Any, Any, Any]:
    """Return a0, a1, b0, b1: what the first strategy gains over the second, affine in the other's first share."""
    values: list[Any] = []
    for table in setting.tables:
        at_second, at_first = (table[0][j] - table[1][j] for j in (1, 0))
        values.extend((at_second, at_first - at_second))
    return values[0], values[1], values[2], values[3]


def _planar(setting: Populations, found: RestPoints, dynamic: str) -> Basins | None:
    """Return the basins of two populations with two strategies each, None where ties leave no plain picture."""
    attractors = found.attractors
    if len(attractors) == 1 and found.complete and all(each.kind != "center" for each in found.points):
        # one strict equilibrium and no interior rest point: dominance leads there from every interior start
        inner = [each for each in found.points if all(0 < own[0] < 1 for own in each.state)]
        if not inner:
            return Basins(setting, found, dynamic, (Basin(attractors[0].state, Fraction(1), 0.0),), "exact")
    saddles = [each for each in found.points if all(0 < own[0] < 1 for own in each.state) and each.kind == "saddle"]
    if len(attractors) != 2 or len(saddles) != 1:
        return None
    a0, a1, b0, b1 = _coefficients(setting)
    xs, ys = saddles[0].state[0][0], saddles[0].state[1][0]
    coordination = a1 > 0
    boundary: Separatrix
    if dynamic == "best-response":
        # above left of the saddle play heads for one corner, below right for the other: lines through the saddle
        corners = _segments(xs, ys, coordination)
        boundary = Separatrix((xs, ys), _lines_text(corners), corners, (a0, a1, b0, b1))
        below: Any = sum((right[0] - left[0]) * (left[1] + right[1]) / 2 for left, right in pairwise(corners))
        # beside the ends of the lines the boundary runs along the edge of the square
        first, last = corners[0], corners[-1]
        below += first[0] * (1 if coordination else 0) + (1 - last[0]) * (0 if coordination else 1)
        error, method = 0.0, "exact"
    else:
        boundary = Separatrix((xs, ys), _level_text(a0, a1, b0, b1, xs, ys), (), (a0, a1, b0, b1))
        below, error = _area(boundary, float(xs))
        method = "closed form"
    parts = []
    for each in attractors:
        is_below = each.state[1][0] == 0
        parts.append(Basin(each.state, below if is_below else 1 - below, error))
    return Basins(setting, found, dynamic, tuple(parts), method, boundary)


def _segments(xs: Any, ys: Any, coordination: bool) -> tuple[tuple[Any, Any], ...]:
    """Return the boundary of the best-response dynamic: where its two lines leave the square, and the saddle.

    In coordination play left above the saddle heads for (1, 0), and right below for (0, 1); otherwise left below it
    heads for (1, 1), and right above for (0, 0). The boundary on each side is the ray that passes through the saddle.
    """
    ends = []
    for goal_x, side in ((1, "left"), (0, "right")):
        goal_y = (1 - goal_x) if coordination else goal_x
        # from the goal through the saddle to the edge of the square
        dx, dy = xs - goal_x, ys - goal_y
        far_x = ((0 if side == "left" else 1) - goal_x) / dx
        edge_y = 1 if dy > 0 else 0
        far_y = (edge_y - goal_y) / dy
        reach = min(far_x, far_y)
        ends.append((goal_x + reach * dx, goal_y + reach * dy))
    return ends[0], (xs, ys), ends[1]


def _lines_text(corners: tuple[tuple[Any, Any], ...]) -> str:
    return "straight from " + " to ".join(f"({readable(x)}, {readable(y)})" for x, y in corners)


def _level_text(a0: Any, a1: Any, b0: Any, b1: Any, xs: Any, ys: Any) -> str:
    terms = ((b0, "ln(x)"), (-(b0 + b1), "ln(1 - x)"), (-a0, "ln(y)"), (a0 + a1, "ln(1 - y)"))
    text = ""
    for weight, name in terms:
        if weight == 0:
            continue
        sign = " - " if weight < 0 else " + "
        times = f"{readable(abs(weight))}*" if abs(weight) != 1 else ""
        text += (sign if text else sign.strip(" +")) + times + name
    return f"{text} has its value at the saddle ({readable(xs)}, {readable(ys)})"


def _area(boundary: Separatrix, xs: float) -> tuple[float, float]:
    """Return the area below the boundary and the error of the integral."""
    from scipy.integrate import quad

    total, error = 0.0, 0.0
    for low, high in ((0.0, xs), (xs, 1.0)):
        part, wrong = quad(boundary.curve, low, high, epsabs=1e-9, epsrel=1e-9, limit=200)
        total, error = total + part, error + wrong
    return total, max(error, 1e-12)


def _sampled(setting: Populations, found: RestPoints, samples: int, seed: int) -> Basins:
    """Return the basins by starts drawn evenly and followed by Runge-Kutta steps on cumulative payoffs."""
    import numpy as np

    rng = np.random.default_rng(seed)
    arrays, sizes = setting.arrays, setting.sizes
    cuts = np.cumsum(sizes)[:-1]
    v = np.concatenate([np.log(rng.dirichlet(np.ones(size), samples)) for size in sizes], axis=1)
    goals = np.array([[to_float(w) for own in each.state for w in own] for each in found.attractors])

    def shares(v: Any) -> list[Any]:
        parts = []
        for part in np.split(v, cuts, axis=1):
            weight = np.exp(part - part.max(axis=1, keepdims=True))
            parts.append(weight / weight.sum(axis=1, keepdims=True))
        return parts

    def field(v: Any) -> Any:
        x = shares(v)
        pays = [x[0] @ arrays[0].T] if setting.count == 1 else [x[1] @ arrays[0].T, x[0] @ arrays[1].T]
        return np.concatenate(
            [p - (own * p).sum(axis=1, keepdims=True) for own, p in zip(x, pays, strict=True)], axis=1
        )

    step = STEP / setting.spread
    led = np.full(samples, -1)
    for k in range(int(REACH / STEP)):
        going = led < 0
        if not going.any() or not len(goals):
            break
        now = v[going]
        k1 = field(now)
        k2 = field(now + step / 2 * k1)
        k3 = field(now + step / 2 * k2)
        k4 = field(now + step * k3)
        v[going] = now + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        if k % 10 == 9:
            flat = np.concatenate(shares(v[going]), axis=1)
            distance = np.abs(flat[:, None, :] - goals[None]).max(axis=2)
            nearest = distance.argmin(axis=1)
            led[going] = np.where(distance.min(axis=1) < NEAR, nearest, -1)
    parts = []
    for k, each in enumerate(found.attractors):
        share = float((led == k).mean())
        parts.append(Basin(each.state, share, math.sqrt(max(share * (1 - share), 1 / samples) / samples)))
    return Basins(
        setting, found, "replicator", tuple(parts), "sampled", samples=samples, seed=seed,
        elsewhere=float((led < 0).mean()),
    )  # fmt: skip
