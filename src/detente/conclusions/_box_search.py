"""Points of cubes in boxes: found, proved absent, or left open; see :mod:`detente.conclusions.decide`."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from detente.conclusions._conditions import Literal
from detente.conclusions._forms import Form, form_of
from detente.conclusions._linear_steps import refuting_weights
from detente.conclusions._relaxed_cubes import RelaxedCubes
from detente.games.rational import fast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.conclusions._conditions import Conditions, Cube
    from detente.conclusions._forms import Box, RiskForm, Values

__all__ = ["Budget", "Searcher"]

#: Pieces that every cube may spend before linear relaxations are tried, and before any of them spends more.
_FIRST, _SECOND = 4, 32
#: Random points that are tried on a piece.
_TRIES = 4


@dataclass
class Budget:
    """Pieces and seconds that a search may spend."""

    pieces: int = 2000
    until: float = field(default=float("inf"))
    spent: int = 0

    @classmethod
    def of(cls, pieces: int, seconds: float | None) -> Budget:
        """Return a budget that starts now."""
        return cls(pieces, float("inf") if seconds is None else time.monotonic() + seconds)

    def take(self) -> bool:
        """Spend a piece; return False where none is left."""
        self.spent += 1
        return self.spent <= self.pieces and time.monotonic() < self.until


class Searcher:
    """Looks for points of cubes within one box; directions proved on the whole box serve every part of it.

    Parameters
    ----------
    comparisons : Conditions
        The expressions and the conclusion.
    box : Box
        Range of every parameter of the game, as FLINT rationals.
    """

    def __init__(self, comparisons: Conditions, box: Box) -> None:
        self.c, self.box = comparisons, box
        self.forms: list[Form | RiskForm] = []
        self._known: list[dict[str, int] | None] = []
        for form in comparisons.forms:
            self._add(form)
        self._relaxed: RelaxedCubes | None = None
        self._sums: dict[tuple[Literal, Literal], Literal | None] = {}
        self._implied: dict[Cube, Cube] = {}
        self._random = random.Random(0)  # noqa: S311 - points to look at
        #: Bounds worked out so far, and how many may be: a measure of effort that is the same on every machine.
        self.effort, self.most = 0, float("inf")

    def _add(self, form: Form | RiskForm) -> int:
        self.forms.append(form)
        self._known.append(None)
        return len(self.forms) - 1

    def known(self, index: int) -> dict[str, int]:
        """Return the directions of an expression that are proved on the whole box, found when first asked for."""
        found = self._known[index]
        if found is None:
            form = self.forms[index]
            found = self._known[index] = {
                name: sign for name in form.names if (sign := form.direction(name, self.box))
            }
        return found

    def implied(self, cube: Cube) -> Cube:
        """Return a cube with sums of two of its inequalities added, where the sum is shorter: payoffs share terms."""
        if cube not in self._implied:
            self._implied[cube] = self._with_sums(cube)
        return self._implied[cube]

    def _with_sums(self, cube: Cube) -> Cube:
        found = dict.fromkeys(cube)
        for pair in combinations(cube, 2):
            if pair not in self._sums:
                parts = [self.forms[each.index] for each in pair]
                self._sums[pair] = None
                if all(isinstance(part, Form) for part in parts) and pair[0].index != pair[1].index:
                    total = sum(each.orient * part.expression for each, part in zip(pair, parts, strict=True))
                    if len(total.args) < max(len(part.expression.args) for part in parts):
                        strict = pair[0].strict or pair[1].strict
                        self._sums[pair] = Literal(self._add(form_of(total)), 1, strict)
            implied = self._sums[pair]
            if implied is not None:
                found[implied] = None
        return tuple(found)

    def find(self, wanted: bool, box: Box, budget: Budget) -> Values | bool:
        """Return a point of ``box`` with the wanted truth, False if there is proved to be none, True if it is open."""
        cubes = self.c.cubes(wanted)
        if cubes is None:
            cubes = ((),)
        # Most cubes are settled by their first pieces; one that is not must not spend what the others need.
        for share in (_FIRST, _SECOND, budget.pieces):
            still = []
            for cube in cubes:
                if time.monotonic() >= budget.until or self.effort >= self.most:
                    return True
                own = Budget(min(share, budget.pieces - budget.spent), budget.until)
                whole = self.implied((*cube, *self.c.constraints))
                found = self._search(whole, wanted, box, own, programs=share > _FIRST)
                budget.spent += own.spent
                if isinstance(found, dict):
                    return found
                if found and share == _FIRST:
                    found = self._relaxation(cube, wanted, box)
                    if isinstance(found, dict):
                        return found
                if found:
                    still.append(cube)
            if not still or budget.spent >= budget.pieces:
                return bool(still)
            cubes = tuple(still)
        return True

    def _relaxation(self, cube: Cube, wanted: bool, box: Box) -> Values | bool:
        """Return a point of a cube that first pieces left open, or whether it still is, by linear relaxations."""
        if self._relaxed is None:
            self._relaxed = RelaxedCubes(self.c.forms)
        found = self._relaxed.look((*cube, *self.c.constraints), box)
        if isinstance(found, dict):
            return found if self.c.truth_at(found) is wanted and self.c.allowed_at(found) else True
        return found is not False

    def _search(
        self, cube: Cube, wanted: bool, box: Box, budget: Budget, *, programs: bool = True
    ) -> Values | bool:
        """Search one cube by branch and bound, with linear programs or without these."""
        stack: list[tuple[Box, Cube, bool]] = [(box, cube, False)]
        while stack:
            if not budget.take() or self.effort >= self.most:
                return True
            whole, literals, moved = stack.pop()
            piece = dict(whole)
            active = self.contract(piece, literals, self.c.names)
            if active is None:
                continue
            for point in self._trials(piece, active):
                if self.c.truth_at(point) is wanted and self.c.allowed_at(point):
                    return point
            if programs and self._refuted(piece, active):
                continue
            if not active:
                # Every inequality is proved, yet the point has another truth or violates a constraint that bounds do
                # not see. Where parameters were moved, the points passed over may be of use: the piece is cut as
                # it was.
                if moved:
                    return True
                piece = whole
            name = self._cut(piece, active)
            if name is None:
                if self.c.truth_at({each: span[0] for each, span in piece.items()}) is None:
                    return True
                continue
            moved = moved or piece != whole
            low, high = piece[name]
            middle = (low + high) / 2
            stack += [
                ({**piece, name: (low, middle)}, active, moved),
                ({**piece, name: (middle, high)}, active, moved),
            ]
        return False

    def contract(
        self, piece: Box, literals: Cube, names: Sequence[str], objective: tuple[Form, Mapping[str, int]] | None = None
    ) -> Cube | None:
        """Move parameters on which all open literals agree, in place; return the open literals, None if refuted.

        ``objective`` is an expression to be made large, which has to agree too, with its directions on the whole box.
        """
        active = literals
        while True:
            self.effort += sum(self.forms[each.index].size for each in active)
            still = []
            for each in active:
                form, known = self.forms[each.index], self.known(each.index)
                best = form.extreme(piece, high=each.orient > 0, known=known)
                if best is not None and (best * each.orient < 0 or (each.strict and best == 0)):
                    return None
                worst = form.extreme(piece, high=each.orient < 0, known=known)
                if worst is None or worst * each.orient < 0 or (each.strict and worst == 0):
                    still.append(each)
            active = tuple(still)
            moved = False
            for name in names:
                low, high = piece[name]
                if low == high:
                    continue
                directions = {
                    self._direction(each, name, piece) for each in active if name in self.forms[each.index].names
                }
                if objective is not None and name in objective[0].names:
                    directions.add(objective[1].get(name, 0) or objective[0].direction(name, piece))
                if directions in ({1}, {-1}):
                    end = high if directions == {1} else low
                    piece[name] = (end, end)
                    moved = True
            if not moved:
                return active

    def _refuted(self, piece: Box, active: Cube) -> bool:
        """Return whether a weighted sum of the open inequalities is proved negative all over a piece.

        Weights come from a linear program in floats over bounds of first order around the middle; the sum is then
        bounded exactly, so that nothing rests on the floats (a Farkas certificate of the linearized system).
        """
        if len(active) < 2:
            return False
        middle = {name: (low + high) / 2 for name, (low, high) in piece.items()}
        names = [name for name in self.c.names if piece[name][0] != piece[name][1]]
        at = []
        slopes: list[dict[str, Any]] = []
        for each in active:
            form = self.forms[each.index]
            value = form.most(middle, each.orient)
            spans = {name: form.slope(name, piece) for name in names if name in form.names}
            if value is None or any(span is None for span in spans.values()):
                return False
            at.append(value)
            slopes.append({n: s if each.orient > 0 else (-s[1], -s[0]) for n, s in spans.items() if s is not None})
        weights = refuting_weights(at, slopes, {name: (piece[name][1] - piece[name][0]) / 2 for name in names})
        total = sum(weight * value for weight, value in zip(weights, at, strict=True))
        for name in names:
            low = sum(w * own[name][0] for w, own in zip(weights, slopes, strict=True) if name in own)
            high = sum(w * own[name][1] for w, own in zip(weights, slopes, strict=True) if name in own)
            total += max(high, -low, 0) * (piece[name][1] - piece[name][0]) / 2
        return bool(
            total < 0 or (total == 0 and any(w > 0 and each.strict for w, each in zip(weights, active, strict=True)))
        )

    def _direction(self, literal: Literal, name: str, piece: Box) -> int:
        """Return whether a literal is served by more (1) or less (-1) of a parameter, 0 where this is not proved."""
        proved = self.known(literal.index).get(name, 0)
        if not proved:
            proved = self.forms[literal.index].direction(name, piece)
        return proved * literal.orient

    def _trials(self, piece: Box, active: Cube) -> Iterator[Values]:
        """Yield points of a piece: the middle, corners, points drawn at random, zeros of equations."""
        middle = {name: (low + high) / 2 for name, (low, high) in piece.items()}
        points = [middle]
        open_names = [name for name in self.c.names if piece[name][0] != piece[name][1]]
        if open_names:
            for each in active:
                point = dict(middle)
                for name in open_names:
                    direction = self._direction(each, name, piece) if name in self.forms[each.index].names else 0
                    if direction:
                        point[name] = piece[name][direction > 0]
                points.append(point)
            for _ in range(_TRIES):
                drawn = {name: fast(Fraction(self._random.randrange(17), 16)) for name in open_names}
                points.append(
                    {**middle, **{n: piece[n][0] + (piece[n][1] - piece[n][0]) * t for n, t in drawn.items()}}
                )
        yield from points
        equations = {each.index for each in active if (not each.strict and _reverse(each) in active)}
        for index in equations:
            form = self.forms[index]
            for point in points:
                for name in form.names:
                    if name in open_names:
                        solved = _zero_along(form, name, point, piece[name])
                        if solved is not None:
                            yield {**point, name: solved}

    def _cut(self, piece: Box, active: Cube) -> str | None:
        """Return the parameter that moves the open literals most, relative to their whole movement."""
        scores: dict[str, float] = {}
        for each in active:
            form = self.forms[each.index]
            moves = {}
            for name in form.names:
                low, high = piece[name]
                if low == high:
                    continue
                span = form.slope(name, piece)
                width = float(high - low)
                moves[name] = float("1e30") if span is None else width * max(abs(float(span[0])), abs(float(span[1])))
            total = sum(moves.values()) or 1.0
            for name, move in moves.items():
                scores[name] = scores.get(name, 0.0) + move / total
        if not scores:
            scores = {
                name: float((high - low) / (self.box[name][1] - self.box[name][0]))
                for name, (low, high) in piece.items()
                if low != high and name in self.c.names
            }
        return max(scores, key=lambda each: (scores[each], each), default=None)


def _reverse(literal: Literal) -> Literal:
    return Literal(literal.index, -literal.orient, literal.strict)


def _zero_along(form: Any, name: str, point: Values, span: Any) -> Any:
    """Return a value of a parameter in ``span`` that makes the expression 0, found where it is affine, or None."""
    ends = [form.value({**point, name: end}) for end in span]
    if ends[0] is None or ends[1] is None or ends[0] == ends[1] or ends[0] * ends[1] > 0:
        return None
    at = span[0] - ends[0] * (span[1] - span[0]) / (ends[1] - ends[0])
    return at if form.value({**point, name: at}) == 0 else None
