"""Errors: where, what was found, what was expected, what to do."""

from __future__ import annotations

import copy
import pickle

import pytest

from detente.errors import (
    BudgetExceeded,
    DetenteError,
    Fault,
    FormulaError,
    InputError,
    NotConverged,
    Place,
    UnknownName,
    UsageError,
    did_you_mean,
)

FAULT = Fault(Place("games/x.toml", 3, 7), "found a float", "expected text", "write it as text")


def test_a_place_is_written_as_far_as_it_is_known():
    assert [str(Place("f", *rest)) for rest in ((), (3,), (3, 7))] == ["f", "f:3", "f:3:7"]


def test_a_fault_reads_place_found_expected_do():
    assert str(FAULT) == "games/x.toml:3:7: found a float; expected text; write it as text"
    assert str(Fault(Place("f"), "gone")) == "f: gone"
    assert str(Fault(Place("f", 1), "unused", level="note")) == "f:1: note: unused"


def test_an_input_error_shows_every_fault_in_order_and_needs_one():
    error = InputError(FAULT, Fault(Place("g"), "two"))
    assert str(error).splitlines() == [str(FAULT), "g: two"]
    assert error.faults[0] is FAULT
    with pytest.raises(ValueError, match="at least one"):
        InputError()


def test_a_formula_error_points_at_the_character():
    error = FormulaError("a + $", 5, "found '$'", "expected a name")
    message, text, caret = str(error).split("\n")
    assert message == "found '$'; expected a name"
    assert text[caret.index("^")] == "$"
    assert "\n" not in str(FormulaError("x" * 200, 5, "found x"))
    assert "\n" not in str(FormulaError("a\nb", 1, "found a line"))


def test_an_unknown_name_keeps_the_name():
    error = UnknownName("relief", 1, "relief", "did you mean 'reliefs'?")
    assert (error.name, error.found, error.do) == ("relief", "unknown name 'relief'", "did you mean 'reliefs'?")


EVERY = [
    UsageError("wrong"),
    InputError(FAULT),
    FormulaError("a", 1, "found", "expected", "do"),
    UnknownName("a", 1, "a", "do"),
    NotConverged("stopped", (0.5, 0.5), 1e-3),
    BudgetExceeded("out of time", [1]),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_every_error_is_a_detente_error_and_crosses_processes_whole(error):
    """A worker's error reaches the main process by pickle; Exception alone would lose or refuse the fields."""
    assert isinstance(error, DetenteError)
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(other) is type(error)
        assert str(other) == str(error)
        assert vars(other) == vars(error)


@pytest.mark.parametrize(
    ("name", "known", "hint"),
    [("releif", ["relief", "rep_cn"], "did you mean 'relief'?"), ("zzz", ["relief"], ""), ("a", [], ""), ("us", {"us": 1}, "did you mean 'us'?")],
)  # fmt: skip
def test_the_closest_known_name_is_suggested(name, known, hint):
    assert did_you_mean(name, known) == hint
