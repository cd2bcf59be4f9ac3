"""detente: game-theoretic strategy analysis from documents.

Payoffs with sources, equilibria with certificates, conditions in closed form, reports. The names below load
what they need when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.conclusions.thresholds import thresholds
    from detente.errors import BudgetExceeded, DetenteError, FormulaError, InputError, NotConverged, UsageError
    from detente.facade import Game, Study
    from detente.games.normal import NormalFormGame
    from detente.games.repeated import RepeatedGame
    from detente.games.symbolic import SymbolicGame
    from detente.solve.atlas import Atlas, atlas
    from detente.solve.best_response import is_equilibrium, regret
    from detente.solve.equilibria import equilibria
    from detente.solve.ordinal import ordinal_class, player_type, risk_dominant
    from detente.solve.pure import pure_equilibria
    from detente.solve.repeated import critical_discount_factor
    from detente.solve.result import Equilibrium, SolveResult

__version__ = "0.1.0"

#: Public name to the module that defines it.
_HOME = {
    "Atlas": "detente.solve.atlas",
    "BudgetExceeded": "detente.errors",
    "DetenteError": "detente.errors",
    "Equilibrium": "detente.solve.result",
    "FormulaError": "detente.errors",
    "Game": "detente.facade",
    "InputError": "detente.errors",
    "NormalFormGame": "detente.games.normal",
    "NotConverged": "detente.errors",
    "RepeatedGame": "detente.games.repeated",
    "SolveResult": "detente.solve.result",
    "Study": "detente.facade",
    "SymbolicGame": "detente.games.symbolic",
    "UsageError": "detente.errors",
    "atlas": "detente.solve.atlas",
    "critical_discount_factor": "detente.solve.repeated",
    "equilibria": "detente.solve.equilibria",
    "is_equilibrium": "detente.solve.best_response",
    "ordinal_class": "detente.solve.ordinal",
    "player_type": "detente.solve.ordinal",
    "pure_equilibria": "detente.solve.pure",
    "regret": "detente.solve.best_response",
    "risk_dominant": "detente.solve.ordinal",
    "thresholds": "detente.conclusions.thresholds",
}

__all__ = [
    "Atlas",
    "BudgetExceeded",
    "DetenteError",
    "Equilibrium",
    "FormulaError",
    "Game",
    "InputError",
    "NormalFormGame",
    "NotConverged",
    "RepeatedGame",
    "SolveResult",
    "Study",
    "SymbolicGame",
    "UsageError",
    "__version__",
    "atlas",
    "critical_discount_factor",
    "equilibria",
    "is_equilibrium",
    "ordinal_class",
    "player_type",
    "pure_equilibria",
    "regret",
    "risk_dominant",
    "thresholds",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'detente' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
