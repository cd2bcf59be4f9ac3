"""What a member of a large group should do: each action as a commitment that all others see before they choose.

The member keeps one action for good; the others play a pure equilibrium of what is left. At the point all of these are
found, exactly, by counts. Over draws best replies of the others are followed from both ends: with strategic complements
these are the least and the greatest equilibrium, between which what the member gets lies where it is monotone in the
counts; elsewhere others may be missed, and the result says so. The result is that of
:mod:`detente.conclusions.options`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions._commitments import Menu
from detente.conclusions._option_draws import Sample, sampling
from detente.conclusions._option_results import Option, Options
from detente.conclusions._option_values import Batch
from detente.conclusions.ensemble.draws import PRIORS
from detente.conclusions.meaning import Meaning
from detente.conclusions.options import share_notes
from detente.errors import UsageError
from detente.games.population import PopulationGame
from detente.solve.population.pure import population_equilibria

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.ensemble.draws import Draws
    from detente.conclusions.ensemble.member_batch import MemberBatch
    from detente.games.symbolic import SymbolicGame

__all__ = ["member_options", "without_members"]


def without_members(game: PopulationGame, held: Mapping[int, int]) -> PopulationGame:
    """Return the game of the other members when some keep an action for good.

    Examples
    --------
    >>> herd = PopulationGame(["stay", "go"], [[0, -1]] * 3, [[[0, 0], [0, 1]]] * 3)
    >>> left = without_members(herd, {0: 1})
    >>> print(left.members, left.payoff(0, "go", (1, 1)))
    ('member_2', 'member_3') 1
    """
    free = [k for k in range(game.n) if k not in held]
    names = [game.members[k] for k in free]
    if game.by_count is not None:
        table, up = game.by_count, sum(held.values())
        return PopulationGame.two_actions(game.actions, lambda i, a, k: table[free[i]][a][k + up], names)
    base = [
        [game.base[k][a] + sum(game.slope[k][a][b] for b in held.values()) for a in range(len(game.actions))]
        for k in free
    ]
    return PopulationGame(game.actions, base, [game.slope[k] for k in free], names)


@dataclass(frozen=True, eq=False)
class _Courses:
    """Every action of a member, over draws."""

    batch_of: MemberBatch
    member: int
    held: Mapping[int, int]

    def batch(self, made: Draws | Mapping[str, Any], n: int) -> Batch:
        """Return what each action pays in n draws where best replies of the others lead from both ends."""
        import numpy as np

        payoffs = self.batch_of.payoffs({name: made[name] for name in self.batch_of.program.names}, n)
        worst, best = [], []
        for action in range(len(self.batch_of.actions)):
            paid = []
            for highest in (False, True):
                rest = self.batch_of.best_replies(payoffs, highest, held={**self.held, self.member: action})
                worth = self._own(payoffs.base[action])
                for b, row in enumerate(payoffs.slope[action]):
                    worth = worth + self._own(row) * rest.counts[:, b]
                paid.append(np.where(rest.rests, worth, np.nan))
            worst.append(np.minimum(*paid))
            best.append(np.maximum(*paid))
        low, high = np.stack(worst), np.stack(best)
        spread = np.nanmax(high, axis=0, initial=0) - np.nanmin(low, axis=0, initial=0)
        return Batch(low, high, 1e-9 * spread)

    def _own(self, rows: Any) -> Any:
        return rows[self.member if len(rows) > 1 else 0]


def member_options(
    game: PopulationGame,
    batch: MemberBatch,
    member: str,
    box: SymbolicGame,
    at: Mapping[str, Fraction],
    *,
    held: Mapping[int, int] | None = None,
    draws: int = 20_000,
    priors: Sequence[str] = tuple(PRIORS),
    seed: int = 0,
    budget: float = 20.0,
) -> Options:
    """Compare the actions of a member, each as a commitment that the others see.

    Parameters
    ----------
    game : PopulationGame
        The game at the point.
    batch : MemberBatch
        The same over draws.
    member : str
    box : SymbolicGame
        The parameters and constraints.
    at : mapping
        The point.
    held : mapping of int to int, optional
        Other members that keep an action for good.
    draws, priors, seed
        As in :func:`detente.conclusions.options.options`.
    budget : float
        Not used: nothing is searched.

    Raises
    ------
    UsageError
        If the member or a prior is unknown, or the member is held already.
    """
    del budget
    fixed = dict(held or {})
    index = game.members.index(member)
    if index in fixed:
        raise UsageError(f"{member} is held at {game.actions[fixed[index]]} and has nothing to choose")
    number, each_prior = sampling(draws, priors)
    courses = _Courses(batch, index, fixed)
    menu = Menu(box, "population", game.members, index, game.actions, (), "pure equilibria")
    sampled = [Sample.make(menu, courses, number, prior, seed) for prior in each_prior]
    here = [_replies(game, {**fixed, index: action}, index, action) for action in range(len(game.actions))]
    regrets = _regrets(courses, here, at, sampled)
    made = []
    for k, label in enumerate(game.actions):
        own = [worth for _, worth in here[k]]
        lows: list[tuple[Any, Any]] = [(min(own), at)] if own else []
        lows += [seen for each in sampled if (seen := each.lowest[k]) is not None]
        highs = [*own, *(seen[0] for each in sampled if (seen := each.highest[k]) is not None)]
        least = min(lows, key=lambda each: float(each[0]), default=(None, None))
        regret, where = regrets[k]
        made.append(
            Option(
                label, min(own, default=None), max(own, default=None), here[k], None, None, least[0],
                max(highs, key=float, default=None), least[1], tuple(each.shares[k] for each in sampled), regret, None,
                where, sampled[0].quantiles[k],
            )
        )  # fmt: skip
    notes = (
        *share_notes(sampled, tuple(made), number),
        "Over draws the others answer from all lowest and from all highest, to where they rest.",
        "Where the game is supermodular these are its least and greatest equilibrium; elsewhere there may be others.",
        "Mixed equilibria of the game that is left are not looked at.",
        "Numbers marked [seen] are those of draws: no bound over the box is proved.",
    )
    meanings = {
        "ranking": Meaning("ordinal", "replies and options are compared payoff by payoff, each member with itself"),
        "amounts": Meaning("cardinal", "they are in the unit of the member"),
    }
    return Options(
        member, tuple(made), "pure equilibria", at, number, seed, sampled[0].rejected, notes, meanings
    )


def _replies(game: PopulationGame, held: Mapping[int, int], member: int, action: int) -> tuple[tuple[str, Any], ...]:
    """Return the counts of the others in every pure equilibrium after an action, with what it pays."""
    if len(held) == game.n:
        return (("nobody is left", game.payoff(member, action, game.counts([held[k] for k in range(game.n)]))),)
    found = []
    for each in population_equilibria(without_members(game, held)).equilibria:
        counts = [number + sum(a == k for a in held.values()) for k, number in enumerate(each.counts.values())]
        told = " ".join(f"{number} {name}" for name, number in each.counts.items() if number)
        found.append((told, game.payoff(member, action, counts)))
    return tuple(sorted(found, key=lambda each: each[1]))


def _regrets(
    courses: _Courses, here: Sequence[Sequence[tuple[str, Any]]], at: Mapping[str, Fraction], sampled: Sequence[Sample]
) -> list[tuple[Any, Mapping[str, Fraction]]]:
    """Return the largest regret of every action, at the point and where the draws have it largest."""
    import numpy as np

    worst = [min((worth for _, worth in each), default=None) for each in here]
    known = [each for each in worst if each is not None]
    found: list[tuple[Any, Mapping[str, Fraction]]] = []
    for k, own in enumerate(worst):
        best: tuple[Any, Mapping[str, Fraction]] = (None if own is None else max(known) - own, at)
        for each in sampled:
            where = each.worst_regret[k]
            if where is None:
                continue
            rows = courses.batch({name: np.array([float(value)]) for name, value in where.items()}, 1).worst[:, 0]
            regret = float(np.nanmax(rows) - rows[k])
            if best[0] is None or regret > float(best[0]):
                best = regret, where
        found.append(best)
    return found
