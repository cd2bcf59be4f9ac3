"""Paths of a tree by the names that people give them, and what can be stated about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.study._named_levers import sign_formula

if TYPE_CHECKING:
    from detente.conclusions.conclusion import Conclusion
    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.study.forms._moves import Play

__all__ = ["path_named", "points_named", "stated_about_paths"]


def path_named(game: GameDefinition, what: Any) -> tuple[str, ...]:
    """Return a path as its choices, from text ``CHOICE,CHOICE,..`` or ``POINT=CHOICE,..``, a list or a mapping.

    Raises
    ------
    UsageError
        If it is no path to an end.
    """
    content = game.content
    if hasattr(what, "items"):
        what = ",".join(f"{name}={choice}" for name, choice in what.items())
    parts = [part.strip() for part in what.split(",")] if isinstance(what, str) else [str(part) for part in what]
    play: Play = content.data.play
    if any("=" in part for part in parts):
        named = dict(part.split("=", 1) for part in parts if "=" in part)
        chosen = {name.strip(): choice.strip() for name, choice in named.items()}
        strange = [name for name in chosen if name not in content.choices]
        if strange or len(named) < len(parts):
            found = strange[0] if strange else next(part for part in parts if "=" not in part)
            hint = did_you_mean(found, content.choices)
            raise UsageError(
                f"unknown point {found!r}; expected some of {', '.join(content.choices)}" + (f"; {hint}" if hint else "")
            )
        found_path = next((path for path in play.paths() if path == chosen), None)
        if found_path is None:
            raise UsageError(f"found {what!r}, which is no path to an end; see `detente show {game.name}`")
    else:
        if content.data.profiles and len(parts) == len(content.strategies):
            named_path = dict(zip(content.strategies, parts, strict=True))
            parts = [named_path[point.name] for point in play.points]
        found_path, point, known = play.follow(parts)
        if point is not None:
            after = f" after {','.join(found_path.values())}" if found_path else ""
            given = f"found {parts[len(found_path)]!r}" if len(found_path) < len(parts) else "found nothing"
            raise UsageError(f"{given} at {point.name}{after}; expected one of {', '.join(known)}")
        if len(found_path) < len(parts):
            raise UsageError(f"found {parts[len(found_path)]!r} where play has ended")
    names = content.strategies if content.data.profiles else found_path
    return tuple(found_path[name] for name in names)


def points_named(game: GameDefinition, what: Any) -> dict[str, str]:
    """Return a path, or a profile, as its points with what is chosen there, in the order of play."""
    found = path_named(game, what.strip() if isinstance(what, str) else what)
    if not game.data.profiles:
        return game.data.play.follow(found)[0]  # type: ignore[no-any-return]
    chosen = dict(zip(game.strategies, found, strict=True))
    return {point.name: chosen[point.name] for point in game.data.play.points}


def stated_about_paths(game: GameDefinition, text: str) -> Conclusion | Formula:
    """Return ``sign:FORMULA``, or one of ``equilibrium``, ``unique``, ``selected`` and ``set`` with paths."""
    from detente.conclusions.conclusion import Conclusion

    kind, _, rest = text.partition(":")
    if kind == "sign":
        return sign_formula(text)
    if kind not in {"equilibrium", "unique", "selected", "set"} or not rest:
        known = "equilibrium:PATH, unique:PATH, selected:PATH, set:PATH;PATH, sign:FORMULA"
        raise UsageError(f"found the conclusion {text!r} of a tree; expected one of {known}")
    paths = [_in_order(game, part) for part in (rest.split(";") if kind == "set" else [rest])]
    return Conclusion(text, kind, name=";".join(paths))


def _in_order(game: GameDefinition, what: object) -> str:
    """Return a path as text in the order of play, as the engine names it."""
    choices = path_named(game, what)
    if not game.data.profiles:
        return ",".join(choices)
    chosen = dict(zip(game.strategies, choices, strict=True))
    return ",".join(chosen[point.name] for point in game.data.play.points)
