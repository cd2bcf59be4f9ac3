"""The regions of an atlas, put together for each kind of game."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import short
from detente.solve.parametric._atlas_box import atlas_box
from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric._regions import Settled
    from detente.solve.parametric._two_player_atlas import ParametricGame

__all__ = ["build_atlas", "pure_comparisons", "two_player_region"]


def build_atlas(game: SymbolicGame, over: Sequence[str] | None, at: Mapping[str, object] | None) -> Atlas:
    """Return the atlas of a normal form; see :func:`detente.solve.parametric.atlas.atlas`."""
    point, box = atlas_box(game, over, at)
    parametric = _parametric(game, box)
    missing = ""
    mixed: list[Region] = []
    if len(game.shape) == 2:
        regions = list(_two_players(parametric, point))
    else:
        regions = list(_pure(parametric, point))
        wide = [size for size in game.shape if size > 1]
        if game.shape == (2, 2, 2):
            mixed, missing = _three_players(parametric, point)
        elif len(wide) > 1:  # off the boundaries a player who decides alone does not mix
            missing = f"mixed equilibria of games of shape {'x'.join(map(str, game.shape))} are not looked for"
    return Atlas(
        game, (*regions, *mixed), complete=not missing, missing=missing, box=box, notes=_notes(parametric),
        parametric=parametric,
    )  # fmt: skip


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


def _parametric(game: SymbolicGame, box: Mapping[str, tuple[Fraction, Fraction]]) -> ParametricGame:
    from detente.solve.parametric._two_player_atlas import ParametricGame

    try:
        return ParametricGame(game, box)
    except ZeroDivisionError:
        raise UsageError("a payoff divides by zero for all values of the parameters; check its formula") from None


def _notes(parametric: ParametricGame) -> tuple[str, ...]:
    """Return what a reader has to know about divisors and ties."""
    from detente.printing import plain

    decide, ring = parametric.decide, parametric.ring
    notes = []
    for name, span in ring.ranges(parametric.box).items():
        if name not in parametric.game.parameters:
            told = "with no known bounds over the box"
            if span is not None:
                told = f"between {_end(span[0])} and {_end(span[1])}"
            notes.append(f"{name} stands for {plain(parametric.game.derived[name])}, {told}.")
    poles = [each for each in parametric.denominators if not each.is_constant()]
    if any(len(decide.signs(each)) > 1 for each in poles) or decide.may_have_poles():
        notes.append("Conditions count where the payoffs are defined; in the box they may divide by zero.")
    if len(parametric.game.shape) == 2:
        tied = [side for sides in parametric.sides for side in sides if len(side.closure) > len(side.vertex.replies)]
        if tied:
            player, vertex = 1 - tied[0].player, tied[0].vertex
            own, other = parametric.game.strategies[player], parametric.game.strategies[1 - player]
            names = " and ".join(own[k] for k in sorted(tied[0].closure))
            against = ", ".join(other[k] for k in vertex.support)
            notes.append(
                f"Strategies tie whatever the parameters are ({parametric.game.players[player]}: {names} against "
                f"{against}): equilibria listed are extreme points, mixtures between them may be equilibria too."
            )
        determinants = {
            plain(ring.expression(side.vertex.total))
            for sides in parametric.sides
            for side in sides
            if len(side.vertex.support) > 1 and 0 in decide.signs(side.vertex.total)
        }
        if determinants:
            notes.append("Closed forms hold where their denominator is not zero, which their conditions imply.")
    return tuple(notes)


def _end(value: Fraction) -> str:
    """Return the end of an interval as text: a short fraction as it is, another one in digits."""
    return str(value) if value.denominator < 10**6 else short(value, 6)


def _two_players(parametric: ParametricGame, point: Mapping[str, Fraction]) -> Iterator[Region]:
    for candidate in parametric.candidates():
        yield two_player_region(parametric, candidate, point)


def two_player_region(parametric: ParametricGame, candidate: Any, point: Mapping[str, Fraction]) -> Region:
    """Return the region of one candidate of a two-player game."""
    from detente.solve.parametric._regions import settle

    vectors, conditions = parametric.conditions(candidate)
    settled = settle(parametric.decide, vectors, conditions)
    pure = all(len(support) == 1 for support in candidate.supports) and not candidate.zeros
    comparisons = pure_comparisons(parametric.game, tuple(support[0] for support in candidate.supports)) if pure else ()
    profile = {
        player: parametric.weights(side) for player, side in zip(parametric.game.players, candidate.sides, strict=True)
    }
    return _region(parametric, profile, parametric.payoffs(candidate), settled, point, comparisons)


def _region(
    parametric: ParametricGame,
    profile: dict[str, dict[str, Any]],
    payoffs: dict[str, Any],
    settled: Settled,
    point: Mapping[str, Fraction],
    comparisons: tuple[Comparison, ...] = (),
    name: str = "",
) -> Region:
    return Region(
        parametric.game,
        profile,
        payoffs,
        comparisons or settled.comparisons,
        settled.verdict.status,
        settled.left,
        point,
        name,
        comparisons or settled.everywhere,
        parametric.box,
        settled.verdict.holds_at,
        settled.verdict.fails_at,
    )


def _pure(parametric: ParametricGame, point: Mapping[str, Fraction]) -> Iterator[Region]:
    """Yield the pure profiles of a game with any number of players."""
    from detente.solve.parametric._regions import Condition, settle

    game = parametric.game
    for profile in game.profiles():
        conditions = []
        for player, own in enumerate(profile):
            for other in range(game.shape[player]):
                if other != own:
                    deviation = (*profile[:player], other, *profile[player + 1 :])
                    gain = parametric.scaled[player, *profile] - parametric.scaled[player, *deviation]
                    why = f"{game.players[player]} does not gain by {game.strategies[player][other]}"
                    conditions.append(Condition(gain, ">=", why))
        settled = settle(parametric.decide, (), conditions)
        weights = {
            player: {name: int(k == profile[i]) for k, name in enumerate(game.strategies[i])}
            for i, player in enumerate(game.players)
        }
        payoffs = {player: game.payoff(i, profile) for i, player in enumerate(game.players)}
        yield _region(parametric, weights, payoffs, settled, point, pure_comparisons(game, profile))


def _three_players(parametric: ParametricGame, point: Mapping[str, Fraction]) -> tuple[list[Region], str]:
    """Return the regions of a 2x2x2 game in which players mix, and what is missing."""
    from detente.solve.parametric.parametric_2x2x2 import mixed_2x2x2

    game = parametric.game
    found, missing = mixed_2x2x2(parametric)
    regions = []
    for each in found:
        profile = {
            player: dict(zip(game.strategies[i], each.weights[i], strict=True)) for i, player in enumerate(game.players)
        }
        cells = list(product((0, 1), repeat=3))
        payoffs = {
            player: sum(
                each.weights[0][a] * each.weights[1][b] * each.weights[2][c] * game.payoff(i, (a, b, c))
                for a, b, c in cells
            )
            for i, player in enumerate(game.players)
        }
        name = each.name if each.name != "mixed" else ""
        regions.append(_region(parametric, profile, payoffs, each.settled, point, name=name))
    return regions, missing
