"""A payoff with the terms behind it, as ``show --json`` of every form gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.numbers import number_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.payoffs.by_state import StatePayoffs
    from detente.payoffs.table import Payoffs

__all__ = ["payoff_data"]


def payoff_data(
    payoffs: Payoffs | StatePayoffs, player: str, chosen: Mapping[str, str], value: Any, evaluate: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return the payoff of a player where it is known who did what: value, formula, and each term with its value.

    ``evaluate`` returns an expression at the point.
    """
    return {
        "value": number_to_json(value),
        "formula": payoffs.text_where(player, chosen),
        "terms": [
            {
                "name": term.name,
                "formula": term.text,
                "value": number_to_json(evaluate(payoffs.expression(term))),
                "material": term.material,
            }
            for term in payoffs.terms_where(player, chosen)
        ],
    }
