"""Answers over the whole box against brute force on the same draws, or against trees solved at random points."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

from detente.conclusions.ensemble.draws import draws
from detente.study.analyses import ANALYSES, Task
from detente.study.analyses import draws as analyses


@pytest.fixture
def few(monkeypatch):
    """A few draws of one prior, so that each can be looked at by hand."""
    monkeypatch.setattr(analyses, "DRAWS", 250)
    monkeypatch.setattr(analyses, "PRIORS", ("uniform",))
    return 250


def asked(game, number, name):
    model = game.model
    question = next(each for each in model.definition.questions if each.number == number)
    if question.variant is not None:
        model = model.of(question.variant)
    return model, ANALYSES[name].run(Task(model, question, (model.point("baseline"),), "strategic"))


def shares(table):
    return {row[0]: float(row[1]) for row in table.rows}


def signal_payoffs(p):
    """``u[type][message][reply]`` as (china, us), from the tables of the specification."""
    rep_emb = p["rep_cn"] * (p["sev_emb"] / p["sev"]) ** p["rep_exp"]
    u = []
    for weight, eased in ((p["rel_def"], p["gain_ease"]), (p["rel_rev"], -p["loss_expl"])):
        licensed = (1 - p["rent_loss"]) * p["rent_cn"] - p["rep_cn"] + weight * p["d_us"] * p["sev"]
        embargoed = weight * p["d_us"] * p["sev_emb"] - rep_emb
        relief = p["ease_share"] * p["tech_hit"]
        u.append([
            [(licensed + relief, eased), (licensed - p["dec_extra"] - p["mkt_loss"] * p["rent_cn"], -p["dec_total"])],
            [(embargoed + relief, eased), (embargoed - p["dec_extra"], -p["dec_total"])],
        ])  # fmt: skip
    return u


def test_shares_of_signaling_equilibria_are_those_counted_draw_by_draw(this_study, few, pure_signaling):
    _, tables = asked(this_study.game("counter_controls"), 5, "signal_shares")
    found = shares(tables[0])
    drawn = draws(analyses_box(this_study), few)
    points = [{name: float(value) for name, value in drawn.point(k).items()} for k in range(drawn.n)]
    counted = [{sent for sent, _ in pure_signaling(signal_payoffs(p), p["prior_rev"])} for p in points]
    names = ("license", "embargo")
    for sent in itertools.product((0, 1), repeat=2):
        kind = "pooling" if sent[0] == sent[1] else "separating"
        share = sum(sent in each for each in counted) / drawn.n
        label = f"{kind}: defensive {names[sent[0]]}, revisionist {names[sent[1]]}"
        assert found.get(label, 0) == pytest.approx(share, abs=6e-4), label
    told = shares(tables[1])
    assert sum(told.values()) == pytest.approx(1, abs=3e-3)


def analyses_box(study):
    from detente.solve.parametric.signaling import signaling

    return signaling(study.game("counter_controls:signal").symbolic).signals[0].game


def alliance_worth(numeric):
    """What leading is worth to the United States, by trying every profile: None where anything is not unique."""
    stays = {}
    for profile in numeric.profiles():
        for player in range(4):
            mine = numeric.payoff(player, profile)
            others = ((*profile[:player], own, *profile[player + 1 :]) for own in range(numeric.shape[player]))
            stays[profile, player] = all(numeric.payoff(player, each) <= mine for each in others)
    at_once = [profile for profile in numeric.profiles() if all(stays[profile, player] for player in range(4))]
    led = [[p for p in numeric.profiles() if p[0] == lead and all(stays[p, k] for k in (1, 2, 3))] for lead in range(3)]
    if len(at_once) != 1 or any(len(each) != 1 for each in led):
        return None
    best = max((each[0] for each in led), key=lambda profile: numeric.payoff(0, profile))
    return at_once[0], best, numeric.payoff(0, best) - numeric.payoff(0, at_once[0])


def test_what_leading_is_worth_is_counted_draw_by_draw(this_study, monkeypatch):
    monkeypatch.setattr(analyses, "DRAWS", 60)
    monkeypatch.setattr(analyses, "PRIORS", ("uniform",))
    game = this_study.game("alliance_hedging")
    _, (at, over) = asked(game, 5, "leading")
    drawn = draws(game.symbolic, 60)
    found = [alliance_worth(game.symbolic.at({n: F(float(v)) for n, v in drawn.point(k).items()})) for k in range(60)]
    settled = [each for each in found if each is not None]
    rows = shares(over)
    assert rows["one equilibrium at once and after every lead"] == pytest.approx(len(settled) / 60, abs=6e-4)
    gaining = sum(gain > 0 for _, _, gain in settled) / len(settled)
    assert rows["of these: leading gains us something"] == pytest.approx(gaining, abs=6e-4)
    moved = sum(first[2] != best[2] for first, best, _ in settled) / len(settled)
    assert rows["of these: korea is moved by it to another choice"] == pytest.approx(moved, abs=6e-4)
    # at the baseline: the stick is a promise worth making, 0.363 against 0.15
    first, best, gain = alliance_worth(game.at())
    assert (gain, at.rows[0][-1]) == (F(213, 1000), "0.213")
    assert [own[k] for own, k in zip(game.at().strategies, best, strict=True)] == ["punish", "accommodate", "align", "hedge"]
    assert first != best


def random_values(game, count, seed):
    generator = random.Random(seed)
    box = game.model.intervals
    for _ in range(count):
        yield {n: i.low + (i.high - i.low) * F(generator.randrange(1, 100), 101) for n, i in box.items()}


def test_a_positive_demand_is_accepted_exactly_where_the_tree_with_a_tiny_one_ends_in_compliance(this_study):
    game = this_study.game("weaponization")
    seen = set()
    for values in random_values(game, 24, 7):
        solved = game.solve(**{**values, "z": F(1, 10**9)})
        plan = solved.equilibria[0].profile["target"]["target"]
        accepted = plan["comply"] == 1
        assert (game.trace("positive_demand", **values).value > 0) == accepted
        seen.add(accepted)
    assert seen == {True, False}


@pytest.mark.parametrize(("name", "first"), [("leaves_aided", "aid"), ("leaves_unaided", "none")])
def test_pakistan_leaves_exactly_where_the_tree_has_an_offer_that_it_takes(this_study, name, first):
    game = this_study.game("pakistan_balancing")
    seen = set()
    for values in random_values(game, 24, 8):
        profile = game.solve(**values).equilibria[0].profile
        offered = profile["us"][f"us after {first}"]["offer"] == 1
        leaves = offered and profile["pakistan"][f"pakistan after {first},offer"]["stay"] == 0
        assert (game.trace(name, **values).value > 0) == leaves
        seen.add(leaves)
    assert seen == {True, False}


def test_followers_over_the_box_are_those_of_exact_games_at_the_same_draws(this_study, monkeypatch):
    from detente.solve.population.best_reply import cascade, extreme_equilibria

    monkeypatch.setattr(analyses, "MEMBER_DRAWS", 8)
    monkeypatch.setattr(analyses, "PRIORS", ("uniform",))
    game = this_study.game("forge_tipping:cascade")
    ends, followers = asked(game, 3, "members_over_box")[1]
    aligned, moved = [], []
    for drawn in (draws(game.symbolic, 8).point(k) for k in range(8)):
        numeric = game.at(**{name: F(float(value)) for name, value in drawn.items()})
        low, high = extreme_equilibria(numeric)
        aligned.append((low.counts[-1], high.counts[-1]))
        path = cascade(numeric, high.last, {"member_17": "hedge", "member_47": "hedge"})
        moved.append(sum(a != b for k, (a, b) in enumerate(zip(path.last, high.last, strict=True)) if k not in (16, 46)))
    found = shares(ends)
    assert found["at align on average, from below"] == pytest.approx(sum(a for a, _ in aligned) / 8, abs=6e-4)
    assert found["at align on average, from above"] == pytest.approx(sum(b for _, b in aligned) / 8, abs=6e-4)
    assert found["both ends meet"] == pytest.approx(sum(a == b for a, b in aligned) / 8, abs=6e-4)
    assert shares(followers)["followers on average"] == pytest.approx(sum(moved) / 8, abs=6e-4)
    assert shares(followers)["none"] == pytest.approx(moved.count(0) / 8, abs=6e-4)
