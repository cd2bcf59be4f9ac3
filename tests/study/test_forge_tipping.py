"""The bloc of 55 against an independent derivation.

Payoffs are written out here from the table of terms of the specification (model 3 of the alliance models); equilibria in profiles
ordered by dependency are found by trying all of them, extreme equilibria by best replies written here, limits by hand.
"""

from __future__ import annotations

import random
from fractions import Fraction as F
from math import sqrt
from pathlib import Path

import pytest

import detente
from detente.study.analyses import Task
from detente.study.analyses.population import _critical

ROOT = Path(__file__).parents[2]
SPECIFICATION = {
    "us_promise_kept": ("0.5", "0.2", "0.8"), "tariff_noncomply": ("0.25", "0.1", "0.5"), "horizon": ("10", "7", "20"),
    "unit_usd": ("3e9", "1.5e9", "1.2e10"), "audit_prob": ("0.3", "0.05", "0.6"), "dep_lo": ("0.1", "0.05", "0.3"),
    "dep_hi": ("0.92", "0.7", "0.92"), "dep_shape": ("1", "0.5", "2"), "us_new_commitment": ("1.266e10", "2.66e9", "1.316e10"),
    "club": ("0.05", "0.01", "0.12"), "scale": ("0.15", "0.02", "0.4"), "spill": ("0.05", "0", "0.15"), "theta": ("0.6", "0.3", "0.9"),
    "eta": ("0.3", "0", "0.6"), "excl": ("0.25", "0.05", "0.6"), "nu": ("0.15", "0.05", "0.4"), "retal": ("0.1", "0", "0.3"),
    "shield": ("0.5", "0", "1"), "us_exposure": ("0.8", "0.2", "2"), "dilute": ("0.5", "0", "0.9"),
}  # fmt: skip
POINTS = {
    "baseline": {}, "strong_club": {"scale": "0.4", "club": "0.12", "us_promise_kept": "0.8"},
    "weak_us": {"us_promise_kept": "0.2", "tariff_noncomply": "0.1", "scale": "0.05"},
    "tipping": {
        "scale": "0.4", "theta": "0.3", "eta": "0", "nu": "0.4", "audit_prob": "0.6", "excl": "0.35", "retal": "0.2", "shield": "1",
        "dilute": "0.9", "us_exposure": "0.6",
    },
}  # fmt: skip
N = 55


@pytest.fixture(scope="module")
def study():
    return detente.Study(ROOT)


def values(point="baseline"):
    return {k: F(row[0]) for k, row in SPECIFICATION.items()} | {k: F(v) for k, v in POINTS[point].items()}


def random_point(generator):
    chosen = {k: F(low) + (F(high) - F(low)) * F(generator.randrange(98), 97) for k, (_, low, high) in SPECIFICATION.items()}
    return chosen | {"dep_shape": F(generator.choice([1, 2]))}  # exact powers


def dependency(p, i):
    """Of member i = 1..55."""
    return p["dep_lo"] + (p["dep_hi"] - p["dep_lo"]) * (F(2 * i - 1, 2 * N)) ** int(p["dep_shape"])


def payoff(p, i, own, hedge, nominal, align):
    """Of member i choosing ``own`` when these many choose each action, itself counted."""
    d = dependency(p, i)
    effective = F(align, N) + p["eta"] * F(nominal, N)
    stick = p["tariff_noncomply"] * p["us_exposure"] * (1 - p["dilute"] * F(hedge, N))
    total = p["spill"] * effective
    if own == "align":
        total += p["us_promise_kept"] * p["club"] + p["scale"] * effective
        total += p["us_promise_kept"] * p["us_new_commitment"] / (N * p["horizon"] * p["unit_usd"])
        total += -d * p["excl"] - d * p["retal"] * (1 - p["shield"] * effective)
    elif own == "nominal":
        total += p["theta"] * p["us_promise_kept"] * p["club"] + p["theta"] * p["scale"] * effective
        total += -p["nu"] * d * p["excl"] - p["audit_prob"] * stick
    else:
        total -= stick
    return total


def moved(counts, a, b):
    changed = list(counts)
    changed[a] -= 1
    changed[b] += 1
    return changed


def is_equilibrium(p, profile, actions):
    names = ["hedge", "nominal", "align"]
    counts = [profile.count(each) for each in names]
    for i, own in enumerate(profile, 1):
        here = payoff(p, i, own, *counts)
        for other in actions:
            if other != own and payoff(p, i, other, *moved(counts, names.index(own), names.index(other))) > here:
                return False
    return True


def replies(p, start, actions, highest):
    """Best replies of all at once, ties to the highest or the lowest action, to a rest point."""
    names = ["hedge", "nominal", "align"]
    profile = [start] * N
    for rounds in range(500):
        counts = [profile.count(each) for each in names]
        answer = []
        for i, own in enumerate(profile, 1):
            pays = [(payoff(p, i, b, *(moved(counts, names.index(own), names.index(b)) if b != own else counts)), k) for k, b in enumerate(actions)]
            top = max(x for x, _ in pays)
            best = [k for x, k in pays if x == top]
            answer.append(actions[best[-1] if highest else best[0]])
        if answer == profile:
            return profile, rounds
        profile = answer
    return None, None


def test_the_parameters_are_those_of_the_specification(study):
    box = study.game("forge_tipping").model.intervals
    for name, row in SPECIFICATION.items():
        assert (box[name].value, box[name].low, box[name].high) == tuple(map(F, row)), name


def test_argentina_and_korea_have_the_dependencies_of_their_ranks(study):
    model = study.game("forge_tipping").model
    known = model.derived_values(model.point().values)
    assert float(known["dep_member_17"]) == pytest.approx(0.346, abs=5e-4)
    assert float(known["dep_member_47"]) == pytest.approx(0.793, abs=5e-4)
    for i in (1, 28, 55):
        assert known[f"dep_member_{i}"] == dependency(values(), i)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("variant", ["", ":two_actions"])
def test_equilibria_and_both_ends_at_the_points(study, point, variant):
    actions = ["hedge", "nominal", "align"] if not variant else ["hedge", "align"]
    p = values(point)
    model = study.game(f"forge_tipping{variant}").model
    found = model.form.solve(model, model.point(point), "strategic")
    low, rounds_low = replies(p, "hedge", actions, False)
    high, rounds_high = replies(p, "align", actions, True)
    assert [model.definition.strategies["member_1"][a] for a in found.low.last] == low
    assert [model.definition.strategies["member_1"][a] for a in found.high.last] == high
    assert (found.low.rounds, found.high.rounds) == (rounds_low, rounds_high)
    listed = found.equilibria.equilibria
    for each in listed:
        assert is_equilibrium(p, list(each.example.values()), actions)
    # every profile ordered by dependency: the least dependent align, the most dependent decline
    ordered = {
        (h, n, N - h - n)
        for h in range(N + 1)
        for n in (range(N - h + 1) if len(actions) == 3 else [0])
        if is_equilibrium(p, ["align"] * (N - h - n) + ["nominal"] * n + ["hedge"] * h, actions)
    } if point == "tipping" or variant else set()
    counts = {tuple(each.counts.get(a, 0) for a in ("hedge", "nominal", "align")) for each in listed}
    assert ordered <= counts


def test_payoffs_and_both_ends_at_random_points_of_the_box(study):
    from detente.solve.population.best_reply import best_reply_path, increasing_differences
    from detente.study.forms._member_payoffs import member_payoffs

    model = study.game("forge_tipping").model
    generator = random.Random(4)
    names = ("hedge", "nominal", "align")
    for _ in range(4):
        p = random_point(generator)
        full = {**model.point().values, **p}
        game = member_payoffs(model, {**full, **model.derived_values(full)}, False)
        for _ in range(40):
            h = generator.randrange(1, N - 2)
            n = generator.randrange(1, N - h)
            i, a = generator.randrange(N), generator.randrange(3)
            assert game.payoff(i, a, (h, n, N - h - n)) == payoff(p, i + 1, names[a], h, n, N - h - n)
        low, _ = replies(p, "hedge", list(names), False)
        if low is not None:
            assert [names[a] for a in best_reply_path(game, "hedge", "lowest").last] == low
        # increasing differences by hand, per step of another member: hedge to nominal and nominal to align
        t, e = p["tariff_noncomply"] * p["us_exposure"], p["eta"]
        good = True
        for d in (dependency(p, 1), dependency(p, N)):
            top = p["scale"] + d * p["retal"] * p["shield"]
            nominal_hedge = [p["theta"] * p["scale"] * e + t * p["dilute"] * (1 - p["audit_prob"]), p["theta"] * p["scale"] * (1 - e)]
            align_nominal = [(top - p["theta"] * p["scale"]) * e + p["audit_prob"] * t * p["dilute"], (top - p["theta"] * p["scale"]) * (1 - e)]
            good = good and min(*nominal_hedge, *align_nominal) >= 0
        assert increasing_differences(game) == good


def test_the_exact_interval_in_which_all_align(study):
    """By hand for the money: the most dependent member is indifferent between aligning and signing when all others align."""
    p = values()
    d = dependency(p, N)
    # align - nominal without the money; eta weighs what its own signature would count
    own = p["scale"] + p["spill"]
    align = p["us_promise_kept"] * p["club"] + own - d * p["excl"] - d * p["retal"] * (1 - p["shield"])
    left = F(N - 1, N) + p["eta"] / N
    nominal = p["theta"] * (p["us_promise_kept"] * p["club"] + p["scale"] * left) + p["spill"] * left
    nominal += -p["nu"] * d * p["excl"] - p["audit_prob"] * p["tariff_noncomply"] * p["us_exposure"]
    needed = (nominal - align) * N * p["horizon"] * p["unit_usd"] / p["us_promise_kept"]
    model = study.game("forge_tipping").model
    question = next(each for each in model.definition.questions if each.number == 5)
    task = Task(model, question, (model.point(),), "strategic")
    assert f"begins at {needed} = " in _critical(task, model.point(), "us_new_commitment", F(0), F(10**12))


def test_limits_by_hand(study):
    model = study.game("forge_tipping").model

    def counts(point):
        found = model.form.solve(model, model.point(point), "strategic").equilibria.equilibria
        return [tuple(each.counts.values()) for each in found]

    assert counts("no_costs") == [(0, 0, 55)]  # nothing to lose by aligning, a stick and a club to gain
    assert counts("no_benefits") == [(55, 0, 0)]  # costs only
    assert counts("sharp_audit") == [(0, 0, 55)]


def test_the_club_of_capacity_holds_all_55_up_to_the_root_of_its_quadratic(study):
    model = study.game("forge_tipping:barrett").model
    found = model.form.solve(model, model.point(), "strategic")
    # s^2 + 2 (k - 1)^2 s - k^2 = 0 at k = 55
    assert float(found.limits()[55]) == pytest.approx(-(54**2) + sqrt(54**4 + 55**2))
    assert max(found.sizes.internal) == 55


def test_every_question_is_answered(study):
    game = study.game("forge_tipping")
    for number in (1, 2, 3, 4, 6, 7, 8):
        assert all(table.rows for table in game.question(number).tables)


def test_what_the_form_does_not_offer_is_refused_with_what_it_does(study):
    game = study.game("forge_tipping")
    with pytest.raises(detente.UsageError, match="offers"):
        game.atlas()
    with pytest.raises(detente.UsageError, match="--precision"):
        game.model.form.solve(game.model, game.model.point(), "strategic", "quantal")


def test_a_curve_that_leaves_the_rationals_is_taken_at_the_numbers_it_stores(study):
    p = values() | {"dep_shape": F(3, 2)}
    game = study.game("forge_tipping").at(dep_shape="3/2")
    spread = p["dep_hi"] - p["dep_lo"]
    for i in (1, 7, 30, 55):
        d = F(float(p["dep_lo"]) + float(spread) * ((2 * i - 1) / (2 * N)) ** 1.5)
        q = p | {"dep_lo": d, "dep_hi": d, "dep_shape": F(1)}  # the same dependency for all: that of member i
        for own, counts in (("align", (10, 20, 25)), ("nominal", (3, 50, 2)), ("hedge", (55, 0, 0))):
            assert float(game.payoff(i - 1, own, counts)) == pytest.approx(float(payoff(q, i, own, *counts)), abs=1e-12)
    assert study.game("forge_tipping").equilibria(dep_shape="3/2").equilibria
