"""The options of a player in one picture: what each may pay, how often it is best, what it may be regretted by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.numbers import short
from detente.reports.figure_labels import text_label, wrap_to
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.conclusions.options import Option, Options

__all__ = ["options_figure"]

#: Height of a row and of what is written above and below the rows, in inches.
_ROW, _ABOVE, _BELOW = 0.62, 0.72, 0.86


def options_figure(
    options: Options,
    labels: Mapping[str, str] | None = None,
    *,
    subtitle: str = "",
    unit: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw the options of a player, one row each, best at the point first.

    The line is the range over the box, the bars where 90 and 50 percent of the draws fall, the dots what the option
    pays at the point: filled in the worst equilibrium after it, open in the best.

    Parameters
    ----------
    options : Options
    labels : mapping, optional
        What a reader sees for the player and the strategies.
    subtitle : str
        Which game, and at which point.
    unit : str
        What payoffs are counted in.
    """
    shown = dict(labels or {})
    rows = sorted(options, key=lambda each: float("-inf") if each.worst is None else float(each.worst))
    style = PLAYERS[0]
    height = _ABOVE + _ROW * len(rows) + _BELOW
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.2, _BELOW / height, 0.5, _ROW * len(rows) / height))
        low, high = _reach(rows)
        pad = 0.04 * (high - low)
        axes.set(xlim=(low - pad, high + pad), ylim=(-0.5, len(rows) - 0.5), yticks=[])
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        if low < 0 < high:
            axes.axvline(0, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
        for place, each in enumerate(rows):
            _row(axes, place, each, style)
            _words(axes, place, each, shown)
        name, properties = text_label(shown.get(options.player, options.player))
        figure.text(0.03, 1 - 0.1 / height, f"Options: {name}", fontsize=10.5, va="top", **properties)
        text, properties = text_label(subtitle)
        figure.text(0.03, 1 - 0.31 / height, text, fontsize=8.5, color=QUIET, va="top", **properties)
        for x, text in ((1.04, "best in"), (1.36, "largest\nregret")):
            axes.text(
                x, 1 + 0.06 / (_ROW * len(rows)), text, transform=axes.transAxes, fontsize=8.5, color=QUIET, va="bottom"
            )
        label, properties = text_label("payoff once the others have replied" + (f" ({unit})" if unit else ""))
        axes.set_xlabel(label, **properties)
        figure.text(0.03, 0.05 / height, _legend(rows), fontsize=8, color=QUIET, va="bottom", linespacing=1.25)
    return figure


def _reach(rows: list[Option]) -> tuple[float, float]:
    """Return the ends of the axis: everything that is drawn fits."""
    values = [
        float(value)
        for each in rows
        for value in (each.low, each.high, each.seen_low, each.seen_high, each.worst, each.best)
        if value is not None
    ] or [0.0]
    low, high = min(values), max(values)
    return (low, high) if low < high else (low - 1, high + 1)


def _row(axes: Axes, place: int, each: Option, style: Any) -> None:
    seen = [value for value in (each.seen_low, each.seen_high) if value is not None]
    ends = [value for value in (each.low, each.high) if value is not None]
    if len(ends) == 2:
        proved = [float(end) for end in ends]
        axes.plot(proved, [place, place], color=style.ink, linewidth=0.8, linestyle=(0, (2, 2)), zorder=0)
    if len(seen) == 2:
        axes.plot(
            [float(end) for end in seen], [place, place], "|-", color=style.ink, linewidth=0.9, markersize=7,
            solid_capstyle="butt", zorder=0,
        )  # fmt: skip
    if each.quantiles:
        q05, q25, q50, q75, q95 = each.quantiles
        axes.barh(place, q95 - q05, left=q05, height=0.22, color=style.fill, edgecolor=style.ink, linewidth=0.5)
        axes.barh(place, q75 - q25, left=q25, height=0.22, color="#8fb3d6", edgecolor=style.ink, linewidth=0.5)
        axes.plot([q50, q50], [place - 0.11, place + 0.11], color=style.ink, linewidth=1.2)
    if each.best is not None and each.best != each.worst:
        axes.plot([float(each.best)], [place], "o", color=INK, markerfacecolor="white", markersize=5.5, zorder=5)
    if each.worst is not None:
        axes.plot([float(each.worst)], [place], "o", color=INK, markersize=5, zorder=6)


def _words(axes: Axes, place: int, each: Option, shown: Mapping[str, str]) -> None:
    name, properties = text_label(shown.get(each.strategy, each.strategy))
    left = axes.get_yaxis_transform()
    shown_name = wrap_to(name, 18)
    axes.text(-0.03, place, shown_name, transform=left, ha="right", va="center", fontsize=9.5, **properties)
    follows, more = text_label("; ".join(dict.fromkeys(text for text, _ in each.replies)) or "nothing found")
    lines = wrap_to(f"then {follows}", 24)
    if lines.count("\n") < 2:
        axes.annotate(
            lines, (-0.03, place), (0, -9 - 6 * shown_name.count("\n")), xycoords=left, textcoords="offset points", fontsize=7, color=QUIET,
            ha="right", va="top", linespacing=1.1, **more,
        )  # fmt: skip
    low, high = each.share_range
    share = "always\n(proved)" if each.always_best else _percent(low, high)
    bound = each.regret_bound
    regret = (
        short(each.regret)
        if bound is None or short(bound) == short(each.regret)
        else f"{short(each.regret)}\n(≤ {short(bound)})"
    )
    for x, text in ((1.04, share), (1.36, regret)):
        axes.text(x, place, text.replace("-", "\u2212"), transform=left, va="center", fontsize=9)


def _percent(low: float, high: float) -> str:
    a, b = f"{100 * low:.3g}", f"{100 * high:.3g}"
    return f"{a} %" if a == b else f"{a} to {b} %"


def _legend(rows: list[Option]) -> str:
    priors = len(rows[0].shares)
    dots = "dot: at the point"
    if any(each.best != each.worst for each in rows):
        dots = "dots: at the point, in the worst (filled) and best (open) equilibrium after the option"
    dashed = any(
        short(bound) != short(seen)
        for each in rows
        for bound, seen in ((each.low, each.seen_low), (each.high, each.seen_high))
    )
    line = "line: from worst to best case over the box" + (" (dashed: proved bounds)" if dashed else " (proved)")
    return f"{dots}; bars: 50 and 90 % of the draws;\n{line}; best in: share of draws, over {priors} priors"
