"""Parametric trees with chance or types over many draws: the paths that equilibria take.

Two kinds of trees are looked at. Where nobody who knows more has moved before those who know less, beliefs are the
chances of the tree, whatever is played, and backward induction goes from set to set
(:class:`PlannedTrees`). Where one player knows its type and another sees what it does, the pure and semi-separating
equilibria of the signaling game are found by their conditions (:class:`SignalingTrees`), which are those of
:mod:`detente.solve.parametric.signaling`, evaluated in floats; that module also proves what holds all over a box.

What is told of an equilibrium is its *outcome*: the ends of play that it reaches with positive probability, as their
paths with ``|`` between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Subject, Verdicts
from detente.conclusions.robustness.expressions import held_expression, labels_of, truths_of, value_of
from detente.conclusions.robustness.paths import end_of, has_moves, moves_along, path_text
from detente.conclusions.robustness.statements import ALWAYS, is_played
from detente.conclusions.robustness.trees import TreeShape, slacks
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.meaning import Meaning
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.signaling import SignalingGame

__all__ = ["PlannedTrees", "SignalingTrees", "hidden_subject"]

#: Most ends of play, and most outcomes of a signaling game: one bit each.
MAX_BITS = 60
#: Kinds of signaling equilibria by what the message tells.
KINDS = ("separating", "partly pooling", "pooling", "semi-separating")

#: The ends that an equilibrium reaches, in order.
Outcome = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class _HiddenTrees:
    """What both classifiers share: payoffs at the ends, chances and formulas, outputs of one program in this order."""

    shape: TreeShape
    #: For each end, decision point to choice, in the order of play.
    paths: tuple[Mapping[str, str], ...]
    program: Program
    truths: tuple[str, ...]
    #: For each chance node the place of its first probability among the outputs.
    odds: tuple[tuple[int, int], ...]
    relative: float = 1e-9

    size = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that decide."""
        return self.program.names

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas among the conclusions."""
        return self.truths

    @property
    def _first_truth(self) -> int:
        return len(self.program.outputs) - len(self.truths)

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""
        return self.judge(self.program({name: values[name] for name in self.names}), values, n, {})

    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave; ``memo`` keeps what several trees share."""
        import numpy as np

        players = self.shape.players
        cells = len(self.paths) * len(players)
        payoffs = [found[player:cells : len(players)] for player in range(len(players))]
        slack = slacks(payoffs, players, self.relative, values, self.names, memo)
        chances = {
            node: [found[first + k] for k in range(len(self.shape.nodes[node].children))] for node, first in self.odds
        }
        codes = np.zeros(n, dtype=np.int64)
        for bit, holds in enumerate(self.outcomes_in(payoffs, slack, chances, n)):
            codes |= np.asarray(holds).astype(np.int64) << bit
        truths = np.empty((len(self.truths), n), dtype=bool)
        for row, each in enumerate(found[self._first_truth :]):
            truths[row] = np.asarray(each) > 0
        return Verdicts(codes, truths)

    def outcomes_in(
        self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], chances: Mapping[int, Sequence[Any]], n: int
    ) -> Iterable[Any]:
        """Return for each bit of the code in which draws it is set; ``payoffs[player][end]`` are arrays over draws."""
        raise NotImplementedError

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        return value_of(self.program, values, n, self._first_truth)

    def outcome_text(self, outcome: Outcome) -> str:
        """Return an outcome as its paths."""
        return "|".join(path_text(self.paths[end]) for end in outcome)

    def outcome_of(self, text: str) -> Outcome:
        """Return the outcome that a text names."""
        return tuple(sorted({end_of(part.strip(), self.paths) for part in text.split("|")}))

    def _reaches(self, outcome: Outcome, statement: str) -> bool:
        moves = moves_along(statement, self.paths)
        return any(has_moves(self.paths[end], moves) for end in outcome)


@dataclass(frozen=True, eq=False)
class PlannedTrees(_HiddenTrees):
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
            return self._reaches(self._read(code), statement)
        return self._read(code) == self.outcome_of(statement.partition(":")[2])

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the outcomes that occur."""
        return tuple(f"selected:{self.outcome_text(each)}" for each in sorted({self._read(code) for code in codes}))

    def label(self, family: str, code: Any) -> str:
        """Return the outcome."""
        return self.outcome_text(self._read(code))


@dataclass(frozen=True, eq=False)
class SignalingTrees(_HiddenTrees):
    """The classifier of a signaling game: a bit for each outcome of a pure or semi-separating equilibrium."""

    #: Sender and receiver, and for each type its messages, and for each of them the ends behind the two replies.
    sender: int = 0
    receiver: int = 1
    behind: tuple[tuple[tuple[int, int], ...], ...] = ()

    families = ("set",)
    method = (
        "pure perfect Bayesian equilibria of the signaling game in every draw and, with two types, those in which one "
        "type mixes; gains within 1e-9 of the spread of a player's payoffs do not count; equilibria with mixed replies "
        "to messages that are not sent are not looked at"
    )

    @cached_property
    def outcomes(self) -> tuple[tuple[str, Outcome, tuple[int, ...]], ...]:
        """Kind, ends and recipe of each outcome.

        A recipe has what each type sends and the reply to each message that is sent; or, where type t mixes the message
        of the other type with another one, ``(t, common, revealing, reply)`` after a -1.
        """
        types, messages = len(self.behind), len(self.behind[0])
        found: list[tuple[str, Outcome, tuple[int, ...]]] = []
        for sent in product(range(messages), repeat=types):
            used = sorted(set(sent))
            kind = "pooling" if len(used) == 1 else "separating" if len(used) == types else "partly pooling"
            for replies in product((0, 1), repeat=len(used)):
                reply = dict(zip(used, replies, strict=True))
                ends = tuple(sorted(self.behind[t][m][reply[m]] for t, m in enumerate(sent)))
                found.append((kind, ends, (*sent, *replies)))
        if types == 2:
            for t, common, reveals, answer in product((0, 1), range(messages), range(messages), (0, 1)):
                if common != reveals:
                    mixed = (*self.behind[0][common], *self.behind[1][common], self.behind[t][reveals][answer])
                    found.append(("semi-separating", tuple(sorted(mixed)), (-1, t, common, reveals, answer)))
        return tuple(found)

    def outcomes_in(
        self, payoffs: Sequence[Sequence[Any]], slack: Sequence[Any], chances: Mapping[int, Sequence[Any]], n: int
    ) -> Iterable[Any]:
        """Return for each outcome in which draws an equilibrium has it."""
        signals = _Signals(self, payoffs, slack, chances[0], n)
        types = len(self.behind)
        return [
            signals.mixed(*recipe[1:]) if kind == "semi-separating" else signals.pure(recipe[:types], recipe[types:])
            for kind, _, recipe in self.outcomes
        ]

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that is not understood."""
        if statement in self.truths or statement in {ALWAYS, "none"}:
            return
        if is_played(statement):
            moves_along(statement, self.paths)
            return
        kind, _, rest = statement.partition(":")
        known = {name for name, _, _ in self.outcomes}
        if kind == "kind" and rest in known:
            return
        if kind != "equilibrium":
            some = ", ".join(f"kind:{each}" for each in KINDS if each in known)
            raise UsageError(
                f"found {statement!r} of a signaling game; expected {some}, equilibrium:PATH|PATH with the paths that "
                "the types take, none, played:POINT=CHOICE, or sign:FORMULA"
            )
        wanted = self.outcome_of(rest)
        if all(ends != wanted for _, ends, _ in self.outcomes):
            raise UsageError(f"found {statement!r}; expected a path for each type, or more where one of them mixes")

    def _read(self, code: Any) -> list[tuple[str, Outcome]]:
        return [(kind, ends) for bit, (kind, ends, _) in enumerate(self.outcomes) if int(code) >> bit & 1]

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in games of this code."""
        if statement == ALWAYS:
            return True
        found = self._read(code)
        if statement == "none":
            return not found
        if is_played(statement):
            return any(self._reaches(ends, statement) for _, ends in found)
        kind, _, rest = statement.partition(":")
        if kind == "kind":
            return any(own == rest for own, _ in found)
        wanted = self.outcome_of(rest)
        return any(ends == wanted for _, ends in found)

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the kinds and the outcomes that occur."""
        seen = [self._read(code) for code in codes]
        some = {each for found in seen for each in found}
        return (
            *(f"kind:{each}" for each in KINDS if any(kind == each for kind, _ in some)),
            *(
                f"equilibrium:{self.outcome_text(ends)}"
                for kind, ends, _ in sorted(self.outcomes, key=lambda each: KINDS.index(each[0]))
                if (kind, ends) in some
            ),
            *(["none"] if any(not found for found in seen) else []),
        )

    def label(self, family: str, code: Any) -> str:
        """Return the set of outcomes."""
        return "; ".join(self.outcome_text(ends) for _, ends in self._read(code)) or "none"


class _Signals:
    """The conditions of signaling equilibria, draw by draw."""

    def __init__(self, game: SignalingTrees, payoffs: Any, slack: Any, odds: Sequence[Any], n: int) -> None:
        self.kinds, self.messages = range(len(game.behind)), range(len(game.behind[0]))
        self.odds, self.n = odds, n
        self.slack, self.slack_receiver = slack[game.sender], slack[game.receiver]
        ends = [(t, m, a) for t in self.kinds for m in self.messages for a in (0, 1)]
        self.own = {(t, m, a): payoffs[game.sender][game.behind[t][m][a]] for t, m, a in ends}
        other = {(t, m, a): payoffs[game.receiver][game.behind[t][m][a]] for t, m, a in ends}
        #: What the receiver gains by a reply over the other one, against a type.
        self.gain = {(t, m, a): other[t, m, a] - other[t, m, 1 - a] for t, m, a in ends}

    def _deterred(self, message: int, values: Sequence[Any]) -> Any:
        """Return where some reply that a belief supports keeps every type from a message that nobody sends."""
        import numpy as np

        found = np.zeros(self.n, dtype=bool)
        for a in (0, 1):
            good = reduce(np.maximum, [self.gain[t, message, a] for t in self.kinds]) >= -self.slack_receiver
            for t in self.kinds:
                good = good & (self.own[t, message, a] <= values[t] + self.slack)
            found = found | good
        return found

    def pure(self, sent: Sequence[int], replies: Sequence[int]) -> Any:
        """Return where a pure equilibrium has these messages, and these replies to them."""
        import numpy as np

        reply = dict(zip(sorted(set(sent)), replies, strict=True))
        values = [self.own[t, m, reply[m]] for t, m in enumerate(sent)]
        good: Any = np.ones(self.n, dtype=bool)
        for m in self.messages:
            if m not in reply:
                good = good & self._deterred(m, values)
                continue
            senders = [t for t in self.kinds if sent[t] == m]
            weight = sum(self.odds[t] for t in senders)
            good = good & (
                sum(self.odds[t] * self.gain[t, m, reply[m]] for t in senders) >= -weight * self.slack_receiver
            )
            for t in self.kinds:
                good = good & (self.own[t, m, reply[m]] <= values[t] + self.slack)
        return good

    def mixed(self, t: int, common: int, reveals: int, answer: int) -> Any:
        """Return where type t mixes the message that the other type sends for sure with one that reveals it."""
        import numpy as np

        other = 1 - t
        mine, theirs = self.odds[t] * self.gain[t, common, 0], self.odds[other] * self.gain[other, common, 0]
        revealed = self.own[t, reveals, answer]
        first, second = self.own[t, common, 0], self.own[t, common, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            sends = -theirs / mine
            follows = (revealed - second) / (first - second)
            held = follows * self.own[other, common, 0] + (1 - follows) * self.own[other, common, 1]
            good: Any = (sends > 0) & (sends < 1) & (follows > 0) & (follows < 1)
        good = good & (self.gain[t, reveals, answer] >= -self.slack_receiver)
        good = good & (held >= self.own[other, reveals, answer] - self.slack)
        values = [revealed, held] if t == 0 else [held, revealed]
        for m in self.messages:
            if m not in {common, reveals}:
                good = good & self._deterred(m, values)
        return np.broadcast_to(good, self.n)


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
    classifier: PlannedTrees | SignalingTrees = planned
    decide = None
    if not planned.fits:
        classifier, decide = _signaling(tree, common, fixed)

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


def _signaling(
    tree: SymbolicTree, common: tuple[Any, ...], held: Mapping[str, Fraction]
) -> tuple[SignalingTrees, Any]:
    """Return the classifier of a signaling game, and what its atlas proves."""
    from detente.solve.parametric.signaling import SignalingGame, signaling

    game = SignalingGame.of(tree)
    shape, paths, program, truths, odds = common
    behind = _behind(tree, shape)
    classifier = SignalingTrees(
        shape, paths, program, truths, odds, sender=game.sender, receiver=game.receiver, behind=behind
    )
    if len(classifier.outcomes) > MAX_BITS:
        raise UsageError(
            f"found {len(classifier.outcomes)} outcomes of a signaling game; shares are counted up to {MAX_BITS}"
        )
    atlases: dict[Any, Any] = {}

    def decide(conclusion: str, holds: bool, more: Mapping[str, Fraction]) -> bool | None:
        point = {**held, **more}
        key = tuple(sorted(point.items()))
        if key not in atlases:
            free = [name for name in tree.parameters if name not in point]
            atlases[key] = signaling(tree, free, point).signals
        kind, _, rest = conclusion.partition(":")
        if kind not in {"kind", "equilibrium"}:
            return None
        wanted = classifier.outcome_of(rest) if kind == "equilibrium" else ()
        own = [
            region
            for region in atlases[key]
            if (region.kind == rest if kind == "kind" else _ends_of(region, game, behind) == wanted)
        ]
        return True if (any(each.status == "always" for each in own) if holds else not own) else None

    return classifier, decide


def _behind(tree: SymbolicTree, shape: TreeShape) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return for each type and message the ends behind the two replies."""
    place = {index: k for k, index in enumerate(shape.ends)}
    senders = [tree.nodes[child] for child in tree.nodes[0].children]
    found = []
    for sender in senders:
        answers = [tree.nodes[each].children for each in sender.children]
        found.append(tuple((place[first], place[second]) for first, second in answers))
    return tuple(found)


def _ends_of(region: Any, game: SignalingGame, behind: Sequence[Sequence[Sequence[int]]]) -> Outcome:
    """Return the ends that an equilibrium of the atlas reaches."""
    names = game.tree.players[game.sender], game.tree.players[game.receiver]
    sent = [list(region.profile[names[0]][label].values()) for label in game.sets[0]]
    played = [list(region.profile[names[1]][label].values()) for label in game.sets[1]]
    return tuple(
        sorted(
            behind[t][m][a]
            for t in range(len(game.types))
            for m in range(len(game.messages))
            for a in (0, 1)
            if sent[t][m] != 0 and played[m][a] != 0
        )
    )
