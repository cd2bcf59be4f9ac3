"""The analyses that a question of a game file may ask for, by name.

An analysis gets the model, the question and the points to look at, and returns tables with sentences. Commands,
reports and notebooks print the same answers.

**To add an analysis** called ``cascade``: write a function ``_cascade(task: Task) -> list[Table]`` in the module of its family
in this package (or in a new one), and name it there in ``ANALYSES = {"cascade": Analysis(_cascade, "what it answers, in one
line", ("population",))}``. The last part lists the forms whose games it fits; without it, it fits all. Nothing else has to be registered.
Then put its line into the table of analyses in ``src/FORMATS.md``, with the same words; a test compares the two. A question that asks an analysis
of a game of another form is a fault of ``check``. ``task.model`` is the game, or the variant that the question names,
``task.game`` its parametric object, ``task.points`` where to look, ``task.formulas()`` and ``task.conclusions()`` what ``of`` names.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.study.form import Form

if TYPE_CHECKING:
    from detente.conclusions.conclusion import Conclusion
    from detente.display import Table
    from detente.formula import Formula
    from detente.games.definition import Question
    from detente.study.model import GameModel, Point

__all__ = ["ANALYSES", "Analysis", "Task"]


@dataclass(frozen=True)
class Task:
    """What every analysis gets."""

    model: GameModel
    question: Question
    points: tuple[Point, ...]
    kind: str
    #: Draws under each prior; None: what the analysis takes by itself.
    draws: int | None = None

    @property
    def game(self) -> Any:
        """The parametric game, of the payoffs asked for."""
        return self.model.payoffs(self.kind)

    @property
    def values(self) -> Any:
        """What evaluates formulas of parameters and payoffs: the parametric game, or what its form has for it."""
        form = self.model.form
        return form.formulas(self.model, self.kind) if type(form).formulas is not Form.formulas else self.game

    def formulas(self) -> dict[str, Formula]:
        """Return the named formulas asked about, by default all of the game file."""
        names = self.question.of or tuple(self.model.definition.conclusions)
        return {name: self.model.conclusion(name) for name in names if ":" not in name and name != "none"}

    def conclusions(self) -> dict[str, Conclusion | Formula]:
        """Return the conclusions such as ``unique:PROFILE`` asked about."""
        names = [name for name in self.question.of if ":" in name or name == "none"]
        return {name: self.model.form.conclusion(self.model.definition, name) for name in names}


@dataclass(frozen=True)
class Analysis:
    """A function that answers, what it answers in one line, and the forms whose games it fits (empty: all).

    ``kinds`` are the kinds of conclusions, such as ``class``, that ``of`` may name for all of the kind that occur.
    """

    run: Callable[[Task], list[Table]]
    words: str
    forms: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def fits(self, form: str) -> bool:
        """Return whether games of this form can be asked."""
        return not self.forms or form in self.forms


class _Analyses(Mapping[str, Analysis]):
    """Every analysis by name; the modules of this package are imported when the first one is asked for."""

    def __init__(self) -> None:
        self.found: dict[str, Analysis] = {}

    def all(self) -> dict[str, Analysis]:
        if not self.found:
            for each in sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"):
                own: dict[str, Analysis] = import_module(f"{__name__}.{each}").ANALYSES
                twice = sorted(set(own) & set(self.found))
                if twice:
                    raise UsageError(f"found the analysis {twice[0]!r} in two modules")
                self.found.update(own)
        return self.found

    def __getitem__(self, name: str) -> Analysis:
        return self.all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self.all())


#: What ``ask`` may name.
ANALYSES = _Analyses()
