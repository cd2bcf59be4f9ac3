"""Seconds to build the main report of the study, from nothing and after changes: python tests/bench/bench_report.py [GAME ...].

A copy of the study is built in fresh processes, as ``detente report`` is: with nothing kept, again, after a change of its
title, after a change of a player's label, and, for each game, after a change of the baseline and then of the range of one
parameter that this game alone has. Two cores, Chinese edition last.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from ratios import fact

STUDY = Path(__file__).resolve().parents[2]


def built(study: Path, *more: str) -> float:
    """Return the seconds that a build of the main report takes."""
    command = [sys.executable, "-m", "detente", "report", "main", "--study", str(study), *more]
    before = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg"})
    return time.perf_counter() - before


def changed(path: Path, after: str, old: str, new: str) -> None:
    """Change the first place at which a text stands behind another."""
    text = path.read_text(encoding="utf-8")
    place = text.index(old, text.index(after))
    path.write_text(text[:place] + new + text[place + len(old) :], encoding="utf-8")


def own_judgement(path: Path) -> tuple[str, dict[str, float]] | None:
    """Return a judgement with a range that a payoff file has for itself."""
    parameters = tomllib.loads(path.read_text(encoding="utf-8")).get("parameters", {})
    for name, each in parameters.items():
        if each.get("kind") == "judgement" and "value" in each and each.get("low", 0) < each["value"] < each.get("high", 0):
            return name, each
    return None


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        for room in ("seeds", "payoffs", "games", "reports"):
            shutil.copytree(STUDY / room, study / room, ignore=shutil.ignore_patterns("*.pdf", "*_files"))
        shutil.copy(STUDY / "pyproject.toml", study)
        cold = built(study)
        again = statistics.median(built(study) for _ in range(3))
        changed(study / "reports" / "main.toml", "title", "Rare earths", "Rare earth metals")
        title = built(study)
        changed(study / "games" / "confrontation.toml", "[labels]", 'en = "United States"', 'en = "America"')
        label = built(study)
        seconds = {}
        for game in sys.argv[1:] or tomllib.loads((study / "reports" / "main.toml").read_text(encoding="utf-8"))["games"]:
            path = study / "payoffs" / f"{game}.toml"
            found = own_judgement(path)
            if found is None:
                continue
            name, each = found
            value, high = each["value"], each["high"]
            changed(path, f"[parameters.{name}]", f"\nvalue = {value}", f"\nvalue = {value + (high - value) / 8:.6g}")
            baseline = built(study)
            changed(path, f"[parameters.{name}]", f"\nhigh = {high}", f"\nhigh = {high - (high - value) / 8:.6g}")
            seconds[game] = baseline, built(study)
            print(f"{game}: {name}, baseline {seconds[game][0]:.1f} s, range {seconds[game][1]:.1f} s", flush=True)
        chinese = built(study, "--lang", "zh")
    words = (
        f"from nothing {cold:.0f} s; with all results kept {again:.1f} s, with another title {title:.1f} s, with another label of a "
        f"player in one game {label:.1f} s; the Chinese edition after the English one {chinese:.0f} s"
    )
    print(words)
    fact("main report, two cores", words)
    if seconds:
        baselines, ranges = (sorted((each[k], game) for game, each in seconds.items()) for k in (0, 1))
        middle = statistics.median(each for each, _ in baselines), statistics.median(each for each, _ in ranges)
        words = (
            f"baseline: median {middle[0]:.1f} s, most {baselines[-1][0]:.1f} s ({baselines[-1][1]}); "
            f"range: median {middle[1]:.1f} s, most {ranges[-1][0]:.1f} s ({ranges[-1][1]})"
        )
        print(words)
        fact("main report after a change of one parameter of one game", words)


if __name__ == "__main__":
    main()
