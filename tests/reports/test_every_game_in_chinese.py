"""Every game of the study in both editions: nothing is left in English, the numbers are the same, the PDF has Chinese pages."""

import hashlib
import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from detente.facade import Study
from detente.fields import label_of
from detente.reports.build import Report
from detente.reports.catalog import catalog
from detente.reports.compose import compose
from detente.reports.elements import Heading, Table, inlines
from detente.reports.spans import Math, as_spans, plain_text

#: Blocks that every game has and that need no draws.
BLOCKS = ("question", "payoffs", "terms", "parameters")


@pytest.fixture(scope="module")
def study(tmp_path_factory, study_root):
    """A copy of the study without anything that was kept."""
    folder = tmp_path_factory.mktemp("study")
    for room in ("seeds", "payoffs", "games", "reports"):
        shutil.copytree(study_root / room, folder / room, ignore=shutil.ignore_patterns("*.pdf", "*_files"))
    shutil.copy(study_root / "pyproject.toml", folder)
    return Study(folder)


def test_each_game_is_told_in_chinese_with_the_numbers_of_the_english_edition(study, compared):
    editions = {}
    for lang in ("en", "zh"):
        definition = replace(study.report("main", lang).definition, blocks=BLOCKS)
        editions[lang] = compose(study.files, definition, Report(study.files, definition).models)
    assert compared(editions["en"], editions["zh"], study.files.texts) > 4000
    sources = [span.source for block in editions["zh"].blocks for each in inlines(block) for span in as_spans(each) if isinstance(span, Math)]
    words = {word for source in sources for text in re.findall(r'upright\("([^"]*)"\)', source) for word in re.findall("[a-z]{4,}", re.sub(r"\\u\{.*?\}", "", text))}
    assert not words & {"others", "share", "count", "state", "member", "otherwise"}
    titles = [plain_text(block.title) for block in editions["zh"].blocks if isinstance(block, Heading) and block.level == 1]
    assert len(titles) >= len(study.files.games)
    assert all(re.search("[\u4e00-\u9fff]", title) for title in titles)


def words_of_names(study, document):
    """Return the Latin words that are no English of ours: names of parameters, figures, files, symbols, and what the catalogs keep."""
    files = study.files
    names = [*files.parameters, *files.figures, *files.games, *files.reports, *files.documents, "csv", "main_files"]
    names += [block.name for block in document.blocks if isinstance(block, Table)]
    for name in files.games:
        model = study.game(name).model
        for own in (model, *(model.of(each) for each in model.definition.variants)):
            names += [*own.parameters, *own.symbols.values(), *own.players]
    names += catalog().values()
    names += [title for document in files.documents.values() for title in document.title.values()]
    names += [*files.texts.values(), *(figure.token for figure in files.figures.values())]
    return {word for name in names for word in re.findall("[A-Za-z]+", name)}


def latin(text):
    """Return the Latin words of pages, without those of numbers such as 2e-9 and of hashes."""
    return re.findall("[A-Za-z]{3,}", re.sub(r"[0-9.]e[-+\u2212]?[0-9]+|\b[0-9a-f]{12,}\b", "", text))


@pytest.mark.whole
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_the_whole_study_has_two_editions_with_the_same_numbers_and_chinese_pages(study_root, tmp_path, compared):
    study = Study(study_root)
    english, chinese = (study.report("main", lang).document() for lang in ("en", "zh"))
    # labels of events are texts of the study, which may count in other units: 500 million are 5亿
    events = {label_of(each.label, "en"): label_of(each.label, "zh") for each in study.files.observations.values()}
    assert compared(english, chinese, {**study.files.texts, **events}) > 20_000
    printed = [[len(block.rows[: block.shown]) for block in each.blocks if isinstance(block, Table)] for each in (english, chinese)]
    assert len(printed[0]) == len(printed[1])
    written = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written.append(study.report("main", "zh").write(tmp_path / name / "main.pdf"))
    sums = [
        {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in sorted(path.files[0].parent.rglob("*")) if each.is_file()}
        for path in written
    ]
    assert sums[0] == sums[1]
    assert len(sums[0]) > 100
    text = subprocess.run(["pdftotext", "-layout", str(written[0].files[0]), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    assert set(latin(text)) <= words_of_names(study, chinese)
    assert not re.search(r"[\u4e00-\u9fff][.,;:!?](?![0-9])", text)
    assert "\ufffd" not in text
