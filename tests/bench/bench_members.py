"""Games of many members, votes and coalitions: how the time grows with their number, and pygambit where it can follow.

    python tests/bench/bench_members.py [--most 500] [--rounds 5]

Members in order of their cost, with the payoffs of the study's bloc: exact pure equilibria, a logit path of 20 precisions,
Shapley-Shubik and Banzhaf indices of weighted votes, and the nucleolus of the study's eleven blocs with its certificate.
"""

from __future__ import annotations

import argparse
import time
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import pygambit
from ratios import fact, ratio

import detente
from detente.games.coalitional import WeightedVotingGame
from detente.games.population import PopulationGame
from detente.solve.adapters import to_pygambit
from detente.solve.coalitional.nucleolus import nucleolus
from detente.solve.population.logit import logit_path
from detente.solve.population.pure import population_equilibria

if TYPE_CHECKING:
    from collections.abc import Callable

STUDY = Path(__file__).parents[2]
SIZES = (14, 55, 100, 200, 500)


def bloc(n: int, actions: int) -> PopulationGame:
    """Return n members of rising dependency who stay out, sign or align; what they gain grows with the share aligned."""
    cost = [Fraction(2 * k + 1, 2 * n) for k in range(n)]
    weight = [Fraction(0), Fraction(1, 3), Fraction(1)]
    names = ["out", "sign", "align"]
    kept = list(range(3)) if actions == 3 else [0, 2]
    base = [[weight[a] * (Fraction(2, 5) - each) + (Fraction(1, 20) if a == 1 else 0) for a in kept] for each in cost]
    slope = [[[weight[a] * weight[b] * Fraction(3, 5) / n for b in kept] for a in kept] for _ in cost]
    return PopulationGame([names[a] for a in kept], base, slope)


def timed(call: Callable[[], Any], rounds: int) -> float:
    """Return the median of milliseconds, the first call left out."""
    call()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        taken.append(1e3 * (time.perf_counter() - start))
    return median(taken)


def against_gambit(rounds: int) -> None:
    """Compare all pure equilibria of a few members with two actions: pygambit fills the table of all profiles."""
    for n in (8, 10, 12):
        game = bloc(n, 2)
        other = to_pygambit(game.normal_form())
        found = population_equilibria(game)
        solved = pygambit.nash.enumpure_solve(other)
        theirs = getattr(solved, "equilibria", solved)  # of another version the list itself
        if len(theirs) != sum(each.number for each in found.equilibria):
            raise SystemExit(f"{n} members: pygambit finds {len(theirs)} pure equilibria, we {len(found.equilibria)}")
        pairs = []
        for _ in range(rounds):
            peer = timed(lambda other=other: pygambit.nash.enumpure_solve(other), 1)
            pairs.append(peer / timed(lambda game=game: population_equilibria(game), 1))
        ratio(f"pure equilibria, {n} members, 2 actions", "pygambit", pairs)
        print(f"{n} members: pygambit takes {median(pairs):.1f} times as long, its table of {2**n} profiles given", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=500, help="members of the largest game")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    options = parser.parse_args()
    against_gambit(options.rounds)
    study = detente.Study(STUDY)
    for name in ("forge_tipping", "forge_tipping:two_actions"):
        model = study.game(name).model
        game = model.form.at(model, model.point("tipping"), "strategic")
        pure = timed(lambda game=game: population_equilibria(game), options.rounds)
        path = timed(lambda game=game: logit_path(game, [10.0 * k for k in range(1, 21)]), options.rounds)
        words = f"all pure equilibria {pure:.1f} ms, a logit path of 20 precisions {path:.0f} ms"
        fact(f"{name}, 55 members", words)
        print(f"{name}: {words}", flush=True)
    for n in (size for size in SIZES if size <= options.most):
        rounds = options.rounds if n <= 100 else 1
        two, three = bloc(n, 2), bloc(n, 3)
        votes = WeightedVotingGame(2 * n // 3 + n // 5, {f"m{k}": 1 + (k % 7 == 0) * (k % 5) for k in range(n)})
        figures = {
            "pure, 2 actions": timed(lambda two=two: population_equilibria(two), rounds),
            "pure, 3 actions": timed(lambda three=three: population_equilibria(three), rounds),
            "logit path of 20, 3 actions": timed(lambda three=three: logit_path(three, [float(k) for k in range(1, 21)]), rounds),
            "Shapley-Shubik": timed(lambda votes=votes: detente.shapley(votes), rounds),
            "Banzhaf": timed(lambda votes=votes: detente.banzhaf(votes), rounds),
        }
        words = ", ".join(f"{what} {each:.3g} ms" for what, each in figures.items())
        fact(f"{n} members", words)
        print(f"{n} members: {words}", flush=True)
    model = study.game("forge_coalition").model
    game = model.form.at(model, model.point("baseline"), "strategic")
    words = f"nucleolus with Kohlberg's certificate {timed(lambda: nucleolus(game), 1) / 1e3:.2f} s"
    fact("11 blocs", words)
    print(f"11 blocs: {words}", flush=True)


if __name__ == "__main__":
    main()
