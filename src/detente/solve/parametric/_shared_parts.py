"""Inequalities that say nearly the same as one: players alike, or several ways to deviate from one strategy.

``s + a >= 0`` and ``s + b >= 0`` are together ``s + min(a, b) >= 0``. A reader compares one sum with the least of
several rather than reading the same sum again and again. Inequalities are joined only where what they share is at
least as long as the shortest of what each has of its own, or where one player compares one strategy with several: then
what they share is part of what that strategy pays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.solve.parametric.atlas_result import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["joined"]

#: What stands between a player and a strategy in the reason of a comparison.
DEVIATION = " does not gain by "
#: A sum: terms without their coefficients, with these.
Sum = dict[Any, Any]


def joined(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Return inequalities that hold together where the given ones do, those alike joined by ``min`` or ``max``.

    Examples
    --------
    >>> import sympy
    >>> a, b, x, y = sympy.symbols("a b x y", real=True)
    >>> parts = [Comparison(a - b - x, ">="), Comparison(a - b - y, ">="), Comparison(x - 1, ">")]
    >>> [(str(each.expression), each.relation) for each in joined(parts)]
    [('a - b - Max(x, y)', '>='), ('x - 1', '>')]
    """
    groups: list[tuple[str, list[tuple[Comparison, Sum]], Sum]] = []
    for each in comparisons:
        own = _sum(each)
        fitting = [
            (len(shared), -at, shared)
            for at, (relation, members, common) in enumerate(groups)
            if own and relation == each.relation and (shared := _alike([*members, (each, own)], common))
        ]
        if fitting:
            _, at, shared = max(fitting, key=lambda found: found[:2])
            relation, members, _ = groups[-at]
            groups[-at] = (relation, [*members, (each, own)], shared)
        else:
            groups.append((each.relation, [(each, own)], own))
    return tuple(_one(relation, members, shared) for relation, members, shared in groups)


def _sum(comparison: Comparison) -> Sum:
    """Return the terms of a sum, nothing for what is not one, or no weak or strict inequality."""
    if type(comparison) is not Comparison or comparison.relation not in {">", ">="}:
        return {}
    return dict(comparison.expression.as_coefficients_dict()) if comparison.expression.is_Add else {}


def _alike(members: Sequence[tuple[Comparison, Sum]], common: Sum) -> Sum:
    """Return what sums share where that is enough to read them as one, else nothing."""
    shared = {term: c for term, c in common.items() if all(own.get(term) == c for _, own in members)}
    deciders = {each.why.partition(DEVIATION)[0] if DEVIATION in each.why else None for each, _ in members}
    one_player = len(deciders) == 1 and None not in deciders
    needed = 1 if one_player else min(len(own) for _, own in members) - len(shared)
    return shared if len(shared) >= needed else {}


def _one(relation: str, members: Sequence[tuple[Comparison, Sum]], shared: Sum) -> Comparison:
    import sympy

    if len(members) == 1:
        return members[0][0]
    rests = [{term: c for term, c in own.items() if term not in shared} for _, own in members]
    factors = [c for rest in rests for c in rest.values()]
    size = sympy.gcd_list(factors) or sympy.Integer(1)
    turn = -size if sum(1 if c.is_positive else -1 for c in factors) < 0 else size
    parts = list(dict.fromkeys(sympy.Add(*(c / turn * term for term, c in rest.items())) for rest in rests))
    extreme = (sympy.Max if turn < 0 else sympy.Min)(*parts, evaluate=False) if len(parts) > 1 else parts[0]
    whole = sympy.Add(*(c * term for term, c in shared.items()), turn * extreme)
    return Comparison(whole, relation, "; ".join(dict.fromkeys(each.why for each, _ in members if each.why)))
