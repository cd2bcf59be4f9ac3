"""Cases: the game that one student's question is about, drawn from a seed with guaranteed properties.

A case is a function of the sheet's name, the seed and the student alone. Numbers come from HMAC-SHA-256 with the seed as
key, so that a variant tells nothing about another student's.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.games._tree_parts import Move
from detente.games.coalitional import CoalitionalGame, WeightedVotingGame
from detente.games.extensive import GameTree, terminal
from detente.games.normal import NormalFormGame
from detente.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from detente.exercises.sheet import Question
    from detente.study.model import GameModel, Point
    from detente.wording import Wording

__all__ = ["Case", "Numbers", "Said", "decimal", "drawn", "known", "said"]


#: Spaces between Chinese characters, which a sentence made of labels does not need.
_CLOSED = re.compile(r"(?<=[\u4e00-\u9fff，。；：？）]) (?=[\u4e00-\u9fff（])")
#: Properties of one player's payoffs alone.
OWN = frozenset({"class", "dominant", "no_dominant", "dominated", "weakly_dominated"})
#: How often one player's payoffs are drawn before the question is refused.
MAX_OWN = 2000
#: Most members of a drawn coalition.
MAX_MEMBERS = 5


class Numbers:
    """Whole numbers that a key and a text determine, the same on every machine."""

    def __init__(self, seed: str, text: str) -> None:
        self._key, self._text, self._count = seed.encode(), text.encode(), 0

    def below(self, size: int) -> int:
        """Return a number from 0 to ``size - 1``, each equally likely."""
        limit = 2**64 - 2**64 % size
        while True:
            self._count += 1
            digest = hmac.new(self._key, self._text + b"|%d" % self._count, hashlib.sha256).digest()
            number = int.from_bytes(digest[:8], "big")
            if number < limit:
                return number % size

    def several(self, count: int, size: int, apart: bool) -> list[int]:
        """Return several such numbers, no two alike where they should be apart."""
        if not apart:
            return [self.below(size) for _ in range(count)]
        pool = list(range(size))
        return [pool.pop(self.below(len(pool))) for _ in range(count)]


#: Words of a game by the identity of its model, which is kept beside them.
_WORDINGS: dict[tuple[int, str], tuple[GameModel, Wording]] = {}


def _wording(model: GameModel, lang: str) -> Wording:
    """Return what a reader sees for the names of a game, put together once for all students."""
    mark = (id(model), lang)
    if mark not in _WORDINGS:
        _WORDINGS[mark] = (model, model.wording(lang))
    return _WORDINGS[mark][1]


@dataclass(frozen=True)
class Case:
    """A question's game as one student sees it.

    Attributes
    ----------
    model : GameModel
        The game of the study.
    game
        The numeric game: the study's own at a point, or one of the same players and strategies with drawn payoffs.
    values : mapping
        The study's parameters at the point of the case.
    changed : mapping
        The parameters that were drawn, with their values.
    drawn : bool
        True where payoffs were drawn instead of taken from the study.
    given : mapping
        Further parameters and derived values that the student is told.
    """

    model: GameModel
    game: Any
    values: Mapping[str, Fraction] = field(repr=False)
    changed: Mapping[str, Fraction]
    drawn: bool
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def normal(self) -> NormalFormGame:
        """The game as a normal form."""
        if not isinstance(self.game, NormalFormGame):
            raise UsageError(f"{self.model.name} is no game in normal form; ask something else of it")
        return self.game

    @property
    def tree(self) -> GameTree:
        """The game as a tree."""
        if not isinstance(self.game, GameTree):
            raise UsageError(f"{self.model.name} is no game in extensive form; ask something else of it")
        return self.game

    def label(self, name: str, lang: str = "en") -> str:
        """Return what a reader sees for a name of the game."""
        return _wording(self.model, lang).label(name)

    def unit(self, name: str, lang: str = "en") -> str:
        """Return the unit of a parameter, empty where the number alone is read."""
        return _wording(self.model, lang).unit(name)

    def labels(self, names: Sequence[str], lang: str = "en") -> str:
        """Return several names as a reader sees them, in brackets; one alone needs none."""
        if len(names) == 1:
            return self.label(names[0], lang)
        opening, between, closing = "（，）" if lang == "zh" else ("(", ", ", ")")
        return f"{opening}{between.join(self.label(name, lang) for name in names)}{closing}"

    def listed(self, names: Iterable[str], lang: str = "en") -> str:
        """Return names as a reader sees them, with commas between them."""
        return ("、" if lang == "zh" else ", ").join(self.label(name, lang) for name in names)

    def number(self, value: Any) -> str:
        """Return a number as a reader sees it: small fractions of drawn payoffs as they are, the study's own as decimals."""
        return plain(value) if self.drawn or not isinstance(value, Fraction) else decimal(value)


#: Most decimals with which a number is written out; one that needs more is rounded to so many as the second says.
MAX_PLACES, PLACES = 6, 4


def decimal(value: Fraction) -> str:
    """Return a number in decimals: in full where it ends soon, as a small fraction where it is one, else rounded.

    Examples
    --------
    >>> decimal(Fraction(633, 5000)), decimal(Fraction(1, 3)), decimal(Fraction(-45, 2840)), decimal(Fraction(2))
    ('0.1266', '1/3', '-0.0158', '2')
    """
    places = next((k for k in range(MAX_PLACES + 1) if 10**k % value.denominator == 0), None)
    if places is None:
        if value.denominator < 100 and abs(value.numerator) < 100:
            return str(value)
        places = PLACES
    whole, rest = divmod(abs(round(value * 10**places)), 10**places)
    sign = "-" if value < 0 and (whole or rest) else ""
    return f"{sign}{whole}" + (f".{rest:0{places}d}" if places else "")


class Said:
    """Text that is no name."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        return self.text


def said(case: Case, en: str, zh: str, **parts: object) -> dict[str, str]:
    """Return a sentence in both languages.

    Parts that are names become labels, tuples of names profiles, sets of names lists; words in each language stand for
    themselves.
    """
    made = {}
    for lang, text in (("en", en), ("zh", zh)):
        shown: dict[str, object] = {}
        for key, part in parts.items():
            if isinstance(part, str):
                shown[key] = case.label(part, lang)
            elif isinstance(part, tuple):
                shown[key] = case.labels(part, lang)
            elif isinstance(part, frozenset):
                shown[key] = case.listed(sorted(part), lang)
            else:
                shown[key] = part.get(lang, part["en"]) if isinstance(part, dict) else part
        made[lang] = _CLOSED.sub("", text.format(**shown)) if lang == "zh" else text.format(**shown)
    return made


def drawn(
    model: GameModel,
    question: Question,
    numbers: Numbers,
    fits: Callable[[Any, int, list[int], Callable[[], Any]], bool],
    known_games: dict[tuple[Any, ...], tuple[Point, Any]],
) -> Case:
    """Return one draw of a question's case, before it is checked as a whole.

    ``fits`` says whether a player's own payoffs are such as are wanted; each player's are drawn again until it does, since
    waiting for all players at once would take too long. ``known_games`` keeps the study's own games by the parameters drawn.
    """
    draw = question.draw
    changed = {}
    for name, values in draw.vary.items():
        if not values:
            raise UsageError(f"question {question.name}: found no values for {name}; expected a list")
        changed[name] = values[numbers.below(len(values))]
    mark = (model.name, question.point, *changed.items())
    if mark not in known_games:
        at = model.point(question.point, changed)
        known_games[mark] = (at, model.at(at))
    point, game = known_games[mark]
    every = {**model.derived_values(point.values), **point.values}
    given = {name: every[known(name, tuple(every), "parameter")] for name in question.given or () if name not in changed}
    if draw.integers is None:
        return Case(model, game, point.values, changed, False, given)
    low, high = draw.integers
    size = high - low + 1
    apart = "no_ties" in (draw.require or ())
    if isinstance(game, (NormalFormGame, GameTree)):
        count = game.payoffs[0].size if isinstance(game, NormalFormGame) else len(game.terminals)
        own: list[list[int]] = []
        if apart and count > size:
            raise UsageError(f"found {size} numbers from {low} to {high} for {count} outcomes; no_ties needs as many; draw from more")
        for player in range(len(game.players)):
            for _ in range(MAX_OWN):
                numbers_of = [low + each for each in numbers.several(count, size, apart)]
                rest = [[0] * count for _ in range(len(game.players) - player - 1)]
                if fits(game, player, numbers_of, partial(_paid, game, [*own, numbers_of, *rest])):
                    break
            else:
                raise UsageError(
                    f"found no payoffs of {game.players[player]} with {', '.join(draw.require or ())} in {MAX_OWN} draws; "
                    "ask for less, or draw from more numbers"
                )
            own.append(numbers_of)
        game = _paid(game, own)
    elif isinstance(game, (CoalitionalGame, WeightedVotingGame)):
        game = _of_members(game, draw.members or (), low, partial(numbers.below, size))
    else:
        raise UsageError(
            f"question {question.name}: payoffs of {model.name}, a game of the form {model.form.name}, cannot be drawn; "
            "expected a normal form, a tree, coalitions or votes; draw parameters with vary instead"
        )
    return Case(model, game, point.values, changed, True, given)


def _of_members(
    game: CoalitionalGame | WeightedVotingGame, members: Sequence[str], low: int, below: Callable[[], int]
) -> CoalitionalGame | WeightedVotingGame:
    """Return a game of a few members of a larger one, drawn anew.

    Seats get weights, and more than half of all decides. A coalition is worth what its best partition is, and a drawn number
    more: nobody loses by joining.
    """
    for name in members:
        known(name, game.players, "member")
    if not 2 <= len(members) <= MAX_MEMBERS:
        raise UsageError(f"found {len(members)} members; expected 2 to {MAX_MEMBERS} of {', '.join(game.players)}")
    if low < 0:
        raise UsageError(f"found numbers from {low}; expected 0 or more for what coalitions add, 1 or more for weights")
    if isinstance(game, WeightedVotingGame):
        weights = {name: Fraction(max(1, low + below())) for name in members}
        total = sum(weights.values())
        return WeightedVotingGame(total // 2 + 1, weights)
    worth: dict[frozenset[str], Fraction] = {frozenset(): Fraction(0)}
    for size in range(1, len(members) + 1):
        for group in combinations(members, size):
            parts = (frozenset(part) for k in range(1, size) for part in combinations(group, k))
            best = max((worth[part] + worth[frozenset(group) - part] for part in parts), default=Fraction(0))
            worth[frozenset(group)] = best + low + below()
    return CoalitionalGame(members, lambda coalition: worth[frozenset(coalition)])


def _paid(game: NormalFormGame | GameTree, payoffs: list[list[int]]) -> NormalFormGame | GameTree:
    """Return a game with other payoffs: one list for each player, in the order of profiles or of ends."""
    if isinstance(game, NormalFormGame):
        import numpy as np

        table = np.array([[Fraction(each) for each in own] for own in payoffs], dtype=object)
        return NormalFormGame(table.reshape(game.payoffs.shape), game.players, game.strategies)
    made: dict[int, Any] = {}
    sets = {index: each.label for each in game.information_sets for index in each.nodes}
    ends = {node.index: terminal(*row) for node, row in zip(game.terminals, zip(*payoffs, strict=True), strict=True)}
    for node in reversed(game.nodes):
        if node.index in ends:
            made[node.index] = ends[node.index]
            continue
        odds = node.probabilities or (None,) * len(node.children)
        branches = tuple(
            (label, p, made[child]) for label, p, child in zip(node.actions, odds, node.children, strict=True)
        )
        made[node.index] = Move(node.kind, node.player, sets.get(node.index), branches)
    return GameTree(game.players, made[0], game.title)


def known(name: str | None, among: Sequence[str], what: str) -> str:
    """Return a name that stands in a sheet, or say that it is not known."""
    if name is None:
        raise UsageError(f"found no {what}; expected one of {', '.join(among)}; add it")
    if name not in among:
        hint = did_you_mean(name, among)
        raise UsageError(f"unknown {what} {name!r}; expected one of {', '.join(among)}" + (f"; {hint}" if hint else ""))
    return name
