"""Several classifiers over the same draws: what their programs share is computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Verdicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.conclusions.ensemble.compile import Program
    from detente.conclusions.robustness.classifier import Classifier

__all__ = ["Together", "in_pieces"]

#: Bytes of outputs that are computed in one go.
_BYTES = 1 << 26


def piece_of(outputs: int) -> int:
    """Return how many draws to look at in one go, so that this many arrays do not fill the memory."""
    return max(64, _BYTES // (8 * max(1, outputs)))


def cut(values: Mapping[str, Any], first: int, last: int) -> tuple[dict[str, Any], int]:
    """Return some of the draws, and how many they are."""
    import numpy as np

    return {name: each[first:last] if np.ndim(each) else each for name, each in values.items()}, last - first


def joined_verdicts(parts: Sequence[Verdicts]) -> Verdicts:
    """Return the verdicts on pieces, one after another."""
    import numpy as np

    if len(parts) == 1:
        return parts[0]
    return Verdicts(
        np.concatenate([each.codes for each in parts]), np.concatenate([each.truths for each in parts], axis=1)
    )


def in_pieces(classifier: Any, values: Mapping[str, Any], n: int) -> Verdicts:
    """Return what a classifier that judges the outputs of its program makes of n draws, piece by piece."""
    step = piece_of(len(set(classifier.program.outputs)))
    parts = []
    for at in range(0, max(n, 1), step):
        here, count = cut({name: values[name] for name in classifier.names}, at, min(at + step, n))
        parts.append(classifier.judge(classifier.program(here), here, count, {}))
    return joined_verdicts(parts)


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
        step = piece_of(len(set(self.program.outputs)))
        parts = [self._judged(*cut(values, at, min(at + step, n))) for at in range(0, n, step)]
        for each in zip(*parts, strict=True):
            yield joined_verdicts(each)

    def _judged(self, values: Mapping[str, Any], n: int) -> list[Verdicts]:
        """Return the verdicts of all classifiers on a piece."""
        assert self.program is not None
        found = self.program({name: values[name] for name in self.program.names})
        memo: dict[Any, Any] = {}
        verdicts = []
        at = 0
        judging: Sequence[Any] = self.classifiers
        for each in judging:
            width = len(each.program.outputs)
            verdicts.append(each.judge(found[at : at + width], values, n, memo))
            at += width
        return verdicts
