"""Exercises: how long a pile of 200 submissions takes, how many named wrong answers get their name, which right answers pass.

The pile holds notebooks and forms with right and wrong answers, empty and damaged files, archives, and hostile ones. It is
marked by the command, study and all.
"""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from ratios import fact

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "exercises"))
import naive_students

from detente.exercises.key import show
from detente.exercises.marking import verdict
from detente.exercises.notebooks import notebook
from detente.exercises.sheet import read_sheet
from detente.exercises.variants import Variants
from detente.study.load import load

STUDY = Path(__file__).resolve().parents[2]
SEED = "41"
HOSTILE = [
    b"", b"[" * 500_000, b'{"a":' * 300_000, b"PK\x03\x04" + b"\0" * 1000, b"\x7fELF" + b"\0" * 1000, b"\xff" * 1000, b" " * 1_900_000,
    b'{"cells": [' + b'{"source": "x"},' * 1999 + b"{}]}", b"import os; os.abort()", b'{"cells": [' + b"9" * 100_000 + b"]}",
]  # fmt: skip
BOMBS = ["9**9**9", "(" * 900, "((R+T)**12)**12", "delta**12*" * 90 + "1 > 0", "__import__('os').abort()", "1/0", "x" * 900_000]


def pile(folder: Path, variants: Variants) -> None:
    source = random.Random(2)
    names = [f"s{number:03}" for number in range(200)]
    (folder / "class.csv").write_text("student\n" + "\n".join(names) + "\n", encoding="utf-8")
    (folder / "pile").mkdir()
    for number, name in enumerate(names):
        if number % 8 == 7:
            (folder / "pile" / f"{name}.ipynb").write_bytes(HOSTILE[number // 8 % len(HOSTILE)])
            continue
        variant = variants.of(name)
        answers = {}
        for part in variant.parts:
            for item in part.items:
                values = [item.key.value, item.key.value, *item.key.wrong.values()]
                answers[item.id] = show(part.case, source.choice(values))
        if number % 8 == 3:
            answers[source.choice(list(answers))] = BOMBS[number // 8 % len(BOMBS)]
        data = json.loads(notebook(variant, "en"))
        for cell in data["cells"]:
            mark = cell["metadata"]["nbgrader"]["grade_id"]
            cell["source"] = answers.get(mark, cell["source"])
        (folder / "pile" / f"{name}.ipynb").write_text(json.dumps(data), encoding="utf-8")


def timed(sheet: str, variants: Variants) -> float:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        pile(folder, variants)
        command = [
            sys.executable, "-m", "detente", "exercise", "mark", str(folder / "pile"), "--sheet", sheet, "--seed", SEED,
            "--students", str(folder / "class.csv"), "--study", str(STUDY), "-o", str(folder / "marks"),
        ]  # fmt: skip
        start = perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        took = perf_counter() - start
        with (folder / "marks" / "canvas.csv").open(encoding="utf-8-sig", newline="") as file:
            count = len(list(csv.DictReader(file))) - 1
    print(f"{sheet}: {took:.1f} s; {done.stdout.splitlines()[0]}")
    assert count == 175, count
    return took


def main() -> None:
    files = load(STUDY)
    paths = sorted((STUDY / "notebooks" / "exercises").glob("*.toml"))
    sheets = {path.stem: Variants(read_sheet(path), files, SEED) for path in paths}
    times = [timed(name, variants) for name, variants in sheets.items()]
    fact("200 submissions marked, 25 of them empty, damaged or hostile", f"{min(times):.0f} to {max(times):.0f} s by sheet, study and start included")
    named, seen, kinds = wrong_answers(sheets, random.Random(3))
    right, passed = right_answers(sheets, random.Random(4))
    fact(
        "wrong answers worked out by hand from the notebooks",
        f"{named} of {seen} of {len(kinds)} kinds get the right name; {passed} of {right} right answers in another form pass",
    )


def wrong_answers(sheets: dict[str, Variants], source: random.Random) -> tuple[int, int, Counter[str]]:
    """Return how many of 500 wrong answers of promised kinds get their name; students work from the text of the notebook."""
    named, seen, kinds = 0, 0, Counter[str]()
    for number in range(10_000):
        for variants in sheets.values():
            variant = variants.of(f"w{number}")
            shown = naive_students.asked(notebook(variant, "en"))
            for item in variant.items.values():
                rules = naive_students.rules_for(shown[item.id])
                for name in item.step.catch or ():
                    if name in rules:
                        text = rules[name](shown[item.id])
                        if source.random() < 0.5:
                            text = naive_students.in_another_form(text, item.key.wrong[name].kind, source)
                        found = verdict(item, text)
                        seen, named = seen + 1, named + (found.misconception == name)
                        kinds[name] += 1
                        if found.misconception != name:
                            print(item.id, name, text, found)
        if seen >= 500:
            break
    return named, seen, kinds


def right_answers(sheets: dict[str, Variants], source: random.Random) -> tuple[int, int]:
    """Return how many right answers there are and how many of them pass in another form."""
    right = passed = 0
    for variants in sheets.values():
        for number in range(10):
            for part in variants.of(f"r{number}").parts:
                for item in part.items:
                    if not item.by_hand:
                        text = naive_students.in_another_form(show(part.case, item.key.value), item.key.value.kind, source)
                        found = verdict(item, text)
                        right, passed = right + 1, passed + (found.status == "right")
                        if found.status != "right":
                            print(item.id, text, found)
    return right, passed


if __name__ == "__main__":
    main()
