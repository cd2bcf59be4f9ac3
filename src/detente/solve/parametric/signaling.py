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

The intuitive criterion (Cho and Kreps 1987): an equilibrium fails if, after a message that is not sent, the types that
could gain from it under no best reply are left out, and then some other type gains from every reply that is best
against what is left.

References
----------
I.-K. Cho and D. M. Kreps (1987), "Signaling games and stable equilibria", Quarterly Journal of Economics 102.
D. Fudenberg and J. Tirole (1991), Game Theory, section 8.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import DetenteError, UsageError
from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.games.extensive import GameTree
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.redundancy import Decider

__all__ = ["SignalingAtlas", "SignalingGame", "SignalingRegion", "signaling"]

#: An inequality ``expression relation 0`` and why it has to hold.
Need = tuple[Any, str, str]


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

    def gain(self, t: int, m: int, a: int) -> Any:
        """Return what the receiver gains by a reply over the other one, against a type."""
        return self.payoffs[self.receiver, t, m, a] - self.payoffs[self.receiver, t, m, 1 - a]


@dataclass(frozen=True)
class SignalingRegion(Region):
    """One equilibrium of a signaling game and where it exists.

    Attributes
    ----------
    kind : str
        ``separating``, ``pooling``, ``partly pooling`` (three types and more) or ``semi-separating``.
    beliefs : tuple of (message, type)
        Of which type the receiver is sure after a message that is not sent.
    removed : tuple of tuples of Comparison
        The intuitive criterion removes the equilibrium where all of one of these hold.
    """

    kind: str = ""
    beliefs: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[Comparison, ...], ...] = ()

    def survives(self, point: Mapping[str, Fraction]) -> bool:
        """Return whether the equilibrium passes the intuitive criterion at a point with a value for every parameter."""
        return not any(all(each.holds_at(self.game, point) for each in test) for test in self.removed)


@dataclass(frozen=True)
class SignalingAtlas(Atlas):
    """The equilibria of a signaling game."""

    signals: tuple[SignalingRegion, ...] = field(default=(), repr=False)
    signaling: SignalingGame | None = field(default=None, repr=False)

    def table(self) -> Table:
        """Return the equilibria as a table: kind, who does what, exactly when."""
        from detente.solve.parametric._atlas_text import atlas_table

        found = atlas_table(self)
        rows = tuple((each.kind, *row) for each, row in zip(self.signals, found.rows, strict=True))
        return Table("equilibria of the signaling game", ("kind", *found.columns), rows, found.notes)

    def verify_at(self, numeric: GameTree, point: Mapping[str, Fraction]) -> None:
        """Put every equilibrium to the test with the payoffs of the numeric tree at a point.

        Raises
        ------
        DetenteError
            Where the condition of one says otherwise.
        """
        assert self.signaling is not None
        for region in self.signals:
            claimed = region.status == "always" or (
                region.status != "never" and all(each.holds_at(region.game, point) for each in region.unsettled)
            )
            if claimed != _is_equilibrium(self.signaling, region, numeric, point):
                where = ", ".join(f"{name} = {value}" for name, value in point.items())
                raise DetenteError(f"the condition of {region.label} disagrees with the payoffs at {where}")


def _is_equilibrium(
    g: SignalingGame, region: SignalingRegion, numeric: GameTree, point: Mapping[str, Fraction]
) -> bool:
    """Return whether a profile is a perfect Bayesian equilibrium of a numeric signaling game, with its own beliefs."""
    from fractions import Fraction

    def number(weight: Any) -> Any:
        """Return a probability, None where it is none, or where a mixture is not one."""
        if not getattr(weight, "free_symbols", None):
            return Fraction(int(weight.p), int(weight.q)) if hasattr(weight, "p") else Fraction(weight)
        try:
            found = region.game.evaluate(weight, point)
        except UsageError:
            return None
        return found if 0 < found < 1 else None

    root = numeric.nodes[0]
    names = g.tree.players[g.sender], g.tree.players[g.receiver]
    sent = [[number(w) for w in region.profile[names[0]][label].values()] for label in g.sets[0]]
    played = [[number(w) for w in region.profile[names[1]][label].values()] for label in g.sets[1]]
    if any(weight is None for row in (*sent, *played) for weight in row):
        return False
    ends: dict[tuple[int, int, int], tuple[Any, ...]] = {}
    for t, child in enumerate(root.children):
        for m, after in enumerate(numeric.nodes[child].children):
            for a, end in enumerate(numeric.nodes[after].children):
                ends[t, m, a] = numeric.payoffs(end)
    kinds, messages = range(len(g.types)), range(len(g.messages))

    def worth(t: int, m: int) -> Any:
        return sum(played[m][a] * ends[t, m, a][g.sender] for a in (0, 1))

    for t in kinds:
        best = max(worth(t, m) for m in messages)
        if any(sent[t][m] and worth(t, m) < best for m in messages):
            return False
    sure = {message: g.types.index(kind) for message, kind in region.beliefs}
    for m in messages:
        weights = [root.probabilities[t] * sent[t][m] for t in kinds]
        if not any(weights):
            weights = [int(t == sure[g.messages[m]]) for t in kinds]
        values = [sum(w * ends[t, m, a][g.receiver] for t, w in zip(kinds, weights, strict=True)) for a in (0, 1)]
        if any(played[m][a] and values[a] < values[1 - a] for a in (0, 1)):
            return False
    return True


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
        self.point = formulas.point(at)
        for name in over or ():
            if name not in formulas.parameters:
                raise UsageError(f"unknown parameter {name!r}; expected one of {', '.join(formulas.parameters)}")
        self.box = {
            name: (interval.low, interval.high) if over is None or name in over else (self.point[name],) * 2
            for name, interval in formulas.parameters.items()
        }
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
                        self.sender(t, sent[t], reply[sent[t]]) - self.sender(t, m, reply[m]),
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

    def sender(self, t: int, m: int, a: int) -> Any:
        return self.game.payoffs[self.game.sender, t, m, a]

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
                spread = self.sender(t, common, 0) - self.sender(t, common, 1)
                if bottom == 0 or spread == 0:
                    continue
                s = -g.odds[other] * g.gain(other, common, 0) / bottom
                r = (self.sender(t, reveals, answer) - self.sender(t, common, 1)) / spread
                held = r * self.sender(other, common, 0) + (1 - r) * self.sender(other, common, 1)
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
            (held - self.sender(other, reveals, answer), ">=", f"{rest} does not gain by {g.messages[reveals]}"),
        ]
        for m, a, kind in zip(unsent, reply, sure, strict=True):
            gains = f"does not gain by {g.messages[m]}"
            needs.append((g.gain(kind, m, a), ">=", f"{g.replies[a]} is best after {g.messages[m]}"))
            needs.append((self.sender(t, reveals, answer) - self.sender(t, m, a), ">=", f"{who} {gains}"))
            needs.append((held - self.sender(other, m, a), ">=", f"{rest} {gains}"))
        sent = {(t, common): s, (t, reveals): 1 - s, (other, common): 1}
        played = {(common, 0): r, (common, 1): 1 - r, (reveals, answer): 1}
        played |= dict.fromkeys(zip(unsent, reply, strict=True), 1)
        beliefs = tuple((g.messages[m], g.types[kind]) for m, kind in zip(unsent, sure, strict=True))
        found = self.region(needs, sent, played, beliefs, {t: self.sender(t, reveals, answer), other: held})
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
            values = {t: self.sender(t, m, a) for (t, m) in sent for (n, a) in played if n == m}
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
            tuple(test for m in unsent for test in self._removed(m, values)),
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

    def _removed(self, m: int, values: Mapping[int, Any]) -> Iterator[tuple[Comparison, ...]]:
        """Yield conditions under which the intuitive criterion removes an equilibrium because of an unsent message.

        For every set of types left: the others could gain from the message under no reply; and with beliefs on those
        left, some type among them gains from every reply that may be best.
        """
        g = self.game
        kinds = tuple(range(len(g.types)))
        message = g.messages[m]

        def never(a: int, against: tuple[int, ...]) -> tuple[Comparison, ...]:
            """A reply that is best against no belief on some types."""
            why = f"{g.replies[a]} is not best after {message}"
            return tuple(Comparison(-g.gain(t, m, a), ">", why) for t in against)

        def gain(t: int, a: int, turn: int, why: str) -> Comparison:
            return Comparison(turn * (self.sender(t, m, a) - values[t]), ">", why)

        for size in range(1, len(kinds)):
            for left in combinations(kinds, size):
                gone = tuple(t for t in kinds if t not in left)
                lost = [
                    (never(a, kinds), tuple(gain(t, a, -1, f"{g.types[t]} cannot gain by {message}") for t in gone))
                    for a in (0, 1)
                ]
                for gainer in left:
                    won = [
                        (never(a, left), (gain(gainer, a, 1, f"{g.types[gainer]} gains by {message}"),)) for a in (0, 1)
                    ]
                    # One of the two replies is always best: not both are never.
                    for i, j, k, n in product((0, 1), repeat=4):
                        if (i or j) and (k or n):
                            yield (*lost[0][i], *lost[1][j], *won[0][k], *won[1][n])
