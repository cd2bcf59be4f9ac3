"""Reading ``games/NAME.toml`` into a :class:`~detente.games.definition.GameDefinition`.

What a file says is compared here with itself: labels, profiles, conclusions and questions with the players,
strategies and points of the same file. Whether the names in it exist in other files is for the study to say.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from detente.errors import Fault
from detente.fields import Wrong, check_name, unknown
from detente.games.definition import Box, Conclusion, Content, GameDefinition, Point, Variant
from detente.games.file_tables import AnyForm, AnyVariant, BoxTable, GameFile, VariantTable
from detente.games.question_reader import Fitting, QuestionReader, read_question_tables
from detente.schema import Table, validate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from detente.errors import Place
    from detente.formula import Node
    from detente.toml import KeyPath, TomlFile

__all__ = ["FormKeys", "GameReader", "read_game"]

#: Stands for all players under ``strategies``, as it does under ``terms``.
EVERYBODY = "each"


class FormKeys(Protocol):
    """What the reader asks of a form; :class:`detente.study.form.Form` describes it."""

    @property
    def file(self) -> type[GameFile] | None:
        """What a game file of this form may hold."""

    @property
    def variant(self) -> type[VariantTable] | None:
        """What a variant of this form may hold."""

    @property
    def tables(self) -> Mapping[str, type[Table]]:
        """Keys whose values are tables by name, each with the model of one of them."""

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return what the form makes of its own keys."""

    def item_fault(self, reader: GameReader, content: Content, node: Node) -> Wrong | None:
        """Return what is wrong with ``payoff[..][..]`` in a conclusion."""

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Return whether the conclusions of the game make sense in a variant of this form."""


def read_game(
    file: TomlFile,
    name: str,
    faults: list[Fault],
    forms: Mapping[str, FormKeys],
    analyses: Collection[str] | Mapping[str, Fitting] | None = None,
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
) -> GameDefinition | None:
    """Return the game in ``file``, or ``None`` where its top cannot be read; faults go to ``faults``.

    Parameters
    ----------
    file : TomlFile
        A file of ``games/``.
    name : str
        The name of the game.
    faults : list of Fault
        What is wrong is added here.
    forms : mapping
        The forms that there are, by name.
    analyses : collection of str, optional
        What a question may ask; without it, any name. A mapping says which forms each analysis fits.
    groups : mapping, optional
        Payoff model to its groups of players: a group, or ``each``, to the players in it.
    """
    reader = GameReader(file, faults, groups or {})
    before = len(faults)
    boxes = reader.tables(("box",), BoxTable)
    question_tables = read_question_tables(file, faults)
    variant_tables = reader.variant_tables(forms)
    form = reader.form((), forms, "file")
    reader.parts((), form)
    top = validate(file, AnyForm if form is None or form.file is None else form.file, faults)
    if top is None or form is None:
        return None
    for section in ("points", "variants"):
        reader.names(section, getattr(top, section))
    content = form.read(reader, (), top, None)
    conclusions = reader.conclusions((), top.conclusions, form, content)
    game = GameDefinition(
        name=name,
        label=top.label or {"en": name},
        description=top.description or "",
        form=top.form,
        payoffs=top.payoffs,
        content=content,
        labels=top.labels,
        units=tuple(top.units or ()),
        points=reader.points((), top.points),
        box={key: reader.box(("box", key), table) for key, table in boxes.items()},
        variants={},
        conclusions=conclusions,
        questions=(),
        place=file.key_place(()),
        file=file,
    )
    variants = {
        key: reader.variant(key, own, table, boxed, game) for key, (own, table, boxed) in variant_tables.items()
    }
    reader.labels(top, (content, *(each.content for each in variants.values())))
    # a list of variants may have the game itself among them, under its own name
    fitting: dict[str | None, str] = {None: top.form, name: top.form}
    fitting.update((key, each.form) for key, each in variants.items())
    questions = QuestionReader(reader, analyses, fitting).read(question_tables)
    return replace(game, variants=variants, questions=questions, complete=len(faults) == before)


class GameReader:
    """Checks of the parts of a game file against one another.

    Forms get it to read their own keys: :meth:`fail`, :meth:`wrong` and :meth:`among` add faults with their place.
    """

    def __init__(
        self, file: TomlFile, faults: list[Fault], groups: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None
    ) -> None:
        self.file, self.faults, self.groups = file, faults, groups or {}
        self.read: dict[tuple[KeyPath, str], dict[str, Any]] = {}

    def fail(self, path: KeyPath, found: str, expected: str = "", do: str = "", key: bool = True) -> None:
        """Add a fault at a key, or at its value where ``key`` is False."""
        place = self.file.key_place(path) if key else self.file.place(path)
        self.faults.append(Fault(place, found, expected, do))

    def wrong(self, path: KeyPath, wrong: Wrong, key: bool = True) -> None:
        """Add what is wrong with a key, or with its value, as a fault."""
        self.fail(path, wrong.found, wrong.expected, wrong.do, key)

    def form(self, path: KeyPath, forms: Mapping[str, FormKeys], key: str) -> FormKeys | None:
        """Return the form that a table names, or ``None`` after a fault; ``key`` says where it has to fit."""
        table = self.file.at(path)
        given = table.get("form") if isinstance(table, dict) else None
        if isinstance(given, str) and given in forms and getattr(forms[given], key) is not None:
            return forms[given]
        if given is not None:
            fitting = [name for name, form in forms.items() if getattr(form, key) is not None]
            self.wrong((*path, "form"), unknown("form", given, fitting), key=False)
        elif isinstance(table, dict):
            fields = [getattr(form, key).model_fields for form in forms.values() if getattr(form, key) is not None]
            known = list(dict.fromkeys(name for each in fields for name in each))
            for name in table:
                if name not in known:
                    self.wrong((*path, name), unknown("key", name, known))
        return None

    def tables(self, path: KeyPath, model: type[Any]) -> dict[str, Any]:
        """Return the sound tables of one kind that stand under ``path``, by name."""
        above = self.file.at(path[:-1])
        given = above.get(path[-1]) if isinstance(above, dict) else None
        if not isinstance(given, dict):
            return {}
        found = {name: validate(self.file, model, self.faults, (*path, name)) for name in given}
        return {name: table for name, table in found.items() if table is not None}

    def parts(self, path: KeyPath, form: FormKeys | None) -> None:
        """Read the tables by name that a form has under ``path``, so that their faults are told with all others."""
        for section, model in form.tables.items() if form is not None else ():
            self.read[path, section] = self.tables((*path, section), model)

    def part(self, path: KeyPath, section: str) -> dict[str, Any]:
        """Return the sound tables by name of one of :attr:`FormKeys.tables`."""
        return self.read[path, section]

    def variant_tables(self, forms: Mapping[str, FormKeys]) -> dict[str, tuple[FormKeys, Any, dict[str, Any]]]:
        """Return the sound variants: their form, their table, their intervals."""
        given = self.file.data.get("variants")
        found = {}
        for name in given if isinstance(given, dict) else ():
            path: KeyPath = ("variants", name)
            form = self.form(path, forms, "variant")
            if form is None and isinstance(own := self.file.at(path), dict) and "form" in own:
                continue
            model = AnyVariant if form is None else form.variant
            assert model is not None
            self.parts(path, form)
            table = validate(self.file, model, self.faults, path)
            boxes = self.tables((*path, "box"), BoxTable)
            if table is not None and form is not None:
                found[name] = (form, table, boxes)
        return found

    def names(self, section: str, given: Iterable[str]) -> None:
        """Add a fault for every key of a table that is no name."""
        for name in given:
            try:
                check_name(name)
            except Wrong as wrong:
                if name != "baseline":
                    self.wrong((section, name), wrong)

    def labels(self, top: GameFile, contents: Iterable[Content]) -> None:
        """Add a fault for every label of something that does not exist."""
        known: dict[str, Place] = {}
        for content in contents:
            for name, places in content.choices.items():
                known.setdefault(name, self.file.key_place(("strategies", name)))
                known.update({each: place for each, place in places.items() if each not in known})
            for name, own in content.strategies.items():
                known.setdefault(name, self.file.key_place(()))
                known.update({each: known[name] for each in own if each not in known})
        for path in ((), *(("variants", each) for each in self.keys("variants"))):
            for section in ("conclusions", "points", "strengths"):
                known.update(self.keys(section, path))
        known.update(self.keys("variants"))
        for name in top.labels:
            if name not in known:
                self.wrong(("labels", name), unknown("name", name, known, tuple(top.labels)))

    def keys(self, section: str, path: KeyPath = ()) -> dict[str, Place]:
        """Return the names defined in a table, each with its place."""
        table = self.file.at(path).get(section)
        return {name: self.file.key_place((*path, section, name)) for name in table} if isinstance(table, dict) else {}

    def strategies(
        self, path: KeyPath, given: Mapping[str, Iterable[str]], payoffs: str | None = None
    ) -> dict[str, dict[str, Place]]:
        """Return the choices of each player of a table ``strategies`` with their places; bad names are faults.

        A group of players of the payoff model, or ``each``, stands for all players in it that have no choices of their
        own; players then come in the order of the payoff model.
        """
        groups = self.groups.get(payoffs or "", {})
        found: dict[str, dict[str, Place]] = {}
        shared: dict[str, dict[str, Place]] = {}
        for player, own in given.items():
            places = {each: self.file.place((*path, "strategies", player, i)) for i, each in enumerate(own)}
            if player == EVERYBODY or player in groups:
                shared[player] = places
                continue
            try:
                check_name(player)
            except Wrong as wrong:
                self.wrong((*path, "strategies", player), wrong)
            found[player] = places
        if not shared:
            return found
        order = groups.get(EVERYBODY, ())
        for key in sorted(shared, key=lambda each: each == EVERYBODY):  # the smaller group before all
            for player in groups.get(key, ()):
                found.setdefault(player, shared[key])
        rest = [player for player in found if player not in order]
        return {player: found[player] for player in (*order, *rest) if player in found}

    def points(self, path: KeyPath, given: Mapping[str, Mapping[str, Any]]) -> dict[str, Point]:
        """Return the named points of the game or of a variant."""
        if "baseline" in given:
            self.fail(
                (*path, "points", "baseline"),
                "found a point 'baseline'",
                "it always exists: every parameter at its value",
            )
        place = self.file.key_place
        return {
            key: Point(
                key,
                values,
                place((*path, "points", key)),
                {each: self.file.place((*path, "points", key, each)) for each in values},
            )
            for key, values in given.items()
        }

    def conclusions(
        self, path: KeyPath, given: Mapping[str, Any], form: FormKeys, content: Content
    ) -> dict[str, Conclusion]:
        """Return the named formulas of the game or of a variant; items that do not exist are faults."""
        found = {}
        for name, parsed in given.items():
            at: KeyPath = (*path, "conclusions", name)
            found[name] = conclusion = Conclusion(name, parsed, self.file.key_place(at), at, self.file)
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,59}", name, re.ASCII):
                self.fail(at, f"found the name {name[:60]!r}", "expected ASCII letters, digits and '_'")
            for node in parsed.items:
                wrong = form.item_fault(self, content, node)
                if wrong is not None:
                    self.faults.append(Fault(conclusion.inside(node.column), wrong.found, wrong.expected, wrong.do))
        return found

    def payoff_fault(self, content: Content, node: Node) -> Wrong | None:
        """Return what is wrong with an item such as ``payoff[us][confront, cooperate]``, if anything."""
        players = tuple(content.strategies)
        if node.value != "payoff":
            return unknown("table", node.value, ("payoff",))
        if len(node.keys) != 2 or len(node.keys[0]) != 1:
            return Wrong(
                "found payoff[...] of another shape",
                "expected payoff[PLAYER][STRATEGY, ...] with one strategy a player",
            )
        (player,), profile = node.keys
        if player not in players:
            return unknown("player", player, self.keys("strategies") or players)
        if len(profile) != len(players):
            return Wrong(
                f"found {len(profile)} strategies", f"expected {len(players)}, in the order {', '.join(players)}"
            )
        for each, strategy in zip(players, profile, strict=True):
            if strategy not in content.strategies[each]:
                return unknown(f"strategy of {each}", strategy, content.choices.get(each, content.strategies[each]))
        return None

    def profile(self, path: KeyPath, given: Mapping[str, str] | None, content: Content) -> None:
        """Add the faults of a table that maps every player to a strategy."""
        if given is None:
            return
        for player, strategy in given.items():
            if player not in content.strategies:
                self.wrong((*path, player), unknown("player", player, self.keys("strategies")))
            elif strategy not in content.strategies[player]:
                known = content.choices.get(player, content.strategies[player])
                self.wrong((*path, player), unknown(f"strategy of {player}", strategy, known), key=False)
        missing = [player for player in content.strategies if player not in given]
        if missing:
            self.fail(
                path, f"found a profile without {', '.join(missing)}", "expected a strategy for every player", key=False
            )

    def variant(self, name: str, form: FormKeys, table: Any, boxes: Mapping[str, Any], game: GameDefinition) -> Variant:
        """Return a variant of the game."""
        path: KeyPath = ("variants", name)
        content = form.read(self, path, table, game)
        conclusions: dict[str, Conclusion] | None = None
        if table.conclusions is not None or not form.inherits(content, game):
            conclusions = self.conclusions(path, table.conclusions or {}, form, content)
        return Variant(
            name,
            table.form,
            content,
            table.payoffs,
            self.points(path, table.points),
            {key: self.box((*path, "box", key), each) for key, each in boxes.items()},
            conclusions,
            table.label,
            table.description,
            self.file.key_place(path),
        )

    def box(self, path: KeyPath, table: BoxTable) -> Box:
        """Return the interval of a parameter of the game or of a variant."""
        low, high, value = table.low, table.high, table.value
        if low > high:
            self.fail((*path, "low"), f"found low = {low} above high = {high}", "expected low <= high", key=False)
        elif value is not None and not low <= value <= high:
            self.fail(
                (*path, "value"),
                f"found value = {value} outside [{low}, {high}]",
                "expected low <= value <= high",
                key=False,
            )
        places = {key: self.file.place((*path, key)) for key in ("low", "high", "value", "reason")}
        return Box(str(path[-1]), low, high, value, table.reason, self.file.key_place(path), places)

    def among(self, path: KeyPath, key: str, what: str, given: Iterable[str], known: Collection[str] | None) -> None:
        """Add a fault for every name under ``key`` that is not among ``known``."""
        listed = self.file.at((*path, key)) if key in self.file.at(path) else None
        for name in given:
            if known is not None and name not in known:
                inner = (*path, key, listed.index(name)) if isinstance(listed, list) else (*path, key)
                self.wrong(inner, unknown(what, name, known), key=False)
