"""How patient players must be: one bar per arrangement from its critical discount factor to 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.reports.characters import CJK
from detente.reports.figure_labels import fit, text_label
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure
from detente.reports.scale import Scale, write_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

__all__ = ["Critical", "discount_gauge"]


@dataclass(frozen=True)
class Critical:
    """A critical discount factor: None means that no discount factor is enough.

    ``own`` is the discount factor of the player of this row, where players differ.
    """

    label: str
    value: float | None
    shown: str = ""
    own: float | None = None


def discount_gauge(
    critical: Sequence[Critical],
    *,
    delta: float | None,
    delta_range: tuple[float, float] | None = None,
    delta_label: str = "model",
    never: str = "never",
    always: str = "always",
    axis_label: str = "Discount factor",
    width: float = TEXT_WIDTH,
) -> Figure:
    r"""Draw from which discount factor on each named arrangement can be kept up.

    One row for each: the bar runs from the critical factor to 1, where cooperation can be sustained. The
    model's own factor is a line across all rows, its range a band. Where ``delta`` is None, each row has a mark at its own.

    Raises
    ------
    UsageError
        If a factor lies outside 0 to 1 or there is nothing to draw.
    """
    marks = [each.own for each in critical] if delta is None else [delta, *(delta_range or ())]
    numbers = [each for each in (*(row.value for row in critical), *marks) if each is not None]
    if not critical or any(not 0 <= number <= 1 for number in numbers):
        raise UsageError(f"found the discount factors {numbers}; expected at least one row, all in [0, 1]")
    with figure_style():
        names = [fit(label, 2.3) or label for label in (text_label(each.label)[0] for each in critical)]
        row = 0.3 if all("\n" not in name for name in names) else 0.4
        left = min(2.6, 0.35 + 0.066 * max(_width(line) for name in names for line in name.split("\n")))
        bottom, top = 0.5, 0.34
        height = bottom + top + row * len(critical)
        figure = new_figure(width, height)
        axes = figure.add_axes((left / width, bottom / height, 1 - (left + 0.55) / width, row * len(critical) / height))
        axes.set(xlim=(0, 1), ylim=(len(critical) - 0.5, -0.5), yticks=[])
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1"])
        write_title(
            figure,
            (left + (width - left - 0.55) / 2) / width,
            0.1 / height,
            Scale(axis_label, 0, 1, symbol=r"\delta").title(),
        )
        style = PLAYERS[0]
        if delta_range:
            axes.axvspan(*delta_range, facecolor="#ececec", edgecolor="none", zorder=0)
        label, properties = text_label(delta_label)
        if delta is None:
            for index, each in enumerate(critical):
                if each.own is not None:
                    axes.plot([each.own] * 2, [index - 0.36, index + 0.36], color=INK, linewidth=1.3, zorder=4)
            label, properties = text_label(f"upright line: {delta_label}")
            axes.text(1.0, -0.72, label, ha="right", va="bottom", fontsize=9, **properties)
        else:
            axes.plot([delta, delta], [len(critical) - 0.5, -0.62], color=INK, linewidth=1.1, clip_on=False, zorder=4)
            chinese = bool(CJK.search(label))
            span = f"{delta_range[0]:g}\u2013{delta_range[1]:g}" if delta_range else ""
            span = (f"\uff08{span}\uff09" if chinese else f" ({span})") if span else ""
            colon = "\uff1a" if chinese else ": "
            label, properties = text_label(f"{label}{colon}{delta:g}{span}")
            side = "right" if delta > 0.75 else "left" if delta < 0.25 else "center"
            anchor = min(1.0, max(delta, delta_range[1] if delta_range and side == "right" else delta))
            axes.text(anchor, -0.72, label, ha=side, va="bottom", fontsize=9, **properties)
        for index, each in enumerate(critical):
            _, properties = text_label(each.label)
            axes.text(-0.02, index, names[index], ha="right", va="center", fontsize=9.5, **properties)
            end = 1 if each.value is None else each.value
            axes.plot([0, end], [index, index], color="#d0d0d0", linewidth=0.6, zorder=1)
            if each.value is None:
                shown = each.shown or never
                text, properties = text_label(shown)
                axes.text(
                    1.02,
                    index,
                    text,
                    ha="left",
                    va="center",
                    fontsize=9,
                    color=QUIET,
                    clip_on=False,
                    **properties,
                )
                continue
            axes.plot([each.value, 1], [index, index], color=style.ink, linewidth=5, alpha=0.35,
            solid_capstyle="butt",
                      zorder=2)  # fmt: skip
            axes.plot([each.value], [index], "|", color=style.ink, markersize=11, markeredgewidth=2, zorder=3)
            text, properties = text_label(each.shown or (always if each.value == 0 else f"{each.value:.3g}"))
            axes.text(1.02, index, text, ha="left", va="center", fontsize=9, clip_on=False, **properties)
    return figure


def _width(label: str) -> int:
    """Return the width of a label in letters; a Chinese one counts as two."""
    return len(label) + sum(len(run) for run in CJK.findall(label))
