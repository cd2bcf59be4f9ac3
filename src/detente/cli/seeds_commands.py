"""Commands from a document to figures: seeds add, seeds scan, seeds accept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.ask import ask
from detente.cli.output import emit, note, output_options

if TYPE_CHECKING:
    from detente.seeds.scan.scan import Scan

__all__ = ["review", "seeds_command"]

_PATH = click.Path(path_type=Path)


@click.group("seeds", context_settings={"help_option_names": ["-h", "--help"]})
def seeds_command() -> None:
    """From a document to figures: add it, scan it, accept what was found.

    Documents are text, Markdown, HTML, DOCX or PDF. Nothing in them is executed or fetched.
    """


@seeds_command.command("add")
@click.argument("document", type=_PATH)
@click.option("--title", help="Default: the name of the file.")
@click.option("--date", default="not dated", show_default=True, help="As exact as it is known, such as 2024-05.")
@click.option("--genre", default="not stated", show_default=True, help="What kind of text it is.")
@click.option("--slant", default="not stated", show_default=True, help="What it plays up and down.")
@click.option("--no-copy", is_flag=True, help="Do not copy it into documents/ of the study.")
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
def add_command(
    document: Path, title: str | None, date: str, genre: str, slant: str, no_copy: bool, study_dir: Path | None
) -> None:
    """Register DOCUMENT in seeds/documents.toml with its hash, and copy it into documents/."""
    from detente.study.documents import add_document
    from detente.study.layout import find

    root = find(study_dir)
    name = add_document(root, document, title or document.stem, date, genre, slant, copy=not no_copy)
    click.echo(f"registered {document.name} as document {name}")


@seeds_command.command("scan")
@click.argument("document", type=_PATH)
@click.option("--csv", "as_csv", is_flag=True, help="Print the table to accept or reject as CSV.")
@click.option("--review", "ask", is_flag=True, help="Decide about each candidate here and now.")
@click.option("--documents", type=_PATH, help="With --review: the folder with the documents of the study.")
@output_options
def scan_command(
    document: Path,
    as_csv: bool,
    ask: bool,
    documents: Path | None,
    study_dir: Path | None,
    as_json: bool,
    out: Path | None,
) -> None:
    """List candidate figures of DOCUMENT with value, unit, bound and place.

    With -o FILE.csv or FILE.xlsx the table to fill in: write yes or no into `accept`, correct what is wrong, say who and
    what each figure is about, and read it back with `detente seeds accept FILE`. A candidate is a number that rules
    found, not a figure yet.
    """
    from detente.errors import UsageError
    from detente.seeds.scan.rows import REVIEW_COLUMNS, review_cells
    from detente.seeds.sheets import sheet_bytes, table_name, write_sheet
    from detente.study.documents import scan_document

    if ask and (as_csv or as_json or out is not None):
        raise UsageError("found --review beside --csv, --json or --out; expected one of them")
    found = scan_document(document)
    rows = [review_cells(each) for each in found.candidates]
    table = [[row[column] for column in REVIEW_COLUMNS] for row in rows]
    if found.copies:
        note(f"note: {len(found.copies)} lines repeat earlier ones word for word and were not scanned again")
    if ask:
        review(found, study_dir, documents)
    elif out is not None and not as_json:
        write_sheet(table_name(out), REVIEW_COLUMNS, table)
        note(
            f"wrote {out} with {len(rows)} candidates; fill in `accept`, `subject` and `quantity`, then: detente seeds accept {out}"
        )
    elif as_csv:
        click.echo(sheet_bytes(Path("table.csv"), REVIEW_COLUMNS, table).decode("utf-8-sig"), nl=False)
    else:
        data = {
            "format": 1,
            "command": "seeds scan",
            "document": document.name,
            "lines": found.lines,
            "copies": list(found.copies),
        }
        emit(
            _text(found),
            {**data, "candidates": [_json(row, each) for row, each in zip(rows, found.candidates, strict=True)]},
            as_json=as_json,
            out=out,
        )


def _json(row: dict[str, str], candidate: Any) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in {"accept", "id", "subject", "quantity", "cites"}}
    numbers = {key: row[key] or None for key in ("low", "central", "high")}
    return {
        **kept, **numbers, "paragraph": candidate.line.number, "occurrence": candidate.occurrence,
        "column": candidate.column, "page": candidate.line.page, "page_line": candidate.line.page_line,
    }  # fmt: skip


def _text(found: Scan) -> str:
    lines = [f"{found.document}: {len(found.candidates)} candidates in {found.lines} lines"]
    for each in found.candidates:
        year = f", {each.year}" if each.year else ""
        lines.append(f"{each.line.place}: {each.token}  =  {_value(each)} {each.unit}, {each.bound}{year}")
        lines.append(f"    {each.context}")
    lines.append(
        "These are numbers that rules found. To decide: --review, or -o FILE.csv and detente seeds accept FILE.csv."
    )
    return "\n".join(lines)


def _value(candidate: Any) -> str:
    from detente.numbers import short

    if candidate.low == candidate.high:
        return short(candidate.central)
    low = "" if candidate.low is None else short(candidate.low)
    high = "" if candidate.high is None else short(candidate.high)
    return f"{short(candidate.central)} ({low}..{high})"


def review(found: Scan, study_dir: Path | None, documents: Path | None) -> None:
    """Ask about each candidate in turn; what was accepted lands together at the end, also where the answers end early."""
    from detente.errors import InputError, Place
    from detente.seeds.scan.rows import REVIEW_COLUMNS, figure_line, review_cells
    from detente.seeds.sheets import Row
    from detente.study.documents import accept_rows
    from detente.study.layout import find

    root = find(study_dir)
    columns = {column: index for index, column in enumerate(REVIEW_COLUMNS, 1)}
    rows: list[Row] = []
    subject = ""
    note("a accept, e edit and accept, r reject, s leave for later, q stop and keep what was accepted")
    for number, candidate in enumerate(found.candidates, 1):
        cells = review_cells(candidate)
        click.echo(f"\n{number}/{len(found.candidates)}  {candidate.line.place}: {candidate.context}")
        click.echo(f"    {candidate.token!r}: {_value(candidate)} {candidate.unit}, {candidate.bound}")
        said = ask("decide", "s", ("a", "e", "r", "s", "q"))
        if said is None or said == "q":
            break
        while said in {"a", "e"}:
            edited = ("match", "unit", "low", "central", "high", "bound", "year_observed") if said == "e" else ()
            answers: dict[str, str | None] = {column: ask(column, cells[column]) for column in edited}
            answers["subject"] = ask("subject (of whom or what)", cells["subject"] or subject)
            answers["quantity"] = ask("quantity (what it measures)", cells["quantity"])
            if None in answers.values():
                break
            cells.update({column: "" if text == "-" else text for column, text in answers.items() if text is not None})
            try:
                figure_line({**cells, "id": "candidate"}, Place(found.document, candidate.line.number), columns)
            except InputError as error:
                for fault in error.faults:
                    click.echo("    " + "; ".join(part for part in (fault.found, fault.expected, fault.do) if part))
                said = ask("decide", "e", ("e", "r", "s"))
                continue
            subject = cells["subject"]
            break
        cells["accept"] = {"a": "yes", "e": "yes", "r": "no"}.get(said or "", "")
        if cells["accept"] == "yes" and not cells["quantity"].strip():
            cells["accept"] = ""  # the answers ended in the middle
        rows.append(Row(cells, Place(f"{found.document} (candidate {number})"), columns))
    click.echo(str(accept_rows(root, rows, documents)))


@seeds_command.command("accept")
@click.argument("table", type=_PATH)
@click.option("--documents", type=_PATH, help="The folder with the documents; default: documents/ of the study.")
@click.option("--study", "study_dir", type=_PATH, help="The study; default: around here.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
def accept_command(table: Path, documents: Path | None, study_dir: Path | None, as_json: bool) -> None:
    """Take the rows of TABLE (CSV or .xlsx) that say yes in `accept` into seeds/figures.csv.

    All of them land or, if one has a fault, none. Rows that stand there already are left alone, so that a table can be
    read as often as it grows. Each is looked up in its document at once.
    """
    from detente.seeds.figures import COLUMNS
    from detente.seeds.sheets import read_sheet
    from detente.study.documents import accept_rows
    from detente.study.layout import find

    sheet = read_sheet(table)
    sheet.require("accept", *COLUMNS)
    found = accept_rows(find(study_dir), sheet.rows, documents)
    data = {
        "format": 1, "command": "seeds accept", "figures": list(found.ids), "there": found.there,
        "rejected": found.rejected, "later": found.later, "verified": found.verified,
    }  # fmt: skip
    emit("\n".join([*found.ids, str(found)]), data, as_json=as_json, out=None)
