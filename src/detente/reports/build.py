"""A report of a study: its definition, the document made of its blocks, and the files written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import UsageError, did_you_mean
from detente.reports.block_names import GAME_BLOCKS, STUDY_BLOCKS
from detente.reports.words import NO_FONTS
from detente.study.model import GameModel, game_model
from detente.study.report_definition import EDITIONS
from detente.whole import write_whole

if TYPE_CHECKING:
    from detente.reports.document import Document
    from detente.reports.typst_compiler import Pages
    from detente.study.load import StudyFiles
    from detente.study.report_definition import ReportDefinition

__all__ = ["BLOCKS", "Report", "Written"]

#: What a report file may list under ``blocks``: name to what it shows.
BLOCKS = {**STUDY_BLOCKS, **GAME_BLOCKS}


@dataclass(frozen=True)
class Written:
    """What a build has made: ``files``, the PDF first, and ``notes`` on what could not be printed as it is.

    ``pages`` is what the compiler was given, for the next build.
    """

    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    pages: Pages | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Report:
    """A report of a study; ``document`` holds its pages, ``write`` makes the PDF and the files beside it."""

    files: StudyFiles = field(repr=False)
    definition: ReportDefinition

    @classmethod
    def of(cls, files: StudyFiles, name: str | None = None, lang: str | None = None) -> Report:
        """Return a report by name, by default the study's main one, in an edition, by default that of its file."""
        if lang is not None and lang not in EDITIONS:
            raise UsageError(f"unknown edition {lang!r}; expected one of {', '.join(EDITIONS)}")
        wanted = name or files.main_report
        if wanted is None:
            known = ", ".join(files.reports) or "none"
            raise UsageError(f"the study names no main report; name one of {known}")
        if wanted not in files.reports:
            hint = did_you_mean(wanted, files.reports)
            known = ", ".join(files.reports) or "none"
            raise UsageError(f"unknown report {wanted!r}; expected one of {known}" + (f"; {hint}" if hint else ""))
        definition = files.reports[wanted]
        return cls(files, definition if lang is None else replace(definition, lang=lang))

    @property
    def models(self) -> tuple[GameModel, ...]:
        """The games that the report is about."""
        return tuple(game_model(self.files, name) for name in self.definition.games)

    def document(self) -> Document:
        """Return the report as a document, from results computed now."""
        from detente.reports.compose import compose

        return compose(self.files, self.definition, self.models)

    def write(self, path: str | Path | None = None) -> Written:
        """Write the PDF and, beside it, every figure as SVG and PNG and every table as CSV.

        Parameters
        ----------
        path : str or Path, optional
            The PDF; by default ``reports/NAME.pdf`` of the study. The other files go into the folder
            ``NAME_files`` beside it.

        Returns
        -------
        Written
            All files written, the PDF first, and notes on it, such as characters without a glyph.

        Raises
        ------
        UsageError
            If the folder does not exist, or for a Chinese edition without the fonts of the extra ``zh``.
        DetenteError
            If a file of somebody else stands where one of these belongs; nothing is written then.
        """
        from detente.reports.assets import Assets, assets_folder
        from detente.reports.characters import chinese_fonts
        from detente.reports.pdf import typeset
        from detente.reports.translation import left_over

        target = Path(path) if path is not None else self.files.root / "reports" / f"{self.definition.name}.pdf"
        if not target.parent.is_dir():
            raise UsageError(f"the folder {target.parent} does not exist; create it first")
        if self.definition.lang == "zh" and not chinese_fonts():
            raise UsageError(NO_FONTS)
        document = self.document()
        assets = Assets.of(document, assets_folder(target))
        pdf = typeset(document)
        write_whole(target, pdf.data)
        notes = pdf.notes
        left = left_over(document, self.files.texts) if document.lang == "zh" else []
        if left:
            texts = f"{len(left)} texts have" if len(left) > 1 else "1 text has"
            notes = (*notes, f"{texts} no Chinese, such as {left[0][:80]!r}; `seeds/chinese.toml` is the place for texts of the study")
        return Written((target, *assets.write()), notes, pdf.pages)
