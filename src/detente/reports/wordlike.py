"""Texts of the engine as a reader of pages wants them: no names of files and games, no numbers of ten digits, English that is English.

The engine writes for terminals and programs. Nothing here changes what is said: numbers are rounded only where they are
printed (the files beside a report keep them), and notes are left out only where the table says the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente.numbers import short

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["counted", "english", "english_article", "percentages", "plain_notes", "plain_title", "rounded", "scientific"]

#: Names of states and unions that English gives an article.
_ARTICLE = r"(?:United (?:States|Kingdom)|European Union)"
_WITHOUT_ARTICLE = re.compile(rf"\b(of|for|to|by|with|from|against|after|under|that|if|and|between|unlike) ({_ARTICLE})\b(?! (?:offer|and Korea first|first)\b)")

_ENGLISH = (
    (re.compile(rf"^({_ARTICLE}) (?=[a-z]+s\b)"), r"The \1 "),
    (re.compile(r"\b1 rounds\b"), "1 round"),
    (re.compile(r"\blog_uniform\b"), "log-uniform"),
    (re.compile(r"\bat baseline\b"), "at the baseline"),
    (re.compile(rf"({_ARTICLE})(?= \(rows\))"), r"the \1"),
    (re.compile(r"\b0 follow\b"), "none follow"),
    (re.compile(r"\b((?:none|\d+) follows? [^,:;.]+), ([^,:;.]+)(?=[:;.]|$)"), r"\1 and \2"),
    (re.compile(r"\bsqrt\(2 pi\)"), "\u221a(2\u03c0)"),
    (re.compile(r"\bmember_(\d+)\b"), r"member \1"),
    (re.compile("`([^`]+)`"), "\u201c\\1\u201d"),
    (re.compile(r"; --json has all\b"), ""),
    (re.compile(r"\((repeated)\) \((ordinal|cardinal|common unit|money)\)"), r"(\1, \2)"),
    # paths through states
    (re.compile(r"(?<=[a-z]) in (\d+) to (\d+)(?=[;.]|$)"), r" in states \1 to \2"),
    (re.compile(r"(?<=[a-z]) in (\d+)(?=; (?:rests|reaches|play ends|[a-z ]+, [a-z ]+ in \d))"), r" in state \1"),
    (re.compile(r"; rests in (\d+)\b"), r"; stays in state \1"),
    (re.compile(r"; reaches (\d+)\b"), r"; reaches state \1"),
)


def english_article(name: str) -> str:
    """Return a name with the article that it has inside an English sentence.

    Examples
    --------
    >>> english_article("United States"), english_article("China")
    ('the United States', 'China')
    """
    return f"the {name}" if re.match(_ARTICLE, name) else name


def english(text: str) -> str:
    """Return a sentence of the engine with articles, plurals and marks as English has them.

    Examples
    --------
    >>> english("payoff of United States at 1 rounds, see `fight`")
    'payoff of the United States at 1 round, see \u201cfight\u201d'
    >>> english("freeze, hold in 20 to 2; reaches 0")
    'freeze, hold in states 20 to 2; reaches state 0'
    >>> english("the rest at baseline: 0 follow member_17, member_47")
    'the rest at the baseline: none follow member 17 and member 47'
    """
    text = _WITHOUT_ARTICLE.sub(r"\1 the \2", text)
    for pattern, instead in _ENGLISH:
        text = pattern.sub(instead, text)
    return text


#: Notes that say again what the columns of their table say, or where else to look.
_SAID_AGAIN = re.compile(
    r"From \S+ the cheapest single change that makes it .*"
    r"|The cheapest single change moves \w+\.?"
    r"|\.\.\. and \d+ more, see --json\.?"
    "|\ue000[^\ue001]*\ue001: (?:positive|negative|zero) at .*"
    "|\\w+: \ue000[^\ue001]*\ue001\\.?"
)


def plain_notes(notes: Sequence[str]) -> list[str]:
    """Return the notes of a table that say more than the table."""
    return [note for note in notes if not _SAID_AGAIN.fullmatch(note)]


def plain_title(title: str, game: str) -> str:
    """Return the title of a table without the game that its chapter is about, and with an outcome as its label alone.

    Examples
    --------
    >>> plain_title("race: equilibria", "race"), plain_title("race:early at baseline", "race")
    ('equilibria', 'early at baseline')
    """
    title = title.removeprefix(f"{game}: ").removeprefix(f"{game}:")
    return re.sub(r"\b(that end )selected:(?=\w)", r"\1", title)


# ---------------------------------------------------------------------------------------- numbers

_SHARES = frozenset({"share", "share or number", "over the priors"})
_DECIMAL = re.compile(r"[01]\.\d{3}")
_ZERO = re.compile(r"(?<![\d.])0\.0+(?!\d)")
#: A row of a table of shares that tells a number: how many there are in the mean.
_MEAN = " on average"


def percentages(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows in which shares of the box are percentages, as everywhere else in a report, and ends that are the same stand once.

    Examples
    --------
    >>> percentages(["case", "share", "over the priors"], [["a", "0.214", "<0.001 to 0.432"]])
    [['a', '21%', 'under 0.1% to 43%']]
    >>> percentages(["case", "share or number", "over the priors"], [["a", "1.000", "1.000 to 1.000"], ["b on average", "1.62", "0.000 to 4.3"]])
    [['a', '100%', '100%'], ['b on average', '1.62', '0 to 4.3']]
    """
    from detente.reports.claim_words import percent

    places = [index for index, head in enumerate(columns) if head in _SHARES]
    if len(places) < 2:
        return [list(row) for row in rows]

    def put(text: str, *, number: bool) -> str:
        if number:
            text = _ZERO.sub("0", text)
        else:
            text = text.replace("<0.001", "under 0.1%").replace(">0.999", "over 99.9%")
            text = _DECIMAL.sub(lambda match: percent(float(match[0])), text)
        low, to, high = text.partition(" to ")
        return low if to and low == high else text

    return [[put(cell, number=_MEAN in row[0]) if index in places else cell for index, cell in enumerate(row)] for row in rows]


# A letter of Chinese beside a number is none of it: words are those of ASCII.
#: A fraction, alone or with its value behind it, that is no part of a list of counts or of a date.
_FRACTION = re.compile(r"(?<![\w./])(-?\d+)/(\d+)(?![\w./])(?: = (-?\d+(?:\.\d+)?(?:e-?\d+)?))?", re.ASCII)
#: Decimals side by side, such as expected counts.
_DECIMALS = re.compile(r"(?<![\w./])\d+(?:\.\d+)?(?:e-?\d+)?(?:/\d+(?:\.\d+)?(?:e-?\d+)?)+(?![\w/]|\.\d)", re.ASCII)
_LONG_DECIMAL = re.compile(r"(?<![\w.\-/])(-?)(\d+\.\d+(?:e-?\d+)?)(?![\w/]|\.\d)", re.ASCII)
#: Digits of numerator and denominator up to which a fraction is printed.
_SHORT_FRACTION = 4


def rounded(text: str, digits: int) -> str:
    """Return a text with its decimals to so many significant digits, and with decimals for long fractions.

    Examples
    --------
    >>> rounded("1425/2233 reward, 9/11 align: 0.01255", 3)
    '0.638 reward, 9/11 align: 0.0126'
    >>> rounded("62888/910433 = 0.06907", 3), rounded("17/20 = 0.85", 3), rounded("2.6e-14/36.23/18.77 of 0/36/19", 3)
    ('0.0691', '17/20', '<0.0001/36.2/18.8 of 0/36/19')
    """
    from fractions import Fraction

    def fraction(match: re.Match[str]) -> str:
        above, below, _ = match.groups()
        if len(above.lstrip("-")) + len(below) <= _SHORT_FRACTION or int(below) == 0:
            return f"{above}/{below}"
        return _printed(short(Fraction(int(above), int(below)), digits))

    def decimal(match: re.Match[str]) -> str:
        sign, number = match.groups()
        if len(number.split("e")[0].replace(".", "").lstrip("0")) <= digits and "e-" not in number:
            return match[0]
        return sign + _printed(short(float(number), digits))

    def side_by_side(match: re.Match[str]) -> str:
        if "." not in match[0]:
            return match[0]
        return "/".join(_printed(short(float(each), digits)) for each in match[0].split("/"))

    return _LONG_DECIMAL.sub(decimal, _DECIMALS.sub(side_by_side, _FRACTION.sub(fraction, text)))


def _printed(number: str) -> str:
    """Return a number for a page: what is so small that its digits tell nothing is said to be small."""
    negative = number.startswith("-")
    return number if "e-" not in number else ">-0.0001" if negative else "<0.0001"


_SCIENTIFIC = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d{1,3})(?![\w.])", re.ASCII)
_RAISED = str.maketrans("0123456789-", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b")


def scientific(text: str) -> str:
    """Return a text with powers of ten written as such.

    Examples
    --------
    >>> scientific("4e9 (2e9 to 9e9)")
    '4\u00d710\u2079 (2\u00d710\u2079 to 9\u00d710\u2079)'
    """
    return _SCIENTIFIC.sub(lambda match: f"{match[1]}\u00d710{str(int(match[2])).translate(_RAISED)}", text)


def counted(columns: Sequence[str], choices: Any) -> tuple[list[str], list[str]]:
    """Return heads in which the choices that counts stand for are left out, and these choices in the order of the counts."""
    heads: list[str] = []
    order: list[str] = []
    for head in columns:
        lead, colon, rest = head.rpartition(": ")
        parts = rest.split("/")
        if colon and len(parts) > 1 and all(part in choices for part in parts):
            order = order or parts
            heads.append(lead)
        else:
            heads.append(head)
    return heads, order
