"""Results: JSON of the contract, tables, sentences, frames."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

from detente.games.normal import NormalFormGame
from detente.solve.equilibria import equilibria
from detente.solve.pure import pure_equilibria
from detente.solve.result import profile_text

BATTLE = NormalFormGame([[[2, 0], [0, 1]], [[1, 0], [0, 2]]], ["us", "china"], [["b", "s"], ["b", "s"]])


def test_the_json_of_an_exact_game_is_the_contracts():
    data = json.loads(json.dumps(equilibria(BATTLE).to_json()))
    assert {key: data[key] for key in ("concept", "form", "players", "strategies", "arithmetic", "complete", "degenerate")} == {
        "concept": "nash", "form": "normal", "players": ["us", "china"],
        "strategies": {"us": ["b", "s"], "china": ["b", "s"]}, "arithmetic": "exact", "complete": True, "degenerate": False,
    }  # fmt: skip
    assert {
        "profile": {"us": {"b": "2/3", "s": "1/3"}, "china": {"b": "1/3", "s": "2/3"}},
        "payoffs": {"us": "2/3", "china": "2/3"}, "regret": "0", "pure": False,
    } in data["equilibria"]  # fmt: skip
    assert {
        "profile": {"us": {"b": "1", "s": "0"}, "china": {"b": "1", "s": "0"}},
        "payoffs": {"us": "2", "china": "1"}, "regret": "0", "pure": True,
    } in data["equilibria"]  # fmt: skip
    assert sorted(map(tuple, data["components"])) == [(0,), (1,), (2,)]
    assert list(data["equilibria"][0]["profile"]["us"]) == ["b", "s"]


def test_the_json_of_a_float_game_has_numbers():
    game = NormalFormGame([[[2.5, 0], [0, 1]], [[1, 0], [0, 2]]])
    data = json.loads(json.dumps(equilibria(game).to_json()))
    assert data["arithmetic"] == "float"
    assert all(isinstance(each["regret"], float) for each in data["equilibria"])


def test_components_are_null_where_nothing_is_proved():
    data = equilibria(BATTLE, "support").to_json()
    assert (data["complete"], data["components"], data["nash_subsets"]) == (False, None, None)


def test_an_equilibrium_reads_on_one_line():
    texts = {profile_text(each) for each in equilibria(BATTLE).equilibria}
    assert texts == {"us b, china b", "us s, china s", "us 2/3 b + 1/3 s, china 1/3 b + 2/3 s"}
    (mixed,) = [each for each in equilibria(BATTLE).equilibria if not each.pure]
    assert mixed.support == {"us": ("b", "s"), "china": ("b", "s")}


def test_the_statement_says_method_arithmetic_ties_and_completeness():
    assert "3 found" in equilibria(BATTLE).statement()
    assert "these are all" in equilibria(BATTLE).statement()
    assert "not shown to be all" in equilibria(BATTLE, "support").statement()
    assert "degenerate" in equilibria(NormalFormGame([[[1, 1], [1, 1]]] * 2)).statement()


def test_no_equilibrium_found_is_said_in_words():
    none = pure_equilibria(NormalFormGame([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]))
    assert "no equilibrium found" in str(none)
    assert none.to_json()["equilibria"] == []
    assert len(none.to_frame()) == 0


def test_a_frame_has_one_row_per_equilibrium():
    frame = equilibria(BATTLE).to_frame()
    assert len(frame) == 3
    assert frame["us: b"].tolist() == pytest.approx([each.mixed[0][0] for each in equilibria(BATTLE).equilibria])
    assert frame["pure"].sum() == 2


def test_a_result_is_frozen_and_its_repr_is_short():
    found = equilibria(BATTLE)
    with pytest.raises(FrozenInstanceError):
        found.complete = False
    assert len(repr(found)) < 80
    assert set(found._repr_mimebundle_()) >= {"text/plain", "text/html"}
    assert all(len(line) <= 80 for line in str(found).splitlines())
