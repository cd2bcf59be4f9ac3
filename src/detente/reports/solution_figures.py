"""The picture of a solution, whatever the form of its game, for ``detente solve --figure``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import short

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from detente.solve.repeated.penal_codes import PenalCodes
    from detente.study.forms.repeated import DiscountFactors

__all__ = ["solution_figure"]


def solution_figure(result: Any, label: Callable[[str], str] = str, title: str = "") -> Figure:
    """Return the picture of a solution.

    Policies and values of stochastic and control problems, critical discount factors, payoffs that can be sustained,
    penal codes, chains of opponents.

    Raises
    ------
    UsageError
        If the solution has no picture of its own.
    """
    from detente.reports.chain_figure import chain_figure
    from detente.reports.repeated_figures import payoff_set_figure
    from detente.reports.state_figures import control_figure, markov_figure
    from detente.solve.control.control_result import ControlResult
    from detente.solve.repeated.opponents import Chain
    from detente.solve.repeated.payoff_set import PayoffSet
    from detente.solve.repeated.penal_codes import PenalCodes
    from detente.solve.stochastic.markov_result import MarkovResult
    from detente.study.forms.repeated import DiscountFactors

    if isinstance(result, MarkovResult):
        return markov_figure(result, label, title)
    if isinstance(result, ControlResult):
        return control_figure(result, title)
    if isinstance(result, PayoffSet):
        names = {player: label(player) for player in result.repeated.players}
        return payoff_set_figure(result, names, title=title)
    if isinstance(result, DiscountFactors):
        return _gauge(result)
    if isinstance(result, PenalCodes):
        return _code(result, title)
    if isinstance(result, Chain):
        return chain_figure(result, title)
    raise UsageError(
        "--figure draws solutions of games with a state (forms stochastic and control), of repeated games and of "
        "chains of opponents; maps of other games are drawn by detente atlas --figure"
    )


def _gauge(found: DiscountFactors) -> Figure:
    from detente.reports.discount_gauge import Critical, discount_gauge

    own = list(dict.fromkeys(found.values.values()))
    rows = [
        Critical(name.replace("_", " "), None if least is None else float(least), short(least, 3))
        for name, least in ((name, factor.overall) for name, factor in found.factors.items())
    ]
    if len(own) > 1:
        # one row a player and strategy, since each has a factor of its own
        raise UsageError("the gauge needs one discount factor for all players; see the table for factors of their own")
    return discount_gauge(rows, delta=float(own[0]), delta_label=f"discount factor at {found.point}")


def _code(found: PenalCodes, title: str) -> Figure:
    from detente.reports.repeated_figures import automaton_figure

    if found.code is None:
        raise UsageError("no stick and carrot deters here, so there is no penal code to draw")
    return automaton_figure(found.code, title=title)
