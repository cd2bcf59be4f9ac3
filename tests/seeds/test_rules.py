"""Values and intervals recomputed from figures. The expected numbers are worked out by hand."""

from __future__ import annotations

import pytest

from detente import toml
from detente.seeds.figures import COLUMNS, read_figures
from detente.seeds.parameters import read_parameters
from detente.seeds.rules import check_rules

#: id: unit, low, central, high
FIGURES = {
    "floor": ("share", "0.85", "0.85", "", "at_least"),
    "tenth": ("share", "0.9", "0.9", "0.9", "exact"),
    "range": ("share", "0.5", "0.55", "0.6", "range"),
    "top": ("share", "", "0.7", "0.7", "at_most"),
    "two": ("count", "2", "2", "2", "exact"),
    "three": ("count", "3", "3", "4", "about"),
    "none": ("count", "0", "0", "0", "exact"),
    "cost": ("USD", "2000000", "3000000", "4000000", "range"),
}


@pytest.fixture(scope="module")
def read():
    rows = [
        f"{name},d.txt,{index},x,1,s,q,{unit},{low},{central},{high},{bound},,,other,figure,"
        for index, (name, (unit, low, central, high, bound)) in enumerate(FIGURES.items(), 1)
    ]
    faults = []
    found = read_figures("\n".join([",".join(COLUMNS), *rows, ""]), "f.csv", faults)
    assert faults == []
    return found.entries


def faults_of(read, **keys: str) -> list[str]:
    given = {"kind": '"figure"', "unit": '"share"', "rule": '"reading"', "interval": '"reading"'} | keys
    if '"reading"' in (given["rule"], given["interval"]):
        given["reason"] = '"read"'
    text = "[p]\n" + "".join(f"{key} = {value}\n" for key, value in given.items())
    found = []
    parameters = read_parameters(toml.parse(text, "p.toml"), found)
    assert found == []
    return [str(fault) for fault in check_rules(parameters.entries["p"], read)]


VALUES = [
    # figures, rule, scale, unit, value, low, high, right?
    ('["tenth"]', "single", None, "share", "0.9", True),
    ('["tenth"]', "single", None, "share", "0.90", True),
    ('["tenth"]', "single", None, "share", "0.91", False),
    ('["floor", "tenth", "range"]', "median", None, "share", "0.85", True),
    ('["floor", "tenth"]', "median", None, "share", "0.875", True),
    ('["floor", "tenth"]', "median", None, "share", "0.88", True),  # midway: either neighbor
    ('["floor", "tenth"]', "median", None, "share", "0.87", True),
    ('["floor", "tenth"]', "median", None, "share", "0.86", False),
    ('["floor", "range"]', "midpoint", None, "share", "0.675", True),  # (0.5 + 0.85)/2
    ('["range", "top"]', "midpoint", None, "share", "0.6", True),  # (0.5 + 0.7)/2
    ('["two", "three"]', "ratio", '"1"', "share", "0.667", True),
    ('["two", "three"]', "ratio", '"1"', "share", "0.666", False),
    ('["two", "three"]', "ratio", '"1"', "share", '"2/3"', True),
    ('["two", "three"]', "sum", '"1"', "share", "1", False),
    ('["two", "three"]', "sum", "0.1", "share", "0.5", True),
    ('["cost"]', "single", '"1e-6"', "USD m", "3", True),
    ('["cost"]', "single", '"1e-6"', "USD m", "3.0", True),
    ('["cost"]', "single", '"1e-6"', "USD m", "3.1", False),
    ('["cost"]', "single", None, "USD", "3_000_000", True),
    ('["cost"]', "single", None, "USD", "3e6", True),
    ('["cost"]', "single", None, "USD", "3_100_000", False),
    ('{ a = "two", b = "three" }', "1 - a/b", '"1"', "share", "0.333", True),
    ('{ a = "two", b = "three" }', "1 - a/b", '"1"', "share", "0.334", False),
    ('{ a = "three" }', "sqrt(a)", '"1"', "ratio", "1.732", True),
]


@pytest.mark.parametrize(("ids", "rule", "scale", "unit", "value", "right"), VALUES)
def test_a_value_follows_from_its_figures_in_the_digits_written(read, ids, rule, scale, unit, value, right):
    keys = {"figures": ids, "rule": f'"{rule}"', "unit": f'"{unit}"', "value": value, "low": value, "high": value}
    if scale is not None:
        keys["scale"] = scale
    assert (faults_of(read, **keys) == []) is right


@pytest.mark.parametrize(
    ("ids", "interval", "low", "high", "right"),
    [
        ('["floor", "tenth", "range"]', "hull", "0.5", "0.9", True),
        ('["floor", "tenth", "range"]', "hull", "0.55", "0.9", False),
        ('["floor", "tenth", "range"]', "hull", "0.5", "0.85", False),
        ('["floor"]', "hull", "0.85", "0.85", True),  # an open side counts by its central value
        ('["top"]', "hull", "0.7", "0.7", True),
        ('["range"]', "stated", "0.5", "0.6", True),
        ('["range"]', "stated", "0.5", "0.7", False),
        ('["floor"]', "stated", "0.85", "0.9", False),
        ('["range", "tenth"]', "stated", "0.5", "0.9", False),
    ],
)
def test_an_interval_follows_from_its_figures(read, ids, interval, low, high, right):
    found = faults_of(read, figures=ids, interval=f'"{interval}"', value=high, low=low, high=high)
    assert (found == []) is right


def test_a_message_names_what_the_value_was_computed_from(read):
    keys = {"figures": '["two", "three"]', "rule": '"ratio"', "scale": '"1"', "value": "0.6", "low": "0.5", "high": "0.7"}
    assert faults_of(read, **keys) == [
        "p.toml:8:9: found value = 0.6, but rule = 'ratio' gives 0.666667; computed from two at f.csv:6:1, three at f.csv:7:1; "
        "correct the number, the rule or the figures"
    ]


def test_units_that_differ_ask_for_a_scale(read):
    assert faults_of(read, figures='["cost"]', unit='"USD bn"', value="0.003", low="0.002", high="0.004") == [
        "p.toml:3:8: found the unit 'USD bn', but 'cost' has 'USD' at f.csv:9:22; expected one unit; "
        'or declare the factor, as in scale = "1e-9"'
    ]


@pytest.mark.parametrize(
    ("ids", "rule", "words"),
    [
        ('["two", "three"]', "single", "found 2 figures under rule = 'single'; expected 1"),
        ('["two"]', "ratio", "found 1 figures under rule = 'ratio'; expected 2"),
        ('["two", "none"]', "ratio", "division by zero: 'none' is 0"),
        ('{ a = "two", b = "none" }', "1 + a/b", "p.toml:4:13: division by zero"),
    ],
)
def test_a_rule_that_does_not_apply_is_told(read, ids, rule, words):
    (found,) = faults_of(read, figures=ids, rule=f'"{rule}"', scale='"1"', value="1", low="1", high="1")
    assert words in found


def test_a_figure_that_is_not_there_is_another_checks_fault(read):
    assert faults_of(read, figures='["nowhere"]', rule='"single"', value="0.1", low="0.1", high="0.1") == []
