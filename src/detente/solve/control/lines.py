r"""Problems with finitely many actions, a flow that is affine in the state and a law in proportion to it.

With the flow ``state*f(a) + h(a)`` and the law ``state*g(a)``, every sequence of actions is worth an affine function of
the first state, and the value is the upper envelope of such lines: convex and piecewise linear. The search starts from
the lines of keeping one action for ever and puts actions in front (value iteration on lines). When another step adds
nothing to the envelope over all states of the interval, the envelope satisfies the Bellman equation

.. math:: V(D) = \max_a \big( D f(a) + h(a) + \delta V(D g(a)) \big)

there, and a bounded solution of that equation is the value (Blackwell 1965): the end of the search is the proof.
:func:`largest_gain` then checks the equation once more on the finished pieces, without the search.

A cost that is paid for an action whatever the state makes the best action change at thresholds. With two actions,
"press" and "wait", and a state that falls, faster under pressure, one presses while the state is above a threshold and
waits ever after. Let waiting for ever be worth ``w D``. To press once and then wait for ever gains ``m D - k`` with
``m`` the gain per unit and ``k`` the cost. Of two neighboring periods of pressing and waiting, pressing first is better
by ``(1 - d g)(m D - k) + k d (1 - g)``, with ``g`` the growth under waiting, so it is where ``m D >= k``; and the last
time of pressing pays exactly there. So all periods of pressure come first, and the threshold is ``k/m``.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.errors import NotConverged, UsageError
from detente.games.control import STATE
from detente.games.symbolic import symbol
from detente.solve.control._balls import PRECISIONS, Undecided, ball, number_of, sign, value_of, working_precision
from detente.solve.control.control_result import ControlResult, Piece

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.control import ControlGame

__all__ = ["Act", "Line", "acts_of", "largest_gain", "lines"]

#: Steps of the search at most, and lines on the envelope at most.
STEPS = 2000
#: Periods of the path that are computed for reading.
_PATH = 60


@dataclass(frozen=True)
class Act:
    """An action with what it earns per unit of the state and besides, and the growth of the state under it."""

    action: Any
    per_unit: Any
    fixed: Any
    growth: Any


@dataclass(frozen=True)
class Line:
    """A sequence of actions (indices; the last is kept for ever) and what it is worth: ``slope*state + constant``."""

    word: tuple[int, ...]
    slope: Any
    constant: Any

    def at(self, state: Any) -> Any:
        """Return what the sequence is worth from a state on."""
        return self.slope * state + self.constant


def acts_of(flow: Any, law: Any, action: str, choices: Sequence[Any]) -> tuple[Act, ...] | None:
    """Return every action with its numbers, or None where flow or law are of another kind.

    Examples
    --------
    >>> from detente.games.control import ControlGame
    >>> game = ControlGame("state*(1/25 + p/7) - p/100", "state*(9/10 - p/10)", {"p": [0, 1]}, "19/20", 1)
    >>> acts_of(game.flow, game.law, "p", game.choices)[1]
    Act(action=Fraction(1, 1), per_unit=32/175, fixed=-1/100, growth=4/5)
    """
    import sympy

    state, act = symbol(STATE), symbol(action)
    found = []
    for each in choices:
        number = sympy.Rational(each.numerator, each.denominator) if isinstance(each, Fraction) else each
        try:
            here = sympy.Poly(flow.xreplace({act: number}), state)
            ahead = sympy.Poly(law.xreplace({act: number}), state)
        except sympy.PolynomialError:
            return None
        if here.degree() > 1 or ahead.degree() > 1 or ahead.coeff_monomial(1) != 0:
            return None
        numbers = (here.coeff_monomial(state), here.coeff_monomial(1), ahead.coeff_monomial(state))
        if any(other.free_symbols & {state, act} for other in numbers):
            return None
        found.append(Act(each, *numbers))
    return tuple(found)


def lines(game: ControlGame, acts: tuple[Act, ...]) -> ControlResult:
    """Solve a problem with finitely many actions exactly, over all states of its interval.

    Raises
    ------
    UsageError
        If the state may leave the interval.
    NotConverged
        If the envelope is not complete after 2,000 steps.
    """
    if game.arithmetic == "exact":
        return _Search(game, acts, Fraction(0)).run()
    for bits in PRECISIONS:
        with working_precision(bits):
            try:
                return _Search(game, acts, ball(0), last=bits == PRECISIONS[-1]).run()
            except Undecided:
                continue
    raise AssertionError


class _Search:
    """Value iteration on lines, in Fractions or in balls."""

    def __init__(self, game: ControlGame, acts: tuple[Act, ...], zero: Any, last: bool = False) -> None:
        self.game, self.last = game, last
        exactly = isinstance(zero, Fraction)
        self.number = number_of if exactly else ball
        self.acts = tuple(
            Act(each.action, *(self.number(x) for x in (each.per_unit, each.fixed, each.growth))) for each in acts
        )
        self.delta = self.number(game.discount_factor)
        self.low, self.high = (self.number(each) for each in game.interval)
        self.start = self.number(game.start)
        self.tied = False
        for each in self.acts:
            if self.sign(each.growth) < 0 or self.sign(each.growth - 1) > 0:
                raise UsageError(
                    "found a law of motion that grows or turns negative; expected a state that falls or stays"
                )
            if self.sign(self.low) > 0 and self.sign(each.growth - 1) < 0:
                raise UsageError("found states that fall below the interval; expected an interval from 0")

    def sign(self, value: Any) -> int:
        """Return a sign; at the last precision a number that cannot be told from 0 counts as 0."""
        try:
            return sign(value)
        except Undecided:
            if not self.last:
                raise
            self.tied = True
            return 0

    def run(self) -> ControlResult:
        if self.game.horizon is not None:
            envelope = [Line((), 0 * self.delta, 0 * self.delta)]
            gap = 0 * self.delta
            for _ in range(self.game.horizon):
                ahead = envelope
                envelope = self.envelope([self.longer(a, line) for a in range(len(self.acts)) for line in ahead])
                gap = self.larger(gap, self.gain(envelope, ahead))
            return self.result(envelope, gap)
        envelope = self.envelope([self.kept(a) for a in range(len(self.acts))])
        for _ in range(STEPS):
            longer = [self.longer(a, line) for a in range(len(self.acts)) for line in envelope]
            after = self.envelope(self.distinct([*envelope, *longer]))
            if [each.word for each in after] == [each.word for each in envelope]:
                return self.result(envelope, self.gain(envelope, envelope))
            envelope = after
            if len(envelope) > STEPS:
                break
        raise NotConverged(f"the envelope is not complete after {STEPS} steps", [each.word for each in envelope], None)

    def kept(self, a: int) -> Line:
        """Return the line of one action for ever."""
        act = self.acts[a]
        return Line((a,), act.per_unit / (1 - self.delta * act.growth), act.fixed / (1 - self.delta))

    def longer(self, a: int, line: Line) -> Line:
        """Return the line with an action in front."""
        act = self.acts[a]
        word = line.word if self.game.horizon is None and line.word == (a,) else (a, *line.word)
        return Line(word, act.per_unit + self.delta * act.growth * line.slope, act.fixed + self.delta * line.constant)

    def distinct(self, given: list[Line]) -> list[Line]:
        return list({each.word: each for each in reversed(given)}.values())[::-1]

    def envelope(self, given: list[Line]) -> list[Line]:
        """Return the lines that are greatest somewhere in the interval, by rising slope; of equal ones the first.

        The greatest line at the low end comes first; from there on the next is the one that overtakes first.
        """
        best = given[0]
        for each in given[1:]:
            gap = self.sign(each.at(self.low) - best.at(self.low)) if each.word != best.word else 0
            if gap > 0 or (gap == 0 and each.word != best.word and self.sign(each.slope - best.slope) > 0):
                best = each
        found, at = [best], self.low
        while True:
            ahead: tuple[Any, Line] | None = None
            for each in given:
                if each.word == found[-1].word or self.sign(rise := each.slope - found[-1].slope) <= 0:
                    continue
                crossing = (found[-1].constant - each.constant) / rise
                if self.sign(crossing - self.high) >= 0:
                    continue
                order = 1 if ahead is None else self.sign(ahead[0] - crossing)
                if order > 0 or (order == 0 and ahead is not None and self.sign(each.slope - ahead[1].slope) > 0):
                    ahead = (crossing, each)
            if ahead is None:
                return found
            at = ahead[0]
            if self.sign(at - self.low) <= 0:
                found[-1] = ahead[1]
            else:
                found.append(ahead[1])

    def cuts(self, envelope: list[Line]) -> list[Any]:
        """Return the ends of the pieces."""
        inner = [(a.constant - b.constant) / (b.slope - a.slope) for a, b in pairwise(envelope)]
        return [self.low, *inner, self.high]

    def gain(self, envelope: list[Line], ahead: list[Line]) -> Any:
        """Return the most that one action gains over an envelope, the other one being the value of the next state."""
        now, then = (envelope, self.cuts(envelope)), (ahead, self.cuts(ahead))
        return largest_gain(self.acts, self.delta, now, then, self.sign)

    @staticmethod
    def larger(a: Any, b: Any) -> Any:
        return max(a, b) if isinstance(a, Fraction) else a.max(b)

    def result(self, envelope: list[Line], gap: Any) -> ControlResult:
        cuts = self.cuts(envelope)
        shown = self.shown
        pieces = tuple(
            Piece(
                shown(low), shown(high), number_of(self.acts[line.word[0]].action), shown(line.slope),
                shown(line.constant), _kept_for(line.word, self.game.horizon),
            )
            for line, (low, high) in zip(envelope, pairwise(cuts), strict=True)
        )  # fmt: skip
        changes = tuple(
            shown(cut)
            for (one, other), cut in zip(pairwise(envelope), cuts[1:-1], strict=True)
            if one.word[0] != other.word[0]
        )
        first = envelope[0]
        for line, cut in zip(envelope, cuts[:-1], strict=True):
            if self.sign(self.start - cut) >= 0:
                first = line
        acts = [each.action for each in self.acts]
        state, path = float(self.game.start), []
        horizon = self.game.horizon or _PATH
        for k in range(min(horizon, _PATH)):
            a = first.word[min(k, len(first.word) - 1)]
            path.append((state, float(acts[a])))
            growth = self.acts[a].growth
            state *= float(growth if isinstance(growth, Fraction) else growth.mid())
        exactly = isinstance(self.delta, Fraction)
        notes = ("Numbers that agree to 600 digits are taken as equal.",) if self.tied else ()
        how = "backward recursion on lines" if self.game.horizon else "value iteration on lines, complete"
        return ControlResult(
            self.game, pieces, shown(first.at(self.start)), changes, tuple(path), how,
            "exact" if exactly else "enclosed", shown(gap), notes=notes,
        )  # fmt: skip

    def shown(self, value: Any) -> Any:
        return value if isinstance(value, Fraction) else value_of(value)


def _kept_for(word: tuple[int, ...], horizon: int | None) -> int | None:
    """Return for how many periods the first action of a sequence is kept, None for ever."""
    count = next((k for k, each in enumerate(word) if each != word[0]), len(word))
    return None if horizon is None and count == len(word) else count


def largest_gain(
    acts: Sequence[Act],
    delta: Any,
    now: tuple[Sequence[Line], Sequence[Any]],
    then: tuple[Sequence[Line], Sequence[Any]],
    sign_of: Any,
) -> Any:
    """Return the most that one action, once, gains anywhere over a value given by pieces: lines and their ends.

    ``then`` is the value from the next period on. The gain of an action over the pieces is affine between the states
    at which the piece of the state, or that of the next state, changes; so it is looked at there. The first action of
    every piece has the gain 0.
    """

    def value(of: tuple[Sequence[Line], Sequence[Any]], state: Any) -> Any:
        envelope, cuts = of
        found = envelope[0]
        for line, cut in zip(envelope, cuts[:-1], strict=True):
            if sign_of(state - cut) >= 0:
                found = line
        return found.at(state)

    worst = 0 * delta
    ends = now[1]
    for act in acts:
        states = list(ends)
        if sign_of(act.growth) > 0:
            states += [each for cut in then[1] if sign_of((each := cut / act.growth) - ends[-1]) < 0]
        for state in states:
            gain = act.per_unit * state + act.fixed + delta * value(then, act.growth * state) - value(now, state)
            worst = max(worst, gain) if isinstance(gain, Fraction) else worst.max(gain)
    return worst
