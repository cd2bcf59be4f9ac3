"""Gradual cooperation against hand derivations in fractions: gains, bounds, equilibria counted, dates of an opportunist, trust."""

from __future__ import annotations

import json
from fractions import Fraction as F

import numpy as np
import pytest

from detente.numbers import short
from detente.study.questions import answer

BASE = {
    "s1": "0.02", "s2": "0.1", "s3": "0.25", "s4": "1", "s5": "2", "coop_us": "0.3", "coop_cn": "0.4", "tempt_us": "0.8",
    "tempt_cn": "1.2", "sucker_us": "1", "sucker_cn": "0.6", "forfeit": "0.3", "turn": "0.2", "trust": "0.6",
    "delta_opp": "0.4", "delta": "0.95",
}  # fmt: skip
POINTS = {
    "baseline": {},
    "stable_politics": {"turn": "0.05"},
    "tempting": {"tempt_cn": "1.6", "tempt_us": "1.1"},
    "tempting_hostages": {"tempt_cn": "1.6", "tempt_us": "1.1", "forfeit": "0.8"},
    "low_step5": {"s5": "1.2", "forfeit": "0.8", "tempt_us": "1.3", "tempt_cn": "1.7"},
    "impatient_opponent": {"delta_opp": "0.1"},
}
BOX = {
    "s1": (0.01, 0.05), "s2": (0.05, 0.2), "s3": (0.2, 0.5), "s5": (1.2, 4), "coop_us": (0.1, 0.5), "coop_cn": (0.15, 0.6),
    "tempt_us": (0.2, 2), "tempt_cn": (0.2, 3), "sucker_us": (0.3, 3), "sucker_cn": (0.2, 2), "forfeit": (0, 1),
    "turn": (0.05, 0.3), "trust": (0.2, 0.95), "delta_opp": (0.1, 0.8), "delta": (0.85, 0.98),
}  # fmt: skip
SIDES = {"us": "us", "china": "cn"}


def numbers(changes):
    return {name: F(value) for name, value in {**BASE, **changes}.items()}


def stakes(p):
    """Stake of the year and the one completed before, for the steps 1 to 5 and for 6, the last for ever; 0: all at once."""
    s = [p["s1"], p["s2"], p["s3"], p["s4"], p["s5"]]
    return {0: (s[4], 0), 1: (s[0], 0), 2: (s[1], s[0]), 3: (s[2], s[1]), 4: (s[3], s[2]), 5: (s[4], s[3]), 6: (s[4], s[4])}


def kept(p, side, step):
    """What keeping is worth from a step on, summed step by step."""
    d, b = p["delta"] * (1 - p["turn"]), p[f"coop_{side}"]
    s = stakes(p)
    total, weight = 0, 1
    while step not in {0, 6}:
        total, weight, step = total + weight * b * s[step][0], weight * d, step + 1
    return total + weight * b * s[step][0] / (1 - d)


def leave(p, side, step):
    """What a defection at a step gets, once, from a partner who keeps."""
    stake, done = stakes(p)[step]
    return (p[f"coop_{side}"] + p[f"tempt_{side}"]) * stake - p["forfeit"] * done


def gain(p, side, step):
    return leave(p, side, step) - kept(p, side, step)


def self_enforcing(p, steps):
    return all(gain(p, side, step) <= 0 for side in SIDES.values() for step in steps)


@pytest.fixture(scope="module")
def game(this_study):
    return this_study.game("gradual_cooperation")


@pytest.mark.parametrize("point", POINTS)
def test_points_and_gains_of_every_rung_are_those_of_the_specification(game, point):
    p = numbers(POINTS[point])
    assert {name: value for name, value in game.point(point).values.items() if name in p} == p
    form = game.model.form
    for policy, steps in (("ladder", range(1, 7)), ("once", (0, 6))):
        found = form.incentives(game.model, "strategic", policy)
        told = {(each.player, each.state): game.model.symbolic.formulas.evaluate(each.gain, game.point(point).values) for each in found}
        assert told == {(who, step): gain(p, side, step) for who, side in SIDES.items() for step in steps}
        assert game.holds(f"equilibrium:{policy}", **POINTS[point]) == self_enforcing(p, steps)


# The ladder holds at every named point but tempting; the whole stake at once neither there nor with hostages.
GOLDEN = {
    "baseline": (True, True), "stable_politics": (True, True), "tempting": (False, False), "tempting_hostages": (True, False),
    "low_step5": (True, False), "impatient_opponent": (True, True),
}  # fmt: skip


def test_where_the_ladder_and_the_whole_stake_enforce_themselves():
    for point, expected in GOLDEN.items():
        p = numbers(POINTS[point])
        assert (self_enforcing(p, range(1, 7)), self_enforcing(p, (0, 6))) == expected


def test_the_fourth_rung_binds_where_the_fifth_is_low(game):
    rows = {row[0]: row for table in answer(game.model, 2).tables if table.title == "tempt_cn under ladder at the points" for row in table.rows}
    for point in ("baseline", "tempting", "low_step5"):
        p = numbers(POINTS[point])
        limits = {step: p["tempt_cn"] - gain(p, "cn", step) / stakes(p)[step][0] for step in range(1, 7)}
        assert rows[point][1:7] == tuple(short(limits[step], 4) for step in range(6, 0, -1))
        assert rows[point][7] == str(min(limits, key=lambda step: limits[step]))
    assert rows["low_step5"][7] == "4"


def test_the_least_assets_at_stake_that_make_the_ladder_hold_are_those_of_the_rung_that_binds(game):
    """At tempting, China at step 5: 2*1.6 - 2*0.4*0.76/0.24 - f*1 = 0 at f = 2/3; the whole stake holds nowhere in the interval."""
    (found,) = game.thresholds("forfeit", of="equilibrium:ladder", **POINTS["tempting"]).inside
    assert (found.at, found.before, found.at_point, found.after) == (F(2, 3), False, True, True)
    assert game.thresholds("forfeit", of="equilibrium:once", **POINTS["tempting"]).inside == ()
    p = numbers({**POINTS["tempting"], "forfeit": F(2, 3)})
    assert max(gain(p, side, step) for side in SIDES.values() for step in range(1, 7)) == 0


def payoffs(p, step, moves):
    """What a year pays to both."""
    stake, done = stakes(p)[step]
    out = []
    for mine, other, side in ((moves[0], moves[1], "us"), (moves[1], moves[0], "cn")):
        if mine == "defect":
            out.append(p[f"coop_{side}"] * stake + (p[f"tempt_{side}"] * stake if other == "keep" else 0) - p["forfeit"] * done)
        else:
            out.append(p[f"coop_{side}"] * stake if other == "keep" else -p[f"sucker_{side}"] * stake)
    return tuple(out)


@pytest.mark.parametrize("point", ["baseline", "tempting", "tempting_hostages", "low_step5"])
def test_equilibria_are_as_many_as_cell_by_cell_enumeration_finds(game, point):
    """From the last step back: every pure equilibrium of the year, for each continuation; self-loops by what they pay."""
    p = numbers(POINTS[point])
    d = p["delta"] * (1 - p["turn"])
    cells = [(a, b) for a in ("keep", "defect") for b in ("keep", "defect")]

    def stable(step, moves, ahead):
        def worth(cell):
            own = payoffs(p, step, cell)
            return tuple(u + d * v for u, v in zip(own, ahead, strict=True)) if cell == ("keep", "keep") else own

        flip = {"keep": "defect", "defect": "keep"}
        here = worth(moves)
        others = (worth((flip[moves[0]], moves[1]))[0], worth((moves[0], flip[moves[1]]))[1])
        return here if here[0] >= others[0] and here[1] >= others[1] else None

    last = []
    for cell in cells:
        own = payoffs(p, 6, cell)
        value = tuple(u / (1 - d) for u in own) if cell == ("keep", "keep") else own
        if stable(6, cell, value) is not None:
            last.append(value)
    count = 0
    for ahead in last:
        starts = sum(stable(0, cell, ahead) is not None for cell in cells)
        ways = [ahead]
        for step in range(5, 0, -1):
            ways = [found for each in ways for cell in cells if (found := stable(step, cell, each)) is not None]
        count += starts * len(ways)
    assert game.solve(**POINTS[point]).count == count


def decision(p, steps):
    """Date at which an opportunist leaves, and the worth to the other if kept and if left; each by trying every date."""
    found = {}
    path = [*steps[:-1], *[steps[-1]] * 60]
    for who, side, other in (("us", "us", "cn"), ("china", "cn", "us")):
        o, d = p["delta_opp"], p["delta"] * (1 - p["turn"])
        worth = []
        total = F(0)
        for k, step in enumerate(path):
            worth.append(total + o**k * leave(p, other, step))
            total += o**k * p[f"coop_{other}"] * stakes(p)[step][0]
        date = max(range(len(worth)), key=lambda k: worth[k])
        bad = sum((d**k * p[f"coop_{side}"] * stakes(p)[step][0] for k, step in enumerate(path[:date])), F(0))
        bad -= d**date * p[f"sucker_{side}"] * stakes(p)[path[date]][0]
        good = kept(p, side, steps[0])
        found[who] = (date + 1, good, bad, max(F(0), -bad / (good - bad)))
    return found


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("variant", "steps"), [("trust", (1, 2, 3, 4, 5, 6)), ("trust_at_once", (0, 6))])
def test_an_opportunist_leaves_at_the_date_that_is_best_among_all(this_study, point, variant, steps):
    p = numbers(POINTS[point])
    expected = decision(p, steps)
    found = this_study.game(f"gradual_cooperation:{variant}").solve(**POINTS[point]).decisions
    for who, (date, good, bad, least) in expected.items():
        each = found[who]
        assert (each.leaves, each.kept, each.betrayed, each.least) == (date, good, bad, least)
        assert each.starts == (p["trust"] * good + (1 - p["trust"]) * bad >= 0)


@pytest.mark.parametrize("point", POINTS)
def test_an_opportunist_reveals_itself_at_once_up_to_a_growth_at_which_two_dates_are_worth_the_same(game, point):
    p = numbers(POINTS[point])
    for name, side in (("growth_us", "us"), ("growth_cn", "cn")):
        box = game.model.symbolic.formulas
        growth = box.evaluate(box.expression(game.model.conclusion(name)), game.point(point).values)
        own = {**p, "s2": p["s1"] * growth}
        now = leave(own, side, 1)
        later = own[f"coop_{side}"] * own["s1"] + own["delta_opp"] * leave(own, side, 2)
        assert now == later


def test_where_nothing_is_forfeited_the_last_rung_asks_as_much_as_the_whole_stake(game):
    """Gain at step 6 over s5 less the gain at the start with s5: -forfeit, so 0 without; hence a ladder then helps nobody."""
    for side in SIDES.values():
        p = numbers({"forfeit": "0", "tempt_us": "0.9", "tempt_cn": "1.3"})
        assert gain(p, side, 6) == gain(p, side, 0)
    table = answer(game.model, 7).tables[1]
    zero = [row for row in table.rows if row[1] == "6" and row[2] == "0"]
    assert len(zero) == 2
    assert all(row[3:] == ("0", "always zero") for row in zero)


def test_shares_of_both_policies_are_those_of_the_closed_form_in_numpy(game):
    r = np.random.default_rng(5)
    p = {name: r.uniform(low, high, 200_000) for name, (low, high) in BOX.items()} | {"s4": np.ones(200_000)}
    found = game.robustness(
        draws=40_000, save=False, terms=False, conclusions=["equilibrium:ladder", "equilibrium:once"], how={"priors": ["uniform"], "budget": 0}
    )
    for policy, steps in (("ladder", range(1, 7)), ("once", (0, 6))):
        holds = np.all([gain(p, side, step) <= 0 for side in SIDES.values() for step in steps], axis=0)
        share = holds.mean()
        assert abs(found.find(f"equilibrium:{policy}")[0].share - share) < 4 * np.sqrt(share * (1 - share) / 40_000)


def drawn(n, seed):
    r = np.random.default_rng(seed)
    return {name: r.uniform(low, high, n) for name, (low, high) in BOX.items()} | {"s4": np.ones(n)}


def close(text, share):
    """Whether a printed share of 20,000 draws is the one of 100,000 draws of this file."""
    return abs(float(text) - share) < 4 * np.sqrt(max(share * (1 - share), 1e-4) * (1 / 20_000 + 1 / 100_000)) + 5e-4


def test_shares_of_ladder_only_and_neither_and_of_the_rung_that_binds_are_those_of_numpy(game):
    p = drawn(100_000, 7)
    ladder, once = (
        np.all([gain(p, side, step) <= 0 for side in SIDES.values() for step in steps], axis=0) for steps in (range(1, 7), (0, 6))
    )
    tables = {table.title: table.rows for table in answer(game.model, 5).tables}
    rows = {row[0]: row[1] for row in tables["which policies are equilibria"]}
    assert close(rows["ladder and once"], np.mean(ladder & once))
    assert close(rows["ladder only"], np.mean(ladder & ~once))
    assert not (once & ~ladder).any()  # what enforces the whole stake enforces every rung
    assert rows["once only"] == "0.000"
    assert close(rows["none of them"], np.mean(~ladder & ~once))
    for side in SIDES.values():
        limits = np.stack([p[f"tempt_{side}"] - gain(p, side, step) / stakes(p)[step][0] for step in range(1, 7)])
        binding = np.argmin(limits, axis=0) + 1
        shown = {row[1]: row[2] for row in tables[f"which state of ladder binds tempt_{side} over the box"]}
        assert all(close(shown[str(step)], np.mean(binding == step)) for step in range(1, 7))


@pytest.mark.parametrize(("number", "steps"), [(9, (1, 2, 3, 4, 5, 6)), (10, (0, 6))])
def test_dates_of_an_opportunist_and_enough_trust_over_the_box_are_those_of_trying_every_date(game, number, steps):
    p = drawn(100_000, 8)
    tables = answer(game.model, number).tables
    for table, (side, other) in zip(tables, (("us", "cn"), ("cn", "us")), strict=True):
        o, d = p["delta_opp"], p["delta"] * (1 - p["turn"])
        path, worth, mine, total, own = [*steps, *[steps[-1]] * 40], [], [], 0, 0
        for k, step in enumerate(path):
            worth.append(total + o**k * leave(p, other, step))
            mine.append(own - d**k * p[f"sucker_{side}"] * stakes(p)[step][0])
            total = total + o**k * p[f"coop_{other}"] * stakes(p)[step][0]
            own = own + d**k * p[f"coop_{side}"] * stakes(p)[step][0]
        worth.append(total + o ** len(path) * p[f"coop_{other}"] * p["s5"] / (1 - o))
        mine.append(own + d ** len(path) * p[f"coop_{side}"] * p["s5"] / (1 - d))
        date = np.argmax(np.stack(worth), axis=0)
        betrayed = np.take_along_axis(np.stack(mine), date[None], axis=0)[0]
        for k in range(len(steps)):
            assert close(table.rows[k][1], np.mean(date == k)), k
        assert close(table.rows[len(steps)][1], np.mean(date >= len(steps)))
        assert close(table.rows[-1][1], np.mean(p["trust"] * kept(p, side, steps[0]) + (1 - p["trust"]) * betrayed >= 0))


def test_the_ladder_is_for_trust_as_long_as_nobody_gains_by_leaving_a_cooperator_in_the_other_game(this_study, game):
    """A_us = 0.125 - 0.02 - 0.037 - 0.1 - 0.05 = -0.082; B_us = 0.125 - 0.157 - 0.0375 + 0.222*(0.2 + 0.25) = 0.0304."""
    found = answer(game.model, 6)
    ((_, player, kind, alone, together, needs), other) = found.tables[0].rows
    assert (player, kind, alone, together, needs) == ("us", "assurance", "-0.082", "0.0304", "trust in the other")
    assert other[-1] == "trust in the other"
    assert [text.partition(":")[0] for _, text in found.said] == ["For trust"]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 6, 8, 9, 10, 11])
def test_every_question_has_an_answer_that_fits_a_terminal_and_is_data(game, number):
    found = answer(game.model, number)
    assert all(table.rows for table in found.tables)
    assert all(len(line) <= 80 for line in str(found).splitlines())
    assert json.loads(json.dumps(found.to_json()))["number"] == number
