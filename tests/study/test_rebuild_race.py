"""The rebuilding race against a backward induction of its own: from the formulas of the specification, in fractions and in NumPy."""

from __future__ import annotations

import json
from fractions import Fraction as F

import numpy as np
import pytest

from detente.conclusions.markov_line import nearest_changes
from detente.study.questions import answer

BASE = {
    "d_us": "0.74", "l_gdp": "4", "gdp_mult": "2", "capex_usd": "6", "cost_ratio": "3", "bill": "0.05", "rel_cn": "0.25",
    "rent_cn": "0.03", "div_us": "0.05", "remed_rmb": "400", "fx": "7.1", "remed_years": "20", "abate": "0.2",
    "lock_cn": "0.02", "delta": "0.95", "conc_s": "0.2", "sev_s": "0.6", "years_s": "8", "tech_s": "0.2", "rep_s": "0.1",
    "hazard": "0.1", "sev_x": "0.9",
}  # fmt: skip
POINTS = {
    "baseline": {},
    "hot": {"rel_cn": "0.5", "tech_s": "0.12", "rep_s": "0.05", "conc_s": "0.35"},
    "insecure_us": {"hazard": "0.30", "bill": "0.02", "cost_ratio": "2"},
    "hot_insecure": {
        "rel_cn": "0.5", "tech_s": "0.12", "rep_s": "0.05", "conc_s": "0.25", "hazard": "0.30", "bill": "0.02", "cost_ratio": "2",
    },
    "window": {
        "rel_cn": "0.4", "conc_s": "0.25", "tech_s": "0.15", "rep_s": "0.10", "hazard": "0.28", "bill": "0.02", "cost_ratio": "2.5",
    },
    "strike": {"rel_cn": "0.5", "conc_s": "0.5", "tech_s": "0.10", "rep_s": "0.05"},
}  # fmt: skip
BOX = {
    "d_us": (0.7, 0.8), "l_gdp": (2, 9), "gdp_mult": (1, 4), "capex_usd": (2, 15), "cost_ratio": (2, 4), "bill": (0.02, 0.1),
    "rel_cn": (0, 0.5), "rent_cn": (0, 0.06), "div_us": (0.01, 0.12), "remed_rmb": (200, 900), "fx": (6.8, 7.4),
    "remed_years": (10, 30), "abate": (0.05, 0.4), "lock_cn": (0, 0.05), "delta": (0.85, 0.98), "conc_s": (0.05, 0.6),
    "sev_s": (0.3, 0.9), "years_s": (3, 15), "tech_s": (0.05, 0.6), "rep_s": (0.02, 0.3), "hazard": (0.02, 0.3), "sev_x": (0.7, 1),
}  # fmt: skip
MOVES = ("freeze", "slow", "fast")


def terms(p, n, steps):
    """Payoffs in a state: for each pace a year with hold, and a strike, to the US and to China; by the specification."""
    v_usd = p["gdp_mult"] * p["l_gdp"] / p["d_us"]
    premium = (p["cost_ratio"] - 1) * p["bill"]
    cleanup = p["remed_rmb"] / (p["fx"] * p["remed_years"] * v_usd)
    div_cn = p["abate"] * cleanup + p["lock_cn"]
    step = p["capex_usd"] / (steps * v_usd)
    years = (1 - p["delta"] ** p["years_s"]) / (1 - p["delta"])
    x = n / steps if isinstance(p["delta"], np.ndarray) else F(n, steps)
    dependence = p["d_us"] * x
    holds = []
    for pace in range(3):
        us = 1 - premium * (1 - x) - step * pace - p["hazard"] * p["sev_x"] * dependence
        china = p["rent_cn"] * x
        if pace == 0:
            us, china = us + p["div_us"] * x, china + div_cn * x
        holds.append((us, china))
    us = (1 - premium) / (1 - p["delta"]) - step * n - years * (p["sev_s"] + p["conc_s"]) * dependence
    gain = p["conc_s"] + p["rel_cn"] * p["sev_s"]
    china = years * gain * dependence - years * (p["tech_s"] + p["rent_cn"] + p["rep_s"])
    return holds, (us, china), (1 - premium) / (1 - p["delta"])


def solved(p, steps=20):
    """The equilibrium that freezes or moves least where several are: {state: (pace, answers by pace, values)}."""
    delta = p["delta"]
    values, plan = {0: (terms(p, 0, steps)[2], F(0))}, {}
    for n in range(1, steps + 1):
        holds, strike, _ = terms(p, n, steps)

        def goes_on(pace, ahead, n=n, holds=holds):
            after = ahead if pace == 0 else values[max(n - pace, 0)]
            return tuple(u + delta * v for u, v in zip(holds[pace], after, strict=True))

        def answers(ahead, strike=strike, goes_on=goes_on):
            return [goes_on(pace, ahead)[1] >= strike[1] for pace in range(3)]

        frozen = tuple(u / (1 - delta) for u in holds[0])
        moved = [goes_on(pace, None) if goes_on(pace, None)[1] >= strike[1] else strike for pace in (1, 2)]
        for pace, own in ((0, frozen), (0, strike), (1, moved[0]), (2, moved[1])):
            held = answers(own)
            if pace == 0 and held[0] != (own is frozen):
                continue  # what is supposed after freezing is not what China does
            worth = [goes_on(k, own)[0] if held[k] else strike[0] for k in range(3)]
            if own[0] >= max(worth):
                values[n], plan[n] = own, (pace, held)
                break
        else:
            raise AssertionError(n)
    return values, plan


def numbers(changes):
    return {name: F(value) for name, value in {**BASE, **changes}.items()}


def ending(plan, steps=20):
    """How the path goes on from full dependence: its states with the paces, and how it ends."""
    n, path = steps, []
    while n > 0:
        pace, held = plan[n]
        path.append((n, MOVES[pace]))
        if not held[pace]:
            return path, "strike_now" if n == steps else "strike_later"
        if pace == 0:
            return path, "frozen" if n == steps else "partial"
        n = max(n - pace, 0)
    return path, "independence"


@pytest.fixture(scope="module")
def game(this_study):
    return this_study.game("rebuild_race")


@pytest.mark.parametrize("point", POINTS)
def test_the_named_points_are_those_of_the_specification(game, point):
    expected = numbers(POINTS[point])
    assert {name: value for name, value in game.point(point).values.items() if name in expected} == expected


def test_the_box_is_that_of_the_specification(game):
    own = {name: (each.low, each.high) for name, each in game.model.intervals.items() if each.low != each.high}
    assert {name: ends for name, ends in own.items() if name in BOX} == {n: (F(str(a)), F(str(b))) for n, (a, b) in BOX.items()}
    assert set(own) - set(BOX) <= {"delta_us", "delta_cn"}  # used at the point own_factors alone


@pytest.mark.parametrize("point", POINTS)
def test_every_state_of_every_named_point_is_played_and_worth_what_backward_induction_says(game, point):
    values, plan = solved(numbers(POINTS[point]))
    found = game.solve(**POINTS[point])
    first = found.equilibria[0]
    assert found.arithmetic == "exact"
    assert first.regret == 0
    for n in range(1, 21):
        pace, held = plan[n]
        assert (first.values["us"][n], first.values["china"][n]) == values[n]
        assert first.action("us", n) == MOVES[pace]
        answers = {move: next(a for a, q in each.items() if q) for move, each in first.replies["china"][n].items()}
        assert answers == {move: "hold" if good else "strike" for move, good in zip(MOVES, held, strict=True)}
    assert all({n: tuple(each.values[who][n] for who in ("us", "china")) for n in values if n} == {n: v for n, v in values.items() if n} for each in found.equilibria)


GOLDEN = {
    "baseline": ([(20, "freeze")], "frozen"),
    "hot": ([(20, "freeze")], "frozen"),
    "insecure_us": ([(n, "fast") for n in range(20, 0, -2)], "independence"),
    "hot_insecure": ([(20, "fast"), (18, "freeze")], "partial"),
    "window": ([(20, "fast"), (18, "slow"), (17, "freeze")], "partial"),
    "strike": ([(20, "freeze")], "strike_now"),
}


@pytest.mark.parametrize("point", POINTS)
def test_the_paths_are_those_written_down(game, point):
    assert ending(solved(numbers(POINTS[point]))[1]) == GOLDEN[point]
    assert game.holds(f"selected:{GOLDEN[point][1]}", **POINTS[point])
    assert not game.holds("selected:strike_later", **POINTS[point])


@pytest.mark.parametrize(("variant", "steps"), [("ten", 10), ("fifteen", 15)])
def test_shorter_horizons_are_solved_too(this_study, variant, steps):
    for point, changes in POINTS.items():
        values, plan = solved(numbers(changes), steps)
        first = this_study.game(f"rebuild_race:{variant}").solve(**changes).equilibria[0]
        assert [first.values["us"][n] for n in range(1, steps + 1)] == [values[n][0] for n in range(1, steps + 1)]
        assert first.action("us", steps) == MOVES[plan[steps][0]]


def test_the_least_hazard_at_which_the_us_rebuilds_is_bracketed_by_backward_induction(game):
    found = game.thresholds("hazard", of="selected:frozen").inside
    assert [(each.before, each.after) for each in found] == [(True, False)]
    edge = F(found[0].at)
    for hazard, frozen in ((edge - F(1, 10**9), True), (edge + F(1, 10**9), False)):
        assert (ending(solved(numbers({"hazard": hazard}))[1])[1] == "frozen") == frozen
    assert round(float(edge), 4) == 0.2925


@pytest.mark.parametrize("name", ["tech_s", "hazard", "years_s"])
def test_the_nearest_change_that_removes_the_strike_is_bracketed_by_backward_induction(this_study, name):
    """At the point strike with ten steps; a little less and a little more of the value, by the induction of this file."""
    ten = this_study.game("rebuild_race:ten")
    values = ten.point("strike").values
    game = ten.model.form.at_values(ten.model, values, "strategic")
    found = nearest_changes(game, name, values, lambda path, at, found: path.ending == "ends")
    p = {key: np.full(2, float(number)) for key, number in numbers(POINTS["strike"]).items()}
    if name == "hazard":
        assert not found
        p[name] = np.array([0.02, 0.3])
        assert set(outcomes(p, 10)) == {"strike_now"}
        return
    (change,) = found
    p[name] = float(change.at) + np.array([-1e-3, 1e-3])
    assert list(outcomes(p, 10) == "strike_now") == [name == "tech_s", name != "tech_s"]


def test_the_static_threshold_is_the_premium_and_the_dividend_over_the_loss(game):
    """(0.1 + 0.05)/(0.9*0.74) = 25/111: independence pays as much a year as full dependence."""
    (found,) = game.thresholds("hazard", of="static_gap").inside
    assert found.at == F(25, 111)


def drawn(n, seed):
    """Draws of the box that meet rent_cn <= bill."""
    r = np.random.default_rng(seed)
    p = {name: r.uniform(low, high, n) for name, (low, high) in BOX.items()}
    keep = p["rent_cn"] <= p["bill"]
    return {name: each[keep] for name, each in p.items()}, keep.mean()


def outcomes(p, steps=20, *, paces=False):
    """The outcome of each draw, all at once: the same induction as above, array by array; with ``paces`` also the first pace."""
    n_draws, delta = len(p["delta"]), p["delta"]
    values = {0: [terms(p, 0, steps)[2], np.zeros(n_draws)]}
    pace_of, struck = {}, {}
    for n in range(1, steps + 1):
        holds, strike, _ = terms(p, n, steps)
        ahead = [None, *([u + delta * v for u, v in zip(holds[k], values[max(n - k, 0)], strict=True)] for k in (1, 2))]
        held = [None, *(ahead[k][1] >= strike[1] for k in (1, 2))]
        moved = [None, *([np.where(held[k], a, s) for a, s in zip(ahead[k], strike, strict=True)] for k in (1, 2))]
        best, pace, hit = [np.zeros(n_draws), np.zeros(n_draws)], np.full(n_draws, -1), np.zeros(n_draws, dtype=bool)
        frozen = [u / (1 - delta) for u in holds[0]]
        for k, own, stricken in ((0, frozen, False), (0, strike, True), (1, moved[1], None), (2, moved[2], None)):
            again = [u + delta * v for u, v in zip(holds[0], own, strict=True)]
            calm = again[1] >= strike[1]
            after = np.where(calm, again[0], strike[0])
            good = (own[0] >= np.maximum(np.maximum(after, moved[1][0]), moved[2][0]) - 1e-12) & (pace < 0)
            if k == 0:
                good &= calm != stricken
            pace[good] = k
            hit[good] = stricken if k == 0 else ~held[k][good]
            best = [np.where(good, a, b) for a, b in zip(own, best, strict=True)]
        assert (pace >= 0).all()
        values[n], pace_of[n], struck[n] = best, pace, hit
    at, found = np.full(n_draws, steps), np.full(n_draws, "", dtype=object)
    for n in range(steps, 0, -1):
        here = (at == n) & (found == "")
        found[here & struck[n]] = "strike_now" if n == steps else "strike_later"
        found[here & ~struck[n] & (pace_of[n] == 0)] = "frozen" if n == steps else "partial"
        on = here & ~struck[n] & (pace_of[n] > 0)
        at[on] = np.maximum(n - pace_of[n][on], 0)
    found[found == ""] = "independence"
    return (found, pace_of[steps]) if paces else found


def test_shares_of_the_paths_are_those_of_an_induction_in_numpy(game):
    p, kept = drawn(40_000, 11)
    expected = outcomes(p)
    names = ("frozen", "partial", "independence", "strike_now", "strike_later")
    found = game.robustness(
        draws=16_000, save=False, terms=False, conclusions=[f"selected:{name}" for name in names], how={"priors": ["uniform"], "budget": 0}
    )
    for name in names:
        share = np.mean(expected == name)
        error = np.sqrt(max(share * (1 - share), 1e-4) * (1 / len(expected) + 1 / (16_000 * kept)))
        assert abs(found.find(f"selected:{name}")[0].share - share) < 4 * error, name
    assert 0.15 < 1 - kept < 0.18  # about one in six is rejected


def test_shares_given_an_observed_move_weigh_draws_by_what_is_played_in_the_first_year(game):
    """The loan program is coded as slow with 4/5: a draw counts 1/5, and 4/5 more where the United States goes slow at first."""
    p, kept = drawn(40_000, 12)
    ends, paces = outcomes(p, paces=True)
    weight = 0.2 + 0.8 * (paces == 1)
    found = game.robustness(
        draws=16_000, save=False, terms=False, conclusions=["selected:frozen", "selected:strike_now"], given=["project_vault"],
        how={"priors": ["uniform"], "budget": 0},
    )  # fmt: skip
    for name in ("frozen", "strike_now"):
        share = np.average(ends == name, weights=weight)
        error = np.sqrt(share * (1 - share) * (1 / len(ends) + 1 / (16_000 * kept)))
        assert abs(found.find(f"selected:{name}", given="project_vault")[0].share - share) < 5 * error, name


def table(found, title):
    (own,) = (each for each in found.tables if each.title.startswith(title))
    return own


def test_the_question_about_transfers_says_what_a_strike_is_worth_more_than_to_wait(game):
    values, _ = solved(numbers(POINTS["strike"]))
    rows = table(answer(game.model, 3), "transfers at strike").rows
    holds, strike, _ = terms(numbers(POINTS["strike"]), 15, 20)
    waits = holds[1][1] + F(95, 100) * values[14][1]
    (row,) = (row for row in rows if row[0] == "15")
    assert float(row[3]) == pytest.approx(float(strike[1] - waits), rel=1e-3)
    assert [row[0] for row in rows if row[1] == "whatever"] == [str(n) for n in range(20, 12, -1)]


def test_the_best_date_against_a_fixed_pace_is_that_of_trying_every_date(game):
    """Striking after k years of holding, for k from 0 on, or never, at the point strike against each pace."""
    p = numbers(POINTS["strike"])
    rows = {row[1]: row for row in table(answer(game.model, 2), "when china ends").rows if row[0] == "strike"}
    for pace, move in enumerate(MOVES):
        worth, total, n = [], F(0), 20
        for k in range(60):
            worth.append(total + p["delta"] ** k * terms(p, n, 20)[1][1])
            total += p["delta"] ** k * terms(p, n, 20)[0][pace][1]
            n -= pace
            if n <= 0:
                break
        never = total if pace else terms(p, 20, 20)[0][0][1] / (1 - p["delta"])
        best = max(range(len(worth)), key=lambda k: worth[k])
        assert best == 0
        assert max(worth) > never
        assert rows[move][2] == "year 1, in 20"
        assert float(rows[move][3]) == pytest.approx(float(worth[0]), rel=1e-4)
        assert float(rows[move][4]) == pytest.approx(float(never), rel=1e-4)


@pytest.mark.parametrize("number", [1, 2, 3, 5, 7, 8, 9, 10])
def test_every_question_has_an_answer_that_fits_a_terminal_and_is_data(game, number):
    found = answer(game.model, number)
    assert found.tables
    assert all(table.rows for table in found.tables)
    assert all(len(line) <= 80 for line in str(found).splitlines())
    assert json.loads(json.dumps(found.to_json()))["number"] == number
