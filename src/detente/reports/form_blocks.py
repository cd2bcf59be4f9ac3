"""Blocks that fit every form of games: the game drawn, its terms, its solution at the named points."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detente.fields import label_of
from detente.formula import Node, symbol
from detente.printing import plain as formula_text
from detente.printing import typst
from detente.reports import payoff_blocks, point_blocks
from detente.reports.elements import Block, Bullets, Column, Figure, Heading, Note, Paragraph, Table
from detente.reports.engine_tables import SHORT_LINES, Labels, engine_table, merged
from detente.reports.figure_style import PLAYERS
from detente.reports.question_blocks import beside_names, beside_note
from detente.reports.solved_blocks import solution_summary
from detente.reports.spans import Inline, Math
from detente.reports.wordlike import english_article

if TYPE_CHECKING:
    from detente.reports.blocks import Context

__all__ = ["classes", "payoffs", "terms"]

#: Outcomes up to which the payoffs at each are printed as formulas.
_FORMULAS = 9
#: Columns of a table of outcomes up to which it is printed in a report of what is essential.
_WIDEST = 10
#: The same in any report: heads of more columns run into each other.
_MOST_COLUMNS = 12


def payoffs(context: Context) -> list[Block]:
    """The game drawn: a matrix for two players who choose at once, a tree, or the tables of its form."""
    if context.is_matrix:
        return payoff_blocks.payoffs(context)
    blocks: list[Block] = [Heading(1, context.say("What each side gets"), context.anchor("payoffs"))]
    unit = context.model.payoff_model.unit
    if unit:
        blocks.append(Paragraph(context.say("Unit of payoffs: {unit}.", unit=context.prose(unit))))
    if context.model.definition.form == "extensive":
        blocks += _tree(context)
    labels = Labels(context)
    own_terms = "terms" in context.definition.blocks
    drawn = any(isinstance(block, Figure) for block in blocks)
    made: list[Block] = []
    for index, table in enumerate(context.found.shown(context.game), 1):
        if table["title"] == "terms as they are written":
            # the next section says the same, or the same table here, set as mathematics
            made += [] if own_terms else _terms_table(context)
            continue
        if table["title"] == "strategic payoffs" and len(table["rows"]) > _FORMULAS:
            continue  # the terms say the same in less room
        # a tree that is drawn says what its tables say, and of a large table the first lines say little
        aside = context.short and (drawn or _large(context, table))
        caption = context.say("The game at the baseline") if not table["title"] else ""
        if table["title"] == "order of play":
            table = {**table, "columns": ["decision", *table["columns"][1:]]}  # noqa: PLW2901 - a point is a named point elsewhere
        if len(table["columns"]) > _MOST_COLUMNS:
            made += [] if own_terms else _terms_table(context)
            aside = True
        made += engine_table(context, labels, table, context.anchor(f"payoffs-{index}"), caption, lines=0 if aside else None)
    return [*blocks, *made, *beside_note(context, beside_names(made))]


def _terms_table(context: Context) -> list[Block]:
    return [block for block in terms(context) if isinstance(block, Table)]


def _large(context: Context, table: dict[str, Any]) -> bool:
    return context.model.definition.form == "normal" and (len(table["columns"]) > _WIDEST or len(table["rows"]) > 2 * SHORT_LINES)


def _tree(context: Context) -> list[Block]:
    from detente.reports.figure_style import to_svg
    from detente.reports.tree_figure import MOST_ENDS, tree_figure

    model = context.model
    tree = model.at()
    players = [context.label(player) for player in model.players]
    found = tree_figure(tree, context.label, players, styles=_styles(context))
    if found is None:
        return [Note(context.say("The tree has more than {count} ends and is not drawn.", count=MOST_ENDS))]
    figure, words = found
    caption = context.say(
        "The game as a tree at the baseline. Bold: the moves that are best given how play goes on; at the ends the payoffs of {players}.",
        players=context.join([english_article(context.label(player)) for player in model.players]),
    )
    return [Figure(to_svg(figure), context.anchor("tree"), caption, words)]


def _styles(context: Context) -> list[int]:
    """Return the number of each player's color: one throughout the study for who plays in several games, another for the rest."""
    games = context.files.games.values()
    often = [name for name, count in Counter(name for game in games for name in game.players).items() if count > 1]
    fixed = {name: often.index(name) for name in context.model.players if name in often[: len(PLAYERS)]}
    free = [*range(min(len(often), len(PLAYERS)), len(PLAYERS)), *range(len(PLAYERS))]
    left = iter([number for number in free if number not in fixed.values()])
    return [fixed[name] if name in fixed else next(left, 0) for name in context.model.players]


def terms(context: Context) -> list[Block]:
    """Every payoff as its terms: with numbers for a small matrix, else as formulas with when they count."""
    model = context.model
    if context.is_matrix and len(list(model.table.profiles())) <= 4:
        return payoff_blocks.terms(context)
    blocks: list[Block] = [
        Heading(1, context.say("What the payoffs are made of"), context.anchor("terms")),
        Paragraph(
            context.say(
                "Each payoff is the sum of the terms that count at its outcome; a term without a condition counts always."
            )
        ),
    ]
    rows: list[tuple[Inline, ...]] = []
    names = context.names
    shown: set[tuple[str, str]] = set()
    for term in model.payoff_model.terms:
        key = (term.template if term.template != term.player else term.player, term.name)
        if key in shown and term.template != term.player:
            continue
        shown.add(key)
        whose = context.label(term.player) if term.template == term.player else context.say("each player")
        # a state and an action have no symbol: their words stand in the formula
        words = {name: context.prose(name) for name in term.formula.names if name not in names}
        read = context.reading(formula_text(term.formula))
        root, symbols, first = _by_table(context, term)
        tables = tuple((typst(symbol(name), symbols), entry) for name, own in first.items() for _, entry in context.entries((own,)))
        formula = Math(typst(root, {**words, **names, **symbols}, context.lang), read, (*context.entries(term.formula.names), *tables))
        kind = context.say("material") if term.material else context.say("relative")
        label = label_of(term.label, context.lang) or term.name.replace("_", " ")
        rows.append((label, whose, formula, _when(context, term), kind))
    if not rows:
        return []
    columns: tuple[Column, ...] = (
        Column(context.say("Term"), width=1.9),
        Column(context.say("Player"), width=1.2),
        Column(context.say("Formula"), width=3.4),
        Column(context.say("Counts when"), width=2.3),
        Column(context.say("Kind"), width=0.9),
    )
    if all(term.material for term in model.payoff_model.terms):
        blocks.append(Paragraph(context.say("All terms are material: none is about relative gains.")))
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    blocks.append(
        Table(
            columns,
            tuple(rows),
            context.say("Terms of the payoffs"),
            context.anchor("terms-list"),
        )
    )
    inert = getattr(model.table, "inert", None)
    if inert and any(inert.values()):
        from detente.reports import narrative

        sentences = narrative.inert_sentences(context)
        if sentences:
            blocks += [
                Heading(2, context.say("Terms that change no decision")),
                Paragraph(context.say(narrative.INERT)),
                Bullets(tuple(sentences)),
            ]
    return blocks


def _by_table(context: Context, term: Any) -> tuple[Node, dict[str, str], dict[str, str]]:
    """Return the tree of a term with one name for each table of values, symbols for these, ``s_state`` and ``d_i``, and first entries.

    A table by state is written as a choice between all of its entries, and one by player, in a term that all have, as the entry of the
    first of them; on the page that would be ten lines, or an entry that is not meant. Counts are about choices by their labels.
    """
    state = context.prose("state")
    own = term.template != term.player
    symbols: dict[str, str] = {}
    first: dict[str, str] = {}
    tables = context.model.payoff_model.tables

    def put(node: Node) -> Node:
        if node.op == "item" and context.lang == "en":  # the names have words for counts in Chinese
            return replace(node, keys=tuple(tuple(context.label(each) for each in key) for key in node.keys))
        for name, table in tables.items():
            entries = list(table.entries.values())
            base = context.names.get(entries[0], entries[0]).partition("_")[0] if entries else ""
            if table.by == "state" and node.op == "piecewise" and [each.value for each in node.args[::2]] == entries:
                symbols[name], first[name] = f"{base}_{state}", entries[0]
                return Node("name", value=name)
            if table.by == "player" and own and node.op == "name" and node.value == table.entries.get(term.player):
                symbols[name], first[name] = f"{base}_i", entries[0]
                return Node("name", value=name)
        return replace(node, args=tuple(map(put, node.args)))

    return put(term.formula.root), symbols, first


def _when(context: Context, term: Any) -> Inline:
    parts = []

    def who_chooses(name: str) -> str:
        return context.say("the player itself") if name == term.player != term.template else context.label(name)

    for alternative in term.when:
        each = [
            context.say("{player}: {choices}", player=who_chooses(who), choices=context.join([context.label(one) for one in allowed], "or"))
            for who, allowed in alternative.items()
        ]  # fmt: skip
        # the word for "and" of the Chinese would join the last choice to the next player
        parts.append(("，且" if context.lang == "zh" else " and ").join(each))  # noqa: RUF001 - Chinese punctuation
    text = context.say("; or ").join(parts)
    condition = getattr(term, "condition", None)
    if condition is not None:
        shown = Math(typst(condition, context.names, context.lang), context.reading(condition.text), context.entries(condition.names))
        return (context.say("{moves}; ", moves=text), shown) if text else shown
    return text or context.say("in any case")


def classes(context: Context) -> list[Block]:
    """What follows at the named points."""
    if context.is_solved_in_full:
        return point_blocks.classes(context)
    blocks: list[Block] = [Heading(1, context.say("What follows at the named points"), context.anchor("points"))]
    labels = Labels(context)
    if context.model.definition.form in {"coalitional", "global"} and "questions" in context.definition.blocks:
        return []  # values at every point are what its questions ask
    tables = []
    solved = context.found.solved(context.game)
    summary = solution_summary(context, labels, solved)
    # what a question asks for by itself is not printed twice
    aside = context.short and (summary is not None or _asked(context, "equilibria"))
    blocks += [summary] if summary is not None else []
    for found in solved:
        if found["refused"]:
            point = context.label(found["point"]) if found["point"] != "baseline" else context.say("baseline")
            blocks.append(Note(context.say("At the point {point}: {reason}", point=point, reason=labels.text(found["refused"]))))
            continue
        tables.append({**found["table"], "title": f"solution at {found['point']}"})
    for index, table in enumerate(merged(tables, ("baseline", *context.model.definition.points)), 1):
        name, caption = context.anchor(f"solution-{index}"), context.say("Solutions at the named points")
        blocks.extend(engine_table(context, labels, table, name, caption, lines=0 if aside else None))
    if aside and summary is None:
        return blocks[1:]
    return [*blocks, *beside_note(context, beside_names(blocks))]


def _asked(context: Context, what: str) -> bool:
    own = context.model.definition.questions if "questions" in context.definition.blocks else ()
    return any(what in question.ask and not question.variant for question in own)
