"""The entry to decision problems with a continuous state: picks the method, delegates, wraps the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import UsageError, did_you_mean
from detente.solve.control.lines import acts_of, lines
from detente.solve.control.proportional import proportional, rates_of

if TYPE_CHECKING:
    from detente.games.control import ControlGame
    from detente.solve.control.control_result import ControlResult

__all__ = ["METHODS", "optimal_control"]

#: Methods by name, with their scope.
METHODS = {
    "proportional": "flow and law in proportion to the state, actions from an interval: closed form",
    "lines": "finitely many actions, affine flow, law in proportion to the state: exact, with thresholds",
    "bounds": "polynomial flow and law: proved bounds",
}


def optimal_control(game: ControlGame, method: str | None = None, *, tolerance: object = "1/20") -> ControlResult:
    """Return the best policy of a decision problem with a continuous state, and what it is worth.

    Parameters
    ----------
    game : ControlGame
    method : str, optional
        One of :data:`METHODS`; by default the first that fits.
    tolerance : number
        For ``bounds``: how far apart they may be, relative to the value.

    Returns
    -------
    ControlResult
        Exact where numbers are rational; enclosed to 24 decimals where powers or exponentials are not; bounds where
        neither closed forms nor lines apply. ``gap`` is a proved bound on the gain of one other action anywhere.

    Raises
    ------
    UsageError
        If the method does not fit, or the state can leave where the problem is stated.
    NotConverged
        If an iteration does not end.

    Examples
    --------
    Pressure earns now and wears the lever down; with a cost per period it stops at a threshold.

    >>> from detente.games.control import ControlGame
    >>> law = "state*(9/10 - p/10)"
    >>> found = optimal_control(ControlGame("state*(1/25 + 7/50*p - 7/100*p**2)", law, {"p": (0, 1)}, "19/20", "3/4"))
    >>> print(found.action, "=", f"{float(found.action):.4f}")
    -29/19 + sqrt(85099)/133 = 0.6670
    >>> stops = optimal_control(ControlGame("state*(1/25 + 7/50*p) - p/100", law, {"p": [0, 1]}, "19/20", "3/4"))
    >>> print(stops.thresholds[0], stops.first.periods)
    29/330 10
    """
    if method is not None and method not in METHODS:
        hint = did_you_mean(method, METHODS)
        raise UsageError(
            f"unknown method {method!r}; expected one of {', '.join(METHODS)}" + (f"; {hint}" if hint else "")
        )
    if method in {None, "proportional"} and game.continuous:
        rates = rates_of(game.flow, game.law, game.action)
        if rates is not None:
            return proportional(game, rates)
    if method in {None, "lines"} and not game.continuous:
        acts = acts_of(game.flow, game.law, game.action, game.choices)
        if acts is not None and _falls(game):
            return lines(game, acts)
    if method in {None, "bounds"}:
        from detente.solve.control.bounds import bounds

        return bounds(game, tolerance)
    raise UsageError(f"the method {method} is for {METHODS[method]}; found another problem")


def _falls(game: ControlGame) -> bool:
    """Return whether no action lets the state grow or turn negative."""
    from detente.solve.control._balls import PRECISIONS, ball, working_precision

    acts = acts_of(game.flow, game.law, game.action, game.choices)
    assert acts is not None
    with working_precision(PRECISIONS[0]):
        growths = [ball(each.growth) for each in acts]
        from_zero = ball(game.interval[0]) == 0
        return all(not each < 0 and not each > 1 and (from_zero or each == 1) for each in growths)
