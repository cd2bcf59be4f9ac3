"""Values of a study that must agree: rules, derived parameters, constraints, points and intervals."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, did_you_mean
from detente.numbers import plain
from detente.payoffs.items import Tally
from detente.seeds.rules import check_rules
from detente.study.box_values import BoxValues, may_fail
from detente.study.forms import FORMS
from detente.study.ranges import Range
from detente.study.usage import every_game, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from detente.errors import Place
    from detente.formula import Node
    from detente.games.definition import GameDefinition
    from detente.payoffs.terms import PayoffModel, Term
    from detente.seeds.parameters import Parameter
    from detente.study.rooms import Rooms

__all__ = ["value_faults"]


def value_faults(rooms: Rooms) -> list[Fault]:
    """Return faults and notes of values that do not agree with one another."""
    faults: list[Fault] = []
    for definitions in (rooms.parameters, *(model.parameters for model in rooms.payoffs.entries.values())):
        for parameter in definitions.entries.values():
            faults.extend(check_rules(parameter, rooms.figures.entries))
    shared = scope_of(rooms, None).entries
    faults.extend(_correlation_faults(shared, shared))
    for model in rooms.payoffs.entries.values():
        faults.extend(_correlation_faults(model.parameters.entries, scope_of(rooms, model).entries))
    passed: set[Any] = set()
    values = BoxValues(shared, passed=passed)
    faults.extend(values.formulas((each.formula, each.inside) for each in shared.values() if each.formula))
    faults.extend(values.domains(shared))
    faults.extend(_event_faults(rooms))
    every = every_game(rooms)
    for model in rooms.payoffs.entries.values():
        faults.extend(_model_faults(rooms, model, [game for game in every if game.payoffs == model.name], passed))
    return list(dict.fromkeys(faults))


def _correlation_faults(own: Mapping[str, Parameter], known: Mapping[str, Parameter]) -> Iterator[Fault]:
    """Yield the correlations with what is no other parameter with a range, and pairs with two numbers."""
    for name, parameter in own.items():
        for other, number in parameter.correlated.items():
            place = parameter.at("correlated", other)
            if other == name or other not in known or known[other].is_derived:
                found = f"found a correlation with {other!r}"
                hint = did_you_mean(other, [each for each in known if not known[each].is_derived and each != name])
                yield Fault(place, found, "expected another parameter with a range", hint or "")
            elif known[other].correlated.get(name, number) != number:
                found = f"found the correlation {number} of {name} and {other}"
                yield Fault(place, found, f"{other} says {known[other].correlated[name]}", "state it once")


def _event_faults(rooms: Rooms) -> Iterator[Fault]:
    """Yield the events that stand in another document, or happened in another year, than their figures say."""
    for observation in rooms.observations.entries.values():
        document = rooms.documents.entries.get(observation.document)
        for index, name in enumerate(observation.figures):
            figure = rooms.figures.entries.get(name)
            if figure is None:
                continue
            if document is not None and figure.document != document.file:
                found = f"found the figure {name!r}, which stands in {figure.document}"
                expected = f"expected figures of document {observation.document} ({document.file})"
                yield Fault(observation.at("figures", index), found, expected)
            if figure.unit != "date" or figure.low is None or figure.high is None:
                continue
            if not int(figure.low) <= observation.year <= int(figure.high):
                found = f"found the date {observation.date!r}"
                expected = f"expected {figure.year_observed or 'another year'}, as the figure {name!r} has it"
                yield Fault(observation.at("date"), found, f"{expected} at {figure.place}")


def _model_faults(
    rooms: Rooms, model: PayoffModel, games: list[GameDefinition], passed: set[Any]
) -> Iterator[Fault]:
    """Yield the faults of a payoff model as its games and their variants use it, each with its intervals."""
    parameters = scope_of(rooms, model).entries
    own = model.parameters.entries
    known: dict[Any, BoxValues] = {}
    uses: list[GameDefinition | None] = [*games] or [None]
    for game in uses:
        if game is not None:
            yield from _box_faults(game, parameters)
        intervals = _intervals(game)
        values = known.get(intervals)
        if values is None:  # variants share the intervals of their game, and with them what follows of the model alone
            values = known[intervals] = BoxValues(parameters, game, passed)
            # with intervals of its own, a game may take shared formulas where the study does not
            shared = parameters if game is not None and game.box else own
            yield from values.formulas((each.formula, each.inside) for each in shared.values() if each.formula)
            yield from values.domains(own)
            yield from _term_faults(values, model)
            yield from values.formulas(((each.formula, each.inside) for each in model.utility.values()), _one)
            yield from values.constraints(model, "baseline", values.baseline)
        if game is not None:
            yield from _game_faults(values, model, game)


def _intervals(game: GameDefinition | None) -> tuple[Any, ...]:
    """Return what a game says of the box: its own intervals, and the names that its form adds."""
    if game is None:
        return (), ()
    box = tuple((name, each.low, each.high, each.value) for name, each in game.box.items())
    return box, tuple(FORMS[game.form].names(game.content).items())


def _game_faults(values: BoxValues, model: PayoffModel, game: GameDefinition) -> Iterator[Fault]:
    """Yield the faults of the formulas, conclusions and points of a game."""
    parameters = values.parameters
    located = game.content.formulas
    yield from values.formulas((each.formula, each.inside) for each in located if not each.formula.items)
    yield from FORMS[game.form].faults(game, values)
    for conclusion in game.conclusions.values():
        yield from values.conclusion(model, game, conclusion.formula, conclusion.inside)
    for point in game.points.values():
        given = {
            name: value
            for name, value in point.values.items()
            if name in parameters and not parameters[name].is_derived
        }
        inside = True
        for name, value in given.items():
            found = _against(value, parameters[name], values.box, point.places[name], f"{point.name}: ")
            inside = inside and (found is None or found.level == "note")
            if found is not None:
                yield found
        if inside:
            yield from values.constraints(model, point.name, {**values.baseline, **given}, point.places)


def _term_faults(values: BoxValues, model: PayoffModel) -> Iterator[Fault]:
    """Yield the fault of each term without a value somewhere in the box, whoever chooses what it counts."""
    seen = set()
    players = len(model.players)
    for term in model.terms:
        for parsed, key in term.formulas:
            if parsed in seen:
                continue  # the same formula of another player
            seen.add(parsed)
            if values.surely(parsed, partial(_count_range, players)):
                continue
            located = (parsed, partial(term.inside, key=key))
            for tally in _tallies(term, players) if may_fail(parsed.root) else (Tally({}, None, 2),):
                found = next(values.formulas([located], tally.item), None)
                if found is not None:
                    yield found
                    break


def _count_range(players: int, node: Node) -> Range | None:
    """Return the range of a count, whoever chooses what."""
    if players < 2:
        return None
    most = Fraction(players if node.value == "count" else 1)
    return Range(Fraction(0), most, players.bit_length())


def _tallies(term: Term, players: int) -> Iterator[Tally]:
    """Yield what a term may count: nobody, one and all others choose each strategy, and what its player may choose."""
    if not term.counts:
        yield Tally({}, None, players)
        return
    asked = tuple(dict.fromkeys(strategy for _, strategy in term.counts))
    listed = [one[term.player] for one in term.when if term.player in one]
    own: Iterable[str | None] = (None, *asked)
    if term.when and len(listed) == len(term.when):
        own = dict.fromkeys(each for one in listed for each in one)
    for choice in own:
        for others in product(sorted({0, min(1, players - 1), players - 1}), repeat=len(asked)):
            if sum(others) <= players - 1:
                numbers = {name: count + (name == choice) for name, count in zip(asked, others, strict=True)}
                yield Tally(numbers, choice, players)


def _against(
    value: Fraction, parameter: Parameter, box: Mapping[str, tuple[Fraction, Fraction]], place: Place, where: str
) -> Fault | None:
    """Return the fault of a value outside the domain, or the note of one outside the interval."""
    name = parameter.name
    if not parameter.admits(value):
        expected = f"expected it in the domain {parameter.domain_text} of {name!r}"
        return Fault(place, f"{where}found {name} = {plain(value)}", expected)
    low, high = box[name]
    if not low <= value <= high:
        found = f"{where}{name} = {plain(value)} lies outside its interval [{plain(low)}, {plain(high)}]"
        return Fault(place, found, level="note")
    return None


def _box_faults(game: GameDefinition, parameters: Mapping[str, Parameter]) -> Iterator[Fault]:
    for name, box in game.box.items():
        parameter = parameters.get(name)
        if parameter is None or parameter.value is None:
            continue
        for key, value in (("low", box.low), ("high", box.high)):
            if not parameter.admits(value):
                expected = f"expected it in the domain {parameter.domain_text} of {name!r}"
                yield Fault(box.places[key], f"found {key} = {plain(value)}", expected)
        if box.value is None and box.low <= box.high and not box.low <= parameter.value <= box.high:
            set_value = f"{plain(parameter.value)}, set at {parameter.places['value']}"
            found = f"found an interval of {name!r} without its value {set_value}"
            yield Fault(box.place, found, "", "widen it or give a value")


def _one(_node: Node) -> Fraction:
    """Stand in for ``own[PLAYER]`` where only the parameters of a formula matter."""
    return Fraction(1)
