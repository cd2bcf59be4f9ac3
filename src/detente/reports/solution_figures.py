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

    Policies and values of stochastic and control problems; critical discount factors, payoffs that can be sustained,
    feasible, or reached in a known number of periods, automata, penal codes, chains of opponents, triggers under noisy
    signals and what better signals are worth; memory-one matches and zero-determinant strategies; every course of
    evolution and learning, tournaments, ecologies.

    Parameters
    ----------
    result
        What the solver returned.
    label : callable, optional
        What a reader sees for the name of a player or a strategy.
    title : str

    Raises
    ------
    UsageError
        If the solution has no picture of its own.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> from detente.solve.memory_one.zero_determinant import extortionate
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> solution_figure(extortionate(g, 3)).axes[0].get_xlabel()
    'average payoff of 1'
    """
    from detente.reports.chain_figure import chain_figure
    from detente.reports.dynamics_figures import dynamics_figure
    from detente.reports.memory_one_figure import memory_one_figure
    from detente.reports.monitoring_figures import monitoring_figure, monitoring_value_figure
    from detente.reports.repeated_figures import (
        automaton_figure,
        feasible_figure,
        finite_repetition_figure,
        payoff_set_figure,
    )
    from detente.reports.state_figures import control_figure, markov_figure
    from detente.solve.control.control_result import ControlResult
    from detente.solve.memory_one.linear_relation import ZeroDeterminant
    from detente.solve.memory_one.match import Match
    from detente.solve.repeated.automaton import Automaton
    from detente.solve.repeated.feasible import FeasibleSet
    from detente.solve.repeated.finite_repetition import FiniteRepetition
    from detente.solve.repeated.monitoring_result import MonitoredTrigger
    from detente.solve.repeated.monitoring_value import MonitoringValue
    from detente.solve.repeated.opponents import Chain
    from detente.solve.repeated.payoff_set import PayoffSet
    from detente.solve.repeated.penal_codes import PenalCodes
    from detente.solve.stochastic.markov_result import MarkovResult
    from detente.study.forms.repeated import DiscountFactors

    if isinstance(result, MarkovResult):
        return markov_figure(result, label, title)
    if isinstance(result, ControlResult):
        return control_figure(result, title)
    if isinstance(result, DiscountFactors):
        return _gauge(result, label)
    if isinstance(result, PenalCodes):
        return _code(result, title)
    if isinstance(result, Automaton):
        return automaton_figure(result, title=title)
    if isinstance(result, Chain):
        return chain_figure(result, title)
    names = {name: label(name) for name in _names(result)}
    kinds: tuple[tuple[Any, Any], ...] = (
        (PayoffSet, payoff_set_figure),
        (FeasibleSet, feasible_figure),
        (FiniteRepetition, finite_repetition_figure),
        (MonitoredTrigger, monitoring_figure),
        (MonitoringValue, monitoring_value_figure),
        (ZeroDeterminant, memory_one_figure),
        (Match, memory_one_figure),
    )
    for kind, draw in kinds:
        if isinstance(result, kind):
            drawn: Figure = draw(result, names, title=title)
            return drawn
    course = dynamics_figure(result, names, title)
    if course is not None:
        return course
    raise UsageError(
        "--figure draws solutions of games with a state (forms stochastic and control), of repeated games and of "
        "chains of opponents; maps of other games are drawn by detente atlas --figure, evolution and tournaments by "
        "detente simulate --figure"
    )


def _names(result: Any) -> set[str]:
    """Return the names of the players and strategies in a solution."""
    holders = [result, *(getattr(result, each, None) for each in ("setting", "repeated", "tournament"))]
    games = [getattr(each, name, None) for each in holders for name in ("game", "stage")]
    found = {*getattr(result, "players", ()), *getattr(result, "target", ())}
    for game in games:
        if game is not None:
            found.update(game.players, *game.strategies)
    return found


def _gauge(found: DiscountFactors, label: Callable[[str], str]) -> Figure:
    from detente.reports.discount_gauge import Critical, discount_gauge

    own = list(dict.fromkeys(found.values.values()))
    if len(own) > 1:  # a row for each player and strategy, since each has a factor of its own
        rows = [
            Critical(
                f"{name.replace('_', ' ')}: {label(player)}",
                None if least is None else float(least),
                "" if least is None else short(least, 3),
                float(found.values[player]),
            )
            for name, factor in found.factors.items()
            for player, least in factor.per_player.items()
        ]
        return discount_gauge(rows, delta=None, delta_label=f"the player's own factor at {found.point}")
    rows = [
        Critical(name.replace("_", " "), None if least is None else float(least), short(least, 3))
        for name, least in ((name, factor.overall) for name, factor in found.factors.items())
    ]
    return discount_gauge(rows, delta=float(own[0]), delta_label=f"discount factor at {found.point}")


def _code(found: PenalCodes, title: str) -> Figure:
    from detente.reports.repeated_figures import automaton_figure

    if found.code is None:
        raise UsageError("no stick and carrot deters here, so there is no penal code to draw")
    return automaton_figure(found.code, title=title)
