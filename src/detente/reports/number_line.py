"""The thresholds of one parameter on a line, with what holds between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.reports.characters import CJK
from detente.reports.figure_labels import fit, hold_within, label_of, text_label
from detente.reports.figure_style import FILLS, INK, PLATE, QUIET, TEXT_WIDTH, figure_style, new_figure, shade
from detente.reports.scale import Scale, write_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


__all__ = ["Threshold", "number_line"]


#: Inches between labels, and how far one may stand out beside the line.
_APART, _BESIDE = 0.08, 0.25


@dataclass(frozen=True)
class Threshold:
    """A value at which something changes; ``shown`` is the value as text, ``label`` its formula."""

    value: float
    shown: str = ""
    label: str = ""
    math: bool = True


def number_line(
    scale: Scale,
    thresholds: Sequence[Threshold],
    intervals: Sequence[str],
    *,
    baseline: float | None = None,
    baseline_label: str = "baseline",
    stated: tuple[float, float] | None = None,
    fills: Sequence[int] | None = None,
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw the thresholds of one parameter on a line, with what holds between them.

    Parameters
    ----------
    scale
        The parameter with the range shown.
    thresholds
        In increasing order, inside the range.
    intervals
        What holds in each of the ``len(thresholds) + 1`` intervals.
    baseline, baseline_label
        The value that the study uses, marked above the line.
    stated
        The parameter's own interval, where it is narrower than the scale; the line is thick there.
    fills
        Indices into :data:`~detente.reports.figure_style.FILLS`, one for each interval, to give equal outcomes
        equal colors.

    Raises
    ------
    UsageError
        If thresholds are out of order or range, or the number of intervals does not match.
    """
    values = [threshold.value for threshold in thresholds]
    edges = [scale.low, *values, scale.high]
    if any(a >= b for a, b in pairwise(edges)):
        raise UsageError(f"thresholds {values} of {scale.label!r}; expected increasing, inside the scale")
    if len(intervals) != len(values) + 1:
        raise UsageError(f"{len(intervals)} intervals for {len(values)} thresholds; expected one more")
    with figure_style():
        left = max(0.06, (0.062 * len(f"{scale.low:g}") + 0.08) / width)  # the lower end stands before the line
        inches = width * (0.94 - left)
        sides, below = _placed(thresholds, scale, inches)
        lines = [fit(text_label(label)[0], (b - a) / (scale.high - scale.low) * inches)
                 for label, (a, b) in zip(intervals, pairwise(edges), strict=True)]  # fmt: skip
        # Chinese fits into any width, and many short lines read badly
        lines = [text if text is None or text.count("\n") < 3 or not CJK.search(text) else None for text in lines]
        lost = [i for i, text in enumerate(lines) if text is None]
        tallest = max((text.count("\n") + 1 for text in lines if text), default=1)
        band = 0.16 * tallest + 0.16
        above = 0.36 if baseline is not None else 0.08
        drops = _drops(thresholds, below)
        under = 0.06 + drops[-1] + 0.3 + 0.19 * len(lost)
        height = above + band + under
        figure = new_figure(width, height)
        axes = figure.add_axes((left, under / height, 0.94 - left, band / height))
        axes.set(xlim=(scale.low, scale.high), ylim=(0, 1), yticks=[])
        axes.set_xticks([])
        for side in ("left", "right", "top", "bottom"):
            axes.spines[side].set_visible(False)
        letters = {index: chr(ord("A") + n) for n, index in enumerate(lost)}
        for index, (a, b) in enumerate(pairwise(edges)):
            color, hatch = FILLS[(index if fills is None else fills[index]) % len(FILLS)]
            axes.axvspan(a, b, facecolor=color, hatch=hatch or None, edgecolor=shade(color), linewidth=0)
            shown = lines[index] or letters[index]
            _, properties = text_label(intervals[index])
            axes.text(
                (a + b) / 2,
                0.5,
                shown,
                ha="center",
                va="center",
                fontsize=9.5,
                linespacing=1.2,
                bbox=PLATE,
                **properties,
            )
        axes.axhline(0, color=INK, linewidth=1.2, clip_on=False)
        _mark_ends(axes, scale)
        for threshold, side, level in zip(thresholds, sides, below, strict=True):
            _mark_threshold(axes, threshold, drops[level], band, side)
        if stated:
            axes.plot(stated, (0, 0), color=INK, linewidth=4, solid_capstyle="butt", clip_on=False)
        if baseline is not None:
            axes.plot([baseline, baseline], [0, 1 + 0.1 / band], color=INK, linewidth=1, clip_on=False)
            axes.plot([baseline], [1 + 0.1 / band], "v", color=INK, markersize=5, clip_on=False)
            side = "left" if baseline < scale.low + 0.1 * (scale.high - scale.low) else "center"
            side = "right" if baseline > scale.high - 0.1 * (scale.high - scale.low) else side
            text, properties = text_label(baseline_label)
            axes.text(baseline, 1 + 0.2 / band, text, ha=side, va="bottom", fontsize=9, **properties)
        write_title(figure, 0.5, (0.1 + 0.19 * len(lost)) / height, scale.title())
        for n, index in enumerate(lost):
            text, properties = text_label(intervals[index])
            at = (0.19 * (len(lost) - n) - 0.1) / height
            line = figure.text(0.06, at, f"{letters[index]}   {text}", fontsize=9, va="center", **properties)
            hold_within(line, 0.93 * width)
    return figure


def _placed(thresholds: Sequence[Threshold], scale: Scale, inches: float) -> tuple[list[str], list[int]]:
    """Give each threshold a side of its mark, and a level below the line, so that no label touches another one or a mark.

    Two that are close stand on the outer sides of their marks. More, or two at an end, go down in steps, each label on the side
    of its mark on which the marks do not go deeper.
    """
    at = [(each.value - scale.low) / (scale.high - scale.low) * inches for each in thresholds]
    wide = [max(0.072 * len(_shown(each)), 0.055 * len(each.label) if each.label else 0) for each in thresholds]
    sides, levels = ["center"] * len(at), [0] * len(at)
    groups: list[list[int]] = []
    for place, (x, own) in enumerate(zip(at, wide, strict=True)):
        near = bool(groups) and at[place - 1] + wide[place - 1] / 2 + 2 * _APART > x - own / 2
        if near:
            groups[-1].append(place)
        else:
            groups.append([place])
    for order, group in enumerate(groups):
        if len(group) == 1:
            continue
        before = at[groups[order - 1][-1]] + wide[groups[order - 1][-1]] / 2 if order else -_BESIDE
        after = at[groups[order + 1][0]] - wide[groups[order + 1][0]] / 2 if order + 1 < len(groups) else inches + _BESIDE
        first, last = group[0], group[-1]
        left, right = at[first] - wide[first] - 2 * _APART > before, at[last] + wide[last] + 2 * _APART < after
        if len(group) == 2 and left and right:
            sides[first], sides[last] = "right", "left"
            continue
        for step, place in enumerate(reversed(group) if right or not left else group):
            sides[place], levels[place] = "left" if right or not left else "right", step
    return sides, levels


def _drops(thresholds: Sequence[Threshold], levels: Sequence[int]) -> list[float]:
    """Return how far below the line each level starts, in inches, and last where all end."""
    drops = [0.0]
    for level in range(max(levels, default=0) + 1):
        labels = [each.label for each, at in zip(thresholds, levels, strict=True) if at == level]
        tall = any(r"\frac" in label for label in labels)
        drops.append(drops[-1] + (0.58 if tall else 0.4 if any(labels) else 0.24))
    return drops


def _shown(threshold: Threshold) -> str:
    return threshold.shown or f"{threshold.value:.3g}"


def _mark_threshold(axes: Axes, threshold: Threshold, drop: float, band: float, side: str) -> None:
    foot = (0.08 + drop) / band
    axes.plot([threshold.value] * 2, [1, -foot], color=INK, linewidth=0.9, clip_on=False)
    shown = text_label(_shown(threshold))[0]
    beside: dict[str, Any] = {"textcoords": "offset points", "ha": side, "va": "top", "fontsize": 9, "annotation_clip": False}
    shift = {"left": 2, "right": -2}.get(side, 0)
    axes.annotate(shown, (threshold.value, -foot - 0.02 / band), (shift, 0), parse_math=False, **beside)
    if threshold.label:
        text, properties = label_of(threshold.label, is_math=threshold.math)
        at = -foot - 0.19 / band
        axes.annotate(text, (threshold.value, at), (shift, 0), color=QUIET, **beside, **properties)


def _mark_ends(axes: Axes, scale: Scale) -> None:
    """Write the ends of the scale outside the line, where no threshold can be."""
    for value, side, shift in ((scale.low, "right", -4), (scale.high, "left", 4)):
        axes.annotate(
            f"{value:g}".replace("-", "\u2212"),
            (value, 0),
            (shift, 0),
            textcoords="offset points",
            ha=side,
            va="center",
            fontsize=8.5,
            color=QUIET,
            annotation_clip=False,
        )
