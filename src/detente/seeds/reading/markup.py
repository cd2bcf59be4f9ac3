"""The text of an HTML page, block by block; scripts, styles and everything that is not shown are left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["html_lines"]

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section summary table "
    "tbody td tfoot th thead title tr ul".split()
)
#: Not shown, or no text: their contents are skipped to the closing tag.
_SKIPPED = frozenset("script style template noscript iframe object svg math select".split())
_SPACE = re.compile(r"[ \t\r\n\f]+")


def html_lines(text: str) -> list[str]:
    """Return the blocks of a page that hold words, in order.

    Examples
    --------
    >>> html_lines("<p>about <b>40</b>&nbsp;percent<script>alert(1)</script></p><li>ten years")
    ['about 40 percent', 'ten years']
    """
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_block()
    return reader.lines


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.pieces: list[str] = []
        self.skipping: list[str] = []

    def end_block(self) -> None:
        line = _SPACE.sub(" ", "".join(self.pieces).replace("\u00a0", " ")).strip()
        self.pieces.clear()
        if line:
            self.lines.append(line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self.skipping.append(tag)
        elif tag in _BLOCKS:
            self.end_block()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        if tag in self.skipping:
            del self.skipping[self.skipping.index(tag) :]
        elif tag in _BLOCKS:
            self.end_block()

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.pieces.append(data)
