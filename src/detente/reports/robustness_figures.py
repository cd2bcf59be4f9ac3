"""Pictures of shares over the box, of how they settle, and of what drives an output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.importance import FAMILIES
from detente.conclusions.robustness.results import LEAST
from detente.errors import UsageError
from detente.reports.figure_labels import text_label, wrap_to
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from detente.conclusions.robustness.importance import Importance, Index
    from detente.conclusions.robustness.results import Robustness

__all__ = ["convergence_figure", "importance_figure", "shares_figure"]

#: One mark per prior, so that they can be told apart without color.
_MARKS = ("o", "s", "^", "D", "v", "P", "X")
_INKS = ("#1d4f88", "#b3541e", "#2f7d64", "#6d4a8c", "#7a6a12", "#555555", "#9a2f4d")
_CHARACTERS = 34


def _spaced(name: str) -> str:
    """Return a conclusion with room to break; the name of a formula stays as it is."""
    if ":" not in name:
        return name
    for mark, roomy in ((";", "; "), (",", ", "), ("|", " | "), ("_", " ")):
        name = name.replace(mark, roomy)
    return name.replace(":", ": ", 1)


def _head(figure: Figure, height: float, title: str, subtitle: str) -> None:
    for text, down, size, color in ((title, 0.1, 10.5, INK), (subtitle, 0.3, 8.5, QUIET)):
        shown, properties = text_label(text)
        figure.text(0.03, 1 - down / height, shown, fontsize=size, color=color, va="top", **properties)


def shares_figure(
    found: Robustness,
    conclusions: Sequence[str] = (),
    *,
    title: str = "Share of the box in which it holds",
    subtitle: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw the share of each conclusion under every prior, with the range over priors; under it, what is given.

    Parameters
    ----------
    found : Robustness
    conclusions : sequence of str, optional
        Those to draw; by default those that are printed, named formulas and classes left out where nobody asked.
    """
    names = tuple(conclusions) or found.shown({"kind", "equilibrium", "none", "selected", "set"})
    if not names:
        raise UsageError("found no conclusion to draw")
    conditions: list[str | None] = [None, *(each.name for each in found.given)]
    labels = [text_label(_spaced(name)) for name in names]
    written = [wrap_to(text, _CHARACTERS) for text, _ in labels]
    # in inches: room for the marks, and for the lines of the label
    rows = [max(0.2 + 0.17 * len(conditions), 0.1 + 0.135 * (1 + text.count("\n"))) for text in written]
    above, below = 0.62, 0.8
    height = above + sum(rows) + below
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.36, below / height, 0.6, sum(rows) / height))
        axes.set(xlim=(-0.02, 1.02), ylim=(sum(rows), 0), yticks=[])
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.axvline(LEAST, color=QUIET, linewidth=0.6, linestyle=(0, (1, 2)))
        for place, name in enumerate(names):
            middle = sum(rows[:place]) + rows[place] / 2
            axes.text(
                -0.03, middle, written[place], transform=axes.get_yaxis_transform(), ha="right", va="center",
                fontsize=8.5, linespacing=1.05, **labels[place][1],
            )  # fmt: skip
            for order, given in enumerate(conditions):
                at = middle + (order - (len(conditions) - 1) / 2) * 0.17
                _shares(axes, found, name, given, at, PLAYERS[order % len(PLAYERS)].ink)
            if place:
                axes.axhline(middle - rows[place] / 2, color="#dddddd", linewidth=0.5, zorder=0)
        axes.set_xlabel("share of the draws; the dotted line is at 0.95")
        _head(figure, height, title, subtitle)
        marks = "  ".join(f"{_NAMES[_MARKS[k % len(_MARKS)]]} {prior}" for k, prior in enumerate(found.priors))
        figure.text(0.03, 0.05 / height, marks.replace("_", " "), fontsize=8, color=QUIET, va="bottom")
        for order, given in enumerate(conditions):
            text, properties = text_label("unconditional" if given is None else f"given {given}")
            figure.text(
                0.97, (0.05 + 0.15 * (len(conditions) - 1 - order)) / height, text, fontsize=8, ha="right", va="bottom",
                color=PLAYERS[order % len(PLAYERS)].ink, **properties,
            )  # fmt: skip
    return figure


_NAMES = {"o": "●", "s": "■", "^": "▲", "D": "◆", "v": "▼", "P": "✚", "X": "✖"}


def _shares(axes: Axes, found: Robustness, name: str, given: str | None, at: float, ink: str) -> None:
    spread = found.range(name, given=given)
    if spread is None:
        return
    axes.plot(spread, [at, at], color=ink, linewidth=2.2, alpha=0.35, solid_capstyle="round", zorder=1)
    for order, each in enumerate(found.find(name, given=given)):
        if each.share is not None:
            axes.plot(
                [each.share], [at], _MARKS[order % len(_MARKS)], color=ink, markersize=3.4, zorder=2, markeredgewidth=0
            )


def convergence_figure(
    found: Robustness,
    conclusions: Sequence[str] = (),
    *,
    title: str = "How shares settle as draws come in",
    subtitle: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw shares against the number of draws, each prior with a band of two standard errors, one panel a conclusion.

    Without names, up to four conclusions whose shares are farthest from 0 and 1.
    """
    names = tuple(conclusions) or _open(found)
    if not names:
        raise UsageError("found no conclusion to draw")
    panel, above, below = 1.5, 0.62, 0.75
    height = above + panel * len(names) + below
    with figure_style():
        figure = new_figure(width, height)
        for place, name in enumerate(names):
            bottom = (below + panel * (len(names) - 1 - place) + 0.12) / height
            axes = figure.add_axes((0.1, bottom, 0.72, (panel - 0.34) / height))
            last = _panel(axes, found, name)
            text, properties = text_label(_spaced(name))
            axes.set_title(wrap_to(text, 70), fontsize=8.5, loc="left", pad=3, **properties)
            if place < len(names) - 1:
                axes.set_xticklabels([])
            for at, prior, ink in _apart(last, axes.get_ylim()):
                axes.text(
                    1.01,
                    at,
                    prior.replace("_", " "),
                    transform=axes.get_yaxis_transform(),
                    fontsize=7.5,
                    color=ink,
                    va="center",
                )
        axes.set_xlabel("draws; bands are two standard errors wide on either side")
        _head(figure, height, title, subtitle)
    return figure


def _open(found: Robustness) -> tuple[str, ...]:
    shown = [
        name
        for name in found.shown({"named", "kind", "equilibrium", "none", "selected"})
        if found.find(name)[0].share is not None
    ]
    shown.sort(key=lambda name: abs((found.find(name)[0].share or 0.0) - 0.5))
    return tuple(shown[:4])


def _panel(axes: Axes, found: Robustness, name: str) -> list[tuple[float, str, str]]:
    """Draw one conclusion; return where the line of each prior ends."""
    last, low, high = [], [], []
    for order, prior in enumerate(found.priors):
        rows = found.settle(name, prior, None)
        ink = _INKS[order % len(_INKS)]
        draws, shares = [each[0] for each in rows], [each[1] for each in rows]
        bands = [[share + sign * 2 * error for _, share, error in rows] for sign in (-1, 1)]
        axes.fill_between(draws, bands[0], bands[1], color=ink, alpha=0.13, linewidth=0)
        axes.plot(draws, shares, color=ink, linewidth=1)
        late = len(rows) // 3
        low.append(min(bands[0][late:]))
        high.append(max(bands[1][late:]))
        last.append((shares[-1], prior, ink))
    axes.set_xscale("log")
    pad = 0.06 * (max(high) - min(low) or 1)
    axes.set_ylim(max(-0.01, min(low) - pad), min(1.01, max(high) + pad))
    axes.margins(x=0)
    axes.minorticks_off()
    for side in ("right", "top"):
        axes.spines[side].set_visible(False)
    return last


def _apart(
    ends: list[tuple[float, str, str]], limits: tuple[float, float], gap: float = 0.115
) -> list[tuple[float, str, str]]:
    """Return the ends of lines moved apart so far that their names do not overlap."""
    step = gap * (limits[1] - limits[0])
    placed: list[tuple[float, str, str]] = []
    for at, prior, ink in sorted(ends):
        placed.append((max(at, placed[-1][0] + step) if placed else at, prior, ink))
    over = placed[-1][0] - limits[1]
    if over > 0:
        top = limits[1]
        for index in range(len(placed) - 1, -1, -1):
            at = min(placed[index][0], top)
            placed[index] = (at, *placed[index][1:])
            top = at - step
    return placed


def importance_figure(
    found: Importance,
    output: str | None = None,
    *,
    most: int = 12,
    labels: Mapping[str, str] | None = None,
    title: str | None = None,
    subtitle: str = "",
    width: float = TEXT_WIDTH,
) -> Figure:
    """Draw the parameters that matter most for an output: alone, in total, and the groups below them."""
    name = output or found.outputs[0]
    own = [each for each in found.of(name) if each.total is not None][:most]
    groups = [each for each in found.groups if each.output == name and each.total is not None]
    if not own:
        raise UsageError(f"found nothing that drives {name}: it does not vary")
    rows: list[Index | None] = [*own, *([None, *groups] if groups else [])]
    row, above, below = 0.21, 0.62, 0.78
    height = above + row * len(rows) + below
    known = {
        "figures": "all figures",
        "judgements": "all judgements",
        "derived": "through derived values",
        **(labels or {}),
    }
    with figure_style():
        figure = new_figure(width, height)
        axes = figure.add_axes((0.3, below / height, 0.66, row * len(rows) / height))
        for place, each in enumerate(rows):
            if each is None:
                axes.axhline(place, color="#dddddd", linewidth=0.6)
                continue
            style = PLAYERS[1] if each.kind == "figure" or each.name == "figures" else PLAYERS[0]
            _bar(axes, place, each, style)
            text, properties = text_label(known.get(each.name, each.name.replace("_", " ")))
            axes.text(
                -0.015,
                place,
                text,
                transform=axes.get_yaxis_transform(),
                ha="right",
                va="center",
                fontsize=8.5,
                **properties,
            )
        axes.set(ylim=(len(rows) - 0.5, -0.5), yticks=[])
        axes.set_xlim(left=0)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.set_xlabel("share of the variance")
        _head(figure, height, title or f"What drives {_spaced(FAMILIES.get(name, name))}", subtitle)
        figures = any(each.kind == "figure" for each in own)
        legend = "dark: alone; light: in total, with interactions; lines: two standard errors" + (
            "\norange: figures; blue: the rest" if figures else ""
        )
        figure.text(0.03, 0.05 / height, legend, fontsize=8, color=QUIET, va="bottom", linespacing=1.25)
    return figure


def _bar(axes: Axes, place: float, each: Index, style: Any) -> None:
    total, first = each.total or 0.0, max(0.0, each.first or 0.0)
    axes.barh(place, total, height=0.62, color=style.fill, edgecolor=style.ink, linewidth=0.5)
    axes.barh(place, first, height=0.62, color=style.ink, linewidth=0)
    for value, error in ((total, each.total_error), (first, each.first_error)):
        if error:
            ends = [max(0.0, value - 2 * error), value + 2 * error]
            axes.plot(ends, [place, place], color=INK, linewidth=0.8)
