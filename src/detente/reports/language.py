"""The words of a report in the language of its edition: sentences by their English text, from the catalogs.

What a report says is written in English where it is made, with named slots, and handed to :func:`say`. The catalog
has each sentence in Chinese with the same slots. Names and numbers go into the slots, so both editions carry the same ones.
:func:`reword` does the same for sentences that the engine has made already: it finds the entry whose text is around the slots they have.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from detente.reports.catalog import catalog, join, slots, untranslated
from detente.reports.rewording import naming, reword, studying

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["catalog", "edition", "join", "naming", "reword", "say", "slots", "spoken", "untranslated"]


def say(lang: str, text: str, /, **values: object) -> str:
    """Return a text in a language with its slots filled; a text that the catalog lacks stays English.

    Examples
    --------
    >>> say("en", "{count} draws", count=100)
    '100 draws'
    """
    if lang == "zh":
        text = catalog().get(text) or catalog().get(text[:1].swapcase() + text[1:], text)
        values = {name: reword(lang, own) if isinstance(own, str) else own for name, own in values.items()}
    return text.format(**values)


#: The language of the report that is made.
_EDITION: ContextVar[str] = ContextVar("edition", default="en")


@contextmanager
def edition(lang: str, texts: Mapping[str, str], names: Collection[str] = ()) -> Iterator[None]:
    """Make a report in a language; ``texts`` are those that its study has in Chinese, ``names`` those that it has not."""
    token = _EDITION.set(lang)
    try:
        with studying(texts, names):
            yield
    finally:
        _EDITION.reset(token)


def spoken(text: str) -> str:
    """Return a text in the language of the report that is made: for what is drawn."""
    return reword(_EDITION.get(), text)
