"""In which order players take a step when best replies spread from the lowest strategies, under uncertain parameters."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.results import share_text
from detente.display import Table
from detente.errors import UsageError
from detente.study.analyses import Analysis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

#: Draws at each point: one logical block, so that a share is off by 0.0055 at most, as a standard error.
DRAWS = 8_192
#: Cells of a payoff table with all its draws up to which it is filled at once.
_MOST_CELLS = 64_000_000


def _order(task: Task) -> list[Table]:
    """Return how likely best replies from the lowest strategies reach ``players`` in their order, ``along`` drawn."""
    import numpy as np

    from detente.conclusions.ensemble.compile import payoff_columns
    from detente.conclusions.ensemble.draws import draws

    game, wanted = task.game, task.question.players
    unknown = [name for name in wanted if name not in game.players]
    if unknown or len(wanted) < 2:
        raise UsageError(f"found players = {list(wanted)}; expected some of {', '.join(game.players)} in an order")
    if any(size != 2 for size in game.shape):
        raise UsageError("an order of contagion needs two strategies for every player")
    vary = task.question.along
    for name in vary:
        if name not in game.parameters:
            raise UsageError(f"found {name!r} in `along`; expected parameters with intervals, which are drawn")
    if not vary:
        raise UsageError("an order of contagion needs parameters to draw, under `along`")
    cells = DRAWS * len(game.players) * 2 ** len(game.players)
    if cells > _MOST_CELLS * 4:
        raise UsageError(f"found {len(game.players)} players; an order of contagion is for fewer")
    rows = []
    names = {name: game.players.index(name) for name in wanted}
    drawn = dict(draws(game, DRAWS, only=vary))
    for point in task.points:
        held = {name: np.full(DRAWS, float(value)) for name, value in point.values.items() if name not in vary}
        wave, alone = _waves(*payoff_columns(game, {**drawn, **held}))
        at = [wave[:, k] for k in names.values()]
        gains = [alone[:, k] for k in names.values()]
        all_in = np.all([each > 0 for each in at], axis=0)
        ordered = all_in & _rising(at, strict=False)
        rows.append(
            (
                point.name,
                _share(_rising([-each for each in gains], strict=True)),
                _share(all_in),
                _share(ordered),
                _share(all_in & _rising(at, strict=True)),
                _share(ordered & ((wave > 0).sum(axis=1) == len(at))),
            )
        )
    top = {own[-1] for own in game.strategies}
    said = top.pop() if len(top) == 1 else "the higher strategy"
    note = (
        f"{DRAWS:,} draws of {', '.join(vary)}, uniform in their intervals, seed 0; all else as at the point. Waves are best replies "
        f"from nobody at {said}; in no later wave than the next: two may come at once."
    )
    columns = (
        "point", "lone gains in this order", f"all of them reach {said}", "none later than the next", "each strictly earlier",
        "none later, and nobody else",
    )  # fmt: skip
    return [Table(f"the order {', '.join(wanted)}", columns, tuple(rows), (note,))]


def _share(where: NDArray[Any]) -> str:
    return share_text(float(where.mean()))


def _rising(values: list[NDArray[Any]], *, strict: bool) -> NDArray[Any]:
    import numpy as np

    found: NDArray[Any] = np.all([a < b if strict else a <= b for a, b in pairwise(values)], axis=0)
    return found


def _waves(columns: NDArray[Any], which: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return in which wave each player steps up for good (0: not at the end), and each player's gain from stepping up alone.

    ``columns`` (draws, formulas) are the payoffs, ``which`` (players, 2, .., 2) says which each cell has; an indifferent player stays.
    """
    import numpy as np

    n, players = len(columns), len(which)
    flat = which.reshape(players, -1)
    bits = 1 << np.arange(players)[::-1]
    every = np.arange(n)
    profile = np.zeros((n, players), dtype=np.int64)
    wave = np.zeros((n, players), dtype=np.int64)
    alone = np.zeros((n, players))
    for k in range(2 * players + 2):
        code = profile @ bits
        reply = np.empty_like(profile)
        for p in range(players):
            low = code - profile[:, p] * bits[p]
            gain = columns[every, flat[p, low + bits[p]]] - columns[every, flat[p, low]]
            if k == 0:
                alone[:, p] = gain
            reply[:, p] = gain > 0
        changed = reply != profile
        wave = np.where(changed, np.where(reply == 1, k + 1, 0), wave)
        profile = reply
        if not changed.any():
            break
    return wave, alone


ANALYSES = {
    "contagion_order": Analysis(
        _order, "how likely best replies from the lowest strategies reach `players` in their order, `along` drawn", ("normal",)
    ),
}
