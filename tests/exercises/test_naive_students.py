"""Wrong answers of students who follow a wrong rule by hand get its name; right answers in another form pass."""

import importlib.util
import random
import tomllib
from collections import Counter
from pathlib import Path

from detente.exercises.key import show
from detente.exercises.marking import verdict
from detente.exercises.notebooks import notebook

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("naive_students", HERE / "naive_students.py")
naive = importlib.util.module_from_spec(spec)
spec.loader.exec_module(naive)


def promised(variants):
    """The misconceptions that a sheet promises to catch, by item, as its file says."""
    table = tomllib.loads(variants.sheet.source)
    return {
        f"{question['name']}-{number}": step.get("catch", [])
        for question in table["questions"]
        for number, step in enumerate(question["steps"], 1)
    }


def test_five_hundred_wrong_answers_worked_out_by_hand_get_their_name(sheets):
    source = random.Random(8)
    seen, named, kinds = 0, 0, Counter()
    for number in range(200):
        for variants in sheets.values():
            variant = variants.of(f"naive{number}")
            shown = naive.asked(notebook(variant, "en"))
            for item, catch in promised(variants).items():
                rules = naive.rules_for(shown[item])
                for name in catch:
                    if name not in rules:
                        continue
                    text = rules[name](shown[item])
                    if source.random() < 0.5:
                        text = naive.in_another_form(text, variant.items[item].key.wrong[name].kind, source)
                    found = verdict(variant.items[item], text)
                    assert found.status == "wrong", (item, name, text, found)
                    seen += 1
                    named += found.misconception == name
                    kinds[name] += 1
        if seen >= 500:
            break
    assert seen >= 500
    assert len(kinds) >= 8
    assert named >= 0.95 * seen, (named, seen)


def test_right_answers_in_another_form_pass(sheets):
    source = random.Random(9)
    for variants in sheets.values():
        for number in range(6):
            for part in variants.of(f"form{number}").parts:
                for item in part.items:
                    if item.by_hand:
                        continue
                    text = naive.in_another_form(show(part.case, item.key.value), item.key.value.kind, source)
                    assert verdict(item, text).status == "right", (item.id, text)
