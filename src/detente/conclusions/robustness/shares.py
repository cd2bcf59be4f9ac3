"""From counts to shares: each conclusion under each prior, whatever is given, with its sampling error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import reader_of
from detente.conclusions.robustness.counting import MAX_TRUTHS
from detente.conclusions.robustness.statements import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.robustness.classifier import Classifier
    from detente.conclusions.robustness.evidence import Given

    Floats = NDArray[np.float64]

__all__ = ["Reading", "Share", "share_of"]


@dataclass(frozen=True)
class Share:
    """The share of draws in which a conclusion holds.

    Attributes
    ----------
    conclusion, prior : str
    given : str or None
        The condition; None where nothing is given.
    share : float or None
        None where no draw satisfies the condition.
    error : float or None
        Standard error of sampling; 0 where the share is proved.
    draws : float
        Draws that counted; with weights, how many unweighted ones are worth as much.
    vary : str
        ``all``, or which kind of parameters varied, the others held at their value.
    without : str or None
        The payoff term that was left out, as ``PLAYER.TERM``.
    constrained : bool
        False where the draws that the constraints reject count too.
    """

    conclusion: str
    prior: str
    given: str | None
    share: float | None
    error: float | None
    draws: float
    vary: str = "all"
    without: str | None = None
    constrained: bool = True


def share_of(
    weights: Floats, hits: Floats, squares: Floats, square_hits: Floats
) -> list[tuple[float | None, float | None, float]]:
    """Return (share, standard error, effective draws) from sums of weights over all draws and over those that hold.

    Parameters
    ----------
    weights, squares : numbers
        Sums of the weights and of their squares.
    hits, square_hits : (c,) arrays
        The same over the draws in which each conclusion holds.

    Notes
    -----
    With weights w and indicators h the share is p = sum(w h)/sum(w), a ratio whose variance is about
    sum(w**2 (h - p)**2)/sum(w)**2. Where every draw agrees that estimate would be 0; (k + 1)/(n + 2) in place of k/n
    keeps the error honest (Laplace's rule).
    """
    total, square = float(weights), float(squares)
    found: list[tuple[float | None, float | None, float]] = []
    for hit, square_hit in zip(hits, square_hits, strict=True):
        if total <= 0:
            found.append((None, None, 0.0))
            continue
        n = total * total / square
        p = min(1.0, max(0.0, float(hit) / total))
        variance = (float(square_hit) * (1 - p) ** 2 + (square - float(square_hit)) * p * p) / total**2
        if p in (0.0, 1.0):
            careful = (p * n + 1) / (n + 2)
            variance = careful * (1 - careful) / n
        found.append((p, math.sqrt(max(variance, 0.0)), n))
    return found


class Reading:
    """The counts of a run, read for conclusions and conditions.

    Parameters
    ----------
    counts : mapping
        As :class:`~detente.conclusions.robustness.counting.Job` returns them.
    classifier : Classifier
        Any of those that counted: codes mean the same to all.
    """

    def __init__(self, counts: Mapping[str, Any], classifier: Classifier) -> None:
        self.counts, self.classifier = counts, classifier
        self._known: dict[str, Any] = {}
        self._last: tuple[tuple[str, ...], Any] | None = None

    @cached_property
    def _codes(self) -> tuple[Any, Any]:
        import numpy as np

        codes, index = np.unique(self.counts["code"], return_inverse=True)
        return codes, index.reshape(-1)

    @cached_property
    def _reader(self) -> Any:
        return reader_of(self.classifier, self._codes[0])

    def seen(self, cases: Sequence[int]) -> list[Any]:
        """Return the codes that occur in some of the cases."""
        import numpy as np

        codes, index = self._codes
        return list(codes[np.unique(index[np.isin(self.counts["case"], cases)])].tolist())

    def follows(self, statement: str) -> Any:
        """Return for each code whether a statement that follows from the code holds there."""
        import numpy as np

        if statement not in self._known:
            codes, _ = self._codes
            self._known[statement] = np.ones(len(codes), dtype=bool) if statement == ALWAYS else self._reader(statement)
        return self._known[statement]

    def holds(self, statement: str, rows: slice) -> Any:
        """Return for each of the rows of the counts whether a statement holds there."""
        if statement in self.classifier.truths:
            bit = self.classifier.truths.index(statement)
            assert bit < MAX_TRUTHS
            return (self.counts["pattern"][rows] >> bit & 1).astype(bool)
        return self.follows(statement)[self._codes[1][rows]]

    def most(self, names: Sequence[str], cases: Sequence[int]) -> Floats:
        """Return the greatest share of each of these statements, which follow from the code, in any of the cases."""
        import numpy as np

        greatest = np.zeros(len(names))
        for case in cases:
            rows = self.rows(case)
            counts = self.counts["count"][rows].astype(np.float64)
            totals = np.bincount(self._codes[1][rows], counts, minlength=len(self._codes[0]))
            hits = np.array([totals[self.follows(name)].sum() for name in names])
            greatest = np.maximum(greatest, hits / max(1.0, counts.sum()))
        return greatest

    def rows(self, case: int) -> slice:
        """Return where the rows of a case stand."""
        import numpy as np

        first, last = np.searchsorted(self.counts["case"], [case, case + 1])
        return slice(int(first), int(last))

    def weights(self, given: Given | None, rows: slice) -> Floats:
        """Return the weight of each draw of the rows."""
        import numpy as np

        count = rows.stop - rows.start
        if given is None:
            return np.ones(count)
        total = np.zeros(count)
        for weight, statement in given.mixture:
            total += float(weight) * self.holds(statement, rows)
        return total

    def shares(
        self,
        case: int,
        conclusions: Sequence[str],
        given: Given | None = None,
        until: int | None = None,
        also: int | None = None,
    ) -> list[tuple[float | None, float | None, float]]:
        """Return (share, error, effective draws) of each conclusion in a case.

        ``until`` counts the stages up to that one; ``also`` names a case whose draws count too.
        """
        import numpy as np

        weights = squares = 0.0
        hits, square_hits = np.zeros((2, len(conclusions)))
        for each in (case,) if also is None else (case, also):
            rows = self.rows(each)
            count = self.counts["count"][rows].astype(np.float64)
            if until is not None:
                count = np.where(self.counts["stage"][rows] <= until, count, 0.0)
            weight = self.weights(given, rows)
            single = weight * count
            weights += float(single.sum())
            squares += float((weight * single).sum())
            found = self._sums(conclusions, rows, np.stack([single, weight * single]))
            hits += found[0]
            square_hits += found[1]
        return share_of(weights, hits, squares, square_hits)  # type: ignore[arg-type]

    def _sums(self, names: Sequence[str], rows: slice, amounts: Floats) -> Floats:
        """Return the sums of amounts, kinds of them by rows, where each statement holds: (kinds, names)."""
        import numpy as np

        codes, index = self._codes
        found = np.zeros((len(amounts), len(names)))
        own = [place for place, name in enumerate(names) if name not in self.classifier.truths]
        if own:
            # Most statements follow from the code, of which there are fewer than rows.
            table = self._table(tuple(names[place] for place in own))
            totals = np.stack([np.bincount(index[rows], each, minlength=len(codes)) for each in amounts])
            found[:, own] = (table @ totals.T).T
        for place, name in enumerate(names):
            if name in self.classifier.truths:
                found[:, place] = amounts[:, self.holds(name, rows)].sum(axis=1)
        return found

    def _table(self, names: tuple[str, ...]) -> Any:
        """Return which statements hold for which codes, as a sparse matrix of ones; the last answer is kept."""
        import numpy as np
        from scipy.sparse import csr_array

        if self._last is None or self._last[0] != names:
            # one row at a time: with thousands of codes, of which few have a statement, the whole is large
            places = [np.flatnonzero(self.follows(name)) for name in names]
            starts = np.cumsum([0, *map(len, places)])
            whole = np.concatenate(places)
            shape = len(names), len(self._codes[0])
            self._last = names, csr_array((np.ones(len(whole)), whole, starts), shape=shape)
        return self._last[1]
