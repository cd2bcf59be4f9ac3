"""Game trees: what is built, what is refused, and how a tree is shown."""

import pickle
import xml.etree.ElementTree as ET
from fractions import Fraction

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.extensive import GameTree, chance, decision, terminal


def blind(first="h", second="h"):
    """A simultaneous 2 x 2 game."""
    after = {"l": terminal(1, 0), "r": terminal(0, 1)}
    return GameTree(
        ["1", "2"], decision("1", {"L": decision("2", after, first), "R": decision("2", after, second)}, "start")
    )


def test_nodes_come_in_the_order_of_the_tree_with_parents_and_histories():
    tree = blind()
    assert [node.kind for node in tree.nodes] == ["decision", "decision", "terminal", "terminal"] + [
        "decision", "terminal", "terminal"
    ]
    assert tree.history(6) == ("R", "r")
    assert tree.path(6) == ((0, 1), (4, 1))
    assert tree.information_sets[1].nodes == (1, 4)
    assert tree.ends == (7, 4, 3, 4, 7, 6, 7)


def test_payoffs_are_exact_unless_one_is_a_float():
    tree = GameTree(["1"], decision("1", {"a": terminal("0.1"), "b": terminal("1/3")}))
    assert tree.arithmetic == "exact"
    assert [tree.payoffs(end.index) for end in tree.terminals] == [(Fraction(1, 10),), (Fraction(1, 3),)]
    assert GameTree(["1"], decision("1", {"a": terminal(0.5), "b": terminal(1)})).arithmetic == "float"


def test_payoffs_at_inner_nodes_add_up_along_the_path():
    tree = GameTree(["1", "2"], decision("1", {"a": terminal(1, 1)}, outcome=(5, "-1/2")))
    assert tree.payoffs(1) == (6, Fraction(1, 2))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: GameTree(["1"], decision("2", {"a": terminal(0)})), "unknown player '2'"),
        (lambda: GameTree(["1"], decision("1", {})), "without actions"),
        (lambda: GameTree(["1"], decision("1", {"a": terminal(0, 1)})), "found 2 payoffs; expected 1"),
        (lambda: GameTree(["1"], decision("1", {"a": terminal(float("nan"))})), "finite"),
        (lambda: GameTree(["1"], decision("1", {"a": terminal({"2": 0})})), "expected one for each of 1"),
        (lambda: GameTree(["1"], chance({"a": ("1/2", terminal(0)), "b": ("1/3", terminal(0))})), "add up to 5/6"),
        (lambda: GameTree(["1"], chance({"a": ("-1", terminal(0)), "b": (2, terminal(0))})), "none below 0"),
        (lambda: GameTree(["1"], chance({"a": (0.5, terminal(0)), "b": (0.5, terminal(0))})), "exact number"),
        (lambda: GameTree(["1"], "L"), "expected decision"),
        (lambda: GameTree([], terminal()), "at least one name"),
        (
            lambda: GameTree(["1"], decision("1", {"a": decision("1", {"a": terminal(0)}, "h")}, "h")),
            "absent-mindedness",
        ),
        (
            lambda: GameTree(
                ["1", "2"],
                decision("1", {
                    "a": decision("2", {"x": terminal(0, 0)}, "h"), "b": decision("2", {"y": terminal(0, 0)}, "h")
                }),
            ),
            "expected the same in the same order",
        ),
    ],
)
def test_what_is_no_game_is_refused_with_the_reason(make, words):
    with pytest.raises(UsageError, match=words):
        make()


def test_sets_of_two_players_are_two_sets_even_with_one_label():
    tree = GameTree(["1", "2"], decision("1", {"a": decision("2", {"b": terminal(0, 0)}, "h")}, "h"))
    assert [each.player for each in tree.information_sets] == [0, 1]


def test_perfect_recall_fails_where_a_player_forgets_and_the_message_names_set_and_histories():
    # Kuhn (1953), figure 2 in spirit: player 1 moves twice and forgets the first move.
    again = {"x": terminal(1), "y": terminal(0)}
    tree = GameTree(["1"], decision("1", {"L": decision("1", again, "later"), "R": decision("1", again, "later")}, "first"))
    assert not tree.perfect_recall
    assert "[later]" in tree.imperfect_recall and "'L'" in tree.imperfect_recall and "'R'" in tree.imperfect_recall
    assert blind().perfect_recall


def test_subgames_start_where_no_information_set_is_cut():
    assert blind().subgame_roots == (0,)
    assert blind("h", "k").subgame_roots == (0, 1, 4)
    assert classic.game("seltens_horse").subgame_roots == (0,)
    assert classic.game("outside_option").subgame_roots == (0, 2)


def test_a_chance_move_starts_a_subgame():
    tree = GameTree(["1"], decision("1", {"a": chance({"x": (1, terminal(0))}), "b": terminal(1)}))
    assert tree.subgame_roots == (0, 1)


def test_the_normal_form_has_a_strategy_for_each_choice_at_each_set():
    tree = blind("h", "k")
    full = tree.to_normal_form()
    assert full.strategies == (("L", "R"), ("l,l", "l,r", "r,l", "r,r"))
    assert full.payoff("2", ("R", "l,r")) == 1


def test_the_reduced_normal_form_leaves_out_moves_that_a_strategy_rules_out():
    tree = classic.game("outside_option")
    assert tree.to_normal_form().strategies[0] == ("out,strong", "out,weak", "in,strong", "in,weak")
    assert tree.reduced_normal_form().strategies[0] == ("out,*", "in,strong", "in,weak")


def test_chance_enters_the_normal_form_as_an_expectation():
    poker = classic.game("one_card_poker").to_normal_form()
    # Myerson (1991), table 2.1: rows Rr, Rf, Fr, Ff; columns M, P.
    assert poker.payoffs[0].tolist() == [[0, 1], [Fraction(1, 2), 0], [Fraction(-1, 2), 1], [0, 0]]


def test_a_tree_is_frozen_equal_by_content_and_can_be_pickled():
    tree = blind()
    with pytest.raises(AttributeError):
        tree.players = ("x", "y")
    assert tree == blind() != blind("h", "k")
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert len({tree, blind()}) == 1


def test_a_long_game_does_not_exhaust_the_stack():
    move = terminal(0, 0)
    for k in range(3000):
        move = decision(k % 2, {"take": terminal(k, k), "pass": move})
    tree = GameTree(["1", "2"], move)
    assert len(tree.nodes) == 6001
    assert len(str(tree).splitlines()) == 61


def test_the_outline_fits_the_terminal_whatever_the_labels():
    name = "x" * 300
    tree = GameTree([name], decision(name, {name: terminal(1), "a\nb": terminal(2)}, name), name)
    assert all(len(line) <= 80 for line in str(tree).splitlines())


@pytest.mark.parametrize("name", [name for name in classic.names() if isinstance(classic.game(name), GameTree)])
def test_the_drawing_is_wellformed_and_in_the_color_of_the_page(name):
    drawing = classic.game(name).to_svg()
    ET.fromstring(drawing)
    assert "currentColor" in drawing and '"#' not in drawing and "http" not in drawing.replace("http://www.w3.org/2000/svg", "")


def test_labels_in_the_drawing_are_escaped():
    tree = GameTree(["<b>&"], decision("<b>&", {"<script>": terminal(1), '"': terminal(2)}))
    ET.fromstring(tree.to_svg())
    assert "<script>" not in tree.to_svg()
    assert set(tree._repr_mimebundle_()) == {"text/plain", "text/html", "text/latex"}
