"""All pure equilibria of many games at once, for any number of players."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.conclusions.ensemble.solve_batch import batch_of_games, check_relative, offsets_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["PureBatch", "pure_equilibria"]

#: Bytes of payoffs looked at in one go.
CACHE = 1 << 20


@dataclass(frozen=True, eq=False)
class PureBatch:
    """The pure equilibria of a batch of games of N players, one game after another.

    Attributes
    ----------
    counts : (batch,) int64
    offsets : (batch + 1,) int64
        Those of game g are ``profiles[offsets[g]:offsets[g + 1]]``.
    profiles : (total, N) int64
        Strategy indices, in lexicographic order within a game.
    stable : (batch, s1, .., sN) bool
        Which profiles are equilibria.
    tied : (batch,) bool
        Whether at some equilibrium a player has another best reply (within the tolerance).
    """

    counts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    profiles: NDArray[np.int64]
    stable: NDArray[np.bool_]
    tied: NDArray[np.bool_]

    def of(self, game: int) -> NDArray[np.int64]:
        """Return the profiles of one game: (count, N)."""
        return self.profiles[self.offsets[game] : self.offsets[game + 1]]

    def __repr__(self) -> str:
        return f"<PureBatch of {len(self.counts)} games: {len(self.profiles)} equilibria, {int(self.tied.sum())} tied>"


def pure_equilibria(payoffs: ArrayLike, *, relative: float = 1e-9) -> PureBatch:
    """Return all pure equilibria of every game of a batch, for any number of players.

    A deviation counts when it gains more than ``relative`` times the spread of the deviating player's payoffs in its
    game, as in :func:`detente.pure_equilibria` for float games; integer arrays are compared exactly.

    Parameters
    ----------
    payoffs : (batch, N, s1, .., sN) array
    relative : float

    Raises
    ------
    UsageError
        If the shape is no batch of games or an entry is not finite.

    Notes
    -----
    Cost: one vectorized pass over the table per player; all mixed equilibria are outside its scope.

    Examples
    --------
    >>> import numpy as np
    >>> hunt = np.array([[[4, 1], [3, 3]], [[4, 3], [1, 3]]])
    >>> pure_equilibria(hunt[None]).of(0).tolist()
    [[0, 0], [1, 1]]
    """
    import numpy as np

    check_relative(relative)
    whole = np.asarray(payoffs).dtype.kind in "iub"
    table = batch_of_games(payoffs)
    stable = np.empty((len(table), *table.shape[2:]), dtype=bool)
    tied = np.zeros(len(table), dtype=bool)
    step = max(1, CACHE // (8 * int(np.prod(table.shape[1:]))))
    for at in range(0, len(table), step):
        # Structure of arrays: every comparison runs along the games.
        own = np.ascontiguousarray(np.moveaxis(table[at : at + step], 0, -1))
        axes = tuple(range(own.ndim - 2))
        stays, alone = np.ones((2, *own.shape[1:]), dtype=bool)
        for player, x in enumerate(own):
            slack = 0.0 if whole else relative * (x.max(axis=axes) - x.min(axis=axes))
            best = x >= x.max(axis=player, keepdims=True) - slack
            stays &= best
            alone &= best.sum(axis=player, keepdims=True) == 1
        stable[at : at + step] = np.moveaxis(stays, -1, 0)
        tied[at : at + step] = np.any(stays & ~alone, axis=axes)
    where = np.argwhere(stable)
    counts = np.bincount(where[:, 0], minlength=len(table))
    return PureBatch(counts, offsets_of(counts), where[:, 1:], stable, tied)
