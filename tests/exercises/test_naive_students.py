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


def test_wrong_answers_worked_out_by_hand_get_their_name(sheets):
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
        if seen >= 250:  # the benchmark takes 500
            break
    assert seen >= 250
    assert len(kinds) >= 8
    assert named >= 0.95 * seen, (named, seen)


RIGHT = {
    "how much does Shapley's rule give": naive.in_orders,
    "Shapley-Shubik index": naive.pivots,
    "What is the coalition of all worth": lambda a: min(*naive.link_shares(a), 1),
    "wind down its link if it is alone": lambda a: naive.limits(a, False),
    "And if all others do?": lambda a: naive.limits(a, True),
    "least discount factor": lambda a: naive.patience(a, a.me)[0],
    "guarantee, whatever": lambda a: max(min(a.get(a.me, a.me, k, j) for j in range(a.shape[1 - a.me])) for k in range(a.shape[a.me])),
    "payoff does the subgame-perfect": lambda a: naive.backwards(a.ends())[1][naive.tree_me(a)],
    "mixed equilibrium give, on average": lambda a: naive.average(a, a.me, naive.indifferent(a, 0), naive.indifferent(a, 1)),
}


def test_what_a_careful_student_works_out_by_hand_is_the_key(sheets):
    seen = Counter()
    for variants in sheets.values():
        for number in range(2):
            variant = variants.of(f"careful{number}")
            shown = naive.asked(notebook(variant, "en"))
            for item in variant.items.values():
                for words, answer in RIGHT.items():
                    if words in shown[item.id].words:
                        seen[words] += 1
                        assert item.key.value.value == answer(shown[item.id]), (item.id, shown[item.id].words)
    assert set(seen) == set(RIGHT)


def test_right_answers_in_another_form_pass(sheets):
    source = random.Random(9)
    for variants in sheets.values():
        for number in range(3):
            for part in variants.of(f"form{number}").parts:
                for item in part.items:
                    if item.by_hand:
                        continue
                    text = naive.in_another_form(show(part.case, item.key.value), item.key.value.kind, source)
                    assert verdict(item, text).status == "right", (item.id, text)
