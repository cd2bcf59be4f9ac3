"""The confrontation game of this study against an independent derivation.

Every payoff is written out here by hand from the tables of the specification (model 1 of the bilateral models), with
Fractions; signs, thresholds, equilibria, sums, risk dominance and discount factors follow by textbook formulas for
2x2 games. Nothing of the engine is used to find an expected value.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F
from pathlib import Path

import pytest

import detente

ROOT = Path(__file__).parents[2]

# name: (baseline, low, high) of the specification
SPECIFICATION = {
    "d_us": ("0.74", "0.7", "0.8"), "l_gdp": ("4", "2", "9"), "gdp_mult": ("2", "1", "4"),
    "capex_usd": ("6", "2", "15"), "rebuild_years": ("15", "10", "20"), "cost_ratio": ("3", "2", "4"),
    "bill": ("0.05", "0.02", "0.1"), "rel_us": ("0.25", "0", "0.5"), "rel_cn": ("0.25", "0", "0.5"),
    "rent_cn": ("0.03", "0", "0.06"), "sev": ("0.3", "0.1", "0.6"), "mitig": ("0.25", "0.05", "0.5"),
    "conc": ("0.2", "0", "0.4"), "tech_hit": ("0.5", "0.2", "1"), "relief": ("0.3", "0", "0.6"),
    "rep_cn": ("0.05", "0.01", "0.12"), "ally_cost": ("0.02", "0", "0.05"), "div_us": ("0.05", "0.01", "0.12"),
    "remed_rmb": ("400", "200", "900"), "remed_years": ("20", "10", "30"), "abate": ("0.2", "0.05", "0.4"),
    "lock_cn": ("0.02", "0", "0.05"), "rent_loss": ("0.3", "0.1", "0.6"), "mkt_loss": ("0.3", "0.1", "0.6"),
    "fx": ("7.1", "6.8", "7.4"),  # interval of the page that settles the names
}  # fmt: skip
POINTS = {
    "baseline": {},
    "hawkish": {"rel_us": "0.5", "rel_cn": "0.5", "tech_hit": "0.8", "rep_cn": "0.03"},
    "doc002_strong": {
        "sev": "0.45", "mitig": "0.05", "rep_cn": "0.12", "abate": "0.4", "capex_usd": "15", "rel_us": "0.1",
        "rel_cn": "0.1", "div_us": "0.12",
    },
    "doc003_strong": {"sev": "0.6", "mitig": "0.05", "conc": "0.4", "rep_cn": "0.01", "rel_cn": "0.25"},
}  # fmt: skip
CELLS = list(itertools.product((0, 1), repeat=2))  # (us, china), 0 cooperate, 1 confront
NAMES = ("cooperate", "confront")


def values(point="baseline", **changes):
    chosen = {name: F(row[0]) for name, row in SPECIFICATION.items()}
    chosen |= {name: F(text) for name, text in POINTS[point].items()}
    return chosen | {name: F(value) for name, value in changes.items()}


def derived(p):
    v_usd = p["gdp_mult"] * p["l_gdp"] / p["d_us"]
    c_reb = p["capex_usd"] / (p["rebuild_years"] * v_usd) + (p["cost_ratio"] - 1) * p["bill"]
    cleanup = p["remed_rmb"] / (p["fx"] * p["remed_years"] * v_usd)
    return p | {"c_reb": p.get("c_reb", c_reb), "cleanup": cleanup, "div_cn": p["abate"] * cleanup + p["lock_cn"]}


def payoffs(p, material=False):
    """The eight payoffs of the specification's table of terms, cell by cell."""
    p = derived(p)
    hit, loss, own = p["tech_hit"], p["d_us"] * p["sev"], 0 if material else 1
    us = {
        (0, 0): 1 + p["div_us"],
        (0, 1): 1 - loss - p["conc"] * loss,
        (1, 0): 1 - p["c_reb"] - p["ally_cost"] + own * p["rel_us"] * hit,
        (1, 1): 1 - p["c_reb"] - p["ally_cost"] - loss + p["mitig"] * loss + own * p["rel_us"] * hit * (1 - p["relief"]),
    }
    base = p["rent_cn"] - p["cleanup"]
    controls = -p["rent_loss"] * p["rent_cn"] - p["rep_cn"]
    denied = -hit - p["mkt_loss"] * p["rent_cn"]
    china = {
        (0, 0): base + p["div_cn"],
        (0, 1): base + controls + p["conc"] * loss + own * p["rel_cn"] * loss,
        (1, 0): base + denied,
        (1, 1): base + denied + p["relief"] * hit + controls + own * p["rel_cn"] * loss * (1 - p["mitig"]),
    }
    return us, china


def closed_forms(p):
    """A, B, D of both players after cancellation, and B - A; derived with pencil and paper."""
    p = derived(p)
    loss, hit = p["d_us"] * p["sev"], p["tech_hit"]
    shown = p["rent_loss"] * p["rent_cn"] + p["rep_cn"]
    program = p["c_reb"] + p["ally_cost"]
    a_us = p["rel_us"] * hit - program - p["div_us"]
    b_us = p["rel_us"] * hit * (1 - p["relief"]) - program + (p["mitig"] + p["conc"]) * loss
    d_us = p["div_us"] + program - p["rel_us"] * hit * (1 - p["relief"]) + (1 - p["mitig"]) * loss
    a_cn = (p["conc"] + p["rel_cn"]) * loss - shown - p["div_cn"]
    b_cn = p["relief"] * hit + p["rel_cn"] * (1 - p["mitig"]) * loss - shown
    d_cn = p["div_cn"] + (1 - p["relief"]) * hit + p["mkt_loss"] * p["rent_cn"] + shown - p["rel_cn"] * (1 - p["mitig"]) * loss
    return {
        "A_us": a_us, "B_us": b_us, "D_us": d_us, "A_cn": a_cn, "B_cn": b_cn, "D_cn": d_cn,
        "M_us": b_us - a_us, "M_cn": b_cn - a_cn,
    }  # fmt: skip


def random_points(count, seed):
    generator = random.Random(seed)
    for _ in range(count):
        yield {
            name: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for name, (_, low, high) in SPECIFICATION.items()
        }


@pytest.fixture(scope="module")
def game():
    return detente.Study(ROOT).game("confrontation")


def test_the_parameters_and_the_box_are_those_of_the_specification(game):
    box = game.symbolic.parameters
    assert set(box) - {"delta"} == set(SPECIFICATION)
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("material", [False, True])
def test_every_payoff_at_the_named_points_is_the_sum_of_its_terms(game, point, material):
    numeric = game.model.at(game.point(point), "material" if material else "strategic")
    assert numeric.arithmetic == "exact"
    for player, own in enumerate(payoffs(values(point), material)):
        assert {cell: numeric.payoff(player, cell) for cell in CELLS} == own


def test_payoffs_agree_with_the_hand_written_formulas_all_over_the_box(game):
    for point in random_points(25, 1):
        numeric = game.symbolic.at(point)
        for player, own in enumerate(payoffs(point)):
            assert {cell: numeric.payoff(player, cell) for cell in CELLS} == own


def test_closed_forms_hold_where_the_payoffs_are_written_out(game):
    for point in random_points(25, 2):
        us, china = payoffs(point)
        expected = closed_forms(point)
        assert expected["A_us"] == us[1, 0] - us[0, 0]  # the derivation above is right
        assert expected["B_us"] == us[1, 1] - us[0, 1]
        assert expected["D_us"] == us[0, 0] - us[1, 1]
        assert expected["A_cn"] == china[0, 1] - china[0, 0]
        assert expected["B_cn"] == china[1, 1] - china[1, 0]
        assert expected["D_cn"] == china[0, 0] - china[1, 1]
        for name, value in expected.items():
            expression = game.symbolic.expression(game.model.conclusion(name))
            assert game.symbolic.evaluate(expression, point) == value, name


def test_legacy_cleanup_and_the_other_common_terms_are_inert(game):
    """They count whatever the player itself does, so they cancel in A and B (question 1)."""
    assert set(game.payoffs.inert["us"]) == {"supply_value", "disruption"}
    assert set(game.payoffs.inert["china"]) == {"export_rent", "legacy_cleanup", "tech_denial", "market_loss"}
    point = values()
    for name in ("A_us", "B_us", "A_cn", "B_cn"):
        free = {each.name for each in game.symbolic.expression(game.model.conclusion(name)).free_symbols}
        assert not free & {"cleanup", "mkt_loss"}
    # The environmental argument enters through the dividend alone.
    assert closed_forms(point | {"remed_rmb": F(900)})["B_cn"] == closed_forms(point)["B_cn"]
    assert closed_forms(point | {"remed_rmb": F(900)})["A_cn"] < closed_forms(point)["A_cn"]


def linear_root(name, along, point):
    """Solve closed form = 0, which is linear in ``along``, from its values at 0 and 1; None where it is constant."""
    at_0, at_1 = (closed_forms(point | {along: F(x)})[name] for x in (0, 1))
    at_2 = closed_forms(point | {along: F(2)})[name]
    assert at_2 - at_1 == at_1 - at_0  # linear indeed
    if at_1 == at_0:
        return None
    return -at_0 / (at_1 - at_0), 1 if at_1 > at_0 else -1


# domains of shares and of quantities that cannot be negative come from the units of the parameters
@pytest.mark.parametrize("along", ["rel_us", "rel_cn", "sev", "c_reb"])
@pytest.mark.parametrize("name", ["A_us", "B_us", "D_us", "A_cn", "B_cn", "D_cn", "M_us", "M_cn"])
def test_each_sign_flips_where_the_linear_equation_says(game, name, along):
    found = game.thresholds(along, name)
    every = (*found.inside, *found.outside)
    solved = linear_root(name, along, values())
    low, high = game.model.parameters[along].domain
    if solved is None or (low is not None and solved[0] < low) or (high is not None and solved[0] > high):
        assert every == ()
        return
    root, direction = solved
    assert [(F(int(each.at.p), int(each.at.q)), each.at_point) for each in every] == [(root, 0)]
    before, after = every[0].before, every[0].after
    assert (before in (-direction, None), after in (direction, None)) == (True, True)
    assert before is not None or root == low
    interval = SPECIFICATION.get(along)
    if interval is not None:
        assert bool(found.inside) == (F(interval[1]) <= root <= F(interval[2]))


def test_the_written_thresholds_at_baseline_are_the_numbers_worked_out_by_hand(game):
    # rel_us*tech_hit = c_reb + ally_cost + div_us with c_reb = 6/(15*400/37) + 2*0.05 = 0.137
    assert derived(values())["c_reb"] == F("0.137")
    (a_us,) = game.thresholds("rel_us", "A_us")
    assert F(str(a_us.at)) == (F("0.137") + F("0.02") + F("0.05")) / F("0.5") == F(207, 500)
    # c_reb at which B_us = 0: rel_us*tech_hit*(1 - relief) - ally_cost + (mitig + conc)*d_us*sev
    (b_us,) = game.thresholds("c_reb", "B_us")
    assert F(str(b_us.at)) == F("0.25") * F("0.5") * F("0.7") - F("0.02") + F("0.45") * F("0.74") * F("0.3")


def test_c_reb_is_held_free_in_place_of_its_formula(game):
    (found,) = game.thresholds("c_reb", "A_us", capex_usd="15", cost_ratio="4")
    assert F(str(found.at)) == F("0.25") * F("0.5") - F("0.02") - F("0.05")  # what c_reb is made of does not matter


def hand_equilibria(us, china):
    """All equilibria of a 2x2 game without ties: weights on the first strategy, from best replies and indifference."""
    found = []
    for i, j in CELLS:
        if us[i, j] > us[1 - i, j] and china[i, j] > china[i, 1 - j]:
            found.append((F(1 - i), F(1 - j)))
    q = F(us[1, 1] - us[0, 1], us[0, 0] - us[1, 0] + us[1, 1] - us[0, 1])
    p = F(china[1, 1] - china[1, 0], china[0, 0] - china[0, 1] + china[1, 1] - china[1, 0])
    if 0 < p < 1 and 0 < q < 1:
        found.append((p, q))
    return sorted(found)


@pytest.mark.parametrize("point", POINTS)
def test_equilibria_at_the_named_points_are_those_found_by_hand(game, point):
    us, china = payoffs(values(point))
    found = game.equilibria(point)
    assert (found.complete, found.arithmetic) == (True, "exact")
    assert sorted((each.mixed[0][0], each.mixed[1][0]) for each in found.equilibria) == hand_equilibria(us, china)
    for each in found.equilibria:
        p, q = each.mixed[0][0], each.mixed[1][0]
        weights = {(i, j): (p if i == 0 else 1 - p) * (q if j == 0 else 1 - q) for i, j in CELLS}
        assert each.payoffs == {
            "us": sum(weights[cell] * us[cell] for cell in CELLS),
            "china": sum(weights[cell] * china[cell] for cell in CELLS),
        }
        assert each.regret == 0


def test_the_mixed_equilibrium_at_baseline_makes_both_indifferent(game):
    forms = closed_forms(values())
    (mixed,) = [each for each in game.equilibria().equilibria if not each.pure]
    # China mixes so that the United States is indifferent, with weight B/(B - A) of the other's gains.
    assert mixed.profile["china"]["cooperate"] == forms["B_us"] / (forms["B_us"] - forms["A_us"])
    assert mixed.profile["us"]["cooperate"] == forms["B_cn"] / (forms["B_cn"] - forms["A_cn"])


def hand_type(a, b, d):
    assert 0 not in (a, b, d)
    if a < 0:
        return "harmony" if b < 0 else "assurance" if d > 0 else "assurance_reversed"
    return "chicken" if b < 0 else "prisoners_dilemma" if d > 0 else "deadlock"


@pytest.mark.parametrize("point", POINTS)
def test_player_types_follow_from_the_signs(game, point):
    forms = closed_forms(values(point))
    types = [hand_type(*(forms[f"{sign}_{who}"] for sign in "ABD")) for who in ("us", "cn")]
    found = detente.ordinal_class(game.at(point))
    assert list(found.types.values()) == types
    name = types[0] if types[0] == types[1] else "/".join(types)
    assert found.name == {"assurance": "stag_hunt"}.get(name, name)


def test_the_named_points_are_four_different_stories(game):
    names = [detente.ordinal_class(game.at(point)).name for point in POINTS]
    assert names == ["stag_hunt", "prisoners_dilemma", "harmony/assurance", "assurance/prisoners_dilemma"]


def cells_of(answer, title):
    (table,) = [each for each in answer.tables if each.title == title]
    return table


def test_material_sums_fall_short_of_cooperation_in_every_cell_all_over_the_box(game):
    """Negative-sum by construction: each difference is a sum of terms of one sign (question 3)."""
    for point in [*map(values, POINTS), *random_points(40, 3)]:
        us, china = payoffs(point, material=True)
        first = us[0, 0] + china[0, 0]
        assert all(us[cell] + china[cell] < first for cell in CELLS[1:])
    table = cells_of(game.question(3), "material sums")
    assert [row[-1] for row in table.rows] == ["", "always negative", "always negative", "always negative"]
    for row, cell in zip(table.rows, CELLS, strict=True):
        for text, point in zip(row[1:-1], POINTS, strict=True):
            us, china = payoffs(values(point), material=True)
            assert float(text) == pytest.approx(float(us[cell] + china[cell]), rel=5e-4)


def test_a_larger_sum_does_not_make_cooperation_an_equilibrium(game):
    us, china = payoffs(values("hawkish"), material=True)
    assert us[0, 0] + china[0, 0] > us[1, 1] + china[1, 1]
    assert not game.holds("equilibrium:cooperate,cooperate", "hawkish")
    assert game.holds("unique:confront,confront", "hawkish")


def test_confrontation_risk_dominates_at_baseline_and_trust_thresholds_are_b_over_b_minus_a(game):
    forms = closed_forms(values())
    at_cooperation = forms["A_us"] * forms["A_cn"]
    at_confrontation = forms["B_us"] * forms["B_cn"]
    assert at_confrontation > at_cooperation > 0
    numeric = game.at()
    assert detente.risk_dominant(numeric) == (1, 1)
    assert game.holds("selected:confront,confront")
    from detente.solve.two_players.ordinal import trust_threshold

    for player, who in enumerate(("us", "cn")):
        assert trust_threshold(numeric, player) == forms[f"B_{who}"] / (forms[f"B_{who}"] - forms[f"A_{who}"])
    (row, *others) = cells_of(game.question(4), "risk dominance and trust").rows
    assert row[:2] == ("baseline", "yes")
    assert row[4] == "confront,confront"
    assert [each[1] for each in others] == ["no", "no", "no"]


def test_grim_trigger_needs_the_gain_over_gain_plus_loss_at_hawkish(game):
    found = game.critical_discount_factors("hawkish").factors["grim"].per_player
    for player, own in zip(("us", "china"), payoffs(values("hawkish")), strict=True):
        cooperate, confront = own[0, 0], own[1, 1]
        alone = own[1, 0] if player == "us" else own[0, 1]
        assert alone > cooperate > confront
        assert found[player] == (alone - cooperate) / (alone - confront)


@pytest.mark.parametrize("periods", [1, 2, 3, 5, 10])
def test_punishment_of_some_years_solves_the_geometric_equation_at_hawkish(game, periods):
    """A deviation pays T - R once and costs R - P in each year of the punishment."""
    found = game.critical_discount_factors("hawkish").factors[f"punishment_{periods}"].per_player
    for player, own in zip(("us", "china"), payoffs(values("hawkish")), strict=True):
        alone = own[1, 0] if player == "us" else own[0, 1]
        ratio = (alone - own[0, 0]) / (own[0, 0] - own[1, 1])

        def patience(factor):
            return sum(factor**year for year in range(1, periods + 1))

        if ratio >= periods:  # even without discounting the loss is too small
            assert found[player] is None
            continue
        low, high = F(0), F(1)
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if patience(middle) < ratio else (low, middle)
        assert float(found[player]) == pytest.approx(float(low), abs=1e-12)


def test_short_punishments_do_not_deter_the_united_states(game):
    factors = game.critical_discount_factors("hawkish").factors
    assert [factors[f"punishment_{n}"].per_player["us"] for n in (1, 2)] == [None, None]
    assert factors["punishment_3"].per_player["us"] is not None


def test_tit_for_tat_is_subgame_perfect_for_no_factor_at_hawkish(game):
    """The one-shot deviations after (D, C) and (C, D) leave only the factors (T-R)/(R-S) and (P-S)/(T-P), which differ."""
    for player, own in zip((0, 1), payoffs(values("hawkish")), strict=True):
        other = (lambda i, j: (i, j)) if player == 0 else (lambda i, j: (j, i))
        r, t, s, p = (own[other(*cell)] for cell in ((0, 0), (1, 0), (0, 1), (1, 1)))
        assert (t - r) / (r - s) != (p - s) / (t - p)
    found = game.critical_discount_factors("hawkish").factors["tit_for_tat"].per_player
    assert found == {"us": None, "china": None}


def test_the_set_of_equilibria_along_severity_changes_where_b_us_and_a_cn_vanish(game):
    found = game.thresholds("sev")
    roots = sorted(linear_root(name, "sev", values())[0] for name in ("B_us", "A_cn"))
    assert [F(str(each.at)) for each in found] == roots
    both = ("cooperate,cooperate", "confront,confront", "mixed")
    assert [each.before for each in found] == [("cooperate,cooperate",), both]
    assert [each.after for each in found] == [both, ("confront,confront",)]
    assert all("continuum" in each.at_point for each in found)


def test_the_atlas_agrees_with_hand_made_inequalities_all_over_the_box(game):
    found = {region.label: region for region in game.atlas().regions}
    for point in random_points(30, 4):
        forms = closed_forms(point)
        a, b, c, d = (forms[name] for name in ("A_us", "B_us", "A_cn", "B_cn"))
        expected = {
            "cooperate,cooperate": a <= 0 and c <= 0,
            "cooperate,confront": b <= 0 and c >= 0,
            "confront,cooperate": a >= 0 and d <= 0,
            "confront,confront": b >= 0 and d >= 0,
            "mixed": a * b < 0 and c * d < 0,
        }
        assert {name: region.holds_at(point) for name, region in found.items()} == expected


def test_traces_end_in_figures_and_judgements_with_the_values_of_the_specification(game):
    node = game.trace(("confront", "confront"), "china")
    assert node.value == payoffs(values())[1][1, 1]
    assert sum(term.value for term in node.sources) == node.value
    leaves = {each.name: each.value for each in node.walk() if each.kind in {"figure", "judgement"}}
    assert leaves
    assert all(value == values()[name] for name, value in leaves.items())


# Questions 7 and 8, from the definitions: values of states solved here, deviations compared one by one.


def stage(player):
    """R, T, S, P of a player at hawkish."""
    own = payoffs(values("hawkish"))[player]
    other = (lambda i, j: (i, j)) if player == 0 else (lambda i, j: (j, i))
    return [own[other(*cell)] for cell in ((0, 0), (1, 0), (0, 1), (1, 1))]


def deters(player, factor, length, false_alarm=F(0), detection=F(1)):
    """The trigger of some years: V = (1-d)R + d((1-p0)V + p0 W), W = (1-d^n)P + d^n V, solved for V; then one deviation."""
    r, t, _, p = stage(player)
    d, far = factor, factor**length
    v = ((1 - d) * r + d * false_alarm * (1 - far) * p) / (1 - d * (1 - false_alarm) - d * false_alarm * far)
    w = (1 - far) * p + far * v
    return (1 - d) * t + d * ((1 - detection) * v + detection * w) <= v


def least_length(factor, **signal):
    """The least number of years that deters both, by trying them."""
    return next((n for n in range(1, 400) if all(deters(k, factor, n, **signal) for k in (0, 1))), None)


def test_the_least_length_of_a_punishment_at_hawkish(game):
    table = cells_of(game.question(7), "least length of a punishment at hawkish")
    factors = [F("0.7"), F("0.8"), F("0.9"), F("0.95")]
    assert [row[-1] for row in table.rows] == [str(least_length(each)) for each in factors] == ["7", "4", "3", "3"]


def test_no_penal_code_is_better_than_grim_at_hawkish(game):
    """Abreu (1988): mutual confrontation holds both to their min-max payoff, which no punishment undercuts."""
    for player in (0, 1):
        r, t, s, p = stage(player)
        assert max(s, p) == p < r < t
        assert max(r, t) > p  # against a cooperator a player gets more
    table = cells_of(game.question(7), "penal codes that sustain cooperate,cooperate: least discount factors, at hawkish")
    by_code = {row[0]: row[1].split(" = ")[0] for row in table.rows}
    assert by_code["grim"] == by_code["the best code"] == "386/573"
    assert F(by_code["stick and carrot"]) > F(by_code["grim"])


def contrite(factor):
    """Contrite tit for tat with the standings (own, other) of the players as states, values by the discounted sum of 3000 years."""
    def play(standing):
        mine, other = standing
        # defect exactly when the own standing is good and the other's is bad
        return tuple(1 if own and not theirs else 0 for own, theirs in ((mine, other), (other, mine)))

    def after(standing, moves):
        due = play(standing)
        # who defects where it should not is in bad standing, who cooperates is in good standing again
        return tuple(good if move == 1 and should == 1 else move == 0 for good, move, should in zip(standing, moves, due, strict=True))

    own = payoffs(values("hawkish"))
    pay = lambda k, moves: float(own[k][moves])
    def worth(k, standing):
        total, weight = 0.0, 1 - factor
        for _ in range(3000):
            moves = play(standing)
            total, weight, standing = total + weight * pay(k, moves), weight * factor, after(standing, moves)
        return total

    states = [(True, True), (True, False), (False, True)]
    gains = []
    for state in states:
        for k in (0, 1):
            moves = list(play(state))
            moves[k] = 1 - moves[k]
            gains.append((1 - factor) * pay(k, tuple(moves)) + factor * worth(k, after(state, tuple(moves))) - worth(k, state))
    ranked = any(all(worth(k, a) > worth(k, b) + 1e-9 for k in (0, 1)) for a in states for b in states)
    return max(gains) <= 1e-9, ranked


def test_contrite_tit_for_tat_at_hawkish(game):
    found = game.critical_discount_factors("hawkish").factors["contrite_tit_for_tat"]
    assert found.overall == F(2229, 3164)
    assert contrite(float(found.overall) + 1e-3) == (True, False)
    assert contrite(float(found.overall) - 1e-3)[0] is False


def test_which_strategies_are_renegotiation_proof_at_hawkish(game):
    """Mutual confrontation is worse for both than cooperation: whatever leads to it is renegotiated; penance hurts one alone."""
    assert all(stage(k)[3] < stage(k)[0] for k in (0, 1))
    rows = {row[0]: row[1:] for row in cells_of(game.question(7), "renegotiation at hawkish").rows}
    assert rows["grim"] == ("[386/573, 1)", "none")
    assert rows["tit_for_tat"] == ("none", "none")
    assert rows["contrite_tit_for_tat"] == rows["penance"] == ("[2229/3164, 1)", "[2229/3164, 1)")
    assert all(rows[f"punishment_{n}"][1] == "none" for n in (1, 2, 3, 5, 10))


def test_triggers_under_noisy_signals_at_hawkish(game):
    table = cells_of(game.question(8), "triggers under noisy signals at hawkish")
    column = table.columns.index("least n at 19/20")
    known = [least_length(F("0.95"), false_alarm=F(a), detection=F(b)) for a, b in (("0.1", "0.8"), ("0.2", "0.8"), ("0.3", "0.6"))]
    assert known == [5, 17, None]
    assert [row[column] for row in table.rows] == ["none" if each is None else str(each) for each in known]
