"""Pictures of solutions at the command line: what they show is what the solver found."""

import pytest

from detente import Study
from detente.cli import run
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.reports.chain_figure import chain_figure
from detente.reports.solution_figures import solution_figure
from detente.solve.equilibria import equilibria
from detente.solve.repeated.opponents import chain


@pytest.fixture(scope="module")
def repeated(study_root):
    return Study(study_root).game("confrontation:repeated")


def solved(game, point, concept=None):
    model = game.model
    return model.form.solve(model, model.point(point), "strategic", concept)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [text.get_text() for text in figure.texts]


def test_a_repeated_game_has_a_gauge_a_set_of_payoffs_and_a_code(repeated):
    gauge = solution_figure(solved(repeated, "hawkish"))
    assert any("discount factor at hawkish" in text for text in texts(gauge))
    found = solved(repeated, "hawkish", "payoffs")
    picture = solution_figure(found, repeated.model.label)
    corners = picture.axes[0].patches[1].get_xy()[:-1]
    assert sorted(map(tuple, corners.tolist())) == sorted((float(x), float(y)) for x, y in found.vertices)
    assert "United States" in picture.axes[0].get_xlabel()
    code = solution_figure(solved(repeated, "hawkish", "penal-codes"))
    assert {"carrot", "stick against us", "stick against china"} <= set(texts(code))


def test_a_chain_shows_the_beliefs_that_deter_and_the_chances_of_entries():
    # b/(b + c) = 1/2, one deterred opponent pays for a fight: the belief that deters with k left is (1/2)^k
    found = chain(1, 1, 2, 1, opponents=4, prior="1/10")
    chances, beliefs = chain_figure(found, "four opponents").axes
    steps = {line.get_label(): line.get_ydata() for line in [*chances.lines, *beliefs.lines]}
    assert list(steps["belief that deters"]) == [1 / 16, 1 / 8, 1 / 4, 1 / 2]
    assert list(steps["an entry"]) == [float(entry) for entry, _ in found.path]
    assert list(steps["an entry that is fought"]) == [float(fought) for _, fought in found.path]


def test_a_solution_without_a_picture_says_where_maps_are_drawn():
    with pytest.raises(UsageError, match="detente atlas --figure"):
        solution_figure(equilibria(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])))


def test_the_command_writes_them(study_root, tmp_path, capsys):
    for name, more in {"a.svg": ["--concept", "payoffs"], "b.png": ["--concept", "penal-codes"], "c.pdf": []}.items():
        command = ["solve", "confrontation:repeated", "--point", "hawkish", "--study", str(study_root)]
        assert run([*command, *more, "--figure", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_size > 2000
    assert "penal codes that sustain" in capsys.readouterr().out
