"""Exact conditions on what a player prefers: a strategy over another, a best reply, a dominant strategy, complements.

Each is a conjunction of signs of payoff differences. What the box or the others prove is left out, and the status over
the box is proved (``always``, ``never``) or witnessed (``conditional``), as in an atlas.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.parametric._regions import Condition, settle
from detente.solve.parametric._two_player_atlas import ParametricGame
from detente.solve.supermodular import steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric.atlas_result import Comparison

__all__ = ["Gain", "Preference", "Preferences"]


@dataclass(frozen=True)
class Gain:
    """One payoff difference of a condition, with where it comes from.

    ``cases`` are the profiles that give this difference, of all players, with the strategy that is preferred.
    ``needed`` says whether it is among those that the box and the other differences do not prove.
    """

    expression: Any
    over: str
    cases: tuple[tuple[str, ...], ...]
    signs: frozenset[int]
    needed: bool


@dataclass(frozen=True)
class Preference:
    """A conjunction of payoff differences that are to be positive (``>``) or not negative (``>=``).

    ``status`` is ``always``, ``never``, ``conditional`` or ``undecided`` over the box; ``left`` are the comparisons
    that are left of the condition; ``held`` and ``failed`` are exact points.
    """

    player: str
    strategy: str
    relation: str
    gains: tuple[Gain, ...]
    status: str
    left: tuple[Comparison, ...]
    held: Mapping[str, Fraction] | None = field(default=None, repr=False)
    failed: Mapping[str, Fraction] | None = field(default=None, repr=False)

    @property
    def condition(self) -> Any:
        """The condition as SymPy: true or false where the box settles it."""
        import sympy

        if self.status in {"always", "never"}:
            return sympy.true if self.status == "always" else sympy.false
        return sympy.And(*(each.sympy for each in self.left))


class Preferences:
    """What the players of a parametric game prefer, over its box.

    Parameters
    ----------
    game : SymbolicGame
        Payoffs rational in the parameters, or with parts that can be enclosed.
    over : sequence of str, optional
        Parameters that vary; the others stay at ``at``. By default all vary.
    at : mapping, optional
        Values of those that do not, by default their baseline.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (1, 2)})
    >>> Preferences(s).dominant(0, 1).status, Preferences(s).complements(0).status
    ('always', 'always')
    """

    def __init__(
        self, game: SymbolicGame, over: Sequence[str] | None = None, at: Mapping[str, object] | None = None
    ) -> None:
        point = game.point(at)
        names = set(game.parameters) if over is None else set(over)
        unknown = sorted(names - set(game.parameters))
        if unknown:
            raise UsageError(f"unknown parameter {unknown[0]!r}; expected one of {', '.join(game.parameters)}")
        self.game = game
        self.box = {
            name: (each.low, each.high) if name in names else (point[name], point[name])
            for name, each in game.parameters.items()
        }
        try:
            self.parametric = ParametricGame(game, self.box)
        except ZeroDivisionError:
            raise UsageError(
                "a payoff divides by zero for all values of the parameters; check its formula"
            ) from None

    def dominant(self, player: int, strategy: int) -> Preference:
        """Return when a strategy is strictly dominant: better than each other one whatever the others do."""
        others = [range(size) if k != player else (strategy,) for k, size in enumerate(self.game.shape)]
        return self._preference(player, strategy, product(*others), ">")

    def better(self, player: int, strategy: int, other: int) -> Preference:
        """Return when a strategy is better than another one whatever the others do."""
        others = [range(size) if k != player else (strategy,) for k, size in enumerate(self.game.shape)]
        return self._preference(player, strategy, product(*others), ">", (other,))

    def best_reply(self, player: int, profile: Profile) -> Preference:
        """Return when a player's strategy in a profile is a best reply to the others' strategies in it."""
        return self._preference(player, profile[player], [profile], ">=")

    def equilibrium(self, profile: Profile) -> Preference:
        """Return when a pure profile is an equilibrium."""
        found: dict[Any, list[tuple[str, Profile]]] = {}
        polynomials = {}
        for player in range(len(self.game.shape)):
            for key, (polynomial, cases) in self._differences(player, [profile], None).items():
                polynomials[player, key] = polynomial
                found[player, key] = [(f"{self.game.players[player]}: {over}", case) for over, case in cases]
        return self._settled("", "", ">=", polynomials, found)

    def strictly_somewhere(self, profile: Profile) -> str:
        """Return whether a pure profile is a strict equilibrium all over the box, on a part, nowhere, or ``undecided``.

        Payoffs that are equal throughout the box do not count: what is left out is where an equilibrium needs a tie.

        Examples
        --------
        >>> from detente.games.symbolic import SymbolicGame
        >>> s = SymbolicGame([[["b", 0], [0, "b - 2"]], [["b", 0], [0, "b - 2"]]], parameters={"b": (1, 3)})
        >>> [Preferences(s).strictly_somewhere(each) for each in ((0, 0), (0, 1), (1, 1))]
        ['always', 'never', 'conditional']
        """
        from detente.solve.parametric.redundancy import Atom

        gains = [
            gain
            for player in range(len(self.game.shape))
            for gain, _ in self._differences(player, [profile], None).values()
            if not self.parametric.zero(gain)
        ]
        return self.parametric.decide.verdict((Atom(gain, ">", "") for gain in gains), reduce=False).status

    def complements(self, player: int | None = None) -> Preference:
        """Return when strategies are complements for a player, or for all: the game is then supermodular.

        ``over`` of a gain names the players whose step up it follows.
        """
        polynomials: dict[Any, Any] = {}
        found: dict[Any, list[tuple[str, Profile]]] = {}
        scaled = _Scaled(self.parametric)
        for each in steps(scaled, player):
            if self.parametric.zero(each.value):
                continue
            key = (each.player, _key(each.value))
            polynomials[key] = each.value
            names = self.game.players
            found.setdefault(key, []).append((names[each.other], each.profile))
        whose = "" if player is None else self.game.players[player]
        return self._settled(whose, "", ">=", polynomials, found)

    # ---------------------------------------------------------------------------------------------- parts

    def _differences(
        self, player: int, profiles: Iterable[Profile], others: Sequence[int] | None
    ) -> dict[Any, tuple[Any, list[tuple[str, Profile]]]]:
        """Return the different payoff differences, each with the strategies and profiles that give it."""
        scaled = self.parametric.scaled
        found: dict[Any, tuple[Any, list[tuple[str, Profile]]]] = {}
        for profile in profiles:
            for other in range(self.game.shape[player]) if others is None else others:
                if other == profile[player]:
                    continue
                deviation = (*profile[:player], other, *profile[player + 1 :])
                gain = scaled[player, *profile] - scaled[player, *deviation]
                name = self.game.strategies[player][other]
                found.setdefault(_key(gain), (gain, []))[1].append((name, profile))
        return found

    def _preference(
        self,
        player: int,
        strategy: int,
        profiles: Iterable[Profile],
        relation: str,
        others: Sequence[int] | None = None,
    ) -> Preference:
        differences = self._differences(player, profiles, others)
        polynomials = {key: gain for key, (gain, _) in differences.items()}
        cases = {key: own for key, (_, own) in differences.items()}
        names = self.game.players[player], self.game.strategies[player][strategy]
        return self._settled(*names, relation, polynomials, cases)

    def _settled(
        self,
        player: str,
        strategy: str,
        relation: str,
        polynomials: Mapping[Any, Any],
        cases: Mapping[Any, Sequence[tuple[str, Profile]]],
    ) -> Preference:
        decide, ring = self.parametric.decide, self.parametric.ring
        conditions = [Condition(gain, relation, str(k)) for k, gain in enumerate(polynomials.values())]
        settled = settle(decide, (), conditions)
        kept = {each.why for each in settled.left}
        gains = []
        for k, (key, gain) in enumerate(polynomials.items()):
            own = cases[key]
            gains.append(
                Gain(
                    ring.expression(gain),
                    ", ".join(dict.fromkeys(over for over, _ in own)),
                    tuple(self.game_labels(case) for _, case in own),
                    decide.signs(gain),
                    settled.verdict.status == "never" or str(k) in kept,
                )
            )
        verdict = settled.verdict
        return Preference(
            player, strategy, relation, tuple(gains), verdict.status, settled.left, verdict.holds_at, verdict.fails_at
        )

    def game_labels(self, profile: Profile) -> tuple[str, ...]:
        """Return a profile as labels."""
        return tuple(own[k] for own, k in zip(self.game.strategies, profile, strict=True))


class _Scaled:
    """The payoffs of a parametric game as polynomials, for functions of normal forms."""

    def __init__(self, parametric: ParametricGame) -> None:
        self.parametric, self.shape = parametric, parametric.game.shape

    def profiles(self) -> Iterable[Profile]:
        return self.parametric.game.profiles()

    def payoff(self, player: int, profile: Profile) -> Any:
        return self.parametric.scaled[player, *profile]


def _key(polynomial: Any) -> Any:
    from detente.solve.parametric._polynomial_ring import key_of

    return key_of(polynomial)
