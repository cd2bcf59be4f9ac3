"""Pictures of many members, of waves of best replies and of power: that they show what was computed elsewhere."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest

import detente
from detente.games.population import PopulationGame
from detente.reports.figure_style import to_svg
from detente.reports.member_figures import lever_figure, tipping_curve, waves_figure
from detente.solve.population.best_reply import best_reply_path

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


def thresholds(costs):
    """Members who go in where more than so many are in, themselves counted: Granovetter's crowd."""
    n = len(costs)
    return PopulationGame(["out", "in"], [[0, -c] for c in costs], [[[F(0), F(0)], [F(0), F(1)]]] * n)


def test_a_tipping_curve_counts_who_goes_in_next():
    game = thresholds([F(1, 2), F(3, 2), F(5, 2), F(9, 2)])
    # member i goes in if those in, itself counted, are more than its cost; one who is in counts itself already
    expected = []
    for k in range(5):
        inside = [i < k for i in range(4)]
        expected.append(sum((k if inside[i] else k + 1) > c for i, c in enumerate([0.5, 1.5, 2.5, 4.5])))
    assert tipping_curve(game, 0) == expected


def test_waves_have_a_column_for_every_round_and_a_mark_for_who_is_held():
    game = thresholds([F(1, 2), F(3, 2), F(5, 2), F(9, 2)])
    path = best_reply_path(game, "in", "highest", {"member_1": "out"})
    figure = waves_figure({"after": path})
    (axes,) = figure.axes
    assert list(axes.get_xticks()) == list(range(len(path.profiles)))
    assert [each.get_text() for each in axes.texts].count("held") == 1
    assert to_svg(figure) == to_svg(waves_figure({"after": path}))


def test_levers_mark_the_point_and_the_exact_critical_value():
    curves = {"stick": [(0.0, (1, 0), (0, 0)), (0.5, (1, 1), (1, 0)), (1.0, (1, 1), (1, 1))]}
    figure = lever_figure(curves, ["out", "in"], here={"stick": 0.25}, critical={"stick": [0.75]})
    lines = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_linestyle() in {":", "--"}]
    assert lines == [0.25, 0.75]


def test_power_bars_are_the_shares_of_what_all_are_worth(study):
    model = study.game("forge_coalition").model
    found = model.form.solve(model, model.point("finance_poor"), "strategic")
    figure = study.game("forge_coalition").figure("finance_poor")
    widths = [patch.get_width() for patch in figure.axes[0].patches]
    assert widths[::2] == pytest.approx([100 * float(found.shapley[name] / found.game.worth[-1]) for name in found.game.players])


@pytest.mark.parametrize(("name", "question"), [("export_ban_cascade", 2), ("forge_tipping", 3), ("forge_tipping", 1), ("forge_coalition:seats", None)])
def test_answers_with_pictures_are_drawn(study, name, question):
    assert to_svg(study.game(name).figure(question=question)).startswith(b"<?xml")


def test_an_answer_without_a_picture_is_refused(study):
    with pytest.raises(detente.UsageError, match="no picture"):
        study.game("pakistan_balancing").figure(question=3)
    with pytest.raises(detente.UsageError, match="unknown question 40"):
        study.game("pakistan_balancing").figure(question=40)
