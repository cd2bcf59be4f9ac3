"""Plain parametric games as subjects of shares and importance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.statements import is_played
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.meaning import Meaning
    from detente.conclusions.robustness.classifier import Classifier, Subject
    from detente.formula import Formula

__all__ = ["subject_of"]

#: Pieces of the box that a proof may look at.
_PIECES = 4000


def subject_of(
    game: Any, conclusions: Mapping[str, Conclusion | Formula] | None = None, held: Mapping[str, Fraction] | None = None
) -> Subject:
    """Return a parametric game as a subject.

    Parameters
    ----------
    game : SymbolicGame
    conclusions : mapping, optional
        Name to a conclusion or a named formula (which holds where it is positive).
    held : mapping, optional
        Parameters held at exact values, the others vary in their intervals.

    Raises
    ------
    UsageError
        If the game is of no form that is known here.
    """
    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.robustness.normal_forms import NormalForms
    from detente.conclusions.robustness.two_by_two import TwoByTwo

    if not isinstance(game, SymbolicGame):
        raise UsageError(f"found a {type(game).__name__}; expected a SymbolicGame")
    asked, fixed = dict(conclusions or {}), dict(held or {})
    classifier: Classifier = (TwoByTwo if game.shape == (2, 2) else NormalForms).of(game, asked, fixed)

    def decide(conclusion: str, holds: bool, seconds: float, more: Mapping[str, Fraction]) -> bool | None:
        from detente.conclusions.comparisons import Comparisons
        from detente.conclusions.decide import decide as decided

        try:
            comparisons = Comparisons(game, asked.get(conclusion, conclusion))
        except UsageError:  # what has no exact form over a box is left open
            return None
        found = decided(comparisons, {**more, **fixed}, expected=holds, pieces=_PIECES, seconds=seconds)
        return {"fixed": True, "varies": False}.get(found.status)

    def means(conclusion: str) -> Meaning:
        from detente.conclusions.meaning import meaning

        # that some pure equilibrium has certain moves compares the same payoffs as that there is none
        return meaning(game, "none" if is_played(conclusion) else asked.get(conclusion, conclusion))

    direct = frozenset(str(each) for cell in set(game.payoffs.values()) for each in cell.free_symbols)
    return Subject(classifier, game.parameters, game.derived, game.constraints, fixed, decide, direct, means)
