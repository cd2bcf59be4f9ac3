"""What the readers and writers of game files share: tokens with their places, bounds, and numbers as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, InputError, Place, UsageError
from detente.games.normal import labels
from detente.numbers import MAX_DIGITS, exact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ["MAX_COMMENT", "MAX_LABEL", "Reader", "Token", "number_text", "quoted", "unique"]

#: Longest name of a player, strategy, action or node, and longest title or comment, in characters.
MAX_LABEL, MAX_COMMENT = 1000, 100_000

_WORD = re.compile(r'[^\s{},"]+')
_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a file: ``kind`` is ``text`` (in quotes), ``word``, ``{``, ``}``, ``,`` or ``end``."""

    kind: str
    value: str
    offset: int

    @property
    def shown(self) -> str:
        """The token as a message shows it, shortened."""
        if self.kind == "end":
            return "the end of the file"
        value = self.value if len(self.value) <= 40 else self.value[:37] + "..."
        return f'the text "{value}"' if self.kind == "text" else repr(value)


class Reader:
    """Read tokens one after the other, and fail with file, line and column."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.position = 0
        self.ahead: Token | None = None

    def peek(self) -> Token:
        """Return the next token and leave it."""
        if self.ahead is None:
            self.ahead = self._scan()
        return self.ahead

    def take(self) -> Token:
        """Return the next token and move on."""
        token = self.peek()
        self.ahead = None
        return token

    def _scan(self) -> Token:
        space = _SPACE.match(self.text, self.position)
        assert space is not None
        start = space.end()
        if start >= len(self.text):
            self.position = start
            return Token("end", "", len(self.text))
        character = self.text[start]
        if character in "{},":
            self.position = start + 1
            return Token(character, character, start)
        if character == '"':
            return self._quoted(start)
        word = _WORD.match(self.text, start)
        assert word is not None
        self.position = word.end()
        return Token("word", word.group(), start)

    def _quoted(self, start: int) -> Token:
        r"""Return a text in quotes; ``\"`` is a quote, ``\\`` a backslash, any other backslash itself."""
        found = _QUOTED.match(self.text, start)
        if found is None:
            token = Token("text", self.text[start + 1 : start + 60], start)
            self.fail(token, f"found {token.shown} without an end", 'expected a closing "', "")
        self.position = found.end()
        return Token("text", _ESCAPED.sub(r"\1", found.group(1)), start)

    @property
    def left(self) -> int:
        """How many characters have not been read."""
        return len(self.text) - (self.position if self.ahead is None else self.ahead.offset)

    def place(self, token: Token) -> Place:
        """Return the file, line and column at which a token starts."""
        start = self.text.rfind("\n", 0, token.offset) + 1
        return Place(self.file, self.text.count("\n", 0, token.offset) + 1, token.offset - start + 1)

    def fail(self, token: Token, found: str, expected: str = "", do: str = "") -> NoReturn:
        """Raise an InputError at a token."""
        raise InputError(Fault(self.place(token), found, expected, do))

    def expect(self, kind: str, what: str) -> Token:
        """Return the next token, which must be of this kind."""
        token = self.take()
        if token.kind != kind:
            self.fail(token, f"found {token.shown}", f"expected {what}")
        return token

    def word(self, *allowed: str) -> Token:
        """Return the next token, which must be one of these words."""
        token = self.take()
        if token.kind != "word" or token.value not in allowed:
            self.fail(token, f"found {token.shown}", f"expected {' or '.join(allowed)}")
        return token

    def label(self, what: str, limit: int = MAX_LABEL) -> str:
        """Return the next token, which must be a text in quotes of bounded length."""
        token = self.expect("text", f"{what} in quotes")
        if len(token.value) > limit:
            self.fail(
                token,
                f"found {what} of {len(token.value):,} characters",
                f"expected at most {limit:,}",
                "shorten it",
            )
        return token.value

    def number(self, what: str) -> Fraction:
        """Return the next token, which must be an exact number; commas before it are passed over."""
        while self.peek().kind == ",":
            self.take()
        token = self.expect("word", what)
        try:
            return exact(token.value)
        except UsageError:
            if len(token.value) > MAX_DIGITS:
                self.fail(token, f"found a word of {len(token.value):,} characters", f"expected {what}")
            return self.fail(
                token, f"found {token.shown}", f"expected {what}, a number such as 3, 3/4 or 0.75"
            )

    def integer(self, what: str, low: int, high: int) -> int:
        """Return the next token, which must be an integer between two bounds."""
        token = self.expect("word", what)
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", token.value) or not low <= int(token.value) <= high:
            self.fail(token, f"found {token.shown}", f"expected {what}, an integer from {low} to {high:,}")
        return int(token.value)

    def names(self, what: str) -> list[str]:
        """Return a list of texts in braces."""
        self.expect("{", f"{{ and {what}")
        made = []
        while self.peek().kind != "}":
            if self.peek().kind == "end":
                self.fail(self.peek(), "found the end of the file", f"expected }} behind {what}")
            made.append(self.label(what))
        self.take()
        return made

    def numbers(self, count: int, what: str) -> list[Fraction]:
        """Return exactly ``count`` numbers in braces; commas between them are optional."""
        opening = self.expect("{", f"{{ and {what}")
        made: list[Fraction] = []
        while self.peek().kind not in {"}", "end"}:
            if len(made) == count:
                self.fail(
                    self.peek(),
                    f"found {self.peek().shown} behind {count} numbers",
                    f"expected {count}: {what}",
                )
            made.append(self.number(what))
            while self.peek().kind == ",":
                self.take()
        if self.peek().kind == "end":
            self.fail(self.peek(), "found the end of the file", f"expected }} behind {what}")
        self.take()
        if len(made) != count:
            self.fail(opening, f"found {len(made)} numbers", f"expected {count}: {what}")
        return made

    def finish(self, what: str) -> None:
        """Fail unless the file ends here."""
        if self.peek().kind != "end":
            self.fail(self.peek(), f"found {self.peek().shown} behind {what}", "expected the end of the file")


def unique(names: Sequence[str], kind: str) -> list[str]:
    """Return labels as they are used: numbers in place of empty ones, ``#2`` behind a repetition.

    >>> unique(["a", "", "a"], "action")
    ['a', '2', 'a#2']
    """
    return list(labels([name or str(k + 1) for k, name in enumerate(names)], len(names), kind))


def quoted(text: str, what: str) -> str:
    r"""Return a text in quotes as Gambit writes it: a quote becomes ``\"`` and a backslash ``\\``."""
    limit = MAX_COMMENT if what in {"title", "comment"} else MAX_LABEL
    if len(text) > limit:
        raise UsageError(f"found a {what} of {len(text):,} characters; files hold at most {limit:,}")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number_text(value: Any) -> str:
    """Return a number as files hold it: an integer, a fraction, or the shortest decimal of a float."""
    if isinstance(value, float):
        value = float(value)
        return repr(value) if value != int(value) or abs(value) >= 1e16 else str(int(value))
    text = str(Fraction(value))
    if len(text) > MAX_DIGITS:
        raise UsageError(f"found a number of {len(text)} characters; files hold at most {MAX_DIGITS}")
    return text
