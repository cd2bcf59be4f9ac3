"""The counter-controls of this study against an independent derivation.

Payoffs are written out here from the tables of the specification (model 3 of the bilateral models), with Fractions where the
exponent of lost standing is a whole number. Equilibria come from trying every deviation, mixed ones from nashpy.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F
from math import exp, log

import pytest

import detente

US, CHINA = ("restrain", "target", "decouple"), ("none", "license", "embargo")
CELLS = list(itertools.product(US, CHINA))
SPECIFICATION = {
    "d_us": ("0.74", "0.7", "0.8"), "l_gdp": ("4", "2", "9"), "gdp_mult": ("2", "1", "4"),
    "capex_usd": ("6", "2", "15"), "rebuild_years": ("15", "10", "20"), "cost_ratio": ("3", "2", "4"),
    "bill": ("0.05", "0.02", "0.1"), "rel_us": ("0.25", "0", "0.5"), "rel_cn": ("0.25", "0", "0.5"),
    "rent_cn": ("0.03", "0", "0.06"), "sev": ("0.3", "0.1", "0.6"), "mitig": ("0.25", "0.05", "0.5"),
    "conc": ("0.2", "0", "0.4"), "tech_hit": ("0.5", "0.2", "1"), "relief": ("0.3", "0", "0.6"),
    "rep_cn": ("0.05", "0.01", "0.12"), "ally_cost": ("0.02", "0", "0.05"), "div_us": ("0.05", "0.01", "0.12"),
    "remed_rmb": ("400", "200", "900"), "remed_years": ("20", "10", "30"), "abate": ("0.2", "0.05", "0.4"),
    "lock_cn": ("0.02", "0", "0.05"), "rent_loss": ("0.3", "0.1", "0.6"), "mkt_loss": ("0.3", "0.1", "0.6"),
    "fx": ("7.1", "6.8", "7.4"), "sev_emb": ("0.9", "0.7", "1"), "rep_exp": ("2", "1", "3"), "relief_emb": ("0.4", "0", "0.7"),
    "dec_extra": ("0.2", "0", "0.5"), "tgt_cost": ("0.05", "0.02", "0.1"), "dec_cost": ("0.05", "0", "0.15"),
}  # fmt: skip
POINTS = {
    "baseline": {},
    "hawkish_us": {"rel_us": "0.5", "tech_hit": "0.8"},
    "strong_card": {"sev": "0.6", "relief": "0.5", "rep_exp": "1"},
    "weak_card": {"sev": "0.12", "mitig": "0.5", "conc": "0.05"},
}


def values(point="baseline", **changes):
    return {k: F(row[0]) for k, row in SPECIFICATION.items()} | {k: F(v) for k, v in {**POINTS[point], **changes}.items()}


def random_points(count, seed):
    """Points at which the exponent is whole, so that everything stays rational."""
    generator = random.Random(seed)
    for _ in range(count):
        p = {k: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for k, (_, low, high) in SPECIFICATION.items()}
        yield p | {"rep_exp": F(generator.choice((1, 2, 3)))}


def payoffs(p, material=False):
    v_usd = p["gdp_mult"] * p["l_gdp"] / p["d_us"]
    c_reb = p["capex_usd"] / (p["rebuild_years"] * v_usd) + (p["cost_ratio"] - 1) * p["bill"]
    cleanup = p["remed_rmb"] / (p["fx"] * p["remed_years"] * v_usd)
    div_cn = p["abate"] * cleanup + p["lock_cn"]
    rep_emb = p["rep_cn"] * (p["sev_emb"] / p["sev"]) ** int(p["rep_exp"])
    hit, rivalry_us, rivalry_cn = p["tech_hit"], 0 if material else p["rel_us"], 0 if material else p["rel_cn"]
    loss = {"none": F(0), "license": p["d_us"] * p["sev"], "embargo": p["d_us"] * p["sev_emb"]}
    lifted = {"none": F(0), "license": p["relief"], "embargo": p["relief_emb"]}
    forgone = {"none": F(0), "license": p["rent_loss"] * p["rent_cn"], "embargo": p["rent_cn"]}
    standing = {"none": F(0), "license": p["rep_cn"], "embargo": rep_emb}
    us, china = {}, {}
    for own, reply in CELLS:
        mine = 1 - loss[reply]
        theirs = p["rent_cn"] - cleanup - forgone[reply] - standing[reply] + rivalry_cn * loss[reply]
        if own == "restrain":
            mine += (p["div_us"] if reply == "none" else 0) - p["conc"] * loss[reply]
            theirs += (div_cn if reply == "none" else 0) + p["conc"] * loss[reply]
        elif own == "target":
            mine += rivalry_us * hit * (1 - lifted[reply]) - p["tgt_cost"]
            theirs += -hit * (1 - lifted[reply])
        else:
            mine += rivalry_us * (hit + p["dec_extra"]) - (c_reb + p["ally_cost"] + p["dec_cost"]) + p["mitig"] * loss[reply]
            theirs += -(hit + p["dec_extra"]) - (p["mkt_loss"] * p["rent_cn"] if reply != "embargo" else 0)
            theirs -= rivalry_cn * p["mitig"] * loss[reply]
        us[own, reply], china[own, reply] = mine, theirs
    return us, china


def pure_equilibria(p):
    us, china = payoffs(p)
    return [
        (a, b)
        for a, b in CELLS
        if all(us[other, b] <= us[a, b] for other in US) and all(china[a, other] <= china[a, b] for other in CHINA)
    ]


def at(cell):
    return US.index(cell[0]), CHINA.index(cell[1])


@pytest.fixture(scope="module")
def game(this_study):
    return this_study.game("counter_controls")


def test_the_parameters_and_the_box_are_those_of_the_specification(game):
    box = game.symbolic.parameters
    assert set(box) - {"decay"} == set(SPECIFICATION)
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("material", [False, True])
def test_every_payoff_at_the_named_points_is_the_sum_of_its_terms(game, point, material):
    numeric = game.model.at(game.point(point), "material" if material else "strategic")
    assert numeric.arithmetic == "exact"
    for player, own in enumerate(payoffs(values(point), material)):
        assert {cell: numeric.payoff(player, at(cell)) for cell in CELLS} == own


def test_payoffs_and_pure_equilibria_agree_all_over_the_box(game):
    for p in random_points(25, 1):
        numeric = game.symbolic.at(p)
        for player, own in enumerate(payoffs(p)):
            assert {cell: numeric.payoff(player, at(cell)) for cell in CELLS} == own
        solved = detente.equilibria(numeric)
        assert solved.complete
        pure = [tuple(next(iter(own)) for own in each.support.values()) for each in solved.equilibria if each.pure]
        assert sorted(pure) == sorted(pure_equilibria(p))


@pytest.mark.parametrize("point", POINTS)
def test_all_equilibria_at_the_named_points_are_those_of_nashpy(game, point):
    import nashpy
    import numpy as np

    us, china = payoffs(values(point))
    tables = [np.array([[float(own[a, b]) for b in CHINA] for a in US]) for own in (us, china)]
    theirs = sorted(tuple(np.round(np.concatenate(pair), 9)) for pair in nashpy.Game(*tables).support_enumeration())
    mine = sorted(tuple(round(float(w), 9) for own in each.mixed for w in own) for each in game.equilibria(point).equilibria)
    assert np.array(mine) == pytest.approx(np.array(theirs), abs=1e-8)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("baseline", [("target", "license")]),
        ("hawkish_us", []),  # decoupling answers a license, denial answers nothing, and China licenses against denial alone
        ("strong_card", [("decouple", "embargo")]),
        ("weak_card", [("target", "license")]),
    ],
)
def test_pure_equilibria_by_trying_every_deviation(game, point, expected):
    assert pure_equilibria(values(point)) == expected
    solved = game.equilibria(point).equilibria
    assert [tuple(next(iter(own)) for own in each.support.values()) for each in solved if each.pure] == expected
    assert all(each.regret == 0 for each in solved)
    assert solved


def conditions(p):
    """The named gains after cancellation, with pencil and paper."""
    license_, embargo = p["d_us"] * p["sev"], p["d_us"] * p["sev_emb"]
    shown = p["rent_loss"] * p["rent_cn"] + p["rep_cn"]
    rep_emb = p["rep_cn"] * (p["sev_emb"] / p["sev"]) ** int(p["rep_exp"])
    v_usd = p["gdp_mult"] * p["l_gdp"] / p["d_us"]
    div_cn = p["abate"] * p["remed_rmb"] / (p["fx"] * p["remed_years"] * v_usd) + p["lock_cn"]
    return {
        "credible": p["relief"] * p["tech_hit"] + p["rel_cn"] * license_ - shown,
        "deterred": p["div_us"] + license_ + p["tgt_cost"] - p["rel_us"] * p["tech_hit"] * (1 - p["relief"]),
        "untempted": p["div_us"] + p["tgt_cost"] - p["rel_us"] * p["tech_hit"],
        "unprovoked": div_cn + shown - (p["conc"] + p["rel_cn"]) * license_,
        "unprovoked_embargo": div_cn + p["rent_cn"] + rep_emb - (p["conc"] + p["rel_cn"]) * embargo,
        "license_decouple": p["rel_cn"] * (1 - p["mitig"]) * license_ - shown,
        "embargo_decouple": p["rel_cn"] * (1 - p["mitig"]) * embargo - (1 - p["mkt_loss"]) * p["rent_cn"] - rep_emb,
        "embargo_target": (p["relief_emb"] - p["relief"]) * p["tech_hit"]
        + p["rel_cn"] * (embargo - license_)
        - (1 - p["rent_loss"]) * p["rent_cn"]
        - rep_emb
        + p["rep_cn"],
    }


def test_the_named_gains_are_the_closed_forms_worked_out_by_hand(game):
    for p in (values(), *random_points(20, 2)):
        us, china = payoffs(p)
        hand = conditions(p)
        assert hand["credible"] == china["target", "license"] - china["target", "none"]  # the derivation above is right
        assert hand["deterred"] == us["restrain", "none"] - us["target", "license"]
        assert hand["embargo_target"] == china["target", "embargo"] - china["target", "license"]
        for name, value in hand.items():
            expression = game.symbolic.expression(game.model.conclusion(name))
            assert game.symbolic.evaluate(expression, p) == value, name


@pytest.mark.parametrize("point", POINTS)
def test_the_window_of_severities_has_the_ends_of_three_linear_equations(game, point):
    """Question 2: credible, deterring, and not used without provocation."""
    low, high = F("0.1"), F("0.6")
    for name in ("credible", "deterred", "unprovoked"):
        at_0, at_1 = (conditions(values(point, sev=x))[name] for x in ("1/1000", "1"))
        slope = (at_1 - at_0) / (1 - F(1, 1000))
        root = F(1, 1000) - at_0 / slope
        low, high = (max(low, root), high) if slope > 0 else (low, min(high, root))
    table = next(each for each in game.question(2).tables if each.title == "windows")
    shown = next(row[2] for row in table.rows if row[0] == point)
    ends = [float(part) for part in shown.strip("[]()").split(", ")]
    assert ends == pytest.approx([float(low), float(high)], abs=2e-5)
    assert shown[0] == ("[" if low == F("0.1") else "(")
    assert shown[-1] == ("]" if high == F("0.6") else ")")
    held = all(conditions(values(point))[name] > 0 for name in ("credible", "deterred", "unprovoked"))
    assert (next(row[3] for row in table.rows if row[0] == point) == "yes") == held


def test_best_replies_hold_exactly_where_no_deviation_gains(game):
    from detente.solve.parametric.preferences import Preferences

    preferences = Preferences(game.symbolic)
    points = list(random_points(25, 3))
    for cell in CELLS:
        for player, own in ((0, US), (1, CHINA)):
            found = preferences.best_reply(player, at(cell))
            for p in points:
                mine = payoffs(p)[player]
                others = [(each, cell[1]) if player == 0 else (cell[0], each) for each in own]
                wanted = all(mine[each] <= mine[cell] for each in others)
                assert (found.status != "never" if wanted else found.status != "always")
                if found.status == "conditional":
                    assert all(each.holds_at(game.symbolic, p) for each in found.left) == wanted


def test_licensing_is_worthwhile_until_its_decaying_benefits_meet_its_costs(game):
    """Question 7: B*exp(-nu*t) = C."""
    for nu, point in (("0.05", "slow_decay"), ("0.0952", "baseline"), ("0.1814", "fast_decay")):
        p = values()
        benefits = p["relief"] * p["tech_hit"] + p["rel_cn"] * p["d_us"] * p["sev"]
        costs = p["rent_loss"] * p["rent_cn"] + p["rep_cn"]
        expression = game.symbolic.expression(game.model.conclusion("license_years"))
        years = game.symbolic.evaluate(expression, game.point(point).values)
        assert years == pytest.approx(log(benefits / costs) / float(nu), abs=1e-9)
        assert float(benefits) * exp(-float(nu) * years) == pytest.approx(float(costs))


def test_the_cheapest_single_lever_for_restraint_is_the_one_of_lowest_cost_by_hand(game):
    """Question 8 at the baseline: (restrain, none) fails only because targeting gains rel_us*tech_hit - tgt_cost - div_us."""
    p = values()
    assert conditions(p)["untempted"] < 0
    # rel_us has to fall to (tgt_cost + div_us)/tech_hit = 0.2, by 0.05 of 0.5; tech_hit to 0.4, by 0.1 of 0.8
    found = game.levers({"us": "restrain", "china": "none"})
    best = found.singles[0]
    assert best.change == {"rel_us": F(1, 5)}
    assert best.cost == F(1, 10)
    assert ("restrain", "none") in pure_equilibria(values(rel_us="1/5"))
    assert ("restrain", "none") not in pure_equilibria(values(rel_us="0.2001"))


def test_every_question_is_answered(game):
    for number in (1, 3, 7):
        assert game.question(number).tables
