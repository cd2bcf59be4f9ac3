"""Many draws of a game at once: parameters, payoff arrays, all equilibria of every draw.

The names below are what ``detente.ensemble`` offers; heavy packages load when they are first used.
"""

from __future__ import annotations

from detente.conclusions.ensemble.compile import Program, compiled, payoffs
from detente.conclusions.ensemble.draws import Draws, draws
from detente.conclusions.ensemble.pure_batch import PureBatch, pure_equilibria
from detente.conclusions.ensemble.run import RunStopped, run
from detente.conclusions.ensemble.saved import Saved, SavingFailed
from detente.conclusions.ensemble.solve_batch import BatchEquilibria, all_equilibria
from detente.conclusions.ensemble.tree_batch import TreeBatch, backward_induction

__all__ = [
    "BatchEquilibria",
    "Draws",
    "Program",
    "PureBatch",
    "RunStopped",
    "Saved",
    "SavingFailed",
    "TreeBatch",
    "all_equilibria",
    "backward_induction",
    "compiled",
    "draws",
    "payoffs",
    "pure_equilibria",
    "run",
]
