"""Inline content of a report: running text, emphasis, formulas, links and marks, as frozen data.

Wherever a field takes *inline* content it accepts a string, one span, or a tuple of both; see
:func:`as_spans`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from detente.errors import UsageError
from detente.reports.math_alphabet import check_math

__all__ = [
    "KINDS",
    "Code",
    "Emph",
    "Inline",
    "Kind",
    "Link",
    "Mark",
    "Math",
    "Ref",
    "Span",
    "Strong",
    "Text",
    "as_spans",
    "need",
    "plain_text",
]

Kind: TypeAlias = Literal["figure", "derived", "judgement"]

#: What a mark tells apart.
KINDS = ("figure", "derived", "judgement")


@dataclass(frozen=True)
class Text:
    """Running text."""

    text: str


@dataclass(frozen=True)
class Strong:
    """A key number or the lead of a point; sparingly."""

    text: str


@dataclass(frozen=True)
class Emph:
    """Emphasis, set in italics."""

    text: str


@dataclass(frozen=True)
class Code:
    """An id or a command, set in the fixed-width face; may break at hyphens and underscores."""

    text: str


@dataclass(frozen=True)
class Math:
    """A formula in Typst math, made by :mod:`detente.printing`, with its reading in words.

    ``entries`` are symbols in it, as they stand in the source, each with the anchor to which it leads.
    """

    source: str
    alt: str
    entries: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_math(self.source)
        need(bool(self.alt.strip()), "a formula needs an alternative text")


@dataclass(frozen=True)
class Link:
    """Text that leads to an anchor of the same document."""

    text: str
    target: str


@dataclass(frozen=True)
class Ref:
    """The name of a numbered block, for instance "Table 3", leading to it."""

    target: str


@dataclass(frozen=True)
class Mark:
    """The sign that tells a figure, a derived value and a judgement apart."""

    kind: Kind

    def __post_init__(self) -> None:
        need(self.kind in KINDS, f"found the kind {self.kind!r}; expected one of {', '.join(KINDS)}")


Span: TypeAlias = Text | Strong | Emph | Code | Math | Link | Ref | Mark
Inline: TypeAlias = str | Span | tuple[str | Span, ...]


def as_spans(inline: Inline) -> tuple[Span, ...]:
    """Return inline content as a tuple of spans; strings become :class:`Text`, empty ones vanish.

    Examples
    --------
    >>> as_spans(("see ", Ref("payoffs")))
    (Text(text='see '), Ref(target='payoffs'))
    """
    parts = inline if isinstance(inline, tuple) else (inline,)
    return tuple(Text(part) if isinstance(part, str) else part for part in parts if part != "")


def plain_text(inline: Inline) -> str:
    """Return inline content as unformatted text: formulas by their reading, references by their target.

    Examples
    --------
    >>> plain_text(("at ", Math("delta = 0.9", "delta equals 0.9")))
    'at delta equals 0.9'
    """
    return inline if isinstance(inline, str) else "".join(map(_plain, as_spans(inline)))


def _plain(span: Span) -> str:
    match span:
        case Math(alt=alt):
            return alt
        case Ref(target=target):
            return target
        case Mark(kind=kind):
            return kind
        case Text(text=text) | Strong(text=text) | Emph(text=text) | Code(text=text) | Link(text=text):
            return text


def need(condition: bool, message: str) -> None:
    """Refuse a malformed span or element."""
    if not condition:
        raise UsageError(message)
