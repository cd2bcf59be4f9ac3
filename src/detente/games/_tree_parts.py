"""What a tree is made of: sub-trees as they are written, nodes and information sets as they are held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

__all__ = ["InformationSet", "Move", "Outcome", "TreeNode", "chance", "decision", "terminal"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Payoffs, in the order of players, that are paid when play passes a node; ``name`` may be empty."""

    payoffs: tuple[Any, ...]
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Move:
    """A sub-tree as it is written down; made by :func:`decision`, :func:`chance` and :func:`terminal`."""

    kind: str
    player: str | int | None = None
    information_set: str | None = None
    branches: tuple[tuple[str, Any, Move], ...] = ()
    outcome: Any = None
    outcome_name: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return f"<{self.kind}{f' of {self.player}' if self.player is not None else ''}>"


def terminal(*payoffs: Any, name: str = "") -> Move:
    """Return an end of the game: payoffs in the order of players, or one ``{player: payoff}``.

    Integers, Fractions and text such as ``"3/4"`` are exact; one float makes the whole tree float.

    >>> terminal(2, "1/2")
    <terminal>
    """
    given = payoffs[0] if len(payoffs) == 1 and hasattr(payoffs[0], "keys") else payoffs
    return Move("terminal", outcome=given, outcome_name=name)


def decision(
    player: str | int,
    actions: Mapping[str, Move],
    information_set: str | None = None,
    *,
    outcome: Any = None,
    name: str = "",
) -> Move:
    """Return a node at which ``player`` chooses one of ``actions``, in the order of the mapping.

    Parameters
    ----------
    player : str or int
        Name, or index from 0.
    actions : mapping of str to Move
        Label of each action and what follows it.
    information_set : str, optional
        Nodes of a player that carry the same label cannot be told apart. Without a label the player
        knows where it is, and the set gets a number.
    outcome : sequence or mapping, optional
        Payoffs paid when play passes this node, on top of those at the end.
    name : str
        Name of the node itself; it distinguishes nothing.
    """
    branches = tuple((label, None, following) for label, following in _items(actions, "actions"))
    return Move("decision", player, information_set, branches, outcome, "", name)


def chance(branches: Mapping[str, tuple[Any, Move]], *, name: str = "", outcome: Any = None) -> Move:
    """Return a chance move: ``{label: (probability, what follows)}`` with exact probabilities.

    >>> chance({"high": ("1/3", terminal(1, 0)), "low": ("2/3", terminal(0, 1))})
    <chance>
    """
    made = []
    for label, given in _items(branches, "branches"):
        if not isinstance(given, tuple) or len(given) != 2:
            raise UsageError(
                f"found {given!r} for the chance branch {label!r}; expected (probability, what follows)"
            )
        made.append((label, given[0], given[1]))
    return Move("chance", branches=tuple(made), name=name, outcome=outcome)


def _items(given: Any, kind: str) -> Any:
    if not hasattr(given, "items"):
        raise UsageError(f"found {kind} of type {type(given).__name__}; expected a mapping from labels")
    return given.items()


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node of a :class:`GameTree`.

    ``index`` counts nodes from the root, each before what follows it; ``parent`` is an index and
    ``action`` the position among the parent's actions (both None at the root). ``kind`` is ``decision``,
    ``chance`` or ``terminal``; ``player`` and ``information_set`` are indices, ``probabilities`` those
    of chance actions, ``children`` indices in the order of ``actions``.
    """

    index: int
    parent: int | None
    action: int | None
    kind: str
    player: int | None
    information_set: int | None
    actions: tuple[str, ...]
    probabilities: tuple[Fraction, ...]
    children: tuple[int, ...]
    outcome: Outcome | None
    name: str


@dataclass(frozen=True, slots=True)
class InformationSet:
    """Nodes that a player cannot tell apart; ``player`` and ``nodes`` are indices."""

    index: int
    player: int
    label: str
    actions: tuple[str, ...]
    nodes: tuple[int, ...]
