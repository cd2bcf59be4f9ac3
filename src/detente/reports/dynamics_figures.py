"""The picture of a simulation: a phase portrait where a plane shows it, else lines or bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import short
from detente.reports.phase_portraits import phase_portrait
from detente.reports.share_charts import share_bars, share_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from detente.solve.dynamics.best_response_path import BestResponsePath
    from detente.solve.dynamics.populations import Populations, State
    from detente.solve.dynamics.rest_points import RestPoints
    from detente.solve.dynamics.simulate import Simulation

__all__ = ["dynamics_figure", "simulation_figure"]


def simulation_figure(found: Simulation, labels: Mapping[str, str] | None = None, title: str = "") -> Figure:
    """Return the picture of a simulation.

    Parameters
    ----------
    labels : mapping, optional
        What a reader sees for players and strategies.
    title : str
        One line above the picture.

    Raises
    ------
    UsageError
        If the dynamic has no picture.
    """
    head = title or found.dynamic
    makers = {
        "replicator": _trajectory,
        "logit": _trajectory,
        "best-response": _best_response,
        "fictitious-play": _fictitious,
        "moran": _moran,
        "stochastic-best-response": _stochastic,
        "tournament": _tournament,
        "ecology": _ecology,
        "spiral": _spiral,
    }
    if found.dynamic not in makers:
        raise UsageError(f"found no picture of {found.dynamic}; expected one of {', '.join(makers)}")
    return makers[found.dynamic](found, dict(labels or {}), head)


def dynamics_figure(found: Any, labels: Mapping[str, str] | None = None, title: str = "") -> Figure | None:
    """Return the picture of one course of evolution or learning, or of one tournament, or None of anything else.

    Trajectories, paths of best responses, fictitious play, rare mutations, long runs of finite populations, stochastic
    stability, tournaments, ecologies, spirals; rest points and basins as phase portraits.

    Raises
    ------
    UsageError
        If it is about rest points or basins of more strategies than a plane shows.
    """
    from detente.solve.dynamics.basins import Basins
    from detente.solve.dynamics.best_response_path import BestResponsePath
    from detente.solve.dynamics.fictitious_play import FictitiousPlay
    from detente.solve.dynamics.finite_population import RareMutations
    from detente.solve.dynamics.population_chain import LongRun
    from detente.solve.dynamics.populations import populations
    from detente.solve.dynamics.rest_points import RestPoints
    from detente.solve.dynamics.simulate import Simulation
    from detente.solve.dynamics.spiral import Spiral
    from detente.solve.dynamics.stochastic_stability import StochasticStability
    from detente.solve.dynamics.trajectory import Trajectory
    from detente.solve.tournaments.ecology import Ecology
    from detente.solve.tournaments.tournament import Tournament

    shown = dict(labels or {})
    if isinstance(found, Simulation):
        return simulation_figure(found, shown, title)
    if isinstance(found, (RestPoints, Basins)):
        rest, basins = (found, None) if isinstance(found, RestPoints) else (found.rest, found)
        dynamic = "replicator" if basins is None else basins.dynamic
        drawn = phase_portrait(
            found.setting, dynamic, rest=rest, basins=basins, labels=shown, title=title or f"{dynamic} dynamic"
        )
        if drawn is None:
            raise UsageError("a phase portrait shows two strategies, two populations of two each, or three strategies")
        return drawn
    if isinstance(found, LongRun):
        values = {shown.get(name, name): float(share) for name, share in found.shares.items()}
        head = title or f"Long run of {found.population} members, {found.process}, mutation {short(found.mutation, 3)}"
        return share_bars(values, across="mean share of the population over time", title=head)
    kinds: tuple[tuple[Any, str, str], ...] = (
        (Trajectory, "", "trajectory"),
        (BestResponsePath, "best-response", "path"),
        (FictitiousPlay, "fictitious-play", "play"),
        (RareMutations, "moran", "rare_mutations"),
        (StochasticStability, "stochastic-best-response", "stability"),
        (Tournament, "tournament", "tournament"),
        (Ecology, "ecology", "ecology"),
        (Spiral, "spiral", "spiral"),
    )
    for kind, name, part in kinds:
        if isinstance(found, kind):
            whole: Any = found
            played = getattr(whole, "tournament", whole)
            setting = getattr(whole, "setting", None) or populations(getattr(played, "game", None) or played.stage, 2)
            return simulation_figure(
                Simulation(setting.game, name or whole.dynamic, {part: whole}, setting), shown, title
            )
    return None


def _trajectory(found: Simulation, labels: Mapping[str, str], title: str) -> Figure:
    path = found.parts["trajectory"]
    setting = path.setting
    course = [tuple(tuple(map(float, each[k])) for each in path.states) for k in range(len(path.times))]
    moved = len(course) > 2 and course[0] != course[-1]
    drawn = phase_portrait(
        setting,
        found.dynamic,
        precision=path.precision or 1.0,
        rest=found.parts.get("rest_points"),
        basins=found.parts.get("basins"),
        paths=[course] if moved else (),
        labels=labels,
        title=title,
    )
    if drawn is not None:
        return drawn
    series = {}
    for name, own, each in zip(setting.names, setting.labels, path.states, strict=True):
        for k, label in enumerate(own):
            shown = labels.get(label, label)
            series[shown if setting.count == 1 else f"{labels.get(name, name)}: {shown}"] = each[:, k]
    return share_lines(path.times, series, title=title)


def _best_response(found: Simulation, labels: Mapping[str, str], title: str) -> Figure:
    path = found.parts["path"]
    states = [*path.corners, *([path.targets[-1]] if path.outcome == "tends" else [])]
    drawn = phase_portrait(
        path.setting,
        "best-response",
        rest=_equilibria(path.setting),
        basins=found.parts.get("basins"),
        paths=[states],
        labels=labels,
        title=title,
    )
    if drawn is not None:
        return drawn
    times, course = _timed(path)
    return share_lines(times, _by_strategy(path.setting, course, labels), title=title)


def _timed(path: BestResponsePath) -> tuple[list[float], list[State]]:
    """Return times and states along a path: towards a target the distance left falls as exp(-t)."""
    times, course = [path.times[0]], [path.corners[0]]
    ends = [*path.times[1:], path.times[-1] + 3.0] if path.outcome in {"tends", "rests"} else list(path.times[1:])
    for start, end, corner, target in zip(path.times, ends, path.corners, path.targets, strict=False):
        for k in range(1, 9):
            left = math.exp(-(end - start) * k / 8)
            times.append(start + (end - start) * k / 8)
            course.append(
                tuple(
                    tuple(float(v) + left * (float(w) - float(v)) for w, v in zip(own, to, strict=True))
                    for own, to in zip(corner, target, strict=True)
                )
            )
    return times, course


def _equilibria(setting: Populations) -> RestPoints | None:
    """Return the equilibria among the rest points of the replicator dynamic, where a plane shows them."""
    from detente.solve.dynamics.rest_points import RestPoints, rest_points

    if setting.sizes not in {(2,), (2, 2), (3,)}:
        return None
    found = rest_points(setting)
    return RestPoints(setting, tuple(each for each in found.points if each.equilibrium), found.continua)


def _by_strategy(setting: Any, states: Sequence[State], labels: Mapping[str, str]) -> dict[str, list[float]]:
    series = {}
    for k, (name, own) in enumerate(zip(setting.names, setting.labels, strict=True)):
        for i, label in enumerate(own):
            shown = labels.get(label, label)
            series[shown if setting.count == 1 else f"{labels.get(name, name)}: {shown}"] = [
                float(state[k][i]) for state in states
            ]
    return series


def _fictitious(found: Simulation, labels: Mapping[str, str], title: str) -> Figure:
    """Frequencies of play over rounds, on a logarithmic scale, at the ends of runs."""
    play = found.parts["play"]
    counts = [[0.0] * size for size in play.game.shape]
    total = 0
    times, states = [], []
    for run in play.runs:
        ratio = (total + run.length) / max(total, 1)  # points evenly on the logarithmic scale
        steps = sorted({1, run.length, *(round(max(total, 1) * ratio ** (k / 24)) - total for k in range(1, 24))})
        steps = [more for more in steps if 1 <= more <= run.length]
        before = [list(own) for own in counts]
        for more in steps:
            for k in (0, 1):
                counts[k] = list(before[k])
                counts[k][run.profile[k]] += more
            times.append(float(total + more))
            states.append(tuple(tuple(c / (total + more) for c in own) for own in counts))
        total += run.length
    return share_lines(
        times,
        _by_strategy(found.setting, states, labels),
        across="round",
        along="frequency so far",
        log=total > 100,
        title=title,
    )


def _moran(found: Simulation, labels: Mapping[str, str], title: str) -> Figure:
    rare = found.parts["rare_mutations"]
    values = {labels.get(name, name): float(share) for name, share in rare.shares.items()}
    across = f"share of time that it holds all {rare.population} members, mutations rare"
    return share_bars(values, across=across, title=title, mark=1 / len(values), mark_label="by chance")


def _stochastic(found: Simulation, labels: Mapping[str, str], title: str) -> Figure:
    stability = found.parts["stability"]
    values = {stability.name(k, labels): float(cost) for k, cost in enumerate(stability.potentials)}
    return share_bars(values, across="mistakes in the cheapest tree to it: the least is stable", title=title)


def _tournament(found: Simulation, _: Mapping[str, str], title: str) -> Figure:
    played = found.parts["tournament"]
    values = {name: float(value) for name, value in played.scores.items()}
    return share_bars(values, across=f"expected payoff per round, {played.horizon}", title=title)


def _ecology(found: Simulation, _: Mapping[str, str], title: str) -> Figure:
    path = found.parts["ecology"]
    times = [k + 1.0 for k in range(len(path.shares))]
    order = sorted(range(len(path.tournament.names)), key=lambda i: -path.shares[-1][i])
    series = {path.tournament.names[i]: path.shares[:, i] for i in order}
    return share_lines(times, series, across="generation", log=len(times) > 100, title=title)


def _spiral(found: Simulation, labels: Mapping[str, str], title: str) -> Figure:
    spiral = found.parts["spiral"]
    path = spiral.path
    states = [*path.corners, *([path.targets[-1]] if path.outcome == "tends" else [])]
    biases = ", ".join(
        f"{labels.get(name, name)} {short(bias, 3)}"
        for name, bias in zip(spiral.game.players, spiral.hostile, strict=True)
    )
    drawn = phase_portrait(
        path.setting,
        "best-response",
        rest=_equilibria(path.setting),
        paths=[states],
        labels=labels,
        title=f"{title}\nas perceived with a hostile bias of {biases}",
    )
    assert drawn is not None  # 2x2
    return drawn
