"""Figures against the documents themselves."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from detente.errors import InputError
from detente.seeds.verify import verify
from detente.study.check import check_documents
from detente.study.load import load

SMALL = Path(__file__).parents[1] / "study" / "small"
REAL = Path(__file__).parents[2]
FIGURES = "seeds/figures.csv"


def study(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "study"))


def mismatches(root: Path) -> list[str]:
    return [str(fault) for fault in check_documents(load(root), root / "documents")]


def change(root: Path, file: str, old: str, new: str) -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_figure_of_the_small_study_stands_where_it_is_said_to(tmp_path):
    small = load(SMALL)
    found = verify(small.documents, small.figures, SMALL / "documents")
    assert (found.faults, found.mismatches, found.figures, found.verified) == ((), (), 10, 10)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("survey.txt,4,2 to 4", "survey.txt,3,2 to 4", "seeds/figures.csv:5:24: weir-time: '2 to 4' stands 0 times in line 3 of 'survey.txt'; expected at least 1"),
        ("survey.txt,4,2 to 4", "survey.txt,40,2 to 4", "seeds/figures.csv:5:22: weir-time: found line 40 of 'survey.txt'; expected at most 6"),
        ("2 to 4,1", "2 to 4,2", "seeds/figures.csv:5:31: weir-time: '2 to 4' stands 1 times in line 4 of 'survey.txt'; expected at least 2"),
        ("letter.txt,2,450,1", "letter.txt,2,50,1", "seeds/figures.csv:7:26: mill-income: '50' is part of a longer number in line 2 of 'letter.txt'; expected the whole number"),
        ("2.5 to 3.5,1", "5 to 3.5,1", "seeds/figures.csv:4:24: weir-cost: '5 to 3.5' is part of a longer number in line 4 of 'survey.txt'; expected the whole number"),
        ("2.5 to 3.5,1", "2.5 to 3,1", "seeds/figures.csv:4:24: weir-cost: '2.5 to 3' is part of a longer number in line 4 of 'survey.txt'; expected the whole number"),
    ],
)  # fmt: skip
def test_a_figure_that_does_not_stand_there_is_told_with_its_cell(old, new, message, tmp_path):
    root = study(tmp_path)
    change(root, FIGURES, old, new)
    assert mismatches(root) == [message]


def test_occurrences_are_counted_from_the_left(tmp_path):
    root = study(tmp_path)
    # line 5 of the letter has three 4s: "agreed 4 times", "answered 4 letters"
    change(root, FIGURES, "letter.txt,5,4,1", "letter.txt,5,4,2")
    assert mismatches(root) == []
    change(root, FIGURES, "letter.txt,5,4,2", "letter.txt,5,4,3")
    assert len(mismatches(root)) == 1


def test_a_changed_document_is_told_by_its_hash(tmp_path):
    root = study(tmp_path)
    path = root / "documents" / "letter.txt"
    path.write_bytes(path.read_bytes() + b"PS\n")
    (found,) = mismatches(root)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == f"seeds/documents.toml:17:10: the document 'letter.txt' has the SHA-256 {digest}; expected the one given here"


def test_a_missing_document_is_bad_input(tmp_path):
    root = study(tmp_path)
    (root / "documents" / "letter.txt").unlink()
    with pytest.raises(InputError, match="seeds/documents.toml:12:8: the document 'letter.txt' is missing"):
        mismatches(root)
    with pytest.raises(InputError, match="no such folder"):
        check_documents(load(root), root / "nowhere")


@pytest.mark.documents
@pytest.mark.skipif("DETENTE_DOCUMENTS" not in os.environ, reason="needs the documents of this study")
def test_every_figure_of_this_study_stands_where_it_is_said_to():
    here = load(REAL)
    found = verify(here.documents, here.figures, Path(os.environ["DETENTE_DOCUMENTS"]))
    with (REAL / FIGURES).open(encoding="utf-8", newline="") as handle:
        rows = len(list(csv.DictReader(handle)))
    assert (found.faults, found.mismatches) == ((), ())
    assert found.verified == rows
