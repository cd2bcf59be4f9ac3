"""What is shown of an object: tables, cells with marks, drawings and folded parts, as text, HTML and LaTeX.

Every rich repr of detente goes through :class:`Displayed`, which asks an object for its parts and makes one bundle of
them. Cells are text; whatever a file put into a label is escaped here, in one place per format. A page takes its
colors from the notebook, light or dark, and needs no network.
"""

from __future__ import annotations

import html
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

__all__ = [
    "Cell",
    "Displayed",
    "Drawing",
    "Folded",
    "Part",
    "Table",
    "clean",
    "latex_text",
    "mimebundle",
    "width",
    "wrap",
]

#: The look of a page: lines and colors from the notebook where it has them. ``<style>`` is scoped by the class.
STYLE = (
    ".detente-shown{line-height:1.4;overflow-x:auto}"
    ".detente-shown table{border-collapse:collapse;margin:4px 0;font-variant-numeric:tabular-nums}"
    ".detente-shown caption{text-align:left;font-weight:600;padding:2px 0;color:inherit;white-space:nowrap}"
    ".detente-shown th,.detente-shown td{border:1px solid var(--jp-border-color2,#8886);padding:3px 9px;"
    "text-align:left!important;vertical-align:top;white-space:normal;max-width:46em}"
    ".detente-shown th{font-weight:600}"
    ".detente-shown .best{text-decoration:underline;text-decoration-thickness:2px;text-underline-offset:3px}"
    ".detente-shown .framed{outline:2px solid currentColor;outline-offset:-3px;font-weight:600}"
    ".detente-shown p{margin:2px 0;opacity:.8;max-width:60em}"
    ".detente-shown summary{cursor:pointer}.detente-shown details{margin:2px 0}"
    ".detente-shown pre{margin:0}"
)
#: Text of a page is no mathematics, whatever stands in a label.
HEAD = f'<div class="detente-shown tex2jax_ignore mathjax_ignore"><style>{STYLE}</style>'


class Part(Protocol):
    """Something that can be shown in three ways."""

    def to_text(self) -> str:
        """Return the part for a terminal."""

    def to_html(self) -> str:
        """Return the part for a page, labels escaped."""

    def to_latex(self) -> str:
        """Return the part for LaTeX, labels escaped."""


class Cell(str):
    """A cell of a table with marks: numbers underlined, the cell framed, and what is behind it on demand.

    As text it is the numbers in order; ``Cell("3", "0", best=(True, False))`` reads ``3, 0``.

    Parameters
    ----------
    *pieces : str
        The numbers.
    best : sequence of bool
        Which of them are underlined: payoffs of a best response.
    framed : bool
        Whether the cell is an equilibrium.
    behind : sequence of Part
        Shown when the cell is opened.
    """

    __slots__ = ("behind", "best", "framed", "pieces")

    pieces: tuple[str, ...]
    best: tuple[bool, ...]
    framed: bool
    behind: tuple[Part, ...]

    def __new__(
        cls, *pieces: str, best: Sequence[bool] = (), framed: bool = False, behind: Sequence[Part] = ()
    ) -> Self:
        """Return the cell."""
        made = super().__new__(cls, ", ".join(pieces))
        made.pieces, made.framed, made.behind = pieces, framed, tuple(behind)
        made.best = tuple(best) or (False,) * len(pieces)
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Return what makes the cell again, for pickle."""
        return self.pieces, {"best": self.best, "framed": self.framed, "behind": self.behind}

    def to_html(self) -> str:
        """Return the content of the cell."""
        marked = zip(self.pieces, self.best, strict=True)
        numbers = ", ".join(
            f'<span class="best">{html.escape(text)}</span>' if best else html.escape(text) for text, best in marked
        )
        if not self.behind:
            return numbers
        return f"<details><summary>{numbers}</summary>{''.join(part.to_html() for part in self.behind)}</details>"

    def to_latex(self) -> str:
        """Return the content of the cell."""
        marked = zip(self.pieces, self.best, strict=True)
        numbers = ", ".join(rf"\underline{{{latex_text(text)}}}" if best else latex_text(text) for text, best in marked)
        return rf"\fbox{{{numbers}}}" if self.framed else numbers


def _html_cell(cell: str) -> str:
    if not isinstance(cell, Cell):
        return f"<td>{html.escape(cell)}</td>"
    return f"<td class='framed'>{cell.to_html()}</td>" if cell.framed else f"<td>{cell.to_html()}</td>"


def _latex_cell(cell: str) -> str:
    return cell.to_latex() if isinstance(cell, Cell) else latex_text(cell)


def width(text: str) -> int:
    """Return the number of terminal columns of ``text``: East Asian wide characters take two."""
    if text.isascii() and text.isprintable():
        return len(text)
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
        """Return the table as HTML; every cell is escaped, colors are left to the page.

        Examples
        --------
        >>> Table("", ("cell",), ((Cell("3", "<b>", best=(True, False)),),)).to_html()[-72:]
        '<tr><td><span class="best">3</span>, &lt;b&gt;</td></tr></tbody></table>'
        """
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.columns)
        body = "".join("<tr>" + "".join(map(_html_cell, row)) + "</tr>" for row in self.rows)
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        if not self.columns:
            return f"<p>{html.escape(self.title)}</p>{notes}" if self.title else notes
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"

    def to_latex(self) -> str:
        """Return the table as a LaTeX ``tabular`` between its title and its notes, every cell escaped."""
        before = [rf"\textbf{{{latex_text(self.title)}}}\par"] if self.title else []
        after = [rf"{latex_text(note)}\par" for note in self.notes]
        if not self.columns:
            return "\n".join([*before, *after])
        lines = [" & ".join(map(_latex_cell, row)) + r" \\" for row in (self.columns, *self.rows)]
        begin, end = f"\\begin{{tabular}}{{{'l' * len(self.columns)}}}", r"\end{tabular}\par"
        body = [begin, lines[0], r"\hline", *lines[1:], end]
        return "\n".join([*before, *body, *after])

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


@dataclass(frozen=True)
class Drawing:
    """A picture on a page, and what stands in its place elsewhere.

    ``svg`` is markup made by the engine, with labels escaped and in the page's own color; ``text`` stands for it in a
    terminal, ``table`` in LaTeX.
    """

    svg: str
    text: str
    table: Table

    def to_text(self) -> str:
        """Return what stands for the picture."""
        return self.text

    def to_html(self) -> str:
        """Return the picture."""
        return self.svg

    def to_latex(self) -> str:
        """Return the table."""
        return self.table.to_latex()


@dataclass(frozen=True)
class Folded:
    """Parts that a page shows on demand; a terminal leaves them out, LaTeX has them in full."""

    summary: str
    parts: tuple[Part, ...]

    def to_text(self) -> str:
        """Return nothing."""
        return ""

    def to_html(self) -> str:
        """Return the parts, folded."""
        inside = "".join(part.to_html() for part in self.parts)
        return f"<details><summary>{html.escape(self.summary)}</summary>{inside}</details>"

    def to_latex(self) -> str:
        """Return the parts."""
        return "\n\n".join(part.to_latex() for part in self.parts)


class Displayed:
    """What a terminal shows as text and a notebook as one bundle of text, HTML and LaTeX.

    A subclass has ``table()``, or says in ``displayed()`` which parts it is made of.
    """

    __slots__ = ()

    def displayed(self) -> Sequence[Part]:
        """Return the parts in order."""
        return (self.table(),)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return "\n\n".join(text for text in (part.to_text() for part in self.displayed()) if text)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return mimebundle(*self.displayed())


def mimebundle(*parts: Part) -> dict[str, str]:
    """Return one notebook display for one or several parts."""
    return {
        "text/plain": "\n\n".join(text for text in (part.to_text() for part in parts) if text),
        "text/html": f"{HEAD}{''.join(part.to_html() for part in parts)}</div>",
        "text/latex": "\n\n".join(part.to_latex() for part in parts),
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
