"""Backward induction in many stochastic games, compiled by numba: the same arithmetic as in NumPy, draw by draw.

Importing this module loads numba; :mod:`~detente.conclusions.ensemble.markov_batch` does so where it is installed and
there are many draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detente.conclusions.ensemble._njit import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.conclusions.ensemble._markov_tables import MarkovTables

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

__all__ = ["solve"]


#: Draws side by side: loops over them become vector code, and what they touch stays in the processor's cache.
LANES = 64


@kernel
def _solve(
    found: Floats, ends: Floats, slack: Floats, factors: Integers, spans: Integers, pays: Integers,
    move_spans: Integers, moves: Integers, tree_of: Integers, check_spans: Integers, checks: Integers,
    members: Integers, played: Integers, values: Floats, several: Any,
) -> None:  # fmt: skip
    states, players, n = values.shape
    depths = check_spans.shape[1]
    width = check_spans.shape[2] - 1
    rest, worth = np.empty((width, players, LANES)), np.empty((width, players, LANES))
    stay, mine = np.empty((width, LANES)), np.empty((players, LANES))
    factor, bound = np.empty((players, LANES)), np.empty((players, LANES))
    known = np.empty((states + ends.shape[0], players, LANES))
    good, better = np.empty((width, LANES), np.int64), np.empty((width, LANES), np.int64)
    fits, deterred, chosen = np.empty(LANES, np.int64), np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    for at in range(0, n, LANES):
        lanes = min(LANES, n - at)
        for i in range(players):
            for lane in range(lanes):
                factor[i, lane] = found[factors[i], at + lane]
                bound[i, lane] = slack[i, at + lane]
            for end in range(ends.shape[0]):
                for lane in range(lanes):
                    known[states + end, i, lane] = ends[end, i, at + lane]
        for state in range(states):
            first, size, tree = spans[state, 0], spans[state, 1], tree_of[state]
            moving = True
            for p in range(size):
                stays = stay[p]
                stays[:] = 0.0
                for i in range(players):
                    own = rest[p, i]
                    for lane in range(lanes):
                        own[lane] = found[pays[first + p, i], at + lane]
                for q in range(move_spans[first + p, 0], move_spans[first + p, 1]):
                    to, chance = moves[q, 0], moves[q, 1]
                    if to == state:
                        moving = False
                        for lane in range(lanes):
                            stays[lane] += 1.0 if chance < 0 else found[chance, at + lane]
                        continue
                    for i in range(players):
                        own, ahead = rest[p, i], known[to, i]
                        if chance < 0:
                            for lane in range(lanes):
                                own[lane] += factor[i, lane] * ahead[lane]
                        else:
                            for lane in range(lanes):
                                own[lane] += factor[i, lane] * found[chance, at + lane] * ahead[lane]
            chosen[:] = -1
            now = known[state]
            now[:] = 0.0
            for p in range(size):
                for i in range(players):
                    for lane in range(lanes):
                        mine[i, lane] = rest[p, i, lane] / (1.0 - factor[i, lane] * stay[p, lane])
                if p == 0 or not moving:
                    for q in range(size):
                        good[q] = 1
                        for i in range(players):
                            for lane in range(lanes):
                                worth[q, i, lane] = rest[q, i, lane] + factor[i, lane] * stay[q, lane] * mine[i, lane]
                    for depth in range(depths - 1, 0, -1):
                        for q in range(size):
                            first_check, last_check = check_spans[tree, depth, q], check_spans[tree, depth, q + 1]
                            _kept(
                                q,
                                first_check,
                                last_check,
                                checks,
                                members,
                                worth,
                                good,
                                bound,
                                lanes,
                                deterred,
                                better[q],
                            )
                        good[:size] = better[:size]
                first_check, last_check = check_spans[tree, 0, p], check_spans[tree, 0, p + 1]
                _kept(p, first_check, last_check, checks, members, worth, good, bound, lanes, deterred, fits)
                for lane in range(lanes):
                    if fits[lane] == 0:
                        continue
                    if chosen[lane] < 0:
                        chosen[lane] = p
                        for i in range(players):
                            now[i, lane] = mine[i, lane]
                        continue
                    for i in range(players):
                        one = now[i, lane]
                        if abs(mine[i, lane] - one) > bound[i, lane] + 1e-9 * abs(one):
                            several[at + lane] = True
            for lane in range(lanes):
                played[state, at + lane] = chosen[lane]
            for i in range(players):
                for lane in range(lanes):
                    values[state, i, at + lane] = now[i, lane]


@kernel
def _kept(
    profile: Any, first: Any, last: Any, checks: Integers, members: Integers, worth: Floats, good: Integers,
    slack: Floats, lanes: Any, deterred: Integers, found: Integers,
) -> None:  # fmt: skip
    """Set ``found`` where for every change of one action some outcome that may follow it deters it."""
    found[:] = good[profile]
    for check in range(first, last):
        player = checks[check, 0]
        here, own = worth[profile, player], slack[player]
        deterred[:] = 0
        for k in range(checks[check, 1], checks[check, 2]):
            there, possible = worth[members[k], player], good[members[k]]
            for lane in range(lanes):
                deterred[lane] |= possible[lane] & np.int64(there[lane] <= here[lane] + own[lane])
        for lane in range(lanes):
            found[lane] &= deterred[lane]


def solve(
    tables: MarkovTables, found: Floats, ends: Floats, slack: Floats
) -> tuple[NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """Return what is played, values, and where several equilibria differ; see :class:`MarkovBatch`.

    Parameters
    ----------
    tables : MarkovTables
    found : (outputs, n) float64
        What the program of the game gives.
    ends : (terminal states, players, n) float64
    slack : (players, n) float64
    """
    n = found.shape[1]
    states, players = len(tables.spans), slack.shape[0]
    played = np.empty((states, n), dtype=np.int64)
    values = np.empty((states, players, n))
    several = np.zeros(n, dtype=bool)
    _solve(
        found, ends, slack, tables.factors, tables.spans, tables.pays, tables.move_spans, tables.moves, tables.tree_of,
        tables.check_spans, tables.checks, tables.members, played, values, several,
    )  # fmt: skip
    return played, values, several
