"""Files of games: round trips lose nothing, garbage gets one clear message with its place."""

import time
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.errors import InputError, UsageError
from detente.games import classic
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.games.formats import GameFile, format_game, parse_game, read_file, read_game, write_game
from detente.games.normal import NormalFormGame

LABEL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=8)
NUMBER = st.fractions(min_value=-1000, max_value=1000, max_denominator=997)
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def tables(draw):
    shape = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    size = len(shape)
    for each in shape:
        size *= each
    flat = iter(draw(st.lists(NUMBER, min_size=size, max_size=size)))

    def nest(sizes):
        return [nest(sizes[1:]) for _ in range(sizes[0])] if sizes else next(flat)

    strategies = [draw(st.lists(LABEL, min_size=n, max_size=n, unique=True)) for n in shape]
    return NormalFormGame(nest([len(shape), *shape]), draw(st.lists(LABEL, min_size=len(shape), max_size=len(shape), unique=True)), strategies)


@st.composite
def trees(draw):
    players = draw(st.lists(LABEL, min_size=1, max_size=3, unique=True))

    def grow(depth):
        kind = draw(st.sampled_from(["end", "chance", "move", "move"])) if depth else "end"
        if kind == "end":
            return terminal(*draw(st.lists(NUMBER, min_size=len(players), max_size=len(players))), name=draw(st.just("") | LABEL))
        actions = draw(st.lists(LABEL, min_size=1, max_size=3, unique=True))
        bonus = draw(st.none() | st.lists(NUMBER, min_size=len(players), max_size=len(players)).map(tuple))
        if kind == "chance":
            weights = draw(st.lists(st.integers(0, 5), min_size=len(actions), max_size=len(actions)))
            weights[0] += 1
            odds = [Fraction(w, sum(weights)) for w in weights]
            return chance({a: (p, grow(depth - 1)) for a, p in zip(actions, odds)}, name=draw(st.just("") | LABEL), outcome=bonus)
        player = draw(st.sampled_from(players))
        return decision(player, {a: grow(depth - 1) for a in actions}, name=draw(st.just("") | LABEL), outcome=bonus)

    return GameTree(players, grow(3), draw(st.text(max_size=10)).replace("\ud800", ""))


@QUICK
@given(tables(), st.text(max_size=20), st.text(max_size=20))
def test_a_table_with_its_title_and_comment_comes_back_from_nfg(game, title, comment):
    back = parse_game(format_game(GameFile(game, title, comment), "nfg"))
    assert (back.game, back.title, back.comment) == (game, title, comment)


@QUICK
@given(trees(), st.text(max_size=20))
def test_a_tree_comes_back_from_efg(tree, comment):
    back = parse_game(format_game(GameFile(tree, comment=comment), "efg"))
    assert back.game == tree and back.comment == comment


@QUICK
@given(tables())
def test_payoffs_come_back_from_gam_where_they_are_decimals(game):
    import numpy as np

    scaled = np.vectorize(lambda x: Fraction(round(x * 1000), 1000), otypes=[object])(game.payoffs)
    back = parse_game(format_game(NormalFormGame(scaled), "gam")).game
    assert back == NormalFormGame(scaled)


@QUICK
@given(st.lists(st.floats(-1e250, 1e250, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-250), min_size=4, max_size=4))
def test_floats_come_back_as_the_decimals_that_give_the_same_floats(values):
    game = NormalFormGame([values])
    back = parse_game(format_game(game, "nfg")).game
    assert [float(x) for x in back.payoffs.flat] == values and back.arithmetic == "exact"


def test_the_outcome_version_keeps_names_and_shared_outcomes():
    text = 'NFG 1 R "t" { "a" "b" } { { "x" "y" } { "l" "r" } } "c"\n{ { "war" -1, -1 } { "" 2 1/2 } } 1 2 0 1'
    made = parse_game(text)
    assert made.outcomes == {(0, 0): "war", (1, 1): "war"}
    assert made.game.payoffs.tolist() == [[[-1, 0], [2, -1]], [[-1, 0], [Fraction(1, 2), -1]]]
    back = parse_game(format_game(made, "nfg"))
    assert (back.game, back.outcomes, back.title, back.comment) == (made.game, made.outcomes, "t", "c")


def test_the_first_players_strategy_changes_fastest():
    # Gambit, "The strategic game (.nfg) file format, payoff version": the order of contingencies.
    nfg = parse_game('NFG 1 R "" { "1" "2" } { 2 3 } 1 1 2 2 3 3 4 4 5 5 6 6').game
    assert nfg.payoffs[0].tolist() == [[1, 3, 5], [2, 4, 6]]
    assert parse_game("2 2 3 1 2 3 4 5 6 1 2 3 4 5 6").game == nfg


def test_decimals_are_exact_and_precision_d_is_read():
    made = parse_game('NFG 1 D "" { "1" } { 3 } 0.1 1e-3 -2.50').game
    assert made.payoffs.tolist() == [[Fraction(1, 10), Fraction(1, 1000), Fraction(-5, 2)]]


def test_sets_may_be_named_once_and_referred_to_by_number():
    text = (
        'EFG 2 R "g" { "1" "2" } "note"\n'
        'c "" 1 "" { "h" 0.5 "t" 1/2 } 0\n'
        'p "" 1 1 "first" { "a" "b" } 0\nt "" 1 "one" { 1, 2 }\nt "" 0\n'
        'p "" 1 1 0\nt "" 1\nt "" 2 "two" { 3 4 }\n'
    )
    tree = parse_game(text).game
    assert [each.label for each in tree.information_sets] == ["first"]
    assert [tree.payoffs(end.index) for end in tree.terminals] == [(1, 2), (0, 0), (1, 2), (3, 4)]
    assert tree.terminals[2].outcome.name == "one"


def test_quotes_and_backslashes_in_labels_come_back():
    game = NormalFormGame([[[0]], [[0]]], ['say "hi"', "back\\"], [["\\\""], ["a\nb"]])
    assert parse_game(format_game(game, "nfg")).game == game


def test_a_table_can_be_written_as_a_tree_and_back(tmp_path):
    game = classic.game("battle_of_the_sexes")
    write_game(game, tmp_path / "g.efg")
    assert read_game(tmp_path / "g.efg").to_normal_form() == game


def test_a_tree_is_written_to_nfg_as_its_reduced_normal_form(tmp_path):
    tree = classic.game("outside_option")
    write_game(tree, tmp_path / "g.nfg", comment="c")
    made = read_file(tmp_path / "g.nfg")
    assert made.game == tree.reduced_normal_form()
    assert (made.title, made.comment) == (tree.title, "c")


def test_writing_replaces_whole_files_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "g.gam"
    write_game(NormalFormGame([["1/8", 2]]), path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="decimals only"):
        write_game(NormalFormGame([["1/3", 2]]), path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["g.gam"]
    with pytest.raises(UsageError, match="ends in .nfg, .efg, .gam"):
        write_game(classic.game("chicken"), tmp_path / "g.txt")
    with pytest.raises(UsageError, match="cannot write"):
        write_game(classic.game("chicken"), tmp_path / "nowhere" / "g.nfg")


HEAD = 'NFG 1 R "" { "1" "2" } '
TREE = 'EFG 2 R "" { "1" } '


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "1", "an empty file"),
        ("hello", "1:1", "expected a game"),
        ('NFG 2 R "" { "1" } { 1 } 0', "1:5", "found '2'; expected 1"),
        ("NFG 1 R title", "1:9", "expected the title in quotes"),
        ('NFG 1 R "open', "1:9", "without an end"),
        (HEAD + "{ 2 2 } 1 2 3", "1:24", "room for at most 3 numbers in the rest of the file; expected 8"),
        (HEAD + "{ 2 2 }\n1 2 3 4 5 6 7      ", "2:20", "end of the file behind 7 payoffs; expected 8"),
        (HEAD + "{ 2 2 } 1 2 3 4 5 6 7 8 9", "1:48", "found '9' behind the last payoff"),
        (HEAD + "{ 2 2 } 1 2 3 4 nan 6 7 8", "1:40", "found 'nan'; expected a payoff"),
        (HEAD + "{ 2 2 } 1 2 3 4 -inf 6 7 8", "1:40", "found '-inf'"),
        (HEAD + "{ 2 2 } 1 2 3 4 1/0 6 7 8", "1:40", "found '1/0'"),
        (HEAD + "{ 2 2 } 1 2 3 4 1e999999999 6 7 8", "1:40", "found '1e999999999'"),
        (HEAD + "{ 2 2 } 1 2 3 4 " + "9" * 5000 + " 6 7 8", "1:40", "a word of 5,000 characters"),
        (HEAD + "{ 2 }", "1:24", "strategies of 1 players; expected 2"),
        (HEAD + "{ 2 2 2 }", "1:30", "more than 2 players"),
        (HEAD + "{ 2 0 } ", "1:28", "found '0'"),
        (HEAD + "{ 1000000000 1000000000 } 1", "1:24", "cut off"),
        (HEAD + '{ { "a" } { } } 1 1', "1:34", "found no strategies"),
        (HEAD + '{ 1 1 } { { "x" 1 } } 1', "1:34", "1 payoffs of an outcome; expected 2"),
        (HEAD + '{ 1 1 } { { "x" 1 2 } } 2', "1:48", "an integer from 0 to 1"),
        ('NFG 1 R "" { "' + "x" * 1_000_000 + '" } { 1 } 0', "1:14", "of 1,000,000 characters"),
        ('NFG 1 R "" { } { } 0', "1:16", "found no players"),
        ("\x00\x01", "1:1", "expected a game"),
        ("2 2 2 1 2 3 4 5 6 7", "1:7", "room for at most 7"),
        ("1 2 3 x", "1:7", "found 'x'"),
        ("99999999999999999999", "1:1", "expected the number of players"),
        ("1000 5", "1:1", "room for"),
        (TREE, "1:20", "end of the file behind 0 nodes"),
        (TREE + 'p "" 1 1 "" { "x" "y" } 0\nt "" 1 "" { 1 }', "2:16", "expected what follows the action 'y'"),
        (TREE + 'q "" 1', "1:20", "expected a node"),
        (TREE + 'p "" 2 1 "" { "x" } 0 t "" 0', "1:25", "an integer from 1 to 1"),
        (TREE + 'p "" 1 1 0 t "" 0', "1:29", "expected { and the actions"),
        (TREE + 't "" 1 "" { 1 2 }', "1:34", "found '2' behind 1 numbers"),
        (TREE + 't "" 1 "" { }', "1:30", "found 0 numbers; expected 1"),
        (TREE + 't "" 5', "1:25", "outcome 5 without payoffs"),
        (TREE + 't "" 1 "" { inf }', "1:32", "found 'inf'"),
        (TREE + 't "" 0 t "" 0', "1:27", "behind the last node"),
        (TREE + 'c "" 1 "" { "a" 0.3 "b" 0.6 } 0 t "" 0 t "" 0', "1:30", "add up to 9/10; expected exactly 1"),
        (TREE + 'c "" 1 "" { "a" 2 "b" -1 } 0 t "" 0 t "" 0', "1:36", "from 0 to 1"),
        (
            TREE + 'p "" 1 1 "" { "x" "y" } 0\nt "" 0\np "" 1 1 "" { "x" } 0 t "" 0',
            "3:13",
            "found the actions x at set 1 of 1; expected x, y",
        ),
        (TREE + 'p "" 1 1 "" { "x" } 0 p "" 1 1 "" { "x" } 0 t "" 0', "1:20", "absent-mindedness"),
    ],
)
def test_garbage_gets_one_message_with_its_place_and_fast(text, place, words):
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        parse_game(text, "g")
    assert time.monotonic() - began < 1
    (fault,) = caught.value.faults
    assert str(fault).startswith(f"g:{place}:"), str(fault)
    assert words in str(fault)
    assert len(str(fault)) < 400 and "\n" not in str(fault)


def test_files_that_cannot_be_read_say_so(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_game(tmp_path / "none.nfg")
    with pytest.raises(InputError, match="cannot be read"):
        read_game(tmp_path)
    bad = tmp_path / "latin.nfg"
    bad.write_bytes('NFG 1 R\n "é"'.encode("latin-1"))
    with pytest.raises(InputError, match=r"latin.nfg:2:3: found the byte 0xe9"):
        read_game(bad)
    marked = tmp_path / "bom.nfg"
    marked.write_bytes(b"\xef\xbb\xbfNFG 1 R \"\" { \"1\" }\r\n{ 1 } 5\r\n")
    assert read_game(marked).payoff(0, (0,)) == 5
    large = tmp_path / "large.gam"
    with large.open("wb") as stream:
        stream.truncate(50_000_001)
    with pytest.raises(InputError, match="more than 50 MB"):
        read_game(large)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks(data):
    name = data.draw(st.sampled_from(["seltens_horse", "one_card_poker", "chicken"]))
    made = classic.game(name)
    text = format_game(made, "efg" if isinstance(made, GameTree) else "nfg")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    damaged = text[:start] + data.draw(st.sampled_from(["", "{", "}", '"', "-1", "1/0", " x ", "\\", "9" * 30])) + text[end:]
    try:
        parse_game(damaged, "g")
    except InputError as error:
        assert len(error.faults) == 1 and len(str(error)) < 600
