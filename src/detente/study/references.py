"""Names and ids that one file of a study uses and another defines."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from detente.errors import Fault, Place, UsageError
from detente.fields import unknown
from detente.formula import COUNTS
from detente.payoffs.terms import SELF, STATE
from detente.seeds.derived import cycles, reach
from detente.study.forms import FORMS
from detente.study.usage import Scope, every_game, game_names, model_names, scope_of, used_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from detente.formula import Formula
    from detente.games.definition import GameDefinition, Question
    from detente.payoffs.terms import PayoffModel, Term
    from detente.schema import Definitions
    from detente.seeds.claims import Claim, ClaimTest, Conflict
    from detente.seeds.observations import Observation
    from detente.seeds.parameters import Parameter
    from detente.study.layout import Layout
    from detente.study.report_definition import ReportDefinition
    from detente.study.rooms import Rooms

__all__ = ["reference_faults"]

MAX_SUGGESTIONS = 100


def reference_faults(rooms: Rooms, layout: Layout | None) -> list[Fault]:
    """Return the fault of every name and id that is used and defined nowhere, and of names defined twice."""
    return _References(rooms).all(layout)


class _References:
    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.faults: list[Fault] = []
        self.used = used_names(rooms)
        self.suggestions = 0

    def all(self, layout: Layout | None) -> list[Fault]:
        self.seeds()
        for model in self.rooms.payoffs.entries.values():
            self.model(model)
        for game in every_game(self.rooms):
            self.game(game)
        for report in self.rooms.reports.entries.values():
            for index, name in enumerate(report.games):
                self.known("game", name, report.game_place(index), self.rooms.games)
            self.map(report)
        if layout is not None and layout.report is not None:
            self.known("report", layout.report, layout.report_place, self.rooms.reports)
        return self.faults

    def map(self, report: ReportDefinition) -> None:
        """Add a fault for every parameter of a report's map, and every point compared, that its games do not have."""
        games = [self.rooms.games.entries.get(name) for name in report.games]
        for index, name in enumerate(report.compare):
            for game in games:
                if game is not None and game.complete and name not in {"baseline", *game.points}:
                    known = {each: point.place for each, point in game.points.items()}
                    self.unknown("point", name, report.file.place(("compare", index)), known)
        models = [self.rooms.payoffs.entries.get(game.payoffs) if game else None for game in games]
        for index, name in enumerate(report.over):
            for model in models:
                scope = scope_of(self.rooms, model)
                if model is not None and scope.complete and name not in scope.declared:
                    self.unknown("parameter", name, report.file.place(("over", index)), scope.declared)

    def unknown(self, what: str, name: str, place: Place, declared: Mapping[str, Place]) -> None:
        """Add the fault of an unknown name, with the definition it was most likely meant for."""
        # a suggestion takes a look at every definition: not for thousands of unknown names
        self.suggestions += 1
        wrong = unknown(what, name, declared if self.suggestions <= MAX_SUGGESTIONS else {}, self.used)
        self.faults.append(Fault(place, wrong.found, wrong.expected, wrong.do))

    def known(self, what: str, name: str, place: Place, definitions: Definitions[object]) -> None:
        if definitions.complete and name not in definitions.declared:
            self.unknown(what, name, place, definitions.declared)

    def names(self, formula: Formula, scope: Scope, inside: Callable[[int], Place]) -> None:
        """Add a fault for every name of a formula that its scope does not have."""
        for name, column in formula.names.items():
            if scope.complete and name not in scope.declared:
                self.unknown("name", name, inside(column), scope.declared)

    def seeds(self) -> None:
        rooms = self.rooms
        files = {document.file: document.place for document in rooms.documents.entries.values()}
        sound = rooms.documents.complete and len(rooms.documents.entries) == len(rooms.documents.declared)
        for figure in rooms.figures.entries.values():
            if sound and figure.document not in files:
                self.unknown("document", figure.document, figure.places["document"], files)
        self.parameters(rooms.parameters, scope_of(rooms, None))
        for claim in rooms.claims.entries.values():
            for index, ref in enumerate(claim.refs):
                self.known("document", ref[:3], claim.at("refs", index), rooms.documents)
            for index, name in enumerate(claim.models):
                self.known("game", name, claim.at("models", index), rooms.games)
            self.figures(claim.figures, claim)
            for test in claim.tests:
                self.claim_test(claim, test)
        for conflict in rooms.conflicts.entries.values():
            self.figures(conflict.figures, conflict)
        for observation in rooms.observations.entries.values():
            self.known("document", observation.document, observation.at("document"), rooms.documents)
            self.figures(observation.figures, observation)
            self.observed(observation)

    def observed(self, observation: Observation) -> None:
        """Add a fault for every name in the coding of an observation that its game does not have."""
        name, _, variant = observation.game.partition(":")
        place = observation.coded_at("game")
        self.known("game", name, place, self.rooms.games)
        game = self.rooms.games.entries.get(name)
        if game is None or not game.complete:
            return
        if variant and variant not in game.variants:
            self.unknown(f"variant of {name}", variant, place, {each: own.place for each, own in game.variants.items()})
            return
        choices = (game.of(variant) if variant else game).content.choices
        movers = {each: next(iter(own.values()), game.place) for each, own in choices.items()}
        for mover, move in observation.moves.items():
            if mover not in movers:
                self.unknown("player", mover, observation.file.key_place((*observation.path, "moves", mover)), movers)
            elif move not in choices[mover]:
                self.unknown(f"strategy of {mover}", move, observation.coded_at("moves", mover), choices[mover])

    def figures(self, ids: Iterable[str], owner: Parameter | Claim | Conflict | Observation) -> None:
        """Add a fault for every id of a figure that ``owner`` names and no row defines."""
        listed = tuple(ids)
        keys: Iterable[str | int] = getattr(owner, "local_names", None) or range(len(listed))
        for key, each in zip(keys, listed, strict=True):
            self.known("figure", each, owner.at("figures", key), self.rooms.figures)

    def parameters(self, definitions: Definitions[Parameter], scope: Scope) -> None:
        for parameter in definitions.entries.values():
            self.figures(parameter.figures, parameter)
            if parameter.formula is not None:
                self.names(parameter.formula, scope, parameter.inside)
        for cycle in cycles(scope.entries):
            first = min((scope.entries[name] for name in cycle if name in definitions.entries), key=_line, default=None)
            if first is not None:
                turn = cycle.index(first.name)
                names = (*cycle[turn:], *cycle[:turn], first.name)
                places = ", ".join(f"{name} at {scope.entries[name].places['formula']}" for name in names[1:-1])
                expected = "expected definitions without a cycle" + (f" ({places})" if places else "")
                self.faults.append(
                    Fault(
                        first.places["formula"],
                        f"found the cycle {' -> '.join(names)}",
                        expected,
                        "give one of them a value",
                    )
                )

    def model(self, model: PayoffModel) -> None:
        rooms = self.rooms
        scope = scope_of(rooms, model)
        for name, place in model.parameters.declared.items():
            if name in rooms.parameters.declared:
                first = rooms.parameters.declared[name]
                self.faults.append(
                    Fault(
                        place,
                        f"found the parameter {name!r} a second time",
                        f"it stands at {first} already",
                        "rename one",
                    )
                )
        self.parameters(model.parameters, scope)
        for constraint in model.constraints:
            self.names(constraint.formula, scope, constraint.inside)
        inner = self.with_names(scope, [game for game in every_game(rooms) if game.payoffs == model.name])
        if not self.games_are_read:  # a game that cannot be read may be the one that has states
            inner.declared.setdefault(STATE, Place(model.file.name))
        for term in model.terms:
            for parsed, key in term.formulas:
                self.names(parsed, inner, partial(term.inside, key=key))
            self.sources(model, term.source, (*term.path, "source"))
        for utility in model.utility.values():
            self.names(utility.formula, scope, utility.inside)
        self.choices(model, [game for game in every_game(rooms) if game.payoffs == model.name])

    @property
    def games_are_read(self) -> bool:
        """Whether every file of a game could be read."""
        games = self.rooms.games
        return len(games.entries) == len(games.declared) and games.complete

    def with_names(self, scope: Scope, games: Iterable[GameDefinition]) -> Scope:
        """Return a scope with the names that the forms of games add to it; one that is a parameter too is a fault."""
        inner = Scope()
        inner.entries, inner.declared, inner.complete = dict(scope.entries), dict(scope.declared), scope.complete
        for game in games:
            inner.complete = inner.complete and game.complete
            for name in FORMS[game.form].names(game.content):
                if name in scope.declared:
                    found = f"found {name!r} as a parameter, at {scope.declared[name]}, and as a name of the game {game.name}"
                    self.faults.append(Fault(game.place, found, "", "rename one"))
                inner.declared.setdefault(name, game.place)
        return inner

    def sources(self, model: PayoffModel, ids: tuple[str, ...], path: tuple[str | int, ...]) -> None:
        rooms = self.rooms
        parts = (rooms.figures, rooms.claims, rooms.documents)
        declared: dict[str, Place] = {}
        for part in parts:
            declared.update(part.declared)
        for index, each in enumerate(ids):
            if all(part.complete for part in parts) and each not in declared:
                self.unknown("figure, claim or document", each, model.file.place((*path, index)), declared)

    def claim_test(self, claim: Claim, test: ClaimTest) -> None:
        """Add a fault for every name in a test of a claim that its game does not have."""
        at = ("tests", test.number - 1)
        name, _, variant = test.game.partition(":")
        self.known("game", name, claim.at(*at, "game"), self.rooms.games)
        game = self.rooms.games.entries.get(name)
        if game is None or not game.complete:
            return
        if variant and variant not in game.variants:
            known = {each: own.place for each, own in game.variants.items()}
            self.unknown(f"variant of {name}", variant, claim.at(*at, "game"), known)
            return
        own = game.of(variant) if variant else game
        if name not in claim.models:
            found = f"found a test of {name}, which is not among the models of {claim.id}"
            self.faults.append(Fault(claim.at(*at, "game"), found, "", "add it to models"))
        if test.point is not None and test.point != "baseline" and test.point not in own.points:
            known = {each: point.place for each, point in own.points.items()}
            self.unknown(f"point of {test.game}", test.point, claim.at(*at, "point"), known)
        if test.conclusion not in own.conclusions:
            try:
                FORMS[own.form].conclusion(own, test.conclusion)
            except UsageError as error:
                named = ", ".join(own.conclusions)
                expected = f"expected a conclusion of the form {own.form}" + (f", or one of {named}" if named else "")
                self.faults.append(Fault(claim.at(*at, "conclusion"), str(error), expected))

    def choices(self, model: PayoffModel, games: list[GameDefinition]) -> None:
        """Add a fault for every name and choice in the ``when`` of a term that no game of the payoff model has."""
        places: dict[str, dict[str, Place]] = {}
        movers = model.player_places()
        for game in games:
            for name, own in game.content.choices.items():
                places.setdefault(name, {}).update(own)
                movers.setdefault(name, next(iter(own.values()), game.place))
        every = {strategy: place for own in places.values() for strategy, place in own.items()}
        # a game that cannot be read may be the one that has the name
        whole = self.games_are_read and all(game.complete for game in games)
        seen: set[tuple[object, ...]] = set()
        for term in model.terms:
            for index, alternative in enumerate(term.when):
                for player, strategies in alternative.items():
                    path = term.when_path(index, player)
                    if (path, player, strategies) in seen:
                        continue  # the same lines of a template for another player
                    seen.add((path, player, strategies))
                    if model.players and whole and player not in movers:
                        self.unknown("player", player, model.file.key_place(path), movers)
                    # a template may list what only some of its players can do
                    known = every if path[-1] == SELF else places.get(player)
                    if player in places and known is not None:
                        for position, strategy in enumerate(strategies):
                            if strategy not in known:
                                self.unknown(f"strategy of {player}", strategy, model.file.place((*path, position)), known)
            if places and term.path not in seen:
                seen.add(term.path)
                self.counted(term, model, games, every)

    def counted(self, term: Term, model: PayoffModel, games: list[GameDefinition], every: Mapping[str, Place]) -> None:
        """Add a fault for every count in a term of what nobody chooses, or in a game that does not name who chooses."""
        for parsed, key in term.formulas:
            for node in parsed.items:
                if node.value not in COUNTS:
                    continue
                (strategy,), place = node.keys[0], term.inside(node.column, key)
                if strategy not in every:
                    self.unknown("strategy", strategy, place, every)
                    continue
                for game in games:
                    fixed = FORMS[game.form].fixed(game.content)
                    absent = [name for name in model.players if name not in game.content.choices and name not in fixed]
                    if game.content.choices and absent and game.complete and not FORMS[game.form].counts:
                        found = f"found {node.value}({strategy}), but {absent[0]} makes no choice in {game.name} at {game.place}"
                        self.faults.append(Fault(place, found, "expected a choice of every player under its name"))

    def game(self, game: GameDefinition) -> None:
        rooms = self.rooms
        own = game.file.at(game.path)
        if "payoffs" in own:
            self.known("payoff model", game.payoffs, game.file.place((*game.path, "payoffs")), rooms.payoffs)
        model = rooms.payoffs.entries.get(game.payoffs)
        if model is None:
            return
        # a form without strategies names its players itself
        fixed = FORMS[game.form].fixed(game.content)
        choosing = tuple(player for player in model.players if player not in fixed)
        if model.players and game.players and choosing != game.players:
            found = f"found the players {_few(game.players)}"
            expected = f"expected {_few(choosing)} in this order, as at {model.file.place(('players',))}"
            place = game.file.key_place((*game.path, "strategies") if "strategies" in own else game.path)
            self.faults.append(Fault(place, found, expected))
        scope = scope_of(rooms, model)
        for conclusion in game.conclusions.values():
            self.names(conclusion.formula, scope, conclusion.inside)
        inner = self.with_names(scope, [game])
        for located in game.content.formulas:
            self.names(located.formula, inner, located.inside)
        for point in game.points.values():
            above = game.path if point.name in own.get("points", ()) else ()
            for name in point.values:
                self.held(name, scope, game, (*above, "points", point.name, name), "a point")
        for index, name in enumerate(game.units):
            if scope.complete and name not in scope.declared:
                self.unknown("parameter", name, game.file.place(("units", index)), scope.declared)
        for name in game.box:
            above = game.path if name in own.get("box", ()) else ()
            self.held(name, scope, game, (*above, "box", name), "an interval")
        for question in game.questions:
            if game.path[1:] not in [(each,) if each in game.variants else () for each in question.variants or (question.variant,)]:
                continue
            for index, name in enumerate(question.along):
                if scope.complete and name not in scope.declared:
                    self.unknown("name", name, game.file.place((*question.path, "along", index)), scope.declared)
            for index, text in enumerate(question.of):
                if ":" in text:
                    self.conclusion(text, game, game.file.place((*question.path, "of", index)))
            for index, case in enumerate(question.cases):
                for name, formula in case.hold.items():
                    place = game.file.place((*question.path, "cases", index, "hold", name))
                    self.held(name, scope, game, (*question.path, "cases", index, "hold", name), "a case")
                    for used in formula.names:
                        if scope.complete and used not in scope.declared:
                            self.unknown("name", used, place, scope.declared)
            for index, name in enumerate(question.games):
                self.known("game", name, game.file.place((*question.path, "games", index)), rooms.games)
            for index, saying in enumerate(question.say):
                for number, text in enumerate(saying.when):
                    place = game.file.place((*question.path, "say", index, "when", number))
                    self.supposed(text.removeprefix("not "), game, place)
            for name in question.at:
                self.held(name, scope, game, (*question.path, "at", name), "a question")
            self.conditions(question, game)
            if question.to is not None:
                self.conclusion(f"equilibrium:{question.to}", game, game.file.place((*question.path, "to")))
        self.symbols(game, model, scope)

    def conclusion(self, text: str, game: GameDefinition, place: Place) -> None:
        """Add a fault for a conclusion that cannot be read, or that names what the game does not have."""
        try:
            FORMS[game.form].conclusion(game, text)
        except UsageError as error:
            self.faults.append(Fault(place, str(error).partition("\n")[0]))

    def supposed(self, text: str, game: GameDefinition, place: Place) -> None:
        """Add a fault for what a sentence supposes, where it cannot be read; after a dot it is about another game."""
        other, dot, rest = text.partition(".")
        if dot and ":" not in other:
            self.known("game", other, place, self.rooms.games)
            game, text = self.rooms.games.entries.get(other, game), rest
            if ":" not in rest and rest not in game.conclusions:
                self.faults.append(Fault(place, f"found {rest!r}", f"expected a conclusion of {game.name}"))
        if ":" in text:
            self.conclusion(text, game, place)

    def conditions(self, question: Question, game: GameDefinition) -> None:
        """Add a fault for every condition of a question that is no observation, observed event or conclusion."""
        own = {
            each.event: each.place
            for each in self.rooms.observations.entries.values()
            if each.game == ":".join((game.name, *map(str, game.path[1:])))
        }
        for index, text in enumerate(question.given):
            place = game.file.place((*question.path, "given", index))
            if ":" in text or text == "none":
                self.conclusion(text, game, place)
            elif text == "observed":
                if not own:
                    expected = "expected an observation of this game in seeds/observations.toml"
                    self.faults.append(Fault(place, "found 'observed'", expected))
            elif text not in own and text not in game.conclusions:
                known = {**own, **{name: each.place for name, each in game.conclusions.items()}}
                self.unknown("condition", text, place, known)

    def held(self, name: str, scope: Scope, game: GameDefinition, path: tuple[str | int, ...], what: str) -> None:
        """Check a name that a point or an interval gives a value: a parameter, and no derived one."""
        place = game.file.key_place(path)
        if name not in scope.declared:
            if scope.complete:
                self.unknown("parameter", name, place, scope.declared)
        elif name in scope.entries and scope.entries[name].is_derived:
            found = f"found the derived parameter {name!r} in {what}"
            parts = ", ".join(scope.entries[name].formula.names)  # type: ignore[union-attr]
            self.faults.append(
                Fault(
                    place, found, f"it is defined at {scope.entries[name].place}", f"change what it is made of: {parts}"
                )
            )

    def symbols(self, game: GameDefinition, model: PayoffModel, scope: Scope) -> None:
        """Add a fault where two parameters of one game are printed with the same symbol."""
        first: dict[str, Parameter] = {}
        for name in reach(scope.entries, model_names(model) | game_names(game)):
            parameter = scope.entries[name]
            other = first.setdefault(parameter.symbol, parameter)
            if other is not parameter:
                place = parameter.places.get("symbol", parameter.place)
                found = f"found the symbol {parameter.symbol!r} a second time in the game {game.name!r}"
                at = other.places.get("symbol", other.place)
                self.faults.append(Fault(place, found, f"{other.name!r} has it at {at}", "choose another symbol"))


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (f", .. ({len(names)})" if len(names) > 12 else "")


def _line(parameter: Parameter) -> tuple[int, int]:
    return parameter.place.line or 0, parameter.place.column or 0
