"""The atlas against certified numeric solvers, at random exact points and at points on its boundaries."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.games.rational import NotRational, fast, rational_value, tree
from detente.numbers import fraction_of
from detente.solve.parametric.atlas_result import sign_of_part
from detente.solve.parametric.point_signs import span_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.games.normal import NormalFormGame
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

__all__ = ["boundary_points", "random_points", "verify_atlas"]

Point = dict[str, Fraction]
#: Points drawn for every one that is compared.
_TRIES = 10


def random_points(atlas: Atlas, count: int, generator: random.Random) -> Iterator[Point]:
    """Yield points of the box whose coordinates are hundredths of the intervals, so that ties are met as well."""
    for _ in range(count):
        yield {
            name: low + (high - low) * Fraction(generator.randrange(101), 100)
            for name, (low, high) in atlas.box.items()
        }


def boundary_points(atlas: Atlas, count: int, generator: random.Random) -> Iterator[Point]:
    """Yield points of the box at which some inequality is an equality.

    Each is a random point with one parameter moved to where a factor of an inequality, linear in it, is zero.
    """
    from detente.solve.parametric._polynomial_ring import Ring

    game = atlas.game
    expressions = dict.fromkeys(
        game.expand(part)
        for region in atlas.regions
        for each in region.comparisons
        for part in (each.expression, getattr(each, "radicand", 0), getattr(each, "gap", 0))
        if hasattr(part, "free_symbols") and part.free_symbols
    )
    if not expressions:
        return
    ring = Ring(expressions)
    factors = {
        str(factor): factor for each in expressions if (top := ring.quotient(each)[0]) for factor, _ in top.factor()[1]
    }
    moving = [k for k, each in enumerate(ring.generators) if each.is_Symbol and _moves(atlas, each.name)]
    names = [factor for _, factor in sorted(factors.items()) if any(factor.degrees()[k] == 1 for k in moving)]
    if not names:
        return
    points = random_points(atlas, 20 * count, generator)
    done = 0
    for point in points:
        if done == count:
            return
        factor = generator.choice(names)
        at = generator.choice([k for k in moving if factor.degrees()[k] == 1])
        name = ring.generators[at].name
        expression = ring.expression(factor)
        ends = [rational_value(expression, {**point, name: Fraction(value)}) for value in (0, 1)]
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        value = -ends[0] / (ends[1] - ends[0])
        low, high = atlas.box[name]
        if low <= value <= high:
            done += 1
            yield {**point, name: value}


def _moves(atlas: Atlas, name: str) -> bool:
    low, high = atlas.box[name]
    return low != high


def verify_atlas(found: Atlas, points: int, seed: int = 0) -> int:
    """Compare every region with certified numeric equilibria at exact points of the box; return at how many.

    Half of the points are drawn at random, half lie on boundaries: there an inequality is an equality. At each, the
    closed forms are put to the best-response test and compared with what the condition claims, ties or not. Where the
    numeric game is not degenerate, the equilibria of the certified solver must also be those of the atlas, one by one.
    Where payoffs are irrational the solver gets them rounded to many digits, and points too close to a tie for that are
    passed over. So are points at which the game is not defined and those that violate its constraints; others are drawn
    in their place, ten times as many at most.

    Raises
    ------
    DetenteError
        At the first point where the two disagree, with the point.
    """
    generator = random.Random(seed)  # noqa: S311 - points to look at
    compared = 0
    for chosen, enough in (
        (boundary_points(found, _TRIES * points, generator), points // 2),
        (random_points(found, _TRIES * points, generator), points),
    ):
        for point in chosen:
            if compared >= enough:
                break
            compared += _compared(found, point)
    return compared


def _compared(found: Atlas, point: Point) -> bool:
    """Compare the atlas with a solver at one point; return False where that cannot be done."""
    if not found.game.allowed(point):
        return False
    if found.tree is not None:
        return _verify_tree(found, found.tree, point)
    try:
        numeric = found.game.at_point(point)
    except UsageError:
        return False
    if not all(isinstance(each, Fraction) for each in numeric.payoffs.flat):
        return _verify_rounded(found, point)
    _verify(found, numeric, point)
    return True


def _verify_rounded(found: Atlas, point: Point) -> bool:
    """Compare the regions with a game whose payoffs are rounded to many digits; return False too close to a tie."""
    from detente.solve.equilibria import equilibria
    from detente.solve.pure import pure_equilibria

    game = found.game
    near = _rounded(game, point)
    if near is None:
        return False
    claimed = []
    tied = False
    for region in found.regions:
        try:
            signs = [sign_of_part(game, each.expression, point) for each in region.everywhere or region.comparisons]
            held = _claimed(region, point)
            if region.pure and held != _stable(game, region, point):
                raise DetenteError(f"the condition of {region.label} disagrees with the payoffs at {_text(point)}")
        except UsageError:
            return False
        tied = tied or 0 in signs or any(hasattr(each, "radicand") for each in region.comparisons)
        if held:
            claimed.append(tuple(tuple(weight != 0 for weight in own.values()) for own in region.profile.values()))
    if tied:  # what ties would not tie once it is rounded: only pure profiles are compared, by exact signs
        return True
    if len(near.players) == 2:
        result = equilibria(near)
        if result.degenerate:
            return False
        actual = [tuple(tuple(weight != 0 for weight in own) for own in each.mixed) for each in result.equilibria]
    else:
        pure = pure_equilibria(near).equilibria
        actual = [tuple(tuple(weight != 0 for weight in own) for own in each.mixed) for each in pure]
        claimed = [each for each in claimed if all(sum(own) == 1 for own in each)]
    if sorted(claimed) != sorted(actual):
        raise DetenteError(f"the atlas has {len(claimed)} equilibria and the solver {len(actual)} at {_text(point)}")
    return True


def _stable(game: SymbolicGame, region: Region, point: Point) -> bool:
    """Return whether no player gains by a deviation from a pure profile, by the signs of payoff differences."""
    profile = tuple(next(k for k, weight in enumerate(own.values()) if weight) for own in region.profile.values())
    losses = [
        game.payoff(i, profile) - game.payoff(i, (*profile[:i], other, *profile[i + 1 :]))
        for i, size in enumerate(game.shape)
        for other in range(size)
        if other != profile[i]
    ]
    return all(sign_of_part(game, each, point) >= 0 for each in losses)


def _rounded(game: SymbolicGame, point: Point) -> NormalFormGame | None:
    """Return the game with payoffs rounded to about a hundred digits, None where one has no value."""
    import numpy as np

    from detente.games.normal import NormalFormGame

    values = {name: fast(value) for name, value in point.items()}
    table = np.empty((len(game.players), *game.shape), dtype=object)
    for index, expression in game.payoffs.items():
        try:
            low, high = span_at(tree(game.expand(expression)), values, 384)
        except NotRational:
            return None
        middle = (low + high) / 2
        table[index] = fraction_of(middle).limit_denominator(10**100)
    return NormalFormGame(table, game.players, game.strategies)


def _verify(found: Atlas, numeric: NormalFormGame, point: Point) -> None:
    game = found.game
    exact: set[Any] = set()
    holding: list[list[float]] = []
    known: dict[Any, int] = {}
    for region in found.regions:
        claimed = _claimed(region, point, known)
        if any(hasattr(each, "radicand") for each in region.comparisons):
            if claimed:
                holding.append(_approximate(region, point))
            continue
        weights = [[_number(game, w, point) for w in own.values()] for own in region.profile.values()]
        actual = _played(region, weights) and _equilibrium(numeric, weights)
        if any(each.relation == "==" for each in region.everywhere) and not claimed:
            continue  # off the equation the formula is not meant
        if claimed != actual:
            raise DetenteError(f"the condition of {region.label} disagrees with the solver at {_text(point)}")
        if actual:
            holding.append([float(w) for own in weights for w in own if w is not None])
            exact.add(tuple(map(tuple, weights)))
    if not found.complete:
        return
    if len(numeric.players) == 2:
        _compare_extreme(numeric, point, exact)
    elif game.shape == (2, 2, 2):
        _compare_number(numeric, point, holding)


def _verify_tree(found: Atlas, tree: SymbolicTree, point: Point) -> bool:
    """Compare the plans that are claimed at a point with all that backward induction finds; tell whether it could."""
    from detente.solve.parametric.move_atlas import MoveAtlas
    from detente.solve.parametric.signaling_result import SignalingAtlas
    from detente.solve.trees.backward_induction import backward_induction

    try:
        numeric = tree.at_point(point)
    except UsageError:
        return False
    if isinstance(found, (MoveAtlas, SignalingAtlas)):
        if numeric.arithmetic == "float":
            return False
        found.verify_at(numeric, point)
        return True
    solved = backward_induction(numeric)
    every = solved.complete or "every pure equilibrium is listed" in solved.notes
    if numeric.arithmetic == "float" or not every:
        return False
    actual = {
        ",".join(
            next(action for action, weight in each.profile[tree.players[one.player]][one.label].items() if weight == 1)
            for one in tree.information_sets
        )
        for each in solved.equilibria
    }
    claimed = {region.label for region in found.regions if _claimed(region, point)}
    if claimed != actual:
        plan = min(claimed ^ actual)
        raise DetenteError(f"the condition of {plan} disagrees with the solver at {_text(point)}")
    return True


def _claimed(region: Region, point: Point, known: dict[Any, int] | None = None) -> bool:
    """Return what a region claims at a point; ``known`` keeps signs there, which regions share."""
    if region.status in {"always", "never"}:
        return region.status == "always"
    return all(_holds(each, region.game, point, known) for each in region.unsettled)


def _holds(comparison: Comparison, game: SymbolicGame, point: Point, known: dict[Any, int] | None) -> bool:
    if known is None or hasattr(comparison, "radicand"):
        return comparison.holds_at(game, point)
    if comparison.expression not in known:
        known[comparison.expression] = sign_of_part(game, comparison.expression, point)
    return comparison.holds(known[comparison.expression])


def _number(game: Any, weight: Any, point: Mapping[str, Fraction]) -> Fraction | None:
    """Return a probability at a point, None where it is irrational or undefined."""
    if isinstance(weight, int):
        return Fraction(weight)
    try:
        low, high = span_at(tree(game.expand(weight)), {name: fast(value) for name, value in point.items()})
    except NotRational:
        return None
    return fraction_of(low) if low == high else None


def _played(region: Region, weights: list[list[Fraction | None]]) -> bool:
    """Return whether the formulas are defined and exactly the strategies of the support are played."""
    for own, values in zip(region.profile.values(), weights, strict=True):
        for formula, value in zip(own.values(), values, strict=True):
            if value is None or (value > 0) != (formula != 0):
                return False
    return True


def _equilibrium(numeric: NormalFormGame, weights: Any) -> bool:
    from detente.solve.best_response import is_equilibrium

    if all(weight in (0, 1) for own in weights for weight in own):  # pure: a table of many players is looked up
        at = tuple(own.index(1) for own in weights)
        return all(
            numeric.payoffs[i, *at] >= numeric.payoffs[i, *at[:i], other, *at[i + 1 :]]
            for i, own in enumerate(weights)
            for other in range(len(own))
        )
    return is_equilibrium(numeric, weights)


def _compare_extreme(numeric: NormalFormGame, point: Point, exact: set[Any]) -> None:
    """Compare the equilibria at a point with the regions that hold there, unless ties make a continuum possible."""
    from detente.solve.equilibria import equilibria

    result = equilibria(numeric)
    if not result.degenerate and {each.mixed for each in result.equilibria} != exact:
        raise DetenteError(
            f"the atlas has {len(exact)} equilibria and the solver {len(result.equilibria)} at {_text(point)}"
        )


def _approximate(region: Region, point: Point) -> list[float]:
    """Return the weights of a profile with square roots at a point, to twelve digits and more."""
    import sympy

    values = {name: sympy.Rational(value.numerator, value.denominator) for name, value in point.items()}
    return [
        float(sympy.N(weight.xreplace({each: values[each.name] for each in weight.free_symbols}), 30))
        for own in region.profile.values()
        for weight in (region.game.expand(each) for each in own.values())
    ]


def _compare_number(numeric: NormalFormGame, point: Point, holding: list[list[float]]) -> None:
    """Compare the equilibria of a 2x2x2 game one by one, unless it has ties or a continuum."""
    from detente.solve.many_players.nplayer import all_isolated

    truth = all_isolated(numeric, budget=2.0)
    if not truth.complete or truth.degenerate:
        return
    left = [[float(weight) for own in each.mixed for weight in own] for each in truth.equilibria]
    for own in holding:
        match = next((each for each in left if max(abs(a - b) for a, b in zip(own, each, strict=True)) < 1e-9), None)
        if match is None:
            raise DetenteError(f"the solver does not find the equilibrium {own} of the atlas at {_text(point)}")
        left.remove(match)
    if left:
        raise DetenteError(
            f"the atlas has {len(holding)} equilibria and the solver {len(truth.equilibria)} at {_text(point)}"
        )


def _text(point: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name}={value}" for name, value in point.items())
