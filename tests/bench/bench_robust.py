"""All conclusions about `confrontation` at growing numbers of draws: time, exponent, memory.

    python tests/bench/bench_robust.py [--draws 1000000] [--workers 2]

What is timed is the whole command ``detente robust confrontation``, start-up included: every conclusion under five priors,
unconditional and given observed play, figures only, judgements only, without each of the payoff terms, with and without
the constraint, proofs, and importance. Memory is that of the largest process.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from pathlib import Path

from ratios import fact

STUDY = Path(__file__).parents[2]
GAME = "confrontation"


def measure(game: str, draws: int, workers: int) -> tuple[float, float, float]:
    """Return seconds, seconds of processor time of the process itself, and megabytes of one run on a game."""
    arguments = [
        sys.executable, "-m", "detente", "robust", game, "--study", str(STUDY), "--draws", str(draws),
        "--workers", str(workers), "--no-save", "--json", "-o", os.devnull,
    ]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    if status:
        raise SystemExit(f"detente robust {game} failed with status {status}")
    return taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    measure(GAME, 1000, 1)
    base = measure(GAME, 1000, 1)[1]
    rows = []
    for draws in (options.draws // 8, options.draws // 4, options.draws // 2, options.draws):
        seconds, processor, megabytes = measure(GAME, draws, 1)
        rows.append((draws, processor, megabytes))
        print(f"{draws:>10,} draws, one worker: {seconds:6.1f} s, {processor:6.1f} s of processor time, {megabytes:5.0f} MB", flush=True)
    (few, early, small), (many, late, large) = rows[0], rows[-1]
    exponent = math.log((late - base) / (early - base)) / math.log(many / few)
    print(f"time beyond start-up grows with draws to the power {exponent:.2f}; memory by {large / small - 1:+.0%}")
    seconds, _, megabytes = measure(GAME, many, options.workers)
    print(f"{many:>10,} draws, {options.workers} workers: {seconds:6.1f} s, {megabytes:5.0f} MB")
    fact(
        f"confrontation, all conclusions, {many:,} draws under each of five priors",
        f"{seconds:.0f} s with {options.workers} workers, {late:.0f} s of processor time with one; time grows as draws^{exponent:.2f}, "
        f"memory ({large:.0f} MB) by {large / small - 1:+.0%} from {few:,} draws on",
    )


if __name__ == "__main__":
    main()
