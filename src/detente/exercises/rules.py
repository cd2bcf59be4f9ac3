"""Right rules that several questions share, and the wrong rules whose answers are recognized.

Profiles are tuples of labels, sets of strategies frozensets of labels. A wrong rule is carried out exactly as a student
would who believes in it, so that its answer fits the student's own variant.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.games.normal import NormalFormGame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detente.exercises.cases import Case
    from detente.games.extensive import GameTree
    from detente.games.normal import Profile
    from detente.solve.trees.tree_result import TreeResult

__all__ = [
    "best_replies",
    "cautious",
    "conclusion_holds",
    "dominant",
    "dominated",
    "largest_sum",
    "named",
    "nash_paths",
    "perfect_path",
    "solved",
    "swapped",
    "wished_path",
]


def best_replies(game: NormalFormGame, player: int, profile: Profile, payoffs_of: int | None = None) -> frozenset[str]:
    """Return the best replies of a player in a profile, judged by its own payoffs or by those of another."""
    judge = player if payoffs_of is None else payoffs_of
    values = [
        game.payoffs[(judge, *profile[:player], own, *profile[player + 1 :])] for own in range(game.shape[player])
    ]
    return frozenset(
        label for label, value in zip(game.strategies[player], values, strict=True) if value == max(values)
    )


def cautious(game: NormalFormGame, player: int) -> frozenset[str]:
    """Return the pure strategies whose worst case is best."""
    floors = [min(_row(game, player, own)) for own in range(game.shape[player])]
    return frozenset(
        label for label, floor in zip(game.strategies[player], floors, strict=True) if floor == max(floors)
    )


def _row(game: NormalFormGame, player: int, own: int) -> list[Any]:
    """Return what a player gets from one strategy, for every profile of the others in order."""
    others = [range(size) if index != player else (own,) for index, size in enumerate(game.shape)]
    return [game.payoffs[(player, *profile)] for profile in product(*others)]


def dominant(game: NormalFormGame, player: int, *, strict: bool) -> frozenset[str]:
    """Return the strategy that beats every other one of the player whatever the others do, if there is one.

    Dominance is transitive, so that the only strategy that no other one dominates dominates all of them.
    """
    left = frozenset(game.strategies[player]) - dominated(game, player, strict=strict)
    return left if len(left) == 1 else frozenset()


def dominated(game: NormalFormGame, player: int, *, strict: bool) -> frozenset[str]:
    """Return the strategies that some other pure strategy of the player beats whatever the others do."""
    from detente.solve.dominance import dominated_strategies

    return frozenset(dominated_strategies(game, player, "strict" if strict else "weak", mixed=False))


def largest_sum(game: NormalFormGame) -> frozenset[tuple[str, ...]]:
    """Return the profiles with the largest sum of payoffs."""
    sums = {profile: sum(game.payoffs[(i, *profile)] for i in range(len(game.players))) for profile in game.profiles()}
    top = max(sums.values())
    return named(game, (profile for profile, total in sums.items() if total == top))


def swapped(game: NormalFormGame) -> NormalFormGame:
    """Return the game of two players in which each looks at the other's payoffs."""
    return NormalFormGame(game.payoffs[::-1], game.players, game.strategies)


def named(game: NormalFormGame, profiles: Iterable[Profile]) -> frozenset[tuple[str, ...]]:
    """Return profiles as labels."""
    return frozenset(game.profile_labels(profile) for profile in profiles)


@lru_cache(maxsize=32)
def solved(tree: GameTree) -> TreeResult:
    """Return every subgame-perfect equilibrium of a tree in pure strategies; a tree that is asked again is not solved again."""
    from detente.solve.trees.backward_induction import backward_induction

    return backward_induction(tree, ties="all")


def perfect_path(tree: GameTree) -> tuple[str, ...]:
    """Return the way of play of the subgame-perfect equilibrium, the first listed where ties make several."""
    return tuple(solved(tree).equilibria[0].path[0].actions)


@lru_cache(maxsize=32)
def nash_paths(tree: GameTree) -> frozenset[tuple[str, ...]]:
    """Return the ways of play of all Nash equilibria in pure strategies of a tree without chance.

    Ends are told apart by their payoffs: where two pay the same, nothing is returned.
    """
    from detente.solve.pure import pure_profiles

    game = tree.reduced_normal_form()
    ends = {tuple(tree.payoffs(node.index)): tree.history(node.index) for node in tree.terminals}
    if len(ends) < len(tree.terminals):
        return frozenset()
    return frozenset(
        ends[tuple(game.payoff(player, profile) for player in range(len(game.players)))]
        for profile in pure_profiles(game)
    )


def wished_path(tree: GameTree) -> tuple[str, ...]:
    """Return the way of play that pays the first mover most."""
    mover = tree.nodes[0].player
    assert mover is not None
    best = max(tree.terminals, key=lambda node: tree.payoffs(node.index)[mover])
    return tree.history(best.index)


def conclusion_holds(case: Case, text: str) -> bool:
    """Return whether a conclusion, or a named formula, holds of the study's game at the point of the case."""
    model = case.model
    of = (
        model.conclusion(text) if text in model.definition.conclusions else model.form.conclusion(model.definition, text)
    )
    return model.form.holds(model, of, case.values)
