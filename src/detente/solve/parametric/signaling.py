r"""Equilibria of parametric signaling games in closed form: separating, pooling and semi-separating, with conditions.

Chance draws the type of the sender, who sends a message; the receiver sees the message alone, and replies. A
pure profile is a perfect Bayesian equilibrium exactly where no type gains by another message, the reply to a message
that is sent is best against the types that send it, weighed by their priors, and the reply to every other message is
best against some belief. With two replies the receiver's gain is linear in the belief, so that some belief supports a
reply exactly where the certainty of one type does. In these games such equilibria are sequential: trembles of the
sender produce any belief after a message that is not sent (Fudenberg and Tirole 1991, section 8.2).

Semi-separating, with two types: one type sends the common message for sure, the other mixes it with a message that
reveals it; the reply to the common message mixes so that the latter is indifferent, and the mixture of the sender
makes the receiver indifferent.

Which of them the intuitive criterion removes is said by :mod:`detente.solve.parametric.intuitive_criterion`.

References
----------
D. Fudenberg and J. Tirole (1991), Game Theory, section 8.2.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.solve.parametric._atlas_box import atlas_box
from detente.solve.parametric.atlas_result import Comparison
from detente.solve.parametric.intuitive_criterion import removals
from detente.solve.parametric.signaling_game import SignalingGame
from detente.solve.parametric.signaling_result import SignalingAtlas, SignalingRegion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.redundancy import Decider

__all__ = ["signaling"]

#: An inequality ``expression relation 0`` and why it has to hold.
Need = tuple[Any, str, str]


def signaling(
    tree: SymbolicTree, over: Sequence[str] | None = None, at: Mapping[str, object] | None = None
) -> SignalingAtlas:
    """Return the equilibria of a parametric signaling game with the exact condition under which each exists.

    Parameters
    ----------
    tree : SymbolicTree
        Types, messages, and two replies to each.
    over, at : optional
        As in :func:`detente.solve.parametric.atlas.atlas`.

    Returns
    -------
    SignalingAtlas
        Every pure equilibrium, one region for each type of which the receiver may be sure after an unsent message; with
        two types every semi-separating one. Equilibria with mixed replies to messages that are not sent, and those in
        which several types mix, are not listed; ``missing`` says so.

    Raises
    ------
    UsageError
        If the tree is no signaling game, or a name is unknown.

    Examples
    --------
    A good worker studies at cost c, a bad one at cost d; who seems good is hired at a wage of 1, worth h to the firm:

    >>> from detente.games.extensive import chance, decision, terminal
    >>> from detente.games.symbolic_tree import SymbolicTree
    >>> def worker(cost, worth):
    ...     def reply(message, price):
    ...         hired, not_hired = terminal(f"1 - {price}", worth), terminal(f"-{price}", "0")
    ...         return decision("firm", {"no": not_hired, "hire": hired}, message)
    ...     return {"idle": reply("idle", "0"), "study": reply("study", cost)}
    >>> game = SymbolicTree(["worker", "firm"], chance({
    ...     "good": ("1/4", decision("worker", worker("c", "h"), "good")),
    ...     "bad": ("3/4", decision("worker", worker("d", "-h"), "bad")),
    ... }), {"c": (0, 2), "d": (0, 2), "h": (1, 2)})
    >>> for region in signaling(game).signals:
    ...     if region.kind == "separating":
    ...         print(region.label, "|", region.condition)
    good study, bad idle; idle no, study hire | (d - 1 >= 0) & (1 - c >= 0)
    """
    return _Search(SignalingGame.of(tree), over, at).run()


class _Search:
    def __init__(self, game: SignalingGame, over: Sequence[str] | None, at: Mapping[str, object] | None) -> None:
        from detente.solve.parametric._polynomial_ring import GameRing
        from detente.solve.parametric.redundancy import Decider

        self.game = game
        formulas = game.tree.formulas
        self.point, self.box = atlas_box(formulas, over, at)
        ring = GameRing(formulas, [*game.payoffs.values(), *game.odds])
        self.decide: Decider = Decider(ring, self.box)

    def run(self) -> SignalingAtlas:
        regions = [*self.pure()]
        if len(self.game.types) == 2:
            regions += self.mixed()
        missing = "mixed replies to messages that are not sent, and profiles in which several types mix"
        if len(self.game.types) > 2:
            missing += ", and all other mixed ones"
        return SignalingAtlas(
            self.game.tree.formulas,
            tuple(regions),
            complete=False,
            missing=missing,
            box=self.box,
            signals=tuple(regions),
            signaling=self.game,
            tree=self.game.tree,
        )

    # --- pure

    def pure(self) -> Iterator[SignalingRegion]:
        g = self.game
        kinds, messages = range(len(g.types)), range(len(g.messages))
        for sent in product(messages, repeat=len(g.types)):
            unsent = [m for m in messages if m not in sent]
            for reply in product((0, 1), repeat=len(g.messages)):
                needs = [
                    (
                        g.worth(t, sent[t], reply[sent[t]]) - g.worth(t, m, reply[m]),
                        ">=",
                        f"{g.types[t]} does not gain by {g.messages[m]}",
                    )
                    for t in kinds
                    for m in messages
                    if m != sent[t]
                ]
                needs += [
                    (
                        self.total(g.odds[t] * g.gain(t, m, reply[m]) for t in kinds if sent[t] == m),
                        ">=",
                        f"{g.replies[reply[m]]} is best after {g.messages[m]}",
                    )
                    for m in messages
                    if m in sent
                ]
                for sure in product(kinds, repeat=len(unsent)):
                    more: list[Need] = [
                        (g.gain(t, m, reply[m]), ">=", f"{g.replies[reply[m]]} is best against {g.types[t]}")
                        for m, t in zip(unsent, sure, strict=True)
                    ]
                    beliefs = tuple((g.messages[m], g.types[t]) for m, t in zip(unsent, sure, strict=True))
                    found = self.region(
                        [*needs, *more], {(t, sent[t]): 1 for t in kinds}, {(m, reply[m]): 1 for m in messages}, beliefs
                    )
                    if found is not None:
                        yield found

    @staticmethod
    def total(parts: Any) -> Any:
        import sympy

        return sympy.Add(*parts)

    # --- one type mixes

    def mixed(self) -> Iterator[SignalingRegion]:
        g = self.game
        messages = range(len(g.messages))
        for t, common, reveals in product((0, 1), messages, messages):
            if common == reveals:
                continue
            other = 1 - t
            unsent = [m for m in messages if m not in {common, reveals}]
            for answer in (0, 1):
                # the receiver is indifferent after the common message: odds(other)*gain + odds(t)*s*gain(t) = 0
                bottom = g.odds[t] * g.gain(t, common, 0)
                # the mixing type is indifferent: r*first + (1 - r)*second = revealed
                spread = g.worth(t, common, 0) - g.worth(t, common, 1)
                if bottom == 0 or spread == 0:
                    continue
                s = -g.odds[other] * g.gain(other, common, 0) / bottom
                r = (g.worth(t, reveals, answer) - g.worth(t, common, 1)) / spread
                held = r * g.worth(other, common, 0) + (1 - r) * g.worth(other, common, 1)
                for reply in product((0, 1), repeat=len(unsent)):
                    for sure in product((0, 1), repeat=len(unsent)):
                        yield from self._semi(t, common, reveals, answer, s, r, held, (unsent, reply, sure))

    def _semi(
        self, t: int, common: int, reveals: int, answer: int, s: Any, r: Any, held: Any, off: Any
    ) -> Iterator[SignalingRegion]:
        g = self.game
        other = 1 - t
        unsent, reply, sure = off
        who, rest = g.types[t], g.types[other]
        needs: list[Need] = [
            (s, ">", f"{who} sends {g.messages[common]} at times"),
            (1 - s, ">", f"{who} sends {g.messages[reveals]} at times"),
            (r, ">", f"{g.replies[0]} follows {g.messages[common]} at times"),
            (1 - r, ">", f"{g.replies[1]} follows {g.messages[common]} at times"),
            (g.gain(t, reveals, answer), ">=", f"{g.replies[answer]} is best after {g.messages[reveals]}"),
            (held - g.worth(other, reveals, answer), ">=", f"{rest} does not gain by {g.messages[reveals]}"),
        ]
        for m, a, kind in zip(unsent, reply, sure, strict=True):
            gains = f"does not gain by {g.messages[m]}"
            needs.append((g.gain(kind, m, a), ">=", f"{g.replies[a]} is best after {g.messages[m]}"))
            needs.append((g.worth(t, reveals, answer) - g.worth(t, m, a), ">=", f"{who} {gains}"))
            needs.append((held - g.worth(other, m, a), ">=", f"{rest} {gains}"))
        sent = {(t, common): s, (t, reveals): 1 - s, (other, common): 1}
        played = {(common, 0): r, (common, 1): 1 - r, (reveals, answer): 1}
        played |= dict.fromkeys(zip(unsent, reply, strict=True), 1)
        beliefs = tuple((g.messages[m], g.types[kind]) for m, kind in zip(unsent, sure, strict=True))
        found = self.region(needs, sent, played, beliefs, {t: g.worth(t, reveals, answer), other: held})
        if found is not None:
            yield found

    # --- the whole

    def region(
        self,
        needs: list[Need],
        sent: dict[tuple[int, int], Any],
        played: dict[tuple[int, int], Any],
        beliefs: tuple[tuple[str, str], ...],
        values: dict[int, Any] | None = None,
    ) -> SignalingRegion | None:
        from detente.solve.parametric._regions import shown
        from detente.solve.parametric.redundancy import Atom

        g = self.game
        atoms: list[Any] = []
        for expression, relation, why in needs:
            top, bottom = self.decide.ring.quotient(expression)
            signs = self.decide.signs(bottom) - {0}
            form = top if signs == {1} else -top if signs == {-1} else top * bottom
            made = self.decide.simplified(Atom(form, relation, why))
            if made is None:
                return None
            atoms += made
        verdict = self.decide.verdict(tuple(atoms))
        if verdict.status == "never":
            return None
        kinds = range(len(g.types))
        if values is None:
            values = {t: g.worth(t, m, a) for (t, m) in sent for (n, a) in played if n == m}
        receives = self.total(
            g.odds[t] * weight * share * g.payoffs[g.receiver, t, m, a]
            for (t, m), weight in sent.items()
            for (n, a), share in played.items()
            if n == m
        )
        payoffs = {
            g.tree.players[g.sender]: self.total(g.odds[t] * values[t] for t in kinds),
            g.tree.players[g.receiver]: receives,
        }
        weights = {
            g.sets[0][t]: {message: sent.get((t, m), 0) for m, message in enumerate(g.messages)} for t in kinds
        }
        answers = {
            g.sets[1][m]: {reply: played.get((m, a), 0) for a, reply in enumerate(g.replies)}
            for m in range(len(g.messages))
        }
        profile = {g.tree.players[g.sender]: weights, g.tree.players[g.receiver]: answers}
        unsent = [m for m in range(len(g.messages)) if all(n != m for _, n in sent)]
        return SignalingRegion(
            g.tree.formulas,
            {player: profile[player] for player in g.tree.players if player in profile},
            payoffs,
            tuple(Comparison(expression, relation, why) for expression, relation, why in needs),
            verdict.status,
            shown(self.decide, verdict.atoms),
            self.point,
            self._label(sent, played, beliefs),
            (),
            self.decide.box,
            verdict.holds_at,
            verdict.fails_at,
            self._kind(sent),
            beliefs,
            tuple(test for m in unsent for test in removals(g, m, values)),
        )

    def _kind(self, sent: dict[tuple[int, int], Any]) -> str:
        if len(sent) > len(self.game.types):
            return "semi-separating"
        used = {m for _, m in sent}
        return "pooling" if len(used) == 1 else "separating" if len(used) == len(sent) else "partly pooling"

    def _label(
        self, sent: dict[tuple[int, int], Any], played: dict[tuple[int, int], Any], beliefs: tuple[tuple[str, str], ...]
    ) -> str:
        g = self.game
        own = [
            f"{kind} {'+'.join(g.messages[m] for m in range(len(g.messages)) if (t, m) in sent)}"
            for t, kind in enumerate(g.types)
        ]
        back = [
            f"{message} {'+'.join(g.replies[a] for a in (0, 1) if (m, a) in played)}"
            for m, message in enumerate(g.messages)
        ]
        tail = "".join(f" (sure of {kind} after {message})" for message, kind in beliefs)
        return f"{', '.join(own)}; {', '.join(back)}{tail}"
