"""The picture of a player's options."""

import xml.etree.ElementTree as ET

import pytest

import detente
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame
from detente.reports.figure_file import write_figure
from detente.reports.figure_style import to_svg
from detente.reports.options_figure import options_figure


@pytest.fixture(scope="module")
def found():
    game = SymbolicGame([[["x", 0], ["1/4", "1/2"]], [[1, 1], [0, 1]]], {"x": (-1, 1)}, strategies=[["press on", "hold $5"], ["l", "r"]])
    return detente.options(game, 0, draws=200)


def test_each_option_has_a_row_with_its_dots_and_its_range(found):
    (axes,) = options_figure(found, {"1": "the first"}, subtitle="a game").axes
    low, high = axes.get_xlim()
    assert low < -1 <= 1 < high
    words = [text.get_text() for text in axes.texts]
    assert {"press on", "hold $5"} <= set(words)
    # the column player is indifferent to the first option: worst and best differ, and both are drawn
    filled = [line for line in axes.lines if line.get_marker() == "o"]
    assert len(filled) == 2 + (found.options[0].best != found.options[0].worst)


def test_the_same_options_give_the_same_bytes(found):
    first, second = (to_svg(options_figure(found, unit="V/yr")) for _ in range(2))
    assert first == second
    ET.fromstring(first)


def test_options_that_pay_the_same_everywhere_are_drawn(found):
    flat = detente.options(detente.NormalFormGame([[[1, 1], [1, 1]], [[0, 0], [0, 0]]]), 0, draws=5)
    assert to_svg(options_figure(flat)).startswith(b"<?xml")


def test_a_figure_is_written_whole_or_not_at_all(found, tmp_path):
    figure = options_figure(found)
    for ending in (".svg", ".pdf", ".png"):
        write_figure(figure, tmp_path / f"f{ending}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.pdf", "f.png", "f.svg"]
    with pytest.raises(UsageError, match="ends in"):
        write_figure(figure, tmp_path / "f.jpg")
    with pytest.raises(UsageError, match="cannot write"):
        write_figure(figure, tmp_path / "none" / "f.svg")
    assert len(list(tmp_path.iterdir())) == 3
