"""Gambit ``.nfg``: tables of payoffs, or of outcomes that several profiles share."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from detente.games.formats import GameFile
from detente.games.formats.tokens import MAX_COMMENT, Reader, number_text, quoted, unique
from detente.games.normal import NormalFormGame

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.formats.tokens import Token
    from detente.games.normal import Profile

__all__ = ["format_nfg", "parse_nfg", "table_from"]


def parse_nfg(text: str, file: str = "<text>") -> GameFile:
    """Return the game in a Gambit normal-form file, of the payoff version or the outcome version.

    Raises
    ------
    InputError
        With line and column.

    References
    ----------
    The Gambit project, "Game representation formats": the strategic game (.nfg) file format.
    """
    reader = Reader(text, file)
    reader.word("NFG", "nfg")
    reader.word("1")
    reader.word("R", "D")
    title = reader.label("the title", MAX_COMMENT)
    names = reader.names("the names of the players")
    if not names:
        reader.fail(reader.peek(), "found no players", "expected at least one name")
    opening, strategies = _strategies(reader, len(names))
    counts = [own if isinstance(own, int) else len(own) for own in strategies]
    comment = reader.label("a comment", MAX_COMMENT) if reader.peek().kind == "text" else ""
    by_outcome = reader.peek().kind == "{"
    check_room(reader, opening, prod(counts) * (1 if by_outcome else len(names)))
    outcomes: dict[Profile, str] = {}
    if by_outcome:
        flat, outcomes = _by_outcome(reader, len(names), counts)
    else:
        flat = _by_payoff(reader, len(names), counts)
    reader.finish("the last payoff")
    players = unique(names, "player")
    own = [unique([""] * each if isinstance(each, int) else each, "strategy") for each in strategies]
    return GameFile(NormalFormGame(table_from(flat, counts), players, own), title, comment, "nfg", outcomes)


def table_from(flat: list[Fraction], counts: list[int], by_player: bool = False) -> object:
    """Return payoffs[player, s1, .., sN] from a list in which the first player's strategy changes fastest."""
    import numpy as np

    cells = np.empty(len(flat), dtype=object)
    cells[:] = flat
    if by_player:
        return np.stack([part.reshape(counts, order="F") for part in cells.reshape(len(counts), -1)])
    return cells.reshape((len(counts), *counts), order="F")


def _strategies(reader: Reader, players: int) -> tuple[Token, list[list[str] | int]]:
    opening = reader.expect("{", "{ and the strategies of each player")
    names: list[list[str] | int] = []
    while reader.peek().kind != "}":
        if reader.peek().kind == "end":
            reader.fail(reader.peek(), "found the end of the file", "expected } behind the strategies")
        if len(names) == players:
            reader.fail(
                reader.peek(), f"found strategies of more than {players} players", f"expected {players}"
            )
        if reader.peek().kind == "{":
            own_opening = reader.peek()
            own = reader.names("the names of a player's strategies")
            if not own:
                reader.fail(own_opening, "found no strategies", "expected at least one for each player")
            names.append(own)
        else:
            names.append(reader.integer("a number of strategies", 1, 10**9))
    reader.take()
    if len(names) != players:
        reader.fail(
            opening,
            f"found strategies of {len(names)} players",
            f"expected {players}, as many as there are names",
        )
    return opening, names


def check_room(reader: Reader, token: Token, numbers: int) -> None:
    """Fail unless the rest of the file is long enough for so many numbers; nothing is allocated before."""
    most = (reader.left + 1) // 2
    if numbers > most:
        reader.fail(
            token,
            f"found room for at most {most:,} numbers in the rest of the file",
            f"expected {numbers:,} by the counts of strategies",
            "check the counts, or whether the file is cut off",
        )


def _by_payoff(reader: Reader, players: int, counts: list[int]) -> list[Fraction]:
    needed = players * prod(counts)
    flat = []
    for k in range(needed):
        if reader.peek().kind == "end":
            reader.fail(
                reader.peek(), f"found the end of the file behind {k:,} payoffs", f"expected {needed:,}"
            )
        flat.append(reader.number("a payoff"))
    while reader.peek().kind == ",":
        reader.take()
    return flat


def _by_outcome(reader: Reader, players: int, counts: list[int]) -> tuple[list[Fraction], dict[Profile, str]]:
    reader.take()
    known: list[tuple[str, list[Fraction]]] = [("", [Fraction(0)] * players)]
    while reader.peek().kind != "}":
        inner = reader.expect("{", "{ and an outcome, or }")
        name = reader.label("the name of an outcome") if reader.peek().kind == "text" else ""
        # The rest of an outcome is its payoffs in the same braces.
        payoffs: list[Fraction] = []
        while reader.peek().kind not in {"}", "end"}:
            payoffs.append(reader.number("a payoff"))
            while reader.peek().kind == ",":
                reader.take()
        reader.expect("}", "} behind the payoffs of an outcome")
        if len(payoffs) != players:
            reader.fail(
                inner, f"found {len(payoffs)} payoffs of an outcome", f"expected {players}, one per player"
            )
        known.append((name, payoffs))
    reader.take()
    needed = prod(counts)
    chosen = []
    for k in range(needed):
        if reader.peek().kind == "end":
            reader.fail(
                reader.peek(),
                f"found the end of the file behind {k:,} numbers of outcomes",
                f"expected {needed:,}",
            )
        chosen.append(reader.integer("the number of an outcome", 0, len(known) - 1))
    profiles = (index[::-1] for index in product(*(range(count) for count in reversed(counts))))
    names = {profile: known[k][0] for profile, k in zip(profiles, chosen, strict=True) if known[k][0]}
    return [value for k in chosen for value in known[k][1]], names


def format_nfg(
    game: NormalFormGame, title: str = "", comment: str = "", outcomes: Mapping[Profile, str] | None = None
) -> str:
    """Return a game as a Gambit normal-form file; with names of outcomes, in the outcome version.

    Examples
    --------
    >>> game = NormalFormGame([[[1, "1/2"]], [[0, 3]]], strategies=[["a"], ["x", "y"]])
    >>> print(format_nfg(game, "tiny"))
    NFG 1 R "tiny" { "1" "2" }
    { { "a" }
      { "x" "y" } }
    ""
    <BLANKLINE>
    1 0
    1/2 3
    <BLANKLINE>
    """
    lists = [" ".join(quoted(label, "strategy") for label in own) for own in game.strategies]
    lines = [
        f"NFG 1 R {quoted(title, 'title')} {{ {' '.join(quoted(name, 'player') for name in game.players)} }}",
        "{ " + "\n  ".join(f"{{ {each} }}" for each in lists) + " }",
        quoted(comment, "comment"),
        "",
    ]
    profiles = [index[::-1] for index in product(*(range(size) for size in reversed(game.shape)))]
    rows = [[number_text(game.payoffs[(i, *p)]) for i in range(len(game.players))] for p in profiles]
    if not outcomes:
        return "\n".join([*lines, *(" ".join(row) for row in rows), ""])
    known: dict[tuple[str, ...], int] = {}
    numbers = []
    for profile, row in zip(profiles, rows, strict=True):
        key = (outcomes.get(profile, ""), *row)
        numbers.append(known.setdefault(key, len(known) + 1))
    body = [f"{{ {quoted(name, 'outcome')} {', '.join(row)} }}" for name, *row in known]
    return "\n".join([*lines, "{", *body, "}", " ".join(map(str, numbers)), ""])
