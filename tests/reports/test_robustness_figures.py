"""Pictures of shares, convergence and importance: what is drawn is what was counted."""

import re
from dataclasses import replace

import pytest

from detente.conclusions.robustness.importance import importance_of
from detente.conclusions.robustness.robustness import robustness
from detente.conclusions.robustness.subjects import subject_of
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
from detente.reports.figure_style import to_svg
from detente.reports.robustness_figures import convergence_figure, importance_figure, shares_figure

GAME = SymbolicGame(
    [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], parameters={"b": (1, 3), "c": (-1, 2)},
    strategies=[["give", "keep"]] * 2,
)  # fmt: skip


@pytest.fixture(scope="module")
def found():
    return robustness(GAME, draws=20_000, given=["sign:c"])


def texts(figure):
    return [each.get_text() for each in figure.findobj(lambda artist: hasattr(artist, "get_text")) if each.get_text()]


def overlaps(figure):
    """Pairs of words that lie over each other."""
    renderer = figure.canvas.get_renderer()
    boxes = [(each.get_text(), each.get_window_extent(renderer)) for each in figure.findobj(lambda a: hasattr(a, "get_text")) if each.get_text().strip() and each.get_visible()]
    return [
        (a, b) for k, (a, x) in enumerate(boxes) for b, y in boxes[k + 1 :]
        if x.x0 < y.x1 - 1 and y.x0 < x.x1 - 1 and x.y0 < y.y1 - 1 and y.y0 < x.y1 - 1
    ]  # fmt: skip


def test_every_share_is_a_mark_and_conditions_stand_below_the_unconditional(found):
    figure = shares_figure(found, ["equilibrium:keep,keep"])
    (axes,) = figure.axes
    marks = sorted((line.get_ydata()[0], line.get_xdata()[0]) for line in axes.lines if line.get_marker() not in {"None", ""})
    shares = [each.share for each in found.find("equilibrium:keep,keep")]
    middle = sum(axes.get_ylim()) / 2
    assert sorted(x for y, x in marks if y < middle) == pytest.approx(sorted(shares))
    assert [x for y, x in marks if y > middle] == [1.0] * 5  # c > 0 makes keeping an equilibrium
    assert "given sign:c" in texts(figure) and overlaps(figure) == []


def test_a_long_outcome_is_written_whole_inside_the_picture(found):
    paths = "|".join(f"type_{k},license,decouple" for k in range(6))
    own = [each for each in found.shares if each.conclusion == "equilibrium:keep,keep"]
    shares = tuple(replace(each, conclusion=f"selected:{paths}") for each in own)
    figure = shares_figure(replace(found, conclusions=(f"selected:{paths}",), shares=shares), [f"selected:{paths}"])
    renderer = figure.canvas.get_renderer()
    written = [each for each in figure.findobj(lambda a: hasattr(a, "get_text")) if "license" in each.get_text()]
    assert len(written) == 1 and written[0].get_window_extent(renderer).x0 >= 0
    assert overlaps(figure) == []


def test_lines_end_at_the_shares_and_their_names_do_not_overlap(found):
    figure = convergence_figure(found)
    assert len(figure.axes) <= 4 and overlaps(figure) == []
    single = convergence_figure(found, ["equilibrium:keep,keep"])
    ends = sorted(line.get_ydata()[-1] for line in single.axes[0].lines)
    assert ends == pytest.approx(sorted(each.share for each in found.find("equilibrium:keep,keep")))
    assert single.axes[0].lines[0].get_xdata()[-1] == 20_000


def test_bars_are_as_long_as_the_indices():
    drivers = importance_of(subject_of(GAME), ["equilibrium:keep,keep"], draws=5000, kinds={"b": "figure", "c": "judgement"})
    figure = importance_figure(drivers, labels={"c": "cost of giving"})
    widths = [patch.get_width() for patch in figure.axes[0].patches]
    (c, b) = drivers.of("equilibrium:keep,keep")
    assert (c.name, widths[0], widths[1]) == ("c", pytest.approx(c.total), pytest.approx(c.first))
    assert b.total == 0 and "cost of giving" in texts(figure) and overlaps(figure) == []
    assert re.match(rb"<\?xml", to_svg(figure)) and to_svg(figure) == to_svg(importance_figure(drivers, labels={"c": "cost of giving"}))


def test_nothing_to_draw_is_told():
    always = robustness(SymbolicGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], {}), draws=100)
    drivers = importance_of(subject_of(SymbolicGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], {})), ["class"])
    with pytest.raises(UsageError, match="does not vary"):
        importance_figure(drivers)
    assert "does not vary" in str(drivers)
    assert shares_figure(always).axes
