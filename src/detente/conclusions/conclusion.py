"""Conclusions: statements about a game that are true or false at a point.

A conclusion is written ``equilibrium:PROFILE``, ``unique:PROFILE``, ``selected:PROFILE``,
``set:PROFILE;PROFILE``, ``dominant:PLAYER=STRATEGY``, ``class:NAME``, ``sign:FORMULA`` (FORMULA > 0) or ``none``
(no pure equilibrium). All of them depend only on the *signs* of differences between payoffs (and of one
product of differences for risk dominance), so they are evaluated on a :class:`Signs` view. A numeric game
gives such a view, and so does a line through the parameter box between two thresholds, which is why a
threshold is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import FormulaError, UsageError, did_you_mean
from detente.games.normal import deviations
from detente.solve.two_players.ordinal import TYPES, class_name, type_signs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from detente.games.normal import Profile

__all__ = ["Conclusion", "Signs", "describe_set", "parse_conclusion", "parse_profile"]

KINDS = ("equilibrium", "unique", "selected", "set", "dominant", "class", "sign", "none")


@dataclass(frozen=True)
class Conclusion:
    """A parsed conclusion: its kind, its text, and its parts.

    ``profiles`` are pure profiles as indices; ``player`` and ``strategy`` serve ``dominant``; ``name`` the class;
    ``formula`` the formula of ``sign``.
    """

    text: str
    kind: str
    profiles: tuple[Profile, ...] = ()
    player: int = 0
    strategy: int = 0
    name: str = ""
    formula: formula.Formula | None = None

    def holds(self, signs: Signs) -> bool:
        """Return whether the conclusion holds on a view of signs."""
        match self.kind:
            case "equilibrium":
                return signs.stable(self.profiles[0])
            case "none":
                return not signs.pure
            case "set":
                return set(self.profiles) == set(signs.pure)
            case "dominant":
                return signs.dominant(self.player, self.strategy)
            case "class":
                return signs.class_name == self.name
            case "sign":
                assert self.formula is not None
                return signs.formula_sign(self.formula) > 0
            case "unique":
                return signs.unique == self.profiles[0]
        return signs.selected == self.profiles[0]


class Signs:
    """The comparisons of payoffs at one point, or on one open piece of a line, as signs.

    Parameters
    ----------
    strategies : tuple of tuple of str
        Labels per player.
    players : tuple of str
        Names.
    compare : callable
        ``compare(player, a, b)`` is the sign (-1, 0, 1) of payoff(a) - payoff(b) of that player.
    risk : callable
        ``risk(a, b)`` is the sign of the product of deviation losses at a minus that at b (2x2 games).
    formula_sign : callable
        Sign of a formula.
    losses, sign : callable, optional
        ``losses(profile)`` is what deviations from a profile lose, and ``sign`` the sign of such a loss; by default
        ``compare`` tells.
    """

    def __init__(
        self,
        players: tuple[str, ...],
        strategies: tuple[tuple[str, ...], ...],
        compare: Callable[[int, Profile, Profile], int],
        risk: Callable[[Profile, Profile], int],
        formula_sign: Callable[[formula.Formula], int],
        losses: Callable[[Profile], Iterable[Any]] | None = None,
        sign: Callable[[Any], int] | None = None,
    ) -> None:
        self.players, self.strategies = players, strategies
        self.compare, self.risk, self.formula_sign = compare, risk, formula_sign
        self.losses, self.sign = losses or self._losses, sign or self._sign

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The number of strategies of each player."""
        return tuple(len(own) for own in self.strategies)

    @cached_property
    def pure(self) -> tuple[Profile, ...]:
        """All pure equilibria."""
        return tuple(
            profile
            for profile in product(*(range(size) for size in self.shape))
            if self.stable(profile)
        )

    def stable(self, profile: Profile) -> bool:
        """Return whether no deviation from a pure profile gains."""
        for loss in self.losses(profile):  # noqa: SIM110 - a loop takes half the time of all(), and tables are large
            if self.sign(loss) < 0:
                return False
        return True

    def strict(self, profile: Profile) -> bool:
        """Return whether every deviation from a pure profile loses."""
        return all(self.sign(loss) > 0 for loss in self.losses(profile))

    def _losses(self, profile: Profile) -> Iterator[tuple[int, Profile, Profile]]:
        for player, deviation in deviations(self.shape, profile):
            yield player, profile, deviation

    def _sign(self, loss: tuple[int, Profile, Profile]) -> int:
        return self.compare(*loss)

    def dominant(self, player: int, strategy: int) -> bool:
        """Return whether a strategy is strictly best whatever the others do."""
        others = [range(size) if index != player else (strategy,) for index, size in enumerate(self.shape)]
        return all(
            self.compare(player, profile, deviation) > 0
            for profile in product(*others)
            for each, deviation in deviations(self.shape, profile)
            if each == player
        )

    def _advantage(self, player: int, other: int) -> int:
        """Sign of what a player of a 2x2 game gains by the first strategy against strategy ``other``."""
        first, second = ((0, other), (1, other)) if player == 0 else ((other, 0), (other, 1))
        return self.compare(player, first, second)

    @property
    def two_by_two(self) -> bool:
        """True for two players with two strategies each."""
        return self.shape == (2, 2)

    @cached_property
    def tied(self) -> bool:
        """True in a 2x2 game where a player is indifferent against some pure strategy of the other."""
        return self.two_by_two and any(self._advantage(player, other) == 0 for player in (0, 1) for other in (0, 1))

    @cached_property
    def mixed(self) -> bool:
        """True in a 2x2 game where both players' comparisons have strictly opposite signs."""
        return self.two_by_two and all(self._advantage(player, 0) * self._advantage(player, 1) < 0 for player in (0, 1))

    @cached_property
    def unique(self) -> Profile | None:
        """The pure profile that is the only equilibrium, mixed ones included, or None.

        With ties the sign game, which has the same equilibria up to the weights inside each support, is
        enumerated exactly.
        """
        if len(self.pure) != 1:
            return None
        if not self.two_by_two:
            raise UsageError("that an equilibrium is the only one, mixed ones included, is decided for two players")
        if not self.tied:
            return None if self.mixed else self.pure[0]
        return self.pure[0] if sum(map(len, self._components)) == 1 else None

    @cached_property
    def _components(self) -> tuple[tuple[int, ...], ...]:
        """Components of extreme equilibria of the sign game of a 2x2 game."""
        from detente.games.normal import NormalFormGame
        from detente.solve.equilibria import equilibria

        table = [
            [[self._advantage(0, other) if own == 0 else 0 for other in (0, 1)] for own in (0, 1)],
            [[self._advantage(1, own) if other == 0 else 0 for other in (0, 1)] for own in (0, 1)],
        ]
        found = equilibria(NormalFormGame(table)).components
        assert found is not None
        return found

    @cached_property
    def continuum(self) -> bool:
        """True in a 2x2 game in which a whole segment of profiles are equilibria."""
        return self.tied and any(len(part) > 1 for part in self._components)

    @cached_property
    def selected(self) -> Profile | None:
        """The unique equilibrium, or of two strict ones of a 2x2 game the risk-dominant one, or None."""
        if len(self.pure) == 2 and self.two_by_two and all(map(self.strict, self.pure)):
            first, second = self.pure
            return {1: first, 0: None, -1: second}[self.risk(first, second)]
        return self.unique

    @property
    def class_name(self) -> str:
        """The named class of a 2x2 game."""
        return class_name(*self.types)

    @cached_property
    def types(self) -> tuple[str, str]:
        """The type of each player of a 2x2 game."""
        if not self.two_by_two:
            raise UsageError("classes are defined for 2x2 games")
        types = []
        for player in (0, 1):
            cells = ((0, 0), (1, 0), (0, 1), (1, 1))  # own strategy, then the other's
            r, t, s, p = (cell if player == 0 else (cell[1], cell[0]) for cell in cells)
            types.append(type_signs(*(self.compare(player, *pair) for pair in ((t, r), (p, s), (r, p)))))
        return types[0], types[1]


def describe_set(signs: Signs) -> tuple[str, ...]:
    """Return the set of equilibria in words: pure profiles, ``mixed``, and ``continuum`` where a segment joins some."""
    found = tuple(",".join(own[k] for own, k in zip(signs.strategies, profile, strict=True)) for profile in signs.pure)
    return found + (("mixed",) if signs.mixed else ()) + (("continuum",) if signs.continuum else ())


def _hinted(message: str, name: str, known: Iterable[str]) -> str:
    hint = did_you_mean(name, known)
    return f"{message}; {hint}" if hint else message


def parse_profile(text: str, players: Sequence[str], strategies: Sequence[Sequence[str]]) -> Profile:
    """Return a pure profile from ``STRATEGY,STRATEGY,..`` in player order or ``PLAYER=STRATEGY,..``."""
    parts = [part.strip() for part in text.split(",")]
    if any("=" in part for part in parts):
        chosen = {}
        for part in parts:
            player, _, strategy = (each.strip() for each in part.partition("="))
            if player not in players:
                found = f"unknown player {player!r} in {text!r}; expected {', '.join(players)}"
                raise UsageError(_hinted(found, player, players))
            if player in chosen:
                raise UsageError(f"found {player!r} twice in the profile {text!r}; expected each player once")
            chosen[player] = strategy
        if len(chosen) != len(players):
            missing = [player for player in players if player not in chosen]
            raise UsageError(f"found the profile {text!r}; expected also a strategy of {', '.join(missing)}")
        parts = [chosen[player] for player in players]
    if len(parts) != len(players):
        raise UsageError(
            f"found the profile {text!r}; expected {len(players)} strategies, one each for {', '.join(players)}"
        )
    profile = []
    for player, own, part in zip(players, strategies, parts, strict=True):
        if part not in own:
            raise UsageError(_hinted(f"unknown strategy {part!r} of {player}; expected {', '.join(own)}", part, own))
        profile.append(list(own).index(part))
    return tuple(profile)


def parse_conclusion(text: str, players: Sequence[str], strategies: Sequence[Sequence[str]]) -> Conclusion:
    """Return a conclusion from its text.

    Raises
    ------
    UsageError
        If the kind, a profile, a class or the formula is not understood.
    """
    kind, colon, rest = text.partition(":")
    kind, rest = kind.strip(), rest.strip()
    if kind not in KINDS or (kind == "none") == bool(colon):
        found = (
            f"found the conclusion {text!r}; expected one of equilibrium:PROFILE, unique:PROFILE, selected:PROFILE, "
            "set:PROFILE;PROFILE, dominant:PLAYER=STRATEGY, class:NAME, sign:FORMULA, none"
        )
        raise UsageError(_hinted(found, kind, KINDS))
    if kind in {"equilibrium", "unique", "selected"}:
        return Conclusion(text, kind, (parse_profile(rest, players, strategies),))
    if kind == "set":
        profiles = tuple(parse_profile(part, players, strategies) for part in rest.split(";") if part.strip())
        return Conclusion(text, kind, profiles)
    if kind == "dominant":
        player, _, strategy = (part.strip() for part in rest.partition("="))
        if player not in players:
            raise UsageError(f"unknown player {player!r} in {text!r}; expected {', '.join(players)}")
        index = list(players).index(player)
        if strategy not in strategies[index]:
            raise UsageError(f"unknown strategy {strategy!r} of {player}; expected {', '.join(strategies[index])}")
        return Conclusion(text, kind, player=index, strategy=list(strategies[index]).index(strategy))
    if kind == "class":
        known = {*TYPES, "stag_hunt", "tied"} - {"assurance"}
        parts = rest.split("/")
        if not (rest in known or (len(parts) == 2 and all(part in {*TYPES, "tied"} for part in parts))):
            found = f"unknown class {rest!r}; expected one of {', '.join(sorted(known))} or TYPE/TYPE"
            raise UsageError(_hinted(found, rest, known))
        return Conclusion(text, kind, name=class_name(*parts) if len(parts) == 2 else rest)
    if kind == "sign":
        try:
            return Conclusion(text, kind, formula=formula.parse(rest))
        except FormulaError as error:
            raise UsageError(f"in the conclusion {text!r}: {error}") from None
    return Conclusion(text, kind)
