"""Studies as a whole: what is loaded, noted, hashed, and checked across files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from detente.errors import InputError, UsageError
from detente.study.check import check
from detente.study.layout import find, open_layout
from detente.study.load import load
from detente.study.text_files import study_hash

SMALL = Path(__file__).parent / "small"
PARAMETERS, FIGURES, PAYOFFS, GAME = "seeds/parameters.toml", "seeds/figures.csv", "payoffs/river.toml", "games/river.toml"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(SMALL, tmp_path / "study"))


def change(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(root: Path, **options: bool) -> list[str]:
    return [str(fault) for fault in check(root, **options)]


def faults(root: Path) -> list[str]:
    return [str(fault) for fault in check(root) if fault.level == "fault"]


# --- what a study is


def test_a_study_has_what_its_files_define():
    study = load(SMALL)
    assert study.faults == ()
    assert (study.name, study.main_report) == ("two-fords", "main")
    assert list(study.documents) == ["001", "002"]
    assert len(study.figures) == 10
    assert {parameter.kind for parameter in study.parameters.values()} == {"figure", "derived", "judgement"}
    assert list(study.claims) == ["M1", "M2"]
    assert list(study.conflicts) == ["north_share"]
    assert list(study.payoffs) == list(study.games) == ["river"]
    assert study.reports["main"].games == ("river",)


def test_a_study_is_found_from_any_folder_inside_it(root, monkeypatch):
    assert find(root / "seeds") == find(root) == root.resolve()
    monkeypatch.chdir(root / "games")
    assert find() == root.resolve()


def test_a_folder_outside_any_study_is_refused(tmp_path):
    with pytest.raises(UsageError, match="found no study"):
        find(tmp_path)
    with pytest.raises(UsageError, match="found no folder"):
        find(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="found no folder"):
        open_layout(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"found no pyproject\.toml"):
        open_layout(tmp_path)


def test_a_study_without_its_marker_does_not_stand_for_the_one_above_it(root):
    inner = root / "inner"
    shutil.copytree(SMALL, inner)
    (inner / "pyproject.toml").unlink()
    with pytest.raises(UsageError, match="found the rooms of a study"):
        find(inner / "games")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.detente]\nformat = 1\n", "missing key 'name'"),
        ('[tool.detente]\nformat = true\nname = "x"\n', "expected format = 1"),
        ('[tool.detente]\nformat = 1\nname = "x"\nreprot = "main"\n', "did you mean 'report'"),
        ("[tool]\ndetente = 1\n", "expected a table"),
        ("[tool.other]\n", "found no table [tool.detente]"),
        ("[tool.detente\n", "close the brackets"),
    ],
)
def test_a_faulty_marker_is_bad_input(text, message, root):
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_layout(root)
    assert message in str(caught.value)
    assert any(message in fault for fault in faults(root))


def test_importing_the_package_loads_no_pydantic():
    code = "import sys, detente; print(sorted({'pydantic', 'tree_sitter', 'sympy', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.strip() == "[]"


# --- hash


def test_the_hash_does_not_depend_on_line_ends(root):
    before = study_hash(root)
    for path in (root / "seeds").iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert study_hash(root) == before == load(root).hash


def test_the_hash_changes_with_any_character_and_any_name(root):
    seen = {study_hash(root)}
    change(root, GAME, "Two towns share a river.", "Two towns share a river!")
    seen.add(study_hash(root))
    (root / GAME).rename(root / "games" / "rover.toml")
    seen.add(study_hash(root))
    path = root / "reports" / "main.toml"
    path.write_bytes(path.read_bytes() + b"\n")
    seen.add(study_hash(root))
    assert len(seen) == 4


def test_text_moved_from_one_file_to_the_next_changes_the_hash(root):
    (root / "reports" / "a.toml").write_bytes(b"xreports/b.tomly")
    (root / "reports" / "b.toml").write_bytes(b"z")
    before = study_hash(root)
    (root / "reports" / "a.toml").write_bytes(b"x")
    (root / "reports" / "b.toml").write_bytes(b"reports/b.tomlyz")
    assert study_hash(root) != before


def test_what_is_no_definition_is_not_hashed(root):
    before = study_hash(root)
    (root / "seeds" / "README.md").write_text("notes", encoding="utf-8")
    (root / "reports" / "main.pdf").write_bytes(b"%PDF")
    (root / "pyproject.toml").write_text('[tool.detente]\nformat = 1\nname = "other"\n', encoding="utf-8")
    assert study_hash(root) == before


# --- notes


def test_a_sound_study_tells_its_readings_as_one_note_a_file(root):
    assert told(root) == ["seeds/parameters.toml: note: 3 parameters with a reading; `detente check --notes` lists them"]
    assert told(root, every_note=True) == [
        "seeds/parameters.toml:40:2: note: 'harvest_loss' is a reading",
        "seeds/parameters.toml:52:2: note: 'agree_rate' is a reading",
        "seeds/parameters.toml:65:2: note: 'mill' is a reading",
    ]


def test_unused_figures_and_parameters_are_one_note_a_file(root):
    change(root, "seeds/claims.toml", 'figures = ["families-left"]\n', "")
    change(root, PAYOFFS, 'formula = "pride"', 'formula = "0.1"')
    change(root, PARAMETERS, 'formula = "weir_cost/weir_years"', 'formula = "weir_cost/3"')
    notes = told(root)
    assert "seeds/figures.csv: note: 1 unused figure; `detente check --notes` lists them" in notes
    assert "seeds/parameters.toml: note: 1 unused parameter; `detente check --notes` lists them" in notes
    assert "payoffs/river.toml: note: 1 unused parameter; `detente check --notes` lists them" in notes
    listed = told(root, every_note=True)
    assert "seeds/figures.csv:8:1: note: unused figure 'families-left'" in listed
    assert "seeds/parameters.toml:29:2: note: unused parameter 'weir_years'" in listed
    assert "payoffs/river.toml:9:13: note: unused parameter 'pride'" in listed


def test_a_point_outside_an_interval_is_a_note(root):
    change(root, GAME, "harvest_loss = 0.2", "harvest_loss = 0.25")
    assert faults(root) == []
    assert "games/river.toml:19:16: note: dry: harvest_loss = 1/4 lies outside its interval [1/20, 1/5]" in told(root)


def test_the_interval_of_a_game_takes_the_place_of_the_shared_one(root):
    change(root, GAME, 'trust = "3/10"', 'trust = "15/100"')
    assert "games/river.toml:20:9: note: dry: trust = 3/20 lies outside its interval [1/5, 3/5]" in told(root)


# --- across files


def test_a_cycle_is_told_whole(root):
    change(root, PARAMETERS, 'formula = "mill*agree_rate"', 'formula = "mill*loss"')
    assert faults(root) == [
        "seeds/parameters.toml:107:11: found the cycle loss -> mill_part -> loss; expected definitions without a cycle "
        "(mill_part at seeds/parameters.toml:113:11); give one of them a value"
    ]


def test_a_shared_parameter_may_not_rest_on_a_local_one(root):
    change(root, PARAMETERS, 'formula = "weir_cost/weir_years"', 'formula = "weir_cost/weir_years + pride"')
    (fault,) = faults(root)
    assert fault.startswith("seeds/parameters.toml:100:35: unknown name 'pride'")


def test_a_violated_constraint_names_the_values_and_where_they_stand(root):
    change(root, PAYOFFS, "loss <= weir_cost", "trust <= patience/3")
    assert faults(root) == [
        "payoffs/river.toml:6:11: the constraint 'trust <= patience/3' does not hold at baseline: "
        "trust = 2/5 (at seeds/parameters.toml:81:9), patience = 9/10 (at seeds/parameters.toml:91:9); "
        "a year's loss cannot exceed the weir; change a value or the constraint"
    ]


def test_a_divisor_that_a_piecewise_guards_is_no_fault(root):
    change(root, PAYOFFS, 'formula = "-loss"', 'formula = "piecewise(loss/(trust - 0.3), trust > 0.31, 1)"')
    assert faults(root) == []


def test_a_shared_formula_is_tried_over_the_interval_of_the_game(root):
    # trust runs over [0.1, 0.7] in the study and over [0.2, 0.6] in the game
    change(root, PARAMETERS, 'formula = "mill*agree_rate"', 'formula = "mill*agree_rate/(1 - trust)"')
    assert faults(root) == []
    change(root, GAME, "high = 0.6", "high = 1")
    (first, *_) = faults(root)
    assert first.startswith("seeds/parameters.toml:113:12: division by zero at a corner of the box")


def test_two_games_may_share_a_payoff_model(root):
    text = (root / GAME).read_text(encoding="utf-8")
    (root / "games" / "creek.toml").write_text(text, encoding="utf-8")
    assert faults(root) == []


def test_a_conclusion_without_a_value_at_baseline_is_told(root):
    change(root, GAME, "payoff[south][concede, concede] - loss", "1/(payoff[south][concede, concede] - payoff[south][concede, concede])")
    (fault,) = faults(root)
    assert fault.startswith("games/river.toml:36:44: division by zero; at baseline")


def test_a_payoff_has_no_meaning_outside_conclusions(root):
    change(root, PAYOFFS, 'formula = "-loss"', 'formula = "-payoff[north][hoard, hoard]"')
    assert "no meaning here" in faults(root)[0]
    change(root, GAME, '"patience - 0.05"', '"payoff[north][hoard, hoard]"')
    assert any("found a payoff in a discount factor" in fault for fault in faults(root))


def test_a_local_parameter_may_not_have_a_shared_name(root):
    change(root, PAYOFFS, "[parameters.pride]", "[parameters.patience]")
    assert faults(root)[0] == (
        "payoffs/river.toml:9:13: found the parameter 'patience' a second time; it stands at seeds/parameters.toml:88:2 already; rename one"
    )


def test_faults_stand_in_the_order_of_the_rooms(root):
    (root / "reports" / "main.toml").write_text("format = 1\n", encoding="utf-8")
    change(root, GAME, "number = 4", "number = 1")
    change(root, PAYOFFS, "material = false", "material = 0")
    change(root, FIGURES, "at_least", "at_best")
    change(root, "seeds/documents.toml", 'date = "2024"', "date = 2024")
    files = list(dict.fromkeys(fault.place.file for fault in check(root) if fault.level == "fault"))
    assert files == ["seeds/documents.toml", FIGURES, PAYOFFS, GAME, "reports/main.toml"]


def test_nothing_that_a_file_says_is_run(root, tmp_path):
    witness = tmp_path / "witness"
    code = f"__import__('pathlib').Path('{witness}').touch()"
    change(root, PAYOFFS, 'formula = "-loss"', f'formula = "{code}"')
    change(root, GAME, "Two towns share a river.", code)
    change(root, PARAMETERS, 'rule = "agreed/met"', f'rule = "{code}"')
    assert len(faults(root)) == 2
    assert not witness.exists()
