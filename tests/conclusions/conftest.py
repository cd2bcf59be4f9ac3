"""Random two-by-two games and their conclusions in z3, written from the definitions; the engine takes no part."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
import z3

from detente.games.symbolic import SymbolicGame

NAMES = ("a", "b", "c")


class Oracle:
    """The conclusions of a 2x2 game in z3, written from their definitions, over a box and with linear constraints."""

    def __init__(self, payoffs, box, constraints=()):
        self.v = {name: z3.Real(name) for name in box}
        self.u = [[[self.term(cell) for cell in row] for row in cells] for cells in payoffs]
        self.solver = z3.Solver()
        self.solver.set("timeout", 700)
        for name, (low, high) in box.items():
            self.solver.add(self.v[name] >= z3.Q(*Fraction(low).as_integer_ratio()), self.v[name] <= z3.Q(*Fraction(high).as_integer_ratio()))
        for left, right in constraints:
            self.solver.add(self.term(left) <= self.term(right))

    def term(self, poly):
        """A polynomial given as a list of (coefficient, names)."""
        return z3.Sum([z3.Product([z3.RealVal(k), *(self.v[n] for n in names)]) for k, names in poly] or [z3.RealVal(0)])

    def losses(self, i, j):
        return self.u[0][i][j] - self.u[0][1 - i][j], self.u[1][i][j] - self.u[1][i][1 - j]

    def truth(self, kind):
        name, _, rest = kind.partition(":")
        profile = tuple("xy".index(each) for each in rest.split(",")) if name in {"equilibrium", "unique", "selected"} else ()
        weak = {(i, j): z3.And(*(each >= 0 for each in self.losses(i, j))) for i in (0, 1) for j in (0, 1)}
        if name == "equilibrium":
            return weak[profile]
        if name == "none":
            return z3.Not(z3.Or(*weak.values()))
        if name == "dominant":
            return z3.And(self.u[0][0][0] > self.u[0][1][0], self.u[0][0][1] > self.u[0][1][1])
        if name == "class":  # stag hunt: R > T, P > S, R > P for both
            r, t, s, p = self.u[0][0][0], self.u[0][1][0], self.u[0][0][1], self.u[0][1][1]
            q, w, o, m = self.u[1][0][0], self.u[1][0][1], self.u[1][1][0], self.u[1][1][1]
            return z3.And(r > t, p > s, r > p, q > w, m > o, q > m)
        # A profile is the only equilibrium exactly where it is strict and a player strictly leaves the opposite one.
        a1, a2 = self.losses(*profile)
        b1, b2 = self.losses(1 - profile[0], 1 - profile[1])
        unique = z3.And(a1 > 0, a2 > 0, z3.Or(b1 < 0, b2 < 0))
        if name == "unique":
            return unique
        return z3.Or(unique, z3.And(a1 > 0, a2 > 0, b1 > 0, b2 > 0, a1 * a2 > b1 * b2))

    def possible(self, condition):
        """True, False, or None where z3 gives up."""
        self.solver.push()
        self.solver.add(condition)
        found = self.solver.check()
        self.solver.pop()
        return None if found == z3.unknown else found == z3.sat


def text(poly):
    return " + ".join(f"({k})" + "".join(f"*{n}" for n in names) for k, names in poly) or "0"


def random_game(rng, names=NAMES, degree=2, spread=3):
    def cell():
        poly = [(rng.randint(-spread, spread), ())]
        for _ in range(3):
            poly.append((rng.randint(-spread, spread), tuple(rng.choice(names) for _ in range(rng.randint(1, degree)))))
        return poly

    return [[[cell() for _ in range(2)] for _ in range(2)] for _ in range(2)]


KINDS = ("equilibrium:x,y", "unique:x,x", "selected:x,x", "selected:y,y", "none", "class:stag_hunt", "dominant:1=x")


def build(payoffs, box, constraints=()):
    cells = [[[text(cell) for cell in row] for row in table] for table in payoffs]
    return SymbolicGame(cells, box, strategies=[["x", "y"]] * 2, constraints=[f"{text(a)} <= {text(b)}" for a, b in constraints])


@pytest.fixture(scope="session")
def z3_games():
    """The random games, the oracle, and the conclusions that it knows."""
    return SimpleNamespace(Oracle=Oracle, build=build, random_game=random_game, kinds=KINDS, names=NAMES)
