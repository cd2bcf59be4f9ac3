"""Pictures of solutions at the command line: what they show is what the solver found."""

from dataclasses import replace
from fractions import Fraction as F

import pytest

import detente
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


DILEMMA = NormalFormGame(
    [[[3, 0], [5, 1]], [[3, 5], [0, 1]]], players=["us", "china"], strategies=[["talk", "press"], ["talk", "press"]]
)
HUNT = NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]])


@pytest.mark.parametrize(
    "solve",
    [
        lambda: detente.Automaton.named("stick_and_carrot", ("talk", "talk"), ("press", "press")),
        lambda: detente.feasible_set(DILEMMA),
        lambda: detente.finitely_repeated(DILEMMA, 2),
        lambda: detente.monitored_trigger(DILEMMA, (0, 0), (1, 1), false_alarm="1/10", detection="4/5", periods=3),
        lambda: detente.monitoring_value(DILEMMA, (0, 0), signals={"eyes": ("1/10", "4/5")}, discount_factor="9/10"),
        lambda: detente.long_run_payoffs(DILEMMA, "tit_for_tat", "win_stay_lose_shift", action_error="1/100"),
        lambda: detente.trajectory(HUNT, "1/3"),
        lambda: detente.rest_points(HUNT),
        lambda: detente.basins(HUNT, count=2),
        lambda: detente.best_response_dynamics(HUNT, "1/3"),
        lambda: detente.fictitious_play(HUNT, 20),
        lambda: detente.rare_mutations(HUNT, 6),
        lambda: detente.long_run(HUNT, 6, "1/100"),
        lambda: detente.stochastic_stability(HUNT, 6),
        lambda: detente.tournament(DILEMMA, ["tit_for_tat", "always_defect"], rounds=5),
        lambda: detente.ecology(detente.tournament(DILEMMA, ["tit_for_tat", "always_defect"], rounds=5), 5),
        lambda: detente.spiral(HUNT, "1/4"),
        lambda: detente.simulate(HUNT, "replicator"),
    ],
)
def test_every_kind_of_repeated_play_and_of_dynamics_has_a_picture(solve):
    figure = solution_figure(solve(), str.upper)
    assert figure.axes
    told = [*texts(figure), *(name for axes in figure.axes for name in (axes.get_xlabel(), axes.get_ylabel()))]
    assert any(each.strip() for each in told)


def test_payoffs_against_a_zero_determinant_strategy_stand_on_the_line_that_is_drawn():
    # extortion by 3 from mutual defection at (1, 1): x - 1 = 3 (y - 1); as the second player the same with x and y changed
    for player, (a, b) in enumerate([(1, 3), (3, 1)]):
        figure = solution_figure(detente.extortionate(DILEMMA, 3, player=player), str.upper)
        axes = figure.axes[0]
        dots, line = (each for each in axes.lines if each.get_color() in {"#191919", axes.lines[2].get_color()})
        (x, y), (u, v) = line.get_xy1(), line.get_xy2()
        assert a * (x - 1) == pytest.approx(b * (y - 1))
        assert a * (u - x) == pytest.approx(b * (v - y))
        xs, ys = dots.get_data()
        assert len(xs) == 400
        assert max(abs(a * (p - 1) - b * (q - 1)) for p, q in zip(xs, ys, strict=True)) < 1e-9
        assert max(ys) - min(ys) > 0.5
        assert axes.get_xlabel() == "average payoff of US"


def test_signals_above_a_line_sustain_the_target_and_those_below_do_not():
    found = detente.monitored_trigger(DILEMMA, (0, 0), (1, 1), false_alarm="1/10", detection="4/5")
    axes = solution_figure(found).axes[0]
    drawn = {line.get_label(): line.get_xydata() for line in axes.lines}
    # gain 5 - 3, loss 3 - 1: a unit of punishment deters if 2 (1 + p0 S) <= 2 (p1 - p0) S, with S = delta/(1 - delta)
    assert drawn["at endless patience"][:, 1] == pytest.approx(2 * drawn["at endless patience"][:, 0])
    x, y = drawn["at discount factor 0.9"][7]
    assert y == pytest.approx(2 * x + 1 / 9)
    alarm, detection = F(x).limit_denominator(120), F(y).limit_denominator(10_000)
    for more, enough in ((F(1, 1000), True), (F(-1, 1000), False)):
        at = detente.monitored_trigger(DILEMMA, (0, 0), (1, 1), false_alarm=alarm, detection=detection + more)
        assert (at.factors.overall is not None and at.factors.overall <= F(9, 10)) == enough
    assert "at discount factor 0.5: only the perfect one" in drawn  # S = 1: p1 = 2 p0 + 1
    with pytest.raises(UsageError, match="no signal sustains"):
        solution_figure(detente.monitored_trigger(HUNT, (0, 1), (0, 0), false_alarm="1/10", detection="4/5"))


def test_players_with_factors_of_their_own_have_a_row_each(repeated):
    found = solved(repeated, "hawkish")
    apart = replace(found, values={"us": F(9, 10), "china": F(19, 20)})
    told = texts(solution_figure(apart, repeated.model.label))
    names = [f"{name.replace('_', ' ')}: {player}" for name in found.factors for player in ("United States", "China")]
    assert set(names) <= {each.replace("\n", " ") for each in told}
    assert any("the player's own factor at hawkish" in each for each in told)
    marks = {tuple(line.get_xdata()) for line in solution_figure(apart).axes[0].lines}
    assert {(0.9, 0.9), (0.95, 0.95)} <= marks


def test_the_command_writes_them(study_root, tmp_path, capsys):
    for name, more in {"a.svg": ["--concept", "payoffs"], "b.png": ["--concept", "penal-codes"], "c.pdf": []}.items():
        command = ["solve", "confrontation:repeated", "--point", "hawkish", "--study", str(study_root)]
        assert run([*command, *more, "--figure", str(tmp_path / name)]) == 0
        assert (tmp_path / name).stat().st_size > 2000
    assert "penal codes that sustain" in capsys.readouterr().out
