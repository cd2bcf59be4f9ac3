r"""The linear relation between long-run payoffs that a memory-one strategy enforces, if it enforces one.

A memory-one strategy with :math:`\tilde p = (p_1 - 1, p_2 - 1, p_3, p_4) = \alpha S + \beta S' + \gamma`, where S and
S' are a player's own payoffs and the other's after CC, CD, DC, DD, enforces :math:`\alpha s + \beta s' + \gamma = 0`
between the long-run payoffs, whatever the other does (Press and Dyson 2012). With a discount factor the same holds of
:math:`\delta p + (1 - \delta) p_0 - (1, 1, 0, 0)` (Hilbe, Traulsen and Sigmund 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import fraction_of, number_to_json, plain
from detente.solve.memory_one.match import check_stage, json_value, text
from detente.solve.memory_one.strategy import OUTCOMES, MemoryOne, probability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["REPEAT", "ZeroDeterminant", "is_symbolic", "seen_by", "zero_determinant"]

#: (1, 1, 0, 0): the strategy that repeats its own last move.
REPEAT = (1, 1, 0, 0)


@dataclass(frozen=True)
class ZeroDeterminant(Displayed):
    """The linear relation between long-run payoffs that a strategy enforces.

    ``alpha * own + beta * other + gamma = 0``. ``strategy`` is the strategy, ``player`` who plays it. ``kind`` is
    ``equalizer`` (alpha = 0: the other's payoff is fixed), ``own payoff`` (beta = 0), ``extortionate``, ``generous``
    or ``linear``. ``phi`` is the scale of a constructed strategy and ``phi_range`` all that are feasible, zero
    excepted. With symbols ``conditions`` says where the formulas are probabilities.
    """

    stage: Any
    player: int
    strategy: MemoryOne
    alpha: Any
    beta: Any
    gamma: Any
    kind: str
    discount_factor: Any = None
    phi: Any = None
    phi_range: tuple[Any, Any] | None = None
    conditions: tuple[Any, ...] = ()

    @property
    def chi(self) -> Any:
        """The slope: own payoff above its baseline, per unit of the other's; None for an equalizer."""
        return None if self.alpha == 0 else -self.beta / self.alpha

    @property
    def fixed(self) -> Any:
        """What an equalizer gives the other; None for other kinds."""
        return -self.gamma / self.beta if self.alpha == 0 else None

    def residual(self, payoffs: Sequence[Any]) -> Any:
        """Return ``alpha * own + beta * other + gamma`` at a payoff pair in player order; 0 on the line."""
        return self.alpha * payoffs[self.player] + self.beta * payoffs[1 - self.player] + self.gamma

    def explain(self) -> list[str]:
        """Return the relation in plain sentences."""
        own, other = self.stage.players[self.player], self.stage.players[1 - self.player]
        if self.alpha == 0:
            lines = [f"{own} fixes the payoff of {other} at {plain(self.fixed)}, whatever {other} does."]
        elif self.beta == 0:
            lines = [f"{own} fixes its own payoff at {plain(-self.gamma / self.alpha)}, whatever {other} does."]
        else:
            base = -self.gamma / self.alpha
            symbolic = bool(getattr(base, "free_symbols", None))
            sign, size = (" + ", base) if symbolic or base > 0 else (" - ", -base)
            tail = "" if base == 0 else f"{sign}{text(size)}"
            lines = [f"Payoffs lie on the line: payoff of {own} = {text(self.chi)} * payoff of {other}{tail}."]
            if self.kind == "extortionate":
                lines.append(f"Above mutual defection {own} takes {text(self.chi)} for each 1 that {other} gains.")
            if self.kind == "generous":
                lines.append(f"Below mutual cooperation {own} loses {text(self.chi)} for each 1 that {other} loses.")
        if self.conditions:
            lines.append(f"A strategy exactly where {' and '.join(map(text, self.conditions))}.")
        if self.phi_range is not None:
            low, high = (plain(each) for each in self.phi_range)
            lines.append(f"phi = {plain(self.phi)}; feasible from {low} to {high}, 0 excepted.")
        return lines

    def to_json(self) -> dict[str, Any]:
        """Return strategy and relation as JSON values."""
        bounds = None if self.phi_range is None else [number_to_json(each) for each in self.phi_range]
        return {
            "player": self.stage.players[self.player],
            "after": [json_value(each) for each in self.strategy.after],
            "first": json_value(self.strategy.first),
            "alpha": json_value(self.alpha),
            "beta": json_value(self.beta),
            "gamma": json_value(self.gamma),
            "kind": self.kind,
            "chi": json_value(self.chi),
            "phi": json_value(self.phi),
            "phi_range": bounds,
            "conditions": [text(each) for each in self.conditions],
        }

    def table(self) -> Table:
        """Return the strategy with what it enforces."""
        rows = tuple((f"after {what}", text(p)) for what, p in zip(OUTCOMES, self.strategy.after, strict=True))
        return Table(
            f"{self.kind} zero-determinant strategy",
            ("C is played", "probability"),
            (*rows, ("at the start", plain(self.strategy.first))),
            tuple(self.explain()),
        )


def zero_determinant(
    stage: NormalFormGame,
    strategy: MemoryOne | str | Sequence[object],
    player: int | str = 0,
    discount_factor: object | None = None,
) -> ZeroDeterminant | None:
    """Return the linear relation that a given strategy enforces, or None if it enforces none.

    Exact: the strategy's vector is tested for lying in the span of both payoff vectors and a constant. The
    strategy that repeats its own last move, (1, 1, 0, 0), has the zero vector and enforces none. Where the payoff
    vectors are dependent, the relation that leaves out the other's payoff, if possible, is returned.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> zero_determinant(g, "tit_for_tat").explain()
    ['Payoffs lie on the line: payoff of 1 = 1 * payoff of 2.']
    >>> zero_determinant(g, "win_stay_lose_shift") is None
    True
    """
    who, own, other = seen_by(stage, player)
    if is_symbolic(stage):
        raise UsageError("found a game with formulas as payoffs; expected numbers, as from game.at(...)")
    given = MemoryOne.of(strategy)
    if given.arithmetic != "exact":
        raise UsageError(f"found {given.arithmetic} probabilities; expected exact ones, such as '8/9'")
    delta = Fraction(1) if discount_factor is None else probability(discount_factor, "of another round")
    vector = [delta * p + (1 - delta) * given.first - repeat for p, repeat in zip(given.after, REPEAT, strict=True)]
    if not any(vector):
        return None
    one = [Fraction(1)] * 4
    for mine, theirs in ((own, None), (None, other), (own, other)):
        basis = [each for each in (mine, theirs, one) if each is not None]
        weights = _combination(basis, vector)
        if weights is None:
            continue
        parts = iter(weights)
        alpha = next(parts) if mine is not None else Fraction(0)
        beta = next(parts) if theirs is not None else Fraction(0)
        gamma = next(parts)
        if alpha == beta == 0:  # a constant vector: no relation between payoffs
            continue
        kind = _kind(own, other, alpha, beta, gamma)
        return ZeroDeterminant(stage, who, given, alpha, beta, gamma, kind, discount_factor and delta)
    return None


def seen_by(stage: NormalFormGame, player: int | str) -> tuple[int, list[Fraction], list[Fraction]]:
    """Return the player's index, own payoffs and the other's after CC, CD, DC, DD, own move first."""
    check_stage(stage)
    if getattr(stage, "arithmetic", "exact") != "exact":
        raise UsageError("found a game with float payoffs; expected exact payoffs")
    if isinstance(player, str) and player not in stage.players:
        raise UsageError(f"unknown player {player!r}; expected one of {', '.join(stage.players)}")
    who = stage.players.index(player) if isinstance(player, str) else int(player)
    if who not in (0, 1):
        raise UsageError(f"found player {player}; expected 0 or 1")
    cells = [(0, 0), (0, 1), (1, 0), (1, 1)] if who == 0 else [(0, 0), (1, 0), (0, 1), (1, 1)]
    own = [stage.payoffs[(who, *cell)] for cell in cells]
    return who, own, [stage.payoffs[(1 - who, *cell)] for cell in cells]


def is_symbolic(stage: Any) -> bool:
    """Return whether the payoffs are formulas: those of a :class:`SymbolicGame`."""
    return not hasattr(stage, "arithmetic")


def _combination(basis: list[list[Fraction]], vector: list[Fraction]) -> list[Fraction] | None:
    """Return weights with which the basis adds up to the vector, free ones 0, or None if there are none."""
    from flint import fmpq, fmpq_mat

    columns = [*basis, vector]
    entries = [fmpq(column[k].numerator, column[k].denominator) for k in range(4) for column in columns]
    reduced, rank = fmpq_mat(4, len(columns), entries).rref()
    weights = [Fraction(0)] * len(basis)
    for row in range(rank):
        lead = next(k for k in range(len(columns)) if reduced[row, k] != 0)
        if lead == len(basis):
            return None
        last = reduced[row, len(basis)]
        weights[lead] = fraction_of(last)
    return weights


def _kind(own: list[Fraction], other: list[Fraction], alpha: Any, beta: Any, gamma: Any) -> str:
    if alpha == 0:
        return "equalizer"
    if beta == 0:
        return "own payoff"
    if -beta / alpha > 1:
        if alpha * own[3] + beta * other[3] + gamma == 0:
            return "extortionate"
        if alpha * own[0] + beta * other[0] + gamma == 0:
            return "generous"
    return "linear"
