"""``--as``, ``--partition``, ``--statics``, ``--boundaries``, ``--sustain``, ``--weight`` on the study's games."""

import json
from pathlib import Path

import pytest

from detente.cli import run

ROOT = Path(__file__).parents[2]


def out(capsys, *arguments, code=0):
    assert run([*arguments[:2], "--study", str(ROOT), *arguments[2:]]) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_words_use_labels_units_and_what_holds_at_equality(capsys):
    text = out(capsys, "atlas", "confrontation", "--as", "words")
    assert "(United States: cooperate; China: cooperate) is an equilibrium exactly when" in text
    assert "rel_us" not in text
    assert '"At least" and "at most" include equality' in text
    assert "- US purchase bill" not in text  # no condition holds it by itself
    assert "- technology denial (V/yr): 0.2 to 1" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("how", "command"),
    [
        ("latex", ("atlas", "confrontation", "--over", "sev", "--partition", "--statics", "--boundaries")),
        ("typst", ("thresholds", "weaponization", "--along", "theta")),
        ("latex", ("levers", "confrontation", "--to", "cooperate,cooperate", "--for", "unique", "--budget", "0")),
        ("typst", ("rests-on", "confrontation", "--conclusion", "D_us")),
    ],
)
def test_every_command_writes_math_with_symbols(capsys, command, how):
    text = out(capsys, *command, "--as", how)
    assert text.startswith("\\[" if how == "latex" else "$ ")
    assert text.count("{") == text.count("}")


def test_json_keeps_the_contract_and_adds_what_was_asked_for(capsys):
    text = out(
        capsys,
        "atlas",
        "confrontation",
        "--over",
        "sev",
        "--partition",
        "--statics",
        "--boundaries",
        "--as",
        "words",
        "--json",
    )
    data = json.loads(text)
    assert {"profile", "payoffs", "condition", "status"} <= set(data["regions"][0])
    assert data["partition"]["complete"]
    # The threshold of the question: cooperation stops being an equilibrium at sev = 3103/7881.
    ends = {piece["to"] for each in data["partition"]["sets"] for piece in each["pieces"]}
    assert "3103/7881" in ends
    assert {"equilibrium", "player", "quantity", "parameter", "sign", "derivative"} == set(data["statics"][0])
    assert all("==" in each["condition"] for each in data["boundaries"])
    assert data["as"] == "words"
    assert "exactly when" in data["written"]


def test_a_repeated_variant_has_its_critical_factors_as_formulas(capsys):
    data = json.loads(out(capsys, "atlas", "confrontation:repeated", "--json"))
    lines = {(each["strategy"], each["player"]): each for each in data["critical_discount_formulas"]["factors"]}
    assert lines["grim", "us"]["formula"].startswith("(rel_us*tech_hit - ally_cost - c_reb - div_us)/")


def test_a_weight_makes_a_lever_dearer_by_its_factor(capsys):
    def cost(*more):
        data = json.loads(
            out(
                capsys,
                "levers",
                "confrontation",
                "--to",
                "cooperate,cooperate",
                "--for",
                "selected",
                "--budget",
                "0",
                "--json",
                *more,
            )
        )
        (found,) = (each["cost"] for each in data["levers"] if list(each["change"]) == ["rel_cn"])
        return found

    from fractions import Fraction

    assert Fraction(cost("--weight", "rel_cn=3")) == 3 * Fraction(cost())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("atlas", "weaponization", "--partition"), "thresholds along one parameter"),
        (("atlas", "weaponization", "--sustain", "x"), "expected a normal form"),
        (("atlas", "confrontation", "--punish", "cooperate,cooperate"), "without --sustain"),
        (("levers", "confrontation", "--to", "cooperate,cooperate", "--weight", "sev"), "expected NAME=VALUE"),
        (("levers", "confrontation", "--to", "cooperate,confront", "--weight", "sve=1"), "did you mean 'sev'"),
        (
            ("levers", "confrontation", "--to", "cooperate,cooperate", "--breaks", "--for", "unique"),
            "--breaks with --for",
        ),
        (
            ("levers", "confrontation", "--to", "cooperate,cooperate", "--breaks", "--side-payments"),
            "--breaks with --side",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(capsys, arguments, message):
    assert message in out(capsys, *arguments, code=2)
