"""What importance explains: an output of a classifier, as a class or a number per draw."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.robustness.classifier import Classifier, Verdicts

    Floats = NDArray[np.float64]

__all__ = ["Output", "Seen", "output_of"]


class Seen:
    """What a classifier made of draws, kept for the next output that looks at the same ones."""

    def __init__(self, classifier: Classifier) -> None:
        self.classifier = classifier
        self._known: dict[tuple[str, int], tuple[Any, Any]] = {}

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""
        found: Verdicts = self._once("classify", values, n)
        return found

    def measure(self, values: Mapping[str, Any], n: int) -> Floats:
        """Return the numeric outputs of n draws."""
        found: Floats = self._once("measure", values, n)
        return found

    def _once(self, what: str, values: Mapping[str, Any], n: int) -> Any:
        # the draws are kept beside what was made of them: while they live nothing else has their identity
        key = what, id(values)
        if key not in self._known:
            self._known[key] = values, getattr(self.classifier, what)(values, n)
        return self._known[key][1]


@dataclass(frozen=True, eq=False)
class Output:
    """An output of a classifier.

    ``name`` is a family (``set``, ``class``, ..: many values), a conclusion (two values), or ``value:NAME`` for the
    number that a named formula has. ``labels`` collects the values that occur, in the order in which they do. ``seen``
    is shared by outputs that look at the same draws, which nobody changes.
    """

    name: str
    classifier: Classifier
    seen: Seen
    labels: dict[str, int] = field(default_factory=dict)
    known: dict[Any, int] = field(default_factory=dict, repr=False)

    @property
    def numeric(self) -> bool:
        """Whether it is a number rather than a class."""
        return self.name.startswith("value:")

    def __call__(self, values: Mapping[str, Any], n: int) -> NDArray[Any]:
        """Return the output at n draws: numbers, or positions among the labels."""
        import numpy as np

        classifier = self.classifier
        if self.numeric:
            row = classifier.numbers.index(self.name.removeprefix("value:"))
            numbers: Floats = self.seen.measure(values, n)[row]
            return numbers
        found = self.seen.classify(values, n)
        if self.name in classifier.truths:
            self.labels.update({"fails": 0, "holds": 1})
            truth: NDArray[Any] = found.truths[classifier.truths.index(self.name)].astype(np.int64)
            return truth
        codes, index = np.unique(found.codes, return_inverse=True)
        places = np.array([self._place(code) for code in codes.tolist()], dtype=np.int64)
        return places[index.reshape(-1)] if n else np.zeros(0, dtype=np.int64)

    def _place(self, code: Any) -> int:
        if code not in self.known:
            if self.name in self.classifier.families:
                label = self.classifier.label(self.name, code)
            else:
                label = "holds" if self.classifier.holds(self.name, code) else "fails"
            self.known[code] = self.labels.setdefault(label, len(self.labels))
        return self.known[code]


def output_of(classifier: Classifier, name: str, seen: Seen | None = None) -> Output:
    """Return an output by name; ``seen`` is that of other outputs.

    Raises
    ------
    UsageError
        If it is no family, conclusion or ``value:NAME`` of this classifier.
    """
    if name.startswith("value:"):
        if name.removeprefix("value:") not in classifier.numbers:
            known = tuple(f"value:{each}" for each in classifier.numbers)
            hint = did_you_mean(name, known)
            raise UsageError(
                f"unknown output {name!r}; expected one of {', '.join(known) or 'none'}; {hint}".rstrip("; ")
            )
    elif name not in classifier.families:
        classifier.check(name)
    return Output(name, classifier, seen or Seen(classifier))
