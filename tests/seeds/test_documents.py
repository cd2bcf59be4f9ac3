"""The register of documents."""

from __future__ import annotations

from detente import toml
from detente.seeds.documents import read_documents

HASH = "0" * 64
GOOD = f"""format = 1

["001"]
file = "survey.txt"
title = {{ en = "Survey", zh = "调查" }}
date = "2024"
genre = "survey"
slant = "none"
sha256 = "{HASH}"
"""


def read(text: str):
    faults = []
    return read_documents(toml.parse(text, "d.toml"), faults), [str(fault) for fault in faults]


def test_a_document_has_all_that_its_table_says():
    found, faults = read(GOOD)
    assert faults == []
    document = found.entries["001"]
    assert (document.id, document.file, document.date, document.sha256) == ("001", "survey.txt", "2024", HASH)
    assert document.title == {"en": "Survey", "zh": "调查"}
    assert str(document.place) == "d.toml:3:2"
    assert str(document.places["sha256"]) == "d.toml:9:10"


def test_a_faulty_document_is_declared_all_the_same():
    found, faults = read(GOOD.replace(HASH, "abc"))
    assert found.entries == {}
    assert list(found.declared) == ["001"]
    assert faults == ["d.toml:9:10: found 'abc'; expected 64 lower-case hexadecimal digits; take them from `sha256sum`"]


def test_two_documents_may_not_share_a_file():
    _, faults = read(GOOD + GOOD.replace("format = 1\n", "").replace("001", "002"))
    assert faults == ["d.toml:12:8: found the file 'survey.txt' a second time; it stands at d.toml:4:8 already"]


def test_ids_have_three_digits():
    for key in ('"1"', '"0001"', "abc", '"٠٠١"'):
        _, faults = read(GOOD.replace('"001"', key))
        assert "three digits" in faults[0]
