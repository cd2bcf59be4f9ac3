"""Security-dilemma spirals: best responses to an opponent whose moves are misread.

Each side of a 2x2 game takes the other's first strategy for the second with a probability (hostile bias), and the
second for the first with another (benign bias); Jervis (1976), chapter 3, tells the story. A side that is so misread
the other answers what it believes to see. Expected payoffs under such beliefs are those of another 2x2 game, the
*perceived game*, so that steady states of best-response play are its equilibria and its best-response dynamic is the
path of the relation.

Mutual cooperation that is an equilibrium under true perception unravels exactly where the hostile bias of a side
exceeds its critical value ``g_C / (g_C - g_D)``, where g_C and g_D are what cooperating gains over confronting,
against a cooperator and against a confronter: one less the trust that cooperation needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.numbers import exact_or_float, number_to_json, plain, short
from detente.solve.dynamics.best_response_path import BestResponsePath, best_response_dynamics
from detente.solve.dynamics.populations import populations, readable
from detente.solve.equilibria import equilibria
from detente.solve.memory_one.match import Match, check_stage, long_run_payoffs
from detente.solve.memory_one.strategy import MemoryOne
from detente.solve.result import SolveResult

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CriticalBias", "Spiral", "critical_biases", "perceived_game", "spiral"]

COOPERATE, CONFRONT = 0, 1


@dataclass(frozen=True)
class CriticalBias:
    """How much hostile misreading a player's cooperation bears, and how much benign misreading its confronting bears.

    ``hostile`` is the largest hostile bias at which the first strategy is still a best response to an opponent who
    plays its first: 1 if it always is, None if it is not even under true perception. ``benign`` is the largest benign
    bias at which the second strategy is still a best response to an opponent who plays its second. In games with
    formulas both are formulas.
    """

    player: str
    hostile: Any
    benign: Any
    gain_against_first: Any
    gain_against_second: Any


@dataclass(frozen=True, eq=False)
class Spiral(Displayed):
    """What misreading does to a relation.

    Attributes
    ----------
    perceived : NormalFormGame
        The game that the players believe to play.
    critical : tuple of CriticalBias
        Per player.
    steady : SolveResult
        All steady states: equilibria of the perceived game, certified.
    path : BestResponsePath
        From the start along best responses to what is perceived; shares are the weight of a strategy in ongoing
        behavior.
    unravels : bool
        Whether mutual cooperation, an equilibrium under true perception, is left by a side that misreads.
    spiral : bool
        Whether it unravels and the path ends in mutual confrontation.
    recovers : bool
        Whether mutual confrontation is left because of benign misreading.
    rounds : Match
        Two deciders who answer, round after round, the last move as they took it: long-run shares of the four outcomes.
    """

    game: NormalFormGame
    hostile: tuple[Any, Any]
    benign: tuple[Any, Any]
    perceived: NormalFormGame
    critical: tuple[CriticalBias, CriticalBias]
    steady: SolveResult
    path: BestResponsePath
    cooperative: bool
    unravels: bool
    spiral: bool
    recovers: bool
    rounds: Match

    def explain(self) -> tuple[str, ...]:
        """Return what happens in sentences."""
        together = ", ".join(own[COOPERATE] for own in self.game.strategies)
        apart = ", ".join(own[CONFRONT] for own in self.game.strategies)
        if not self.cooperative:
            first = f"({together}) is no equilibrium even under true perception: no spiral is needed to leave it."
        elif self.spiral:
            over = [
                f"{each.player} misreads with {readable(bias)}, more than {readable(each.hostile)}"
                for each, bias in zip(self.critical, self.hostile, strict=True)
                if bias > each.hostile
            ]
            first = f"A spiral: {'; '.join(over)}. Play goes from ({together}) to ({apart})."
        elif self.unravels:
            first = f"({together}) unravels, but play does not end in ({apart})."
        else:
            first = f"No spiral: ({together}) stays a steady state, since no side misreads more than its critical bias."
        lines = [first]
        if self.recovers:
            lines.append(f"({apart}) is left again because of benign misreading.")
        lines.append(self.path.explain()[0])
        worst = self.rounds.shares[self.game.strategies[0][CONFRONT], self.game.strategies[1][CONFRONT]]
        best = self.rounds.shares[self.game.strategies[0][COOPERATE], self.game.strategies[1][COOPERATE]]
        lines.append(
            "Two deciders who answer the last move as they took it spend "
            f"{short(worst, 3)} of the rounds in ({apart}) and {short(best, 3)} in ({together}) in the long run, "
            "starting from the latter."
        )
        return tuple(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        players = self.game.players
        return {
            "dynamic": "spiral",
            "hostile": {player: number_to_json(bias) for player, bias in zip(players, self.hostile, strict=True)},
            "benign": {player: number_to_json(bias) for player, bias in zip(players, self.benign, strict=True)},
            "critical_hostile": {each.player: number_to_json(each.hostile) for each in self.critical},
            "critical_benign": {each.player: number_to_json(each.benign) for each in self.critical},
            "cooperative": self.cooperative,
            "unravels": self.unravels,
            "spiral": self.spiral,
            "recovers": self.recovers,
            "steady_states": [each.to_json() for each in self.steady.equilibria],
            "path": self.path.to_json(),
            "rounds": self.rounds.to_json(),
        }

    def table(self) -> Table:
        """Return critical biases and steady states."""
        rows = [
            (each.player, readable(bias), _bias_text(each.hostile), readable(kind), _bias_text(each.benign))
            for each, bias, kind in zip(self.critical, self.hostile, self.benign, strict=True)
        ]
        setting = self.path.setting
        states = "; ".join(setting.text(each.mixed) for each in self.steady.equilibria)
        notes = (*self.explain(), f"Steady states: {states}{'' if self.steady.complete else ' (perhaps not all)'}.")
        heads = ("player", "hostile bias", "at most", "benign bias", "at most")
        return Table("misperception and its critical values", heads, tuple(rows), notes)


def critical_biases(stage: Any) -> tuple[CriticalBias, CriticalBias]:
    """Return the largest misreading that each player's cooperation, and its confronting, bears.

    Parameters
    ----------
    stage : NormalFormGame or SymbolicGame
        2x2; formulas give formulas, which hold where cooperating is a best response to a cooperator and confronting to
        a confronter (assurance): there both lie between 0 and 1.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["a", 0], ["b", "c"]], [["a", "b"], [0, "c"]]], {"a": (4, 5), "b": (2, 3), "c": (1, 2)})
    >>> print(critical_biases(s)[0].hostile)
    (a - b)/(a - b + c)
    """
    check_stage(stage)
    found = []
    for player, name in enumerate(stage.players):
        first, second = (_gain(stage, player, other) for other in (COOPERATE, CONFRONT))
        if getattr(first, "free_symbols", None) or getattr(second, "free_symbols", None):
            import sympy

            hostile: Any = sympy.factor(sympy.cancel(first / (first - second)))
            benign: Any = sympy.factor(sympy.cancel(-second / (first - second)))
        else:
            hostile = None if first < 0 else 1 if second >= 0 else first / (first - second)
            benign = None if second > 0 else 1 if first <= 0 else -second / (first - second)
        found.append(CriticalBias(name, hostile, benign, first, second))
    return found[0], found[1]


def perceived_game(
    game: NormalFormGame, hostile: Sequence[Any] | object = 0, benign: Sequence[Any] | object = 0
) -> NormalFormGame:
    """Return the game that players believe to play who misread each other's moves.

    Parameters
    ----------
    hostile, benign : probability, or one per player
        That the player takes the other's first strategy for the second, and the second for the first.

    Examples
    --------
    >>> g = NormalFormGame([[[4, 0], [3, 2]], [[4, 3], [0, 2]]])
    >>> perceived_game(g, hostile="1/4").payoff(0, (0, 0))
    Fraction(3, 1)
    """
    import numpy as np

    check_stage(game)
    wrong = _pair(hostile, "hostile bias"), _pair(benign, "benign bias")
    table = np.empty((2, 2, 2), dtype=object)
    for player in (0, 1):
        for own in (0, 1):
            for other in (0, 1):
                flip = wrong[other][player]
                seen, missed = (
                    game.payoffs[(player, *((own, at) if player == 0 else (at, own)))] for at in (other, 1 - other)
                )
                cell = (own, other) if player == 0 else (other, own)
                table[(player, *cell)] = (1 - flip) * _value(seen) + flip * _value(missed)
    return NormalFormGame(table, game.players, game.strategies)


def spiral(
    game: NormalFormGame,
    hostile: Sequence[Any] | object = 0,
    benign: Sequence[Any] | object = 0,
    start: Any = None,
) -> Spiral:
    """Return what misreading does to a relation that starts in mutual cooperation.

    Parameters
    ----------
    game : NormalFormGame
        2x2; the first strategy of each player is the cooperative one.
    hostile, benign : probability, or one per player
        As in :func:`perceived_game`.
    start : shares, optional
        Where best-response play starts; by default both play their first strategy.

    Examples
    --------
    >>> g = NormalFormGame([[[4, 0], [3, 2]], [[4, 3], [0, 2]]], ["us", "china"], [["trust", "arm"]] * 2)
    >>> print(spiral(g, hostile=("1/2", 0)).explain()[0])
    A spiral: us misreads with 1/2, more than 1/3. Play goes from (trust, trust) to (arm, arm).
    >>> spiral(g, hostile="1/4").spiral
    False
    """
    check_stage(game)
    wrong, kind = _pair(hostile, "hostile bias"), _pair(benign, "benign bias")
    seen = perceived_game(game, wrong, kind)
    critical = critical_biases(game)
    begin = [own[COOPERATE] for own in game.strategies] if start is None else start
    path = best_response_dynamics(populations(seen, 2), begin)
    cooperative = all(each.hostile is not None for each in critical)
    unravels = cooperative and any(bias > each.hostile for each, bias in zip(critical, wrong, strict=True))
    apart = ((0, 1), (0, 1))
    ends = path.outcome in {"rests", "tends"} and (
        (path.targets[-1] if path.outcome == "tends" else path.corners[-1]) == apart
    )
    hostile_peace = all(each.benign is not None for each in critical)
    recovers = hostile_peace and any(bias > each.benign for each, bias in zip(critical, kind, strict=True))
    reactive = [
        _reactive(each, bias, mild, name)
        for each, bias, mild, name in zip(critical, wrong, kind, game.players, strict=True)
    ]
    return Spiral(
        game, wrong, kind, seen, critical, equilibria(seen), path, cooperative, unravels, unravels and ends, recovers,
        long_run_payoffs(game, *reactive),
    )  # fmt: skip


def _reactive(critical: CriticalBias, hostile: Any, benign: Any, name: str) -> MemoryOne:
    """Return the strategy that answers the last move as it was taken; where both are best, C to C and D to D."""
    to_first = 1 if critical.gain_against_first >= 0 else 0
    to_second = 1 if critical.gain_against_second > 0 else 0
    after_c = (1 - hostile) * to_first + hostile * to_second
    after_d = benign * to_first + (1 - benign) * to_second
    return MemoryOne((after_c, after_d, after_c, after_d), 1, name)


def _gain(stage: Any, player: int, other: int) -> Any:
    """Return what the first strategy gains over the second against a strategy of the other."""
    cells = [(own, other) if player == 0 else (other, own) for own in (COOPERATE, CONFRONT)]
    return _value(stage.payoffs[(player, *cells[0])]) - _value(stage.payoffs[(player, *cells[1])])


def _value(value: Any) -> Any:
    return float(value) if isinstance(value, float) else value


def _pair(given: Any, what: str) -> tuple[Any, Any]:
    parts = list(given) if isinstance(given, (tuple, list)) else [given, given]
    if len(parts) != 2:
        raise UsageError(f"{what}: found {len(parts)} numbers; expected one, or one per player")
    first, second = (exact_or_float(each) for each in parts)
    for each in (first, second):
        if not 0 <= each <= 1:
            raise UsageError(f"{what}: found {plain(each)}; expected a probability")
    return first, second


def _bias_text(value: Any) -> str:
    return "none" if value is None else "any" if value == 1 else readable(value)
