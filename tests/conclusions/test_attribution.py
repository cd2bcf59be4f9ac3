"""Which changes made a difference, compared with a search over all sets written here from the definition."""

from itertools import combinations
from random import Random

import pytest

from detente.conclusions.attribution import attribute


def subsets(items):
    return [frozenset(each) for size in range(len(items) + 1) for each in combinations(items, size)]


def minimal(sets):
    return {each for each in sets if not any(other < each for other in sets)}


@pytest.mark.parametrize("seed", range(12))
def test_all_minimal_sets_of_random_functions_are_found(seed):
    # any function of sets, not only monotone ones
    random = Random(seed)
    items = "abcde"[: random.randint(1, 5)]
    table = {each: random.randint(0, 2) for each in subsets(items)}
    every = frozenset(items)
    table[every] = 2
    table[frozenset()] = random.choice((0, 1))
    found = attribute(items, table.__getitem__)
    does = [each for each in table if each and table[each] == 2]
    undoes = [each for each in table if each and table[every - each] != 2]
    assert {frozenset(each) for each in found.sets} == minimal(does)
    assert {frozenset(each) for each in found.undone} == minimal(undoes)
    assert set(found.alone) == {item for item in items if table[frozenset(item)] != table[frozenset()]}
    assert found.complete
    assert found.up_to == len(items)
    assert [len(each) for each in found.sets] == sorted(len(each) for each in found.sets)


def test_changes_that_cancel_make_no_difference():
    found = attribute("ab", lambda on: len(on) % 2)
    assert (found.before, found.after) == (0, 0)
    assert (found.sets, found.undone, found.alone) == ((), (), ())
    assert found.complete


def test_what_only_all_together_do_is_said_so():
    found = attribute("abcd", lambda on: len(on) == 4)
    assert found.sets == (("a", "b", "c", "d"),)
    assert found.undone == (("a",), ("b",), ("c",), ("d",))


def test_of_many_changes_small_sets_are_searched_and_one_set_is_left_out_of_step_by_step():
    changes = list(range(40))
    needed = {3, 17, 22, 39}
    calls = []

    def value(on):
        calls.append(on)
        return needed <= on

    found = attribute(changes, value)
    assert found.sets == ((3, 17, 22, 39),)
    assert found.undone[:4] == ((3,), (17,), (22,), (39,))
    assert not found.complete
    # 40 singles and 780 pairs were looked at, not all 9880 triples
    assert found.up_to == 2
    assert len(calls) < 12_000


def test_of_many_changes_small_sets_that_do_it_are_listed():
    found = attribute(range(30), lambda on: 5 in on or {7, 8} <= on)
    assert found.sets == ((5,), (7, 8))
    assert not found.complete


def test_without_time_one_set_is_still_found():
    found = attribute("abcdef", lambda on: {"b", "e"} <= on, seconds=0.0)
    assert found.sets == (("b", "e"),)
    assert not found.complete
    assert found.up_to == 0


def test_not_thorough_means_one_set():
    found = attribute("abc", lambda on: bool(on & {"a", "c"}), thorough=False)
    assert found.sets in {(("a",),), (("c",),)}
    assert found.undone == ()
    assert found.to_json()["complete"] is False
