"""Kinds of games from draws, against the exact solver and the definitions of conclusions, draw by draw."""

import pickle
import random
from fractions import Fraction as F

import numpy as np
import pytest

from detente.conclusions.conclusion import parse_conclusion
from detente.conclusions.game_signs import game_signs
from detente.conclusions.robustness.normal_forms import NormalForms
from detente.conclusions.robustness.two_by_two import TwoByTwo
from detente.errors import UsageError
from detente.formula import parse
from detente.games.symbolic import SymbolicGame
from detente.solve.equilibria import equilibria
from detente.solve.two_players.ordinal import ordinal_class, risk_dominant

NAMES = ("a", "b", "c")


def random_game(shape, seed, spread=3):
    rng = random.Random(seed)

    def nest(sizes):
        if not sizes:
            return f"{rng.randint(-spread, spread)} + {rng.randint(-spread, spread)}*{rng.choice(NAMES)} + {rng.choice(NAMES)}*{rng.choice(NAMES)}"
        return [nest(sizes[1:]) for _ in range(sizes[0])]

    return SymbolicGame(nest((len(shape), *shape)), dict.fromkeys(NAMES, (-2, 2)))


def grid(count, seed):
    """Points on a grid of quarters, where ties are common, exact in binary."""
    rng = np.random.default_rng(seed)
    return {name: rng.integers(-8, 9, count) / 4 for name in NAMES}


def at(game, values, draw):
    return game.at({name: F(float(each[draw])) for name, each in values.items()})


def stable(numeric):
    """The pure equilibria by their definition."""
    return {
        profile
        for profile in numeric.profiles()
        if all(
            numeric.payoff(player, profile) >= numeric.payoff(player, (*profile[:player], other, *profile[player + 1 :]))
            for player in range(len(numeric.players))
            for other in range(numeric.shape[player])
        )
    }


def text(game, profile):
    return ",".join(own[k] for own, k in zip(game.strategies, profile, strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_codes_of_2x2_games_tell_what_the_exact_solver_finds_ties_included(seed):
    game = random_game((2, 2), seed)
    classifier = pickle.loads(pickle.dumps(TwoByTwo.of(game, {}, {})))
    values = grid(60, seed)
    codes = classifier.classify(values, 60).codes
    for draw, code in enumerate(codes):
        numeric = at(game, values, draw)
        pure = stable(numeric)
        found = equilibria(numeric)
        for profile in game.profiles():
            name = text(game, profile)
            assert classifier.holds(f"equilibrium:{name}", code) == (profile in pure)
            sole = found.complete and len(found.equilibria) == 1 and profile in pure
            assert classifier.holds(f"unique:{name}", code) == sole
            selected = profile == risk_dominant(numeric) or sole
            assert classifier.holds(f"selected:{name}", code) == selected
        assert classifier.holds("none", code) == (not pure)
        assert classifier.label("class", code) == ordinal_class(numeric).name
        assert classifier.label("set", code) == (";".join(text(game, each) for each in sorted(pure)) or "none")


@pytest.mark.parametrize("shape, seed", [((2, 3), 1), ((3, 3), 2), ((4, 2), 3), ((2, 2, 2), 4), ((3, 2, 2), 5), ((1, 3), 6)])
def test_codes_of_larger_games_tell_what_the_exact_solver_finds(shape, seed):
    game = random_game(shape, seed)
    asked = {
        "dominant:1=1": parse_conclusion("dominant:1=1", game.players, game.strategies),
        "gain": parse("a*b - c"),
    }
    classifier = pickle.loads(pickle.dumps(NormalForms.of(game, asked, {})))
    values = grid(40, seed)
    verdicts = classifier.classify(values, 40)
    assert classifier.truths == ("gain", "dominant:1=1")
    for draw, code in enumerate(verdicts.codes.tolist()):
        numeric = at(game, values, draw)
        pure = stable(numeric)
        for profile in game.profiles():
            assert classifier.holds(f"equilibrium:{text(game, profile)}", code) == (profile in pure)
        assert classifier.holds("none", code) == (not pure)
        everything = "set:" + ";".join(text(game, each) for each in pure)
        assert classifier.holds(everything, code)
        if len(shape) == 2:
            found = equilibria(numeric)
            for profile in pure:
                assert classifier.holds(f"selected:{text(game, profile)}", code) == (len(found.equilibria) == 1)
        own = [[numeric.payoff(0, (k, *rest)) for k in range(shape[0])] for rest in np.ndindex(*shape[1:])]
        assert verdicts.truths[1][draw] == all(row[0] > max(row[1:], default=-np.inf) for row in own)
        assert verdicts.truths[0][draw] == (values["a"][draw] * values["b"][draw] > values["c"][draw])


def test_codes_of_games_with_many_profiles_become_bytes_and_read_back_whole():
    """Six players, a public good: everybody keeps where c > 0, everybody gives where c < 0; 64 profiles and one bit."""
    def pay(player):
        def nest(chosen):
            if len(chosen) == 6:
                return f"{sum(chosen)} + {chosen[player]}*(-1 - c)" if chosen[player] else f"{sum(chosen)}"
            return [nest((*chosen, k)) for k in (0, 1)]
        return nest(())

    game = SymbolicGame([pay(player) for player in range(6)], {"c": (-1, 1)}, strategies=[["keep", "give"]] * 6)
    classifier = NormalForms.of(game, {}, {})
    verdicts = classifier.classify({"c": np.array([0.5, -0.5, 0.25])}, 3)
    assert verdicts.codes.dtype.kind == "S"
    every = [",".join([word] * 6) for word in ("keep", "give")]
    assert [classifier.label("set", code) for code in verdicts.codes.tolist()] == [every[0], every[1], every[0]]
    assert classifier.listed(set(verdicts.codes.tolist())) == (
        f"equilibrium:{every[0]}", f"equilibrium:{every[1]}", "none", f"set:{every[0]}", f"set:{every[1]}",
    )  # fmt: skip
    with pytest.raises(UsageError, match="nothing is called unique or selected"):
        classifier.check(f"selected:{every[0]}")


def test_players_who_only_count_the_others_are_judged_as_the_definition_says():
    """Payoffs by how many others take part, and for the first player also who: few different payoffs for many profiles."""
    def pay(player):
        def nest(chosen):
            if len(chosen) < 4:
                return [nest((*chosen, k)) for k in range(3 if len(chosen) == 1 else 2)]
            others = sum(chosen) - chosen[player]
            known = "b*c" if player == 0 and chosen[3] else "0"
            return f"{chosen[player]}*(a*{others} - c + {known}) + {others * others}*b"
        return nest(())

    game = SymbolicGame([pay(player) for player in range(4)], dict.fromkeys(NAMES, (-2, 2)))
    classifier, values = NormalForms.of(game, {}, {}), grid(60, 9)
    for draw, code in enumerate(classifier.classify(values, 60).codes.tolist()):
        pure = stable(at(game, values, draw))
        for profile in game.profiles():
            assert classifier.holds(f"equilibrium:{text(game, profile)}", code) == (profile in pure)
        for moves in ("1=2", "2=3,4=1", "1=1,2=2,3=1,4=2"):
            wanted = {int(one[0]) - 1: int(one[2]) - 1 for one in moves.split(",")}
            assert classifier.holds(f"played:{moves}", code) == any(all(each[i] == k for i, k in wanted.items()) for each in pure)


def test_held_values_cancel_exactly_where_floats_would_not():
    """a = 0.1 + 0.2 and b = 0.3 tie exactly; as floats they differ."""
    cells = [["a1 + a2", 0], ["b", 0]]
    game = SymbolicGame([cells, [[0, 0], [0, 0]]], {"a1": (0, 1), "a2": (0, 1), "b": (0, 1)})
    held = {"a1": F(1, 10), "a2": F(1, 5), "b": F(3, 10)}
    code = TwoByTwo.of(game, {}, held).classify({}, 1).codes[0]
    assert TwoByTwo.of(game, {}, held).label("set", code) == "1,1;1,2;2,1;2,2"


def test_ties_do_not_depend_on_the_unit_of_payoffs():
    cells = [[["a", 0], ["a", 1]], [[0, 1], [1, 0]]]
    tiny = [[[f"({each})/10**12 + 5" for each in row] for row in table] for table in cells]
    values = {"a": np.linspace(0.01, 0.99, 50)}
    for classifier in (TwoByTwo, NormalForms):
        plain, scaled = (classifier.of(SymbolicGame(each, {"a": (0, 1)}), {}, {}) for each in (cells, tiny))
        assert np.array_equal(plain.classify(values, 50).codes, scaled.classify(values, 50).codes)


def test_statements_that_are_not_understood_are_refused():
    game = random_game((2, 2), 0)
    classifier = TwoByTwo.of(game, {}, {})
    for statement, match in [
        ("equilibrium:1", "expected 2 strategies"), ("played:1", "expected played:PLAYER=STRATEGY"),
        ("played:9=1", "unknown player"), ("played:1=7", "unknown strategy"), ("played:1=1,1=2", "twice"),
        ("sign:a", "among the conclusions"), ("colour:red", "expected one of"),
    ]:  # fmt: skip
        with pytest.raises(UsageError, match=match):
            classifier.check(statement)
    with pytest.raises(UsageError, match="2x2"):
        NormalForms.of(random_game((3, 2), 0), {}, {}).check("class:stag_hunt")
    with pytest.raises(UsageError, match="not finite"):
        TwoByTwo.of(SymbolicGame([[["1/a", 0], [0, 0]], [[0, 0], [0, 0]]], {"a": (0, 1)}), {}, {}).classify({"a": np.zeros(3)}, 3)


def test_the_signs_behind_a_code_are_those_of_the_game():
    game = random_game((2, 2), 3)
    classifier = TwoByTwo.of(game, {}, {})
    values = grid(30, 9)
    for draw, code in enumerate(classifier.classify(values, 30).codes):
        point = {name: F(float(each[draw])) for name, each in values.items()}

        def sign(expression, point=point):
            value = game.evaluate(expression, point)
            return (value > 0) - (value < 0)

        exact = game_signs(game, sign)
        for statement in ("dominant:1=1", "dominant:1=2", "dominant:2=2"):
            assert classifier.holds(statement, code) == parse_conclusion(statement, game.players, game.strategies).holds(exact)
        assert classifier.holds("played:1=2", code) == any(each[0] == 1 for each in exact.pure)
        assert classifier.holds("played:2=1,1=2", code) == ((1, 0) in exact.pure)
