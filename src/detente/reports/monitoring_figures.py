"""Noisy monitoring as pictures: which signals are good enough at which patience, and what better ones are worth."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import short
from detente.reports.figure_labels import text_label
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure
from detente.reports.share_charts import share_bars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from detente.solve.repeated.monitoring_result import MonitoredTrigger
    from detente.solve.repeated.monitoring_value import MonitoringValue

__all__ = ["monitoring_figure", "monitoring_value_figure"]

#: Discount factors for which a boundary is drawn, besides endless patience.
_FACTORS = ("1/2", "7/10", "9/10")
_STEPS = 120


def monitoring_figure(
    found: MonitoredTrigger,
    labels: Mapping[str, str] | None = None,
    *,
    factors: Sequence[object] = _FACTORS,
    title: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw which public signals sustain a trigger profile: above the line of a discount factor all do.

    Across runs the probability of a false alarm, upwards that of detection; below the lowest line no patience helps.

    Parameters
    ----------
    factors : sequence of numbers
        A boundary for each, and one for endless patience.

    Raises
    ------
    UsageError
        If the answer depends on parameters, or no signal sustains the target.
    """
    from detente.numbers import exact_or_float

    if found.arithmetic == "symbolic":
        raise UsageError("found a trigger profile with formulas; a picture needs a game at a point")
    alarms = [Fraction(k, _STEPS) for k in range(_STEPS + 1)]
    bounds: list[tuple[str, list[Any]]] = [("endless patience", _boundary(found, alarms, None))]
    bounds += [
        (f"discount factor {short(factor, 3)}", _boundary(found, alarms, factor))
        for factor in sorted((exact_or_float(each) for each in factors), reverse=True)
    ]
    if all(each is None for each in bounds[0][1]):
        raise UsageError("no signal sustains the target here, however good: the punishment deters nobody")
    length = "for ever" if found.periods is None else f"for {found.periods} period{'s' * (found.periods != 1)}"
    with figure_style():
        figure = new_figure(width, 0.62 * width)
        axes = figure.add_axes((0.1, 0.13, 0.52, 0.76))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        for k, (name, own) in enumerate(bounds):
            known = [(float(x), float(y)) for x, y in zip(alarms, own, strict=True) if y is not None]
            if len(known) < 2:  # not even a signal without false alarms is enough, or only the perfect one
                axes.plot([], [], linestyle="", label=f"at {name}: {'only the perfect one' if known else 'none'}")
                continue
            xs, ys = zip(*known, strict=True)
            axes.fill_between(xs, ys, 1.0, facecolor=PLAYERS[0].fill, alpha=0.35, edgecolor="none", zorder=1)
            axes.plot(xs, ys, color=PLAYERS[0].ink, linewidth=1.3, linestyle=("-", "--", ":", "-.")[k % 4],
                      label=f"at {name}", zorder=3)  # fmt: skip
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6, label="a signal that tells nothing", zorder=2)
        least = found.factors.overall
        told = "never enough" if least is None else f"from factor {short(least, 3)}"
        axes.plot([float(found.false_alarm)], [float(found.detection)], "o", color=INK, markersize=5, clip_on=False,
                  label=f"this signal: {told}", zorder=5)  # fmt: skip
        axes.set(xlabel="probability of a false alarm", ylabel="probability of detection")
        for side in ("right", "top"):
            axes.spines[side].set_visible(False)
        names = ", ".join(dict(labels or {}).get(each, each) for each in found.target)
        text, properties = text_label(title or f"Signals that sustain {names}, punishment {length}")
        figure.text(0.1, 0.97, text, fontsize=10.5, va="top", **properties)
        figure.legend(loc="upper left", bbox_to_anchor=(0.65, 0.9), frameon=False, fontsize=8.5, title="sustained above the line",
                      title_fontsize=8.5, alignment="left")  # fmt: skip
    return figure


def _boundary(found: MonitoredTrigger, alarms: Sequence[Fraction], factor: Any) -> list[Any]:
    """Return for each probability of a false alarm the least detection that deters everybody, None where none does."""
    least = []
    for alarm in alarms:
        own = replace(found, false_alarm=alarm).critical_detection(factor).values()
        least.append(None if any(each is None for each in own) else max(own))
    return least


def monitoring_value_figure(
    found: MonitoringValue, labels: Mapping[str, str] | None = None, *, title: str = "", width: float = TEXT_WIDTH
) -> Figure:
    """Draw what each player gets in the best trigger equilibrium under each signal.

    Raises
    ------
    UsageError
        If the values are formulas.
    """
    if found.arithmetic == "symbolic":
        raise UsageError("found values that are formulas; a picture needs a game at a point")
    shown = dict(labels or {})
    values = {
        f"{signal}: {shown.get(player, player)}" + ("" if found.exists[signal] else " (not sustained)"): float(value)
        for signal, own in found.values.items()
        for player, value in own.items()
    }
    return share_bars(values, across="average payoff in the best trigger equilibrium", title=title, width=width)
