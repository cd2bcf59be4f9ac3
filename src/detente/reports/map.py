"""The maps of a game over two parameters: sets of equilibria, and classes, with exact boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.formula import symbol
from detente.reports import narrative
from detente.reports.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from detente.conclusions.planar_map import PlanarMap
    from detente.reports.blocks import Context
    from detente.reports.planar_figure import Picture
    from detente.reports.region_map import NamedPoint
    from detente.study.model import GameModel

__all__ = ["Map", "game_map", "map_parameters"]


def map_parameters(context: Context) -> tuple[str, str] | None:
    """Return the two parameters of the map: those that the report names, else the two that matter most.

    A parameter matters where it changes the equilibria from the baseline, within its interval; the order is that of the
    importance of the parameters where that is known, else that of the file.
    """
    game = context.model.symbolic
    if len(context.definition.over) == 2:
        first, second = context.definition.over
        if first in game.parameters and second in game.parameters:
            return first, second
    outputs = context.found.importance(context.game)["outputs"][:1]
    weight = {row["name"]: row["total"] or 0.0 for output in outputs for row in output["rows"]}
    found = []
    for name in sorted(game.parameters, key=lambda name: -weight.get(name, 0.0)):
        if name in context.model.definition.units:
            continue
        if game.parameters[name].low < game.parameters[name].high and context.found.thresholds(context.game, name)["inside"]:
            found.append(name)
        if len(found) == 2:
            return found[0], found[1]
    return None


@dataclass(frozen=True)
class Map:
    """A map with its picture; ``starred`` tells whether a named point differs in other parameters too."""

    found: PlanarMap
    picture: Picture
    starred: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the picture does not show by itself."""
        unseen = [f"Too small to be seen: {each}." for each in self.picture.unseen]
        notes = [f"{each[0].upper()}{each[1:]}." for each in self.found.notes]
        star = ["* differs in other parameters too, so the map need not show what holds there."] if self.starred else []
        return (*unseen, *notes, *star)


def game_map(
    model: GameModel,
    pair: tuple[str, str],
    what: str = "equilibria",
    *,
    kind: str = "strategic",
    values: Mapping[str, Fraction] | None = None,
    lang: str = "en",
    fill: Callable[[tuple[str, ...]], int] | None = None,
) -> Map:
    """Return the map of a game over two parameters, all others at ``values``, by default at their baseline.

    Parameters
    ----------
    model : GameModel
        A normal form, or a tree with perfect information.
    pair : pair of str
        The parameters, the horizontal one first.
    what : {"equilibria", "class"}
    kind : {"strategic", "material"}
    values, lang, fill : optional
        ``fill`` gives the number of the filling of a state, by default in the order of states.

    Raises
    ------
    UsageError
        As :func:`detente.conclusions.planar_map.planar_map`.
    """
    from detente.conclusions.planar_map import planar_map
    from detente.printing import latex
    from detente.reports.planar_figure import planar_figure
    from detente.reports.scale import Scale

    payoffs = model.payoffs(kind)
    game = getattr(payoffs, "formulas", payoffs)
    base = dict(values) if values is not None else model.point().values
    found = planar_map(payoffs, pair, base, what)
    axes = tuple(
        Scale(
            model.label(name, lang),
            float(game.parameters[name].low),
            float(game.parameters[name].high),
            unit=model.parameters[name].unit,
            symbol=latex(symbol(name), model.symbols),
        )
        for name in pair
    )
    order: dict[tuple[str, ...], int] = {}
    points, starred = _points(model, game, pair, base, lang)
    picture = planar_figure(
        found,
        (axes[0], axes[1]),
        lambda state: state_label(model, state, "outcomes" if payoffs is not game else what, lang),
        fill or (lambda state: order.setdefault(state, len(order))),
        model.symbols,
        points,
    )
    return Map(found, picture, starred)


def state_label(model: GameModel, state: tuple[str, ...], what: str = "equilibria", lang: str = "en") -> str:
    """Return what a reader sees for a set of equilibria or a class."""
    if what == "class":
        return class_words(model, state[0], lang)
    if what == "outcomes":
        return narrative.join([_profile(model, each, lang) for each in state], "or")
    names = [each if each == "mixed" else _profile(model, each, lang) for each in state]
    if not names:
        return "no equilibrium" if len(model.players) == 2 else "no pure equilibrium"
    if names == ["mixed"]:
        return "only a mixed equilibrium"
    return ("only " if len(names) == 1 else "") + narrative.join(names)


def class_words(model: GameModel, name: str, lang: str = "en") -> str:
    """Return the class of a 2x2 game in words; where the types differ, each with its player."""
    parts = [narrative.CLASS_WORDS.get(each, each.replace("_", " ")) for each in name.split("/")]
    if len(parts) == 1:
        return parts[0]
    return "; ".join(f"{model.label(player, lang)}: {each}" for player, each in zip(model.players, parts, strict=True))


def _profile(model: GameModel, text: str, lang: str) -> str:
    """Return a profile in words; strategies that are mixed are joined by ``+``, ways behind chance by ``|``."""
    if " | " in text:
        return " | ".join(_profile(model, each, lang) for each in text.split(" | "))
    own = ["+".join(model.label(name, lang) for name in part.split("+")) for part in text.split(",")]
    return f"（{'，'.join(own)}）" if lang == "zh" else f"({', '.join(own)})"  # noqa: RUF001 - Chinese punctuation


def _points(
    model: GameModel, game: Any, pair: tuple[str, str], base: Mapping[str, Fraction], lang: str
) -> tuple[list[NamedPoint], bool]:
    """Return the named points that lie in the plane's ranges, those that differ elsewhere with a star.

    Points that lie at one place of the plane share a label: the first is named and the others are counted.
    """
    from detente.reports.region_map import NamedPoint

    places: dict[tuple[Fraction, ...], list[tuple[str, bool]]] = {}
    starred = False
    for name in ("baseline", *model.definition.points):
        point = model.point(name)
        place = [point.values[each] for each in pair]
        if any(
            not game.parameters[each].low <= value <= game.parameters[each].high
            for each, value in zip(pair, place, strict=True)
        ):
            continue
        elsewhere = any(value != base[each] for each, value in point.values.items() if each not in pair)
        starred = starred or elsewhere
        places.setdefault(tuple(place), []).append((model.label(name, lang), elsewhere))
    found = []
    for spot, here in places.items():
        first, far = here[0][0], any(elsewhere for _, elsewhere in here)
        words = first if len(here) == 1 else say(lang, "{names} and {left} more", names=first, left=len(here) - 1)
        found.append(NamedPoint(words + ("*" if far else ""), *map(float, spot)))
    return found, starred
