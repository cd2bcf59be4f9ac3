"""Limits far above what people read, so that no document keeps a reader busy or fills the memory."""

from __future__ import annotations

__all__ = ["MAX_BYTES", "MAX_LINE", "MAX_LINES", "MAX_MEMORY", "MAX_PAGES", "MAX_TEXT", "MAX_UNPACKED", "SECONDS"]

MAX_BYTES = 50_000_000
MAX_TEXT = 10_000_000
MAX_LINES = 200_000
MAX_LINE = 50_000
MAX_PAGES = 3_000
#: Of all parts of a DOCX together, and of one part over its packed size.
MAX_UNPACKED = 200_000_000
SECONDS = 60
#: Address space of the process that reads a DOCX or PDF, where the system lets one set it.
MAX_MEMORY = 2_000_000_000
