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
from pathlib import Path
from time import perf_counter

from ratios import fact

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


def other_form(text: str, kind: str, source: random.Random) -> str:
    """Return the same answer in another form."""
    if kind == "number":
        top, _, bottom = text.partition("/")
        k = source.randrange(2, 7)
        return f"x = {int(top) * k}/{int(bottom or 1) * k}"
    if kind == "condition":
        left, sign, right = text.split()
        return f"{right} {sign.translate(str.maketrans('<>', '><'))} {left}"
    if kind == "profiles" and text != "none":
        parts = text.split("; ")
        source.shuffle(parts)
        return " and ".join(parts).upper()
    return {"path": text.replace(", ", " -> ").upper(), "strategies": "{" + text + "}", "formula": f"0 + ({text})"}.get(kind, text)


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
    source = random.Random(3)
    named = seen = right = passed = 0
    for number in range(10_000):
        if seen >= 500:
            break
        variants = sheets[source.choice(list(sheets))]
        for part in variants.of(f"w{number}").parts:
            for item in part.items:
                for name in item.step.catch or ():
                    text = show(part.case, item.key.wrong[name], source.choice(["en", "zh"]))
                    seen += 1
                    named += verdict(item, text).misconception == name
                if not item.by_hand:
                    right += 1
                    text = other_form(show(part.case, item.key.value), item.key.value.kind, source)
                    found = verdict(item, text)
                    passed += found.status == "right"
                    if found.status != "right":
                        print(item.id, text, found)
    print(f"{named} of {seen} wrong answers named, {passed} of {right} right answers in another form pass")
    fact("wrong answers of the named kinds", f"{named} of {seen} get the right name; {passed} of {right} right answers in another form pass")


if __name__ == "__main__":
    main()
