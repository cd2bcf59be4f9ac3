"""Tables as plain text, HTML, LaTeX and CSV: the one shape in which results are shown.

Every rich repr of detente goes through :class:`Table`. Cells are text; whatever a file put into a
label is escaped here, in one place per format.
"""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass

__all__ = ["Table", "clean", "latex_text", "mimebundle", "width", "wrap"]


def width(text: str) -> int:
    """Return the number of terminal columns of ``text``: East Asian wide characters take two."""
    columns = 0
    for character in text:
        if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Cc"}:
            continue
        columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return columns


def clean(text: str) -> str:
    """Return ``text`` on one line, without control or direction-changing characters."""
    return "".join(
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text if unicodedata.category(c) != "Cf"
    )


def wrap(text: str, limit: int) -> list[str]:
    """Break ``text`` into lines of at most ``limit`` columns, at spaces where there are any."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        current = ""
        for each in clean(paragraph).split(" "):
            word = each  # cut below where it is too long
            candidate = f"{current} {word}" if current else word
            if width(candidate) <= limit:
                current = candidate
                continue
            if current:
                lines.append(current)
            while width(word) > limit:
                cut = _cut(word, limit)
                lines.append(word[:cut])
                word = word[cut:]
            current = word
        lines.append(current)
    return lines


def _cut(word: str, limit: int) -> int:
    """Return where to break a long word: behind the last punctuation that fits, else where the line ends."""
    longest = max(n for n in range(1, len(word) + 1) if width(word[:n]) <= limit or n == 1)
    for position in range(longest, longest // 3, -1):
        if word[position - 1] in ",_/:;-*+=":
            return position
    return longest


@dataclass(frozen=True)
class Table:
    """A titled table of text cells with notes below it; immutable.

    Parameters
    ----------
    title : str
        What the table shows, on one line; may be empty.
    columns : tuple of str
        Head of each column, with its unit where it has one.
    rows : tuple of tuple of str
        One tuple per row, as long as ``columns``.
    notes : tuple of str
        Sentences printed below.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        uneven = [row for row in self.rows if len(row) != len(self.columns)]
        if uneven:
            raise ValueError(f"row {uneven[0]!r} does not have {len(self.columns)} cells")

    def to_text(self, limit: int = 80) -> str:
        """Return the table as text at most ``limit`` columns wide; long cells wrap.

        Examples
        --------
        >>> print(Table("sums", ("cell", "sum"), (("a", "1"), ("b", "1/2"))).to_text())
        sums
        cell  sum
        ----  ---
        a     1
        b     1/2
        """
        out = wrap(self.title, limit) if self.title else []
        if self.columns:
            widths = self._widths(limit)
            for number, row in enumerate((self.columns, *self.rows)):
                cells = [wrap(cell, size) for cell, size in zip(row, widths, strict=True)]
                for line in range(max(len(cell) for cell in cells)):
                    parts = [cell[line] if line < len(cell) else "" for cell in cells]
                    padded = [part + " " * (size - width(part)) for part, size in zip(parts, widths, strict=True)]
                    out.append("  ".join(padded).rstrip())
                if number == 0:
                    out.append("  ".join("-" * size for size in widths))
        for note in self.notes:
            out.extend(wrap(note, limit))
        return "\n".join(out)

    def _widths(self, limit: int) -> list[int]:
        """Return column widths: natural ones, the widest shrunk until the table fits."""
        natural = [
            max(1, *(width(clean(row[k])) for row in (self.columns, *self.rows))) for k in range(len(self.columns))
        ]
        room = limit - 2 * (len(natural) - 1)
        sizes = list(natural)
        while sum(sizes) > room and max(sizes) > 4:
            sizes[sizes.index(max(sizes))] -= 1
        return sizes

    def to_html(self) -> str:
        """Return the table as HTML; every cell is escaped, colors are left to the page."""
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"

    def to_latex(self) -> str:
        """Return the table as a LaTeX ``tabular`` with every cell escaped."""
        lines = [" & ".join(map(latex_text, row)) + r" \\" for row in (self.columns, *self.rows)]
        body = "\n".join([lines[0], r"\hline", *lines[1:]])
        return f"\\begin{{tabular}}{{{'l' * len(self.columns)}}}\n{body}\n\\end{{tabular}}"

    def to_frame(self) -> object:
        """Return the rows as a :class:`pandas.DataFrame` of text."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.columns))

    def mimebundle(self) -> dict[str, str]:
        """Return the table for a notebook: text, HTML and LaTeX."""
        return mimebundle(self)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.mimebundle()


def mimebundle(*tables: Table) -> dict[str, str]:
    """Return one notebook display for one or several tables."""
    return {
        "text/plain": "\n\n".join(table.to_text() for table in tables),
        "text/html": "".join(table.to_html() for table in tables),
        "text/latex": "\n\n".join(table.to_latex() for table in tables),
    }


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "&%$#_{}"},
}


def latex_text(text: str) -> str:
    """Return text with what LaTeX takes for commands escaped."""
    return "".join(_LATEX.get(character, character) for character in clean(text))
