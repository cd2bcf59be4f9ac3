"""The limiting logit equilibrium: where the logit branch from equal probabilities leads.

The branch of :mod:`detente.solve.quantal` is followed to a high precision; the Nash equilibrium next to its
last point is then looked for, solved exactly where that is possible, and certified (McKelvey and Palfrey
1995, Theorem 3).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import NotConverged, UsageError
from detente.numbers import plain, short
from detente.solve.best_response import deviation_payoffs, regret
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.quantal import CROSSING, checked_precision, logit_branch, scaled_path
from detente.solve.result import certified, profile_text
from detente.solve.two_players.support import indifference_weights

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.quantal import LogitBranch, QuantalResponse
    from detente.solve.result import Equilibrium

__all__ = ["LogitLimit", "limiting_logit_equilibrium"]

Mixed = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class LogitLimit(Displayed):
    """The Nash equilibrium that the branch approaches.

    ``equilibrium`` carries its certificate: regret exactly 0 in exact games of two players, and with more
    players where its probabilities are small fractions; else as computed. ``isolated`` is False where the
    limit lies in a component of several equilibria: then ``equilibrium`` is one of that component close to
    the last point, not the limit itself. It is None where that is not decided. ``distance`` is how far the
    last point, at ``precision``, still is from it. That the branch ends there is numerical evidence, not a
    proof.
    """

    game: NormalFormGame
    equilibrium: Equilibrium
    isolated: bool | None
    distance: float
    precision: float
    crosses: bool

    def to_json(self) -> dict[str, Any]:
        """Return the limit as JSON values."""
        return {
            "concept": "limiting logit",
            "equilibrium": self.equilibrium.to_json(),
            "isolated": self.isolated,
            "distance": self.distance,
            "crosses": self.crosses,
            "precision": self.precision,
            "precision_unit": "per unit of payoff",
        }

    def table(self) -> Table:
        """Return the limit as a table."""
        return Table(
            title="limit of the logit branch",
            columns=("equilibrium", "regret"),
            rows=((profile_text(self.equilibrium), plain(self.equilibrium.regret)),),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences which equilibrium the branch approaches."""
        where = "approaches a component of equilibria near" if self.isolated is False else "approaches"
        crossing = [CROSSING] if self.crosses else []
        return [
            (
                f"As players err less and less, the branch from equal probabilities {where} "
                f"{profile_text(self.equilibrium)}."
            ),
            (
                f"At precision {short(self.precision)} per unit of payoff the probabilities differ from it "
                f"by at most {self.distance:.1e}."
            ),
            (
                "The limit does not depend on the unit in which all payoffs are counted, but it does on "
                "units that differ between players."
            ),
            *crossing,
        ]


def limiting_logit_equilibrium(game: NormalFormGame, *, precision: object | None = None) -> LogitLimit:
    """Return the Nash equilibrium that the logit branch from the centroid approaches.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    precision : number, optional
        How far to follow the branch, per unit of payoff; by default 1e6 divided by the largest spread of
        payoffs.

    Returns
    -------
    LogitLimit
        Two players: the nearest among all equilibria of the exact enumeration. More: the pure profile, or the
        solution of the indifference equations on the strategies whose probabilities do not vanish.

    Raises
    ------
    NotConverged
        If the branch cannot be followed that far, or the last points come close to no equilibrium, or come
        closer too slowly to tell.
    """
    spread = scaled_path(game)[1]
    target = 1e6 if precision is None else checked_precision(precision) * spread
    if target < 100:
        raise UsageError(
            f"found precision {precision}; expected at least {100 / spread:.6g} to see where the branch leads"
        )
    return _nearest(game, logit_branch(game, [target / 100 / spread, target / spread]))


def _nearest(game: NormalFormGame, branch: LogitBranch) -> LogitLimit:
    """Return the equilibrium near the last point, confirmed by how the distance falls from an earlier one."""
    early, late = branch.points
    found = _candidate(game, late)
    if found is not None:
        mixed, isolated = found
        here, there = (_distance(mixed, each.mixed) for each in (late, early))
        # A point inside a component is read off the last point, so its distance proves nothing: ask for less
        # regret.
        closer = here <= 1e-3 and (here <= 0.5 * there or here <= 1e-6)
        if closer or (isolated is False and here <= 1e-2 and late.regret <= 0.5 * early.regret + 1e-9):
            return LogitLimit(game, certified(game, mixed), isolated, here, late.precision, branch.crosses)
    raise NotConverged(
        (
            f"at precision {late.precision:.6g} per unit of payoff the logit branch is not yet close to one "
            "equilibrium; follow it further with precision="
        ),
        late,
        late.regret,
    )


def _distance(mixed: Any, point: Any) -> float:
    pairs = [pair for own, theirs in zip(mixed, point, strict=True) for pair in zip(own, theirs, strict=True)]
    return max(abs(float(a) - float(b)) for a, b in pairs)


#: Strategies of the smaller player up to which all equilibria of a two-player game are enumerated.
_ENUMERATE_UP_TO = 10


def _candidate(game: NormalFormGame, late: QuantalResponse) -> tuple[Mixed, bool | None] | None:
    """Return the equilibrium nearest to a point, and whether it is isolated (None: not known)."""
    if len(game.players) == 2 and min(game.shape) <= _ENUMERATE_UP_TO:
        return _among_all(game, late)
    for least in (1e-6, 1e-4, 1e-2):
        supports = [[k for k, w in enumerate(own) if w > least] for own in late.mixed]
        found = _on_supports(game, late.mixed, supports)
        if found is not None:
            return found
    return None


def _among_all(game: NormalFormGame, late: QuantalResponse) -> tuple[Mixed, bool | None] | None:
    """Choose among all equilibria of the exact enumeration, Nash subsets included."""
    from detente.solve.two_players.enumeration import enumerate_extreme

    payoffs = exact_payoffs(game)
    found = enumerate_extreme(
        [list(row) for row in payoffs[0]], [list(row) for row in payoffs[1]], budget=60.0
    )
    if not found.complete:
        return None
    out: Any = Fraction if game.arithmetic == "exact" else float
    best: tuple[float, Mixed, bool] | None = None
    single = {part[0] for part in found.components if len(part) == 1}
    for subset in found.nash_subsets:
        mixed = tuple(
            _nearest_mixture([found.equilibria[k][side] for k in subset], late.mixed[side]) for side in (0, 1)
        )
        away = max(
            abs(float(a) - b)
            for own, at in zip(mixed, late.mixed, strict=True)
            for a, b in zip(own, at, strict=True)
        )
        if best is None or away < best[0]:
            best = (away, mixed, len(subset) == 1 and subset[0] in single)
    assert best is not None
    return tuple(tuple(out(w) for w in own) for own in best[1]), best[2]


def _nearest_mixture(points: list[tuple[Fraction, ...]], at: tuple[float, ...]) -> tuple[Fraction, ...]:
    """Return a mixture of points, with small rational weights, near to a given strategy."""
    import numpy as np

    distinct = sorted(set(points), reverse=True)
    if len(distinct) == 1:
        return distinct[0]
    from scipy.optimize import nnls

    columns = np.array([[float(w) for w in point] for point in distinct]).T
    weights, _ = nnls(np.vstack([columns, np.full(len(distinct), 10.0)]), np.array([*at, 10.0]))
    rounded = [Fraction(float(w)).limit_denominator(1000) if w > 1e-3 else Fraction(0) for w in weights]
    total = sum(rounded) or Fraction(1)
    return tuple(
        sum((w * point[k] for w, point in zip(rounded, distinct, strict=True)), Fraction(0)) / total
        for k in range(len(at))
    )


def _on_supports(
    game: NormalFormGame, at: Mixed, supports: list[list[int]]
) -> tuple[Mixed, bool | None] | None:
    """Solve for an equilibrium with given supports: exactly if pure or of two players."""
    if all(len(own) == 1 for own in supports) or len(supports) == 2:
        exact_mixed = _exactly(game, supports)
        if exact_mixed is None or regret(game, exact_mixed) > (
            0 if game.arithmetic == "exact" else 1e-9 * _spread(game)
        ):
            return None
        return exact_mixed, _alone(game, exact_mixed, supports)
    mixed, regular = _newton(game, at, supports)
    if mixed is None:
        return None
    if game.arithmetic == "exact":
        rounded = tuple(tuple(Fraction(w).limit_denominator(1000) for w in own) for own in mixed)
        if all(sum(own) == 1 for own in rounded) and regret(game, rounded) == 0:
            return rounded, _alone(game, rounded, supports) if regular else None
    if regret(game, mixed) > 1e-9 * _spread(game):
        return None
    return mixed, _alone(game, mixed, supports) if regular else None


def _exactly(game: NormalFormGame, supports: list[list[int]]) -> Mixed | None:
    payoffs = exact_payoffs(game)
    if all(len(own) == 1 for own in supports):
        solved: list[list[Fraction] | None] = [[Fraction(1)] for _ in supports]
    else:
        rows, columns = supports
        of_rows = indifference_weights([[payoffs[1, i, j] for i in rows] for j in columns])
        of_columns = indifference_weights([[payoffs[0, i, j] for j in columns] for i in rows])
        solved = [of_rows, of_columns]
    out: Any = Fraction if game.arithmetic == "exact" else float
    mixed = []
    for own, weights, size in zip(supports, solved, game.shape, strict=True):
        if weights is None or min(weights) < 0:
            return None
        given = dict(zip(own, weights, strict=True))
        mixed.append(tuple(out(given.get(k, 0)) for k in range(size)))
    return tuple(mixed)


def _alone(game: NormalFormGame, mixed: Mixed, supports: list[list[int]]) -> bool | None:
    """Return True if every strategy outside the supports earns strictly less, else None."""
    for player, own in enumerate(supports):
        values = deviation_payoffs(game, player, mixed)
        best = max(values)
        slack = 0 if game.arithmetic == "exact" else 1e-9 * _spread(game)
        if any(best - value <= slack for k, value in enumerate(values) if k not in own):
            return None
    return True


def _newton(game: NormalFormGame, at: Mixed, supports: list[list[int]]) -> tuple[Mixed | None, bool]:
    """Solve the indifference equations on the supports in floats; say whether they are regular."""
    import numpy as np
    from scipy.optimize import root

    tables = game.floats
    blocks = np.cumsum([0, *(len(own) for own in supports)])

    def full(x: Any) -> list[Any]:
        mixed = []
        for i, own in enumerate(supports):
            weights = np.zeros(game.shape[i])
            weights[own] = x[blocks[i] : blocks[i + 1]]
            mixed.append(weights)
        return mixed

    def equations(x: Any) -> Any:
        mixed, out = full(x), []
        for i, own in enumerate(supports):
            table = np.moveaxis(tables[i], i, 0)
            for other in reversed([k for k in range(len(supports)) if k != i]):
                table = table @ mixed[other]
            out += [sum(mixed[i]) - 1.0, *((table[k] - table[own[0]]) / _spread(game) for k in own[1:])]
        return np.array(out)

    start = np.concatenate([np.array([at[i][k] for k in own]) for i, own in enumerate(supports)])
    found = root(equations, start, tol=1e-14)
    x = np.where(np.abs(found.x) < 1e-15, 0.0, found.x)
    if np.abs(equations(x)).max() > 1e-10 or x.min() < 0:
        return None, False
    step = 1e-6
    jacobian = np.array(
        [(equations(x + step * e) - equations(x - step * e)) / (2 * step) for e in np.eye(len(x))]
    )
    mixed = tuple(tuple(float(w) for w in own / own.sum()) for own in full(x))
    return mixed, bool(np.linalg.svd(jacobian, compute_uv=False)[-1] > 1e-7)


def _spread(game: NormalFormGame) -> float:
    import numpy as np

    return float(max(np.ptp(game.floats[i]) for i in range(len(game.players)))) or 1.0
