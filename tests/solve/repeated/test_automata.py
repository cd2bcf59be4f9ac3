"""Automata: critical factors against hand derivations, and against the one-shot check on both sides of every threshold."""

import random
from fractions import Fraction as F

import pytest
import sympy

import detente
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame
from detente.solve.repeated.automaton import Automaton
from detente.solve.repeated.critical_discount_factor import critical_discount_factor
from detente.solve.repeated.known_automata import KNOWN, known_automaton
from detente.solve.repeated.one_shot import largest_gain

LABELS = [["c", "d"], ["c", "d"]]
DILEMMA = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["row", "column"], LABELS)
#: A dilemma in which mutual defection hurts: T - R = 1, R - P = 3, P - S = 1, R - S = 4.
MILD = NormalFormGame([[[4, 0], [5, 1]], [[4, 5], [0, 1]]], ["row", "column"], LABELS)
SYMBOLIC = SymbolicGame(
    [[["R", "S"], ["T", "P"]], [["R", "T"], ["S", "P"]]],
    {"R": (3, 4, 5), "S": (-1, 0, 1), "T": (5, 5, 8), "P": (1, 1, 2)},
    ["row", "column"],
    LABELS,
)


def test_contrite_tit_for_tat_needs_the_larger_of_two_ratios():
    """By hand, R - S being what one period of contrition costs: a breach gains T - R now and costs (R - S) next
    period; refusing contrition gains P - S now and puts off the same. In the dilemma 2/3 and 1/3, in the mild one 1/4
    and 1/4. Whoever is owed the punishment likes it, because T > R."""
    assert critical_discount_factor(DILEMMA, "contrite_tit_for_tat", ("c", "c")).overall == F(2, 3)
    assert critical_discount_factor(MILD, "contrite_tit_for_tat", ("c", "c")).overall == F(1, 4)
    found = critical_discount_factor(SYMBOLIC, "contrite_tit_for_tat", ("c", "c"))
    R, S, T, P = (next(s for s in found.condition.free_symbols if s.name == name) for name in "RSTP")
    assert sympy.simplify(found.formula["row"] - sympy.Max((P - S) / (R - S), (T - R) / (R - S))) == 0
    assert found.at().overall == F(1, 4)
    assert found.at(T="13/2", P=2).overall == F(5, 8)


def test_contrite_tit_for_tat_is_no_equilibrium_where_the_wronged_side_would_rather_cooperate():
    """T < R: in a stag hunt nobody wants to carry out the punishment, so the code unravels at every factor."""
    hunt = NormalFormGame([[[4, 0], [3, 2]], [[4, 3], [0, 2]]], ["row", "column"], LABELS)
    assert critical_discount_factor(hunt, "contrite_tit_for_tat", ("c", "c")).intervals == ()


def test_win_stay_lose_shift_needs_a_mild_temptation():
    """One period of mutual defection punishes: d (R - P) >= T - R. In the dilemma 2 > 2 d always; in the mild one 1/3."""
    assert critical_discount_factor(DILEMMA, "win_stay_lose_shift", ("c", "c")).overall is None
    assert critical_discount_factor(MILD, "win_stay_lose_shift", ("c", "c")).overall == F(1, 3)


def test_stick_and_carrot_sustains_what_one_period_of_stage_equilibrium_does_not():
    """Cournot by hand on a grid: quantities 3 (monopoly half), 4 (Cournot), 6 (flooding); price 12 - total, no cost.

    Payoffs: 3,3: 18; 4 against 3: 20; 6 against 3: 18; 6,6: 0; 4 against 6: 8; 3 against 6: 9; 6 against 4: 12.
    Carrot: 20 - 18 <= d (18 - 0), d >= 1/9. Stick: the best deviation from 6 against 6 is 3, worth 9: 9 - 0 <= d 18,
    d >= 1/2. Grim with the Cournot profile (16 each): 2 <= d/(1-d) 2, d >= 1/2 as well; flooding for ever is none.
    """
    q = [3, 4, 6]
    price = lambda total: max(12 - total, 0)
    table = [[[price(a + b) * a for b in q] for a in q], [[price(a + b) * b for b in q] for a in q]]
    game = NormalFormGame(table, ["one", "two"], [["3", "4", "6"]] * 2)
    code = critical_discount_factor(game, "stick_and_carrot", ("3", "3"), ("6", "6"))
    assert code.overall == F(1, 2)
    assert code.binding["one"] == (("stick", "3"),)
    assert critical_discount_factor(game, "grim", ("3", "3")).overall == F(1, 2)


def test_penance_and_contrition_agree_in_a_dilemma():
    for game in (DILEMMA, MILD):
        one, other = (critical_discount_factor(game, name, ("c", "c")) for name in ("penance", "contrite_tit_for_tat"))
        assert one.overall == other.overall


def test_always_defecting_needs_no_patience_and_always_cooperating_finds_none():
    assert critical_discount_factor(DILEMMA, "always_defect", ("c", "c")).overall == 0
    assert critical_discount_factor(DILEMMA, "always_cooperate", ("c", "c")).overall is None


def test_the_automaton_of_grim_and_of_a_punishment_agree_with_the_closed_forms():
    for game in (DILEMMA, MILD):
        for name, periods in (("grim", None), ("punishment_2", 2), ("punishment_4", 4)):
            automaton = Automaton.named(name, ("c", "c"), ("d", "d"))
            closed = critical_discount_factor(game, name.split("_")[0], ("c", "c"), ("d", "d"), periods)
            found = critical_discount_factor(game, automaton)
            assert (found.overall is None) == (closed.overall is None)
            if found.overall is not None:
                assert sympy.simplify(found.overall - closed.overall) == 0


def test_tit_for_tat_as_an_automaton_agrees_with_its_closed_form():
    """Knife edge: (T - R)(T - P) = (P - S)(R - S). With R, S, T, P = 3, 0, 4, 1: 1*3 = 1*3, at d = 1/3."""
    edge = NormalFormGame([[[3, 0], [4, 1]], [[3, 4], [0, 1]]], ["row", "column"], LABELS)
    automaton = Automaton.named("tit_for_tat", ("c", "c"), ("d", "d"))
    for game in (edge, DILEMMA, MILD):
        found, closed = critical_discount_factor(game, automaton), critical_discount_factor(game, "tit_for_tat", ("c", "c"))
        assert found.overall == closed.overall
    found = critical_discount_factor(edge, automaton)
    assert found.overall == F(1, 3)
    assert [str(each) for each in found.intervals] == ["{1/3}"]
    assert found.sustains("1/3")
    assert not found.sustains("333333/1000000")
    assert not any(found.strict.values())


def random_case(seed):
    generator = random.Random(seed)
    shape = generator.choice([(2, 2), (2, 3), (3, 2), (2, 2, 2)])
    names = [f"p{k}" for k in range(len(shape))]

    def block(sizes):
        return generator.randint(-4, 6) if not sizes else [block(sizes[1:]) for _ in range(sizes[0])]

    game = NormalFormGame([block(shape) for _ in shape], names)
    states = [f"s{k}" for k in range(generator.randint(1, 4))]
    profiles = list(game.profiles())
    # with a stage equilibrium among the outputs more of the automata are equilibria somewhere
    equilibria = [tuple(int(w.index(1)) for w in e.mixed) for e in detente.pure_equilibria(game).equilibria]
    outputs = {state: generator.choice(equilibria * 3 + profiles) for state in states}
    moves = {
        state: {"comply": generator.choice(states), names[0]: generator.choice(states), "otherwise": generator.choice(states)}
        for state in states
    }
    return game, Automaton(outputs, moves, f"random {seed}")


def both_sides(intervals):
    """Rational factors inside and outside of every interval, close to its ends, and the rational ends themselves."""
    tiny, found = F(1, 10**9), [(F(1, 1000), None), (F(1, 2), None), (F(999, 1000), None)]
    for each in intervals:
        low, high = (F(str(sympy.N(end, 30))) if not isinstance(end, F) else end for end in (each.low, each.high))
        if each.low_closed and isinstance(each.low, F):
            found.append((each.low, True))
        if low > 0:
            found.append((low - tiny, False))
        if high < 1:
            found.append((high + tiny, False))
        if high - low > 4 * tiny:
            found += [(low + tiny, True), (high - tiny, True)]
    return [(d, known) for d, known in found if 0 < d < 1]


def test_random_automata_are_equilibria_exactly_where_no_one_shot_deviation_gains():
    sustained = 0
    for seed in range(150):
        game, automaton = random_case(seed)
        found = critical_discount_factor(game, automaton)
        plan = automaton.on(game)
        for delta, known in both_sides(found.intervals):
            holds = largest_gain(game, plan, delta) <= 0
            assert found.sustains(delta) == holds
            assert known is None or known == holds or len(found.intervals) > 1
        sustained += bool(found.intervals)
    assert 20 < sustained < 130


def test_thresholds_that_are_no_fractions_are_decided_exactly():
    """Two periods of punishment in a game with gain = loss: d + d^2 = 1, the golden section."""
    game = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]], ["row", "column"], LABELS)
    found = critical_discount_factor(game, Automaton.named("punishment_2", ("c", "c"), ("d", "d")))
    golden = (sympy.sqrt(5) - 1) / 2
    assert sympy.simplify(found.overall - golden) == 0
    assert found.sustains(golden)
    assert not found.sustains(golden - sympy.Rational(1, 10**12))
    assert not found.sustains(golden**2)
    assert found.sustains(sympy.sqrt(2) / 2)


@pytest.mark.parametrize(
    ("now", "order", "expected"),
    [(1, ("hit", "gift"), "[(5 - sqrt(5))/10, (5 + sqrt(5))/10]"), (-1, ("gift", "hit"), "(0, (5 - sqrt(5))/10] [(5 + sqrt(5))/10, 1)")],
)
def test_a_set_may_end_before_one_and_may_have_a_hole(now, order, expected):
    """A breach pays the row player 1 now, -5 next, 5 after that: 1 - 5 d + 5 d^2 <= 0 between (5 -+ sqrt(5))/10. With
    all signs turned it is the two outer pieces. What the column player does to the row player costs it nothing."""
    row = [[0, -5, 5], [now, -5, 5]]
    game = NormalFormGame([row, [[0] * 3] * 2], ["row", "column"], [["x", "y"], ["calm", "hit", "gift"]])
    code = Automaton(
        {"agree": "x,calm", "first": f"x,{order[0]}", "second": f"x,{order[1]}"},
        {"agree": {"row": "first", "otherwise": "agree"}, "first": "second", "second": "agree"},
    )
    found = critical_discount_factor(game, code)
    assert " ".join(map(str, found.intervals)).replace("sqrt(5) + 5", "5 + sqrt(5)") == expected
    assert not found.monotone
    assert found.overall == (None if now < 0 else (5 - sympy.sqrt(5)) / 10)
    assert "only" in found.notes[0]
    for delta in (F(1, 10), F(27, 100), F(28, 100), F(1, 2), F(72, 100), F(73, 100), F(9, 10)):
        assert found.sustains(delta) == (largest_gain(game, code.on(game), delta) <= 0)
    assert found.sustains((5 - sympy.sqrt(5)) / 10)
    assert found.sustains(sympy.Rational(1, 10) * (5 + sympy.sqrt(5)))


def test_players_may_have_factors_of_their_own():
    skewed = NormalFormGame([[[3, 0], [5, 1]], [[4, 5], [0, 1]]], ["row", "column"], LABELS)
    found = critical_discount_factor(skewed, "contrite_tit_for_tat", ("c", "c"))
    assert found.per_player == {"row": F(2, 3), "column": F(1, 4)}
    plan = Automaton.named("contrite_tit_for_tat", ("c", "c"), ("d", "d")).on(skewed)
    for factors in (("2/3", "1/4"), ("3/4", "1/5"), ("3/5", "1/2")):
        assert found.sustains(factors) == (largest_gain(skewed, plan, factors) <= 0)


def test_symbolic_conditions_hold_exactly_where_the_numeric_answer_says_so():
    generator = random.Random(5)
    for name in ("contrite_tit_for_tat", "win_stay_lose_shift", "penance", "tit_for_two_tats", "stick_and_carrot"):
        found = critical_discount_factor(SYMBOLIC, name, ("c", "c"))
        for _ in range(8):
            values = {key: F(generator.randint(int(8 * b.low), int(8 * b.high)), 8) for key, b in SYMBOLIC.parameters.items()}
            numeric = found.at(values)
            for delta in (F(1, 5), F(1, 2), F(4, 5)):
                point = {s: sympy.Rational(str(values.get(s.name, delta))) for s in found.condition.free_symbols}
                assert bool(found.condition.subs(point)) == numeric.sustains(delta)
                plan = Automaton.named(name, ("c", "c"), ("d", "d")).on(SYMBOLIC)
                assert numeric.sustains(delta) == (largest_gain(SYMBOLIC.at(values), plan, delta) <= 0)


def test_floats_agree_with_fractions_and_ties_in_floats_are_ties():
    for name in ("contrite_tit_for_tat", "win_stay_lose_shift", "penance", "always_defect"):
        exact = critical_discount_factor(MILD, name, ("c", "c"))
        floats = critical_discount_factor(NormalFormGame(MILD.floats * 0.1, strategies=LABELS), name, ("c", "c"))
        assert floats.arithmetic == "float"
        assert floats.overall == pytest.approx(float(exact.overall), abs=1e-12)
        assert floats.sustains(floats.overall or 0.1)
    # R = 3, T = 3: a breach gains exactly nothing, in tenths only up to rounding
    tied = NormalFormGame([[[0.1 + 0.2, 0.0], [0.3, 0.1]], [[0.1 + 0.2, 0.3], [0.0, 0.1]]], strategies=LABELS)
    assert critical_discount_factor(tied, "contrite_tit_for_tat", ("c", "c")).overall == pytest.approx(1 / 3)


def test_three_players_shift_together():
    """Public good by hand: each c costs 2 and gives 1 to all three. All c: 1; alone out: 2; all d: 0; alone in: -1.

    A breach gains 1 and costs d*1 in the one period of punishment: never below 1, so no factor. At a benefit of 3/2:
    all c 5/2, alone out 3, all d 0: 1/2 <= 5/2 d, d >= 1/5; in the shift alone in -1/2 is no gain.
    """
    def good(gain):
        def pay(player, profile):
            return gain * sum(1 - each for each in profile) - 2 * (1 - profile[player])
        return NormalFormGame([[[[pay(p, (a, b, c)) for c in (0, 1)] for b in (0, 1)] for a in (0, 1)] for p in range(3)],
                              strategies=[["c", "d"]] * 3)
    assert critical_discount_factor(good(1), "win_stay_lose_shift", ("c", "c", "c")).overall is None
    assert critical_discount_factor(good(F(3, 2)), "win_stay_lose_shift", ("c", "c", "c")).overall == F(1, 5)


def test_a_mixture_may_punish_where_it_leads_somewhere_for_sure():
    """Matching pennies with a way out: both out gives 1; otherwise in against out 2 for who leaves. The mixture gives 0.

    R = 1, T = 2, punishment value 0 for ever: grim needs (2 - 1) <= d/(1-d) (1 - 0), d = 1/2.
    """
    game = NormalFormGame(
        [[[1, -1, -1], [2, 1, -1], [2, -1, 1]], [[1, 2, 2], [-1, -1, 1], [-1, 1, -1]]], ["a", "b"], [["out", "h", "t"]] * 2
    )
    mix = ((0, "1/2", "1/2"), (0, "1/2", "1/2"))
    grim = Automaton({"agree": "out,out", "mix": mix}, {"agree": {"comply": "agree", "otherwise": "mix"}, "mix": "mix"})
    found = critical_discount_factor(game, grim)
    assert found.overall == F(1, 2)
    assert largest_gain(game, grim.on(game), "1/2") == 0
    lottery = Automaton({"agree": mix, "won": "out,out"}, {"agree": {"h,h": "won", "otherwise": "agree"}, "won": "won"})
    with pytest.raises(UsageError, match="by chance"):
        critical_discount_factor(game, lottery)


def test_states_that_no_history_reaches_do_not_count():
    useless = Automaton(
        {"agree": "d,d", "never": "c,c"}, {"agree": "agree", "never": "agree"}
    )
    assert useless.on(DILEMMA).states == ("agree",)
    assert critical_discount_factor(DILEMMA, useless).overall == 0


def test_keys_of_transitions_say_who_left_what_was_prescribed():
    code = Automaton(
        {"agree": {"row": "c", "column": "c"}, "row pays": "row=c,column=d", "column pays": ("d", "c")},
        {
            "agree": {"row": "row pays", "column": "column pays", "otherwise": "agree"},
            "row pays": {"column=c": "column pays", "comply": "agree", "otherwise": "row pays"},
            "column pays": {"row=c, column=*": "row pays", ("d", "c"): "agree", "otherwise": "column pays"},
        },
    )
    plan = code.on(DILEMMA)
    assert plan.transition("agree", (1, 0)) == "row pays"
    assert plan.transition("agree", (0, 1)) == "column pays"
    assert plan.transition("agree", (1, 1)) == "agree"
    assert plan.transition("row pays", (0, 0)) == "column pays"
    assert plan.transition("row pays", (1, 1)) == "row pays"
    assert plan.transition("column pays", (0, 0)) == "row pays"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_every_known_automaton_runs_and_is_decided_like_the_one_shot_check_does(name):
    automaton = known_automaton(name, ("c", "c"), ("d", "d"))
    found = critical_discount_factor(MILD, automaton)
    for delta in (F(1, 10), F(1, 3), F(1, 2), F(9, 10)):
        assert found.sustains(delta) == (largest_gain(MILD, automaton.on(MILD), delta) <= 0)


def test_what_is_wrong_with_an_automaton_is_said():
    with pytest.raises(UsageError, match="no state"):
        Automaton({"a": "c,c"}, {"a": "b"})
    with pytest.raises(UsageError, match="expected them from a, b"):
        Automaton({"a": "c,c", "b": "d,d"}, {"a": "b"})
    with pytest.raises(UsageError, match="expected a profile for every state"):
        Automaton({}, {})
    with pytest.raises(UsageError, match="says nothing of"):
        Automaton({"a": "c,c"}, {"a": {"c,c": "a"}}).on(DILEMMA)
    with pytest.raises(UsageError, match="among the transitions"):
        Automaton({"a": "c,c"}, {"a": {"c": "a", "otherwise": "a"}}).on(DILEMMA)
    with pytest.raises(UsageError, match="whole profile"):
        Automaton({"a": "c,*"}, {"a": "a"}).on(DILEMMA)
    with pytest.raises(UsageError, match="unknown player"):
        Automaton({"a": "c,c"}, {"a": {"us=c": "a", "otherwise": "a"}}).on(DILEMMA)
    with pytest.raises(UsageError, match="unknown strategy of row"):
        Automaton({"a": "x,c"}, {"a": "a"}).on(DILEMMA)
    with pytest.raises(UsageError, match="plays at random.*long_run_payoffs"):
        critical_discount_factor(DILEMMA, "generous_tit_for_tat", ("c", "c"))
    with pytest.raises(UsageError, match="did you mean 'contrite_tit_for_tat'"):
        critical_discount_factor(DILEMMA, "contrite_tit_for_tatt", ("c", "c"))
    with pytest.raises(UsageError, match="for two"):
        known_automaton("contrite_tit_for_tat", ("c",) * 3, ("d",) * 3)
    with pytest.raises(UsageError, match="needs a target"):
        critical_discount_factor(DILEMMA, "grim")
    with pytest.raises(UsageError, match="leave out target"):
        critical_discount_factor(DILEMMA, known_automaton("grim", ("c", "c"), ("d", "d")), ("c", "c"))
    wide = NormalFormGame([[[0] * 3] * 3] * 2)
    with pytest.raises(UsageError, match="give a profile as punishment"):
        critical_discount_factor(wide, "stick_and_carrot", (0, 0))
    with pytest.raises(UsageError, match="at most 100"):
        critical_discount_factor(DILEMMA, Automaton.named("punishment_300", ("c", "c"), ("d", "d")))
