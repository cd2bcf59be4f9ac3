"""Weak renegotiation-proofness against Farrell and Maskin, van Damme, and brute force over mixtures."""

import random
from fractions import Fraction as F
from itertools import product

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.repeated.automaton import Automaton
from detente.solve.repeated.one_shot import best_one_shot_deviation
from detente.solve.repeated.renegotiation import renegotiation_proof, renegotiation_target

DILEMMA = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["row", "column"], [["c", "d"]] * 2)


@pytest.mark.parametrize("name", ["grim", "punishment_3", "win_stay_lose_shift", "stick_and_carrot"])
def test_punishments_that_hurt_everybody_are_not_renegotiation_proof(name):
    """Mutual defection is worse for both than to forget it (Farrell and Maskin 1989)."""
    found = renegotiation_proof(DILEMMA, name, ("c", "c"), ("d", "d"))
    assert found.proof == ()
    assert not found.perfect or found.ranked


def test_penance_is_renegotiation_proof_where_it_is_perfect():
    """van Damme (1989). By hand: the breach 5(1 - d) + 3 d d <= 3 needs d >= 2/3, atoning 1 - d + 3 d d <= 3 d needs d >= 1/3;
    atoning is worth 3 d to the one and 5 - 2 d to the other: nobody's gain is everybody's."""
    found = renegotiation_proof(DILEMMA, "penance", ("c", "c"), ("d", "d"))
    assert [(each.low, each.high) for each in found.perfect] == [(F(2, 3), 1)] == [(each.low, each.high) for each in found.proof]
    assert found.ranked == ()
    assert found.holds_at("3/4")
    assert not found.holds_at("1/2")


def test_playing_a_stage_equilibrium_for_ever_is_renegotiation_proof():
    found = renegotiation_proof(DILEMMA, "always_defect", ("c", "c"), ("d", "d"))
    assert [(each.low, each.high) for each in found.proof] == [(0, 1)]


def test_the_sets_agree_with_values_of_states_at_sampled_factors():
    """Random automata: perfect by the largest gain, ranked by comparing the values of all states, solved for by another module."""
    seen = set()
    for seed in range(40):
        generator = random.Random(seed)
        table = [[[generator.randint(0, 5) for _ in range(2)] for _ in range(2)] for _ in range(2)]
        game = NormalFormGame(table, strategies=[["c", "d"]] * 2)
        states = ["a", "b", "e"]
        outputs = {each: (generator.choice("cd"), generator.choice("cd")) for each in states}
        rules = {each: {("c", "c"): generator.choice(states), ("d", "d"): generator.choice(states), "otherwise": generator.choice(states)} for each in states}
        found = renegotiation_proof(game, Automaton(outputs, rules))
        for k in range(1, 20):
            delta = F(2 * k - 1, 40) + F(1, 997)
            check = best_one_shot_deviation(game, Automaton(outputs, rules).on(game), delta)
            values = list(check.values.values())
            ranked = any(all(x > y for x, y in zip(v, w, strict=True)) for v, w in product(values, values))
            assert found.holds_at(delta) == (check.gain <= 0 and not ranked)
            seen.add((check.gain <= 0, ranked))
    assert len(seen) == 4


def test_cooperation_in_a_dilemma_is_a_target_and_mutual_defection_a_limit():
    assert renegotiation_target(DILEMMA, (3, 3)).verdict == "yes"
    assert renegotiation_target(DILEMMA, (1, 1)).verdict == "open"
    assert renegotiation_target(DILEMMA, {"row": 5, "column": 0}).verdict == "no"
    assert "not feasible" in renegotiation_target(DILEMMA, (4, 4)).reason


def test_with_a_common_interest_no_penance_leaves_the_other_content():
    """Both get the same: if the other gets 3/2 the player gets at least that, so that the condition holds with equality at best."""
    common = NormalFormGame([[[2, 0], [0, 1]], [[2, 0], [0, 1]]])
    found = renegotiation_target(common, ("3/2", "3/2"))
    assert found.verdict == "open"
    assert {own.held_to for own in found.penances.values()} == {F(3, 2)}


def test_penances_by_brute_force_over_mixtures():
    """No mixture on a grid with the other content holds the player lower; the one found is feasible and holds it as said."""
    verdicts = set()
    for seed in range(40):
        generator = random.Random(seed)
        table = [[[generator.randint(-3, 5) for _ in range(3)] for _ in range(2)] for _ in range(2)]
        game = NormalFormGame(table)
        w = [generator.randint(1, 5) for _ in range(6)]
        cells = list(product(range(2), range(3)))
        value = tuple(F(sum(w[n] * table[k][i][j] for n, (i, j) in enumerate(cells)), sum(w)) for k in (0, 1))
        found = renegotiation_target(game, value)
        verdicts.add(found.verdict)
        for name, own, other in (("1", 0, 1), ("2", 1, 0)):
            got = found.penances[name]
            size = (2, 3)[other]
            pay = lambda whose, a, b: table[whose][a][b] if own == 0 else table[whose][b][a]
            for parts in product(range(13), repeat=size):
                if sum(parts) != 12:
                    continue
                mix = [F(each, 12) for each in parts]
                held = max(sum(p * pay(own, a, b) for b, p in enumerate(mix)) for a in range((2, 3)[own]))
                for a in range((2, 3)[own]):
                    if sum(p * pay(other, a, b) for b, p in enumerate(mix)) >= value[other]:
                        assert got is not None
                        assert held >= got.held_to
            if got is not None:
                mix = list(got.against.values())
                assert sum(mix) == 1
                assert max(sum(p * pay(own, a, b) for b, p in enumerate(mix)) for a in range((2, 3)[own])) == got.held_to
                assert got.other >= value[other]
    assert {"yes", "no"} <= verdicts


def test_what_renegotiation_proof_automata_pay_meets_the_necessary_condition():
    """By the definition alone: values of states of which none is better for both than another, no one-shot deviation that gains.

    Farrell and Maskin's condition is necessary at every factor: in the state that is worst for a player its best deviation now
    is worth no more than that state, and what is played there gives the other no less than the state does.
    """
    beyond_the_stage = 0
    for seed in range(500):
        generator = random.Random(seed)
        table = [[[generator.randint(0, 5) for _ in range(2)] for _ in range(2)] for _ in range(2)]
        if seed % 2:  # a dilemma, in which cooperation takes a penance
            reward, tempted = generator.randint(3, 5), generator.randint(6, 8)
            table = [[[reward, 0], [tempted, 1]], [[reward, tempted], [0, 1]]]
        game = NormalFormGame(table, ["row", "column"], [["c", "d"]] * 2)
        states = ["start", "row", "column"]
        outputs = {each: (generator.choice("cd"), generator.choice("cd")) for each in states}
        if seed % 2:
            outputs["start"], outputs[generator.choice(states[1:])] = ("c", "c"), generator.choice([("c", "d"), ("d", "c")])
            if generator.random() < 0.7:
                outputs["row"], outputs["column"] = ("c", "d"), ("d", "c")
        rules = {each: {outputs[each]: generator.choice(["start", each]), "row": "row", "column": "column", "otherwise": each} for each in states}
        delta = generator.choice([F(1, 2), F(3, 4), F(9, 10)])
        check = best_one_shot_deviation(game, Automaton(outputs, rules).on(game), delta)
        values = list(check.values.values())
        if check.gain > 0 or any(all(x > y for x, y in zip(v, w, strict=True)) for v, w in product(values, values)):
            continue
        for value in values:
            assert renegotiation_target(game, value).verdict in {"yes", "open"}
        stage = {(a, b) for a in "cd" for b in "cd" if best_one_shot_deviation(game, Automaton({"s": (a, b)}, {"s": {"otherwise": "s"}}).on(game), delta).gain <= 0}
        beyond_the_stage += any(outputs[each] not in stage for each in check.values)
    assert beyond_the_stage >= 10


def test_wrong_arguments_are_refused():
    with pytest.raises(UsageError, match="needs the profiles"):
        renegotiation_proof(DILEMMA, "grim")
    with pytest.raises(UsageError, match="says what is played"):
        renegotiation_proof(DILEMMA, Automaton.named("grim", ("c", "c"), ("d", "d")), ("c", "c"))
    with pytest.raises(UsageError, match="two players"):
        renegotiation_target(NormalFormGame([[1, 2]]), (1, 2))
    with pytest.raises(UsageError, match="expected row, column"):
        renegotiation_target(DILEMMA, {"row": 1})


def test_results_print_and_travel_as_json():
    assert renegotiation_proof(DILEMMA, "penance", ("c", "c"), ("d", "d")).to_json()["renegotiation_proof"]
    assert "weakly renegotiation-proof" in str(renegotiation_proof(DILEMMA, "grim", ("c", "c"), ("d", "d")))
    assert renegotiation_target(DILEMMA, (3, 3)).to_json()["verdict"] == "yes"
    assert "the other gets" in str(renegotiation_target(DILEMMA, (3, 3)))
