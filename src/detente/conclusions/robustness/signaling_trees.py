"""Signaling games over many draws: pure and semi-separating equilibria, found by their conditions in floats.

The conditions are those of :mod:`detente.solve.parametric.signaling`, which also proves what holds all over a box.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.hidden_trees import MAX_BITS, HiddenTrees, Outcome
from detente.conclusions.robustness.paths import moves_along
from detente.conclusions.robustness.statements import ALWAYS, is_played
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions.robustness.tree_classifier import TreeShape
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.signaling_game import SignalingGame

__all__ = ["SignalingTrees", "signaling_trees"]

#: Kinds of signaling equilibria by what the message tells.
KINDS = ("separating", "partly pooling", "pooling", "semi-separating")


@dataclass(frozen=True, eq=False)
class SignalingTrees(HiddenTrees):
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
            return any(self.reaches(ends, statement) for _, ends in found)
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


def signaling_trees(
    tree: SymbolicTree, common: tuple[Any, ...], held: Mapping[str, Fraction]
) -> tuple[SignalingTrees, Any]:
    """Return the classifier of a signaling game, and what its atlas proves."""
    from detente.solve.parametric.signaling import signaling
    from detente.solve.parametric.signaling_game import SignalingGame

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
