r"""Penal codes: how hard a deviation can be punished, and how little patience a target then needs (Abreu 1986, 1988).

A *penal code* names a path for each player that starts when this player alone leaves what is played, a punishment path
included. A target with payoffs ``R`` is sustained if for every player

.. math:: (1 - \delta) A_i \le \delta (R_i - w_i),

with ``A_i`` the gain from the best deviation and ``w_i`` the least subgame-perfect payoff. Three things are compared:

- *grim*: the worst stage equilibrium for ever;
- *a stick and a carrot*: one period of a stick, its own for each player, then the target again. With ``p_i`` what ``i``
  gets under its stick and ``D_i`` the largest gain of ``i`` from leaving the target or anybody's stick, the conditions
  are linear: :math:`D_i \le \delta (R_i - p_i)`;
- *every code*: ``w_i`` is no less than the min-max payoff ``m_i``, so that no factor below
  :math:`A_i/(A_i + R_i - m_i)` is enough. Of two players with pure strategies and public randomization, ``w_i`` comes
  from the set of all subgame-perfect payoffs, which grows with the factor; bisection encloses the least factor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.games.repeated import RepeatedGame
from detente.numbers import Enclosure, number_to_json, plain, short
from detente.solve.programs.linear_program import exact_payoffs
from detente.solve.repeated.automaton import Automaton
from detente.solve.repeated.automaton_factors import automaton_factors
from detente.solve.repeated.critical_discount_factor import critical_discount_factor
from detente.solve.repeated.payoff_set import payoff_set
from detente.solve.security import minmax

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.games.normal import Profile
    from detente.solve.repeated.critical_factor import CriticalDiscountFactor
    from detente.solve.repeated.payoff_set import PayoffSet

__all__ = ["PenalCodes", "penal_codes"]

#: Combinations of sticks that are all tried; above, all players have the same stick.
_MOST_CODES = 50_000
#: The largest factor at which a target is tried where no simple code sustains it.
_PATIENT = Fraction(999, 1000)
_WIDTH = Fraction(1, 1000)


@dataclass(frozen=True)
class PenalCodes(Displayed):
    """How little patience a target needs under grim, under sticks and carrots, and under the best code.

    Attributes
    ----------
    target : tuple of str
    rewards, temptations, minmax : dict
        Player to the payoff at the target, the gain from leaving it, and the payoff to which it can be held.
    least : dict
        Player to the factor below which no code deters it; None where none does at any factor.
    grim : CriticalDiscountFactor or None
        None where no stage equilibrium was found.
    code : Automaton or None
        The best code of one stick for each player and the target as carrot; None where no stick deters.
    code_factors : CriticalDiscountFactor or None
        Where that code is subgame perfect, by the one-shot deviation principle.
    sticks : dict
        Player to its stick.
    best : Fraction, Enclosure, SymPy number or None
        The least factor at which any code in pure strategies with public randomization sustains the target; None where
        none does below 0.999.
    notes : tuple of str
    """

    game: NormalFormGame = field(repr=False)
    target: tuple[str, ...]
    rewards: dict[str, Fraction]
    temptations: dict[str, Fraction]
    minmax: dict[str, Fraction]
    least: dict[str, Fraction | None]
    grim: CriticalDiscountFactor | None
    code: Automaton | None
    code_factors: CriticalDiscountFactor | None
    sticks: dict[str, tuple[str, ...]]
    best: Any
    notes: tuple[str, ...] = ()
    arithmetic: str = "exact"

    @property
    def complete(self) -> bool:
        """Whether the best factor is known exactly."""
        return not isinstance(self.best, Enclosure)

    @property
    def grim_is_optimal(self) -> bool:
        """Whether no code needs less patience than grim, as proved by the bounds."""
        own = None if self.grim is None else self.grim.overall
        if own is None:
            return False
        bounds = [each for each in self.least.values() if each is not None]
        return bool(own == max(bounds, default=0)) or (self.complete and bool(own == self.best))

    def at(self, discount_factor: object) -> PayoffSet:
        """Return all subgame-perfect payoffs at a factor: ``punishments`` are the worst ones (two players)."""
        return payoff_set(RepeatedGame(self.game, discount_factor))

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""

        def number(value: Any) -> Any:
            return None if value is None else number_to_json(value)

        return {
            "form": "repeated",
            "concept": "subgame-perfect",
            "arithmetic": self.arithmetic,
            "target": list(self.target),
            "temptations": {name: number(value) for name, value in self.temptations.items()},
            "minmax": {name: number(value) for name, value in self.minmax.items()},
            "least": {name: number(value) for name, value in self.least.items()},
            "grim": None if self.grim is None else number(self.grim.overall),
            "sticks": {name: list(stick) for name, stick in self.sticks.items()},
            "stick_and_carrot": None if self.code_factors is None else number(self.code_factors.overall),
            "best": number(self.best),
            "grim_is_optimal": self.grim_is_optimal,
            "complete": self.complete,
            "notes": list(self.notes),
        }

    def table(self) -> Table:
        """Return the least factors under each kind of code."""
        rows = []
        if self.grim is not None:
            rows.append(("grim", _factor(self.grim.overall), "the worst stage equilibrium for ever"))
        if self.code_factors is not None:
            same = len(set(self.sticks.values())) == 1
            sticks = [
                ",".join(stick) if same else f"{','.join(stick)} against {name}" for name, stick in self.sticks.items()
            ]
            told = f"one period of {sticks[0] if same else '; '.join(sticks)}, then the target"
            rows.append(("stick and carrot", _factor(self.code_factors.overall), told))
        bounds = [each for each in self.least.values() if each is not None]
        rows.append(("the best code", _factor(self.best), "pure strategies with public randomization"))
        if None not in self.least.values():
            rows.append(("any code", f"at least {_factor(max(bounds))}", "nobody can be held below the min-max payoff"))
        notes = list(self.notes)
        if self.grim_is_optimal:
            notes.insert(0, "Grim is optimal: no penal code is harder where it matters.")
        title = f"penal codes that sustain {','.join(self.target)}: least discount factors"
        return Table(title, ("code", "least factor", "what it does"), tuple(rows), tuple(notes))


def _factor(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Enclosure):
        return f"{short(value.low, 5)} to {short(value.high, 5)}"
    text, number = plain(value), short(value, 4)
    return number if len(text) > 30 or text == number else f"{text} = {number}"


def penal_codes(game: NormalFormGame, target: Sequence[int | str] | Mapping[str, int | str]) -> PenalCodes:
    """Compare the punishments that can sustain a target for ever.

    Parameters
    ----------
    game : NormalFormGame
        The stage game, any number of players; of floats, the exact binary numbers that they store.
    target : pure profile
        Indices, labels or ``{player: label}``.

    Returns
    -------
    PenalCodes

    Raises
    ------
    UsageError
        If the game is no numeric game or the target is no profile of it.

    Notes
    -----
    *Scope.* One discount factor for all players. The best code of two players is enclosed to 1/1000 unless the bounds
    meet; of three and more players only the bounds are given. The factors of the best code are those of pure actions
    with public randomization; a mixed stage equilibrium in grim may do better, and a note then says so.
    *Cost.* Combinations of sticks up to 50,000, then about ten payoff sets.

    References
    ----------
    D. Abreu (1986), "Extremal equilibria of oligopolistic supergames", Journal of Economic Theory 39, 191-225.
    D. Abreu (1988), "On the theory of infinitely repeated games with discounting", Econometrica 56, 383-396.

    Examples
    --------
    A third strategy, flooding, hurts everybody: as a stick it needs less patience than grim.

    >>> g = NormalFormGame(
    ...     [[[3, 0, -2], [5, 1, -2], [-2, -2, -3]], [[3, 5, -2], [0, 1, -2], [-2, -2, -3]]],
    ...     strategies=[["c", "d", "f"]] * 2,
    ... )
    >>> found = penal_codes(g, ("c", "c"))
    >>> found.grim.overall, found.sticks["1"], found.code_factors.overall
    (Fraction(1, 2), ('f', 'f'), Fraction(1, 3))
    """
    if not isinstance(game, NormalFormGame):
        raise UsageError("expected a numeric game; put a parametric one at a point first")
    stage = NormalFormGame(exact_payoffs(game).tolist(), game.players, game.strategies)
    aim = stage.profile_index(target)
    names, players = stage.players, range(len(stage.players))
    levels = minmax(stage).levels
    gains = {profile: _temptations(stage, profile) for profile in stage.profiles()}
    tempted = gains[aim]
    rewards = tuple(Fraction(stage.payoffs[(k, *aim)]) for k in players)
    floors = [Fraction(levels[name].minmax) for name in names]
    pure_floors = [Fraction(levels[name].pure_minmax) for name in names]
    notes: list[str] = []
    grim = _grim(stage, aim, notes)
    sticks = _sticks(stage, aim, gains, rewards)
    code = None if sticks is None else _code(stage, aim, sticks)
    code_factors = None if code is None else automaton_factors(stage, code, 1e-9)
    lows = [_bound(*each) for each in zip(tempted, rewards, pure_floors, strict=True)]
    best = None
    if None not in lows:
        low = max(each for each in lows if each is not None)
        best = _best(stage, rewards, tempted, low, _least_of(grim, code_factors), notes)
        if grim is not None and grim.overall is not None and best is not None and grim.overall < _low(best):
            notes.append("Grim punishes with a mixed stage equilibrium, which pure codes do not reach.")
    labels = [] if sticks is None else [stage.profile_labels(each) for each in sticks]
    return PenalCodes(
        game=stage,
        target=stage.profile_labels(aim),
        rewards=dict(zip(names, rewards, strict=True)),
        temptations=dict(zip(names, tempted, strict=True)),
        minmax=dict(zip(names, floors, strict=True)),
        least={name: _bound(*each) for name, *each in zip(names, tempted, rewards, floors, strict=True)},
        grim=grim,
        code=code,
        code_factors=code_factors,
        sticks=dict(zip(names, labels, strict=True)) if labels else {},
        best=best,
        notes=tuple(notes),
        arithmetic=game.arithmetic,
    )


def _temptations(stage: NormalFormGame, profile: Profile) -> tuple[Fraction, ...]:
    """Return what each player gains by its best deviation from a profile."""
    found = []
    for k, size in enumerate(stage.shape):
        others = [(*profile[:k], own, *profile[k + 1 :]) for own in range(size)]
        found.append(Fraction(max(stage.payoffs[(k, *each)] for each in others) - stage.payoffs[(k, *profile)]))
    return tuple(found)


def _bound(gain: Fraction, reward: Fraction, floor: Fraction) -> Fraction | None:
    """Return the factor below which nothing deters a player who cannot be held below ``floor``."""
    if gain == 0:
        return Fraction(0)
    return gain / (gain + reward - floor) if reward > floor else None


def _grim(stage: NormalFormGame, aim: Profile, notes: list[str]) -> CriticalDiscountFactor | None:
    try:
        return critical_discount_factor(stage, "grim", aim)
    except UsageError as error:
        notes.append(f"Grim: {error}.")
        return None


def _sticks(
    stage: NormalFormGame, aim: Profile, gains: Mapping[Profile, tuple[Fraction, ...]], rewards: tuple[Fraction, ...]
) -> tuple[Profile, ...] | None:
    """Return the stick for each player that need the least patience; of equally good ones the same for all."""
    players = range(len(stage.players))
    useful = [
        [profile for profile in gains if stage.payoffs[(k, *profile)] < rewards[k] or gains[aim][k] == 0]
        for k in players
    ]
    shared = [profile for profile in gains if all(profile in own for own in useful)]
    together = [(profile,) * len(rewards) for profile in shared]
    apart = product(*useful) if prod(map(len, useful)) <= _MOST_CODES else ()
    best: tuple[Fraction, tuple[Profile, ...]] | None = None
    for sticks in (*together, *apart):
        need = Fraction(0)
        for k in players:
            worst = max(gains[aim][k], *(gains[stick][k] for stick in sticks))
            if worst == 0:
                continue
            loss = rewards[k] - stage.payoffs[(k, *sticks[k])]
            if loss <= worst:
                break
            need = max(need, worst / loss)
        else:
            if best is None or need < best[0]:
                best = need, sticks
    return None if best is None else best[1]


def _code(stage: NormalFormGame, aim: Profile, sticks: tuple[Profile, ...]) -> Automaton:
    """Return the code as an automaton: a player who alone leaves what is played gets its stick for a period."""
    label = stage.profile_labels
    states = dict.fromkeys(sticks, "stick")
    if len(states) > 1:
        for name, stick in zip(reversed(stage.players), reversed(sticks), strict=True):
            states[stick] = f"stick against {name}"
    rules = {name: states[stick] for name, stick in zip(stage.players, sticks, strict=True)}
    rules["otherwise"] = "carrot"
    outputs = {"carrot": label(aim), **{state: label(stick) for stick, state in states.items()}}
    return Automaton(outputs, dict.fromkeys(outputs, rules), "stick and carrot")


def _least_of(*found: CriticalDiscountFactor | None) -> Any:
    """Return the least of the factors that are rational, as an upper bound."""
    numbers = [each.overall for each in found if each is not None and isinstance(each.overall, Fraction)]
    return min(numbers, default=None)


def _low(best: Any) -> Any:
    return best.low if isinstance(best, Enclosure) else best


def _best(
    stage: NormalFormGame,
    rewards: tuple[Fraction, ...],
    gains: tuple[Fraction, ...],
    low: Fraction,
    high: Fraction | None,
    notes: list[str],
) -> Any:
    """Return the least factor under any pure code, exactly where bounds meet, else between two fractions."""
    if high is not None and high <= low:
        return high
    if len(rewards) != 2:
        if high is None:
            notes.append("No simple code sustains the target; others are not looked for with three and more players.")
            return None
        notes.append("The best code is between the bounds; payoff sets are for two players.")
        return Enclosure(low, high)
    if high is None:
        if _sustained(stage, rewards, gains, _PATIENT) is not True:
            notes.append("No code was found that sustains the target at a factor of 0.999.")
            return None
        high = _PATIENT
    if low > 0 and _sustained(stage, rewards, gains, low):
        return low  # below it not even the min-max payoffs deter
    while high - low > _WIDTH:
        middle = ((low + high) / 2).limit_denominator(10_000)
        if not low < middle < high:
            break
        answer = _sustained(stage, rewards, gains, middle)
        if answer is None:
            break
        low, high = (low, middle) if answer else (middle, high)
    return Enclosure(low, high)


def _sustained(
    stage: NormalFormGame, rewards: tuple[Fraction, ...], gains: tuple[Fraction, ...], factor: Fraction
) -> bool | None:
    """Return whether the worst subgame-perfect payoffs deter at a factor; None where bounds on them leave it open."""
    found = payoff_set(RepeatedGame(stage, factor))

    def deters(polygon: Any) -> bool:
        if not polygon:
            return False
        worst = (min(each[k] for each in polygon) for k in (0, 1))
        return all((1 - factor) * g <= factor * (r - w) for g, r, w in zip(gains, rewards, worst, strict=True))

    if deters(found.inner):
        return True
    return None if deters(found.vertices) else False
