"""What conclusions take payoffs to be, confirmed by other ways of counting payoffs and by witnesses."""

from fractions import Fraction
from random import Random

import pytest

import detente
from detente.conclusions import _recounted_trees
from detente.conclusions.conclusion import Conclusion, parse_conclusion
from detente.conclusions.meaning import LEVELS, RESULTS, confirm, meaning, meaning_of_result, truth
from detente.errors import UsageError
from detente.facade import Study
from detente.formula import parse
from detente.games.extensive import decision, terminal
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.two_players.ordinal import trust_threshold

F = Fraction
NAMES = {"players": ["a", "b"], "strategies": [["c", "d"], ["c", "d"]]}
#: Every payoff is a parameter, so that every order of payoffs and of their differences occurs.
ANY = SymbolicGame(
    [[["r", "s"], ["t", "p"]], [["q", "w"], ["o", "m"]]], {name: (0, 5) for name in "rstpqwom"} | {"x": (1, 2, 3)}, **NAMES
)


def p(player, *profile):
    return f"payoff[{player}][{', '.join(profile)}]"


# conclusion, its level, and the game in which a wider way of counting breaks it
CASES = [
    ("equilibrium:c,c", "ordinal"),
    ("set:c,c;d,d", "ordinal"),
    ("none", "ordinal"),
    ("dominant:a=d", "ordinal"),
    ("class:stag_hunt", "ordinal"),
    ("unique:c,c", "ordinal"),
    ("selected:c,c", "cardinal"),
    (f"sign:{p('a', 'c', 'c')} - {p('a', 'd', 'c')}", "ordinal"),
    (f"sign:3*{p('a', 'c', 'c')} - 3*{p('a', 'd', 'd')}", "ordinal"),
    # a product of two differences, one for each player: the sign of each is ordinal
    (f"sign:({p('a', 'c', 'c')} - {p('a', 'd', 'c')})*({p('b', 'c', 'd')} - {p('b', 'c', 'c')})", "ordinal"),
    (f"sign:min({p('a', 'c', 'c')} - {p('a', 'd', 'c')}, {p('b', 'c', 'c')} - {p('b', 'c', 'd')})", "ordinal"),
    # supermodularity: differences of differences of one player
    (f"sign:{p('a', 'd', 'd')} - {p('a', 'c', 'd')} - {p('a', 'd', 'c')} + {p('a', 'c', 'c')}", "cardinal"),
    # risk dominance written out
    (
        f"sign:({p('a', 'c', 'c')} - {p('a', 'd', 'c')})*({p('b', 'c', 'c')} - {p('b', 'c', 'd')})"
        f" - ({p('a', 'd', 'd')} - {p('a', 'c', 'd')})*({p('b', 'd', 'd')} - {p('b', 'd', 'c')})",
        "cardinal",
    ),
    # a quotient of differences against a number: what a critical discount factor is compared with
    (f"sign:({p('a', 'd', 'c')} - {p('a', 'd', 'd')})/({p('a', 'c', 'c')} - {p('a', 'c', 'd')}) - 1/2", "cardinal"),
    (f"sign:{p('a', 'c', 'c')} - {p('a', 'd', 'd')} + {p('b', 'c', 'c')} - {p('b', 'd', 'd')} - {p('b', 'd', 'c')} + {p('b', 'd', 'd')}", "common_unit"),
    # the sum over players, confrontation against cooperation
    (f"sign:{p('a', 'c', 'c')} + {p('b', 'c', 'c')} - {p('a', 'd', 'c')} - {p('b', 'c', 'd')}", "common_unit"),
    (f"sign:{p('a', 'c', 'c')} - {p('b', 'd', 'd')} - 3", "money"),
    (f"sign:{p('a', 'c', 'c')} - 4", "money"),
    (f"sign:{p('a', 'd', 'd')}", "money"),
    (f"sign:x*({p('a', 'c', 'c')} - {p('a', 'd', 'd')}) - x*x", "money"),
    ("sign:x - 2", "ordinal"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "level"), CASES)
def test_the_level_is_confirmed_by_random_changes_and_a_witness(text, level):
    found = confirm(ANY, text, trials=150)
    assert found.meaning.level == level
    assert found.trials == 150
    if level != "ordinal":
        assert found.wider == LEVELS[LEVELS.index(level) - 1]
        assert found.witness is not None
        # the witness is checked by hand: the game of its point, counted as it says
        point, counting = found.witness
        game = ANY.at(point)
        table = [[[counting.values[i][game.payoff(i, (r, s))] for s in (0, 1)] for r in (0, 1)] for i in (0, 1)]
        parsed = parse_conclusion(text, ANY.players, ANY.strategies)
        assert truth(game, parsed, point) != truth(NormalFormGame(table, **NAMES), parsed, point)
        for i in (0, 1):
            before, after = zip(*sorted(counting.values[i].items()), strict=True)
            assert list(after) == sorted(set(after))
            if found.wider != "ordinal":
                slopes = {(b - a) / (y - x) for (x, y), (a, b) in zip(zip(before, before[1:], strict=False), zip(after, after[1:], strict=False), strict=True)}
                assert len(slopes) <= 1


def increasing(random, values):
    """A strictly increasing map on some values, made here."""
    new = sorted(random.sample(range(1000), len(values)))
    return dict(zip(sorted(values), new, strict=True))


def test_ordinal_conclusions_survive_any_increasing_change_in_random_games_with_ties():
    random = Random(2)
    texts = ["equilibrium:c,d", "none", "dominant:b=c", "unique:d,d", "class:chicken", "set:c,d;d,c"]
    held = dict.fromkeys(texts, 0)
    for _ in range(150):
        table = [[[random.randint(0, 3) for _ in (0, 1)] for _ in (0, 1)] for _ in (0, 1)]
        maps = [increasing(random, {v for row in own for v in row}) for own in table]
        other = [[[m[v] for v in row] for row in own] for m, own in zip(maps, table, strict=True)]
        for text in texts:
            parsed = parse_conclusion(text, *NAMES.values())
            first, second = (truth(NormalFormGame(each, **NAMES), parsed) for each in (table, other))
            assert first == second, (text, table, other)
            held[text] += first
    assert all(count > 0 for count in held.values())


def test_uniqueness_in_larger_games_survives_affine_changes_only():
    # rock, paper, scissors with a safe fourth strategy: whether the mixture is beaten by it depends on differences
    wins = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    rows = [[*row, "-s"] for row in wins] + [["s", "s", "s", 0]]
    columns = [[-v if v != "-s" else "s" for v in row[:3]] + ["-s"] for row in rows[:3]] + [["-s", "-s", "-s", 0]]
    game = SymbolicGame([rows, columns], {"s": ("-1/2", "1/2")}, players=["a", "b"], strategies=[["r", "p", "s", "safe"]] * 2)
    assert meaning(game, "unique:safe,safe").level == "cardinal"
    found = confirm(game, "unique:safe,safe", trials=25)
    assert found.witness is not None


def test_what_results_are_said_to_need_is_what_they_need():
    random = Random(4)
    for _ in range(25):
        t = [[[random.randint(-9, 9) for _ in (0, 1)] for _ in (0, 1)] for _ in (0, 1)]
        scale, shift = [F(random.randint(1, 9), random.randint(1, 9)) for _ in (0, 1)], [random.randint(-9, 9) for _ in (0, 1)]
        affine = [[[scale[i] * v + shift[i] for v in row] for row in t[i]] for i in (0, 1)]
        maps = [increasing(random, {v for row in own for v in row}) for own in t]
        ordered = [[[m[v] for v in row] for row in own] for m, own in zip(maps, t, strict=True)]
        g, h, o = (NormalFormGame(each, **NAMES) for each in (t, affine, ordered))
        assert RESULTS["class"] == RESULTS["player type"] == "ordinal"
        assert detente.ordinal_class(g).name == detente.ordinal_class(o).name
        assert RESULTS["pareto set"] == "ordinal"
        assert detente.pareto_set(g).profiles == detente.pareto_set(o).profiles
        assert RESULTS["risk dominance"] == RESULTS["trust threshold"] == RESULTS["mixed equilibrium"] == "cardinal"
        assert detente.risk_dominant(g) == detente.risk_dominant(h)
        assert [trust_threshold(g, i) for i in (0, 1)] == [trust_threshold(h, i) for i in (0, 1)]
        assert [e.mixed for e in detente.equilibria(g).equilibria] == [e.mixed for e in detente.equilibria(h).equilibria]


def test_a_critical_discount_factor_is_cardinal_and_no_less():
    table = [[[3, 0], [5, 1]], [[3, 5], [0, 1]]]

    def factor(values):
        return detente.critical_discount_factor(NormalFormGame(values, **NAMES), "grim", target=("c", "c")).overall

    affine = [[[7 * v - 3 for v in row] for row in table[0]], [[v / F(2) + 9 for v in row] for row in table[1]]]
    increasing_only = [[[v**3 for v in row] for row in own] for own in table]
    assert meaning_of_result("critical discount factor").level == "cardinal"
    assert factor(table) == factor(affine) == F(1, 2)
    assert factor(increasing_only) != F(1, 2)


def test_named_formulas_of_confrontation(study_root):
    game = Study(study_root).game("confrontation")
    levels = {name: game.meaning(name).level for name in game.model.definition.conclusions}
    # A = T - R, B = P - S, D = R - P of one player; M = B - A; a sum over both players
    kinds = {"A": "ordinal", "B": "ordinal", "D": "ordinal", "M": "cardinal", "sum": "common_unit"}
    assert levels == {name: kinds[name.partition("_")[0]] for name in levels}
    for name, level in levels.items():
        found = confirm(game.symbolic, game.conclusion(name), trials=60)
        # no witness is owed for the sum: where both players gain, it is positive in whatever units
        assert name.startswith("sum") or (found.witness is not None) == (level != "ordinal")


def test_formulas_that_are_not_seen_through_count_as_about_amounts():
    text = f"sign:sqrt({p('a', 'c', 'c')}) - {p('a', 'd', 'd')}"
    found = meaning(ANY, text)
    assert found.level == "money"
    assert "not seen through" in found.why


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("max(payoff[p][x, x], payoff[p][x, y]) - payoff[p][y, y]", "ordinal"),
        ("payoff[p][x, x] - 2*min(payoff[p][x, y], payoff[p][y, x]) + payoff[p][y, y]", "cardinal"),
        ("min(payoff[p][x, x], payoff[p][x, y]) - max(payoff[p][y, x], payoff[p][y, y])", "ordinal"),
        ("max(payoff[p][x, x], payoff[q][x, x]) - payoff[p][y, y]", "money"),
    ],
)
def test_extremes_of_payoffs_compared_with_a_payoff_mean_what_each_comparison_means(text, level):
    game = NormalFormGame([[[1, 0], [2, 5]], [[3, 1], [0, 2]]], ["p", "q"], [["x", "y"]] * 2)
    assert meaning(game, f"sign:{text}").level == level
    confirm(game, f"sign:{text}", trials=60)


def test_strategies_whose_names_join_to_the_same_are_told_apart():
    game = NormalFormGame([[[1, 0], [2, 5]], [[0, 0], [0, 0]]], ["p", "q"], [["a", "a_b"], ["c", "b_c"]])
    text = "sign:payoff[p][a, b_c] - payoff[p][a_b, c] + payoff[p][a_b, b_c] - payoff[p][a, c]"
    assert meaning(game, text).level == "cardinal"
    assert confirm(game, text, trials=40).witness is not None


def test_three_players_have_levels_too():
    table = [[[[i + 2 * k - m * n for n in (0, 1)] for m in (0, 1)] for k in (0, 1)] for i in range(3)]
    game = NormalFormGame(table)
    assert meaning(game, "equilibrium:1,1,1").level == "ordinal"
    assert meaning(game, "unique:1,1,1").level == "cardinal"
    assert confirm(game, "equilibrium:2,1,1", trials=10).witness is None
    # with one player that has a choice the order of its payoffs is enough
    alone = NormalFormGame([[[1, 2, 3]], [[3, 1, 2]]])
    assert meaning(alone, "unique:1,1").level == "ordinal"
    assert confirm(alone, "unique:1,1", trials=10).meaning.level == "ordinal"


def test_a_wrong_label_would_be_caught(monkeypatch):
    from detente.conclusions import meaning as module

    monkeypatch.setattr(module, "meaning", lambda *_: module.Meaning("ordinal", "it is not"))
    with pytest.raises(AssertionError, match="is not ordinal"):
        confirm(ANY, "selected:c,c", trials=100)


def test_unknown_results_and_payoffs_are_refused():
    with pytest.raises(UsageError, match="did you mean 'core'"):
        meaning_of_result("cores")
    with pytest.raises(UsageError, match="does not have"):
        meaning(ANY, "sign:payoff[a][c, e]")
    with pytest.raises(UsageError, match="does not have"):
        meaning(ANY, "sign:payoff[z][c, c]")
    assert {meaning_of_result(name).level for name in RESULTS} == set(LEVELS)


def test_every_kind_of_conclusion_has_a_label():
    for text, level in CASES:
        found = meaning(ANY, text)
        assert found.level == level
        assert found.sentence.startswith(level.replace("_", " ") if "payoff" in text or ":x" not in text else "parameters")


def test_conclusions_on_trees_are_ordinal_without_chance_and_cardinal_with_it(study_root):
    study = Study(study_root)
    balancing, types = study.game("pakistan_balancing"), study.game("pakistan_balancing:types")
    assert balancing.meaning("equilibrium:none,none,stay").level == "ordinal"
    assert types.meaning("equilibrium:loyal,none,none,stay").level == "cardinal"
    assert balancing.meaning("punish_b").level in {"ordinal", "cardinal"}
    # any increasing change of a player's payoffs leaves the paths of backward induction as they are
    random = Random(6)

    def build(maps, node=0):
        here = tree.nodes[node]
        if here.kind == "terminal":
            return terminal(*(m[v] for m, v in zip(maps, tree.payoffs(node), strict=True)))
        return decision(tree.players[here.player], {a: build(maps, c) for a, c in zip(here.actions, here.children, strict=True)})

    for point in ("baseline", "rep_strong"):
        tree = balancing.at(point)
        maps = [increasing(random, {tree.payoffs(end.index)[i] for end in tree.terminals}) for i in range(3)]
        paths = [
            {tuple(each["actions"]) for found in solved.to_json()["equilibria"] for each in found["path"]}
            for solved in map(detente.subgame_perfect, (tree, detente.GameTree(tree.players, build(maps))))
        ]
        assert paths[0] == paths[1]


def test_conclusions_about_paths_survive_increasing_changes_and_a_wrong_label_is_found(study_root, monkeypatch):
    """The tree of an entrant: it comes in where sharing pays it more than staying out."""
    entry = SymbolicTree(["e", "i"], decision("e", {
        "out": terminal(0, "m"),
        "in": decision("i", {"share": terminal("d", "d"), "fight": terminal("-k", "d - f")}),
    }), {"m": (2, 4), "d": (-1, 2), "k": (1, 2), "f": (-1, 1)})  # fmt: skip
    point = {"m": F(3), "d": F(1), "k": F(1), "f": F(1, 2)}
    for seed in range(20):
        other = _recounted_trees.increased(entry.at_point(point), Random(seed))
        before, after = entry.at_point(point), other
        for player in (0, 1):
            pairs = sorted((before.totals[node][player], after.totals[node][player]) for node in (each.index for each in before.terminals))
            assert all(x[1] < y[1] for x, y in zip(pairs, pairs[1:], strict=False) if x[0] < y[0])
            assert all(x[1] == y[1] for x, y in zip(pairs, pairs[1:], strict=False) if x[0] == y[0])
        assert _recounted_trees.tree_truth(other, Conclusion("equilibrium:in,share", "equilibrium"))
        assert not _recounted_trees.tree_truth(other, Conclusion("selected:out", "selected"))
    found = confirm(entry, Conclusion("set:out", "set"), trials=40)
    assert (found.meaning.level, found.trials, found.wider) == ("ordinal", 40, None)
    monkeypatch.setattr(_recounted_trees, "increased", lambda tree, random: entry.at_point({**point, "d": F(random.choice([-1, 1]))}))
    with pytest.raises(AssertionError, match="other payoffs change it"):
        confirm(entry, Conclusion("selected:out", "selected"), trials=40)
    with pytest.raises(UsageError, match="about paths"):
        confirm(entry, parse("m - d"), trials=2)


def test_a_game_of_a_study_tests_its_conclusions(study_root):
    game = Study(study_root).game("confrontation")
    found = game.confirm("A_us", "sum_gain", "selected:cooperate,cooperate", trials=20)
    data = {each["conclusion"]: each for each in found.to_json()}
    assert [each["level"] for each in data.values()] == ["ordinal", "common_unit", "cardinal"]
    assert {each["trials"] for each in data.values()} == {20}
    assert data["selected:cooperate,cooperate"]["witness"] is True
    assert "unchanged by 20" in str(found)
    (bare,) = Study(study_root).game("forge_tipping").confirm("continuum_share", trials=5).to_json()
    assert bare["trials"] == 0 and "no payoff" in bare["not_tested"]
    (path,) = Study(study_root).game("price_predation").confirm("equilibrium:out", trials=5).to_json()
    assert (path["level"], path["trials"]) == ("ordinal", 5)


def test_conclusions_about_games_with_states_are_labelled_and_said_not_to_be_tested(study_root):
    (found,) = Study(study_root).game("rebuild_race").confirm("selected:frozen", trials=2).to_json()
    assert found["level"] == "cardinal" and "not counted in other ways" in found["not_tested"]
