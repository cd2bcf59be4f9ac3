"""Points of a box at which several inequalities hold together, proposed in floats.

Random points of a grid, then moves of single coordinates that raise the smallest slack. What is found is a proposal:
the caller looks at the exact signs there.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.games.rational import Tree, tree
from detente.solve.parametric._float_signs import terms_of, values_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.parametric._float_signs import Terms

__all__ = ["WitnessSearch"]

#: Coordinates are multiples of one over this, in units of the range of their parameter.
GRID = 64
START, KEPT, ROUNDS, TRIES = 400, 6, 25, 40
#: Functions of trees and those of NumPy.
_UFUNCS = {"pow": "power", "exp": "exp", "log": "log", "abs": "absolute", "min": "minimum", "max": "maximum"}
#: Terms of all polynomials above which nothing is tried.
MOST_TERMS = 4000


class WitnessSearch:
    """Looks for points in a box of parameters.

    Parameters
    ----------
    generators : sequence of SymPy expressions
        What the variables of the polynomials stand for, in parameters alone.
    box : mapping
        Range of every parameter.
    """

    def __init__(self, generators: Sequence[Any], box: Mapping[str, tuple[Fraction, Fraction]]) -> None:
        import numpy as np

        self.box, self.trees = box, [tree(each) for each in generators]
        self.low = np.array([float(low) for low, _ in box.values()])
        self.width = np.array([float(high - low) for low, high in box.values()])
        used = {each.name for expression in generators for each in expression.free_symbols}
        self.moving = np.array([k for k, name in enumerate(box) if self.width[k] > 0 and name in used], dtype=int)
        self._terms: dict[Any, Terms] = {}
        generator = np.random.default_rng(0)
        self.start = generator.integers(0, GRID + 1, (START, len(box)))
        self.start[0] = GRID // 2
        self.moves = generator.integers(0, GRID + 1, (ROUNDS, KEPT * TRIES))
        self.axes = generator.integers(0, max(len(self.moving), 1), (ROUNDS, KEPT * TRIES))
        self.able = len(self.moving) > 0 and all(_is_plain(each) for each in self.trees)

    def find(self, wanted: Sequence[tuple[Any, Any, int]]) -> dict[str, Fraction] | None:
        """Return a point where every polynomial seems to have the sign asked for: (key, polynomial, 1 or -1) each."""
        import numpy as np

        parts = [(self._floats(key, polynomial), sign) for key, polynomial, sign in wanted]
        if not self.able or sum(len(terms.factors) for terms, _ in parts) > MOST_TERMS:
            return None
        at = self.start
        values = self._values(parts, at)
        scale = np.maximum(np.nanmax(np.abs(values), axis=1, keepdims=True), 1e-300)
        slack = _least(values / scale)
        for round_ in range(ROUNDS + 1):
            best = np.argsort(-slack, kind="stable")[:KEPT]
            if slack[best[0]] > 0:
                return self._point(at[best[0]])
            if round_ == ROUNDS:
                return None
            kept = at[best]
            tried = np.repeat(kept, -(-KEPT * TRIES // len(kept)), axis=0)[: KEPT * TRIES]
            rows = np.arange(len(tried))
            tried[rows, self.moving[self.axes[round_, : len(tried)]]] = self.moves[round_, : len(tried)]
            at = np.concatenate([kept, tried])
            slack = _least(self._values(parts, at) / scale)
        return None

    def _floats(self, key: Any, polynomial: Any) -> Terms:
        """Return a polynomial in floats."""
        if key not in self._terms:
            self._terms[key] = terms_of(polynomial)
        return self._terms[key]

    def _values(self, parts: Sequence[tuple[Terms, int]], at: Any) -> Any:
        """Return each polynomial at each point, with the sign that is wanted made positive."""
        import numpy as np

        columns = dict(zip(self.box, (self.low + self.width * (at / GRID)).T, strict=True))
        used = {k for terms, _ in parts for own in terms.powers for k, _ in own}
        with np.errstate(all="ignore"):
            x = {k: _floats(self.trees[k], columns) for k in used}
            return np.array([sign * values_at(terms, x, at.shape[0])[0] for terms, sign in parts])

    def _point(self, shares: Any) -> dict[str, Fraction]:
        return {
            name: low + (high - low) * Fraction(int(share), GRID)
            for (name, (low, high)), share in zip(self.box.items(), shares, strict=True)
        }


def _least(slacks: Any) -> Any:
    """Return the smallest slack at each point; what has no value is worst."""
    import numpy as np

    return np.nan_to_num(slacks, nan=-np.inf).min(axis=0)


def _is_plain(node: Tree) -> bool:
    """Return whether a tree can be computed at many points at once."""
    kind = node[0]
    if kind in "sn":
        return True
    if kind == "f":
        return node[1] in _UFUNCS and all(map(_is_plain, node[2]))
    return kind in "+*^" and all(map(_is_plain, node[1] if kind in "+*" else node[1:2]))


def _floats(node: Tree, columns: Mapping[str, Any]) -> Any:
    """Return a tree of :mod:`detente.games.rational` at many points at once."""
    import numpy as np

    kind = node[0]
    if kind == "s":
        return columns[node[1]]
    if kind == "n":
        return int(node[1].p) / int(node[1].q)
    if kind in "+*":
        parts = [_floats(each, columns) for each in node[1]]
        return sum(parts[1:], parts[0]) if kind == "+" else np.multiply.reduce(np.broadcast_arrays(*parts))
    if kind == "^":
        return np.asarray(_floats(node[1], columns), dtype=float) ** node[2]
    ufunc = getattr(np, _UFUNCS[node[1]])
    parts = [np.asarray(_floats(each, columns), dtype=float) for each in node[2]]
    return ufunc.reduce(np.broadcast_arrays(*parts)) if node[1] in {"min", "max"} else ufunc(*parts)
