"""Agreement with Gambit on trees and files. Measured with pygambit 17.0.0b2."""

from __future__ import annotations

import io
import itertools
import pathlib
import random

import pytest

from detente.errors import InputError
from detente.games import classic
from detente.games.extensive import GameTree, chance, decision, terminal
from detente.games.formats import GameFile, format_game, parse_game, read_file
from detente.solve.trees.sequential import sequential_equilibria

pygambit = pytest.importorskip("pygambit")
if not hasattr(pygambit, "read_efg"):
    pytest.skip("needs pygambit 17", allow_module_level=True)
CATALOG = pathlib.Path(pygambit.__file__).parent / "catalog_data"
FILES = sorted(each for form in ("efg", "nfg") for each in CATALOG.rglob(f"*.{form}"))
#: Trees with absent-mindedness, which detente refuses: Gilboa (1997), and Shoham and Leyton-Brown's figure 5.12.
REFUSED = {"gilboa1997/fig1.efg", "shohamleytonbrown2008/fig5_12.efg"}


def to_gambit(game, form):
    reader = pygambit.read_efg if form == "efg" else pygambit.read_nfg
    return reader(io.BytesIO(format_game(game, form).encode()))


def payoffs(game):
    return [[str(x) for x in table.flat] for table in game.payoffs]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CATALOG)))
def test_every_game_of_gambits_catalog_is_read_and_comes_back(path):
    if "/".join(path.parts[-2:]) in REFUSED:
        with pytest.raises(InputError, match="absent-mindedness"):
            read_file(path)
        return
    made = read_file(path)
    assert parse_game(format_game(made, made.format)) == made
    # What Gambit reads from what is written here has the same normal form as the original.
    theirs = parse_game(to_gambit(made, made.format).to_nfg()).game
    original = pygambit.read_efg(str(path)) if path.suffix == ".efg" else pygambit.read_nfg(str(path))
    assert payoffs(theirs) == payoffs(parse_game(original.to_nfg()).game)
    own = made.game.reduced_normal_form() if isinstance(made.game, GameTree) else made.game
    if not isinstance(made.game, GameTree) or made.game.perfect_recall:
        assert own.shape == theirs.shape
        assert sorted(map(sorted, payoffs(own))) == sorted(map(sorted, payoffs(theirs)))


@pytest.mark.parametrize("name", classic.names())
def test_what_is_written_is_read_by_gambit_and_back(name):
    game = classic.game(name)
    form = "efg" if isinstance(game, GameTree) else "nfg"
    theirs = to_gambit(GameFile(game, "title"), form)
    back = parse_game(theirs.to_efg() if form == "efg" else theirs.to_nfg())
    assert back.title == "title" and back.game.players == game.players
    if form == "nfg":
        assert back.game == game
    else:
        assert [back.game.payoffs(x.index) for x in back.game.terminals] == [game.payoffs(x.index) for x in game.terminals]
        assert [x.nodes for x in back.game.information_sets] == [x.nodes for x in game.information_sets]


def random_tree(rng, players, ends=9):
    while True:
        count = itertools.count(1)

        def grow(depth):
            if depth == 0 or (depth < 3 and rng.random() < 0.3) or next(count) > ends // 2:
                return terminal(*(rng.randint(0, 9) for _ in range(players)))
            below = {f"a{k}": grow(depth - 1) for k in range(2)}
            if rng.random() < 0.2:
                return chance({"a0": ("1/3", below["a0"]), "a1": ("2/3", below["a1"])})
            return decision(rng.randrange(players), below, f"{rng.randrange(3)}")

        try:
            tree = GameTree([str(k + 1) for k in range(players)], grow(4))
        except Exception:
            continue
        if tree.perfect_recall and any(len(each.nodes) > 1 for each in tree.information_sets):
            return tree


@pytest.mark.parametrize("seed", range(12))
def test_the_limit_of_quantal_responses_lies_in_a_family_of_sequential_equilibria(seed):
    # McKelvey and Palfrey (1998), theorem 4: limits of logit agent quantal responses are sequential equilibria.
    tree = random_tree(random.Random(seed), 2)
    result = sequential_equilibria(tree)
    assert result.complete
    limit = pygambit.nash.logit_solve(to_gambit(tree, "efg"), maxregret=1e-7).equilibrium
    theirs = {}
    for player in tree.players:
        for each, (_, own) in zip(tree.sets_of(player), limit[player], strict=True):
            theirs[player, each.label] = [float(own[a]) for a in each.actions]

    def near(equilibrium):
        for (player, label), row in theirs.items():
            own = equilibrium.profile[player][label]
            for (action, p), q in zip(own.items(), row):
                low, high = equilibrium.strategy_ranges.get(player, {}).get(label, {}).get(action, (p, p))
                if not float(low) - 0.02 <= q <= float(high) + 0.02:
                    return False
        return True

    assert any(near(each) for each in result.equilibria)
