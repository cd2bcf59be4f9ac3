"""Round robins of automata with expected payoffs: nothing is sampled unless a player of another library takes part."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import number_to_json, plain, short, to_float
from detente.solve.memory_one.match import check_stage
from detente.solve.repeated.automaton import Automaton
from detente.solve.tournaments.exact_match import Horizon, machine_payoffs
from detente.solve.tournaments.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["DEFAULT_FIELD", "Tournament", "tournament"]

#: Who plays where nobody is named.
DEFAULT_FIELD = (
    "always_cooperate",
    "always_defect",
    "tit_for_tat",
    "suspicious_tit_for_tat",
    "tit_for_two_tats",
    "generous_tit_for_tat",
    "contrite_tit_for_tat",
    "win_stay_lose_shift",
    "grim",
    "punishment_3",
    "alternator",
    "random",
)
MAX_ENTRANTS = 400
TERMINAL = 80


@dataclass(frozen=True)
class Tournament(Displayed):
    """The result of a round robin.

    Attributes
    ----------
    names : tuple of str
        The entrants; in a game that is not symmetric each plays both sides.
    payoffs : tuple of tuples
        ``payoffs[i][j]``: what entrant i earns per round as the first player against entrant j as the second.
    second : tuple of tuples
        ``second[i][j]``: what entrant i earns per round as the second player against entrant j as the first.
    errors : tuple of tuples
        Standard error of ``payoffs`` where a match was sampled, None where it is exact.
    scores : dict
        Mean payoff per round of each entrant over its opponents and both sides; best first.
    """

    stage: NormalFormGame
    names: tuple[str, ...]
    payoffs: tuple[tuple[Any, ...], ...]
    second: tuple[tuple[Any, ...], ...]
    self_play: bool
    horizon: Horizon
    errors: tuple[tuple[Any, ...], ...] | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def arithmetic(self) -> str:
        """``exact`` or ``float``."""
        return "float" if any(isinstance(each, float) for row in self.payoffs for each in row) else "exact"

    def mean(self, i: int, j: int) -> Any:
        """Return what entrant i earns per round against j, averaged over both sides."""
        return (self.payoffs[i][j] + self.second[i][j]) / 2

    @property
    def scores(self) -> dict[str, Any]:
        """Mean payoff per round over the opponents, best first; ties in the order of entry."""
        count = len(self.names)
        total = {}
        for i, name in enumerate(self.names):
            met = [j for j in range(count) if self.self_play or j != i]
            total[name] = sum((self.mean(i, j) for j in met), start=0) / len(met)
        return dict(sorted(total.items(), key=lambda item: -item[1]))

    @property
    def ranks(self) -> dict[str, int]:
        """Rank of each entrant, 1 the best; equal scores share a rank."""
        scores = self.scores
        return {name: 1 + sum(other > own for other in scores.values()) for name, own in scores.items()}

    def to_json(self) -> dict[str, Any]:
        """Return the tournament as JSON values."""
        return {
            "dynamic": "tournament",
            "horizon": str(self.horizon),
            "self_play": self.self_play,
            "arithmetic": self.arithmetic,
            "entrants": list(self.names),
            "payoffs": [[number_to_json(each) for each in row] for row in self.payoffs],
            "payoffs_as_second": [[number_to_json(each) for each in row] for row in self.second],
            "standard_errors": None
            if self.errors is None
            else [[number_to_json(e) for e in row] for row in self.errors],
            "scores": {name: number_to_json(value) for name, value in self.scores.items()},
            "ranks": self.ranks,
            "notes": list(self.notes),
        }

    def table(self) -> Table:
        """Return the ranking."""
        ranks = self.ranks
        exact = self.arithmetic == "exact"
        heads: tuple[str, ...] = ("rank", "strategy", "payoff per round", "exactly")
        rows: list[tuple[str, ...]] = [
            (str(ranks[name]), name, short(value, 5), plain(value) if exact and len(plain(value)) <= 24 else "")
            for name, value in self.scores.items()
        ]
        if not any(row[3] for row in rows):
            heads, rows = heads[:3], [row[:3] for row in rows]
        return Table(f"tournament of {len(self.names)}, {self.horizon}", heads, tuple(rows), self.explain_notes())

    def explain_notes(self) -> tuple[str, ...]:
        """Return how scores were made, in sentences."""
        own = "and itself" if self.self_play else "but not itself"
        how = (
            f"Expected payoffs, {self.arithmetic} arithmetic; nothing is sampled."
            if self.errors is None
            else "Matches of automata of this package are exact, others are sampled."
        )
        return (f"Each plays every other {own}, on both sides of the game. {how}", *self.notes)

    def matrix(self) -> Table:
        """Return what each earns against each, averaged over both sides, to a hundredth of the spread."""
        count = range(len(self.names))
        cells = [[to_float(self.mean(i, j)) for j in count] for i in count]
        flat = [value for row in cells for value in row]
        spread = max(flat) - min(flat)
        decimals = max(0, 2 - math.floor(math.log10(spread))) if spread > 0 else 2
        rows = tuple((str(i + 1), *(f"{value:.{decimals}f}" for value in cells[i])) for i in count)
        legend = ", ".join(f"{i + 1} {name}" for i, name in enumerate(self.names))
        return Table("payoff of the row against the column", ("", *(str(k + 1) for k in count)), rows, (f"{legend}.",))

    def tables(self) -> list[Table]:
        """Return the ranking, and the matrix where it fits a terminal."""
        matrix = self.matrix()
        widths = [max(len(row[k]) for row in (matrix.columns, *matrix.rows)) for k in range(len(matrix.columns))]
        fits = sum(widths) + 2 * (len(widths) - 1) <= TERMINAL
        return [self.table(), matrix] if fits else [self.table()]

    def __str__(self) -> str:
        return "\n\n".join(str(each) for each in self.tables())

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return (self.table(), self.matrix())


def tournament(
    stage: NormalFormGame,
    entrants: Sequence[Any] = DEFAULT_FIELD,
    *,
    rounds: int | None = None,
    discount_factor: object | None = None,
    action_error: object = 0,
    misperception: object = 0,
    self_play: bool = True,
) -> Tournament:
    """Return a round robin of automata in a 2x2 game, with expected payoffs.

    Parameters
    ----------
    entrants : sequence
        Names (see :meth:`Machine.named`), :class:`Machine`, :class:`MemoryOne`, four or five probabilities, or an
        :class:`~detente.solve.repeated.automaton.Automaton`, of which each side of the game plays its own part.
    rounds, discount_factor, action_error, misperception
        As in :class:`Horizon`; by default play is for ever without errors.
    self_play : bool
        Whether each also meets its own like, as in Axelrod's tournaments.

    Raises
    ------
    UsageError
        If the game is not 2x2, or there are fewer than two or more than 400 entrants, or a name repeats.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> found = tournament(g, ["tit_for_tat", "always_defect", "always_cooperate"], rounds=10)
    >>> {name: str(value) for name, value in found.scores.items()}
    {'always_defect': '37/15', 'tit_for_tat': '23/10', 'always_cooperate': '2'}
    """
    check_stage(stage)
    horizon = Horizon(rounds, discount_factor, action_error, misperception)
    machines, others = ([_part(stage, each, side) for each in entrants] for side in (0, 1))
    checked_entrants(machines)
    symmetric = _symmetric(stage) and machines == others
    count = len(machines)
    first: list[list[Any]] = [[None] * count for _ in range(count)]
    second: list[list[Any]] = [[None] * count for _ in range(count)]
    for i in range(count):
        for j in range(count):
            if symmetric and j < i:
                first[i][j] = second[i][j]
                second[j][i] = first[i][j]
                continue
            first[i][j], second[j][i] = machine_payoffs(stage, machines[i], others[j], horizon)
    if symmetric:  # the sides are alike: what i earns first against j it also earns second
        second = [list(row) for row in first]
    return Tournament(
        stage,
        tuple(each.name for each in machines),
        tuple(map(tuple, first)),
        tuple(map(tuple, second)),
        self_play,
        horizon,
    )


def _part(stage: NormalFormGame, entrant: Any, side: int) -> Machine:
    """Return what an entrant runs on one side of the game."""
    return Machine.from_profile(stage, entrant, side) if isinstance(entrant, Automaton) else Machine.of(entrant)


def checked_entrants(machines: Sequence[Any]) -> list[Any]:
    """Return the entrants if their number and names will do."""
    if not 2 <= len(machines) <= MAX_ENTRANTS:
        raise UsageError(f"found {len(machines)} entrants; expected 2 to {MAX_ENTRANTS}")
    names = [each.name for each in machines]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UsageError(f"found {twice[0]!r} twice among the entrants; expected distinct names")
    return list(machines)


def _symmetric(stage: NormalFormGame) -> bool:
    return bool((stage.payoffs[0] == stage.payoffs[1].T).all())
