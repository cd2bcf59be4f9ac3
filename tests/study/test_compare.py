"""What flips between two points or two versions of a study, compared with hand-written formulas and brute force."""

import json
import shutil
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest

from detente.errors import UsageError
from detente.facade import Study
from detente.study.differences import differences, file_differences

F = Fraction
SMALL = Path(__file__).parent / "small"


@pytest.fixture(scope="module")
def game():
    return Study(Path(__file__).parents[2]).game("confrontation")


def gains(p):
    """A, B and D of both players of `confrontation`, by hand from the terms."""
    v = p["gdp_mult"] * p["l_gdp"] / p["d_us"]
    c_reb = p["capex_usd"] / (p["rebuild_years"] * v) + (p["cost_ratio"] - 1) * p["bill"]
    div_cn = p["abate"] * p["remed_rmb"] / (p["fx"] * p["remed_years"] * v) + p["lock_cn"]
    ds, rt = p["d_us"] * p["sev"], p["rel_us"] * p["tech_hit"]
    a_us = rt - p["ally_cost"] - c_reb - p["div_us"]
    b_us = rt * (1 - p["relief"]) - p["ally_cost"] - c_reb + ds * p["mitig"] + ds * p["conc"]
    d_us = p["div_us"] + c_reb + p["ally_cost"] - rt * (1 - p["relief"]) + ds * (1 - p["mitig"])
    a_cn = (p["conc"] + p["rel_cn"]) * ds - p["rent_loss"] * p["rent_cn"] - p["rep_cn"] - div_cn
    b_cn = p["relief"] * p["tech_hit"] + p["rel_cn"] * ds * (1 - p["mitig"]) - p["rent_loss"] * p["rent_cn"] - p["rep_cn"]
    p_cn = p["mkt_loss"] * p["rent_cn"] + p["rent_loss"] * p["rent_cn"] + p["rep_cn"] - p["rel_cn"] * ds * (1 - p["mitig"])
    d_cn = div_cn + p["tech_hit"] * (1 - p["relief"]) + p_cn
    return (a_us, b_us, d_us), (a_cn, b_cn, d_cn)


def kind(a, b, d):
    """The type of a player from the signs of A = T - R, B = P - S and D = R - P; ties do not occur here."""
    return {
        (False, True, True): "assurance", (False, True, False): "assurance_reversed", (True, True, True): "prisoners_dilemma",
        (True, True, False): "deadlock", (False, False, True): "harmony", (False, False, False): "harmony", (True, False, True): "chicken",
        (True, False, False): "chicken",
    }[a > 0, b > 0, d > 0]  # fmt: skip


def facts(p):
    us, china = gains(p)
    (a1, b1, _), (a2, b2, _) = us, china
    pure = [name for name, holds in (
        ("cooperate,cooperate", a1 <= 0 and a2 <= 0), ("cooperate,confront", b1 <= 0 and a2 >= 0),
        ("confront,cooperate", a1 >= 0 and b2 <= 0), ("confront,confront", b1 >= 0 and b2 >= 0),
    ) if holds]  # fmt: skip
    return {
        "A_us": "positive" if a1 > 0 else "negative",
        "A_cn": "positive" if a2 > 0 else "negative",
        "B_us": "positive" if b1 > 0 else "negative",
        "pure equilibria": "; ".join(pure) or "none",
        "type of us": kind(*us),
        "type of china": kind(*china),
        "dominant:us=confront": str(a1 > 0 and b1 > 0).lower(),
        "equilibrium:cooperate,cooperate": str(a1 <= 0 and a2 <= 0).lower(),
    }


def minimal(sets):
    return {each for each in sets if not any(other < each for other in sets)}


@pytest.mark.parametrize(("first", "second"), [("baseline", "hawkish"), ("baseline", "doc002_strong"), ("hawkish", "doc003_strong")])
def test_flips_and_their_smallest_sets_agree_with_hand_formulas_and_all_subsets(game, first, second):
    a, b = game.point(first).values, game.point(second).values
    changed = [name for name in a if a[name] != b[name]]
    found = game.compare(first, second)
    assert {str(each) for each in found.changes} == set(changed)
    table = {}
    for size in range(len(changed) + 1):
        for on in combinations(changed, size):
            table[frozenset(on)] = facts({name: b[name] if name in on else a[name] for name in a})
    every = frozenset(changed)
    flipped = {each.name: each for each in found.flips}
    for name in table[every]:
        before, after = table[frozenset()][name], table[every][name]
        if before == after:
            assert name not in flipped
            assert name in found.same
            continue
        flip = flipped[name]
        assert (flip.before, flip.after) == (before, after)
        does = [on for on in table if on and table[on][name] == after]
        undoes = [off for off in table if off and table[every - off][name] != after]
        assert {frozenset(map(str, each)) for each in flip.attribution.sets} == minimal(does)
        assert {frozenset(map(str, each)) for each in flip.attribution.undone} == minimal(undoes)
        assert flip.attribution.complete


def test_thresholds_move_as_derived_by_hand(game):
    # A_us = 0 at rel_us = (ally_cost + c_reb + div_us)/tech_hit: only tech_hit of the changes is in it
    found = game.compare("baseline", "hawkish")["threshold of A_us along rel_us"]
    assert (found.before, found.after) == ("207/500", "207/800")
    assert F(207, 500) * F(1, 2) == F(207, 800) * F(8, 10)
    assert [[str(change) for change in each] for each in found.attribution.sets] == [["tech_hit"]]


def test_labels_say_what_a_flip_takes_payoffs_to_be(game):
    labels = {each.name: each.meaning.label for each in game.compare("baseline", "hawkish").flips}
    assert labels["class"] == labels["A_us"] == labels["pure equilibria"] == "ordinal"
    assert labels["smallest material sum"] == "common unit"
    assert labels["punishment_1 sustains the target (repeated)"] == "cardinal"


def test_a_point_compared_with_itself_shows_nothing(game):
    found = game.compare("hawkish", "hawkish")
    assert (found.changes, found.flips, found.moved) == ((), (), ())
    assert "Nothing differs" in str(found)
    with pytest.raises(UsageError, match="does not flip"):
        _ = found["A_us"]


def test_the_comparison_reads_on_a_terminal_and_is_data(game):
    found = game.compare("baseline", "doc002_strong")
    assert max(map(len, str(found).splitlines())) <= 80
    data = json.loads(json.dumps(found.to_json()))
    assert {"conclusion", "before", "after", "sets", "undone", "alone", "complete", "up_to", "meaning"} <= set(data["flips"][0])
    assert len(found._repr_mimebundle_()["text/html"]) > 100


def test_an_unknown_point_is_refused(game):
    with pytest.raises(UsageError, match="did you mean 'hawkish'"):
        game.compare("baseline", "hawkisch")


# --- versions of a study


def edit(root, file, *pairs):
    path = root / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, (file, old, text.count(old))
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8", newline="\n")


@pytest.fixture
def versions(tmp_path):
    for name in ("one", "two"):
        shutil.copytree(SMALL, tmp_path / name)
    return tmp_path / "one", tmp_path / "two"


def river(root):
    return Study(root).game("river")


def test_two_copies_do_not_differ(versions):
    one, two = versions
    found = Study(one).compare(two)
    assert (found.files, found.differences, found.flips) == ((), (), ())
    assert found.hashes[0] == found.hashes[1]
    assert "Nothing flips in river at all of its points" in " ".join(str(found).split())


def test_layout_and_comments_are_files_that_differ_and_nothing_else(versions):
    one, two = versions
    edit(two, "games/river.toml", ("[strategies]\n", "# a remark\n[strategies]\n"))
    found = Study(one).compare(two)
    assert [str(each) for each in found.files] == ["file games/river.toml changed"]
    assert found.differences == ()
    assert found.hashes[0] != found.hashes[1]


def test_every_kind_of_change_is_named_with_its_fields(versions):
    one, two = versions
    edit(two, "seeds/figures.csv", ("families-left,letter.txt,3,40,1,the valley,families that left,count,40,40,", "families-left,letter.txt,3,40,1,the valley,families that left,count,40,41,"))
    edit(two, "seeds/claims.toml", ('why = "no strategy builds it"', 'why = "nobody builds it"'))
    edit(two, "games/river.toml", ('trust = "3/10"\n', 'trust = "2/5"\n'), ('- loss"', '- 2*loss"'))
    (two / "seeds" / "observations.toml").write_text(
        'format = 1\n[meetings]\ndate = "2022"\nlabel = "Meetings"\ndocument = "002"\nfigures = ["meetings"]\n'
        '[[meetings.coded]]\ngame = "river"\nmoves = { north = "concede" }\nsure = "sure"\n',
        encoding="utf-8",
    )
    found = {(each.kind, each.name): each for each in differences(Study(one).files, Study(two).files)}
    assert found["figure", "families-left"].details == (("central", "40", "41"),)
    assert found["claim", "M2"].details == (("why", "no strategy builds it", "nobody builds it"),)
    assert found["point", "river.dry"].details == (("trust", "3/10", "2/5"),)
    assert found["conclusion", "river.peace"].details[0][2].endswith("- 2*loss")
    assert found["observation", "meetings/river"].change == "added"
    assert len(found) == 5
    assert {each.name for each in file_differences(one, two)} == {
        "seeds/figures.csv", "seeds/claims.toml", "games/river.toml", "seeds/observations.toml",
    }  # fmt: skip


def payoffs_of(root):
    return (root / "payoffs" / "river.toml").read_text(encoding="utf-8")


def test_a_flip_between_versions_is_attributed_to_the_term_that_did_it(versions):
    one, two = versions
    # a reward for conceding so large that it is dominant, and a parameter that matters to nobody's choice
    text = payoffs_of(two)
    (two / "payoffs" / "river.toml").write_text(
        text + '\n[terms.north.reward]\nwhen = { north = ["concede"] }\nformula = "1000"\nnote = "a prize"\n', encoding="utf-8", newline="\n"
    )
    found = Study(one).compare(two)
    flips = {(game, point, flip.name): flip for game, point, flip in found.flips}
    flip = flips["river", "baseline", "dominant:north=concede"]
    assert (flip.before, flip.after) == ("false", "true")
    assert [[str(each) for each in own] for own in flip.attribution.sets] == [["term north.reward"]]
    assert river(two).holds("dominant:north=concede")
    assert not river(one).holds("dominant:north=concede")
    # every fact agrees with what each version says of itself
    for (_, point, name), each in flips.items():
        if name.startswith(("dominant:", "equilibrium:")):
            assert str(river(one).holds(name, point)).lower() == each.before
            assert str(river(two).holds(name, point)).lower() == each.after
    over = {each.name: each for game in found.games for each in game.over_box}
    assert over["gain_north"].after == "never"


def test_games_of_other_players_or_strategies_are_named_and_not_compared(versions):
    one, two = versions
    edit(two, "games/river.toml", ('south = ["concede", "hoard"]', 'south = ["concede", "hoard", "wait"]'))
    found = Study(one).compare(two)
    assert any("river has other players, strategies" in each for each in found.notes)
    assert found.games == ()
    assert [each.name for each in found.differences if each.kind == "game"] == ["river"]


def test_a_study_compared_with_itself_after_a_parameter_became_derived(versions):
    one, two = versions
    text = (two / "seeds" / "parameters.toml").read_text(encoding="utf-8")
    start = text.index("[patience]")
    end = text.find("\n[", start + 1)
    block = text[start : end if end > 0 else len(text)]
    edit(two, "seeds/parameters.toml", (block, '[patience]\nkind = "derived"\nformula = "1/2 + 1/4"\nunit = "ratio"\n'))
    found = Study(one).compare(two)
    kinds = {each.kind for game in found.games for each in game.changes}
    assert "definition" in kinds
    json.dumps(found.to_json())


def test_the_solution_of_another_form_is_compared_without_its_numbers():
    game = Study(Path(__file__).parents[2]).game("ultimatum_180")
    found = game.compare("baseline", "hard_stick")
    flip = found["solution: actions"]
    # solved anew at each of the four points between: who is in the mix of members
    a, b = game.point("baseline").values, game.point("hard_stick").values
    changed = [name for name in a if a[name] != b[name]]
    assert len(changed) == 2
    actions = {}
    for size in range(3):
        for on in combinations(changed, size):
            solution = game.solve("baseline", **{name: b[name] for name in on})
            actions[frozenset(on)] = ", ".join(solution.to_json()["actions"])
    every = frozenset(changed)
    assert (flip.before, flip.after) == (actions[frozenset()], actions[every])
    does = [on for on in actions if on and actions[on] == actions[every]]
    assert {frozenset(map(str, each)) for each in flip.attribution.sets} == minimal(does)
    assert flip.meaning is None


def test_trees_are_compared_by_the_paths_of_their_equilibria():
    # rep_strong: Chinese reputation makes punishing credible, so that aid is no mistake; each change is solved anew
    game = Study(Path(__file__).parents[2]).game("pakistan_balancing")
    found = game.compare("baseline", "rep_strong")
    a, b = game.point("baseline").values, game.point("rep_strong").values
    changed = [name for name in a if a[name] != b[name]]
    paths = {}
    for size in range(len(changed) + 1):
        for on in combinations(changed, size):
            solved = game.solve("baseline", **{name: b[name] for name in on}).to_json()["equilibria"]
            paths[frozenset(on)] = "; ".join(dict.fromkeys(",".join(each["path"][0]["actions"]) for each in solved))
    flip = found["solution: equilibria"]
    every = frozenset(changed)
    assert (flip.before, flip.after) == (paths[frozenset()], paths[every])
    assert {frozenset(map(str, each)) for each in flip.attribution.sets} == minimal([on for on in paths if on and paths[on] == paths[every]])


def test_populations_are_compared_by_counts():
    game = Study(Path(__file__).parents[2]).game("forge_tipping")
    found = game.compare("baseline", "tipping", budget=0.0)["solution: equilibria"]
    before, after = (
        "; ".join(
            ", ".join(f"{n} {action}" for action, n in each["counts"].items() if n) for each in game.solve(point).to_json()["equilibria"]
        )
        for point in ("baseline", "tipping")
    )
    assert (found.before, found.after) == (before, after)
    # without time one set is found, of which no single change can be left out; here each part of it is tried
    (chosen,) = found.attribution.sets
    assert not found.attribution.complete
    values = game.point("tipping").values
    for left_out in chosen:
        solved = game.solve("baseline", **{each.name: values[each.name] for each in chosen if each != left_out})
        counts = [", ".join(f"{n} {a}" for a, n in each["counts"].items() if n) for each in solved.to_json()["equilibria"]]
        assert "; ".join(counts) != after


def test_what_claims_assert_of_a_game_is_compared(game):
    found = game.compare("baseline", "hawkish")
    flip, same = found["claim M8: equilibrium:cooperate,cooperate"], found["equilibrium:cooperate,cooperate"]
    assert (flip.before, flip.after, flip.attribution.sets) == (same.before, same.after, same.attribution.sets)
    assert flip.meaning.level == "ordinal"


def test_verdicts_on_claims_are_compared_between_versions(versions):
    one, two = versions
    for root in versions:
        edit(root, "seeds/claims.toml", ('why = "the game has no migration"\n', 'why = "the game has no migration"\ntests = [{ says = "hoarding is dominant", game = "river", conclusion = "dominant:north=concede" }]\n'))
    text = payoffs_of(two)
    (two / "payoffs" / "river.toml").write_text(
        text + '\n[terms.north.reward]\nwhen = { north = ["concede"] }\nformula = "1000"\nnote = "a prize"\n', encoding="utf-8", newline="\n"
    )
    found = Study(one).compare(two, claims=True, draws=300)
    # conceding pays 1000 more than anything else can: always dominant, whatever the numbers
    assert [(claim, after) for claim, _, after in found.verdicts] in ([("M1", "follows")], [("M1", "true by construction")])
    assert found.to_json()["verdicts"][0]["claim"] == "M1"
    assert "claims of the documents" in str(found)
