"""Iterated elimination of dominated strategies, by pure and mixed strategies, with every step on record.

A mixture q of a player's strategies *strictly dominates* strategy a if it pays more against every profile of
the others; it *weakly dominates* a if it never pays less and somewhere pays more. Both are decided by exact
linear programs (Bernheim 1984; Pearce 1984).

What survives strict elimination does not depend on the order (Gilboa, Kalai and Zemel 1990): it contains
every strategy that any Nash or correlated equilibrium uses, and with two players it is the set of
rationalizable strategies. What survives *weak* elimination may depend on the order and may lose Nash
equilibria; the result says so, and for small games every order of single removals is tried.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import number_to_json, plain
from detente.solve._dominance_search import DominanceSearch

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve._dominance_search import Left

__all__ = ["Elimination", "Undominated", "dominated_strategies", "dominating_mixture", "undominated"]


@dataclass(frozen=True)
class Elimination:
    """One strategy removed: in which round, which mixture dominates it, and how.

    ``by`` maps the dominating strategies to their weights. ``weak`` is True where strict dominance fails.
    ``margin`` is the least, over the others' remaining profiles, of what the mixture gains (0 if weak).
    ``against`` lists how many such profiles there were.
    """

    round: int
    player: str
    strategy: str
    by: dict[str, Any]
    weak: bool
    margin: Any
    against: int

    def to_json(self) -> dict[str, Any]:
        """Return the step as JSON values."""
        return {
            "round": self.round,
            "player": self.player,
            "strategy": self.strategy,
            "by": {label: number_to_json(weight) for label, weight in self.by.items()},
            "weak": self.weak,
            "margin": number_to_json(self.margin),
        }

    def __str__(self) -> str:
        if len(self.by) == 1:
            what, verb = next(iter(self.by)), "pays"
        else:
            what, verb = (
                "the mixture " + " + ".join(f"{plain(w)} {label}" for label, w in self.by.items()),
                "pays",
            )
        if self.weak:
            how = f"{verb} at least as much whatever the others do, and more in some case"
        else:
            how = f"{verb} more whatever the others do, by {plain(self.margin)} or more"
        left = "" if self.round == 1 else ", given what is left"
        return f"Round {self.round}: {self.player} drops {self.strategy}, because {what} {how}{left}."


@dataclass(frozen=True)
class Undominated(Displayed):
    """What survives iterated elimination, with every step.

    Attributes
    ----------
    strategies : dict of player to the labels that survive
    steps : tuple of Elimination
    weak : bool
        Whether weakly dominated strategies were removed too.
    finished : bool
        False if a stated number of rounds ended the elimination.
    other_outcomes : tuple of dict
        Weak elimination only: other sets in which elimination of one strategy at a time can end.
    every_order : bool
        Whether ``other_outcomes`` is all of them (always True for strict elimination).
    """

    game: NormalFormGame
    strategies: dict[str, tuple[str, ...]]
    steps: tuple[Elimination, ...]
    weak: bool
    mixed: bool
    finished: bool = True
    other_outcomes: tuple[dict[str, tuple[str, ...]], ...] = ()
    every_order: bool = True

    @property
    def solvable(self) -> bool:
        """True if one profile is left: the game is dominance solvable (in this order, where weak)."""
        return all(len(own) == 1 for own in self.strategies.values())

    @property
    def game_left(self) -> NormalFormGame:
        """The game on the strategies that are left."""
        import numpy as np

        from detente.games.normal import NormalFormGame as Game

        kept = [
            [labels.index(label) for label in self.strategies[player]]
            for player, labels in zip(self.game.players, self.game.strategies, strict=True)
        ]
        payoffs = self.game.payoffs[np.ix_(range(len(kept)), *kept)]
        return Game(payoffs, self.game.players, [self.strategies[player] for player in self.game.players])

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "concept": "dominance",
            "players": list(self.game.players),
            "arithmetic": self.game.arithmetic,
            "weak": self.weak,
            "mixed": self.mixed,
            "strategies": {player: list(own) for player, own in self.strategies.items()},
            "solvable": self.solvable,
            "finished": self.finished,
            "steps": [step.to_json() for step in self.steps],
            "other_outcomes": [
                {player: list(own) for player, own in each.items()} for each in self.other_outcomes
            ],
            "every_order": self.every_order,
        }

    def table(self) -> Table:
        """Return the steps as a table."""
        return Table(
            title=f"iterated elimination of {'weakly' if self.weak else 'strictly'} dominated strategies",
            columns=("round", "player", "drops", "dominated by", "how") if self.steps else (),
            rows=tuple(
                (
                    str(step.round),
                    step.player,
                    step.strategy,
                    " + ".join(
                        label if len(step.by) == 1 else f"{plain(w)} {label}" for label, w in step.by.items()
                    ),
                    "weakly" if step.weak else f"strictly, by at least {plain(step.margin)}",
                )
                for step in self.steps
            ),
            notes=tuple(self._closing()),
        )

    def explain(self) -> list[str]:
        """Return every step and the conclusion in plain sentences."""
        start = [] if self.steps else [f"No strategy is {'weakly' if self.weak else 'strictly'} dominated."]
        return [*start, *(str(step) for step in self.steps), *self._closing()]

    def _closing(self) -> list[str]:
        left = "; ".join(f"{player}: {', '.join(own)}" for player, own in self.strategies.items())
        lines = [f"What is left: {left}."]
        if not self.finished:
            return [*lines, "The elimination was stopped after the stated number of rounds; more could go."]
        if not self.weak:
            if not self.mixed:
                lines.append("Only pure strategies were tried as dominators; mixtures may remove more.")
            lines.append("Another order would leave the same, and no Nash or correlated equilibrium is lost.")
            if self.solvable:
                lines.append("One profile is left, so it is the only Nash equilibrium.")
            return lines
        if not any(step.weak for step in self.steps) and not self.other_outcomes:
            lines.append("Every removal was strict, so the order does not matter and no equilibrium is lost.")
            return lines
        for other in self.other_outcomes:
            shown = "; ".join(f"{player}: {', '.join(own)}" for player, own in other.items())
            lines.append(f"The order matters: removing one strategy at a time can also end with {shown}.")
        if not self.other_outcomes and self.every_order:
            lines.append("Every order of removing one strategy at a time ends with the same strategies.")
        if not self.every_order:
            lines.append("Not every order was tried: another order may leave other strategies.")
        lines.append(
            "Every Nash equilibrium of what is left is one of the whole game, but weak elimination may lose "
            "others."
        )
        return lines


def undominated(
    game: NormalFormGame,
    by: str = "strict",
    *,
    mixed: bool = True,
    rounds: int | None = None,
    relative: float = 1e-9,
) -> Undominated:
    """Return what survives iterated elimination, each round removing all dominated strategies at once.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players. In float games, gains of at most the tolerance count as ties.
    by : "strict" or "weak"
    mixed : bool
        Whether mixtures count as dominators.
    rounds : int, optional
        Most rounds; 1 removes dominated strategies without iterating.
    relative : float
        Tolerance for float games, relative to the spread of payoffs.

    Returns
    -------
    Undominated

    Raises
    ------
    UsageError
        If ``by`` is neither ``strict`` nor ``weak``.

    Notes
    -----
    Weak elimination is also run in every order of single removals as long as that takes at most 2000 reduced
    games (fewer in large games); ``other_outcomes`` holds what else it can end with. *Cost.* One linear
    program per strategy and round.

    References
    ----------
    D. G. Pearce (1984), "Rationalizable strategic behavior and the problem of perfection", Econometrica 52,
    1029-1050. I. Gilboa, E. Kalai, E. Zemel (1990), "On the order of eliminating dominated strategies",
    Operations Research Letters 9, 85-89.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["cooperate", "defect"]] * 2)
    >>> for line in undominated(g).explain()[:2]:
    ...     print(line)
    Round 1: 1 drops cooperate, because defect pays more whatever the others do, by 1 or more.
    Round 1: 2 drops cooperate, because defect pays more whatever the others do, by 1 or more.
    """
    if by not in {"strict", "weak"}:
        raise UsageError(f"found by={by!r}; expected 'strict' or 'weak'")
    if rounds is not None and rounds < 0:
        raise UsageError(f"found rounds={rounds}; expected 0 or more, or None")
    search = DominanceSearch(game, by == "weak", mixed, relative)
    left: Left = tuple(tuple(range(size)) for size in game.shape)
    steps: list[Elimination] = []
    number = 0
    while found := search.dominated(left):
        if number == rounds:
            break
        number += 1
        steps += [_step(search, number, left, item) for item in found]
        gone = {(player, own) for player, own, _ in found}
        left = tuple(
            tuple(own for own in mine if (player, own) not in gone) for player, mine in enumerate(left)
        )
    others: tuple[Left, ...] = ()
    every = True
    if by == "weak" and rounds is None:
        outcomes, every = search.outcomes()
        others = tuple(sorted(outcomes - {left}))
    return Undominated(
        game=game,
        strategies=search.labels(left),
        steps=tuple(steps),
        weak=by == "weak",
        mixed=mixed,
        finished=not found,
        other_outcomes=tuple(search.labels(each) for each in others),
        every_order=every and (by == "strict" or rounds is None),
    )


def dominating_mixture(
    game: NormalFormGame,
    player: int | str,
    strategy: int | str,
    by: str = "strict",
    *,
    mixed: bool = True,
    relative: float = 1e-9,
) -> dict[str, Any] | None:
    """Return a mixture that dominates a strategy of a player, as ``{label: weight}``, or None."""
    index = game.player_index(player)
    own = (
        game.strategies[index].index(strategy)
        if isinstance(strategy, str) and strategy in game.strategies[index]
        else strategy
    )
    if isinstance(own, str) or not 0 <= own < game.shape[index]:
        raise UsageError(
            f"found the strategy {strategy!r} of {game.players[index]}; expected one of "
            f"{', '.join(game.strategies[index])}"
        )
    if by not in {"strict", "weak"}:
        raise UsageError(f"found by={by!r}; expected 'strict' or 'weak'")
    search = DominanceSearch(game, by == "weak", mixed, relative)
    left = tuple(tuple(range(size)) for size in game.shape)
    found = search.dominator(left[index], own, search.rows(left, index), search.slacks[index])
    return None if found is None else {game.strategies[index][k]: search.out(w) for k, w in found.items()}


def dominated_strategies(
    game: NormalFormGame, player: int | str, by: str = "strict", *, mixed: bool = True, relative: float = 1e-9
) -> dict[str, dict[str, Any]]:
    """Return the dominated strategies of a player, with a mixture that dominates each, as labels; nothing is iterated.

    Raises
    ------
    UsageError
        If ``by`` is neither ``strict`` nor ``weak``.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["cooperate", "defect"]] * 2)
    >>> dominated_strategies(g, 0)
    {'cooperate': {'defect': Fraction(1, 1)}}
    """
    if by not in {"strict", "weak"}:
        raise UsageError(f"found by={by!r}; expected 'strict' or 'weak'")
    index = game.player_index(player)
    search = DominanceSearch(game, by == "weak", mixed, relative)
    left = tuple(tuple(range(size)) for size in game.shape)
    rows, labels = search.rows(left, index), game.strategies[index]
    found = {own: search.dominator(left[index], own, rows, search.slacks[index]) for own in left[index]}
    return {
        labels[own]: {labels[k]: search.out(w) for k, w in mixture.items()}
        for own, mixture in found.items()
        if mixture is not None
    }


def _step(
    search: DominanceSearch, number: int, left: Left, item: tuple[int, int, dict[int, Fraction]]
) -> Elimination:
    player, own, mixture = item
    gains = search.gains(search.rows(left, player), own, mixture)
    labels = search.game.strategies[player]
    return Elimination(
        round=number,
        player=search.game.players[player],
        strategy=labels[own],
        by={labels[k]: search.out(w) for k, w in mixture.items()},
        weak=min(gains) <= search.slacks[player],
        margin=search.out(max(min(gains), Fraction(0))),
        against=len(gains),
    )
