r"""One-shot deviations from an automaton as polynomials in the discount factor.

Where the next state follows from what was played, play from a state ``w`` runs through finitely many states and then
in a circle of some length ``L``. The discounted sum of payoffs is then a polynomial over :math:`1 - \delta^L`, and
so is what a deviation gains,

.. math:: D = u_i(b, f_{-i}(w)) + \delta V_i(t) - V_i(w), \qquad V_i(w) = \sum_k \delta^k u_i(f(w_k)),

with ``t`` the state after ``b``. All of it is linear in the payoffs of the stage game: a deviation is held as one
polynomial in :math:`\delta` with rational coefficients for each payoff, so that the same deviation serves for numbers
and for formulas. Factors that have no root in (0, 1) are taken out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import gcd, lcm
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.games.rational import fast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.games.normal import Profile
    from detente.solve.repeated.one_shot import Plan

__all__ = ["Comparison", "LinearForm", "comparisons", "deviations", "payoff_polynomial"]

#: Polynomials in delta by stage payoff, of one player.
LinearForm = dict["Profile", Any]


@dataclass(frozen=True)
class Comparison:
    """What ``player`` gains by ``action`` (an index) in a state, times a positive number: a form in the payoffs."""

    player: int
    state: Any
    action: int
    form: LinearForm


def deviations(plan: Plan, shape: tuple[int, ...]) -> Iterator[Comparison]:
    """Yield every one-shot deviation from an automaton in a stage game of the given shape.

    Raises
    ------
    UsageError
        If a state that mixes leads to more than one state.
    """
    run = _Run(plan, shape)
    for state in plan.states:
        for player in range(len(shape)):
            support = [action for action, _ in run.played[state][player]]
            for action in range(shape[player]):
                if [action] == support:
                    continue
                pay, after = run.step(state, player, action)
                yield Comparison(player, state, action, run.gain(state, pay, after))


def comparisons(plan: Plan, shape: tuple[int, ...]) -> Iterator[tuple[Any, Any, LinearForm]]:
    """Yield for each two states what the first is worth above the second: states, and a form in payoffs.

    The form is the difference of discounted sums times a positive number, the same for every player.
    """
    run = _Run(plan, shape)
    for index, first in enumerate(plan.states):
        for second in plan.states[index + 1 :]:
            yield first, second, run.difference(first, second)


def payoff_polynomial(form: LinearForm, payoffs: Mapping[Profile, Any]) -> Any:
    """Return the form at exact payoffs as a polynomial of FLINT."""
    from flint import fmpq_poly

    total = fmpq_poly([0])
    for cell, polynomial in form.items():
        total += polynomial * fast(payoffs[cell])
    return total


class _Run:
    """Paths of play of an automaton, and sums along them."""

    def __init__(self, plan: Plan, shape: tuple[int, ...]) -> None:
        self.plan, self.shape = plan, shape
        self.played = {state: _supports(plan.output[state]) for state in plan.states}
        self.cells: dict[Any, dict[Profile, Any]] = {}
        self.after: dict[Any, Any] = {}
        for state in plan.states:
            self.cells[state], self.after[state] = self._lottery(state, self.played[state])
        self.paths: dict[Any, tuple[list[Any], int]] = {}

    def _lottery(self, state: Any, supports: list[list[tuple[int, Any]]]) -> tuple[dict[Profile, Any], Any]:
        """Return the chances of the cells, and the one state that follows."""
        from flint import fmpq

        cells: dict[Profile, Any] = {}
        reached: list[Any] = []
        for choice in product(*supports):
            profile = tuple(action for action, _ in choice)
            chance = fmpq(1)
            for _, weight in choice:
                chance *= fast(weight)
            cells[profile] = cells.get(profile, fmpq(0)) + chance
            after = self.plan.transition(state, profile)
            if after not in reached:
                reached.append(after)
        if len(reached) > 1:
            raise UsageError(
                f"state {state!r} mixes and leads to {reached[0]!r} or {reached[1]!r} by chance; "
                "expected one next state whatever a mixture brings"
            )
        return cells, reached[0]

    def step(self, state: Any, player: int, action: int) -> tuple[dict[Profile, Any], Any]:
        """Return what a deviation brings in the period, and the state that follows."""
        supports = [own if k != player else [(action, 1)] for k, own in enumerate(self.played[state])]
        return self._lottery(state, supports)

    def path(self, state: Any) -> tuple[list[Any], int]:
        """Return the states from one on until they repeat, and where the circle begins."""
        if state not in self.paths:
            seen: dict[Any, int] = {}
            here = state
            while here not in seen:
                seen[here] = len(seen)
                here = self.after[here]
            self.paths[state] = list(seen), seen[here]
        return self.paths[state]

    def circle(self, state: Any) -> int:
        """Return the length of the circle in which play from a state ends."""
        listed, start = self.path(state)
        return len(listed) - start

    def value(self, state: Any, length: int) -> LinearForm:
        """Return the discounted sum from a state on, times ``1 - delta**length``, a multiple of its circle."""
        from flint import fmpq_poly

        listed, start = self.path(state)
        size = len(listed) - start
        total: LinearForm = {}

        def add(at: Any, powers: Any) -> None:
            for cell, chance in self.cells[at].items():
                total[cell] = total.get(cell, fmpq_poly([0])) + powers * chance

        whole = _power(0) - _power(length)
        for k, at in enumerate(listed):
            if k < start:
                add(at, _power(k) * whole)
            else:
                add(at, sum((_power(k + turn * size) for turn in range(length // size)), start=fmpq_poly([0])))
        return total

    def gain(self, state: Any, pay: dict[Profile, Any], after: Any) -> LinearForm:
        """Return what a deviation gains, times a positive number."""
        length = lcm(self.circle(state), self.circle(after))
        total = {cell: chance * (_power(0) - _power(length)) for cell, chance in pay.items()}
        for cell, polynomial in self.value(after, length).items():
            total[cell] = total.get(cell, 0 * _power(0)) + polynomial * _power(1)
        for cell, polynomial in self.value(state, length).items():
            total[cell] = total.get(cell, 0 * _power(0)) - polynomial
        return _reduced(total)

    def difference(self, first: Any, second: Any) -> LinearForm:
        """Return what one state is worth above another, times a positive number."""
        length = lcm(self.circle(first), self.circle(second))
        total = self.value(first, length)
        for cell, polynomial in self.value(second, length).items():
            total[cell] = total.get(cell, 0 * _power(0)) - polynomial
        return _reduced(total)


def _power(k: int) -> Any:
    from flint import fmpq_poly

    return fmpq_poly([0] * k + [1])


def _supports(output: Any) -> list[list[tuple[int, Any]]]:
    return [
        [(own, 1)] if isinstance(own, int) else [(action, weight) for action, weight in enumerate(own) if weight > 0]
        for own in output
    ]


def _reduced(form: LinearForm) -> LinearForm:
    """Return a form without zeros, divided by common factors that do not vanish in (0, 1)."""
    from flint import fmpq, fmpq_poly

    from detente.solve.parametric.real_roots import polynomial_roots

    kept = {cell: polynomial for cell, polynomial in form.items() if polynomial != 0}
    common = fmpq_poly([0])
    for polynomial in kept.values():
        common = common.gcd(polynomial)
    if not kept:
        return kept
    divisor = fmpq_poly([1])
    for factor, times in common.factor()[1] if common.degree() > 0 else ():
        if any(root.side(0) > 0 and root.side(1) < 0 for root in polynomial_roots(factor)):  # type: ignore[arg-type]
            continue
        positive = factor if factor(fmpq(1, 2)) > 0 else -factor
        divisor *= positive**times
    # numbers without a common factor read best
    contents = [(polynomial / divisor) for polynomial in kept.values()]
    scale = fmpq(lcm(*(int(each.denom()) for each in contents)))
    numerators = [int(number.p) for each in contents for number in (each * scale).coeffs()]

    scale /= gcd(*numerators)
    return {cell: each * scale for cell, each in zip(kept, contents, strict=True)}
