"""The assumptions log: what is weakest and matters most comes first."""

import csv
import json

import pytest

from detente.cli import run
from detente.errors import UsageError
from detente.study.assumptions import assumptions
from detente.study.load import load


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log") / "s"
    assert run(["new", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def log(root):
    return assumptions(load(root), draws=500)


def test_the_weakness_of_a_basis_follows_from_kind_and_documents(log):
    # seeds/figures.csv of the template: the cost of the terminal stands in both documents, every other figure in one
    found = {each.name: (each.parameter.kind, each.documents, str(each.weakness)) for each in log.entries}
    assert found["capex"] == ("figure", ("001", "002"), "1/2")
    assert found["loss"] == ("figure", ("001",), "3/4")
    assert found["rivalry"] == ("judgement", ("002",), "1")
    assert found["delta"] == ("judgement", (), "1")
    assert "terminal" not in found  # a formula of others


def test_the_order_is_by_weakness_times_impact_and_what_the_game_does_not_use_has_none(log):
    ranks = [float(each.weakness) * each.impact for each in log.entries]
    assert ranks == sorted(ranks, reverse=True)
    assert log.entries[-1].name == "delta"  # patience plays no part in the game played once
    assert log.entries[-1].impact == 0
    # what one crown of loss is worth to Borealia, and the loss, decide most of what it does
    assert {each.name for each in log.entries[:2]} == {"loss", "rivalry"}


def test_the_log_leaves_as_text_json_and_table(root, tmp_path, capsys):
    arguments = ["assumptions", "--study", str(root), "--draws", "500"]
    assert run(arguments) == 0
    assert "what to check first" in capsys.readouterr().out
    assert run([*arguments, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert run([*arguments, "-o", str(tmp_path / "log.csv")]) == 0
    with (tmp_path / "log.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["parameter"] for row in rows] == [each["parameter"] for each in data["assumptions"]]
    assert next(row for row in rows if row["parameter"] == "rivalry")["basis"].startswith("no document prices spite")


def test_an_unknown_game_is_named(root):
    with pytest.raises(UsageError, match="did you mean 'valve'"):
        assumptions(load(root), ["valv"])
