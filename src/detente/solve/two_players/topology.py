"""The topology of 2x2 games (Robinson and Goforth 2005): 144 strict ordinal games, their names and neighbors.

Each player ranks the four outcomes; without ties there are 24 x 24 rankings, and 144 games after the
strategies of each player are relabelled: 12 symmetric ones and 66 pairs that differ only by who is called
first, so 78 in all (Rapoport and Guyer 1966). Two games are neighbors if one player's outcomes of adjacent
ranks are swapped: every game has six neighbors, one for each player and each of the swaps 1-2, 2-3, 3-4.

*Labels.* Call "C" the column that holds the first player's best outcome and the row that holds the second
player's; "D" the other ones. Then a player's outcomes R (both C), T (only this player D), S (only the other
D) and P (both D) have the 4 at T or at R, which leaves twelve *patterns*. A game is a pair of patterns, and a
symmetric game a pair of equal ones, so patterns carry the names of the symmetric games (Bruns 2015):

    T best: prisoner's dilemma TRPS, chicken TRSP, battle TSRP, hero TSPR, compromise TPSR, deadlock TPRS
    R best: concord RTSP, stag hunt RTPS, assurance RPTS, coordination RPST, peace RSPT, harmony RSTP

In each line the next pattern follows by a swap of the lowest two ranks, then of the middle two, in turn, and
the last is joined to the first: swaps below rank 4 make a ring of six, and a *layer* of games is such a ring
for each player. A swap of ranks 3 and 4 leads to another layer.

*Numbers.* Robinson and Goforth number games by layer, row and column. The construction fixes the numbers of
the twelve symmetric games, 111 to 166 and 311 to 366 in the order above; ``number`` gives these. For
asymmetric games it depends on which player is drawn along the rows, which is not settled here, so ``number``
is None, and ``index`` (1 to 144) is an order of this package: layers 1 (both best at T), 2 (R for the first
player, T for the second), 3 (both R) and 4, then the first player's pattern, then the second's.

References
----------
D. Robinson and D. Goforth (2005), The Topology of the 2x2 Games: A New Periodic Table, Routledge. B. Bruns
(2015), "Names for games: locating 2x2 games", Games 6, 495-520. A. Rapoport and M. Guyer (1966), "A taxonomy
of 2x2 games", General Systems 11, 203-214.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import payoff_tolerance
from detente.solve.two_players._ordinal_ranks import (
    CELLS,
    FLIPS,
    dense_ranks,
    pure_ranks,
    rank_pair,
    relabelled,
    same_game,
    strict_rankings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PATTERNS", "TopologyPlace", "neighbors", "ordinal_game", "place", "strict_game", "strict_places"]

#: Pattern to its order of outcomes, best first; the first six have their best at T, in ring order.
PATTERNS: dict[str, str] = {
    "prisoners_dilemma": "TRPS",
    "chicken": "TRSP",
    "battle": "TSRP",
    "hero": "TSPR",
    "compromise": "TPSR",
    "deadlock": "TPRS",
    "concord": "RTSP",
    "stag_hunt": "RTPS",
    "assurance": "RPTS",
    "coordination": "RPST",
    "peace": "RSPT",
    "harmony": "RSTP",
}

_NAMES = list(PATTERNS)
_ORDERS = {order: name for name, order in PATTERNS.items()}
_LAYERS = {(0, 0): 1, (1, 0): 2, (1, 1): 3, (0, 1): 4}

#: What each symmetric game is about, and other names in use.
_MEANING = {
    "prisoners_dilemma": (
        "D is better for each whatever the other does, but both prefer (C, C) to the equilibrium (D, D)."
    ),
    "chicken": (
        "Each prefers to do the opposite of the other, and (D, D) is the worst for both. Also called "
        "hawk-dove or snowdrift."
    ),
    "battle": (
        "Each prefers to do the opposite of the other; whoever leaves the cautious (C, C) gains most. "
        "Also called leader, a battle of the sexes."
    ),
    "hero": (
        "Each prefers to do the opposite of the other; whoever leaves the cautious (D, D) gives the other "
        "the best. A battle of the sexes."
    ),
    "compromise": (
        "D is better for each whatever the other does; (D, D) is second best for both, (C, C) the worst."
    ),
    "deadlock": "D is better for each whatever the other does; (D, D) is second best for both, (C, C) third.",
    "concord": (
        "C is better for each whatever the other does, and leads both to their best. Also called no conflict."
    ),
    "stag_hunt": "(C, C) is best for both, but D is the safer choice and (D, D) an equilibrium too.",
    "assurance": (
        "(C, C) is best and (D, D) second best for both, both are equilibria; the worst is to cooperate "
        "alone."
    ),
    "coordination": (
        "(C, C) is best and (D, D) second best for both, both are equilibria; the worst is to confront alone."
    ),
    "peace": (
        "C is better for each whatever the other does, and leads both to their best; to confront alone is "
        "the worst."
    ),
    "harmony": (
        "C is better for each whatever the other does, and leads both to their best; (D, D) is the worst."
    ),
}


@dataclass(frozen=True)
class TopologyPlace(Displayed):
    """The place of a 2x2 game among the 144 strict ordinal games, or beside them if it has ties.

    Attributes
    ----------
    name : str
        The pattern shared by both players, else ``PATTERN/PATTERN`` in player order; ``tied`` with ties.
    patterns : (str, str) or None
        Each player's pattern.
    index, layer : int or None
        In the order of this package (see the module).
    number : str or None
        Robinson and Goforth's number, for symmetric games.
    ranks : tuple of four (first, second)
        Ordinal payoffs at (C, C), (C, D), (D, C), (D, D), from 4 (best) down without ties; with ties 1 is the
        worst and ranks are dense, in the labelling for which the list is largest.
    exchanged : (bool, bool)
        Whether C is the second strategy of the game given, per player.
    symmetric : bool
        Whether exchanging the players gives the same game.
    equilibria : tuple of pairs
        Ranks at the pure equilibria.
    borders : tuple of int
        With ties: indices of the strict games that breaking them leads to.
    """

    name: str
    patterns: tuple[str, str] | None
    index: int | None
    layer: int | None
    number: str | None
    ranks: tuple[tuple[int, int], ...]
    exchanged: tuple[bool, bool]
    symmetric: bool
    equilibria: tuple[tuple[int, int], ...]
    borders: tuple[int, ...] = ()

    @property
    def tied(self) -> bool:
        """True if some player is indifferent between two outcomes."""
        return self.patterns is None

    @property
    def mirror(self) -> int | None:
        """Index of the game in which the players are exchanged; None with ties."""
        return None if self.patterns is None else _index(self.patterns[1], self.patterns[0])

    def to_json(self) -> dict[str, Any]:
        """Return the place as JSON values."""
        return {
            "name": self.name,
            "patterns": None if self.patterns is None else list(self.patterns),
            "index": self.index,
            "layer": self.layer,
            "number": self.number,
            "ranks": [list(pair) for pair in self.ranks],
            "exchanged": list(self.exchanged),
            "symmetric": self.symmetric,
            "tied": self.tied,
            "equilibria": [list(pair) for pair in self.equilibria],
            "borders": list(self.borders),
        }

    def table(self) -> Table:
        """Return the ordinal game as a table."""
        cell = [f"{a}, {b}" for a, b in self.ranks]
        return Table(
            title=f"ordinal 2x2 game: {self.name}",
            columns=("", "C", "D"),
            rows=(("C", cell[0], cell[1]), ("D", cell[2], cell[3])),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences which game it is and what surrounds it."""
        lines = []
        if self.patterns is None:
            names = [strict_places()[k - 1].name for k in self.borders]
            shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
            lines.append(
                f"Some outcomes are tied. Breaking the ties leads to {len(names)} strict "
                f"game{'s' * (len(names) > 1)}: {shown}."
            )
        elif self.symmetric:
            number = f", number {self.number} of Robinson and Goforth"
            lines.append(f"This is {_spoken(self.name)}{number}: both players rank the outcomes alike.")
            lines.append(_MEANING[self.name])
        else:
            first, second = map(_spoken, self.patterns)
            lines.append(f"The first player ranks the outcomes as in {first}, the second as in {second}.")
        if any(self.exchanged):
            who = " and ".join(
                name for name, turned in zip(("first", "second"), self.exchanged, strict=True) if turned
            )
            lines.append(f"What is called C here is the second strategy of the {who} player.")
        if self.equilibria:
            shown = " and ".join(f"({a}, {b})" for a, b in self.equilibria)
            lines.append(f"Ranks at the pure equilibri{'um' if len(self.equilibria) == 1 else 'a'}: {shown}.")
        else:
            lines.append("There is no pure equilibrium: somebody always wants to change.")
        return lines


def place(game: NormalFormGame, relative: float = 1e-9) -> TopologyPlace:
    """Return the place of a 2x2 game in the topology of 2x2 games, whatever its strategies are called.

    Parameters
    ----------
    game : NormalFormGame
        2x2; only the order of payoffs matters.
    relative : float
        Payoffs of a float game closer than this, relative to their spread, are tied.

    Examples
    --------
    >>> where = place(ordinal_game([["3,3", "1,4"], ["4,1", "2,2"]]))
    >>> where.name, where.number, where.equilibria
    ('prisoners_dilemma', '111', ((2, 2),))
    """
    if game.shape != (2, 2):
        raise UsageError(f"found a {'x'.join(map(str, game.shape))} game; the topology is of 2x2 games")
    first, second = (
        dense_ranks([game.payoffs[(i, *cell)] for cell in CELLS], payoff_tolerance(game, relative, i)) for i in (0, 1)
    )
    if max(first) == max(second) == 4:
        return _strict_place(first, second)
    turned = max(
        FLIPS,
        key=lambda flips: tuple(zip(relabelled(first, flips), relabelled(second, flips), strict=True)),
    )
    a, b = relabelled(first, turned), relabelled(second, turned)
    borders = {
        index
        for x in strict_rankings(first)
        for y in strict_rankings(second)
        if (index := _strict_place(x, y).index) is not None
    }
    return TopologyPlace(
        name="tied",
        patterns=None,
        index=None,
        layer=None,
        number=None,
        ranks=tuple(zip(a, b, strict=True)),
        exchanged=turned,
        symmetric=same_game(first, second),
        equilibria=pure_ranks(a, b),
        borders=tuple(sorted(borders)),
    )


@cache
def strict_places() -> tuple[TopologyPlace, ...]:
    """Return the places of all 144 strict games, by index.

    >>> len(strict_places()), sum(each.symmetric for each in strict_places())
    (144, 12)
    """
    found = {}
    for a, b in product(_NAMES, repeat=2):
        first = tuple(4 - PATTERNS[a].index(key) for key in "RSTP")
        second = tuple(4 - PATTERNS[b].index(key) for key in "RTSP")
        where = _strict_place(first, second)
        found[where.index] = where
    return tuple(found[k] for k in range(1, 145))


def strict_game(index: int, players: Sequence[str] | None = None) -> NormalFormGame:
    """Return a strict ordinal game by its index (1 to 144), with strategies C and D."""
    if not 1 <= index <= 144:
        raise UsageError(f"found the index {index}; expected 1 to 144")
    ranks = strict_places()[index - 1].ranks
    tables = [[[ranks[2 * i + j][k] for j in (0, 1)] for i in (0, 1)] for k in (0, 1)]
    return NormalFormGame(tables, players, [["C", "D"], ["C", "D"]])


def neighbors(index: int) -> dict[tuple[int, int], int]:
    """Return the six neighbors of a strict game: (player, lower of the swapped ranks) to index.

    >>> {swap: strict_places()[k - 1].name for swap, k in neighbors(1).items() if swap[0] == 0}[0, 3]
    'stag_hunt/prisoners_dilemma'
    """
    if not 1 <= index <= 144:
        raise UsageError(f"found the index {index}; expected 1 to 144")
    ranks = strict_places()[index - 1].ranks
    found = {}
    for player, low in product((0, 1), (1, 2, 3)):
        swap = {low: low + 1, low + 1: low}
        both = [
            tuple(swap.get(pair[k], pair[k]) if k == player else pair[k] for pair in ranks) for k in (0, 1)
        ]
        where = _strict_place(both[0], both[1])
        assert where.index is not None
        found[player, low] = where.index
    return found


def ordinal_game(
    cells: Sequence[Sequence[object]],
    players: Sequence[str] | None = None,
    strategies: Sequence[Sequence[str]] | None = None,
) -> NormalFormGame:
    """Return a two-player game from a matrix of ranks, as in ``[["3,3", "1,4"], ["4,1", "2,2"]]``.

    Parameters
    ----------
    cells : matrix of "4,3" or (4, 3)
        Ranks of the first and of the second player, higher is better; equal ranks are ties. Any number of
        rows and columns.

    Notes
    -----
    Ranks become payoffs. What depends on the order alone (pure equilibria, dominance by pure strategies,
    classes) is then meant; what depends on numbers (mixed equilibria, risk dominance, quantal response) is
    not.

    Raises
    ------
    UsageError
        If a cell is no pair of positive whole numbers.
    """
    rows = [[rank_pair(cell, i, j) for j, cell in enumerate(row)] for i, row in enumerate(cells)]
    return NormalFormGame([[[pair[k] for pair in row] for row in rows] for k in (0, 1)], players, strategies)


@cache
def _strict_place(first: tuple[int, ...], second: tuple[int, ...]) -> TopologyPlace:
    flips = (second.index(4) >= 2, first.index(4) % 2 == 1)
    a, b = relabelled(first, flips), relabelled(second, flips)
    one = _ORDERS["".join("RSTP"[k] for k in sorted(range(4), key=lambda k: -a[k]))]
    two = _ORDERS["".join("RTSP"[k] for k in sorted(range(4), key=lambda k: -b[k]))]
    layer = _LAYERS[_NAMES.index(one) // 6, _NAMES.index(two) // 6]
    digit = _NAMES.index(one) % 6 + 1
    return TopologyPlace(
        name=one if one == two else f"{one}/{two}",
        patterns=(one, two),
        index=_index(one, two),
        layer=layer,
        number=f"{layer}{digit}{digit}" if one == two else None,
        ranks=tuple(zip(a, b, strict=True)),
        exchanged=flips,
        symmetric=one == two,
        equilibria=pure_ranks(a, b),
    )


def _index(one: str, two: str) -> int:
    a, b = _NAMES.index(one), _NAMES.index(two)
    return 36 * (_LAYERS[a // 6, b // 6] - 1) + 6 * (a % 6) + b % 6 + 1


def _spoken(name: str) -> str:
    return {
        "prisoners_dilemma": "the prisoner's dilemma",
        "stag_hunt": "the stag hunt",
        "battle": "battle (leader)",
    }.get(name, name)
