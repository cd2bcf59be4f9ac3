"""Shares over priors as bars from the least to the greatest, the uniform prior marked: never a lone percentage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detente.reports.characters import CJK
from detente.reports.figure_labels import fit, text_label, wrap_to
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure
from detente.reports.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Bar", "share_bars"]

_LEFT = 2.75  # inches for the words
#: Letters of a line of them.
_LETTERS = 46
#: Lines of a label that fit into a row; the table below the bars has the whole of it.
_MOST_LINES = 3


@dataclass(frozen=True)
class Bar:
    """One conclusion: its words, least and greatest share, the share under the uniform prior, given observed play, proof."""

    words: str
    low: float
    high: float
    uniform: float | None = None
    observed: tuple[float, float] | None = None
    proved: str = ""


def share_bars(bars: Sequence[Bar], lang: str = "en", *, observed: bool = False, width: float = TEXT_WIDTH) -> Figure:
    """Draw bars, one row each; ``observed`` leaves room below each for the share given observed play."""
    row = 0.32 if observed else 0.26
    above, below = 0.06, 0.68
    # "never, proved" is a letter longer in Chinese than "always, proved"
    right = 1.1 if lang == "zh" and any(bar.proved == "never" for bar in bars) else 0.95
    height = above + row * len(bars) + below
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((_LEFT / width, below / height, (width - _LEFT - right) / width, row * len(bars) / height))
        axes.set(xlim=(0, 1), ylim=(len(bars) - 0.5, -0.5), yticks=[], xticks=[0, 0.25, 0.5, 0.75, 1])
        axes.set_xticklabels(["0%", "25%", "50%", "75%", "100%"])
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        for place, bar in enumerate(bars):
            up = 0.18 if observed and bar.observed is not None else 0.0
            words, properties = text_label(bar.words)
            shown = fit(words, _LEFT - 0.1) or words if CJK.search(words) else wrap_to(words, _LETTERS)
            lines = shown.split("\n")
            shown = "\n".join(lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}\u2026"])
            small = 8.5 if shown.count("\n") < 2 else 7 if observed else 6
            axes.text(
                -0.02, place, shown, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=small,
                linespacing=1.0, **properties,
            )  # fmt: skip
            axes.axhline(place + 0.5, color="#dddddd", linewidth=0.5, zorder=0)
            _bar(axes, place - up, bar.low, bar.high, PLAYERS[0].ink, PLAYERS[0].fill)
            if bar.uniform is not None:
                axes.plot([bar.uniform], [place - up], "|", color=INK, markersize=9, markeredgewidth=1.6, zorder=4)
            if bar.observed is not None and observed:
                _bar(axes, place + 0.22, *bar.observed, PLAYERS[1].ink, PLAYERS[1].fill, hatch="////")
            _text(axes, place - up, _ends(bar, lang))
        keys = [("|", say(lang, "share under the uniform prior")), ("▭", say(lang, "least to greatest over the priors"))]
        if observed:
            keys.append(("▨", say(lang, "the same given observed play")))
        text, properties = text_label("\u2002\u2002".join(f"{sign}\u00a0{words}" for sign, words in keys))
        figure.text(0.03, 0.07 / height, text, fontsize=8, color=QUIET, va="bottom", **properties)
        label, properties = text_label(say(lang, "share of the box"))
        axes.set_xlabel(label, fontsize=8.5, labelpad=2, **properties)
    return figure


def _bar(axes: Axes, at: float, low: float, high: float, ink: str, fill: str, hatch: str = "") -> None:
    least = 0.006  # a bar without width is still seen
    if high - low < least:
        middle = min(max((low + high) / 2, least / 2), 1 - least / 2)
        low, high = middle - least / 2, middle + least / 2
    tall = 0.36 if not hatch else 0.24
    axes.barh([at], [high - low], left=[low], height=tall, color=fill, edgecolor=ink, linewidth=0.8, hatch=hatch, zorder=2)


def _ends(bar: Bar, lang: str) -> str:
    from detente.reports.claim_words import percent

    if bar.proved:
        return say(lang, f"{bar.proved}, proved")
    low, high = (percent(each).replace("under ", "<").replace("over ", ">") for each in (bar.low, bar.high))
    if low == high:
        return low
    return say(lang, "{low} to {high}", low=low, high=high)


def _text(axes: Axes, at: float, words: str) -> None:
    text, properties = text_label(words)
    axes.text(
        1.03, at, text, transform=axes.get_yaxis_transform(), ha="left", va="center", fontsize=8.5, color=INK, **properties
    )
