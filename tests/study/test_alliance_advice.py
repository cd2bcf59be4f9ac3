"""What to do in the alliance family: levers, options and refusals of forms without a payoff table, and of games in stages."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

import detente
from detente.errors import UsageError
from detente.numbers import to_float


@pytest.fixture(scope="module")
def study():
    return detente.Study.find()


def single(found, name):
    return next(each for each in found.singles if name in each.change)


@pytest.mark.parametrize(
    ("game", "name"),
    [
        ("ultimatum_180", "fails"),
        ("ultimatum_180:attrition", "not member_gives_way"),
        ("forge_tipping:barrett", "not all_stay"),
        ("alliance_hedging", "stick_hedgers"),
        ("pakistan_balancing", "punish_b"),
        ("pakistan_balancing:reputation", "not one_pays"),
    ],
)
def test_a_named_formula_changes_sign_where_its_lever_says(study, game, name):
    own, formula = study.game(game), name.removeprefix("not ")
    found = own.breaks(formula, budget=1.0) if name.startswith("not") else own.levers(formula, budget=1.0)
    wanted = not name.startswith("not")
    assert found.singles
    for lever in found.singles:
        ((parameter, value),) = lever.change.items()
        near = F(to_float(value)) if not isinstance(value, F) else value
        away = 1 if near > lever.present[parameter] else -1
        step = F(1, 10**6) * away
        assert own.holds(formula, **{parameter: near + step}) is wanted
        assert own.holds(formula, **{parameter: near - step}) is not wanted


def test_all_align_once_exclusion_is_cheap_enough(study):
    game = study.game("forge_tipping:two_actions")
    lever = single(game.levers("each=align", "equilibrium", "weak_us", budget=0.1), "excl")

    def aligned(value):
        return {each.counts["align"] for each in game.solve("weak_us", excl=value).equilibria.equilibria}

    assert 55 in aligned(lever.change["excl"])
    assert 55 not in aligned(lever.change["excl"] + F(1, 10**6))
    for wrong, words in [
        ("each=aling", "did you mean 'align'"),
        ("member_1=align", "add each=ACTION"),
        ("each=align,each=hedge", "twice"),
        ("allign", "found 'allign' in the profile"),
        (7, "found the profile 7"),
    ]:
        with pytest.raises(UsageError, match=words):
            game.levers(wrong)
    with pytest.raises(UsageError, match="expected equilibrium, or unique"):
        game.levers("each=align", "selected")
    with pytest.raises(UsageError, match="side payments are for normal forms"):
        game.levers("each=align", side_payments=True)
    with pytest.raises(UsageError, match="held at hedge"):
        study.game("forge_tipping:cascade").levers("each=align,member_17=align")


def test_a_member_that_joins_is_followed_by_what_the_others_answer(study):
    game = study.game("forge_tipping")
    found = game.options("member_17", draws=200)
    here = game.solve().equilibria.equilibria[0].counts
    assert found.best[0].strategy == game.solve().equilibria.equilibria[0].members["member_17"]
    (own,) = [option for option in found if option.strategy == "align"]
    assert own.replies[0][0] == f"{here['nominal']} nominal {here['align'] - 1} align"
    with pytest.raises(UsageError, match="unknown player 'us'; expected one of member_1 to member_55"):
        game.options("us")
    with pytest.raises(UsageError, match="held at hedge and has nothing to choose"):
        study.game("forge_tipping:cascade").options("member_17")


def test_no_club_of_all_contents_those_who_are_not_needed(study):
    game = study.game("forge_coalition")
    # finance binds at the baseline: Argentina owns none of it, adds nothing, and keeps something outside
    found = game.levers("all")
    assert found.singles == ()
    words = game.written(found)
    assert words.startswith("Now the partition with all together is not stable.")
    assert ".." not in words
    assert game.levers("all", "equilibrium", "symmetric_options").holds
    with pytest.raises(UsageError, match="unknown player 'korae' in the partition"):
        game.levers("us|korae")
    with pytest.raises(UsageError, match="twice in the partition"):
        game.levers("us|us")
    with pytest.raises(UsageError, match="levers of forge_coalition are for a partition: all"):
        game.levers("everybody")
    with pytest.raises(UsageError, match="--for unique for coalitions"):
        game.levers("all", "unique")


def test_a_leader_brings_about_what_its_lever_says(study):
    game = study.game("alliance_hedging:us_first")
    profile = ("punish", "accommodate", "align", "align")
    lever = single(game.levers(",".join(profile), budget=0.5), "rho")

    def outcomes(value):
        return {tuple(end.actions) for each in game.solve(rho=value).equilibria for end in each.path}

    assert profile in outcomes(lever.change["rho"])
    assert profile not in outcomes(lever.change["rho"] - F(1, 10**6))
    (threshold,) = game.thresholds("rho", "equilibrium:" + ",".join(profile)).inside
    assert (threshold.at, threshold.before, threshold.at_point, threshold.after) == (lever.change["rho"], False, True, True)
    assert game.holds("equilibrium:" + ",".join(profile), rho=threshold.at)
    broken = game.breaks(",".join(profile), rho=lever.change["rho"])
    assert single(broken, "rho").change["rho"] == lever.change["rho"]
    with pytest.raises(UsageError, match="korea does not move first and alone"):
        game.options("korea")
    with pytest.raises(UsageError, match="an equilibrium outcome"):
        game.levers(",".join(profile), "unique")


def test_aid_pays_from_the_prior_of_loyalty_that_its_lever_names(study):
    game = study.game("pakistan_balancing:types")
    found = game.levers("free,aid,offer,defect,tolerate", budget=0.1)
    lever = single(found, "q_loyal").change["q_loyal"]
    # by hand: loyal pays 0.8 - 0.2 - 0.08, free 0.08 - 0.2 - 0.3 - 1.5 - 0.08, so q = 2/(2 + 0.52)
    assert lever == F(200, 252)
    assert game.holds("aid_prior", q_loyal=lever + F(1, 10**6))
    assert not game.holds("aid_prior", q_loyal=lever - F(1, 10**6))
    (threshold, _) = game.thresholds("q_loyal").inside
    assert threshold.at == lever
    (own,) = game.thresholds("q_loyal", "equilibrium:free,aid,offer,defect,tolerate").inside
    assert (own.at, own.before, own.after) == (lever, False, True)
    assert not game.rests_on("equilibrium:free,aid,offer,defect,tolerate", budget=0.1).holds
    options = game.options("china", draws=50, budget=0.01)
    # by hand: half of the time the 0.6 of a loyal partner, half of it 0.08 - 0.2 - 0.3 - 1.5
    assert options["aid,*,*,tolerate,tolerate"].worst == F(-66, 100)
    with pytest.raises(UsageError, match="no way of play has it"):
        game.levers("loyal,aid,none,stay|free,none,none,stay")


@pytest.mark.parametrize(
    ("game", "ask", "words"),
    [
        ("forge_coalition", lambda g: g.options("us"), "coalitions have no strategies"),
        ("forge_coalition:seats", lambda g: g.levers("all"), "weights and quotas alone"),
        ("ultimatum_180", lambda g: g.options("us"), "no member of a continuum moves the others"),
        ("ultimatum_180", lambda g: g.levers("us=enforce"), "sign:FORMULA, or a formula of the game file: comply_over_refuse"),
        ("pakistan_balancing:reputation", lambda g: g.options("china"), "what the next ones expect"),
        ("forge_tipping", lambda g: g.atlas(), "too many equilibria to list"),
        ("forge_tipping:barrett", lambda g: g.options("us"), "stable sizes are in solve"),
        ("ultimatum_180", lambda g: g.levers("fails", "unique"), "found --for unique with the formula fails"),
    ],
)
def test_what_has_no_meaning_is_refused_with_what_to_ask(study, game, ask, words):
    with pytest.raises(UsageError, match=words):
        ask(study.game(game))


def test_games_without_a_table_are_exported_as_data_alone(tmp_path):
    import json

    from detente.cli import run

    for game, key in [("forge_tipping:two_actions", "slope"), ("forge_coalition", "values"), ("ultimatum_180:attrition", "cost")]:
        out = tmp_path / "game.json"
        assert run(["export", game, "-o", str(out)]) == 0
        assert key in json.loads(out.read_text(encoding="utf-8"))
    assert run(["export", "forge_coalition", "-o", str(tmp_path / "game.nfg")]) == 2
    assert not (tmp_path / "game.nfg").exists()


def test_a_profile_of_all_members_begins_to_be_an_equilibrium_where_its_threshold_says(study):
    game = study.game("forge_tipping:two_actions")
    (found,) = game.thresholds("tariff_noncomply", "equilibrium:each=hedge", "tipping").inside
    assert (found.before, found.at_point, found.after) == (True, True, False)

    def declined(tariff):
        solved = game.solve("tipping", tariff_noncomply=tariff)
        return 55 in {each.counts["hedge"] for each in solved.equilibria.equilibria}

    assert declined(found.at)
    assert not declined(found.at + F(1, 10**6))
    assert game.holds("equilibrium:each=hedge", "tipping", tariff_noncomply=found.at)
    assert not game.holds("equilibrium:each=hedge", "tipping", tariff_noncomply=found.at + F(1, 10**6))
    with pytest.raises(UsageError, match="--of equilibrium:each=align"):
        game.thresholds("tariff_noncomply")
