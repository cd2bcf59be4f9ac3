"""A tree read as a signaling game: types of a sender, messages, replies of a receiver who sees the message alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["SignalingGame"]


@dataclass(frozen=True)
class SignalingGame:
    """A tree read as a signaling game.

    ``sender`` and ``receiver`` are positions of players; ``odds`` are the priors of ``types``;
    ``payoffs[player, type, message, reply]`` are SymPy expressions.
    """

    tree: SymbolicTree = field(repr=False)
    sender: int
    receiver: int
    types: tuple[str, ...]
    odds: tuple[Any, ...]
    messages: tuple[str, ...]
    replies: tuple[str, ...]
    payoffs: Mapping[tuple[int, int, int, int], Any] = field(repr=False)
    sets: tuple[tuple[str, ...], tuple[str, ...]]

    @classmethod
    def of(cls, tree: SymbolicTree) -> SignalingGame:
        """Read a tree as a signaling game.

        Raises
        ------
        UsageError
            If it is none: types, then messages of one player who knows its type, then replies of another who does not.
        """

        def refuse(found: str) -> UsageError:
            return UsageError(
                f"{found}; a signaling game has types of one player, the same messages for each type, and the same "
                "replies of another player who sees the message alone"
            )

        root = tree.nodes[0]
        if root.kind != "chance":
            raise refuse(f"found a {root.kind} at the root")
        senders = [tree.nodes[child] for child in root.children]
        first = senders[0]
        if any(each.kind != "decision" or each.player != first.player for each in senders):
            raise refuse("found another than one mover behind the types")
        told_apart = len({each.information_set for each in senders}) == len(senders)
        if not told_apart or len({each.actions for each in senders}) > 1:
            raise refuse("found a sender who does not know its type, or types with different messages")
        payoffs: dict[tuple[int, int, int, int], Any] = {}
        labels = []
        replies: tuple[str, ...] = ()
        receiver: int | None = None
        for m in range(len(first.actions)):
            nodes = [tree.nodes[each.children[m]] for each in senders]
            same = {each.information_set for each in nodes}
            movers = {each.player for each in nodes if each.kind == "decision"}
            if any(each.kind != "decision" for each in nodes) or len(same) > 1 or movers == {first.player}:
                raise refuse(f"found no single reply to the message {first.actions[m]!r}")
            receiver = nodes[0].player if receiver is None else receiver
            replies = replies or nodes[0].actions
            if nodes[0].actions != replies or nodes[0].player != receiver or len(replies) != 2:
                raise refuse("found replies of several players, or other than the same two after each message")
            assert nodes[0].information_set is not None
            labels.append(tree.information_sets[nodes[0].information_set].label)
            for t, node in enumerate(nodes):
                for a, child in enumerate(node.children):
                    if tree.nodes[child].kind != "terminal":
                        raise refuse("found moves behind the reply")
                    for player, value in enumerate(tree.totals[child]):
                        payoffs[player, t, m, a] = value
        assert receiver is not None
        assert first.player is not None
        own = tuple(
            tree.information_sets[each.information_set].label for each in senders if each.information_set is not None
        )
        return cls(
            tree,
            first.player,
            receiver,
            root.actions,
            tree.odds(root),
            first.actions,
            replies,
            payoffs,
            (own, tuple(labels)),
        )

    def worth(self, t: int, m: int, a: int) -> Any:
        """Return what the sender of a type gets where a reply follows a message."""
        return self.payoffs[self.sender, t, m, a]

    def gain(self, t: int, m: int, a: int) -> Any:
        """Return what the receiver gains by a reply over the other one, against a type."""
        return self.payoffs[self.receiver, t, m, a] - self.payoffs[self.receiver, t, m, 1 - a]
