"""Markov perfect equilibria against brute force written from the definitions, and against known games."""

import itertools
import random
from fractions import Fraction as F

import pytest

from detente.errors import UsageError
from detente.games.stochastic import StochasticGame
from detente.solve.stochastic.markov_perfect import markov_perfect
from detente.solve.stochastic.one_shot import best_markov_deviation


def random_game(seed, players=2, states=2, actions=2, order=None, forward=False, low=-3, high=3):
    """Return a game with small whole payoffs; with ``forward`` states only fall or stay."""
    r = random.Random(seed)
    names = ["a", "b", "c"][:players]
    every = list(range(states, -1, -1)) if forward else list(range(states))
    pays, leads = {}, {}
    for s in every:
        pays[s], leads[s] = {}, {}
        for profile in itertools.product("xyz"[:actions], repeat=players):
            pays[s][profile] = tuple(r.randint(low, high) for _ in names)
            targets = list(range(s + 1)) if forward else every
            picked = r.sample(targets, min(2, len(targets)))
            p = F(r.randint(1, 3), 4)
            chances = {picked[0]: p, picked[-1]: 1 - p} if len(picked) > 1 else {picked[0]: 1}
            leads[s][profile] = None if r.random() < 0.15 else chances
    terminal = {0: tuple(r.randint(low, high) for _ in names)} if forward else {}
    factors = [F(r.randint(5, 9), 10) for _ in names]
    own = {name: list("xyz"[:actions]) for name in names}
    return StochasticGame(names, every, own, pays, leads, factors, terminal=terminal, order=order)


def brute_force(game):
    """Return every pure stationary profile from which no one-shot deviation gains.

    Independent of the solver: all combinations of one action at every point, values by iterating the definition to a fixed
    point in exact arithmetic is not finite, so the linear system is solved by Cramer's rule on Fractions.
    """
    sequence = [i for group in game.order for i in group]
    points = []
    for state in game.playing:
        for k in range(len(game.order)):
            earlier = [i for group in game.order[:k] for i in group]
            for seen in itertools.product(*(range(len(game.actions[state][i])) for i in earlier)):
                points += [(state, seen, i) for i in game.order[k]]
    found = []
    for choice in itertools.product(*(range(len(game.actions[s][i])) for s, _, i in points)):
        plan = dict(zip(points, choice, strict=True))

        def play(state, start=(), forced=None):
            seen = start
            for group in game.order:
                if len(seen) >= len(start) + 0 and sum(len(g) for g in game.order[: game.order.index(group)]) < len(start):
                    continue
                moves = []
                for i in group:
                    moves.append(forced[1] if forced and forced[0] == i and seen == start else plan[state, seen, i])
                seen = (*seen, *moves)
            profile = [0] * len(game.players)
            for i, action in zip(sequence, seen, strict=True):
                profile[i] = action
            return tuple(profile)

        ok = True
        for i in range(len(game.players)):
            value = evaluate(game, {s: play(s) for s in game.playing}, i)
            for state, seen, j in points:
                if j != i:
                    continue
                here = worth(game, state, play(state, seen), i, value)
                for action in range(len(game.actions[state][i])):
                    if worth(game, state, play(state, seen, (i, action)), i, value) > here:
                        ok = False
        if ok:
            found.append({(s, seen, i): plan[s, seen, i] for s, seen, i in points})
    return found


def worth(game, state, profile, i, value):
    ahead = sum(q * value[game.states[to]] for to, q in game.transitions[state][profile])
    return game.rewards[state][profile][i] + game.discount_factors[i] * ahead


def evaluate(game, played, i):
    playing = list(game.playing)
    d = game.discount_factors[i]
    rows, right = [], []
    for state in playing:
        row = {state: F(1)}
        total = F(game.rewards[state][played[state]][i])
        for to, q in game.transitions[state][played[state]]:
            there = game.states[to]
            if there in game.terminal:
                total += d * q * game.terminal[there][i]
            else:
                row[there] = row.get(there, F(0)) - d * q
        rows.append([row.get(s, F(0)) for s in playing])
        right.append(total)
    whole = determinant(rows)
    values = {
        s: determinant([[*row[:k], b, *row[k + 1 :]] for row, b in zip(rows, right, strict=True)]) / whole
        for k, s in enumerate(playing)
    }
    return {**{s: each[i] for s, each in game.terminal.items()}, **values}


def determinant(rows):
    if len(rows) == 1:
        return rows[0][0]
    return sum(
        (-1) ** k * rows[0][k] * determinant([[*row[:k], *row[k + 1 :]] for row in rows[1:]])
        for k in range(len(rows))
        if rows[0][k]
    ) or F(0)


def plans(game, result):
    """Return the listed equilibria as plans, in the shape of the brute force."""
    found = []
    for each in result.equilibria:
        plan = {}
        for state in game.playing:
            earlier = []
            for group in game.order:
                for seen in itertools.product(*(range(len(game.actions[state][i])) for i in earlier)):
                    words = ",".join(game.actions[state][i][a] for i, a in zip(earlier, seen, strict=True))
                    for i in group:
                        player = game.players[i]
                        own = each.replies[player][state][words] if words else each.policy[player][state]
                        (action,) = [k for k, p in enumerate(own.values()) if p == 1]
                        plan[state, seen, i] = action
                earlier += group
        found.append(plan)
    return found


@pytest.mark.parametrize("forward", [False, True])
@pytest.mark.parametrize("order", [None, ["b", "a"]])
def test_all_pure_equilibria_are_those_of_brute_force(forward, order):
    met = 0
    for seed in range(12):
        game = random_game(seed, states=2, forward=forward, order=order)
        if not forward and order is not None and seed > 3:
            break  # each of these takes the brute force a second
        expected = brute_force(game)
        if not expected:
            continue
        met += 1
        result = markov_perfect(game, limit=1000)
        assert result.complete
        assert result.count == len(expected)
        assert sorted(map(repr, plans(game, result))) == sorted(map(repr, expected))
    assert met >= 3


@pytest.mark.parametrize("order", [["a", "b", "c"], ["c", ["a", "b"]], None])
def test_three_players_in_any_order_are_those_of_brute_force(order):
    met = 0
    for seed in range(4):
        game = random_game(100 + seed, players=3, states=1, order=order, forward=True)
        expected = brute_force(game)
        if expected:
            met += 1
            result = markov_perfect(game, limit=5000)
            assert result.count == len(expected)
            assert sorted(map(repr, plans(game, result))) == sorted(map(repr, expected))
    assert met >= 2


def test_ties_are_counted_and_none_is_chosen_silently():
    # whatever the one player does, it gets 1 for ever: two actions in each of two states
    game = StochasticGame(
        ["a"], [0, 1], {"a": ["x", "y"]}, lambda s, m: (1,), lambda s, m: 1 - s if m == ("x",) else s, "1/2"
    )
    result = markov_perfect(game)
    assert result.count == 4
    assert [each.values["a"][0] for each in result.equilibria] == [2, 2, 2, 2]


def test_no_pure_equilibrium_in_a_state_that_is_left_gives_the_exact_mixed_one():
    # matching pennies once, winner gets 1; then 5 for both: the equilibrium is 1/2, 1/2 whatever follows
    game = StochasticGame(
        ["a", "b"], ["coin", "end"], {"a": ["h", "t"], "b": ["h", "t"]},
        lambda s, m: (1, -1) if m[0] == m[1] else (-1, 1), lambda s, m: "end", "1/2", terminal={"end": (5, 5)},
    )  # fmt: skip
    result = markov_perfect(game)
    (found,) = result.equilibria
    assert found.policy["a"]["coin"] == {"h": F(1, 2), "t": F(1, 2)}
    assert found.values["a"]["coin"] == F(5, 2)
    assert found.regret == 0
    assert not result.complete


def test_staying_and_mixing_is_certified():
    # general sum, and play may stay: pure best replies cycle
    pays = {("h", "h"): (2, 0), ("h", "t"): (0, 1), ("t", "h"): (0, 1), ("t", "t"): (1, 0)}
    game = StochasticGame(
        ["a", "b"], ["coin", "end"], {"a": ["h", "t"], "b": ["h", "t"]},
        {"coin": pays}, lambda s, m: "coin" if m == ("h", "h") else "end", "9/10", terminal={"end": (0, 0)},
    )  # fmt: skip
    (found,) = markov_perfect(game).equilibria
    # b is indifferent: with x = chance of h by a and w = value of b, x*(0.9 w) + (1-x) = x, and w is both
    # so w = x and 0.9 x**2 - 2 x + 1 = 0
    x = (2 - (4 - 3.6) ** 0.5) / 1.8
    assert float(found.policy["a"]["coin"]["h"]) == pytest.approx(x, abs=1e-9)
    assert float(found.values["b"]["coin"]) == pytest.approx(x, abs=1e-9)
    assert float(found.regret) < 1e-9


@pytest.mark.parametrize("seed", [0, 2])
def test_logit_finds_a_certified_equilibrium_of_random_games(seed):
    game = random_game(200 + seed, states=3, actions=3, order=["a", "b"] if seed % 3 == 2 else None)
    found = markov_perfect(game, "logit").equilibria[0]
    assert float(found.regret) < 1e-7


def test_the_first_is_that_of_the_tie_rule():
    # b is indifferent after everything, a too: of equals the first
    game = StochasticGame(
        ["a", "b"], [1, 0], {"a": ["rest", "act"], "b": ["hold", "strike"]},
        lambda s, m: (0, 0), lambda s, m: 0, "1/2", terminal={0: (1, 1)}, order=["a", "b"],
    )  # fmt: skip
    result = markov_perfect(game)
    assert result.count == 8
    assert result.equilibria[0].policy["a"][1] == {"rest": 1, "act": 0}
    assert result.equilibria[0].replies["b"][1] == {"rest": {"hold": 1, "strike": 0}, "act": {"hold": 1, "strike": 0}}


def test_more_equilibria_than_are_listed_are_counted():
    game = StochasticGame(
        ["a"], list(range(8)), {"a": ["x", "y"]}, lambda s, m: (0,), lambda s, m: s - 1 if s else None, "1/2", start=7
    )
    result = markov_perfect(game, limit=3)
    assert (result.count, len(result.equilibria), result.complete) == (256, 3, True)
    assert "3 are listed" in result.missing


def test_the_check_refuses_what_is_no_profile():
    game = random_game(0)
    with pytest.raises(UsageError, match="no behavior in state 0"):
        best_markov_deviation(game, {})
    with pytest.raises(UsageError, match="add up to 1"):
        best_markov_deviation(game, {(s, ()): {"a": {"x": 1}, "b": {"x": F(1, 2)}} for s in game.playing})


def test_a_profile_that_is_no_equilibrium_has_a_positive_gain_at_the_place_where_it_arises():
    deal = StochasticGame(
        ["a", "b"], ["deal"], {"a": ["keep", "break"], "b": ["keep", "break"]},
        {"deal": {("keep", "keep"): (1, 1), ("keep", "break"): (-1, 2), ("break", "keep"): (2, -1), ("break", "break"): (0, 0)}},
        lambda s, m: "deal" if m == ("keep", "keep") else None, "1/3",
    )  # fmt: skip
    found = best_markov_deviation(deal, {("deal", ()): {"a": {"keep": 1}, "b": {"keep": 1}}})
    # to keep is worth 1/(1 - 1/3) = 3/2, to break 2
    assert (found.gain, found.player, found.action) == (F(1, 2), "a", "break")


def test_counting_payoffs_of_one_player_in_another_unit_changes_no_equilibrium():
    for seed in range(4):
        game = random_game(seed, forward=True)
        pays = {s: {m: (1000 * u[0], u[1]) for m, u in zip(game.labels(s), own.values(), strict=True)} for s, own in game.rewards.items()}
        leads = {
            s: {m: {game.states[to]: q for to, q in each} or None for m, each in zip(game.labels(s), own.values(), strict=True)}
            for s, own in game.transitions.items()
        }
        scaled = StochasticGame(
            game.players, game.states, {"a": ["x", "y"], "b": ["x", "y"]}, pays, leads, game.discount_factors,
            terminal={0: (1000 * game.terminal[0][0], game.terminal[0][1])},
        )  # fmt: skip
        one, other = markov_perfect(game), markov_perfect(scaled)
        assert one.count == other.count
        if one.complete:
            assert [e.policy for e in one.equilibria] == [e.policy for e in other.equilibria]


def test_floats_are_solved_as_floats_and_say_so():
    game = random_game(3, forward=True)
    pays = {s: dict(zip(game.labels(s), own.values(), strict=True)) for s, own in game.rewards.items()}
    leads = {
        s: {m: {game.states[to]: q for to, q in each} or None for m, each in zip(game.labels(s), own.values(), strict=True)}
        for s, own in game.transitions.items()
    }
    own = {"a": ["x", "y"], "b": ["x", "y"]}
    floats = StochasticGame(game.players, game.states, own, pays, leads, [float(d) for d in game.discount_factors], terminal=game.terminal)
    exact, rounded = markov_perfect(game), markov_perfect(floats)
    assert (exact.arithmetic, rounded.arithmetic) == ("exact", "float")
    assert exact.count == rounded.count
    assert rounded.equilibria[0].values["a"][2] == pytest.approx(float(exact.equilibria[0].values["a"][2]), rel=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"states": ["deal", "deal"]}, "different states"),
        ({"discount_factor": "3/2"}, "between 0 and 1"),
        ({"discount_factor": ["1/2"]}, "found 1 discount factors"),
        ({"discount_factor": 1}, "can come back"),
        ({"next": lambda s, m: "nowhere"}, "unknown state 'nowhere'"),
        ({"next": lambda s, m: {"deal": "1/2"}}, "add up to 1"),
        ({"payoffs": lambda s, m: (1,)}, "one number for each"),
        ({"payoffs": lambda s, m: (1, float("nan"))}, "finite"),
        ({"actions": {"c": ["x"]}}, "unknown player 'c'"),
        ({"order": ["a"]}, "each of a, b once"),
        ({"terminal": {"deal": (0, 0)}}, "terminal states only"),
        ({"start": "dael"}, "did you mean 'deal'"),
    ],
)
def test_what_is_no_game_is_refused_with_what_was_found(change, message):
    good = {
        "players": ["a", "b"], "states": ["deal"], "actions": {"a": ["keep"], "b": ["keep", "break"]},
        "payoffs": lambda s, m: (1, 1), "next": lambda s, m: "deal", "discount_factor": "1/2",
    }  # fmt: skip
    StochasticGame(**good)
    with pytest.raises(UsageError, match=message):
        StochasticGame(**{**good, **change})


def test_a_game_with_finitely_many_periods_may_count_them_all_alike():
    game = StochasticGame(
        ["a"], [2, 1, 0], {"a": ["rest", "work"]}, lambda s, m: (int(m == ("work",)),), lambda s, m: s - 1, 1,
        terminal={0: (0,)},
    )  # fmt: skip
    assert markov_perfect(game).equilibria[0].values["a"][2] == 2
