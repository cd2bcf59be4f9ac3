"""Shares of games of many members against profiles gone through one by one, ties included."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product

import numpy as np
import pytest
import sympy

from detente.conclusions.ensemble.draws import draws
from detente.conclusions.ensemble.member_batch import member_batch
from detente.conclusions.robustness.members import member_subject
from detente.conclusions.robustness.robustness import How, robustness_of
from detente.errors import UsageError
from detente.games.symbolic import SymbolicGame

ACTIONS = ("stay", "half", "go")
MEMBERS = tuple(f"member_{k}" for k in range(1, 5))


@pytest.fixture(scope="module")
def club():
    """Four members who get more from what others do too; going costs each as much more as its rank says."""
    half, go, pull, cost, step = sympy.symbols("count(half) count(go) pull cost step")
    payoffs = [[sympy.Integer(0), step * half - cost, pull * go + step * half - cost * (k + 1)] for k in range(4)]
    box = SymbolicGame([[0]], {"pull": (-1, 1, 3), "cost": (0, 1, 4), "step": (0, 1, 2)}, ["all"], [["."]])
    return member_subject(member_batch(payoffs, ACTIONS, {}, ("pull", "cost", "step")), MEMBERS, {}, box, {}, {})


def payoff(p, member, own, profile):
    """What a member of rank 1 to 4 gets by the formulas above."""
    half, go = (sum(each == a for each in profile) for a in (1, 2))
    return (0, p["step"] * half - p["cost"], p["pull"] * go + p["step"] * half - p["cost"] * (member + 1))[own]


def reply(p, profile, highest):
    found = []
    for member in range(4):
        values = [payoff(p, member, a, (*profile[:member], a, *profile[member + 1 :])) for a in range(3)]
        best = [a for a in range(3) if values[a] == max(values)]
        found.append(best[-1] if highest else best[0])
    return tuple(found)


def end(p, highest):
    profile, seen = (2 if highest else 0,) * 4, set()
    while profile not in seen:
        seen.add(profile)
        after = reply(p, profile, highest)
        if after == profile:
            return profile
        profile = after
    return None


def expected(p):
    """Every statement and its truth."""
    truth = {}
    for a, name in enumerate(ACTIONS):
        same = (a,) * 4
        truth[f"equilibrium:{name}"] = all(
            payoff(p, m, a, same) >= payoff(p, m, b, (*same[:m], b, *same[m + 1 :])) for m in range(4) for b in range(3)
        )
    ends = {"lowest": end(p, False), "highest": end(p, True)}
    for kind, profile in ends.items():
        most = None if profile is None else max(range(3), key=lambda a: (profile.count(a), -a))
        truth |= {f"{kind}:{name}": most == a for a, name in enumerate(ACTIONS)}
    truth["ends:meet"] = ends["lowest"] is not None and ends["lowest"] == ends["highest"]
    truth["played:member_2=go,member_4=stay"] = any(each is not None and (each[1], each[3]) == (2, 0) for each in ends.values())
    return truth


def test_statements_hold_where_going_through_members_one_by_one_says_so(club):
    points = [
        {"pull": F(a), "cost": F(b), "step": F(c)} for a, b, c in product((-1, 0, 1, 2, 3), (0, 1, 2, 3, 4), (0, 1, 2))
    ]
    values = {name: np.array([float(p[name]) for p in points]) for name in ("pull", "cost", "step")}
    found = club.classifier.classify(values, len(points))
    holds = club.classifier.reader(found.codes)
    truths = [expected(p) for p in points]
    for statement in truths[0]:
        own = [each[statement] for each in truths]
        assert holds(statement).tolist() == own, statement
    seen = {statement for each in truths for statement, is_true in each.items() if is_true}
    assert {"equilibrium:go", "equilibrium:stay", "lowest:stay", "highest:go", "ends:meet"} <= seen


def test_shares_are_those_of_draws_of_our_own(club):
    found = robustness_of(club, how=How(draws=4000, priors=["uniform"], budget=0))
    p = draws(club.box, 20_000, "uniform", 3)
    # the last member decides: from all at go it gets 4*pull - 4*cost, and 0 or step - cost otherwise
    gain = 4 * p["pull"] - 4 * p["cost"]
    share = np.mean((gain >= 0) & (gain >= p["step"] - p["cost"]))
    assert found.find("equilibrium:go")[0].share == pytest.approx(share, abs=0.03)
    assert found.find("highest:go")[0].share >= found.find("lowest:go")[0].share > 0
    assert "highest:go" in found.share_table().to_text()


def test_members_that_are_held_stay_and_the_others_answer():
    go, pull = sympy.symbols("count(go) pull")
    box = SymbolicGame([[0]], {"pull": (0, 1, 2)}, ["all"], [["."]])
    batch = member_batch([[sympy.Integer(0), go - pull * 2]] * 3, ("stay", "go"), {}, ("pull",))
    held = member_subject(batch, MEMBERS[:3], {0: 0}, box, {}, {}).classifier
    found = held.reader(held.classify({"pull": np.array([0.5, 0.9, 1.1])}, 3).codes)
    # two are left: from both going each gets 2 - 2*pull, against 0
    assert found("played:member_1=stay,member_2=go").tolist() == [True, True, False]
    assert found("equilibrium:go").tolist() == [True, True, False]


def test_what_cannot_be_asked_of_many_members_is_said_with_what_can(club):
    with pytest.raises(UsageError, match="equilibrium:stay"):
        robustness_of(club, ["equilibrium:stay,stay,stay,stay"], how=How(draws=100))
