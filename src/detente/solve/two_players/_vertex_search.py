"""Choose how the vertices of a best-response polytope are enumerated, and change the route where one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.solve.two_players._exact_pivoting import ExactSearch
from detente.solve.two_players._polytope import IntegerMatrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.solve.two_players._certified_search import CertifiedSearch

#: Up to this many labels pivoting in Python integers is as fast as anything that has to be loaded first.
SMALL = 10


class VertexSearch:
    """The vertices of ``{z >= 0, M z <= 1}``, by the fastest route that proves them complete.

    Small polytopes, very large ones, and those on which floating point cannot be certified are walked in integers,
    all others in certified floating point. All routes give the same set of vertices.

    Attributes
    ----------
    done : bool
        Whether all vertices are known.
    """

    def __init__(self, matrix: IntegerMatrix, route: str | None = None) -> None:
        self._matrix = matrix
        self._width = len(matrix[0])
        self.done = False
        self._vertices: tuple[list[int], list[int]] | None = None
        self._search: ExactSearch | CertifiedSearch = self._choose(route)

    def _choose(self, route: str | None) -> ExactSearch | CertifiedSearch:
        labels = self._width + len(self._matrix)
        if route == "exact" or (route is None and labels <= SMALL):
            return ExactSearch(self._matrix)
        from detente.solve.two_players._certified_search import MOST_LABELS, CertifiedSearch

        if labels > MOST_LABELS:
            return ExactSearch(self._matrix)
        return CertifiedSearch(self._matrix, {None: None, "numba": True, "numpy": False}[route])

    @property
    def count(self) -> int:
        """Bases visited so far; a vertex with ties has several."""
        return self._search.count

    def advance(self, limit: int) -> None:
        """Visit about ``limit`` more bases."""
        from detente.solve.two_players._certified_search import SearchFailed

        self._vertices = None
        try:
            self.done = self._search.advance(limit)
        except SearchFailed:
            self._search = ExactSearch(self._matrix)

    def vertices(self) -> tuple[list[int], list[int]]:
        """Return the masks of binding labels of the vertices found, each once, and a basis of each."""
        if self._vertices is None:
            self._vertices = self._search.vertices()
        return self._vertices

    def simple_vertices(self) -> NDArray[np.uint64] | None:
        """Return the masks of all vertices found as an array, where floating point has shown them free of ties."""
        return None if isinstance(self._search, ExactSearch) else self._search.simple_vertices()

    @property
    def degenerate(self) -> bool:
        """Whether more labels bind at some vertex found than a simple polytope allows."""
        if self.simple_vertices() is not None:
            return False
        labels, bases = self.vertices()
        return labels is not bases and any(mask.bit_count() > self._width for mask in labels)

    def game_labels(self, shift: int, total: int) -> list[int]:
        """Return the labels of the vertices in the numbering of the game: label k becomes ``(k - shift) % total``."""
        labels, _ = self.vertices()
        if shift == 0:
            return labels
        full = (1 << total) - 1
        return [mask >> shift | mask << total - shift & full for mask in labels]

    def basis(self, position: int) -> int:
        """Return the mask of a basis of the vertex at a position in ``vertices()``."""
        simple = self.simple_vertices()
        if simple is not None:
            return int(simple[position])
        return self.vertices()[1][position]
