"""Parametric trees with perfect information over many draws: outcomes of subgame-perfect equilibria, ties included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Verdicts
from detente.conclusions.robustness.expressions import finite, held_expression, labels_of, truths_of, value_of
from detente.conclusions.robustness.statements import ALWAYS, is_played
from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.meaning import Meaning
    from detente.conclusions.robustness.classifier import Subject
    from detente.formula import Formula
    from detente.games.extensive import InformationSet, TreeNode
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["TreeShape", "Trees", "tree_subject"]

#: Most ways to the end: one bit each, beside the position of the one that the tie rule picks.
MAX_ENDS = 56
#: Pieces of the box that a proof may look at.
_PIECES = 4000


@dataclass(frozen=True)
class TreeShape:
    """What backward induction in batches needs to know of a tree."""

    players: tuple[str, ...]
    nodes: tuple[TreeNode, ...]
    information_sets: tuple[InformationSet, ...]


@dataclass(frozen=True, eq=False)
class Trees:
    """The classifier of a tree with perfect information and without chance.

    The code says which ends are outcomes of pure subgame-perfect equilibria, one bit each, and which of them is the
    outcome of the rule "of equals the first".
    """

    shape: TreeShape
    #: For each end, decision point to choice, in the order of play.
    paths: tuple[Mapping[str, str], ...]
    program: Program
    truths: tuple[str, ...]
    relative: float = 1e-9

    families = ("set", "selected")
    size = 0
    method = (
        "outcomes of all pure subgame-perfect equilibria of every draw; gains within 1e-9 of the spread of a player's "
        "payoffs do not count; selected is the outcome in which of equally good actions the first is taken"
    )

    @classmethod
    def of(
        cls,
        tree: SymbolicTree,
        formulas: SymbolicGame,
        paths: tuple[Mapping[str, str], ...],
        conclusions: Mapping[str, Conclusion | Formula],
        held: Mapping[str, Fraction],
    ) -> Trees:
        """Return the classifier of a tree with some parameters held at exact values."""
        from detente.conclusions.ensemble.compile import compiled

        if not tree.perfect_information or any(node.kind == "chance" for node in tree.nodes):
            raise UsageError("shares of a tree need perfect information and no chance moves")
        ends = [node.index for node in tree.nodes if node.kind == "terminal"]
        if len(ends) > MAX_ENDS:
            raise UsageError(f"found {len(ends)} ends; shares of a tree are counted up to {MAX_ENDS}")
        truths = truths_of(formulas, conclusions)
        names, derived = labels_of(formulas, held)
        payoffs = [tree.totals[end][i] for end in ends for i in range(len(tree.players))]
        program = compiled([held_expression(each, held) for each in (*payoffs, *truths.values())], derived, names)
        shape = TreeShape(tree.players, tree.nodes, tree.information_sets)
        return cls(shape, paths, program, tuple(truths))

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that decide."""
        return self.program.names

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas among the conclusions."""
        return self.truths

    @property
    def cells(self) -> int:
        """How many payoffs there are."""
        return len(self.paths) * len(self.shape.players)

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""
        return self.judge(self.program({name: values[name] for name in self.names}), values, n, {})

    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave; ``memo`` keeps what several trees share."""
        import numpy as np

        players = self.shape.players
        slack = []
        payoffs = [found[player : self.cells : len(players)] for player in range(len(players))]
        for player, own in enumerate(payoffs):
            key = (player, *map(id, own))
            if key not in memo:
                spread = reduce(np.maximum, own) - reduce(np.minimum, own)
                finite(spread, players[player], values, self.names)
                memo[key] = self.relative * spread
            slack.append(memo[key])
        stable, ruled = _judged(self.shape, payoffs, slack)
        codes = np.zeros(n, dtype=np.int64) + ruled
        for end, each in enumerate(stable):
            codes |= np.int64(1) << (6 + end) if each is None else np.asarray(each).astype(np.int64) << (6 + end)
        truths = np.empty((len(self.truths), n), dtype=bool)
        for row, each in enumerate(found[self.cells :]):
            truths[row] = np.asarray(each) > 0
        return Verdicts(codes, truths)

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        return value_of(self.program, values, n, self.cells)

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that is not understood."""
        if statement in self.truths or statement == ALWAYS:
            return
        if is_played(statement):
            self._moves(statement)
            return
        kind, _, rest = statement.partition(":")
        if kind not in {"equilibrium", "unique", "selected", "set"}:
            raise UsageError(f"found {statement!r} of a tree; expected equilibrium, unique, selected or set with paths")
        for part in rest.split(";"):
            self._end(part)

    def _end(self, text: str) -> int:
        known = [self._text(end) for end in range(len(self.paths))]
        parts = [part.strip() for part in text.split(",")]
        if any("=" in part for part in parts):
            chosen = {part.partition("=")[0].strip(): part.partition("=")[2].strip() for part in parts}
            found = [end for end, path in enumerate(self.paths) if dict(path) == chosen]
            if found:
                return found[0]
        elif ",".join(parts) in known:
            return known.index(",".join(parts))
        hint = did_you_mean(text, known)
        raise UsageError(f"unknown path {text!r}; expected one of {'; '.join(known)}" + (f"; {hint}" if hint else ""))

    def _moves(self, statement: str) -> dict[str, str]:
        choices: dict[str, set[str]] = {}
        for path in self.paths:
            for point, choice in path.items():
                choices.setdefault(point, set()).add(choice)
        found: dict[str, str] = {}
        for part in statement.partition(":")[2].split(","):
            point, _, choice = (each.strip() for each in part.partition("="))
            if choice not in choices.get(point, ()):
                raise UsageError(f"found {part.strip()!r}; expected POINT=CHOICE with a point of {', '.join(choices)}")
            found[point] = choice
        return found

    def _read(self, code: Any) -> tuple[tuple[int, ...], int]:
        number = int(code)
        return tuple(end for end in range(len(self.paths)) if number >> (6 + end) & 1), number % 64

    def _text(self, end: int) -> str:
        return ",".join(self.paths[end].values())

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in trees of this code."""
        if statement == ALWAYS:
            return True
        ends, ruled = self._read(code)
        if is_played(statement):
            moves = self._moves(statement)
            return any(all(self.paths[end].get(at) == choice for at, choice in moves.items()) for end in ends)
        kind, _, rest = statement.partition(":")
        wanted = {self._end(part) for part in rest.split(";")}
        if kind == "equilibrium":
            return wanted <= set(ends)
        if kind == "selected":
            return wanted == {ruled}
        return wanted == set(ends)

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the paths that are an outcome somewhere, as outcomes, as that of the tie rule, and as sets."""
        seen = [self._read(code) for code in sorted(codes)]
        stable = sorted({end for ends, _ in seen for end in ends})
        return (
            *(f"equilibrium:{self._text(end)}" for end in stable),
            *(f"selected:{self._text(end)}" for end in sorted({ruled for _, ruled in seen})),
            *(f"set:{';'.join(map(self._text, ends))}" for ends in sorted({ends for ends, _ in seen if len(ends) > 1})),
        )

    def label(self, family: str, code: Any) -> str:
        """Return the set of outcomes, or that of the tie rule."""
        ends, ruled = self._read(code)
        return ";".join(map(self._text, ends)) if family == "set" else self._text(ruled)


def _judged(shape: TreeShape, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any]) -> tuple[list[Any], Any]:
    """Return in which draws each end is an outcome (None: in all), and which end the tie rule reaches.

    An end below an action is an outcome at a node if its mover gets at least as much there as at the worst outcome
    below each other action. The rule takes the first of equally good actions. ``payoffs[player][end]`` are arrays over
    draws, or numbers.
    """
    import numpy as np

    ends = [node.index for node in shape.nodes if node.kind == "terminal"]
    stable: list[Any] = [None] * len(ends)
    below: dict[int, list[int]] = {index: [place] for place, index in enumerate(ends)}
    reached: dict[int, Any] = {index: np.int64(place) for place, index in enumerate(ends)}
    worth: dict[int, list[Any]] = {index: [own[place] for own in payoffs] for place, index in enumerate(ends)}
    for node in reversed(shape.nodes):
        if node.kind == "terminal":
            continue
        i = node.player
        assert i is not None
        least = reduce(np.maximum, [worth[child][i] for child in node.children]) - slack[i]
        *first, last = node.children
        end, value = reached[last], worth[last]
        for child in reversed(first):
            good = worth[child][i] >= least
            end = np.where(good, reached[child], end)
            value = [np.where(good, new, old) for new, old in zip(worth[child], value, strict=True)]
        reached[node.index], worth[node.index] = end, value
        groups = [below[child] for child in node.children]
        worst = [
            reduce(np.minimum, [_where(stable[each], payoffs[i][each]) for each in group]) for group in groups
        ]
        for a, group in enumerate(groups):
            others = [each for b, each in enumerate(worst) if b != a]
            if not others:
                continue
            floor = reduce(np.maximum, others) - slack[i]
            for each in group:
                holds = payoffs[i][each] >= floor
                stable[each] = holds if stable[each] is None else stable[each] & holds
        below[node.index] = [each for group in groups for each in group]
    return stable, reached[0]


def _where(stable: Any, payoff: Any) -> Any:
    """Return a payoff where an end is an outcome, elsewhere infinity."""
    import numpy as np

    return payoff if stable is None else np.where(stable, payoff, np.inf)


def tree_subject(
    tree: SymbolicTree,
    formulas: SymbolicGame,
    paths: tuple[Mapping[str, str], ...],
    conclusions: Mapping[str, Conclusion | Formula] | None = None,
    held: Mapping[str, Fraction] | None = None,
) -> Subject:
    """Return a parametric tree as a subject of shares and importance.

    Parameters
    ----------
    tree : SymbolicTree
        Perfect information, no chance moves.
    formulas : SymbolicGame
        Evaluates the formulas among the conclusions over the same box.
    paths : tuple of mappings
        For each end, in order, what was chosen at each decision point.
    conclusions : mapping, optional
        Name to a conclusion about paths or a named formula.
    held : mapping, optional
        Parameters held at exact values.
    """
    from detente.conclusions.robustness.classifier import Subject
    from detente.formula import Formula

    asked, fixed = dict(conclusions or {}), dict(held or {})
    classifier = Trees.of(tree, formulas, paths, asked, fixed)

    def decide(conclusion: str, holds: bool, seconds: float, more: Mapping[str, Fraction]) -> bool | None:
        from detente.conclusions.comparisons import Comparisons
        from detente.conclusions.decide import decide as decided
        from detente.conclusions.tree_outcomes import PathConditions

        given = asked.get(conclusion)
        kind, _, rest = conclusion.partition(":")
        try:
            if isinstance(given, Formula):
                conditions: Any = Comparisons(formulas, given)
            else:
                conditions = PathConditions(tree, ",".join(part.strip() for part in rest.split(",")), kind)
        except UsageError:  # what has no exact form over a box is left open
            return None
        found = decided(conditions, {**more, **fixed}, expected=holds, pieces=_PIECES, seconds=seconds)
        return {"fixed": True, "varies": False}.get(found.status)

    def means(conclusion: str) -> Meaning:
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.meaning import meaning

        return meaning(tree, asked.get(conclusion) or Conclusion(conclusion, conclusion.partition(":")[0]))

    direct = frozenset(str(each) for totals in tree.totals for cell in totals for each in cell.free_symbols)
    derived, constraints = tree.formulas.derived, tree.formulas.constraints
    return Subject(classifier, tree.parameters, derived, constraints, fixed, decide, direct, means)
