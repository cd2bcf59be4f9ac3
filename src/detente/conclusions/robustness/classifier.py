"""What shares and importance ask of a form of games: many draws at once, sorted into kinds of games.

A **classifier** turns draws of the parameters into a *code* per draw. Games with the same code satisfy the same
conclusions, so counting codes answers every conclusion at once, those that nobody thought of before included. What
does not follow from the code (the sign of some formula) is a *truth*, evaluated draw by draw.

**To let a form join**, write a classifier with the members of :class:`Classifier` below and return it, with a
function that decides conclusions exactly where there is one, as a :class:`Subject` from the form's ``subject``
(see :mod:`detente.study.form`). It is sent to other processes, so it holds compiled programs and plain data only.
A classifier of games with many profiles may also have a method ``reader(codes)`` in the place of ``holds`` code by
code: see :func:`reader_of`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.meaning import Meaning
    from detente.games.symbolic import Interval

    Floats = NDArray[np.float64]

__all__ = ["Classifier", "Judge", "Subject", "Verdicts", "reader_of"]


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What a batch of draws shows.

    Attributes
    ----------
    codes : (n,) int64, or bytes of one length
        The kind of game of each draw.
    truths : (t, n) bool
        The conclusions that do not follow from the code, in the order of ``Classifier.truths``.
    """

    codes: Any
    truths: NDArray[np.bool_]


class Classifier(Protocol):
    """Sorts draws of one parametric game.

    Attributes
    ----------
    names : tuple of str
        The parameters that it reads.
    truths : tuple of str
        Conclusions that are evaluated draw by draw, by their text.
    numbers : tuple of str
        Numeric outputs, by name.
    families : tuple of str
        Outputs with several values, such as ``set`` (which profiles are equilibria) or ``class``.
    size : int
        Codes are 0 to ``size - 1``; 0 where there is no such bound.
    method : str
        What counts as an equilibrium, and what this cannot see, in one sentence.
    """

    @property
    def names(self) -> tuple[str, ...]: ...  # noqa: D102 - documented above
    @property
    def truths(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def numbers(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def families(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""

    def measure(self, values: Mapping[str, Any], n: int) -> Floats:
        """Return the numeric outputs of n draws: (numbers, n)."""

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that cannot be answered here."""

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement that follows from the code holds there.

        A statement is a conclusion, or ``played:MOVES``: some pure equilibrium has these moves.
        """

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the conclusions that are worth reporting where these codes occur."""

    def label(self, family: str, code: Any) -> str:
        """Return the value of an output with several values."""


class Judge(ABC):
    """What classifiers share that are one program and judge what it gives; their truths are formulas."""

    program: Program
    truths: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that decide."""
        return self.program.names

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas among the conclusions."""
        return self.truths

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""
        return self.judge(self.program({name: values[name] for name in self.names}), values, n, {})

    @abstractmethod
    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave; ``memo`` keeps what several games share."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A parametric game as shares and importance look at it.

    Attributes
    ----------
    classifier : Classifier
    box : mapping of str to Interval
        Every parameter in table order.
    derived : mapping
        Formulas of derived values.
    constraints : tuple
        Conditions that reject a draw.
    held : mapping
        Parameters held at exact values.
    decide : callable or None
        ``decide(conclusion, holds, seconds, fixed)``: True where it is proved that the conclusion is ``holds`` all over
        the box, with further parameters fixed; False where a point refutes that; None where it stays open.
    direct : frozenset of str, optional
        Parameters that enter not only through derived values; None where that is not known.
    meaning : callable or None
        From a conclusion to what it takes payoffs to be.
    """

    classifier: Classifier
    box: Mapping[str, Interval]
    derived: Mapping[str, Any]
    constraints: tuple[Any, ...] = ()
    held: Mapping[str, Fraction] = field(default_factory=dict)
    decide: Callable[[str, bool, float, Mapping[str, Fraction]], bool | None] | None = None
    direct: frozenset[str] | None = None
    meaning: Callable[[str], Meaning] | None = None


def reader_of(classifier: Classifier, codes: NDArray[Any]) -> Callable[[str], NDArray[np.bool_]]:
    """Return a function from a statement to whether it holds in games of each of these codes."""
    import numpy as np

    made: Callable[[Any], Callable[[str], NDArray[np.bool_]]] | None = getattr(classifier, "reader", None)
    if made is not None:
        return made(codes)
    each = codes.tolist()
    return lambda statement: np.array([classifier.holds(statement, code) for code in each], dtype=bool)
