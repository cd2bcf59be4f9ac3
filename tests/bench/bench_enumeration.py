"""Times of all-equilibria and one-equilibrium solvers of two-player games, against other packages, in one process.

    python tests/bench/bench_enumeration.py [--no-numba] [--large]

Each row is a median over several random games, solvers taking turns on each game; every ratio is time of the other
solver divided by time of detente. Times include building each package's own game from arrays. QuantEcon and Nashpy
work in floating point; detente and Gambit give exact fractions. Equilibria are counted and must agree.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from ratios import ratio

from detente.solve.two_players import _certified_search
from detente.solve.two_players.enumeration import enumerate_extreme
from detente.solve.two_players.lemke_howson import lemke_howson

Solver = Callable[[Any, Any], int]
HAVE = {name: importlib.util.find_spec(name) is not None for name in ("quantecon", "pygambit", "nashpy", "numba")}


def ours(a: Any, b: Any) -> int:
    found = enumerate_extreme(a, b)
    assert found.complete
    return len(found.equilibria)


def quantecon_vertex(a: Any, b: Any) -> int:
    from quantecon.game_theory import NormalFormGame, Player, vertex_enumeration

    players = Player(np.asarray(a, dtype=float)), Player(np.asarray(b, dtype=float).T.copy())
    return len(vertex_enumeration(NormalFormGame(players)))


def gambit_rational(a: Any, b: Any) -> int:
    import pygambit

    make = getattr(pygambit, "StrategicGame", pygambit.Game).from_arrays
    game = make(np.asarray(a, dtype=object), np.asarray(b, dtype=object))
    return len(pygambit.nash.enummixed_solve(game, rational=True).equilibria)


def nashpy_vertex(a: Any, b: Any) -> int:
    import nashpy

    return len(list(nashpy.Game(np.asarray(a, dtype=float), np.asarray(b, dtype=float)).vertex_enumeration()))


def quantecon_one(a: Any, b: Any) -> int:
    from quantecon.game_theory import NormalFormGame, Player
    from quantecon.game_theory import lemke_howson as other

    other(NormalFormGame((Player(np.asarray(a)), Player(np.asarray(b).T.copy()))), max_iter=10**5)
    return 1


def our_one(a: Any, b: Any) -> int:
    lemke_howson(a, b)
    return 1


def timed(solver: Solver, game: tuple[Any, Any]) -> tuple[float, int]:
    start = time.perf_counter()
    count = solver(*game)
    return time.perf_counter() - start, count


def compare(name: str, games: list[tuple[Any, Any]], solvers: dict[str, Solver], worst: bool = False) -> None:
    """Print one row: our time, each peer's time and ratio, and whether counts agree."""
    times: dict[str, list[float]] = {label: [] for label in solvers}
    counts: dict[str, list[int]] = {label: [] for label in solvers}
    for game in games:
        for label, solver in solvers.items():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                taken, count = timed(solver, game)
            times[label].append(taken)
            counts[label].append(count)
    summary = {label: (max if worst else statistics.median)(each) for label, each in times.items()}
    mine = summary["detente"]
    for label in list(solvers)[1:]:
        each = [theirs / mine for mine, theirs in zip(times["detente"], times[label], strict=True)]
        if sum(x != y for x, y in zip(counts[label], counts["detente"], strict=True)) > len(games) // 4:
            continue  # another answer, so no comparison of speed
        ratio(f"{'one equilibrium' if worst else 'all equilibria'}, {name}", label, [max(each)] if worst else each)
    cells = [f"{name:<34}{len(games):>5}{mine * 1e3:>11.2f}"]
    for label in list(solvers)[1:]:
        agree = sum(x == y for x, y in zip(counts[label], counts["detente"], strict=True))
        cells.append(f"   {label} {summary[label] * 1e3:.2f} ms = {summary[label] / mine:.1f}x, counts {agree}/{len(games)}")
    print("".join(cells), flush=True)


def integers(rng: np.random.Generator, n: int, high: int) -> tuple[list[list[int]], list[list[int]]]:
    return rng.integers(0, high, (n, n)).tolist(), rng.integers(0, high, (n, n)).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--no-numba", action="store_true", help="use the NumPy route of detente throughout")
    parser.add_argument("--large", action="store_true", help="also 16 x 16 to 18 x 18, and Gambit at 9 x 9")
    options = parser.parse_args()
    if options.no_numba:
        _certified_search.compiled_available = lambda labels: False
    absent = [name for name, here in HAVE.items() if not here]
    if absent:
        print(f"not installed, left out: {', '.join(absent)}")
    print(f"route: {'NumPy' if options.no_numba or not HAVE['numba'] else 'numba'}")
    rng = np.random.default_rng(0)
    quantecon = {"quantecon vertex": quantecon_vertex} if HAVE["quantecon"] else {}
    gambit = {"gambit exact": gambit_rational} if HAVE["pygambit"] else {}
    nashpy = {"nashpy vertex": nashpy_vertex} if HAVE["nashpy"] else {}

    # Compilation and imports happen here, not in the table.
    for n in (3, 10, 14):
        game = rng.random((n, n)), rng.random((n, n))
        for solver in [ours, our_one, *quantecon.values()] + ([quantecon_one] if quantecon else []):
            solver(*game)

    print(f"{'all equilibria':<34}{'games':>5}{'detente ms':>11}")
    for n, games in [(4, 20), (6, 20), (8, 20), (10, 15), (12, 9), (14, 5), (15, 5)] + (
        [(16, 3), (18, 1)] if options.large else []
    ):
        peers = {**quantecon, **(nashpy if n <= 6 else {})}
        compare(f"random floats {n} x {n}", [(rng.random((n, n)), rng.random((n, n))) for _ in range(games)],
                {"detente": ours, **peers})  # fmt: skip
    for n, games in [(4, 20), (6, 9), (8, 5)] + ([(9, 2)] if options.large else []):
        compare(f"random integers < 1000, {n} x {n}", [integers(rng, n, 1000) for _ in range(games)],
                {"detente": ours, **gambit})  # fmt: skip
    for n, games in [(4, 20), (6, 5)]:
        compare(f"tied integers 0..2, {n} x {n}", [integers(rng, n, 3) for _ in range(games)],
                {"detente": ours, **gambit, **quantecon})  # fmt: skip
    for n, high in [(10, 3), (10, 10), (12, 10), (15, 3), (15, 10), (15, 100)]:
        compare(f"tied integers 0..{high - 1}, {n} x {n}", [integers(rng, n, high) for _ in range(3)], {"detente": ours})

    print(f"{'one equilibrium (worst of 20)':<34}{'games':>5}{'detente ms':>11}")
    for n in (50, 200):
        some = [(rng.random((n, n)), rng.random((n, n))) for _ in range(20)]
        peers = {"quantecon, at most 1e5 pivots": quantecon_one} if quantecon and n <= 50 else {}
        compare(f"random floats {n} x {n}", some, {"detente": our_one, **peers}, worst=True)


if __name__ == "__main__":
    main()
