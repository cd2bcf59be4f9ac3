"""Blocks on where the numbers come from: parameters, figures, documents, disagreements, methods."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from detente.formula import symbol
from detente.numbers import plain, short
from detente.printing import typst
from detente.reports.elements import Block, Bullets, Column, Heading, Note, Paragraph, Table
from detente.reports.spans import Code, Inline, Math

if TYPE_CHECKING:
    from detente.reports.blocks import Context
    from detente.seeds.figures import Figure

__all__ = ["conflicts", "methods", "parameters"]


def _label(label: object, lang: str) -> str:
    return str(label.get(lang) or label.get("en") or next(iter(label.values()))) if label else ""  # type: ignore[attr-defined]


def parameters(context: Context) -> list[Block]:
    """Every parameter with kind, value, range and basis; then each figure with its place."""
    model, lang = context.model, context.definition.lang
    base = context.points["baseline"].values
    derived = model.derived_values(base)
    rows: list[tuple[Inline, ...]] = []
    marks = []
    for name, parameter in model.parameters.items():
        mark = Math(typst(symbol(name), context.names), name)
        marks.append(parameter.kind)
        if parameter.formula is not None:
            basis: Inline = Math(typst(model.symbolic.derived[name], context.names), parameter.formula.text)
            rows.append(
                (
                    mark,
                    (_label(parameter.label, lang), " ", Code(name)),
                    short(derived[name], 4),
                    "",
                    parameter.unit,
                    basis,
                )
            )
            continue
        interval = model.symbolic.parameters[name]
        if parameter.kind == "figure":
            basis = f"{parameter.rule} of {len(parameter.figures)} figure{'s' if len(parameter.figures) > 1 else ''}; interval: {parameter.interval}"
            if parameter.reason:
                basis += f". {parameter.reason}"
        else:
            basis = parameter.reason
        rows.append(
            (
                mark,
                (_label(parameter.label, lang), " ", Code(name)),
                short(interval.value, 4),
                f"{short(interval.low, 4)} to {short(interval.high, 4)}",
                parameter.unit,
                basis,
            )
        )
    suffix = "" if context.alone else f" of {context.label(model.definition.name)}"
    blocks: list[Block] = [
        Heading(1, f"Every parameter{suffix} and its source", context.anchor("sources"), appendix=True),
        Paragraph(
            "A parameter is a figure of the documents, a value derived from other parameters by a formula, or a judgement. "
            "A judgement states why it was chosen and how far it may be off."
        ),
        Table(
            (
                Column("", width=0.5),
                Column("Parameter", width=2.2),
                Column("Value", align="decimal", width=0.9),
                Column("Range", width=1.3),
                Column("Unit", width=0.9),
                Column("Basis", width=4),
            ),
            tuple(rows),
            "Parameters",
            context.anchor("parameter-list"),
            marks=tuple(marks),  # type: ignore[arg-type]
        ),
    ]
    return [*blocks, *_figures(context), *_documents(context)]


def _figures(context: Context) -> list[Block]:
    files = context.files
    documents = {document.file: name for name, document in files.documents.items()}
    rows: list[tuple[Inline, ...]] = []
    for name, parameter in context.model.parameters.items():
        for index, each in enumerate(parameter.figures):
            figure = files.figures[each]
            rows.append(
                (
                    Code(name) if index == 0 else "",
                    Code(figure.id),
                    f"{documents[figure.document]}, line {figure.line}",
                    figure.token,
                    _stated(figure),
                    "" if figure.unit == "qualitative" else figure.unit,
                )
            )
    if not rows:
        return []
    return [
        Table(
            (
                Column("Parameter", width=1.5),
                Column("Figure", width=3),
                Column("Document", width=1.4),
                Column("Words there", width=1.6),
                Column("Value", width=1.9),
                Column("Unit", width=1),
            ),
            tuple(rows),
            "Figures behind the parameters, with the place in the document and the words that carry each",
            context.anchor("figure-list"),
            note="A sign in place of a value codes a statement without a number: good or bad for the one it is about.",
        )
    ]


def _stated(figure: Figure) -> str:
    """Return the value of a figure with its bound, as a reader says it."""
    value = short(figure.central, 4)
    if figure.unit == "qualitative":
        return "+" if figure.central > 0 else "\u2212" if figure.central < 0 else "0"
    match figure.bound:
        case "at_least":
            return f"at least {value if figure.low is None else short(figure.low, 4)}"
        case "at_most":
            return f"at most {value if figure.high is None else short(figure.high, 4)}"
        case "over":
            return f"over {value if figure.low is None else short(figure.low, 4)}"
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return f"about {value}" if figure.bound == "about" else value
    return f"{value} ({short(figure.low, 4)} to {short(figure.high, 4)})"


def _documents(context: Context) -> list[Block]:
    rows: list[tuple[Inline, ...]] = []
    for name, document in context.files.documents.items():
        titles = [document.title[lang] for lang in ("en", "zh") if lang in document.title]
        rows.append((name, " / ".join(titles), document.date, document.genre, document.slant))
    return [
        Table(
            (
                Column("", width=0.5),
                Column("Title", width=3),
                Column("Date", width=1),
                Column("Genre", width=1.7),
                Column("Slant", width=3),
            ),
            tuple(rows),
            "The documents",
            context.anchor("document-list"),
        )
    ]


def conflicts(context: Context) -> list[Block]:
    """Where the documents disagree: first what bears on this game, then the rest."""
    files, lang = context.files, context.definition.lang
    if not files.conflicts:
        return []
    used = {figure for parameter in context.model.parameters.values() for figure in parameter.figures}
    near = [each for each in files.conflicts.values() if used & set(each.figures)]
    far = [each for each in files.conflicts.values() if each not in near]
    blocks: list[Block] = [
        Heading(1, "Where the documents disagree", context.anchor("disagreements")),
        Paragraph(
            f"Disagreements in the register: {len(files.conflicts)}; about figures that this game uses: {len(near)}. The last column says how the "
            "study settles them."
        ),
    ]
    for chosen, caption, name in (
        (near, "Disagreements about figures that this game uses", "conflicts-used"),
        (far, "Other disagreements in the register", "conflicts-other"),
    ):
        if chosen:
            rows = tuple(
                (_label(each.topic, lang), "; ".join(each.says), each.kind, each.reconciliation) for each in chosen
            )
            blocks.append(
                Table(
                    (
                        Column("Topic", width=1.5),
                        Column("What they say", width=3),
                        Column("Kind", width=1.4),
                        Column("Settled as", width=3),
                    ),
                    rows,
                    caption,
                    context.anchor(name),
                )
            )
    return blocks


def methods(context: Context) -> list[Block]:
    """How the answers were found, and what they do not cover."""
    solved = context.solved["baseline"]
    lines: list[Inline] = [
        f"Equilibria: {solved.method} in {solved.arithmetic} arithmetic. {'These are all equilibria of each numeric game.' if solved.complete else 'More may exist.'} Each was confirmed by an independent check of best responses; the largest gain from deviating is {plain(max((each.regret for each in solved.equilibria), default=0))}.",
        "Conditions: differences between payoffs in symbols. Whether the box settles an inequality is decided by exact interval bounds, never by sampling.",
        "Thresholds: real roots of polynomials with rational coefficients, isolated exactly; one rational point decides each piece between them.",
        "Critical discount factors: the one-shot deviation principle; see Friedman (1971) and Mailath and Samuelson (2006).",
        "Risk dominance: Harsanyi and Selten (1988). Player types: Rapoport and Guyer (1966), Kydd (2005).",
        "Every number can be followed to its sources with the command detente trace.",
    ]
    packages = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("detente", "numpy", "sympy", "matplotlib", "typst")
    )
    notes = [str(note) for note in context.points["baseline"].notes]
    return [
        Heading(1, "How this was computed"),
        Bullets(tuple(lines)),
        *([Note("; ".join(notes), "At the baseline.")] if notes else []),
        Note((f"Study {context.files.name}, hash ", Code(context.files.hash), f"; {packages}."), "Versions."),
    ]
