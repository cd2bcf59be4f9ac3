"""Paths and profiles as outcomes of a tree, as conditions on the parameters: also where moves are made at once, or types drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import UsageError
from detente.study.forms._late_types import late_tree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.conclusions._conditions import Conditions
    from detente.payoffs.table import PathPayoffs
    from detente.study.model import GameModel

__all__ = ["ONE_STAGE", "all_at_once", "path_conditions", "stages"]

#: What conditions of games in stages leave out.
ONE_STAGE = "After other first moves the others are looked at in their pure equilibria."


def path_conditions(
    model: GameModel,
    kind: str,
    paths: Sequence[Mapping[str, str]],
    asked: str,
    outcome: str,
    payoffs: PathPayoffs,
    *,
    negated: bool = False,
) -> Conditions:
    """Return as conditions that a path, or a profile, is an outcome.

    Parameters
    ----------
    model : GameModel
        A tree with perfect information, one whose types are seen late, or a normal form in two stages.
    paths : sequence of mapping
        Points with what is chosen there; with types one for each of them, or for some.
    asked : str
        The same as text.
    outcome : str
        ``equilibrium``, ``unique`` or ``selected``.
    payoffs : PathPayoffs
        Of the tree.
    negated : bool
        True for the opposite.

    Raises
    ------
    UsageError
        If the tree is another, or the outcome is one that is not decided there.
    """
    from detente.conclusions._outcomes import profile_of
    from detente.conclusions.path_conditions import PathConditions
    from detente.conclusions.staged_outcomes import StagedOutcome

    tree = model.payoffs(kind)
    if not tree.perfect_information:
        if (groups := stages(model)) is not None:
            if outcome != "equilibrium" or len(paths) != 1:
                raise UsageError(
                    f"found {outcome!r}: where players move at once, it is decided of one profile whether it is an equilibrium outcome"
                )
            game = all_at_once(model).payoffs(kind)
            movers = [game.players.index(name) for name in groups[0]]
            return StagedOutcome(game, profile_of(game, paths[0]), movers, negated)
        late = late_tree(model, payoffs)
        if late is not None:
            return PathConditions(late.tree, late.way(paths, asked), outcome, negated)
    name = ";".join(",".join(each.values()) for each in paths)
    return PathConditions(tree, name, outcome, negated)


def stages(model: GameModel) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return who moves first and who second where a normal form is played in two stages, each at once; else None."""
    if not model.definition.data.profiles:
        return None
    groups: list[list[str]] = []
    for point in model.definition.data.play.points:
        if groups and set(groups[-1]) <= point.unseen:
            groups[-1].append(point.name)
        elif groups and point.unseen:
            return None
        else:
            groups.append([point.name])
    return (tuple(groups[0]), tuple(groups[1])) if len(groups) == 2 else None


def all_at_once(model: GameModel) -> GameModel:
    """Return the normal form of which a game in stages is a variant."""
    from detente.study.model import game_model

    return game_model(model.files, model.definition.name)
