"""Many memory-one matches at once, in floats, without sampling: expected payoffs and shares of outcomes.

The numbers are those of :func:`~detente.solve.memory_one.match.long_run_payoffs` up to rounding; matches in which the
first round decides for ever are recognized exactly and solved by where they lead.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.memory_one.match import MAX_ROUNDS, check_stage
from detente.solve.memory_one.strategy import MemoryOne

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from detente.games.normal import NormalFormGame

__all__ = ["BatchMatches", "batch_matches", "strategy_array", "with_errors"]

ENGINES = ("numba", "numpy")
#: Matches from which on it pays to load numba, which takes about a second, if it is not loaded yet.
WORTH_LOADING = 2_000_000
#: Matches per block: what is in work stays in cache.
BLOCK = 2_048
#: Smallest positive probability: products of six of them are still above the smallest float.
TINY = 1e-50


@dataclass(frozen=True, eq=False)
class BatchMatches:
    """Expected results of many matches.

    Attributes
    ----------
    payoffs : array (..., 2)
        Per round, first and second player.
    shares : array (..., 4)
        Share of rounds with CC, CD, DC, DD, the first player's move first.
    start_decides : array (...) of bool
        Where the first round decides for ever; False throughout unless play is for ever without discounting.
    """

    payoffs: NDArray[Any]
    shares: NDArray[Any]
    start_decides: NDArray[Any]
    horizon: str
    engine: str

    def __len__(self) -> int:
        return int(self.start_decides.size)

    def __repr__(self) -> str:
        return f"<BatchMatches {len(self):,} matches {self.horizon}, {self.engine}, float>"


def strategy_array(strategies: Sequence[Any]) -> NDArray[Any]:
    """Return strategies, given as for :meth:`MemoryOne.of`, as an array (n, 5) of floats, the start last."""
    import numpy as np

    read = [MemoryOne.of(each) for each in strategies]
    if any(each.arithmetic == "symbolic" for each in read):
        raise UsageError("found probabilities with symbols; expected numbers")
    return np.array([[float(p) for p in (*each.after, each.first)] for each in read])


def with_errors(strategies: Any, action: Any = 0.0, perception: Any = 0.0) -> NDArray[Any]:
    """Return an array (..., 5) of strategies as they play when errors happen; see :meth:`MemoryOne.with_errors`."""
    import numpy as np

    p = np.asarray(strategies, dtype=float)
    flip, misread = np.asarray(action, dtype=float)[..., None], np.asarray(perception, dtype=float)[..., None]
    for name, errors in (("action", flip), ("perception", misread)):
        if not ((errors >= 0) & (errors <= 1)).all():
            raise UsageError(f"found an error in {name} outside 0 to 1")
    seen = (1 - misread) * p[..., :4] + misread * p[..., [1, 0, 3, 2]]
    meant = np.concatenate([seen, p[..., 4:]], axis=-1)
    found: NDArray[Any] = (1 - flip) * meant + flip * (1 - meant)
    return found


def batch_matches(
    stage: NormalFormGame,
    first: Any,
    second: Any,
    *,
    rounds: int | None = None,
    discount_factor: float | None = None,
    engine: str | None = None,
) -> BatchMatches:
    """Return the expected payoffs of many memory-one matches of a 2x2 game.

    Parameters
    ----------
    first, second : array (..., 4) or (..., 5)
        Probabilities of the first strategy after CC, CD, DC, DD, own move first, then at the start (1 if left out).
        The shapes broadcast: ``p[:, None]`` against ``p[None]`` is a round robin.
    rounds : int, optional
        Number of rounds; by default for ever.
    discount_factor : float, optional
        In place of ``rounds``.
    engine : str, optional
        ``numba`` (extra ``fast``) or ``numpy``; by default numba where it is installed and the work is worth it.

    Raises
    ------
    UsageError
        If a number is no probability, or lies between 0 and 1e-50, below which products leave the floats.

    Notes
    -----
    For ever and discounted: 4 x 16 products of three probabilities a match. So many rounds: a few products of
    4 x 4 matrices for each binary digit of their number.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> p = strategy_array(["tit_for_tat", "always_defect", "always_cooperate"])
    >>> batch_matches(g, p[:, None], p[None], rounds=5).payoffs[..., 0].round(3).tolist()
    [[3.0, 0.8, 3.0], [1.8, 1.0, 5.0], [3.0, 0.0, 3.0]]
    """
    import numpy as np

    check_stage(stage)
    if rounds is not None and discount_factor is not None:
        raise UsageError("found both rounds and a discount factor; expected one of the two")
    if rounds is not None and not 1 <= int(rounds) <= MAX_ROUNDS:
        raise UsageError(f"found {rounds!r} rounds; expected a whole number from 1 to {MAX_ROUNDS}")
    if discount_factor is not None and not 0 <= float(discount_factor) < 1:
        raise UsageError(f"found the discount factor {discount_factor!r}; expected a number from 0 to below 1")
    try:
        p, q = np.broadcast_arrays(_five(first), _five(second))
    except ValueError:
        raise UsageError("found strategies of shapes that do not go together; expected shapes that broadcast") from None
    shape = p.shape[:-1]
    p, q = np.ascontiguousarray(p.reshape(-1, 5)), np.ascontiguousarray(q.reshape(-1, 5))
    name = _engine(engine, p.shape[0])
    kernels: Any
    if name == "numba":
        from detente.solve.memory_one import _match_numba as kernels
    else:
        from detente.solve.memory_one import _match_kernels as kernels
    shares = np.empty((p.shape[0], 4))
    several = np.zeros(p.shape[0], dtype=bool)
    for low in range(0, p.shape[0], BLOCK):
        part = slice(low, low + BLOCK)
        own, other = p[part], q[part]
        _check(own)
        _check(other)
        if rounds is not None:
            shares[part] = kernels.finite_shares(own, other, int(rounds))
        elif discount_factor is not None:
            shares[part] = kernels.discounted_shares(own, other, float(discount_factor))
        else:
            shares[part], several[part] = kernels.long_run_shares(own, other)
    payoffs = np.stack([shares @ column for column in stage.floats.reshape(2, 4)], axis=-1)
    horizon = (
        f"over {rounds} rounds"
        if rounds is not None
        else "for ever"
        if discount_factor is None
        else f"discounted by {float(discount_factor):g}"
    )
    return BatchMatches(payoffs.reshape(*shape, 2), shares.reshape(*shape, 4), several.reshape(shape), horizon, name)


def _five(given: Any) -> NDArray[Any]:
    import numpy as np

    try:
        table = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise UsageError("found strategies that are no numbers; expected an array, as from strategy_array") from None
    if table.ndim == 0 or table.shape[-1] not in (4, 5):
        raise UsageError(f"found strategies of shape {table.shape}; expected (..., 4) or (..., 5)")
    if table.shape[-1] == 4:
        table = np.concatenate([table, np.ones((*table.shape[:-1], 1))], axis=-1)
    return table


def _check(block: NDArray[Any]) -> None:
    """Refuse numbers that are no probabilities, or too small for the kernels, while the block is in cache."""
    low = block.min()
    if not (low >= 0 and block.max() <= 1):  # false for NaN too
        raise UsageError("found a number that is no probability; expected numbers from 0 to 1")
    if low < TINY and ((block < TINY) & (block != 0)).any():
        raise UsageError(f"found a probability between 0 and {TINY:g}; use long_run_payoffs with exact numbers")


def _engine(wanted: str | None, work: int) -> str:
    installed = importlib.util.find_spec("numba") is not None
    if wanted is None:
        loaded = "detente.solve.memory_one._match_numba" in sys.modules
        return "numba" if loaded or (installed and work >= WORTH_LOADING) else "numpy"
    if wanted not in ENGINES:
        raise UsageError(f"unknown engine {wanted!r}; expected one of {', '.join(ENGINES)}")
    if wanted == "numba" and not installed:
        raise UsageError("the engine 'numba' is not installed; install detente[fast], or leave it out for 'numpy'")
    return wanted
