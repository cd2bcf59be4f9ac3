"""GameTracer ``.gam``: numbers of players and strategies, then payoffs player by player."""

from __future__ import annotations

from math import prod

from detente.errors import UsageError
from detente.games.formats import GameFile
from detente.games.formats.nfg import check_room, table_from
from detente.games.formats.tokens import Reader, number_text
from detente.games.normal import NormalFormGame

__all__ = ["format_gam", "parse_gam"]


def parse_gam(text: str, file: str = "<text>") -> GameFile:
    """Return the game in a GameTracer file; players and strategies are numbered.

    Raises
    ------
    InputError
        With line and column.

    References
    ----------
    B. Blum, D. Koller, C. Shelton, GameTracer 0.2: the first strategy changes fastest, one player after the
    other.

    Examples
    --------
    >>> parse_gam("2  2 2   1 2 3 4   5 6 7 8").game.payoff(1, (1, 0))
    Fraction(6, 1)
    """
    reader = Reader(text, file)
    first = reader.peek()
    players = reader.integer("the number of players", 1, 1000)
    check_room(reader, first, players)
    counts = [reader.integer(f"the number of strategies of player {k + 1}", 1, 10**9) for k in range(players)]
    needed = players * prod(counts)
    check_room(reader, reader.peek(), needed)
    flat = []
    for k in range(needed):
        if reader.peek().kind == "end":
            reader.fail(
                reader.peek(), f"found the end of the file behind {k:,} payoffs", f"expected {needed:,}"
            )
        flat.append(reader.number("a payoff"))
    reader.finish("the last payoff")
    return GameFile(NormalFormGame(table_from(flat, counts, by_player=True)), format="gam")


def format_gam(game: NormalFormGame) -> str:
    """Return a game as a GameTracer file; labels are not kept.

    Raises
    ------
    UsageError
        If a payoff is no finite decimal: other programs would misread a fraction here.
    """
    lines = [str(len(game.players)), " ".join(map(str, game.shape)), ""]
    lines += [" ".join(_decimal(value) for value in own.flatten(order="F")) for own in game.payoffs]
    return "\n".join([*lines, ""])


def _decimal(value: object) -> str:
    text = number_text(value)
    if "/" not in text:
        return text
    top, bottom = map(int, text.split("/"))
    places, rest = 0, bottom
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        raise UsageError(
            f"found the payoff {text}; a .gam file holds decimals only; write .nfg, or use float payoffs"
        )
    places += max(twos, fives)
    digits = str(abs(top) * 10**places // bottom).rjust(places + 1, "0")
    return f"{'-' if top < 0 else ''}{digits[:-places]}.{digits[-places:]}"
