"""Shares over time as lines with their names at the end, and shares at one time as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.numbers import short
from detente.reports.figure_labels import text_label
from detente.reports.figure_style import FILLS, INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure, shade

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

__all__ = ["share_bars", "share_lines"]

_DASHES = ("-", "--", "-.", ":")


def share_lines(
    times: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    across: str = "time",
    along: str = "share",
    log: bool = False,
    title: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Return lines of shares over time, each with its name at its right end; names do not overlap.

    Parameters
    ----------
    log : bool
        Whether time runs on a logarithmic scale.
    """
    with figure_style():
        height = max(3.1, 0.17 * len(series) + 1.0)
        figure = new_figure(width, height)
        tails = {name: f"{name} {short(v[-1], 3) if v[-1] >= 1e-4 else '0'}" for name, v in series.items()}
        margin = 0.55 + 0.066 * max(map(len, tails.values()))  # inches for the names
        wide, tall = width - 0.56 - margin, height - 0.9
        axes = figure.add_axes((0.56 / width, 0.5 / height, wide / width, tall / height))
        top = max(max(values) for values in series.values())
        low, high = -0.02 * top, min(1.02, 1.08 * top) if top > 0 else 1.0
        for k, values in enumerate(series.values()):
            axes.plot(times, values, color=_ink(k), linestyle=_dash(k), linewidth=1.4)
        axes.set_ylim(low, high)
        if log:
            axes.set_xscale("log")
        axes.set_xlim(times[0], times[-1])
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for setter, text in ((axes.set_xlabel, across), (axes.set_ylabel, along)):
            label, properties = text_label(text)
            setter(label, **properties)
        ends = [(float(values[-1]) - low) / (high - low) for values in series.values()]
        at = _apart(ends, 0.165 / tall)
        for k, name in enumerate(series):
            x = [1 + part / wide for part in (0.0, 0.12, 0.16, 0.42, 0.48)]
            axes.plot(x[:2], [ends[k], at[k]], transform=axes.transAxes, color=QUIET, linewidth=0.5, clip_on=False)
            axes.plot(x[2:4], [at[k]] * 2, transform=axes.transAxes, color=_ink(k), linestyle=_dash(k), linewidth=1.4,
                      clip_on=False)  # fmt: skip
            label, properties = text_label(tails[name])
            axes.text(x[4], at[k], label, transform=axes.transAxes, fontsize=8.5, va="center", **properties)
        if title:
            text, properties = text_label(title)
            figure.text(0.03, 1 - 0.06 / height, text, fontsize=9.5, va="top", **properties)
    return figure


def _ink(k: int) -> str:
    return PLAYERS[k % len(PLAYERS)].ink


def _dash(k: int) -> str:
    return _DASHES[(k // len(PLAYERS) + k) % len(_DASHES)]


def _apart(ends: Sequence[float], gap: float) -> list[float]:
    """Return heights near the ends of the lines that are at least a gap apart: pushed up from below, then down."""
    order = sorted(range(len(ends)), key=lambda k: ends[k])
    found = [0.0] * len(ends)
    floor = 0.0
    for k in order:
        found[k] = max(ends[k], floor)
        floor = found[k] + gap
    ceiling = max(1.0, gap * (len(ends) - 1))
    for k in reversed(order):
        found[k] = min(found[k], ceiling)
        ceiling = found[k] - gap
    return found


def share_bars(
    values: Mapping[str, float], *, across: str, title: str = "", mark: float | None = None, mark_label: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:  # fmt: skip
    """Return one horizontal bar per name with its value behind it.

    Parameters
    ----------
    mark, mark_label
        A value to compare with, drawn as a line, and its name.
    """
    with figure_style():
        top = (0.32 if title else 0.1) + (0.2 if mark is not None else 0)
        height = 0.26 * len(values) + 0.62 + top
        figure = new_figure(width, height)
        left = 0.3 + 0.066 * max(map(len, values))  # inches for the names
        axes = figure.add_axes(
            (left / width, 0.52 / height, (width - left - 0.5) / width, (0.26 * len(values) + 0.1) / height)
        )
        low, high = min(0.0, *values.values()), max(0.0, *values.values(), mark or 0.0)
        for place, value in enumerate(values.values()):
            color = FILLS[0][0]
            axes.barh(-place, value, height=0.68, facecolor=color, edgecolor=shade(color), linewidth=0.6)
            axes.text(max(value, 0) + 0.012 * ((high - low) or 1), -place, short(value, 4), va="center", fontsize=8.5)
        axes.set(yticks=[-k for k in range(len(values))], ylim=(-len(values) + 0.4, 0.6))
        axes.set_xlim(low * 1.1, (high or 1.0) * 1.12)
        names = [text_label(name) for name in values]
        axes.set_yticklabels([text for text, _ in names])
        for tick, (_, properties) in zip(axes.get_yticklabels(), names, strict=True):
            if "fontfamily" in properties:
                tick.set_fontfamily(properties["fontfamily"])
        axes.tick_params(axis="y", length=0, labelsize=8.5)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        label, properties = text_label(across)
        axes.set_xlabel(label, **properties)
        if mark is not None:
            axes.axvline(mark, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
            text, properties = text_label(mark_label)
            axes.text(mark, 0.62, text, ha="center", va="bottom", fontsize=8, color=QUIET, **properties)
        if title:
            text, properties = text_label(title)
            figure.text(0.03, 1 - 0.06 / height, text, fontsize=9.5, va="top", **properties)
    return figure
