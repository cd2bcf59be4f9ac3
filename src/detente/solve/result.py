"""What a solver returns: equilibria with their certificates, and what the answer covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain
from detente.solve.best_response import expected_payoffs, regret

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["Equilibrium", "SolveResult", "certified", "profile_text"]


@dataclass(frozen=True)
class Equilibrium(Displayed):
    """A certified equilibrium.

    ``profile`` maps player to strategy to probability, all strategies listed; ``payoffs`` maps player
    to payoff; ``regret`` is the largest gain from deviating (exactly 0 in exact arithmetic).
    """

    profile: dict[str, dict[str, Any]]
    payoffs: dict[str, Any]
    regret: Any

    @property
    def pure(self) -> bool:
        """True if every player plays one strategy with probability 1."""
        return all(sum(1 for weight in weights.values() if weight != 0) == 1 for weights in self.profile.values())

    @property
    def support(self) -> dict[str, tuple[str, ...]]:
        """The strategies that each player plays with positive probability."""
        return {
            player: tuple(label for label, weight in weights.items() if weight != 0)
            for player, weights in self.profile.items()
        }

    @property
    def mixed(self) -> tuple[tuple[Any, ...], ...]:
        """The probabilities as one tuple per player, in the order of players and strategies."""
        return tuple(tuple(weights.values()) for weights in self.profile.values())

    def to_json(self) -> dict[str, Any]:
        """Return the equilibrium in the form of the JSON contract."""
        return {
            "profile": {
                player: {label: number_to_json(weight) for label, weight in weights.items()}
                for player, weights in self.profile.items()
            },
            "payoffs": {player: number_to_json(value) for player, value in self.payoffs.items()},
            "regret": number_to_json(self.regret),
            "pure": self.pure,
        }

    def displayed(self) -> tuple[Table, ...]:
        """Return the strategies and payoffs, with the regret that certifies them."""
        rows = tuple(
            (
                player,
                " + ".join(f"{plain(weight)} {label}" for label, weight in weights.items() if weight != 0),
                plain(self.payoffs[player]),
            )
            for player, weights in self.profile.items()
        )
        note = f"Largest gain from a deviation, checked apart from the solver: {plain(self.regret)}."
        return (Table("equilibrium", ("player", "plays", "payoff"), rows, (note,)),)

    def __str__(self) -> str:
        return profile_text(self)


def profile_text(equilibrium: Equilibrium) -> str:
    """Return an equilibrium on one line: ``us cooperate, china 3/7 cooperate + 4/7 confront``."""
    parts = []
    for player, weights in equilibrium.profile.items():
        played = [(label, weight) for label, weight in weights.items() if weight != 0]
        shown = played[0][0] if len(played) == 1 else " + ".join(f"{plain(weight)} {label}" for label, weight in played)
        parts.append(f"{player} {shown}")
    return ", ".join(parts)


def certified(game: NormalFormGame, mixed: tuple[tuple[Any, ...], ...]) -> Equilibrium:
    """Return a mixed profile with its payoffs and regret, computed apart from the solver that found it."""
    return Equilibrium(
        profile={player: dict(zip(game.strategies[i], mixed[i], strict=True)) for i, player in enumerate(game.players)},
        payoffs=dict(zip(game.players, expected_payoffs(game, mixed), strict=True)),
        regret=regret(game, mixed),
    )


@dataclass(frozen=True)
class SolveResult(Displayed):
    """Equilibria of one game, how they were found, and whether these are all.

    ``complete`` is True only where that is proved (of the concept ``pure``: all pure equilibria). For a complete
    result of the concept ``nash``, ``components`` partitions the indices of ``equilibria`` into connected sets and
    ``nash_subsets`` lists the maximal exchangeable sets; otherwise both are None. ``degenerate`` is None where the
    method does not decide it. ``missing`` says in words what the method cannot see.
    """

    game: NormalFormGame
    equilibria: tuple[Equilibrium, ...]
    method: str
    complete: bool
    concept: str = "nash"
    degenerate: bool | None = None
    components: tuple[tuple[int, ...], ...] | None = None
    nash_subsets: tuple[tuple[int, ...], ...] | None = None
    missing: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def arithmetic(self) -> str:
        """``exact`` or ``float``."""
        return self.game.arithmetic

    @property
    def pure(self) -> tuple[Equilibrium, ...]:
        """The equilibria in pure strategies."""
        return tuple(each for each in self.equilibria if each.pure)

    def to_json(self) -> dict[str, Any]:
        """Return the result in the form of the JSON contract."""
        return {
            "concept": self.concept,
            "method": self.method,
            "form": "normal",
            "players": list(self.game.players),
            "strategies": {
                player: list(own) for player, own in zip(self.game.players, self.game.strategies, strict=True)
            },
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "missing": self.missing,
            "degenerate": self.degenerate,
            "equilibria": [each.to_json() for each in self.equilibria],
            "components": None if self.components is None else [list(part) for part in self.components],
            "nash_subsets": None if self.nash_subsets is None else [list(part) for part in self.nash_subsets],
        }

    def table(self) -> Table:
        """Return the result as a table with a closing line on method and completeness."""
        rows = tuple(
            (
                str(index),
                profile_text(each),
                ", ".join(plain(value) for value in each.payoffs.values()),
                plain(each.regret),
            )
            for index, each in enumerate(self.equilibria)
        )
        return Table(
            title="" if rows else "no equilibrium found",
            columns=("#", "equilibrium", f"payoffs ({', '.join(self.game.players)})", "regret") if rows else (),
            rows=rows,
            notes=(self.statement(), *self.notes),
        )

    def statement(self) -> str:
        """Return one sentence on method, arithmetic, ties and completeness."""
        found = f"{len(self.equilibria)} found" if self.equilibria else "none found"
        complete = (
            "these are all" if self.complete else f"not shown to be all{': ' + self.missing if self.missing else ''}"
        )
        ties = {True: "; ties: the game is degenerate", False: "", None: ""}[self.degenerate]
        return f"{found} by {self.method}, {self.arithmetic} arithmetic; {complete}{ties}."

    def to_frame(self) -> Any:
        """Return a :class:`pandas.DataFrame`, one row per equilibrium, with numbers as floats."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    **{
                        f"{player}: {label}": float(weight)
                        for player, weights in each.profile.items()
                        for label, weight in weights.items()
                    },
                    **{f"payoff of {player}": float(value) for player, value in each.payoffs.items()},
                    "regret": float(each.regret),
                    "pure": each.pure,
                }
                for each in self.equilibria
            ]
        )

    def __repr__(self) -> str:
        return f"<SolveResult {self.concept}: {len(self.equilibria)} equilibria, complete={self.complete}>"
