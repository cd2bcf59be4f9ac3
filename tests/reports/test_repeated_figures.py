"""Pictures of repeated games: what is drawn is what was found, the same bytes each time, too many states refused."""

from fractions import Fraction as F

import pytest

import detente
from detente.errors import UsageError
from detente.reports.figure_style import to_svg
from detente.reports.repeated_figures import automaton_figure, payoff_set_figure

DILEMMA = detente.NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]], ["row", "column"], [["c", "d"]] * 2)


def words(figure):
    (axes,) = figure.axes
    found = [text.get_text() for text in axes.texts]
    legends = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return found, legends


def test_the_drawn_set_has_the_corners_that_were_found():
    """By hand: (1, 1), (5/2, 1), (2, 2), (1, 5/2) within the hull of (0, 3), (1, 1), (3, 0), (2, 2)."""
    figure = payoff_set_figure(detente.payoff_set(detente.RepeatedGame(DILEMMA, "3/4")), {"row": "the first"}, title="a dilemma")
    (axes,) = figure.axes
    feasible, sustained = axes.patches
    assert {tuple(each) for each in sustained.get_xy().tolist()} == {(1, 1), (2.5, 1), (2, 2), (1, 2.5)}
    assert {tuple(each) for each in feasible.get_xy().tolist()} == {(0, 3), (1, 1), (3, 0), (2, 2)}
    assert axes.get_xlabel() == "average payoff of the first (factor 0.75)"
    assert "subgame perfect" in words(figure)[1]


def test_bounds_a_point_and_an_empty_set_are_told_apart():
    other = detente.NormalFormGame([[[16, 3, 0], [21, 10, -1], [9, 5, -5]], [[9, 13, 3], [1, 4, 0], [0, -4, -15]]])
    pennies = detente.NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    told = [words(payoff_set_figure(detente.payoff_set(detente.RepeatedGame(game, factor))))[1] for game, factor in
            ((other, "3/10"), (DILEMMA, F(1, 10)), (pennies, "1/2"))]  # fmt: skip
    assert "inner bound, proved" in told[0]
    assert "subgame perfect" in told[1]
    assert "nothing can be sustained in pure strategies" in told[2]


@pytest.mark.parametrize("name", ["always_defect", "grim", "penance", "contrite_tit_for_tat", "punishment_5"])
def test_every_state_and_way_of_an_automaton_is_there(name):
    automaton = detente.Automaton.named(name, ("c", "c"), ("d", "d"))
    figure = automaton_figure(automaton)
    found, _ = words(figure)
    for state in automaton.states:
        assert state in found
        assert ", ".join(automaton.outputs[state]) in found
    assert to_svg(figure) == to_svg(automaton_figure(automaton))


def test_too_many_states_are_refused():
    with pytest.raises(UsageError, match="at most 8"):
        automaton_figure(detente.Automaton.named("punishment_9", ("c", "c"), ("d", "d")))
