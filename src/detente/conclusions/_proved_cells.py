"""A box of two parameters cut into pieces on each of which what holds there is proved, and pieces where it is open.

Where an expression is not rational, there is no point in every cell between its curves to be had from resultants. So
the box is cut into four again and again: on a piece, an expression whose enclosure leaves out 0 has one sign. What
holds on the piece is proved once it is the same whatever the signs are that are still open; these are few, for what is
settled on a piece is settled on its parts. Pieces left when the budget is spent are open; those that a curve passes
through always are, so a thin band around every curve remains.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions._forms import form_of
from detente.games.rational import NotRational, fast
from detente.solve.parametric.intervals import enclose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Piece", "ProvedCells", "proved_cells"]

#: Cuts in two of each parameter, at most.
DEPTH = 8
#: Signs that are asked for, at most.
BUDGET = 60_000
#: Expressions with open signs up to which all combinations are tried.
_OPEN = 3

#: The ends of a piece: left, right, bottom, top.
Piece = tuple[Fraction, Fraction, Fraction, Fraction]


@dataclass(frozen=True)
class ProvedCells:
    """What was proved: a point for everything that holds on a piece, the open pieces, and the share that is proved."""

    witnesses: dict[Any, dict[str, Fraction]]
    undecided: tuple[Piece, ...]
    share: Fraction


def proved_cells(
    expressions: Sequence[Any],
    names: tuple[str, str],
    box: Mapping[str, tuple[Fraction, Fraction]],
    state: Callable[[tuple[int, ...]], Any],
    *,
    depth: int = DEPTH,
    budget: int = BUDGET,
) -> ProvedCells:
    """Return where it is proved what holds.

    Parameters
    ----------
    expressions : sequence of SymPy expressions
        In the two parameters; their signs decide.
    state : callable
        From the signs to what holds, None where there is no game.
    """
    (left, right), (bottom, top) = (box[name] for name in names)
    forms = [form_of(each) for each in expressions]
    whole = (right - left) * (top - bottom)
    open_: tuple[int | None, ...] = (None,) * len(forms)
    queue: deque[tuple[Piece, int, tuple[int | None, ...]]] = deque([((left, right, bottom, top), 0, open_)])
    witnesses: dict[Any, dict[str, Fraction]] = {}
    undecided: list[Piece] = []
    proved = Fraction(0)
    spent = 0
    while queue:
        piece, cuts, signs = queue.popleft()
        a, b, c, d = piece
        if spent >= budget:
            undecided.append(piece)
            continue
        here = {names[0]: (fast(a), fast(b)), names[1]: (fast(c), fast(d))}
        spent += signs.count(None)
        signs = tuple(_sign(form, here) if known is None else known for form, known in zip(forms, signs, strict=True))
        found = _states(signs, state)
        if len(found) == 1:
            proved += (b - a) * (d - c)
            (only,) = found
            if only is not None:
                witnesses.setdefault(only, {names[0]: (a + b) / 2, names[1]: (c + d) / 2})
            continue
        if cuts >= depth:
            undecided.append(piece)
            continue
        x, y = (a + b) / 2, (c + d) / 2
        parts = ((a, x, c, y), (x, b, c, y), (a, x, y, d), (x, b, y, d))
        queue.extend((part, cuts + 1, signs) for part in parts)
    return ProvedCells(witnesses, tuple(undecided), proved / whole)


def _states(signs: tuple[int | None, ...], state: Callable[[tuple[int, ...]], Any]) -> set[Any]:
    """Return what may hold where the signs that are None may be any; more than one thing where these are many."""
    left = [k for k, sign in enumerate(signs) if sign is None]
    if len(left) > _OPEN:
        return {None, "open"}
    found: set[Any] = set()
    for chosen in product((-1, 0, 1), repeat=len(left)):
        filled = dict(zip(left, chosen, strict=True))
        found.add(state(tuple(filled[k] if sign is None else sign for k, sign in enumerate(signs))))
        if len(found) > 1:
            break
    return found


def _sign(form: Any, box: Mapping[str, tuple[Any, Any]]) -> int | None:
    """Return the one sign that an expression is proved to have on a piece, None where it is open."""
    try:
        low, high = enclose(form.tree, box)
    except NotRational:
        return None
    if low > 0 or high < 0:
        return 1 if low > 0 else -1
    if low == high == 0:
        return 0
    own = {name: box[name] for name in form.names}
    least = form.extreme(own, high=False, known={})
    if least is not None and least > 0:
        return 1
    most = form.extreme(own, high=True, known={})
    return -1 if most is not None and most < 0 else None
