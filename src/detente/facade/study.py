"""A study: a folder of figures, parameters, payoffs, games and reports, with what can be asked of all of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import InputError
from detente.facade.game import Game
from detente.fields import label_of
from detente.study.analyses import ANALYSES
from detente.study.layout import find
from detente.study.load import load
from detente.study.model import game_model

if TYPE_CHECKING:
    from detente.reports.build import Report
    from detente.seeds.observations import Observation
    from detente.study.claims import Claims
    from detente.study.comparison_result import StudyComparison
    from detente.study.load import StudyFiles

__all__ = ["Study"]


class Study(Displayed):
    """A study: a folder of documents' figures, parameters, payoffs, games and reports.

    Parameters
    ----------
    path : str or Path, optional
        The folder, or one inside it; by default the study around the current folder.

    Raises
    ------
    UsageError
        If there is no study there.
    InputError
        With every fault in its files.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        from detente.reports.build import BLOCKS

        self.files: StudyFiles = load(find(path), analyses=ANALYSES, blocks=BLOCKS)
        if self.files.faults:
            raise InputError(*self.files.faults)

    @classmethod
    def find(cls, start: str | Path | None = None) -> Study:
        """Return the study around a folder, by default the current one."""
        return cls(start)

    @property
    def name(self) -> str:
        """The name of the study."""
        return self.files.name

    @property
    def hash(self) -> str:
        """The SHA-256 of the study's text files."""
        return self.files.hash

    @property
    def games(self) -> tuple[str, ...]:
        """The names of the games."""
        return tuple(self.files.games)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """The dated events of the documents, each as coded in one game, in the order of the file."""
        return tuple(self.files.observations.values())

    def game(self, name: str) -> Game:
        """Return the game ``GAME`` or ``GAME:VARIANT``."""
        return Game(game_model(self.files, name))

    def compare(
        self,
        other: Study | str | Path,
        *,
        kind: str = "strategic",
        budget: float | None = 60.0,
        claims: bool = False,
        draws: int = 20_000,
    ) -> StudyComparison:
        """Return what differs in another version of the study, what that flips, and which change did it.

        ``claims`` also compares the verdicts on the documents' claims, with ``draws`` draws under each prior.
        """
        from detente.study.compare import compare_studies

        later = other if isinstance(other, Study) else Study(other)
        return compare_studies(self.files, later.files, kind, seconds=budget, claims=claims, draws=draws)

    def claims(
        self, *names: str, draws: int = 20_000, seed: int = 0, rests_on: bool = False, **how: Any
    ) -> Claims:
        """Return which claims of the documents follow from the study's own figures, by default all of them."""
        from detente.study.claims import claim_verdicts

        return claim_verdicts(self.files, names, draws=draws, seed=seed, rests_on=rests_on, how=how)

    def report(self, name: str | None = None, lang: str | None = None) -> Report:
        """Return a report, by default the main one, in an edition, by default that of its file.

        ``.write(path)`` makes the PDF and the files beside it and returns what was made, ``.files`` and ``.notes``.
        """
        from detente.reports.build import Report

        return Report.of(self.files, name, lang)

    def table(self) -> Table:
        """Return the games of the study with their forms, variants and points."""
        rows = []
        for name, definition in self.files.games.items():
            label = label_of(definition.label, "en") or name
            variants, points = ", ".join(definition.variants), ", ".join(definition.points)
            rows.append((name, label, definition.form, variants, points))
        files = self.files
        counts = f"{len(files.parameters)} parameters, {len(files.figures)} figures of {len(files.documents)} documents"
        return Table(f"study {self.name}", ("game", "title", "form", "variants", "points"), tuple(rows), (counts,))

    def __repr__(self) -> str:
        games = self.games
        names = ", ".join(games) if len(games) <= 3 else f"{', '.join(games[:2])} and {len(games) - 2} more"
        return f"<Study {self.name} at {self.files.root}: games {names}>"
