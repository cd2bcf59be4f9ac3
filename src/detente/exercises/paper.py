"""The exercise as a PDF, set by the machinery of the reports: for students, or with keys and solutions for teachers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.exercises.key import told
from detente.exercises.statement import grid, parameters, prompt, worth
from detente.exercises.words import WORDS
from detente.fields import label_of
from detente.reports.document import Document
from detente.reports.elements import Block, Bullets, Column, Heading, Note, Paragraph, Table
from detente.reports.spans import Emph, Strong, Text

if TYPE_CHECKING:
    from detente.exercises.variants import Part, Variant

__all__ = ["paper"]

#: Most characters of the words on how to answer that leave room for the answer beside them.
MAX_FORM = {"en": 50, "zh": 26}


def paper(variant: Variant, lang: str, *, teacher: bool = False) -> Document:
    """Return a variant as a document; the teacher's has keys and worked solutions."""
    words, sheet = WORDS[lang], variant.sheet
    colon = "：" if lang == "zh" else ": "
    blocks: list[Block] = [Paragraph((Strong(words["goal"] + colon), Text(label_of(sheet.goal, lang))))]
    if sheet.text:
        blocks += [Paragraph(each) for each in label_of(sheet.text, lang).split("\n\n")]
    if not teacher:
        blocks.append(Note(words["paper"]))
    for number, part in enumerate(variant.parts, 1):
        blocks += _question(part, number, lang, teacher=teacher)
    who = f"{words['student']}{colon}{variant.student or '_' * 24}" if not teacher else words["solution"]
    return Document(
        label_of(sheet.title, lang), tuple(blocks), f"{words['difficulty']}{colon}{sheet.difficulty}/5    {who}", lang, footer=f"{sheet.name} {variant.mark}"
    )


def _question(part: Part, number: int, lang: str, *, teacher: bool) -> list[Block]:
    words, question = WORDS[lang], part.question
    blocks: list[Block] = [Heading(1, f"{words['question']} {number}", numbered=False)]
    if question.text:
        blocks += [Paragraph(each) for each in label_of(question.text, lang).split("\n\n")]
    table = grid(part.case, lang) if question.show else None
    if table is not None:
        columns = tuple(Column(head, align="left" if k == 0 else "center") for k, head in enumerate(table.columns))
        blocks.append(Table(columns, table.rows, table.caption, f"game-{number}"))
    given = parameters(part.case, lang)
    if given:
        blocks += [Paragraph(words["at"]), Bullets(given)]
    for position, item in enumerate(part.items, 1):
        asked = prompt(item, lang, worth(item.points, lang)).split("\n\n- ")[0]
        lead = Strong(f"{number}.{position} ")
        blocks.append(Paragraph((lead, Text(asked))))
        if item.key.options:
            blocks.append(Bullets(tuple(f"({letter}) {label_of(text, lang)}" for letter, text in item.key.options.items())))
        if not teacher:
            asked_for = Emph(f"{words['answer']} {label_of(item.key.form, lang)}")
            if item.by_hand:
                blocks += [Paragraph(asked_for), *(Paragraph("_" * 85) for _ in range(4))]
            elif len(label_of(item.key.form, lang)) > MAX_FORM[lang]:  # beside a long line there is no room to write
                blocks += [Paragraph(asked_for), Paragraph("_" * 48)]
            else:
                blocks.append(Paragraph((asked_for, Text("  " + "_" * 24))))
            continue
        if item.by_hand:
            blocks.append(Paragraph(Strong(words["rubric"])))
        else:
            blocks.append(Paragraph((Strong(words["key"] + " "), Text(told(part.case, item.key.value, lang)))))
        blocks.append(Bullets(tuple(label_of(line, lang) for line in item.key.solution)))
    if question.hints and not teacher:
        blocks.append(Note(" ".join(label_of(each, lang) for each in question.hints), words["hint"]))
    return blocks
