"""Student and teacher notebooks, with the cell metadata of nbgrader (schema 3), written as JSON without Jupyter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from detente.exercises.key import told
from detente.exercises.misconceptions import title
from detente.exercises.statement import Grid, grid, parameters, prompt, worth
from detente.exercises.words import WORDS
from detente.fields import label_of

if TYPE_CHECKING:
    from detente.exercises.variants import Item, Part, Variant

__all__ = ["KEY", "STUB", "notebook"]

#: Stands unseen in the answer cells of the teacher's notebook; nbgrader takes it out together with the key.
KEY = "<!-- key -->"

#: What stands in an answer cell until a student writes something; nbgrader puts the same there.
STUB = "YOUR ANSWER HERE"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|#$])")


def notebook(variant: Variant, lang: str, *, teacher: bool = False) -> str:
    """Return the notebook of a variant; the teacher's has keys and worked solutions in the answer cells."""
    words, sheet = WORDS[lang], variant.sheet
    head = [
        f"# {_plain(label_of(sheet.title, lang))}", "", f"**{words['goal']}.** {label_of(sheet.goal, lang)}", "",
        f"**{words['difficulty']}.** {sheet.difficulty}/5", "", words["how"],
    ]  # fmt: skip
    if variant.student:
        head += ["", f"{words['student']}: {_plain(variant.student)}"]
    if sheet.text:
        head += ["", label_of(sheet.text, lang)]
    cells = [_cell("head", "\n".join(head))]
    for number, part in enumerate(variant.parts, 1):
        cells.append(_cell(f"{part.question.name}-text", _statement(part, number, lang)))
        for position, item in enumerate(part.items, 1):
            asked = f"**{number}.{position}** {prompt(item, lang, worth(item.points, lang))}"
            asked += f"\n\n*{words['answer']} {_plain(label_of(item.key.form, lang))}.*"
            cells.append(_cell(f"{item.id}-asked", asked))
            cells.append(_cell(item.id, _solution(part, item, lang) if teacher else STUB, points=item.points))
    metadata = {
        "detente": {
            "format": 1, "kind": "teacher" if teacher else "student", "lang": lang, "sheet": sheet.name,
            "student": variant.student, "variant": variant.mark,
        },
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }  # fmt: skip
    found = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _cell(name: str, source: str, points: int | None = None) -> dict[str, Any]:
    answer = points is not None
    marks: dict[str, Any] = {
        "cell_type": "markdown", "grade": answer, "grade_id": name, "locked": not answer, "schema_version": 3,
        "solution": answer, "task": False,
    }  # fmt: skip
    if answer:
        marks["points"] = points
    return {"cell_type": "markdown", "id": name[:64], "metadata": {"nbgrader": marks}, "source": source}


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def _statement(part: Part, number: int, lang: str) -> str:
    words, question = WORDS[lang], part.question
    lines = [f"## {words['question']} {number}"]
    if question.text:
        lines += ["", label_of(question.text, lang)]
    table = grid(part.case, lang) if question.show else None
    if table is not None:
        lines += ["", *_table(table)]
    given = parameters(part.case, lang)
    if given:
        lines += ["", words["at"], "", *(f"- {_plain(line)}" for line in given)]
    for hint in question.hints:
        lines += ["", f"<details><summary>{words['hint']}</summary>", "", label_of(hint, lang), "", "</details>"]
    return "\n".join(lines)


def _table(table: Grid) -> list[str]:
    rows = [table.columns, *table.rows]
    shown = ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in rows]
    return [_plain(table.caption), "", shown[0], "|" + " --- |" * len(table.columns), *shown[1:]]


def _solution(part: Part, item: Item, lang: str) -> str:
    words = WORDS[lang]
    if item.by_hand:
        lines = [f"**{words['rubric']}**", "", *(f"- {label_of(line, lang)}" for line in item.key.solution)]
        return "\n".join([KEY, *lines])
    lines = [KEY, f"**{words['key']}.** {_plain(told(part.case, item.key.value, lang))}", "", f"**{words['solution']}**", ""]
    lines += [f"- {_plain(label_of(line, lang))}" for line in item.key.solution]
    if item.key.wrong:
        lines += ["", f"**{words['caught']}**", ""]
        lines += [
            f"- {title(name, lang)}: {_plain(told(part.case, value, lang))}" for name, value in item.key.wrong.items()
        ]
    return "\n".join(lines)
