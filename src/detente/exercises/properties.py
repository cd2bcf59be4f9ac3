"""Properties that a variant can be guaranteed to have, checked by the engine on every draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.exercises.cases import OWN, known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.exercises.cases import Case

__all__ = ["PROPERTIES", "fits", "has"]


def has(case: Case, text: str) -> bool:
    """Return whether a case has a property, written ``NAME`` or ``NAME:DETAIL``."""
    name, _, detail = text.partition(":")
    if name not in PROPERTIES:
        hint = did_you_mean(name, PROPERTIES)
        raise UsageError(
            f"unknown property {name!r}; expected one of {', '.join(PROPERTIES)}" + (f"; {hint}" if hint else "")
        )
    return PROPERTIES[name](case, detail)


def fits(required: Sequence[str], game: Any, player: int, numbers: Sequence[int], made: Callable[[], Any]) -> bool:
    """Return whether a player's own payoffs do not stand in the way of any required property.

    ``game`` says who plays and how; ``numbers`` are the player's payoffs in the order of profiles or ends, and ``made`` makes
    the game with them where a property needs it: most draws are thrown away before.
    """
    for text in required:
        name, _, detail = text.partition(":")
        if name == "no_ties" and len(set(numbers)) < len(numbers):
            return False
        if not hasattr(game, "shape"):
            continue
        if name == "class":
            if game.shape == (2, 2) and not _own_type(numbers, player, detail):
                return False
        elif name in OWN and game.players[player] == detail and not PROPERTIES[name](_Only(made()), detail):  # type: ignore[arg-type]
            return False
    return True


class _Only:
    """A game that stands for its case."""

    def __init__(self, game: Any) -> None:
        self.game = self.normal = game


def _own_distinct(game: Any, player: int) -> bool:
    own = (
        list(game.payoffs[player].flat)
        if hasattr(game, "shape")
        else [game.payoffs(node.index)[player] for node in game.terminals]
    )
    return len(set(own)) == len(own)


def _own_type(numbers: Sequence[int], player: int, detail: str) -> bool:
    from detente.solve.two_players.ordinal import payoff_labels, type_signs

    types = detail.split("/")
    wanted = types[player] if len(types) == 2 else {"stag_hunt": "assurance"}.get(detail, detail)
    values = payoff_labels(lambda _, cell: numbers[2 * cell[0] + cell[1]], player)
    return type_signs(*((values[key] > 0) - (values[key] < 0) for key in "ABD")) == wanted


def _whole(detail: str, example: str) -> int:
    if not detail.isascii() or not detail.isdigit() or len(detail) > 6:
        raise UsageError(f"found {detail!r}; expected a whole number, as in {example!r}")
    return int(detail)


def _no_ties(case: Case, detail: str) -> bool:
    """No player is paid the same in two outcomes."""
    if not hasattr(case.game, "payoffs"):
        raise UsageError(f"{case.model.name} has no table of payoffs; leave out no_ties and ties")
    return all(_own_distinct(case.game, player) for player in range(len(case.game.players)))


def _ties(case: Case, detail: str) -> bool:
    """Some player is paid the same in two outcomes."""
    return not _no_ties(case, detail)


def _pure(case: Case, detail: str) -> bool:
    """So many equilibria in pure strategies."""
    from detente.solve.pure import pure_profiles

    return len(pure_profiles(case.normal)) == _whole(detail, "pure:2")


def _unique_mixed(case: Case, detail: str) -> bool:
    """Exactly one equilibrium, in which everybody mixes over everything."""
    from detente.solve.equilibria import equilibria
    from detente.solve.pure import pure_profiles

    if pure_profiles(case.normal):
        return False
    found = equilibria(case.normal)
    return bool(found.complete) and len(found.equilibria) == 1 and all(
        weight > 0 for own in found.equilibria[0].profile.values() for weight in own.values()
    )


def _denominators(case: Case, detail: str) -> bool:
    """No probability of an equilibrium has a larger denominator."""
    from detente.solve.equilibria import equilibria

    largest = _whole(detail, "denominators:12")
    return all(
        weight.denominator <= largest
        for each in equilibria(case.normal).equilibria
        for own in each.profile.values()
        for weight in own.values()
    )


def _class(case: Case, detail: str) -> bool:
    """The 2x2 game has this named class."""
    from detente.solve.two_players.ordinal import ordinal_class

    return ordinal_class(case.normal).name == detail


def _dominant(case: Case, detail: str) -> bool:
    """The player has a strictly dominant strategy."""
    from detente.exercises.rules import dominant

    return bool(dominant(case.normal, _player(case, detail), strict=True))


def _no_dominant(case: Case, detail: str) -> bool:
    """The player has no dominant strategy, not even a weakly dominant one."""
    from detente.exercises.rules import dominant

    return not dominant(case.normal, _player(case, detail), strict=False)


def _dominated(case: Case, detail: str) -> bool:
    """The player has a strictly dominated strategy."""
    from detente.exercises.rules import dominated

    return bool(dominated(case.normal, _player(case, detail), strict=True))


def _weakly_dominated(case: Case, detail: str) -> bool:
    """The player has a strategy that is dominated weakly and not strictly."""
    from detente.exercises.rules import dominated

    player = _player(case, detail)
    return bool(set(dominated(case.normal, player, strict=False)) - set(dominated(case.normal, player, strict=True)))


def _solvable(case: Case, detail: str) -> bool:
    """Iterated elimination of strictly dominated strategies leaves one profile, after so many rounds at least."""
    from detente.solve.dominance import undominated

    found = undominated(case.normal, mixed=False)
    rounds = _whole(detail, "solvable:2") if detail else 1
    return found.solvable and max((each.round for each in found.steps), default=0) >= rounds


def _inefficient(case: Case, detail: str) -> bool:
    """There is one pure equilibrium, and another profile pays everybody more."""
    from detente.solve.pure import pure_profiles

    game, found = case.normal, pure_profiles(case.normal)
    if len(found) != 1:
        return False
    mine = [game.payoff(player, found[0]) for player in range(len(game.players))]
    return any(
        all(game.payoff(player, other) > mine[player] for player in range(len(game.players)))
        for other in game.profiles()
    )


def _empty_threat(case: Case, detail: str) -> bool:
    """A Nash equilibrium in pure strategies leads elsewhere than the subgame-perfect path."""
    from detente.exercises.rules import nash_paths, perfect_path

    return any(path != perfect_path(case.tree) for path in nash_paths(case.tree))


def _core(case: Case, detail: str) -> bool:
    """The core of a coalitional game is empty, or not."""
    from detente.games.coalitional import CoalitionalGame
    from detente.solve.coalitional.core import core

    if detail not in ("empty", "not_empty") or not isinstance(case.game, CoalitionalGame):
        raise UsageError(f"found core:{detail} of {case.model.name}; expected core:empty or core:not_empty of a game of coalitions")
    return core(case.game).empty == (detail == "empty")


def _holds(case: Case, detail: str) -> bool:
    """A conclusion holds for the study's game at the drawn parameters."""
    from detente.exercises.rules import conclusion_holds

    return conclusion_holds(case, detail)


def _fails(case: Case, detail: str) -> bool:
    """A conclusion does not hold for the study's game at the drawn parameters."""
    return not _holds(case, detail)


def _player(case: Case, detail: str) -> int:
    game = case.normal
    return game.player_index(known(detail or None, game.players, "player"))


#: What ``require`` may name; the words behind the colon are the detail.
PROPERTIES: dict[str, Callable[[Case, str], bool]] = {
    "no_ties": _no_ties,
    "ties": _ties,
    "pure": _pure,
    "unique_mixed": _unique_mixed,
    "denominators": _denominators,
    "class": _class,
    "dominant": _dominant,
    "no_dominant": _no_dominant,
    "dominated": _dominated,
    "weakly_dominated": _weakly_dominated,
    "solvable": _solvable,
    "inefficient": _inefficient,
    "empty_threat": _empty_threat,
    "core": _core,
    "holds": _holds,
    "fails": _fails,
}
