"""Chains of opponents against Kreps and Wilson's closed forms, hand computation and the definition of equilibrium."""

import random
from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.solve.repeated.opponents import chain
from detente.solve.trees.sequential import sequential_equilibria


def test_kreps_and_wilsons_equilibrium():
    """Their section 2, with b for the entrant's gain over its total stake, and a > 1 for the monopoly: the cutoff with k
    left is b**k, the weak monopolist fights with ((1 - b**(k-1)) p) / ((1 - p) b**(k-1)), and an entrant who is
    indifferent stays out with 1/a."""
    b, a = F(1, 3), F(3)
    found = chain(entry_gain=b, entry_loss=1 - b, deterrence=a, fight_cost=1, opponents=7, prior="1/100")
    assert found.kind == "reputation"
    for k in range(1, 8):
        assert found.cutoff(k) == b**k
    p = F(1, 100)
    for k in range(2, 5):  # 1/3**(k-1) > 1/100: not enough to fight for sure
        assert found.fight(k, p) == ((1 - b ** (k - 1)) * p) / ((1 - p) * b ** (k - 1))
    assert found.fight(1, p) == 0
    assert found.fight(7, p) == 1
    assert found.stays_out((3, b**3, 1)) == 1 / a
    # 1/3**5 < 1/100 < 1/3**4: the last four see entry
    assert found.deterred == 3
    assert found.largest_gain() == 0


def test_complete_information_unravels():
    found = chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=20)
    assert found.kind == "unravels"
    assert found.deterred == 0
    assert all(entry == 1 and fought == 0 for entry, fought in found.path)


def test_a_fight_that_only_several_deterred_opponents_pay_for():
    """f = 3/2, m = 1, no discounting: two deterred opponents pay, r = 2. Cutoffs by hand: 1/2, 1/2, 1/4, 1/4, 1/8, ..

    Verified backward for the first steps: with 2 left a fight costs 3/2 and deters at most one, worth 1: nobody fights, so
    the cutoff stays 1/2. With 3 left it deters two: worth 2 > 3/2.
    """
    found = chain(entry_gain=1, entry_loss=1, deterrence=1, fight_cost="3/2", opponents=6, prior="1/10")
    assert found.worth == 2
    assert [found.cutoff(k) for k in range(1, 7)] == [F(1, 2), F(1, 2), F(1, 4), F(1, 4), F(1, 8), F(1, 8)]
    assert found.fight(2, F(1, 10)) == 0
    assert found.fight(3, F(1, 10)) > 0
    # after a fight one stays out for sure and the next with 1/2: 1 + 1/2 = 3/2
    assert found.stays_out((2, F(1, 2), 2)) == 1
    assert found.stays_out((1, F(1, 2), 1)) == F(1, 2)
    assert found.largest_gain() == 0
    assert found.deterred == 0  # 1/10 < 1/8


def test_too_expensive_a_fight_is_never_imitated():
    found = chain(entry_gain=1, entry_loss=1, deterrence=1, fight_cost=3, opponents=9, prior="1/10", discount_factor="1/2")
    assert found.kind == "no_imitation"  # 1/2 + 1/4 + .. < 1 < 3
    assert {found.cutoff(k) for k in range(1, 10)} == {F(1, 2)}
    assert found.deterred == 0
    # the first opponent enters, and all others if it was tolerated, which has the probability 9/10
    assert found.path[0] == (1, F(1, 10))
    assert found.path[1] == (F(9, 10), 0)
    strong = chain(entry_gain=1, entry_loss=1, deterrence=1, fight_cost=3, opponents=9, prior="6/10", discount_factor="1/2")
    assert strong.deterred == 9


def test_random_chains_are_equilibria():
    """largest_gain computes values from the strategies and compares every choice; it knows no cutoffs."""
    kinds = set()
    for seed in range(250):
        generator = random.Random(seed)
        found = chain(
            entry_gain=F(generator.randint(0, 6), 2),
            entry_loss=F(generator.randint(0, 6), 2),
            deterrence=F(generator.randint(-1, 6), 2),
            fight_cost=F(generator.randint(-1, 9), 2),
            opponents=generator.randint(1, 9),
            prior=F(generator.choice([0, 1, 3, 10, 50, 90]), 100),
            discount_factor=F(generator.choice([3, 5, 8, 10]), 10),
        )
        kinds.add(found.kind)
        assert found.largest_gain() == 0
    assert kinds == {"no_entry", "no_fear", "credible", "unravels", "no_imitation", "reputation"}


def two_opponents(gain, loss, deterrence, cost, prior, delta):
    """The chain with two opponents as a tree: each is a player, the tough kind has one move."""

    def second(kind, seen, one, kept):
        moves = {"fight": terminal(one, -loss, kept - delta * cost)}
        if kind == "other":
            moves["yield"] = terminal(one, gain, kept)
        reply = decision("player", moves, f"{kind}, {seen}")
        return decision("two", {"out": terminal(one, 0, kept + delta * deterrence), "enter": reply}, seen)

    def first(kind):
        moves = {"fight": second(kind, "fought", -loss, -cost)}
        if kind == "other":
            moves["yield"] = second(kind, "yielded", gain, F(0))
        return decision("one", {"out": second(kind, "nothing", F(0), deterrence), "enter": decision("player", moves, kind)}, "start")

    return GameTree(["one", "two", "player"], chance({"tough": (prior, first("tough")), "other": (1 - prior, first("other"))}))


def test_two_opponents_play_the_only_sequential_equilibrium_of_their_tree():
    """The tree is solved by a search over supports and beliefs that knows nothing of chains; numbers without ties."""
    kinds, mixed = set(), 0
    for seed in range(60):
        generator = random.Random(seed)
        gain, loss = F(generator.randint(1, 3)), F(generator.choice([1, 2, 5]))
        deterrence, cost = F(generator.randint(1, 4)), F(generator.choice([-1, 2, 5, 8]), 3)
        prior, delta = F(generator.choice([1, 3, 7]), 11), generator.choice([F(1), F(3, 5)])
        found = chain(gain, loss, deterrence, cost, opponents=2, prior=prior, discount_factor=delta)
        solved = sequential_equilibria(two_opponents(gain, loss, deterrence, cost, prior, delta))
        assert solved.complete
        (only,) = solved.equilibria
        out = only.profile["one"]["start"]["out"]
        fight = only.profile["player"]["other"]["fight"]
        assert found.stays_out(found.start) == out
        assert found.fight(2, prior) == fight
        after = {"fought": found.after_fight, "yielded": found.after_peace, "nothing": found.after_none}
        for seen, follow in after.items():
            state = follow(found.start)
            assert found.stays_out(state) == only.profile["two"][seen]["out"]
            assert found.fight(1, state[1]) == only.profile["player"][f"other, {seen}"]["fight"]
        kinds.add(found.kind)
        mixed += 0 < fight < 1
    assert kinds == {"credible", "no_imitation", "reputation"}
    assert mixed > 5


def test_the_path_adds_up_by_simulation_of_the_tree():
    """All ways of play with their chances, written out: entry and fight of every opponent."""
    found = chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=4, prior="1/10", discount_factor="9/10")
    entry, fought = [F(0)] * 4, [F(0)] * 4

    def walk(tough, chance, belief, kept, left):
        if left == 0 or chance == 0:
            return
        k = 4 - left
        out = found.stays_out((left, belief, kept))
        y = F(1) if tough else found.fight(left, belief)
        total = belief + (1 - belief) * found.fight(left, belief)
        entry[k] += chance * (1 - out)
        fought[k] += chance * (1 - out) * y
        walk(tough, chance * out, belief, None if kept is None else max(kept - 1, 0), left - 1)
        if total:
            updated = belief / total
            # by hand for 9/5 > 1: one deterred opponent pays, so that a fight aims at the cutoff of the next one
            bar = F(1, 2) ** (left - 1)
            again = 1 if bar < 1 and belief <= bar else None
            walk(tough, chance * (1 - out) * y, updated, again, left - 1)
        walk(tough, chance * (1 - out) * (1 - y), F(0), None, left - 1)

    walk(True, F(1, 10), F(1, 10), None, 4)
    walk(False, F(9, 10), F(1, 10), None, 4)
    assert found.path == tuple(zip(entry, fought, strict=True))


def test_the_check_finds_a_wrong_strategy(monkeypatch):
    """With the cutoff of one opponent more, opponents enter or stay out where the other choice is better."""
    found = chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=5, prior="1/10")
    assert found.largest_gain() == 0
    right = type(found).cutoff
    monkeypatch.setattr(type(found), "cutoff", lambda self, left: right(self, min(left + 1, 5)))
    assert found.largest_gain() > 0


def test_sign_cases_and_ties():
    base = {"deterrence": 2, "fight_cost": 1, "opponents": 5, "prior": "1/10"}
    assert chain(entry_gain=0, entry_loss=1, **base).deterred == 5
    assert chain(entry_gain=1, entry_loss=0, **base).deterred == 0
    assert chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=-1, opponents=5).deterred == 5
    # the prior is exactly the cutoff with three left: the indifferent opponent stays out
    assert chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=3, prior="1/8").deterred == 1


def test_wrong_arguments_are_refused():
    good = {"entry_gain": 1, "entry_loss": 1, "deterrence": 2, "fight_cost": 1, "opponents": 5}
    for name, value, message in (
        ("opponents", 0, "from 1 to 1000"), ("opponents", True, "from 1 to 1000"), ("prior", 1, "probability"),
        ("discount_factor", 0, "above 0"), ("discount_factor", "3/2", "above 0"), ("entry_loss", -2, "rather be fought"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=message):
            chain(**{**good, name: value})


def test_results_print_and_travel_as_json():
    found = chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=6, prior="1/10")
    told = found.to_json()
    assert told["policy"]["1"] == {"cutoff": "1/2", "enter": "1", "fight": "0"}
    assert list(told["policy"]) == ["6", "5", "4", "3", "2", "1"]
    assert told["deterred"] == 3
    assert "3 of 6 opponents are deterred" in str(found).replace("\n", " ")
