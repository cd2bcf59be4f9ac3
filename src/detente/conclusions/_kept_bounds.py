"""Bounds of an expression and its slopes over box after box, most of which differ in few parameters from the last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.solve.parametric.intervals import Span, enclose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.games.rational import Tree
    from detente.solve.parametric.intervals import Known

__all__ = ["KeptBounds"]


class KeptBounds:
    """Encloses trees over a box; parts whose parameters have the ranges of the last box keep their bounds.

    Parameters
    ----------
    names : sequence of str
        The parameters of the trees.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from detente.formula import symbol
    >>> from detente.games.rational import fast, tree
    >>> x, y = symbol("x"), symbol("y")
    >>> one, two, three = (fast(Fraction(k)) for k in (1, 2, 3))
    >>> kept = KeptBounds(["x", "y"])
    >>> [kept.enclose(tree(x * y + x), {"x": (one, two), "y": (one, high)}) for high in (two, three)]
    [(2, 6), (2, 8)]
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.spans: dict[str, Span | None] = dict.fromkeys(names)
        self._known: Known = {}
        #: The parts that hold a parameter, by the keys under which bounds are kept.
        self._parts: dict[str, list[int | str]] = {name: [] for name in names}
        #: Parts seen so far with their parameters; a part is kept here so that its identity stays its own.
        self._seen: dict[int, tuple[Tree, frozenset[str]]] = {}

    def enclose(self, node: Tree, box: Mapping[str, Span]) -> Span:
        """Return bounds of a tree over a box, as :func:`detente.solve.parametric.intervals.enclose` does."""
        if id(node) not in self._seen:
            self._names(node)
        for name, before in self.spans.items():
            now = box[name]
            if now is not before and now != before:
                self.spans[name] = now
                for key in self._parts[name]:
                    self._known.pop(key, None)
        return enclose(node, box, known=self._known)

    def _names(self, node: Tree) -> frozenset[str]:
        """Return the parameters of a part, and note it under each of them."""
        seen = self._seen.get(id(node))
        if seen is not None:
            return seen[1]
        kind = node[0]
        found = frozenset({node[1]}) if kind == "s" else frozenset().union(*map(self._names, _inner(node)))
        self._seen[id(node)] = node, found
        for name in found:
            self._parts[name].append(node[1] if kind == "s" else id(node))
        return found


def _inner(node: Any) -> Iterator[Tree]:
    """Yield the parts right below one, conditions of cases among them."""
    kind = node[0]
    if kind in {"+", "*"}:
        yield from node[1]
    elif kind == "^":
        yield node[1]
    elif kind in {"f", "rel"}:
        yield from node[2] if kind == "f" else (node[2],)
    elif kind == "cases":
        yield from (part for pair in node[1] for part in pair)
    elif kind in {"and", "or", "not"}:
        yield from node[1:]
