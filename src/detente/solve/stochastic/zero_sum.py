r"""Zero-sum stochastic games: the value of every state with proved bounds.

Shapley's operator maps values of the states to the values of the matrix games that they make,

.. math:: (T v)(s) = \mathrm{val}\Big[ u(s, a, b) + \delta \sum_t P(t \mid s, a, b)\, v(t) \Big],

and contracts by :math:`\delta`; its fixed point is the value of the game (Shapley 1953). Here the column player's
optimal mixtures at ``v`` are held fixed and the row player's best answer to them gives the next ``v`` (Hoffman and Karp
1966): the ``v`` fall to the value. At the end both players' mixtures are rounded to fractions, and what each guarantees
in the whole game, against every answer, is computed exactly: these are the bounds.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import NotConverged, UsageError
from detente.numbers import plain
from detente.solve.stochastic.markov_result import MarkovResult, certified
from detente.solve.two_players.zero_sum import matrix_value

if TYPE_CHECKING:
    from detente.games.stochastic import State, StochasticGame

__all__ = ["is_zero_sum", "zero_sum_markov"]

#: Improvements of the column player's strategy at most; they converge quadratically.
STEPS = 100
#: Denominators to which optimal mixtures are rounded, the simplest that prove an exact value first.
DENOMINATORS = (12, 1000, 10**6, 10**9)
_Mixtures = dict["State", tuple[Fraction, ...]]


def is_zero_sum(game: StochasticGame) -> bool:
    """Return whether there are two players, equally patient, and one always wins what the other loses."""
    if len(game.players) != 2 or game.discount_factors[0] != game.discount_factors[1]:
        return False
    numbers = [each for own in game.rewards.values() for each in own.values()]
    return all(sum(each) == 0 for each in (*numbers, *game.terminal.values()))


def zero_sum_markov(game: StochasticGame) -> MarkovResult:
    """Return the value of every state of a zero-sum game, exactly or between proved bounds, with strategies.

    Parameters
    ----------
    game : StochasticGame
        Two players who choose at once, the same discount factor, payoffs that add up to 0 everywhere. Floats are taken
        at the binary numbers that they store.

    Returns
    -------
    MarkovResult
        ``bounds`` holds the proved bounds of each state to the first player; where they meet, the value is exact and
        the equilibrium has the regret 0. Otherwise the regret says how far the strategies are from optimal.

    Raises
    ------
    UsageError
        If the game is not of this kind.
    NotConverged
        If the bounds stay apart.

    Notes
    -----
    Payoffs count in full, not per period: a payoff of 1 for ever is worth 1/(1 - d). The limit for patient players
    exists (Bewley and Kohlberg 1976) and is the value of the game without discounting (Mertens and Neyman 1981).

    Cost: a linear program per state and step, some ten steps.

    Examples
    --------
    The big match (Gillette 1957): once the first player stops, the game is won or lost for good. Per period it is worth
    1/2 whatever the discount factor, so 1/2 in the limit too; the first player stops with the small probability
    (1 - d)/(2 - d), and without discounting has no optimal strategy, only good ones (Blackwell and Ferguson 1968).

    >>> from detente.games.stochastic import StochasticGame
    >>> def big_match(factor):
    ...     stays = {"won": (1, -1), "lost": (0, 0)}
    ...     pays = {("stop", "left"): (1, -1), ("stop", "right"): (0, 0),
    ...             ("go", "left"): (0, 0), ("go", "right"): (1, -1)}
    ...     leads = {("stop", "left"): "won", ("stop", "right"): "lost"}
    ...     return StochasticGame(
    ...         ["row", "column"], ["play", "won", "lost"],
    ...         {"play": {"row": ["go", "stop"], "column": ["left", "right"]}, "won": {}, "lost": {}},
    ...         lambda state, moves: pays[moves] if state == "play" else stays[state],
    ...         lambda state, moves: leads.get(moves, state), factor,
    ...     )
    >>> for factor in ("1/2", "19/20"):
    ...     found = zero_sum_markov(big_match(factor))
    ...     low, high = (found.per_period(end) for end in found.bounds["play"])
    ...     print(low, high, {action: str(p) for action, p in found.equilibria[0].policy["row"]["play"].items()})
    1/2 1/2 {'go': '2/3', 'stop': '1/3'}
    1/2 1/2 {'go': '20/21', 'stop': '1/21'}
    """
    if not is_zero_sum(game):
        raise UsageError("expected two players, equally patient, whose payoffs add up to 0 everywhere")
    if len(game.order) != 1:
        raise UsageError("found players who see one another move; zero-sum games are solved where all choose at once")
    solver = _ZeroSum(game)
    rows, columns = solver.run()
    low, high = solver.bounds(rows, columns)
    behavior: dict[tuple[State, tuple[str, ...]], dict[str, dict[str, Fraction]]] = {
        (state, ()): {
            player: dict(zip(game.actions[state][i], mixtures[state], strict=True))
            for i, (player, mixtures) in enumerate(zip(game.players, (rows, columns), strict=True))
        }
        for state in game.playing
    }
    exactly = low == high
    gap = max(float(high[state] - low[state]) for state in low)
    scale = max(1.0, *(abs(float(value)) for value in low.values()))
    if gap > 1e-6 * scale:
        raise NotConverged(f"the bounds on the values are still {gap:.3g} apart", behavior, gap)
    ends = {state: (each[0], each[0]) for state, each in game.terminal.items()}
    bounds: dict[State, tuple[Any, Any]] = {state: (low[state], high[state]) for state in game.playing}
    note = (
        "The value of every state is exact."
        if exactly
        else f"The value of every state lies between proved bounds, at most {plain(gap)} apart."
    )
    return MarkovResult(
        game, (certified(game, behavior),), "Shapley's operator, by strategies", False, None,
        "other optimal strategies are not listed", (note,), {**bounds, **ends},
    )  # fmt: skip


class _ZeroSum:
    def __init__(self, game: StochasticGame) -> None:
        self.game = game
        self.factor = Fraction(game.discount_factors[0])
        self.ends = {state: Fraction(each[0]) for state, each in game.terminal.items()}

    def matrix(self, state: State, values: dict[State, Fraction]) -> list[list[Fraction]]:
        """Return what every pair of actions is worth to the row player."""
        rows, columns = self.game.shape(state)
        return [[self.worth(state, (a, b), values) for b in range(columns)] for a in range(rows)]

    def worth(self, state: State, profile: tuple[int, int], values: dict[State, Fraction]) -> Fraction:
        ahead = sum(
            (Fraction(q) * values[self.game.states[to]] for to, q in self.game.transitions[state][profile]), Fraction(0)
        )
        return Fraction(self.game.rewards[state][profile][0]) + self.factor * ahead

    def run(self) -> tuple[_Mixtures, _Mixtures]:
        """Improve the column player's strategy until its guarantee meets the row player's."""
        values = {**self.ends, **{state: Fraction(0) for state in self.game.playing}}
        best: tuple[Fraction, _Mixtures, _Mixtures] | None = None
        for _ in range(STEPS):
            rows: _Mixtures = {}
            columns: _Mixtures = {}
            for state in self.game.playing:
                rows[state], columns[state] = matrix_value(self.matrix(state, values))[1:]
            for denominator in DENOMINATORS:
                rounded = [{s: _rounded(p, denominator) for s, p in each.items()} for each in (rows, columns)]
                low, high = self.bounds(*rounded)
                gap = max(high[state] - low[state] for state in low)
                if best is None or gap < best[0]:
                    best = gap, rounded[0], rounded[1]
                if gap == 0:
                    return rounded[0], rounded[1]
            after = self.answered(columns, 1)
            if all(abs(after[s] - values[s]) <= Fraction(1, 10**13) * (1 + abs(values[s])) for s in after):
                break
            values = {**self.ends, **{s: after[s].limit_denominator(10**15) for s in after}}
        assert best is not None
        return best[1], best[2]

    def bounds(self, rows: _Mixtures, columns: _Mixtures) -> tuple[dict[State, Fraction], dict[State, Fraction]]:
        """Return what the row player guarantees in every state, and to what the column player holds it."""
        return self.answered(rows, 0), self.answered(columns, 1)

    def answered(self, mixtures: _Mixtures, side: int) -> dict[State, Fraction]:
        """Return the values, to the row player, when a side plays fixed mixtures and the other answers best.

        Policy iteration (Howard 1960): exact, with strict improvement in every step.
        """
        answer = dict.fromkeys(self.game.playing, 0)
        sign = 1 if side == 1 else -1  # the row player answers to get more, the column player to give less
        while True:
            values = {**self.ends, **self.evaluated(mixtures, side, answer)}
            changed = False
            for state in self.game.playing:
                size = self.game.shape(state)[1 - side]
                worths = [self.mixed_worth(state, mixtures[state], side, action, values) for action in range(size)]
                top = max(range(size), key=lambda action: sign * worths[action])
                if sign * worths[top] > sign * worths[answer[state]]:
                    answer[state] = top
                    changed = True
            if not changed:
                return {state: values[state] for state in self.game.playing}

    def mixed_worth(
        self, state: State, mixture: tuple[Fraction, ...], side: int, action: int, values: dict[State, Fraction]
    ) -> Fraction:
        total = Fraction(0)
        for own, p in enumerate(mixture):
            if p:
                total += p * self.worth(state, (own, action) if side == 0 else (action, own), values)
        return total

    def evaluated(self, mixtures: _Mixtures, side: int, answer: dict[State, int]) -> dict[State, Fraction]:
        from flint import fmpq, fmpq_mat

        playing = self.game.playing
        place = {state: k for k, state in enumerate(playing)}
        size = len(playing)
        rows = [[Fraction(int(j == k)) for j in range(size)] for k in range(size)]
        right = [Fraction(0)] * size
        for k, state in enumerate(playing):
            for own, p in enumerate(mixtures[state]):
                profile = (own, answer[state]) if side == 0 else (answer[state], own)
                right[k] += p * Fraction(self.game.rewards[state][profile][0])
                for to, q in self.game.transitions[state][profile]:
                    there = self.game.states[to]
                    if there in self.ends:
                        right[k] += self.factor * p * Fraction(q) * self.ends[there]
                    else:
                        rows[k][place[there]] -= self.factor * p * Fraction(q)
        matrix = fmpq_mat(size, size, [fmpq(x.numerator, x.denominator) for row in rows for x in row])
        found = matrix.solve(fmpq_mat(size, 1, [fmpq(x.numerator, x.denominator) for x in right]))
        return {state: Fraction(int(found[k, 0].p), int(found[k, 0].q)) for k, state in enumerate(playing)}


def _rounded(mixture: tuple[Fraction, ...], denominator: int) -> tuple[Fraction, ...]:
    numbers = [p.limit_denominator(denominator) for p in mixture]
    top = max(range(len(numbers)), key=numbers.__getitem__)
    rest = sum((p for k, p in enumerate(numbers) if k != top), Fraction(0))
    return tuple(1 - rest if k == top else p for k, p in enumerate(numbers)) if rest <= 1 else mixture
