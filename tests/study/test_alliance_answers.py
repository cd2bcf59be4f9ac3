"""Answers about the third countries that need several games, draws or terms at once, against independent computation."""

from __future__ import annotations

import random
from fractions import Fraction as F
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import detente
from detente.study.analyses import ANALYSES, Task

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


def task(game, number):
    question = next(each for each in game.model.definition.questions if each.number == number)
    points = tuple(game.model.point(name) for name in question.points or ("baseline",))
    return Task(game.model, question, points, "strategic")


# --------------------------------------------------------------------------------------------- an order of contagion

READY = {
    "indonesia": (0.25, 0.55, 0.37), "zimbabwe": (0.10, 0.40, 0.08), "malaysia": (0.25, 0.55, 0.05), "south_america": (0.20, 0.50, 0.35),
    "drc": (0.02, 0.30, 0.55), "zambia": (0.05, 0.35, 0.05), "namibia": (0.05, 0.35, 0.03), "guinea": (0.02, 0.30, 0.25),
}  # fmt: skip
CASCADE = {"margin": 2.45, "pull": 0.6, "power": 0.5, "windfall": 0.0, "ret": 0.2, "support": 0.05, "cn_inv": 0.1}


def test_the_chance_of_the_reported_order_by_counting_waves_of_other_draws(study):
    # the specification's terms written out: the gain of a ban when a share s of the seven others bans
    p = CASCADE
    rng = np.random.default_rng(1)
    n = 20_000
    low, high, share = (np.array([row[k] for row in READY.values()]) for k in range(3))
    ready = rng.uniform(low, high, (n, 8))
    fixed = p["margin"] * ready + p["power"] * share + p["support"] + p["cn_inv"] - 1
    slope = p["margin"] * p["pull"] - p["windfall"]
    bans = np.zeros((n, 8), dtype=bool)
    wave = np.zeros((n, 8), dtype=int)
    for k in range(1, 10):
        s = (bans.sum(axis=1, keepdims=True) - bans) / 7
        new = fixed + slope * s - p["ret"] * (1 - s) > 0
        wave[new & ~bans] = k  # complements here: who bans goes on banning
        bans = new
    first = fixed - p["ret"]
    named = [list(READY).index(name) for name in ("indonesia", "zimbabwe", "malaysia")]
    i, z, m = (wave[:, k] for k in named)
    in_all = (i > 0) & (z > 0) & (m > 0)
    expected = [
        (first[:, named[0]] > first[:, named[1]]) & (first[:, named[1]] > first[:, named[2]]),
        in_all,
        in_all & (i <= z) & (z <= m),
        in_all & (i < z) & (z < m),
    ]
    (table,) = ANALYSES["contagion_order"].run(task(study.game("export_ban_cascade"), 3))
    row = next(row for row in table.rows if row[0] == "cascade")
    for said, found in zip(row[1:5], expected, strict=True):
        assert float(said) == pytest.approx(found.mean(), abs=0.02)


def test_an_order_needs_players_and_something_uncertain(study):
    from dataclasses import replace

    asked = task(study.game("export_ban_cascade"), 3)
    for change, words in (({"players": ("indonesia",)}, "in an order"), ({"along": ()}, "to draw"), ({"along": ("nobody",)}, "nobody")):
        with pytest.raises(detente.UsageError, match=words):
            ANALYSES["contagion_order"].run(replace(asked, question=replace(asked.question, **change)))


# --------------------------------------------------------------------------------------------- what terms add


def test_what_each_term_adds_to_the_hedge_of_korea_by_hand(study):
    # dep_kr 0.8, sub_kr 0.1, risk 0.05, hot 0.5, theta 0.7, promise 0.5, club 0.1, ratio 3, share 0.1, investment 0.6*0.01
    by_hand = {
        "disruption": -F("0.04"), "disruption_rest": F("0.036"), "premium": F("0.016"), "hotline": F("0.02"),
        "cn_invest_hedge": F("0.006"), "club_full": -F("0.05"), "club_part": F("0.035"), "in total": F("0.023"),
    }  # fmt: skip
    table = ANALYSES["contributions"].run(task(study.game("alliance_hedging"), 6))[0]
    column = table.columns.index("kr_hedge_align")
    found = {row[0]: F(row[column]) for row in table.rows if row[column]}
    assert found == by_hand
    assert sum(value for name, value in by_hand.items() if name != "in total") == by_hand["in total"]


# --------------------------------------------------------------------------------------------- leading, limits


def test_leading_is_compared_with_the_only_mixed_equilibrium_where_no_pure_one_exists(study):
    game = study.game("alliance_hedging")
    table = ANALYSES["leading"].run(task(game, 5))[0]
    row = next(row for row in table.rows if row[0] == "strong_stick")
    # the members answer a bound punishment with align, align: 0.45 of alignment, less the scheme of 0.002
    assert row[1] == "one mixed equilibrium"
    assert F(row[4]) == F("0.45") - F("0.002")
    mixed = detente.equilibria(game.at(**{k: v for k, v in game.model.definition.points["strong_stick"].values.items()}))
    assert F(row[5]).limit_denominator(10**6) == pytest.approx(float(F("0.448") - mixed.equilibria[0].payoffs["us"]), abs=1e-6)


def test_no_profile_that_a_limit_excludes_is_a_strict_equilibrium_at_random_points(study):
    from detente.solve.parametric.preferences import Preferences
    from detente.solve.pure import pure_profiles

    game = study.game("alliance_hedging").model.payoffs("strategic")
    point = study.game("alliance_hedging").model.point("no_dependence")
    held = ("dep_kr", "dep_ar", "inv_kr", "inv_ar")
    preferences = Preferences(game, [name for name in game.parameters if name not in held], point.values)
    possible = {each for each in game.profiles() if preferences.strictly_somewhere(each) != "never"}
    rng = random.Random(3)
    met = set()
    for _ in range(60):
        values = {
            name: point.values[name] if name in held else each.low + (each.high - each.low) * F(rng.randint(1, 999), 1000)
            for name, each in game.parameters.items()
        }
        met |= set(pure_profiles(game.at_point(values)))
    assert met
    assert met <= possible


# --------------------------------------------------------------------------------------------- aid, then leaving


def test_china_aids_a_pakistan_that_leaves_exactly_where_the_tree_is_played_so(study):
    game = study.game("pakistan_balancing")
    model = game.model
    formula = model.conclusion("aid_then_leaves")
    box = model.form.formulas(model, "strategic")
    rng = random.Random(5)
    seen = set()
    for _ in range(60):
        values = {
            name: each.low + (each.high - each.low) * F(rng.randint(1, 999), 1000) if each.low < each.high else each.value
            for name, each in model.intervals.items()
        }
        point = model.point("baseline", values)
        path = model.form.solve(model, point, "strategic").equilibria[0].path_text()
        holds = box.evaluate(box.expression(formula), point.values) > 0
        assert holds == (path.startswith("aid,offer,") and path != "aid,offer,stay"), path
        seen.add(holds)
    assert seen == {True, False}


def test_the_other_reading_of_a_punished_recipient_deters_one_more(study):
    # g = 0.6, L = 1.2, prior 1/10. g/L = 1/2: (1/2)^k <= 1/10 from k = 4 on, so 2 of 5. g/(g + L) = 1/3: from k = 3 on, so 3 of 5
    for variant, beta, deterred in (("reputation", F(1, 2), 2), ("reputation_lost", F(1, 3), 3)):
        game = study.game(f"pakistan_balancing:{variant}")
        found = game.model.form.solve(game.model, game.model.point("baseline"), "strategic")
        assert found.cutoff(1) == beta
        assert found.deterred == sum(beta**k <= F(1, 10) for k in range(1, 6)) == deterred


# --------------------------------------------------------------------------------------------- limits of the chain


def test_the_limits_of_the_chain_by_hand(study):
    model = study.game("forge_coalition").model
    finance = F("1.266e10") * 5 / F("4e11")
    alike = model.form.solve(model, model.point("symmetric_shares"), "strategic")
    assert {low for low, _ in alike.core.ranges.values()} == {finance / 11} == set(alike.shapley.values())
    owner = model.form.solve(model, model.point("one_owner"), "strategic")
    # the owner of all finance is a veto player; nobody else is worth anything alone, and the owner with nobody has a tenth of refining
    low, high = owner.core.ranges["us"]
    assert low <= high == finance
    assert all(owner.core.ranges[name][0] == 0 for name in model.payoff_model.players if name != "us")


def test_the_core_from_few_coalitions_is_that_from_all(study):
    from detente.games.coalitional import CoalitionalGame
    from detente.solve.coalitional.core import core, least_core
    from detente.solve.programs.linear_program import maximize

    rng = random.Random(11)
    for extra in (0, 6):
        players = list("abcdefg")
        game = CoalitionalGame(players, lambda s, extra=extra: rng.randint(0, 3 * len(s)) if len(s) < 7 else 14 + 2 * extra)
        n, proper = 7, range(1, 127)
        rows = [[-(mask >> k & 1) for k in range(n)] for mask in proper]
        bounds = [-game.worth[mask] for mask in proper]
        whole = maximize([0] * n + [-1], [[*row, -1] for row in rows], bounds, [[1] * n + [0]], [game.worth[-1]], free=range(8))
        assert least_core(game).excess == -whole.value
        found = core(game)
        assert found.empty == (-whole.value > 0)
        if not found.empty:
            for k, name in enumerate(players):
                ends = [
                    sign * maximize([sign * int(j == k) for j in range(n)], rows, bounds, [[1] * n], [game.worth[-1]], free=range(n)).value
                    for sign in (-1, 1)
                ]
                assert found.ranges[name] == tuple(ends)


# --------------------------------------------------------------------------------------------- order by rank


def test_members_that_gain_less_the_higher_their_rank_have_no_equilibrium_out_of_order():
    from detente.games.population import PopulationGame
    from detente.study.analyses.population import _ranked

    rng = random.Random(2)
    told = set()
    for _ in range(60):
        slope = [[[F(0), F(0)], [F(0), F(rng.randint(0, 3), 4)]]] * 4
        costs = sorted(F(rng.randint(-4, 8), 4) for _ in range(4))
        if rng.random() < 0.5:
            rng.shuffle(costs)
        game = PopulationGame(["out", "in"], [[0, -c] for c in costs], slope)
        out_of_order = [
            each
            for each in product((0, 1), repeat=4)
            if list(each) != sorted(each, reverse=True)
            and all(
                game.payoff(k, own, game.counts(each)) >= game.payoff(k, 1 - own, game.counts([*each[:k], 1 - own, *each[k + 1 :]]))
                for k, own in enumerate(each)
            )
        ]
        told.add((_ranked(game), bool(out_of_order)))
    assert (True, True) not in told
    assert {(True, False), (False, True)} <= told


# --------------------------------------------------------------------------------------------- variants of several forms


def test_variants_of_several_forms_are_each_asked_what_fits(study):
    titles = [table.title for table in study.game("alliance_hedging").question(1).tables]
    assert [title.partition(": ")[0] for title in titles] == [
        "alliance_hedging", "alliance_hedging:us_first", "alliance_hedging:us_first", "alliance_hedging:members_first",
        "alliance_hedging:members_first",
    ]  # fmt: skip
    assert "equilibria" in titles[0]


def test_a_variant_that_no_analysis_fits_is_a_fault(tmp_path):
    import shutil

    from detente.study.check import check

    root = tmp_path / "s"
    for room in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(ROOT / room, root / room)
    shutil.copy(ROOT / "pyproject.toml", root / "pyproject.toml")
    path = root / "games" / "alliance_hedging.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('ask = ["equilibria", "outcomes"]', 'ask = ["equilibria"]'), encoding="utf-8", newline="\n")
    faults = [each for each in check(root, analyses=ANALYSES) if each.level == "fault"]
    assert any("no analysis for the variants of the form extensive" in each.found for each in faults)


# --------------------------------------------------------------------------------------------- rests-on of other forms


@pytest.mark.parametrize(("name", "conclusion"), [("ultimatum_180", "nobody_complies"), ("forge_coalition", "exclusive_gain")])
def test_what_a_formula_rests_on_fixes_its_sign_at_all_corners_and_nothing_less_does(study, name, conclusion):
    game = study.game(name)
    model = game.model
    found = game.rests_on(conclusion)
    box = model.form.formulas(model, "strategic")
    expression = box.expression(model.conclusion(conclusion))
    used = {str(each) for each in box.expand(expression).free_symbols}

    def signs(held):
        # both formulas are monotone in every parameter where the others are at the ends of their intervals
        free = [each for each, interval in model.intervals.items() if each in used and each not in held and interval.low < interval.high]
        seen = set()
        for ends in product((0, 1), repeat=len(free)):
            values = {each: interval.value for each, interval in model.intervals.items()}
            values |= {each: (model.intervals[each].low, model.intervals[each].high)[end] for each, end in zip(free, ends, strict=True)}
            value = box.evaluate(expression, values)
            seen.add((value > 0) - (value < 0))
        return seen

    for held in found.sets:
        assert len(signs(held)) == 1
        for left in held:  # proved smallest: without any one of them both signs are met
            assert {-1, 1} <= signs(set(held) - {left})


def test_shares_of_supermodular_games_are_those_of_games_put_at_random_points(study):
    from detente.conclusions.ensemble.draws import draws
    from detente.solve.population.best_reply import increasing_differences
    from detente.study.analyses.draws import _complements, _single_crossing
    from detente.study.analyses.population import _ranked
    from detente.study.forms._member_payoffs import member_payoffs
    from detente.study.forms.population import compiled_members

    model = study.game("forge_tipping").model
    batch = compiled_members(model, material=False)
    drawn = dict(draws(model.payoffs("strategic"), 12, seed=4))
    drawn["shield"] = np.linspace(-1, 1, 12)  # below 0 retaliation grows with numbers: no complements
    drawn["nu"] = np.where(np.arange(12) % 3 == 0, 2.0, drawn["nu"])  # signing costs more than aligning: rank is turned over
    found = batch.payoffs(drawn).at(slice(None))
    told = list(zip(_complements(found.slope), _single_crossing(found.base, found.slope, batch.members), strict=True))
    expected = []
    for k in range(12):
        values = {name: F(float(each[k])) for name, each in drawn.items()}
        game = member_payoffs(model, {**values, **model.derived_values(values)}, material=False)
        expected.append((increasing_differences(game), _ranked(game)))
    assert told == expected
    assert {True, False} == {each for each, _ in told} == {each for _, each in told}


def test_shares_of_formulas_of_trees_with_types_are_counted(study):
    # aid pays where q is at least (a + x0*y + G + l - xd*y)/(G + l + y - xd*y), solved by hand; other draws than the engine's
    found = study.game("pakistan_balancing:types").robustness(draws=8_000, save=False)
    rows = found.to_json()
    rows = rows["robust"] if isinstance(rows, dict) else rows
    share = next(row["share"] for row in rows if (row["conclusion"], row["prior"], row["given"]) == ("aid_prior", "uniform", None))
    rng = np.random.default_rng(9)
    a, x0, y, gwadar, leak, xd, q = (
        rng.uniform(low, high, 40_000)
        for low, high in ((0.05, 0.6), (0, 0.4), (0.2, 2), (0.3, 5), (0, 1), (0, 0.3), (0, 1))
    )
    expected = (q * (gwadar + leak + y - xd * y) > a + x0 * y + gwadar + leak - xd * y).mean()
    assert share == pytest.approx(expected, abs=0.02)
