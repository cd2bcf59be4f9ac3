"""From candidates to regions: signs of denominators by case, conditions as comparisons, the verdict over the box."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.solve.parametric.atlas_result import Comparison
from detente.solve.parametric.redundancy import Atom, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.parametric.redundancy import Decider

__all__ = ["Condition", "Settled", "settle", "shown"]

#: The signs of the vectors that a case assumes, None where it is left open.
Case = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Condition:
    """``polynomial relation 0``, times the common signs of the vectors named by position in ``vectors``."""

    polynomial: Any
    relation: str
    why: str
    vectors: tuple[int, ...] = ()


@dataclass(frozen=True)
class Settled:
    """A condition over the box: all comparisons, a form that holds beyond the box, what is left, and what is known."""

    comparisons: tuple[Comparison, ...]
    everywhere: tuple[Comparison, ...]
    verdict: Verdict
    left: tuple[Comparison, ...] = ()


def settle(
    decide: Decider,
    vectors: Sequence[tuple[Sequence[Any], Sequence[str]]],
    conditions: Sequence[Condition],
) -> Settled:
    """Return the condition that every vector has one strict sign in all its entries, and that the conditions hold.

    Parameters
    ----------
    vectors : sequence of (polynomials, reasons)
        Weights of mixed strategies up to a common factor of either sign.
    conditions : sequence of Condition
        Inequalities relative to those signs.

    Notes
    -----
    Nothing is divided by a polynomial of unknown sign. Each vector is either positive or negative; cases that are
    proved empty over the box are dropped. If one case is left, it is the condition. Otherwise a weight, which is not
    zero where the condition holds, stands in for the sign of its vector.
    """
    possible = [_orientations(decide, weights) for weights, _ in vectors]
    open_: Case = (None,) * len(vectors)
    everywhere = _comparisons(decide, _inequalities(vectors, conditions, open_))
    cases: list[Case] = [case for case in product(*possible) if case]
    if len(cases) > 1:
        cases = [
            case for case in cases if not decide.refuted([atom for atom, _ in _inequalities(vectors, conditions, case)])
        ]
    if vectors and not cases:
        return Settled(everywhere, everywhere, Verdict("never", (), None, next(iter(decide.points), None)))
    # A vector whose sign is the same in all cases left has that sign.
    common: Case = tuple(
        signs.pop() if len(signs := {case[k] for case in cases}) == 1 else None for k in range(len(vectors))
    )
    own = _inequalities(vectors, conditions, common)
    verdict = decide.verdict(atom for atom, _ in own)
    return Settled(_comparisons(decide, own), everywhere, verdict, shown(decide, verdict.atoms))


def _orientations(decide: Decider, weights: Sequence[Any]) -> list[int]:
    signs = {-1, 1}
    for each in weights:
        signs &= decide.signs(each)
    return sorted(signs, reverse=True)


def _shortest(weights: Sequence[Any]) -> int:
    lengths = [len(each.coeffs()) for each in weights]
    return lengths.index(min(lengths))


def _inequalities(
    vectors: Sequence[tuple[Sequence[Any], Sequence[str]]], conditions: Sequence[Condition], case: Case
) -> list[tuple[Atom, tuple[Any, ...]]]:
    """Return the inequalities of one case, each with its factors for display."""
    found: list[tuple[Atom, tuple[Any, ...]]] = []
    pivots = [_shortest(weights) for weights, _ in vectors]
    for at, (weights, reasons) in enumerate(vectors):
        sign = case[at]
        for k, (weight, why) in enumerate(zip(weights, reasons, strict=True)):
            if sign is not None:
                if not weight.is_constant():
                    found.append((Atom(weight * sign, ">", why), (weight * sign,)))
            elif k != pivots[at]:
                pivot = weights[pivots[at]]
                found.append((Atom(pivot * weight, ">", why), (pivot, weight)))
    for each in conditions:
        polynomial, factors = each.polynomial, []
        for at in each.vectors:
            sign = case[at]
            if sign is None:
                factors.append(vectors[at][0][pivots[at]])
            else:
                polynomial = polynomial * sign
        whole = polynomial
        for factor in factors:
            whole = whole * factor
        found.append((Atom(whole, each.relation, each.why), (*factors, polynomial)))
    return found


def _comparisons(decide: Decider, parts: Sequence[tuple[Atom, tuple[Any, ...]]]) -> tuple[Comparison, ...]:
    import sympy

    return tuple(
        Comparison(sympy.Mul(*map(decide.ring.expression, factors)), atom.relation, atom.why) for atom, factors in parts
    )


def shown(decide: Decider, atoms: Sequence[Atom]) -> tuple[Comparison, ...]:
    """Return conditions as comparisons, products left as products."""
    return tuple(Comparison(decide.ring.factored(each.polynomial), each.relation, each.why) for each in atoms)
