"""What a player of a game can do, and what would change its outcome, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError
from detente.numbers import short, to_float

if TYPE_CHECKING:
    from detente.study.model import GameModel

__all__ = ["BUDGET", "lever_results", "option_results"]

#: Seconds after which a search gives up. Each ends by itself long before: what a report says must not hang on the clock.
BUDGET = 300.0


def option_results(model: GameModel, player: str, draws: int, seed: int) -> dict[str, Any]:
    """Return each strategy of a player as a commitment."""
    # bounds over the box end by themselves for payoff tables only; of trees the draws tell the range
    bounded = model.definition.form == "normal"
    try:
        found = model.form.options(
            model, "strategic", player, model.point().values, draws=draws, seed=seed,
            budget=BUDGET if bounded else 0.0,
        )  # fmt: skip
    except DetenteError as error:
        return {"refused": str(error), "rows": []}
    rows = [
        {
            "strategy": each.strategy,
            "replies": [[text, short(value, 3)] for text, value in each.replies],
            "worst": _number(each.worst),
            "best": _number(each.best),
            "low": _number(each.low if bounded else each.quantiles[0]),
            "high": _number(each.high if bounded else each.quantiles[-1]),
            "regret": _number(each.regret),
            "always": bounded and each.always_best,
            "share": list(each.share_range),
            "uniform": each.share_best,
        }
        for each in found
    ]
    return {
        "refused": "", "rows": rows, "bounded": bounded, "draws": found.draws, "notes": [],
        "unit": model.payoff_model.unit,
    }  # fmt: skip


def lever_results(model: GameModel, profile: str, outcome: str) -> dict[str, Any]:
    """Return the cheapest changes that make a profile an ``equilibrium``, or ``selected``, or that ``break`` it."""
    form, values = model.form, model.point().values
    # single changes are found exactly; of pairs the cheapest is looked for only where no single one will do
    try:
        for together in ((), (2,)):
            if outcome == "break":
                found = form.breaks(model, "strategic", profile, values, budget=BUDGET, together=together)
            else:
                found = form.levers(model, "strategic", profile, outcome, values, budget=BUDGET, together=together)
            if found.holds or any(each.recommended for each in found.singles):
                break
    except DetenteError as error:
        return {"refused": str(error), "rows": [], "holds": False}
    seen, rows = [], []
    for each in (*found.singles, *(lever for lever in found.together.values() if lever is not None)):
        if each.change in seen:
            continue
        seen.append(each.change)
        rows.append(
            {
                "change": [[name, short(each.present[name], 3), short(to, 3)] for name, to in each.change.items()],
                "cost": short(each.cost, 3),
                "order": to_float(each.cost),
                "attained": each.attained,
                "recommended": each.recommended,
                "proved": each.proved,
            }
        )
    rows.sort(key=lambda row: (not row["recommended"], row["order"]))
    return {"refused": "", "rows": rows, "holds": found.holds, "impossible": 1 in found.impossible}


def _number(value: Any) -> list[Any] | None:
    """Return a number as a decimal and as text, None where there is none."""
    return None if value is None else [to_float(value), short(value, 3)]
