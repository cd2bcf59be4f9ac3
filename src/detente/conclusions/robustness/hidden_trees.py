"""Parametric trees with chance or types over many draws: the paths that equilibria take.

Where nobody who knows more has moved before those who know less, beliefs are the chances of the tree, whatever is
played, and backward induction goes from set to set (:class:`PlannedTrees`). Where one player knows its type and another
sees what it does, the tree is a signaling game (:mod:`detente.conclusions.robustness.signaling_trees`).

What is told of an equilibrium is its *outcome*: the ends of play that it reaches with positive probability, as their
paths with ``|`` between them.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Classifier, Subject
from detente.conclusions.robustness.expressions import held_expression, labels_of, truths_of
from detente.conclusions.robustness.paths import end_of, has_moves, moves_along, path_text
from detente.conclusions.robustness.statements import ALWAYS, is_played
from detente.conclusions.robustness.tree_classifier import TreeClassifier, TreeShape
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.meaning import Meaning
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["MAX_BITS", "HiddenTrees", "Outcome", "PlannedTrees", "hidden_subject"]

#: Most ends of play, and most outcomes of a signaling game: one bit each.
MAX_BITS = 60
#: The ends that an equilibrium reaches, in order.
Outcome = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class HiddenTrees(TreeClassifier):
    """What both classifiers share: a code has a bit for each outcome that is told apart."""

    #: For each chance node the place of its first probability among the outputs.
    odds: tuple[tuple[int, int], ...]

    def codes(self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], found: Sequence[Any], n: int) -> Any:
        """Return which outcomes there are."""
        import numpy as np

        chances = {
            node: [found[first + k] for k in range(len(self.shape.nodes[node].children))] for node, first in self.odds
        }
        codes = np.zeros(n, dtype=np.int64)
        for bit, holds in enumerate(self.outcomes_in(payoffs, slack, chances, n)):
            codes |= np.asarray(holds).astype(np.int64) << bit
        return codes

    @abstractmethod
    def outcomes_in(
        self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], chances: Mapping[int, Sequence[Any]], n: int
    ) -> Iterable[Any]:
        """Return for each bit of the code in which draws it is set."""

    def outcome_text(self, outcome: Outcome) -> str:
        """Return an outcome as its paths."""
        return "|".join(path_text(self.paths[end]) for end in outcome)

    def outcome_of(self, text: str) -> Outcome:
        """Return the outcome that a text names."""
        return tuple(sorted({end_of(part.strip(), self.paths) for part in text.split("|")}))

    def reaches(self, outcome: Outcome, statement: str) -> bool:
        """Return whether the moves of a statement ``played:..`` are made on the way to an outcome."""
        moves = moves_along(statement, self.paths)
        return any(has_moves(self.paths[end], moves) for end in outcome)


@dataclass(frozen=True, eq=False)
class PlannedTrees(HiddenTrees):
    """The classifier of a tree in which beliefs are the chances of the tree, whatever is played.

    The code has a bit for each end that the equilibrium reaches which takes the first of equally good actions.
    """

    families = ("selected",)
    method = (
        "backward induction in every draw, from what is not known to what is; gains within 1e-9 of the spread of a "
        "player's payoffs do not count, and of equally good actions the first is taken"
    )

    @property
    def fits(self) -> bool:
        """Whether what is played matters to no belief."""
        return bool(self.steps)

    @cached_property
    def steps(self) -> tuple[tuple[int, ...], ...]:
        """The nodes that are decided together, last ones first: those of an information set, or one of chance.

        Empty where what is played matters to a belief.
        """
        nodes, sets = self.shape.nodes, self.shape.information_sets
        before: dict[int, tuple[tuple[int, int], ...]] = {0: ()}
        for node in nodes:
            for place, child in enumerate(node.children):
                before[child] = before[node.index]
                if node.information_set is not None and len(node.children) > 1:
                    before[child] += ((node.information_set, place),)
        if any(len({before[each] for each in own.nodes}) > 1 for own in sets):
            return ()
        done = {node.index for node in nodes if node.kind == "terminal"}
        left = [(node.index,) for node in nodes if node.kind == "chance"] + [each.nodes for each in sets]
        found: list[tuple[int, ...]] = []
        while left:
            ready = [each for each in left if all(child in done for at in each for child in nodes[at].children)]
            if not ready:  # sets that cross each other
                return ()
            found += ready
            done |= {at for each in ready for at in each}
            left = [each for each in left if each not in ready]
        return tuple(found)

    def outcomes_in(
        self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], chances: Mapping[int, Sequence[Any]], n: int
    ) -> Iterable[Any]:
        """Return for each end in which draws it is reached."""
        import numpy as np

        nodes = self.shape.nodes
        weight: dict[int, Any] = {0: 1.0}
        for node in nodes:
            for place, child in enumerate(node.children):
                odds = chances[node.index][place] if node.kind == "chance" else 1.0
                weight[child] = weight[node.index] * odds
        worth: dict[int, list[Any]] = {
            index: [own[place] for own in payoffs] for place, index in enumerate(self.shape.ends)
        }
        chosen: dict[int, Any] = {}
        for step in self.steps:
            first = nodes[step[0]]
            if first.kind == "chance":
                below = list(zip(chances[first.index], first.children, strict=True))
                worth[first.index] = [sum(p * worth[child][i] for p, child in below) for i in range(len(payoffs))]
                continue
            assert first.player is not None
            own = [
                sum(weight[at] * worth[nodes[at].children[action]][first.player] for at in step)
                for action in range(len(first.children))
            ]
            least = reduce(np.maximum, own) - sum(weight[at] for at in step) * slack[first.player]
            action = np.full(n, len(own) - 1)
            for k in range(len(own) - 2, -1, -1):
                action = np.where(own[k] >= least, k, action)
            for at in step:
                chosen[at] = action
                worth[at] = [
                    np.choose(action, [np.broadcast_to(worth[child][i], n) for child in nodes[at].children])
                    for i in range(len(payoffs))
                ]
        reached: dict[int, Any] = {0: np.ones(n, dtype=bool)}
        for node in nodes:
            for place, child in enumerate(node.children):
                goes = chances[node.index][place] > 0 if node.kind == "chance" else chosen[node.index] == place
                reached[child] = reached[node.index] & goes
        return [reached[end] for end in self.shape.ends]

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that is not understood."""
        if statement in self.truths or statement == ALWAYS:
            return
        if is_played(statement):
            moves_along(statement, self.paths)
            return
        kind, _, rest = statement.partition(":")
        if kind != "selected":
            raise UsageError(
                f"found {statement!r} of a tree with chance or types; expected selected:PATH|PATH with the path that "
                "is taken for each thing that may be the case, played:POINT=CHOICE, or sign:FORMULA"
            )
        self.outcome_of(rest)

    def _read(self, code: Any) -> Outcome:
        return tuple(end for end in range(len(self.paths)) if int(code) >> end & 1)

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in trees of this code."""
        if statement == ALWAYS:
            return True
        if is_played(statement):
            return self.reaches(self._read(code), statement)
        return self._read(code) == self.outcome_of(statement.partition(":")[2])

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the outcomes that occur."""
        return tuple(f"selected:{self.outcome_text(each)}" for each in sorted({self._read(code) for code in codes}))

    def label(self, family: str, code: Any) -> str:
        """Return the outcome."""
        return self.outcome_text(self._read(code))


def hidden_subject(
    tree: SymbolicTree,
    formulas: SymbolicGame,
    paths: tuple[Mapping[str, str], ...],
    conclusions: Mapping[str, Conclusion | Formula] | None = None,
    held: Mapping[str, Fraction] | None = None,
) -> Subject:
    """Return a parametric tree with chance or types as a subject of shares and importance.

    Parameters
    ----------
    tree : SymbolicTree
        Beliefs that do not depend on what is played, or a signaling game.
    formulas, paths, conclusions, held
        As for :func:`~detente.conclusions.robustness.trees.tree_subject`.

    Raises
    ------
    UsageError
        If the tree is of another kind.
    """
    from detente.conclusions.ensemble.compile import compiled

    asked, fixed = dict(conclusions or {}), dict(held or {})
    shape = TreeShape(tree.players, tree.nodes, tree.information_sets)
    if len(shape.ends) > MAX_BITS:
        raise UsageError(
            f"found {len(shape.ends)} ends; shares of a tree with chance or types are counted up to {MAX_BITS}"
        )
    outputs = [tree.totals[end][i] for end in shape.ends for i in range(len(tree.players))]
    places = []
    for node in tree.nodes:
        if node.kind == "chance":
            places.append((node.index, len(outputs)))
            outputs += tree.odds(node)
    truths = truths_of(formulas, asked)
    names, derived = labels_of(formulas, fixed)
    program = compiled([held_expression(each, fixed) for each in (*outputs, *truths.values())], derived, names)
    common = shape, paths, program, tuple(truths), tuple(places)
    planned = PlannedTrees(*common)
    classifier: Classifier = planned
    decide = None
    if not planned.fits:
        from detente.conclusions.robustness.signaling_trees import signaling_trees

        classifier, decide = signaling_trees(tree, common, fixed)

    def means(conclusion: str) -> Meaning:
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.meaning import meaning

        return meaning(tree, asked.get(conclusion) or Conclusion(conclusion, conclusion.partition(":")[0]))

    def decided(conclusion: str, holds: bool, seconds: float, more: Mapping[str, Fraction]) -> bool | None:
        from detente.conclusions.robustness.formulas import formula_subject

        if conclusion in truths:
            about = formula_subject(formulas, {conclusion: asked[conclusion]}, fixed, tree)
            assert about.decide is not None
            return about.decide(conclusion, holds, seconds, more)
        return None if decide is None else decide(conclusion, holds, more)

    direct = frozenset(str(each) for output in outputs for each in output.free_symbols)
    box = tree.formulas
    return Subject(classifier, tree.parameters, box.derived, box.constraints, fixed, decided, direct, means)
