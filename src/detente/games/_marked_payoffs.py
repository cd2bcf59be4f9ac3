"""Payoffs of a normal form with best responses underlined and pure equilibria framed, for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.display import Cell, Table
from detente.numbers import plain, short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.display import Part
    from detente.games.normal import NormalFormGame, Profile

__all__ = ["MOST_MARKED", "best_marks", "marked_payoffs"]

#: Profiles up to which payoffs are marked.
MOST_MARKED = 5000
#: How far below the best a float payoff still counts as best, relative to the spread of the player's payoffs.
RELATIVE = 1e-9


def best_marks(game: NormalFormGame) -> dict[Profile, tuple[bool, ...]]:
    """Return for every profile whether each player's strategy is best against the others', ties included.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> best_marks(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]]))[1, 0]
    (True, False)
    """
    marks: dict[Profile, list[bool]] = {profile: [] for profile in game.profiles()}
    for player in range(len(game.players)):
        table = game.payoffs[player]
        slack = 0 if game.arithmetic == "exact" else RELATIVE * float(table.max() - table.min())
        least = table.max(axis=player, keepdims=True) - slack
        best = table >= least
        for profile, own in marks.items():
            own.append(bool(best[profile]))
    return {profile: tuple(own) for profile, own in marks.items()}


def marked_payoffs(
    game: NormalFormGame,
    title: str = "",
    label: Callable[[str], str] = str,
    behind: Callable[[Profile], Sequence[Part]] | None = None,
    digits: int | None = None,
) -> Table:
    """Return payoffs as a matrix for two players, else one row for each profile, with marks.

    ``behind`` gives what opens behind a profile; ``digits`` shortens numbers, by default they are exact.
    """
    marks = best_marks(game)
    players = [label(name) for name in game.players]

    def number(player: int, profile: Profile) -> str:
        value = game.payoffs[(player, *profile)]
        return plain(value) if digits is None else short(value, digits)

    note = "Underlined: a best response to the others. Framed: a pure equilibrium."
    if len(players) == 2:
        rows = []
        for i, own in enumerate(game.strategies[0]):
            cells = [
                Cell(
                    *(number(k, (i, j)) for k in (0, 1)),
                    best=marks[i, j],
                    framed=all(marks[i, j]),
                    behind=() if behind is None else behind((i, j)),
                )
                for j in range(game.shape[1])
            ]
            rows.append((label(own), *cells))
        head = (f"{players[0]} \\ {players[1]}", *map(label, game.strategies[1]))
        return Table(title or f"payoffs ({', '.join(players)})", head, tuple(rows), (note,))
    lines = []
    for profile in game.profiles():
        chosen = [label(each) for each in game.profile_labels(profile)]
        first = Cell(chosen[0], behind=() if behind is None else behind(profile))
        paid = [
            Cell(number(k, profile), best=(marks[profile][k],), framed=all(marks[profile])) for k in range(len(players))
        ]
        lines.append((first, *chosen[1:], *paid))
    columns = (*players, *(f"payoff of {name}" for name in players))
    return Table(title or "payoffs", columns, tuple(lines), (note,))
