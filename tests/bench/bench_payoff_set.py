"""Payoff sets of repeated games against QuantEcon's, taking turns in one process, at the accuracy that QuantEcon reaches.

    python tests/bench/bench_payoff_set.py [--rounds 3]

QuantEcon (0.11) is asked for its tightest useful tolerance; ``off`` is how far its corners lie from our set, which is proved:
exactly, or between bounds. Ours is asked for the accuracy that QuantEcon shows, and for its own default of 1e-8.
"""

from __future__ import annotations

import argparse
import time
import warnings
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import quantecon
from ratios import ratio

from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.solve.repeated._polygons import distance, hull
from detente.solve.repeated.payoff_set import payoff_set

if TYPE_CHECKING:
    from collections.abc import Callable


def cournot(size: int) -> NormalFormGame:
    """Return a duopoly with demand 1 - Q on a grid of quantities from 0 to 1/2."""
    grid = [Fraction(k, 2 * (size - 1)) for k in range(size)]
    pay = [[[max(1 - a - b, Fraction(0)) * (a, b)[k] for b in grid] for a in grid] for k in (0, 1)]
    return NormalFormGame(pay)


def random_game(size: int, seed: int) -> NormalFormGame:
    return NormalFormGame(np.random.default_rng(seed).integers(-20, 21, (2, size, size)).tolist())


DILEMMA = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
ABREU_SANNIKOV = NormalFormGame([[[16, 3, 0], [21, 10, -1], [9, 5, -5]], [[9, 13, 3], [1, 4, 0], [0, -4, -15]]])
CASES = [
    ("prisoners' dilemma", DILEMMA, "9/10"),
    ("Abreu and Sannikov 3x3", ABREU_SANNIKOV, "3/10"),
    ("Cournot 15x15", cournot(15), "3/10"),
    ("Cournot 15x15", cournot(15), "9/10"),
    ("Cournot 30x30", cournot(30), "3/10"),
    ("Cournot 30x30", cournot(30), "9/10"),
    ("random 10x10", random_game(10, 1), "1/2"),
    ("random 30x30", random_game(30, 2), "7/10"),
]


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for name, game, factor in CASES:
        floats = np.array(game.floats)
        players = (quantecon.game_theory.Player(floats[0]), quantecon.game_theory.Player(floats[1].T))
        peer = quantecon.game_theory.RepeatedGame(quantecon.game_theory.NormalFormGame(players), float(Fraction(factor)))
        own = RepeatedGame(game, factor)
        spread = float(np.ptp(floats, axis=(1, 2)).max())
        # its tolerance is absolute: the same part of the spread in every game
        theirs = lambda peer=peer, spread=spread: peer.equilibrium_payoffs(options={"tol": 1e-8 * spread, "max_iter": 20_000})
        shape = theirs()  # compiles, and says how far off it is
        found = payoff_set(own)
        corners = [(Fraction(x), Fraction(y)) for x, y in shape.points[shape.vertices]]
        off = max(distance(hull(corners), found.inner), distance(found.vertices, hull(corners))) / spread if found.inner else np.nan
        coarse = min(Fraction(1, 10**3), max(Fraction(1, 10**8), Fraction(off).limit_denominator(10**9)))
        pairs, fine = [], []
        for _ in range(options.rounds):
            peer_time, _ = timed(theirs)
            ours, _ = timed(lambda own=own, coarse=coarse: payoff_set(own, coarse))
            default, _ = timed(lambda own=own: payoff_set(own))
            pairs.append(peer_time / ours)
            fine.append((peer_time, ours, default))
        peer_time, ours, default = (min(each) * 1e3 for each in zip(*fine, strict=True))
        what = f"payoff set, {name}, factor {factor}"
        ratio(what, "QuantEcon", pairs)
        kind = "exact" if found.exact else f"bounds, gap {found.gap / spread:.1e}"
        print(
            f"{what:<48} QuantEcon {peer_time:>8.1f} ms (off {off:.1e}); ours {ours:>8.1f} ms, at 1e-8 {default:>8.1f} ms ({kind}); "
            f"ratio {sorted(pairs)[len(pairs) // 2]:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
