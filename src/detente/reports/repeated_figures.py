"""Pictures of repeated games: the payoffs that two players can sustain, and automata as states and arrows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import short
from detente.reports.figure_labels import text_label, wrap_to
from detente.reports.figure_style import INK, PLATE, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure
from detente.reports.payoff_plane import PayoffPlane

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    from detente.solve.repeated.automaton import Automaton
    from detente.solve.repeated.feasible import FeasibleSet
    from detente.solve.repeated.finite_repetition import FiniteRepetition
    from detente.solve.repeated.payoff_set import PayoffSet

__all__ = ["automaton_figure", "feasible_figure", "finite_repetition_figure", "payoff_set_figure"]

#: States above which arrows hide one another.
_MOST_STATES = 8
#: Width and height of a state, and how far the second frame of the first state stands off; the figure is 1 wide.
_BOX, _FRAME = (0.26, 0.085), 0.008


def payoff_set_figure(
    found: PayoffSet, labels: Mapping[str, str] | None = None, *, title: str = "", width: float = TEXT_WIDTH
) -> Figure:
    """Draw the payoffs that can be sustained within those that are feasible, with min-max payoffs and stage equilibria.

    Where the set is known between bounds both are drawn; often the eye cannot tell them apart.

    Parameters
    ----------
    found : PayoffSet
        As :func:`detente.payoff_set` returns it.
    labels : mapping, optional
        What a reader sees for the players.
    title : str
    """
    factors = [short(each, 4) for each in found.repeated.discount_factors]
    with figure_style():
        plane = PayoffPlane(found.feasible, labels, [f" (factor {each})" for each in factors], width)
        name = "subgame perfect" if found.exact else "subgame perfect: outer bound"
        plane.area(found.vertices, name)
        if not found.exact and len(found.inner) > 2:
            plane.outline(found.inner, "inner bound, proved")
        plane.stage_equilibria(found.repeated.stage)
        if not found.vertices:
            plane.say("nothing can be sustained in pure strategies")
        return plane.finished(title, found.vertices)


def feasible_figure(
    found: FeasibleSet, labels: Mapping[str, str] | None = None, *, title: str = "", width: float = TEXT_WIDTH
) -> Figure:
    """Draw the feasible payoffs of two players, and those of them that give nobody less than its min-max payoff.

    Raises
    ------
    UsageError
        If there are not two players.
    """
    if len(found.players) != 2:
        raise UsageError(f"found {len(found.players)} players; the picture of feasible payoffs is for two")
    with figure_style():
        plane = PayoffPlane(found, labels, ["", ""], width)
        plane.area(found.rational, "individually rational")
        if found.game is not None:
            plane.stage_equilibria(found.game)
        return plane.finished(title, found.rational)


def finite_repetition_figure(
    found: FiniteRepetition, labels: Mapping[str, str] | None = None, *, title: str = "", width: float = TEXT_WIDTH
) -> Figure:
    """Draw the average payoffs that a game repeated a known number of times can bring, within the feasible ones."""
    from detente.solve.repeated.feasible import feasible_set

    count = f"{found.periods} period{'s' * (found.periods != 1)}"
    factors = [short(each, 4) for each in found.discount_factors]
    with figure_style():
        plane = PayoffPlane(feasible_set(found.game), labels, [f" (factor {each})" for each in factors], width)
        plane.area(found.averages, f"subgame perfect over {count}" + ("" if found.complete else ":\nsome of them"))
        plane.stage_equilibria(found.game)
        return plane.finished(title, found.averages)


def automaton_figure(automaton: Automaton, *, title: str = "", width: float = TEXT_WIDTH) -> Figure:
    """Draw the states of an automaton with what is played in them, and an arrow for each way on.

    Parameters
    ----------
    automaton : Automaton
        At most eight states. Play starts in the state with the double frame.
    title : str

    Raises
    ------
    UsageError
        If it has more states.
    """
    states = automaton.states
    if len(states) > _MOST_STATES:
        raise UsageError(f"{automaton.name}: found {len(states)} states; a picture has at most {_MOST_STATES}")
    row = len(states) < 3
    height = 0.42 * width if row else 0.72 * width
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0, 0, 1, 0.92))
        reach = height * 0.92 / width / 2
        axes.set(xlim=(-0.5, 0.5), ylim=(-reach, reach))
        axes.set_axis_off()
        places = _places(states, reach)
        boxes = {state: _state(axes, automaton, state, places[state]) for state in states}
        for state in states:
            _arrows(axes, automaton, state, places, boxes)
        text, properties = text_label(title or f"Automaton: {automaton.name.replace('_', ' ')}")
        figure.text(0.03, 0.985, text, fontsize=10.5, va="top", **properties)
    return figure


def _places(states: tuple[str, ...], reach: float) -> dict[str, tuple[float, float]]:
    """Return the middle of each state: one in the middle, two side by side, more on an oval from the top on."""
    if len(states) == 1:
        return {states[0]: (0.0, 0.0)}
    if len(states) == 2:
        return {states[0]: (-0.24, 0.0), states[1]: (0.24, 0.0)}
    found = {}
    for k, state in enumerate(states):
        angle = math.pi / 2 - 2 * math.pi * k / len(states)
        found[state] = (0.34 * math.cos(angle), (reach - 0.11) * math.sin(angle))
    return found


def _state(axes: Axes, automaton: Automaton, state: str, place: tuple[float, float]) -> FancyBboxPatch:
    """Draw a state and return its frame, the outer one where it has two."""
    from matplotlib.patches import FancyBboxPatch

    style = PLAYERS[0]
    wide, high = _BOX
    for margin in (0.0, _FRAME) if state == automaton.start else (0.0,):
        corner = (place[0] - wide / 2 - margin, place[1] - high / 2 - margin)
        size = (wide + 2 * margin, high + 2 * margin)
        box = FancyBboxPatch(
            corner, *size, boxstyle="round,pad=0,rounding_size=0.02", zorder=4 - 10 * margin,
            facecolor=style.fill if margin == 0 else "white", edgecolor=style.ink, linewidth=0.9,
        )  # fmt: skip
        axes.add_patch(box)
    played = automaton.outputs[state]
    told = played if isinstance(played, str) else ", ".join(map(str, played))
    if isinstance(played, Mapping):
        told = ", ".join(map(str, played.values()))
    for shift, text, points, color in ((0.016, state, 9, INK), (-0.018, told, 8, QUIET)):
        label, properties = text_label(text)
        shown: dict[str, Any] = {"fontsize": points, "color": color, "ha": "center", "va": "center", "zorder": 5}
        shown |= properties
        axes.text(place[0], place[1] + shift, label, **shown)
    return box


def _arrows(
    axes: Axes,
    automaton: Automaton,
    state: str,
    places: Mapping[str, tuple[float, float]],
    boxes: Mapping[str, FancyBboxPatch],
) -> None:
    """Draw one arrow from a state to each next one, with all that leads there."""
    from matplotlib.patches import FancyArrowPatch

    given = automaton.transitions[state]
    rules = given if isinstance(given, Mapping) else {"whatever happens": given}
    ways: dict[str, list[str]] = {}
    for key, after in rules.items():
        told = key if isinstance(key, str) else ", ".join(map(str, key))
        ways.setdefault(after, []).append(told)
    start = places[state]
    for after, keys in ways.items():
        end = places[after]
        texts = [text_label(key) for key in keys]
        text = "\n".join(wrap_to(each, 26) for each, _ in texts)
        properties = texts[0][1]
        plate: dict[str, Any] = {**PLATE, "alpha": 1}
        common: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 9, "color": INK, "linewidth": 0.8, "zorder": 2}
        if after == state:
            side = 1 if start[1] >= -1e-9 else -1
            y = start[1] + side * (_BOX[1] / 2 + (_FRAME if state == automaton.start else 0))
            loop = FancyArrowPatch(
                (start[0] - 0.05, y),
                (start[0] + 0.05, y),
                connectionstyle=f"arc3,rad={-0.9 * side}",
                shrinkA=0,
                shrinkB=0,
                **common,
            )
            axes.add_patch(loop)
            axes.text(
                start[0], y + side * 0.049, text, fontsize=7.5, color=INK, ha="center", zorder=6,
                va="bottom" if side > 0 else "top", **properties,
            )  # fmt: skip
        else:
            bend = 0.22
            common |= {"patchA": boxes[state], "patchB": boxes[after], "shrinkA": 1, "shrinkB": 1}
            arrow = FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", **common)
            axes.add_patch(arrow)
            dx, dy = end[0] - start[0], end[1] - start[1]
            spot = (start[0] + dx / 2 + bend * dy / 2, start[1] + dy / 2 - bend * dx / 2)
            shown: dict[str, Any] = {"ha": "center", "va": "center", "bbox": plate, "zorder": 6, **properties}
            axes.text(*spot, text, fontsize=7.5, color=INK, **shown)
