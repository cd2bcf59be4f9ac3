"""Games per second of the batch engine and of other packages, in one process, taking turns.

    python tests/bench/bench_ensemble.py [--rounds 5] [--agree 100000]

All equilibria with profiles of random games. A peer gets arrays, as an ensemble has them, and builds its own game;
"prebuilt" leaves the building out. Every ratio is the median of those of the rounds, with the least and the largest.
Equilibria are compared with QuantEcon's on the games that both solve, and on 100,000 games, most of them integer games
with many ties, with those of the exact enumerator, one by one; ``--agree N`` does only that, on N games.
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
from ratios import fact, ratio

from detente.conclusions.ensemble import all_equilibria, draws, payoffs, pure_equilibria
from detente.games.symbolic import SymbolicGame
from detente.solve.two_players.enumeration import enumerate_extreme

HAVE = {name: importlib.util.find_spec(name) is not None for name in ("quantecon", "pygambit", "nashpy", "numba")}
#: Games per round: ours by size, theirs so that a round takes part of a second.
OURS = {2: 262_144, 3: 131_072, 4: 65_536, 5: 16_384}


def quantecon_game(game: Any) -> Any:
    from quantecon.game_theory import NormalFormGame, Player

    return NormalFormGame((Player(game[0]), Player(np.ascontiguousarray(game[1].T))))


def quantecon(games: Any) -> list[Any]:
    from quantecon.game_theory import support_enumeration

    return [support_enumeration(quantecon_game(game)) for game in games]


def quantecon_prebuilt(games: list[Any]) -> list[Any]:
    from quantecon.game_theory import support_enumeration

    return [support_enumeration(game) for game in games]


def gambit(games: Any) -> None:
    import pygambit

    make = getattr(pygambit, "StrategicGame", pygambit.Game).from_arrays
    for game in games:
        pygambit.nash.enummixed_solve(make(game[0], game[1]), rational=False)


def nashpy(games: Any) -> None:
    import nashpy as package

    for game in games:
        list(package.Game(game[0], game[1]).support_enumeration())


def rate(function: Callable[..., Any], games: Any, **options: Any) -> float:
    start = time.perf_counter()
    function(games, **options)
    return len(games) / (time.perf_counter() - start)


def text(values: list[float]) -> str:
    return f"{statistics.median(values):>8.3g} ({min(values):.3g} to {max(values):.3g})"


def same_as_quantecon(games: Any) -> int:
    """Return on how many games QuantEcon has the same equilibria."""
    ours, theirs = all_equilibria(games), quantecon(games)
    agree = 0
    for g, found in enumerate(theirs):
        flat = np.array([np.concatenate(pair) for pair in found])
        own = ours.of(g).reshape(len(ours.of(g)), -1)
        agree += flat.shape == own.shape and np.allclose(
            flat[np.lexsort(flat.round(6).T)], own[np.lexsort(own.round(6).T)], atol=1e-7
        )
    return agree


def compare(n: int, rounds: int) -> None:
    rng = np.random.default_rng(n)
    games = rng.random((OURS[n], 2, n, n))
    engines = ["numpy"] + ["numba"] * HAVE["numba"]
    peers: dict[str, tuple[Callable[..., Any], Any]] = {}
    few = {2: 4000, 3: 3000, 4: 1500, 5: 600}[n]
    if HAVE["quantecon"]:
        peers["quantecon"] = (quantecon, games[:few])
        peers["quantecon prebuilt"] = (quantecon_prebuilt, [quantecon_game(game) for game in games[:few]])
    if HAVE["pygambit"]:
        peers["gambit float"] = (gambit, games[: few // 6])
    if HAVE["nashpy"]:
        peers["nashpy"] = (nashpy, games[: few // 30])
    for engine in engines:
        all_equilibria(games[:100], engine=engine)
    for peer, some in peers.values():
        peer(some[:3])
    rates: dict[str, list[float]] = {name: [] for name in (*engines, *peers)}
    for _ in range(rounds):
        for engine in engines:
            rates[engine].append(rate(all_equilibria, games, engine=engine))
        for name, (peer, some) in peers.items():
            rates[name].append(rate(peer, some))
    for engine in engines:
        print(f"{n} x {n}  detente {engine:<14}{text(rates[engine])} games/s")
    for name in peers:
        print(f"{n} x {n}  {name:<22}{text(rates[name])} games/s")
        for engine in engines:
            ratios = [own / other for own, other in zip(rates[engine], rates[name], strict=True)]
            print(f"       ratio {engine:<16}{text(ratios)}")
            if name in {"quantecon", "gambit float", "nashpy"} and (engine == "numba" or name == "quantecon"):
                ratio(f"all equilibria, batches of {n}x{n}" + (", without numba" if engine == "numpy" else ""), name, ratios)
    if HAVE["quantecon"]:
        same = same_as_quantecon(games[:few])
        print(f"       same equilibria as quantecon: {same} of {few} games", flush=True)
        if n == 3:
            fact(f"random {n}x{n} games", f"the same equilibria as QuantEcon on {same:,} of {few:,}")


def ties(rounds: int) -> None:
    for n, high in ((2, 3), (3, 3), (3, 10), (4, 4), (5, 4)):
        games = np.random.default_rng(n).integers(0, high, (20_000 if n < 4 else 3000, 2, n, n))
        few = games[:200].tolist()
        own, exact = [], []
        for _ in range(rounds):
            own.append(rate(all_equilibria, games))
            exact.append(rate(lambda some: [enumerate_extreme(a, b) for a, b in some], few))
        tied = all_equilibria(games).tied.mean()
        ratios = [a / b for a, b in zip(own, exact, strict=True)]
        print(f"integers 0..{high - 1}, {n} x {n}, {tied:.0%} tied:{text(own)} games/s; exact enumerator{text(exact)}; ratio{text(ratios)}")


def pipeline() -> None:
    """Draw parameters, build payoffs, solve, count: in blocks, as an ensemble does."""
    names = [f"p{k}" for k in range(12)]
    rng = np.random.default_rng(0)

    def cell() -> str:
        a, b, c = rng.choice(names, 3, replace=False)
        return f"{a}*{b} - {c} + {rng.integers(1, 9)}/10"

    for n in (2, 3):
        table = [[[cell() for _ in range(n)] for _ in range(n)] for _ in range(2)]
        game = SymbolicGame(table, dict.fromkeys(names, (0, 1)))
        for total in (100_000, 400_000):
            parts = {"draws": 0.0, "payoffs": 0.0, "equilibria": 0.0}
            for first in range(0, -(-total // 8192), 8):
                last = min(first + 8, -(-total // 8192))
                start = time.perf_counter()
                some = draws(game, total, blocks=(first, last))
                middle = time.perf_counter()
                filled = payoffs(game, some)
                late = time.perf_counter()
                all_equilibria(filled)
                end = time.perf_counter()
                for name, taken in zip(parts, (middle - start, late - middle, end - late), strict=True):
                    parts[name] += taken
            shares = ", ".join(f"{name} {taken:.2f} s" for name, taken in parts.items())
            print(f"{n} x {n}, 12 parameters, {total:,} draws: {total / sum(parts.values()):,.0f} draws/s ({shares})")
    games = rng.random((20_000, 4, 3, 3, 3, 3))
    print(f"pure equilibria of 3 x 3 x 3 x 3: {rate(pure_equilibria, games):,.0f} games/s", flush=True)


def agree(count: int) -> None:
    """Compare games with the exact enumerator one by one."""
    plan = [((2, 2), 3, 0.30), ((2, 2), 10, 0.10), ((2, 3), 3, 0.10), ((3, 3), 3, 0.20), ((3, 3), 10, 0.18),
            ((4, 4), 4, 0.06), ((5, 5), 5, 0.02), ((3, 3), 0, 0.03), ((4, 4), 0, 0.01)]  # fmt: skip
    wrong = done = tied = listed = 0
    for shape, high, share in plan:
        many = round(count * share)
        rng = np.random.default_rng([*shape, high, 77])
        games = rng.integers(0, high, (many, 2, *shape)) if high else rng.random((many, 2, *shape))
        found = all_equilibria(games)
        tied, listed = tied + int(found.tied.sum()), listed + int(found.enumerated.sum())
        for g, (a, b) in enumerate(games.tolist()):
            expected = enumerate_extreme(a, b).equilibria
            other = np.zeros((len(expected), *found.profiles.shape[1:]))
            for row, pair in enumerate(expected):
                for player, mixture in enumerate(pair):
                    other[row, player, : len(mixture)] = [float(weight) for weight in mixture]
            own = found.of(g)
            if own.shape == other.shape:
                x, y = (each.reshape(len(each), -1) for each in (own, other))
                x, y = x[np.lexsort(x.round(6).T)], y[np.lexsort(y.round(6).T)]
                wrong += not np.allclose(x, y, rtol=0, atol=1e-12 if high else 1e-7)
            else:
                wrong += 1
        done += many
        print(f"  {done:,} of {count:,}: {wrong} differ", flush=True)
    print(f"exact enumerator: {wrong} of {done:,} games differ; {tied:,} tied, {listed:,} of them enumerated one by one")
    fact(
        f"{done:,} random games of 2x2 to 5x5, most of them with integer payoffs",
        f"the batch engine and the exact enumerator differ on {wrong:,}; {tied:,} have ties",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--agree", type=int, default=0, metavar="N", help="only compare N games with the exact enumerator")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if absent := [name for name, here in HAVE.items() if not here]:
        print(f"not installed, left out: {', '.join(absent)}")
    if options.agree:
        agree(options.agree)
        return
    for n in OURS:
        compare(n, options.rounds)
    ties(min(options.rounds, 3))
    pipeline()
    agree(100_000)


if __name__ == "__main__":
    main()
