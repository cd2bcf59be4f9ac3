"""Subgame-perfect equilibria with imperfect information: textbook answers, certificates, honest completeness."""

from fractions import Fraction

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.solve.equilibria import equilibria
from detente.solve.trees.subgame import subgame_perfect


def test_an_outside_option_before_a_battle_keeps_three_equilibria():
    # van Damme (1989): the battle has three equilibria, worth 3, 1 and 3/4 to player 1, who has 2 outside.
    result = subgame_perfect(classic.game("outside_option"))
    assert result.complete and len(result.equilibria) == 3
    assert sorted((each.payoffs["1"], each.profile["1"]["start"]["in"]) for each in result.equilibria) == [(2, 0), (2, 0), (3, 1)]
    assert all(each.regret == 0 for each in result.equilibria)


def test_the_whole_game_is_its_only_subgame_in_poker():
    # Myerson (1991), section 3.1: raise with a black card in 1 of 3 cases, meet in 2 of 3.
    result = subgame_perfect(classic.game("one_card_poker"))
    (only,) = result.equilibria
    assert result.complete
    assert [str(p) for p in only.profile["1"]["red"].values()] == ["1", "0"]
    assert [str(p) for p in only.profile["1"]["black"].values()] == ["1/3", "2/3"]
    assert [str(p) for p in only.profile["2"]["raised"].values()] == ["2/3", "1/3"]


def test_equilibria_that_are_not_subgame_perfect_are_left_out():
    tree = classic.game("chain_store")
    assert len(equilibria(tree.reduced_normal_form()).equilibria) > 1
    assert len(subgame_perfect(tree).equilibria) == 1


def pennies(label, prize=1):
    after = {
        a: decision("2", {b: terminal(prize if a == b else -prize, -prize if a == b else prize) for b in "ht"}, label)
        for a in "ht"
    }
    return decision("1", after, f"{label} 1")


def test_every_combination_of_equilibria_of_subgames_is_tried():
    def battle(label):
        return decision("1", {
            "b": decision("2", {"b": terminal(3, 1), "s": terminal(0, 0)}, label),
            "s": decision("2", {"b": terminal(0, 0), "s": terminal(1, 3)}, label),
        }, f"{label} 1")

    tree = GameTree(["1", "2"], chance({"x": ("1/2", battle("x")), "y": ("1/2", battle("y"))}))
    result = subgame_perfect(tree)
    assert result.complete and len(result.equilibria) == 9
    cut = subgame_perfect(tree, limit=4)
    assert not cut.complete and len(cut.equilibria) == 4 and "beyond 4" in cut.missing


def test_one_after_the_other_subgames_are_replaced_by_their_values():
    tree = GameTree(["1", "2"], decision("2", {"stop": terminal(0, "-1/2"), "go": pennies("h", 2)}, "first"))
    (only,) = subgame_perfect(tree).equilibria
    assert only.profile["2"]["first"] == {"stop": 0, "go": 1}
    assert set(only.payoffs.values()) == {0}


def test_a_continuum_in_a_subgame_is_said():
    same = {"l": terminal(0, 1), "r": terminal(0, 1)}
    tree = GameTree(["1", "2"], decision("1", {"a": decision("2", same, "h"), "b": decision("2", same, "h")}))
    result = subgame_perfect(tree)
    assert not result.complete and "continuum" in result.missing and len(result.equilibria) == 4


def test_three_players_get_their_isolated_equilibria_and_a_word_on_the_rest():
    # Selten (1975): (R, R, L) is an equilibrium; so is (L, R, R), which has no subgame to fail in. Both end a continuum.
    result = subgame_perfect(classic.game("seltens_horse"))
    assert not result.complete and "continua" in result.missing
    assert [str(each) for each in result.pure] == ["1 [1] R; 2 [2] R; 3 [3] L", "1 [1] L; 2 [2] R; 3 [3] R"]
    assert all(each.regret == 0 for each in result.equilibria)


def test_a_subgame_of_three_without_a_pure_equilibrium_has_its_mixed_one():
    # 1 wants to match 2, 2 to differ from 3, 3 to match 1: by symmetry only 1/2 each
    def paid(x, y, z):
        return terminal(int(x == y), int(y != z), int(z == x))

    inside = decision("1", {x: decision("2", {y: decision("3", {z: paid(x, y, z) for z in "ht"}, "3") for y in "ht"}, "2") for x in "ht"}, "1")
    tree = GameTree(["1", "2", "3"], decision("1", {"out": terminal("1/4", 0, 0), "in": inside}, "0"))
    result = subgame_perfect(tree)
    (only,) = result.equilibria
    assert result.complete
    assert only.profile["1"]["0"]["in"] == 1
    assert {weight for player in "123" for weight in only.profile[player][player].values()} == {Fraction(1, 2)}


def test_a_third_player_who_does_not_move_in_a_subgame_changes_nothing():
    tree = GameTree(["1", "2", "3"], decision("3", {
        "a": decision("1", {x: decision("2", {y: terminal(int(x == y), int(x != y), 0) for y in "ht"}, "2") for x in "ht"}, "1"),
        "b": terminal(0, 0, -1),
    }, "3"))
    result = subgame_perfect(tree)
    assert result.complete
    assert result.equilibria[0].profile["3"]["3"] == {"a": 1, "b": 0}


def test_a_budget_that_is_spent_leaves_a_partial_answer():
    result = subgame_perfect(classic.game("outside_option"), budget=0)
    assert not result.complete and "budget" in result.missing


def test_forgetful_players_are_refused_with_the_reason():
    again = {"x": terminal(1), "y": terminal(0)}
    tree = GameTree(["1"], decision("1", {"L": decision("1", again, "later"), "R": decision("1", again, "later")}, "first"))
    with pytest.raises(UsageError, match=r"perfect recall.*\[later\]"):
        subgame_perfect(tree)


def test_the_json_has_the_form_of_the_contract():
    made = subgame_perfect(classic.game("one_card_poker")).to_json()
    assert made["form"] == "extensive" and made["concept"] == "subgame-perfect" and made["complete"] is True
    (only,) = made["equilibria"]
    assert only["profile"]["1"]["black"] == {"raise": "1/3", "fold": "2/3"}
    assert only["beliefs"] is None and only["regret"] == "0"
    assert [end["actions"] for end in only["path"]][0] == ["red", "raise", "meet"]
    assert only["path"][0]["probability"] == "1/3"
