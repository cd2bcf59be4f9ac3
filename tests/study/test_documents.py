"""This study's figures against the real documents, where DETENTE_DOCUMENTS names their folder."""

import pytest

from detente.study.check import check_documents
from detente.study.load import load


@pytest.mark.documents
def test_every_figure_stands_where_it_is_said_to_and_every_hash_matches(documents, study_root):
    study = load(study_root)
    assert len(study.figures) == 441
    assert check_documents(study, documents) == []
