"""Logit quantal response equilibria: the branch from the centroid and where it leads.

At precision L (per unit of payoff) every player plays strategy a with a probability proportional to ``exp(L
u(a))``, u(a) being what a pays against the others' equilibrium mixtures (McKelvey and Palfrey 1995). At L = 0
everybody plays every strategy equally often; as L grows, players err less. The arc of solutions that starts
at L = 0 leads, in almost all games, to one Nash equilibrium, the *limiting logit equilibrium*.

Unlike all other concepts of this package, quantal response *does* change when payoffs are counted in another
unit: doubling all payoffs is the same as doubling the precision. A precision means nothing without its unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import NotConverged, UsageError
from detente.numbers import exact, plain, short
from detente.solve.programs.linear_program import exact_payoffs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame
    from detente.solve._logit_path import LogitPath

__all__ = [
    "LogitBranch",
    "QuantalResponse",
    "logit_branch",
    "quantal_response",
]

#: Largest difference between a probability and the logit response to the profile that is accepted, per unit
#: of precision times spread of payoffs (at least 1): rounding errors of payoffs grow with it.
MOST_ERROR = 1e-11


CROSSING = (
    "The branch crosses another one, as symmetry makes it do; what follows is only one of several "
    "continuations."
)


@dataclass(frozen=True)
class QuantalResponse(Displayed):
    """A logit equilibrium at one precision.

    Attributes
    ----------
    precision : float
        Per unit of payoff.
    profile : dict of player to strategy to probability (floats)
    payoffs : dict of player to expected payoff
    error : float
        Largest difference between a probability and the logit response to the profile, computed apart from
        the path that led here.
    regret : float
        Largest gain from a best response: how far the profile is from a Nash equilibrium.
    """

    game: NormalFormGame
    precision: float
    profile: dict[str, dict[str, float]]
    payoffs: dict[str, float]
    error: float
    regret: float

    @property
    def mixed(self) -> tuple[tuple[float, ...], ...]:
        """The probabilities as one tuple per player."""
        return tuple(tuple(own.values()) for own in self.profile.values())

    def to_json(self) -> dict[str, Any]:
        """Return the equilibrium as JSON values."""
        return {
            "concept": "quantal",
            "method": "logit, branch from the centroid",
            "arithmetic": "float",
            "precision": self.precision,
            "precision_unit": "per unit of payoff",
            "profile": self.profile,
            "payoffs": self.payoffs,
            "error": self.error,
            "regret": self.regret,
        }

    def table(self) -> Table:
        """Return the probabilities as a table."""
        return Table(
            title=f"logit equilibrium at precision {plain(self.precision)} per unit of payoff",
            columns=("player", "strategy", "probability"),
            rows=tuple(
                (player, label, plain(w)) for player, own in self.profile.items() for label, w in own.items()
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences what the equilibrium says."""
        lines = []
        for player, own in self.profile.items():
            top = max(own, key=own.__getitem__)
            lines.append(
                f"{player} plays {top} with probability {short(own[top])}; better strategies more often, "
                "worse ones less, none never."
            )
        lines.append(
            f"The precision {plain(self.precision)} is per unit of payoff: a strategy that pays one unit "
            "more than another is "
            f"played exp({plain(self.precision)}) times as often. Payoffs in another unit need another "
            "precision."
        )
        lines.append(f"Probabilities differ from the logit responses to them by at most {self.error:.1e}.")
        return lines


@dataclass(frozen=True)
class LogitBranch(Displayed):
    """Logit equilibria along the branch from the centroid, at the precisions asked for.

    ``turns`` says whether the branch bends back between them, so that some precisions have several equilibria
    on it; the first met is given. ``crosses`` says whether it crosses another branch, as in symmetric games
    it may: then what comes after the crossing is one of several continuations, the straight one.
    """

    game: NormalFormGame
    points: tuple[QuantalResponse, ...]
    turns: bool
    crosses: bool

    def to_json(self) -> dict[str, Any]:
        """Return the points as JSON values."""
        return {
            "concept": "quantal",
            "precision_unit": "per unit of payoff",
            "turns": self.turns,
            "crosses": self.crosses,
            "points": [each.to_json() for each in self.points],
        }

    def table(self) -> Table:
        """Return one row per precision."""
        heads = [
            f"{player}: {label}"
            for player, own in zip(self.game.players, self.game.strategies, strict=True)
            for label in own
        ]
        return Table(
            title="logit equilibria",
            columns=("precision", *heads),
            rows=tuple(
                (plain(each.precision), *(short(w) for own in each.mixed for w in own))
                for each in self.points
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences what the branch shows."""
        lines = ["From equal probabilities at precision 0, players err less as the precision grows."]
        if self.turns:
            lines.append(
                "The branch bends back on the way: some precisions have several equilibria on it, of which "
                "the first met is shown."
            )
        if self.crosses:
            lines.append(CROSSING)
        return lines

    def to_frame(self) -> Any:
        """Return a :class:`pandas.DataFrame`, one row per precision."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "precision": each.precision,
                    **{f"{p}: {s}": w for p, own in each.profile.items() for s, w in own.items()},
                }
                for each in self.points
            ]
        )


def quantal_response(game: NormalFormGame, precision: object) -> QuantalResponse:
    """Return the logit equilibrium at a precision, on the branch that starts at equal probabilities.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players; solved in floating point.
    precision : number
        At least 0, per unit of payoff. NOT invariant: payoffs counted in another unit need another precision.

    Returns
    -------
    QuantalResponse
        Where the branch bends back over the precision, the first equilibrium met along it.

    Raises
    ------
    UsageError
        If the precision is no finite number of at least 0.
    NotConverged
        If the branch cannot be followed that far, or the equilibrium is not confirmed to 1e-11 times
        precision times spread of payoffs.

    References
    ----------
    R. D. McKelvey and T. R. Palfrey (1995), "Quantal response equilibria for normal form games", Games and
    Economic Behavior 10, 6-38. T. L. Turocy (2005), "A dynamic homotopy interpretation of the logistic
    quantal response equilibrium correspondence", Games and Economic Behavior 51, 243-263.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> pennies = NormalFormGame([[[9, 0], [0, 1]], [[0, 1], [1, 0]]])
    >>> round(quantal_response(pennies, 1).profile["1"]["1"], 3)
    0.894
    """
    return logit_branch(game, [precision]).points[0]


def logit_branch(game: NormalFormGame, precisions: Sequence[object]) -> LogitBranch:
    """Return the logit equilibria on the branch from the centroid at several precisions, in ascending order.

    Parameters, errors and references are those of :func:`quantal_response`.
    """
    wanted = sorted(checked_precision(each) for each in precisions)
    path, spread = scaled_path(game)
    from detente.solve._logit_path import Stuck, polish

    points: list[QuantalResponse] = []
    turns = crosses = False
    before: Any = None
    try:
        for point, tangent, crossed in path.trace():
            turns, crosses = turns or tangent[-1] < 0, crosses or crossed
            while len(points) < len(wanted) and point[-1] >= wanted[len(points)] * spread:
                target = wanted[len(points)] * spread
                share = (
                    1.0
                    if before is None or point[-1] <= before[-1]
                    else (target - before[-1]) / (point[-1] - before[-1])
                )
                guess = point if before is None else before + share * (point - before)
                reach = 0.0 if before is None else float(abs(point - before).max())
                polished = polish(path, guess, target, 2.0 * reach + 1e-6)
                points.append(
                    _certify(game, path, guess if polished is None else polished, wanted[len(points)])
                )
            if len(points) == len(wanted):
                break
            before = point
    except Stuck as error:
        last = None if before is None else [list(map(float, own)) for own in path.mixtures(before)]
        reached = 0.0 if before is None else float(before[-1]) / spread
        raise NotConverged(
            f"the logit branch was followed to precision {reached:.6g} only: {error}", last, None
        ) from None
    return LogitBranch(game, tuple(points), turns, crosses)


def checked_precision(value: object) -> float:
    number: float = value if isinstance(value, float) else float(exact(value))
    if not isfinite(number) or number < 0:
        raise UsageError(
            f"found the precision {value!r}; expected a finite number of at least 0, per unit of payoff"
        )
    return number


def scaled_path(game: NormalFormGame) -> tuple[LogitPath, float]:
    """Return the correspondence with payoffs scaled to a largest spread of 1, and that spread."""
    import numpy as np

    from detente.solve._logit_path import LogitPath as Path

    exact_table = exact_payoffs(game)
    lows = [min(exact_table[i].flat) for i in range(len(game.players))]
    spread = max(max(exact_table[i].flat) - low for i, low in enumerate(lows)) or Fraction(1)
    tables = np.array([((exact_table[i] - low) / spread).astype(float) for i, low in enumerate(lows)])
    return Path(tables), float(spread)


def _certify(game: NormalFormGame, path: LogitPath, point: Any, precision: float) -> QuantalResponse:
    """Compare a point with the logit responses to it, computed from the payoffs of the game."""
    import numpy as np

    from detente.solve._logit_path import fixed_point_error

    mixed = [own / own.sum() for own in path.mixtures(point)]
    floats = [game.payoffs[i].astype(float) for i in range(len(mixed))]

    def values(player: int, at: list[Any]) -> Any:
        table = np.moveaxis(floats[player], player, 0)
        for other in reversed([k for k in range(len(at)) if k != player]):
            table = table @ at[other]
        return table

    def respond(at: list[Any]) -> list[Any]:
        answers = []
        for player in range(len(at)):
            pays = values(player, at)
            raw = np.exp(precision * (pays - pays.max()))
            answers.append(raw / raw.sum())
        return answers

    error = fixed_point_error(respond, mixed)
    plain_mixed = tuple(tuple(float(w) for w in own) for own in mixed)
    pays = [[float(v) for v in values(i, mixed)] for i in range(len(mixed))]
    means = [
        sum(w * v for w, v in zip(own, row, strict=True)) for own, row in zip(plain_mixed, pays, strict=True)
    ]
    if not error <= MOST_ERROR * max(1.0, precision * float(max(np.ptp(each) for each in floats))):
        raise NotConverged(
            f"the logit equilibrium at precision {precision:.6g} is confirmed to {error:.1e} only",
            plain_mixed,
            error,
        )
    return QuantalResponse(
        game=game,
        precision=precision,
        profile={
            player: dict(zip(game.strategies[i], plain_mixed[i], strict=True))
            for i, player in enumerate(game.players)
        },
        payoffs=dict(zip(game.players, means, strict=True)),
        error=error,
        regret=max(max(row) - mean for row, mean in zip(pays, means, strict=True)),
    )
