"""What the sheets ask about the study's own numbers is true of the study's own games."""

import pytest

from detente.study.model import game_model


@pytest.mark.parametrize(
    ("sheet", "item", "parameter", "left", "right"),
    [
        ("hedging", "choices-4", "theta", ("korea", ("tolerate", "hedge")), ("korea", ("tolerate", "align"))),
        ("levers", "lever-2", "div_us", ("us", ("confront", "cooperate")), ("us", ("cooperate", "cooperate"))),
        ("robustness", "turns-2", "rel_us", ("us", ("confront", "cooperate")), ("us", ("cooperate", "cooperate"))),
    ],
)
def test_at_the_number_that_changes_a_choice_two_choices_pay_the_same(sheets, files, sheet, item, parameter, left, right):
    for student in ("a", "b"):
        variant = sheets[sheet].of(student)
        part = next(each for each in variant.parts if each.question.name == item.rpartition("-")[0])
        model = game_model(files, part.question.game)
        game = model.at(model.point("baseline", {**part.case.values, parameter: variant.items[item].key.value.value}))
        assert game.payoff(*left) == game.payoff(*right)


def test_every_question_has_a_hint_a_text_and_words_in_both_languages(sheets):
    for variants in sheets.values():
        sheet = variants.sheet
        told = [sheet.title, sheet.goal, *(text for question in sheet.questions for text in (*question.hints, *([question.text] if question.text else [])))]
        told += [step.text for question in sheet.questions for step in question.steps if step.text]
        assert all(set(text) == {"en", "zh"} for text in told), sheet.name
        assert all(question.hints for question in sheet.questions), sheet.name


def test_statements_that_may_hold_do_so_in_some_variants_and_not_in_others(sheets):
    """A student who always answers the same is sometimes wrong."""
    for variants in sheets.values():
        found = {}
        open_to_both = {name for name, _, step in variants.sheet.items() if step.ask in ("which", "holds", "core")}
        for number in range(10 if open_to_both else 0):
            for name, item in variants.of(f"v{number}").items.items():
                if name in open_to_both:
                    found.setdefault(name, set()).add(item.key.value.value)
        assert all(len(values) > 1 for values in found.values()), found
