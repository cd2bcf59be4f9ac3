r"""Equilibria of stochastic games in which players mix.

Where nobody can stay and all choose at once, a state whose successors are known is a normal form: its equilibria are
those of the exact enumeration. Otherwise the branch of logit equilibria is followed from equal probabilities to high
precision (Eibelshäuser and Poensgen 2019): with precision :math:`\lambda` the log odds of two actions are
:math:`\lambda` times the difference of what they are worth. Near its end the indifference equations on the actions that
survive are solved by Newton's method, and the solution is certified.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from detente.errors import NotConverged, UsageError
from detente.games.normal import NormalFormGame
from detente.games.stochastic import StochasticGame
from detente.solve.stochastic._classes import worths
from detente.solve.stochastic.markov_result import MarkovResult, certified

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from detente.games.stochastic import State
    from detente.solve.stochastic._classes import Values
    from detente.solve.stochastic._points import Points
    from detente.solve.stochastic.markov_result import MarkovEquilibrium

    Floats = NDArray[Any]

__all__ = ["MixedClass", "mixed_class", "mixed_markov"]

#: Largest gain that a certificate may leave in floats, relative to the largest value.
TOLERANCE = 1e-9
#: Precision, relative to the spread of payoffs, at which the branch is given up.
LAST = 1e7
#: Steps along the branch at most.
STEPS = 4000
#: Variables up to which derivatives are taken numerically in reasonable time.
MAX_VARIABLES = 400


@dataclass(frozen=True)
class MixedClass:
    """Equilibria of a class of states: behavior and values of each, the method, what may be missing."""

    solutions: list[tuple[Any, Values]]
    method: str
    missing: str


def mixed_class(game: StochasticGame, states: Sequence[State], known: Values) -> MixedClass:
    """Return equilibria of a class of states when the values of the states behind it are known."""
    stays = any(each in states for state in states for each in game.successors(state))
    if len(states) == 1 and not stays and len(game.order) == 1:
        found = _normal_form(game, states[0], known)
        if found is not None:
            return found
    outside = {s for state in states for s in game.successors(state)} - set(states)
    part = _restricted(game, states, {state: known[state] for state in game.states if state in outside})
    from detente.solve.stochastic.zero_sum import is_zero_sum, zero_sum_markov

    if is_zero_sum(part) and len(part.order) == 1:
        solved = zero_sum_markov(part)
        missing = "other optimal strategies are not listed"
    else:
        solved = mixed_markov(part)
        missing = "where players mix, one equilibrium was looked for"
    best = solved.equilibria[0]
    values = {state: tuple(best.values[player][state] for player in game.players) for state in states}
    return MixedClass([(_behavior_of(part, best), values)], solved.method, missing)


def _normal_form(game: StochasticGame, state: State, known: Values) -> MixedClass | None:
    import numpy as np

    from detente.solve.equilibria import equilibria

    table = np.empty((len(game.players), *game.shape(state)), dtype=object)
    for profile, each in worths(game, state, known).items():
        for i, value in enumerate(each):
            table[(i, *profile)] = value
    found = equilibria(NormalFormGame(table, game.players, game.actions[state]))
    if not found.equilibria:
        return None
    solutions = [
        ({(state, ()): each.profile}, {state: tuple(each.payoffs[player] for player in game.players)})
        for each in found.equilibria
    ]
    missing = "" if found.complete else f"where players mix: {found.missing}"
    return MixedClass(solutions, f"{found.method} where players mix", missing)


def _restricted(game: StochasticGame, states: Sequence[State], ends: Values) -> StochasticGame:
    """Return the game of a class of states; the states behind it are terminal, with their values."""
    rewards = {s: dict(zip(game.labels(s), game.rewards[s].values(), strict=True)) for s in states}
    moves = {
        s: dict(
            zip(
                game.labels(s),
                ({game.states[to]: q for to, q in each} or None for each in game.transitions[s].values()),
                strict=True,
            )
        )
        for s in states
    }
    actions = {s: dict(zip(game.players, game.actions[s], strict=True)) for s in states}
    order = [[game.players[i] for i in group] for group in game.order]
    every = [*states, *ends]
    return StochasticGame(
        game.players, every, actions, rewards, moves, game.discount_factors, terminal=ends, order=order, start=states[0]
    )


def _behavior_of(game: StochasticGame, found: MarkovEquilibrium) -> dict[Any, Any]:
    """Return a certified equilibrium as behavior at all points."""
    behavior: dict[Any, Any] = {}
    for state in game.playing:
        earlier: tuple[int, ...] = ()
        points: list[tuple[str, ...]] = [()]
        for group in game.order:
            for words in points:
                behavior[state, words] = {
                    game.players[i]: (
                        found.replies[game.players[i]][state][",".join(words)]
                        if words and len(game.actions[state][i]) > 1
                        else found.policy[game.players[i]][state]
                    )
                    for i in group
                }
            for i in group:
                points = [(*words, action) for words in points for action in game.actions[state][i]]
            earlier += group
    return behavior


def mixed_markov(game: StochasticGame) -> MarkovResult:
    """Return one equilibrium in stationary strategies, players mixing where they have to.

    Parameters
    ----------
    game : StochasticGame
        Any number of players and any order of moves; up to some hundred actions in all.

    Returns
    -------
    MarkovResult
        One equilibrium; exact where its probabilities turn out to be small fractions that pass the check exactly.

    Raises
    ------
    NotConverged
        If the branch cannot be followed, or its end is not near an equilibrium whose certificate is small.

    Examples
    --------
    Matching pennies; whoever wins, play goes on with probability 1/2.

    >>> pennies = StochasticGame(
    ...     ["a", "b"], ["coin", "over"], {"a": ["h", "t"], "b": ["h", "t"]},
    ...     payoffs=lambda state, moves: (1, -1) if moves[0] == moves[1] else (-1, 1),
    ...     next=lambda state, moves: {"coin": "1/2", "over": "1/2"}, discount_factor="9/10", terminal={"over": (0, 0)},
    ... )
    >>> found = mixed_markov(pennies).equilibria[0]
    >>> found.policy["a"]["coin"]["h"], found.regret
    (Fraction(1, 2), Fraction(0, 1))
    """
    from detente.solve.stochastic._points import Points

    points = Points(game)
    if points.size > MAX_VARIABLES:
        raise UsageError(
            f"found {points.size} free probabilities; mixed equilibria are looked for up to {MAX_VARIABLES}"
        )
    spread = max((float(f.max() - f.min()) for f in points.flow), default=0.0)
    spread = max(spread, max((float(abs(f).max()) for f in points.flow), default=0.0) * 1e-6, 1e-300)
    branch = _Branch(points, spread)
    for mixed in branch.follow():
        found = _polished(game, points, mixed)
        if found is not None:
            return MarkovResult(game, (found,), "the logit branch", False, None, "one equilibrium was looked for", ())
    raise NotConverged(
        f"the logit branch comes near no equilibrium up to the precision {branch.precision:.3g} per spread of payoffs",
        branch.last,
        branch.regret(),
    )


class _Branch:
    """The logit branch in the log odds of each action against the first, by arc length."""

    def __init__(self, points: Points, spread: float) -> None:
        self.points, self.spread = points, spread
        self.last = points.uniform()
        self.precision = 0.0

    def mixed(self, odds: Floats) -> list[dict[int, Floats]]:
        import numpy as np

        found: list[dict[int, Floats]] = [dict(own) for own in self.points.uniform()]
        for choice in self.points.choices:
            own = odds[..., choice.first : choice.first + choice.size - 1]
            z = np.concatenate([np.zeros((*own.shape[:-1], 1)), own], axis=-1)
            weights = np.exp(z - z.real.max(axis=-1, keepdims=True))
            found[choice.point][choice.player] = weights / weights.sum(axis=-1, keepdims=True)
        return found

    def gap(self, odds: Floats, precision: Any) -> Floats:
        """Return the log odds less what they should be; zero on the branch. Rows are different points."""
        import numpy as np

        worth = self.points.worths(self.mixed(odds))
        scale = np.asarray(precision)[..., None] / self.spread
        wanted = [(own[..., 1:] - own[..., :1]) * scale for own in worth]
        return odds - np.concatenate(wanted, axis=-1) if wanted else odds

    def slope(self, odds: Floats, precision: float) -> Floats:
        """Return the derivatives of the gap by the odds and by the precision, to rounding (complex steps)."""
        import numpy as np

        size, h = len(odds), 1e-20
        moved = np.tile(odds.astype(complex), (size + 1, 1))
        moved[np.arange(size), np.arange(size)] += 1j * h
        precisions = np.full(size + 1, complex(precision))
        precisions[size] += 1j * h
        found: Floats = self.gap(moved, precisions).imag.T / h
        return found

    def follow(self) -> Any:
        """Yield points of the branch at growing precision, from where an equilibrium may be near."""
        import numpy as np

        size = self.points.size
        at = np.zeros(size + 1)
        tangent = np.zeros(size + 1)
        tangent[size] = 1.0
        step, next_try = 0.1, 10.0
        for _ in range(STEPS):
            jacobian = self.slope(at[:size], at[size])
            ahead = _kernel(jacobian, tangent)
            trial = self._corrected(at + step * ahead, ahead)
            if trial is None or np.abs(trial - at).max() > 4 * step + 1:
                step /= 4
                if step < 1e-9:
                    return
                continue
            at, tangent = trial, ahead
            step = min(step * 1.6, 0.1 * (1 + np.abs(at).max()))
            self.last, self.precision = self.mixed(at[:size]), float(at[size])
            if at[size] > next_try:
                next_try = at[size] * 3
                yield self.last
            if at[size] > LAST:
                return

    def _corrected(self, guess: Floats, tangent: Floats) -> Floats | None:
        import numpy as np

        size = len(guess) - 1
        at = guess.copy()
        rows = None
        before = np.inf
        for _ in range(20):
            off = self.gap(at[:size], at[size])
            gap = np.abs(off).max(initial=0.0)
            if not np.isfinite(gap):
                return None
            if gap <= 1e-9 * (1 + np.abs(at).max()):
                return at
            if rows is None or gap > before / 8:  # derivatives are kept as long as they serve
                rows = np.vstack([self.slope(at[:size], at[size]), tangent])
            before = gap
            try:
                at = at - np.linalg.solve(rows, np.append(off, (at - guess) @ tangent))
            except np.linalg.LinAlgError:
                return None
        return None

    def regret(self) -> float:
        """Return the most that any action gains at the last point."""
        worth = self.points.worths(self.last)
        return max(
            (
                float(own.max() - own @ self.last[c.point][c.player])
                for c, own in zip(self.points.choices, worth, strict=True)
            ),
            default=0.0,
        )


def _kernel(jacobian: Floats, before: Floats) -> Floats:
    """Return the unit vector along the branch, in the direction of the one before."""
    import numpy as np

    rows = np.vstack([jacobian, before])
    try:
        found = np.linalg.solve(rows, np.append(np.zeros(len(jacobian)), 1.0))
    except np.linalg.LinAlgError:
        found = np.linalg.svd(jacobian)[2][-1]
        found = found if found @ before > 0 else -found
    unit: Floats = found / np.linalg.norm(found)
    return unit


def _polished(game: StochasticGame, points: Points, mixed: list[dict[int, Floats]]) -> MarkovEquilibrium | None:
    """Return the equilibrium on the actions that survive, or None where there is none with a small certificate."""
    for least in (1e-6, 1e-4, 1e-2, 5e-2):
        solved = _on_supports(points, mixed, least)
        if solved is None:
            continue
        for denominator in (1000, 1_000_000) if game.arithmetic == "exact" else ():
            exactly = certified(game, _as_behavior(game, points, solved, partial(_near, denominator)))
            if exactly.regret == 0:
                return exactly
        found = certified(game, _as_behavior(game, points, solved, float))
        scale = max((abs(float(v)) for own in found.values.values() for v in own.values()), default=0.0)
        if float(found.regret) <= TOLERANCE * (1 + scale):
            return found
    return None


def _near(denominator: int, p: float) -> Fraction:
    return Fraction(p).limit_denominator(denominator)


def _as_behavior(
    game: StochasticGame, points: Points, mixed: list[dict[int, Floats]], convert: Callable[[float], Any]
) -> dict[Any, Any]:
    sequence = [j for group in game.order for j in group]
    behavior: dict[Any, Any] = {}
    for (state, seen), own in zip(points.keys, mixed, strict=True):
        words = tuple(game.actions[state][j][a] for j, a in zip(sequence, seen, strict=False))
        behavior[state, words] = {}
        for player, weights in own.items():
            numbers = [convert(float(p)) for p in weights]
            top = max(range(len(numbers)), key=numbers.__getitem__)
            numbers[top] = 1 - sum(numbers[:top] + numbers[top + 1 :])
            behavior[state, words][game.players[player]] = dict(zip(game.actions[state][player], numbers, strict=True))
    return behavior


def _on_supports(points: Points, mixed: list[dict[int, Floats]], least: float) -> list[dict[int, Floats]] | None:
    """Solve the indifference equations on the actions with more than a least probability."""
    import numpy as np

    supports = [np.flatnonzero(mixed[c.point][c.player] > least) for c in points.choices]

    def spread_out(x: Floats) -> list[dict[int, Floats]]:
        found: list[dict[int, Floats]] = [dict(own) for own in mixed]
        at = 0
        for choice, support in zip(points.choices, supports, strict=True):
            weights = np.zeros((*x.shape[:-1], choice.size), dtype=x.dtype)
            free = x[..., at : at + len(support) - 1]
            at += len(support) - 1
            weights[..., support[:-1]] = free
            weights[..., support[-1]] = 1 - free.sum(axis=-1)
            found[choice.point][choice.player] = weights
        return found

    def gap(x: Floats) -> Floats:
        worth = points.worths(spread_out(x))
        parts = [own[..., support[:-1]] - own[..., support[-1:]] for own, support in zip(worth, supports, strict=True)]
        return np.concatenate(parts, axis=-1) if parts else x

    start = [
        mixed[c.point][c.player][support] / mixed[c.point][c.player][support].sum()
        for c, support in zip(points.choices, supports, strict=True)
    ]
    x = np.concatenate([each[:-1] for each in start]) if start else np.zeros(0)
    for _ in range(30):
        if not len(x):
            break
        moved = np.tile(x.astype(complex), (len(x), 1))
        moved[np.arange(len(x)), np.arange(len(x))] += 1e-20j
        try:  # a step may lead to weights that are no probabilities, and have no values
            off = gap(x)
            move = np.linalg.solve(gap(moved).imag.T / 1e-20, off)
        except np.linalg.LinAlgError:
            return None
        x = x - move
        if not np.isfinite(x).all():
            return None
        if np.abs(move).max() < 1e-14:
            break
    found = spread_out(x)
    if any((own < -1e-12).any() for each in found for own in each.values()):
        return None
    return [{player: np.clip(own, 0.0, None) for player, own in each.items()} for each in found]
