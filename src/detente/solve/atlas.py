"""Equilibria of a parametric game in closed form, with the exact condition under which each exists.

Pure equilibria of any normal form: the profile is an equilibrium exactly where no player gains by a
deviation, which is a list of weak inequalities between payoffs. The mixed equilibrium of a 2x2 game with
full support: player 1 plays its first strategy with the probability that makes player 2 indifferent, and
the other way round; it exists exactly where both players' two comparisons have strictly opposite signs
(von Neumann and Morgenstern 1944; any textbook, for example Osborne and Rubinstein 1994, section 3.2).

On the boundary of a condition, where a comparison is an equality, further equilibria with one player
mixing may appear; a numeric solver lists them at any point asked for.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import DetenteError, UsageError
from detente.games.rational import rational_value
from detente.solve.signs import corner, possible_signs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from detente.games.normal import NormalFormGame
    from detente.games.symbolic import SymbolicGame

__all__ = ["Atlas", "Comparison", "Region", "atlas", "pure_comparisons", "verify_atlas"]

ALLOWED = {">=": {0, 1}, ">": {1}, "<=": {-1, 0}, "<": {-1}, "==": {0}}


@dataclass(frozen=True)
class Comparison:
    """One inequality ``expression relation 0`` of a condition, with why it is there."""

    expression: Any
    relation: str
    why: str = ""

    @property
    def sympy(self) -> Any:
        """The inequality as a SymPy relation, unevaluated where it has symbols."""
        import sympy

        kinds = {">=": sympy.Ge, ">": sympy.Gt, "<=": sympy.Le, "<": sympy.Lt, "==": sympy.Eq}
        return kinds[self.relation](self.expression, 0)

    def holds(self, value: Any) -> bool:
        """Return whether the inequality holds where its left side is ``value``."""
        return ((value > 0) - (value < 0)) in ALLOWED[self.relation]


@dataclass(frozen=True)
class Region:
    """One equilibrium of a parametric game and where it exists.

    ``profile`` maps player to strategy to probability (SymPy expressions), ``payoffs`` player to payoff.
    ``condition`` is a SymPy condition in parameters and derived names; ``comparisons`` are its parts and ``unsettled``
    those that the box does not settle. ``status`` is ``always``, ``never``, ``conditional`` or ``undecided`` over
    the box. ``point`` holds the values of parameters that do not vary.
    """

    game: SymbolicGame = field(repr=False)
    profile: dict[str, dict[str, Any]]
    payoffs: dict[str, Any]
    comparisons: tuple[Comparison, ...]
    status: str
    unsettled: tuple[Comparison, ...] = field(default=(), repr=False)
    point: Mapping[str, Fraction] = field(default_factory=dict, repr=False)

    @property
    def condition(self) -> Any:
        """The conjunction of the comparisons that the box does not settle, as SymPy."""
        import sympy

        if self.status in {"always", "never"}:
            return sympy.true if self.status == "always" else sympy.false
        return sympy.And(*(each.sympy for each in self.unsettled))

    @property
    def pure(self) -> bool:
        """True if every player plays one strategy."""
        return all(weight in (0, 1) for weights in self.profile.values() for weight in weights.values())

    @property
    def label(self) -> str:
        """The profile as ``STRATEGY,STRATEGY``, or ``mixed``."""
        if not self.pure:
            return "mixed"
        return ",".join(
            next(name for name, weight in weights.items() if weight == 1) for weights in self.profile.values()
        )

    def holds_at(self, values: Mapping[str, object] | None = None, **more: object) -> bool:
        """Return whether the equilibrium exists at a point of the box.

        Parameters not named have the value that the atlas was made with, by default their baseline.

        Raises
        ------
        UsageError
            If a name is unknown, or the condition is irrational at the point.
        """
        named = {**(values or {}), **more}
        asked = self.game.point(named)
        point = {**asked, **self.point, **{name: asked[name] for name in named}}
        return all(each.holds(_value(self.game, each.expression, point)) for each in self.comparisons)


@dataclass(frozen=True)
class Atlas:
    """All regions found for a parametric game over a box.

    ``complete`` is True where every equilibrium off the boundaries is among the regions; ``missing``
    names what is not looked for. ``box`` is what the statuses refer to. A 2x2 game has no mixed region where a
    player's gain does not depend on the other at all: off the boundaries that player never mixes.
    """

    game: SymbolicGame = field(repr=False)
    regions: tuple[Region, ...]
    complete: bool
    missing: str = ""
    box: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict, repr=False)

    def table(self) -> Table:
        """Return the atlas as a table: equilibrium, status, condition."""
        from detente.printing import plain, relation_normal

        rows = []
        for region in self.regions:
            parts = dict.fromkeys(plain(relation_normal(each.sympy)) for each in region.unsettled)
            shown = {"always": "always", "never": "never in the box"}.get(region.status) or " and ".join(parts)
            weights = (
                ""
                if region.pure or region.status == "never"
                else "; ".join(
                    f"{player}: {name} with probability {plain(weight)}"
                    for player, own in region.profile.items()
                    for name, weight in list(own.items())[:1]
                )
            )
            rows.append((region.label + (f" ({weights})" if weights else ""), region.status, shown))
        notes = ("On a boundary, where a comparison is an equality, further equilibria may appear.",)
        return Table(
            "equilibria over the box",
            ("equilibrium", "status", "exactly when"),
            tuple(rows),
            notes + ((self.missing,) if self.missing else ()),
        )

    def __str__(self) -> str:
        return self.table().to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.table().mimebundle()


def _value(game: SymbolicGame, expression: Any, point: Mapping[str, Fraction]) -> Fraction:
    value = rational_value(game.expand(expression), point)
    if value is None:
        raise UsageError(f"{expression} is not rational at this point, so its sign is not decided exactly")
    return value


class _Box:
    """Decides conjunctions over one box of a game, remembering the signs of expressions."""

    def __init__(self, game: SymbolicGame, box: Mapping[str, tuple[Fraction, Fraction]]) -> None:
        self.game, self.box = game, box
        self._signs: dict[Any, frozenset[int]] = {}
        self._points: list[dict[str, Fraction]] = []
        self._corners: dict[Any, list[int]] = {}
        self._values: dict[tuple[Any, int], int | None] = {}
        self._random: list[int] = []
        self._drawn = self._draw()

    def signs(self, expression: Any) -> frozenset[int]:
        """Return the signs that an expression may take; a deviation and its reverse are worked out once."""
        if expression not in self._signs:
            reverse = self._signs.get(-expression)
            self._signs[expression] = (
                possible_signs(self.game.expand(expression), self.box)
                if reverse is None
                else frozenset(-sign for sign in reverse)
            )
        return self._signs[expression]

    def settled(self, comparison: Comparison) -> bool:
        """Return whether a comparison holds all over the box."""
        return self.signs(comparison.expression) <= ALLOWED[comparison.relation]

    def status(self, comparisons: Sequence[Comparison]) -> str:
        """Return ``always``, ``never``, ``conditional`` or ``undecided`` for a conjunction.

        ``always`` and ``never`` are proved by bounds; ``conditional`` by two points of the box that respect
        the constraints, one at which the conjunction holds and one at which it does not.
        """
        if all(map(self.settled, comparisons)):
            return "always"
        if any(not self.signs(each.expression) & ALLOWED[each.relation] for each in comparisons):
            return "never"
        seen = set()
        for index in self._trials(comparisons):
            values = [self._sign_at(each.expression, index) for each in comparisons]
            if None not in values:
                seen.add(all(each.holds(value) for each, value in zip(comparisons, values, strict=True)))
            if len(seen) == 2:
                return "conditional"
        return "undecided"

    def _sign_at(self, expression: Any, index: int) -> int | None:
        """Return the sign of an expression at a trial point, or None where it has no rational value."""
        if (expression, index) not in self._values:
            value = rational_value(self.game.expand(expression), self._points[index])
            sign = None if value is None else (value > 0) - (value < 0)
            self._values[expression, index] = sign
            self._values[-expression, index] = None if sign is None else -sign
        return self._values[expression, index]

    def _trials(self, comparisons: Sequence[Comparison]) -> Iterator[int]:
        """Yield trial points that respect the constraints: corners of the comparisons, then 400 random points."""
        for each in comparisons:
            if each.expression not in self._corners:
                expanded = self.game.expand(each.expression)
                middle = {name: (low + high) / 2 for name, (low, high) in self.box.items()}
                corners = [{**middle, **corner(expanded, self.box, at_low)} for at_low in (True, False)]
                self._corners[each.expression] = self._corners[-each.expression] = self._add(corners)
            yield from self._corners[each.expression]
        yield from self._random
        for point in self._drawn:
            new = self._add([point])
            self._random += new
            yield from new

    def _draw(self) -> Iterator[dict[str, Fraction]]:
        generator = random.Random(0)  # noqa: S311 - points to look at
        steps = {name: (low, (high - low) / 1000) for name, (low, high) in self.box.items()}
        for _ in range(400):
            yield {name: low + step * generator.randrange(1001) if step else low for name, (low, step) in steps.items()}

    def _add(self, points: Iterable[dict[str, Fraction]]) -> list[int]:
        """Keep the points that respect the constraints; return their indices."""
        start = len(self._points)
        self._points += [point for point in points if self.game.allowed(point)]
        return list(range(start, len(self._points)))


def atlas(game: SymbolicGame, over: Sequence[str] | None = None, at: Mapping[str, object] | None = None) -> Atlas:
    """Return every pure equilibrium, and for 2x2 games the mixed one, with its exact condition.

    Parameters
    ----------
    game : SymbolicGame
        Payoffs rational in the parameters.
    over : sequence of str, optional
        Parameters that vary over their intervals; the others stay at the point ``at``. By default all vary.
    at : mapping, optional
        Values for parameters that do not vary, by default their baseline.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (1, 2)})
    >>> [(region.label, region.status) for region in atlas(s).regions]
    [('1,1', 'never'), ('1,2', 'never'), ('2,1', 'never'), ('2,2', 'always')]
    """
    point = game.point(at)
    names = list(game.parameters) if over is None else list(over)
    for name in names:
        if name not in game.parameters:
            raise UsageError(f"unknown parameter {name!r}; expected one of {', '.join(game.parameters)}")
    box = {
        name: (interval.low, interval.high) if name in names else (point[name], point[name])
        for name, interval in game.parameters.items()
    }
    decide = _Box(game, box)
    regions = []
    for profile in game.profiles():
        comparisons = pure_comparisons(game, profile)
        regions.append(
            Region(
                game,
                {
                    player: {name: int(k == profile[i]) for k, name in enumerate(game.strategies[i])}
                    for i, player in enumerate(game.players)
                },
                {player: game.payoff(i, profile) for i, player in enumerate(game.players)},
                comparisons,
                decide.status(comparisons),
                tuple(each for each in comparisons if not decide.settled(each)),
                point,
            )
        )
    if game.shape == (2, 2):
        return Atlas(game, (*regions, *_mixed_region(game, decide, point)), complete=True, box=box)
    alone = sum(size > 1 for size in game.shape) <= 1  # off the boundaries a player who decides alone does not mix
    missing = "" if alone else "mixed equilibria of games larger than 2x2 are not looked for"
    return Atlas(game, tuple(regions), complete=alone, missing=missing, box=box)


def pure_comparisons(game: SymbolicGame, profile: Sequence[int]) -> tuple[Comparison, ...]:
    """Return the inequalities, one per deviation, under which a pure profile is an equilibrium."""
    parts = []
    for player, own in enumerate(profile):
        for other in range(game.shape[player]):
            if other == own:
                continue
            deviation = (*profile[:player], other, *profile[player + 1 :])
            gain = game.payoff(player, profile) - game.payoff(player, deviation)
            why = f"{game.players[player]} does not gain by {game.strategies[player][other]}"
            parts.append(Comparison(gain, ">=", why))
    return tuple(parts)


def _mixed_region(game: SymbolicGame, decide: _Box, point: Mapping[str, Fraction]) -> list[Region]:
    """Return the region of the equilibrium in which both players of a 2x2 game mix.

    There is none where a player gains the same by the first strategy whatever the other does.
    """
    # advantage[i][j]: what player i gains by its first strategy where the other plays strategy j
    advantage = [
        [game.payoff(0, (0, other)) - game.payoff(0, (1, other)) for other in (0, 1)],
        [game.payoff(1, (other, 0)) - game.payoff(1, (other, 1)) for other in (0, 1)],
    ]
    if any(each[0] - each[1] == 0 for each in advantage):
        return []
    first = [-advantage[1 - i][1] / (advantage[1 - i][0] - advantage[1 - i][1]) for i in (0, 1)]
    x, y = ((probability, 1 - probability) for probability in first)
    payoffs = {
        player: sum(x[a] * y[b] * game.payoff(i, (a, b)) for a in (0, 1) for b in (0, 1))
        for i, player in enumerate(game.players)
    }
    # Against (<, >) the first advantage is the smaller one: its difference to the second settles cases that each
    # inequality alone does not.
    gaps = [each[0] - each[1] for each in advantage]

    def status_of(case: tuple[Comparison, ...], pattern: tuple[tuple[str, str], ...]) -> str:
        apart = all(decide.signs(gap) & ALLOWED[relation] for gap, (relation, _) in zip(gaps, pattern, strict=True))
        return decide.status(case) if apart else "never"

    cases = []
    for pattern in product((("<", ">"), (">", "<")), repeat=2):
        case = tuple(
            Comparison(
                advantage[i][other], pattern[i][other], f"{game.players[i]} against {game.strategies[1 - i][other]}"
            )
            for i in (0, 1)
            for other in (0, 1)
        )
        cases.append((status_of(case, pattern), case))
    possible = [(status, case) for status, case in cases if status != "never"]
    if len(possible) == 1:
        status, comparisons = possible[0]
    else:
        comparisons = tuple(
            Comparison(
                advantage[i][0] * advantage[i][1], "<", f"{game.players[i]}'s best response depends on the other"
            )
            for i in (0, 1)
        )
        statuses = {status for status, _ in possible}
        status = "conditional" if "conditional" in statuses else "undecided" if statuses else "never"
    profile = {player: dict(zip(game.strategies[i], (x, y)[i], strict=True)) for i, player in enumerate(game.players)}
    if len(possible) == 1:
        needed = tuple(each for each in comparisons if not decide.settled(each))
    else:  # a product of opposite settled signs is settled
        pairs = [{frozenset(decide.signs(each)) for each in own} for own in advantage]
        opposite = {frozenset({1}), frozenset({-1})}
        needed = tuple(each for each, signs in zip(comparisons, pairs, strict=True) if signs != opposite)
    return [Region(game, profile, payoffs, comparisons, status, needed, point)]


def verify_atlas(found: Atlas, points: int, seed: int = 0) -> None:
    """Compare every region with certified numeric equilibria at random exact points of the box.

    Points have coordinates in hundredths of each interval, so that ties and boundaries are met as well. Where the
    atlas is complete and no player is indifferent between pure strategies, the number of equilibria is compared too.
    Points at which the game is not defined are passed over.

    Raises
    ------
    DetenteError
        At the first point where the two disagree, with the point.
    """
    from detente.solve.best_response import is_equilibrium
    from detente.solve.equilibria import equilibria

    generator = random.Random(seed)  # noqa: S311 - points to look at
    game = found.game
    for _ in range(points):
        point = {
            name: low + (high - low) * Fraction(generator.randrange(101), 100)
            for name, (low, high) in found.box.items()
        }
        try:
            numeric = game.at_point(point)
        except UsageError:
            continue
        holding = 0
        for region in found.regions:
            weights = [[rational_value(game.expand(w), point) for w in own.values()] for own in _weights(region)]
            inside = all(weight is not None and (weight > 0 or region.pure) for own in weights for weight in own)
            actual = inside and is_equilibrium(numeric, weights)
            if region.status in {"always", "never"}:
                claimed = region.status == "always"
            else:
                claimed = all(each.holds(_value(game, each.expression, point)) for each in region.unsettled)
            if claimed != actual:
                raise DetenteError(f"the condition of {region.label} disagrees with the solver at {_text(point)}")
            holding += actual
        if found.complete and len(numeric.players) == 2 and not _tied(numeric):
            counted = len(equilibria(numeric).equilibria)
            if counted != holding:
                raise DetenteError(f"the atlas has {holding} equilibria and the solver {counted} at {_text(point)}")


def _weights(region: Region) -> list[dict[str, Any]]:
    import sympy

    return [
        {name: sympy.Integer(w) if isinstance(w, int) else w for name, w in own.items()}
        for own in region.profile.values()
    ]


def _tied(game: NormalFormGame) -> bool:
    """Return whether some player is indifferent between two strategies against a pure strategy of the other."""
    tables = (game.payoffs[0].T, game.payoffs[1])
    return any(len(set(row)) < len(row) for table in tables for row in table.tolist())


def _text(point: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name}={value}" for name, value in point.items())
