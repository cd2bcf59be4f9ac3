"""That a pure profile is the only equilibrium of a two-player game, mixed equilibria included, as signs of polynomials.

Every extreme equilibrium is a pair of candidates of support enumeration
(:mod:`detente.solve.parametric.parametric_supports`); which of them exist is a matter of the signs of their weights and
slacks. A profile is the only equilibrium exactly where it is the only pair that exists: any other equilibrium is a
mixture of extreme ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from detente.conclusions._conditions import Conditions, Cube, Literal
from detente.conclusions.comparisons import Comparisons, as_conclusion
from detente.errors import UsageError

if TYPE_CHECKING:
    from detente.conclusions._forms import Values
    from detente.conclusions.conclusion import Conclusion
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric._two_player_atlas import Side

__all__ = ["SoleEquilibrium", "conditions_of"]

#: An expression by its index, or None for a constant, with the sign to read it with.
Sign = tuple[int | None, int]


@dataclass(frozen=True)
class _Candidate:
    """A mixed strategy of one player: its support, what ties identically, and the signs it depends on."""

    support: frozenset[int]
    closure: frozenset[int]
    weights: tuple[Sign, ...]
    slacks: dict[int, Sign]


def conditions_of(game: SymbolicGame, conclusion: Conclusion | Formula | str) -> Conditions:
    """Return a conclusion about a normal form as conditions on its parameters.

    Raises
    ------
    UsageError
        If it asks for a class of a game larger than 2x2, or for uniqueness with three players or more.
    """
    parsed = as_conclusion(game, conclusion)
    if parsed.kind in {"unique", "selected"} and game.shape != (2, 2):
        return SoleEquilibrium(game, parsed)
    return Comparisons(game, parsed)


class SoleEquilibrium(Conditions):
    """``unique:PROFILE``, or ``selected:PROFILE``, of a two-player game.

    In games larger than 2x2 a profile is selected where it is the only equilibrium; else nothing is.

    Raises
    ------
    UsageError
        If the game has more than two players.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[[2, 0], [3, 1], ["exit", "exit"]], [[2, 3], [0, 1], [0, 0]]], {"exit": (0, 2)})
    >>> c = SoleEquilibrium(s, "unique:2,2")
    >>> [c.truth({"exit": value}) for value in ("1/2", 1, 2)]
    [True, False, False]
    """

    def __init__(self, game: SymbolicGame, conclusion: Conclusion | Formula | str) -> None:
        from detente.solve.parametric._two_player_atlas import ParametricGame

        self.conclusion = as_conclusion(game, conclusion)
        if len(game.players) != 2:
            raise UsageError(
                f"found {len(game.players)} players; that an equilibrium is the only one, mixed ones included, is "
                "decided for two; ask set:PROFILE whether it is the only pure one"
            )
        super().__init__(game, self.conclusion.text)
        box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
        try:
            parametric = ParametricGame(game, box, settle=False)
        except ZeroDivisionError:
            raise UsageError("a payoff divides by zero for all values of the parameters; check its formula") from None
        ring = parametric.ring
        #: Where one of these is zero there is no game.
        self._divisors = [
            self._register(ring.expression(each))[0] for each in parametric.denominators if not each.is_constant()
        ]

        def candidate(side: Side) -> _Candidate:
            vertex = side.vertex
            slacks = {k: self._register(ring.expression(each)) for k, each in vertex.slacks.items()}
            weights = tuple(self._register(ring.expression(each)) for each in vertex.weights)
            return _Candidate(frozenset(vertex.support), side.closure, weights, slacks)

        self._sides = [[candidate(side) for side in own] for own in parametric.all_sides]
        self._finish()

    # -- evaluating -------------------------------------------------------------------------------------------

    def signs(self, values: Values) -> tuple[int, ...] | None:
        """Return the sign of every decisive expression, or None where there is no game."""
        found = super().signs(values)
        if found is None or any(at is not None and found[at] == 0 for at in self._divisors):
            return None
        return found

    def holds(self, signs: tuple[int, ...]) -> bool:
        """Return whether the profile is the only extreme equilibrium where the expressions have these signs."""
        if signs not in self._truth:
            self._truth[signs] = self._alone(signs)
        return self._truth[signs]

    def _alone(self, signs: tuple[int, ...]) -> bool:
        if any(at is not None and signs[at] == 0 for at in self._divisors):
            return False

        def read(sign: Sign) -> int:
            return sign[1] if sign[0] is None else sign[1] * signs[sign[0]]

        target = tuple(frozenset({own}) for own in self.conclusion.profiles[0])
        valid: list[list[tuple[frozenset[int], frozenset[int]]]] = []
        for own in self._sides:
            here = []
            for each in own:
                found = {read(weight) for weight in each.weights}
                if found not in ({1}, {-1}):
                    continue
                (turn,) = found
                slack = {k: read(sign) * turn for k, sign in each.slacks.items()}
                if all(value >= 0 for value in slack.values()):
                    here.append((each.support, each.closure | {k for k, value in slack.items() if value == 0}))
            valid.append(here)
        met = {(i, j) for i, to_x in valid[0] for j, to_y in valid[1] if i <= to_y and j <= to_x}
        return met == {target}

    # -- cubes ------------------------------------------------------------------------------------------------

    def cubes(self, wanted: bool) -> tuple[Cube, ...]:
        """Return conjunctions that cover every point at which the profile is the only equilibrium, or is not.

        Where it is, it is an equilibrium. Where it is not, either it is none, or another pair of candidates exists.
        """
        stable = self._stable()
        if wanted:
            return () if stable is None else (stable,)
        if stable is None:
            return ((),)
        found: dict[Cube, None] = {(Literal(each.index, -each.orient, True),): None for each in stable}
        target = tuple(frozenset({own}) for own in self.conclusion.profiles[0])
        pairs = [(x, y) for x, y in product(*self._sides) if (x.support, y.support) != target]
        for x, y in sorted(pairs, key=lambda pair: len(pair[0].support) + len(pair[1].support)):
            for turns in product((1, -1), repeat=2):
                first = self._exists(x, turns[0], y.support)
                second = self._exists(y, turns[1], x.support)
                if first is not None and second is not None:
                    found[tuple(dict.fromkeys((*first, *second)))] = None
        return tuple(found)

    def _stable(self) -> Cube | None:
        """Return that the profile is an equilibrium, None where constants refute it."""
        literals: list[Literal] = []
        profile = self.conclusion.profiles[0]
        for player, own in enumerate(profile):
            # The other player's pure strategy, held by the own one: its slacks are what deviations lose.
            side = next(
                each
                for each in self._sides[1 - player]
                if each.support == {profile[1 - player]} and own not in each.slacks
            )
            needed = self._exists(side, 1, frozenset({own}))
            if needed is None:
                return None
            literals += needed
        return tuple(dict.fromkeys(literals))

    @staticmethod
    def _exists(side: _Candidate, turn: int, met: frozenset[int]) -> list[Literal] | None:
        """Return that all weights have one sign, and that no reply is better than those in ``met``, which tie."""
        literals: dict[Literal, None] = {}
        for at, orient in side.weights:
            if at is None:
                if orient != turn:
                    return None
            else:
                literals[Literal(at, orient * turn, True)] = None
        for k, (at, orient) in side.slacks.items():
            ways = (1, -1) if k in met and k not in side.closure else (1,)
            for way in ways:
                if at is None:
                    if orient * turn * way < 0:
                        return None
                else:
                    literals[Literal(at, orient * turn * way, False)] = None
        return list(literals)
