"""Paths of evolution in continuous time: replicator and logit dynamics of one and two populations.

The replicator dynamic (Taylor and Jonker 1978; Taylor 1979 for two populations) multiplies shares by what they earn
above the mean. It is integrated as the softmax of cumulative payoffs, which solves the same equation and keeps shares
positive and accurate however small they become: a path along a cycle of corners is followed, not lost to rounding. The
logit dynamic (Fudenberg and Levine 1998) moves towards the logit response to the present state.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import NotConverged, UsageError
from detente.numbers import exact_or_float, short
from detente.solve.dynamics.populations import Populations, State, populations

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.games.normal import NormalFormGame

__all__ = ["DYNAMICS", "Trajectory", "trajectory"]

DYNAMICS = ("replicator", "logit")
#: Relative accuracy of the integrator, per step.
ACCURACY = 1e-10
#: Times are counted in units of 1 / spread of payoffs; this is how far a path is followed by default.
HORIZON = 2000.0
POINTS = 401


@dataclass(frozen=True, eq=False)
class Trajectory(Displayed):
    """A path of a dynamic.

    Attributes
    ----------
    times : array (points,)
    states : tuple of arrays (points, strategies), one per population
    converged : bool
        Whether the path came to rest: speed and, among the strategies present at the start, the gain of the best over
        the mean are within ``tolerance``. A path that slows down near a corner it will leave has not converged.
    speed : float
        Largest rate of change of a share at the end.
    gap : float
        Best payoff of any strategy less the mean payoff at the end, largest over the populations: 0 at an equilibrium.
    """

    setting: Populations
    dynamic: str
    times: Any
    states: tuple[Any, ...]
    converged: bool
    speed: float
    gap: float
    tolerance: float
    precision: float | None = None

    @property
    def final(self) -> State:
        """The last state."""
        return tuple(tuple(map(float, each[-1])) for each in self.states)

    @property
    def limit(self) -> State:
        """The state in which the path came to rest.

        Raises
        ------
        NotConverged
            If it did not.
        """
        if not self.converged:
            raise NotConverged(self.explain()[0], self.final, self.speed)
        return self.final

    def explain(self) -> tuple[str, ...]:
        """Return what happened in sentences."""
        at = self.setting.text(_rounded(self.final))
        end = short(float(self.times[-1]), 4)
        slack = self.tolerance * self.setting.spread
        if not self.converged:
            late = [each[len(each) // 2 :] for each in self.states]
            span = max(float((each.max(axis=0) - each.min(axis=0)).max()) for each in late)
            first = (
                f"The path did not come to rest by time {end}: shares still moved by up to {short(span, 2)} in its "
                f"second half. It was last near {at}."
            )
        else:
            kind = (
                "an equilibrium"
                if self.gap <= 10 * slack
                else "no equilibrium: a strategy that nobody plays would earn more"
            )
            if self.dynamic == "logit":
                kind = f"a logit equilibrium at precision {short(self.precision, 4)}"
            first = f"The path came to rest at {at} by time {end}: {kind}."
        return first, f"Integrated to a relative accuracy of {ACCURACY:.0e} a step; float arithmetic."

    def to_json(self) -> dict[str, Any]:
        """Return the path as JSON values."""
        return {
            "dynamic": self.dynamic,
            "populations": self.setting.count,
            "precision": self.precision,
            "converged": self.converged,
            "time": float(self.times[-1]),
            "final": self.setting.named(self.final),
            "speed": self.speed,
            "gap": self.gap,
            "tolerance": self.tolerance,
            "times": [float(t) for t in self.times],
            "states": {
                name: {label: [float(v) for v in each[:, k]] for k, label in enumerate(labels)}
                for name, labels, each in zip(self.setting.names, self.setting.labels, self.states, strict=True)
            },
        }

    def table(self) -> Table:
        """Return the shares at some times."""
        count = len(self.times) - 1
        end = float(self.times[-1])
        wanted = [0.0, *(end * part for part in (0.01, 0.03, 0.1, 0.3, 1.0))]
        picked = sorted({min(range(count + 1), key=lambda k: abs(float(self.times[k]) - t)) for t in wanted})
        rows = []
        for name, labels, each in zip(self.setting.names, self.setting.labels, self.states, strict=True):
            for k, label in enumerate(labels):
                shown = label if self.setting.count == 1 else f"{name}: {label}"
                rows.append((shown, *(_tiny(float(each[at, k])) for at in picked)))
        heads = ("share at time", *(short(float(self.times[at]), 3) for at in picked))
        return Table(f"{self.dynamic} dynamic", heads, tuple(rows), self.explain())

    def to_frame(self) -> Any:
        """Return a :class:`pandas.DataFrame` with one row per time."""
        import pandas as pd

        columns = {"time": self.times}
        for name, labels, each in zip(self.setting.names, self.setting.labels, self.states, strict=True):
            for k, label in enumerate(labels):
                columns[label if self.setting.count == 1 else f"{name}: {label}"] = each[:, k]
        return pd.DataFrame(columns)


def trajectory(
    game: NormalFormGame | Populations,
    start: Any = None,
    dynamic: str = "replicator",
    *,
    time: float | None = None,
    precision: object = 1,
    count: int | None = None,
    tolerance: float = 1e-8,
) -> Trajectory:
    """Return the path of a dynamic from a state until it comes to rest, or for a stated time.

    Parameters
    ----------
    start : shares
        As for :meth:`Populations.read`; by default equal shares of all strategies.
    dynamic : str
        ``replicator`` or ``logit``.
    time : float, optional
        How far to follow at most; by default 2000 over the spread of payoffs for ``replicator``, 2000 for ``logit``.
    precision : number
        Of the logit response, per unit of payoff.
    count : 1 or 2, optional
        Populations; see :func:`~detente.solve.dynamics.populations.populations`.
    tolerance : float
        Of coming to rest, relative to the spread of payoffs.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> hawks = NormalFormGame([[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]], strategies=[["hawk", "dove"]] * 2)
    >>> path = trajectory(hawks, "9/10")
    >>> path.converged, [round(share, 6) for share in path.limit[0]]
    (True, [0.5, 0.5])
    """
    setting = game if isinstance(game, Populations) else populations(game, count)
    if dynamic not in DYNAMICS:
        raise UsageError(f"unknown dynamic {dynamic!r}; expected one of {', '.join(DYNAMICS)}")
    state = setting.read(start)
    horizon = _horizon(time, setting.spread if dynamic == "replicator" else 1.0)
    if not 0 < tolerance < 1:
        raise UsageError(f"found the tolerance {tolerance!r}; expected a number between 0 and 1")
    if dynamic == "replicator":
        return _replicator(setting, state, horizon, tolerance)
    value = float(exact_or_float(precision))
    if not 0 <= value < 1e6:
        raise UsageError(f"found the precision {value:g}; expected a number from 0 to a million, per unit of payoff")
    return _logit(setting, state, horizon, tolerance, value)


def _horizon(time: float | None, rate: float) -> float:
    if time is None:
        return HORIZON / rate
    value = float(exact_or_float(time))
    if not 0 < value < math.inf:
        raise UsageError(f"found the time {time!r}; expected a positive number")
    return value


def _replicator(setting: Populations, state: State, horizon: float, tolerance: float) -> Trajectory:
    import numpy as np

    arrays, sizes = setting.arrays, setting.sizes
    shares = [np.array([float(w) for w in own]) for own in state]
    present = [own > 0 for own in shares]
    cuts = np.cumsum(sizes)[:-1]

    def split(v: Any) -> list[Any]:
        found = []
        for part, own in zip(np.split(v, cuts), present, strict=True):
            weight = np.where(own, np.exp(part - part[own].max()), 0.0)
            found.append(weight / weight.sum())
        return found

    def pays(x: list[Any]) -> list[Any]:
        return [arrays[0] @ x[0]] if setting.count == 1 else [arrays[0] @ x[1], arrays[1] @ x[0]]

    def field(_: float, v: Any) -> Any:
        x = split(v)
        # payoffs above the mean: v stays bounded where shares do
        return np.concatenate([p - own @ p for own, p in zip(x, pays(x), strict=True)])

    def unrest(v: Any) -> float:
        x = split(v)
        worst = 0.0
        for own, p, there in zip(x, pays(x), present, strict=True):
            mean = own @ p
            worst = max(worst, float((p[there] - mean).max()), float(np.abs(own * (p - mean)).max()))
        return worst / setting.spread

    start = np.concatenate([np.where(own > 0, np.log(np.where(own > 0, own, 1.0)), 0.0) for own in shares])
    times, values, rested = _integrate(field, start, horizon, lambda v: unrest(v) - tolerance)
    path = [split(v) for v in values]
    states = tuple(np.array([each[k] for each in path]) for k in range(setting.count))
    last = path[-1]
    speed = max(float(np.abs(own * (p - own @ p)).max()) for own, p in zip(last, pays(last), strict=True))
    gap = max(float(p.max() - own @ p) for own, p in zip(last, pays(last), strict=True))
    return Trajectory(setting, "replicator", times, states, rested, speed, gap, tolerance)


def _logit(setting: Populations, state: State, horizon: float, tolerance: float, precision: float) -> Trajectory:
    import numpy as np

    arrays, cuts = setting.arrays, np.cumsum(setting.sizes)[:-1]

    def pays(x: list[Any]) -> list[Any]:
        return [arrays[0] @ x[0]] if setting.count == 1 else [arrays[0] @ x[1], arrays[1] @ x[0]]

    def field(_: float, flat: Any) -> Any:
        x = np.split(flat, cuts)
        found = []
        for own, p in zip(x, pays(x), strict=True):
            weight = np.exp(precision * (p - p.max()))
            found.append(weight / weight.sum() - own)
        return np.concatenate(found)

    start = np.concatenate([np.array([float(w) for w in own]) for own in state])
    times, values, rested = _integrate(field, start, horizon, lambda v: float(np.abs(field(0.0, v)).max()) - tolerance)
    states = tuple(np.array([np.split(v, cuts)[k] for v in values]) for k in range(setting.count))
    last = [each[-1] for each in states]
    speed = float(np.abs(field(0.0, values[-1])).max())
    gap = max(float(p.max() - own @ p) for own, p in zip(last, pays(last), strict=True))
    return Trajectory(setting, "logit", times, states, rested, speed, gap, tolerance, precision)


def _integrate(
    field: Callable[[float, Any], Any], start: Any, horizon: float, rest: Callable[[Any], float]
) -> tuple[Any, Any, bool]:
    """Return times, values and whether ``rest`` fell to zero, at most ``horizon`` long.

    Raises
    ------
    NotConverged
        If the integrator fails.
    """
    import numpy as np
    from scipy.integrate import solve_ivp

    if rest(start) <= 0:
        return np.array([0.0, 0.0]), np.array([start, start]), True

    def at_rest(_: float, v: Any) -> float:
        return rest(v)

    at_rest.terminal = True  # type: ignore[attr-defined]
    at_rest.direction = -1  # type: ignore[attr-defined]
    solved = solve_ivp(
        field, (0.0, horizon), start, method="LSODA", rtol=ACCURACY, atol=ACCURACY, events=at_rest, dense_output=True
    )
    if not solved.success:
        raise NotConverged(f"the integrator stopped: {solved.message}", solved.y[:, -1], None)
    end = float(solved.t[-1])
    times = np.linspace(0.0, end, POINTS)
    interpolate: Any = solved.sol
    values = interpolate(times).T
    values[0], values[-1] = start, solved.y[:, -1]
    return times, values, solved.status == 1


def _rounded(state: State) -> State:
    """Return a float state for reading: shares below 1e-6 as 0."""
    return tuple(tuple(0.0 if w < 1e-6 else 1.0 if w > 1 - 1e-6 else w for w in own) for own in state)


def _tiny(share: float) -> str:
    return "0" if share == 0 else short(share, 3) if share >= 1e-6 else f"{share:.0e}"
