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
from collections import ChainMap, Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["catalog", "edition", "join", "naming", "reword", "say", "slots", "spoken", "stated", "untranslated"]

#: What reports say, and what the engine says in its tables and notes.
_CATALOGS = ("chinese.toml", "chinese_answers.toml")
#: Chinese characters, and the signs that stand for names while a text is put in words.
_HAN = re.compile("[\u4e00-\u9fff\ue100-\uf8ff]")
_LETTERS = re.compile(r"[A-Za-z]*[a-z]{2}[A-Za-z]*")


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


def say(lang: str, text: str, /, **values: object) -> str:
    """Return a text in a language with its slots filled; a text that the catalog lacks stays English.

    Examples
    --------
    >>> say("en", "{count} draws", count=100)
    '100 draws'
    """
    if lang == "zh":
        text = catalog().get(text) or catalog().get(text[:1].swapcase() + text[1:], text)
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


#: Slots that take numbers alone, whatever digits follow their name, and slots whose text is a name of its own and stays.
_COUNTED = frozenset(
    {"value", "low", "high", "count", "share", "least", "left", "size", "among", "total", "draws", "now", "number"}
)
_NAMES = frozenset({"study", "hash", "packages", "file", "seed"})
_NUMBER = "((?:over |under |about |at least |at most )?[-+\u2212]?[0-9](?:[0-9.,/%\u00b1 ]|e[-+]?)*|none)"
#: What a slot holds: within one statement and without a label in front, or whatever it takes.
_WITHIN = "((?:(?!; |: |[.!?] (?=[A-Z0-9(\u4e00-\u9fff\ue100-\uf8ff])).)+?)"
_ACROSS = "(.+?)"


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


def _candidates(text: str) -> list[_Entry]:
    """Return the entries that may fit a text, by rank."""
    words = {"", *(word.lower() for word in _ENGLISH.findall(text))}
    found = [pair for word in words for pair in _entries().get(word, ())]
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


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


@contextmanager
def naming(signs: Mapping[str, str], known: dict[str, str]) -> Iterator[None]:
    """Put texts in words that hold names: a name by itself, or where an entry has a slot, becomes its sign.

    ``known`` keeps what has been put in words with these signs.
    """
    token = _STUDY.set((ChainMap(dict(signs), dict(_STUDY.get()[0])), known))
    try:
        yield
    finally:
        _STUDY.reset(token)


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
    texts, known = _STUDY.get()
    if not _LETTERS.search(text) and text not in texts:
        return text.replace(", ", "\u3001") if _NAMED.fullmatch(text) else _punctuated(text)
    if text not in known:
        known[text] = stated(text) or _punctuated(_put_in_words(text))
    return known[text]


def stated(text: str) -> str | None:
    """Return what the study or the catalog has for a text as it stands, with any first letter and full stop."""
    texts = _STUDY.get()[0]
    for each, stop in _readings(text):
        exact = texts.get(each) or catalog().get(each)
        if exact is not None and (each in texts or not slots(exact)):
            return exact + stop
    return None


def _readings(text: str) -> Iterator[tuple[str, str]]:
    """Yield a text as entries may have it: with a small or capital letter in front, with or without its full stop."""
    for each, stop in ((text[:-1], "\u3002"), (text, "")) if text[-1:] == "." and len(text) > 1 else ((text, ""),):
        yield each, stop
        yield each[:1].swapcase() + each[1:], stop


def _put_in_words(text: str) -> str:
    found = _reworded(text, _WITHIN)
    if found is not None:
        return found
    bare = text.strip(" ")
    if bare != text:
        at = text.index(bare)
        return text[:at] + reword("zh", bare) + text[at + len(bare) :]
    for joint, mark in _JOINTS:
        parts = _split(joint, text)
        if len(parts) > 1:
            own = [reword("zh", part) for part in parts]
            joined = mark.join(own)
            whole = _reworded(text, _ACROSS) if untranslated(joined) else None
            return whole or (joined if own != parts else text)
    return _framed(text) or (_reworded(text, _ACROSS) if ": " in text else None) or _labelled(text) or _listed(text)


def _framed(text: str) -> str | None:
    """Return a text in Chinese where what is within its marks is: a full stop, brackets, a label in front."""
    if text[-1] == "." and len(text) > 1:
        inner = reword("zh", text[:-1])
        if not untranslated(inner):
            return f"{inner}\u3002"
    for pattern, frame in _FRAMES:
        match = pattern.fullmatch(text)
        if match:
            own = [reword("zh", part) for part in match.groups()]
            if not any(map(untranslated, own)):
                return frame.format(*own)
    match = _IN_BRACKETS.fullmatch(text)
    if match and _balanced(match[2]):
        own = [reword("zh", part) for part in match.groups()]
        if not any(map(untranslated, own)):
            return f"{own[0]}\uff08{own[1]}\uff09"
    return None


def _labelled(text: str) -> str | None:
    """Return a text after a label in Chinese, whatever is left in it."""
    match = _LABELLED.fullmatch(text)
    return f"{match[1]}\uff1a{reword('zh', match[2])}" if match else None


def _balanced(text: str) -> bool:
    """Return whether every bracket of a text is closed in it, and none that was not opened."""
    depth = 0
    for sign in text:
        depth += (sign in "([\uff08\u3010") - (sign in ")]\uff09\u3011")
        if depth < 0:
            return False
    return depth == 0


def _split(joint: re.Pattern[str], text: str) -> list[str]:
    """Return the pieces of a text between joints that stand in no brackets."""
    pieces, start = [], 0
    for match in joint.finditer(text):
        if _balanced(text[start : match.start()]):
            pieces.append(text[start : match.start()])
            start = match.end()
    return [*pieces, text[start:]]


#: Where a text is cut into statements, and what stands between them in Chinese: nothing after a full stop.
_JOINTS = (
    (re.compile(r"(?<=[.!?\u3002]) +(?=[A-Z0-9(\u4e00-\u9fff\ue100-\uf8ff\uff08])"), ""),
    (re.compile("(?<=[.!?\u3002])(?=[A-Z])"), ""),
    (re.compile("; "), "\uff1b"),
    (re.compile(r" \+ "), " + "),
    (re.compile(" (?:->|\u2192) "), " \u2192 "),
    (re.compile(" / "), " / "),
)
#: What stands around and before texts: their pieces, and what is made of these.
_FRAMES = (
    (re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)"), "\uff08{}\uff09"),
    (re.compile(r"([^()]+) \(([^()]*(?:\([^()]*\)[^()]*)*)\)"), "{}\uff08{}\uff09"),
    (re.compile("([^\uff08\uff09]+)\uff08([^\uff08\uff09]+)\uff09"), "{}\uff08{}\uff09"),
    (re.compile(r"([^:]+): (.+)", re.DOTALL), "{}\uff1a{}"),
    (re.compile(r"\* (.+)", re.DOTALL), "* {}"),
    (re.compile(r"([A-Za-z_]\w*) (-?[0-9][0-9./]*)"), "{} {}"),
)
_IN_BRACKETS = re.compile(r"([^()]+) \((.+)\)", re.DOTALL)
_LABELLED = re.compile("([^A-Za-z;]+): (.+)", re.DOTALL)
_LIST = re.compile(r"(.+) (and|or) (.+?)")
_COMMA = re.compile(", ")
#: Names in a list, by their signs.
_NAMED = re.compile("[\ue100-\uefff](?:, [\ue100-\uefff])+")
#: A sign for a choice of a player; choices side by side are one outcome, other things a list.
_CHOICE = re.compile("[\uf000-\uf8ff]")
#: Marks of Latin text behind Chinese, and those of Chinese text.
_LATIN_MARKS = re.compile(r"(?<=[\u3001-\u9fff\ue100-\uf8ff\uff08-\uff5e])([,:;]) ?(?=\S)|\(([^()A-Za-z]*[\u4e00-\u9fff][^()A-Za-z]*)\)")
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
    parts = [*_split(_COMMA, match[1]), match[3]] if match else _split(_COMMA, text)
    if len(parts) < 2:
        return text
    own = [reword("zh", part) for part in parts]
    if any(map(untranslated, own)):
        return text
    if match:
        return join("zh", own, match[2])
    return ("\uff0c" if all(map(_CHOICE.match, own)) else "\u3001").join(own)


def _reworded(text: str, slot: str) -> str | None:
    for each, stop in _readings(text):
        for entry in _candidates(each):
            match = entry.match(each, slot)
            if match is None:
                continue
            if not all(map(_balanced, match.groups())):
                continue
            filled = {
                name: own if name in _NAMES else reword("zh", own)
                for name, own in zip(entry.names, match.groups(), strict=True)
            }
            if not any(untranslated(own) for name, own in filled.items() if name not in _NAMES):
                return entry.chinese.format(**filled) + stop
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
