"""What the sign of a formula of payoffs takes them to be: ranks, differences, a common unit, or amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions._counting import LEVELS
from detente.errors import UsageError
from detente.formula import symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.formula import Formula, Node

__all__ = ["NO_PAYOFF", "formula_level"]

_WHY = {
    "ordinal": "it compares payoffs of one player",
    "cardinal": "it compares differences of payoffs, each player's in its own unit",
    "common_unit": "it compares or adds payoff differences of different players",
    "money": "it compares payoffs with numbers, or counts from a zero",
}
#: Why the statement that a formula of parameters alone is positive does not depend on how payoffs are counted.
NO_PAYOFF = "there is no payoff in it"
_UNSEEN = "how it depends on payoffs is not seen through, so it counts as about amounts"


def formula_level(
    parsed: Formula, players: Sequence[str], strategies: Sequence[Sequence[str]] | None = None
) -> tuple[str, str]:
    """Return the level of the statement that a formula is positive, and why.

    Without ``strategies`` whatever stands in the second brackets of a payoff names an outcome. Other names in the
    formula are numbers that do not change with the way of counting payoffs.
    """
    owners: dict[Any, int] = {}

    def item(node: Node) -> Any:
        import sympy

        if node.value != "payoff" or len(node.keys) != 2 or len(node.keys[0]) != 1:
            raise UsageError(f"found {node.value}[...] in {parsed.text!r}; expected payoff[PLAYER][STRATEGY, ..]")
        (name,), chosen = node.keys
        known = strategies is None or (
            len(chosen) == len(strategies) and all(each in own for own, each in zip(strategies, chosen, strict=True))
        )
        if name not in players or not known:
            raise UsageError(
                f"found payoff[{name}][{', '.join(chosen)}] in {parsed.text!r}, which the game does not have"
            )
        # no name of the grammar has brackets, so a payoff is no parameter, and no strategy a comma
        atom = sympy.Symbol(f"payoff[{players.index(name)}][{','.join(chosen)}]", real=True)
        owners[atom] = players.index(name)
        return atom

    expression = parsed.to_sympy({name: symbol(name) for name in parsed.names}, item)
    if not owners:
        return "ordinal", NO_PAYOFF
    return _level(expression, owners)


def _level(expression: Any, owners: dict[Any, int]) -> tuple[str, str]:
    import sympy

    if not expression.free_symbols & set(owners):
        return "ordinal", _WHY["ordinal"]
    if isinstance(expression, (sympy.Min, sympy.Max, sympy.Abs)):
        return _worst(_level(each, owners) for each in expression.args)
    for term in expression.args if expression.is_Add else ():
        # max(a, b) - c is positive where a - c or b - c is, min(a, b) - c where both are
        factor, inner = term.as_coeff_Mul()
        if isinstance(inner, (sympy.Min, sympy.Max)) and inner.free_symbols & set(owners):
            return _worst(_level(expression - term + factor * each, owners) for each in inner.args)
    if isinstance(expression, sympy.Piecewise):
        parts = [each for value, condition in expression.args for each in (value, *_sides(condition))]
        return _worst(_level(each, owners) for each in parts)
    top, below = sympy.fraction(sympy.together(expression))
    product = top * below
    atoms = [each for each in owners if each in product.free_symbols]
    if not product.is_polynomial(*atoms):
        return "money", _UNSEEN
    _, factors = sympy.factor_list(product, *atoms)
    return _worst(_of_factor(factor, owners) for factor, _ in factors)


def _sides(condition: Any) -> tuple[Any, ...]:
    """Return the differences that the comparisons of a condition take the sign of."""
    import sympy

    if condition in (sympy.true, sympy.false):
        return ()
    return tuple(each.lhs - each.rhs for each in condition.atoms(sympy.core.relational.Relational))


def _worst(parts: Any) -> tuple[str, str]:
    found: tuple[str, str] = max(parts, key=lambda each: LEVELS.index(each[0]), default=("ordinal", _WHY["ordinal"]))
    return found


def _of_factor(factor: Any, owners: dict[Any, int]) -> tuple[str, str]:
    """Return the level of the sign of a polynomial in payoffs that does not factor further."""
    import sympy

    atoms = [each for each in owners if each in factor.free_symbols]
    if not atoms:
        return "ordinal", _WHY["ordinal"]
    players = {owners[each] for each in atoms}
    shifts = [sum(factor.diff(each) for each in atoms if owners[each] == player) for player in players]
    if any(sympy.expand(each) != 0 for each in shifts):
        return "money", _WHY["money"]
    polynomial = sympy.Poly(factor, *atoms)
    if not polynomial.is_homogeneous:
        return "money", _WHY["money"]
    if polynomial.total_degree() == 1 and len(atoms) == 2 and len(players) == 1:
        return "ordinal", _WHY["ordinal"]
    by_player = {
        tuple(sum(power for power, each in zip(powers, atoms, strict=True) if owners[each] == p) for p in players)
        for powers in polynomial.monoms()
    }
    if len(by_player) == 1:
        return "cardinal", _WHY["cardinal"]
    return "common_unit", _WHY["common_unit"]
