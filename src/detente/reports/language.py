"""The words of a report in the language of its edition: sentences by their English text, from one catalog.

What a report says is written in English where it is made, with named slots, and handed to :func:`say`. The catalog
``chinese.toml`` has each sentence in Chinese with the same slots; ``tests/reports/test_language.py`` holds the two against
each other. Names and numbers go into the slots, so both editions carry the same ones. :func:`reword` does the same for
sentences that the engine has made already: it finds the entry whose text around the slots they have.
"""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["catalog", "join", "reword", "say", "slots", "untranslated"]

_LETTERS = re.compile(r"[A-Za-z]{3,}")


@cache
def catalog() -> Mapping[str, str]:
    """Return every English text with its Chinese one."""
    source = resources.files("detente.reports") / "chinese.toml"
    tables = tomllib.loads(source.read_text(encoding="utf-8"))
    return {english: chinese for table in tables.values() for english, chinese in table.items()}


def slots(text: str) -> list[str]:
    """Return the names of the slots of a text, in order.

    Examples
    --------
    >>> slots("{count} of {total} numbers")
    ['count', 'total']
    """
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def say(lang: str, text: str, /, **values: object) -> str:
    """Return a text in a language with its slots filled; a text that the catalog lacks stays English.

    Examples
    --------
    >>> say("en", "{count} draws", count=100)
    '100 draws'
    """
    if lang == "zh":
        text = catalog().get(text, text)
    return text.format(**values)


def join(lang: str, parts: Sequence[str], last: str = "and") -> str:
    """Return parts as a list in words: ``a, b and c``; in Chinese with its own commas.

    Examples
    --------
    >>> join("en", ["a", "b", "c"], "or")
    'a, b or c'
    """
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    if lang == "zh":
        return "、".join(items[:-1]) + ("或" if last == "or" else "和") + items[-1]
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


@cache
def _patterns() -> list[tuple[re.Pattern[str], str, list[str]]]:
    """Return the entries with slots as patterns, those with most fixed text first."""
    found = []
    for english, chinese in catalog().items():
        names = slots(english)
        if not names:
            continue
        parts = [
            re.escape(literal) + ("(.+?)" if name is not None else "")
            for literal, name, _, _ in string.Formatter().parse(english)
        ]
        fixed = sum(len(literal) for literal, _, _, _ in string.Formatter().parse(english))
        found.append((fixed, re.compile("".join(parts), re.DOTALL), chinese, names))
    found.sort(key=lambda each: -each[0])
    return [(pattern, chinese, names) for _, pattern, chinese, names in found]


@lru_cache(maxsize=20_000)
def reword(lang: str, text: str) -> str:
    """Return a sentence that the engine made, in a language; what the catalog lacks stays as it is.

    What stood in the slots is put in words in its turn.
    """
    if lang != "zh" or not _LETTERS.search(text):
        return text
    exact = catalog().get(text)
    if exact is not None and not slots(exact):
        return exact
    for pattern, chinese, names in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return chinese.format(**{name: reword(lang, own) for name, own in zip(names, match.groups(), strict=True)})
    return text


def untranslated(text: str) -> list[str]:
    """Return the English words of a text: three Latin letters and more in a row."""
    return _LETTERS.findall(text)
