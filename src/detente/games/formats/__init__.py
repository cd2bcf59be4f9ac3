"""Files of games: Gambit ``.nfg`` and ``.efg``, GameTracer ``.gam``, read and written without loss of value.

What a file says beyond the game (title, comment, names of outcomes of a table) is kept in a
:class:`GameFile`; spacing, numbering and whether a fraction was written as a decimal are not. Numbers are
exact: ``0.1`` is 1/10.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, Place, UsageError
from detente.games.extensive import GameTree
from detente.games.normal import NormalFormGame
from detente.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.normal import Profile

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "GameFile",
    "format_game",
    "parse_game",
    "read_file",
    "read_game",
    "write_game",
]

#: Largest file that is read.
MAX_BYTES = 50_000_000

#: Formats by the ending of the file's name.
FORMATS = {".nfg": "Gambit normal form", ".efg": "Gambit extensive form", ".gam": "GameTracer normal form"}


@dataclass(frozen=True)
class GameFile:
    """A game with what else its file says.

    ``format`` is ``nfg``, ``efg`` or ``gam``; ``outcomes`` maps pure profiles of a table to names of
    outcomes, for those that have one.
    """

    game: NormalFormGame | GameTree
    title: str = ""
    comment: str = ""
    format: str = ""
    outcomes: Mapping[Profile, str] = field(default_factory=dict)


def read_game(path: str | os.PathLike[str]) -> NormalFormGame | GameTree:
    """Return the game in a ``.nfg``, ``.efg`` or ``.gam`` file.

    The format is told by the content, so the name may end in anything.

    Raises
    ------
    InputError
        With line and column, if the file cannot be read, is larger than 50 MB, or is no game.
    """
    return read_file(path).game


def read_file(path: str | os.PathLike[str]) -> GameFile:
    """Return the game in a file with title, comment and names of outcomes; see :func:`read_game`."""
    shown = os.fspath(path)
    place = Place(shown)
    try:
        with Path(path).open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            Fault(place, f"cannot be read: {error.strerror or error}", "", "check the path")
        ) from None
    if len(raw) > MAX_BYTES:
        raise InputError(Fault(place, "found more than 50 MB", "expected a smaller file", ""))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        start = raw.rfind(b"\n", 0, error.start) + 1
        column = len(raw[start : error.start].decode("utf-8", "replace")) + 1
        where = Place(shown, line, column)
        found = f"found the byte 0x{raw[error.start]:02x}, which is not UTF-8"
        raise InputError(Fault(where, found, "expected text in UTF-8", "save the file as UTF-8")) from None
    return parse_game(text, shown)


def parse_game(text: str, file: str = "<text>") -> GameFile:
    """Return the game in a text in one of the formats; ``file`` is the name used in messages.

    Examples
    --------
    >>> made = parse_game('NFG 1 R "pennies" { "a" "b" } { 2 2 }  1 -1  -1 1  -1 1  1 -1')
    >>> made.title, made.game.payoff(0, (1, 0))
    ('pennies', Fraction(-1, 1))
    """
    from detente.games.formats.efg import parse_efg
    from detente.games.formats.gam import parse_gam
    from detente.games.formats.nfg import parse_nfg

    head = text.lstrip()[:4]
    if head[:3].upper() == "NFG":
        return parse_nfg(text, file)
    if head[:3].upper() == "EFG":
        return parse_efg(text, file)
    if head[:1].isdigit() or file.endswith(".gam"):
        return parse_gam(text, file)
    line = text[: len(text) - len(text.lstrip())].count("\n") + 1
    found = "found an empty file" if not head else f"found {text.lstrip()[:20]!r}"
    raise InputError(
        Fault(Place(file, line, 1), found, "expected a game: NFG, EFG, or the numbers of a .gam file", "")
    )


def format_game(game: NormalFormGame | GameTree | GameFile, form: str) -> str:
    """Return a game as text in the format ``nfg``, ``efg`` or ``gam``; see :func:`write_game`."""
    from detente.games.formats.efg import format_efg, simultaneous
    from detente.games.formats.gam import format_gam
    from detente.games.formats.nfg import format_nfg

    made = game if isinstance(game, GameFile) else GameFile(game)
    if form == "efg":
        tree = made.game if isinstance(made.game, GameTree) else simultaneous(made.game, made.outcomes)
        return format_efg(tree, made.title or tree.title, made.comment)
    title = made.title
    if isinstance(made.game, GameTree):
        title = title or made.game.title
        made = replace(made, game=made.game.reduced_normal_form(), outcomes={})
    assert isinstance(made.game, NormalFormGame)
    if form == "nfg":
        return format_nfg(made.game, title, made.comment, made.outcomes)
    if form == "gam":
        return format_gam(made.game)
    raise UsageError(f"unknown format {form!r}; expected nfg, efg or gam")


def write_game(
    game: NormalFormGame | GameTree | GameFile,
    path: str | os.PathLike[str],
    *,
    title: str = "",
    comment: str = "",
) -> None:
    """Write a game to a ``.nfg``, ``.efg`` or ``.gam`` file, which is replaced whole or not at all.

    Fractions are written as fractions, floats as the shortest decimals that give the same float again. A
    table goes into ``.efg`` as a tree in which nobody sees another's move; a tree goes into ``.nfg`` or
    ``.gam`` as its reduced normal form. ``.gam`` holds no labels, and only decimals.

    Raises
    ------
    UsageError
        If the ending is unknown, the folder cannot be written to, or the format cannot hold the game.
    """
    target = Path(path)
    form = target.suffix.lower()
    if form not in FORMATS:
        raise UsageError(
            f"found the file name {target.name!r}; expected one that ends in {', '.join(FORMATS)}"
        )
    made = game if isinstance(game, GameFile) else GameFile(game)
    made = replace(made, title=title or made.title, comment=comment or made.comment)
    write_whole(target, format_game(made, form[1:]))
