r"""The comparisons of payoffs whose signs decide a conclusion of a parametric game.

A conclusion depends on the parameters only through the signs of finitely many expressions: payoff differences, a
formula, or the product that decides risk dominance. Here they are listed, each once, together with those of the
game's constraints; they are evaluated exactly; and the set of points at which the conclusion holds, or fails, is
written as a union of *cubes*, conjunctions of sign conditions, which the searches over boxes work on.

The cubes come from the definition where the conclusion is a conjunction or a disjunction (equilibrium, dominant,
sign, none, set), and otherwise from the table of all sign vectors, merged greedily. For risk dominance with losses
:math:`a_1, a_2` at the target and :math:`b_1, b_2` at the opposite profile the expression is
:math:`a_1^+ a_2^+ - b_1^+ b_2^+`, with :math:`x^+ = \max(x, 0)`: where both profiles are strict equilibria it is the
difference of the Nash products (Harsanyi and Selten 1988, section 3.9), and it is monotone wherever the four losses
are.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Conditions, Cube, Literal
from detente.conclusions._forms import Form, RiskForm
from detente.conclusions.conclusion import Conclusion, Signs, parse_conclusion
from detente.errors import UsageError
from detente.formula import Formula
from detente.games.normal import deviations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["Comparisons", "Cube", "Literal", "as_conclusion", "joined"]

#: Comparisons up to which all sign vectors are tabulated: 3**6 = 729.
_TABLED = 6
#: Cubes up to which a conjunction of disjunctions is multiplied out.
_MAX_CUBES = 4000


def as_conclusion(game: SymbolicGame, given: Conclusion | Formula | str) -> Conclusion:
    """Return a conclusion from its text, from a formula (which holds where it is positive), or as it is."""
    if isinstance(given, Conclusion):
        return given
    if isinstance(given, Formula):
        return Conclusion(f"sign:{given.text}", "sign", formula=given)
    return parse_conclusion(given, game.players, game.strategies)


class Comparisons(Conditions):
    """The expressions that decide a conclusion of a game, and the conclusion as a function of their signs.

    Parameters
    ----------
    game : SymbolicGame
        Payoffs that are rational functions of the parameters.
    conclusion : Conclusion, Formula or str
        What is asked. ``unique``, ``selected`` and ``class`` are for 2x2 games; see
        :mod:`detente.conclusions.sole_equilibrium` for larger ones.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 1)})
    >>> c = Comparisons(s, "equilibrium:2,2")
    >>> [str(form.expression) for form in c.forms], c.truth({"b": 2, "c": "1/2"}), c.truth({"b": 2, "c": "-1/2"})
    (['c'], True, False)
    """

    def __init__(self, game: SymbolicGame, conclusion: Conclusion | Formula | str) -> None:
        self.conclusion = as_conclusion(game, conclusion)
        super().__init__(game, self.conclusion.text)
        self._covers: dict[bool, tuple[Cube, ...]] = {}
        kind = self.conclusion.kind
        if kind in {"unique", "selected", "class"} and game.shape != (2, 2):
            sizes = "x".join(map(str, game.shape))
            raise UsageError(f"found a {sizes} game; {kind}: is decided over a box for 2x2 games")
        self._risk: tuple[Profile, int] | None = None
        self._where: dict[Any, tuple[int | None, int]] = {}
        self._lost: dict[Profile, tuple[tuple[int | None, int], ...]] = {}
        for player, a, b in self._needed():
            self._compare(player, a, b)
        if kind == "sign":
            assert self.conclusion.formula is not None
            self._formula = self._register(game.expression(self.conclusion.formula))
        if kind == "selected":
            self._register_risk(self.conclusion.profiles[0])
        self._finish()

    # -- building ---------------------------------------------------------------------------------------------

    def _needed(self) -> Iterable[tuple[int, Profile, Profile]]:
        """Yield the comparisons (player, profile, other profile) that the conclusion looks at."""
        shape, c = self.game.shape, self.conclusion
        if c.kind == "sign":
            return
        if c.kind == "class":
            for player in (0, 1):
                r, t, s, p = (cell if player == 0 else cell[::-1] for cell in ((0, 0), (1, 0), (0, 1), (1, 1)))
                for a, b in ((t, r), (p, s), (r, p)):
                    yield player, (a[0], a[1]), (b[0], b[1])
            return
        profiles: Iterable[Profile] = c.profiles if c.kind == "equilibrium" else self.game.profiles()
        if c.kind == "dominant":
            profiles = [each for each in self.game.profiles() if each[c.player] == c.strategy]
        for profile in profiles:
            for player, other in deviations(shape, profile):
                if c.kind != "dominant" or player == c.player:
                    yield player, profile, other

    def _compare(self, player: int, a: Profile, b: Profile) -> tuple[int | None, int]:
        """Return (index, orientation) of a comparison of payoffs."""
        if (player, a, b) not in self._where:
            index, orient = self._register(self.game.difference(player, a, b))
            self._where[player, a, b], self._where[player, b, a] = (index, orient), (index, -orient)
        return self._where[player, a, b]

    def _register_risk(self, target: Profile) -> None:
        def loss(profile: Profile, player: int) -> Form:
            other = tuple(1 - own if k == player else own for k, own in enumerate(profile))
            return Form(self.game.expand(self.game.payoff(player, profile) - self.game.payoff(player, other)))

        opposite = (1 - target[0], 1 - target[1])
        losses = [loss(profile, player) for profile in (target, opposite) for player in (0, 1)]
        self._risk = target, len(self._forms)
        self._forms.append(RiskForm(losses[0], losses[1], losses[2], losses[3]))

    # -- evaluating -------------------------------------------------------------------------------------------

    def holds(self, signs: tuple[int, ...]) -> bool:
        """Return whether the conclusion holds where the decisive expressions have these signs."""
        if signs not in self._truth:
            if self.conclusion.kind == "equilibrium":
                literals = self._conjunction(self._needed(), strict=False)
                self._truth[signs] = literals is not None and all(each.met(signs[each.index]) for each in literals)
            else:
                self._truth[signs] = self.conclusion.holds(self.view(signs))
        return self._truth[signs]

    def view(self, signs: Sequence[int]) -> Signs:
        """Return the comparisons as the view on which conclusions are evaluated.

        Only what the conclusion looks at can be asked of it.
        """

        def read(where: tuple[int | None, int]) -> int:
            index, orient = where
            return orient if index is None else orient * signs[index]

        def risk(a: Profile, _: Profile) -> int:
            if self._risk is None or self._risk[0] not in {a, (1 - a[0], 1 - a[1])}:
                return 0  # between the two other profiles, neither of which is the target
            return signs[self._risk[1]] * (1 if a == self._risk[0] else -1)

        def compare(player: int, a: Profile, b: Profile) -> int:
            return read(self._where[player, a, b])

        def formula_sign(_: Formula) -> int:
            return read(self._formula)

        return Signs(self.game.players, self.game.strategies, compare, risk, formula_sign, self._losses, read)

    def _losses(self, profile: Profile) -> tuple[tuple[int | None, int], ...]:
        """Return (index, orientation) of what deviations from a profile lose, equal losses once."""
        if profile not in self._lost:
            found = (self._where[player, profile, other] for player, other in deviations(self.game.shape, profile))
            self._lost[profile] = tuple(dict.fromkeys(found))
        return self._lost[profile]

    # -- cubes ------------------------------------------------------------------------------------------------

    def cubes(self, wanted: bool) -> tuple[Cube, ...] | None:
        """Return conjunctions that cover every point at which the conclusion holds (or fails), or None if too many.

        A point of a cube may lack the truth where risk dominance meets a tie, so a point found is checked; no point
        outside all cubes has it. Constraints are not in the cubes.
        """
        kind = self.conclusion.kind
        if kind in {"equilibrium", "dominant", "sign"}:
            strict = kind != "equilibrium"
            if kind == "sign":
                index, orient = self._formula
                whole: Cube | None = None if index is None else (Literal(index, orient, strict=True),)
                if index is None and orient > 0:
                    whole = ()
            else:
                whole = self._conjunction(self._needed(), strict=strict)
            if whole is None:
                return () if wanted else ((),)
            return (whole,) if wanted else tuple((Literal(each.index, -each.orient, not strict),) for each in whole)
        if kind == "selected" and wanted:
            assert self._risk is not None
            target = self.conclusion.profiles[0]
            pairs = [(player, target, _deviation(target, player)) for player in (0, 1)]
            losses = self._conjunction(pairs, strict=True)
            return () if losses is None else ((*losses, Literal(self._risk[1], 1, True)),)
        if wanted not in self._covers:
            self._covers[wanted] = self._tabled(wanted) if self.decisive <= _TABLED else self._multiplied(wanted)
        return self._covers[wanted]

    def _conjunction(self, pairs: Iterable[tuple[int, Profile, Profile]], *, strict: bool) -> Cube | None:
        """Return that no comparison is negative (or all are positive), None where a constant refutes it."""
        literals: dict[Literal, None] = {}
        for each in pairs:
            index, orient = self._compare(*each)
            if index is None:
                if orient < 0 or (strict and orient == 0):
                    return None
                continue
            literals[Literal(index, orient, strict)] = None
        return tuple(literals)

    def _tabled(self, wanted: bool) -> tuple[Cube, ...]:
        """Merge the sign vectors with the wanted truth into cubes; what risk dominance needs stays unmerged."""
        k = self.decisive
        risk = self._risk[1] if self._risk else None
        order = [risk] * (risk is not None) + [i for i in range(k) if i != risk]
        matching = {each for each in product((-1, 0, 1), repeat=k) if self.holds(each) == wanted}
        left = set(matching)
        cubes: list[Cube] = []
        # Vectors without ties first: their cubes are the large ones.
        for vector in sorted(matching, key=lambda each: (each.count(0), each)):
            if vector not in left:
                continue
            sets = [{sign} for sign in vector]
            for i in order:
                assert i is not None
                for wider in (
                    {-1, 0, 1},
                    {0, vector[i]} if vector[i] else {-1, 0},
                    {0, vector[i]} if vector[i] else {0, 1},
                ):
                    trial = [*sets[:i], wider, *sets[i + 1 :]]
                    if all(each in matching for each in product(*trial)):
                        sets = trial
                        break
            left -= set(product(*sets))
            if risk is not None and len(sets[risk]) < 3:
                sets = [each if i == risk else {-1, 0, 1} for i, each in enumerate(sets)]
            cubes.append(tuple(literal for i, each in enumerate(sets) for literal in _literals(i, each)))
        return tuple(dict.fromkeys(cubes))

    def _multiplied(self, wanted: bool) -> tuple[Cube, ...]:
        """Return cubes for ``none`` and ``set`` from the definition of an equilibrium."""
        chosen = set(self.conclusion.profiles)
        alone: list[Cube] = []  # cubes where the conclusion fails
        clauses: list[tuple[Cube, ...]] = []  # of each of these, one cube must hold for the conclusion
        for profile in self.game.profiles():
            pairs = [(player, profile, other) for player, other in deviations(self.game.shape, profile)]
            conjunction = self._conjunction(pairs, strict=False)
            broken: tuple[Cube, ...] = (
                ((),)
                if conjunction is None
                else tuple((Literal(each.index, -each.orient, True),) for each in conjunction)
            )
            stable = () if conjunction is None else (conjunction,)
            clauses.append(stable if profile in chosen else broken)
            alone += broken if profile in chosen else stable
        if not wanted:
            return tuple(dict.fromkeys(alone))
        cubes: list[frozenset[Literal]] = [frozenset()]
        for clause in sorted(clauses, key=len):
            grown = {found for cube in cubes for part in clause if (found := joined(cube, part)) is not None}
            if len(grown) > _MAX_CUBES:
                break  # the cubes so far cover more than the conclusion, which is sound
            narrowed = _smallest(grown)
            if len(narrowed) > _MAX_CUBES // 4:
                break
            cubes = narrowed
        return tuple(tuple(sorted(each)) for each in cubes)


def _deviation(profile: Profile, player: int) -> Profile:
    return tuple(1 - own if k == player else own for k, own in enumerate(profile))


def _literals(index: int, signs: set[int]) -> Cube:
    """Return the literals that say that an expression has one of the signs."""
    if len(signs) == 3:
        return ()
    if signs == {0}:
        return Literal(index, 1, False), Literal(index, -1, False)
    return (Literal(index, 1 if 1 in signs else -1, 0 not in signs),)


def _smallest(cubes: set[frozenset[Literal]]) -> list[frozenset[Literal]]:
    """Return the cubes that hold no other one, in the order in which they are given."""
    import numpy as np

    given = sorted(cubes, key=len)
    places = {literal: k for k, literal in enumerate({literal for cube in cubes for literal in cube})}
    inside = np.zeros((len(given), len(places)), dtype=np.float32)
    for row, cube in zip(inside, given, strict=True):
        row[[places[literal] for literal in cube]] = 1
    sizes = np.array(list(map(len, given)))
    kept = np.zeros(len(given), dtype=bool)
    for size in np.unique(sizes):  # of two cubes of one size neither holds the other
        own = sizes == size
        kept[own] = ~(inside[own] @ inside[kept].T == sizes[kept]).any(axis=1)
    smallest = {cube for cube, is_kept in zip(given, kept.tolist(), strict=True) if is_kept}
    return [cube for cube in cubes if cube in smallest]


def joined(cube: frozenset[Literal], part: Cube) -> frozenset[Literal] | None:
    """Return the conjunction of two cubes, None where they contradict each other on a sign."""
    merged = set(cube)
    for each in part:
        for other in cube:
            if other.index == each.index and other.orient != each.orient and (other.strict or each.strict):
                return None
        if Literal(each.index, each.orient, True) not in merged:
            merged.discard(Literal(each.index, each.orient, False))
            merged.add(each)
    return frozenset(merged)
