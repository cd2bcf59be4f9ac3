"""What the files of a study are made of: names, labels, texts, exact numbers, formulas.

A field is a type for pydantic with a function of its own that returns the value or raises
:class:`Wrong`. Unions of pydantic are not used: they report every branch that did not match, where a
reader wants one sentence.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from detente import formula
from detente.errors import FormulaError, UsageError
from detente.formula import RESERVED, Formula
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from detente.errors import Place
    from detente.toml import KeyPath

__all__ = [
    "LANGUAGES",
    "Condition",
    "Exact",
    "Expression",
    "Format",
    "Label",
    "Line",
    "Name",
    "Names",
    "Symbol",
    "Text",
    "Wrong",
    "check_name",
    "closest",
    "distinct",
    "expression_of",
    "hidden_characters",
    "kind_of",
    "one_of",
    "text_of",
    "unknown",
    "within",
]

Result = TypeVar("Result")

#: Languages in which a label may stand; the first is required.
LANGUAGES = ("en", "zh")

MAX_NAME = 60
MAX_LINE = 300
MAX_TEXT = 5000

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_SYMBOL = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
#: Unicode categories that show as nothing or change what is around them: controls, formats such as
#: right-to-left overrides, halves of pairs, private use, unassigned, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Wrong(ValueError):  # noqa: N818  it is raised to say what is wrong, and reads so
    """A value is not what its key asks for.

    ``column`` is the character inside a text and ``below`` the path from the value down to the part
    that is wrong, where either is known.
    """

    def __init__(
        self, found: str, expected: str = "", do: str = "", *, column: int | None = None, below: KeyPath = ()
    ) -> None:
        self.found, self.expected, self.do, self.column, self.below = found, expected, do, column, below
        super().__init__(found)


def within(path: KeyPath, check: Callable[[Any], Result], value: object) -> Result:
    """Return ``check(value)``; a fault found there is placed at ``path`` below the value that is checked now."""
    try:
        return check(value)
    except Wrong as wrong:
        wrong.below = (*path, *wrong.below)
        raise


def kind_of(value: object) -> str:
    """Return in words what a value of a TOML file is, with the value where it is short."""
    if isinstance(value, bool):
        return f"found {'true' if value else 'false'}"
    if isinstance(value, int):
        return f"found the integer {value}" if abs(value) < 10**20 else "found a long integer"
    if isinstance(value, Fraction):
        return "found a decimal number"
    if isinstance(value, str):
        return f"found the text {value!r}" if len(value) <= 60 else f"found the text {value[:57]!r}..."
    if isinstance(value, list):
        return f"found a list of {len(value)}"
    if isinstance(value, dict):
        return "found a table"
    if isinstance(value, (dt.date, dt.time)):
        return f"found the date or time {value}"
    return f"found {type(value).__name__}"


def label_of(label: Mapping[str, str], lang: str = "en") -> str:
    """Return a label in a language, else in English, else in the first there is; nothing for none.

    Examples
    --------
    >>> label_of({"en": "mill", "zh": "磨坊"}, "zh"), label_of({"zh": "磨坊"}), label_of({})
    ('磨坊', '磨坊', '')
    """
    return label.get(lang) or label.get("en") or next(iter(label.values()), "")


def closest(name: str, known: Iterable[str], used: Collection[str] = ()) -> str | None:
    """Return the name among ``known`` that ``name`` was most likely meant for, or ``None``.

    Names that nothing uses get a head start where ``used`` says which are used: after a definition was
    renamed, that is the one. The order of words inside a name does not matter.
    """
    best, score = None, 0.6
    plain, sorted_ = SequenceMatcher(b=name), SequenceMatcher(b=_sorted_words(name))
    for each in known:
        bonus = 0.15 if used and each not in used else 0.0
        for matcher, text in ((plain, each), (sorted_, _sorted_words(each))):
            matcher.set_seq1(text)
            wanted = score - bonus
            # the quick ratios are upper bounds of the slow one
            if matcher.real_quick_ratio() >= wanted and matcher.quick_ratio() >= wanted:
                likeness = matcher.ratio() + bonus
                if likeness > score or (best is None and likeness == score):
                    best, score = each, likeness
    return best


def _sorted_words(name: str) -> str:
    return " ".join(sorted(re.split("[-_]", name)))


def unknown(what: str, name: object, known: Mapping[str, Place] | Iterable[str], used: Collection[str] = ()) -> Wrong:
    """Return the fault of a name that is not among ``known``; with places, it says where the likely one is defined."""
    names = list(known)
    if not isinstance(name, str):
        return Wrong(kind_of(name), f"expected one of {_some(names)}" if names else "")
    found = f"unknown {what} {name[:MAX_NAME]!r}"
    likely = closest(name, names, used)
    if isinstance(known, Mapping):
        if likely is not None:
            return Wrong(found, "", f"did you mean {likely!r}, defined at {known[likely]}?")
        return Wrong(found, "", f"define it, or use one of {_some(names)}" if names else "define it first")
    return Wrong(
        found, f"expected one of {_some(names)}" if names else "", f"did you mean {likely!r}?" if likely else ""
    )


def _some(names: list[str]) -> str:
    return ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")


def one_of(what: str, known: Iterable[str]) -> Callable[[object], str]:
    """Return a field function that accepts the words in ``known``."""
    words = tuple(known)

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise unknown(what, value, words)
        return value

    return check


def check_name(value: object) -> str:
    """Return a name that formulas and commands can use; raise :class:`Wrong` for any other value."""
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected a name as text")
    if not _NAME.fullmatch(value) or len(value) > MAX_NAME:
        raise Wrong(
            f"found the name {value[:MAX_NAME]!r}",
            f"expected a lower-case letter, then lower-case letters, digits and '_', at most {MAX_NAME}",
            "what readers see goes into a label",
        )
    if value in RESERVED:
        raise Wrong(f"found the name {value!r}", "it is reserved in formulas", "choose another name")
    return value


def _symbol(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected a symbol as text, such as 'd' or 'phi_u'")
    if not _SYMBOL.fullmatch(value) or len(value) > MAX_NAME:
        raise Wrong(
            f"found the symbol {value[:MAX_NAME]!r}", "expected ASCII letters, digits and '_', such as 'd' or 'phi_u'"
        )
    return value


def text_of(value: object, limit: int = MAX_TEXT, breaks: bool = True) -> str:
    """Return a text that can be shown to a reader; raise :class:`Wrong` for blank or hidden characters."""
    if not isinstance(value, str):
        raise Wrong(kind_of(value), "expected a text in quotes")
    if not value.strip():
        raise Wrong("found a blank text", "expected words")
    if len(value) > limit:
        raise Wrong(f"found a text of {len(value)} characters", f"expected at most {limit}", "shorten it")
    for position, character in hidden_characters(value):
        if not (breaks and character == "\n"):
            found = f"found the invisible character U+{ord(character):04X}"
            raise Wrong(found, "expected text that shows as it is", "remove it", column=position + 1)
    return value


def hidden_characters(text: str) -> Iterable[tuple[int, str]]:
    """Yield position and character of everything in a text that a reader cannot see."""
    if not text.isprintable():
        for position, character in enumerate(text):
            if unicodedata.category(character) in _HIDDEN:
                yield position, character


def _line(value: object) -> str:
    return text_of(value, MAX_LINE, breaks=False)


def _label(value: object) -> dict[str, str]:
    if isinstance(value, str):
        return {LANGUAGES[0]: _line(value)}
    if not isinstance(value, dict):
        raise Wrong(kind_of(value), 'expected a text, or a table such as { en = "..", zh = ".." }')
    for language, words in value.items():
        within((language,), one_of("language", LANGUAGES), language)
        within((language,), _line, words)
    if LANGUAGES[0] not in value:
        raise Wrong("found a label without English", 'expected en = ".."', "add it")
    return dict(value)


def _exact(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, str)):
        raise Wrong(kind_of(value), "expected a number, or a text such as '3/4'")
    try:
        return exact(value)
    except UsageError as error:
        raise Wrong(str(error)) from None


def _formula(value: object, condition: bool) -> Formula:
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, str)):
        raise Wrong(kind_of(value), "expected a formula as text")
    try:
        return formula.parse(value, condition=condition)
    except FormulaError as error:
        raise Wrong(error.found, error.expected, error.do, column=error.column) from None


def expression_of(value: object) -> Formula:
    """Return a formula from text or a number; raise :class:`Wrong` with the character that is wrong."""
    return _formula(value, condition=False)


def _condition(value: object) -> Formula:
    return _formula(value, condition=True)


def _format(value: object) -> int:
    if value != 1 or isinstance(value, bool) or not isinstance(value, int):
        raise Wrong(kind_of(value), "expected format = 1")
    return 1


def distinct(values: list[Any]) -> list[Any]:
    """Return a list; raise :class:`Wrong` where it is empty or an entry stands twice."""
    if not values:
        raise Wrong("found an empty list", "expected at least one entry")
    for index, value in enumerate(values):
        if value in values[:index]:
            raise Wrong(f"found {value!r} a second time", "expected each entry once", "remove one", below=(index,))
    return values


Format = Annotated[int, PlainValidator(_format), WithJsonSchema({"const": 1})]
Name = Annotated[str, PlainValidator(check_name), WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})]
Names = Annotated[list[Name], AfterValidator(distinct)]
Symbol = Annotated[
    str, PlainValidator(_symbol), WithJsonSchema({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"})
]
Text = Annotated[
    str, PlainValidator(text_of), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_TEXT})
]
Line = Annotated[str, PlainValidator(_line), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LINE})]
Label = Annotated[
    dict[str, str],
    PlainValidator(_label),
    WithJsonSchema(
        {
            "oneOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "object",
                    "properties": {language: {"type": "string", "minLength": 1} for language in LANGUAGES},
                    "required": [LANGUAGES[0]],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
Exact = Annotated[Fraction, PlainValidator(_exact), WithJsonSchema({"type": ["number", "string"]})]
Expression = Annotated[Formula, PlainValidator(expression_of), WithJsonSchema({"type": ["string", "number"]})]
Condition = Annotated[Formula, PlainValidator(_condition), WithJsonSchema({"type": "string"})]
