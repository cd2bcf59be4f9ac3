"""One entry to every dynamic: settings are read, wrong ones refused, and every answer prints."""

import json

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.normal import NormalFormGame
from detente.solve.dynamics.simulate import DYNAMICS, Settings, simulate

STAG = NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]], strategies=[["stag", "hare"]] * 2)


@pytest.mark.parametrize("dynamic", list(DYNAMICS))
def test_every_dynamic_answers_with_text_and_json_in_eighty_columns(dynamic):
    found = simulate(STAG, dynamic)
    assert max(len(line) for line in str(found).split("\n")) <= 80
    data = json.loads(json.dumps(found.to_json()))
    assert data["dynamic"] == dynamic
    assert data["strategies"] == {"1": ["stag", "hare"], "2": ["stag", "hare"]}


@pytest.mark.parametrize(
    ("start", "count", "state"),
    [
        ("1/3", None, [1 / 3]),
        ("stag", None, [1]),
        ("1/3;1/4", 2, [1 / 3, 1 / 4]),
        ("1/3,2/3;1,0", 2, [1 / 3, 1]),
        ("stag,hare", 2, [1, 0]),
        ("1=stag,2=hare", 2, [1, 0]),
        ("1/3,1/4", 2, [1 / 3, 1 / 4]),
    ],
)
def test_starts_are_read_in_all_their_forms(start, count, state):
    found = simulate(STAG, "replicator", Settings(start=start, populations=count))
    first = [float(own[0, 0]) for own in found.parts["trajectory"].states]
    assert first == pytest.approx(state)


def test_fictitious_play_starts_from_a_profile_or_from_weights():
    assert simulate(STAG, "fictitious-play", Settings(start="hare,stag", steps=3)).parts["play"].runs[0].profile == (1, 0)
    assert simulate(STAG, "fictitious-play", Settings(start="0,1;0,1", steps=3)).parts["play"].runs[0].profile == (1, 1)


def test_settings_reach_their_dynamic():
    assert simulate(STAG, "moran", Settings(population=7, intensity="1/2")).parts["rare_mutations"].population == 7
    assert "long_run" in simulate(STAG, "moran", Settings(population=5, mutation="1/10")).parts
    spiral = simulate(STAG, "spiral", Settings(hostile="1/4,0", benign="1/8")).parts["spiral"]
    assert [float(x) for x in (*spiral.hostile, *spiral.benign)] == [0.25, 0, 0.125, 0.125]
    played = simulate(STAG, "tournament", Settings(strategies=("grim", "random"), steps=9, error="1/9")).parts["tournament"]
    assert played.names == ("grim", "random")
    assert played.horizon.rounds == 9


@pytest.mark.parametrize(
    ("dynamic", "settings", "words"),
    [
        ("replicater", {}, "did you mean"),
        ("replicator", {"precision": "3"}, "does not use precision"),
        ("replicator", {"start": "1/2;1/2;1/2"}, "1 groups"),
        ("replicator", {"start": "x"}, "found"),
        ("logit", {"precision": "many"}, "found"),
        ("spiral", {"hostile": "1/2,1/2,1/2"}, "one per player"),
        ("moran", {"population": 1}, "population"),
        ("moran", {"mutation": "1/2", "process": "pairwise"}, "moran"),
        ("tournament", {"strategies": ("grim",)}, "entrants"),
        ("stochastic-best-response", {"populations": 2, "mutation": "1/2"}, "one population"),
    ],
)
def test_bad_settings_are_refused(dynamic, settings, words):
    with pytest.raises(UsageError, match=words):
        simulate(STAG, dynamic, Settings(**settings))


def test_games_that_do_not_fit_are_refused():
    with pytest.raises(UsageError, match="two-player"):
        simulate(NormalFormGame([[[[1, 1]] * 2] * 2] * 3))
    with pytest.raises(UsageError, match="two-player"):
        simulate(classic.game("beer_quiche"))
    with pytest.raises(UsageError, match="symmetric"):
        simulate(classic.game("matching_pennies"), "moran")
    with pytest.raises(UsageError, match="two strategies"):
        simulate(classic.game("rock_paper_scissors"), "tournament")
