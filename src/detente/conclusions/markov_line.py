"""Thresholds of stochastic games: where along one parameter the equilibrium that is shown first gives way to another.

For an equilibrium, the gains of all one-shot deviations are expressions of the parameter; their signs are constant
between neighboring roots, so a plan that is an equilibrium at one point of a piece is one throughout. The line is cut
where a plan that was met begins or ceases to be an equilibrium, and one point of each piece is solved exactly, until no
new plan appears: then the places where the plan, and what is asked of its path, changes are exact roots.
"""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.conclusions.thresholds import Threshold, Thresholds
from detente.errors import UsageError, did_you_mean
from detente.numbers import short
from detente.solve.parametric.line_signs import LineSigns
from detente.solve.stochastic._classes import pure_parts
from detente.solve.stochastic.clear_play import ClearPlay, behavior_of
from detente.solve.stochastic.incentives import plan_values, profile_played, state_gains
from detente.solve.stochastic.markov_perfect import markov_perfect
from detente.solve.stochastic.markov_result import described

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from detente.games.normal import Profile
    from detente.games.stochastic import State, StochasticGame
    from detente.games.symbolic_stochastic import SymbolicStochasticGame
    from detente.solve.parametric.real_roots import Root
    from detente.solve.stochastic.incentives import Plan
    from detente.solve.stochastic.markov_result import MarkovEquilibrium, Path

__all__ = ["markov_thresholds", "nearest_changes", "plan_of", "policy_thresholds"]

#: A one-shot deviation: what it gains, the state, the profile with it and without it.
_Deviation = tuple[Any, "State", "Profile", "Profile"]
#: Rounds in which new plans may appear, and plans that are followed at most.
ROUNDS = 60
PLANS = 200


def plan_of(game: Any, first: MarkovEquilibrium) -> Plan:
    """Return a pure equilibrium as a plan of action indices."""
    plan: Plan = {}
    for state in game.playing:
        for seen, group in game.points_of(state):
            sequence = [j for each in game.order for j in each]
            words = ",".join(game.actions[state][j][a] for j, a in zip(sequence, seen, strict=False))
            plan[state, seen] = {}
            for i in group:
                player = game.players[i]
                own = game.actions[state][i]
                replies = first.replies.get(player, {}).get(state)
                weights = replies[words] if seen and replies is not None else first.policy[player][state]
                plan[state, seen][i] = next(k for k, action in enumerate(own) if weights[action] != 0)
    return plan


def markov_thresholds(
    game: SymbolicStochasticGame,
    along: str,
    values: Mapping[str, Fraction],
    state_of: Callable[[Path | None, Mapping[str, Fraction], MarkovEquilibrium], Any],
    name: str = "",
) -> Thresholds:
    """Return the values of a parameter at which a state of the first equilibrium changes.

    Parameters
    ----------
    game : SymbolicStochasticGame
        Play moves on or stays, and pure equilibria exist.
    along : str
        A parameter; only its interval is looked at, which widens to the present value.
    values : mapping
        Exact values of all parameters.
    state_of : callable
        From the path of the first equilibrium, the point and that equilibrium to what is followed, such as a named
        outcome.

    Raises
    ------
    UsageError
        If the parameter is unknown or cannot be moved, or a point has no pure equilibrium.

    Notes
    -----
    Exact where the game is rational in the parameter; where it is not, roots are isolated with a proof, and points are
    solved in floats. Of several equilibria the first is followed; on a piece where another comes before it, what
    changes is told at the next place.
    """
    search = _Search(game, along, values, state_of)
    places, samples = search.cut()
    found = _changes(places, samples, search.state, lambda x: search.state(x, alone=True))
    first = search.state(min(samples)) if samples else search.state(search.low)
    notes = ["of several equilibria the first is followed"] if search.several else []
    if search.line.bounded:
        notes.append(f"a formula is not rational in {along}: points were solved in floats")
    ends = (search.low, search.high)
    return Thresholds(along, name or "the path", ends, _told(first), tuple(found), (), search.present, tuple(notes))


def nearest_changes(
    game: SymbolicStochasticGame,
    along: str,
    values: Mapping[str, Fraction],
    state_of: Callable[[Path | None, Mapping[str, Fraction], MarkovEquilibrium], Any],
) -> tuple[Threshold, ...]:
    """Return the change of a state of the first equilibrium nearest to the point on either side, if there is one.

    As :func:`markov_thresholds`, which finds all changes. What lies beyond the nearest ones is not looked at, nor is a
    value at which alone the state is another, with the same state on both sides of it.
    """
    search = _Search(game, along, values, state_of, listed=1)
    places, samples = search.cut(nearest=True)
    between = [(root, _beside(root, samples)) for root in places]
    moved = [root for root, (a, b) in between if a is None or b is None or search.state(a) != search.state(b)]
    return tuple(_changes(moved, samples, search.state, search.state))


class _Search:
    """The line along one parameter: the plans that were met on it, and where each is an equilibrium."""

    def __init__(
        self,
        game: SymbolicStochasticGame,
        along: str,
        values: Mapping[str, Fraction],
        state_of: Callable[[Path | None, Mapping[str, Fraction], MarkovEquilibrium], Any],
        listed: int = 2,
    ) -> None:
        self.game, self.along, self.values, self.state_of, self.listed = game, along, values, state_of, listed
        self.line, (self.low, self.high), self.present = _line(game, along, values)
        self.plans: dict[Any, Plan] = {}
        self.ends: dict[Any, list[Root]] = {}
        self.solved: dict[Fraction, Any] = {}
        #: Whether an inner point has equilibria with different values; seen where more than one is ``listed``.
        self.several = False
        quotients = {each: self._quotient(each) for each in dict.fromkeys(game.expressions)}
        self.quotients = {each: found for each, found in quotients.items() if found is not None}
        #: The game with quotients of polynomials in place of formulas, where all of them are such.
        self.along_line: SymbolicStochasticGame | None = None
        if len(self.quotients) == len(quotients):
            self.along_line = game.with_formulas(lambda each: self.quotients.get(each) or self.line.quotient(each))
        self.clear = ClearPlay(game.shape_of)
        self.points = [(state, seen) for state in game.playing for seen, _ in game.points_of(state)]
        self.worths: dict[Any, Mapping[State, tuple[Any, ...]]] = {}
        self.deviations: dict[Any, list[_Deviation]] = {}
        #: What the formulas are worth that do not move, in floats.
        self.fixed: dict[Any, float] = {}
        if self.along_line is not None:
            numbers = {each: each.at(self.low) for each in self.quotients.values() if each.is_number}
            self.fixed = {each: float(value) for each, value in numbers.items() if value is not None}

    def _quotient(self, expression: Any) -> Any:
        """Return a formula along the line as a quotient; without the parameter it is the same on other lines too."""
        known = self.game.worked_out
        if ("names", expression) not in known:
            known["names", expression] = {each.name for each in self.game.formulas.expand(expression).free_symbols}
        if self.along in known["names", expression]:
            return self.line.quotient(expression)
        still = known.setdefault(("still", tuple(self.values.items())), {})
        if expression not in still:
            still[expression] = self.line.quotient(expression)
        return still[expression]

    def value(self, expression: Any, x: Fraction) -> Any:
        """Return the value of a formula of the game where the parameter is ``x``, None where it is not known here."""
        found = self.quotients.get(expression)
        return self.line.value(expression, x) if found is None else found.at(x)

    def state(self, x: Fraction, *, alone: bool = False) -> Any:
        """Return what is followed, at an exact value of the parameter.

        ``alone`` where nobody will ask whether there are other equilibria.
        """
        if x not in self.solved:
            here = {**self.values, self.along: x}
            one, plan, differ = self._clear(x, alone=alone or self.listed == 1) or self._solved(here)
            self.solved[x] = self.state_of(one.path, here, one), differ
            self.plans.setdefault(self._key(plan), plan)
        found_state, _ = self.solved[x]
        return found_state

    def _solved(self, here: Mapping[str, Fraction]) -> tuple[MarkovEquilibrium, Plan, bool]:
        """Return the first equilibrium at a point, and whether there are others with other values."""
        x = here[self.along]
        found = markov_perfect(self.game.at_point(here, lambda each: self.value(each, x)), limit=self.listed)
        if not found.equilibria or not found.equilibria[0].pure:
            raise UsageError(f"at {self.along} = {short(x, 6)} players mix; thresholds follow pure equilibria")
        one, *others = found.equilibria
        return one, plan_of(self.game, one), any(each.values != one.values for each in others)

    def _clear(self, x: Fraction, *, alone: bool) -> tuple[MarkovEquilibrium, Plan, bool] | None:
        """Return the first equilibrium, confirmed exactly, where there is no doubt that it is the first.

        Unless it ``alone`` is asked for, there must be no doubt that none has other values either. States in which
        floats leave a doubt are solved exactly.
        """
        line = self.along_line
        if line is None or not self.clear.fits:
            return None
        exactly = _Exactly(self, x, alone)
        try:
            plan = self.clear.plan(*_floats(line, x, self.fixed), exactly.settle)
        except (OverflowError, TypeError):  # too large for floats, or without a value here
            return None
        if plan is None or not self._confirmed(line, plan, x, exactly.settled):
            return None
        worth = self._worth(plan)
        values = {
            player: {state: worth[state][i].at(x) for state in line.states} for i, player in enumerate(line.players)
        }
        return described(self.game.shape_of, behavior_of(self.game.shape_of, plan), values, Fraction(0)), plan, False

    def _confirmed(self, line: SymbolicStochasticGame, plan: Plan, x: Fraction, settled: Collection[State]) -> bool:
        """Return whether every deviation loses, or leads to the same state and pays everybody the same.

        In the states that are ``settled`` it need not gain.
        """
        known: dict[Any, int | None] = {}
        for gain, state, moved, kept in self._deviations(plan):
            if gain not in known:
                known[gain] = self.line.sign_between(gain, x)
            sign = known[gain]
            if sign is None or sign > 0:
                return False
            if sign == 0 and state not in settled:
                paid = zip(line.payoff(state, moved), line.payoff(state, kept), strict=True)
                if line.moves(state, moved) != line.moves(state, kept) or any(a.at(x) != b.at(x) for a, b in paid):
                    return False
        return True

    def _key(self, plan: Plan) -> Any:
        """Return what identifies a plan."""
        return tuple(tuple(plan[point].values()) for point in self.points)

    def _worth(self, plan: Plan) -> Mapping[State, tuple[Any, ...]]:
        """Return what every state is worth under a plan."""
        key = self._key(plan)
        if key not in self.worths:
            self.worths[key] = plan_values(self.game if self.along_line is None else self.along_line, plan)
        return self.worths[key]

    def _deviations(self, plan: Plan) -> list[_Deviation]:
        """Return the one-shot deviations from a plan."""
        key = self._key(plan)
        if key not in self.deviations:
            game = self.game if self.along_line is None else self.along_line
            worth = self._worth(plan)
            self.deviations[key] = [
                (each.gain, state, moved, kept)
                for state in game.playing
                for each, moved, kept in state_gains(game, plan, state, worth)
            ]
        return self.deviations[key]

    def cut(self, *, nearest: bool = False) -> tuple[list[Root], list[Fraction]]:
        """Return the places where a plan that occurs begins or ends, and a point of each piece between them.

        Where only the ``nearest`` changes are wanted, pieces beyond the first one that differs are left out.
        """
        for x in [self.present] if nearest else sorted({self.low, self.present, self.high}):
            self.state(x)
        for _ in range(ROUNDS):
            count = len(self.plans)
            for key, plan in self.plans.items():
                if key not in self.ends:
                    gains = dict.fromkeys(gain for gain, *_ in self._deviations(plan))
                    self.ends[key] = _ends(self.line, list(gains))
            cells = self.line.cut(root for own in self.ends.values() for root in own)
            places = [root for root in cells.places if root.side(self.low) >= 0 and root.side(self.high) <= 0]
            samples = self._once(places, _inside(cells.samples, places, self.low, self.high))
            samples = self._around(samples) if nearest else samples
            for x in samples:
                self.state(x)
            self.several = self.several or any(self.solved[x][1] for x in samples)
            if len(self.plans) == count:
                if nearest and samples:
                    places = [root for root in places if root.side(min(samples)) > 0 and root.side(max(samples)) < 0]
                return places, samples
            if len(self.plans) > PLANS:
                raise UsageError(f"more than {PLANS} different plans along {self.along}")
        raise UsageError(f"new plans kept appearing along {self.along} in {ROUNDS} rounds")

    def _once(self, places: Sequence[Root], samples: Sequence[Fraction]) -> list[Fraction]:
        """Return a point of each piece that has a sample: one that is solved already where there is one."""
        found: dict[int, Fraction] = {}
        kept = []
        for x in self.solved:
            piece = _piece(places, x)
            if piece is not None:
                found.setdefault(piece, x)
        for x in samples:
            piece = _piece(places, x)
            kept.append(x if piece is None else found.setdefault(piece, x))
        return sorted({*kept})

    def _around(self, samples: Sequence[Fraction]) -> list[Fraction]:
        """Return the points around the present value up to the first on each side at which what is followed differs."""
        here, found = self.state(self.present), []
        above = sorted(x for x in samples if x > self.present)
        below = sorted((x for x in samples if x <= self.present), reverse=True)
        for side in (above, below):
            for x in side:
                found.append(x)
                if self.state(x) != here:
                    break
        return sorted(found)


class _Exactly:
    """The states at a point of the line in which floats leave a doubt, solved exactly."""

    def __init__(self, search: _Search, x: Fraction, alone: bool) -> None:
        self.search, self.x, self.alone = search, x, alone
        self.settled: set[State] = set()

    @cached_property
    def game(self) -> StochasticGame:
        """The game at the point."""
        here = {**self.search.values, self.search.along: self.x}
        return self.search.game.at_point(here, lambda each: self.search.value(each, self.x))

    def settle(self, state: State, plan: Plan) -> tuple[dict[tuple[tuple[int, ...], int], int], list[float]] | None:
        """Return the first play of a state and what it is worth, given what is played in the states behind it.

        None where there is none, or where there are several with different values, unless the first ``alone`` is
        asked for.
        """
        parts = pure_parts(self.game, (state,), self._known(plan), (Fraction(0),) * len(self.game.players))
        if not parts or (len(parts) > 1 and not self.alone):
            return None
        self.settled.add(state)
        first = parts[0]
        moves = first.stages[state].moves(first.options[state][0])
        worth = list(map(float, first.values[state]))
        return {(seen, i): action for seen, own in moves.items() for i, action in own.items()}, worth

    def _known(self, plan: Plan) -> dict[State, tuple[Any, ...]]:
        """Return what states are worth in which it is known what is played, and those at which play ends."""
        game = self.game
        known: dict[State, tuple[Any, ...]] = dict(game.terminal)
        for (state,) in game.classes:
            if (state, ()) not in plan:
                break
            profile = profile_played(self.search.game, plan, state)
            values = []
            for i, (pay, factor) in enumerate(zip(game.rewards[state][profile], game.discount_factors, strict=True)):
                (to, _), *_ = game.transitions[state][profile] or ((None, 1),)
                if to is None:
                    values.append(pay)
                elif game.states[to] == state:
                    values.append(pay / (1 - factor))
                else:
                    values.append(pay + factor * known[game.states[to]][i])
            known[state] = tuple(values)
        return known


def _floats(line: SymbolicStochasticGame, x: Fraction, fixed: Mapping[Any, float]) -> tuple[Any, Any, Any]:
    """Return what profiles and ends pay and the discount factors in floats, of a game of quotients at a fraction.

    ``fixed`` has those of some formulas.
    """
    known: dict[Any, float] = dict(fixed)

    def number(formula: Any) -> float:
        if formula not in known:
            known[formula] = float(formula.at(x))
        return known[formula]

    pays = {
        state: {profile: tuple(map(number, line.payoff(state, profile))) for profile in line.shape_of.profiles(state)}
        for state in line.playing
    }
    ends = {state: tuple(map(number, line.end(state))) for state in line.terminal}
    return pays, ends, tuple(number(line.factor(i)) for i in range(len(line.players)))


def _piece(places: Sequence[Root], x: Fraction) -> int | None:
    """Return how many places lie below a value, None where it is one of them."""
    below = bisect_left(places, True, key=lambda root: root.side(x) >= 0)
    return None if below < len(places) and not places[below].side(x) else below


def _ends(line: LineSigns, gains: Sequence[Any]) -> list[Root]:
    """Return the places at which a plan with these gains begins or ceases to be an equilibrium, or may be one alone.

    Elsewhere it is one on both sides, and there; or some deviation gains on both sides, and there.
    """
    return line.unshared([each for each in gains if not getattr(each, "is_number", True)])


def policy_thresholds(
    game: SymbolicStochasticGame, gains: Sequence[Any], along: str, values: Mapping[str, Fraction], name: str
) -> Thresholds:
    """Return the values of a parameter at which a policy begins or ceases to be an equilibrium.

    ``gains`` are those of all single deviations from it, as expressions: it is one where none is positive.
    """
    box = game.formulas
    line, (low, high), present = _line(game, along, values)
    cells = line.cells([each for each in gains if getattr(each, "free_symbols", None)])
    places = [root for root in cells.places if root.side(low) >= 0 and root.side(high) <= 0]
    samples = _inside(cells.samples, places, low, high)

    def kept(x: Fraction) -> bool:
        return all(box.evaluate(each, {**values, along: x}) <= 0 for each in gains)

    found = _changes(places, samples, kept, kept)
    notes = (f"a formula is not rational in {along}: points were solved in floats",) if line.bounded else ()
    return Thresholds(along, name, (low, high), kept(min(samples, default=low)), tuple(found), (), present, notes)


def _line(
    game: SymbolicStochasticGame, along: str, values: Mapping[str, Fraction]
) -> tuple[LineSigns, tuple[Fraction, Fraction], Fraction]:
    """Return the line along a parameter through a point, its ends, which widen to the present value, and that value."""
    box = game.formulas
    if along not in box.parameters:
        hint = did_you_mean(along, box.parameters)
        raise UsageError(f"unknown parameter {along!r}" + (f"; {hint}" if hint else ""))
    interval, present = box.parameters[along], values[along]
    low, high = min(interval.low, present), max(interval.high, present)
    if low == high:
        raise UsageError(f"{along} has no interval to move in")
    line = LineSigns(box, along, {key: value for key, value in values.items() if key != along}, (low, high))
    return line, (low, high), present


def _inside(samples: Sequence[Fraction], places: Sequence[Any], low: Fraction, high: Fraction) -> list[Fraction]:
    """Return a sample of every piece of the interval.

    A piece that reaches beyond the interval may have its own sample there: the end of the interval stands for it.
    """
    ends = [x for x in (low, high) if all(root.side(x) != 0 for root in places)]
    return sorted({*ends, *(x for x in samples if low <= x <= high)})


def _changes(
    places: Sequence[Any], samples: Sequence[Fraction], beside: Callable[[Fraction], Any], at: Callable[[Fraction], Any]
) -> list[Threshold]:
    """Return the places at which what holds changes, as told at samples ``beside`` them and ``at`` places."""
    found = []
    for root in places:
        states = [None if x is None else beside(x) for x in _beside(root, samples)]
        exactly = root.low == root.high
        here = at(root.low) if exactly else None
        inner = [each for each in states if each is not None]
        if (exactly and any(each != here for each in inner)) or len(set(map(str, inner))) > 1:
            found.append(Threshold(root.value, _told(states[0]), _told(here), _told(states[1]), exactly))
    return found


def _beside(root: Root, samples: Sequence[Fraction]) -> tuple[Fraction | None, Fraction | None]:
    """Return the samples next to a place, below and above it."""
    before, after = [x for x in samples if root.side(x) > 0], [x for x in samples if root.side(x) < 0]
    return max(before, default=None), min(after, default=None)


def _told(state: Any) -> Any:
    """Return a state as thresholds print it: an outcome as a tuple of one name."""
    return (state,) if isinstance(state, str) else state
