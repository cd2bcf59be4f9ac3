"""Fictitious play of two players, with exact beliefs: each answers the other's play so far.

In every round each player chooses a best response to the frequencies of the other's past strategies (Brown 1951).
Payoffs are scaled to integers, so that beliefs and ties are exact however long play goes on. Beliefs are known to
converge to equilibrium where the game is zero-sum (Robinson 1951) or all players share a potential (Monderer and
Shapley 1996), and a strict equilibrium, once played, is played for ever. Elsewhere the result says what was seen and
calls nothing proved.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import NotConverged, UsageError
from detente.numbers import exact, number_to_json, short
from detente.solve.dynamics.populations import populations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["RULES", "FictitiousPlay", "Run", "fictitious_play"]

#: What a player does where several strategies are best: the first of them; the last one played if it is among them,
#: else the first; one drawn at random.
RULES = ("first", "stay", "random")
MAX_ROUNDS = 1_000_000
#: Runs that JSON shows.
SHOWN = 200


@dataclass(frozen=True)
class Run:
    """Rounds in a row with one profile: which, from which round on, how many, and the gap of beliefs at its end."""

    profile: tuple[int, int]
    first: int
    length: int
    gap: Any


@dataclass(frozen=True, eq=False)
class FictitiousPlay(Displayed):
    """A course of fictitious play.

    Attributes
    ----------
    beliefs : tuple
        Per player, the frequencies with which it has played: what the other believes of it. Exact.
    runs : tuple of Run
        Play in rounds with the same profile.
    gap : Fraction
        What the better-off deviator could still gain if both played their frequencies; 0 at an equilibrium.
    outcome : str
        ``absorbed``: a strict equilibrium is played for ever; ``converges``: a theorem says so; ``within tolerance``:
        the gap is below the tolerance; ``cycles``: ever longer rounds of the same profiles, the gap staying up;
        ``open``.
    """

    game: NormalFormGame
    rounds: int
    beliefs: tuple[tuple[Any, ...], tuple[Any, ...]]
    runs: tuple[Run, ...]
    gap: Any
    tolerance: Any
    outcome: str
    rule: str
    theorem: str = ""
    period: int | None = None
    growth: float | None = None
    seed: int | None = None

    @property
    def converged(self) -> bool:
        """True where beliefs go to an equilibrium, by a theorem or up to the tolerance."""
        return self.outcome in {"absorbed", "converges", "within tolerance"}

    @property
    def limit(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The equilibrium that beliefs approach: pure where play is absorbed, else the beliefs, within the tolerance.

        Raises
        ------
        NotConverged
            If they approach none, or are not within the tolerance yet.
        """
        if self.outcome == "absorbed":
            last = self.runs[-1].profile
            one, two = (
                tuple(Fraction(int(i == at)) for i in range(size))
                for at, size in zip(last, self.game.shape, strict=True)
            )
            return one, two
        if not self.converged or self.gap > self.tolerance:
            raise NotConverged(self.explain()[0], self.beliefs, self.gap)
        return self.beliefs

    def explain(self) -> tuple[str, ...]:
        """Return what happened in sentences."""
        gap = short(self.gap, 2)
        last = ", ".join(self.game.profile_labels(self.runs[-1].profile))
        if self.outcome == "absorbed":
            start = self.runs[-1].first
            first = f"From round {start} on play is the strict equilibrium ({last}), for ever; beliefs tend to it."
        elif self.outcome == "converges":
            first = (
                f"Beliefs converge to equilibrium: {self.theorem}. After {self.rounds} rounds a deviation gains {gap}."
            )
        elif self.outcome == "within tolerance":
            first = (
                f"After {self.rounds} rounds a deviation from the beliefs gains {gap}, within the tolerance "
                f"{short(self.tolerance, 2)}. No theorem says that it stays so."
            )
        elif self.outcome == "cycles":
            first = (
                f"Beliefs do not converge as far as followed: {self.period} profiles come in turn, each time about "
                f"{short(self.growth, 3)} times as long, and a deviation still gains {gap} after {self.rounds} rounds."
            )
        else:
            first = f"Not settled after {self.rounds} rounds: a deviation from the beliefs gains {gap}."
        rule = {
            "first": "the first best response",
            "stay": "the last strategy if it is a best response, else the first",
            "random": f"a random best response (seed {self.seed})",
        }[self.rule]
        arithmetic = "Beliefs are exact" if self.game.arithmetic == "exact" else "Payoffs are floats, taken as stored"
        return first, f"{arithmetic}; where several strategies are best, {rule} is played."

    def to_json(self) -> dict[str, Any]:
        """Return the course of play as JSON values."""
        labels = self.game.profile_labels
        return {
            "dynamic": "fictitious-play",
            "rounds": self.rounds,
            "rule": self.rule,
            "seed": self.seed,
            "outcome": self.outcome,
            "converged": self.converged,
            "theorem": self.theorem or None,
            "gap": number_to_json(self.gap),
            "period": self.period,
            "growth": self.growth,
            "beliefs": {
                player: {label: number_to_json(w) for label, w in zip(own, shares, strict=True)}
                for player, own, shares in zip(self.game.players, self.game.strategies, self.beliefs, strict=True)
            },
            "runs": [
                {
                    "profile": list(labels(run.profile)),
                    "first": run.first,
                    "length": run.length,
                    "gap": number_to_json(run.gap),
                }
                for run in self.runs[-SHOWN:]
            ],
            "runs_left_out": max(0, len(self.runs) - SHOWN),
        }

    def table(self) -> Table:
        """Return the frequencies, then the runs of play."""
        rows = [
            (f"rounds {run.first} to {run.first + run.length - 1}", ", ".join(self.game.profile_labels(run.profile)),
             short(run.gap, 3))
            for run in self.runs
        ]  # fmt: skip
        if len(rows) > 12:
            rows = [*rows[:5], ("...", "", ""), *rows[-6:]]
        shares = [
            f"{player}: " + ", ".join(f"{short(w, 4)} {label}" for label, w in zip(own, weights, strict=True) if w)
            for player, own, weights in zip(self.game.players, self.game.strategies, self.beliefs, strict=True)
        ]
        notes = (*self.explain(), f"Frequencies: {'; '.join(shares)}.")
        return Table("fictitious play", ("when", "play", "a deviation gains"), tuple(rows), notes)


def fictitious_play(
    game: NormalFormGame,
    rounds: int = 100_000,
    *,
    start: Sequence[object] | None = None,
    rule: str = "first",
    seed: int = 0,
    tolerance: object = "1/1000",
) -> FictitiousPlay:
    """Return a course of fictitious play of a two-player game.

    Parameters
    ----------
    rounds : int
        How many are played, at most a million.
    start : pair, optional
        What each player plays in the first round, as strategies; or per player the weights that the other attributes to
        its strategies before the first round (exact numbers, not all 0). By default both play their first strategy.
    rule : str
        Where several strategies are best: ``first``, ``stay`` or ``random``.
    seed : int
        For ``random``.
    tolerance : number
        Of the gap, relative to the spread of payoffs.

    Notes
    -----
    Cost: one addition of integer vectors a round.

    Examples
    --------
    >>> from detente.games import classic
    >>> found = fictitious_play(classic.game("matching_pennies"), 1000)
    >>> found.outcome, found.theorem
    ('converges', 'the game is zero-sum (Robinson 1951)')
    >>> fictitious_play(classic.game("shapley")).outcome
    'cycles'
    """
    setting = populations(game, 2)
    if isinstance(rounds, bool) or not isinstance(rounds, int) or not 1 <= rounds <= MAX_ROUNDS:
        raise UsageError(f"found {rounds!r} rounds; expected a whole number from 1 to {MAX_ROUNDS}")
    if rule not in RULES:
        raise UsageError(f"unknown rule {rule!r}; expected one of {', '.join(RULES)}")
    limit = exact(tolerance) * Fraction(setting.spread)
    play = _Play(setting.tables, rule, random.Random(seed))  # noqa: S311 - play, no secrets
    play.begin(game, start)
    while play.rounds < rounds:
        play.step()
    runs = play.finished()
    gap = runs[-1].gap
    last = runs[-1].profile
    theorem, period, growth = "", None, None
    if _is_strict(setting.tables, last):
        outcome = "absorbed"
    elif theorem := _theorem(game):
        outcome = "converges"
    elif gap <= limit:
        outcome = "within tolerance"
    else:
        period, growth = _cycle(runs)
        outcome = "cycles" if period else "open"
    beliefs = play.frequencies()
    if game.arithmetic == "float":
        beliefs = tuple(tuple(map(float, own)) for own in beliefs)  # type: ignore[assignment]
    return FictitiousPlay(
        game, rounds, beliefs, tuple(runs), gap, limit, outcome, rule, theorem, period, growth,
        seed if rule == "random" else None,
    )  # fmt: skip


class _Play:
    """The state of play: counts, and what every strategy would have earned so far, as integers."""

    def __init__(self, tables: Sequence[Sequence[Sequence[Any]]], rule: str, rng: random.Random) -> None:
        exact_tables = [[[Fraction(each) for each in row] for row in table] for table in tables]
        self.scale = math.lcm(*(each.denominator for table in exact_tables for row in table for each in row))
        # columns[k][j]: what player k's strategies earn against strategy j, times the scale
        self.columns = [
            [[int(row[j] * self.scale) for row in table] for j in range(len(table[0]))] for table in exact_tables
        ]
        self.counts: list[list[int]] = [[0] * len(table) for table in exact_tables]
        self.weight = 1  # what one round counts
        self.earned: list[list[int]] = [[0] * len(table) for table in exact_tables]
        self.rule, self.rng = rule, rng
        self.rounds = 0
        self.last: tuple[int, int] | None = None
        self.first_move: tuple[int, int] | None = None
        self.runs: list[Run] = []
        self.run_start = 1

    def begin(self, game: NormalFormGame, start: Sequence[object] | None) -> None:
        """Take the first profile, or beliefs before the first round."""
        given = [0, 0] if start is None else list(start)
        if len(given) != 2:
            raise UsageError(f"found {len(given)} parts of a start; expected two, one per player")
        if all(isinstance(each, (str, int)) and not isinstance(each, bool) for each in given):
            self.first_move = game.profile_index(given)  # type: ignore[assignment,arg-type]
            return
        weights = []
        for k, each in enumerate(given):
            if not isinstance(each, (list, tuple)) or len(each) != game.shape[k]:
                raise UsageError(
                    f"found {each!r} for {game.players[k]}; expected {game.shape[k]} weights or a strategy"
                )
            own = [exact(w) for w in each]
            if min(own) < 0 or sum(own) == 0:
                raise UsageError(
                    f"found the weights {each!r} of {game.players[k]}; expected numbers from 0 up, not all 0"
                )
            weights.append(own)
        self.weight = math.lcm(*(w.denominator for own in weights for w in own))
        for k, own in enumerate(weights):
            for j, w in enumerate(own):
                count = int(w * self.weight)
                self.counts[k][j] = count
                self.earned[1 - k] = [
                    total + count * pay for total, pay in zip(self.earned[1 - k], self.columns[1 - k][j], strict=True)
                ]

    def step(self) -> None:
        """Play one round."""
        if self.rounds == 0 and self.first_move is not None:
            profile = self.first_move
        else:
            profile = (self._reply(0), self._reply(1))
        if self.last is not None and profile != self.last:
            self._close()
        self.rounds += 1
        self.last = profile
        for k in (0, 1):
            j = profile[1 - k]
            self.earned[k] = [
                total + self.weight * pay for total, pay in zip(self.earned[k], self.columns[k][j], strict=True)
            ]
            self.counts[k][profile[k]] += self.weight

    def _reply(self, k: int) -> int:
        best = max(self.earned[k])
        if self.rule == "random":
            return self.rng.choice([i for i, value in enumerate(self.earned[k]) if value == best])
        if self.rule == "stay" and self.last is not None and self.earned[k][self.last[k]] == best:
            return self.last[k]
        return self.earned[k].index(best)

    def _close(self) -> None:
        assert self.last is not None
        self.runs.append(Run(self.last, self.run_start, self.rounds - self.run_start + 1, self.gap()))
        self.run_start = self.rounds + 1

    def finished(self) -> list[Run]:
        """Return all runs, the last one closed."""
        self._close()
        return self.runs

    def gap(self) -> Fraction:
        """Return what the better-off deviator gains if both play their frequencies."""
        worst = Fraction(0)
        for k in (0, 1):
            met, own = sum(self.counts[1 - k]), sum(self.counts[k])
            mean = sum(count * value for count, value in zip(self.counts[k], self.earned[k], strict=True))
            worst = max(worst, Fraction(max(self.earned[k]), met) - Fraction(mean, met * own))
        return worst / self.scale

    def frequencies(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return the frequencies of both players."""
        one, two = (tuple(Fraction(count, sum(own)) for count in own) for own in self.counts)
        return one, two


def _is_strict(tables: Sequence[Sequence[Sequence[Any]]], profile: tuple[int, int]) -> bool:
    return all(
        all(row[profile[1 - k]] < table[profile[k]][profile[1 - k]] for i, row in enumerate(table) if i != profile[k])
        for k, table in enumerate(tables)
    )


def _theorem(game: NormalFormGame) -> str:
    """Return why beliefs are known to converge, if they are."""
    total = game.payoffs[0] + game.payoffs[1]
    if bool((total == total.flat[0]).all()):
        return "the game is zero-sum (Robinson 1951)"
    from detente.solve.potential import potential

    if game.arithmetic == "exact" and potential(game).kind in {"exact", "weighted"}:
        return "the game has a potential (Monderer and Shapley 1996)"
    return ""


def _cycle(runs: Sequence[Run]) -> tuple[int | None, float | None]:
    """Return period and growth of a cycle of ever longer runs whose gap does not fall, seen two times over."""
    done = runs[:-1]  # the last run was cut off
    for period in range(2, min(24, len(done) // 2) + 1):
        late, before = done[-period:], done[-2 * period : -period]
        if [run.profile for run in late] != [run.profile for run in before]:
            continue
        growth = [a.length / b.length for a, b in zip(late, before, strict=True)]
        steady = all(abs(a.gap - b.gap) <= a.gap / 20 for a, b in zip(late, before, strict=True))
        if min(growth) > 1.1 and steady:
            return period, float(sorted(growth)[len(growth) // 2])
        return None, None
    return None, None
