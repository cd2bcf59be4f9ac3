"""Figures: the same bytes, labels that do not overlap, colors that tell without color."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import detente
from detente.errors import UsageError
from detente.reports import chinese_glyphs
from detente.reports.characters import chinese_fonts
from detente.reports.discount_gauge import Critical, discount_gauge
from detente.reports.figure_labels import fit, text_label, wrap
from detente.reports.figure_style import PLAYERS, figure_style, to_svg
from detente.reports.label_placement import Canvas, place_curve_label
from detente.reports.number_line import Threshold, number_line
from detente.reports.region_map import Boundary, NamedPoint, Region, region_map
from detente.reports.scale import Scale

X = Scale("Severity", 0, 2, "share", "s")
Y = Scale("Discount factor", 0, 1, "per year", r"\delta")
XS = np.linspace(0, 2, 200)
CURVE = np.column_stack([XS, 1 / (1 + XS**2)])


def example():
    return region_map(
        X,
        Y,
        [
            Region("Deterrence holds", lambda x, y: y - 1 / (1 + x**2)),
            Region(
                "Confrontation is the only equilibrium", lambda x, y: 1 / (1 + x**2) - y, detail="for both"
            ),
            Region("A pocket too small for its name", lambda x, y: 0.04 - np.hypot(x - 1.8, y - 0.08)),
        ],
        [Boundary(CURVE, r"\delta = \frac{1}{1 + s^2}"), Boundary([(1, 0), (1, 1)], "s = 1", dash="--")],
        [
            NamedPoint("baseline", 0.6, 0.9),
            NamedPoint("corner", 2, 1),
            NamedPoint("near the curve", 0.9, 0.5),
        ],
    )


@cache
def shared():
    return example()


def boxes(figure):
    """Return the texts of the axes with their corners on the page, turned ones as they are turned."""
    with figure_style():
        renderer = figure.canvas.get_renderer()
        found = []
        for text in figure.axes[0].texts:
            angle = np.radians(text.get_rotation())
            text.set_rotation(0)
            box = text.get_window_extent(renderer)
            text.set_rotation(np.degrees(angle))
            center = np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
            half = np.array([box.width, box.height]) / 2 - 0.5
            grid = (
                np.stack(np.meshgrid(np.linspace(-1, 1, 40), np.linspace(-1, 1, 12)), -1).reshape(-1, 2)
                * half
            )
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            found.append((text.get_text(), center + grid @ turn))
        return found


def test_labels_of_a_map_do_not_overlap_and_stay_inside():
    figure = shared()
    found = boxes(figure)
    assert len(found) == 8  # three regions, one of them by letter; two curves; three points
    frame = figure.axes[0].get_window_extent()
    for name, points in found:
        assert frame.x0 <= points[:, 0].min() and points[:, 0].max() <= frame.x1, name
        assert frame.y0 <= points[:, 1].min() and points[:, 1].max() <= frame.y1, name
    for (one, first), (other, second) in combinations(found, 2):
        distance = np.abs(first[:, None, :] - second[None, :, :]).max(axis=2).min()
        assert distance > 1.0, (one, other)


def test_the_label_of_a_region_lies_inside_the_region():
    figure = shared()
    inverse = figure.axes[0].transData.inverted()
    inside = {
        "Deterrence holds": lambda x, y: y > 1 / (1 + x**2),
        "Confrontation": lambda x, y: y < 1 / (1 + x**2),
    }
    for name, points in boxes(figure):
        for start, holds in inside.items():
            if name.replace("\n", " ").startswith(start):
                x, y = inverse.transform(points).T
                assert holds(x, y).all(), name


def test_the_formula_of_a_curve_lies_on_the_curve():
    figure = shared()
    centers = {name: points.mean(axis=0) for name, points in boxes(figure)}
    curve = figure.axes[0].transData.transform(CURVE)
    (name,) = [name for name in centers if "dfrac" in name]
    assert np.hypot(*(curve - centers[name]).T).min() < 4


@pytest.mark.parametrize(("covered", "sign"), [(0, "1"), (0.25, "1"), (1, "-")])
def test_a_curve_without_a_place_for_its_formula_is_numbered_unless_that_would_cover_a_label(covered, sign):
    figure = Figure()
    FigureCanvasAgg(figure)
    canvas = Canvas(figure.add_subplot())
    if covered:
        canvas.taken[:, :: round(1 / covered)] = True
    key = []
    curve = np.column_stack([np.full(40, 200), np.linspace(200, 240, 40)])
    place_curve_label(canvas, "a much longer formula than its curve = 0", curve, key, is_math=False, dash="-")
    assert [each[0] for each in key] == [sign]
    assert [text.get_text() for text in canvas.axes.texts] == ["1"] * (sign == "1")


def test_a_region_without_room_gets_a_letter_that_is_explained_below():
    figure = shared()
    assert "A" in [text.get_text() for text in figure.axes[0].texts]
    below = [text.get_text() for text in figure.texts]
    assert "A" in below
    assert "A pocket too small for its name" in below


def test_masks_and_functions_give_the_same_regions():
    grid = np.meshgrid(np.linspace(0, 2, 520), np.linspace(0, 1, 420))
    mask = grid[1] > 0.5
    places = []
    for where in (mask, lambda x, y: y > 0.5, lambda x, y: y - 0.5):
        (text,) = region_map(X, Y, [Region("upper", where)]).axes[0].texts
        places.append(text.get_position())
    assert places[0] == places[1] == pytest.approx(places[2], abs=0.01)
    assert places[0][1] == pytest.approx(0.75, abs=0.02)


def test_a_region_that_holds_nowhere_or_is_undefined_is_left_out():
    figure = region_map(X, Y, [Region("never", lambda x, y: x < -1), Region("nan", lambda x, y: np.nan * x)])
    assert not figure.axes[0].texts


def test_the_same_figure_gives_the_same_bytes_in_another_process():
    script = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import test_figures as t\n"
        "sys.stdout.buffer.write(t.to_svg(t.example()))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "SOURCE_DATE_EPOCH": "1"}
    environment["PYTHONPATH"] = str(Path(detente.__file__).resolve().parents[1])
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    other = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    assert other == to_svg(example())
    assert b"<dc:date>" not in other
    assert b"<text" not in other, "letters are paths"


def test_the_style_leaves_matplotlib_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    backend = mpl.get_backend(auto_select=False)
    to_svg(shared())
    assert dict(mpl.rcParams) == before
    assert mpl.get_backend(auto_select=False) == backend
    assert "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()


@pytest.mark.parametrize(
    "label", ["costs $5 or $6", "a_b^c", "\\frac{1}{2}", "50 %", "#import", "zero\u200bwidth", "\U0001f98a"]
)
def test_a_hostile_label_is_text(label):
    scale = Scale(label, 0, 1, label)
    figure = region_map(scale, scale, [Region(label, lambda x, y: x > -1)], [], [NamedPoint(label, 0.5, 0.5)])
    to_svg(figure)
    shown = [text.get_text() for text in figure.axes[0].texts]
    expected = label.replace("\u200b", "[U+200B]").replace("\U0001f98a", "[U+1F98A]")
    assert shown.count(expected) == 2
    line = number_line(scale, [Threshold(0.5, label, label, math=False)], [label, label], baseline=0.2)
    gauge = discount_gauge([Critical(label, 0.5, label)], delta=0.9, delta_label=label, axis_label=label)
    assert expected in [text.get_text() for text in line.axes[0].texts]
    assert expected in [text.get_text() for text in gauge.axes[0].texts]


def test_a_letter_without_a_glyph_is_an_error_and_never_an_empty_box():
    figure = region_map(X, Y, [])
    with figure_style():
        figure.axes[0].text(1, 0.5, "\u4e2d")
    with pytest.raises(UsageError, match="cannot be drawn"):
        to_svg(figure)


@pytest.mark.parametrize("source", ["$x$", r"\nosuchcommand{x}", r"\frac{1", "变量"])
def test_a_formula_that_cannot_be_drawn_is_refused(source):
    with pytest.raises(UsageError, match="formula"):
        region_map(X, Y, [], [Boundary(CURVE, source)])


def test_chinese_labels_are_drawn_with_the_fonts_and_marked_without(monkeypatch):
    def draw():
        figure = region_map(
            Scale("力度", 0, 1, "占比", "s"), Y, [Region("合作可以维持", lambda x, y: y > 0.5)]
        )
        to_svg(figure)
        return [text.get_text() for text in (*figure.axes[0].texts, *figure.texts)]

    if chinese_fonts():
        # a title in Chinese has its own marks
        assert {"合作可以维持", "力度", "$s$", "（占比）"} <= set(draw())
    monkeypatch.setattr(chinese_glyphs, "chinese_fonts", tuple)
    chinese_glyphs._chinese_source.cache_clear()
    chinese_glyphs.chinese_family.cache_clear()
    try:
        shown = draw()
        assert "[zh]" in shown
        assert not re.search("[\u4e00-\u9fff]", "".join(shown))
    finally:
        chinese_glyphs._chinese_source.cache_clear()
        chinese_glyphs.chinese_family.cache_clear()


@pytest.mark.skipif(not chinese_fonts(), reason="the extra zh is not installed")
def test_bold_chinese_letters_of_figures_come_from_a_bold_font_and_are_heavier():
    from matplotlib.font_manager import FontProperties, findfont, get_font

    family = chinese_glyphs.chinese_family("驱动")
    ink = []
    for weight in ("normal", "bold"):
        font = get_font(findfont(FontProperties(family=[family], weight=weight), fallback_to_default=False))
        font.set_size(40, 100)
        font.set_text("驱动")
        font.draw_glyphs_to_bitmap(antialiased=True)
        ink.append(int(font.get_image().astype(int).sum()))
    assert ink[1] > 1.2 * ink[0]


def test_players_differ_without_color():
    def lightness(color):
        parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for player in PLAYERS:
        assert 1.05 / (lightness(player.ink) + 0.05) >= 4.5, "ink must be legible on white"
    for attribute in ("ink", "dash", "hatch", "marker"):
        assert len({getattr(player, attribute) for player in PLAYERS}) == len(PLAYERS)
    assert abs(lightness(PLAYERS[0].ink) - lightness(PLAYERS[1].ink)) > 0.05


def test_a_number_line_names_every_interval_and_threshold():
    figure = number_line(
        X,
        [Threshold(0.5, "1/2", r"\frac{g}{l}"), Threshold(0.52), Threshold(1.5, label="r", math=False)],
        ["nothing is stable", "too narrow for this", "both", "one"],
        baseline=0.9,
        stated=(0.3, 1.2),
    )
    svg = to_svg(figure)
    shown = [text.get_text().replace("\n", " ") for text in (*figure.axes[0].texts, *figure.texts)]
    for expected in (
        "nothing is stable",
        "B   too narrow for this",
        "both",
        "one",
        "1/2",
        "0.52",
        "1.5",
        "baseline",
    ):
        assert expected in shown or expected.replace("B ", "A ") in shown, expected
    assert re.match(rb"<\?xml", svg)


@pytest.mark.parametrize("values", [(0.62, 0.66), (0.017, 0.019), (0.3, 0.31, 0.32, 0.9), (0.01, 0.5, 1.98, 1.99)])
def test_labels_of_thresholds_that_are_close_touch_neither_each_other_nor_another_mark(values):
    figure = number_line(X, [Threshold(value) for value in values], [f"p{place}" for place in range(len(values) + 1)])
    to_svg(figure)
    axes = figure.axes[0]
    shown = {f"{value:.3g}" for value in values}
    boxes = [text.get_window_extent() for text in axes.texts if text.get_text() in shown]
    marks = [line.get_window_extent() for line in axes.lines if len(set(line.get_xdata())) == 1 and line.get_xdata()[0] in values]
    assert (len(boxes), len(marks)) == (len(values), len(values))
    pairs = [*combinations(boxes, 2), *((box, mark) for box in boxes for mark in marks)]
    for a, b in pairs:
        assert not (a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 - 0.5 and b.y0 < a.y1 - 0.5)


@pytest.mark.parametrize(
    ("values", "intervals"),
    [([0.5, 0.4], 3), ([0.5], 3), ([2.5], 2), ([0.0], 2)],
)
def test_a_number_line_out_of_order_is_refused(values, intervals):
    with pytest.raises(UsageError):
        number_line(X, [Threshold(value) for value in values], ["x"] * intervals)


def test_a_gauge_tells_always_and_never_from_a_number():
    rows = [
        Critical("free", 0.0),
        Critical("hard", 0.615, "8/13"),
        Critical("plain", 0.8),
        Critical("hopeless", None),
    ]
    figure = discount_gauge(rows, delta=0.95, delta_range=(0.85, 0.98))
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert {"always", "8/13", "0.8", "never", "free", "hard", "plain", "hopeless"} <= set(shown)
    assert "model: 0.95 (0.85\u20130.98)" in shown
    assert to_svg(figure) == to_svg(discount_gauge(rows, delta=0.95, delta_range=(0.85, 0.98)))


@pytest.mark.parametrize("call", [
    lambda: discount_gauge([], delta=0.5),
    lambda: discount_gauge([Critical("a", 1.5)], delta=0.5),
    lambda: Scale("a", 1, 1),
    lambda: Scale("a", 0, float("inf")),
    lambda: region_map(X, Y, [Region("a", np.ones(4))]),
    lambda: region_map(X, Y, [], [Boundary([(1, 2, 3)], "x")]),
])  # fmt: skip
def test_malformed_figures_are_refused(call):
    with pytest.raises(UsageError):
        call()


def test_importing_the_module_does_not_load_matplotlib():
    script = "import sys, detente.reports.pdf; print('matplotlib' in sys.modules, 'typst' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(detente.__file__).resolve().parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, check=True, text=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_a_player_of_several_trees_has_one_color_in_all_of_them():
    from detente.reports.tree_figure import tree_figure

    study = detente.Study(Path(__file__).parents[2])
    tree = study.game("pakistan_balancing").model.at()
    names = list(tree.players)

    def inks(styles):
        figure, _ = tree_figure(tree, str, names, styles=styles)
        return {text.get_text(): text.get_color() for text in figure.axes[0].texts if text.get_text() in names}

    assert inks((1, 0, 2)) == {name: PLAYERS[number].ink for name, number in zip(names, (1, 0, 2), strict=True)}
    assert inks(()) == {name: PLAYERS[number].ink for number, name in enumerate(names)}


def test_a_threshold_is_called_exact_only_where_the_number_printed_is_it(monkeypatch):
    from fractions import Fraction
    from types import SimpleNamespace

    from detente.conclusions import thresholds as module
    from detente.numbers import Enclosure
    from detente.reports.box_results import threshold_results
    from detente.reports.point_blocks import _edges

    model = SimpleNamespace(symbolic=None, point=lambda: SimpleNamespace(values={}), parameters={"trust": SimpleNamespace(domain=None)})

    def said(*values):
        inside = tuple(module.Threshold(value, ("a",), ("a", "b"), ("b",)) for value in values)
        found = module.Thresholds("trust", "equilibria", (Fraction(0), Fraction(2)), ("a",), inside, (), Fraction(1))
        monkeypatch.setattr(module, "thresholds", lambda *_: found)
        return _edges("en", threshold_results(model, "trust")["inside"])

    assert said(Fraction(7, 400)) == " Exact threshold: 7/400."
    assert said(Fraction(1, 2), Fraction(2, 3)) == " Exact thresholds: 1/2, 2/3."
    assert said(Fraction(123456789, 987654321), Fraction(1, 2)) == " Thresholds, proved to lie there and rounded: 0.125, 0.5."
    assert said(Enclosure(Fraction(12, 10), Fraction(13, 10))).startswith(" Threshold, proved to lie there and rounded: 1.2")
    assert said() == ""


def test_chinese_labels_break_behind_marks_and_no_mark_begins_a_line():
    assert wrap("（合作，合作）、（对抗，对抗）和混合", 2) == "（合作，合作）、\n（对抗，对抗）和混合"
    assert wrap("美国：囚徒困境；中国：保证型", 2) == "美国：囚徒困境；\n中国：保证型"
    for letters in range(2, 12):
        lines = fit("（精准封锁+脱钩，不管制+许可）；中国：保证型", 0.125 * letters + 0.13)
        assert lines is None or not any(line[0] in "，；：）" for line in lines.split("\n")[1:])


def test_a_chinese_name_is_never_broken_where_a_letter_can_stand_for_it():
    label = "仅（精准封锁+脱钩，不管制+许可）"
    assert wrap(label, 3) == "仅（精准封锁+\n脱钩，不管制+\n许可）"
    assert wrap(label, 5) is None
    assert wrap("猎鹿博弈", 2) is None
    assert fit("（对抗，对抗）", 0.5) is None
    assert fit("（对抗，对抗）", 0.65) == "（对抗，\n对抗）"
    # more room never takes a label away
    label = "（合作，合作） + （对抗，对抗） + 混合"
    assert all(fit(label, 0.1 * tenths) for tenths in range(10, 40))


def test_a_title_too_long_for_a_picture_is_cut_and_says_so():
    figure = number_line(Scale("很长" * 60, 0, 1, "倍数", "r"), [], ["合作" * 200], width=4)
    renderer, wide = figure.canvas.get_renderer(), figure.get_size_inches()[0] * figure.dpi
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    assert all(box.x0 >= 0 and box.x1 <= wide for box in boxes)
    shown = [text.get_text() for text in figure.texts]
    assert sum(text.endswith("\u2026") for text in shown) == 2
    assert "$r$" in shown


@pytest.mark.skipif(not chinese_fonts(), reason="the extra zh is not installed")
def test_a_chinese_letter_that_the_font_lacks_is_shown_by_its_number_and_the_others_stay():
    assert chinese_glyphs.with_glyphs("合\U0003fffd作") == "合作"
    assert text_label("合\U0003fffd作")[0] == "合[U+3FFFD]作"


def test_names_of_movers_and_labels_of_branches_do_not_overlap():
    from detente.reports.tree_figure import tree_figure

    study = detente.Study(Path(detente.__file__).parents[2])
    for lang in ("en", "zh"):
        for name in ("pakistan_balancing", "weaponization"):
            model = study.game(name).model
            figure, _ = tree_figure(model.at(), lambda each, model=model, lang=lang: model.label(each, lang), [model.label(p, lang) for p in model.players])
            to_svg(figure)
            boxes = [(text.get_text(), text.get_window_extent()) for text in figure.axes[0].texts]
            for (one, a), (two, b) in combinations(boxes, 2):
                assert not (a.x0 + 1 < b.x1 - 1 and b.x0 + 1 < a.x1 - 1 and a.y0 + 1 < b.y1 - 1 and b.y0 + 1 < a.y1 - 1), (one, two)
            assert all(box.x0 >= 0 for _, box in boxes)
