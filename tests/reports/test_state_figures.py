"""Pictures of games with a state: the cells are the policy, the outlined ones the path."""

from __future__ import annotations

import pytest

from detente.cli import run
from detente.errors import UsageError
from detente.games.stochastic import StochasticGame
from detente.reports.state_figures import MAX_SHOWN, control_figure, markov_figure
from detente.solve.control.optimal import optimal_control
from detente.solve.stochastic.markov_perfect import markov_perfect


def walk(steps):
    """One walks down a stair, a step a period or none; at its foot it gets 1."""
    return StochasticGame(
        ["a"], list(range(steps, -1, -1)), {s: {"a": ["wait", "step"]} for s in range(1, steps + 1)},
        lambda s, m: (0,), lambda s, m: s if m == ("wait",) else s - 1, "1/2", terminal={0: (1,)},
    )  # fmt: skip


def test_the_path_is_outlined_and_every_state_has_a_cell():
    figure = markov_figure(markov_perfect(walk(3)), str, "walk")
    cells = [patch for patch in figure.axes[0].patches if patch.get_height() == 1 and patch.get_edgecolor()[:3] == (1, 1, 1)]
    outlined = [patch for patch in figure.axes[0].patches if patch.get_facecolor()[3] == 0]
    assert len(cells) == 3
    assert len(outlined) == 3
    (line,) = figure.axes[1].lines
    assert list(line.get_ydata()) == [1 / 8, 1 / 4, 1 / 2]


def test_a_decision_is_drawn_over_time():
    from detente.games.control import ControlGame

    figure = control_figure(optimal_control(ControlGame("state*(p - p**2)", "state*4/5", {"p": (0, 1)}, "9/10", 1)))
    assert [round(y, 6) for y in figure.axes[0].lines[1].get_ydata()[:3]] == [1, 0.8, 0.64]
    assert set(figure.axes[1].lines[1].get_ydata()) == {0.5}


def test_what_cannot_be_drawn_is_refused(tmp_path, capsys, study_root):
    with pytest.raises(UsageError, match="at most 60 states"):
        markov_figure(markov_perfect(walk(MAX_SHOWN + 1), limit=1))
    assert run(["solve", "weaponization:fixed_cost", "--study", str(study_root), "--figure", str(tmp_path / "p.gif")]) == 2
    assert "ends in .svg, .pdf, .png" in capsys.readouterr().err
    assert run(["solve", "weaponization:fixed_cost", "--study", str(study_root), "--figure", str(tmp_path / "p.png")]) == 0
    assert (tmp_path / "p.png").read_bytes()[:4] == b"\x89PNG"
