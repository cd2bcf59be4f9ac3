"""Formulas of parameters and of payoffs at the ends of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.games.symbolic import SymbolicGame

if TYPE_CHECKING:
    from detente.formula import Formula, Node
    from detente.payoffs.table import PathPayoffs
    from detente.study.model import GameModel

__all__ = ["PathFormulas"]


class PathFormulas(SymbolicGame):
    """Formulas of parameters and of payoffs at paths, over the box of a game."""

    def __init__(self, model: GameModel, payoffs: PathPayoffs) -> None:
        constraints = tuple(each.formula for each in model.payoff_model.constraints)
        super().__init__([[0]], model.intervals, ["formulas"], [["any"]], model.derived, constraints)
        object.__setattr__(self, "_model", model)
        object.__setattr__(self, "_payoffs", payoffs)

    def expression(self, parsed: Formula, *, as_written: bool = False) -> Any:
        """Return a formula as SymPy."""
        from detente.formula import symbol

        model: GameModel = self._model  # type: ignore[attr-defined]

        def item(node: Node) -> Any:
            chosen = model.form.chosen(model.definition.content, node.keys[1])
            return self._payoffs.payoff_where(node.keys[0][0], chosen)  # type: ignore[attr-defined]

        # extremes of many terms are slow to build, and thresholds ask for them at every sign
        known: dict[Any, Any] = self._payoffs.asked  # type: ignore[attr-defined]
        key = parsed.text, as_written
        if key not in known:
            names = {name: symbol(name) for name in (*self.parameters, *self.derived)}
            known[key] = parsed.to_sympy(names, item, as_written=as_written)
        return known[key]
