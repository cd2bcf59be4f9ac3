"""Places for labels on a map: each where it has most room, and nothing over anything else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from detente.reports.figure_labels import label_of, text_label, wrap, wrap_to
from detente.reports.figure_style import PLATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.text import Text
    from numpy.typing import NDArray

__all__ = ["GRID", "Canvas", "grow", "place_curve_label", "place_point", "place_region"]

#: Rows and columns of the grid on which places are looked for.
GRID = (420, 520)
#: Part of a curve's number that may stand where something else does: labels have margins all around.
_MOST_COVERED = 0.35


class Canvas:
    """What is taken on the axes, on a grid of :data:`GRID`; row 0 is the bottom."""

    def __init__(self, axes: Axes) -> None:
        import numpy as np

        self.axes = axes
        self.taken = np.zeros(GRID, dtype=bool)
        box = axes.get_window_extent()
        self.step = (GRID[0] / box.height, GRID[1] / box.width)  # cells per pixel, vertical and horizontal
        self.renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]

    def size(self, text: Text) -> tuple[int, int]:
        """Return height and width of a text in cells, margins included."""
        angle = text.get_rotation()
        text.set_rotation(0)
        box = text.get_window_extent(self.renderer)
        text.set_rotation(angle)
        return math.ceil((box.height + 7) * self.step[0]), math.ceil((box.width + 9) * self.step[1])

    def cell(self, x: float, y: float) -> tuple[float, float]:
        """Return row and column of a point in data units."""
        (x0, x1), (y0, y1) = self.axes.get_xlim(), self.axes.get_ylim()
        return (y - y0) / (y1 - y0) * (GRID[0] - 1), (x - x0) / (x1 - x0) * (GRID[1] - 1)

    def point(self, row: float, column: float) -> tuple[float, float]:
        """Return the data units of a cell."""
        (x0, x1), (y0, y1) = self.axes.get_xlim(), self.axes.get_ylim()
        return x0 + column / (GRID[1] - 1) * (x1 - x0), y0 + row / (GRID[0] - 1) * (y1 - y0)

    def cover(self, row: float, column: float, height: float, width: float, angle: float = 0.0) -> Any:
        """Return the cells of a rectangle turned on the page, or None if it leaves the axes."""
        import numpy as np

        v, h = self.step
        # Work in pixels, where angles are true.
        half = height / v / 2, width / h / 2
        ups, alongs = np.meshgrid(
            np.linspace(-half[0], half[0], max(int(height), 3)),
            np.linspace(-half[1], half[1], max(int(width), 3)),
        )
        dx = alongs * math.cos(angle) - ups * math.sin(angle)
        dy = alongs * math.sin(angle) + ups * math.cos(angle)
        rows = np.rint(row + dy * v).astype(int).ravel()
        columns = np.rint(column + dx * h).astype(int).ravel()
        if rows.min() < 0 or columns.min() < 0 or rows.max() >= GRID[0] or columns.max() >= GRID[1]:
            return None
        return rows, columns


def grow(mask: NDArray[np.bool_], cells: int) -> NDArray[np.bool_]:
    """Return cells with a margin of so many cells around them."""
    from scipy.ndimage import binary_dilation

    grown: NDArray[np.bool_] = binary_dilation(mask, iterations=cells)
    return grown


def place_region(
    canvas: Canvas,
    words: str,
    more: str,
    cells: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    key: list[Any],
) -> None:
    """Put the label of a region where it has most room, in the fewest lines that fit; else a letter.

    ``words`` is the label and ``more`` what stands below it; ``cells`` are the cells of the region and those
    that lines block. A letter is explained in ``key``.
    """
    axes = canvas.axes
    mask, blocked = cells
    free = mask & ~blocked & ~canvas.taken
    if not mask.any():
        return
    label, properties = text_label(words)
    detail = text_label(more)[0] if more else ""
    best: tuple[float, Any, Text] | None = None
    for size in (10, 8.5):
        for lines in (1, 2, 3, 4):
            wrapped = wrap(label, lines)
            if wrapped is None:
                continue
            shown = wrapped + ("\n" + wrap_to(detail, max(map(len, wrapped.split("\n"))) + 8) if detail else "")
            text = axes.text(
                0,
                0,
                shown,
                ha="center",
                va="center",
                fontsize=size,
                linespacing=1.25,
                bbox=PLATE,
                zorder=6,
                **properties,
            )
            spot = roomiest(free, canvas.size(text))
            if spot is None or (best is not None and spot[0] <= 1.25 * best[0]):
                text.remove()
                continue
            if best is not None:
                best[2].remove()
            best = (spot[0], spot[1], text)
        if best is not None:
            break
    if best is None:
        letter = chr(ord("A") + sum(sign.isalpha() for sign, *_ in key) % 26)
        text = axes.text(0, 0, letter, ha="center", va="center", fontsize=9, fontweight="bold", zorder=6, bbox=PLATE)
        spot = roomiest(free, canvas.size(text)) or roomiest(mask, (1, 1))
        if spot is None:
            text.remove()
            return
        key.append((letter, label + (f": {detail}" if detail else ""), properties))
        best = (spot[0], spot[1], text)
    settle(canvas, best[2], *best[1])


def place_point(canvas: Canvas, name: str, at: tuple[float, float], edges: NDArray[np.bool_]) -> None:
    """Put the name of a point beside it, on the side where it covers least."""
    label, properties = text_label(name)
    text = canvas.axes.text(0, 0, label, ha="center", va="center", fontsize=9, bbox=PLATE, zorder=7, **properties)
    height, width = canvas.size(text)
    row, column = canvas.cell(*at)
    gap = 5 * canvas.step[0], 5 * canvas.step[1]
    best: tuple[float, float, float] | None = None
    for reach in (1.0, 1.7, 2.6, 4.0, 6.0):
        for up, along in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1)):
            r = row + up * (height / 2 + gap[0] * reach)
            c = column + along * (width / 2 + gap[1] * reach)
            cells = canvas.cover(r, c, height, width)
            if cells is None:
                continue
            covers = canvas.taken[cells]
            cost = 10.0 * covers.mean() + 0.3 * covers.any() + edges[cells].mean() + 0.002 * reach
            if best is None or cost < best[0] - 1e-9:
                best = (cost, r, c)
    if best is None:
        best = (0.0, row, min(max(column, width / 2), GRID[1] - width / 2))
    settle(canvas, text, best[1], best[2])


def place_curve_label(
    canvas: Canvas, formula: str, curve: NDArray[np.float64], key: list[Any], *, is_math: bool, dash: str
) -> None:
    """Put the formula of a curve on it, along it, where it is straight and nothing else stands."""
    import numpy as np

    if not formula or len(curve) < 2:
        return
    label, properties = label_of(formula, is_math=is_math)
    text = canvas.axes.text(
        0, 0, label, ha="center", va="center", fontsize=9.5, bbox={**PLATE, "alpha": 0.95}, zorder=6,
        rotation_mode="anchor", **properties,
    )  # fmt: skip
    height, width = canvas.size(text)
    v, h = canvas.step
    tall = height / v > 30  # a turned fraction is hard to read
    pixels = curve / np.array([v, h])
    span = width / h / 2
    best: tuple[float, float, float, float] | None = None
    for i in range(0, len(curve), max(1, len(curve) // 160)):
        apart = np.hypot(*(pixels - pixels[i]).T)
        near = np.nonzero(apart <= span)[0]
        near = near[(near >= i - 4 * span) & (near <= i + 4 * span)]
        start, end = pixels[near[0]], pixels[near[-1]]
        along = end - start
        length = float(np.hypot(*along))
        if length < 1.2 * span:
            continue  # too near to an end of the curve
        turn = math.atan2(along[0], along[1])
        turn = (turn + math.pi / 2) % math.pi - math.pi / 2
        middle = pixels[near].mean(axis=0)
        offsets = pixels[near] - start
        bend = float(np.abs(along[0] * offsets[:, 1] - along[1] * offsets[:, 0]).max()) / length
        flat = abs(turn) < math.radians(75)
        for angle in (0.0,) if tall else (turn, 0.0):
            place = abs(i / len(curve) - 0.5)
            cost = (
                bend / 10 + 0.6 * place + (1.2 if angle != turn and not tall else 0.0 if flat else 0.8) + abs(angle) / 3
            )
            if best is not None and cost >= best[0]:
                continue
            center = (pixels[i] if angle == 0.0 else middle) * np.array([v, h])
            cells = canvas.cover(center[0], center[1], height, width, angle)
            if cells is not None and not canvas.taken[cells].any():
                best = (cost, float(center[0]), float(center[1]), angle)
    if best is None:
        text.remove()
        key.append((_number_curve(canvas, curve, key) or dash, label, properties))
        return
    text.set_rotation(math.degrees(best[3]))
    settle(canvas, text, *best[1:])


def _number_curve(canvas: Canvas, curve: NDArray[np.float64], key: Sequence[Any]) -> str:
    """Put a number on a curve whose formula has no place on it, on what is free or else on the margins of other labels.

    Without a number the key could not tell the curve from others; empty where that would cover what is written.
    """
    number = str(1 + sum(sign.isdigit() for sign, *_ in key))
    text = canvas.axes.text(
        0, 0, number, ha="center", va="center", fontsize=8, fontweight="bold", zorder=6, bbox={**PLATE, "alpha": 1}
    )
    height, width = canvas.size(text)
    middle_out = sorted(range(len(curve)), key=lambda i: abs(i - len(curve) / 2))
    best: tuple[float, float, float] | None = None
    for i in middle_out[:: max(1, len(curve) // 200)]:
        row, column = curve[i]
        cells = canvas.cover(row, column, height, width)
        covers = _MOST_COVERED if cells is None else float(canvas.taken[cells].mean())
        if covers < (_MOST_COVERED if best is None else best[0]):
            best = (covers, row, column)
        if covers == 0:
            break
    if best is None:
        text.remove()
        return ""
    settle(canvas, text, *best[1:])
    return number


def settle(canvas: Canvas, text: Text, row: float, column: float, angle: float = 0.0) -> None:
    text.set_position(canvas.point(row, column))
    height, width = canvas.size(text)
    margin = 3 * canvas.step[0], 3 * canvas.step[1]
    cells = canvas.cover(row, column, height + margin[0], width + margin[1], angle)
    if cells is None:
        cells = canvas.cover(row, column, height, width, angle)
    if cells is not None:
        canvas.taken[cells] = True


def roomiest(free: NDArray[np.bool_], size: tuple[int, int]) -> tuple[float, tuple[float, float]] | None:
    """Return clearance and center of the rectangle of this size that lies deepest inside the free cells."""
    import numpy as np
    from scipy.ndimage import distance_transform_edt

    height, width = size
    if height >= free.shape[0] or width >= free.shape[1]:
        return None
    total = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.int64)
    total[1:, 1:] = (~free).cumsum(axis=0).cumsum(axis=1)
    inside = total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width] == 0
    if not inside.any():
        return None
    depth = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    # Among the deepest places, the one nearest to their middle: a long band is labelled half way.
    rows, columns = np.nonzero(depth >= 0.97 * depth.max())
    nearest = np.argmin((rows - np.median(rows)) ** 2 + (columns - np.median(columns)) ** 2)
    return float(depth.max()), (rows[nearest] + height / 2, columns[nearest] + width / 2)
