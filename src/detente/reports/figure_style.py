"""The style that all figures share: sizes, inks, fills, and bytes that depend on nothing but the data."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

__all__ = [
    "FILLS",
    "INK",
    "PLATE",
    "PLAYERS",
    "QUIET",
    "TEXT_WIDTH",
    "PlayerStyle",
    "figure_style",
    "new_figure",
    "shade",
    "to_svg",
]

#: Width of the text of a report page in inches: a figure of this width is printed in its own size.
TEXT_WIDTH = 6.14

#: Color of lines and letters, and of what stands back.
INK, QUIET = "#191919", "#5f5f5f"

#: The plate behind a label that stands on a filling.
PLATE: dict[str, Any] = {
    "facecolor": "white",
    "alpha": 0.82,
    "edgecolor": "none",
    "boxstyle": "round,pad=0.15",
}


@dataclass(frozen=True)
class PlayerStyle:
    """What tells one player from another: ink, fill, and cues that need no color."""

    ink: str
    fill: str
    dash: str
    hatch: str
    marker: str


#: Players in order of appearance. Inks differ in lightness, so that they also differ in grey.
PLAYERS = (
    PlayerStyle("#1d4f88", "#c9dcee", "-", "", "o"),
    PlayerStyle("#b3541e", "#f7dcc6", "--", "//", "s"),
    PlayerStyle("#2f7d64", "#d3e9df", "-.", "..", "^"),
    PlayerStyle("#6d4a8c", "#e5daee", ":", "\\\\", "D"),
)

#: Fills of regions in order of appearance: color, and hatch for readers without color.
FILLS = (
    ("#cfe0ef", ""),
    ("#f8e0cb", "//"),
    ("#dcecd9", ".."),
    ("#ebe1f1", "\\\\"),
    ("#f6efc9", "||"),
    ("#e4e4e4", "--"),
    ("#d5ecec", "xx"),
    ("#f6d9dd", "++"),
)


@contextmanager
def figure_style() -> Iterator[None]:
    """Set the shared style for the figures made and written inside the block.

    Vector output with letters as paths and no date or random ids; a letter without a
    glyph is an error, never an empty box.
    """
    import matplotlib as mpl

    settings: dict[str, Any] = {
        "font.family": ["STIXGeneral", "DejaVu Sans"],
        "mathtext.fontset": "stix",
        "font.size": 9.5,
        "axes.labelsize": 9.5,
        "axes.linewidth": 0.6,
        "axes.edgecolor": QUIET,
        "axes.labelcolor": INK,
        "axes.formatter.use_mathtext": True,
        "axes.unicode_minus": True,
        "text.color": INK,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 3,
        "ytick.major.size": 3,
        "lines.linewidth": 1.2,
        "hatch.linewidth": 0.35,
        "svg.fonttype": "path",
        "svg.hashsalt": "detente",
        "path.simplify": True,
        "figure.dpi": 100,
        "savefig.facecolor": "white",
    }
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        warnings.filterwarnings("error", message=r"Glyph .* missing from")
        yield


def to_svg(figure: Figure) -> bytes:
    """Return a figure as SVG; the same figure gives the same bytes.

    Raises
    ------
    UsageError
        If a label holds a letter for which there is no glyph.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    target = io.BytesIO()
    with figure_style():
        try:
            FigureCanvasSVG(figure).print_svg(target, metadata={"Date": None, "Creator": "detente"})
        except UserWarning as warning:
            raise UsageError(f"a figure cannot be drawn: {warning}") from None
    return target.getvalue().replace(b"\r\n", b"\n")


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of a size in inches, made without pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def shade(color: str) -> str:
    """Return the darker tone of a fill in which its hatch is drawn."""
    from matplotlib.colors import to_hex, to_rgb

    return to_hex([0.78 * part for part in to_rgb(color)])
