"""Aid, offer and balancing against an independent derivation.

Payoffs are written out by hand from the tables of the specification (model 2 of the alliance models), with Fractions; the
outcomes follow by a backward induction of the tests' own. Nothing of the engine is used to find an expected value.
"""

from __future__ import annotations

import itertools
import random
from fractions import Fraction as F

import pytest

# name: (baseline, low, high) of the specification
SPECIFICATION = {
    "us_promise_kept": ("0.5", "0.2", "0.8"), "offer": ("1", "1", "1"), "aid_cost": ("0.2", "0.05", "0.6"),
    "cap0": ("0.1", "0", "0.4"), "rent": ("0.5", "0.1", "1.5"), "comp": ("0.2", "0", "0.5"), "port_pk": ("1", "0.2", "3"),
    "cpec": ("6", "2", "20"), "cut_b": ("0.2", "0.05", "0.5"), "cut_d": ("0.5", "0.2", "0.9"), "offtake": ("0.8", "0.2", "2"),
    "keep_b": ("0.5", "0.2", "0.9"), "keep_d": ("0.1", "0", "0.3"), "leak": ("0.3", "0", "1"), "gwadar": ("1.5", "0.3", "5"),
    "self_cost": ("0.3", "0.05", "1"), "rep_b": ("0.2", "0", "1"), "rep_d": ("0.8", "0", "3"), "gain_us": ("1.5", "0.5", "4"),
    "port_us": ("1", "0.2", "3"), "port_cost": ("0.8", "0.3", "2"), "q_loyal": ("0.5", "0", "1"),
    "p_tough": ("0.1", "0.01", "0.5"), "n_rec": ("5", "2", "20"),
}  # fmt: skip
POINTS = {
    "baseline": {},
    "rep_strong": {"rep_b": "1", "rep_d": "3", "self_cost": "0.1"},
    "unreliable_us": {"us_promise_kept": "0.2", "rep_b": "0.5", "rep_d": "1.5"},
    "high_share_kept": {"keep_b": "0.9", "leak": "0", "port_pk": "0.2", "rep_d": "3"},
    # the limits of question 7
    "free_aid": {"aid_cost": "0", "leak": "0", "port_pk": "0", "port_us": "0"},
    "never_delivers": {"us_promise_kept": "0"},
    "free_punishment": {"self_cost": "0"},
    "useless_aid": {"cap0": "1"},
}


def values(point="baseline", **changes):
    chosen = {name: F(row[0]) for name, row in SPECIFICATION.items()}
    chosen |= {name: F(text) for name, text in POINTS[point].items()}
    return chosen | {name: F(value) for name, value in changes.items()}


def payoffs(p, aid, offer, pakistan, punish):
    """The payoffs of the specification where all four moves are known."""
    cap = F(1) if aid else p["cap0"]
    leaves = pakistan != "stay"
    cut = {"stay": 0, "balance": p["cut_b"], "defect": p["cut_d"]}[pakistan] * p["cpec"]
    keep = {"stay": 1, "balance": p["keep_b"], "defect": p["keep_d"]}[pakistan]
    reputation = {"stay": 0, "balance": p["rep_b"], "defect": p["rep_d"]}[pakistan]
    china = keep * cap * p["offtake"] - (p["aid_cost"] if aid else 0) - (p["leak"] if aid and leaves else 0)
    china -= p["gwadar"] if pakistan == "defect" else 0
    pk = cap * p["rent"] + p["cpec"]
    us = F(0)
    if leaves:
        pk += p["us_promise_kept"] * p["offer"]
        us += p["us_promise_kept"] * (cap * p["gain_us"] - p["offer"])
    if pakistan == "balance":
        pk += p["comp"] * cap * p["rent"]
    if pakistan == "defect":
        pk += p["us_promise_kept"] * p["port_pk"]
        us += p["us_promise_kept"] * (p["port_us"] - p["port_cost"])
    if punish:
        china += reputation - p["self_cost"] * cut
        pk -= cut
    return {"china": china, "us": us, "pakistan": pk}


def tree(p):
    def last(aid, pakistan):
        return ("china", {"tolerate": payoffs(p, aid, True, pakistan, False), "punish": payoffs(p, aid, True, pakistan, True)})

    def rest(aid):
        stay = {"stay": payoffs(p, aid, True, "stay", False)}
        return ("us", {
            "none": ("pakistan", {"stay": payoffs(p, aid, False, "stay", False)}),
            "offer": ("pakistan", stay | {"balance": last(aid, "balance"), "defect": last(aid, "defect")}),
        })

    return ("china", {"none": rest(False), "aid": rest(True)})


def draws(count, seed):
    """Random rational points of the box; coarse, so that ties are met too."""
    rnd = random.Random(seed)
    for _ in range(count):
        yield {
            name: F(low) + (F(high) - F(low)) * F(rnd.randrange(5), 4)
            for name, (_, low, high) in SPECIFICATION.items()
        }


@pytest.fixture(scope="module")
def study(this_study):
    return this_study


@pytest.fixture(scope="module")
def game(study):
    return study.game("pakistan_balancing")


def test_the_box_and_the_points_are_those_of_the_specification(game):
    found = {name: (i.value, i.low, i.high) for name, i in game.model.intervals.items()}
    assert found == {name: tuple(map(F, row)) for name, row in SPECIFICATION.items()}
    assert {name: dict(point.values) for name, point in game.model.definition.points.items()} == {
        name: {key: F(text) for key, text in changes.items()} for name, changes in POINTS.items() if name != "baseline"
    }


@pytest.mark.parametrize("point", POINTS)
def test_payoffs_of_every_path_are_those_of_the_specification(game, point):
    numeric = game.at(point)
    for end in numeric.terminals:
        first, second, third, *last = numeric.history(end.index)
        expected = payoffs(values(point), first == "aid", second == "offer", third, last == ["punish"])
        assert dict(zip(numeric.players, numeric.payoffs(end.index), strict=True)) == expected
    assert len(numeric.terminals) == 12


@pytest.mark.parametrize("point", POINTS)
def test_outcomes_at_the_named_points_with_the_tie_rule_first(game, point, outcomes):
    expected = outcomes(tree(values(point)))
    found = game.solve(point)
    assert [each.actions for each in found.equilibria[0].path] == [expected[0][0]]
    assert {each[0].actions for each in found.outcomes} == {path for path, _ in expected}
    assert found.equilibria[0].payoffs == expected[0][1]
    assert all(each.regret == 0 for each in found.equilibria)


def test_outcomes_at_random_points_of_the_box(game, outcomes):
    seen = set()
    for p in draws(60, 1):
        expected = outcomes(tree(p))
        found = game.solve(**{name: value for name, value in p.items()})
        assert found.equilibria[0].path[0].actions == expected[0][0]
        if found.outcomes is not None:
            assert {each[0].actions for each in found.outcomes} == {path for path, _ in expected}
        seen.add(expected[0][0])
    assert len(seen) >= 4


def test_the_named_formulas_are_those_of_the_specification(game):
    for p in draws(5, 2):
        k = p["us_promise_kept"]
        expected = {
            "punish_b": p["rep_b"] - p["self_cost"] * p["cut_b"] * p["cpec"],
            "punish_d": p["rep_d"] - p["self_cost"] * p["cut_d"] * p["cpec"],
            "bal_stay_tol": p["comp"] * p["rent"] + k * p["offer"],
            "bal_stay_pun": p["comp"] * p["rent"] + k * p["offer"] - p["cut_b"] * p["cpec"],
            "def_stay_tol": k * (p["offer"] + p["port_pk"]),
            "def_stay_pun": k * (p["offer"] + p["port_pk"]) - p["cut_d"] * p["cpec"],
            "bal_def_tol": p["comp"] * p["rent"] - k * p["port_pk"],
            "bal_stay_tol0": p["comp"] * p["cap0"] * p["rent"] + k * p["offer"],
            "offer_bal_aid": k * (p["gain_us"] - p["offer"]),
            "offer_def_aid": k * (p["gain_us"] - p["offer"] + p["port_us"] - p["port_cost"]),
            "offer_bal_none": k * (p["cap0"] * p["gain_us"] - p["offer"]),
            "offer_def_none": k * (p["cap0"] * p["gain_us"] - p["offer"] + p["port_us"] - p["port_cost"]),
            "aid_stay": (1 - p["cap0"]) * p["offtake"] - p["aid_cost"],
            "more_reputation": p["self_cost"] * (p["cut_d"] - p["cut_b"]) * p["cpec"],
            "aid_bal": (p["keep_b"] - p["cap0"]) * p["offtake"] - p["leak"] - p["aid_cost"],
        }
        # Pakistan leaves by the better of two ways, if the United States gains by it
        reply_d = expected["def_stay_pun" if expected["punish_d"] > 0 else "def_stay_tol"]
        leaves = {}
        for name, us, balance in (("aided", "aid", "bal_stay_tol"), ("unaided", "none", "bal_stay_tol0")):
            reply_b = expected[balance] - (p["cut_b"] * p["cpec"] if expected["punish_b"] > 0 else 0)
            ways = (reply_b, reply_b - reply_d, expected[f"offer_bal_{us}"]), (reply_d, reply_d - reply_b, expected[f"offer_def_{us}"])
            leaves[name] = max(map(min, ways))
        expected |= {f"leaves_{name}": value for name, value in leaves.items()}
        expected["only_aided"] = min(leaves["aided"], -leaves["unaided"])
        formulas = game.model.form.formulas(game.model, "strategic")
        found = {name: formulas.evaluate(formulas.expression(each.formula), p) for name, each in game.model.definition.conclusions.items()}
        found.pop("aid_then_leaves")  # its sign is held against the played tree in test_alliance_answers.py
        assert found == expected


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("q", ["0", "1/4", "1/2", "9/10", "1"])
def test_with_types_china_aids_exactly_where_the_average_says_so(study, point, q, outcomes):
    """The loyal type stays, where the US gets 0 whether it offers or not: so the US and the free Pakistan choose as in the
    tree without types, and China compares averages."""
    p = values(point, q_loyal=q)
    game = study.game("pakistan_balancing:types")

    def loyal(aid):
        return payoffs(p, aid, False, "stay", False)["china"]

    free = {action: {each[1]["china"] for each in outcomes(tree(p)[1][action])} for action in ("none", "aid")}
    averages = {
        action: {F(q) * loyal(action == "aid") + (1 - F(q)) * value for value in free[action]} for action in ("none", "aid")
    }
    found = game.solve(point, q_loyal=q)
    assert found.concept == "sequential"
    assert found.equilibria
    assert all(each.regret == 0 for each in found.equilibria)
    aids = {each.profile["china"]["china1"]["aid"] for each in found.equilibria}
    if max(averages["aid"]) < min(averages["none"]):
        assert aids == {0}
    if min(averages["aid"]) > max(averages["none"]):
        assert aids == {1}


def test_every_pair_of_moves_of_china_is_named_by_a_term(game):
    names = {name for term in game.model.payoff_model.terms for each in term.when for name in each}
    assert names == {"china1", "us", "pakistan", "china2"}
    assert len(list(itertools.chain.from_iterable(each.actions for each in game.model.definition.data.play.points))) == 9


#: By hand from variant (ii) of the specification: g = k o + comp rent, L = z_b cpec, D = (1 - keep_b) offtake + leak,
#: F = self_cost L. A punished balancer keeps g and loses L, as in the table: it is deterred by a punishment expected with g/L.
#: One deterred recipient pays where D >= F: then the cutoff with k left is (g/L)**k. At high_share_kept 4 D = 0.32 < F.
REPUTATION = {
    "baseline": ("reputation", F(1, 2), 2),  # g/L = 0.6/1.2; 1/16 < 1/10 < 1/8: with 5 and 4 left
    "rep_strong": ("reputation", F(1, 2), 2),
    "unreliable_us": ("reputation", F(1, 4), 4),  # 0.3/1.2; 1/16 < 1/10 < 1/4
    "high_share_kept": ("no_imitation", F(1, 2), 0),
}


@pytest.mark.parametrize("point", REPUTATION)
def test_a_reputation_for_punishing_deters_recipients_as_worked_out_by_hand(study, point):
    chain = study.game("pakistan_balancing:reputation")
    found = chain.solve(point)
    kind, least, deterred = REPUTATION[point]
    assert (found.kind, found.deterred, found.opponents, found.prior) == (kind, deterred, 5, F(1, 10))
    for left in range(1, 6):
        assert found.cutoff(left) == (least**left if kind == "reputation" else least)
    assert found.largest_gain() == 0
    p = values(point)
    gain, loss = p["us_promise_kept"] * p["offer"] + p["comp"] * p["rent"], p["cut_b"] * p["cpec"]
    assert (found.entry_gain, found.entry_loss) == (gain, loss - gain)
    assert (found.deterrence, found.fight_cost) == ((1 - p["keep_b"]) * p["offtake"] + p["leak"], p["self_cost"] * loss)


def test_the_question_on_reputation_is_answered(study):
    answer = study.game("pakistan_balancing").question(6)
    assert "2 of 5" in str(answer)
    told = {row[0]: row[2] for table in answer.tables if table.title == "closed forms" for row in table.rows}
    # a first recipient that balances has a belief below (1/2)**5; D/F = 0.7/0.36
    assert (told["first_cutoff"], told["harm_ratio"]) == ("0.03125", "1.944")
