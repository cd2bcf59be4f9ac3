"""Sentences that were made in English, in Chinese: by the catalogs, whole or piece by piece.

A text is looked for as it stands, then as an entry with slots (what stood in them is put in words in its turn), then sentence by
sentence, between semicolons, in brackets, as a label with what it is of, and as a list. What the catalogs lack stays English as a whole.
"""

from __future__ import annotations

import re
from collections import ChainMap
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from detente.reports.catalog import LETTERS, catalog, join, slots, untranslated
from detente.reports.catalog_entries import ACROSS, NAMES, WITHIN, candidates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

__all__ = ["HAN", "naming", "reword", "stated", "studying"]

#: Chinese characters, and the signs that stand for names while a text is put in words.
HAN = re.compile("[\u4e00-\u9fff\ue100-\uf8ff]")
#: Texts of the study at hand, and what has been put in words with them already.
_STUDY: ContextVar[tuple[Mapping[str, str], dict[str, str]]] = ContextVar("texts of the study", default=({}, {}))


#: Signs for names of the study, apart from those of :func:`naming`.
_OWN_SIGNS, _MOST_OWN = 0xEC00, 1000
#: Names that the study at hand has in English only: they stay within sentences.
_OWN: ContextVar[re.Pattern[str] | None] = ContextVar("names of the study", default=None)


@contextmanager
def studying(texts: Mapping[str, str], names: Collection[str] = ()) -> Iterator[None]:
    """Put texts in words with those that a study has in Chinese; ``names`` it has in English only, and they stay."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    pattern = re.compile(f"(?<![A-Za-z])(?:{'|'.join(map(re.escape, longest_first))})(?![A-Za-z])") if names else None
    tokens = _STUDY.set((texts, {})), _OWN.set(pattern)
    try:
        yield
    finally:
        _STUDY.reset(tokens[0])
        _OWN.reset(tokens[1])


def _english(text: str) -> list[str]:
    """Return the English words that are left in a text, but for names of the study."""
    found, own = untranslated(text), _OWN.get()
    return untranslated(own.sub("", text)) if found and own is not None else found


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


def reword(lang: str, text: str) -> str:
    """Return a text that was made in English, in a language; what the catalog lacks stays as it is, as a whole.

    A text is looked for as it stands, then as an entry with slots (what stood in them is put in words in its turn), then
    sentence by sentence, between semicolons, as a label with what it is of, and as a list.
    """
    if lang != "zh":
        return text
    texts, known = _STUDY.get()
    if not LETTERS.search(text) and text not in texts and text not in catalog():
        return text.replace(", ", "\u3001") if _NAMED.fullmatch(text) else _punctuated(text)
    if text not in known:
        found = stated(text) or _punctuated(_put_in_words(text))
        known[text] = _with_own_names(text, found) if _OWN.get() is not None and _english(found) else found
    return known[text]


def _with_own_names(text: str, found: str) -> str:
    """Return a text read with signs for the names that the study has in English only, where that puts all of it in words."""
    own = _OWN.get()
    names: dict[str, str] = {}
    signed = text if own is None else own.sub(lambda match: names.setdefault(match[0], chr(_OWN_SIGNS + len(names))), text)
    if not names or len(names) > _MOST_OWN:
        return found
    worded = reword("zh", signed)
    labels = {sign: name for name, sign in names.items()}
    return found if untranslated(worded) else "".join(labels.get(each, each) for each in worded)


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
    found = _reworded(text, WITHIN)
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
            joined = _joined(own, mark)
            whole = _reworded(text, ACROSS) if _english(joined) else None
            return whole or (joined if own != parts else text)
    return _framed(text) or (_reworded(text, ACROSS) if ": " in text else None) or _labelled(text) or _listed(text)


def _joined(parts: Sequence[str], mark: str) -> str:
    """Return statements side by side; between two that stay English there is a space behind the stop."""
    text = parts[0]
    for part in parts[1:]:
        text += (" " if not mark and text[-1:].isascii() and part[:1].isascii() else mark) + part
    return text


def _framed(text: str) -> str | None:
    """Return a text in Chinese where what is within its marks is: a full stop, brackets, a label in front."""
    if text[-1] == "." and len(text) > 1:
        inner = reword("zh", text[:-1])
        if not _english(inner):
            return f"{inner}\u3002"
    for pattern, frame in _FRAMES:
        match = pattern.fullmatch(text)
        if match:
            own = [reword("zh", part) for part in match.groups()]
            if not any(map(_english, own)):
                return frame.format(*own)
    match = _IN_BRACKETS.fullmatch(text)
    if match and _balanced(match[2]):
        own = [reword("zh", part) for part in match.groups()]
        if not any(map(_english, own)):
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
#: Marks of Latin text behind Chinese, or before it, and those of Chinese text.
_BEHIND = "(?:(?<=[\u201d\u3001-\u9fff\ue006\ue100-\uf8ff\uff08-\uff5e])|(?<=[\u4e00-\u9fff][)]))"
_BEFORE = "[\u201c\u4e00-\u9fff\ue004\ue100-\uf8ff\uff08]"
_LATIN_MARKS = re.compile(
    rf"{_BEHIND}([,:;]) ?(?=\S)|(?<=[A-Za-z0-9%*])([,;]) ?(?={_BEFORE})"
    rf"|{_BEHIND}(\.)(?: ?(?=[0-9*]|{_BEFORE})|\Z)|(?<=[0-9%])(\.)(?={_BEFORE}|\Z)"
    # brackets around words, not those of a formula
    r"|(?<![A-Za-z*/(])\(((?:(?! [-+=<>] |[*/=<>])[^()A-Za-z])*[\u4e00-\u9fff](?:(?! [-+=<>] |[*/=<>])[^()A-Za-z])*)\)(?![*/)])"
)
#: Spaces behind Chinese marks, which have their own.
_GAPS = re.compile("(?<=[\u3001\u3002\uff0c\uff1b\uff1a\uff1f\uff01]) +|(?<=[\u4e00-\u9fff\ue006\ue100-\uf8ff]) +(?=\uff08)")
_CHINESE_MARKS = {",": "\uff0c", ":": "\uff1a", ";": "\uff1b", ".": "\u3002"}


def _punctuated(text: str) -> str:
    """Return a text with Chinese marks where Chinese stands before or between them."""
    if not HAN.search(text):
        return text
    return _GAPS.sub("", _LATIN_MARKS.sub(_chinese_mark, text))


def _chinese_mark(mark: re.Match[str]) -> str:
    return f"\uff08{_punctuated(mark[5])}\uff09" if mark[5] else _CHINESE_MARKS[mark[mark.lastindex or 1]]


def _listed(text: str) -> str:
    """Return a list "a, b and c" in Chinese where every part is."""
    match = _LIST.fullmatch(text)
    parts = [*_split(_COMMA, match[1]), match[3]] if match else _split(_COMMA, text)
    if len(parts) < 2:
        return text
    own = [reword("zh", part) for part in parts]
    if any(map(_english, own)):
        return text
    if match:
        return join("zh", own, match[2])
    return ("\uff0c" if all(map(_CHOICE.match, own)) else "\u3001").join(own)


def _reworded(text: str, slot: str) -> str | None:
    for each, stop in _readings(text):
        for entry in candidates(each):
            match = entry.match(each, slot)
            if match is None:
                continue
            if not all(map(_balanced, match.groups())):
                continue
            filled = {
                name: own if name in NAMES else reword("zh", own)
                for name, own in zip(entry.names, match.groups(), strict=True)
            }
            if not any(_english(own) for name, own in filled.items() if name not in NAMES):
                return entry.chinese.format(**filled) + stop
    return None
