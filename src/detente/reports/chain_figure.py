"""The picture of a chain of opponents: what is believed, what deters, and how probable entries and fights are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.reports.figure_labels import text_label
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from detente.solve.repeated.opponents import Chain

__all__ = ["chain_figure"]


def chain_figure(found: Chain, title: str = "", *, width: float = TEXT_WIDTH) -> Figure:
    """Draw for each opponent in turn the belief that deters it, above the chances of an entry and of a fight.

    Parameters
    ----------
    found : Chain
        As :func:`detente.chain` returns it.
    title : str

    Notes
    -----
    Chances are those at the start, before anybody has moved. Without a cutoff, where every opponent does the same
    whatever it believes, only they are drawn.
    """
    from matplotlib.ticker import MaxNLocator

    one, two = PLAYERS[0], PLAYERS[1]
    turns = list(range(1, found.opponents + 1))
    cutoffs = [found.cutoff(found.opponents + 1 - turn) for turn in turns]
    beliefs = None not in cutoffs
    head = 0.3 if title else 0.08
    height = (3.6 if beliefs else 2.1) + head
    with figure_style():
        figure = new_figure(width, height)
        places = [(0.11, 0.5 / height, 0.62, 1.25 / height)]
        if beliefs:
            places.append((0.11, 2.25 / height, 0.62, 1.25 / height))
        chances = figure.add_axes(places[0])
        entry = [float(each) for each, _ in found.path]
        fought = [float(each) for _, each in found.path]
        chances.step(turns, entry, where="mid", color=one.ink, linewidth=1.3, label="an entry")
        dashed = {"color": two.ink, "linewidth": 1.3, "linestyle": "--"}
        chances.step(turns, fought, where="mid", label="an entry that is fought", **dashed)
        chances.set_ylim(-0.04, 1.04)
        chances.set_ylabel("chance of")
        chances.set_xlabel("opponent")
        if beliefs:
            upper = figure.add_axes(places[1], sharex=chances)
            deter = [float(each) for each in cutoffs if each is not None]
            upper.step(turns, deter, where="mid", color=INK, linewidth=1.3, label="belief that deters")
            upper.axhline(float(found.prior), color=QUIET, linewidth=0.9, linestyle=":", label="belief at the start")
            upper.set_ylim(-0.04, 1.04)
            upper.set_ylabel("belief in toughness")
            upper.tick_params(labelbottom=False)
        for axes in figure.axes:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_xlim(0.5, found.opponents + 0.5)
            for side in ("right", "top"):
                axes.spines[side].set_visible(False)
            axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.05), frameon=False, fontsize=8.5)
        if title:
            text, properties = text_label(title)
            figure.text(0.03, 1 - 0.08 / height, text, fontsize=10, va="top", **properties)
    return figure
