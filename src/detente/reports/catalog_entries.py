"""Entries of the catalogs with slots, as patterns: those that may fit a text, found by a word that stands in them."""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from detente.reports.catalog import catalog, slots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ACROSS", "NAMES", "WITHIN", "candidates"]

#: Slots that take numbers alone, whatever digits follow their name, and slots whose text is a name of its own and stays.
_COUNTED = frozenset(
    {"value", "low", "high", "count", "share", "least", "left", "size", "among", "total", "draws", "now", "number"}
)
NAMES = frozenset({"study", "hash", "packages", "file", "seed"})
_NUMBER = "((?:over |under |about |at least |at most )?[-+\u2212]?[0-9](?:[0-9.,/%\u00b1 ]|e[-+]?)*|none)"
#: What a slot holds: within one statement and without a label in front, or whatever it takes.
WITHIN = "((?:(?!; |: |[.!?] (?=[A-Z0-9(\u4e00-\u9fff\ue100-\uf8ff])).)+?)"
ACROSS = "(.+?)"


@dataclass(frozen=True)
class _Entry:
    """An entry with slots: its text as a pattern, the pieces that stand in it as they are, its Chinese and its slots."""

    english: str
    chinese: str
    names: tuple[str, ...]
    fixed: tuple[str, ...]

    def match(self, text: str, slot: str) -> re.Match[str] | None:
        """Return the match of a text, none for a text without the fixed pieces."""
        if not all(piece in text for piece in self.fixed):
            return None
        return _pattern(self.english, slot).fullmatch(text)


@cache
def _pattern(english: str, slot: str) -> re.Pattern[str]:
    parts = [
        re.escape(literal) + ("" if name is None else _NUMBER if name.rstrip("0123456789") in _COUNTED else slot)
        for literal, name, _, _ in string.Formatter().parse(english)
    ]
    return re.compile("".join(parts), re.DOTALL)


_ENGLISH = re.compile("[A-Za-z]{2,}")


@cache
def _entries() -> Mapping[str, Sequence[tuple[int, _Entry]]]:
    """Return the entries with slots by a word that stands in each, with their ranks: those with most fixed text first."""
    found = []
    for english, chinese in catalog().items():
        names = slots(english)
        if not names or sorted(names) == ["name", "value"]:
            continue
        pieces = [literal for literal, _, _, _ in string.Formatter().parse(english) if literal]
        found.append(_Entry(english, chinese, tuple(names), tuple(sorted(pieces, key=len, reverse=True))))
    found.sort(key=lambda entry: -sum(map(len, entry.fixed)))
    # a word at a slot may go on in it, and the first letter of a text be large or small
    whole = [
        re.findall("(?<![a-z\0])[a-z]{2,}(?![a-z\0])", re.sub(r"\{.*?\}", "\0", entry.english).lower()) for entry in found
    ]
    times = Counter(word for words in whole for word in words)
    by_word: dict[str, list[tuple[int, _Entry]]] = {}
    for rank, (entry, words) in enumerate(zip(found, whole, strict=True)):
        by_word.setdefault(min(words, key=times.__getitem__, default=""), []).append((rank, entry))
    return by_word


def candidates(text: str) -> list[_Entry]:
    """Return the entries that may fit a text, by rank."""
    words = {"", *(word.lower() for word in _ENGLISH.findall(text))}
    found = [pair for word in words for pair in _entries().get(word, ())]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]
