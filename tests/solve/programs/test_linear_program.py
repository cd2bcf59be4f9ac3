"""Exact linear programs: certificates, duality, cycling examples, agreement of the two routes."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import UsageError
from detente.solve.programs import linear_program
from detente.solve.programs._float_proposal import FloatOptimum
from detente.solve.programs.linear_program import LinearProgram, LinearSolution, maximize

small = st.integers(-3, 3)


@st.composite
def programs(draw):
    width = draw(st.integers(1, 4))
    row = st.lists(small, min_size=width, max_size=width)
    at_most, equal = draw(st.lists(row, max_size=4)), draw(st.lists(row, max_size=2))
    bounds = draw(st.lists(small, min_size=len(at_most), max_size=len(at_most)))
    targets = draw(st.lists(small, min_size=len(equal), max_size=len(equal)))
    free = draw(st.sets(st.integers(0, width - 1)))
    return draw(row), at_most, bounds, equal, targets, sorted(free)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(programs())
def test_every_answer_carries_a_certificate_that_holds(program):
    *rows, free = program
    assert maximize(*rows, free=free).holds()


@settings(deadline=None, max_examples=60, derandomize=True)
@given(programs())
def test_floating_point_proposals_and_pivoting_agree(program):
    *rows, free = program
    limit = linear_program._PROPOSE_ABOVE
    exact = maximize(*rows, free=free)
    try:
        linear_program._PROPOSE_ABOVE = -1
        proposed = maximize(*rows, free=free)
    finally:
        linear_program._PROPOSE_ABOVE = limit
    assert (proposed.status, proposed.value) == (exact.status, exact.value)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(programs(), st.lists(st.floats(-2, 2), min_size=16, max_size=16))
def test_a_wrong_answer_given_in_floats_is_not_believed(program, floats):
    objective, at_most, bounds, equal, targets, free = program
    width, rows = len(objective), len(at_most)
    wrong = FloatOptimum(
        floats[:width], floats[4 : 4 + rows], floats[8 : 8 + rows], floats[12 : 12 + len(equal)], [0.0] * width
    )
    found = maximize(objective, at_most, bounds, equal, targets, free=free, near=wrong)
    exact = maximize(objective, at_most, bounds, equal, targets, free=free)
    assert found.holds()
    assert (found.status, found.value) == (exact.status, exact.value)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(programs())
def test_the_dual_program_has_the_same_value(program):
    objective, at_most, bounds, equal, targets, free = program
    primal = maximize(objective, at_most, bounds, equal, targets, free=free)
    # min y b + z f with y A + z E >= c (= for free x), y >= 0, z free, written as a maximum
    columns = [[row[k] for row in (*at_most, *equal)] for k in range(len(objective))]
    dual = maximize(
        [-b for b in (*bounds, *targets)] or [0],
        [[-a for a in columns[k]] or [0] for k in range(len(objective)) if k not in free],
        [-objective[k] for k in range(len(objective)) if k not in free],
        [columns[k] or [0] for k in free],
        [objective[k] for k in free],
        free=range(len(at_most), len(at_most) + len(equal)),
    )
    if primal.status == "optimal":
        assert dual.value == -primal.value
    elif primal.status == "unbounded":
        assert dual.status == "infeasible"
    else:
        assert dual.status in {"unbounded", "infeasible"}


def test_the_textbook_program_of_hillier_and_lieberman_is_solved():
    # Wyndor Glass Co., Introduction to Operations Research: 36 at (2, 6), shadow prices 0, 3/2, 1.
    found = maximize([3, 5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18])
    assert (found.value, found.x) == (36, (2, 6))
    assert found.at_most_prices == (0, Fraction(3, 2), 1)


def test_the_cycling_example_of_beale_ends():
    # Beale (1955), Naval Research Logistics Quarterly 2: Dantzig's rule alone cycles; the optimum is 5/4 (scaled).
    found = maximize(
        ["3/4", -20, "1/2", -6],
        [["1/4", -8, -1, 9], ["1/2", -12, "-1/2", 3], [0, 0, 1, 0]],
        [0, 0, 1],
    )
    assert (found.status, found.value) == ("optimal", Fraction(5, 4))


def test_redundant_equations_do_no_harm():
    found = maximize([1, 0], equal=[[1, 1], [2, 2], [0, 0]], targets=[1, 2, 0])
    assert (found.value, found.x) == (1, (1, 0))


def test_infeasible_and_unbounded_programs_say_why():
    infeasible = maximize([1], [[1]], [-1])
    unbounded = maximize([1, 0], [[1, -1]], [0])
    assert (infeasible.status, unbounded.status) == ("infeasible", "unbounded")
    assert unbounded.ray == (1, 1)
    assert "No point" in infeasible.explain()[0]


def test_a_wrong_certificate_does_not_hold():
    program = LinearProgram((Fraction(1),), ((Fraction(1),),), (Fraction(1),))
    half = Fraction(1, 2)
    assert not LinearSolution(program, "optimal", half, (half,), (half,), (), None, "").holds()
    assert not LinearSolution(program, "infeasible", None, None, (half,), (), None, "").holds()
    assert not LinearSolution(program, "unbounded", None, (half,), None, None, (half,), "").holds()


def test_uneven_rows_and_floats_are_refused():
    with pytest.raises(UsageError, match="one entry per variable"):
        maximize([1, 2], [[1]], [1])
    with pytest.raises(UsageError, match="float"):
        maximize([0.5])


def test_results_show_themselves():
    found = maximize([1], [[2]], [1])
    assert found.to_json()["value"] == "1/2"
    assert "1/2" in str(found.table())
