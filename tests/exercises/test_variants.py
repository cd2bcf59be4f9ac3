"""Variants depend on sheet, seed and student alone, have what is guaranteed, and are refused where that cannot be."""

import itertools
from fractions import Fraction as F

import pytest

from detente.errors import InputError
from detente.exercises.key import show

MIX = """
[[questions]]
name = "mix"
game = "confrontation"
draw = { integers = [0, 9], require = ["unique_mixed", "denominators:12", "no_ties"] }
steps = [
    { ask = "pure_equilibria", catch = ["payoff_dominance"] },
    { ask = "probability", player = "us", strategy = "cooperate", catch = ["other_players_probabilities", "complement"] },
    { ask = "mixed_payoff", player = "us" },
]
"""


def cells(variant, part=0):
    return variant.parts[part].case.game.payoffs.tolist()


def test_the_same_sheet_seed_and_student_give_the_same_variant_and_any_other_another(sheet):
    one, again, other = sheet(MIX), sheet(MIX), sheet(MIX, seed="2")
    assert cells(one.of("ada")) == cells(again.of("ada"))
    assert one.of("ada").mark == again.of("ada").mark
    assert cells(one.of("ada")) != cells(one.of("bob"))
    assert cells(one.of("ada")) != cells(other.of("ada"))
    assert len({one.of("ada").mark, one.of("bob").mark, other.of("ada").mark}) == 3


def test_a_mixed_equilibrium_has_the_probabilities_that_indifference_gives(sheet):
    variants = sheet(MIX)
    for student in "abcdef":
        variant = variants.of(student)
        (a, b), (c, d) = cells(variant)[1]  # what China gets; rows are the choices of the United States
        p = F(d - c, a - b - c + d)  # p*a + (1 - p)*c = p*b + (1 - p)*d
        found = variant.items["mix-2"].key
        assert found.value.value == p
        assert 0 < p < 1 and p.denominator <= 12
        (e, f), (g, h) = cells(variant)[0]
        q = F(h - f, e - f - g + h)
        assert found.wrong["other_players_probabilities"].value == q
        assert found.wrong["complement"].value == 1 - p
        assert len({p, 1 - p, q}) == 3
        assert variant.items["mix-3"].key.value.value == q * e + (1 - q) * f
        assert variant.items["mix-1"].key.value.value == frozenset()


def test_pure_equilibria_dominance_and_best_replies_are_those_of_brute_force(sheet):
    variants = sheet("""
[[questions]]
name = "q"
game = "counter_controls"
draw = { integers = [0, 4] }
steps = [{ ask = "pure_equilibria" }, { ask = "dominated", player = "china" }, { ask = "weakly_dominated", player = "us" },
    { ask = "best_reply", player = "us", against = "license" }]
""")
    for student in map(str, range(12)):
        variant = variants.of(student)
        (us, china), own = cells(variant), variant.parts[0].case.game.strategies
        pure = {
            (own[0][i], own[1][j])
            for i, j in itertools.product(range(3), range(3))
            if us[i][j] == max(us[k][j] for k in range(3)) and china[i][j] == max(china[i])
        }
        strict = {
            own[1][j] for j in range(3) for k in range(3) if all(china[i][k] > china[i][j] for i in range(3))
        }
        weak = {
            own[0][i]
            for i in range(3)
            for k in range(3)
            if all(a >= b for a, b in zip(us[k], us[i])) and any(a > b for a, b in zip(us[k], us[i]))
        }
        best = {own[0][i] for i in range(3) if us[i][1] == max(us[k][1] for k in range(3))}
        assert [set(item.key.value.value) for item in variant.items.values()] == [pure, strict, weak, best]


def test_what_no_draw_has_is_refused_with_the_reason(sheet):
    with pytest.raises(InputError, match=r"small.toml:\d+:\d+: question mix: found 2 numbers .* for 4 outcomes"):
        sheet(MIX.replace("[0, 9]", "[0, 1]")).of("ada")
    with pytest.raises(InputError, match=r"found no payoffs of us with dominant:us, no_dominant:us"):
        sheet(MIX.replace('"unique_mixed", "denominators:12", "no_ties"', '"dominant:us", "no_dominant:us"')).of("ada")
    # equal payoffs everywhere leave a pure equilibrium, and two strategies have no mixed one without it
    with pytest.raises(InputError, match=r"found no variant in 2000 draws \(pure:0 does not hold in 2000\)"):
        sheet(MIX.replace('"unique_mixed", "denominators:12", "no_ties"', '"dominant:us", "pure:0"')).of("ada")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"probability"', '"probabilty"', "did you mean 'probability'"),
        ('"unique_mixed"', '"unique"', "unknown property 'unique'"),
        ('player = "us"', 'player = "usa"', "unknown player 'usa'"),
        ('"complement"', '"complements"', "does not know the misconception"),
        ('game = "confrontation"', 'game = "confrontatoin"', "confrontation"),
        ('game = "confrontation"', 'game = "forge_tipping"', "cannot be drawn"),
        ('game = "confrontation"', 'game = "forge_coalition"', "found 0 members; expected 2 to 5 of us, eu"),
        ("{ integers", "{ integer", "unknown key 'integer'"),
    ],
)
def test_a_fault_of_a_sheet_is_told_with_its_place(sheet, old, new, message):
    with pytest.raises(InputError, match=rf"small.toml:\d+:\d+: .*{message}"):
        sheet(MIX.replace(old, new)).of("ada")


def test_every_sheet_of_the_course_is_understood_by_itself(sheets):
    from detente.exercises.answers import same, understood

    for variants in sheets.values():
        for student in ("", "ada"):
            for part in variants.of(student).parts:
                for item in part.items:
                    for lang in ("en", "zh"):
                        if item.by_hand:
                            continue
                        text = show(part.case, item.key.value, lang)
                        assert same(understood(text, item.key.value.kind, item.key.words), item.key.value), (item.id, text)
