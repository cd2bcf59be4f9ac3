"""``detente new DIR --guided``: a study that grows step by step, checked after each; what is done stays."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from detente.cli.ask import ask
from detente.errors import DetenteError, UsageError

if TYPE_CHECKING:
    from detente.study.load import StudyFiles

__all__ = ["guide"]


class _Ended(Exception):  # noqa: N818 - the answers ended; everything done so far is on disk
    pass


def guide(root: Path) -> None:
    """Walk through the five steps; Enter skips what is not wanted."""
    steps = (_documents, _figures, _game, _numbers, _report)
    try:
        for number, step in enumerate(steps, 1):
            click.echo(f"\nStep {number} of {len(steps)}: {step.__doc__}")
            step(root)
            _check(root)
    except _Ended:
        click.echo(
            f"stopped; everything so far is in {root}; go on with: detente new {shlex.quote(str(root))} --guided"
        )


def _asked(question: str, default: str = "", known: tuple[str, ...] = ()) -> str:
    said = ask(question, default, known)
    if said is None:
        raise _Ended
    return said


def _loaded(root: Path) -> StudyFiles:
    from detente.study.load import load

    return load(root)


def _check(root: Path) -> None:
    from detente.study.check import check_documents
    from detente.study.documents import FOLDER

    study = _loaded(root)
    for fault in study.faults:
        click.echo(str(fault))
    if study.faults:
        raise UsageError(f"the study has faults; correct them, then go on with: detente new {root} --guided")
    wrong = check_documents(study, root / FOLDER) if study.documents and (root / FOLDER).is_dir() else []
    for fault in wrong:
        click.echo(str(fault))
    counts = ((study.documents, "document"), (study.figures, "figure"), (study.games, "game"))
    told = ", ".join(f"{len(each)} {what}{'' if len(each) == 1 else 's'}" for each, what in counts)
    click.echo(f"check: {told}; no faults; {'every figure stands in its line' if not wrong else 'see above'}")


def _try(action: Any) -> bool:
    """Run something that the person can put right; say what is wrong and return False where it is."""
    try:
        action()
    except DetenteError as error:
        click.echo(f"    {error}")
        return False
    return True


def _documents(root: Path) -> None:
    """documents (text, Markdown, HTML, DOCX or PDF; Enter when there are no more)"""  # noqa: D400, D403 - printed
    from detente.study.documents import add_document

    while True:
        path = _asked("path of a document")
        if not path:
            return
        title = _asked("title", Path(path).stem)
        date = _asked("date, as exact as it is known", "not dated")
        genre = _asked("what kind of text", "not stated")
        slant = _asked("what it plays up or down", "not stated")
        _try(lambda path=path, rest=(title, date, genre, slant): add_document(root, Path(path).expanduser(), *rest))


def _figures(root: Path) -> None:
    """figures: what rules find in each document, for you to accept, edit or reject"""  # noqa: D400 - printed
    from detente.cli.seeds_commands import review
    from detente.seeds.scan.rows import REVIEW_COLUMNS, review_cells
    from detente.seeds.sheets import read_sheet, write_sheet
    from detente.study.documents import FOLDER, accept_rows, scan_document

    for document in _loaded(root).documents.values():
        path = root / FOLDER / document.file
        table = root / f"{path.stem}-candidates.csv"
        if not path.is_file():
            continue
        if table.is_file():
            if _asked(f"{table.name} is filled in: accept its rows", "y", ("y", "n")) == "y":
                _try(lambda table=table: click.echo(str(accept_rows(root, read_sheet(table).rows))))
            continue
        found = scan_document(path)
        known = sum(each.document == document.file for each in _loaded(root).figures.values())
        told = f"{document.file}: {len(found.candidates)} candidates, {known} figures accepted so far"
        how = _asked(f"{told}; review here, table to fill in, skip", "s" if known else "r", ("r", "t", "s"))
        if how == "r":
            _try(lambda found=found: review(found, root, None))
        elif how == "t":
            rows = [review_cells(each) for each in found.candidates]
            write_sheet(table, REVIEW_COLUMNS, [[row[column] for column in REVIEW_COLUMNS] for row in rows])
            click.echo(f"    wrote {table}; fill in accept, subject and quantity, then run this command again")


def _game(root: Path) -> None:
    """a game from a template"""  # noqa: D400, D403 - printed
    from detente.study.grow import TEMPLATES, add_template, template_labels

    names = list(TEMPLATES)
    if _loaded(root).games and _asked("there is a game; add another", "n", ("y", "n")) == "n":
        return
    for number, (name, what) in enumerate(TEMPLATES.items(), 1):
        click.echo(f"    {number} {name}: {what}")
    template = names[int(_asked("which", "1", tuple(str(k) for k in range(1, len(names) + 1)))) - 1]
    while True:
        game = _asked("name of the game (lower-case letters, digits, _)", template)
        title = _asked("title that readers see", game.replace("_", " "))
        labels = {player: _asked(f"who is the {player}", words) for player, words in template_labels(template).items()}
        if _try(lambda g=game, t=title, w=labels: add_template(root, template, g, t, w)):
            return


def _numbers(root: Path) -> None:
    """the numbers of the game: Enter keeps, `FIGURE-ID` takes a figure, `VALUE LOW HIGH` is your judgement"""  # noqa: D400, D403 - printed
    from detente.numbers import short

    study = _loaded(root)
    for model in study.payoffs.values():
        for name, parameter in model.parameters.entries.items():
            if parameter.kind != "judgement" or not parameter.reason.startswith("a start, to be replaced"):
                continue
            click.echo(f"    {name}: {parameter.label.get('en', name)} ({parameter.unit}). {parameter.description}")
            shown = " ".join(short(each) for each in (parameter.value, parameter.low, parameter.high))
            while True:
                said = _asked(name, shown)
                if said == shown or _try(lambda s=said, n=name, f=model.file.name: _put(root, f, n, s)):
                    break


def _put(root: Path, file: str, name: str, said: str) -> None:
    """Set a parameter from what was answered."""
    from detente.errors import did_you_mean
    from detente.study.parameter_sheets import change_parameters

    words = said.split()
    study = _loaded(root)
    if len(words) == 3:
        cells = dict(zip(("value", "low", "high"), words, strict=True))
        cells["reason"] = _asked("reason")
        cells["unit"] = _asked(
            "unit", next(m for m in study.payoffs.values() if m.file.name == file).parameters.entries[name].unit
        )
    elif len(words) == 1 and words[0] in study.figures:
        cells = _from_figure(study, words[0])
    else:
        hint = did_you_mean(words[0], study.figures) if words else ""
        raise UsageError(
            f"found {said[:60]!r}; expected VALUE LOW HIGH or the id of a figure{'; ' + hint if hint else ''}"
        )
    change_parameters(root, {(file, name): (cells, None)})


def _from_figure(study: StudyFiles, figure: str) -> dict[str, str]:
    """Return the cells of a parameter that is a figure, in a unit of one's choice."""
    from detente.numbers import exact
    from detente.seeds.scan.rows import number_text

    one = study.figures[figure]
    click.echo(f"    {figure}: {number_text(one.central)} {one.unit} ({one.subject}, {one.quantity})")
    unit = _asked("unit in the game", one.unit)
    scale = exact(_asked(f"factor from {one.unit} to {unit}, such as 1e-9", "1")) if unit != one.unit else exact(1)
    cells = {
        "kind": "figure", "unit": unit, "figures": figure, "rule": "single", "value": number_text(one.central * scale),
        "scale": "" if unit == one.unit else number_text(scale), "reason": "", "interval": "stated",
    }  # fmt: skip
    if one.low is None or one.high is None or one.low == one.high:
        open_side = "leaves a side open" if one.low != one.high else "gives one number"
        words = _asked(f"the text {open_side}; LOW HIGH for the game", f"{cells['value']} {cells['value']}").split()
        if len(words) != 2:
            raise UsageError(f"found {len(words)} numbers; expected LOW HIGH")
        low, high = words
        reason = _asked("reason for this interval", "as the text says it")
        return {**cells, "low": low, "high": high, "interval": "reading", "reason": reason}
    return {**cells, "low": number_text(one.low * scale), "high": number_text(one.high * scale)}


def _report(root: Path) -> None:
    """what follows, and a first report"""  # noqa: D400, D403 - printed
    from detente.facade import Study

    study = Study(root)
    for name in study.games:
        click.echo(f"\n{study.game(name).question(1)}")
    if study.files.main_report is None or _asked("build the report", "y", ("y", "n")) == "n":
        return
    written = study.report().write()
    click.echo(f"    wrote {written.files[0]}")
    click.echo(f"    next: detente list, detente show {study.games[0]}, detente elicit out FORM.csv")
