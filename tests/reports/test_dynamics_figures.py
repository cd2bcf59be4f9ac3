"""Pictures of simulations: the same bytes twice, and what they show stands where it should."""

import pytest

from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.reports.dynamics_figures import simulation_figure
from detente.reports.figure_style import to_svg
from detente.reports.phase_portraits import field_of
from detente.reports.share_charts import share_bars, share_lines
from detente.solve.dynamics.populations import populations
from detente.solve.dynamics.simulate import Settings, simulate


def symmetric(rows, labels=None):
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]], strategies=labels and [labels] * 2)


@pytest.mark.parametrize(
    ("game", "dynamic", "settings"),
    [
        (symmetric([[-1, 2], [0, 1]]), "replicator", {}),
        (symmetric([[-1, 2], [0, 1]]), "best-response", {}),
        (classic.game("rock_paper_scissors"), "replicator", {"start": "1/2,1/4,1/4", "steps": 5}),
        (classic.game("shapley"), "best-response", {}),
        (classic.game("shapley"), "fictitious-play", {"steps": 500}),
        (symmetric([[4, 1], [3, 2]]), "moran", {}),
    ],
)
def test_the_same_simulation_gives_the_same_picture(game, dynamic, settings):
    one, two = (to_svg(simulation_figure(simulate(game, dynamic, Settings(**settings)))) for _ in range(2))
    assert one == two
    assert len(one) > 3000


def test_the_field_of_a_portrait_is_the_dynamic():
    game = symmetric([[0, -1, 2], [2, 0, -1], [-1, 2, 0]])
    x = [0.5, 0.3, 0.2]
    a = [[0, -1, 2], [2, 0, -1], [-1, 2, 0]]
    pays = [sum(p * w for p, w in zip(row, x, strict=True)) for row in a]
    mean = sum(p * w for p, w in zip(pays, x, strict=True))
    import numpy as np

    found = field_of(populations(game), "replicator")([np.array([x])])[0][0]
    assert found == pytest.approx([w * (p - mean) for w, p in zip(x, pays, strict=True)])
    best = field_of(populations(game), "best-response")([np.array([x])])[0][0]
    assert best == pytest.approx([0 - 0.5, 1 - 0.3, 0 - 0.2])


def test_names_at_the_ends_of_lines_do_not_overlap():
    figure = share_lines([0.0, 1.0], {f"strategy {k}": [0.1, 0.1] for k in range(14)})
    at = sorted(text.get_position()[1] for text in figure.axes[0].texts)
    tall = figure.axes[0].get_position().height * figure.get_figheight()
    assert min(b - a for a, b in zip(at, at[1:], strict=False)) * tall > 0.15


def test_bars_carry_hostile_names_as_they_are():
    svg = to_svg(share_bars({"$x^2$ <b>": 0.5, "中文": 0.2}, across="payoff", mark=0.3, mark_label="by chance"))
    assert svg.startswith(b"<?xml")
