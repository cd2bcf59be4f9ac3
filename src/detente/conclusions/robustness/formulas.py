"""Named formulas of parameters over many draws: what games have to offer whose solutions are no profiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Subject, Verdicts
from detente.conclusions.robustness.expressions import finite, held_expression, labels_of, truths_of, value_of
from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.meaning import Meaning
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame

__all__ = ["Formulas", "formula_subject"]


@dataclass(frozen=True, eq=False)
class Formulas:
    """The classifier of a game about which only formulas can be asked: one kind of game, and a sign per formula."""

    program: Program
    formulas: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that it reads."""
        return self.program.names

    @property
    def truths(self) -> tuple[str, ...]:
        """The formulas; each holds where it is positive."""
        return self.formulas

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas as numbers."""
        return self.formulas

    @property
    def families(self) -> tuple[str, ...]:
        """There are no outputs with several values."""
        return ()

    @property
    def size(self) -> int:
        """All draws are of one kind."""
        return 1

    @property
    def method(self) -> str:
        """What is seen."""
        return "the signs of the formulas at every draw"

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return which formulas are positive at n draws."""
        import numpy as np

        return Verdicts(np.zeros(n, dtype=np.int64), self.measure(values, n) > 0)

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the formulas at n draws."""
        found = value_of(self.program, values, n, 0)
        for name, row in zip(self.formulas, found, strict=True):
            finite(row, name, values, self.names)
        return found

    def check(self, statement: str) -> None:
        """Raise a UsageError for what is no formula."""
        if statement not in self.formulas:
            hint = did_you_mean(statement, self.formulas)
            known = ", ".join(self.formulas) or "sign:FORMULA"
            raise UsageError(f"found {statement!r}; expected one of {known}" + (f"; {hint}" if hint else ""))

    def holds(self, statement: str, code: Any) -> bool:
        """Nothing follows from the kind of game alone."""
        raise UsageError(f"{statement} is no conclusion about games of this form")

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return nothing beside the named formulas."""
        return ()

    def label(self, family: str, code: Any) -> str:
        """There is no output with several values."""
        return ""


def formula_subject(
    box: SymbolicGame, conclusions: Mapping[str, Conclusion | Formula], held: Mapping[str, Fraction], tree: Any = None
) -> Subject:
    """Return the named formulas of a game as shares and importance look at them.

    ``box`` carries parameters, derived values and constraints. Always and never are decided exactly. ``tree`` is the
    game where payoffs in the formulas are those of its paths.
    """
    from detente.conclusions.comparisons import Comparisons
    from detente.conclusions.decide import decide
    from detente.conclusions.ensemble.compile import compiled

    truths = truths_of(box, conclusions)
    names, derived = labels_of(box, held)
    program = compiled([held_expression(each, held) for each in truths.values()], derived, names)

    def decided(conclusion: str, holds: bool, seconds: float, more: Mapping[str, Fraction]) -> bool | None:
        try:
            comparisons = Comparisons(box, conclusions[conclusion])
            found = decide(comparisons, {**more, **held}, expected=holds, pieces=500, seconds=seconds)
        except UsageError:  # no rational function of the parameters: left open
            return None
        return {"fixed": True, "varies": False}.get(found.status)

    def means(conclusion: str) -> Meaning:
        from detente.conclusions.meaning import meaning

        return meaning(box if tree is None else tree, conclusions[conclusion])

    return Subject(
        Formulas(program, tuple(truths)), box.parameters, box.derived, box.constraints, dict(held), decided, None, means
    )
