"""The intuitive criterion in signaling games with formulas as payoffs (Cho and Kreps 1987).

An equilibrium fails if, after a message that is not sent, the types that could gain from it under no best reply are
left out, and then some other type gains from every reply that is best against what is left.

References
----------
I.-K. Cho and D. M. Kreps (1987), "Signaling games and stable equilibria", Quarterly Journal of Economics 102.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from detente.solve.parametric.atlas_result import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.solve.parametric.signaling_game import SignalingGame

__all__ = ["removals"]


def removals(g: SignalingGame, m: int, values: Mapping[int, Any]) -> Iterator[tuple[Comparison, ...]]:
    """Yield conditions under which the criterion removes an equilibrium because of an unsent message: all of one tuple.

    ``m`` is the message, ``values`` what each type has in the equilibrium. For every set of types left: the others
    could gain from the message under no reply; and with beliefs on those left, some type among them gains from every
    reply that may be best.
    """
    kinds = tuple(range(len(g.types)))
    message = g.messages[m]

    def never(a: int, against: tuple[int, ...]) -> tuple[Comparison, ...]:
        """A reply that is best against no belief on some types."""
        why = f"{g.replies[a]} is not best after {message}"
        return tuple(Comparison(-g.gain(t, m, a), ">", why) for t in against)

    def gain(t: int, a: int, turn: int, why: str) -> Comparison:
        return Comparison(turn * (g.worth(t, m, a) - values[t]), ">", why)

    for size in range(1, len(kinds)):
        for left in combinations(kinds, size):
            gone = tuple(t for t in kinds if t not in left)
            lost = [
                (never(a, kinds), tuple(gain(t, a, -1, f"{g.types[t]} cannot gain by {message}") for t in gone))
                for a in (0, 1)
            ]
            for gainer in left:
                won = [
                    (never(a, left), (gain(gainer, a, 1, f"{g.types[gainer]} gains by {message}"),)) for a in (0, 1)
                ]
                # One of the two replies is always best: not both are never.
                for i, j, k, n in product((0, 1), repeat=4):
                    if (i or j) and (k or n):
                        yield (*lost[0][i], *lost[1][j], *won[0][k], *won[1][n])
