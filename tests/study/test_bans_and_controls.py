"""The games export_ban_cascade and counter_controls at their named points, against formulas derived by hand."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest

import detente

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


@pytest.mark.parametrize(
    "point", ["baseline", "strong_pull", "cascade", "two_equilibria", "windfall_world", "capital_poor"]
)
def test_one_more_ban_adds_a_seventh_of_pull_and_replies_less_windfall(study, point):
    """With eight producers one ban moves others() by 1/7: the second difference is (margin pull + ret - windfall)/7."""
    game = study.game("export_ban_cascade")
    p = game.point(point).values
    assert game.trace("complements", point=point).value == (p["margin"] * p["pull"] + p["ret"] - p["windfall"]) / 7


def test_where_bans_begin(study):
    """Solved by hand: Indonesia bans alone from margin 173/80; Malaysia follows it from pull 67/80."""
    game = study.game("export_ban_cascade")
    assert [each.at for each in game.thresholds("margin", "alone_indonesia").inside] == [F(173, 80)]
    assert [each.at for each in game.thresholds("pull", "malaysia_follows").inside] == [F(67, 80)]


@pytest.mark.parametrize("point", ["baseline", "hawkish_us", "strong_card", "weak_card"])
def test_a_license_against_denial_pays_by_relief_and_relative_losses(study, point):
    """Term by term: relief of the denial and the loss of the other side, less lost rents and standing."""
    game = study.game("counter_controls")
    p = game.point(point).values
    gain = (
        p["relief"] * p["tech_hit"] + p["rel_cn"] * p["d_us"] * p["sev"] - p["rent_loss"] * p["rent_cn"] - p["rep_cn"]
    )
    assert game.trace("credible", point=point).value == gain
    table = game.at(point)
    row, license_, none = (
        table.strategies[0].index("target"),
        table.strategies[1].index("license"),
        table.strategies[1].index("none"),
    )
    assert table.payoffs[(1, row, license_)] - table.payoffs[(1, row, none)] == gain


@pytest.mark.parametrize(("game", "numbers"), [("export_ban_cascade", (1, 2, 3)), ("counter_controls", (1, 2, 3, 4))])
def test_every_question_is_answered(study, game, numbers):
    for number in numbers:
        assert all(table.rows for table in study.game(game).question(number).tables)
