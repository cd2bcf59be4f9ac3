"""Forms for experts out and back: pooled by hand, faults at cells, verdicts that hang on whom one asks."""

from fractions import Fraction as F

import pytest

from detente.cli import run
from detente.errors import InputError, UsageError
from detente.seeds.elicitation import Answer, pool, standardized
from detente.seeds.sheets import read_sheet, write_sheet
from detente.study.experts import form_rows, read_forms, verdicts, write_pooled
from detente.study.layout import find
from detente.study.load import load

TESTS = """
[[C1.tests]]
says = { en = "a customer who built is throttled" }
game = "valve"
conclusion = "escalation"

[[C1.tests]]
says = { en = "Meridia gains from having built" }
game = "valve"
conclusion = "insurance"
"""


@pytest.fixture
def study(tmp_path, capsys):
    assert run(["new", str(tmp_path / "s")]) == 0
    capsys.readouterr()
    claims = tmp_path / "s" / "seeds" / "claims.toml"
    claims.write_text(
        claims.read_text(encoding="utf-8").replace("\n[conflicts", TESTS + "\n[conflicts", 1), encoding="utf-8"
    )
    assert load(tmp_path / "s").faults == ()
    return tmp_path / "s"


@pytest.fixture
def form(study, tmp_path):
    """Fill in a form: parameter to lowest, highest, best, confidence."""

    def make(expert, answers, suffix=".csv"):
        rows = form_rows(load(study))
        for row in rows:
            if row["parameter"] in answers:
                row.update(zip(("lowest", "highest", "best", "confidence"), answers[row["parameter"]]))
        path = tmp_path / f"{expert}{suffix}"
        write_sheet(path, list(rows[0]), [list(row.values()) for row in rows])
        return read_sheet(path)

    return make


def test_an_interval_is_stretched_from_the_best_guess_and_keeps_its_sign_and_domain():
    # stated at 60 %, wanted at 90 %: both sides half as long again
    assert standardized(Answer(F(2), F(4), F(10), F(3, 5)), F(9, 10)) == (1, 4, 13)
    assert standardized(Answer(F(1), F(4), F(10), F(3, 5)), F(9, 10)) == (0, 4, 13)  # not -1/2
    assert standardized(Answer(F(-1), F(4), F(10), F(3, 5)), F(9, 10)) == (F(-7, 2), 4, 13)
    assert standardized(Answer(F(-3), F(-2), F(-1), F(1, 5)), F(9, 10)) == (F(-13, 2), -2, 0)
    assert standardized(Answer(F(1, 2), F(4, 5), F(9, 10), F(1, 2)), F(9, 10), (F(0), F(1)))[2] == F(98, 100)
    assert standardized(Answer(F(1, 2), F(4, 5), F(1), F(1, 2)), F(9, 10), (F(0), F(1)))[2] == 1
    # certain answers shrink
    assert standardized(Answer(F(0), F(1), F(2), F(1)), F(1, 2)) == (F(1, 2), 1, F(3, 2))


def test_pooled_are_the_weighted_means_and_those_without_answer_do_not_count():
    answers = {"a": Answer(F(1), F(2), F(3), F(9, 10)), "b": Answer(F(4), F(5), F(9), F(9, 10))}
    found = pool(answers, {"a": F(1), "b": F(3), "c": F(100)}, F(9, 10))
    assert (found.low, found.value, found.high) == (
        F(13, 4),
        F(17, 4),
        F(15, 2),
    )  # (1 + 3*4)/4, (2 + 3*5)/4, (3 + 3*9)/4
    assert (found.least, found.greatest) == (1, 9)
    with pytest.raises(UsageError, match="add up to 0"):
        pool(answers, {"a": F(0), "b": F(0)}, F(9, 10))


def test_a_form_asks_for_every_judgement_and_shows_no_value_of_the_study(study):
    rows = form_rows(load(study))
    assert [row["parameter"] for row in rows] == ["rivalry", "delta"]
    assert all("0.2" not in cell and "0.5" not in cell for row in rows for cell in row.values())
    assert "how sure you are" in rows[0]["question"]
    with pytest.raises(UsageError, match="no judgement of the study"):
        form_rows(load(study), ["loss"])


def test_forms_of_several_experts_are_read_pooled_and_written_back(study, form, tmp_path):
    files = load(study)
    alice = form("alice", {"rivalry": ("0", "0.2", "0.1", "90%"), "delta": ("0.8", "0.96", "0.9", "0.9")})
    bob = form("bob", {"rivalry": ("0.3", "0.5", "0.4", "90")}, ".xlsx")
    found = read_forms(files, [alice, bob], {"bob": F(2)})
    assert found.experts == ("alice", "bob")
    pooled = found.pooled["seeds/parameters.toml", "rivalry"]
    assert (pooled.low, pooled.value, pooled.high) == (F(1, 5), F(3, 10), F(2, 5))
    assert "intervals apart" in found.table.to_text(200)
    assert write_pooled(study, files, found) == ("rivalry", "delta")
    after = load(study)
    assert after.faults == ()
    assert (after.parameters["rivalry"].value, after.parameters["delta"].low) == (F(3, 10), F(4, 5))
    assert "alice (weight 1), bob (weight 2)" in after.parameters["rivalry"].reason
    # asked a second time, the reason does not grow
    write_pooled(study, after, read_forms(after, [bob], {}))
    assert load(study).parameters["rivalry"].reason.count("asked of") == 1
    assert "no document prices spite" in load(study).parameters["rivalry"].reason


def test_which_verdicts_differ_between_experts_and_why(study, form):
    # by hand: escalation is rivalry*loss*(1 - cover) - unsold; with loss 2..6, cover 0.2..0.4, unsold 0.25..0.35 it is
    # above 0 in the whole box where rivalry > 0.35/(2*0.6) = 0.29, and below 0 where rivalry < 0.25/(6*0.8) = 0.052
    calm = form("calm", {"rivalry": ("0", "0.05", "0.02", "90"), "delta": ("0.8", "0.96", "0.9", "90")})
    grim = form("grim", {"rivalry": ("0.3", "0.5", "0.4", "90"), "delta": ("0.7", "0.9", "0.8", "90")})
    files = load(study)
    table, apart = verdicts(files, read_forms(files, [calm, grim], {}), draws=500)
    row = next(row for row in table.rows if row[1] == "a customer who built is throttled")
    assert dict(zip(table.columns, row))["calm"] == "does not follow"
    assert dict(zip(table.columns, row))["grim"] == "follows"
    (one,) = apart  # whether Meridia gains does not hang on rivalry or patience
    assert (one.first, one.second) == (("calm", "fails"), ("grim", "follows"))
    assert one.sets == (("rivalry",),)
    assert one.complete
    assert "What makes the difference: rivalry." in one.sentence


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (("0.3", "0.2", "0.25", "90"), "lowest <= best <= highest"),
        (("0", "1", "0.5", "0"), "confidence"),
        (("0", "1", "0.5", "101"), "confidence"),
        (("0", "1", "", "90"), "all four answers, or none"),
        (("zero", "1", "0.5", "90"), "lowest"),
    ],
)
def test_an_answer_that_makes_no_sense_is_named_at_its_cell(study, form, answer, said):
    with pytest.raises(InputError, match="x.csv:2:") as error:
        read_forms(load(study), [form("x", {"rivalry": answer})], {})
    assert said in str(error.value)


def test_other_misuse_says_why(study, form, capsys, tmp_path):
    files = load(study)
    sheet = form("x", {"rivalry": ("0", "1", "0.5", "90")})
    with pytest.raises(UsageError, match="weight for 'y'"):
        read_forms(files, [sheet], {"y": F(1)})
    with pytest.raises(UsageError, match="level"):
        read_forms(files, [sheet], {}, F(1))
    with pytest.raises(UsageError, match="no answers"):
        read_forms(files, [form("z", {})], {})
    with pytest.raises(InputError, match="second answer of x"):
        read_forms(files, [sheet, sheet], {})
    assert find(study) == study
    before = (study / "seeds" / "parameters.toml").read_bytes()
    assert run(["elicit", "in", str(tmp_path / "x.csv"), "--study", str(study), "--weight", "x"]) == 2
    assert "EXPERT=W" in capsys.readouterr().err
    assert run(["elicit", "in", str(tmp_path / "x.csv"), "--study", str(study), "--no-claims", "--json"]) == 0
    assert '"best": "1/2"' in capsys.readouterr().out
    assert (study / "seeds" / "parameters.toml").read_bytes() == before


def test_an_entry_of_a_table_is_asked_for_and_written_back_in_its_place(real_copy, tmp_path):
    root = real_copy
    rows = form_rows(load(root), ["ready_drc"])
    assert [row["question"].startswith("readiness of drc: ") for row in rows] == [True]
    rows[0].update(lowest="0.1", highest="0.5", best="0.2", confidence="90")
    path = tmp_path / "ann.csv"
    write_sheet(path, list(rows[0]), [list(row.values()) for row in rows])
    found = read_forms(load(root), [read_sheet(path)], {})
    assert write_pooled(root, load(root), found) == ("ready[drc]",)
    text = (root / "payoffs" / "export_ban_cascade.toml").read_text(encoding="utf-8")
    assert "drc = { value = 0.2, low = 0.1, high = 0.5, reason = " in text
    assert load(root).faults == ()
