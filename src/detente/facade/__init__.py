"""What users hold: a study, and its games, with everything that can be asked of them as methods."""

from detente.facade.game import Game
from detente.facade.study import Study

__all__ = ["Game", "Study"]
