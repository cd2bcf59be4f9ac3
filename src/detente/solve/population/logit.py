"""Logit equilibria of a game of many members, with the exact distribution of counts.

Member i chooses action a with probability proportional to ``exp(precision * U_i(a))``, where ``U_i(a)`` is its
expected payoff when all others randomize so (McKelvey and Palfrey 1995). Payoffs that are affine in the counts need
expected counts only; with two actions and payoffs of any shape the number of others who choose the second action has a
Poisson-binomial distribution, which is computed exactly by convolution. The fixed point is found by Newton's method,
continued over precisions from the uniform profile or from a profile chosen, at a cost linear in the members where
payoffs are affine in the counts, and is checked: the residual is the largest difference between a probability and
the response.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import NotConverged, UsageError
from detente.numbers import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.population import PopulationGame

__all__ = ["LogitEquilibrium", "count_distribution", "logit_equilibrium", "logit_path"]

TOLERANCE = 1e-12


@dataclass(frozen=True)
class LogitEquilibrium(Displayed):
    """A logit equilibrium.

    Attributes
    ----------
    precision : float
        Per unit of payoff.
    probabilities : array (members, actions)
    residual : float
        Largest difference between a probability and the logit response to the others.
    """

    game: PopulationGame
    precision: float
    probabilities: Any = field(repr=False)
    residual: float
    arithmetic: str = "float"
    complete: bool = False  # other logit equilibria may exist

    @property
    def expected(self) -> dict[str, float]:
        """The expected counts."""
        return dict(zip(self.game.actions, map(float, self.probabilities.sum(axis=0)), strict=True))

    def distribution(self, action: str) -> Any:
        """Return the probabilities that 0, 1, .., N members choose an action (Poisson-binomial)."""
        return count_distribution(self.probabilities[:, self.game.actions.index(action)])

    def at_least(self, number: int, action: str) -> float:
        """Return the probability that at least so many members choose an action."""
        return float(self.distribution(action)[max(number, 0) :].sum())

    def to_json(self) -> dict[str, Any]:
        """Return the equilibrium as JSON values."""
        rows = zip(self.game.members, self.probabilities, strict=True)
        return {
            "precision": self.precision,
            "expected": self.expected,
            "profile": {name: dict(zip(self.game.actions, map(float, row), strict=True)) for name, row in rows},
            "residual": self.residual,
        }

    def table(self) -> Table:
        """Return the expected counts."""
        rows = tuple((name, short(each, 4)) for name, each in self.expected.items())
        note = f"Residual {self.residual:.1e}. Other logit equilibria may exist."
        return Table(
            f"logit equilibrium at precision {short(self.precision, 4)}", ("action", "expected"), rows, (note,)
        )


def count_distribution(probabilities: Any) -> Any:
    """Return the distribution of the number of successes in independent trials that differ: N^2 multiplications.

    Examples
    --------
    >>> [float(each) for each in count_distribution([0.5, 0.25])]
    [0.375, 0.5, 0.125]
    """
    import numpy as np

    found = np.ones(1)
    for p in probabilities:
        found = np.append(found, 0.0) * (1 - p) + np.append(0.0, found) * p
    return found


def logit_equilibrium(
    game: PopulationGame, precision: float, start: str | Any = None, tolerance: float = TOLERANCE
) -> LogitEquilibrium:
    """Return a logit equilibrium, by Newton's method from a start, damped where a full step does not help.

    Parameters
    ----------
    start : an action, or array (members, actions), optional
        Where the search begins: all at one action, given probabilities, or by default the uniform profile, followed
        over rising precisions.

    Raises
    ------
    NotConverged
        With the last iterate and its residual.

    Examples
    --------
    >>> from detente.games.population import PopulationGame
    >>> herd = PopulationGame(["stay", "go"], [[0, -1]] * 4, [[[0, 0], [0, "1/2"]]] * 4)
    >>> found = logit_equilibrium(herd, 2.0)
    >>> found.residual < 1e-12, round(sum(found.expected.values()), 9)
    (True, 4.0)
    """
    import numpy as np

    if not 0 <= precision < 1e6:
        raise UsageError(f"precision: found {precision!r}; expected a number from 0 to a million, per unit of payoff")
    n, size = game.n, len(game.actions)
    if start is None:
        steps = [precision * k / 8 for k in range(1, 9)] if precision else [0.0]
        return logit_path(game, steps, tolerance=tolerance)[-1]
    if isinstance(start, str):
        if start not in game.actions:
            raise UsageError(f"unknown action {start!r}; expected one of {', '.join(game.actions)}")
        p = np.zeros((n, size))
        p[:, game.actions.index(start)] = 1.0
    else:
        p = np.array(start, dtype=float)
    for _ in range(60):  # plain responses first: they keep to the side on which the search began
        answer, _ = _response(game, p, precision)
        step = np.abs(answer - p).max()
        p = 0.5 * (p + answer)
        if step < 1e-3:
            break
    residual = np.inf
    for _ in range(100):
        answer, jacobian = _response(game, p, precision, derivative=True)
        gap = answer - p
        residual = float(np.abs(gap).max())
        if residual <= tolerance:
            return LogitEquilibrium(game, float(precision), _frozen(p), residual)
        try:
            step = _newton(jacobian, gap[:, 1:])
        except np.linalg.LinAlgError:
            step = gap[:, 1:]
        scale = 1.0
        while scale > 1e-6:
            inner = np.clip(p[:, 1:] + scale * step, 0.0, 1.0)
            trial = np.column_stack([np.maximum(0.0, 1 - inner.sum(axis=1)), inner])
            trial /= trial.sum(axis=1, keepdims=True)
            answer, _ = _response(game, trial, precision)
            if np.abs(answer - trial).max() < residual:
                break
            scale /= 2
        else:
            trial = 0.5 * (p + _response(game, p, precision)[0])
        p = trial
    raise NotConverged(f"the logit response at precision {precision:g} did not settle", p, residual)


def logit_path(
    game: PopulationGame, precisions: Sequence[float], start: str | Any = None, tolerance: float = TOLERANCE
) -> tuple[LogitEquilibrium, ...]:
    """Return logit equilibria at rising precisions, each followed from the one before.

    Notes
    -----
    From the uniform profile at a low precision this follows the branch that leads to it; a branch that bends back is
    left for the nearest equilibrium beyond the fold. Twenty precisions with 55 members take some ten milliseconds.
    """
    import numpy as np

    size = len(game.actions)
    p: Any = np.full((game.n, size), 1 / size) if start is None else start
    found = []
    for precision in precisions:
        one = logit_equilibrium(game, precision, p, tolerance)
        p = one.probabilities
        found.append(one)
    return tuple(found)


def _newton(jacobian: Any, gap: Any) -> Any:
    """Return the step to where the response and the probabilities of all actions but the first would agree.

    With payoffs that are affine in the counts a member's response moves with the sum of what the others do:
    ``jacobian`` has one small block for every member, C, and with D the sum of all steps d it is ``d = g + C (D - d)``.
    So the blocks are solved one by one, and D from one small system: the cost is linear in the number of members.
    """
    import numpy as np

    n, rest = gap.shape
    if jacobian.ndim == 2:
        return np.linalg.solve(np.eye(n) - jacobian, gap[:, 0])[:, None]
    solved = np.linalg.solve(np.eye(rest) + jacobian, np.concatenate([gap[:, :, None], jacobian], axis=2))
    alone, drawn = solved[:, :, 0], solved[:, :, 1:]
    total = np.linalg.solve(np.eye(rest) - drawn.sum(axis=0), alone.sum(axis=0))
    return alone + drawn @ total


def _frozen(p: Any) -> Any:
    p = p.copy()
    p.flags.writeable = False
    return p


def _response(game: PopulationGame, p: Any, precision: float, derivative: bool = False) -> tuple[Any, Any]:
    """Return the logit response, (members, actions), and its derivative in all probabilities but the first.

    With payoffs that are affine in the counts the derivative is that by the sum of the others' probabilities, one block
    (actions - 1, actions - 1) for every member; with other payoffs it is (members, members), for the second action.
    """
    import numpy as np

    if game.by_count is None:
        base, slope = game.floats
        own = np.diagonal(slope, axis1=1, axis2=2)  # the member's own choice counts
        others = p.sum(axis=0) - p
        utility = base + own + np.einsum("iab,ib->ia", slope, others)
        effect = slope[:, :, 1:] - slope[:, :, :1] if derivative else None  # of one other member's probabilities
    else:
        utility, effect = _two_action_utility(game, p[:, 1])
    scaled = precision * (utility - utility.max(axis=1, keepdims=True))
    weight = np.exp(scaled)
    answer = weight / weight.sum(axis=1, keepdims=True)
    if not derivative:
        return answer, None
    assert effect is not None
    mean = np.einsum("ia,iab->ib", answer, effect) if effect.ndim == 3 else np.einsum("ia,iaj->ij", answer, effect)
    change = precision * answer[:, 1:, None] * (effect[:, 1:] - mean[:, None])
    if effect.ndim == 3 and game.by_count is None:
        return answer, change
    return answer, change[:, 0, :]


def _two_action_utility(game: PopulationGame, q: Any) -> tuple[Any, Any]:
    """Return expected payoffs, (members, 2), and their derivatives in the others' probabilities."""
    import numpy as np

    n = game.n
    table = np.array(game.by_count, dtype=float)
    utility, effect = np.zeros((n, 2)), np.zeros((n, 2, n))
    for i in range(n):
        others = [j for j in range(n) if j != i]
        law = count_distribution(q[others])
        pay = (table[i, 0, :n], table[i, 1, 1 : n + 1])  # k of the others choose the second action
        utility[i] = [law @ pay[0], law @ pay[1]]
        for j in others:
            without = count_distribution(q[[k for k in others if k != j]])
            effect[i, :, j] = [without @ np.diff(each) for each in pay]
    return utility, effect
