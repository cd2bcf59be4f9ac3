"""What uses what in a study: names in formulas, figures behind parameters, and what nothing uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.seeds.derived import reach

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detente.errors import Place
    from detente.games.definition import GameDefinition
    from detente.payoffs.terms import PayoffModel
    from detente.schema import Definitions
    from detente.seeds.parameters import Parameter
    from detente.study.rooms import Rooms

__all__ = [
    "Named",
    "Scope",
    "every_game",
    "figures_behind_numbers",
    "game_names",
    "model_names",
    "named_figures",
    "readings",
    "scope_of",
    "unused_figures",
    "unused_parameters",
    "used_names",
]

#: A definition's name and its place.
Named = tuple[str, "Place"]


class Scope:
    """Names that a formula may use: the study's parameters and, before them, a payoff model's own."""

    def __init__(self, *parts: Definitions[Parameter]) -> None:
        self.entries: dict[str, Parameter] = {}
        self.declared: dict[str, Place] = {}
        for part in parts:
            self.entries.update(part.entries)
            self.declared.update(part.declared)
        self.complete = all(part.complete for part in parts)


def scope_of(rooms: Rooms, model: PayoffModel | None) -> Scope:
    """Return the names that formulas of a payoff model, or of the seeds, may use."""
    return Scope(rooms.parameters) if model is None else Scope(rooms.parameters, model.parameters)


def _formula_names(rooms: Rooms) -> set[str]:
    """Return every parameter name that some formula, point, interval or question uses."""
    used: set[str] = set()
    for definitions in (rooms.parameters, *(model.parameters for model in rooms.payoffs.entries.values())):
        used.update(name for each in definitions.entries.values() if each.formula for name in each.formula.names)
    for model in rooms.payoffs.entries.values():
        used |= model_names(model)
    for game in every_game(rooms):
        used |= game_names(game)
        used.update(name for point in game.points.values() for name in point.values)
        used.update(name for question in game.questions for name in (*question.along, *question.at))
        used.update(game.box)
    return used


def every_game(rooms: Rooms) -> list[GameDefinition]:
    """Return the games with their variants."""
    return [each for game in rooms.games.entries.values() for each in game.every()]


def model_names(model: PayoffModel) -> set[str]:
    """Return every name in the terms, utilities and constraints of a payoff model."""
    formulas = [
        *(parsed for each in model.terms for parsed, _ in each.formulas),
        *(each.formula for each in model.utility.values()),
        *(each.formula for each in model.constraints),
    ]
    return set(model.sizes).union(*(each.names for each in formulas))


def game_names(game: GameDefinition) -> set[str]:
    """Return every name in the conclusions of a game and in the formulas of its form."""
    formulas = [
        *(each.formula for each in game.conclusions.values()),
        *(each.formula for each in game.content.formulas),
    ]
    return set[str]().union(*(each.names for each in formulas))


def unused_parameters(rooms: Rooms) -> dict[str, list[Named]]:
    """Return, file by file, the parameters that no payoff, conclusion or formula of a game rests on."""
    reached: set[str] = set()
    idle: list[Parameter] = []
    for name, model in rooms.payoffs.entries.items():
        games = [game for game in every_game(rooms) if game.payoffs == name]
        roots = model_names(model).union(*(game_names(game) for game in games))
        reached.update(reach(scope_of(rooms, model).entries, roots))
        own = reach(model.parameters.entries, roots)
        idle.extend(each for each in model.parameters.entries.values() if each.name not in own)
    shared = [each for each in rooms.parameters.entries.values() if each.name not in reached]
    return _by_file((each.name, each.place) for each in (*shared, *idle))


def unused_figures(rooms: Rooms) -> dict[str, list[Named]]:
    """Return, file by file, the figures that no parameter, claim, conflict or term names."""
    named = _named_figures(rooms)
    return _by_file((each.id, each.place) for each in rooms.figures.entries.values() if each.id not in named)


def readings(rooms: Rooms) -> dict[str, list[Named]]:
    """Return, file by file, the parameters whose value or interval was read by judgement."""
    models = rooms.payoffs.entries.values()
    every = (
        each for part in (rooms.parameters, *(model.parameters for model in models)) for each in part.entries.values()
    )
    return _by_file((each.name, each.place) for each in every if "reading" in (each.rule, each.interval))


def _by_file(names: Iterable[Named]) -> dict[str, list[Named]]:
    found: dict[str, list[Named]] = {}
    for name, place in names:
        found.setdefault(place.file, []).append((name, place))
    return found


def figures_behind_numbers(rooms: Rooms) -> frozenset[str]:
    """Return the figures that a parameter or a payoff term names."""
    models = rooms.payoffs.entries.values()
    named = {
        each
        for part in (rooms.parameters, *(model.parameters for model in models))
        for parameter in part.entries.values()
        for each in parameter.figures
    }
    named.update(each for model in models for term in model.terms for each in term.source)
    return frozenset(named & set(rooms.figures.entries))


def named_figures(rooms: Rooms) -> frozenset[str]:
    """Return the figures that anything names: parameters, terms, claims, conflicts, observations."""
    return frozenset(_named_figures(rooms) & set(rooms.figures.entries))


def _named_figures(rooms: Rooms) -> set[str]:
    named = set(figures_behind_numbers(rooms))
    named.update(each for claim in rooms.claims.entries.values() for each in claim.figures)
    named.update(each for conflict in rooms.conflicts.entries.values() for each in conflict.figures)
    named.update(each for observation in rooms.observations.entries.values() for each in observation.figures)
    return named


def used_names(rooms: Rooms) -> set[str]:
    """Return every name and id that something in the study refers to, of whatever kind."""
    claims, games = rooms.claims.entries.values(), rooms.games.entries.values()
    used = _formula_names(rooms) | _named_figures(rooms)
    used.update(each for claim in claims for each in (*claim.models, *(ref[:3] for ref in claim.refs)))
    for observation in rooms.observations.entries.values():
        used.update((observation.document, observation.game.partition(":")[0], *observation.moves.values()))
    terms = [term for model in rooms.payoffs.entries.values() for term in model.terms]
    used.update(strategy for term in terms for each in term.when for own in each.values() for strategy in own)
    used.update(each for term in terms for each in term.source)
    used.update(figure.document for figure in rooms.figures.entries.values())
    used.update(each.payoffs for game in games for each in game.every())
    used.update(each for report in rooms.reports.entries.values() for each in report.games)
    return used
