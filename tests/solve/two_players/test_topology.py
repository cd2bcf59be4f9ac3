"""The topology of 2x2 games: counts known from the literature, neighbors, names, ties."""

from collections import Counter
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.pure import pure_profiles
from detente.solve.two_players.ordinal import ordinal_class
from detente.solve.two_players.topology import PATTERNS, neighbors, ordinal_game, place, strict_game, strict_places

PLACES = strict_places()

#: Row's payoffs at (C,C), (C,D), (D,C), (D,D), from the usual definitions by R, S, T, P.
KNOWN = {
    "prisoners_dilemma": "T > R > P > S",
    "chicken": "T > R > S > P",
    "stag_hunt": "R > T > P > S",
    "deadlock": "T > P > R > S",
    "battle": "T > S > R > P",  # Rapoport (1967), "leader"
    "hero": "S > T > R > P",  # Rapoport (1967), with C and D the other way round
    "assurance": "R > P > T > S",
    "harmony": "R > S > T > P",
}


def symmetric_game(order):
    keys = order.replace(" ", "").split(">")
    value = {key: 4 - k for k, key in enumerate(keys)}
    rows = [[value["R"], value["S"]], [value["T"], value["P"]]]
    return NormalFormGame([rows, [list(column) for column in zip(*rows, strict=True)]])


def test_there_are_144_games_12_symmetric_and_78_up_to_exchange_of_players():
    # Rapoport and Guyer (1966): 78; Robinson and Goforth (2005): 144, of which 12 symmetric, so 66 pairs.
    assert len({each.ranks for each in PLACES}) == 144
    assert sum(each.symmetric for each in PLACES) == 12
    pairs = {frozenset((each.index, each.mirror)) for each in PLACES}
    assert Counter(map(len, pairs)) == {1: 12, 2: 66}
    assert [each.index for each in PLACES] == list(range(1, 145))


def test_all_576_strict_matrices_fall_into_classes_of_four():
    seen = Counter()
    for first, second in product(permutations((1, 2, 3, 4)), repeat=2):
        g = NormalFormGame([[first[:2], first[2:]], [second[:2], second[2:]]])
        seen[place(g).index] += 1
    assert set(seen.values()) == {4}
    assert len(seen) == 144


def test_with_ties_there_are_1413_games_and_726_up_to_exchange_of_players():
    # Fraser and Kilgour (1986): 726 ordinal 2x2 games; Bruns (2015): 1,413 with the players told apart.
    orders = [w for w in product(range(1, 5), repeat=4) if set(w) == set(range(1, max(w) + 1))]
    assert len(orders) == 75
    forms = {}
    for first, second in product(orders, repeat=2):
        where = place(NormalFormGame([[first[:2], first[2:]], [second[:2], second[2:]]]))
        forms.setdefault(where.ranks, where)
    assert len(forms) == 1413
    symmetric = sum(each.symmetric for each in forms.values())
    assert (1413 + symmetric) // 2 == 726
    # Bruns counts 38 symmetric games; the one in which everybody is indifferent makes 39.
    assert symmetric == 39


def test_every_game_has_six_neighbors_and_swaps_lead_back():
    for each in PLACES:
        around = neighbors(each.index)
        assert len(set(around.values())) == 6
        assert each.index not in around.values()
        for swap, other in around.items():
            assert neighbors(other)[swap] == each.index
            assert (PLACES[other - 1].layer == each.layer) == (swap[1] < 3)


def test_layers_hold_36_games_and_are_tori_of_rings_of_six():
    assert Counter(each.layer for each in PLACES) == dict.fromkeys((1, 2, 3, 4), 36)
    for start in PLACES:
        here = start.index
        for swap in ((0, 1), (0, 2)) * 3:
            here = neighbors(here)[swap]
        assert here == start.index


def test_the_whole_topology_is_connected():
    reached, waiting = {1}, [1]
    while waiting:
        for other in neighbors(waiting.pop()).values():
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    assert len(reached) == 144


@pytest.mark.parametrize(("name", "order"), KNOWN.items())
def test_symmetric_games_have_their_usual_names(name, order):
    where = place(symmetric_game(order))
    assert where.name == name
    assert where.symmetric


def test_numbers_of_symmetric_games_follow_the_rings_of_swaps():
    numbers = {each.name: each.number for each in PLACES if each.symmetric}
    assert numbers["prisoners_dilemma"] == "111"
    assert numbers["stag_hunt"] == "322"
    assert sorted(numbers.values()) == [f"{layer}{k}{k}" for layer in (1, 3) for k in range(1, 7)]
    by_number = {each.number: each.index for each in PLACES if each.symmetric}
    for layer in "13":
        for k in range(1, 7):
            low = 1 if k % 2 else 2
            here = by_number[f"{layer}{k}{k}"]
            there = by_number[f"{layer}{k % 6 + 1}{k % 6 + 1}"]
            assert neighbors(neighbors(here)[0, low])[1, low] == there
    assert all((each.number is None) != each.symmetric for each in PLACES)


def test_swapping_the_two_best_turns_the_dilemma_into_the_stag_hunt():
    first = neighbors(1)[0, 3]
    assert PLACES[first - 1].name == "stag_hunt/prisoners_dilemma"
    assert PLACES[neighbors(first)[1, 3] - 1].name == "stag_hunt"


def test_equilibria_and_their_counts_match_a_direct_search():
    # Of two strict rankings of a 2x2 game, one in eight gives no pure equilibrium and one in eight gives two.
    counts = Counter(len(each.equilibria) for each in PLACES)
    assert counts == {0: 18, 1: 108, 2: 18}
    for each in PLACES:
        g = strict_game(each.index)
        assert [tuple(g.payoffs[(i, *s)] for i in (0, 1)) for s in pure_profiles(g)] == list(each.equilibria)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.integers(-4, 4), min_size=8, max_size=8), st.integers(1, 5), st.integers(-9, 9))
def test_the_place_ignores_labels_and_units(numbers, scale, shift):
    payoffs = np.array(numbers).reshape(2, 2, 2)
    where = place(NormalFormGame(payoffs))
    for rows, columns in product((slice(None), slice(None, None, -1)), repeat=2):
        other = place(NormalFormGame(payoffs[:, rows, columns] * scale + shift))
        assert (other.index, other.ranks, other.borders) == (where.index, where.ranks, where.borders)
    swapped = place(NormalFormGame(payoffs[::-1].transpose(0, 2, 1)))
    assert swapped.symmetric == where.symmetric
    assert swapped.index == where.mirror


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.lists(st.integers(1, 3), min_size=8, max_size=8), st.integers(0, 10_000))
def test_breaking_ties_leads_to_a_listed_strict_game(numbers, seed):
    payoffs = np.array(numbers).reshape(2, 2, 2)
    where = place(NormalFormGame(payoffs))
    noise = np.random.default_rng(seed).permutation(8).reshape(2, 2, 2)
    broken = place(NormalFormGame(payoffs * 100 + noise))
    assert where.tied
    assert broken.index in where.borders


def test_ordinal_input_is_read_in_several_ways():
    g = ordinal_game([["3,3", (1, 4)], ["4 1", "2; 2"]], players=["us", "china"])
    assert g == NormalFormGame([[[3, 1], [4, 2]], [[3, 4], [1, 2]]], players=["us", "china"])
    assert ordinal_game([["1,1", "2,2", "3,3"]]).shape == (1, 3)
    for wrong in ([["3"]], [["3,3,3"]], [[(1.5, 2)]], [["0,1"]], [[None]]):
        with pytest.raises(UsageError, match="two ranks"):
            ordinal_game(wrong)


def test_float_noise_below_the_tolerance_is_a_tie():
    g = NormalFormGame([[[3.0, 0.0], [3.0 + 1e-12, 1.0]], [[3.0, 5.0], [0.0, 1.0]]])
    assert place(g).tied


def test_ordinal_class_keeps_its_names_and_adds_the_place():
    found = ordinal_class(NormalFormGame([[[2, 3], [1, 4]], [[2, 1], [3, 4]]]))
    assert found.name == "assurance_reversed"
    assert found.place.name == "stag_hunt"
    assert found.place.exchanged == (True, True)
    assert ordinal_class(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])).place.number == "111"


def test_wrong_games_are_refused():
    with pytest.raises(UsageError, match="2x3"):
        place(NormalFormGame(np.zeros((2, 2, 3), dtype=int)))
    for index in (0, 145):
        with pytest.raises(UsageError, match="1 to 144"):
            neighbors(index)


def test_places_explain_themselves():
    dilemma, tied = PLACES[0], place(ordinal_game([["2,2", "1,2"], ["2,1", "1,1"]]))
    assert "the prisoner's dilemma, number 111" in dilemma.explain()[0]
    assert "tied" in tied.explain()[0]
    assert "stag hunt" in PLACES[36].explain()[0] or "concord" in PLACES[36].explain()[0]
    assert dilemma.to_json()["patterns"] == ["prisoners_dilemma", "prisoners_dilemma"]
    assert "3, 3" in str(dilemma)
    assert set(PATTERNS) == {each.name for each in PLACES if each.symmetric}
