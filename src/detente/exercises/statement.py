"""What a student reads about a question: the words, the game as a table, the hints and how answers are written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.exercises.words import WORDS
from detente.fields import label_of
from detente.games.coalitional import CoalitionalGame, WeightedVotingGame
from detente.games.extensive import GameTree
from detente.games.normal import NormalFormGame
from detente.numbers import exact

if TYPE_CHECKING:
    from detente.exercises.cases import Case
    from detente.exercises.variants import Item

__all__ = ["Grid", "grid", "parameters", "prompt", "rounded", "worth"]

#: Longest list of profiles that is shown.
MAX_ROWS = 64


@dataclass(frozen=True)
class Grid:
    """A table: its caption, the heads of its columns and its rows, all plain text."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def grid(case: Case, lang: str) -> Grid | None:
    """Return the game as a table, or None where it has none that fits a page."""
    words, game, number = WORDS[lang], case.game, case.number
    if isinstance(game, NormalFormGame):
        players = [case.label(name, lang) for name in game.players]
        caption = f"{words['payoffs']}{'' if lang == 'zh' else ' '}{case.labels(game.players, lang)}"
        if any(rounded(case, value) for value in game.payoffs.flat):
            caption += words["rounded"]
        if len(players) == 2:
            rows = tuple(
                (
                    case.label(row, lang),
                    *(
                        f"{number(game.payoffs[(0, i, j)])}, {number(game.payoffs[(1, i, j)])}"
                        for j in range(len(game.strategies[1]))
                    ),
                )
                for i, row in enumerate(game.strategies[0])
            )
            heads = tuple(case.label(name, lang) for name in game.strategies[1])
            return Grid(caption, (f"{players[0]} \\ {players[1]}", *heads), rows)
        profiles = list(product(*(range(size) for size in game.shape)))
        if len(profiles) > MAX_ROWS:
            return None
        rows = tuple(
            (
                *(case.label(name, lang) for name in game.profile_labels(profile)),
                *(number(game.payoffs[(i, *profile)]) for i in range(len(players))),
            )
            for profile in profiles
        )
        return Grid(caption, (*players, *(f"{words['payoffs']}: {name}" for name in players)), rows)
    if isinstance(game, GameTree) and len(game.terminals) <= MAX_ROWS:
        rows = tuple(
            (_history(case, game, end.index, lang), *(number(value) for value in game.payoffs(end.index)))
            for end in game.terminals
        )
        caption = words["ends"]
        if any(rounded(case, value) for end in game.terminals for value in game.payoffs(end.index)):
            caption += words["rounded"]
        return Grid(caption, (words["actions"], *(case.label(name, lang) for name in game.players)), rows)
    if isinstance(game, WeightedVotingGame) and len(game.players) <= MAX_ROWS:
        rows = tuple((case.label(name, lang), number(weight)) for name, weight in game.weights.items())
        return Grid(words["votes"].format(quota=number(game.quota)), (words["member"], words["weight"]), rows)
    if isinstance(game, CoalitionalGame) and len(game.worth) <= MAX_ROWS:
        masks = sorted(range(1, len(game.worth)), key=lambda mask: (mask.bit_count(), [k for k in range(mask.bit_length()) if mask >> k & 1]))
        rows = tuple((case.listed(game.coalition(mask), lang), number(game.worth[mask])) for mask in masks)
        return Grid(words["worths"], (words["coalition"], words["worth"]), rows)
    return None


def rounded(case: Case, value: Any) -> bool:
    """Return whether a reader sees a number rounded."""
    return isinstance(value, Fraction) and exact(case.number(value)) != value


def _history(case: Case, game: GameTree, end: int, lang: str) -> str:
    """Return who does what on the way to an end: ``sender: choke, target: comply``."""
    colon = "：" if lang == "zh" else ": "
    parts = []
    for at, action in game.path(end):
        node = game.nodes[at]
        label = case.label(node.actions[action], lang)
        mover = "" if node.player is None else case.label(game.players[node.player], lang) + colon
        parts.append(mover + label)
    return ("；" if lang == "zh" else "; ").join(parts)


def parameters(case: Case, lang: str) -> tuple[str, ...]:
    """Return the numbers that the student is told, each as a line of text: those that were drawn, then those given."""
    return tuple(
        f"{case.label(name, lang)} = {_grouped(case.number(value))} {case.unit(name, lang)}".rstrip()
        for name, value in {**case.changed, **case.given}.items()
    )


def _grouped(text: str) -> str:
    """Return a number with its thousands apart."""
    return f"{int(text):,}" if text.isdigit() and len(text) > 4 else text


def prompt(item: Item, lang: str, points: str = "") -> str:
    """Return what a step asks, what it is worth, and the options of a choice as a list."""
    text = f"{label_of(item.step.text or item.key.prompt, lang)} {points}".rstrip()
    if item.key.options:
        text += "\n\n" + "\n".join(
            f"- ({letter}) {label_of(words, lang)}" for letter, words in item.key.options.items()
        )
    return text


def worth(points: int, lang: str) -> str:
    """Return what an answer is worth, in brackets."""
    if lang == "zh":
        return f"（{points} {WORDS[lang]['points']}）"
    return f"({points} point{'' if points == 1 else 's'})"
