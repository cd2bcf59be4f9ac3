"""Answers of students: text becomes a value of the kind that is asked for, and nothing is ever run.

Numbers, formulas and conditions go through the closed grammar of :mod:`detente.formula`; names are looked up in the
game's own, by id or by label in English or Chinese. Two answers are equal where they mean the same.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import DetenteError, FormulaError, UsageError
from detente.exercises.conditions import Range, same_condition
from detente.exercises.notation import decimal_point, normal, tidy
from detente.numbers import exact_or_float

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.formula import Formula

__all__ = ["KINDS", "MAX_ANSWER", "MAX_TEXT", "Value", "Vocabulary", "same", "understood"]

#: What an answer may be.
KINDS = ("number", "formula", "strategies", "profiles", "path", "condition", "choice", "choices", "mixture", "text")
#: Longest answer that is looked at.
MAX_ANSWER = 1000
#: Longest answer in free text.
MAX_TEXT = 20_000

_NONE = frozenset({"none", "no", "{}", "()", "empty", "nothing", "无", "没有", "空", "空集"})
_DECIMAL = re.compile(r"[+-]?\d*\.(\d+)")
_LEAD = re.compile(r"^\s*(?:[A-Za-z_][A-Za-z0-9_ ()]{0,40})?=(?![=])\s*(?=[^=])")
_INTERVAL = re.compile(r"(?:[A-Za-z]+\s+in\s+)?([\[(])([^,;<>=]+)[,;]([^,;<>=]+)([\])])")
_PERCENT = re.compile(r"(\d+(?:\.\d*)?)\s*%")
_BRACES = str.maketrans("{}", "()")
_ALWAYS, _NEVER = frozenset({"always", "all", "总是", "全部", "任意"}), frozenset({"never", "none", "no", "从不", "无", "没有"})


@dataclass(frozen=True)
class Value:
    """What an answer says: its kind, the value, and for numbers the places behind the point that were written."""

    kind: str
    value: Any
    places: int | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The names that an answer may use: each maps what a student may write to the name in the game.

    ``steps`` are the actions of a tree in any order; ``range`` is what a condition is about; ``symbols`` the names in
    a formula; ``options`` the letters and words of a choice.
    """

    players: tuple[str, ...] = ()
    strategies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    range: Range | None = None
    player: str | None = None


def understood(text: str, kind: str, words: Vocabulary) -> Value:
    """Return what an answer says.

    Raises
    ------
    DetenteError
        If it does not say anything of this kind; the message is for the student.
    """
    if kind == "text":
        if len(text) > MAX_TEXT:
            raise UsageError(f"found {len(text)} characters; expected at most {MAX_TEXT}")
        return Value("text", text.strip())
    if len(text) > MAX_ANSWER:
        raise UsageError(f"found {len(text)} characters; expected at most {MAX_ANSWER}")
    plain = normal(text)
    if not plain:
        raise UsageError("found nothing; expected an answer")
    readers = {
        "number": _number, "formula": _formula, "strategies": _strategies, "profiles": _profiles, "path": _path,
        "condition": _condition, "choice": _choice, "choices": _choices, "mixture": _mixture,
    }  # fmt: skip
    return readers[kind](plain, words)


def _evaluated(text: str) -> Fraction | float:
    value = formula.parse(text).evaluate({})
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError("found no finite number; expected a number")
    return value  # type: ignore[no-any-return]


def _number(text: str, words: Vocabulary) -> Value:
    """Return a number; ``1/3 = 0.333`` says the same one twice."""
    sides = [_one_number(side) for side in _LEAD.sub("", text, count=1).split("=")]
    first, *others = sorted(sides, key=lambda side: side.places is not None)  # what was not rounded
    for other in others:
        if not same(other, first, other.places):
            raise UsageError("found two different numbers; expected one")
    return first


def _one_number(text: str) -> Value:
    body = decimal_point(text.strip()).removesuffix(".").translate(_BRACES)
    percent = body.endswith("%")
    body = body.rstrip("%").strip()
    value = _evaluated(body)
    written = _DECIMAL.fullmatch(body)
    places = len(written.group(1)) if written else 0 if body.lstrip("+-").isdigit() else None
    if percent:
        value /= 100
        places = None if places is None else places + 2
    return Value("number", value, places)


def _formula(text: str, words: Vocabulary) -> Value:
    text = _LEAD.sub("", text, count=1).translate(_BRACES)
    parsed = formula.parse(text)
    parsed.require(words.symbols, "symbol")
    return Value("formula", _ratio(parsed, words.symbols))


def _condition(text: str, words: Vocabulary) -> Value:
    assert words.range is not None
    variable, interval = words.range.variable, _INTERVAL.fullmatch(text)
    if tidy(text) in _ALWAYS | _NEVER:
        text = f"{variable} {'==' if tidy(text) in _ALWAYS else '!='} {variable}"
    elif interval is not None:
        opening, low, high, closing = interval.groups()
        text = f"{low} {'<=' if opening == '[' else '<'} {variable} and {variable} {'<=' if closing == ']' else '<'} {high}"
    text = _PERCENT.sub(r"(\1/100)", text.replace("=>", ">=").replace("=<", "<=").translate(_BRACES))
    joined = re.sub(r"(?<=[0-9A-Za-z)])\s*[,;]\s*(?=[0-9A-Za-z(])", " and ", text)
    joined = re.sub(r"(?<![<>=!])=(?!=)", "==", joined)
    parsed = formula.parse(joined, condition=True)
    same_condition(parsed, parsed, words.range)  # the fault of an answer is found when it is read
    return Value("condition", (parsed, words.range))


def _none(text: str) -> bool:
    return tidy(text) in _NONE


def _looked_up(text: str, known: Mapping[str, str], what: str) -> str:
    name = tidy(text.strip(" .'\"*"))
    if name not in known:
        shown = ", ".join(sorted({each for each in known if each.isascii()})[:12])
        raise UsageError(f"found {text.strip()[:40]!r}; expected {what}, one of {shown}")
    return known[name]


def _parts(text: str, separators: str = r"[,;\n]|\band\b") -> list[str]:
    return [part.strip() for part in re.split(separators, text, flags=re.IGNORECASE) if part.strip()]


def _known_parts(text: str, known: Mapping[str, str]) -> list[str]:
    """Return the names in a list; a name may have the word "and" in it."""
    parts = []
    for part in _parts(text, r"[,;\n]"):
        parts += [part] if tidy(part) in known else _parts(part)
    return parts


def _strategies(text: str, words: Vocabulary) -> Value:
    assert words.player is not None
    known = words.strategies[words.player]
    if _none(text) and tidy(text) not in {tidy(each) for each in known}:  # a strategy may be called none
        return Value("strategies", frozenset())
    body = text.strip("{}[]() ").removeprefix("=").strip()
    lead, equals, rest = body.replace(":", "=", 1).partition("=")
    if equals and words.names.get(tidy(lead)) == words.player:
        body = rest
    return Value("strategies", frozenset(_looked_up(part, known, "a strategy") for part in _known_parts(body, known)))


def _profiles(text: str, words: Vocabulary) -> Value:
    if _none(text):
        return Value("profiles", frozenset())
    inside = re.findall(r"[(\[]([^()\[\]]*)[)\]]", text)
    if inside:
        rest = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", text)
        if re.sub(r"\band\b|[,;{}()\[\]\s]", "", rest, flags=re.IGNORECASE):
            raise UsageError(f"found {rest.strip()[:40]!r} outside the brackets; expected profiles such as (a, b); (c, d)")
    else:
        inside = _parts(text.strip("{}"), r"[;\n]|\band\b")
    return Value("profiles", frozenset(_profile(each, words) for each in inside))


def _profile(text: str, words: Vocabulary) -> tuple[str, ...]:
    parts = _parts(text, "[,;]")
    if len(parts) != len(words.players):
        raise UsageError(f"found {len(parts)} strategies in {text.strip()[:60]!r}; expected one for each player")
    chosen: dict[str, str] = {}
    for position, part in enumerate(parts):
        lead, mark, rest = re.sub(r"[:=]", "=", part).partition("=")
        player = _looked_up(lead, words.names, "a player") if mark else words.players[position]
        if player in chosen:
            raise UsageError(f"found two strategies of one player in {text.strip()[:60]!r}")
        chosen[player] = _looked_up(rest if mark else part, words.strategies[player], "a strategy")
    return tuple(chosen[player] for player in words.players)


def _path(text: str, words: Vocabulary) -> Value:
    steps = []
    for part in _parts(text.strip("()[]{} "), r"[,;\n]|->|>|\bthen\b"):
        player, colon, action = part.partition(":")
        steps.append(_looked_up(action if colon and tidy(player) in words.names else part, words.steps, "an action"))
    return Value("path", tuple(steps))


def _choice(text: str, words: Vocabulary) -> Value:
    body = text.strip("()[] ")
    both = re.fullmatch(r"([A-Za-z])\s*[).:]\s*(.+)", body, re.DOTALL)
    if both is not None and words.options.get(tidy(both.group(1))) == words.options.get(tidy(both.group(2)), ""):
        body = both.group(1)
    return Value("choice", _looked_up(body, words.options, "a choice"))


def _choices(text: str, words: Vocabulary) -> Value:
    if _none(text):
        return Value("choices", frozenset())
    body = text.strip("()[]{} ")
    parts = _parts(body, r"[,;&+/\n\s]+|\band\b")
    if len(parts) == 1 and body.isalpha() and tidy(body) not in words.options and all(tidy(each) in words.options for each in body):
        parts = list(body)
    return Value("choices", frozenset(_looked_up(part, words.options, "a choice") for part in parts))


def _unwrapped(text: str) -> str:
    """Return a list without the brackets around all of it."""
    body = text.strip()
    while len(body) > 1 and body[0] + body[-1] in ("()", "[]", "{}"):
        depth = 0
        for each in body[:-1]:
            depth += (each in "([{") - (each in ")]}")
            if depth == 0:
                return body
        body = body[1:-1].strip()
    return body


def _mixture(text: str, words: Vocabulary) -> Value:
    assert words.player is not None
    known = words.strategies[words.player]
    order = list(dict.fromkeys(known.values()))
    body = _unwrapped(text)
    found: dict[str, Fraction | float] = {}
    for position, part in enumerate(_parts(body, r"[,;\n]|(?<=[\d%)])\s+and\b")):
        named = re.fullmatch(r"(.*?[^\s\d/.:=*+])\s*[:= ]\s*([\d./()%]+)", part) or None
        if named:
            name, amount = _looked_up(named.group(1), known, "a strategy"), named.group(2)
        elif position < len(order):
            name, amount = order[position], part
        else:
            raise UsageError(f"found more than {len(order)} probabilities; expected one for each strategy")
        if name in found:
            raise UsageError(f"found two probabilities of {name}; expected one for each strategy")
        number = _number(amount, words)
        found[name] = number.value
    weights: list[Any] = [exact_or_float(weight) for weight in found.values()]
    if any(weight < 0 for weight in weights) or abs(sum(weights, Fraction(0)) - 1) > Fraction(1, 50):
        raise UsageError("found probabilities that do not add up to 1; expected one for each strategy")
    return Value("mixture", tuple(found.get(name, Fraction(0)) for name in order))


# ---- when two answers mean the same


def same(one: Value, other: Value, decimals: int | None = None) -> bool:
    """Return whether an answer means the same as a key or as what a wrong rule gives.

    ``one`` is what the student said. Numbers are equal exactly; with ``decimals``, a decimal that was rounded correctly to
    so many places or more also passes. Irrational numbers are compared to twelve digits.
    """
    if one.kind != other.kind:
        return False
    if one.kind == "number":
        return _same_number(one, other.value, decimals)
    if one.kind == "mixture":
        return all(_same_number(Value("number", a), b, decimals) for a, b in zip(one.value, other.value, strict=True))
    if one.kind == "condition":
        (mine, within), (theirs, _) = one.value, other.value
        return same_condition(mine, theirs, within)
    if one.kind == "formula":
        (a, b), (c, d) = one.value, other.value
        return bool(a * d == c * b)
    return bool(one.value == other.value)


def _same_number(mine: Value, key: Any, decimals: int | None) -> bool:
    value = mine.value
    if isinstance(value, Fraction) and isinstance(key, (int, Fraction)):
        if value == key:
            return True
    elif abs(float(value) - float(key)) <= 1e-12 * max(1.0, abs(float(key))):
        return True
    if decimals is None or mine.places is None or mine.places < decimals:
        return False
    gap = abs(value - key) if isinstance(key, (int, Fraction)) else abs(float(value) - float(key))
    return bool(gap <= Fraction(1, 2 * 10**mine.places))


MAX_DEGREE = 12


def _ratio(parsed: Formula, symbols: Sequence[str]) -> tuple[Any, Any]:
    """Return a formula as numerator and denominator, polynomials in the symbols with rational coefficients."""
    from flint import Ordering, fmpq, fmpq_mpoly_ctx

    context = fmpq_mpoly_ctx.get(tuple(symbols) or ("x",), Ordering.lex)
    generators = dict(zip(symbols, context.gens(), strict=False))
    one = context.constant(1)

    def fail(node: Any, found: str, expected: str = "") -> DetenteError:
        return FormulaError(parsed.text, max(node.column, 1), found, expected)

    def bounded(node: Any, top: Any, bottom: Any) -> tuple[Any, Any]:
        if max(top.total_degree(), bottom.total_degree()) > MAX_DEGREE:
            raise fail(node, "found a polynomial of high degree", f"expected at most {MAX_DEGREE}")
        return top, bottom

    def walk(node: Any) -> tuple[Any, Any]:
        if node.op == "number":
            value = Fraction(node.value)
            if len(str(value)) > 60:
                raise fail(node, "found a very long number", "expected at most 60 digits")
            return context.constant(fmpq(value.numerator, value.denominator)), one
        if node.op == "name":
            return generators[node.value], one
        if node.op == "neg":
            top, bottom = walk(node.args[0])
            return -top, bottom
        if node.op not in ("+", "-", "*", "/", "**"):
            raise fail(node, f"found {node.op}", "expected numbers, symbols and + - * / **")
        a, b = walk(node.args[0])
        if node.op == "**":
            exponent = node.args[1]
            if exponent.op != "number" or exponent.value.denominator != 1 or not 0 <= exponent.value <= MAX_DEGREE:
                raise fail(node, "found a power", f"expected a whole exponent from 0 to {MAX_DEGREE}")
            power = int(exponent.value)
            if max(a.total_degree(), b.total_degree()) * power > MAX_DEGREE:
                raise fail(node, "found a polynomial of high degree", f"expected at most {MAX_DEGREE}")
            return a**power, b**power
        c, d = walk(node.args[1])
        if node.op == "+":
            return bounded(node, a * d + c * b, b * d)
        if node.op == "-":
            return bounded(node, a * d - c * b, b * d)
        if node.op == "*":
            return bounded(node, a * c, b * d)
        if c == 0:
            raise fail(node, "found a division by zero")
        return bounded(node, a * d, b * c)

    return walk(parsed.root)
