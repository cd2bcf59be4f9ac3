"""The catalogue of classic games: each is what its source says."""

from fractions import Fraction

import pytest

from detente.errors import UsageError
from detente.games import classic
from detente.games.extensive import GameTree
from detente.games.formats import format_game, parse_game
from detente.solve.equilibria import equilibria
from detente.solve.pure import pure_equilibria


def test_every_game_is_exact_and_has_a_title_and_a_source_with_a_year():
    assert len(classic.names()) >= 15
    for name in classic.names():
        made = classic.entry(name)
        assert classic.game(name).arithmetic == "exact"
        assert made.title and made.known_for
        assert any(f"({year})" in made.source for year in range(1900, 2030)), name


@pytest.mark.parametrize("name", classic.names())
def test_every_game_survives_a_file(name):
    made = classic.game(name)
    form = "efg" if isinstance(made, GameTree) else "nfg"
    assert parse_game(format_game(made, form)).game == made


def test_an_unknown_name_gets_a_suggestion():
    with pytest.raises(UsageError, match="did you mean 'stag_hunt'"):
        classic.game("stag_hnt")


@pytest.mark.parametrize(
    ("name", "count"),
    [("prisoners_dilemma", 1), ("stag_hunt", 3), ("chicken", 3), ("battle_of_the_sexes", 3), ("matching_pennies", 1),
     ("rock_paper_scissors", 1), ("shapley", 1), ("von_stengel", 75)],
)
def test_the_number_of_equilibria_is_the_known_one(name, count):
    found = equilibria(classic.game(name))
    assert found.complete
    assert len(found.equilibria) == count


def test_shapleys_game_mixes_evenly():
    (only,) = equilibria(classic.game("shapley")).equilibria
    assert set(weight for own in only.mixed for weight in own) == {Fraction(1, 3)}


def test_the_irrational_game_has_no_pure_equilibrium_and_the_stated_one_is_one():
    # Nau, Gomez Canovas and Hansen (2004); checked by substitution with exact radicals.
    import sympy

    made = classic.game("irrational")
    assert not pure_equilibria(made).equilibria
    root = sympy.sqrt(601)
    p, q, r = (53 - root) / 46, (root - 13) / 24, (root - 23) / 4
    mixed = [(p, 1 - p), (q, 1 - q), (r, 1 - r)]
    assert all(0 < float(each) < 1 for each in (p, q, r))
    for player in range(3):
        values = []
        for own in (0, 1):
            total = 0
            for profile in made.profiles():
                if profile[player] == own:
                    weight = sympy.Integer(1)
                    for other in range(3):
                        if other != player:
                            weight *= mixed[other][profile[other]]
                    payoff = made.payoffs[(player, *profile)]
                    total += weight * sympy.Rational(payoff.numerator, payoff.denominator)
            values.append(total)
        assert sympy.expand(values[0] - values[1]) == 0
