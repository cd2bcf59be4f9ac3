"""Characters of printed text: runs of Chinese, what cannot be seen, and where a long word may break."""

from __future__ import annotations

import re
import unicodedata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CJK", "chinese_font_files", "chinese_fonts", "is_hidden", "soften"]

#: A run of Chinese (or Japanese or Korean) text with its punctuation.
CJK = re.compile(
    "[\u2e80-\u2fff\u3000-\u30ff\u3100-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]+",
)


def is_hidden(character: str) -> bool:
    r"""Tell whether a character is invisible or changes its neighbors: controls, directions, surrogates.

    Examples
    --------
    >>> is_hidden("\u202e"), is_hidden("a"), is_hidden(" ")
    (True, False, False)
    """
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def chinese_fonts() -> tuple[Path, ...]:
    """Return the folders of the fonts that the extra ``zh`` brings; empty where it is not installed."""
    spec = find_spec("manimgx_fonts_cjk")
    return tuple(Path(folder) for folder in spec.submodule_search_locations or ()) if spec else ()


def chinese_font_files() -> list[list[str | int]]:
    """Return the files of these fonts with their sizes: what a kept picture or page depends on."""
    return [[each.name, each.stat().st_size] for folder in chinese_fonts() for each in sorted(folder.rglob("*.[ot]t[fc]"))]


#: A word longer than this may break inside; pieces between two breaks are at most ``_PIECE`` long.
_LONG, _PIECE = 16, 10
#: Where a word may break.
BREAK = "\u200b"
#: Chinese breaks anywhere by itself: a word ends where it begins.
_LONG_WORD = re.compile(rf"[^\s{BREAK}{CJK.pattern[1:-2]}]{{{_LONG},}}")
#: A mark behind which a word may break: not one within a number, and no sign of one.
_PLACE = re.compile(r"(?<=[-_/.:;,|@=+])(?![-_/.:;,|@=+])(?<![0-9][.,](?=[0-9]))(?<![eE][-+](?=[0-9]))(?<![^A-Za-z0-9][-+](?=[0-9.]))(?<!\A[-+])")


def soften(text: str) -> str:
    r"""Mark the places at which long words may break: after hyphens and the like, else every few letters.

    Examples
    --------
    >>> soften("from confrontation-answer.csv").split("\u200b")
    ['from confrontation-', 'answer.', 'csv']
    >>> soften("0.25/1234567.891e-14").split("\u200b")
    ['0.25/', '1234567.891e-14']
    """
    return _LONG_WORD.sub(lambda match: BREAK.join(part for piece in _PLACE.split(match.group()) for part in _cut(piece)), text)


def _cut(piece: str) -> Iterable[str]:
    # Words of a language are shorter; what is longer than 30 letters has no hyphenation to lose.
    if len(piece) <= 2 * _LONG - 2:
        return (piece,)
    parts, start = [], 0
    while start < len(piece):
        end = start + _PIECE
        while end < len(piece) and unicodedata.combining(piece[end]):
            end += 1
        parts.append(piece[start:end])
        start = end
    return parts
