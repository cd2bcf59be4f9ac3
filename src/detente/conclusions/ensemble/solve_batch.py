"""All equilibria of many two-player games at once."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["ENGINES", "BatchEquilibria", "all_equilibria", "batch_of_games", "check_relative", "offsets_of"]

ENGINES = ("numba", "numpy")
MAX_STRATEGIES = 5
#: Games times pairs of supports from which on it pays to load numba, which takes a second, if it is not loaded yet.
WORTH_LOADING = 5_000_000


@dataclass(frozen=True, eq=False)
class BatchEquilibria:
    """The equilibria of a batch of two-player games, one game after another.

    Attributes
    ----------
    counts : (batch,) int64
        Number of equilibria of each game; of a tied game, of its extreme equilibria.
    offsets : (batch + 1,) int64
        Those of game g are ``profiles[offsets[g]:offsets[g + 1]]``.
    profiles : (total, 2, max(m, n)) float64
        Probabilities of the row player's, then of the column player's strategies, padded with zeros. Games without
        ties: by size of the supports, then by the row player's, then by the column player's support. Tied games: in the
        order of the exact enumerator.
    tied : (batch,) bool
        True where some equilibrium leaves a player a best reply outside its support (so in every game with infinitely
        many), or where payoffs moved by the tolerance could make it so.
    enumerated : (batch,) bool
        The tied games whose signs float64 could not settle, solved one by one in exact arithmetic.
    engine : str
        ``numba`` or ``numpy``; the numbers are the same.
    """

    counts: NDArray[np.int64]
    offsets: NDArray[np.int64]
    profiles: NDArray[np.float64]
    tied: NDArray[np.bool_]
    enumerated: NDArray[np.bool_]
    engine: str

    def of(self, game: int) -> NDArray[np.float64]:
        """Return the profiles of one game: (count, 2, max(m, n))."""
        return self.profiles[self.offsets[game] : self.offsets[game + 1]]

    @property
    def game(self) -> NDArray[np.int64]:
        """The game of each profile: (total,)."""
        import numpy as np

        return np.repeat(np.arange(len(self.counts)), self.counts)

    def __repr__(self) -> str:
        found = f"{len(self.profiles)} equilibria, {int(self.tied.sum())} tied"
        return f"<BatchEquilibria of {len(self.counts)} games: {found}>"


def all_equilibria(
    payoffs: ArrayLike,
    *,
    relative: float = 1e-9,
    exact: Callable[[int], tuple[Any, Any]] | None = None,
    engine: str | None = None,
) -> BatchEquilibria:
    """Return all equilibria of every game of a batch of two-player games with up to five strategies each.

    Parameters
    ----------
    payoffs : (batch, 2, m, n) array
        ``payoffs[g, i, s1, s2]``; ``1 <= m, n <= 5``. Integers and floats are taken at the value that float64 stores.
    relative : float
        Where moving payoffs by this share of their spread could change an equilibrium, the game is flagged as tied
        and solved at its exact payoffs. Payoffs on a coarse binary grid, such as integers, are taken as they are.
    exact : callable, optional
        From the position of a game to its payoffs ``(a, b)`` as Fractions, where the array holds rounded ones (say, of
        formulas). Asked only for games that the tolerance leaves open.
    engine : str, optional
        ``numba`` (extra ``fast``) or ``numpy``; by default numba where it is installed and either loaded already or
        worth loading for a batch of this size. Both give the same bits.

    Returns
    -------
    BatchEquilibria

    Raises
    ------
    UsageError
        If the shape is no batch of two-player games, an entry is not finite, or the engine is not there.

    Notes
    -----
    *Method.* Every pair of supports of one size is tested by the signs of bordered minors, without a division (see
    :mod:`~detente.conclusions.ensemble._support_tables`). A game in which some minor is within the tolerance or the
    rounding error of zero is looked at again with signs that are certain, ties included, by matching vertices
    (:mod:`~detente.conclusions.ensemble._tied_games`); what remains open goes to
    :func:`~detente.solve.two_players.enumeration.enumerate_extreme`. Nothing is dropped.

    *Why that is complete.* Let (x, y) be an extreme equilibrium with supports I0, J0. If they are of one size, the
    numbers tested for (I0, J0) are weakly of one sign. If ``|I0| < |J0|``, then y, being a vertex, has at least |J0|
    best replies; the numbers for (I, J0), I0 within I within the best replies, ``|I| = |J0|``, are weakly of one sign,
    and one of x's is zero. So where no minor is zero, every extreme equilibrium passes a strict test, and no other pair
    does.

    *Probabilities* are ratios of minors, accurate to rounding times the conditioning of the supports.

    Cost: 12 minors and 19 tests per player for 3 x 3, 205 and 251 for 5 x 5; memory linear in the equilibria. Tied
    games cost some microseconds, enumerated ones about a millisecond each.

    References
    ----------
    B. von Stengel (2002), "Computing equilibria for two-person games", Handbook of Game Theory 3, algorithm 3.4.

    Examples
    --------
    >>> import numpy as np
    >>> pennies = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
    >>> dilemma = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]
    >>> found = all_equilibria(np.array([pennies, dilemma]))
    >>> found.counts, found.profiles.tolist()
    (array([1, 1]), [[[0.5, 0.5], [0.5, 0.5]], [[0.0, 1.0], [0.0, 1.0]]])
    """
    import numpy as np

    from detente.conclusions.ensemble import _support_numpy
    from detente.conclusions.ensemble._support_tables import support_tables

    table = batch_of_games(payoffs, players=2)
    batch, _, m, n = table.shape
    if max(m, n) > MAX_STRATEGIES:
        raise UsageError(
            f"found {m} x {n} games; expected at most {MAX_STRATEGIES} strategies each; solve larger games one by one "
            "with detente.equilibria"
        )
    check_relative(relative)
    tables = support_tables(m, n)
    name = _engine(engine, batch * len(tables.sizes))
    if name == "numba":
        from detente.conclusions.ensemble import _support_numba

        solve, size = _support_numba.solve_block, _support_numba.BLOCK
    else:
        solve, size = _support_numpy.solve_block, _support_numpy.BLOCK
    parts: list[Any] = []
    counts, near = np.zeros(batch, dtype=np.int64), np.zeros(batch, dtype=bool)
    for at in range(0, batch, size):
        block = table[at : at + size]
        with np.errstate(over="ignore", invalid="ignore"):
            counts[at : at + size], near[at : at + size], profiles = solve(block, tables, _scale(block), relative)
        parts.append(profiles)
    every = np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else np.zeros((0, 2, max(m, n)))
    del parts
    tied, enumerated = np.zeros(batch, dtype=bool), np.zeros(batch, dtype=bool)
    if near.any():
        counts, every = _look_again(table, counts, np.flatnonzero(near), every, relative, exact, tied, enumerated)
    return BatchEquilibria(counts, offsets_of(counts), every, tied, enumerated, name)


def _look_again(
    table: Any, counts: Any, where: Any, profiles: Any, relative: float, exact: Any, tied: Any, enumerated: Any
) -> tuple[Any, Any]:
    """Return counts and profiles with those of the games ``where``, near a tie, solved with certain signs."""
    import numpy as np

    from detente.conclusions.ensemble._support_tables import support_tables
    from detente.conclusions.ensemble._tied_games import settle

    settled = settle(table[where], support_tables(*table.shape[2:]), relative)
    tied[where], enumerated[where] = settled.tied, settled.open
    pieces = [(np.repeat(np.arange(len(table)), counts), profiles)]
    pieces.append((np.repeat(where, settled.counts), settled.profiles))
    for g in where[settled.open].tolist():
        a, b = exact(g) if exact is not None else table[g]
        each = _enumerated(a, b, profiles.shape[2])
        pieces.append((np.full(len(each), g), each))
    owner = np.concatenate([games for games, _ in pieces])
    order = np.argsort(owner, kind="stable")
    return np.bincount(owner, minlength=len(table)), np.concatenate([each for _, each in pieces])[order]


def _enumerated(a: Any, b: Any, width: int) -> NDArray[np.float64]:
    """Return the extreme equilibria of one game from the exact enumerator, as padded floats."""
    import numpy as np

    from detente.solve.two_players.enumeration import enumerate_extreme

    found = enumerate_extreme(a, b)
    assert found.complete
    profiles = np.zeros((len(found.equilibria), 2, width))
    for row, pair in enumerate(found.equilibria):
        for player, mixture in enumerate(pair):
            profiles[row, player, : len(mixture)] = [float(weight) for weight in mixture]
    return profiles


def _scale(block: Any) -> float:
    """Return the power of two that brings the payoffs of a block to at most 1 in size."""
    import numpy as np

    largest = max(float(block.max()), -float(block.min()))
    return float(2.0 ** -min(max(int(np.frexp(largest)[1]), -1000), 1000))


def batch_of_games(given: ArrayLike, players: int | None = None) -> NDArray[np.float64]:
    """Return payoffs as a C-ordered float64 array of a batch of games, checked."""
    import numpy as np

    raw = np.asarray(given)
    if raw.dtype.kind not in "iufb":
        raise UsageError(f"found payoffs of type {raw.dtype}; expected an array of numbers")
    expected = "payoffs[batch, player, s1, s2]" if players == 2 else "payoffs[batch, player, s1, .., sN]"
    if raw.ndim < 3 or raw.ndim != raw.shape[1] + 2 or (players or raw.shape[1]) != raw.shape[1] or 0 in raw.shape[1:]:
        raise UsageError(f"found payoffs of shape {raw.shape}; expected {expected}; a single game is payoffs[None]")
    table = np.ascontiguousarray(raw, dtype=np.float64)
    if raw.dtype.kind in "iu" and raw.dtype.itemsize == 8 and (np.abs(table) > 2.0**53).any():
        raise UsageError("found integers beyond 2**53, which float64 rounds; count payoffs in a larger unit")
    if not np.isfinite(table).all():
        where = tuple(int(k) for k in np.argwhere(~np.isfinite(table))[0])
        raise UsageError(f"found {table[where]} at payoffs{list(where)}; expected finite numbers")
    return table


def check_relative(relative: float) -> None:
    """Refuse a tolerance that is no small share."""
    if not 0 <= relative < 0.1:
        raise UsageError(f"relative: found {relative!r}; expected a share of the payoffs' spread, from 0 to below 0.1")


def offsets_of(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the equilibria of each game start, and the total."""
    import numpy as np

    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


@cache
def _numba_installed() -> bool:
    import importlib.util

    return importlib.util.find_spec("numba") is not None


def _engine(wanted: str | None, work: int) -> str:
    if wanted is None:
        loaded = "detente.conclusions.ensemble._support_numba" in sys.modules
        return "numba" if loaded or (work >= WORTH_LOADING and _numba_installed()) else "numpy"
    if wanted not in ENGINES:
        raise UsageError(f"unknown engine {wanted!r}; expected one of {', '.join(ENGINES)}")
    if wanted == "numba" and not _numba_installed():
        raise UsageError("the engine 'numba' is not installed; install detente[fast], or leave it out for 'numpy'")
    return wanted
