"""Pictures of a report, drawn once and found again by everything that they show.

A picture is kept under the function that draws it and all that it is given, with the source of the engine and of its pages and the
fonts. In Chinese its words hang on all texts of the study too, and it is drawn anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from detente.reports.characters import chinese_font_files
from detente.reports.store import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from detente.reports.blocks import Context

__all__ = ["drawn"]


def drawn(context: Context, draw: Callable[..., Figure], *given: Any, **named: Any) -> bytes:
    """Return the picture that a function draws of what it is given, as SVG.

    Parameters
    ----------
    context : Context
        Of the report; without results that are kept the picture is drawn now.
    draw : callable
        Returns a figure, from its arguments alone.
    given, named
        Its arguments: text, numbers, arrays, and dataclasses, sequences and mappings of them.

    Raises
    ------
    TypeError
        For an argument of which equal content cannot be told, such as a function.
    """

    def make() -> str:
        from detente.reports.figure_style import to_svg

        return to_svg(draw(*given, **named)).decode("utf-8")

    if context.results is None or context.lang != "en":
        return make().encode("utf-8")
    key = {
        "picture": f"{draw.__module__}.{draw.__qualname__}", "given": _content(given), "named": _content(named),
        "pages": engine(pages=True), "fonts": chinese_font_files(),
    }  # fmt: skip
    return context.results.store.get(key, make).encode("utf-8")  # type: ignore[no-any-return]


def _content(value: Any) -> Any:
    """Return what a drawing is given as data for a key: what is equal as data is drawn alike."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (tuple, list)):
        return [_content(each) for each in value]
    if isinstance(value, dict):
        return [[_content(name), _content(each)] for name, each in value.items()]
    if is_dataclass(value) and not isinstance(value, type):
        return [type(value).__qualname__, *(_content(getattr(value, each.name)) for each in fields(value))]
    if hasattr(value, "tobytes") and hasattr(value, "dtype") and not value.dtype.hasobject:
        return [str(value.dtype), list(value.shape), hashlib.sha256(value.tobytes()).hexdigest()]
    raise TypeError(f"found {type(value).__name__} among what a picture shows; expected text, numbers, arrays and data of them")
