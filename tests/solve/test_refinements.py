"""Undominated equilibria of two-player games."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.best_response import deviation_payoffs
from detente.solve.refinements import dominating_strategy, undominated_equilibria


def test_the_dominated_equilibrium_of_seltens_example_goes():
    # Selten (1975): both equilibria (U, L) and (D, R) are Nash, only (U, L) is perfect.
    g = NormalFormGame([[[1, 0], [0, 0]], [[1, 0], [0, 0]]], strategies=[["U", "D"], ["L", "R"]])
    found = undominated_equilibria(g)
    assert [str(each) for each in found.equilibria] == ["1 U, 2 L"]
    assert [why.by for why in found.dominated.values()] == [{"U": 1}]
    assert set(found.components) == {"all", "none"}


def test_a_mixture_of_undominated_strategies_may_be_dominated():
    g = NormalFormGame([[[4, 0], [0, 4], [3, 3]], [[0, 0], [0, 0], [0, 0]]])
    assert dominating_strategy(g, 0, ["1/2", "1/2", 0]) == {"3": 1}
    assert dominating_strategy(g, 0, [1, 0, 0]) is None


def test_a_component_may_be_undominated_in_part():
    # Entry deterrence: (out, fight) with every mixture that fights enough; fighting is weakly dominated.
    g = NormalFormGame([[[2, 2], [3, 0]], [[2, 2], [1, 0]]], strategies=[["out", "in"], ["yield", "fight"]])
    found = undominated_equilibria(g)
    verdict = dict(zip(found.result.components, found.components, strict=True))
    for part, share in verdict.items():
        supports = [found.result.equilibria[k].support["1"] for k in part]
        assert share == ("all" if supports == [("in",)] else "none")


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 10_000))
def test_undominated_means_best_reply_to_a_completely_mixed_strategy(seed):
    # Gale and Sherman (1950): sampled full-support beliefs never make a dominated strategy a best reply, and every
    # reason given for domination holds cell by cell.
    rng = np.random.default_rng(seed)
    g = NormalFormGame(rng.integers(0, 3, size=(2, 3, 3)))
    found = undominated_equilibria(g)
    assert found.complete
    for k, why in found.dominated.items():
        i = g.players.index(why.player)
        own = found.result.equilibria[k].mixed[i]
        gains = []
        for column in range(3):
            unit = tuple(Fraction(int(j == column)) for j in range(3))
            mixed = [unit, unit]
            pays = deviation_payoffs(g, i, mixed)
            gains.append(
                sum(w * pays[g.strategies[i].index(label)] for label, w in why.by.items())
                - sum(w * v for w, v in zip(own, pays, strict=True))
            )
        assert min(gains) >= 0
        assert max(gains) == why.gain > 0
        for _ in range(5):
            belief = tuple(Fraction(int(x)) for x in rng.integers(1, 9, size=3))
            pays = deviation_payoffs(g, i, [belief, belief])
            assert sum(w * v for w, v in zip(own, pays, strict=True)) < max(pays)


@settings(deadline=None, max_examples=40, derandomize=True)
@given(st.integers(0, 10_000))
def test_some_equilibrium_is_always_undominated(seed):
    # Perfect equilibria exist (Selten 1975).
    g = NormalFormGame(np.random.default_rng(seed).integers(0, 2, size=(2, 3, 4)))
    assert undominated_equilibria(g).undominated


def test_float_games_say_the_same():
    g = NormalFormGame([[[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]])
    found = undominated_equilibria(g)
    assert len(found.undominated) == 1
    assert all(isinstance(why.gain, float) for why in found.dominated.values())


def test_three_players_are_refused():
    with pytest.raises(UsageError, match="3 players"):
        undominated_equilibria(NormalFormGame(np.zeros((3, 2, 2, 2), dtype=int)))


def test_results_explain_themselves():
    found = undominated_equilibria(NormalFormGame([[[1, 0], [1, 1]], [[1, 1], [0, 1]]]))
    assert found.to_json()["undominated"] == [1]
    assert "trembling-hand perfect" in found.explain()[0]
    assert "undominated" in str(found)
