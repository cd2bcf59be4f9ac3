"""Labels of figures: plain text with everything visible, formulas, and text broken to fit.

Labels are plain text (a dollar sign is a dollar sign) unless they are declared as math.
"""

from __future__ import annotations

import math
import re
import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.reports.characters import CJK, is_hidden
from detente.reports.chinese_glyphs import chinese_family, with_glyphs
from detente.reports.figure_style import figure_style
from detente.reports.language import spoken

if TYPE_CHECKING:
    from matplotlib.text import Text

__all__ = ["fit", "hold_within", "label_of", "math_label", "text_label", "wrap", "wrap_to"]


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    families = ("STIXGeneral", "DejaVu Sans")
    return frozenset(code for name in families for code in get_font(findfont(FontProperties(name))).get_charmap())


def text_label(label: str) -> tuple[str, dict[str, Any]]:
    """Return a plain label with everything visible, and the properties to draw it with."""
    label = spoken(re.sub(r"\s+", " ", label))
    properties: dict[str, Any] = {"parse_math": False}
    found = "".join(sorted({c for run in CJK.findall(label) for c in run}))
    chinese = with_glyphs(found)
    if found:
        family = chinese_family(chinese) if chinese else ""
        if family:
            properties["fontfamily"] = ["STIXGeneral", family, "DejaVu Sans"]
        else:
            label = CJK.sub("[zh]", label)
    shown = (c if _visible(c, chinese) else f"[U+{ord(c):04X}]" for c in label)
    return "".join(shown), properties


def _visible(character: str, chinese: str) -> bool:
    return character in chinese or (not is_hidden(character) and ord(character) in _glyphs())


_FRACTION, _LARGE_FRACTION = "\\frac", "\\dfrac"
#: Letters that TeX has in two shapes: pages have the second, so pictures beside them have it too.
_TWO_SHAPES = re.compile(r"\\(phi|epsilon)(?![A-Za-z])")


def math_label(source: str) -> tuple[str, dict[str, Any]]:
    """Return a formula in the TeX subset of matplotlib as a label."""
    from matplotlib.mathtext import MathTextParser

    if "$" in source or not source.isascii():
        raise UsageError(f"found the formula {source!r} in a figure; expected TeX in ASCII without dollar signs")
    try:
        with figure_style():
            MathTextParser("path").parse(f"${source}$")
    except ValueError as error:
        first = str(error).strip().splitlines()[-1]
        raise UsageError(f"the formula {source!r} of a figure cannot be drawn; {first}") from None
    shaped = _TWO_SHAPES.sub(r"\\var\1", source)
    return f"${shaped.replace(_FRACTION, _LARGE_FRACTION)}$", {}


def label_of(label: str, *, is_math: bool) -> tuple[str, dict[str, Any]]:
    """Return a label as math or as plain text."""
    return math_label(label) if is_math else text_label(label)


#: Marks that begin no line, and marks that end none.
_CLOSING, _OPENING = "、。，；：）》”！？", "（《“"  # noqa: RUF001 - Chinese punctuation
#: Marks behind which a line ends best.
_JOINTS = "、，；：+"  # noqa: RUF001


#: Pieces of a Chinese label that stay together where there is room: up to a mark, with the signs that close what is before it.
_PIECES = re.compile(rf"[^{_JOINTS}]*[{_JOINTS}]+[）”]*|[^{_JOINTS}]+")  # noqa: RUF001
#: Size, in points, below which letters of a picture are not read.
_LEAST_SIZE = 7.0
#: The longest piece that is never broken: a name in two lines is hard to read, and a letter with a key is not.
_NAME_LETTERS = 10
#: Inches of a Chinese letter and of another one; letters below which no line is worth having; lines of one label.
_WIDE, _NARROW, _SHORTEST, _MOST_LINES = 0.125, 0.067, 3, 5


def _widest_name(label: str) -> int:
    """Return the letters of the longest piece of a Chinese label that is not to be broken."""
    return max((len(piece) for piece in _PIECES.findall(label) if len(piece) <= _NAME_LETTERS), default=1)


def _chinese_lines(label: str, letters: int, *, marks: bool = True) -> list[str]:
    """Break Chinese into lines of at most so many characters: behind ``marks`` where that is possible, and no mark begins a line."""
    lines = [""]
    for piece in _PIECES.findall(label) if marks else [label]:
        if len(lines[-1]) + len(piece) > letters and lines[-1]:
            lines.append("")
        rest = lines[-1] + piece
        while len(rest) > letters:
            at = letters
            while at > 1 and (rest[at] in _CLOSING or rest[at - 1] in _OPENING):
                at -= 1
            at = at if at > letters // 2 else letters
            lines[-1] = rest[:at]
            rest = rest[at:]
            lines.append("")
        lines[-1] = rest
    return [line for line in lines if line]


def wrap(label: str, lines: int) -> str | None:
    """Break a label into exactly so many lines of about equal length, or None; short Chinese names stay whole."""
    if lines == 1:
        return label
    if CJK.search(label) and " " not in label:
        least = max(math.ceil(len(label) / lines), _widest_name(label))
        parts = next(each for letters in range(least, len(label) + 1) if len(each := _chinese_lines(label, letters)) <= lines)
        if len(parts) != lines and max(map(len, _PIECES.findall(label))) > _NAME_LETTERS:
            parts = _chinese_lines(label, math.ceil(len(label) / lines), marks=False)
    else:
        parts = wrap_to(label, max(4, math.ceil(len(label) / lines) + 2)).split("\n")
    return "\n".join(parts) if len(parts) == lines else None


def wrap_to(label: str, letters: int) -> str:
    """Break a label into lines of at most so many letters, longer words left whole."""
    return "\n".join(textwrap.wrap(label, letters, break_long_words=False)) or label


def fit(label: str, inches: float) -> str | None:
    """Break a label so that it fits a width, or return None if a word is wider than that."""
    room = inches - 0.12
    if CJK.search(label) and " " not in label:
        letters = int(room / _WIDE)
        tried = [_chinese_lines(label, letters)] if letters >= _widest_name(label) else []
    else:
        # letters are of two widths: as many to a line as there is room for those of mean width, and fewer where these are wide
        most = int(room / (_inches(label) / max(1, len(label))))
        tried = [textwrap.wrap(label, letters, break_long_words=False) for letters in range(most, _SHORTEST - 1, -1)]
    fitting = (lines for lines in tried if lines and max(map(_inches, lines)) <= room and len(lines) <= _MOST_LINES)
    return next(("\n".join(lines) for lines in fitting), None)


def hold_within(text: Text, inches: float) -> None:
    """Make a text on a figure no wider than it may be: smaller letters first, then fewer of them; of a formula smaller ones only.

    What is cut off stands in words beside the figure.
    """
    figure = text.get_figure()
    renderer = figure.canvas.get_renderer()  # type: ignore[union-attr]
    room = inches * figure.dpi  # type: ignore[union-attr]
    wide = text.get_window_extent(renderer).width
    if wide <= room:
        return
    whole = text.get_text()
    least = 1.0 if whole.startswith("$") else _LEAST_SIZE
    text.set_fontsize(max(min(least, float(text.get_fontsize())), float(text.get_fontsize()) * room / wide))
    if whole.startswith("$") or text.get_window_extent(renderer).width <= room:
        return
    fits, too_many = 1, len(whole)
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        text.set_text(f"{whole[:middle].rstrip()}\u2026")
        fits, too_many = (middle, too_many) if text.get_window_extent(renderer).width <= room else (fits, middle)
    text.set_text(f"{whole[:fits].rstrip()}\u2026")


def _inches(text: str) -> float:
    return sum(_WIDE if CJK.match(letter) else _NARROW for letter in text)
