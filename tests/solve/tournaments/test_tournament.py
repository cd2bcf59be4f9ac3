"""Round robins, ecologies, sessions: against counting by hand and independent recursions."""

from fractions import Fraction as F

import numpy as np
import pytest

from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.solve.repeated.automaton import Automaton
from detente.solve.tournaments import axelrod_players
from detente.solve.tournaments.ecology import ecology
from detente.solve.tournaments.play import play
from detente.solve.tournaments.tournament import DEFAULT_FIELD, tournament

ACTS = [["cooperate", "defect"]] * 2
STAGE = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["me", "it"], ACTS)


def test_a_small_tournament_has_the_payoffs_counted_by_hand():
    # 200 rounds: TFT-ALLD 199 and 204, TFT-ALLC 600, ALLD-ALLC 1000 and 0, with twins 600, 200, 600
    found = tournament(STAGE, ["tit_for_tat", "always_defect", "always_cooperate"], rounds=200)
    totals = [[200 * value for value in row] for row in found.payoffs]
    assert totals == [[600, 199, 600], [204, 200, 1000], [600, 0, 600]]
    assert found.scores == {"always_defect": F(1404, 600), "tit_for_tat": F(1399, 600), "always_cooperate": F(1200, 600)}
    without = tournament(STAGE, ["tit_for_tat", "always_defect", "always_cooperate"], rounds=200, self_play=False)
    assert without.scores["always_defect"] == F(1204, 400)
    assert found.ranks == {"always_defect": 1, "tit_for_tat": 2, "always_cooperate": 3}


def test_equal_scores_share_a_rank():
    found = tournament(STAGE, ["always_cooperate", "tit_for_tat", "grim"])
    assert found.ranks == dict.fromkeys(("always_cooperate", "tit_for_tat", "grim"), 1)


def test_asymmetric_games_are_played_on_both_sides():
    game = NormalFormGame([[[1, 0], [2, 0]], [[10, 20], [0, 0]]], ["us", "china"])
    found = tournament(game, ["always_cooperate", "always_defect"])
    assert found.payoffs == ((1, 0), (2, 0))
    assert found.second == ((10, 0), (20, 0))  # as the column player against the other's row
    assert found.scores["always_defect"] == F(2 + 20, 4)


def test_automata_for_both_players_take_part_each_side_with_its_own():
    # row atones for its own breach only: as the second player it never does
    odd = Automaton({"a": "cooperate,cooperate", "b": "defect,cooperate"}, {"a": {"*,defect": "b", "otherwise": "a"}, "b": "b"}, name="odd")
    found = tournament(STAGE, [odd, "always_defect", Automaton.named("grim", (0, 0), (1, 1))], rounds=4)
    assert found.names[0] == "odd"
    # first against always defect: C, then D for ever; second: C for ever
    assert (found.payoffs[0][1], found.second[0][1]) == (F(0 + 1 + 1 + 1, 4), 0)
    assert found.payoffs[2][1] == F(0 + 1 + 1 + 1, 4)
    session = play(STAGE, odd, "it")
    assert [session.step(move).other for move in ("cooperate", "defect", "cooperate")] == ["cooperate", "cooperate", "defect"]


def test_the_default_field_plays_and_results_print():
    found = tournament(STAGE, discount_factor="9/10")
    assert found.names == DEFAULT_FIELD
    assert found.arithmetic == "exact"
    assert str(found)
    assert found.to_json()["ranks"]["tit_for_tat"] >= 1
    assert max(len(line) for line in str(found).split("\n")) <= 80


def test_ecology_equals_the_recursion_written_out():
    found = tournament(STAGE, ["tit_for_tat", "always_defect", "always_cooperate"], rounds=10)
    path = ecology(found, 25)
    a = np.array([[3, 0.9, 3], [1.4, 1, 5], [3, 0, 3]])
    x = np.full(3, 1 / 3)
    for k in range(26):
        assert np.allclose(path.shares[k], x, atol=1e-12)
        x = x * (a @ x) / (x @ a @ x)


def test_an_ecology_that_has_not_settled_says_so():
    found = tournament(STAGE, ["tit_for_tat", "always_defect"], rounds=10)
    path = ecology(found, 3)
    assert not path.converged
    assert "still change" in path.explain()[0]
    settled = ecology(found, 1000, {"tit_for_tat": "9/10", "always_defect": "1/10"})
    assert settled.converged
    assert settled.final["tit_for_tat"] == pytest.approx(1)


def test_scores_count_from_the_smallest_payoff_where_payoffs_are_negative():
    game = NormalFormGame([[[2, -1], [3, 0]], [[2, 3], [-1, 0]]])
    path = ecology(tournament(game, ["always_cooperate", "always_defect"]), 50)
    assert path.base == -1
    assert path.final["always_defect"] > 0.99
    with pytest.raises(UsageError, match="base"):
        ecology(path.tournament, base=1)


@pytest.mark.parametrize(
    ("entrants", "how"),
    [
        (["grim"], {}),
        (["grim", "grim"], {}),
        (["grim", "tit_for_tit"], {}),
        (["grim", "tit_for_tat"], {"rounds": 0}),
    ],
)
def test_bad_tournaments_are_refused(entrants, how):
    with pytest.raises(UsageError):
        tournament(STAGE, entrants, **how)


@pytest.mark.parametrize("bad", [{"generations": 0}, {"start": {"nobody": 1}}, {"start": {"grim": -1}}, {"start": {}}])
def test_bad_ecologies_are_refused(bad):
    with pytest.raises(UsageError):
        ecology(tournament(STAGE, ["grim", "alternator"]), **bad)


def test_a_session_keeps_log_and_score_and_ends():
    session = play(STAGE, "tit_for_tat", rounds=4)
    for move in ("cooperate", "defect", 1, "cooperate"):
        session.step(move)
    assert [(each.own, each.other) for each in session.history] == [
        ("cooperate", "cooperate"), ("defect", "cooperate"), ("defect", "defect"), ("cooperate", "defect")]  # fmt: skip
    assert (session.score, session.other_score) == (3 + 5 + 1 + 0, 3 + 0 + 1 + 5)
    assert session.over
    with pytest.raises(UsageError, match="over"):
        session.step("defect")
    assert "4 of 4 rounds; me 9, it 9" in str(session)
    assert "tit_for_tat" in session.reveal()
    assert "tit_for_tat" not in repr(session) + str(session)


def test_a_session_with_chance_repeats_with_its_seed_and_seed_zero_is_a_seed():
    def played(seed):
        session = play(STAGE, "random", seed=seed, action_error="1/10", misperception=0.2)
        return [str(session.step("cooperate")) for _ in range(40)]

    assert played(0) == played(0)
    assert played(0) != played(1)


def test_errors_in_a_session_come_as_often_as_stated():
    session = play(STAGE, "always_cooperate", seed=3, action_error="1/4")
    for _ in range(4000):
        session.step("cooperate")
    flipped = sum(each.own == "defect" for each in session.history) / 4000
    assert abs(flipped - 0.25) < 4 * (0.25 * 0.75 / 4000) ** 0.5


def test_a_person_can_be_the_second_player():
    game = NormalFormGame([[[1, 2], [3, 4]], [[10, 20], [30, 40]]], ["us", "china"], [["hold", "press"], ["license", "ban"]])
    session = play(game, "always_defect", "china")
    done = session.step("license")
    assert (done.own, done.other, done.payoff, done.other_payoff) == ("license", "press", 30, 3)
    with pytest.raises(UsageError, match="did you mean 'license'"):
        session.step("licence")


@pytest.mark.skipif(axelrod_players.available(), reason="the Axelrod library is installed")
def test_without_the_axelrod_library_its_strategies_are_refused_with_what_to_do():
    with pytest.raises(UsageError, match=r"install detente\[axelrod\]"):
        axelrod_players.mixed_tournament(STAGE, [axelrod_players.AxelrodPlayer("TitForTat"), "grim"], rounds=5)


@pytest.mark.skipif(not axelrod_players.available(), reason="the Axelrod library is not installed")
def test_axelrods_deterministic_strategies_earn_what_ours_do():
    theirs = [axelrod_players.AxelrodPlayer(name) for name in ("TitForTat", "Defector", "Grudger", "WinStayLoseShift")]
    ours = ["tit_for_tat", "always_defect", "grim", "win_stay_lose_shift"]
    mixed = axelrod_players.mixed_tournament(STAGE, [*theirs, *ours], rounds=50, repetitions=2)
    exact = tournament(STAGE, ours, rounds=50)
    for i in range(4):
        for j in range(4):
            for a, b in ((i, j), (i + 4, j), (i, j + 4), (i + 4, j + 4)):
                assert float(mixed.payoffs[a][b]) == pytest.approx(float(exact.payoffs[i][j]), abs=1e-12)
