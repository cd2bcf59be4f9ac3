"""Parametric trees over many draws: outcomes of pure subgame-perfect equilibria, ties included.

Players see all that was chosen before, but for those who choose at the same time as they: a *stage* of a tree is one
choice, or several at once. Trees with chance or types are in :mod:`detente.conclusions.robustness.hidden_trees`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.expressions import held_expression, labels_of, truths_of
from detente.conclusions.robustness.paths import end_of, has_moves, moves_along, path_text
from detente.conclusions.robustness.statements import ALWAYS, is_played
from detente.conclusions.robustness.tree_classifier import Stage, TreeClassifier, TreeShape
from detente.errors import UsageError
from detente.formula import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.meaning import Meaning
    from detente.conclusions.robustness.classifier import Subject
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["Trees", "tree_subject"]

#: Most ways to the end: one bit each, beside the position of the one that the tie rule picks.
MAX_ENDS = 56
#: Where no outcome is selected.
_NOTHING = 63
#: Pieces of the box that a proof may look at.
_PIECES = 4000


@dataclass(frozen=True, eq=False)
class Trees(TreeClassifier):
    """The classifier of a tree without chance, in which only choices made at once are not seen.

    The code says which ends are outcomes of pure subgame-perfect equilibria, one bit each, and which of them is the
    outcome of the rule "of equals the first", if any is: where players choose at once, one that is single.
    """

    families = ("set", "selected")
    looked_at = (
        "outcomes of all pure subgame-perfect equilibria of every draw; gains within 1e-9 of the spread of a player's "
        "payoffs do not count; selected is the outcome in which of equally good actions the first is taken"
    )

    @property
    def method(self) -> str:
        """What is looked at."""
        more = ", and where players choose at once the only equilibrium; mixed ones are not looked at"
        return self.looked_at + more * self.shape.at_once

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

        if any(node.kind == "chance" for node in tree.nodes):
            raise UsageError("shares of this kind need a tree without chance moves")
        shape = TreeShape(tree.players, tree.nodes, tree.information_sets)
        ends = shape.ends
        if shape.stages and len(ends) > MAX_ENDS:  # the stages refuse what is not seen for longer
            raise UsageError(f"found {len(ends)} ends; shares of a tree are counted up to {MAX_ENDS}")
        truths = truths_of(formulas, conclusions)
        names, derived = labels_of(formulas, held)
        payoffs = [tree.totals[end][i] for end in ends for i in range(len(tree.players))]
        program = compiled([held_expression(each, held) for each in (*payoffs, *truths.values())], derived, names)
        return cls(shape, paths, program, tuple(truths))

    def codes(self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], found: Sequence[Any], n: int) -> Any:
        """Return the outcomes, and the one that is selected."""
        import numpy as np

        stable, ruled = _judged(self.shape, payoffs, slack)
        codes = np.zeros(n, dtype=np.int64) + ruled
        for end, each in enumerate(stable):
            codes |= np.int64(1) << (6 + end) if each is None else np.asarray(each).astype(np.int64) << (6 + end)
        return codes

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that is not understood."""
        if statement in self.truths or statement in {ALWAYS, "none"}:
            return
        if is_played(statement):
            self._moves(statement)
            return
        kind, _, rest = statement.partition(":")
        if kind not in {"equilibrium", "unique", "selected", "set"}:
            raise UsageError(
                f"found {statement!r} of a tree; expected equilibrium, unique, selected or set with paths, or none"
            )
        for part in rest.split(";"):
            self._end(part)

    def _end(self, text: str) -> int:
        return end_of(text, self.paths)

    def _moves(self, statement: str) -> dict[str, str]:
        return moves_along(statement, self.paths)

    def _read(self, code: Any) -> tuple[tuple[int, ...], int]:
        number = int(code)
        return tuple(end for end in range(len(self.paths)) if number >> (6 + end) & 1), number % 64

    def _text(self, end: int) -> str:
        return path_text(self.paths[end])

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in trees of this code."""
        if statement == ALWAYS:
            return True
        ends, ruled = self._read(code)
        if statement == "none":
            return not ends
        if is_played(statement):
            moves = self._moves(statement)
            return any(has_moves(self.paths[end], moves) for end in ends)
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
            *(["none"] if any(not ends for ends, _ in seen) else []),
            *(f"selected:{self._text(end)}" for end in sorted({ruled for _, ruled in seen} - {_NOTHING})),
            *(f"set:{';'.join(map(self._text, ends))}" for ends in sorted({ends for ends, _ in seen if len(ends) > 1})),
        )

    def label(self, family: str, code: Any) -> str:
        """Return the set of outcomes, or that of the tie rule."""
        ends, ruled = self._read(code)
        if family == "set":
            return ";".join(map(self._text, ends)) or "none"
        return "nothing" if ruled == _NOTHING else self._text(ruled)


def _judged(shape: TreeShape, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any]) -> tuple[list[Any], Any]:
    """Return in which draws each end is an outcome (None: in all), and which end the tie rule reaches.

    An end behind the choices of a stage is an outcome there if every mover gets at least as much as, for each other
    choice of its own, at the worst outcome behind that. The rule takes the first of equally good actions, and what
    players who choose at once do if it is the only outcome there. ``payoffs[player][end]`` are arrays over draws, or
    numbers.
    """
    import numpy as np

    stable: list[Any] = [None] * len(shape.ends)
    below: dict[int, list[int]] = {index: [place] for place, index in enumerate(shape.ends)}
    reached: dict[int, Any] = {index: np.int8(place) for place, index in enumerate(shape.ends)}
    worth: dict[int, list[Any]] = {index: [own[place] for own in payoffs] for place, index in enumerate(shape.ends)}
    loose, asked = shape.at_once, _asked(shape)
    for at, stage in shape.stages.items():
        groups = [below[child] for child in stage.behind]
        _stay(stage, groups, stable, payoffs, slack)
        below[at] = [each for group in groups for each in group]
        if len(stage.movers) == 1:
            reached[at], worth[at] = _ruled(stage, reached, worth, slack[stage.movers[0]], asked[at], loose=loose)
        else:
            reached[at], worth[at] = _single(below[at], stable, payoffs, asked[at])
    return stable, reached[0]


def _asked(shape: TreeShape) -> dict[int, frozenset[int]]:
    """Return for each stage the players who choose before it: nobody else asks what it is worth."""
    asked: dict[int, frozenset[int]] = {0: frozenset()}
    for at, stage in sorted(shape.stages.items()):
        for child in stage.behind:
            asked[child] = asked[at] | frozenset(stage.movers)
    return asked


def _stay(
    stage: Stage, groups: list[list[int]], stable: list[Any], payoffs: Sequence[Sequence[Any]], slack: Sequence[Any]
) -> None:
    """Leave of the outcomes behind a stage those that no mover leaves."""
    import numpy as np

    places = list(product(*map(range, stage.sizes)))
    position = {place: k for k, place in enumerate(places)}
    worst = {
        i: [reduce(np.minimum, [_where(stable[each], payoffs[i][each]) for each in group]) for group in groups]
        for i in stage.movers
    }
    for place, group in zip(places, groups, strict=True):
        held: dict[int, Any] = {}
        for axis, i in enumerate(stage.movers):
            others = [
                worst[i][position[(*place[:axis], other, *place[axis + 1 :])]]
                for other in range(stage.sizes[axis])
                if other != place[axis]
            ]
            if not others:
                continue
            floor = reduce(np.maximum, others) - slack[i]
            for each in group:
                good = payoffs[i][each] >= floor
                held[each] = good if each not in held else held[each] & good
        for each, good in held.items():
            stable[each] = good if stable[each] is None else stable[each] & good


def _ruled(
    stage: Stage,
    reached: Mapping[int, Any],
    worth: Mapping[int, list[Any]],
    slack: Any,
    asked: frozenset[int],
    *,
    loose: bool,
) -> tuple[Any, list[Any]]:
    """Return the end that the tie rule reaches behind a choice, and what it is worth to those who ask."""
    import numpy as np

    i = stage.movers[0]
    own = [worth[child][i] for child in stage.behind]
    least = reduce(np.maximum, own) - slack
    *first, last = stage.behind
    end = reached[last]
    value: list[Any] = [each if k in asked else None for k, each in enumerate(worth[last])]
    for child in reversed(first):
        good = worth[child][i] >= least
        end = np.where(good, reached[child], end)
        for k in asked:
            value[k] = np.where(good, worth[child][k], value[k])
    if loose:
        lost = np.isnan(least)
        end = np.where(lost, np.int8(_NOTHING), end)
        for k in asked:
            value[k] = np.where(lost, np.nan, value[k])
    return end, value


def _single(
    ends: Sequence[int], stable: Sequence[Any], payoffs: Sequence[Sequence[Any]], asked: frozenset[int]
) -> tuple[Any, list[Any]]:
    """Return the only outcome behind choices made at once, and its worth to those who ask; nothing if not single."""
    import numpy as np

    alive = {each: np.asarray(True if stable[each] is None else stable[each]) for each in ends}
    single = sum(each.astype(np.int64) for each in alive.values()) == 1
    end = np.where(single, sum(np.int64(each) * good for each, good in alive.items()), _NOTHING)
    value = [
        np.where(single, sum(np.where(good, own[each], 0.0) for each, good in alive.items()), np.nan)
        if k in asked
        else None
        for k, own in enumerate(payoffs)
    ]
    return end, value


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
        No chance moves; only choices made at once are not seen.
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

    asked, fixed = dict(conclusions or {}), dict(held or {})
    classifier = Trees.of(tree, formulas, paths, asked, fixed)

    def decide(conclusion: str, holds: bool, seconds: float, more: Mapping[str, Fraction]) -> bool | None:
        from detente.conclusions.comparisons import Comparisons
        from detente.conclusions.decide import decide as decided
        from detente.conclusions.path_conditions import PathConditions

        given = asked.get(conclusion)
        kind, _, rest = conclusion.partition(":")
        try:
            if isinstance(given, Formula):
                conditions: Any = Comparisons(formulas, given)
            else:
                # the engine names paths in the order of play
                end = classifier.shape.ends[end_of(rest, paths)]
                conditions = PathConditions(tree, ",".join(tree.history(end)), kind)
        except UsageError:  # what has no exact form over a box is left open
            return None
        found = decided(conditions, {**more, **fixed}, expected=holds, pieces=_PIECES, seconds=seconds)
        return {"fixed": True, "varies": False}.get(found.status)

    def means(conclusion: str) -> Meaning:
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.meaning import Meaning, meaning

        if classifier.shape.at_once and conclusion not in classifier.truths:
            return Meaning("ordinal", "each mover compares its own payoffs, what the others choose at once given")
        return meaning(tree, asked.get(conclusion) or Conclusion(conclusion, conclusion.partition(":")[0]))

    direct = frozenset(str(each) for totals in tree.totals for cell in totals for each in cell.free_symbols)
    derived, constraints = tree.formulas.derived, tree.formulas.constraints
    return Subject(classifier, tree.parameters, derived, constraints, fixed, decide, direct, means)
