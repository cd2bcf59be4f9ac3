"""Several classifiers over the same draws: what their programs share is computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.robustness.classifier import Classifier, Verdicts

__all__ = ["Together"]


@dataclass(frozen=True, eq=False)
class Together:
    """Classifiers over the same draws, with their programs joined where all of them judge outputs made elsewhere.

    A classifier that has, beside ``program``, a method ``judge(outputs, values, n, memo)`` takes part; ``memo`` keeps
    what several of them may share, under keys of their own.
    """

    classifiers: tuple[Classifier, ...]
    program: Program | None

    @classmethod
    def of(cls, classifiers: Sequence[Classifier]) -> Together:
        """Return the classifiers with their joint program."""
        from detente.conclusions.ensemble.compile import joined

        judging: Sequence[Any] = classifiers
        whole = len(judging) > 1 and all(hasattr(each, "judge") for each in judging)
        return cls(tuple(classifiers), joined([each.program for each in judging]) if whole else None)

    def __call__(self, values: Mapping[str, Any], n: int) -> Iterator[Verdicts]:
        """Yield what each of them makes of n draws."""
        if self.program is None:
            for classifier in self.classifiers:
                yield classifier.classify(values, n)
            return
        found = self.program({name: values[name] for name in self.program.names})
        memo: dict[Any, Any] = {}
        at = 0
        judging: Sequence[Any] = self.classifiers
        for each in judging:
            width = len(each.program.outputs)
            yield each.judge(found[at : at + width], values, n, memo)
            at += width
