"""Parametric stochastic games over many draws: how paths end, and what is answered at the start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Subject, Verdicts
from detente.conclusions.robustness.expressions import finite, held_expression, labels_of, truths_of
from detente.conclusions.robustness.statements import parse_moves
from detente.conclusions.robustness.together import in_pieces
from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.ensemble.markov_batch import MarkovBatch, MarkovProgram, PlanCheck
    from detente.conclusions.meaning import Meaning
    from detente.formula import Formula
    from detente.games.symbolic_stochastic import SymbolicStochasticGame

__all__ = ["Answers", "Ending", "StochasticDraws", "stochastic_draws"]

#: How a path may end.
ENDINGS = ("rests", "terminal", "ends")


@dataclass(frozen=True)
class Ending:
    """A named outcome: a path that ends in one of some ways, in one of some states, with some moves there.

    Empty: any. ``states`` are numbers of states in the program; ``moves`` alternatives of player number to actions.
    """

    name: str
    endings: tuple[str, ...] = ()
    states: tuple[int, ...] | None = None
    moves: tuple[Mapping[int, tuple[int, ...]], ...] = ()


@dataclass(frozen=True)
class Answers:
    """A named pattern of answers at the start: for each action of the first mover, the answers that fit."""

    name: str
    answers: Mapping[int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class StochasticDraws:
    """The classifier of a stochastic game in which play moves on or stays.

    The code has the number of the outcome of the path, that of the pattern of answers at the start, whether there
    are several pure equilibria with different values, or none, and what is played in the first period.
    """

    markov: MarkovProgram
    endings: tuple[Ending, ...]
    answers: tuple[Answers, ...]
    #: Named formulas, which hold where they are positive, in the order of the program's further outputs.
    formulas: tuple[str, ...]
    #: Statements that a plan is an equilibrium, each with what is looked at.
    plans: tuple[tuple[str, PlanCheck], ...]
    #: Players, and what each can do at the start.
    players: tuple[str, ...]
    first: tuple[tuple[str, ...], ...]
    relative: float = 1e-9

    method = (
        "backward induction in every draw, a fixed point where play stays; of several pure equilibria the first; gains "
        "within 1e-9 of the spread of a player's payoffs do not count"
    )

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that decide."""
        return self.markov.program.names

    @property
    def program(self) -> Program:
        """What computes payoffs and formulas."""
        return self.markov.program

    @property
    def truths(self) -> tuple[str, ...]:
        """Named formulas and policies."""
        return (*self.formulas, *(name for name, _ in self.plans))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas among the conclusions."""
        return self.formulas

    @property
    def families(self) -> tuple[str, ...]:
        """The outcome of the path and, where there are patterns, the answers at the start."""
        return ("selected", "reply") if self.answers else ("selected",)

    @property
    def size(self) -> int:
        """How many codes there are."""
        return (len(self.endings) + 1) * (len(self.answers) + 1) * 3 * (prod(map(len, self.first)) + 1)

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""
        return in_pieces(self, values, n)

    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave."""
        import numpy as np

        batch, more, held = self.markov.solve(found, n, self.relative, [check for _, check in self.plans], memo)
        if not batch.finite:
            finite(batch.values.sum(axis=(0, 1)), "the players", values, self.names)
        none = (batch.played < 0).any(axis=0)
        extra = np.where(none, 2, batch.several.astype(np.int64))
        codes = (self.outcomes(batch) * (len(self.answers) + 1) + self.answered(batch, n)) * 3 + extra
        # what is played in the first period, 0 where nothing is in pure strategies
        codes = codes * (prod(map(len, self.first)) + 1) + batch.played[self.markov.start] + 1
        truths = np.empty((len(self.truths), n), dtype=bool)
        for row, each in enumerate(more):
            truths[row] = each > 0
        for row, good in enumerate(held, len(more)):
            truths[row] = good
        return Verdicts(codes, truths)

    def outcomes(self, batch: MarkovBatch) -> NDArray[np.int64]:
        """Return the number of the first outcome that the path of each draw fits, or their number where none does."""
        import numpy as np

        n = batch.played.shape[1]
        found = np.empty(n, dtype=np.int16)
        # play only falls: draws are followed from the first state down, in each state those whose path is there
        here: dict[int, list[Any]] = {self.markov.start: [np.arange(n)]}
        for own in reversed(self.markov.states):
            draws = np.concatenate(here.pop(own.number, [[]])).astype(np.intp, copy=False)
            if not len(draws):
                continue
            move = batch.played[own.number].take(draws)
            codes, targets = self._steps[own.number]
            found[draws] = codes.take(move)
            leads = targets.take(move)
            for target in {*targets.tolist()} - {-1}:
                there = draws[leads == target]
                if target in self.markov.ends:
                    found[there] = self._ended(1, target, -1)
                else:
                    here.setdefault(target, []).append(there)
        return found.astype(np.int64)

    @cached_property
    def _steps(self) -> tuple[tuple[NDArray[np.int16], NDArray[np.int16]], ...]:
        """For each state, by profile, what a path comes to that ends with it, and where it leads else, or -1.

        The last entry is for what is not pure.
        """
        import numpy as np

        none = len(self.endings)
        rows = []
        for own in self.markov.states:
            codes, targets = [], []
            for profile, moves in enumerate(own.moves):
                target = _target(moves)
                ends = target in {-1, own.number}
                codes.append(self._ended(2 if target == -1 else 0, own.number, profile) if ends else none)
                targets.append(-1 if ends or target < -1 else target)
            rows.append((np.array([*codes, none], dtype=np.int16), np.array([*targets, -1], dtype=np.int16)))
        return tuple(rows)

    @cached_property
    def _outcome(self) -> dict[tuple[int, int, int], int]:
        """Outcomes by how, where and after which profile a path ends, as they are looked up."""
        return {}

    def _ended(self, ending: int, state: int, profile: int) -> int:
        """Return the number of the first outcome that fits a path that ends so in a state, after a profile there."""
        key = ending, state, profile
        if key not in self._outcome:
            self._outcome[key] = next(
                (k for k, rule in enumerate(self.endings) if self._fits(rule, *key)), len(self.endings)
            )
        return self._outcome[key]

    def _fits(self, rule: Ending, ending: int, state: int, profile: int) -> bool:
        if rule.endings and ENDINGS[ending] not in rule.endings:
            return False
        if rule.states is not None and state not in rule.states:
            return False
        if not rule.moves:
            return True
        if profile < 0:
            return False
        actions = self.markov.states[state].profiles[profile]
        return any(all(actions[player] in allowed for player, allowed in each.items()) for each in rule.moves)

    def answered(self, batch: MarkovBatch, n: int) -> NDArray[np.int64]:
        """Return the number of the first pattern of answers that each draw has at the start."""
        import numpy as np

        found = np.full(n, len(self.answers), dtype=np.int16)
        for number, rule in reversed(list(enumerate(self.answers if batch.points else ()))):
            fits = np.ones(n, dtype=bool)
            for action, allowed in rule.answers.items():
                point = batch.points[action,]
                fits &= np.logical_or.reduce([point == each for each in allowed])
            # flips the bits in which the two differ, where this pattern fits
            found ^= (found ^ np.int16(number)) & np.negative(fits.view(np.int8))
        return found.astype(np.int64)

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        import numpy as np

        found = self.program({name: values[name] for name in self.names})
        table = np.empty((len(self.formulas), n))
        for row, slot in enumerate(self.markov.extra):
            table[row] = found[slot]
        return table

    def _named(self) -> dict[str, tuple[str, int]]:
        found = {f"selected:{each.name}": ("selected", k) for k, each in enumerate(self.endings)}
        found |= {f"selected:{each.name}": ("reply", k) for k, each in enumerate(self.answers)}
        return found

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that cannot be answered here."""
        if statement.startswith("played:"):
            parse_moves(statement, self.players, self.first)
            return
        known = (*self._named(), *self.truths, "none")
        if statement not in known and statement != "always":
            hint = did_you_mean(statement, known)
            raise UsageError(
                f"found {statement!r}; shares of this game are of {', '.join(known)}" + (f"; {hint}" if hint else "")
            )

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in draws of this code."""
        if statement == "always":
            return True
        outcome, answer, extra = self._read(code)
        if statement.startswith("played:"):
            played = int(code) % (prod(map(len, self.first)) + 1)
            if not played:
                return False
            profile: list[int] = []
            for own in reversed(self.first):
                played, action = divmod(played - 1 if not profile else played, len(own))
                profile.insert(0, action)
            return all(profile[player] == action for player, action in parse_moves(statement, self.players, self.first))
        if statement == "none":
            return extra == 2
        family, number = self._named()[statement]
        return number == (outcome if family == "selected" else answer)

    def _read(self, code: Any) -> tuple[int, int, int]:
        rest, extra = divmod(int(code) // (prod(map(len, self.first)) + 1), 3)
        outcome, answer = divmod(rest, len(self.answers) + 1)
        return outcome, answer, extra

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the outcomes and patterns of answers that occur."""
        seen = [self._read(code) for code in codes]
        outcomes = sorted({each for each, _, _ in seen if each < len(self.endings)})
        answers = sorted({each for _, each, _ in seen if each < len(self.answers)})
        return (
            *(f"selected:{self.endings[each].name}" for each in outcomes),
            *(f"selected:{self.answers[each].name}" for each in answers),
            *(["none"] if any(extra == 2 for _, _, extra in seen) else []),
        )

    def label(self, family: str, code: Any) -> str:
        """Return the outcome of the path, or the pattern of answers."""
        outcome, answer, _ = self._read(code)
        own: Sequence[Any] = self.endings if family == "selected" else self.answers
        number = outcome if family == "selected" else answer
        return str(own[number].name) if number < len(own) else "other"


def _target(moves: tuple[tuple[int, int | None], ...]) -> int:
    """Return the state that follows for sure, -1 where play ends, -2 where chance decides."""
    if not moves:
        return -1
    return moves[0][0] if len(moves) == 1 and moves[0][1] is None else -2


def stochastic_draws(
    game: SymbolicStochasticGame,
    conclusions: Mapping[str, Conclusion | Formula],
    policies: Mapping[str, tuple[Mapping[str, Any], Sequence[Any]]],
    endings: Sequence[Ending],
    answers: Sequence[Answers],
    held: Mapping[str, Fraction],
) -> Subject:
    """Return a stochastic game as shares and importance look at it.

    Parameters
    ----------
    game : SymbolicStochasticGame
        Play moves on or stays.
    conclusions : mapping
        Named formulas among them become truths.
    policies : mapping of str to (policy, states)
        Statements that a policy is an equilibrium: nobody gains by a deviation in one of these states. The policy is as
        for :func:`~detente.solve.stochastic.incentives.policy_incentives`.
    endings, answers
        Named outcomes of paths, with states by their number among ``game.states``, and patterns of answers.
    held : mapping
        Parameters at exact values.
    """
    from dataclasses import replace

    from detente.conclusions.ensemble.markov_batch import MarkovProgram, PlanCheck

    truths = truths_of(game.formulas, conclusions)
    names, derived = labels_of(game.formulas, held)
    markov = MarkovProgram.of(game, derived, names, list(truths.values()), lambda each: held_expression(each, held))
    place = {state: k for k, state in enumerate(markov.labels)}
    fitted = tuple(
        replace(each, states=None if each.states is None else tuple(place[game.states[k]] for k in each.states))
        for each in endings
    )
    plans = tuple((name, PlanCheck.of(game, *policy, markov.labels)) for name, policy in policies.items())
    first = game.actions[game.start]
    classifier = StochasticDraws(markov, fitted, tuple(answers), tuple(truths), plans, game.players, first)
    box = game.formulas

    def means(conclusion: str) -> Meaning:
        from detente.conclusions.meaning import Meaning, meaning
        from detente.formula import Formula

        if isinstance(conclusions.get(conclusion), Formula):
            return meaning(box, conclusions[conclusion])
        return Meaning("cardinal", "each player's payoffs are added up over periods and averaged over chance")

    return Subject(classifier, box.parameters, box.derived, box.constraints, dict(held), None, meaning=means)
