"""The value of one parameter that is best for one player of a parametric tree, found exactly.

Between the thresholds of the outcome (that of the rule "of equals the first") the player's payoff is one rational
function of the parameter. So its largest value lies at an end of the interval, at a threshold, at a zero of the
derivative, or is approached at an open end of a piece and attained nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions._line import compare
from detente.conclusions.thresholds import follow
from detente.conclusions.tree_outcomes import TreeOutcomes
from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.formula import symbol
from detente.numbers import fraction_of, number_to_json, plain, short
from detente.solve.parametric.real_roots import real_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["Optimum", "best_value"]

#: A value, the payoff there, the outcome, and whether it is attained.
Candidate = tuple[Any, Any, str, bool]


@dataclass(frozen=True)
class Optimum(Displayed):
    """The best value of a parameter for a player.

    Attributes
    ----------
    along, player : str
        Of what, for whom.
    value : exact number
        The best value, or, where it is not attained, the value that the best ones come close to. Of several the least.
    payoff : exact number
        What the player gets there, or comes close to.
    outcome : str
        How the tree is played there, or next to it.
    attained : bool
        False where every value as close as one likes is better than the value itself.
    """

    along: str
    player: str
    value: Any
    payoff: Any
    outcome: str
    attained: bool

    def to_json(self) -> dict[str, Any]:
        """Return the optimum as JSON values."""
        return {
            "along": self.along,
            "player": self.player,
            "value": number_to_json(self.value),
            "payoff": number_to_json(self.payoff),
            "outcome": self.outcome,
            "attained": self.attained,
        }

    def table(self) -> Table:
        """Return the optimum as a table of one row."""
        columns = (self.along, f"payoff of {self.player}", "path", "attained")
        attained = "yes" if self.attained else "no: only next to it"
        row = (plain(self.value), short(self.payoff, 4), self.outcome, attained)
        return Table(f"the {self.along} that is best for {self.player}", columns, (row,))

    def __str__(self) -> str:
        return self.table().to_text()


def best_value(
    tree: SymbolicTree, along: str, player: str, at: Mapping[str, object] | None = None
) -> Optimum:
    """Return the value of a parameter, in its interval, that is best for a player as the tree is then played.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information, payoffs rational in the parameter, or in each of finitely many cases.
    along : str
        The parameter.
    player : str
        The player.
    at : mapping, optional
        Values of the other parameters, by default their baseline.

    Raises
    ------
    UsageError
        If a name is unknown, or the payoff is not rational in the parameter.

    Examples
    --------
    >>> from detente.games.extensive import decision, terminal
    >>> from detente.games.symbolic_tree import SymbolicTree
    >>> threat = SymbolicTree(["sender", "target"], decision("target", {
    ...     "comply": terminal("z", "-z"), "resist": terminal("-1", "-d"),
    ... }), {"z": (0, 4), "d": (1, 2, 3)})
    >>> best = best_value(threat, "z", "sender")
    >>> best.value, best.payoff, best.outcome, best.attained
    (Fraction(2, 1), Fraction(2, 1), 'comply', True)
    """
    if along not in tree.parameters:
        hint = did_you_mean(along, tree.parameters)
        raise UsageError(f"unknown parameter {along!r}" + (f"; {hint}" if hint else ""))
    if player not in tree.players:
        hint = did_you_mean(player, tree.players)
        known = ", ".join(tree.players)
        raise UsageError(f"unknown player {player!r}; expected one of {known}" + (f"; {hint}" if hint else ""))
    return _Search(tree, along, player, at or {}).run()


class _Search:
    def __init__(self, tree: SymbolicTree, along: str, player: str, at: Mapping[str, object]) -> None:
        self.tree, self.along, self.player, self.given = tree, along, player, at
        self.index = tree.players.index(player)
        self.outcomes = TreeOutcomes(tree)
        self.point = tree.point(at)

    def run(self) -> Optimum:
        interval = self.tree.parameters[self.along]
        defined = [value for way in self.outcomes.cases[0].ways[0] for value in way.values]
        found = follow(
            self.tree.formulas,
            self.along,
            self.outcomes.expressions(),
            self.outcomes.ruled,
            self.given,
            name="outcome",
            defined=defined,
        )
        if any(not hasattr(each.at, "free_symbols") and not isinstance(each.at, Fraction) for each in found.inside):
            raise UsageError(f"the payoffs are not rational in {self.along}, so no best value is found")
        states = {_plain(each.at): each.at_point for each in found.inside}
        inner = [x for x in states if compare(interval.low, x) < 0 < compare(interval.high, x)]
        marks: list[Any] = [interval.low, *inner, interval.high]
        best: Candidate | None = None
        for k, mark in enumerate(marks):
            outcome, case = states[mark] if mark in states else self._state(mark)
            best = _better(best, (mark, self._worth(outcome, mark, case), outcome, True))
            if k + 1 < len(marks):
                outcome, case = self._state(_between(mark, marks[k + 1]))
                for x in self._stationary(outcome, case, mark, marks[k + 1]):
                    best = _better(best, (x, self._worth(outcome, x, case), outcome, True))
                for x in (mark, marks[k + 1]):
                    best = _better(best, (x, self._worth(outcome, x, case), outcome, False))
        assert best is not None
        return Optimum(self.along, self.player, *best)

    def _state(self, x: Fraction) -> tuple[str, int]:
        """Return the outcome at a rational value, and the case of the payoffs there."""
        game, point = self.tree.formulas, {**self.point, self.along: x}

        def sign(expression: Any) -> int:
            value = game.evaluate(expression, point)
            return int(value > 0) - int(value < 0)

        return self.outcomes.ruled(sign)

    def _payoff(self, outcome: str, case: int) -> Any:
        """Return the player's payoff as a SymPy expression in the parameter alone."""
        import sympy

        ways = self.outcomes.cases[case].ways[0]
        way = next(each for each in ways if self.outcomes.label(each) == outcome)
        expanded = self.tree.formulas.expand(way.values[self.index])
        return expanded.xreplace(
            {
                symbol(name): sympy.Rational(value.numerator, value.denominator)
                for name, value in self.point.items()
                if name != self.along
            }
        )

    def _worth(self, outcome: str, x: Any, case: int) -> Any:
        import sympy

        number = sympy.Rational(x.numerator, x.denominator) if isinstance(x, Fraction) else x
        found = sympy.simplify(self._payoff(outcome, case).xreplace({symbol(self.along): number}))
        if not found.is_real:
            raise UsageError(f"the payoff of {self.player} has no value at {self.along} = {plain(x)}")
        return _plain(found)

    def _stationary(self, outcome: str, case: int, low: Any, high: Any) -> list[Any]:
        """Return the values between two marks at which the slope of the payoff is zero."""
        import sympy
        from flint import fmpq, fmpq_poly

        slope = sympy.together(self._payoff(outcome, case).diff(symbol(self.along)))
        top = sympy.numer(slope)
        if not top.free_symbols:
            return []
        try:
            coefficients = sympy.Poly(top, symbol(self.along)).all_coeffs()
        except sympy.PolynomialError:
            coefficients = [top]
        if not all(each.is_Rational for each in coefficients):
            raise UsageError(f"the payoff of {self.player} is not rational in {self.along}")
        roots = real_numbers(fmpq_poly([fmpq(int(each.p), int(each.q)) for each in reversed(coefficients)]))
        return [each for each in map(_plain, roots) if compare(low, each) < 0 < compare(high, each)]


def _plain(value: Any) -> Any:
    return fraction_of(value) if getattr(value, "is_Rational", False) else value


def _between(a: Any, b: Any) -> Fraction:
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a + b) / 2
    import sympy

    middle = sympy.Rational(str(sympy.N((a + b) / 2, 30)))
    return fraction_of(middle)


def _better(best: Candidate | None, new: Candidate) -> Candidate:
    """Return the better of two candidates; of equals one that is attained, then the first."""
    if best is None:
        return new
    order = compare(new[1], best[1])
    return new if order > 0 or (order == 0 and new[3] and not best[3]) else best
