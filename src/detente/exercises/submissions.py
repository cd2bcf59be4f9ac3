"""What students hand in, read from a folder: notebooks, forms and texts, as data.

Nothing in a submission is run, unpacked or followed: a file is bytes of bounded size, a notebook is JSON of which marked
cells are taken as text. Whatever else is found is reported with a reason that can be forwarded to the student.
"""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, InputError, UsageError
from detente.exercises.notebooks import KEY, STUB

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Broken", "Submission", "files_in", "read_submission", "sheet_of"]

#: Largest file that is read, and how many files and folders deep are looked at.
MAX_BYTES = 2_000_000
MAX_FILES = 20_000
MAX_DEPTH = 8
MAX_CELLS = 2000

_SKIPPED = re.compile(r"^\.|^__MACOSX$|^desktop\.ini$|^Thumbs\.db$", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINE = re.compile(r"\s*([a-z][a-z0-9_]*-[0-9]+)\s*[:=：]\s*(.*)")
_ITEM = re.compile(r"[a-z][a-z0-9_]*-[0-9]+")
_HEAD = re.compile(r"\s*(sheet|student|variant)\s*[:=：]\s*(.*)", re.IGNORECASE)
_KINDS = {
    b"PK\x03\x04": "a zip archive or an Office file", b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a gzip archive", b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive", b"\x7fELF": "a program",
    b"MZ": "a program",
}  # fmt: skip


class Broken(DetenteError):  # noqa: N818 - says what is the case
    """A file that cannot be marked; the message is the reason, for the student."""


@dataclass(frozen=True)
class Submission:
    """What a file says: for which sheet, from whom where it says so, the variant it was made from, the answers by id."""

    path: str
    sheet: str
    student: str
    variant: str
    answers: Mapping[str, str] = field(repr=False)
    time: float = 0.0


def files_in(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder in order, without hidden ones and without following links.

    Raises
    ------
    UsageError
        If it is no folder, or holds more files than a course hands in.
    """
    if not folder.is_dir():
        raise UsageError(f"found no folder {str(folder)!r}; expected one with submissions")
    count = 0
    for root, folders, names in os.walk(folder):
        depth = len(Path(root).relative_to(folder).parts)
        kept = sorted(name for name in folders if not _SKIPPED.match(name))
        folders[:] = [name for name in kept if depth < MAX_DEPTH and not (Path(root) / name).is_symlink()]
        for name in sorted([*names, *(name for name in kept if name not in folders)]):  # what is not entered is reported
            if _SKIPPED.match(name):
                continue
            count += 1
            if count > MAX_FILES:
                raise UsageError(f"found more than {MAX_FILES} files in {folder}; expected one a student")
            yield Path(root) / name


def sheet_of(folder: Path) -> str:
    """Return the name of the sheet that the files in a folder were made from.

    Raises
    ------
    UsageError
        If none says so, or they were made from several.
    """
    found: dict[str, str] = {}
    for path in files_in(folder):
        try:
            name = read_submission(path).sheet
        except Broken:
            continue
        if re.fullmatch(r"[A-Za-z0-9_-]{1,80}", name):  # a name, never a path that a student chose
            found.setdefault(name, path.name)
    if len(found) != 1:
        what = ", ".join(f"{name} in {path}" for name, path in sorted(found.items())[:5]) or "no file that names its sheet"
        raise UsageError(f"found {what} in {folder}; say which one to mark with --sheet")
    return next(iter(found))


def read_submission(path: Path) -> Submission:
    """Return what a file says.

    Raises
    ------
    Broken
        With the reason why it cannot be read.
    """
    try:
        state = path.lstat()
        if stat.S_ISDIR(state.st_mode):
            raise Broken(f"the folder lies more than {MAX_DEPTH} folders deep; hand in the file itself")
        if not stat.S_ISREG(state.st_mode):
            raise Broken("this is a link or a device, not a file; hand in the file itself")
        if state.st_size > MAX_BYTES:
            raise Broken(f"the file has {state.st_size:,} bytes, more than {MAX_BYTES:,}; remove outputs and pictures")
        if state.st_size == 0:
            raise Broken("the file is empty; hand it in again")
        content = path.read_bytes()
    except OSError as error:
        raise Broken(f"the file cannot be read ({error.strerror or error}); hand it in again") from None
    kind = next((words for start, words in _KINDS.items() if content.startswith(start)), None)
    if kind is not None:
        raise Broken(f"this is {kind}; hand in the notebook (.ipynb), the form (.csv) or a text (.txt) itself")
    suffix = path.suffix.lower()
    if suffix not in (".ipynb", ".csv", ".txt", ".md"):
        raise Broken(f"found a file {suffix or 'without an ending'}; expected .ipynb, .csv or .txt")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Broken("the file is not UTF-8 text; save it as UTF-8") from None
    if "\x00" in text:
        raise Broken("the file holds binary data; hand in text")
    reader = {".ipynb": _notebook, ".csv": _form}.get(suffix, _text)
    found = reader(path, text)
    return Submission(str(path), *found, time=state.st_mtime)


def _notebook(path: Path, text: str) -> tuple[str, str, str, dict[str, str]]:
    try:
        data = json.loads(text, parse_int=_short, parse_float=float, parse_constant=str)
    except RecursionError:
        raise Broken("the notebook is nested too deeply; hand in the notebook that you were given") from None
    except ValueError as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "somewhere"
        raise Broken(f"the notebook is damaged ({where}): it is no JSON; save it again in Jupyter") from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise Broken("the notebook has no cells; hand in the notebook that you were given")
    if len(cells) > MAX_CELLS:
        raise Broken(f"the notebook has {len(cells)} cells; expected the notebook that you were given")
    about = _table(_table(data.get("metadata")).get("detente"))
    answers: dict[str, str] = {}
    for cell in cells:
        name = _answer_cell(_table(cell))
        if name is None:
            continue
        if name in answers:
            raise Broken(f"the answer cell {name[:60]} stands twice; delete one of the two")
        source = _source(_table(cell).get("source"))
        if KEY in source:
            raise Broken("this is the teacher's notebook, with the solutions; hand in your own")
        answers[name] = _cleaned(source)
    return _word(about.get("sheet")), _word(about.get("student")), _word(about.get("variant")), answers


def _answer_cell(cell: dict[str, Any]) -> str | None:
    """Return the answer that a cell is for: by its metadata, or by its id where a program dropped the metadata."""
    marks = _table(_table(cell.get("metadata")).get("nbgrader"))
    name = marks.get("grade_id") if marks else cell.get("id")
    if not isinstance(name, str) or (marks and not marks.get("solution")):
        return None
    return name if marks or _ITEM.fullmatch(name) else None


def _short(numeral: str) -> int | str:
    """Return a whole number of JSON; one that is absurdly long stays text."""
    return int(numeral) if len(numeral) < 30 else numeral


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 200 and value.isprintable() else ""


def _source(value: Any) -> str:
    if isinstance(value, list):
        value = "".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return ""
    return value


def _cleaned(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")  # half a character of JSON cannot be written to any table
    return _COMMENT.sub("", whole).replace(STUB, "").strip()


def _form(path: Path, text: str) -> tuple[str, str, str, dict[str, str]]:
    from detente.seeds.sheets import read_sheet

    try:
        table = read_sheet(path)
        table.require("item", "answer")
    except InputError as error:
        fault = error.faults[0]
        where = f"row {fault.place.line}: " if fault.place.line else ""
        raise Broken(f"the form cannot be read: {where}{fault.found}; {fault.expected or 'expected item and answer'}") from None
    head: dict[str, str] = {"sheet": "", "student": "", "variant": ""}
    answers: dict[str, str] = {}
    for row in table.rows:
        name, answer = row["item"].strip(), _cleaned(row["answer"])
        if name in head:
            head[name] = _word(answer)
        elif name in answers:
            raise Broken(f"the form answers {name[:60]} twice; delete one row")
        elif name:
            answers[name] = answer
    return head["sheet"], head["student"], head["variant"], answers


def _text(path: Path, text: str) -> tuple[str, str, str, dict[str, str]]:
    head: dict[str, str] = {"sheet": "", "student": "", "variant": ""}
    answers: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        found, about = _LINE.match(line), _HEAD.match(line)
        if found:
            last = found.group(1)
            if last in answers:
                raise Broken(f"the text answers {last[:60]} twice; delete one line")
            answers[last] = found.group(2)
        elif about and not last:
            head[about.group(1).lower()] = _word(about.group(2).strip())
        elif last:
            answers[last] += "\n" + line
    if not answers:
        raise Broken("the text has no line such as 'mix-1: 1/3'; write one line for each answer")
    return head["sheet"], head["student"], head["variant"], {name: _cleaned(answer) for name, answer in answers.items()}
