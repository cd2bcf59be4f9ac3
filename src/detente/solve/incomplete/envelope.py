"""Which action is best at which probability of punishment: the upper envelope of lines.

An action pays ``base - exposure * q`` when punishment comes with probability q. Over q from 0 to 1 the best action
runs through actions of falling exposure; the probabilities at which it changes are ratios of payoff differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.games.incomplete import GlobalGame

__all__ = ["Envelope", "SymbolicEnvelope", "envelope", "symbolic_envelopes"]


@dataclass(frozen=True)
class Envelope:
    """Actions in the order in which they are best as q rises, with the cutoffs between them.

    Attributes
    ----------
    actions : tuple of str
        Those that are best on an interval of positive length.
    cutoffs : tuple of Fraction
        One fewer: the probabilities at which a member is indifferent between neighbors, rising, within (0, 1).
    tied : tuple of str
        Actions that are best at some q but on no interval of their own.
    """

    actions: tuple[str, ...]
    cutoffs: tuple[Fraction, ...]
    tied: tuple[str, ...]


def envelope(game: GlobalGame) -> Envelope:
    """Return the best actions over all probabilities of punishment, exactly.

    Of two actions with the same line the one listed first is named.

    Examples
    --------
    >>> from detente.games.incomplete import GlobalGame
    >>> game = GlobalGame({"refuse": 0, "comply": "-1/4"}, {"refuse": 1}, {"refuse": 1}, 1)
    >>> found = envelope(game)
    >>> found.actions, found.cutoffs
    (('refuse', 'comply'), (Fraction(1, 4),))
    """
    crossings = {Fraction(0), Fraction(1)}
    for a, b in combinations(game.actions, 2):
        slope = game.exposure[a] - game.exposure[b]
        if slope:
            at = (game.base[a] - game.base[b]) / slope
            if 0 < at < 1:
                crossings.add(at)
    points = sorted(crossings)
    pieces: list[tuple[str, Fraction]] = []  # the action and where it begins to be best
    for low, high in pairwise(points):
        middle = (low + high) / 2
        best = max(game.actions, key=lambda name: game.payoff(name, middle))
        if not pieces or pieces[-1][0] != best:
            pieces.append((best, low))
    named = tuple(name for name, _ in pieces)
    tied = tuple(
        name
        for name in game.actions
        if name not in named
        and any(game.payoff(name, q) == max(game.payoff(other, q) for other in game.actions) for q in points)
    )
    return Envelope(named, tuple(start for _, start in pieces[1:]), tied)


@dataclass(frozen=True)
class SymbolicEnvelope:
    """One order of best actions, with the cutoffs as formulas and the conditions under which it is the envelope.

    ``conditions`` are expressions that all have to be positive.
    """

    actions: tuple[str, ...]
    cutoffs: tuple[Any, ...]
    conditions: tuple[Any, ...]

    def critical(self, load: Mapping[str, Any]) -> Any:
        """Return the sum of loads, each weighted with the length of its interval: the critical strength."""
        ends = (0, *self.cutoffs, 1)
        return sum(load[name] * (ends[k + 1] - ends[k]) for k, name in enumerate(self.actions))


def symbolic_envelopes(base: Mapping[str, Any], exposure: Mapping[str, Any]) -> Iterator[SymbolicEnvelope]:
    """Yield every order of actions (as listed, exposure falling) that may be the envelope.

    The cutoffs rise within (0, 1), and every other action lies below the envelope at every cutoff and at both ends; as
    lines are below a convex function on an interval if they are so at the kinks, that decides it.

    Examples
    --------
    >>> import sympy
    >>> c, t = sympy.symbols("c t")
    >>> *alone, case = symbolic_envelopes({"refuse": 0, "comply": -c}, {"refuse": t, "comply": 0})
    >>> case.cutoffs, case.critical({"refuse": 1, "comply": 0})
    ((c/t,), c/t)
    >>> [each.actions for each in alone]
    [('refuse',), ('comply',)]
    """
    import sympy

    names = list(base)
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            steps = [(a, b, sympy.together(exposure[a] - exposure[b])) for a, b in pairwise(chosen)]
            cutoffs = [sympy.together((base[a] - base[b]) / steeper) for a, b, steeper in steps]
            ends = [0, *cutoffs, 1]
            conditions: list[Any] = [steeper for _, _, steeper in steps]
            if cutoffs:
                conditions += [sympy.together(high - low) for low, high in pairwise(ends)]
            for other in names:
                if other in chosen:
                    continue
                for k, q in enumerate(ends):
                    own = chosen[min(k, size - 1)]
                    gap = base[own] - exposure[own] * q - base[other] + exposure[other] * q
                    conditions.append(sympy.together(gap))
            yield SymbolicEnvelope(chosen, tuple(cutoffs), tuple(conditions))
