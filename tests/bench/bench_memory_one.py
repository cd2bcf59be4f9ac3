"""Matches per second between memory-one strategies, exact in expectation, and how far from the exact arithmetic.

    python tests/bench/bench_memory_one.py [--rounds 5]

The Axelrod library is not run here: it needs several GB of PyTorch. Its rate was measured once, on demand, on this class
of machine (Axelrod 4.14.0, Python 3.11): 1,113 matches of 200 turns per second between bare memory-one players, 553 in a
tournament with noise, where each match is one sample; on the machine of the README's table 750 to 830 bare ones, between
two runs of this script. The ratios below are to the first figures, and hold for memory-one
strategies only; ours are expected payoffs, without sampling error. Set AXELROD=1 where axelrod is installed to measure both.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from fractions import Fraction
from typing import Any

import numpy as np

from detente.games.normal import NormalFormGame
from detente.solve.memory_one.batch import batch_matches
from detente.solve.memory_one.match import long_run_payoffs
from detente.solve.memory_one.strategy import MemoryOne

GAME = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
#: Matches per second of Axelrod 4.14.0, as said above.
AXELROD_BARE, AXELROD_NOISY = 1113.0, 553.0
KINDS: dict[str, dict[str, Any]] = {
    "for ever": {},
    "discounted": {"discount_factor": 0.95},
    "200 rounds": {"rounds": 200},
}


def rate(p: Any, q: Any, engine: str, how: dict[str, Any]) -> float:
    start = time.perf_counter()
    batch_matches(GAME, p, q, engine=engine, **how)
    return len(p) / (time.perf_counter() - start)


def axelrod_rate() -> float | None:
    if not os.environ.get("AXELROD"):
        return None
    import axelrod as axl

    players = [axl.GTFT(), axl.StochasticWSLS(), axl.Random(0.3), axl.SoftJoss()]
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < 5:
        for a in players:
            for b in players:
                axl.Match((a, b), turns=200, seed=count + 1).play()
                count += 1
    return count / (time.perf_counter() - start)


def plain_rate() -> float:
    """Return matches of 200 turns a second of a bare Python loop that samples them: a yardstick of the machine as it is now."""
    import random

    rng = random.Random(0)
    p, q = [[rng.random() for _ in range(5)] for _ in range(2)]
    start, count, pay = time.perf_counter(), 0, 0
    while time.perf_counter() - start < 1.5:
        a, b = rng.random() >= p[4], rng.random() >= q[4]
        for _ in range(200):
            pay += 3 - 3 * b + 2 * a - a * b
            a, b = rng.random() >= p[2 * a + b], rng.random() >= q[2 * b + a]
        count += 1
    return count / (time.perf_counter() - start)


def accuracy(count: int, how: dict[str, Any]) -> float:
    """Return the largest difference to the exact arithmetic, a third of the strategies with errors of one in a million."""
    rng = np.random.default_rng(7)
    worst = 0.0
    for k in range(count):
        rows = [[Fraction(int(x), 97) for x in rng.integers(0, 98, 5)] for _ in range(2)]
        if k % 3 == 0:
            rows = [[Fraction(int(x)) * Fraction(999_998, 10**6) + Fraction(1, 10**6) for x in rng.integers(0, 2, 5)] for _ in range(2)]
        # the exact arithmetic gets the very numbers that the floats are
        p, q = (np.array([[float(x) for x in row]]) for row in rows)
        same = (MemoryOne(tuple(Fraction(x) for x in row[0, :4]), Fraction(row[0, 4])) for row in (p, q))
        exact = long_run_payoffs(GAME, *same, **{key: Fraction(value) if key != "rounds" else value for key, value in how.items()})
        for engine in ("numpy", "numba"):
            found = batch_matches(GAME, p, q, engine=engine, **how).payoffs[0]
            worst = max(worst, *(abs(float(a) - b) for a, b in zip(exact.payoffs.values(), found, strict=True)))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    own = axelrod_rate()
    print(f"Axelrod, bare memory-one matches of 200 turns: {own or AXELROD_BARE:,.0f} per second ({'now' if own else 'on-demand figure'})")
    bare = plain_rate()
    print(f"a bare Python loop that samples such matches, in this run: {bare:,.0f} per second (it depends on the load, as ours does)")
    for kind, how in KINDS.items():
        for engine in ("numpy", "numba"):
            count = {"numpy": 200_000, "numba": 1_000_000}[engine]
            p, q = rng.random((count, 5)), rng.random((count, 5))
            batch_matches(GAME, p[:100], q[:100], engine=engine, **how)
            rates = [rate(p, q, engine, how) for _ in range(options.rounds)]
            middle = statistics.median(rates)
            print(
                f"{kind:<11} {engine:<6} {middle:>12,.0f} matches/s ({min(rates):,.0f} to {max(rates):,.0f}); "
                f"ratio {middle / (own or AXELROD_BARE):>10,.0f} to bare, {middle / AXELROD_NOISY:>10,.0f} to noisy matches, "
                f"{middle / bare:>6,.0f} to the loop"
            )
    pure = rng.integers(0, 2, (50_000, 5)).astype(float)
    rates = [rate(pure, pure[::-1], "numba", {}) for _ in range(options.rounds)]
    print(f"for ever, pure strategies, the start decides in many: {statistics.median(rates):,.0f} matches/s")
    for kind, how in KINDS.items():
        print(f"{kind:<11} largest difference to exact arithmetic: {accuracy(60, {'rounds': 20} if 'rounds' in how else how):.1e}")


if __name__ == "__main__":
    main()
