"""A game of a study at a point that moves: what is known of it there, as text and HTML, without any widget.

:class:`Explorer` holds the point; :meth:`Explorer.view` says what follows from it. The widget of
:mod:`detente.explore.widget` shows views and sends moves; a program can do the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from html import escape
from math import floor, log10
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.numbers import exact, plain, short

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from detente.explore.panels import Panels
    from detente.explore.sampled_map import SampledMap
    from detente.study.model import GameModel, Point

__all__ = ["Control", "Explorer", "View"]

#: Steps of a slider, at least.
STEPS = 100


@dataclass(frozen=True)
class Control:
    """A parameter as a slider.

    Attributes
    ----------
    name, label, symbol, unit : str
    kind : str
        ``figure`` or ``judgement``.
    low, high, baseline, step : Fraction
        The slider goes from ``low`` to ``high`` in steps of ``step``, a round decimal; a value may also be typed.
    source : str
        Where the number comes from: the figures that it is read from, or why it was judged so.
    """

    name: str
    label: str
    unit: str
    kind: str
    low: Fraction
    high: Fraction
    baseline: Fraction
    step: Fraction
    source: str

    def to_json(self) -> dict[str, Any]:
        """Return the control as the widget needs it."""
        texts = {"name": self.name, "label": self.label, "unit": self.unit, "kind": self.kind, "source": self.source}
        numbers = {name: float(getattr(self, name)) for name in ("low", "high", "baseline", "step")}
        digits = max(0, -Decimal(str(float(self.step))).normalize().as_tuple().exponent)  # type: ignore[operator]
        ends = f"{short(self.low, 6)} to {short(self.high, 6)}"
        return {**texts, **numbers, "digits": digits, "range": ends, "baseline_text": short(self.baseline, 6)}


@dataclass(frozen=True)
class View:
    """What follows at a point.

    Attributes
    ----------
    values : dict
        Every parameter: its exact text.
    sentence : str
        The answer in words.
    panels : dict
        Name of a panel (``payoffs``, ``terms``, ``tree``, ``equilibria``, ``patience``, ``map``) to its HTML.
    notes : tuple of str
        What has to be known of the point: values outside their interval, constraints that fail.
    changed : tuple of str
        Parameters that differ from the baseline.
    """

    values: dict[str, str]
    sentence: str
    panels: dict[str, str]
    notes: tuple[str, ...]
    changed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the view as the widget needs it."""
        return {
            "values": self.values,
            "sentence": self.sentence,
            "panels": self.panels,
            "notes": list(self.notes),
            "changed": list(self.changed),
        }


@dataclass
class Explorer:
    """A game at a point that moves.

    Parameters
    ----------
    model : GameModel
        A game of any form: normal forms, trees and games of many members have panels of their own.
    over : pair of str, optional
        The parameters of the map, the horizontal one first; by default two that change the answer.
    point : str
        Where to begin: the baseline or a named point.
    lang : {"en", "zh"}
        The labels; sentences are English.

    Raises
    ------
    UsageError
        If a name is unknown.

    Notes
    -----
    Equilibria, payoffs and critical discount factors at the point are exact. The map is sampled on a grid in floating
    point: it shows where the answer changes; ``detente atlas --figure`` draws the exact curves.

    Examples
    --------
    >>> import detente
    >>> explorer = detente.Study.find().game("confrontation").explorer()
    >>> explorer.move({"sev": "1/5"})
    >>> explorer.view().sentence
    'The only equilibrium is (cooperate, cooperate). Player types: United States harmony, China assurance.'
    >>> print(explorer.code())
    game = detente.Study.find().game("confrontation")
    game.equilibria(sev="1/5")
    """

    model: GameModel
    over: tuple[str, str] | None = None
    point: str = "baseline"
    lang: str = "en"
    changes: dict[str, Fraction] = field(init=False, default_factory=dict)
    #: The profile whose terms are shown.
    opened: tuple[str, ...] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        from detente.explore.panels import panels_of
        from detente.explore.sampled_map import SampledMap

        self.panels: Panels = panels_of(self.model, self.lang)
        self.model.point(self.point)
        self.controls = {name: self._control(name) for name in self.model.intervals if self._varies(name)}
        self.map: SampledMap = SampledMap(self.panels, self.model)
        if self.over is not None:
            self.show_over(*self.over)
        elif not self.panels.no_map:
            self.over = self.map.telling(self.controls, self.at())

    # --- moving

    def at(self) -> Point:
        """Return the point."""
        return self.model.point(self.point, self.changes)

    def move(self, changes: Mapping[str, object]) -> None:
        """Set parameters to exact values; a number outside its interval is used, one outside its domain is refused."""
        moved = {name: exact(value) for name, value in changes.items()}
        self.model.point(self.point, {**self.changes, **moved})
        base = self.model.point(self.point).values
        every = {**self.changes, **moved}
        self.changes = {name: value for name, value in every.items() if value != base[name]}

    def reset(self, point: str = "baseline") -> None:
        """Go back to the baseline, or to a named point."""
        self.model.point(point)
        self.point, self.changes = point, {}

    def show_over(self, horizontal: str, vertical: str) -> None:
        """Set the two parameters of the map."""
        if self.panels.no_map:
            raise UsageError(f"no map of {self.model.name}: {self.panels.no_map}")
        for name in (horizontal, vertical):
            if name not in self.controls:
                raise UsageError(f"unknown parameter {name!r}; expected one of {', '.join(self.controls)}")
        if horizontal == vertical:
            raise UsageError(f"found {horizontal!r} on both axes; expected two parameters")
        self.over = (horizontal, vertical)

    # --- seeing

    def view(self) -> View:
        """Return what follows at the point."""
        point = self.at()
        baseline = self.model.point().values
        try:
            panels, sentence = self.panels.at(point)
        except DetenteError as error:  # where a slider may go the game need not have an answer
            panels, sentence = {}, f"There is no answer at this point: {error}."
        if self.opened is not None:
            panels["terms"] = self.panels.terms(point, self.opened)
        notes = list(point.notes)
        if self.panels.no_map:
            panels["map"] = f"<p class='small'>No map: {escape(self.panels.no_map)}.</p>"
        if self.over is not None:
            try:
                panels["map"] = self.map.picture(self.over, point)
            except DetenteError as error:
                notes.append(f"no map here: {error}")
        return View(
            values={name: plain(value) for name, value in point.values.items()},
            sentence=sentence,
            panels=panels,
            notes=tuple(notes),
            changed=tuple(name for name, value in point.values.items() if value != baseline[name]),
        )

    def open(self, profile: tuple[str, ...]) -> None:
        """Show the terms behind the payoffs of a profile; asked for again, close them."""
        self.panels.terms(self.at(), profile)
        self.opened = None if self.opened == profile else profile

    # --- keeping

    def code(self) -> str:
        """Return Python code that solves the game at this point."""
        place = [f'"{self.point}"'] if self.point != "baseline" else []
        moved = [f'{name}="{plain(value)}"' for name, value in self.changes.items()]
        asked = self.panels.question.format(", ".join((*place, *moved)))
        return f'game = detente.Study.find().game("{self.model.name}")\n{asked}'

    def save(self, name: str) -> Path:
        """Write the point into the game file as ``[points.NAME]`` and return the file.

        Raises
        ------
        UsageError
            If the name is taken or no name, or the point is that of the file already.
        """
        from detente.explore.saved_point import save_point

        return save_point(self.model, name, self.at().values)

    # --- set-up

    def _varies(self, name: str) -> bool:
        interval = self.model.intervals[name]
        return interval.low < interval.high and name not in self.model.payoff_model.sizes

    def _control(self, name: str) -> Control:
        interval, parameter = self.model.intervals[name], self.model.parameters[name]
        return Control(
            name,
            self.model.label(name, self.lang),
            parameter.unit,
            parameter.kind,
            interval.low,
            interval.high,
            interval.value,
            round_step(interval.high - interval.low),
            source_words(parameter),
        )


def round_step(spread: Fraction) -> Fraction:
    """Return the largest of 1, 2, 5 times a power of ten that divides an interval into at least :data:`STEPS` steps."""
    power = floor(log10(float(spread) / STEPS))
    for factor in (5, 2, 1):
        step = Fraction(factor) * Fraction(10) ** power
        if step * STEPS <= spread:
            return step
    return Fraction(10) ** power / 2


def source_words(parameter: Any) -> str:
    """Return where a parameter's number comes from, in one line."""
    figures = ", ".join(parameter.figures)
    reason = parameter.reason or ""
    if figures and reason:
        return f"{reason} ({figures})"
    return figures or reason
