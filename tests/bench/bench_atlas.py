"""Symbolic supports against sympy.solve, and the time of whole atlases: python tests/bench/bench_atlas.py.

Both sides treat all supports of equal size of a 3x3 game: sympy.solve the two systems of indifference equations, ours
those and the polynomials of every condition, inside and outside the support, from the payoffs as SymPy expressions.
Both start without caches. Ratios mean something only on a quiet machine.
"""

from __future__ import annotations

import random
import time
from fractions import Fraction
from itertools import combinations
from statistics import median

import sympy
from ratios import fact, ratio
from sympy.core.cache import clear_cache

from detente import formula
from detente.formula import symbol
from detente.games.symbolic import SymbolicGame
from detente.solve.parametric._polynomial_ring import Ring
from detente.solve.parametric.atlas import atlas
from detente.solve.parametric.line_signs import LineSigns
from detente.solve.parametric.parametric_supports import primitive, support_vertices


def free(size=3):
    return tuple([[symbol(f"{name}{i}{j}") for j in range(size)] for i in range(size)] for name in "uv")


def four_parameters(seed=1, size=3):
    rnd = random.Random(seed)
    a, b, c, d = map(symbol, "abcd")
    return tuple(
        [
            [rnd.randint(-3, 3) * a + rnd.randint(-3, 3) * b + rnd.randint(-2, 2) * c * d + rnd.randint(-3, 3) * d
             + rnd.randint(0, 5) for _ in range(size)]
            for _ in range(size)
        ]
        for _ in range(2)
    )  # fmt: skip


def ours(u, v):
    ring = Ring([cell for table in (u, v) for row in table for cell in row])
    first = [[ring.quotient(cell)[0] for cell in row] for row in u]
    second = [[ring.quotient(v[i][j])[0] for i in range(len(v))] for j in range(len(v[0]))]
    mixed = [[primitive(each) for each in support_vertices(table, ring.one)] for table in (second, first)]
    by = [{(each.support, each.replies): each for each in side} for side in mixed]
    return [(x, by[1][x.replies, x.support]) for x in mixed[0] if (x.replies, x.support) in by[1]]


def peer(u, v):
    size, found = len(u), 0
    for k in range(1, size + 1):
        for rows in combinations(range(size), k):
            for columns in combinations(range(size), k):
                for table, own, other in ((u, rows, columns), ([list(r) for r in zip(*v)], columns, rows)):
                    weights, value = sympy.symbols(f"w0:{k}"), sympy.Symbol("value")
                    system = [sum(table[i][j] * w for j, w in zip(other, weights)) - value for i in own]
                    found += len(sympy.solve([*system, sum(weights) - 1], [*weights, value], dict=True))
    return found


def timed(job, *args, repeat=5):
    seconds = []
    for _ in range(repeat):
        clear_cache()
        began = time.perf_counter()
        job(*args)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def main():
    print("all supports of a 3x3 game, conditions included, ms")
    for name, tables in (("18 free payoffs", free()), ("four parameters", four_parameters())):
        ours(*tables)
        pairs = [(timed(ours, *tables, repeat=5), timed(peer, *tables, repeat=1)) for _ in range(3)]
        mine, theirs = (median(each) for each in zip(*pairs, strict=True))
        ratio(f"supports of a 3x3 game in symbols, {name}", "sympy.solve", [b / a for a, b in pairs])
        print(f"  {name:16s} detente {1000 * mine:8.2f}   sympy.solve {1000 * theirs:9.1f}   ratio {theirs / mine:6.0f}")
    print("whole atlas, redundant inequalities removed, s")
    rows = [["0", "-a", "b"], ["a", "0", "-c"], ["-b", "c", "0"]]
    other = [["0", "a", "-b"], ["-a", "0", "c"], ["b", "-c", "0"]]
    games = {
        "rock, paper, scissors": SymbolicGame([rows, other], {name: (1, 2) for name in "abc"}),
        "3x3, four parameters": SymbolicGame(list(four_parameters()), dict.fromkeys("abcd", (0, 1))),
        "2x2, eight payoffs": SymbolicGame(
            list(free(2)), {f"{name}{i}{j}": (0, 2) for name in "uv" for i in (0, 1) for j in (0, 1)}
        ),
    }
    for name, game in games.items():
        began = time.perf_counter()
        found = atlas(game)
        seconds = time.perf_counter() - began
        kinds = sorted(each.status for each in found.regions)
        print(f"  {name:22s} {seconds:6.2f}   {', '.join(f'{kind} {kinds.count(kind)}' for kind in dict.fromkeys(kinds))}")
    thresholds_against_sympy()
    the_study()


#: Inequalities in one parameter, one of each kind that payoffs give.
INEQUALITIES = {
    "linear": "3*x - 1",
    "quadratic": "x**2 - x - 1",
    "cubic": "x**3 - 3*x + 1",
    "rational": "(x**2 - 2)/(x - 3) + 1/x",
    "quintic": "x**5 - x - 1",
}


def signs_along(expressions):
    game = SymbolicGame([[[0]], [[0]]], {"x": (-10, 10)})
    line = LineSigns(game, "x", {"x": Fraction(0)}, (Fraction(-10), Fraction(10)))
    cells = line.cells(expressions)
    pieces = [[line.sign_between(each, sample) for each in expressions] for sample in cells.samples]
    return pieces, [[line.sign_at(each, one, at) for each in expressions] for one, at in zip(cells.places, cells.samples)]


def reduced(expressions):
    return sympy.reduce_inequalities([each > 0 for each in expressions], symbol("x"))


def thresholds_against_sympy():
    """Where comparisons are positive: all zeros and poles, isolated, with the signs at and between them.

    That is what a threshold is made of; roots become SymPy's numbers only where they are asked for.
    """
    print("where inequalities in one parameter hold, ms")
    one = {name: formula.parse(text).to_sympy({"x": symbol("x")}) for name, text in INEQUALITIES.items()}
    every = {name: [each] for name, each in one.items()} | {"a system of five": list(one.values())}
    ratios = []
    for name, expressions in every.items():
        signs_along(expressions)
        pairs = [(timed(signs_along, expressions, repeat=5), timed(reduced, expressions, repeat=3)) for _ in range(3)]
        mine, theirs = (median(each) for each in zip(*pairs, strict=True))
        ratios += [b / a for a, b in pairs]
        print(f"  {name:16s} detente {1000 * mine:8.3f}   reduce_inequalities {1000 * theirs:9.1f}   ratio {theirs / mine:6.0f}")
    ratio("thresholds in one parameter", "sympy.reduce_inequalities", ratios)


def the_study():
    """Atlases of all games of the study, how long their conditions are, and what conclusions rest on."""
    import detente

    study = detente.Study.find()
    printed, single, total = [], [], 0.0
    print("atlases of the study's games, s")
    for name in study.games:
        game = study.game(name)
        began = time.perf_counter()
        try:
            found = game.atlas()
        except detente.DetenteError as error:
            print(f"  {name:22s} none: {str(error)[:70]}")
            continue
        seconds = time.perf_counter() - began
        total += seconds
        shown = [each for each in found.regions if each.status in {"conditional", "undecided"}]
        own = [len(each.statements) for each in shown]
        parts = [len(each.unsettled) for each in shown]
        printed += own
        single += parts
        open_ = sum(each.status == "undecided" for each in found.regions)
        print(
            f"  {name:22s} {seconds:6.2f}   regions {len(found.regions)}, undecided {open_}, inequalities a region that is "
            f"neither always nor never: median {median(own or [0])}, most {max(own, default=0)}, "
            f"without min and max {median(parts or [0])}"
        )
    told = f"the median region has {median(printed)} inequalities ({median(single)} if none are joined by min or max)"
    print(f"  together               {total:6.2f}   {told}")
    fact("atlases of the study's games", f"{total:.1f} s together; {told}")
    game = study.game("confrontation")
    print("what conclusions on the confrontation rest on, 25 parameters, s")
    worst = 0.0
    for conclusion in (
        "equilibrium:cooperate,cooperate", "equilibrium:confront,confront", "unique:confront,confront",
        "selected:confront,confront", "class:stag_hunt", "dominant:us=confront", "none", "B_us",
    ):  # fmt: skip
        began = time.perf_counter()
        found = game.rests_on(conclusion)
        seconds = time.perf_counter() - began
        worst = max(worst, seconds)
        print(f"  {conclusion:32s} {seconds:6.2f}   {found.size} of {len(found.among)}, proved {found.proved}")
    fact("what a conclusion on 25 parameters rests on", f"{worst:.1f} s at most, of eight conclusions")


if __name__ == "__main__":
    main()
