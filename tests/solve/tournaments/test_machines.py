"""Automata of one player: what they do, and what they earn, against hand computation and simulation of every path."""

from fractions import Fraction as F
from itertools import product

import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.memory_one.match import long_run_payoffs
from detente.solve.memory_one.strategy import NAMED, MemoryOne
from detente.solve.tournaments.exact_match import Horizon, machine_payoffs
from detente.solve.tournaments.machine import MACHINES, Machine

STAGE = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])


def moves(name, others):
    """What an automaton without chance plays against a row of moves."""
    machine = Machine.named(name)
    state, played = machine.start, ""
    for other in others:
        own = "C" if machine.chance[state] == 1 else "D"
        played += own
        state = machine.moves[state][own + other]
    return played


@pytest.mark.parametrize(
    ("name", "others", "played"),
    [
        ("tit_for_tat", "CDDCC", "CCDDC"),
        ("suspicious_tit_for_tat", "CDDCC", "DCDDC"),
        ("tit_for_two_tats", "CDCDDDCC", "CCCCCDDC"),
        ("two_tits_for_tat", "CDCCCDDC", "CCDDCCDD"),
        ("grim", "CCDCC", "CCCDD"),
        ("punishment_2", "CDCCCC", "CCDDCC"),
        ("punishment_3", "DCCCCC", "CDDDCC"),
        ("win_stay_lose_shift", "CDDCC", "CCDCC"),
        ("alternator", "CDDCC", "CDCDC"),
        ("gradual_grim", "DCDCC", "CCCDD"),
        ("contrite_tit_for_tat", "CDCC", "CCDC"),
    ],
)
def test_known_automata_play_as_their_names_say(name, others, played):
    assert moves(name, others) == played


def test_contrite_tit_for_tat_ends_a_feud_that_an_error_started():
    # an error in action of one side: it accepts one D in return, then both cooperate; tit for tat feuds for ever
    machine = Machine.named("contrite_tit_for_tat")
    for name, feud in (("contrite_tit_for_tat", False), ("tit_for_tat", True)):
        machine = Machine.named(name)
        a = b = machine.start
        path = []
        for t in range(8):
            own = "D" if t == 1 else ("C" if machine.chance[a] == 1 else "D")  # the error in round 1
            other = "C" if machine.chance[b] == 1 else "D"
            path.append(own + other)
            a, b = machine.moves[a][own + other], machine.moves[b][other + own]
        assert (path[-2:] != ["CC", "CC"]) is feud
    error = "1/1000"
    pays = [machine_payoffs(STAGE, Machine.named(n), Machine.named(n), Horizon(action_error=error))[0] for n in ("contrite_tit_for_tat", "tit_for_tat")]
    assert float(pays[0]) > 2.98
    assert pays[1] == F(9, 4)


@pytest.mark.parametrize("first", ["tit_for_tat", "win_stay_lose_shift", "grim", "random", "generous_tit_for_tat"])
@pytest.mark.parametrize("how", [{}, {"discount_factor": "9/10"}, {"rounds": 7}, {"action_error": "1/50"}, {"misperception": "1/20", "action_error": "1/9"}])
def test_memory_one_automata_earn_what_their_chains_of_outcomes_say(first, how):
    for second in ("suspicious_tit_for_tat", "alternator", "firm_but_fair"):
        direct = long_run_payoffs(STAGE, first, second, **how)
        joint = machine_payoffs(STAGE, Machine.named(first), Machine.named(second), Horizon(**how))
        assert joint == tuple(direct.payoffs.values())


@pytest.mark.parametrize("pair", [("tit_for_two_tats", "suspicious_tit_for_tat"), ("punishment_2", "alternator"), ("contrite_tit_for_tat", "punishment_3"), ("two_tits_for_tat", "gradual_grim")])
def test_expected_payoffs_with_errors_equal_the_sum_over_all_paths(pair):
    # every combination of errors over four rounds, weighted by its probability
    a, b = map(Machine.named, pair)
    flip, misread, rounds = F(1, 10), F(1, 5), 3
    total = F(0)
    for errors in product((0, 1), repeat=4 * rounds):
        chance, pay = F(1), F(0)
        s, t = a.start, b.start
        for k in range(rounds):
            ea, eb, ma, mb = errors[4 * k : 4 * k + 4]
            for hit, p in ((ea, flip), (eb, flip), (ma, misread), (mb, misread)):
                chance *= p if hit else 1 - p
            x = int(a.chance[s] != 1) ^ ea
            y = int(b.chance[t] != 1) ^ eb
            pay += STAGE.payoffs[0, x, y]
            s, t = a.moves[s]["CD"[x] + "CD"[y ^ ma]], b.moves[t]["CD"[y] + "CD"[x ^ mb]]
        total += chance * pay / rounds
    found = machine_payoffs(STAGE, a, b, Horizon(rounds, None, flip, misread))
    assert found[0] == total


@pytest.mark.parametrize("player", [0, 1])
def test_one_players_part_of_a_profile_plays_as_the_automaton_of_that_name(player):
    from detente.solve.repeated.one_shot import grim_trigger, tit_for_tat

    pairs = [(grim_trigger(STAGE, (0, 0), (1, 1)), "grim"), (tit_for_tat(STAGE, (0, 0), (1, 1)), "tit_for_tat")]
    for profile, name in pairs:
        part = Machine.from_profile(STAGE, profile, player)
        for other in ("suspicious_tit_for_tat", "alternator", "random", "punishment_2"):
            for horizon in (Horizon(), Horizon(rounds=9)):
                # grim answers any deviation of one side alone, its own too; against others both do the same
                assert machine_payoffs(STAGE, part, Machine.named(other), horizon) == machine_payoffs(STAGE, Machine.named(name), Machine.named(other), horizon)


@pytest.mark.parametrize("name", ["contrite_tit_for_tat", "win_stay_lose_shift", "punishment_2", "tit_for_tat"])
def test_automata_of_repeated_games_and_ours_of_the_same_name_earn_the_same(name):
    from detente.solve.repeated.automaton import Automaton

    theirs = Machine.from_profile(STAGE, Automaton.named(name, (0, 0), (1, 1)))
    for other in ("alternator", "random", "suspicious_tit_for_tat", "tit_for_two_tats"):
        for horizon in (Horizon(), Horizon(rounds=11), Horizon(discount_factor="4/5", action_error="1/10")):
            assert machine_payoffs(STAGE, theirs, Machine.named(other), horizon) == machine_payoffs(STAGE, Machine.named(name), Machine.named(other), horizon)


def test_every_name_is_an_automaton():
    for name in (*NAMED, *MACHINES, "punishment_7"):
        assert Machine.named(name).name == name
        assert "C by state" in str(Machine.named(name))
    assert Machine.of(MemoryOne((1, 0, 1, "1/2"))).chance["after DD"] == F(1, 2)


@pytest.mark.parametrize(
    "call",
    [
        lambda: Machine.named("tit_for_tats"),
        lambda: Machine.named("punishment_0"),
        lambda: Machine.named("punishment_" + "9" * 5000),
        lambda: Machine("x", {}, {}),
        lambda: Machine("x", {"a": 1}, {"a": {"CC": "a"}}),
        lambda: Machine("x", {"a": 2}, {"a": dict.fromkeys(("CC", "CD", "DC", "DD"), "a")}),
        lambda: Machine("x", {"a": 1}, {"a": dict.fromkeys(("CC", "CD", "DC", "DD"), "b")}),
        lambda: Machine.of(["p", 0, 0, 0]),
        lambda: Horizon(rounds=3, discount_factor="1/2"),
        lambda: Horizon(rounds=-1),
        lambda: Horizon(discount_factor=1),
        lambda: Horizon(action_error="x"),
        lambda: Horizon(misperception=2),
    ],
)
def test_bad_input_is_refused(call):
    with pytest.raises(UsageError):
        call()
