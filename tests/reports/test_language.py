"""The Chinese edition: a catalog that fits the English texts, no English left, the same numbers in both editions."""

import ast
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import detente
from detente.cli import run
from detente.reports import language
from detente.reports.characters import soften
from detente.reports.chinese_numbers import in_hundred_millions
from detente.reports.elements import Formula, inlines
from detente.reports.language import catalog, edition, join, reword, say, slots, untranslated
from detente.reports.spans import plain_text
from detente.reports.translation import left_over
from detente.reports.wordlike import rounded, scientific

SOURCES = Path(language.__file__).parent


def test_both_sides_of_an_entry_have_the_same_slots():
    for english, chinese in catalog().items():
        assert set(slots(english)) == set(slots(chinese)), english
        assert not untranslated(re.sub(r"\{.*?\}", "", chinese)), chinese


def said():
    """Every text that a block hands to ``say`` as it stands."""
    for path in sorted(SOURCES.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                method = isinstance(node.func, ast.Attribute) and node.func.attr == "say"
                function = isinstance(node.func, ast.Name) and node.func.id == "say"
                at = 0 if method else 1
                if (method or function) and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                    yield path.name, node.args[at].value


def test_every_text_that_is_said_is_in_the_catalog():
    missing = {text for _, text in said() if re.search("[A-Za-z]{2}", re.sub(r"\{.*?\}", "", text))} - set(catalog())
    assert not missing
    assert len(list(said())) > 150


def test_texts_of_the_engine_are_put_in_words_piece_by_piece_or_left_whole():
    assert reword("zh", "always") == "恒成立"
    assert reword("zh", "Shares of the box, 100 draws under each prior, seed 0.") == "参数空间中的占比；每种先验100次抽样，种子0。"
    assert reword("zh", "美国: harmony; 中国: assurance") == "美国：和谐博弈；中国：保证型"
    assert reword("zh", "供应价值, 让步 and 供应中断") == "供应价值、让步和供应中断"
    assert reword("zh", "over 99.9%") == "超过99.9%"
    # a sentence with a word that nobody put into the catalog stays English as a whole
    assert reword("zh", "Shares of the box, many draws under each prior, seed 0.").startswith("Shares of the box")
    assert reword("en", "always") == "always"
    assert say("zh", "{what} is an equilibrium", what="（合作，对抗）") == "（合作，对抗）为均衡"


def test_answers_about_policies_keep_their_numbers_and_a_claim_and_its_opposite_have_one_tone():
    kept, broken = (
        reword("zh", f"At baseline 阶梯 is {what} equilibrium: the greatest gain is {value}, of 中国 in 5.")
        for what, value in (("an", "-0.4333"), ("no", "0.3667"))
    )
    assert kept == "在“基准”情景下，“阶梯”为均衡：最大得益为-0.4333，属中国，在状态5。"
    assert broken == kept.replace("为均衡", "不是均衡").replace("-0.4333", "0.3667")
    assert reword("zh", "合作价值 (and 2 more sets)") == "合作价值（另有2组）"
    formula = reword("zh", "piecewise(log(甲/乙)/log(丙) + 1, 丙 > 1, 0)")
    assert formula.startswith("若丙 > 1，则为log")
    assert formula.endswith(" + 1，否则为0")
    assert reword("zh", "none found; none costs less than 0.3") == "未找到；成本均不低于0.3"


def test_marks_beside_chinese_are_chinese_and_those_of_formulas_and_numbers_stay():
    assert reword("zh", "M8, 对抗 (负和).") == "M8，对抗（负和）。"
    assert reword("zh", "最优.第一个取 1.5.其余, 另有 2 行.") == "最优。第一个取 1.5。其余，另有 2 行。"
    assert reword("zh", "1. 各方从对抗中得到什么?") == "1. 各方从对抗中得到什么?"
    formula = "(让步比例*强度 - 成本)/(损失*(缓解率 - 1))"
    assert reword("zh", formula) == formula
    assert reword("zh", "USD") == "美元"


def test_lines_break_at_no_place_within_a_number_and_anywhere_in_chinese():
    for text in ("各先验下占比：91%至超过99.9%；给定已观察行动：89%至超过99.9%", "1,234,567,890.123456789", "由-0.0123456789至1.23e-14"):
        assert soften(text) == text
    assert soften("自1234567.891/0.123456/2.345e-14起").split("\u200b") == ["自1234567.891/", "0.123456/", "2.345e-14起"]
    assert soften("见confrontation-answer-1-1.csv及另外两个").split("\u200b")[:2] == ["见confrontation-", "answer-"]


def test_numbers_beside_chinese_are_rounded_and_written_as_beside_english():
    assert rounded("美国1425/2233奖励，阿根廷9/11结盟：得0.01255起", 3) == "美国0.638奖励，阿根廷9/11结盟：得0.0126起"
    assert scientific("约2e20个") == "约2×10²⁰个"
    assert in_hundred_millions("十年5e8美元，以3e9美元计，至多1e10；4.5e12") == "十年5亿美元，以30亿美元计，至多100亿；4.5万亿"


def test_a_list_may_stay_open():
    assert join("zh", ["甲", "乙"], "") == "甲、乙"
    assert join("en", ["a", "b"], "") == "a, b"


def test_a_study_brings_chinese_texts_of_its_own():
    with edition("zh", {"salt is scarce": "盐稀缺"}):
        assert reword("zh", "salt is scarce") == "盐稀缺"
        assert reword("zh", "美国: salt is scarce") == "美国：盐稀缺"
    assert reword("zh", "salt is scarce") == "salt is scarce"


@pytest.fixture(scope="module")
def study(study_root):
    return detente.Study(study_root)


def test_a_chinese_report_has_no_english_left_and_the_numbers_of_the_english_one(study, compared):
    english, chinese = (study.report("confrontation", lang).document() for lang in ("en", "zh"))
    assert compared(english, chinese, study.files.texts) > 20


def test_formulas_are_read_aloud_in_the_language_of_the_edition(study):
    chinese = study.report("confrontation", "zh").document()
    read = [block.alt for block in chinese.blocks if isinstance(block, Formula)]
    assert any(alt.startswith("美国选择合作的概率 = ") for alt in read)
    assert any(alt.startswith("中国的贴现因子至少为") for alt in read)
    assert [alt for alt in read if untranslated(alt)] == []


def test_a_label_of_chinese_and_latin_letters_stays_within_a_chinese_sentence():
    with edition("zh", {}, {"竞争心 rivalry", "建造 build"}):
        assert reword("zh", "The equilibria by 竞争心 rivalry and 建造 build") == "均衡随竞争心 rivalry与建造 build的变化"


def test_a_file_of_texts_with_faults_says_where(tmp_path, capsys):
    assert run(["new", str(tmp_path / "s")]) == 0
    path = tmp_path / "s" / "seeds" / "chinese.toml"
    path.write_text('format = 1\n[texts]\n"a word" = 3\n', encoding="utf-8")
    capsys.readouterr()
    assert run(["check", "--study", str(tmp_path / "s")]) == 2
    captured = capsys.readouterr()
    assert "seeds/chinese.toml:3:1: found 3; expected a text in Chinese" in captured.out + captured.err
    path.write_text('format = 1\n[texts]\n"a word" = "一个词"\n', encoding="utf-8")
    assert run(["check", "--study", str(tmp_path / "s")]) == 0


def test_texts_without_chinese_are_told(tmp_path, capsys):
    assert run(["new", str(tmp_path / "s")]) == 0
    capsys.readouterr()
    assert run(["report", "--lang", "zh", "--study", str(tmp_path / "s")]) == 0
    assert "have no Chinese, such as" in capsys.readouterr().err


def test_without_the_fonts_a_chinese_edition_is_refused_before_anything_is_computed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("detente.reports.characters.chinese_fonts", lambda: ())
    assert run(["new", str(tmp_path / "s")]) == 0
    capsys.readouterr()
    assert run(["report", "--lang", "zh", "--study", str(tmp_path / "s"), "-o", str(tmp_path / "r.pdf")]) == 2
    assert 'pip install "detente[zh]"' in capsys.readouterr().err
    assert not (tmp_path / "r.pdf").exists()
    assert not (tmp_path / "s" / ".detente").exists()


def test_the_chinese_edition_has_the_same_bytes_in_any_folder_and_keeps_words_that_only_the_study_has(tmp_path):
    results = []
    for number, environment in enumerate(({"PYTHONHASHSEED": "1", "TZ": "UTC"}, {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C"})):
        place = tmp_path / f"place{number}"
        place.mkdir()
        assert run(["new", str(place / "study")]) == 0
        done = subprocess.run(
            [sys.executable, "-m", "detente", "report", "--lang", "zh", "--study", str(place / "study"), "-o", str(place / "r.pdf")],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        files = [place / "r.pdf", *sorted((place / "r_files").iterdir())]
        results.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    assert results[0] == results[1]
    # the study has no Chinese: its names stay within sentences of ours
    document = detente.Study(tmp_path / "place0" / "study").report(None, "zh").document()
    texts = [plain_text(inline) for block in document.blocks for inline in inlines(block)]
    assert any(re.search("[\u4e00-\u9fff]", text) and "Meridia" in text for text in texts)
    left = {word.lower() for text in left_over(document, {}) for word in untranslated(text)}
    assert left <= own_words(tmp_path / "place0" / "study")


def own_words(folder):
    """The words of the files of a study, in small letters."""
    texts = (path.read_text(encoding="utf-8") for path in folder.rglob("*.*") if path.suffix in {".toml", ".csv"})
    return {word.lower() for text in texts for word in re.findall("[A-Za-z]+", text)}


def test_names_that_a_study_has_in_english_only_stay_within_sentences():
    sentence = "It is a best reply for old friends to rely, if it expects Borealia to deliver with probability at least 0.13."
    assert reword("zh", sentence) == sentence
    with edition("zh", {}, {"old friends", "rely", "Borealia", "deliver"}):
        assert reword("zh", "Stable are at the point old friends (rely, deliver); at the point hard winter (rely, deliver).").startswith("Stable are")
        assert reword("zh", "At the point old friends, rely is no equilibrium of the game played once.") == "在“old friends”情景下，rely不是一次性博弈的均衡。"
        # words of others are left whole, with their own marks
        assert reword("zh", "Salt is scarce. Nobody knows why.") == "Salt is scarce. Nobody knows why."
