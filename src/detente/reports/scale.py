"""One parameter as an axis of a figure, and the title that words and formulas share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.reports.characters import CJK
from detente.reports.figure_labels import hold_within, math_label, text_label
from detente.reports.language import spoken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

__all__ = ["Scale", "write_title"]


@dataclass(frozen=True)
class Scale:
    """One parameter as an axis: name in words, symbol in math, unit, and the range shown."""

    label: str
    low: float
    high: float
    unit: str = ""
    symbol: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise UsageError(f"the scale {self.label!r} runs from {self.low} to {self.high}; expected low < high")

    def title(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the parts of the axis title: words, symbol, unit."""
        label, unit = spoken(self.label), spoken(self.unit)
        chinese = bool(CJK.search(label))
        behind = [text_label(f"\uff08{unit}\uff09" if chinese else f" ({unit})")] if unit else []
        if not self.symbol:
            return [text_label(label), *behind]
        return [text_label(label if chinese else f"{label},"), math_label(self.symbol), *behind]


def write_title(
    figure: Figure, x: float, y: float, parts: Sequence[tuple[str, dict[str, Any]]], *, up: bool = False
) -> None:
    """Write words and formulas in one line around a point of the figure; ``up`` reads upwards.

    Each part is a text of its own, because matplotlib sets a string with a formula in a single font.
    """
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = []
    for index, (string, properties) in enumerate(parts):
        text = figure.text(0, 0, string, fontsize=9.5, va="baseline", ha="left", **properties)
        gap = 0.0 if not index or string.startswith((" ", "\u3000", "\uff08")) else 4.0 if CJK.search(parts[index - 1][0]) else 2.0
        texts.append((text, gap))
    middle = y if up else x
    others = sum(gap + text.get_window_extent(renderer).width for text, gap in texts[1:]) / figure.dpi
    hold_within(texts[0][0], max(1.0, 1.94 * min(middle, 1 - middle) * figure.get_size_inches()[1 if up else 0] - others))
    placed = [(text, gap, text.get_window_extent(renderer).width) for text, gap in texts]
    wide, tall = figure.get_size_inches() * figure.dpi
    start = -sum(gap + width for _, gap, width in placed) / 2
    for text, gap, width in placed:
        start += gap
        text.set_position((x, y + start / tall) if up else (x + start / wide, y))
        text.set_rotation(90 if up else 0)
        text.set_rotation_mode("anchor")
        start += width
