"""Conditions made short: inequalities that the box or the other inequalities prove are left out.

A condition is a conjunction of sign conditions on polynomials. Each polynomial is factored; factors whose sign the
box settles are cancelled. An inequality is left out where the others, the box and the game's constraints imply it,
which is proved by refuting the others together with its opposite (:meth:`Decider.refuted`). Exact points are looked
at first, but only to see that a proof would be in vain, or as witnesses: nothing is left out, and nothing is called
always or never, because of points.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.games.rational import is_known
from detente.numbers import fraction_of
from detente.solve.parametric._polynomial_ring import key_of, monic
from detente.solve.parametric._trial_points import ALLOWED, Atom, TrialPoints

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from detente.solve.parametric._polynomial_ring import GameRing
    from detente.solve.parametric._unit_box import UnitBox
    from detente.solve.parametric._witness_search import WitnessSearch

__all__ = ["ALLOWED", "Atom", "Decider", "Verdict"]

_OPPOSITE = {">=": ("<",), ">": ("<=",), "==": ("<", ">"), "!=": ("==",)}
#: Terms of all inequalities of one proof above which derived names stand for themselves, and above which none is tried.
LONG, LONGEST = 800, 1500
#: Conditions up to which a conjunction that no point is known to meet is shortened.
MANY = 5
#: Pieces of the box that are looked at before a certificate is tried, which alone decides where regions touch.
FEW = 6
#: Cuts from one linear program to the next in a long search.
EVERY = 4
#: Proofs that one atlas may try before it keeps an inequality that may be redundant.
PROOFS = 3000


@dataclass(frozen=True)
class Verdict:
    """What is known of a conjunction over the box: ``status``, what is left of it, and exact witnesses.

    ``status`` is ``always``, ``never``, ``conditional`` or ``undecided``; ``holds_at`` and ``fails_at`` are points
    of the box that respect the constraints, or None where none was met.
    """

    status: str
    atoms: tuple[Atom, ...]
    holds_at: Mapping[str, Fraction] | None = None
    fails_at: Mapping[str, Fraction] | None = None


class Decider(TrialPoints):
    """Signs and conjunctions of polynomials over one box of one game.

    Parameters
    ----------
    ring : GameRing
        The polynomials.
    box : mapping
        Range of every parameter.
    poles : sequence of polynomials
        What the payoffs divide by: the game is not defined where one is zero.
    proofs : int
        How many proofs of redundancy or emptiness may be tried.
    """

    def __init__(
        self,
        ring: GameRing,
        box: Mapping[str, tuple[Fraction, Fraction]],
        poles: Sequence[Any] = (),
        proofs: int = PROOFS,
    ) -> None:
        from detente.solve.parametric._unit_box import UnitBox

        super().__init__(ring, box, poles)
        self.proofs = proofs
        self.unit = UnitBox(ring.base, ring.ranges(box))
        self._forms: dict[Any, Any] = {}
        self._loose_forms: dict[Any, Any] = {}
        self._factor_signs: dict[Any, frozenset[int]] = {}
        self._signs: dict[Any, frozenset[int]] = {}
        self._simplified: dict[Any, list[tuple[Any, str]] | None] = {}
        #: Inequalities proved to exclude each other, and sets that no proof was found for.
        self._cores: list[frozenset[Any]] = []
        self._open: list[frozenset[Any]] = []
        self._nonzero = {
            key_of(monic(factor)[1])
            for pole in self._poles
            if (form := self.unit.form(pole))
            for factor, _ in form.factor()[1]
        }
        self.constraints = self._constraints() + self._away_from_poles()

    # ---------------------------------------------------------------------------------------------- signs

    def form(self, polynomial: Any) -> Any:
        """Return the polynomial over the unit cube that has the sign of a polynomial of the game's names."""
        key = key_of(polynomial)
        if key not in self._forms:
            self._forms[key] = self.unit.form(self.ring.sign_form(polynomial))
        return self._forms[key]

    @cached_property
    def _lengths(self) -> list[tuple[int, int]]:
        return [(len(self.unit.form(top)), len(self.unit.form(bottom))) for top, bottom in self.ring.images]

    def size(self, polynomial: Any) -> int:
        """Return how many terms the polynomial has over the unit cube at most, without writing it out."""
        most = [int(degree) for degree in polynomial.degrees()]
        total = 0
        for monomial in polynomial.monoms():
            terms = 1
            for (top, bottom), power, degree in zip(self._lengths, monomial, most, strict=True):
                if degree:
                    terms *= top ** int(power) * bottom ** (degree - int(power))
            total += terms
        return total

    @cached_property
    def loose(self) -> UnitBox | None:
        """The box with derived names free in their own ranges, which holds the box; None where it is the same."""
        from detente.solve.parametric._unit_box import UnitBox
        from detente.solve.parametric.signs import bounds

        if self.ring.plain:
            return None
        spans: dict[str, tuple[Fraction, Fraction] | None] = dict(self.box)
        for each in self.ring.generators:
            if each.is_Symbol and each.name not in spans:
                spans[each.name] = bounds(self.ring.game.expand(each), self.box)
        return UnitBox(self.ring, spans)

    def loose_form(self, polynomial: Any) -> Any:
        """Return the polynomial over the cube of :attr:`loose`."""
        key = key_of(polynomial)
        if key not in self._loose_forms:
            assert self.loose is not None
            self._loose_forms[key] = self.loose.form(polynomial)
        return self._loose_forms[key]

    def signs(self, polynomial: Any) -> frozenset[int]:
        """Return the signs that a polynomial may take over the box; those left out are proved not to occur."""
        if not polynomial:
            return frozenset({0})
        unit, own = monic(polynomial)
        key = key_of(own)
        if key not in self._signs:
            # Both signs at points: then nothing can be proved.
            both = {-1, 1} <= set(self.signs_at(own))
            self._signs[key] = frozenset({-1, 0, 1}) if both else self._constrained(own, self._product(self.form(own)))
        return self._signs[key] if unit > 0 else frozenset(-sign for sign in self._signs[key])

    def _product(self, form: Any) -> frozenset[int]:
        """Return the signs of a polynomial over the unit cube from those of its irreducible factors."""
        if not form:
            return frozenset({0})
        unit, factors = form.factor()
        signs = {1 if unit > 0 else -1}
        for factor, power in factors:
            scale, own = monic(factor)
            key = key_of(own)
            if key not in self._factor_signs:
                found = self.unit.signs(own)
                self._factor_signs[key] = found - {0} if key in self._nonzero else found
            turn = 1 if scale > 0 else -1
            signs = {a * (turn * b) ** int(power) for a in signs for b in self._factor_signs[key]}
        return frozenset(signs)

    def _constrained(self, polynomial: Any, signs: frozenset[int]) -> frozenset[int]:
        """Strike signs that the constraints of the game rule out."""
        if len(signs) == 1 or not self._related([(self.form(polynomial), True)]):
            return signs
        met = set(self.signs_at(polynomial))
        relation = {1: ">", 0: "==", -1: "<"}
        return frozenset(sign for sign in signs if sign in met or not self.refuted([Atom(polynomial, relation[sign])]))

    # ---------------------------------------------------------------------------------------- conjunctions

    def simplified(self, atom: Atom) -> list[Atom] | None:
        """Return conditions that are together equivalent to one over the box, or None if it never holds.

        Factors of settled sign are cancelled; a strict inequality falls apart into conditions on its factors where
        these cannot be negative.
        """
        if atom.key not in self._simplified:
            self._simplified[atom.key] = self._simple(atom.polynomial, atom.relation)
        found = self._simplified[atom.key]
        return None if found is None else [Atom(polynomial, relation, atom.why) for polynomial, relation in found]

    def _simple(self, polynomial: Any, relation: str) -> list[tuple[Any, str]] | None:
        if relation in {"<", "<="}:
            polynomial, relation = -polynomial, {"<": ">", "<=": ">="}[relation]
        allowed = ALLOWED[relation]
        signs = self.signs(polynomial)
        if signs <= allowed:
            return []
        if not signs & allowed:
            return None
        if polynomial.is_constant():
            return None
        unit, factors = polynomial.factor()
        turn = 1 if unit > 0 else -1
        parts: list[tuple[Any, str]] = []
        rest: list[Any] = []
        for factor, power in factors:
            own = self.signs(factor)
            odd = bool(int(power) % 2)
            if own == {-1}:
                turn *= -1 if odd else 1
            elif own != {1}:
                base = factor
                if own <= {-1, 0}:
                    base, turn, own = -factor, -turn if odd else turn, frozenset({0, 1})
                if relation == ">" and (not odd or own == {0, 1}):
                    parts.append((base, ">" if own == {0, 1} else "!="))
                else:
                    rest.append(base if odd or own == {0, 1} or relation in {"==", "!="} else base * base)
        whole = self.ring.one
        for factor in rest:
            whole = whole * factor
        if rest:
            oriented = whole * turn if relation in {">", ">="} else monic(whole)[1]
            if relation == ">=" and turn < 0 and self.signs(whole) <= {0, 1}:
                oriented, relation = whole, "=="
            unit, primitive = monic(oriented)
            parts.append((primitive * (1 if unit > 0 else -1), relation))
        elif turn not in allowed:
            return None
        return parts

    def met(self, atoms: Sequence[Atom]) -> bool:
        """Look for a point where conditions hold together, and keep it; False says nothing."""
        search = self._witnesses
        if search is None or any(each.relation in {"==", "!="} for each in atoms):
            return False
        wanted = [(key_of(each.polynomial), each.polynomial, 1 if each.relation[0] == ">" else -1) for each in atoms]
        point = search.find(wanted)
        return point is not None and self.add(point) and bool(self.meeting(atoms))

    @cached_property
    def _witnesses(self) -> WitnessSearch | None:
        from detente.solve.parametric._witness_search import WitnessSearch

        expanded = [self.ring.game.expand(each) for each in self.ring.generators]
        return WitnessSearch(expanded, self.box) if self.points and all(map(is_known, expanded)) else None

    def refuted(self, atoms: Sequence[Atom]) -> bool:
        """Return whether conditions are proved to hold together nowhere in the box where the constraints hold."""
        if self.meeting(atoms) or self.met(atoms):
            return False
        unit, size = self.unit, sum(self.size(each.polynomial) for each in atoms)
        if size > LONG and self.loose is not None:
            unit, size = self.loose, sum(len(self.loose_form(each.polynomial)) for each in atoms)
        if size > LONGEST:
            return False
        form = self.form if unit is self.unit else self.loose_form
        forms = [form(each.polynomial) for each in atoms]
        for cases in product(*([">", "<"] if each.relation == "!=" else [each.relation] for each in atoms)):
            literals: dict[tuple[Any, ...], tuple[Any, bool]] = {}
            for each, own, relation in zip(atoms, forms, cases, strict=True):
                key = key_of(each.polynomial)
                if relation in {">", ">=", "=="}:
                    literals[*key, 1, relation == ">"] = (own, relation == ">")
                if relation in {"<", "<=", "=="}:
                    literals[*key, -1, relation == "<"] = (-own, relation == "<")
            if not self._without_point(literals, unit):
                return False
        return True

    def _without_point(self, named: Mapping[tuple[Any, ...], tuple[Any, bool]], unit: UnitBox) -> bool:
        """Return whether inequalities are proved to have no common point; remember what was proved and what not."""
        from detente.solve.parametric._common_points import Answer, common_point
        from detente.solve.programs._farkas import refuted

        names = frozenset(named)
        if any(core <= names for core in self._cores):
            return True
        if self.proofs <= 0 or any(names <= each for each in self._open):
            return False
        self.proofs -= 1
        own = list(named)
        literals = list(named.values())
        if unit is self.unit:
            literals += self._related(literals)
        answer = common_point(unit, literals, pieces=FEW)
        if answer.core is None and answer.point is None:
            usable = [k for k, each in enumerate(literals) if unit.bounded(each[0])]
            certificate = refuted([literals[k] for k in usable], unit.gens, unit.one)
            if certificate is None:
                answer = common_point(unit, literals, every=EVERY)
            else:
                answer = Answer(frozenset(usable[k] for k in certificate))
        if answer.core is not None:
            self._cores.append(frozenset(own[k] for k in answer.core if k < len(own)))
        elif answer.point is not None:
            self._keep(answer.point, unit)
        else:
            self._open.append(names)
        return answer.core is not None

    def _keep(self, point: tuple[Any, ...], unit: UnitBox) -> None:
        """Add a point given in coordinates of a cube: what it says of parameters."""
        own = {name: low for name, (low, _) in self.box.items()}
        generators = (self.ring.base if unit is self.unit else self.ring).generators
        for k, span, share in zip(unit.moving, unit.spans, point, strict=True):
            each = generators[k]
            if not each.is_Symbol or each.name not in own or span is None:
                continue
            own[each.name] = span[0] + (span[1] - span[0]) * fraction_of(share)
        self.add(own)

    def _related(self, literals: Sequence[tuple[Any, bool]]) -> list[tuple[Any, bool]]:
        """Return the constraints that share variables with the literals, directly or through each other."""
        names = {at for form, _ in literals for at, used in enumerate(form.degrees()) if used}
        related: list[tuple[Any, bool]] = []
        left = list(self.constraints)
        while True:
            touching = [each for each in left if names & {at for at, d in enumerate(each[0].degrees()) if d}]
            if not touching:
                return related
            related += touching
            left = [each for each in left if each not in touching]
            names |= {at for form, _ in touching for at, used in enumerate(form.degrees()) if used}

    def _constraints(self) -> list[tuple[Any, bool]]:
        """Return the constraints that are polynomial inequalities; the others count at points only."""
        found: list[tuple[Any, bool]] = []
        known = set(self.ring.base.generators)
        for condition in self.ring.game.constraints:
            parts = condition.args if condition.func.__name__ == "And" else (condition,)
            for each in parts:
                if not each.is_Relational or each.rel_op not in {"<", "<=", ">", ">=", "=="}:
                    continue
                difference = self.ring.game.expand(each.lhs - each.rhs)
                if not difference.free_symbols <= known:
                    continue
                try:
                    top, bottom = self.ring.base.quotient(difference)
                except (KeyError, ZeroDivisionError, IndexError):
                    continue
                form = self.unit.form(top * bottom)
                if each.rel_op in {">", ">=", "=="}:
                    found.append((form, each.rel_op == ">"))
                if each.rel_op in {"<", "<=", "=="}:
                    found.append((-form, each.rel_op == "<"))
        return found

    def may_have_poles(self) -> bool:
        """Return whether it is open that the game is defined all over the box."""
        return any(0 in self.unit.signs(form) if (form := self.unit.form(pole)) else True for pole in self._poles)

    def _away_from_poles(self) -> list[tuple[Any, bool]]:
        """Return, for divisors that the box keeps from one sign, that they are not zero where the game is defined."""
        found = []
        for pole in self._poles:
            for factor, _ in self.unit.form(pole).factor()[1] if self.unit.form(pole) else ():
                signs = self.unit.signs(factor)
                if signs in ({0, 1}, {-1, 0}):
                    found.append((factor if 1 in signs else -factor, True))
        return found

    def verdict(self, atoms: Iterable[Atom], *, reduce: bool = True) -> Verdict:
        """Return status, what is left, and witnesses of a conjunction over the box."""
        parts: dict[Any, Atom] = {}
        for atom in atoms:
            simple = self.simplified(atom)
            if simple is None:
                return Verdict("never", (), None, self.points[0] if self.points else None)
            for each in simple:
                key = key_of(each.polynomial)
                if each.relation == ">" and (*key, ">=") in parts:
                    del parts[*key, ">="]
                if not (each.relation == ">=" and (*key, ">") in parts):
                    parts.setdefault((*key, each.relation), each)
        left = list(parts.values())
        if not self.meeting(left):
            if self.refuted(left):
                return Verdict("never", (), None, self.points[0] if self.points else None)
            for each in left:
                if each.relation != "!=" and not self.meeting(left):
                    self.zeros(each.polynomial)
        if reduce and (len(left) <= MANY or self.meeting(left)):
            left = self.irredundant(left)
        holding = self.meeting(left)
        failing = next(iter(self.refuting(left)), None)
        held = self.points[holding[0]] if holding else None
        failed = None if failing is None or not left else self.points[failing]
        if not left:
            return Verdict("always", (), held)
        status = "conditional" if held is not None and failed is not None else "undecided"
        return Verdict(status, tuple(left), held, failed)

    def irredundant(self, atoms: Sequence[Atom]) -> list[Atom]:
        """Return the conditions without those that the others are proved to imply, the longest looked at first."""
        kept = list(atoms)
        for each in sorted(atoms, key=_length, reverse=True):
            others = [other for other in kept if other is not each]
            if self.implied(others, each):
                kept = others
        return kept

    def implied(self, others: Sequence[Atom], atom: Atom) -> bool:
        """Return whether conditions are proved to imply another over the box."""
        return all(self.refuted([*others, Atom(atom.polynomial, relation)]) for relation in _OPPOSITE[atom.relation])


def _length(atom: Atom) -> tuple[int, int, int]:
    polynomial = atom.polynomial
    return len(polynomial.coeffs()), int(polynomial.total_degree()), len(str(polynomial))
