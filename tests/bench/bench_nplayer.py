"""Times of all_isolated and one_equilibrium against pygambit: python tests/bench/bench_nplayer.py [seconds per cell].

Ratios mean something only on a quiet machine. The counts do everywhere: the number of equilibria of a random game is
odd, so that an even count shows that a solver has missed some.
"""

from __future__ import annotations

import multiprocessing as mp
import sys
import time

import numpy as np
from ratios import ratio

from detente.games.normal import NormalFormGame

SHAPES = [
    (2, 2, 2),
    (3, 3, 3),
    (2,) * 4,
    (2,) * 5,
    (2, 4, 4),
    (3,) * 4,
    (4, 4, 4),
    (2,) * 6,
    (5, 5, 5),
    (2,) * 7,
]
LARGE = [(3, 3, 3), (5,) * 5, (2,) * 10, (4,) * 6]


def game(shape, seed=1):
    return NormalFormGame(np.random.default_rng(seed).integers(0, 1000, (len(shape), *shape)))


def ours(shape, out):
    from detente.solve.many_players.nplayer import all_isolated

    g = game(shape)
    all_isolated(game((2, 2, 2), seed=193))  # loads what is loaded on first use, SymPy above all
    began = time.perf_counter()
    found = all_isolated(g)
    out.put((time.perf_counter() - began, len(found.equilibria), found.complete))


def one(shape, out):
    from detente.solve.many_players.one_equilibrium import one_equilibrium

    g = game(shape)
    began = time.perf_counter()
    found = one_equilibrium(g, mixed=True)
    out.put((time.perf_counter() - began, 1, found.equilibria[0].regret == 0))


def gambit(shape, out, method="enumpoly"):
    import pygambit

    from detente.solve.adapters import to_pygambit

    g = to_pygambit(game(shape))
    began = time.perf_counter()
    found = getattr(pygambit.nash, f"{method}_solve")(g)
    several = getattr(found, "equilibria", None)
    out.put((time.perf_counter() - began, 1 if several is None else len(several), False))


def logit(shape, out):
    gambit(shape, out, "logit")


def compared(shape, what, peer, mine, theirs):
    """Keep the ratio where both came to an end, and how many equilibria the peer misses."""
    parts = [each.split() for each in (mine, theirs)]
    if any(each[0] == ">" for each in parts):
        return
    found, own = int(parts[1][2]), int(parts[0][2])
    label = peer if found == own else f"{peer}, finds {found} of {own}"
    ratio(f"{what}, {'x'.join(map(str, shape))}", label, [float(parts[1][0]) / float(parts[0][0])])


def timed(job, shape, limit):
    out = mp.Queue()
    process = mp.Process(target=job, args=(shape, out))
    process.start()
    try:
        seconds, count, done = out.get(timeout=limit + 5)
        text = f"{seconds:9.3f} s {count:4d}{' proved' if done else ''}"
    except Exception:
        text = f"    > {limit:.0f} s"
    process.terminate()
    process.join()
    return text


def main():
    limit = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'all equilibria':16}{'detente':>24}{'pygambit enumpoly':>24}")
    for shape in SHAPES:
        mine, theirs = timed(ours, shape, limit), timed(gambit, shape, limit)
        print(f"{'x'.join(map(str, shape)):16}{mine:>24}{theirs:>24}", flush=True)
        compared(shape, "all equilibria", "gambit enumpoly", mine, theirs)
    print(f"{'one, mixed':16}{'detente':>24}{'pygambit logit':>24}")
    for shape in LARGE:
        mine, theirs = timed(one, shape, limit), timed(logit, shape, limit)
        print(f"{'x'.join(map(str, shape)):16}{mine:>24}{theirs:>24}", flush=True)
        compared(shape, "one equilibrium", "gambit logit", mine, theirs)


if __name__ == "__main__":
    main()
