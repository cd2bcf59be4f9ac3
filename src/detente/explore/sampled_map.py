"""The map under a moving point: what the answer is on a grid of two parameters, as a small picture."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from detente.numbers import short, to_float
from detente.reports.figure_style import FILLS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from detente.explore.panels import Panels, State
    from detente.study.model import GameModel, Point

__all__ = ["SampledMap"]

#: The size of the picture in units of its SVG.
WIDTH, HEIGHT = 460, 340
LEFT, BOTTOM, TOP, RIGHT = 58, 44, 10, 12
#: Width of a letter of a label.
LETTER = 6.1


class SampledMap:
    """Maps of a game over any two parameters; a state keeps its filling as long as the map lives."""

    def __init__(self, panels: Panels, model: GameModel) -> None:
        self.panels, self.model = panels, model
        self.fills: dict[State, int] = {}
        self._last: tuple[Any, str, str] | None = None

    def telling(self, names: Iterable[str], point: Point) -> tuple[str, str] | None:
        """Return the two of some parameters that change the answer most often when they move alone; None if too few."""
        import numpy as np

        changes = []
        for order, name in enumerate(names):
            line = np.linspace(*self._ends(name), 41)
            held = {key: to_float(value) for key, value in point.values.items() if key != name}
            _, index = self.panels.states({**held, name: line})
            changes.append((-int(np.count_nonzero(np.diff(index))), order, name))
        chosen = [name for _, _, name in sorted(changes)[:2]]
        return (chosen[0], chosen[1]) if len(chosen) == 2 else None

    def picture(self, over: tuple[str, str], point: Point) -> str:
        """Return the map over two parameters, the others as at the point, with the point marked, as HTML."""
        elsewhere = tuple((name, value) for name, value in point.values.items() if name not in over)
        if self._last is None or self._last[0] != (over, elsewhere):
            self._last = ((over, elsewhere), *self._draw(over, point))
        _, drawn, key = self._last
        head = f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role='img' aria-label='map of the answer over two parameters'>"
        return f"{head}{drawn}{self._marker(over, point)}</svg>{key}"

    def _ends(self, name: str) -> tuple[float, float]:
        interval = self.model.intervals[name]
        return float(interval.low), float(interval.high)

    def _marker(self, over: tuple[str, str], point: Point) -> str:
        place = []
        for name, start, length, up in (
            (over[0], LEFT, WIDTH - LEFT - RIGHT, False), (over[1], TOP, HEIGHT - TOP - BOTTOM, True),
        ):  # fmt: skip
            low, high = self._ends(name)
            share = (to_float(point.values[name]) - low) / (high - low)
            inside = min(max(share, 0.0), 1.0)
            place.append(start + length * (1 - inside if up else inside))
        x, y = place
        center = f"cx='{x:.1f}' cy='{y:.1f}'"
        return f"<circle {center} r='5.5' class='here'/><circle {center} r='2' class='dot'/>"

    def _draw(self, over: tuple[str, str], point: Point) -> tuple[str, str]:
        import numpy as np

        (x0, x1), (y0, y1) = map(self._ends, over)
        size = self.panels.grid
        xs, ys = np.meshgrid(np.linspace(x0, x1, size), np.linspace(y0, y1, size))
        held = {name: to_float(value) for name, value in point.values.items() if name not in over}
        states, index = self.panels.states({**held, over[0]: xs.ravel(), over[1]: ys.ravel()})
        grid = index.reshape(size, size)
        fills = [self.fills.setdefault(state, len(self.fills)) % len(FILLS) for state in states]
        image = self._image(grid, [FILLS[fill][0] for fill in fills])
        wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        frame = f"x='{LEFT}' y='{TOP}' width='{wide}' height='{tall}'"
        shown = f"style='image-rendering:pixelated' href='data:image/png;base64,{image}'"
        parts = [
            f"<image {frame} preserveAspectRatio='none' {shown}/>",
            self._edges(grid),
            f"<rect {frame} class='frame'/>",
        ]
        key = []
        for k in np.argsort(-np.bincount(index, minlength=len(states)), kind="stable"):
            words = self.panels.state_words(states[k])
            letter = ascii_uppercase[self.fills[states[k]] % 26]
            place, fits = self._place(grid == k, words)
            if place is not None:
                text = words if fits else letter
                parts.append(f"<text x='{place[0]:.1f}' y='{place[1]:.1f}' class='region'>{escape(text)}</text>")
            if not fits:
                share = 100 * float((grid == k).mean())
                part = f"{share:.0f} %" if share >= 1 else "under 1 %"
                key.append(
                    f"<li><span class='swatch' style='background:{FILLS[fills[k]][0]}'>{letter}</span> {escape(words)}"
                    f" <span class='small'>{part} of the map</span></li>"
                )
        parts.extend(self._axes(over))
        return "".join(parts), f"<ul class='key'>{''.join(key)}</ul>" if key else ""

    @staticmethod
    def _image(grid: NDArray[np.int64], colors: list[str]) -> str:
        """Return the grid as a PNG with a palette, row 0 at the bottom, in base 64."""
        import numpy as np

        rows = np.flipud(grid).astype(np.uint8)
        raw = np.column_stack((np.zeros(len(rows), dtype=np.uint8), rows)).tobytes()
        palette = b"".join(bytes.fromhex(color.lstrip("#")) for color in colors)

        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", grid.shape[1], grid.shape[0], 8, 3, 0, 0, 0)
        png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"PLTE", palette)
        return base64.b64encode(png + chunk(b"IDAT", zlib.compress(raw, 1)) + chunk(b"IEND", b"")).decode("ascii")

    @staticmethod
    def _edges(grid: NDArray[np.int64]) -> str:
        """Return the lines between different states as one path."""
        import numpy as np

        rows, columns = grid.shape
        dx, dy = (WIDTH - LEFT - RIGHT) / columns, (HEIGHT - TOP - BOTTOM) / rows
        pieces = [
            f"M{LEFT + dx * (c + 1):.1f} {TOP + dy * (rows - 1 - r):.1f}v{dy:.2f}"
            for r, c in np.argwhere(grid[:, :-1] != grid[:, 1:])
        ]
        pieces += [
            f"M{LEFT + dx * c:.1f} {TOP + dy * (rows - 1 - r):.1f}h{dx:.2f}"
            for r, c in np.argwhere(grid[:-1] != grid[1:])
        ]
        return f"<path d='{''.join(pieces)}' class='edge'/>" if pieces else ""

    @staticmethod
    def _place(mask: NDArray[np.bool_], words: str) -> tuple[tuple[float, float] | None, bool]:
        """Return where in a region a label is centered, and whether the words fit there."""
        import numpy as np

        rows, columns = mask.shape
        dx, dy = (WIDTH - LEFT - RIGHT) / columns, (HEIGHT - TOP - BOTTOM) / rows
        half = int((len(words) * LETTER / dx + 1) / 2) + 1, int(16 / dy / 2) + 1
        room = _windows(mask, half)
        fits = bool(room.any())
        depth = _depth(room if fits else mask)
        if not fits and depth.max() < 2:
            return None, False
        deepest = np.flatnonzero(depth == depth.max())
        row, column = np.unravel_index(int(deepest[len(deepest) // 2]), mask.shape)
        return (LEFT + dx * (column + 0.5), TOP + dy * (rows - row - 0.5) + 4), fits

    def _axes(self, over: tuple[str, str]) -> list[str]:
        parts = []
        (x0, x1), (y0, y1) = map(self._ends, over)
        base, wide, tall = HEIGHT - BOTTOM, WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        for share, anchor, drop in ((0.0, "start", 0), (0.5, "middle", 4), (1.0, "end", 10)):
            x, y = LEFT + wide * share, base - tall * share + drop
            for place, anchored, value in (
                (f"x='{x:.1f}' y='{base + 15}'", anchor, x0 + (x1 - x0) * share),
                (f"x='{LEFT - 5}' y='{y:.1f}'", "end", y0 + (y1 - y0) * share),
            ):
                parts.append(f"<text {place} text-anchor='{anchored}' class='tick'>{escape(short(value, 3))}</text>")
        middle = (
            f"x='{LEFT + wide / 2:.1f}' y='{HEIGHT - 8}'",
            f"transform='translate(14 {TOP + tall / 2:.1f}) rotate(-90)'",
        )
        for name, room, place in zip(over, (wide, tall), middle, strict=True):
            parts.append(f"<text {place} text-anchor='middle' class='axis'>{escape(self._title(name, room))}</text>")
        return parts

    def _title(self, name: str, room: float) -> str:
        label = self.panels.label(name)
        full = f"{label} ({name})" if label != name else name
        return full if len(full) * LETTER <= room else name


def _windows(mask: NDArray[np.bool_], half: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where a window of twice ``half`` (columns, rows) and one more, centered there, is all inside a mask.

    Examples
    --------
    >>> import numpy as np
    >>> _windows(np.array([[1, 1, 1, 0], [1, 1, 1, 1], [1, 1, 1, 1]], dtype=bool), (1, 1)).astype(int).tolist()
    [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    """
    import numpy as np

    wide, tall = 2 * half[0] + 1, 2 * half[1] + 1
    found = np.zeros_like(mask)
    if wide > mask.shape[1] or tall > mask.shape[0]:
        return found
    sums = np.zeros((mask.shape[0] + 1, mask.shape[1] + 1), dtype=np.int64)
    sums[1:, 1:] = mask.cumsum(axis=0).cumsum(axis=1)
    inside = sums[tall:, wide:] - sums[:-tall, wide:] - sums[tall:, :-wide] + sums[:-tall, :-wide]
    found[half[1] : half[1] + inside.shape[0], half[0] : half[0] + inside.shape[1]] = inside == wide * tall
    return found


def _depth(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many steps from each place it takes to leave a mask, 0 outside.

    Examples
    --------
    >>> import numpy as np
    >>> _depth(np.ones((3, 5), dtype=bool)).tolist()
    [[1, 1, 1, 1, 1], [1, 2, 2, 2, 1], [1, 1, 1, 1, 1]]
    """
    import numpy as np

    left = np.pad(mask, 1)
    found = np.zeros(mask.shape, dtype=np.int64)
    inside = left[1:-1, 1:-1]
    while inside.any():
        found += inside
        inside[:] = inside & left[:-2, 1:-1] & left[2:, 1:-1] & left[1:-1, :-2] & left[1:-1, 2:]
    return found
