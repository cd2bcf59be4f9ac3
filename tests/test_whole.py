"""Files are replaced as a whole or not at all."""

from pathlib import Path

import pytest

from detente.errors import UsageError
from detente.whole import put_whole, write_whole


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "a.txt"
    write_whole(target, "first\n")
    write_whole(target, "零\r\n")
    assert target.read_bytes() == "零\r\n".encode()
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_failed_rename_leaves_the_old_content_and_no_other_file(tmp_path, monkeypatch):
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def refuse(self, other):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OSError, match="No space"):
        put_whole(target, b"new")
    with pytest.raises(UsageError, match=r"a\.bin: cannot write; No space left on device"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.bin"]


def test_a_folder_that_does_not_exist_is_an_error_for_people(tmp_path):
    with pytest.raises(UsageError, match="No such file or directory"):
        write_whole(tmp_path / "none" / "a.txt", "text")
