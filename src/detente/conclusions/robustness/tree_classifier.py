"""What classifiers of parametric trees share: the shape of a tree, and one program for payoffs and formulas."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Judge, Verdicts
from detente.conclusions.robustness.expressions import finite, value_of
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.ensemble.compile import Program
    from detente.games.extensive import InformationSet, TreeNode

__all__ = ["Stage", "TreeClassifier", "TreeShape"]


@dataclass(frozen=True)
class Stage:
    """Choices made at once: who makes them, how many each has, the nodes behind, the last mover's choice fastest."""

    movers: tuple[int, ...]
    sizes: tuple[int, ...]
    behind: tuple[int, ...]


@dataclass(frozen=True)
class TreeShape:
    """What backward induction in batches needs to know of a tree."""

    players: tuple[str, ...]
    nodes: tuple[TreeNode, ...]
    information_sets: tuple[InformationSet, ...]

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """The nodes at which play ends."""
        return tuple(node.index for node in self.nodes if node.kind == "terminal")

    @cached_property
    def stages(self) -> dict[int, Stage]:
        """The stages by the node at which they begin, last ones first.

        Raises
        ------
        UsageError
            If somebody does not see a choice that is not made at the same time.
        """
        found: dict[int, Stage] = {}
        todo = [0]
        while todo:
            at = todo.pop()
            if self.nodes[at].kind != "terminal":
                found[at] = self._stage(at)
                todo += found[at].behind
        return dict(sorted(found.items(), reverse=True))

    def _stage(self, at: int) -> Stage:
        node = self.nodes[at]
        assert node.player is not None
        assert node.information_set is not None
        own = self.information_sets[node.information_set]
        if len(own.nodes) > 1:
            raise UsageError(f"{self.players[own.player]} does not see at [{own.label}] what was chosen before")
        movers, sizes, level = [node.player], [len(node.children)], list(node.children)
        while (here := self.nodes[level[0]].information_set) is not None:
            own = self.information_sets[here]
            if len(own.nodes) == 1 or set(own.nodes) != set(level) or own.player in movers:
                break
            movers.append(own.player)
            sizes.append(len(own.actions))
            level = [child for each in level for child in self.nodes[each].children]
        return Stage(tuple(movers), tuple(sizes), tuple(level))

    @property
    def at_once(self) -> bool:
        """Whether some players choose at the same time."""
        return any(len(stage.movers) > 1 for stage in self.stages.values())


@dataclass(frozen=True, eq=False)
class TreeClassifier(Judge):
    """A classifier of a tree; its program gives payoffs end by end, then what a class needs more, then formulas."""

    shape: TreeShape
    #: For each end, decision point to choice, in the order of play.
    paths: tuple[Mapping[str, str], ...]
    program: Program
    truths: tuple[str, ...]
    relative: float = field(default=1e-9, kw_only=True)

    size = 0

    @property
    def _first_truth(self) -> int:
        return len(self.program.outputs) - len(self.truths)

    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave; ``memo`` keeps what several trees share."""
        import numpy as np

        players = self.shape.players
        cells = len(self.paths) * len(players)
        payoffs = [found[player : cells : len(players)] for player in range(len(players))]
        slack = _slacks(payoffs, players, self.relative, values, self.names, memo)
        truths = np.empty((len(self.truths), n), dtype=bool)
        for row, each in enumerate(found[self._first_truth :]):
            truths[row] = np.asarray(each) > 0
        return Verdicts(self.codes(payoffs, slack, found, n), truths)

    @abstractmethod
    def codes(self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], found: Sequence[Any], n: int) -> Any:
        """Return the codes of n draws; ``payoffs[player][end]`` are arrays over draws, ``found`` all outputs."""

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        return value_of(self.program, values, n, self._first_truth)


def _slacks(
    payoffs: Sequence[Sequence[Any]],
    players: Sequence[str],
    relative: float,
    values: Mapping[str, Any],
    names: Sequence[str],
    memo: dict[Any, Any],
) -> list[Any]:
    """Return for each player within what its payoffs count as equal, draw by draw; ``payoffs[player][end]``."""
    import numpy as np

    found = []
    for player, own in enumerate(payoffs):
        key = (player, *map(id, own))
        if key not in memo:
            spread = reduce(np.maximum, own) - reduce(np.minimum, own)
            finite(spread, players[player], values, names)
            memo[key] = relative * spread
        found.append(memo[key])
    return found
