"""Two-by-two games by the order of their payoffs: player types, named classes, topology, risk dominance.

The first strategy of each player is read as cooperation and the second as confrontation. Per player,
R is the payoff where both cooperate, T where only this player confronts, S where only the other does, P
where both do; A = T - R, B = P - S, D = R - P. The signs of A, B and D give the player's type (Rapoport
and Guyer 1966; Kydd 2005 for the security reading).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.solve.best_response import payoff_tolerance
from detente.solve.two_players.topology import TopologyPlace, place

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = [
    "TYPES",
    "OrdinalClass",
    "class_name",
    "ordinal_class",
    "payoff_labels",
    "player_type",
    "risk_dominant",
    "trust_threshold",
    "type_signs",
]

#: Type to the signs of A, B, D that define it (None: any sign).
TYPES: dict[str, tuple[int, int, int | None]] = {
    "harmony": (-1, -1, None),
    "assurance": (-1, 1, 1),
    "assurance_reversed": (-1, 1, -1),
    "chicken": (1, -1, None),
    "prisoners_dilemma": (1, 1, 1),
    "deadlock": (1, 1, -1),
}
_SHARED = {"assurance": "stag_hunt"}


@dataclass(frozen=True)
class OrdinalClass:
    """The class of a 2x2 game: its name, the type of each player, and each player's order of outcomes.

    These read the first strategy as cooperation. ``place`` is the place in the topology of 2x2 games, which does not
    depend on the order of strategies: a game may be ``assurance_reversed`` here and ``stag_hunt`` there.
    """

    name: str
    types: dict[str, str]
    order: dict[str, str]
    place: TopologyPlace | None = None

    def __str__(self) -> str:
        return self.name


def _check(game: NormalFormGame) -> None:
    if game.shape != (2, 2):
        sizes = "x".join(map(str, game.shape))
        raise UsageError(f"found a {sizes} game; player types and classes are defined for 2x2 games")


def payoff_labels(payoff: Any, player: int) -> dict[str, Any]:
    """Return R, T, S, P and A, B, D of a player; ``payoff(player, profile)`` gives the entries."""
    cells = ((0, 0), (1, 0), (0, 1), (1, 1))  # own strategy, then the other's
    r, t, s, p = (payoff(player, cell if player == 0 else cell[::-1]) for cell in cells)
    return {"R": r, "T": t, "S": s, "P": p, "A": t - r, "B": p - s, "D": r - p}


def type_signs(a: int, b: int, d: int) -> str:
    """Return the player type for the signs (-1, 0, 1) of A, B and D; ``tied`` where a zero leaves it open."""
    for name, (sign_a, sign_b, sign_d) in TYPES.items():
        if (a, b) == (sign_a, sign_b) and (sign_d is None or d == sign_d):
            return name
    return "tied"


def player_type(game: NormalFormGame, player: int | str, relative: float = 1e-9) -> str:
    """Return the type of one player of a 2x2 game.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> player_type(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]]), 0)
    'prisoners_dilemma'
    """
    _check(game)
    slack = payoff_tolerance(game, relative, game.player_index(player))
    values = payoff_labels(game.payoff, game.player_index(player))
    return type_signs(*(0 if abs(values[key]) <= slack else 1 if values[key] > 0 else -1 for key in "ABD"))


def ordinal_class(game: NormalFormGame, relative: float = 1e-9) -> OrdinalClass:
    """Return the named class of a 2x2 game: the type both share, else ``TYPE/TYPE`` in player order.

    A shared type ``assurance`` is called ``stag_hunt``. The place in the topology of 2x2 games comes with it.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> found = ordinal_class(NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]]))
    >>> found.name, found.place.number
    ('stag_hunt', '322')
    """
    _check(game)
    types = {name: player_type(game, name, relative) for name in game.players}
    order = {}
    for index, name in enumerate(game.players):
        values, slack = payoff_labels(game.payoff, index), payoff_tolerance(game, relative, index)
        ranked = sorted("RTSP", key=lambda key: (-values[key], "TRPS".index(key)))
        text = ranked[0]
        for before, after in pairwise(ranked):
            text += (" = " if values[before] - values[after] <= slack else " > ") + after
        order[name] = text
    return OrdinalClass(class_name(*types.values()), types, order, place(game, relative))


def class_name(first: str, second: str) -> str:
    """Return the name of the class of a 2x2 game from the types of its players."""
    return _SHARED.get(first, first) if first == second else f"{first}/{second}"


def risk_dominant(game: NormalFormGame, relative: float = 1e-9) -> tuple[int, int] | None:
    """Return the risk-dominant of the two strict equilibria of a 2x2 game, or None.

    The equilibrium with the larger product of deviation losses risk-dominates the other (Harsanyi and
    Selten 1988, section 3.9). None if there are not two strict equilibria, or the products are equal.
    """
    _check(game)
    slack = [payoff_tolerance(game, relative, player) for player in (0, 1)]
    products = {}
    for profile in ((0, 0), (1, 1), (0, 1), (1, 0)):
        losses = []
        for player in (0, 1):
            other = tuple(1 - own if index == player else own for index, own in enumerate(profile))
            losses.append(game.payoffs[(player, *profile)] - game.payoffs[(player, *other)])
        if all(loss > most for loss, most in zip(losses, slack, strict=True)):
            products[profile] = losses[0] * losses[1]
    if len(products) != 2:
        return None
    (first, a), (second, b) = products.items()
    spread = [float(game.payoffs[player].max() - game.payoffs[player].min()) for player in (0, 1)]
    if a == b or (game.arithmetic == "float" and abs(a - b) <= relative * spread[0] * spread[1]):
        return None
    return first if a > b else second


def trust_threshold(game: NormalFormGame, player: int | str) -> Any:
    """Return the least probability of cooperation by the other that makes cooperation a best reply.

    With A < 0 < B this is B/(B - A) (Kydd 2005, chapter 2); 0 where cooperation is always a best reply, None
    where it is one for no probability, and also where it is one only for small probabilities (chicken).
    """
    _check(game)
    values = payoff_labels(game.payoff, game.player_index(player))
    a, b = values["A"], values["B"]
    if a > 0:
        return None
    if b <= 0:
        return type(b)(0)
    return b / (b - a)
