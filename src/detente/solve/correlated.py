"""Correlated and coarse correlated equilibria: exact optima with certificates.

A *correlated equilibrium* is a distribution p over pure profiles such that nobody gains by disobeying a
recommendation (Aumann 1974, 1987). For every player i and strategies a, b of i,

    sum over the others' s of p(a, s) (u_i(b, s) - u_i(a, s)) <= 0.

In a *coarse* correlated equilibrium a player decides before hearing the recommendation whether to follow it:
for every player i and strategy b, ``sum over profiles of p (u_i(b, s) - u_i(profile)) <= 0`` (Moulin and Vial
1978). Every Nash equilibrium is a correlated one, every correlated one is coarse; both sets are polytopes, so
optima are linear programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, number_to_json, plain
from detente.solve.programs.linear_program import exact_payoffs, maximize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.normal import NormalFormGame, Profile

__all__ = [
    "CorrelatedEquilibrium",
    "correlated_equilibrium",
    "incentive_gains",
]


@dataclass(frozen=True)
class CorrelatedEquilibrium(Displayed):
    """A correlated equilibrium with its certificate.

    Attributes
    ----------
    weights : dict of profile (strategy indices) to probability
        Profiles of probability zero are left out.
    payoffs : dict of player to expected payoff
    regret : number
        Largest gain from disobeying, computed from the payoffs alone; at most 0 in exact arithmetic, and
        exactly 0 unless every alternative costs something.
    objective : str
        What was maximized, in words; empty for an extreme point.
    value : number or None
        Its largest value over all equilibria, proved by the prices of a linear program.
    prices : dict of (player, recommended or "", alternative) to number
        Those incentive constraints that hold the value down, with what it would gain per unit of slack.
    """

    game: NormalFormGame
    weights: dict[Profile, Any]
    payoffs: dict[str, Any]
    regret: Any
    coarse: bool
    objective: str = ""
    value: Any = None
    prices: dict[tuple[str, str, str], Any] | None = None

    @property
    def concept(self) -> str:
        """``correlated`` or ``coarse correlated``."""
        return "coarse correlated" if self.coarse else "correlated"

    def to_json(self) -> dict[str, Any]:
        """Return the equilibrium as JSON values; profiles with their labels."""
        return {
            "concept": self.concept,
            "players": list(self.game.players),
            "arithmetic": self.game.arithmetic,
            "objective": self.objective,
            "value": number_to_json(self.value),
            "distribution": [
                {
                    "profile": dict(zip(self.game.players, self.game.profile_labels(profile), strict=True)),
                    "probability": number_to_json(weight),
                }
                for profile, weight in self.weights.items()
            ],
            "payoffs": {player: number_to_json(payoff) for player, payoff in self.payoffs.items()},
            "regret": number_to_json(self.regret),
        }

    def table(self) -> Table:
        """Return the distribution as a table."""
        return Table(
            title=f"{self.concept} equilibrium" + (f", largest {self.objective}" if self.objective else ""),
            columns=(*self.game.players, "probability"),
            rows=tuple(
                (*self.game.profile_labels(profile), plain(weight))
                for profile, weight in self.weights.items()
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences what the equilibrium says and why it is one."""
        listed = "; ".join(
            f"({', '.join(self.game.profile_labels(s))}) with probability {plain(w)}"
            for s, w in self.weights.items()
        )
        lines = [f"A mediator draws a profile: {listed}."]
        if self.coarse:
            lines.append(
                "Each player decides beforehand whether to follow; no fixed strategy does better against "
                "the others' recommendations."
            )
        else:
            lines.append(
                "Each player hears only the own recommendation; given what it says about the others, no "
                "other strategy does better."
            )
        lines.append(
            "Expected payoffs: "
            + ", ".join(f"{name} {plain(payoff)}" for name, payoff in self.payoffs.items())
            + "."
        )
        if self.value is not None:
            lines.append(
                f"No {self.concept} equilibrium has a larger {self.objective} than {plain(self.value)}."
            )
        for player, told, other in self.prices or {}:
            when = f"when told {told}" if told else "if it decides beforehand"
            lines.append(f"What holds it down: {player} must not prefer {other} {when}.")
        return lines


def correlated_equilibrium(
    game: NormalFormGame,
    maximize: str | int | Sequence[object] | Mapping[str, object] = "welfare",
    coarse: bool = False,
) -> CorrelatedEquilibrium:
    """Return a correlated equilibrium that maximizes a weighted sum of payoffs, exactly.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players. Floats are taken at the exact binary number they store; probabilities are then
        returned as floats.
    maximize : "welfare", a player, or weights
        ``"welfare"`` is the sum of payoffs; a player's name or index stands for that player's payoff; weights
        are one number per player in order, or ``{player: number}``. Negative weights minimize. A player named
        "welfare" is meant only by index.
    coarse : bool
        Whether players may only decline the mediation as a whole.

    Returns
    -------
    CorrelatedEquilibrium
        Its ``value`` is proved largest (linear-programming duality); where several equilibria attain it, one
        extreme point is returned.

    Notes
    -----
    *Cost.* One linear program with a variable per profile and a constraint per player and ordered pair of own
    strategies. *Invariance.* The set of equilibria does not change when a player's payoffs are scaled or
    shifted; what maximizes welfare does when scales change between players.

    References
    ----------
    R. J. Aumann (1974), "Subjectivity and correlation in randomized strategies", J. Math. Econ. 1, 67-96. H.
    Moulin and J.-P. Vial (1978), "Strategically zero-sum games", Int. J. Game Theory 7, 201-221.

    Examples
    --------
    Aumann's game of chicken: the mediator never recommends the crash.

    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[6, 2], [7, 0]], [[6, 7], [2, 0]]], strategies=[["swerve", "straight"]] * 2)
    >>> best = correlated_equilibrium(g)
    >>> print(best.value, *best.weights.values())
    21/2 1/2 1/4 1/4
    """
    weights, words = _objective(game, maximize)
    payoffs = exact_payoffs(game)
    profiles = list(game.profiles())
    constraints = incentive_constraints(game, payoffs, profiles, coarse)
    solution = _solve(weights, payoffs, profiles, constraints)
    assert solution.x is not None
    assert solution.at_most_prices is not None
    prices = {key: price for key, price in zip(constraints, solution.at_most_prices, strict=True) if price}
    point = dict(zip(profiles, solution.x, strict=True))
    return certified_distribution(game, point, coarse, objective=words, value=solution.value, prices=prices)


def incentive_gains(
    game: NormalFormGame, weights: Mapping[Profile, Any], coarse: bool = False
) -> dict[tuple[str, str, str], Any]:
    """Return what each deviation gains in expectation: the certificate, from payoffs and weights alone.

    Keys are (player, recommended strategy, alternative); with ``coarse`` the second entry is empty. The
    distribution is an equilibrium if and only if no gain is positive. No solver is used.
    """
    payoffs = exact_payoffs(game)
    gains: dict[tuple[str, str, str], Any] = {}
    for i, player in enumerate(game.players):
        for told in range(1 if coarse else game.shape[i]):
            for other in range(game.shape[i]):
                if not coarse and told == other:
                    continue
                gain = Fraction(0)
                for profile, weight in weights.items():
                    if coarse or profile[i] == told:
                        swapped = (*profile[:i], other, *profile[i + 1 :])
                        gain += Fraction(weight) * (payoffs[(i, *swapped)] - payoffs[(i, *profile)])
                gains[player, "" if coarse else game.strategies[i][told], game.strategies[i][other]] = gain
    return gains


def certified_distribution(
    game: NormalFormGame,
    point: dict[Profile, Fraction],
    coarse: bool,
    *,
    objective: str = "",
    value: Fraction | None = None,
    prices: dict[tuple[str, str, str], Fraction] | None = None,
) -> CorrelatedEquilibrium:
    """Certify a distribution and give numbers in the game's own arithmetic."""
    kept = {profile: weight for profile, weight in point.items() if weight}
    worst = max(incentive_gains(game, kept, coarse).values(), default=Fraction(0))
    if worst > 0 or sum(kept.values()) != 1 or min(kept.values()) < 0:
        raise AssertionError(f"not an equilibrium: a deviation gains {worst}; please report")
    payoffs = exact_payoffs(game)
    number: Any = Fraction if game.arithmetic == "exact" else float
    return CorrelatedEquilibrium(
        game=game,
        weights={profile: number(weight) for profile, weight in kept.items()},
        payoffs={
            player: number(sum(weight * payoffs[(i, *profile)] for profile, weight in kept.items()))
            for i, player in enumerate(game.players)
        },
        regret=number(worst),
        coarse=coarse,
        objective=objective,
        value=None if value is None else number(value),
        prices=None if prices is None else {key: number(price) for key, price in prices.items()},
    )


def incentive_constraints(
    game: NormalFormGame, payoffs: Any, profiles: list[Profile], coarse: bool
) -> dict[tuple[str, str, str], list[Fraction]]:
    """Return the incentive constraints as rows over the profiles, ``row @ p <= 0``."""
    size = prod(game.shape)
    index = {profile: k for k, profile in enumerate(profiles)}
    rows: dict[tuple[str, str, str], list[Fraction]] = {}
    for i, player in enumerate(game.players):
        labels = game.strategies[i]
        for profile, k in index.items():
            for other in range(game.shape[i]):
                if other == profile[i] and not (coarse and game.shape[i] > 1):
                    continue
                key = (player, "" if coarse else labels[profile[i]], labels[other])
                swapped = (*profile[:i], other, *profile[i + 1 :])
                rows.setdefault(key, [Fraction(0)] * size)[k] = (
                    payoffs[(i, *swapped)] - payoffs[(i, *profile)]
                )
    return rows


def _objective(game: NormalFormGame, chosen: Any) -> tuple[list[Fraction], str]:
    """Return one weight per player, and the objective in words."""
    count = len(game.players)
    if isinstance(chosen, str) and chosen == "welfare":
        return [Fraction(1)] * count, "sum of payoffs"
    if isinstance(chosen, (str, int)):
        index = game.player_index(chosen)
        return [Fraction(int(k == index)) for k in range(count)], f"payoff of {game.players[index]}"
    if hasattr(chosen, "keys"):
        weights = [Fraction(0)] * count
        for name in chosen:
            weights[game.player_index(name)] = _weight(chosen[name])
    else:
        weights = [_weight(each) for each in chosen]
    if len(weights) != count:
        raise UsageError(f"found {len(weights)} weights; expected {count}, one per player")
    shown = " + ".join(
        f"{plain(weight)} {name}" for name, weight in zip(game.players, weights, strict=True) if weight
    )
    return weights, f"weighted sum of payoffs ({shown or '0'})"


def _weight(value: Any) -> Fraction:
    return Fraction(value) if isinstance(value, float) else exact(value)


def _solve(
    weights: list[Fraction],
    payoffs: Any,
    profiles: list[Profile],
    constraints: dict[tuple[str, str, str], list[Fraction]],
) -> Any:
    values = [
        sum((weight * payoffs[(i, *profile)] for i, weight in enumerate(weights)), Fraction(0))
        for profile in profiles
    ]
    rows = list(constraints.values())
    # A correlated equilibrium always exists (Nash 1951; Hart and Schmeidler 1989 without fixed points).
    return maximize(values, rows, [0] * len(rows), [[1] * len(profiles)], [1])
