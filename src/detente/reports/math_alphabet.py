"""The closed alphabet of math sources: what may reach Typst's ``eval``, where a long formula may break, and its symbols."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from detente.errors import FormulaError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MATH_NAMES", "check_linked", "check_math", "linked_math", "math_pieces"]

#: Longest math source accepted, and deepest nesting of brackets.
MAX_MATH_LENGTH = 50_000
MAX_MATH_DEPTH = 60

# fmt: off
_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)
_FUNCTIONS = (
    "frac", "sqrt", "root", "binom", "cases", "mat", "vec", "lr", "abs", "norm", "floor", "ceil", "round",
    "attach", "scripts", "limits", "op", "upright", "italic", "bold", "cal", "bb", "sans", "mono", "serif",
    "hat", "tilde", "macron", "overline", "underline", "underbrace", "overbrace",
)
_OPERATORS = (
    "exp", "log", "ln", "lg", "min", "max", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos",
    "arctan", "lim", "sup", "inf", "det", "arg", "deg", "dim", "gcd", "sum", "product", "integral",
    "dif", "partial", "nabla", "mod",
)
_SYMBOLS = (
    "plus", "minus", "times", "times.o", "div", "dot", "dot.op", "dot.c", "plus.minus", "minus.plus", "eq",
    "eq.not", "eq.def", "lt", "lt.eq", "gt", "gt.eq", "lt.double", "gt.double", "approx", "prop",
    "tilde.op", "equiv", "and", "or", "not", "in", "in.not", "subset", "subset.eq", "union", "inter",
    "without", "forall", "exists", "emptyset", "nothing", "infinity", "oo", "RR", "NN", "ZZ", "QQ", "ell",
    "prime", "star", "ast", "ast.op", "bullet", "comma", "arrow", "arrow.r", "arrow.l", "arrow.r.double",
    "arrow.l.r.double", "arrow.r.long", "arrow.r.double.long", "arrow.l.r.double.long", "dots", "dots.h",
    "dots.c", "bar.v", "bar.v.double", "quad", "thin", "med", "thick", "wide", "space",
)
# fmt: on

#: Every name of more than one letter that a math source may contain.
MATH_NAMES = frozenset(
    [*_GREEK, *(name.capitalize() for name in _GREEK), *_FUNCTIONS, *_OPERATORS, *_SYMBOLS],
)

_MATH_TOKEN = re.compile(
    r"""
      (?P<space>[ \n]+)
    | (?P<number>\d+(\.\d+)?)
    | (?P<name>[^\W\d_][^\W_]*(\.[^\W\d_][^\W_]*)*)
    | (?P<string>"(?:[^"\\\#$@`\n]|\\u\{[0-9a-f]{1,6}\})*")
    | (?P<newline>\\(?=\ |\n|\Z))
    | (?P<comment>//|/\*)
    | (?P<operator>[-+*/^_=<>!()\[\]{}|,;.:'&\u2212\u00d7\u00b7\u00f7\u00b1\u2260\u2264\u2265\u2248\u221e
                    \u2208\u2209\u2227\u2228\u00ac\u2200\u2203\u21d2\u21d4\u2192\u2190\u2211\u220f\u222b\u2202
                    \u2205\u222a\u2229\u2282\u2286\u2026\u22ef\u2032\u22c5\u2217])
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=20_000)
def check_math(source: str) -> None:
    """Refuse a math source that leaves the alphabet of our own printer.

    The alphabet: numbers, single letters, the names in :data:`MATH_NAMES`, text in double quotes,
    the usual operators, brackets, ``&`` for alignment and a backslash before a space for a line
    break. There is no way to write ``#``, ``$``, ``@``, an escape, a comment or a call to anything but a
    math function, so nothing that passes can run code or read a file.

    Raises
    ------
    FormulaError
        With the column of the first character outside the alphabet.

    Examples
    --------
    >>> check_math('frac(delta, 1 - delta) >= upright("loss") / s')
    >>> check_math('#read("/etc/passwd")')
    Traceback (most recent call last):
        ...
    detente.errors.FormulaError: found '#' in a math source; expected the alphabet of the printer
      #read("/etc/passwd")
      ^
    """
    expected = "expected the alphabet of the printer"
    if len(source) > MAX_MATH_LENGTH:
        found = f"found a math source of {len(source)} characters"
        raise FormulaError(source, MAX_MATH_LENGTH, found, f"expected at most {MAX_MATH_LENGTH}")
    if not source.strip():
        raise FormulaError(source, 1, "found an empty math source", "expected a formula")
    position, depth = 0, 0
    while position < len(source):
        match = _MATH_TOKEN.match(source, position)
        if match is None or match.lastgroup == "comment":
            raise FormulaError(source, position + 1, f"found {source[position]!r} in a math source", expected)
        lexeme = match.group()
        if match.lastgroup == "name" and len(lexeme) > 1 and lexeme not in MATH_NAMES:
            found = f"found the name {lexeme!r} in a math source"
            raise FormulaError(source, position + 1, found, expected, f'write text as upright("{lexeme}")')
        if lexeme in ("(", "[", "{"):
            depth += 1
        elif lexeme in (")", "]", "}"):
            depth -= 1
        if depth > MAX_MATH_DEPTH:
            found = f"found brackets nested more than {MAX_MATH_DEPTH} deep in a math source"
            raise FormulaError(source, position + 1, found)
        position = match.end()


_BREAKABLE = frozenset("+-=<>\u2212\u2264\u2265\u2260\u2248\u21d2\u21d4\u2227\u2228")


@lru_cache(maxsize=20_000)
def math_pieces(source: str) -> tuple[str, ...]:
    """Cut a math source where a line may break: before operators outside of functions, fractions, indices and powers.

    Empty if the source sets its own lines. A piece need not have a bracket for each of its brackets.

    Examples
    --------
    >>> math_pieces("a + frac(b + c, 2)^-1 >= 0")
    ('a ', '+ frac(b + c, 2)^-1 ', '>= 0')
    >>> math_pieces("x_(1 + n) (a - b)")
    ('x_(1 + n) (a ', '- b)')
    """
    cuts, previous, end = [0], "(", 0
    closed: list[bool] = []  # of each open bracket, whether what is in it stays together
    for match in _MATH_TOKEN.finditer(source):
        lexeme = match.group()
        if match.lastgroup == "newline" or (lexeme == "&" and not closed):
            return ()
        if lexeme in ("(", "[", "{"):
            called = end == match.start() and (previous.isalnum() or previous in ("_", "^"))
            closed.append(lexeme != "(" or called or any(closed))
        elif lexeme in (")", "]", "}") and closed:
            closed.pop()
        if lexeme in _BREAKABLE and not any(closed) and (previous.isalnum() or previous[-1] in ")]}\"'!"):
            cuts.append(match.start())
        if match.lastgroup != "space":
            previous, end = lexeme.replace(".", ""), match.end()
    return tuple(source[start:stop] for start, stop in zip(cuts, [*cuts[1:], len(source)], strict=True) if start < stop)


def linked_math(source: str, symbols: Sequence[str]) -> str:
    """Return a math source in which each of some symbols stands as ``entry(place, symbol)``, its place among them.

    Symbols are the sources of letters and words with or without an index, and are found as whole tokens: neither in an index,
    nor in words of a text, nor as part of a longer symbol. With a numeral as power a symbol stays together; where
    something that leads elsewhere stands in the power, only the letter leads to the entry, so that the power keeps its
    place above the index. The result is for the template, which knows ``entry``; it is set as the source is.

    Examples
    --------
    >>> linked_math("frac(b, c_(b)) + c^(b) - c_(b)^(2)", ("b", "c_(b)"))
    'frac(entry(0, b), entry(1, c_(b))) + c^(entry(0, b)) - entry(1, c_(b)^(2))'
    >>> linked_math("c_(b)^(b - 1)", ("b", "c_(b)"))
    'entry(1, c)_(b)^(entry(0, b) - 1)'
    """
    places = {tuple(token for token, _, _ in _tokens(symbol)): place for place, symbol in reversed(list(enumerate(symbols)))}
    return _linked(source, places, max(map(len, places), default=0))


def check_linked(source: str) -> None:
    """Refuse what :func:`linked_math` cannot have made: beside ``entry`` a source has the alphabet of :func:`check_math`.

    Raises
    ------
    FormulaError
        As :func:`check_math`.

    Examples
    --------
    >>> check_linked("entry(0, b)^(2)")
    >>> check_linked('entry(0, #read("/etc/passwd"))')
    Traceback (most recent call last):
        ...
    detente.errors.FormulaError: found '#' in a math source; expected the alphabet of the printer
      frac(0, #read("/etc/passwd"))
              ^
    """
    # a function of two arguments stands for this one
    check_math(re.sub(r"\bentry(?=\()", "frac", source))


def _linked(source: str, places: dict[tuple[str, ...], int], longest: int) -> str:
    tokens = _tokens(source)
    lexemes = [lexeme for lexeme, _, _ in tokens]
    made, done, index = [], 0, 0
    while index < len(tokens):
        if lexemes[index] == "_":
            index = _group_end(lexemes, index + 1)
            continue
        sizes = range(min(longest, len(tokens) - index), 0, -1)
        size = next((n for n in sizes if tuple(lexemes[index : index + n]) in places and lexemes[index + n : index + n + 1] != ["_"]), 0)
        if not size:
            index += 1
            continue
        place, end = places[tuple(lexemes[index : index + size])], index + size
        start, stop = tokens[index][1], tokens[end - 1][2]
        behind = ""
        if lexemes[end : end + 1] == ["^"] and "_" in lexemes[index:end]:
            end = _group_end(lexemes, end + 1)
            power = source[stop : tokens[end - 1][2]]
            linked = _linked(power, places, longest)
            if linked == power:
                stop = tokens[end - 1][2]
            else:
                index += lexemes[index:].index("_")
                behind = source[tokens[index - 1][2] : stop] + linked
                stop = tokens[index - 1][2]
        made += [source[done:start], f"entry({place}, {source[start:stop]})", behind]
        done, index = tokens[end - 1][2], end
        made += [" "] if source[done : done + 1] == "(" else []  # else it would be read as a call
    return "".join([*made, source[done:]])


@lru_cache(maxsize=20_000)
def _tokens(source: str) -> tuple[tuple[str, int, int], ...]:
    """Return the tokens of a math source that are no space, each with its start and end."""
    return tuple((each.group(), each.start(), each.end()) for each in _MATH_TOKEN.finditer(source) if each.lastgroup != "space")


def _group_end(lexemes: Sequence[str], index: int) -> int:
    """Return where an index or a power that begins at a token ends: behind its brackets, or behind the one token."""
    depth = 0
    for place in range(index, len(lexemes)):
        depth += (lexemes[place] in ("(", "[", "{")) - (lexemes[place] in (")", "]", "}"))
        if depth <= 0:
            return place + 1
    return len(lexemes)
