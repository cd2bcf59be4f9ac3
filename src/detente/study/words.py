"""Profiles of many players in few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.solve.result import profile_text

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame, Profile
    from detente.solve.result import Equilibrium

__all__ = ["FEW", "equilibrium_words", "profile_words"]

#: Players up to which a profile is written out.
FEW = 4


def equilibrium_words(game: NormalFormGame, found: Equilibrium) -> str:
    """Return an equilibrium player by player, a pure one of many players by strategy."""
    if found.pure and len(game.players) > FEW:
        return profile_words(game, tuple(own.index(1) for own in found.mixed))
    return profile_text(found)


def profile_words(game: NormalFormGame, profile: Profile) -> str:
    """Return a pure profile as labels, or for many players by strategy: ``ban: indonesia, malaysia; free: all others``.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> import numpy as np
    >>> six = NormalFormGame(np.zeros((6, 2, 2, 2, 2, 2, 2), dtype=int), players=list("abcdef"), strategies=[["no", "yes"]] * 6)
    >>> profile_words(six, (0, 1, 0, 0, 1, 0)), profile_words(six, (1,) * 6)
    ('yes: b, e; no: all others', 'all yes')
    """
    labels = game.profile_labels(profile)
    if len(labels) <= FEW:
        return ",".join(labels)
    who: dict[str, list[str]] = {}
    for player, label in zip(game.players, labels, strict=True):
        who.setdefault(label, []).append(player)
    if len(who) == 1:
        return f"all {labels[0]}"
    # of as many, those at the lowest strategy are the others
    most = max(who, key=lambda label: (len(who[label]), label == game.strategies[0][0]))
    parts = [f"{label}: {', '.join(players)}" for label, players in who.items() if label != most]
    return "; ".join([*parts, f"{most}: all others"])
