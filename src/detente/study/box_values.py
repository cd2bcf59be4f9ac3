"""Formulas of a study at the baseline and over the box: whether they have a value everywhere.

Ranges decide where they can (:mod:`detente.study.ranges`); else formulas are tried at the baseline and at corners of
the box, and a divisor that is positive at one and negative at another is zero between them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from detente.errors import Fault, FormulaError, UsageError
from detente.numbers import plain
from detente.payoffs.items import Tally
from detente.seeds import derived
from detente.study.forms import FORMS
from detente.study.ranges import Range, hull, range_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from detente.errors import Place
    from detente.formula import Formula, Node
    from detente.games.definition import GameDefinition
    from detente.payoffs.terms import PayoffModel
    from detente.seeds.parameters import Parameter

__all__ = ["BoxValues", "may_fail"]

#: Powers that no number of a file makes too large to write out.
MAX_POWER = 8
#: Corners of the box at which formulas are tried; above, as many corners are drawn.
MAX_CORNERS = 256


@dataclass(frozen=True)
class _Sound:
    """A formula all of whose names have values, with those parameters that it rests on."""

    formula: Formula
    inside: Callable[[int], Place]
    free: tuple[str, ...]
    item: Callable[[Node], Any] | None = None


class BoxValues:
    """Formulas at the baseline and over the box: by their range where that decides, else at the corners.

    ``passed`` keeps the formulas that had a value at all corners, each with all that this rests on: games share many of
    them, and the intervals of their parameters.
    """

    def __init__(
        self,
        parameters: Mapping[str, Parameter],
        game: GameDefinition | None = None,
        passed: set[Any] | None = None,
    ) -> None:
        self.parameters = parameters
        self.passed: set[Any] = set() if passed is None else passed
        self.known: dict[tuple[str, ...], list[tuple[str, Formula]]] = {}
        self.ranges: dict[str, Range | None] = {}
        self.payoffs: dict[tuple[str, frozenset[tuple[str, str]]], Any] = {}
        self.order = derived.order(parameters)
        self.sound = frozenset(self.order)
        self.baseline: dict[str, Fraction] = {}
        self.box: dict[str, tuple[Fraction, Fraction]] = {}
        for name, parameter in parameters.items():
            if parameter.value is None or parameter.low is None or parameter.high is None:
                continue
            self.baseline[name], self.box[name] = parameter.value, (parameter.low, parameter.high)
            own = game.box.get(name) if game is not None else None
            if own is not None and own.low <= own.high:
                self.box[name] = (own.low, own.high)
                self.baseline[name] = parameter.value if own.value is None else own.value
        # names that the form of the game adds, such as the state
        self.added = {} if game is None else dict(FORMS[game.form].names(game.content))
        for name, (low, high) in self.added.items():
            self.baseline[name], self.box[name] = high, (low, high)
        self.sound |= self.added.keys()
        #: The baseline with what has been derived from it so far.
        self.derived: dict[str, Any] = dict(self.baseline)

    def is_sound(self, formula: Formula) -> bool:
        """Return whether every name of a formula, and all that it is made of, is defined without a cycle."""
        return self.sound.issuperset(formula.names)

    def point(self, names: Iterable[str], point: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of ``names`` and of all that they are made of, at a point."""
        result = dict(point)
        for name, formula in self.steps(tuple(names)):
            result[name] = formula.evaluate(result)
        return result

    def at_baseline(self, formula: Formula, item: Callable[[Node], Any] | None = None) -> Any:
        """Return the value of a sound formula at the baseline."""
        for name, made in self.steps(tuple(formula.names)):
            if name not in self.derived:
                self.derived[name] = made.evaluate(self.derived)
        return formula.evaluate(self.derived, item)

    def surely(self, formula: Formula, item: Callable[[Node], Range | None]) -> bool:
        """Return whether ranges show that a formula, and all that it is made of, has a value everywhere in the box."""
        if not self.is_sound(formula):
            return False
        for name, made in self.steps(tuple(formula.names)):
            if name not in self.ranges:
                self.ranges[name] = range_of(made.root, self.range, _nothing)
        return range_of(formula.root, self.range, item) is not None

    def range(self, name: str) -> Range | None:
        """Return the range of a parameter: between its ends and its baseline; of a derived one, if it has been found."""
        if name not in self.ranges:
            self.ranges[name] = hull((self.baseline[name], *self.box[name])) if name in self.box else None
        return self.ranges[name]

    def steps(self, names: tuple[str, ...]) -> list[tuple[str, Formula]]:
        """Return the derived parameters that names are made of, in an order in which they can be computed."""
        if names not in self.known:
            wanted = set(derived.reach(self.parameters, names))
            formulas = ((name, self.parameters[name].formula) for name in self.order if name in wanted)
            self.known[names] = [(name, formula) for name, formula in formulas if formula is not None]
        return self.known[names]

    def value(self, formula: Formula) -> Any:
        """Return the value at the baseline, or ``None`` where the formula has none."""
        if formula.items or not self.is_sound(formula):
            return None
        try:
            return self.at_baseline(formula)
        except FormulaError:
            return None

    def formulas(
        self, given: Iterable[tuple[Formula, Callable[[int], Place]]], item: Callable[[Node], Any] | None = None
    ) -> Iterator[Fault]:
        """Yield the fault of each formula that has no value somewhere in the box."""
        for formula, inside in given:
            if not self.is_sound(formula) or self.surely(formula, _nothing if item is None else partial(_as_range, item)):
                continue
            names = derived.reach(self.parameters, formula.names)
            free = tuple(name for name in (*names, *self.added) if name in self.baseline and name in {*names, *formula.names})
            box = tuple((name, self.baseline[name], self.box[name]) for name in free)
            made = tuple((name, each.text) for name, each in self.steps(tuple(formula.names)))
            rests_on = (formula.text, box, made) if item is None else None
            if rests_on in self.passed:
                continue
            found = self.failure(_Sound(formula, inside, free, item))
            if found is not None:
                yield found
            elif rests_on is not None:
                self.passed.add(rests_on)

    def failure(self, each: _Sound) -> Fault | None:
        """Return where a formula fails: at the baseline, at a corner, or between two where a divisor changes sign."""
        signs: dict[Node, set[bool]] = {}
        divisors = tuple(_divisors(each.formula.root))
        corners = self.corners(each.free)
        for where, point in corners if may_fail(each.formula.root) else islice(corners, 1):
            try:
                env = self.point(each.formula.names, point)
            except FormulaError:
                return None  # the derived parameter that fails is a fault of its own
            try:
                each.formula.evaluate(env, each.item)
                for node in divisors:
                    signs.setdefault(node, set()).add(type(each.formula)(each.formula.text, node).evaluate(env, each.item) > 0)
            except FormulaError as error:
                values = ", ".join(
                    f"{name} = {plain(point[name])}"
                    + (f" (at {self.parameters[name].place})" if name in self.parameters else "")
                    for name in each.free[:4]
                )
                found = f"{error.found} {where}" + (f", {values}" if values else "")
                return Fault(each.inside(error.column), found, error.expected, "change the formula or the interval")
        for node, seen in signs.items():
            if len(seen) > 1:
                return Fault(
                    each.inside(node.column), "found a divisor that is zero inside the box",
                    "it is positive at one corner and negative at another", "change the formula or an interval",
                )  # fmt: skip
        return None

    def corners(self, free: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Fraction]]]:
        """Yield the baseline, then corners of the box spanned by the parameters ``free``."""
        yield "at baseline", {name: self.baseline[name] for name in free}
        moving = [name for name in free if self.box[name][0] < self.box[name][1]]
        choices: Iterable[tuple[int, ...]]
        if 2 ** len(moving) <= MAX_CORNERS:
            choices = product((0, 1), repeat=len(moving))
        else:
            generator = random.Random(0)  # noqa: S311  corners to try, not secrets
            choices = [tuple(generator.randrange(2) for _ in moving) for _ in range(MAX_CORNERS)]
        for choice in choices:
            corner = {name: self.box[name][side] for name, side in zip(moving, choice, strict=True)}
            yield "at a corner of the box", {name: self.baseline[name] for name in free} | corner

    def domains(self, own: Mapping[str, Parameter]) -> Iterator[Fault]:
        """Yield the fault of each derived parameter whose baseline lies outside its domain."""
        for parameter in own.values():
            value = self.value(parameter.formula) if parameter.formula is not None else None
            if value is not None and not parameter.admits(value):
                found = f"found {parameter.name} = {plain(value)} at baseline"
                yield Fault(parameter.inside(1), found, f"expected it in the domain {parameter.domain_text}")

    def constraints(
        self, model: PayoffModel, where: str, point: Mapping[str, Fraction], places: Mapping[str, Place] | None = None
    ) -> Iterator[Fault]:
        """Yield the fault of each constraint that does not hold at a point."""
        for constraint in model.constraints:
            formula = constraint.formula
            if not self.is_sound(formula):
                continue
            try:
                env = self.point(formula.names, point)
                holds = formula.evaluate(env)
            except FormulaError as error:
                yield Fault(constraint.inside(error.column), error.found, f"at {where}")
                continue
            if not holds:
                shown = ", ".join(
                    f"{name} = {plain(env[name])} (at {(places or {}).get(name) or self.where(name)})"
                    for name in formula.names
                )
                found = f"the constraint {formula.text!r} does not hold at {where}: {shown}"
                broken = constraint.draws_only and places is not None
                level = "note" if broken else "fault"
                do = "" if broken else "change a value or the constraint"
                yield Fault(constraint.place, found, constraint.reason, do, level)

    def where(self, name: str) -> Place:
        """Return the place of a parameter's value."""
        parameter = self.parameters[name]
        return parameter.places.get("value", parameter.place)

    def conclusion(
        self, model: PayoffModel, game: GameDefinition, formula: Formula, inside: Callable[[int], Place]
    ) -> Iterator[Fault]:
        """Yield the fault of a conclusion that has no value at the baseline."""
        used = [parsed for term in model.terms for parsed, _ in term.formulas]
        used += [each.formula for each in model.utility.values()]
        choosing = tuple(player for player in model.players if player not in FORMS[game.form].fixed(game.content))
        complete = model.complete and game.complete and choosing == game.players
        if not complete or not all(self.is_sound(each) for each in (*used, formula)):
            return

        def own(player: str, chosen: Mapping[str, str]) -> Any:
            key = player, frozenset(chosen.items())
            if key not in self.payoffs:
                tally = Tally.of(chosen, player, model.players)
                terms = [each for each in model.terms_of(player) if each.holds(chosen)]
                counting = [each for each in terms if each.condition is None or self.at_baseline(each.condition, tally.item)]
                self.payoffs[key] = sum((self.at_baseline(each.formula, tally.item) for each in counting), 0)
            return self.payoffs[key]

        def payoff(node: Node) -> Any:
            (player,), strategies = node.keys
            chosen = FORMS[game.form].chosen(game.content, strategies)
            utility = model.utility.get(player)
            if utility is None:
                return own(player, chosen)
            return self.at_baseline(utility.formula, lambda each: own(each.keys[0][0], chosen))

        try:
            self.at_baseline(formula, payoff)
        except FormulaError as error:
            if error.text == formula.text:
                yield Fault(inside(error.column), error.found, "at baseline")
        except UsageError:
            return


def _nothing(_node: Node) -> None:
    """Stand in for items where a formula has none."""


def _as_range(item: Callable[[Node], Any], node: Node) -> Range | None:
    """Return the exact value of an item as a range of one number."""
    value = item(node)
    return hull((value,)) if isinstance(value, Fraction) else None


def may_fail(node: Node) -> bool:
    """Return whether a formula may lack a value somewhere: sums and products of numbers never do."""
    if node.op in {"sqrt", "log", "exp"}:
        return True
    if node.op == "/" and not (node.args[1].op == "number" and node.args[1].value != 0):
        return True
    if node.op == "**":
        exponent = node.args[1]
        if exponent.op != "number" or exponent.value.denominator != 1 or not 0 <= exponent.value <= MAX_POWER:
            return True
    return any(may_fail(arg) for arg in node.args)


def _divisors(node: Node) -> Iterator[Node]:
    """Yield the divisors of a formula, but those that a ``piecewise`` may keep from being reached."""
    if node.op == "piecewise":
        return
    if node.op == "/":
        yield node.args[1]
    for arg in node.args:
        yield from _divisors(arg)
