"""Reading the order of play of a tree from the keys of a game file or of a variant, with every fault in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from detente.fields import Expression, Line, Name, Names, Wrong, check_name, distinct, kind_of, unknown, within
from detente.games.definition import Located
from detente.payoffs.terms import When
from detente.schema import Table
from detente.study.forms._moves import MAX_PATHS, Play, PlayPoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.errors import Place
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.toml import KeyPath

__all__ = ["MoveTable", "Order", "PlayReader"]


class MoveTable(Table):
    """A ``[moves.NAME]``: a decision point, or a chance move."""

    owner: Name | None = None
    actions: Names | None = None
    chance: dict[str, Expression] | None = None
    after: When | None = None
    only: dict[str, When] = Field(default_factory=dict)
    unseen: Annotated[list[Line], AfterValidator(distinct)] | None = None


def _order(value: object) -> list[list[str]]:
    if not isinstance(value, list):
        raise Wrong(kind_of(value), 'expected players in the order of play, such as ["us", ["china", "korea"]]')
    found: list[list[str]] = []
    for index, each in enumerate(value):
        inner: list[Any] = each if isinstance(each, list) else [each]
        path = (index,) if isinstance(each, list) else ()
        for place, name in enumerate(inner):
            within((index, place) if path else (index,), check_name, name)
        found.append(within(path, distinct, inner))
    flat = [name for group in found for name in group]
    distinct(flat)
    return found


#: Players in the order of play; those in an inner list move at once.
Order = Annotated[list[list[str]], PlainValidator(_order), WithJsonSchema({"type": "array"})]


class PlayReader:
    """The points of one tree, read from tables; inherited ones come from the game of which it is a variant."""

    def __init__(self, reader: GameReader, path: KeyPath, game: GameDefinition | None) -> None:
        self.reader, self.path, self.game = reader, path, game
        inherited: tuple[PlayPoint, ...] = ()
        self.choices: dict[str, dict[str, Place]] = {}
        self.formulas: list[Located] = []
        if game is not None and game.form == "extensive":
            inherited = game.data.play.points
            self.choices = {name: dict(own) for name, own in game.content.choices.items()}
            self.formulas = list(game.content.formulas)
        self.points: dict[str, PlayPoint] = {point.name: point for point in inherited}
        self.own: dict[str, KeyPath] = {}
        self.sound = True

    # --- tables

    def types(self, given: Mapping[str, Mapping[str, Any]]) -> None:
        """Read ``[types.PLAYER]``: what chance draws for a player before the first move, seen by that player alone."""
        drawn = {}
        for player, odds in given.items():
            at: KeyPath = (*self.path, "types", player)
            for name in odds:
                self._checked((*at, name), name)
            if not odds:
                self._fail(at, "found no types", "expected types with their probabilities")
                continue
            name = f"type.{player}"
            drawn[name] = PlayPoint(name, None, tuple(odds), chance=odds)
            self._drawn(name, at, odds)
        self.points = {**drawn, **{name: point for name, point in self.points.items() if name not in drawn}}

    def moves(self, given: Mapping[str, MoveTable]) -> None:
        """Read ``[moves.NAME]``; those of the game that a variant does not state stay as they are."""
        # a table with a fault of its own is missing: what rests on it is not told again
        written = self.reader.keys("moves", self.path)
        self.sound = self.sound and set(written) == set(given)
        for name, table in given.items():
            at: KeyPath = (*self.path, "moves", name)
            self._checked(at, name)
            if (table.actions is None) == (table.chance is None):
                found = "neither actions nor chance" if table.actions is None else "actions and chance"
                self._fail(at, f"found {found}", "expected one of the two")
                continue
            if table.chance is not None:
                self._chance(name, at, table.chance, table)
                continue
            assert table.actions is not None
            place = self.reader.file.place
            self.choices[name] = {each: place((*at, "actions", i)) for i, each in enumerate(table.actions)}
            self.own[name] = at
            self.points[name] = PlayPoint(
                name,
                table.owner or name,
                tuple(table.actions),
                _alternatives(table.after),
                {action: _alternatives(each) for action, each in table.only.items()},
                frozenset(table.unseen or ()),
            )

    def _chance(self, name: str, at: KeyPath, odds: Mapping[str, Any], table: MoveTable) -> None:
        for key in ("owner", "unseen", "only"):
            if getattr(table, key):
                self._fail((*at, key), f"found {key!r} with chance", "expected it with actions only")
        if not odds:
            self._fail((*at, "chance"), "found no probabilities", "expected choices with their probabilities")
            return
        for choice in odds:
            self._checked((*at, "chance", choice), choice)
        self.points[name] = PlayPoint(name, None, tuple(odds), _alternatives(table.after), chance=odds)
        self.own[name] = at
        self._drawn(name, (*at, "chance"), odds)

    def _drawn(self, name: str, at: KeyPath, odds: Mapping[str, Any]) -> None:
        file = self.reader.file
        self.formulas = [each for each in self.formulas if each.path[:-1] != self._before(name)]
        self.formulas += [Located(odds[each], (*at, each), file) for each in odds]
        self.choices[name] = {each: file.key_place((*at, each)) for each in odds}
        self.own.setdefault(name, at)

    def _before(self, name: str) -> KeyPath:
        """Return where the game has the probabilities that a variant states anew."""
        kind, dot, player = name.partition(".")
        return ("types", player) if dot else ("moves", kind, "chance")

    def order(self, groups: Iterable[Iterable[str]], strategies: Mapping[str, tuple[str, ...]]) -> None:
        """Make each player of a normal form move once, in this order, those of one group at once."""
        assert self.game is not None
        at: KeyPath = (*self.path, "order")
        for group in groups:
            before: list[str] = []
            for player in group:
                if player not in strategies:
                    self._wrong(at, unknown("player", player, self.reader.keys("strategies")), key=False)
                    continue
                self.points[player] = PlayPoint(player, player, strategies[player], unseen=frozenset(before))
                before.append(player)
        self.choices = {name: dict(own) for name, own in self.game.content.choices.items()}
        missing = [player for player in strategies if player not in self.points]
        if missing:
            self._fail(at, f"found an order without {', '.join(missing)}", "expected every player", key=False)

    # --- the whole

    def finished(self, given: Iterable[str] | None) -> tuple[Play, tuple[str, ...]]:
        """Return the order of play and the players, after all checks of points against one another."""
        if not self.sound:
            return Play(()), tuple(given or ())
        movers = dict.fromkeys(point.owner for point in self.points.values() if point.owner is not None)
        players = tuple(given) if given is not None else tuple(movers)
        known = {player: self.reader.file.key_place(self.own.get(player, self.path)) for player in players}
        for name, point in self.points.items():
            _, dot, player = name.partition(".")
            if dot and player not in players:
                self._wrong((*self.path, "types", player), unknown("player", player, known))
            if point.owner is not None and given is not None and point.owner not in players:
                at = self.own[name]
                has_owner = "owner" in self.reader.file.at(at)
                self._wrong((*at, "owner") if has_owner else at, unknown("player", point.owner, known), not has_owner)
        if not movers:
            self._fail(self.path, "found no decision points", "expected [moves.NAME] with actions")
        self._names()
        points = tuple(self._hiding_types(point) for point in self.points.values())
        play = Play(points)
        if self.sound:
            self._walk(play)
        return play, players

    def _hiding_types(self, point: PlayPoint) -> PlayPoint:
        """Return a point whose owner does not see the types of others."""
        if point.owner is None:
            return point
        hidden = {each for each in self.points if "." in each and each != f"type.{point.owner}"}
        return PlayPoint(
            point.name, point.owner, point.actions, point.after, point.only, point.unseen | hidden, point.chance
        )

    def _names(self) -> None:
        """Add the faults of names of earlier points, and of choices there, in the tables of this file."""
        earlier: dict[str, PlayPoint] = {}
        for name, point in self.points.items():
            at = self.own.get(name)
            if at is not None and point.chance is not None and at[-2] == "moves":
                self._when((*at, "after"), point.after, earlier)
                for action, when in point.only.items():
                    if action not in point.actions:
                        self._wrong((*at, "only", action), unknown("action", action, self.choices[name]))
                    self._when((*at, "only", action), when, earlier)
                listed = self.reader.file.at(at).get("unseen", [])
                for index, each in enumerate(listed):
                    if each not in earlier:
                        known = {other: self._place(other) for other in earlier}
                        self._wrong((*at, "unseen", index), unknown("earlier point", each, known), key=False)
                    elif earlier[each].owner == point.owner:
                        self._fail((*at, "unseen", index), f"found the own move {each!r}", "a player remembers it", key=False)
                for other in earlier.values():
                    forgotten = [each for each in point.unseen - other.unseen if each in self._before_point(other)]
                    if other.owner == point.owner and forgotten and "unseen" in self.reader.file.at(at):
                        found = f"found {forgotten[0]!r} unseen, which {point.owner} has seen at {other.name!r}"
                        self._fail((*at, "unseen"), found, "players do not forget", key=False)
            earlier[name] = point

    def _before_point(self, point: PlayPoint) -> list[str]:
        names = list(self.points)
        return names[: names.index(point.name)]

    def _place(self, name: str) -> Place:
        return next(iter(self.choices[name].values()))

    def _when(self, at: KeyPath, when: Any, earlier: Mapping[str, PlayPoint]) -> None:
        if not when:
            return
        listed = isinstance(self.reader.file.at(at), list)
        for index, each in enumerate(when):
            inner: KeyPath = (*at, index) if listed else at
            for name, allowed in each.items():
                if name not in earlier:
                    known = {other: self._place(other) for other in earlier}
                    self._wrong((*inner, name), unknown("earlier point", name, known))
                    continue
                for place, choice in enumerate(allowed):
                    if choice not in earlier[name].actions:
                        wrong = unknown(f"choice at {name}", choice, self.choices[name])
                        self._wrong((*inner, name, place), wrong, key=False)

    def _walk(self, play: Play) -> None:
        """Add the faults that show when play is followed: too many paths, no choice, points never met."""
        met: set[str] = set()
        sets: dict[tuple[str, Any], tuple[tuple[str, ...], dict[str, str]]] = {}
        stack: list[tuple[dict[str, str], int]] = [({}, 0)]
        ends = 0
        while stack:
            path, start = stack.pop()
            position = play.next(path, start)
            if position == len(play.points):
                ends += 1
                if ends > MAX_PATHS:
                    self._fail(self.path, f"found more than {MAX_PATHS:,} paths", "expected a smaller game")
                    return
                continue
            point = play.points[position]
            choices = point.choices(path)
            where = f" after {', '.join(path.values())}" if path else ""
            if not choices:
                self._fail(self.own.get(point.name, self.path), f"found no action{where}", "expected at least one")
                return
            first = sets.setdefault((point.name, play.seen(point, path)), (choices, path))
            if first[0] != choices and point.owner is not None:
                found = f"found the actions {', '.join(choices)}{where} and {', '.join(first[0])} after {', '.join(first[1].values())}"
                expected = f"expected the same where {point.owner} does not know which it is"
                self._fail(self.own.get(point.name, self.path), found, expected)
                return
            met.add(point.name)
            stack.extend(({**path, point.name: choice}, position + 1) for choice in choices)
        for point in play.points:
            if point.name not in met:
                self._fail(self.own.get(point.name, self.path), f"found the point {point.name!r}, which no path meets")

    # --- faults

    def _checked(self, at: KeyPath, name: str) -> None:
        try:
            check_name(name)
        except Wrong as wrong:
            self._wrong(at, wrong)

    def _fail(self, at: KeyPath, found: str, expected: str = "", *, key: bool = True) -> None:
        self.sound = False
        self.reader.fail(at, found, expected, key=key)

    def _wrong(self, at: KeyPath, wrong: Wrong, key: bool = True) -> None:
        self.sound = False
        self.reader.wrong(at, wrong, key=key)


def _alternatives(when: Any) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    return tuple({name: tuple(allowed) for name, allowed in each.items()} for each in when or ())
