"""Games of many members over many draws: where best replies of all lead from both ends, and which ends hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Subject, Verdicts
from detente.conclusions.robustness.formulas import Formulas, formula_subject
from detente.conclusions.robustness.statements import ALWAYS, is_played, parse_moves
from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.ensemble.member_batch import MemberBatch
    from detente.conclusions.meaning import Meaning
    from detente.formula import Formula
    from detente.games.symbolic import SymbolicGame

__all__ = ["ENDS", "MemberDraws", "member_statements", "member_subject"]

#: Where best replies of all members start, with the direction in which ties go.
ENDS = ("lowest", "highest")
#: The statement that best replies lead from both ends to the same.
MEET = "ends:meet"
#: Stands for an end from which best replies go round for ever.
_CYCLE = 255


def member_statements(actions: tuple[str, ...]) -> tuple[str, ...]:
    """Return what can be said of a game of many members beside formulas.

    ``equilibrium:ACTION``: that everybody chooses it is an equilibrium. ``lowest:ACTION`` and ``highest:ACTION``: from
    all at the lowest or the highest action, best replies lead to an equilibrium in which more members choose this
    action than any other (of as many, the lowest). ``ends:meet``: both lead to the same equilibrium.
    """
    kinds = ("equilibrium", *ENDS)
    return (*(f"{kind}:{action}" for kind in kinds for action in actions), MEET)


@dataclass(frozen=True, eq=False)
class MemberDraws:
    """The classifier of a game of many members.

    The code of a draw is a row of bytes: for every action whether all at it is an equilibrium, then the action of every
    member at the end of best replies from all at the lowest action, and from all at the highest.
    """

    batch: MemberBatch
    members: tuple[str, ...]
    held: Mapping[int, int]
    named: Formulas

    size = 0
    families = ("highest", "lowest")
    method = (
        "best replies of all members at once from all at the lowest action, ties going down, and from all at the "
        "highest, ties going up, followed until nobody moves; with strategic complements these are the least and the "
        "greatest equilibrium, so where they meet there is no other; otherwise further equilibria are not seen; "
        "payoffs within 1e-12 tie"
    )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters that decide."""
        return tuple(dict.fromkeys((*self.batch.program.names, *self.named.names)))

    @property
    def program(self) -> Program:
        """What computes payoffs."""
        return self.batch.program

    @property
    def truths(self) -> tuple[str, ...]:
        """The named formulas."""
        return self.named.truths

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas as numbers."""
        return self.named.numbers

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions, from the lowest to the highest."""
        return self.batch.actions

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the ends of best replies as a code, and which formulas are positive, of n draws."""
        import numpy as np

        truths = self.named.classify(values, n).truths
        size, many = len(self.actions), len(self.members)
        rows = np.zeros((n, size + 2 * many), dtype=np.uint8)
        if n:
            drawn = {name: values[name] for name in self.program.names}
            payoffs = self.batch.payoffs(drawn, n)
            for action in range(size):
                rows[:, action] = payoffs.settled(action, self.held)
            for end in range(2):
                rest = self.batch.best_replies(payoffs, bool(end), held=self.held)
                part = rows[:, size + end * many : size + (end + 1) * many]
                part[:] = rest.profiles
                part[~rest.rests] = _CYCLE
        return Verdicts(np.ascontiguousarray(rows).view(f"S{rows.shape[1]}").reshape(n), truths)

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        return self.named.measure(values, n)

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that cannot be answered here."""
        if is_played(statement):
            parse_moves(statement, self.members, (self.actions,) * len(self.members))
            return
        known = (*member_statements(self.actions), *self.truths)
        if statement not in known and statement != ALWAYS:
            hint = did_you_mean(statement, known)
            raise UsageError(
                f"found {statement!r}; shares of this game are of {', '.join(known)}" + (f"; {hint}" if hint else "")
            )

    def _rows(self, codes: Any) -> NDArray[np.uint8]:
        import numpy as np

        width = len(self.actions) + 2 * len(self.members)
        return np.ascontiguousarray(np.asarray(codes, dtype=f"S{width}")).view(np.uint8).reshape(-1, width)

    def _ends(self, rows: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
        size, many = len(self.actions), len(self.members)
        return [rows[:, size : size + many], rows[:, size + many :]]

    def _most(self, profiles: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the action that most members choose, -1 in a cycle."""
        import numpy as np

        counts = np.stack([(profiles == a).sum(axis=1) for a in range(len(self.actions))])
        found: NDArray[np.int64] = np.where(profiles[:, 0] == _CYCLE, -1, counts.argmax(axis=0))
        return found

    def reader(self, codes: Any) -> Callable[[str], Any]:
        """Return a function from a statement to whether it holds in games of each of these codes."""
        import numpy as np

        rows = self._rows(codes)
        ends = self._ends(rows)
        most = dict(zip(ENDS, map(self._most, ends), strict=True))

        def holds(statement: str) -> Any:
            if statement == ALWAYS:
                return np.ones(len(rows), dtype=bool)
            if statement == MEET:
                return (ends[0] == ends[1]).all(axis=1) & (ends[0][:, 0] != _CYCLE)
            if is_played(statement):
                moves = parse_moves(statement, self.members, (self.actions,) * len(self.members))
                each = [np.all([end[:, who] == what for who, what in moves], axis=0) for end in ends]
                return each[0] | each[1]
            kind, _, action = statement.partition(":")
            place = self.actions.index(action)
            return rows[:, place].astype(bool) if kind == "equilibrium" else most[kind] == place

        return holds

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in games of this code."""
        return bool(self.reader([code])(statement)[0])

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return everything that can be said, the ends where they lead there in some draw."""
        reader = self.reader(list(codes))
        return tuple(
            each
            for each in member_statements(self.actions)
            if each.startswith("equilibrium:") or each == MEET or reader(each).any()
        )

    def label(self, family: str, code: Any) -> str:
        """Return the action that most members choose at an end."""
        most = self._most(self._ends(self._rows([code]))[ENDS.index(family)])[0]
        return self.actions[most] if most >= 0 else "no rest"


def member_subject(
    batch: MemberBatch,
    members: tuple[str, ...],
    held: Mapping[int, int],
    box: SymbolicGame,
    conclusions: Mapping[str, Conclusion | Formula],
    fixed: Mapping[str, Fraction],
) -> Subject:
    """Return a game of many members as shares and importance look at it.

    Parameters
    ----------
    batch : MemberBatch
        Compiled payoffs, with the parameters in ``fixed`` at their values.
    members : tuple of str
    held : mapping of int to int
        Members that stay at an action for good.
    box : SymbolicGame
        Parameters, derived values, constraints.
    conclusions : mapping
        Named formulas.
    fixed : mapping
        Parameters held at exact values.
    """
    named = formula_subject(box, conclusions, fixed)
    assert isinstance(named.classifier, Formulas)
    assert named.decide is not None
    assert named.meaning is not None
    prove, means, formulas = named.decide, named.meaning, named.classifier.formulas

    def decide(conclusion: str, holds: bool, seconds: float, more: Mapping[str, Fraction]) -> bool | None:
        return prove(conclusion, holds, seconds, more) if conclusion in formulas else None

    def meaning(conclusion: str) -> Meaning:
        from detente.conclusions.meaning import Meaning

        if conclusion in formulas:
            return means(conclusion)
        return Meaning("ordinal", "compares what each member gets from its actions, the others given")

    classifier = MemberDraws(batch, members, dict(held), named.classifier)
    return replace(named, classifier=classifier, decide=decide, meaning=meaning)
