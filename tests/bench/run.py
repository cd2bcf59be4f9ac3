"""Run the benchmarks of this folder: peers and detente side by side, as ratios with their spread, a table and a picture.

    python tests/bench/run.py [NAME ..] [--readme] [--keep FILE]

NAME is that of a script, such as ``ensemble``; by default all run. The picture goes to ``.detente/bench.png``; with
``--readme`` it goes to ``reports/pictures/bench.png``, and the table into the README. What the README has of scripts that
were not run stays, where only some are named. ``--keep`` adds to the measurements of earlier runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ratios import Row, read

from detente.display import Table
from detente.reports.figure_file import write_figure
from detente.reports.figure_style import INK, PLAYERS, QUIET, TEXT_WIDTH, figure_style, new_figure

HERE = Path(__file__).parent
STUDY = HERE.parents[1]
BEGIN, END = "<!-- bench: made by tests/bench/run.py --readme -->", "<!-- end of bench -->"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 20 else f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def span(row: Row) -> str:
    low, high = number(row.low), number(row.high)
    return "" if low == high else f"{low} to {high}"


def table(rows: list[Row]) -> Table:
    cells = [(row.what, row.peer, number(row.median) + "x", span(row)) for row in rows if row.peer]
    notes = tuple(f"{row.what}: {row.words}." for row in rows if not row.peer)
    return Table("time of the peer over that of detente", ("task", "peer", "median", "spread"), tuple(cells), notes)


def markdown(rows: list[Row]) -> str:
    lines = ["| task | peer | times as fast | spread |", "| --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.peer} | {number(row.median)} | {span(row)} |" for row in rows if row.peer]
    lines += ["", *(f"- {row.what}: {row.words}." for row in rows if not row.peer)]
    return "\n".join(lines)


def written(text: str) -> list[Row]:
    """Return the rows that :func:`markdown` has written."""
    rows, facts = [], ""
    for line in text.splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if not line.startswith("|"):
            facts += line.removeprefix("- ") + ("\n" if line.endswith(".") else " ")
        elif cells[0] != "task" and not cells[0].startswith("---"):
            what, peer, median, spread = cells
            low, _, high = (spread or f"{median} to {median}").partition(" to ")
            rows.append(Row(what, peer, *(float(each.replace(",", "")) for each in (median, low, high))))
    for each in facts.strip().split("\n"):
        what, _, words = each.strip().partition(": ")
        rows.append(Row(what, "", 0.0, 0.0, 0.0, words.removesuffix(".")))
    return rows


def picture(rows: list[Row], place: Path) -> None:
    """Draw the ratios with their spread on a logarithmic axis."""
    shown = [row for row in rows if row.peer]
    height = 0.17 * len(shown) + 1.0
    with figure_style():
        figure = new_figure(TEXT_WIDTH, height)
        axes = figure.add_axes((0.42, 0.5 / height, 0.3, 0.17 * len(shown) / height))
        axes.set_xscale("log")
        axes.set(ylim=(len(shown) - 0.5, -0.5), yticks=[])
        axes.axvline(1, color=INK, linewidth=0.7)
        for order, row in enumerate(shown):
            faster = row.median >= 1
            ink = PLAYERS[0].ink if faster else PLAYERS[1].ink
            axes.plot([row.low, row.high], [order, order], color=ink, linewidth=2, alpha=0.4, solid_capstyle="round")
            axes.plot([row.median], [order], "o", color=ink, markersize=4)
            left = axes.get_yaxis_transform()
            axes.text(-0.02, order, f"{row.what}  ", transform=left, ha="right", va="center", fontsize=8)
            axes.text(1.04, order, row.peer, transform=left, ha="left", va="center", fontsize=7, color=QUIET)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.xaxis.grid(visible=True, which="major", color="#e2e2e2", linewidth=0.5)
        axes.set_axisbelow(True)
        axes.set_xlabel("times as fast as the peer (median and spread)", fontsize=8.5)
        figure.text(0.02, 1 - 0.1 / height, "Speed against other packages, side by side in one process", fontsize=10, va="top")
    place.parent.mkdir(parents=True, exist_ok=True)
    write_figure(figure, place)


def main() -> None:
    names = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(names)}")
    parser.add_argument("--readme", action="store_true", help="put the table and the picture into the README")
    parser.add_argument("--keep", type=Path, help="a file of measurements to add to")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(names)):
        parser.error(f"unknown benchmark {unknown[0]!r}; expected some of {', '.join(names)}")
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or Path(folder) / "rows.jsonl"
        place.touch()
        for name in options.names or ([] if options.keep and options.readme else names):
            print(f"== {name}", flush=True)
            environment = {**os.environ, "DETENTE_BENCH": str(place)}
            subprocess.run([sys.executable, str(HERE / f"bench_{name}.py")], check=True, env=environment)
        rows = read(place)
    readme = STUDY / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    kept, _, after = rest.partition(END)
    if options.readme and (options.names or options.keep):
        rows = list({(row.what, row.peer): row for row in (*written(kept), *rows)}.values())
    print(f"\n{table(rows).to_text(100)}")
    target = STUDY / "reports" / "pictures" / "bench.png" if options.readme else STUDY / ".detente" / "bench.png"
    if any(row.peer for row in rows):
        picture(rows, target)
        print(f"wrote {target}")
    if options.readme:
        readme.write_text(f"{before}{BEGIN}\n\n{markdown(rows)}\n\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
