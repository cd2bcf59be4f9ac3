"""All conclusions about every game of the study at 10^5 draws, two games at a time: seconds, processor time, memory.

    python tests/bench/bench_models.py [--draws 100000] [--at-once 2] [GAME ..]

What is timed is the whole command ``detente robust GAME``, start-up included, as in ``bench_robust.py``: every conclusion
under five priors, unconditional and given observed play, figures only, judgements only, without each of the payoff terms,
with and without the constraint, proofs, and importance. Each command has one process; as many run as there are cores.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

from bench_robust import STUDY, measure
from ratios import fact

from detente.display import Table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("games", nargs="*", metavar="GAME", help="by default all of the study")
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--at-once", type=int, default=2)
    options = parser.parse_args()
    games = options.games or sorted(path.stem for path in (STUDY / "games").glob("*.toml"))
    start = time.perf_counter()
    with ThreadPoolExecutor(options.at_once) as pool:
        found = dict(zip(games, pool.map(lambda game: measure(game, options.draws, 1), games), strict=True))
    whole = time.perf_counter() - start
    rows = sorted(found.items(), key=lambda pair: -pair[1][1])
    cells = [(name, f"{wall:.1f}", f"{cpu:.1f}", f"{memory:.0f}") for name, (wall, cpu, memory) in rows]
    title = f"all conclusions, {options.draws:,} draws under each of five priors, {options.at_once} games at a time"
    note = f"{whole:.0f} s in all; the slowest is {rows[0][0]}."
    print(Table(title, ("game", "seconds", "of processor", "MB"), tuple(cells), (note,)).to_text(100))
    spent = sum(cpu for _, (_, cpu, _) in rows)
    slowest = ", then ".join(f"{name} with {cpu:.0f} s" for name, (_, cpu, _) in rows[:2])
    fact(
        f"{len(games)} games of the study, all conclusions, {options.draws:,} draws under each of five priors",
        f"{whole:.0f} s for all of them, {options.at_once} at a time, {spent:.0f} s of processor time; the slowest is {slowest} of it",
    )



if __name__ == "__main__":
    main()
