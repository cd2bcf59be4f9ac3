"""An equilibrium for every support that carries one, in one population or two: a linear program per support."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import chain, combinations, product

from detente.solve.dynamics.populations import State

__all__ = ["restricted_equilibria"]

Matrix = list[list[Fraction]]


def restricted_equilibria(tables: Sequence[Matrix]) -> list[State]:
    """Return an equilibrium for every support that carries one, small supports first.

    ``tables`` has one payoff matrix (symmetric equilibria of one population) or two, own strategy first.

    Examples
    --------
    >>> one, two = Fraction(1), Fraction(2)
    >>> [[str(w) for w in state[0]] for state in restricted_equilibria([[[two, one], [one, two]]])]
    [['1', '0'], ['0', '1'], ['1/2', '1/2']]
    """
    sizes = [len(table) for table in tables]
    supports = [list(chain.from_iterable(combinations(range(n), k) for k in range(1, n + 1))) for n in sizes]
    found: list[State] = []
    for chosen in sorted(product(*supports), key=lambda each: sum(map(len, each))):
        parts = []
        for k, table in enumerate(tables):
            other = chosen[k] if len(tables) == 1 else chosen[1 - k]
            weights = _keeping(table, chosen[k], other)
            if weights is None:
                break
            parts.append(weights)
        else:
            found.append(tuple(reversed(parts)))
    return found


def _keeping(table: Matrix, best: tuple[int, ...], support: tuple[int, ...]) -> tuple[Fraction, ...] | None:
    """Return weights on exactly ``support`` against which the strategies ``best`` are best, None if there are none."""
    from detente.solve.programs.linear_program import maximize

    width = len(support)
    lead = table[best[0]]
    rows = {i: [table[i][j] - lead[j] for j in support] for i in range(len(table)) if i != best[0]}
    solution = maximize(
        [0] * width + [1],
        at_most=[
            *([-int(j == k) for k in range(width)] + [1] for j in range(width)),
            *([*row, 0] for i, row in rows.items() if i not in best),
        ],
        bounds=[0] * (width + sum(i not in best for i in rows)),
        equal=[*([*row, 0] for i, row in rows.items() if i in best), [1] * width + [0]],
        targets=[0] * sum(i in best for i in rows) + [1],
    )
    if solution.x is None or solution.x[-1] <= 0:
        return None
    full = [Fraction(0)] * len(table[0])
    for j, w in zip(support, solution.x[:-1], strict=True):
        full[j] = w
    return tuple(full)
