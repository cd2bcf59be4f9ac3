"""A game of any other form at a point: its solution, its named conclusions, and a map of what holds where."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.explore.panels import Panels, State, codes_as_states, different_rows
from detente.numbers import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.robustness.classifier import Classifier
    from detente.formula import Formula
    from detente.study.model import GameModel, Point

__all__ = ["FormPanels"]

#: Conclusions that a map tells apart, at most; points of the box at which they are tried for that.
APART, TRIED = 3, 256


class FormPanels(Panels):
    """What every form has: a solution, and named formulas that are positive where a conclusion holds.

    The map tells apart what the shares of the form tell apart: outcomes where it has some, else conclusions.
    """

    question = "game.solve({})"

    def __init__(self, model: GameModel, lang: str) -> None:
        super().__init__(model, lang)
        formulas = {name: each.formula for name, each in model.definition.conclusions.items()}
        self.formulas: dict[str, Formula] = {name: each for name, each in formulas.items() if each is not None}
        try:
            self.classifier: Classifier = model.form.subject(model, "strategic", self.formulas, {}).classifier
        except UsageError as error:
            self.no_map = str(error)

    def at(self, point: Point) -> tuple[dict[str, str], str]:
        """Return the solution of the form and the conclusions of the game file."""
        try:
            found = self.model.form.solve(self.model, point, "strategic")
            shown = "".join(part.to_html() for part in found.displayed())
        except DetenteError as error:
            shown = f"<p>No solution here: {escape(str(error))}.</p>"
        values = self._values(point)
        panels = {"solution": f"<div class='ends solution'>{shown}</div>"}
        if values:
            rows = "".join(
                f"<tr><td>{escape(self.label(name))}</td><td class='number'>{escape(short(value, 4))}</td>"
                f"<td>{'positive' if value > 0 else 'not positive'}</td></tr>"
                for name, value in values.items()
            )
            panels["holds"] = (
                "<table class='list'><thead><tr><th>named formula</th><th>value</th><th>holds where positive</th></tr>"
                f"</thead><tbody>{rows}</tbody></table>"
            )
        return panels, self._sentence(point, values)

    def terms(self, point: Point, profile: Sequence[str]) -> str:
        """Refuse: what this form shows has no cells to open."""
        raise UsageError(f"{self.model.name} has no cells to open here; found {','.join(profile)!r}")

    def _values(self, point: Point) -> dict[str, Any]:
        if not self.formulas:
            return {}
        game = self.model.form.formulas(self.model, "strategic")
        return {name: game.evaluate(game.expression(each), point.values) for name, each in self.formulas.items()}

    def _sentence(self, point: Point, values: Mapping[str, Any]) -> str:
        told = [] if self.no_map else [self._outcome(point)]
        names = [name for name in values if name in self.telling]
        for words, wanted in (("Positive here", True), ("Not positive", False)):
            chosen = [self.label(name) for name in names if (values[name] > 0) == wanted]
            if chosen:
                told.append(f"{words}: {'; '.join(chosen)}.")
        return " ".join(filter(None, told)) or "The formulas that the game file names have one sign all over the box."

    def _outcome(self, point: Point) -> str:
        if not self.classifier.families:
            return ""
        (state,), _ = self.states({name: float(value) for name, value in point.values.items()})
        return f"The outcome is {self.state_words(state)}."

    # --- the map

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """The conclusions that hold at some points of the box and not at others."""
        import numpy as np

        if self.no_map:
            return tuple(self.formulas)
        rng = np.random.default_rng(0)
        draws = {
            name: rng.uniform(float(each.low), float(each.high), TRIED) for name, each in self.model.intervals.items()
        }
        truths = self.classifier.classify(draws, TRIED).truths
        numbers = dict(zip(self.classifier.truths, truths, strict=True))
        return tuple(name for name in self.formulas if name in numbers and 0 < numbers[name].sum() < TRIED)

    def states(self, draws: Mapping[str, Any]) -> tuple[list[State], NDArray[np.int64]]:
        """Return the outcomes, or which conclusions hold."""
        import numpy as np

        length = max((np.shape(each)[0] for each in draws.values() if np.ndim(each)), default=1)
        whole = {name: np.broadcast_to(np.asarray(each, dtype=float), length) for name, each in draws.items()}
        found = self.classifier.classify(whole, length)
        if self.classifier.families:
            return codes_as_states(self.classifier, found.codes)
        names = self.telling[:APART]
        if not names:
            return [()], np.zeros(length, dtype=np.int64)
        bits = np.column_stack([found.truths[self.classifier.truths.index(each)] for each in names])
        rows, index = different_rows(bits)
        return [tuple(name for name, there in zip(names, row, strict=True) if there) for row in rows], index

    def state_words(self, state: State) -> str:
        """Return an outcome, or the conclusions that hold."""
        if self.classifier.families:
            return self.outcomes(state)
        return " + ".join(map(self.label, state)) or "none positive"
