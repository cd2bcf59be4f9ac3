"""Write a figure to a file of its own, as SVG, PDF or PNG by the ending of its name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.reports.figure_style import figure_style, to_svg
from detente.whole import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

__all__ = ["ENDINGS", "write_figure"]

ENDINGS = (".svg", ".pdf", ".png")


def write_figure(figure: Figure, path: Path) -> None:
    """Write a figure as a whole: under a temporary name first, then renamed.

    Raises
    ------
    UsageError
        If the ending is none of :data:`ENDINGS`, a letter has no glyph, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"found the figure {path}; expected a name that ends in {', '.join(ENDINGS)}")
    data = to_svg(figure) if ending == ".svg" else _rendered(figure, ending[1:])
    write_whole(path, data)


def _rendered(figure: Figure, kind: str) -> bytes:
    target = io.BytesIO()
    metadata = {"CreationDate": None, "Creator": "detente", "Producer": "detente"} if kind == "pdf" else {}
    with figure_style():
        try:
            figure.savefig(target, format=kind, dpi=200, metadata=metadata)
        except UserWarning as warning:
            raise UsageError(f"a figure cannot be drawn: {warning}") from None
    return target.getvalue()
