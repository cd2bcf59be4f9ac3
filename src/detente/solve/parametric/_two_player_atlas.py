"""The regions of a two-player game: candidates of support enumeration put together, with their conditions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.solve.parametric._polynomial_ring import GameRing
from detente.solve.parametric.parametric_supports import common_denominator, primitive, support_vertices
from detente.solve.parametric.redundancy import Decider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric._regions import Condition
    from detente.solve.parametric.parametric_supports import Vertex

__all__ = ["Candidate", "ParametricGame", "Side"]


@dataclass(frozen=True, eq=False)
class Side:
    """A mixed strategy of ``player``; ``closure`` are all replies that tie identically, ``replies`` among them."""

    player: int
    vertex: Vertex
    closure: frozenset[int]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A profile that may be an equilibrium: one side per player, and polynomials that have to be zero for it."""

    sides: tuple[Side, Side]
    #: The polynomial, and for whom which strategy ties where it is zero.
    zeros: tuple[tuple[Any, int, int], ...] = ()

    @property
    def supports(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The strategies that each player mixes over."""
        return self.sides[0].vertex.support, self.sides[1].vertex.support


class ParametricGame:
    """A symbolic game as polynomials, with a decider over its box, and the candidates of both players.

    With ``settle`` False the candidates are right outside the box as well: divisors count with either sign.

    Raises
    ------
    ZeroDivisionError
        If a payoff divides by what is identically zero.
    """

    def __init__(
        self, game: SymbolicGame, box: Mapping[str, tuple[Fraction, Fraction]], *, settle: bool = True
    ) -> None:
        self.game, self.box = game, box
        self.ring = GameRing(game, list(game.payoffs.values()))
        cells = {index: self.ring.quotient(each) for index, each in game.payoffs.items()}
        self.denominators = [
            common_denominator([cells[index] for index in cells if index[0] == player], self.ring.one)
            for player in range(len(game.players))
        ]
        self.decide = Decider(self.ring, box, self.denominators)
        #: Payoffs times the common denominator of the player.
        self.numerators: dict[tuple[int, ...], Any] = {}
        #: Payoffs times something positive wherever they are defined: these decide who prefers what.
        self.scaled: dict[tuple[int, ...], Any] = {}
        for index, (top, bottom) in cells.items():
            common = self.denominators[index[0]]
            self.numerators[index] = top if bottom == common else top * (common / bottom)
            signs = self.decide.signs(common) - {0} if settle or common.is_constant() else set()
            turn = 1 if signs == {1} else -1 if signs == {-1} else common
            self.scaled[index] = self.numerators[index] * turn

    def zero(self, polynomial: Any) -> bool:
        """Return whether a polynomial is identically zero once derived names are replaced."""
        return not polynomial or not self.ring.sign_form(polynomial)

    def matrix(self, player: int) -> list[list[Any]]:
        """Return the scaled payoffs of a player of two by own strategy, then by the other's."""
        rows, columns = range(self.game.shape[player]), range(self.game.shape[1 - player])
        if player == 0:
            return [[self.scaled[0, i, j] for j in columns] for i in rows]
        return [[self.scaled[1, j, i] for j in columns] for i in rows]

    @cached_property
    def all_sides(self) -> tuple[list[Side], list[Side]]:
        """The candidates of both players for every set of replies, weights as they come: right at every point."""
        return self._sides(0, common=True), self._sides(1, common=True)

    @cached_property
    def sides(self) -> tuple[list[Side], list[Side]]:
        """The candidate mixed strategies of both players, each rational function once."""
        return self._sides(0), self._sides(1)

    def _sides(self, player: int, *, common: bool = False) -> list[Side]:
        """Return the candidates of a player; with ``common`` all of them, and factors that weights share kept."""
        found: dict[Any, Side] = {}
        for vertex in support_vertices(self.matrix(1 - player), self.ring.one):
            if any(map(self.zero, vertex.weights)) or self.zero(vertex.total):
                continue
            closure = frozenset(vertex.replies) | {k for k, slack in vertex.slacks.items() if self.zero(slack)}
            if common:
                found[vertex.support, vertex.replies] = Side(player, vertex, closure)
            elif (vertex.support, closure) not in found:
                found[vertex.support, closure] = Side(player, primitive(vertex), closure)
        return list(found.values())

    def candidates(self) -> Iterator[Candidate]:
        """Yield the profiles that are equilibria where inequalities hold, small supports first."""
        pairs = [
            Candidate((x, y))
            for x in self.sides[0]
            for y in self.sides[1]
            if set(x.vertex.support) <= y.closure and set(y.vertex.support) <= x.closure
        ]
        yield from sorted(pairs, key=lambda each: (sum(map(len, each.supports)), each.supports))

    def boundary_candidates(self) -> Iterator[Candidate]:
        """Yield the profiles that are equilibria only where one further irreducible polynomial is zero.

        A profile that is there the same as one of :meth:`candidates`, or as one before it, is left out.
        """
        from detente.solve.parametric._polynomial_ring import key_of, monic

        sides = self.all_sides
        regular: dict[Any, list[Candidate]] = {}
        for each in self.candidates():
            regular.setdefault(each.supports, []).append(each)
        for x, y in product(*sides):
            needed = [(y.vertex.slacks[k], 0, k) for k in x.vertex.support if k not in y.closure]
            needed += [(x.vertex.slacks[k], 1, k) for k in y.vertex.support if k not in x.closure]
            if not needed:
                continue
            common = self.ring.zero
            for slack, _, _ in needed:
                common = common.gcd(slack)
            for factor, _ in common.factor()[1] if not common.is_constant() else ():
                if 0 not in self.decide.signs(factor) or any(self._vanish(side, factor) for side in (x, y)):
                    continue
                known = tuple((factor, player, k) for _, player, k in needed)
                made = Candidate((x, y), known)
                others = regular.setdefault(made.supports, [])
                key = key_of(monic(factor)[1])
                if not any(
                    all(self._same(a, b, factor) for a, b in zip(made.sides, other.sides, strict=True))
                    for other in others
                    if not other.zeros or key_of(monic(other.zeros[0][0])[1]) == key
                ):
                    others.append(made)
                    yield made

    @staticmethod
    def _vanish(side: Side, factor: Any) -> bool:
        """Return whether some weight of a strategy is zero wherever a polynomial is."""
        return any(not each % factor for each in side.vertex.weights)

    @staticmethod
    def _same(one: Side, two: Side, factor: Any) -> bool:
        """Return whether two strategies with one support are equal wherever a polynomial is zero."""
        v, w = one.vertex.weights, two.vertex.weights
        return all(not (v[0] * b - w[0] * a) % factor for a, b in zip(v[1:], w[1:], strict=True))

    def conditions(self, candidate: Candidate) -> tuple[list[tuple[tuple[Any, ...], list[str]]], list[Condition]]:
        """Return the weights of both players with reasons, and the conditions relative to their signs."""
        from detente.solve.parametric._regions import Condition

        names, strategies = self.game.players, self.game.strategies
        vectors = []
        found = []
        for at, side in enumerate(candidate.sides):
            vertex, player, other = side.vertex, side.player, 1 - side.player
            played = [strategies[player][k] for k in vertex.support]
            reasons = [f"{names[player]} plays {name} with positive probability" for name in played]
            vectors.append((vertex.weights, reasons))
            known = {strategy for _, mixing, strategy in candidate.zeros if mixing == other}
            found += [
                Condition(slack, ">=", f"{names[other]} does not gain by {strategies[other][k]}", (at,))
                for k, slack in vertex.slacks.items()
                if k not in side.closure and k not in known
            ]
        if candidate.zeros:
            told = " and ".join(f"{names[player]} by {strategies[player][k]}" for _, player, k in candidate.zeros)
            found.append(Condition(candidate.zeros[0][0], "==", f"there is nothing to gain or lose for {told}"))
        return vectors, found

    def weights(self, side: Side) -> dict[str, Any]:
        """Return the strategy as SymPy probabilities by name, in lowest terms."""
        names = self.game.strategies[side.player]
        played = dict(zip(side.vertex.support, side.vertex.weights, strict=True))
        if len(played) == 1:
            return {name: int(k in played) for k, name in enumerate(names)}
        total = side.vertex.total
        return {name: self.ring.ratio(played[k], total) if k in played else 0 for k, name in enumerate(names)}

    def payoffs(self, candidate: Candidate) -> dict[str, Any]:
        """Return what both players get, as SymPy expressions in lowest terms."""
        if all(len(support) == 1 for support in candidate.supports):
            profile = tuple(support[0] for support in candidate.supports)
            return {name: self.game.payoff(i, profile) for i, name in enumerate(self.game.players)}
        found = {}
        for player, name in enumerate(self.game.players):
            own, other = candidate.sides[player].vertex, candidate.sides[1 - player].vertex
            first = own.support[0]
            top = sum(
                (
                    self.numerators[(player, *((first, j) if player == 0 else (j, first)))] * w
                    for j, w in zip(other.support, other.weights, strict=True)
                ),
                self.ring.zero,
            )
            found[name] = self.ring.ratio(top, other.total * self.denominators[player])
        return found
