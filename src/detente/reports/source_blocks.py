"""Blocks on where the numbers come from: parameters and figures of a game, documents, disagreements, methods."""

from __future__ import annotations

from fractions import Fraction
from importlib import metadata
from typing import TYPE_CHECKING, Any

from detente.fields import label_of
from detente.formula import symbol
from detente.numbers import short
from detente.printing import typst
from detente.reports.elements import Block, Bullets, Column, Heading, Note, Paragraph, Table
from detente.reports.entries import document_entry, figure_entry, marked, parameter_entry
from detente.reports.language import reword, say
from detente.reports.spans import Code, Inline, Math
from detente.reports.typesetting import math
from detente.study.assumptions import weakness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context, Whole
    from detente.reports.spans import Kind
    from detente.seeds.figures import Figure
    from detente.study.load import StudyFiles

__all__ = ["assumptions", "conflicts", "methods", "parameters"]

#: Values of a table by one formula up to which each is printed.
_FAMILY = 12


def parameters(context: Context) -> list[Block]:
    """Every parameter with kind, value, range and basis; then each figure with its place."""
    listed = _unlisted(context)
    rows: list[tuple[Inline, ...]] = []
    marks: list[Kind] = []
    for own, name in listed:
        model = own.model
        parameter = model.parameters[name]
        mark = Math(typst(symbol(name), own.names), name)
        label = (own.label(name), " ", Code(name))
        unit = context.prose(parameter.unit)
        marks.append(parameter.kind)  # type: ignore[arg-type]
        if parameter.formula is not None:
            basis: Inline = math(own, parameter.formula)
            derived = model.derived_values(model.point().values)
            rows.append((mark, label, short(derived[name], 4), "", unit, basis))
            continue
        interval = model.intervals[name]
        reason = context.prose(parameter.reason) if parameter.reason else ""
        if parameter.kind == "figure":
            basis = _rule(context, parameter)
            if reason:
                basis += context.say("; ") + reason
        else:
            basis = reason
        span = (
            context.say("fixed")
            if interval.low == interval.high
            else context.say("{low} to {high}", low=short(interval.low, 4), high=short(interval.high, 4))
        )
        rows.append((mark, label, short(interval.value, 4), span, unit, basis))
    if not rows:
        return []
    title = (
        context.say("Every parameter and its source")
        if context.alone
        else context.say("Parameters: {game}", game=context.title)
    )
    lead = context.say(
        "A parameter is a figure of the documents, a value derived from other parameters by a formula, or a judgement. "
        "A judgement states why it was chosen and how far it may be off."
    )
    repeated = any(parameter_entry(context.model, name) in context.listed for name in context.model.parameters)
    if context.listed:  # the first list says it
        lead = ""
    if repeated:
        lead += context.say(" Parameters that an earlier list has are not repeated.")
    printed, left = _without_families(context, listed)
    note = ""
    if left:
        name = context.anchor("parameters-all")
        note = context.say("{count} more follow the formula of the one before them and stand in {file}.", count=left, file=f"{name}.csv")
    longest = max(len(own.names.get(name, name)) for own, name in (listed[place] for place in printed))
    columns = (
        # symbols of a template's members have long names, which take more room
        Column("", width=0.5 if longest <= 8 else min(2.4, 0.13 * longest)),
        Column(context.say("Parameter"), width=2.2),
        Column(context.say("Value"), align="decimal", width=0.9),
        Column(context.say("Range"), width=1.3),
        Column(context.say("Unit"), width=0.9),
        Column(context.say("Basis"), width=4, ditto=context.say("as above")),
    )
    blocks: list[Block] = [
        Heading(1, title, context.anchor("sources"), appendix=True),
        *([Paragraph(lead.strip())] if lead else []),
        Table(
            columns,
            tuple(rows[place] for place in printed),
            context.say("Parameters"),
            context.anchor("parameter-list"),
            marks=tuple(marks[place] for place in printed),
            anchors=tuple(parameter_entry(listed[place][0].model, listed[place][1]) for place in printed),
            note=note,
        ),
    ]
    if left:
        name = context.anchor("parameters-all")
        blocks.append(Table(columns, tuple(rows), context.say("Parameters"), name, marks=tuple(marks), shown=0))
    return [*blocks, *_figures(context, listed), *(_documents(context.files, context.lang) if context.alone else [])]


def _without_families(context: Context, listed: Sequence[tuple[Context, str]]) -> tuple[list[int], int]:
    """Return the places of the parameters that are printed, and how many are left out.

    Where a report prints what is essential, of a long table of values by one formula the first and the last one are.
    """
    hidden: set[str] = set()
    if context.short:
        for own in {id(own.model): own for own, _ in listed}.values():
            for table in own.model.payoff_model.tables.values():
                names = list(table.entries.values())
                if len(names) > _FAMILY and all(own.model.parameters[name].is_derived for name in names if name in own.model.parameters):
                    hidden.update(names[1:-1])
    printed = [place for place, (_, name) in enumerate(listed) if name not in hidden]
    return printed, len(listed) - len(printed)


def _unlisted(context: Context) -> list[tuple[Context, str]]:
    """Return the parameters of a game and its variants that no list before has, each with the game that has it."""
    found: dict[str, tuple[Context, str]] = {}
    for own in context.variants:
        for name in own.model.parameters:
            found.setdefault(parameter_entry(own.model, name), (own, name))
    return [each for entry, each in found.items() if entry not in context.listed]


def _rule(context: Context, parameter: Any) -> str:
    count = len(parameter.figures)
    text = context.say(
        "the only figure; interval: {interval}" if count == 1 else "{rule} of {count} figures; interval: {interval}",
        rule=context.say(str(parameter.rule)), count=count, interval=context.say(str(parameter.interval)),
    )  # fmt: skip
    return marked(text, figure_entry(parameter.figures[0]))


def _figures(context: Context, listed: Sequence[tuple[Context, str]]) -> list[Block]:
    files = context.files
    documents = {document.file: name for name, document in files.documents.items()}
    rows: list[tuple[Inline, ...]] = []
    anchors: dict[str, int] = {}
    for own, name in listed:
        for index, each in enumerate(own.model.parameters[name].figures):
            figure = files.figures[each]
            place = context.say("{document}, line {line}", document=documents[figure.document], line=figure.line)
            anchors.setdefault(figure_entry(each), len(rows))
            rows.append(
                (
                    marked(name if context.lang == "en" else own.label(name), parameter_entry(own.model, name)) if index == 0 else "",
                    Code(figure.id),
                    marked(place, document_entry(documents[figure.document])),
                    figure.token,
                    _stated(context, figure),
                    "" if figure.unit == "qualitative" else context.prose(figure.unit),
                )
            )
    if not rows:
        return []
    firsts = {row: entry for entry, row in anchors.items() if entry not in context.cited}
    return [
        Table(
            (
                Column(context.say("Parameter"), width=1.5),
                Column(context.say("Figure"), width=3),
                Column(context.say("Document"), width=1.4),
                Column(context.say("Words there"), width=1.6),
                Column(context.say("Value"), width=1.9),
                Column(context.say("Unit"), width=1),
            ),
            tuple(rows),
            context.say("Figures behind the parameters, with the place in the document and the words that carry each"),
            context.anchor("figure-list"),
            note=context.say(
                "A sign in place of a value codes a statement without a number: good or bad for the one it is about."
            ),
            anchors=tuple(firsts.get(index, "") for index in range(len(rows))),
        )
    ]


def _date(figure: Figure) -> str:
    """Return a date that the register has as a year with decimals, by its month where it is known so exactly.

    A year with decimals rounded to a year would be another one: the end of 2024 is 2024.96.
    """
    low = figure.central if figure.low is None else figure.low
    high = figure.central if figure.high is None else figure.high
    year = figure.central // 1
    if high - low > Fraction(1, 2) or figure.central == year:
        return str(year)
    return f"{year}-{int((figure.central - year) * 12) + 1:02}"


def _stated(context: Context, figure: Figure) -> str:
    """Return the value of a figure with its bound, as a reader says it."""
    value = short(figure.central, 4)
    if figure.unit == "date":
        return _date(figure)
    if figure.unit == "qualitative":
        return "+" if figure.central > 0 else "\u2212" if figure.central < 0 else "0"
    match figure.bound:
        case "at_least":
            return context.say("at least {value}", value=value if figure.low is None else short(figure.low, 4))
        case "at_most":
            return context.say("at most {value}", value=value if figure.high is None else short(figure.high, 4))
        case "over":
            return context.say("over {value}", value=value if figure.low is None else short(figure.low, 4))
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return context.say("about {value}", value=value) if figure.bound == "about" else value
    return context.say("{value} ({low} to {high})", value=value, low=short(figure.low, 4), high=short(figure.high, 4))


def _documents(files: StudyFiles, lang: str) -> list[Block]:
    rows: list[tuple[Inline, ...]] = []
    for name, document in files.documents.items():
        titles = [document.title[each] for each in ("en", "zh") if each in document.title]
        if lang == "zh":
            titles.reverse()
        rows.append(
            (name, " / ".join(titles), document.date, reword(lang, document.genre), reword(lang, document.slant))
        )
    return [
        Table(
            (
                Column("", width=0.5),
                Column(say(lang, "Title"), width=3),
                Column(say(lang, "Date"), width=1),
                Column(say(lang, "Genre"), width=1.7),
                Column(say(lang, "Slant"), width=3),
            ),
            tuple(rows),
            say(lang, "The documents"),
            "document-list",
            anchors=tuple(map(document_entry, files.documents)),
        )
    ]


def conflicts(whole: Whole) -> list[Block]:
    """Where the documents disagree: first what bears on the games of the report, then the rest."""
    files, lang = whole.files, whole.lang
    if not files.conflicts:
        return []
    used = {
        figure for context in whole.contexts for parameter in context.model.parameters.values() for figure in parameter.figures
    }  # fmt: skip
    near = [each for each in files.conflicts.values() if used & set(each.figures)]
    far = [each for each in files.conflicts.values() if each not in near]
    several = len(whole.contexts) > 1
    lead = "Disagreements in the register: {count}; about figures that these games use: {near}. The last column says how the study settles them."
    if not several:
        lead = "Disagreements in the register: {count}; about figures that this game uses: {near}. The last column says how the study settles them."
    blocks: list[Block] = [
        Heading(1, whole.say("Where the documents disagree"), "disagreements", appendix=several),
        Paragraph(whole.say(lead, count=len(files.conflicts), near=len(near))),
    ]
    for chosen, caption, name in (
        (near, "Disagreements about figures that are used", "conflicts-used"),
        (far, "Other disagreements in the register", "conflicts-other"),
    ):
        if chosen:
            rows = tuple(
                (
                    label_of(each.topic, lang), whole.say("; ").join(map(whole.prose, each.says)), whole.prose(each.kind),
                    whole.prose(each.reconciliation),
                )
                for each in chosen
            )  # fmt: skip
            blocks.append(
                Table(
                    (
                        Column(whole.say("Topic"), width=1.5),
                        Column(whole.say("What they say"), width=3),
                        Column(whole.say("Kind"), width=1.4),
                        Column(whole.say("Settled as"), width=3),
                    ),
                    rows,
                    whole.say(caption),
                    name,
                )
            )
    if several:
        blocks += _documents(files, lang)
    return blocks


def assumptions(whole: Whole) -> list[Block]:
    """The parameters by weakness of their basis times what hangs on them, the most pressing first."""
    rows = []
    for name, kind, documents, impact, where, context in _assumed(whole).values():
        rows.append((float(weakness(kind, documents)), impact, name, kind, documents, where, context))
    rows.sort(key=lambda row: (-row[0] * row[1], -row[1], row[2]))
    if not rows:
        return []
    table: list[tuple[Inline, ...]] = [
        (
            (context.named(name), " ", Code(name)),
            str(documents) if kind == "figure" else whole.say("none"),
            f"{impact:.2f}",
            where,
            f"{weak * impact:.2f}",
        )
        for weak, impact, name, kind, documents, where, context in rows
    ]
    return [
        Heading(1, whole.say("Log of assumptions"), "assumptions", appendix=True),
        Paragraph(
            whole.say(
                "What to check first. The weakness of a basis is 1 for a judgement, 0.75, 0.5 and 0.25 for figures of one, two, and three or more documents. Impact is "
                "the largest total importance of the parameter for the outcome of a game. The order is by their product."
            )
        ),
        Table(
            (
                Column(whole.say("Parameter"), width=3),
                Column(whole.say("Documents"), width=1),
                Column(whole.say("Impact"), align="decimal", width=0.8),
                Column(whole.say("Largest in"), width=2),
                Column(whole.say("Weakness times impact"), align="decimal", width=1.1),
            ),
            tuple(table),
            whole.say("Assumptions by weakness of their basis times impact"),
            "assumption-log",
            marks=tuple(row[3] for row in rows),
            shown=60 if len(rows) > 64 else None,
        ),
    ]


def _assumed(whole: Whole) -> dict[str, tuple[str, Any, int, float, str, Context]]:
    """Return by entry every parameter whose importance is known: name, kind, documents, impact, the game where it is largest."""
    found: dict[str, tuple[str, Any, int, float, str, Context]] = {}
    for context in whole.contexts:
        for output in whole.results.importance(context.game)["outputs"]:
            for row in output["rows"]:
                name = row["name"]
                parameter = context.model.parameters.get(name)
                if parameter is None or parameter.is_derived or row["total"] is None or not output["variance"]:
                    continue
                documents = len({whole.files.figures[each].document for each in parameter.figures})
                impact = max(0.0, row["total"])
                entry = parameter_entry(context.model, name)
                if entry not in found or impact > found[entry][3]:
                    found[entry] = (name, parameter.kind, documents, impact, context.title, context)
    return found


def methods(whole: Whole) -> list[Block]:
    """How the answers were found, and what they do not cover."""
    forms = {context.model.definition.form for context in whole.contexts}
    lines: list[Inline] = []
    if "normal" in forms:
        solved = [
            found for context in whole.contexts if context.model.definition.form == "normal"
            for found in whole.results.solved(context.game)
        ]  # fmt: skip
        complete = all(found["complete"] for found in solved)
        lines.append(
            whole.say(
                "Equilibria of normal forms: found in exact arithmetic; each confirmed by an independent check of best responses with no gain from deviating."
            )
            + " "
            + whole.say("These are all equilibria at each point." if complete else "Where more equilibria may exist, the table says so.")
        )
    for form, text in _METHODS:
        if form in forms or not form:
            lines.append(whole.say(text))
    packages = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("detente", "numpy", "sympy", "matplotlib", "typst")
    )
    notes = [
        whole.say("{game}: {note}", game=context.title, note=reword(whole.lang, str(note)))
        for context in whole.contexts
        for note in context.model.point().notes
    ]
    return [
        Heading(1, whole.say("How this was computed"), "methods", appendix=len(whole.contexts) > 1),
        Bullets(tuple(lines)),
        *([Note(whole.say("; ").join(notes), whole.say("At the baseline."))] if notes else []),
        Note(
            (
                whole.say("Study {study}, hash ", study=whole.files.name), Code(whole.files.hash),
                whole.say("; seed {seed}; {packages}.", seed=whole.results.seed, packages=packages),
            ),
            whole.say("Versions."),
        ),
    ]  # fmt: skip


_METHODS = (
    ("normal", "Conditions: differences between payoffs in symbols. Whether the box settles an inequality is decided by exact interval bounds, never by sampling."),
    ("normal", "Risk dominance: Harsanyi and Selten (1988). Player types: Rapoport and Guyer (1966), Kydd (2005)."),
    ("normal", "Critical discount factors: the one-shot deviation principle; see Friedman (1971) and Mailath and Samuelson (2006)."),
    ("extensive", "Trees: backward induction in exact arithmetic; each equilibrium confirmed by one-shot deviations. Trees with hidden moves: sequential equilibria (Kreps and Wilson 1982)."),
    ("population", "Games of many members: every vector of counts is decided exactly."),
    ("coalitional", "Coalitions: Shapley value and nucleolus in exact arithmetic; the nucleolus certified by Kohlberg's criterion."),
    ("global", "Games with noisy signals: the equilibrium in thresholds, with the proof that there is no other where it says so."),
    ("", "Thresholds: real roots of polynomials with rational coefficients, isolated exactly; one rational point decides each piece between them."),
    ("", "Shares and importance are sampled, with the seed and number of draws told; what is said to be proved is not sampled."),
    ("", "Every number can be followed to its sources with the command detente trace."),
)
