"""The pictures of maps: regions tell apart what the map tells apart, and curves lie where polynomials vanish."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.conclusions.planar_map import planar_map
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
from detente.reports import planar_figure as module
from detente.reports.map import class_words, game_map, state_label
from detente.reports.planar_figure import _covers, planar_figure
from detente.reports.scale import Scale

ROOT = Path(__file__).parents[2]

#: Two conics cross, one of them in two branches.
CONICS = SymbolicGame(
    [[["1 - a**2 - b**2", "b - a"], ["a*b", "a**2 - b"]], [["a - b**2", "1 - a*b"], ["b**2 - a/2", "a + b - 1"]]],
    {"a": (-1, "3/2"), "b": (-1, "3/2")},
)


@pytest.fixture(scope="module")
def model():
    return detente.Study(ROOT).game("confrontation").model


def drawn(found, names="ab"):
    """The regions and boundaries that a figure is made of."""
    box = [found.game.parameters[name] for name in names]
    axes = tuple(Scale(name, float(i.low), float(i.high)) for name, i in zip(names, box, strict=True))
    picture = planar_figure(found, axes, "; ".join, lambda _: 0, {})
    return picture.parts["regions"], picture.parts["boundaries"], picture


@pytest.mark.parametrize("kind", ["equilibria", "class"])
def test_every_cell_of_the_picture_has_what_the_map_says_there(kind):
    found = planar_map(CONICS, "ab", kind=kind)
    regions, _, picture = drawn(found)
    ticks = [F(-1) + F(5, 2) * F(k, module.GRID - 1) for k in range(0, module.GRID, 13)]
    at = range(0, module.GRID, 13)
    for column, a in zip(at, ticks, strict=True):
        for row, b in zip(at, ticks, strict=True):
            if 0 in found.signs({"a": a, "b": b}):
                continue
            inside = [each.label for each in regions if each.where[row, column] > 0]
            assert inside == ["; ".join(found.at({"a": a, "b": b}))]
    assert {each.label for each in regions} | set(picture.unseen) == {"; ".join(state) for state in found.witnesses}


def test_boundaries_lie_on_their_curves_and_nothing_changes_across_the_rest():
    found = planar_map(CONICS, "ab")
    _, boundaries, _ = drawn(found)
    assert len(boundaries) > 4
    for each in boundaries:
        values = [
            min(abs(float(curve.polynomial(F(x).limit_denominator(10**9), F(y).limit_denominator(10**9)))) for curve in exact)
            for (x, y), exact in ((point, _curves(found)) for point in each.points[5:-5:20])
        ]
        assert all(value < 1e-6 for value in values)


def _curves(found):
    class Exact:
        def __init__(self, curve):
            self.terms = [((int(i), int(j)), F(int(c.p), int(c.q))) for (i, j), c in curve.polynomial.terms()]
            self.polynomial = self

        def __call__(self, x, y):
            return sum(c * x**i * y**j for (i, j), c in self.terms)

    return [Exact(each) for each in found.curves]


def test_a_curve_along_the_frame_is_no_boundary():
    game = SymbolicGame([[["a*b"], [0]], [[0], [0]]], {"a": (0, 1), "b": (-1, 1)})
    _, boundaries, _ = drawn(planar_map(game, "ab"))
    assert [each.label for each in boundaries] == ["b = 0"] or len(boundaries) == 1
    assert np.allclose(boundaries[0].points[:, 1], 0)


def test_covers_hold_their_members_and_no_others():
    members, others = [(1, 1, -1), (1, -1, -1), (-1, -1, 1)], [(1, 1, 1), (-1, 1, 1), (-1, -1, -1)]
    covers = _covers(members, others)
    held = lambda signs: any(all(signs[at] == sign for at, sign in cover) for cover in covers)  # noqa: E731
    assert all(map(held, members))
    assert not any(map(held, others))


def test_pieces_of_a_region_overlap_so_that_no_seam_is_left():
    everything = [(a, b, c, d) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1) for d in (-1, 1)]
    members = [each for each in everything if each[0] > 0 or each[2] > 0]
    assert sorted(_covers(members, [each for each in everything if each not in members])) == [((0, 1),), ((2, 1),)]


def test_labels_say_what_holds_in_the_words_of_the_study(model):
    assert state_label(model, ("cooperate,cooperate",)) == "only (cooperate, cooperate)"
    assert state_label(model, ()) == "no equilibrium"
    assert state_label(model, ("mixed",)) == "only a mixed equilibrium"
    assert class_words(model, "stag_hunt") == "stag hunt"
    assert class_words(model, "harmony/prisoners_dilemma") == "United States: harmony; China: prisoner's dilemma"


def test_the_map_of_the_study_shows_its_classes(model):
    found = game_map(model, ("rel_us", "sev"), "class")
    assert ("stag_hunt",) in found.found.witnesses
    assert not found.picture.unseen
    assert "stag hunt" in found.picture.words
    with pytest.raises(UsageError, match="unknown parameter"):
        game_map(model, ("rel_us", "severity"))


def test_named_points_at_one_place_of_the_plane_share_a_label_that_counts_them():
    from detente.reports.map import _points

    model = detente.Study(ROOT).game("alliance_hedging").model
    game, pair = model.symbolic, ("us_prec", "us_stick_cost")
    base = model.point().values
    found, starred = _points(model, game, pair, base, "en")
    places = [(each.x, each.y) for each in found]
    assert len(places) == len(set(places))
    here = [name for name in model.definition.points if all(model.point(name).values[each] == base[each] for each in pair)]
    assert starred
    assert found[0].label == f"baseline and {len(here)} more*"
