"""Paths through a tree as text, and observed moves along them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    #: Decision point to choice, in the order of play.
    Path = Mapping[str, str]

__all__ = ["end_of", "has_moves", "moves_along", "path_text"]


def path_text(path: Path) -> str:
    """Return a path as its choices."""
    return ",".join(path.values())


def end_of(text: str, paths: Sequence[Path]) -> int:
    """Return the position of the path that ``CHOICE,CHOICE,..`` or ``POINT=CHOICE,..`` names.

    Raises
    ------
    UsageError
        If there is none.
    """
    known = [path_text(path) for path in paths]
    parts = [part.strip() for part in text.split(",")]
    if any("=" in part for part in parts):
        chosen = {part.partition("=")[0].strip(): part.partition("=")[2].strip() for part in parts}
        found = [end for end, path in enumerate(paths) if dict(path) == chosen]
        if found:
            return found[0]
    elif ",".join(parts) in known:
        return known.index(",".join(parts))
    hint = did_you_mean(text, known)
    raise UsageError(f"unknown path {text!r}; expected one of {'; '.join(known)}" + (f"; {hint}" if hint else ""))


def moves_along(statement: str, paths: Sequence[Path]) -> dict[str, str]:
    """Return the moves of ``played:POINT=CHOICE,..``.

    Raises
    ------
    UsageError
        If no path has such a point or choice.
    """
    choices: dict[str, set[str]] = {}
    for path in paths:
        for point, choice in path.items():
            choices.setdefault(point, set()).add(choice)
    found: dict[str, str] = {}
    for part in statement.partition(":")[2].split(","):
        point, _, choice = (each.strip() for each in part.partition("="))
        if choice not in choices.get(point, ()):
            raise UsageError(f"found {part.strip()!r}; expected POINT=CHOICE with a point of {', '.join(choices)}")
        found[point] = choice
    return found


def has_moves(path: Path, moves: Mapping[str, str]) -> bool:
    """Return whether a path has the moves."""
    return all(path.get(point) == choice for point, choice in moves.items())
