r"""How results are written for readers: labels, symbols and units of names, and rows of math in LaTeX and Typst.

A result knows names: ``sev``, ``us``, ``cooperate``. A :class:`Wording` says what a reader sees for each of them. Every
result that can be printed in several ways has the methods ``to_latex``, ``to_typst`` and ``in_words``, which take a
wording; :func:`written` picks one of them by its name.

>>> wording = Wording({"sev": "severity", "us": "United States"}, {"sev": "s"}, {"sev": "USD bn"})
>>> wording.amount("sev", Fraction(1, 3)), wording.sentence("us does not gain by sev")
('0.333 USD bn', 'United States does not gain by severity')
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente._printing_math import Typst
from detente.display import clean, latex_text
from detente.errors import UsageError
from detente.numbers import Enclosure, is_exact, plain, short
from detente.printing import latex, typst, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["FORMATS", "Wording", "joined", "math_number", "math_rows", "math_text", "written"]

#: The ways in which results are printed.
FORMATS = ("text", "latex", "typst", "words")
#: Units that count nothing: the number alone is read.
_BARE = frozenset({"", "share", "ratio", "probability", "number", "count", "exponent"})
#: Longest exact number that is read out beside its decimals.
_SHORT = 16


@dataclass(frozen=True)
class Wording:
    """What a reader sees for the names of a game.

    Attributes
    ----------
    labels : mapping
        Name of a player, strategy, move, parameter or formula to its label.
    symbols : mapping
        Name of a parameter to its mathematical symbol.
    units : mapping
        Name of a parameter to its unit.
    lang : {"en", "zh"}
        Language of the words.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    lang: str = "en"

    @classmethod
    def of(cls, given: Wording | Mapping[str, str] | None, lang: str = "en") -> Wording:
        """Return a wording as it is; a mapping serves for labels and symbols alike."""
        if isinstance(given, Wording):
            return given
        return cls(dict(given or {}), dict(given or {}), {}, lang)

    def label(self, name: str) -> str:
        """Return what a reader sees for a name; one without a label stands for itself."""
        return self.labels.get(name) or name

    def profile(self, text: str) -> str:
        """Return a profile or path as text, ``a,b`` or ``a+b,c`` or ``a,b | c``, in brackets and with labels."""
        ways = [
            ", ".join("+".join(self.label(name) for name in part.split("+")) for part in way.strip().split(","))
            for way in text.split(" | ")
        ]
        return f"({' | '.join(ways)})"

    def sentence(self, text: str) -> str:
        """Return text with every name in it as its label."""
        if text in self.labels:
            return self.label(text)
        return re.sub(r"[A-Za-z_][A-Za-z0-9_]*", lambda found: self.label(found.group()), text)

    def unit(self, name: str) -> str:
        """Return the unit of a parameter, empty where the number alone is read."""
        own = self.units.get(name, "")
        return "" if own in _BARE else own

    def amount(self, name: str, value: Any, digits: int = 3) -> str:
        """Return a value of a parameter with its unit, rounded for reading."""
        return f"{short(value, digits)} {self.unit(name)}".rstrip()

    def value(self, name: str, value: Any) -> str:
        """Return a value that matters by itself: rounded, with its unit, and exactly where that is short."""
        text = self.amount(name, value, 4)
        exactly = plain(value) if is_exact(value) and not isinstance(value, Enclosure) else ""
        told = exactly and len(exactly) <= _SHORT and Fraction(short(value, 4)) != value
        return f"{text} (exactly {exactly})" if told else text

    def formula(self, expression: Any) -> str:
        """Return an expression or condition in words."""
        return words(expression, self.labels, self.lang)

    def math(self, expression: Any, language: str) -> str:
        """Return an expression or condition in LaTeX or Typst."""
        return (latex if language == "latex" else typst)(expression, self.symbols, self.lang)


def written(result: Any, how: str, wording: Wording | None = None) -> str:
    """Return a result as ``text``, ``latex``, ``typst`` or ``words``.

    LaTeX comes as displayed math, for amsmath, MathJax and KaTeX; Typst as a displayed equation.

    Raises
    ------
    UsageError
        If the way is unknown, or the result cannot be written so.
    """
    if how not in FORMATS:
        raise UsageError(f"found {how!r}; expected one of {', '.join(FORMATS)}")
    if how == "text":
        return str(result)
    method: Callable[..., str] | None = getattr(result, "in_words" if how == "words" else f"to_{how}", None)
    if method is None:
        raise UsageError(f"found {how!r} for {type(result).__name__}, which is written as text only")
    text = method(wording or Wording())
    return f"\\[\n{text}\n\\]" if how == "latex" else f"$ {text} $" if how == "typst" else text


def joined(parts: Sequence[str], last: str = "and") -> str:
    """Return parts as ``a, b and c``.

    >>> joined(["a", "b", "c"]), joined(["a"]), joined([])
    ('a, b and c', 'a', '')
    """
    items = list(parts)
    return "".join(items) if len(items) < 2 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def math_text(text: str, language: str) -> str:
    r"""Return text as it stands inside math, made harmless.

    >>> math_text("a & b", "latex"), math_text("a & b", "typst")
    ('\\text{a \\& b}', 'upright("a \\u{26} b")')
    """
    return rf"\text{{{latex_text(text)}}}" if language == "latex" else Typst({}, {}).words(clean(text))


def math_number(value: Any, language: str) -> str:
    r"""Return a number as math: exact where that is short, else rounded.

    >>> math_number(Fraction(1, 3), "latex"), math_number(Enclosure(Fraction(1), Fraction(1)), "typst")
    ('\\frac{1}{3}', 'approx 1')
    """
    write = latex if language == "latex" else typst
    about = r"\approx " if language == "latex" else "approx "
    if isinstance(value, (Fraction, int)) and len(str(value)) <= _SHORT:
        return write(Fraction(value))
    if isinstance(value, Enclosure) or not hasattr(value, "free_symbols") or len(plain(value)) > 2 * _SHORT:
        return about + short(value, 6)
    return write(value)


def math_rows(rows: Sequence[Sequence[str]], language: str) -> str:
    r"""Return rows of math in columns, aligned to the left.

    >>> print(math_rows([["a", "b"], ["c", "d"]], "typst"))
    & a quad && b \
    & c quad && d
    >>> print(math_rows([["a", "b"]], "latex"))
    \begin{array}{ll}
    a & b \\
    \end{array}
    """
    if language == "latex":
        columns = "l" * max((len(row) for row in rows), default=1)
        lines = [" & ".join(row) + r" \\" for row in rows]
        return "\n".join([f"\\begin{{array}}{{{columns}}}", *lines, r"\end{array}"])
    return " \\\n".join("& " + " quad && ".join(row) for row in rows)
