"""What holds of a normal form over the box, as data: conditions of equilibria, player types, material sums, thresholds.

Expressions and conditions stand as text of the grammar, which :func:`read_condition` and :func:`detente.formula.parse` read back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.formula import parse
from detente.numbers import is_exact, short, to_float
from detente.numbers import plain as number_text
from detente.printing import plain, relation_normal

if TYPE_CHECKING:
    from detente.formula import Formula
    from detente.study.model import GameModel

__all__ = ["condition_results", "read_condition", "sum_results", "threshold_results", "type_results"]

#: How conditions that are always or never true are written.
_SETTLED = {plain(True): True, plain(False): False}


def read_condition(text: str) -> Formula | bool:
    """Return a condition that a result holds as text.

    Examples
    --------
    >>> read_condition("a > b").text, read_condition("1 == 1")
    ('a > b', True)
    """
    return _SETTLED[text] if text in _SETTLED else parse(text, condition=True)


def condition_results(model: GameModel) -> dict[str, Any]:
    """Return the equilibria of a game in closed form: where each exists, with the conditions that the box leaves open."""
    from detente.solve.parametric.atlas import atlas

    found = atlas(model.symbolic)
    regions = [
        {
            "label": each.label,
            "pure": each.pure,
            "status": each.status,
            "conditions": [plain(relation_normal(part.sympy)) for part in each.unsettled],
            "profile": [[player, [[name, plain(weight)] for name, weight in own.items()]] for player, own in each.profile.items()],
        }
        for each in found.regions
    ]
    return {"regions": regions, "missing": found.missing}


def type_results(model: GameModel) -> list[dict[str, Any]]:
    """Return the types that each player of a 2x2 game has somewhere in the box, with the conditions of each."""
    from detente.solve.parametric.type_conditions import type_conditions

    return [
        {
            "player": each.player,
            "type": each.type,
            "status": each.status,
            "conditions": [plain(relation_normal(part)) for part in each.comparisons],
        }
        for each in type_conditions(model.symbolic)
        if each.status != "never"
    ]


def sum_results(model: GameModel) -> list[dict[str, Any]]:
    """Return the material sum of every profile at the named points, and how it compares with the first one over the box."""
    from detente.study.sums import material_sums

    found = material_sums(model, [model.point(name) for name in ("baseline", *model.definition.points)])
    return [
        {"profile": list(row.profile), "values": [short(value, 3) for value in row.values], "difference": row.difference}
        for row in found.rows
    ]


def threshold_results(model: GameModel, along: str) -> dict[str, Any]:
    """Return the sets of equilibria along a parameter, all others at the baseline, and where they change inside its interval."""
    from detente.conclusions.thresholds import thresholds

    found = thresholds(model.symbolic, along, None, model.point().values, model.parameters[along].domain)
    return {
        "interval": [to_float(end) for end in found.interval],
        "value": to_float(found.value),
        "state": found.state,
        "inside": [
            {
                "at": to_float(each.at),
                "text": number_text(each.at),
                # an enclosure is proved to hold the value and is not the value
                "exact": is_exact(each.at) and not hasattr(each.at, "low"),
                "before": each.before,
                "after": each.after,
            }
            for each in found.inside
        ],
    }
