"""From solutions on a support to certified equilibria: exact numbers, enclosures or floats.

Exact profiles pass :func:`detente.solve.best_response.regret` in the arithmetic of their number field.
Enclosed ones rest on the proof in :mod:`detente.solve.many_players._krawczyk`.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any

from detente.games.normal import NormalFormGame
from detente.solve.best_response import deviation_payoffs, expected_payoffs, regret
from detente.solve.result import Equilibrium, certified

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.many_players._cells import ScaledPayoffs
    from detente.solve.many_players._krawczyk import Box, SupportSystem

__all__ = [
    "equilibrium_from_box",
    "exact_equilibrium",
    "has_tie",
    "integer_tables",
    "played",
    "proved_equilibrium",
    "scaled_payoffs",
]

Supports = tuple[tuple[int, ...], ...]


def integer_tables(game: NormalFormGame) -> tuple[list[Any], list[int]]:
    """Return each player's payoffs as integers, scaled and shifted to start at 0, and their bits."""
    import numpy as np

    tables, bits = [], []
    for player in range(len(game.players)):
        entries = [Fraction(value) for value in game.payoffs[player].flat]
        scale = lcm(*(entry.denominator for entry in entries))
        whole = [int(entry * scale) for entry in entries]
        least = min(whole)
        table = np.empty(len(whole), dtype=object)
        table[:] = [value - least for value in whole]
        table = table.reshape(game.shape)
        tables.append(table)
        bits.append(max(max(whole) - least, 1).bit_length())
    return tables, bits


def scaled_payoffs(tables: Sequence[Any], bits: Sequence[int]) -> ScaledPayoffs:
    """Return integer payoffs as floats between 0 and 1, for the search on cells."""
    import numpy as np

    from detente.solve.many_players._cells import ScaledPayoffs

    floats = []
    for table, own in zip(tables, bits, strict=True):
        scaled = [float(Fraction(value, 1 << own)) for value in table.flat]
        floats.append(np.array(scaled).reshape(table.shape))
    return ScaledPayoffs(tuple(floats), tuple(bits))


def _spread(game: NormalFormGame, supports: Supports, weights: Any, zero: Any) -> tuple[tuple[Any, ...], ...]:
    """Return weights on a support as a profile over all strategies."""
    profile = []
    for size, own, values in zip(game.shape, supports, weights, strict=True):
        line = [zero] * size
        for s, value in zip(own, values, strict=True):
            line[s] = value
        profile.append(tuple(line))
    return tuple(profile)


def played(supports: Supports, weights: Sequence[Sequence[Any]]) -> Supports:
    """Return the strategies of a support whose weight is not zero."""
    return tuple(
        tuple(s for s, w in zip(own, each, strict=True) if w != 0)
        for own, each in zip(supports, weights, strict=True)
    )


def has_tie(game: NormalFormGame, supports: Supports, weights: Any) -> bool:
    """Return True if some strategy that an exact profile does not play is a best response to it."""
    exact = _rational(game)
    mixed = _spread(exact, supports, weights, Fraction(0))
    for player in range(len(game.players)):
        values = deviation_payoffs(exact, player, mixed)
        best = max(values)
        if any(value == best and weight == 0 for value, weight in zip(values, mixed[player], strict=True)):
            return True
    return False


def _rational(game: NormalFormGame) -> NormalFormGame:
    """Return a game with the exact binary values of its payoffs."""
    if game.arithmetic == "exact":
        return game
    import numpy as np

    return NormalFormGame(
        np.vectorize(Fraction, otypes=[object])(game.payoffs), game.players, game.strategies
    )


def _shown(value: Any) -> Any:
    """Return a number as it is given to users: a Fraction, a SymPy number, or an enclosure in high degree."""
    from detente.solve.many_players._algebraic import Algebraic, Enclosed
    from detente.solve.many_players._recognize import MAX_DEGREE

    if not isinstance(value, Algebraic):
        return value
    return value.to_sympy() if value.field.degree <= MAX_DEGREE else Enclosed.of(value.ball(192))


def exact_equilibrium(game: NormalFormGame, supports: Supports, weights: Any) -> Equilibrium | None:
    """Return an exact profile as an equilibrium if its regret is exactly 0, else None."""
    if game.arithmetic == "float":
        if regret(_rational(game), _spread(game, supports, weights, Fraction(0))) != 0:
            return None
        floats = [[float(weight) for weight in own] for own in weights]
        return certified(game, _spread(game, supports, floats, 0.0))
    mixed = _spread(game, supports, weights, Fraction(0))
    if regret(game, mixed) != 0:
        return None
    shown = {id(w): _shown(w) for own in mixed for w in own}
    return Equilibrium(
        profile={
            player: {label: shown[id(w)] for label, w in zip(game.strategies[i], mixed[i], strict=True)}
            for i, player in enumerate(game.players)
        },
        payoffs={
            player: _shown(value)
            for player, value in zip(game.players, expected_payoffs(game, mixed), strict=True)
        },
        regret=Fraction(0),
    )


def equilibrium_from_box(
    game: NormalFormGame, system: SupportSystem, box: Box, payoff_bits: int, doubtful: bool = False
) -> tuple[Equilibrium | None, Any]:
    """Return the equilibrium in a box, and its exact weights on the support where these are known.

    With ``doubtful`` set the signs are not settled: only exact weights are returned, for the caller to judge.
    """
    import flint

    from detente.solve.many_players._algebraic import Enclosed
    from detente.solve.many_players._recognize import recognize

    floats = game.arithmetic == "float"
    if not system.mixing:
        pure = [[Fraction(1)] for _ in system.sizes]
        return exact_equilibrium(game, system.supports, pure), pure
    exact = None
    if (not floats or doubtful) and payoff_bits <= 400:
        exact = recognize(system, box, payoff_bits)
    if doubtful:
        return None, exact
    if floats:
        middle = [[float(ball.mid()) for ball in own] for own in box.balls]
        return certified(game, _spread(game, system.supports, middle, 0.0)), None
    if exact is not None:
        return exact_equilibrium(game, system.supports, exact), exact
    weights = [[Enclosed.of(ball) for ball in own] for own in box.balls]
    with flint.ctx.workprec(256):
        balls = _spread(game, system.supports, box.balls, flint.arb(0))
        payoffs = [
            Enclosed.of(value) if isinstance(value, flint.arb) else value
            for value in _ball_payoffs(game, balls)
        ]
    mixed = _spread(game, system.supports, weights, Fraction(0))
    return (
        Equilibrium(
            profile={
                player: dict(
                    zip(
                        game.strategies[i],
                        [Fraction(1) if len(system.supports[i]) == 1 and w else w for w in mixed[i]],
                        strict=True,
                    )
                )
                for i, player in enumerate(game.players)
            },
            payoffs=dict(zip(game.players, payoffs, strict=True)),
            regret=Fraction(0),
        ),
        None,
    )


def proved_equilibrium(
    game: NormalFormGame, system: SupportSystem, point: Sequence[Sequence[Any]], payoff_bits: int
) -> Equilibrium | None:
    """Return the equilibrium near a point of a support if there is provably one, and only one, near it."""
    box = system.prove(system.free(point))
    if box is None:
        return None
    verdict, _ = system.signs(box)
    if verdict is None:
        exact = equilibrium_from_box(game, system, box, payoff_bits, doubtful=True)[1]
        if exact is None or min(weight for own in exact for weight in own) < 0:
            return None
        return exact_equilibrium(game, system.supports, exact)
    return equilibrium_from_box(game, system, box, payoff_bits)[0] if verdict else None


def _ball_payoffs(game: NormalFormGame, balls: Any) -> list[Any]:
    import flint
    import numpy as np

    values = []
    for player in range(len(game.players)):
        table = np.vectorize(lambda v: flint.arb(flint.fmpq(v.numerator, v.denominator)), otypes=[object])(
            game.payoffs[player]
        )
        for weights in reversed(balls):
            table = sum(table[..., k] * weight for k, weight in enumerate(weights))
        values.append(table)
    return values
