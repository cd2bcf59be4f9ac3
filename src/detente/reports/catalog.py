"""What reports and the engine say, in English and in Chinese: two catalogs, and what is left in English.

``chinese.toml`` has the sentences of reports, ``chinese_answers.toml`` those of the engine's tables and notes. An entry may have named
slots; ``tests/reports/test_language.py`` holds both sides against each other.
"""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LETTERS", "catalog", "join", "slots", "untranslated"]

_CATALOGS = ("chinese.toml", "chinese_answers.toml")
#: A word of Latin letters.
LETTERS = re.compile(r"[A-Za-z]*[a-z]{2}[A-Za-z]*")


@cache
def catalog() -> Mapping[str, str]:
    """Return every English text with its Chinese one."""
    found: dict[str, str] = {}
    for name in _CATALOGS:
        source = resources.files("detente.reports") / name
        for table in tomllib.loads(source.read_text(encoding="utf-8")).values():
            found.update(table)
    return found


def slots(text: str) -> list[str]:
    """Return the names of the slots of a text, in order.

    Examples
    --------
    >>> slots("{count} of {total} numbers")
    ['count', 'total']
    """
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def join(lang: str, parts: Sequence[str], last: str = "and") -> str:
    """Return parts as a list in words: ``a, b and c``; in Chinese with its own commas. An empty ``last`` leaves the list open.

    Examples
    --------
    >>> join("en", ["a", "b", "c"], "or")
    'a, b or c'
    >>> join("en", ["a", "b", "c"], "")
    'a, b, c'
    """
    items = list(parts)
    if len(items) < 2 or not last:
        return ("\u3001" if lang == "zh" else ", ").join(items)
    if lang == "zh":
        return "、".join(items[:-1]) + ("或" if last == "or" else "和") + items[-1]
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


#: Names of files, parameters and versions: two pieces joined by a mark.
_JOINED = re.compile(r"[A-Za-z0-9]+(?:[-_.*/]+[A-Za-z0-9]+)+")


@cache
def _foreign() -> frozenset[str]:
    """Return the Latin words that Chinese texts of the catalog hold themselves: names of authors, commands, packages."""
    return frozenset(word for text in catalog().values() for word in LETTERS.findall(re.sub(r"\{.*?\}", "", text)))


def untranslated(text: str) -> list[str]:
    """Return the English words of a text: three Latin letters and more in a row, but for names.

    Examples
    --------
    >>> untranslated("\u4e2d\u56fd keeps v_1 in answer-1.csv")
    ['keeps', 'in']
    """
    return [word for word in LETTERS.findall(_JOINED.sub("", text)) if word not in _foreign()]
