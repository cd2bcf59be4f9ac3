"""Analyses that look at another game of the study, at its baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import short
from detente.study.analyses import Analysis

if TYPE_CHECKING:
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]


def _elsewhere(task: Task) -> list[Table]:
    """Return the types of the players of other 2x2 games, and what keeps each from the first strategy of both."""
    from detente.games.normal import NormalFormGame
    from detente.solve.two_players.ordinal import ordinal_class
    from detente.study.model import game_model

    if not task.question.games:
        raise UsageError("name the games under games")
    rows = []
    for name in task.question.games:
        model = game_model(task.model.files, name)
        game = model.form.at(model, model.point(), task.kind)
        if not isinstance(game, NormalFormGame) or game.shape != (2, 2):
            raise UsageError(f"{name} is no game of two players with two strategies each")
        types = ordinal_class(game).types
        for i, player in enumerate(game.players):
            alone, left = ((1, 0), (0, 1)) if i == 0 else ((0, 1), (1, 0))
            u = game.payoffs[i]
            tempted, exposed = u[alone] - u[0, 0], u[1, 1] - u[left]
            if tempted > 0:
                needs = "enforcement"
            elif exposed > 0:
                needs = "trust in the other"
            else:
                needs = "nothing"
            rows.append((name, player, types[player], short(tempted, 4), short(exposed, 4), needs))
    columns = ("game", "player", "type", "gain of leaving alone", "of leaving with the other", "to keep, it needs")
    note = (
        "At the baseline. Who gains by leaving a partner who keeps has to be held by what follows: enforcement. Who gains only by "
        "leaving one who leaves too has to believe that the other keeps: trust."
    )
    return [Table("what keeps players from the first strategy", columns, tuple(rows), (note,))]


ANALYSES = {
    "elsewhere": Analysis(_elsewhere, "the types of the players of the 2x2 games `games`, and what each needs to keep to the first strategy"),
}
