"""What a player can guarantee and be held to: maximin, min-max; the Pareto set and payoff dominance.

*Maximin*: the most that a player can be sure of, ``max over own x of min over the others' s of u(x, s)``.
*Min-max*: the least to which the others can hold a player who sees their (mixed) choice coming, ``min over s
of max over own a of u(a, s)``. In two-player games both agree in mixed strategies (von Neumann 1928); in pure
ones min-max >= maximin.

With three or more players it matters whether the others may correlate their choice. Correlated, they hold the
player to the maximin. Independent, they may be able to do less; that number is the minimum of a polynomial,
in general irrational and NP-hard even to approximate (Borgs et al. 2010, The myth of the folk theorem), so
here it is only bounded: at least the correlated min-max, at most the pure one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.numbers import number_to_json, plain
from detente.solve.best_response import payoff_tolerance
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.two_players.zero_sum import matrix_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame, Profile
    from detente.solve.result import Equilibrium

__all__ = ["ParetoSet", "Security", "SecurityLevels", "maximin", "minmax", "pareto_set", "payoff_dominant"]


@dataclass(frozen=True)
class Security:
    """What one player can guarantee and be held to.

    ``pure_maximin`` is guaranteed by the strategies ``cautious``; ``maximin`` by the mixture ``prudent``. The
    others can hold the player to ``minmax`` by ``punishment`` (weights on their profiles; for two players the
    opponent's mixed strategy), to ``pure_minmax`` by the pure profiles ``pure_punishments``. ``exact_minmax``
    is False with three or more players unless both bounds agree: then ``minmax`` needs correlation, and
    independent punishers reach something between ``minmax`` and ``pure_minmax``.
    """

    player: str
    pure_maximin: Any
    cautious: tuple[str, ...]
    maximin: Any
    prudent: dict[str, Any]
    minmax: Any
    punishment: dict[tuple[str, ...], Any]
    pure_minmax: Any
    pure_punishments: tuple[tuple[str, ...], ...]
    exact_minmax: bool


@dataclass(frozen=True)
class SecurityLevels(Displayed):
    """The security levels of all players; ``levels`` maps player to :class:`Security`."""

    game: NormalFormGame
    levels: dict[str, Security]

    def to_json(self) -> dict[str, Any]:
        """Return the levels as JSON values."""
        number = number_to_json
        return {
            player: {
                "pure_maximin": number(each.pure_maximin),
                "cautious": list(each.cautious),
                "maximin": number(each.maximin),
                "prudent": {label: number(w) for label, w in each.prudent.items()},
                "minmax": number(each.minmax),
                "punishment": [
                    {"profile": list(s), "probability": number(w)} for s, w in each.punishment.items()
                ],
                "pure_minmax": number(each.pure_minmax),
                "pure_punishments": [list(s) for s in each.pure_punishments],
                "exact_minmax": each.exact_minmax,
            }
            for player, each in self.levels.items()
        }

    def table(self) -> Table:
        """Return the levels as a table, one row per player."""
        return Table(
            title="security levels",
            columns=("player", "pure maximin", "maximin", "min-max", "pure min-max"),
            rows=tuple(
                (player, *map(plain, (each.pure_maximin, each.maximin, each.minmax, each.pure_minmax)))
                for player, each in self.levels.items()
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences what each level means and how it is reached."""
        lines = []
        for player, each in self.levels.items():
            lines.append(
                f"{player} is sure of {plain(each.pure_maximin)} by playing {' or '.join(each.cautious)}, "
                "whatever the others do."
            )
            if each.maximin != each.pure_maximin:
                lines.append(
                    f"By mixing ({_mixture(each.prudent)}) {player} is sure of {plain(each.maximin)} on "
                    "average."
                )
            together = " jointly" if len(self.levels) > 2 and not each.exact_minmax else ""
            if len(self.levels) == 1:
                continue
            lines.append(f"The others can{together} hold {player} to {plain(each.minmax)} and to no less.")
            if not each.exact_minmax:
                lines.append(
                    f"If the others must choose independently, they hold {player} to something between "
                    f"{plain(each.minmax)} and "
                    f"{plain(each.pure_minmax)}; where exactly is a hard problem that is not solved here."
                )
        return lines


def minmax(game: NormalFormGame) -> SecurityLevels:
    """Return maximin and min-max payoffs of every player, pure and mixed, exactly.

    Floats are taken at the exact binary number they store, and answers returned as floats.

    Notes
    -----
    A mixed maximin of any number of players is a matrix game against one opponent who picks the others'
    profile, since the worst case over mixtures of the others is reached at a pure profile. Its dual is the
    correlated min-max.

    *Cost.* One linear program per player with a row per profile of the others.

    References
    ----------
    J. von Neumann (1928), Math. Annalen 100, 295-320. C. Borgs et al. (2010), "The myth of the folk theorem",
    Games and Economic Behavior 70, 34-43.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> levels = minmax(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], players=["us", "china"])).levels
    >>> levels["us"].minmax, levels["us"].pure_maximin
    (Fraction(1, 1), Fraction(1, 1))
    """
    payoffs = exact_payoffs(game)
    return SecurityLevels(game, {name: _security(game, payoffs, i) for i, name in enumerate(game.players)})


def maximin(game: NormalFormGame) -> SecurityLevels:
    """Return the same levels as :func:`minmax`: what each player can guarantee, and be held to."""
    return minmax(game)


def _security(game: NormalFormGame, payoffs: Any, player: int) -> Security:
    out: Any = Fraction if game.arithmetic == "exact" else float
    others = [k for k in range(len(game.players)) if k != player]
    rest = list(product(*(range(game.shape[k]) for k in others)))
    labels = [tuple(game.strategies[k][s] for k, s in zip(others, profile, strict=True)) for profile in rest]
    matrix = [
        [payoffs[(player, *profile[:player], own, *profile[player:])] for profile in rest]
        for own in range(game.shape[player])
    ]
    floors = [min(row) for row in matrix]
    ceilings = [max(column) for column in zip(*matrix, strict=True)]
    value, mine, theirs = matrix_value(matrix)
    return Security(
        player=game.players[player],
        pure_maximin=out(max(floors)),
        cautious=tuple(
            label
            for label, floor in zip(game.strategies[player], floors, strict=True)
            if floor == max(floors)
        ),
        maximin=out(value),
        prudent=dict(zip(game.strategies[player], map(out, mine), strict=True)),
        minmax=out(value),
        punishment={label: out(weight) for label, weight in zip(labels, theirs, strict=True) if weight},
        pure_minmax=out(min(ceilings)),
        pure_punishments=tuple(
            label for label, top in zip(labels, ceilings, strict=True) if top == min(ceilings)
        ),
        exact_minmax=len(others) <= 1 or value == min(ceilings),
    )


@dataclass(frozen=True)
class ParetoSet(Displayed):
    """The pure profiles that no other pure profile improves upon.

    ``profiles`` are Pareto optimal: nothing makes one player better off and nobody worse off. ``weak`` adds
    those where no other profile makes *everybody* better off. ``improved`` maps each other profile to one in
    ``profiles`` that improves it.
    """

    game: NormalFormGame
    profiles: tuple[Profile, ...]
    weak: tuple[Profile, ...]
    improved: dict[Profile, Profile]

    def to_json(self) -> dict[str, Any]:
        """Return the profiles by labels as JSON values."""
        labels = self.game.profile_labels
        return {
            "profiles": [list(labels(s)) for s in self.profiles],
            "weak": [list(labels(s)) for s in self.weak],
            "improved": [
                {"profile": list(labels(s)), "by": list(labels(t))} for s, t in self.improved.items()
            ],
        }

    def table(self) -> Table:
        """Return the Pareto optimal profiles with their payoffs."""
        return Table(
            title="Pareto optimal pure profiles",
            columns=("profile", f"payoffs ({', '.join(self.game.players)})"),
            rows=tuple((", ".join(self.game.profile_labels(s)), self._payoffs(s)) for s in self.profiles),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences which profile improves on which."""

        def name(profile: Profile) -> str:
            return f"({', '.join(self.game.profile_labels(profile))})"

        lines = [
            f"{name(s)} cannot be improved for one player without harming another." for s in self.profiles
        ]
        lines += [
            f"{name(s)}, worth {self._payoffs(s)}, is improved upon by {name(t)}, worth {self._payoffs(t)}."
            for s, t in self.improved.items()
        ]
        return [
            *lines,
            "Only pure profiles are compared; a lottery over profiles may improve on some of them.",
        ]

    def _payoffs(self, profile: Profile) -> str:
        return ", ".join(plain(self.game.payoff(i, profile)) for i in range(len(self.game.players)))


def pareto_set(game: NormalFormGame, relative: float = 1e-9) -> ParetoSet:
    """Return the Pareto optimal pure profiles of a game of any number of players.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> pareto_set(NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])).profiles
    ((0, 0), (0, 1), (1, 0))
    """
    slacks = [payoff_tolerance(game, relative, player) for player in range(len(game.players))]
    everyone = list(game.profiles())
    values = {s: tuple(game.payoffs[(i, *s)] for i in range(len(game.players))) for s in everyone}

    def better(t: Profile, s: Profile) -> bool:
        gains = [a - b for a, b in zip(values[t], values[s], strict=True)]
        pairs = list(zip(gains, slacks, strict=True))
        return all(bool(gain >= -slack) for gain, slack in pairs) and any(bool(gain > slack) for gain, slack in pairs)

    def all_better(t: Profile, s: Profile) -> bool:
        return all(bool(a - b > slack) for a, b, slack in zip(values[t], values[s], slacks, strict=True))

    best = tuple(s for s in everyone if not any(better(t, s) for t in everyone))
    improved = {
        s: next((t for t in best if better(t, s)), next(t for t in everyone if better(t, s)))
        for s in everyone
        if s not in best
    }
    return ParetoSet(
        game, best, tuple(s for s in everyone if not any(all_better(t, s) for t in everyone)), improved
    )


def payoff_dominant(equilibria: Sequence[Equilibrium], slack: Any = 0) -> int | None:
    """Return the index of the equilibrium that pays nobody less and somebody more than each other one.

    None where there is no such equilibrium, and where several share the highest payoffs. ``slack`` is the
    tolerance of comparisons (0 for exact payoffs). See Harsanyi and Selten (1988), section 3.6.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> from detente.solve.pure import pure_equilibria
    >>> stag_hunt = NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]])
    >>> payoff_dominant(pure_equilibria(stag_hunt).equilibria)
    0
    """
    payoffs = [tuple(each.payoffs.values()) for each in equilibria]
    for k, mine in enumerate(payoffs):
        others = [theirs for j, theirs in enumerate(payoffs) if j != k]
        gains = [[a - b for a, b in zip(mine, theirs, strict=True)] for theirs in others]
        if all(min(gain) >= -slack and max(gain) > slack for gain in gains):
            return k
    return None


def _mixture(weights: dict[str, Any]) -> str:
    return " + ".join(f"{plain(weight)} {label}" for label, weight in weights.items() if weight != 0)
