"""The commands as others use them: output, JSON of the contract, exit codes, files."""

import json
import re
import subprocess
import sys
from fractions import Fraction

import pytest

from detente.cli import run


@pytest.fixture
def detente(capsys, study_root):
    """Run a command on this study; return exit code, stdout, stderr."""

    def call(*arguments, study=True):
        where = ["--study", str(study_root)] if study else []
        code = run([arguments[0], *where, *arguments[1:]])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def answer(detente):
    """Run a command with --json and return the object."""

    def call(*arguments):
        code, out, _ = detente(*arguments, "--json")
        assert code == 0
        return json.loads(out)

    return call


def test_solve_gives_the_json_of_the_contract(answer):
    found = answer("solve", "confrontation")
    assert found["format"] == 1
    assert found["command"] == "solve"
    assert (found["concept"], found["form"], found["arithmetic"]) == ("nash", "normal", "exact")
    assert found["players"] == ["us", "china"]
    assert found["strategies"] == {"us": ["cooperate", "confront"], "china": ["cooperate", "confront"]}
    assert found["complete"] is True
    assert found["degenerate"] is False
    assert [each["pure"] for each in found["equilibria"]] == [True, False, True]
    assert all(each["regret"] == "0" for each in found["equilibria"])
    first = found["equilibria"][0]
    assert first["profile"] == {"us": {"cooperate": "1", "confront": "0"}, "china": {"cooperate": "1", "confront": "0"}}
    assert found["components"] == [[0], [1], [2]]
    assert found["nash_subsets"] == [[0], [1], [2]]
    assert found["study"]["name"] == "rare-earths"
    assert len(found["study"]["hash"]) == 64
    assert found["parameters"]["d_us"] == "37/50"


def test_a_changed_parameter_moves_the_answer(answer):
    # rel_us above 207/500 makes the gain A of the United States positive: cooperation is no equilibrium
    found = answer("solve", "confrontation", "--at", "rel_us=0.45")
    assert [list(each["profile"]["us"].values()) for each in found["equilibria"]] == [["0", "1"]]


def test_a_named_point_and_a_change_on_top_of_it(answer):
    found = answer("solve", "confrontation", "--point", "hawkish", "--at", "rel_us=1/10")
    assert found["point"] == "hawkish"
    assert found["parameters"]["rel_us"] == "1/10"
    assert found["parameters"]["tech_hit"] == "4/5"


def test_a_value_outside_its_interval_is_used_and_noted(detente):
    code, _, err = detente("solve", "confrontation", "--at", "sev=0.7")
    assert code == 0
    assert "sev = 0.7 lies outside its interval [0.1, 0.6]" in err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["solve", "confrontatoin"], "did you mean 'confrontation'"),
        (["solve", "confrontation:repeat"], "did you mean 'repeated'"),
        (["solve", "confrontation", "--at", "sev=1.5"], "outside its domain [0, 1]"),
        (["solve", "confrontation", "--at", "sevv=0.5"], "did you mean 'sev'"),
        (["solve", "confrontation", "--at", "sev"], "expected NAME=VALUE"),
        (["solve", "confrontation", "--at", "sev=1e999999999"], "exponent"),
        (["solve", "confrontation", "--at", "sev=__import__('os')"], "expected a number"),
        (["solve", "confrontation", "--at", "c_reb=1"], "derived"),
        (["solve", "confrontation", "--at", "sev=0.1", "--at", "sev=0.2"], "twice"),
        (["solve", "confrontation", "--point", "hawk"], "did you mean 'hawkish'"),
        (["solve", "confrontation", "--method", "magic"], "unknown method"),
        (["solve", "confrontation", "--question", "99"], "expected one of 1, 2, 3, 4, 5, 6, 7"),
        (["solve", "confrontation", "--concept", "nosh"], "nosh"),
        (["thresholds", "confrontation", "--along", "sevv"], "did you mean 'sev'"),
        (["thresholds", "confrontation", "--along", "sev", "--of", "A_uss"], "expected"),
        (["trace", "confrontation", "cooperate,cooperate"], "without a player"),
        (["trace", "confrontation", "cooperate,fight", "us"], "unknown strategy 'fight'"),
        (["trace", "confrontation", "nothing"], "unknown name"),
        (["atlas", "confrontation", "--over", "sevv"], "unknown parameter"),
        (["report", "mian"], "did you mean 'main'"),
    ],
)
def test_bad_usage_gives_one_clear_message_and_exit_code_2(detente, arguments, part):
    code, out, err = detente(*arguments)
    assert code == 2
    assert out == ""
    assert part in err
    assert "Traceback" not in err


def test_an_unknown_command_is_refused_with_a_suggestion(detente):
    code, _, err = detente("slove", study=False)
    assert code == 2
    assert "did you mean 'solve'" in err


def test_no_study_here_is_said_in_words(tmp_path, capsys):
    assert run(["list", "--study", str(tmp_path)]) == 2
    assert "study" in capsys.readouterr().err


def test_show_names_terms_formulas_and_inert_terms(answer):
    found = answer("show", "confrontation")
    cell = next(each for each in found["cells"] if each["profile"] == {"us": "cooperate", "china": "confront"})
    own = cell["payoffs"]["us"]
    # 1 - d_us*sev - conc*d_us*sev at d_us = 0.74, sev = 0.3, conc = 0.2
    assert Fraction(own["value"]) == 1 - Fraction(74, 100) * Fraction(3, 10) * Fraction(12, 10)
    assert [term["name"] for term in own["terms"]] == ["supply_value", "disruption", "concession"]
    assert sum(Fraction(term["value"]) for term in own["terms"]) == Fraction(own["value"])
    assert found["inert"]["china"] == ["export_rent", "legacy_cleanup", "tech_denial", "market_loss"]
    assert next(each for each in found["cells"] if each["profile"] == {"us": "confront", "china": "confront"})["best_response"] == ["us", "china"]


def test_material_payoffs_leave_out_relative_gains(answer):
    cells = answer("show", "confrontation", "--payoffs", "material")["cells"]
    assert all(term["material"] for cell in cells for own in cell["payoffs"].values() for term in own["terms"])


def test_thresholds_are_exact_and_say_what_changes(answer):
    found = answer("thresholds", "confrontation", "--along", "rel_us", "--of", "A_us")
    # A_us = rel_us*tech_hit - ally_cost - c_reb - div_us with c_reb = 0.137
    value = (Fraction(2, 100) + Fraction(137, 1000) + Fraction(5, 100)) / Fraction(1, 2)
    assert [Fraction(each["at"]) for each in found["thresholds"]] == [value]
    assert (found["thresholds"][0]["before"], found["thresholds"][0]["at_point"], found["thresholds"][0]["after"]) == (-1, 0, 1)


def test_a_derived_value_may_be_held_free(answer):
    found = answer("thresholds", "confrontation", "--along", "c_reb")
    assert [each["at"] for each in found["thresholds"]] == ["11/200", "837/5000"]
    assert found["thresholds"][0]["before"] == ["confront,confront"]


def test_thresholds_outside_the_interval_follow_as_notes(answer):
    found = answer("thresholds", "confrontation", "--along", "rel_cn")
    assert [each["at"] for each in found["outside"]] == ["-182/333"]
    assert any("-182/333" in note for note in found["notes"])


def test_trace_goes_down_to_document_line_and_token(answer):
    node = answer("trace", "confrontation", "cooperate,confront", "us")["node"]
    assert node["kind"] == "payoff"
    leaves = []

    def walk(each):
        leaves.extend(each["figures"])
        for below in each["from"]:
            walk(below)

    walk(node)
    place = {(each["id"], each["document"], each["line"], each["token"]) for each in leaves}
    assert ("us-import-share-china-2018-2021", "001", 107, "74%") in place


def every_name(study_root):
    from detente.facade import Study

    game = Study(study_root).game("confrontation")
    return [*game.model.parameters, *game.model.definition.conclusions, "threshold:sev", "threshold:sev:B_us", "factor:grim:us"]


def test_every_name_of_the_game_can_be_traced(study_root):
    from detente.facade import Study

    game = Study(study_root).game("confrontation")
    for name in every_name(study_root):
        trace = game.trace(name, point="hawkish") if name.startswith("factor") else game.trace(name)
        ends = [each for each in trace.walk() if not each.sources]
        assert ends
        assert all(each.figures or each.reason or each.kind in {"term"} for each in ends), name


def test_list_names_everything(answer):
    found = answer("list")
    assert {"confrontation", "confrontation:repeated", "pakistan_balancing:types"} <= set(found["games"])
    assert "notice_46/confrontation" in found["observations"]
    assert {"main", "confrontation"} <= set(found["reports"])
    assert "d_us" in found["parameters"]
    assert found["claims"][0] == "M1"
    assert len(found["claims"]) == 23


def test_the_repeated_variant_gives_critical_factors_per_player(answer):
    found = answer("solve", "confrontation:repeated", "--point", "hawkish")
    factors = found["critical_discount_factors"]
    assert factors["grim"] == {"us": "386/573", "china": "62888/910433"}
    assert factors["punishment_1"]["us"] is None
    assert factors["tit_for_tat"] == {"us": None, "china": None}
    assert factors["punishment_3"]["us"]["float"] == pytest.approx(0.8244, abs=1e-4)


def test_check_lists_notes_and_succeeds(detente):
    code, out, _ = detente("check")
    assert code == 0
    assert "no faults" in out


def test_check_says_how_many_figures_the_numbers_rest_on(detente, study_root):
    """Counted here in the text of the files: ids in quotes in payoffs/ and parameters.toml."""
    _, out, _ = detente("check")
    rows = (study_root / "seeds" / "figures.csv").read_text(encoding="utf-8").splitlines()[1:]
    ids = {row.partition(",")[0].strip('"') for row in rows}
    files = [study_root / "seeds" / "parameters.toml", *(study_root / "payoffs").glob("*.toml")]
    quoted = set(re.findall(r'"([^"\n]+)"', "\n".join(each.read_text(encoding="utf-8") for each in files)))
    assert f"{len(ids & quoted)} figures (" in out


def test_check_reports_a_missing_folder_of_documents(detente, tmp_path):
    code, _, err = detente("check", "--documents", str(tmp_path / "nowhere"))
    assert code == 2
    assert "nowhere" in err


def test_atlas_conditions_are_read_back_by_the_grammar(answer):
    from detente import formula

    for region in answer("atlas", "confrontation")["regions"]:
        formula.parse(region["condition"], condition=True)
        assert region["status"] == "conditional"


def test_atlas_verifies_itself_against_the_solver(detente):
    code, out, _ = detente("atlas", "confrontation", "--verify", "25")
    assert code == 0
    assert "agree with the certified solver at 25 random exact points" in out


def test_out_writes_the_result_whole(detente, tmp_path):
    target = tmp_path / "answer.json"
    code, out, _ = detente("solve", "confrontation", "--json", "-o", str(target))
    assert code == 0
    assert out == ""
    assert json.loads(target.read_text(encoding="utf-8"))["command"] == "solve"
    assert list(tmp_path.iterdir()) == [target]


def test_out_into_a_missing_folder_is_refused(detente, tmp_path):
    code, _, err = detente("solve", "confrontation", "-o", str(tmp_path / "no" / "x.txt"))
    assert code == 2
    assert "cannot write" in err


def test_notes_on_a_report_go_to_stderr_and_into_the_json(detente, monkeypatch, tmp_path):
    from detente.reports.build import Report, Written

    monkeypatch.setattr(Report, "write", lambda self, path: Written((path,), ("Chinese text is shown as [zh]",)))
    code, out, err = detente("report", "-o", str(tmp_path / "main.pdf"), "--json")
    assert (code, err) == (0, "note: Chinese text is shown as [zh]\n")
    assert json.loads(out)["notes"] == ["Chinese text is shown as [zh]"]


def test_text_fits_a_terminal(detente):
    for arguments in (["solve", "confrontation"], ["show", "confrontation"], ["solve", "confrontation", "--question", "3"], ["list"]):
        _, out, _ = detente(*arguments)
        from detente.display import width

        assert max(width(line) for line in out.splitlines()) <= 80, arguments


HEAVY = ("numpy", "scipy", "sympy", "pandas", "matplotlib", "numba", "pydantic")


@pytest.mark.parametrize("code", ["import detente", "import sys; sys.argv = ['detente', '--help']; from detente.cli import run; run()"])
def test_start_up_loads_nothing_heavy(code):
    probe = f"{code}\nimport sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_game_of_two_is_solved_without_sympy(study_root):
    code = f"import sys; sys.argv = ['detente', 'solve', 'confrontation', '--study', {str(study_root)!r}]; from detente.cli import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint('sympy' in sys.modules)"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "these are all" in done.stdout
    assert done.stdout.splitlines()[-1] == "False"


def test_a_closed_pipe_is_no_error(study_root):
    command = f"{sys.executable} -m detente list --study {study_root} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.stdout.strip() == "study rare-earths"
    assert "Traceback" not in done.stderr


def test_a_game_goes_out_and_comes_back_with_the_same_answer(detente, answer, tmp_path, capsys):
    wanted = answer("solve", "confrontation")
    for ending in ("nfg", "efg"):
        target = tmp_path / f"game.{ending}"
        assert detente("export", "confrontation", "-o", str(target))[0] == 0
        assert run(["solve", str(target), "--concept", "nash", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert sorted(json.dumps(each["payoffs"]) for each in found["equilibria"]) == sorted(
            json.dumps(each["payoffs"]) for each in wanted["equilibria"]
        )


def test_a_table_goes_out_as_csv_and_json(detente, tmp_path):
    target = tmp_path / "game.csv"
    assert detente("export", "confrontation", "-o", str(target))[0] == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "us,china,payoff of us,payoff of china"
    assert lines[1].startswith("cooperate,cooperate,21/20,")
    target = tmp_path / "game.json"
    assert detente("export", "confrontation", "-o", str(target))[0] == 0
    assert json.loads(target.read_text(encoding="utf-8"))["cells"][0]["payoffs"]["us"] == "21/20"


@pytest.mark.parametrize("name", ["game.xls", "game"])
def test_an_unknown_kind_of_file_is_refused(detente, tmp_path, name):
    code, _, err = detente("export", "confrontation", "-o", str(tmp_path / name))
    assert code == 2
    assert ".nfg" in err
    assert list(tmp_path.iterdir()) == []


def test_a_budget_that_runs_out_gives_exit_code_3_and_a_partial_answer(tmp_path, capsys):
    import random

    from detente.games.formats import write_game
    from detente.games.normal import NormalFormGame

    generator = random.Random(5)
    table = [[[generator.randrange(1000) for _ in range(14)] for _ in range(14)] for _ in range(2)]
    target = tmp_path / "large.nfg"
    write_game(NormalFormGame(table), target)
    assert run(["solve", str(target), "--budget", "0.01", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["complete"] is False
    assert found["components"] is None
    assert "budget" in found["missing"]


@pytest.mark.parametrize("content", [b"", b"NFG 1 R", b"\xff\xfe", b"NFG 1 R \"x\" { \"a\" \"b\" } { 2 2 } 1 2 nan 4 5 6 7 8", b"EFG 2 R \"x\" { \"a\" }\nq"])
def test_garbage_gives_one_clear_message(tmp_path, capsys, content):
    target = tmp_path / "bad.nfg"
    target.write_bytes(content)
    assert run(["solve", str(target)]) == 2
    err = capsys.readouterr().err
    assert "bad.nfg" in err
    assert "Traceback" not in err


def test_words_on_request(detente):
    code, out, _ = detente("solve", "confrontation", "--explain", "--point", "hawkish")
    assert code == 0
    assert "us plays confront and gets" in out


def test_an_edition_that_does_not_exist_is_refused(detente, tmp_path):
    code, _, err = detente("report", "--lang", "xx", "-o", str(tmp_path / "a.pdf"))
    assert code == 2
    assert "xx" in err
    assert list(tmp_path.iterdir()) == []


def test_the_english_edition_is_the_report_of_this_study(detente, tmp_path):
    for name, more in (("a.pdf", []), ("b.pdf", ["--lang", "en"])):
        assert detente("report", "confrontation", *more, "-o", str(tmp_path / name))[0] == 0
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_options_give_the_json_of_the_contract_and_a_picture(answer, tmp_path, detente):
    found = answer("options", "confrontation", "--player", "us", "--draws", "300", "--at", "rel_us=0.45")
    assert found["player"] == "us"
    assert found["method"] == "best replies"
    assert (found["draws"], found["seed"]) == (300, 0)
    first = found["options"][0]
    assert set(first) >= {"strategy", "best", "worst", "share_best", "regret", "regret_bound", "replies", "range", "shares"}
    assert (first["strategy"], first["worst"], first["best"]) == ("cooperate", "21/20", "21/20")
    assert first["replies"] == [{"others": "china=cooperate", "payoff": "21/20"}]
    assert first["range"]["low"] == "41/125"
    assert [each["prior"] for each in first["shares"]] == ["uniform", "triangular", "log_uniform", "arcsine", "half"]
    assert 0 < first["share_best"] < 1
    for ending, magic in ((".svg", b"<?xml"), (".pdf", b"%PDF"), (".png", b"\x89PNG")):
        path = tmp_path / f"options{ending}"
        code, _, err = detente("options", "confrontation", "--player", "china", "--draws", "50", "--figure", str(path))
        assert code == 0
        assert path.read_bytes().startswith(magic)
        assert f"wrote {path}" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--player", "chian"), "did you mean 'china'"),
        ((), "--player"),
        (("--player", "us", "--draws", "0"), "--draws"),
        (("--player", "us", "--seed", "-1"), "--seed"),
        (("--player", "us", "--draws", "10", "--figure", "x.gif"), ".svg, .pdf, .png"),
        (("--player", "us", "--draws", "10", "--figure", "no/such/folder/x.svg"), "cannot write"),
    ],
)
def test_options_refuse_bad_input(detente, arguments, says):
    code, out, err = detente("options", "confrontation", *arguments)
    assert code == 2
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_compare_shows_what_flips_between_points_and_why(answer, detente):
    found = answer("compare", "confrontation", "baseline", "hawkish")
    assert found["points"] == ["baseline", "hawkish"]
    assert [each["name"] for each in found["changed"]] == ["rel_us", "rel_cn", "tech_hit", "rep_cn"]
    flips = {each["conclusion"]: each for each in found["flips"]}
    assert flips["class"]["before"] == "stag_hunt"
    assert flips["class"]["after"] == "prisoners_dilemma"
    assert flips["class"]["sets"] == [["rel_us", "rel_cn"]]
    assert flips["class"]["undone"] == [["rel_us"], ["rel_cn"]]
    assert flips["class"]["meaning"]["level"] == "ordinal"
    code, out, _ = detente("compare", "confrontation", "baseline", "hawkish", "--payoffs", "material")
    assert code == 0
    assert "what flips" in out or "nothing flips" in out


def test_compare_reads_two_studies(detente, study_root, tmp_path):
    from shutil import copytree

    copytree(study_root / "tests" / "study" / "small", tmp_path / "other")
    small = str(study_root / "tests" / "study" / "small")
    code, out, _ = detente("compare", small, str(tmp_path / "other"), "--json", study=False)
    assert code == 0
    found = json.loads(out)
    assert found["differences"] == []
    assert found["studies"][0]["hash"] == found["studies"][1]["hash"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("confrontation", "baseline"), "--study beside two studies"),
        (("confrontation",), "GAME POINT POINT"),
        (("a", "b", "c", "d"), "GAME POINT POINT"),
        (("confrontation", "baseline", "hawkisch"), "did you mean 'hawkish'"),
        (("confrontatio", "baseline", "hawkish"), "did you mean 'confrontation'"),
    ],
)
def test_compare_refuses_bad_input(detente, arguments, says):
    code, out, err = detente("compare", *arguments)
    assert code == 2
    assert out == ""
    assert says in err
    assert "Traceback" not in err


def test_compare_refuses_what_is_no_study(detente, tmp_path):
    for arguments in (("confrontation", "baseline"), (str(tmp_path), str(tmp_path))):
        code, _, err = detente("compare", *arguments, study=False)
        assert code == 2
        assert "expected two studies" in err or "no study" in err
