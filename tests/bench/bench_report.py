"""Seconds to build the main report of the study, from nothing and after changes: python tests/bench/bench_report.py [GAME ...].

A copy of the study is built in fresh processes, as ``detente report`` is: with nothing kept, again, after changes of its
wording, and, for each game, after a change of the baseline and then of the range of one parameter that this game alone has.
Two cores, Chinese edition last.
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

#: Words: the file, text before them, and where they begin.
WORDING = {
    "title of the report": ("reports/main.toml", "title", 'en = "'),
    "label of a player": ("games/confrontation.toml", "[labels]", 'us = { en = "'),
    "label of a player in a game of three": ("games/alliance_hedging.toml", "[labels]", 'us = { en = "'),
    "label of a game": ("games/rebuild_race.toml", "label", 'en = "'),
    "label of a parameter of five games": ("seeds/parameters.toml", "[cost_ratio]", 'en = "'),
    "label of a term": ("payoffs/confrontation.toml", "[terms.", 'en = "'),
    "reason of a judgement": ("payoffs/rebuild_race.toml", "[parameters.", 'reason = "'),
    "reason of a constraint": ("payoffs/rebuild_race.toml", "[[constraints]]", 'reason = "'),
    "text of a question": ("games/rebuild_race.toml", "[[questions]]", 'text = { en = "'),
    "sentence of an answer": ("games/gradual_cooperation.toml", "[[questions.say]]", 'en = "'),
    "statement of a claim": ("seeds/claims.toml", "", 'says = { en = "'),
    "title of a document": ("seeds/documents.toml", "title", 'en = "'),
    "label of an event": ("seeds/observations.toml", "label", 'en = "'),
}


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
        words = {}
        for what, (file, after, begin) in WORDING.items():
            times = []
            for word in ("Now", "Here", "Again"):
                changed(study / file, after, begin, f"{begin}{word}: ")
                times.append(built(study))
            words[what] = statistics.median(times)
            print(f"{what}: {words[what]:.1f} s", flush=True)
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
    said = f"from nothing {cold:.0f} s; with all results kept {again:.1f} s; the Chinese edition after the English one {chinese:.0f} s"
    print(said)
    fact("main report, two cores", said)
    most = max(words, key=lambda what: words[what])
    said = f"median {statistics.median(words.values()):.1f} s, most {words[most]:.1f} s ({most}), of {len(words)} changes"
    print(said)
    fact("main report after a change of wording", said)
    if seconds:
        baselines, ranges = (sorted((each[k], game) for game, each in seconds.items()) for k in (0, 1))
        middle = statistics.median(each for each, _ in baselines), statistics.median(each for each, _ in ranges)
        said = (
            f"baseline: median {middle[0]:.1f} s, most {baselines[-1][0]:.1f} s ({baselines[-1][1]}); "
            f"range: median {middle[1]:.1f} s, most {ranges[-1][0]:.1f} s ({ranges[-1][1]})"
        )
        print(said)
        fact("main report after a change of one parameter of one game", said)


if __name__ == "__main__":
    main()
