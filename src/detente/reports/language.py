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
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["catalog", "edition", "join", "reword", "say", "slots", "spoken", "untranslated"]

_HAN = re.compile("[\u4e00-\u9fff]")
_LETTERS = re.compile(r"[A-Za-z]*[a-z]{2}[A-Za-z]*")


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
        values = {name: reword(lang, own) if isinstance(own, str) else own for name, own in values.items()}
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


#: Slots that take numbers alone, and slots whose text is a name of its own and stays.
_COUNTED = frozenset({"value", "low", "high", "count", "share", "least", "left", "size", "among", "total", "draws", "now"})
_NAMES = frozenset({"study", "hash", "packages", "file", "seed"})
_NUMBER = "((?:over |under |about |at least |at most )?[-+\u2212]?[0-9][0-9.,/e%\u00b1 ]*|none)"


@cache
def _patterns() -> list[tuple[re.Pattern[str], str, list[str]]]:
    """Return the entries with slots as patterns, those with most fixed text first."""
    found = []
    for english, chinese in catalog().items():
        names = slots(english)
        if not names or sorted(names) == ["name", "value"]:
            continue
        parts = [
            re.escape(literal) + ("" if name is None else _NUMBER if name in _COUNTED else "(.+?)")
            for literal, name, _, _ in string.Formatter().parse(english)
        ]
        fixed = sum(len(literal) for literal, _, _, _ in string.Formatter().parse(english))
        found.append((fixed, re.compile("".join(parts), re.DOTALL), chinese, names))
    found.sort(key=lambda each: -each[0])
    return [(pattern, chinese, names) for _, pattern, chinese, names in found]


#: Texts of the study at hand, and what has been put in words with them already.
_STUDY: ContextVar[tuple[Mapping[str, str], dict[str, str]]] = ContextVar("texts of the study", default=({}, {}))


#: The language of the report that is made.
_EDITION: ContextVar[str] = ContextVar("edition", default="en")


@contextmanager
def edition(lang: str, texts: Mapping[str, str]) -> Iterator[None]:
    """Make a report in a language; ``texts`` are those that its study has in Chinese."""
    tokens = _EDITION.set(lang), _STUDY.set((texts, {}))
    try:
        yield
    finally:
        _EDITION.reset(tokens[0])
        _STUDY.reset(tokens[1])


def spoken(text: str) -> str:
    """Return a text in the language of the report that is made: for what is drawn."""
    return reword(_EDITION.get(), text)


def reword(lang: str, text: str) -> str:
    """Return a text that was made in English, in a language; what the catalog lacks stays as it is, as a whole.

    A text is looked for as it stands, then as an entry with slots (what stood in them is put in words in its turn), then
    sentence by sentence, between semicolons, as a label with what it is of, and as a list.
    """
    if lang != "zh":
        return text
    if not _LETTERS.search(text):
        return _punctuated(text)
    texts, known = _STUDY.get()
    if text not in known:
        known[text] = texts.get(text) or _punctuated(_put_in_words(text))
    return known[text]


def _put_in_words(text: str) -> str:
    found = _reworded(text)
    if found is not None:
        return found
    bare = text.strip(" ")
    if bare != text:
        at = text.index(bare)
        return text[:at] + reword("zh", bare) + text[at + len(bare) :]
    for joint, mark in _JOINTS:
        parts = joint.split(text)
        if len(parts) > 1:
            own = [reword("zh", part) for part in parts]
            return mark.join(own) if own != parts else text
    if text[0] == "(" and text[-1] == ")" and not untranslated(reword("zh", text[1:-1])):
        return f"\uff08{reword('zh', text[1:-1])}\uff09"
    match = _LABELLED.fullmatch(text)
    if match:
        return f"{match[1]}\uff1a{reword('zh', match[2])}"
    return _listed(text)


#: Where a text is cut into statements, and what stands between them in Chinese: nothing after a full stop.
_JOINTS = (
    (re.compile(r"(?<=[.!?\u3002]) +(?=[A-Z0-9(\u4e00-\u9fff\uff08])"), ""),
    (re.compile("(?<=[.!?\u3002])(?=[A-Z])"), ""),
    (re.compile("; "), "\uff1b"),
    (re.compile(r" \+ "), " + "),
)
_LABELLED = re.compile("([^A-Za-z;]+): (.+)", re.DOTALL)
_LIST = re.compile(r"(.+) (and|or) (.+?)")
_COMMA = re.compile(r", (?![^(]*\))")
#: Marks of Latin text behind Chinese, and those of Chinese text.
_LATIN_MARKS = re.compile(r"(?<=[\u3001-\u9fff\uff08-\uff5e])([,:;]) ?(?=\S)|\(([^()A-Za-z]*[\u4e00-\u9fff][^()A-Za-z]*)\)")
_CHINESE_MARKS = {",": "\uff0c", ":": "\uff1a", ";": "\uff1b"}


def _punctuated(text: str) -> str:
    """Return a text with Chinese marks where Chinese stands before or between them."""
    if not _HAN.search(text):
        return text
    return _LATIN_MARKS.sub(
        lambda mark: _CHINESE_MARKS[mark[1]] if mark[1] else f"\uff08{_punctuated(mark[2])}\uff09", text
    )


def _listed(text: str) -> str:
    """Return a list "a, b and c" in Chinese where every part is."""
    match = _LIST.fullmatch(text)
    parts = [*_COMMA.split(match[1]), match[3]] if match else _COMMA.split(text)
    if len(parts) < 2:
        return text
    own = [reword("zh", part) for part in parts]
    if any(map(untranslated, own)):
        return text
    return join("zh", own, match[2]) if match else "\u3001".join(own)


def _reworded(text: str) -> str | None:
    exact = catalog().get(text)
    if exact is not None and not slots(exact):
        return exact
    for pattern, chinese, names in _patterns():
        match = pattern.fullmatch(text)
        if match is None:
            continue
        filled = {name: own if name in _NAMES else reword("zh", own) for name, own in zip(names, match.groups(), strict=True)}
        if not any(untranslated(own) for name, own in filled.items() if name not in _NAMES):
            return chinese.format(**filled)
    return None


#: Names of files, parameters and versions: two pieces joined by a mark.
_JOINED = re.compile(r"[A-Za-z0-9]+(?:[-_.*/][A-Za-z0-9]+)+")


@cache
def _foreign() -> frozenset[str]:
    """Return the Latin words that Chinese texts of the catalog hold themselves: names of authors, commands, packages."""
    return frozenset(word for text in catalog().values() for word in _LETTERS.findall(re.sub(r"\{.*?\}", "", text)))


def untranslated(text: str) -> list[str]:
    """Return the English words of a text: three Latin letters and more in a row, but for names.

    Examples
    --------
    >>> untranslated("\u4e2d\u56fd keeps v_1 in answer-1.csv")
    ['keeps', 'in']
    """
    return [word for word in _LETTERS.findall(_JOINED.sub("", text)) if word not in _foreign()]
