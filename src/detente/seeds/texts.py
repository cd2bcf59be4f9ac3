"""Texts that files of a study state in one language, in Chinese: ``seeds/chinese.toml``.

Reasons, descriptions, what documents say of each other: files hold them once, in English. This file has them a second
time for the Chinese edition of a report, each by its English text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import Fault
from detente.schema import check_format

if TYPE_CHECKING:
    from detente.toml import TomlFile

__all__ = ["read_texts"]


def read_texts(file: TomlFile, faults: list[Fault]) -> dict[str, str]:
    """Return English texts with their Chinese ones; everything wrong is added to ``faults``."""
    check_format(file, faults)
    found: dict[str, str] = {}
    for table, entries in file.data.items():
        if table == "format":
            continue
        if not isinstance(entries, dict):
            place = file.key_place((table,))
            faults.append(Fault(place, f"found {table!r} outside a table", "expected [tables] of texts"))
            continue
        for english, chinese in entries.items():
            place = file.key_place((table, english))
            if not isinstance(chinese, str) or not chinese.strip():
                faults.append(Fault(place, f"found {chinese!r}", "expected a text in Chinese"))
            elif english in found:
                faults.append(Fault(place, f"found {english[:60]!r} a second time"))
            else:
                found[english] = chinese
    return found
