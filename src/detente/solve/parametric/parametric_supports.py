"""Support enumeration with symbols: all candidate equilibria of a parametric two-player game in closed form.

Let player 1 be indifferent among the strategies I while player 2 mixes over J, with |I| = |J| = k. With a first
strategy i0 of I, the weights y on J solve (A_i - A_i0) y = 0 for the other k - 1 strategies i of I: so they are
proportional to the maximal minors Y_j of that matrix, with alternating signs, and no division is needed. They form
a mixed strategy exactly where all Y_j have one strict sign; a strategy i outside I is then no better exactly where
W_i = (A_i0 - A_i) Y, a polynomial too, is zero or has that sign. Common factors of the Y_j are taken out first, so
that the formula is in lowest terms and is also right where such a factor vanishes.

A profile in which player 1 mixes over I and is held there by J', and player 2 over J, held by I', is an equilibrium
if I lies within the best replies to y and J within those to x. Off the zeros of polynomials that means I = I' and
J = J' (von Stengel 2002, theorem 2.9); where strategies tie identically or at a boundary there are further ones, and
every extreme equilibrium is such a pair (proposition 2.7 and section 2.6 there).

References
----------
B. von Stengel (2002), "Computing equilibria for two-person games", Handbook of Game Theory 3, ch. 45. R. Porter, E.
Nudelman, Y. Shoham (2008), "Simple search methods for finding a Nash equilibrium", Games and Economic Behavior 63.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Vertex", "primitive", "support_vertices"]

Matrix = list[list[Any]]


@dataclass(frozen=True, eq=False)
class Vertex:
    """A mixed strategy of one player, as the other player's indifference determines it.

    ``support`` are the strategies mixed, ``replies`` those of the other player between which it makes indifferent;
    ``weights`` are polynomials proportional to the probabilities on ``support``, and ``slacks`` polynomials that tell,
    for each strategy of the other player outside ``replies``, how much worse it is, in the same proportion. All signs
    count relative to the common sign of the weights.
    """

    support: tuple[int, ...]
    replies: tuple[int, ...]
    weights: tuple[Any, ...]
    slacks: dict[int, Any]

    @property
    def total(self) -> Any:
        """The sum of the weights, by which they are divided."""
        return sum(self.weights[1:], self.weights[0])


def support_vertices(payoffs: Matrix, one: Any) -> Iterator[Vertex]:
    """Yield the candidate mixed strategies against one player, for all supports and all sets of replies.

    Parameters
    ----------
    payoffs : matrix of polynomials
        Payoffs of the player who is made indifferent, by own strategy, then by strategy of the one who mixes.
    one : polynomial
        The constant 1 of the ring.

    Notes
    -----
    ``weights`` may have common factors (see :func:`primitive`). Candidates with a weight that is identically zero
    have been left out: they belong to smaller supports, or no strategy is determined. Minors are shared: all supports
    of an n x n game take O(8^n) products.
    """
    rows, columns = len(payoffs), len(payoffs[0])
    for size in range(1, min(rows, columns) + 1):
        for replies in combinations(range(rows), size):
            first = payoffs[replies[0]]
            differences = [[a - b for a, b in zip(payoffs[i], first, strict=True)] for i in replies[1:]]
            minors = _minors(differences, columns, one)
            outside = [
                (i, [b - a for a, b in zip(payoffs[i], first, strict=True)]) for i in range(rows) if i not in replies
            ]
            for support in combinations(range(columns), size):
                weights = []
                for position in range(size):
                    minor = minors[(*support[:position], *support[position + 1 :])]
                    if not minor:
                        break
                    weights.append(-minor if position % 2 else minor)
                else:
                    slacks = {
                        i: sum((line[j] * w for j, w in zip(support[1:], weights[1:], strict=True)),
                               line[support[0]] * weights[0])
                        for i, line in outside
                    }  # fmt: skip
                    yield Vertex(support, replies, tuple(weights), slacks)


def _minors(matrix: Matrix, columns: int, one: Any) -> dict[tuple[int, ...], Any]:
    """Return all maximal minors of a matrix by their columns, by expansion along one row after the other."""
    minors: dict[tuple[int, ...], Any] = {(): one}
    for depth, row in enumerate(matrix, start=1):
        larger: dict[tuple[int, ...], Any] = {}
        for chosen in combinations(range(columns), depth):
            total = None
            for position, column in enumerate(chosen):
                entry, minor = row[column], minors[(*chosen[:position], *chosen[position + 1 :])]
                if not entry or not minor:
                    continue
                term = entry * minor
                if (depth - 1 - position) % 2:
                    term = -term
                total = term if total is None else total + term
            larger[chosen] = one - one if total is None else total
        minors = larger
    return minors


def primitive(vertex: Vertex) -> Vertex:
    """Return a candidate with the common factors of its weights taken out, the first coefficient positive."""
    from detente.solve.parametric._polynomial_ring import monic

    common = vertex.weights[0]
    for each in vertex.weights[1:]:
        if common.is_constant():
            break
        common = common.gcd(each)
    unit = monic(vertex.weights[0] / common)[0]
    common = common * unit
    if common.is_one():
        return vertex
    return Vertex(
        vertex.support,
        vertex.replies,
        tuple(each / common for each in vertex.weights),
        {i: each / common for i, each in vertex.slacks.items()},
    )


def common_denominator(cells: Sequence[tuple[Any, Any]], one: Any) -> Any:
    """Return the least common multiple of the denominators of quotients."""
    common = one
    for _, bottom in cells:
        if not bottom.is_one() and bottom != common:
            common = common * (bottom / common.gcd(bottom))
    return common
