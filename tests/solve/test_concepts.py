"""Solution concepts by name, and results in words."""

import json

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.concepts import NORMAL, TREE, Options, solve
from detente.solve.explanation import explain

ZERO_SUM_ONLY = {"zero-sum"}


@pytest.mark.parametrize("concept", NORMAL)
def test_every_concept_answers_with_a_table_json_and_sentences(concept):
    # a symmetric zero-sum 2x2 game is in the scope of every concept
    game = NormalFormGame([[[0, 1], [-1, 0]], [[0, -1], [1, 0]]])
    found = solve(game, concept)
    json.dumps(found.to_json())
    assert found.table().to_text()
    sentences = explain(found)
    assert sentences
    assert all(isinstance(each, str) and each for each in sentences)


@pytest.mark.parametrize("concept", [*TREE, "nash", "dominance"])
def test_trees_are_solved_under_their_own_concepts_and_in_normal_form(concept):
    found = solve(classic.game("outside_option"), concept)
    json.dumps(found.to_json())
    assert explain(found)


def test_the_default_is_nash_for_tables_and_subgame_perfection_for_trees():
    assert solve(classic.game("chicken")).concept == "nash"
    assert solve(classic.game("centipede")).concept == "subgame-perfect"


def test_the_centipede_is_left_at_once():
    (found,) = solve(classic.game("centipede")).equilibria
    assert len(found.path) == 1


@pytest.mark.parametrize(
    ("concept", "options", "words"),
    [
        ("nosh", Options(), "did you mean 'nash'"),
        ("sequential", Options(), "trees only"),
        ("pure", Options(method="enumeration"), "only nash has methods"),
        ("zero-sum", Options(), "expected the same sum"),
        ("nash", Options(method="isolated"), "three or more"),
    ],
)
def test_what_a_concept_does_not_take_is_said(concept, options, words):
    with pytest.raises(UsageError, match=words):
        solve(classic.game("chicken"), concept, options)


def test_a_mixed_equilibrium_is_explained_by_what_it_does_to_the_other():
    sentences = explain(solve(classic.game("matching_pennies")))
    assert "Equilibrium 0 (somebody randomizes):" in sentences
    assert any("with probability 0.5 and" in each and "keeps the others from gaining" in each for each in sentences)


def test_a_continuum_is_said_to_be_one():
    game = NormalFormGame([[[1, 1], [0, 0]], [[1, 1], [0, 0]]])
    assert any("infinitely many" in each for each in explain(solve(game)))


def test_a_budget_that_runs_out_leaves_a_partial_answer_that_says_so():
    import random

    generator = random.Random(1)
    table = [[[generator.randrange(1000) for _ in range(14)] for _ in range(14)] for _ in range(2)]
    found = solve(NormalFormGame(table), "nash", Options(budget=0.01))
    assert not found.complete
    assert "budget" in found.missing
    assert found.components is None
