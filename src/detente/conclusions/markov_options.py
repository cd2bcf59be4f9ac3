"""What a player of a stochastic game should do: the same action in every state, as a commitment that the others see.

The player is bound to one action in every state in which it has that action among others; the others play the Markov
perfect equilibrium of what is left, which for a single other player is its best plan. The dynamic counterpart of
:mod:`detente.conclusions.options`, whose result it returns. Values at the point are exact where the game is; over the
box they are those of draws: no bound is proved.
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
from detente.errors import UsageError, did_you_mean
from detente.games.symbolic_stochastic import SymbolicStochasticGame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.ensemble.draws import Draws
    from detente.conclusions.ensemble.markov_batch import MarkovProgram

__all__ = ["bound_to", "markov_options"]


def bound_to(game: SymbolicStochasticGame, player: int, action: str) -> SymbolicStochasticGame:
    """Return the game in which a player has no choice but one action, in every state that offers it.

    Examples
    --------
    >>> from detente.games.symbolic_stochastic import SymbolicStochasticGame
    >>> game = SymbolicStochasticGame(
    ...     ["a", "b"], ["deal"], {"a": ["keep", "break"], "b": ["keep", "break"]},
    ...     lambda state, moves: (1, 1) if moves == ("keep", "keep") else ("g", 0),
    ...     lambda state, moves: "deal" if moves == ("keep", "keep") else None, "d", {"g": (1, 3), "d": (0, "9/10", 1)},
    ... )
    >>> bound_to(game, 0, "keep").actions
    {'deal': (('keep',), ('keep', 'break'))}
    """
    actions = {}
    for state, own in game.actions.items():
        chosen = [list(each) for each in own]
        if action in own[player]:
            chosen[player] = [action]
        actions[state] = dict(zip(game.players, chosen, strict=True))

    def profile(state: Any, moves: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(own.index(move) for own, move in zip(game.actions[state], moves, strict=True))

    def follow(state: Any, moves: tuple[str, ...]) -> Any:
        found = game.moves(state, profile(state, moves))
        if not found:
            return None
        return found[0][0] if len(found) == 1 and found[0][1] == 1 else dict(found)

    box = game.formulas
    return SymbolicStochasticGame(
        game.players, game.states, actions, lambda state, moves: game.payoff(state, profile(state, moves)), follow,
        [game.factor(i) for i in range(len(game.players))], box.parameters, box.derived, box.constraints,
        terminal={state: game.end(state) for state in game.terminal},
        order=[[game.players[i] for i in group] for group in game.order], start=game.start,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Courses:
    """Every course of a player, compiled for draws."""

    programs: tuple[MarkovProgram, ...]
    player: int

    def batch(self, made: Draws, n: int) -> Batch:
        """Return what each course pays in n draws: of several equilibria after it, the first."""
        import numpy as np

        rows = []
        for program in self.programs:
            found, _ = program({name: made[name] for name in program.program.names}, n)
            worth = found.values[program.start, self.player]
            rows.append(np.where((found.played < 0).any(axis=0), np.nan, worth))
        worst = np.stack(rows)
        spread = np.nanmax(worst, axis=0, initial=0) - np.nanmin(worst, axis=0, initial=0)
        return Batch(worst, worst, 1e-9 * spread)


def markov_options(
    game: SymbolicStochasticGame,
    player: str | int,
    at: Mapping[str, object] | None = None,
    *,
    draws: int = 20_000,
    priors: Sequence[str] = tuple(PRIORS),
    seed: int = 0,
    budget: float = 20.0,
) -> Options:
    """Compare the actions of a player, each as a commitment to it in every state that the others see.

    Parameters
    ----------
    game : SymbolicStochasticGame
        Play moves on or stays, and what is left has equilibria in pure strategies of the state.
    player, at, draws, priors, seed
        As in :func:`detente.conclusions.options.options`.
    budget : float
        Not used: nothing is searched.

    Raises
    ------
    UsageError
        If the player or a prior is unknown, or what is left has no pure equilibrium at the point.

    Notes
    -----
    The best plan of a player in a stochastic game may differ from state to state: that it follows from the equilibrium,
    not from here, is the price of a commitment. Of several best plans of the others the first counts, in the order of
    actions; where the plans of several others are left, it is their first equilibrium.
    """
    del budget
    from detente.conclusions.ensemble.markov_batch import MarkovProgram

    number, each_prior = sampling(draws, priors)
    index = _player(game, player)
    labels = tuple(dict.fromkeys(each for own in game.actions.values() for each in own[index] if len(own[index]) > 1))
    if not labels:
        raise UsageError(f"{game.players[index]} has nothing to choose")
    point = game.point(at)
    bound = [bound_to(game, index, label) for label in labels]
    names = tuple(game.formulas.parameters)
    courses = _Courses(tuple(MarkovProgram.of(each, game.formulas.derived, names) for each in bound), index)
    menu = Menu(game.formulas, "stochastic", game.players, index, labels, (), "best plans")
    sampled = [Sample.make(menu, courses, number, prior, seed) for prior in each_prior]
    here = [_replies(each, index, point) for each in bound]
    made = []
    for k, label in enumerate(labels):
        own = [worth for _, worth in here[k]]
        lows: list[tuple[Any, Any]] = [(min(own), point)]
        lows += [seen for each in sampled if (seen := each.lowest[k]) is not None]
        highs = [max(own), *(seen[0] for each in sampled if (seen := each.highest[k]) is not None)]
        least = min(lows, key=lambda each: float(each[0]))
        regret, where = _regret(courses, here, k, point, [each.worst_regret[k] for each in sampled])
        made.append(
            Option(
                label, min(own), max(own), here[k], None, None, least[0], max(highs, key=float), least[1],
                tuple(each.shares[k] for each in sampled), regret, None, where, sampled[0].quantiles[k],
            )
        )  # fmt: skip
    notes = [
        *share_notes(sampled, tuple(made), number),
        "An option is the same action in every state; a plan that differs from state to state may be better than all.",
        "Numbers marked [seen] are those of draws: no bound over the box is proved.",
    ]
    added = Meaning("cardinal", "payoffs are added up over periods and averaged over chance")
    return Options(
        game.players[index], tuple(made), "best plans", point, number, seed, sampled[0].rejected, tuple(notes),
        {"ranking": added, "amounts": added},
    )  # fmt: skip


def _player(game: SymbolicStochasticGame, player: str | int) -> int:
    if player in game.players:
        return game.players.index(player)
    if isinstance(player, int) and not isinstance(player, bool) and 0 <= player < len(game.players):
        return player
    hint = did_you_mean(str(player), game.players)
    raise UsageError(
        f"unknown player {player!r}; expected one of {', '.join(game.players)}" + (f"; {hint}" if hint else "")
    )


def _replies(bound: SymbolicStochasticGame, player: int, point: Mapping[str, Fraction]) -> tuple[tuple[str, Any], ...]:
    """Return the paths that may follow at a point, with what they pay the player at the start."""
    from detente.solve.stochastic.markov_perfect import markov_perfect

    found = markov_perfect(bound.at_point(point))
    listed = {
        (str(each.path), each.values[bound.players[player]][bound.start]) for each in found.equilibria if each.pure
    }
    if not listed:
        raise UsageError("what is left after an option has no pure equilibrium here; options follow pure ones")
    return tuple(sorted(listed, key=lambda each: float(each[1])))


def _regret(
    courses: _Courses, here: list[tuple[tuple[str, Any], ...]], k: int, point: Mapping[str, Fraction], seen: list[Any]
) -> tuple[Any, Mapping[str, Fraction]]:
    """Return the largest regret of an option, at the point and where the draws have it largest."""
    import numpy as np

    worst = [min(worth for _, worth in each) for each in here]
    found: tuple[Any, Mapping[str, Fraction]] = (max(worst) - worst[k], point)
    for where in seen:
        if where is None:
            continue
        own = {name: np.array([float(value)]) for name, value in where.items()}
        rows = courses.batch(own, 1).worst[:, 0]  # type: ignore[arg-type]
        if float(rows.max() - rows[k]) > float(found[0]):
            found = float(rows.max() - rows[k]), where
    return found
