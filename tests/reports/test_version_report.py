"""A report on two versions of a study: what flips, why, in both editions, and never from what was kept of another version."""

from __future__ import annotations

import re
import shutil

import pytest

from detente.cli import run
from detente.errors import InputError, UsageError
from detente.facade import Study
from detente.reports.elements import Note, Paragraph, Table
from detente.reports.spans import plain_text
from detente.reports.translation import own_names

REPORT = """format = 1
title = { en = "Before and after", zh = "前后两版" }
game = "valve"
contents = false
against = "../before"
blocks = ["versions"]
"""


def rewritten(folder, old, new):
    path = folder / "seeds" / "parameters.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def after(tmp_path):
    """Two versions of the study that `detente new` makes; in the later one Borealia is more of a rival."""
    assert run(["new", str(tmp_path / "before")]) == 0
    shutil.copytree(tmp_path / "before", tmp_path / "after")
    rewritten(tmp_path / "after", "value = 0.2\n", "value = 0.35\n")
    (tmp_path / "after" / "reports" / "versions.toml").write_text(REPORT, encoding="utf-8")
    return tmp_path / "after"


def facts(document):
    return {
        plain_text(row[0]): tuple(plain_text(cell) for cell in row[1:])
        for block in document.blocks
        if isinstance(block, Table) and plain_text(block.caption) == "What flips"
        for row in block.rows
    }


def test_the_report_says_what_flips_between_two_versions_and_by_which_change(after, compared):
    study = Study(after)
    english, chinese = (study.report("versions", lang).document() for lang in ("en", "zh"))
    found = facts(english)
    # the gain from throttling a customer who relies is rivalry*loss - unsold - hydrogen: 0.2*4 - 1.2 < 0 < 0.35*4 - 1.2
    assert found["(rely, deliver) is an equilibrium (ordinal)"] == ("true", "false", "rivalry of Borealia", "rivalry of Borealia")
    assert found["gain from throttling a customer who relies (ordinal)"][:2] == ("negative", "positive")
    # in a hard winter with a loss of 5 and a rivalry of 0.3, and among old friends with 0.05, both versions are the same
    assert ["Nothing flips at: hard winter and old friends."] == [plain_text(each.content) for each in english.blocks if isinstance(each, Note)]
    labels = [label for names in own_names([study.game("valve").model]) for label in (names, names.capitalize())]
    assert compared(english, chinese, dict(zip(labels, labels, strict=True))) > 5


TESTS = """why = "the test of a test"

[[C1.tests]]
says = { en = "a customer who relies is served", zh = "依赖者获得供应" }
game = "valve"
conclusion = "equilibrium:rely,deliver"

[[C1.tests]]
says = { en = "both never lose at once", zh = "双方从不同时受损" }
game = "valve"
conclusion = "equilibrium:build,throttle"
point = "hard_winter"
"""


def test_the_report_says_which_verdicts_on_claims_differ(after, compared):
    for version in ("before", "after"):
        claims = after.parent / version / "seeds" / "claims.toml"
        claims.write_text(re.sub("why = .*\n", lambda _: TESTS, claims.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    # with a rivalry of at most 0.15 throttling gains at most 0.15*6 - 0.25 - 0.8 < 0, so that delivering is stable in all of the box
    rewritten(after.parent / "before", "value = 0.2\nlow = 0\nhigh = 0.5\n", "value = 0.1\nlow = 0\nhigh = 0.15\n")
    study = Study(after)
    english, chinese = (study.report("versions", lang).document() for lang in ("en", "zh"))
    (table,) = [each for each in english.blocks if isinstance(each, Table) and each.name.endswith("versions-verdicts-table")]
    ((claim, says, before, share, now, _),) = [[plain_text(cell) for cell in row] for row in table.rows]
    assert (claim, says) == ("C1", "a customer who relies is served")
    assert (before, share, now) == ("follows", "always, proved", "depends on the numbers")
    assert "same verdict in both versions: 1." in plain_text(table.note)
    labels = [label for names in own_names([study.game("valve").model]) for label in (names, names.capitalize())]
    assert compared(english, chinese, dict(zip(labels, labels, strict=True))) > 5
    # where the other version has no such tests, these are counted
    claims = after.parent / "before" / "seeds" / "claims.toml"
    claims.write_text(claims.read_text(encoding="utf-8").partition("[[C1.tests]]")[0], encoding="utf-8")
    said = [plain_text(each.content) for each in Study(after).report("versions").document().blocks if isinstance(each, Paragraph)]
    assert "Tests of claims with the same verdict in both versions: 0. Tests that only this version has: 2." in said


def test_check_looks_for_the_other_version(after, capsys):
    assert run(["check", "--study", str(after)]) == 0
    report = after / "reports" / "versions.toml"
    report.write_text(REPORT.replace("../before", "."), encoding="utf-8")
    assert run(["check", "--study", str(after)]) == 2
    assert "reports/versions.toml:5:" in capsys.readouterr().out
    report.write_text(REPORT, encoding="utf-8")
    rewritten(after.parent / "before", "value = 0.2\n", "value = 2\n")
    assert run(["check", "--study", str(after)]) == 2
    assert "seeds/parameters.toml" in capsys.readouterr().out
    shutil.rmtree(after.parent / "before")
    assert run(["check", "--study", str(after)]) == 2
    assert "found no study in the folder '../before'" in capsys.readouterr().out
    assert run(["solve", "valve", "--study", str(after)]) == 0  # which needs no other version


def test_a_changed_term_and_interval_are_named_in_words(after):
    path = after / "payoffs" / "valve.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('formula = "-unsold"', 'formula = "-2*unsold"'), encoding="utf-8")
    document = Study(after).report("versions").document()
    rows = {plain_text(row[0]): [plain_text(cell) for cell in row[1:]] for block in document.blocks if isinstance(block, Table) for row in block.rows}
    assert rows["Borealia: unsold gas"] == ["-unsold gas; Borealia: throttle", "-2*unsold gas; Borealia: throttle"]
    assert not [name for name in rows if "." in name]


def test_the_page_follows_both_versions(after):
    assert facts(Study(after).report("versions").document())
    rewritten(after.parent / "before", "value = 0.2\n", "value = 0.35\n")
    assert not facts(Study(after).report("versions").document())


def test_a_kept_build_is_not_taken_for_one_of_another_version(after):
    command = ["report", "versions", "--study", str(after), "-o", str(after / "versions.pdf")]
    assert run(command) == 0
    first = (after / "versions.pdf").read_bytes()
    rewritten(after.parent / "before", "value = 0.2\n", "value = 0.35\n")
    assert run(command) == 0
    assert (after / "versions.pdf").read_bytes() != first


def test_another_version_that_is_missing_or_faulty_is_said_to_be(after):
    rewritten(after.parent / "before", "value = 0.2\n", "value = 2\n")
    with pytest.raises(InputError, match="rivalry|interval|value"):
        Study(after).report("versions").document()
    shutil.rmtree(after.parent / "before")
    with pytest.raises(UsageError, match="before"):
        Study(after).report("versions").document()
    (after / "reports" / "versions.toml").write_text(REPORT.replace('against = "../before"\n', ""), encoding="utf-8")
    with pytest.raises(InputError, match="without another version"):
        Study(after)
