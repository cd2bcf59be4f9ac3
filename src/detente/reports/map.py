"""The map of equilibria over two parameters: regions by exact signs, boundaries as exact curves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.reports import narrative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context

__all__ = ["equilibrium_map", "map_parameters"]

#: Cells per side of the grid on which regions are told apart; edges are drawn where the fields cross zero.
GRID = 240


def map_parameters(context: Context) -> tuple[str, str] | None:
    """Return the two parameters of the map: those that the report names, else the first two that matter."""
    if len(context.definition.over) == 2:
        first, second = context.definition.over
        return first, second
    from detente.conclusions.thresholds import thresholds

    game = context.model.symbolic
    values = context.points["baseline"].values
    found = []
    for name in game.parameters:
        if game.parameters[name].low < game.parameters[name].high and thresholds(game, name, None, values).inside:
            found.append(name)
        if len(found) == 2:
            return found[0], found[1]
    return None


@dataclass(frozen=True)
class _Advantage:
    """What one player gains by its first strategy against one strategy of the other, on the plane."""

    expression: Any
    polynomial: Any
    sign: Any
    field: Any


def _advantages(context: Context, pair: tuple[str, str]) -> list[_Advantage]:
    import numpy as np
    import sympy

    game = context.model.symbolic
    box = [game.parameters[name] for name in pair]
    grid = np.meshgrid(*(np.linspace(float(each.low), float(each.high), GRID) for each in box))
    values = {
        symbol(name): sympy.Rational(value.numerator, value.denominator)
        for name, value in context.points["baseline"].values.items()
        if name not in pair
    }
    found = []
    for player in (0, 1):
        for other in (0, 1):
            first, second = ((0, other), (1, other)) if player == 0 else ((other, 0), (other, 1))
            expression = game.payoff(player, first) - game.payoff(player, second)
            top, bottom = sympy.fraction(sympy.together(game.expand(expression).xreplace(values)))
            over, under = (sympy.Poly(part, *(symbol(name) for name in pair), domain="QQ") for part in (top, bottom))

            def sign(x: Any, y: Any, over: Any = over, under: Any = under) -> Any:
                return _value(over, x, y) * np.sign(_value(under, x, y))

            found.append(_Advantage(expression, over, sign, sign(*grid)))
    return found


def _value(polynomial: Any, x: Any, y: Any) -> Any:
    """Return a polynomial of two parameters at arrays of floats."""
    import numpy as np

    total = np.zeros_like(x)
    for (i, j), coefficient in polynomial.terms():
        total = total + float(coefficient) * x**i * y**j
    return total


def _outcome(signs: Sequence[int]) -> tuple[str, ...]:
    """Return the equilibria of a 2x2 game from the strict signs of its four advantages."""
    us, them = signs[:2], signs[2:]
    names = []
    for row, column in product((0, 1), repeat=2):
        stays_row = us[column] > 0 if row == 0 else us[column] < 0
        stays_column = them[row] > 0 if column == 0 else them[row] < 0
        if stays_row and stays_column:
            names.append(f"{row}{column}")
    if us[0] * us[1] < 0 and them[0] * them[1] < 0:
        names.append("mixed")
    return tuple(names)


def _implicants(members: set[tuple[int, ...]], others: set[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return maximal sign patterns (0: any sign) that cover all members and none of the others.

    Patterns that no point of the map has may be covered: they are nowhere. So the fill of a region has
    no seam where two of its patterns meet.
    """

    def covers(pattern: tuple[int, ...], signs: tuple[int, ...]) -> bool:
        return all(own in (0, sign) for own, sign in zip(pattern, signs, strict=True))

    valid = [
        pattern
        for pattern in product((-1, 0, 1), repeat=4)
        if any(covers(pattern, each) for each in members) and not any(covers(pattern, each) for each in others)
    ]
    return [
        pattern
        for pattern in valid
        if not any(
            other != pattern and all(b in (0, a) for a, b in zip(pattern, other, strict=True)) for other in valid
        )
    ]


def equilibrium_map(context: Context, pair: tuple[str, str]) -> tuple[Any, str, bool]:
    """Return the map as a matplotlib figure, its description in words, and whether a point carries a star."""
    import numpy as np

    from detente.printing import latex
    from detente.reports.region_map import Region, region_map
    from detente.reports.scale import Scale

    game = context.model.symbolic
    advantages = _advantages(context, pair)
    stacked = np.stack([np.sign(each.field).astype(int) for each in advantages])
    patterns = {tuple(int(k) for k in column) for column in stacked.reshape(4, -1).T}
    strict = {pattern for pattern in patterns if 0 not in pattern}
    outcomes: dict[tuple[str, ...], set[tuple[int, ...]]] = {}
    for pattern in sorted(strict):
        outcomes.setdefault(_outcome(pattern), set()).add(pattern)
    scale = [float(np.max(np.abs(each.field))) or 1.0 for each in advantages]
    regions = []
    for outcome, members in outcomes.items():
        fields = []
        for implicant in _implicants(members, strict - members):
            parts = [
                sign * each.field / size for sign, each, size in zip(implicant, advantages, scale, strict=True) if sign
            ]
            fields.append(np.min(parts, axis=0) if parts else np.ones_like(advantages[0].field))
        regions.append(
            Region(_region_label(context, outcome), np.max(fields, axis=0), context.fill(_state(context, outcome)))
        )
    box = [game.parameters[name] for name in pair]
    axes = [
        Scale(
            context.label(name),
            float(each.low),
            float(each.high),
            unit=context.model.parameters[name].unit,
            symbol=latex(symbol(name), context.names),
        )
        for name, each in zip(pair, box, strict=True)
    ]
    boundaries = [part for each in advantages for part in _boundary(context, each, advantages, axes)]
    points, starred = _points(context, pair)
    figure = region_map(axes[0], axes[1], regions, boundaries, points)
    alt = f"regions: {'; '.join(region.label for region in regions)}"
    return figure, alt, starred


def _state(context: Context, outcome: tuple[str, ...]) -> tuple[str, ...]:
    """Return an outcome in the words of :func:`detente.conclusions.conclusion.describe_set`."""
    strategies = context.model.symbolic.strategies
    return tuple(
        each if each == "mixed" else ",".join(own[int(k)] for own, k in zip(strategies, each, strict=True))
        for each in outcome
    )


def _region_label(context: Context, outcome: tuple[str, ...]) -> str:
    names = [each if each == "mixed" else context.profile(each.split(",")) for each in _state(context, outcome)]
    if not names:
        return "no equilibrium"
    if names == ["mixed"]:
        return "only a mixed equilibrium"
    return ("only " if len(names) == 1 else "") + narrative.join(names)


def _boundary(context: Context, own: _Advantage, every: Sequence[_Advantage], axes: Sequence[Any]) -> list[Any]:
    """Return the zero curve of one advantage, only where the set of equilibria changes across it."""
    import numpy as np
    import sympy

    from detente.printing import latex, relation_normal
    from detente.reports.region_map import Boundary

    if own.polynomial.total_degree() == 0:
        return []
    label = latex(relation_normal(sympy.Eq(own.expression, 0)), context.names)
    index = every.index(own)
    found: list[Any] = []
    for curve in _curves(own.polynomial, axes):
        xs, ys = np.array(curve).T
        signs = np.stack([np.sign(each.sign(xs, ys)).astype(int) for each in every], axis=1)
        matters = []
        for at in signs.tolist():
            sides = [_outcome([*at[:index], side, *at[index + 1 :]]) for side in (-1, 1)]
            matters.append(sides[0] != sides[1])
        for part in _runs(curve, matters):
            found.append(Boundary(np.array(part), "" if found else label))
    return found


def _runs(curve: Sequence[tuple[float, float]], keep: Sequence[bool]) -> list[list[tuple[float, float]]]:
    """Return the pieces of a curve at which ``keep`` holds, with at least two points each."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point, kept in zip(curve, keep, strict=True):
        if kept:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]


def _curves(polynomial: Any, axes: Sequence[Any]) -> list[list[tuple[float, float]]]:
    """Return the real zero curves of a polynomial of two parameters inside the axes.

    Along the parameter in which the degree is higher, each of many values leaves a polynomial of the other
    one, whose real roots are found; roots are joined in order into branches.
    """
    import numpy as np

    x, y = polynomial.gens
    solve_for_y = polynomial.degree(y) > 0 and (
        polynomial.degree(x) == 0 or polynomial.degree(y) <= polynomial.degree(x)
    )
    along, across = (axes[0], axes[1]) if solve_for_y else (axes[1], axes[0])
    branches: dict[int, list[tuple[float, float]]] = {}
    finished: list[list[tuple[float, float]]] = []
    degree = polynomial.degree(y if solve_for_y else x)
    for value in np.linspace(along.low, along.high, 401):
        coefficients = np.zeros(degree + 1)
        for (i, j), coefficient in polynomial.terms():
            power, rest = (j, i) if solve_for_y else (i, j)
            coefficients[degree - power] += float(coefficient) * value**rest
        roots = np.roots(coefficients) if np.any(coefficients[:-1]) else np.array([])
        real = sorted(
            float(root.real) for root in roots if abs(root.imag) < 1e-9 and across.low <= root.real <= across.high
        )
        for number in range(max(len(real), len(branches))):
            if number < len(real):
                point = (float(value), real[number]) if solve_for_y else (real[number], float(value))
                branches.setdefault(number, []).append(point)
            elif branches.get(number):
                finished.append(branches.pop(number))
    return [curve for curve in (*finished, *branches.values()) if len(curve) > 1]


def _points(context: Context, pair: tuple[str, str]) -> tuple[list[Any], bool]:
    from detente.reports.region_map import NamedPoint

    game = context.model.symbolic
    base = context.points["baseline"].values
    found = []
    starred = False
    for name, point in context.points.items():
        place = [point.values[each] for each in pair]
        if any(
            not game.parameters[each].low <= value <= game.parameters[each].high
            for each, value in zip(pair, place, strict=True)
        ):
            continue
        elsewhere = any(value != base[each] for each, value in point.values.items() if each not in pair)
        starred = starred or elsewhere
        found.append(NamedPoint(context.label(name) + ("*" if elsewhere else ""), float(place[0]), float(place[1])))
    return found, starred
