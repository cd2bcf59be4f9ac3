"""Pictures that are kept: found again by all that they show, and by nothing less."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from detente.facade import Study
from detente.reports import kept_pictures
from detente.reports.blocks import Context
from detente.reports.kept_pictures import drawn
from detente.reports.region_map import Boundary, NamedPoint, Region, Shaded, region_map
from detente.reports.results import Results
from detente.reports.scale import Scale
from detente.reports.store import Store
from detente.study.model import game_model


@pytest.fixture
def context(tmp_path, study_root):
    files = Study(study_root).files
    return Context(files, files.reports["main"], game_model(files, "confrontation"), results=Results(files, Store(tmp_path)))


@pytest.fixture
def draws():
    """A function that draws a map, and how often it has."""
    count = []

    def draw(**parts):
        count.append(1)
        return region_map(**parts)

    draw.count = count
    return draw


def parts():
    field = np.add.outer(np.linspace(-1, 1, 30), np.linspace(-1, 1, 30))
    return {
        "x": Scale("Severity", 0, 1, symbol="s"),
        "y": Scale("Cost", 0, 2, unit="USD bn"),
        "regions": [Region("deterred", field, 0), Region("not", -field, 1)],
        "boundaries": [Boundary(np.array([(0.0, 2.0), (1.0, 0.0)]), "s = c")],
        "points": [NamedPoint("baseline", 0.5, 0.5)],
        "shaded": None,
    }


def test_what_shows_the_same_is_drawn_once_and_is_the_picture_itself(context, draws):
    from detente.reports.figure_style import to_svg

    first = drawn(context, draws, **parts())
    assert first == drawn(context, draws, **parts()) == to_svg(region_map(**parts()))
    assert len(draws.count) == 1


def other(name, change):
    return lambda: {**parts(), name: change(parts()[name])}


def moved(field):
    field = field.copy()
    field[17, 3] += 1e-9
    return field


@pytest.mark.parametrize(
    "changed",
    [
        other("x", lambda scale: replace(scale, label="Harshness")),
        other("x", lambda scale: replace(scale, high=1.0000001)),
        other("y", lambda scale: replace(scale, unit="EUR bn")),
        other("regions", lambda regions: [replace(regions[0], where=moved(regions[0].where)), regions[1]]),
        other("regions", lambda regions: [replace(regions[0], fill=2), regions[1]]),
        other("boundaries", lambda curves: [replace(curves[0], dash="--")]),
        other("points", lambda points: [replace(points[0], x=0.4999)]),
        other("shaded", lambda _: Shaded([(0.0, 0.5, 0.0, 1.0)], "not proved")),
        lambda: {**parts(), "height": 4.0},
    ],
)
def test_any_other_word_number_or_cell_of_an_array_is_another_picture(context, draws, changed):
    drawn(context, draws, **parts())
    drawn(context, draws, **changed())
    assert len(draws.count) == 2


def test_other_pages_fonts_or_languages_are_drawn_anew(context, draws, monkeypatch):
    drawn(context, draws, **parts())
    known = kept_pictures.engine
    with monkeypatch.context() as patch:
        patch.setattr(kept_pictures, "engine", lambda **how: {**known(**how), "source": "other"})
        drawn(context, draws, **parts())
    assert len(draws.count) == 2
    with monkeypatch.context() as patch:
        patch.setattr(kept_pictures, "chinese_font_files", list)
        drawn(context, draws, **parts())
    chinese = replace(context, definition=replace(context.definition, lang="zh"))
    before = len(draws.count)
    drawn(chinese, draws, **parts())
    drawn(chinese, draws, **parts())
    assert len(draws.count) == before + 2


@pytest.mark.parametrize("unclear", [lambda x, _: x, Fraction(1, 2), {1, 2}, np.array([object()])])
def test_what_equal_content_cannot_be_told_of_is_refused(context, draws, unclear):
    with pytest.raises(TypeError, match="among what a picture shows"):
        drawn(context, draws, **{**parts(), "regions": [Region("deterred", unclear)]})
