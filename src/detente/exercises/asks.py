"""Everything that a step may ask; importing this module registers it."""

from __future__ import annotations

from detente.exercises import asks_coalition, asks_mixed, asks_normal, asks_repeated, asks_study, asks_tree
from detente.exercises.key import ASKS

__all__ = ["ASKS", "asks_coalition", "asks_mixed", "asks_normal", "asks_repeated", "asks_study", "asks_tree"]
