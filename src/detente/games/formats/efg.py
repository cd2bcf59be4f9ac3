"""Gambit ``.efg``: trees, with outcomes at any node and information sets by number."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, InputError, UsageError
from detente.games.extensive import MAX_NODES, GameTree, Move, Outcome
from detente.games.formats import GameFile
from detente.games.formats.tokens import MAX_COMMENT, Reader, number_text, quoted, unique

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.formats.tokens import Token
    from detente.games.normal import NormalFormGame, Profile

__all__ = ["format_efg", "parse_efg", "simultaneous"]


def parse_efg(text: str, file: str = "<text>") -> GameFile:
    """Return the game in a Gambit extensive-form file.

    Sets and actions without a name get numbers. Outcomes at inner nodes are kept there; they add up along a
    path.

    Raises
    ------
    InputError
        With line and column.

    References
    ----------
    The Gambit project, "Game representation formats": the extensive game (.efg) file format.

    Examples
    --------
    >>> text = 'EFG 2 R "" { "a" } p "" 1 1 "" { "x" "y" } 0 t "" 1 "" { 1 } t "" 2 "" { 0.5 }'
    >>> print(parse_efg(text).game)
    a [1]
      x -> (1)
      y -> (1/2)
    """
    return _Parser(Reader(text, file)).parse()


@dataclass
class _Open:
    """A node whose sub-trees are being read."""

    token: Token
    kind: str
    player: int | None
    information_set: str | None
    actions: list[str]
    odds: list[Fraction]
    outcome: Outcome | None
    name: str
    below: list[Move] = field(default_factory=list)

    def move(self) -> Move:
        odds: list[Any] = list(self.odds) or [None] * len(self.actions)
        branches = tuple(zip(self.actions, odds, self.below, strict=True))
        return Move(self.kind, self.player, self.information_set, branches, self.outcome, "", self.name)


class _Parser:
    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.players: list[str] = []
        self.outcomes: dict[int, Outcome] = {}
        self.chance: dict[int, tuple[list[str], list[Fraction]]] = {}
        self.sets: dict[tuple[int, int], tuple[str, list[str]]] = {}
        self.taken: set[tuple[int, str]] = set()

    def parse(self) -> GameFile:
        reader = self.reader
        reader.word("EFG", "efg")
        reader.word("2")
        reader.word("R", "D")
        title = reader.label("the title", MAX_COMMENT)
        opening = reader.peek()
        names = reader.names("the names of the players")
        if not names:
            reader.fail(opening, "found no players", "expected at least one name")
        self.players = unique(names, "player")
        comment = reader.label("a comment", MAX_COMMENT) if reader.peek().kind == "text" else ""
        first = reader.peek()
        root = self._tree()
        reader.finish("the last node")
        try:
            return GameFile(GameTree(self.players, root, title), title, comment, "efg")
        except UsageError as error:
            found = str(error) if len(str(error)) <= 300 else str(error)[:297] + "..."
            raise InputError(Fault(reader.place(first), f"no game: {found}")) from None

    def _tree(self) -> Move:
        """Read nodes, each before what follows it, and put the tree together from its ends."""
        stack: list[_Open] = []
        count = 0
        while True:
            token = self.reader.take()
            if token.kind == "end":
                where = (
                    f"expected what follows the action {stack[-1].actions[len(stack[-1].below)]!r}"
                    if stack
                    else "expected a node"
                )
                self.reader.fail(
                    token,
                    f"found the end of the file behind {count:,} nodes",
                    where,
                    "check whether it is cut off",
                )
            if token.kind != "word" or token.value not in {"c", "p", "t"}:
                self.reader.fail(
                    token, f"found {token.shown}", "expected a node: c (chance), p (a player) or t (an end)"
                )
            count += 1
            if count > MAX_NODES:
                self.reader.fail(token, f"found more than {MAX_NODES:,} nodes", "expected a smaller tree")
            node = self._node(token)
            if node.kind != "terminal":
                stack.append(node)
                continue
            move = node.move()
            while stack:
                stack[-1].below.append(move)
                if len(stack[-1].below) < len(stack[-1].actions):
                    break
                move = stack.pop().move()
            else:
                return move

    def _node(self, token: Token) -> _Open:
        reader = self.reader
        name = reader.label("the name of a node")
        if token.value == "t":
            return _Open(token, "terminal", None, None, [], [], self._outcome(), name)
        if token.value == "c":
            number = reader.integer("the number of a chance set", 1, 10**9)
            label = reader.label("the name of a chance set") if reader.peek().kind == "text" else ""
            if reader.peek().kind == "{":
                self._chance_set(number)
            elif number not in self.chance:
                reader.fail(
                    reader.peek(),
                    f"found {reader.peek().shown}",
                    "expected { and the chance actions, new here",
                )
            actions, odds = self.chance[number]
            return _Open(token, "chance", None, None, actions, odds, self._outcome(), name or label)
        player = reader.integer("the number of a player", 1, len(self.players)) - 1
        number = reader.integer("the number of an information set", 1, 10**9)
        label = reader.label("the name of an information set") if reader.peek().kind == "text" else ""
        if reader.peek().kind == "{":
            self._player_set(player, number, label)
        elif (player, number) not in self.sets:
            reader.fail(reader.peek(), f"found {reader.peek().shown}", "expected { and the actions, new here")
        own, actions = self.sets[player, number]
        return _Open(token, "decision", player, own, actions, [], self._outcome(), name)

    def _player_set(self, player: int, number: int, label: str) -> None:
        opening = self.reader.peek()
        actions = unique(self.reader.names("the names of actions"), "action")
        if not actions:
            self.reader.fail(opening, "found no actions", "expected at least one")
        if (player, number) in self.sets:
            _, before = self.sets[player, number]
            if before != actions:
                self.reader.fail(
                    opening,
                    f"found the actions {_listed(actions)} at set {number} of {self.players[player]}",
                    f"expected {_listed(before)}, as where the set first stands",
                )
            return
        base = label or str(number)
        shown, again = base, 2
        while (player, shown) in self.taken:
            shown, again = f"{base}#{again}", again + 1
        self.taken.add((player, shown))
        self.sets[player, number] = (shown, actions)

    def _chance_set(self, number: int) -> None:
        reader = self.reader
        opening = reader.take()
        actions: list[str] = []
        odds: list[Fraction] = []
        while reader.peek().kind != "}":
            actions.append(reader.label("the name of a chance action"))
            token = reader.peek()
            odds.append(reader.number("a probability"))
            if not 0 <= odds[-1] <= 1:
                reader.fail(token, f"found the probability {token.shown}", "expected a number from 0 to 1")
            while reader.peek().kind == ",":
                reader.take()
        reader.take()
        if not actions:
            reader.fail(opening, "found no chance actions", "expected at least one")
        if sum(odds) != 1:
            total = str(sum(odds))
            shown = total if len(total) <= 40 else f"about {float(sum(odds)):.12g}"
            reader.fail(
                opening,
                f"found chance probabilities that add up to {shown}",
                "expected exactly 1",
                "write fractions such as 1/3",
            )
        actions = unique(actions, "action")
        if number in self.chance and self.chance[number] != (actions, odds):
            reader.fail(
                opening,
                f"found other actions or odds of the chance set {number}",
                "expected those of its first node",
            )
        self.chance[number] = (actions, odds)

    def _outcome(self) -> Outcome | None:
        reader = self.reader
        token = reader.peek()
        number = reader.integer("the number of an outcome", 0, 10**9)
        name = reader.label("the name of an outcome") if reader.peek().kind == "text" else ""
        if reader.peek().kind == "{":
            payoffs = tuple(reader.numbers(len(self.players), "payoffs, one per player"))
            given = Outcome(payoffs, name)
            if number == 0:
                if any(payoffs):
                    reader.fail(
                        token, "found payoffs of the outcome 0", "expected none: 0 stands for no outcome"
                    )
                return None
            known = self.outcomes.setdefault(number, given)
            if known.payoffs != payoffs or (name and known.name != name):
                reader.fail(
                    token,
                    f"found another name or other payoffs of the outcome {number}",
                    "expected those given before",
                )
            return known
        if number == 0:
            return None
        if number not in self.outcomes:
            reader.fail(
                token, f"found the outcome {number} without payoffs", "expected them where it first stands"
            )
        return self.outcomes[number]


def _listed(labels: list[str]) -> str:
    text = ", ".join(labels)
    return text if len(text) <= 80 else text[:77] + "..."


def format_efg(tree: GameTree, title: str = "", comment: str = "") -> str:
    """Return a tree as a Gambit extensive-form file.

    Examples
    --------
    >>> from detente.games.extensive import decision, terminal
    >>> tree = GameTree(["a"], decision("a", {"x": terminal(1), "y": terminal("1/2", name="half")}))
    >>> print(format_efg(tree))
    EFG 2 R "" { "a" }
    ""
    <BLANKLINE>
    p "" 1 1 "1" { "x" "y" } 0
    t "" 1 "" { 1 }
    t "" 2 "half" { 1/2 }
    <BLANKLINE>
    """
    names = " ".join(quoted(name, "player") for name in tree.players)
    lines = [f"EFG 2 R {quoted(title, 'title')} {{ {names} }}", quoted(comment, "comment"), ""]
    outcomes: dict[Outcome, int] = {}
    numbers: dict[int, int] = {}
    counts = [0] * len(tree.players)
    chances = 0
    for node in tree.nodes:
        name = quoted(node.name, "node")
        here = node.outcome
        paid = " 0"
        if here is not None and (here.name or any(here.payoffs) or node.kind != "terminal"):
            number = outcomes.setdefault(here, len(outcomes) + 1)
            values = ", ".join(number_text(value) for value in here.payoffs)
            paid = f" {number} {quoted(here.name, 'outcome')} {{ {values} }}"
        if node.kind == "terminal":
            lines.append(f"t {name}{paid}")
        elif node.kind == "chance":
            chances += 1
            moves = " ".join(
                f"{quoted(a, 'action')} {number_text(p)}"
                for a, p in zip(node.actions, node.probabilities, strict=True)
            )
            lines.append(f'c {name} {chances} "" {{ {moves} }}{paid}')
        else:
            assert node.player is not None
            assert node.information_set is not None
            if node.information_set not in numbers:
                counts[node.player] += 1
                numbers[node.information_set] = counts[node.player]
            each = tree.information_sets[node.information_set]
            moves = " ".join(quoted(a, "action") for a in each.actions)
            lines.append(
                f"p {name} {node.player + 1} {numbers[each.index]} {quoted(each.label, 'information set')} "
                f"{{ {moves} }}{paid}"
            )
    return "\n".join([*lines, ""])


def simultaneous(game: NormalFormGame, outcomes: Mapping[Profile, str] | None = None) -> GameTree:
    """Return a table as a tree: players move in their order, and nobody sees what others chose.

    >>> from detente.games.normal import NormalFormGame
    >>> simultaneous(NormalFormGame([[[1, 0]], [[0, 1]]])).to_normal_form().shape
    (1, 2)
    """
    if prod(game.shape) * 2 > MAX_NODES:
        raise UsageError(
            f"found {prod(game.shape):,} profiles; expected at most {MAX_NODES // 2:,} for a tree"
        )
    level: dict[Profile, Move] = {}
    for profile in game.profiles():
        payoffs = tuple(game.payoffs[(i, *profile)] for i in range(len(game.players)))
        level[profile] = Move("terminal", outcome=payoffs, outcome_name=(outcomes or {}).get(profile, ""))
    for player in reversed(range(len(game.players))):
        own = game.strategies[player]
        level = {
            before: Move(
                "decision",
                player,
                "1",
                tuple((label, None, level[(*before, k)]) for k, label in enumerate(own)),
            )
            for before in product(*(range(size) for size in game.shape[:player]))
        }
    return GameTree(game.players, level[()])
