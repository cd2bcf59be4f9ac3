"""Zero-determinant strategies of any 2x2 game: extortionate, generous, equalizers, with their exact ranges.

Two families take a baseline payoff pair (k, k') and a slope chi and enforce ``s - k = chi * (s' - k')`` between own and
other's long-run payoffs. With the payoffs of mutual defection as baseline and chi > 1 they extort (Press and Dyson
2012); with those of mutual cooperation they are generous (Stewart and Plotkin 2013). Equalizers fix the other's
payoff. Games with formulas as payoffs give formulas, with the conditions under which they are probabilities.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import UsageError
from detente.formula import symbol
from detente.numbers import exact, plain
from detente.solve.memory_one.linear_relation import REPEAT, ZeroDeterminant, is_symbolic, seen_by
from detente.solve.memory_one.strategy import MemoryOne

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = [
    "chi_range",
    "equalizer",
    "extortionate",
    "generous",
    "phi_range",
    "target_range",
]

Range = tuple[Any, Any]


def extortionate(
    stage: NormalFormGame, chi: object, phi: object | None = None, player: int | str = 0, first: object = 0
) -> ZeroDeterminant:
    """Return the strategy that takes ``chi`` times the other's gain over mutual defection.

    Parameters
    ----------
    chi : number
        The slope; 1 is the fair one (tit for tat where phi is largest in the usual prisoner's dilemma).
    phi : number, optional
        The scale, within :func:`phi_range`; by default half of the largest.
    first : probability
        Of C in the first round, which changes no long-run payoff that the relation fixes.

    Raises
    ------
    UsageError
        If no strategy enforces this, with the ranges that are feasible.

    Examples
    --------
    Press and Dyson's extortion factor 3:

    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> [str(p) for p in extortionate(g, 3).strategy.after], str(extortionate(g, 3).phi_range[1])
    (['11/13', '1/2', '7/26', '0'], '1/13')
    """
    return _on_line(stage, player, chi, phi, first, "extortionate")


def generous(
    stage: NormalFormGame, chi: object, phi: object | None = None, player: int | str = 0, first: object = 1
) -> ZeroDeterminant:
    """Return the strategy that bears ``chi`` times the other's loss against mutual cooperation.

    Parameters and errors are those of :func:`extortionate`.

    References
    ----------
    A. J. Stewart and J. B. Plotkin (2013), "From extortion to generosity, evolution in the Iterated Prisoner's
    Dilemma", PNAS 110, 15348-15353.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> [str(p) for p in generous(g, 2).strategy.after]
    ['1', '9/16', '1/2', '1/8']
    """
    return _on_line(stage, player, chi, phi, first, "generous")


def equalizer(
    stage: NormalFormGame, payoff: object, phi: object | None = None, player: int | str = 0, first: object = 1
) -> ZeroDeterminant:
    """Return the strategy that fixes the other's long-run payoff, whatever the other does.

    Raises
    ------
    UsageError
        If no strategy enforces this payoff, with the range that is feasible.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> equalizer(g, 2).explain()[0]
    '1 fixes the payoff of 2 at 2, whatever 2 does.'
    """
    who, _, other = seen_by(stage, player)
    target = _number(stage, payoff)
    direction = [each - target for each in other]
    if is_symbolic(stage):
        scale = _number(stage, phi)
        strategy, conditions = _formulas(direction, scale, first)
        return ZeroDeterminant(
            stage, who, strategy, 0 * scale, scale, -scale * target, "equalizer", phi=scale, conditions=conditions
        )
    if not any(direction):
        raise UsageError(f"the payoff of {stage.players[1 - who]} is {plain(target)} whatever anybody plays")
    bounds = _phi_bounds(direction)
    if bounds is None:
        low_high = target_range(stage, player)
        shown = "no payoff" if low_high is None else f"a payoff from {plain(low_high[0])} to {plain(low_high[1])}"
        raise UsageError(
            f"no strategy of {stage.players[who]} fixes the payoff of {stage.players[1 - who]} at {plain(target)}; "
            f"expected {shown}"
        )
    scale = _scale(phi, bounds)
    strategy = MemoryOne(_after(direction, scale), first)
    return ZeroDeterminant(
        stage, who, strategy, Fraction(0), scale, -scale * target, "equalizer", phi=scale, phi_range=bounds
    )


def phi_range(stage: NormalFormGame, chi: object, kind: str = "extortionate", player: int | str = 0) -> Range | None:
    """Return the least and greatest scale for a slope, one of them 0, which is excluded; None if there is none."""
    _, own, other = seen_by(stage, player)
    return _phi_bounds(_direction(own, other, exact(chi), kind))


def chi_range(stage: NormalFormGame, kind: str = "extortionate", player: int | str = 0) -> tuple[Range, ...]:
    """Return the closed intervals of slopes that some strategy enforces; None stands for an infinite end.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> [[str(end) for end in each] for each in chi_range(g)]
    [['None', '-4'], ['1', 'None']]
    """
    _, own, other = seen_by(stage, player)
    base = _baseline(kind)
    mine, theirs = [each - own[base] for each in own], [each - other[base] for each in other]
    found = []
    for sign in (1, -1):
        # sign * (mine - chi * theirs) <= 0 after C, >= 0 after D
        low: Any = None
        high: Any = None
        possible = True
        for k in range(4):
            side = sign if REPEAT[k] else -sign
            a, b = side * mine[k], side * theirs[k]  # a <= chi * b
            if b == 0:
                possible = possible and a <= 0
            elif b > 0:
                low = a / b if low is None else max(low, a / b)
            else:
                high = a / b if high is None else min(high, a / b)
        if possible and (low is None or high is None or low <= high):
            found.append((low, high))
    return tuple(sorted(found, key=lambda each: (each[0] is not None, each[0] or 0)))


def target_range(stage: NormalFormGame, player: int | str = 0) -> Range | None:
    """Return the least and greatest payoff that a player can fix for the other; None if there is none."""
    _, _, other = seen_by(stage, player)
    after_c, after_d = other[:2], other[2:]
    for low, high in ((max(after_d), min(after_c)), (max(after_c), min(after_d))):
        if low <= high:
            return low, high
    return None


def _number(stage: Any, given: object) -> Any:
    """Return a slope, payoff or scale: exact, or with a symbolic stage a formula of any names."""
    if not is_symbolic(stage):
        return exact(given)
    import sympy

    if given is None:
        raise UsageError("found no phi; a game with formulas needs one, as in phi='phi'")
    if getattr(given, "free_symbols", None):
        return given
    if isinstance(given, str) and any(letter.isalpha() for letter in given):
        parsed = formula.parse(given)
        return parsed.to_sympy({name: symbol(name) for name in parsed.names})
    value = exact(given)
    return sympy.Rational(value.numerator, value.denominator)


def _formulas(direction: Sequence[Any], scale: Any, first: object) -> tuple[MemoryOne, tuple[Any, ...]]:
    """Return the strategy with formulas and the conditions under which they are probabilities."""
    import sympy

    after: list[Any] = [sympy.factor(each) for each in _after(direction, scale)]
    symbolic = [each for each in after if each.free_symbols]
    conditions = [condition for each in symbolic for condition in (each >= 0, each <= 1)]
    return MemoryOne(tuple(after), first), tuple(each for each in conditions if each not in (True, sympy.true))


def _baseline(kind: str) -> int:
    known = {"extortionate": 3, "generous": 0}
    if kind not in known:
        raise UsageError(f"unknown kind {kind!r}; expected one of {', '.join(known)}")
    return known[kind]


def _direction(own: list[Fraction], other: list[Fraction], chi: Fraction, kind: str) -> list[Fraction]:
    base = _baseline(kind)
    return [mine - own[base] - chi * (theirs - other[base]) for mine, theirs in zip(own, other, strict=True)]


def _phi_bounds(direction: Sequence[Fraction]) -> Range | None:
    """Return the interval of scales for which (1, 1, 0, 0) + phi * direction has entries from 0 to 1."""
    if not any(direction):
        return None
    low: Any = None
    high: Any = None
    for step, repeat in zip(direction, REPEAT, strict=True):
        if step == 0:
            continue
        ends = sorted((-repeat / step, (1 - repeat) / step))
        low = ends[0] if low is None else max(low, ends[0])
        high = ends[1] if high is None else min(high, ends[1])
    return (low, high) if low < high else None


def _scale(phi: object | None, bounds: Range) -> Fraction:
    low, high = bounds
    if phi is None:
        return Fraction(low + high) / 2  # one end is 0
    scale = exact(phi)
    if not low <= scale <= high or scale == 0:
        raise UsageError(f"found phi {plain(scale)}; expected a number from {plain(low)} to {plain(high)}, not 0")
    return scale


def _after(direction: Sequence[Fraction], scale: Fraction) -> tuple[Fraction, ...]:
    return tuple(repeat + scale * step for repeat, step in zip(REPEAT, direction, strict=True))


def _on_line(
    stage: NormalFormGame, player: int | str, chi: object, phi: object | None, first: object, kind: str
) -> ZeroDeterminant:
    who, own, other = seen_by(stage, player)
    slope = _number(stage, chi)
    direction = _direction(own, other, slope, kind)
    base = _baseline(kind)
    if is_symbolic(stage):
        scale = _number(stage, phi)
        gamma = -scale * (own[base] - slope * other[base])
        formulas, conditions = _formulas(direction, scale, first)
        return ZeroDeterminant(
            stage, who, formulas, scale, -scale * slope, gamma, kind, phi=scale, conditions=conditions
        )
    if not any(direction):
        raise UsageError(f"payoffs of both players lie on the line of slope {plain(slope)} whatever anybody plays")
    bounds = _phi_bounds(direction)
    if bounds is None:
        shown = " or ".join(_interval(each) for each in chi_range(stage, kind, player)) or "none in this game"
        raise UsageError(
            f"no {kind} strategy of {stage.players[who]} has the slope {plain(slope)}; feasible slopes: {shown}"
        )
    scale = _scale(phi, bounds)
    gamma = -scale * (own[base] - slope * other[base])
    strategy = MemoryOne(_after(direction, scale), first)
    return ZeroDeterminant(stage, who, strategy, scale, -scale * slope, gamma, kind, phi=scale, phi_range=bounds)


def _interval(ends: Range) -> str:
    low, high = ends
    if low is None or high is None:
        return "any" if low == high else f"at least {plain(low)}" if high is None else f"at most {plain(high)}"
    return f"from {plain(low)} to {plain(high)}"
