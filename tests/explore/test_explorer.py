"""What an explorer shows is what the engine says at that point."""

import random
import re
from fractions import Fraction as F
from html import escape, unescape

import numpy as np
import pytest

import detente
from detente.errors import UsageError
from detente.explore.explorer import round_step
from detente.solve.population.best_reply import best_reply_path


@pytest.fixture(scope="module")
def study(study_root):
    return detente.Study(study_root)


@pytest.fixture
def explorer(study):
    return study.game("confrontation").explorer()


def text(html):
    return unescape(re.sub(r"<[^>]+>", " ", html))


def random_moves(explorer, count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        control = explorer.controls[rng.choice(list(explorer.controls))]
        yield {control.name: control.low + (control.high - control.low) * F(rng.randint(0, 64), 64)}


def test_steps_are_round_and_at_least_a_hundred():
    for spread in (F(1, 10), F(3, 10), F(17), F(999, 1000), F(1, 100_000), F(10**9)):
        step = round_step(spread)
        assert 100 <= spread / step <= 260
        assert re.fullmatch(r"[125](0*|e[+-]?\d+)|0\.0*[125]|\d(\.\d)?e[+-]\d+", f"{float(step):g}")


def test_the_equilibria_shown_are_those_of_the_exact_solver(study, explorer):
    game = study.game("confrontation")
    for move in random_moves(explorer, 40, 1):
        explorer.move(move)
        found = game.equilibria(**explorer.changes)
        rows = re.findall(r"<tr><td>(.*?)</td>", explorer.view().panels["equilibria"])
        pure = {f"({us}, {china})" for us in ("cooperate", "confront") for china in ("cooperate", "confront")} & set(map(unescape, rows))
        assert len(rows) == len(found.equilibria)
        assert pure == {f"({', '.join(next(iter(own)) for own in each.support.values())})" for each in found.equilibria if each.pure}


def test_the_code_of_a_point_leads_back_to_it(study, explorer):
    for move in random_moves(explorer, 12, 2):
        explorer.move(move)
    first, second = explorer.code().splitlines()
    named = dict(re.findall(r'(\w+)="([^"]+)"', second))
    assert first.endswith('.game("confrontation")')
    assert {name: F(value) for name, value in named.items()} == explorer.changes


def test_framed_cells_are_equilibria_and_underlined_numbers_best_replies(explorer):
    explorer.move({"sev": "1/5"})
    cells = re.findall(r"<td( class='eq')?[^>]*data-profile='([^']+)'>(.*?)</td>", explorer.view().panels["payoffs"])
    game = explorer.model.at(explorer.at())
    for framed, profile, inside in cells:
        own = game.profile_index(profile.split(","))
        best = [game.payoffs[(k, *own)] == game.payoffs[k].max(axis=k)[own[1 - k]] for k in (0, 1)]
        assert [f"<u><span class='p{k}'>" in inside for k in (0, 1)] == best
        assert bool(framed) == all(best)


def test_the_map_agrees_with_exact_solutions(study):
    for name in ("confrontation", "counter_controls"):
        explorer = study.game(name).explorer()
        rng = random.Random(5)
        for move in random_moves(explorer, 4, 3):
            explorer.move(move)
        values = {key: float(value) for key, value in explorer.at().values.items()}
        x, y = explorer.over
        size = explorer.panels.grid
        grids = [np.linspace(float(explorer.controls[each].low), float(explorer.controls[each].high), size) for each in (x, y)]
        xs, ys = np.meshgrid(*grids)
        states, index = explorer.panels.states({**values, x: xs.ravel(), y: ys.ravel()})
        for place in rng.sample(range(size * size), 25):
            at = {key: str(value) for key, value in values.items()} | {x: str(xs.ravel()[place]), y: str(ys.ravel()[place])}
            found = detente.equilibria(study.game(name).at(**at))
            pure = {",".join(next(iter(own)) for own in each.support.values()) for each in found.equilibria if each.pure}
            state = states[index[place]]
            assert set(state) - {"mixed"} == pure
            assert ("mixed" in state) == (len(pure) < len(found.equilibria))


def test_moving_along_the_map_keeps_its_picture_and_moves_the_mark(explorer):
    x, _ = explorer.over
    before = explorer.view().panels["map"]
    control = explorer.controls[x]
    explorer.move({x: control.low})
    after = explorer.view().panels["map"]
    assert before != after
    assert re.sub(r"<circle[^>]*/>", "", before) == re.sub(r"<circle[^>]*/>", "", after)


def test_a_value_outside_its_interval_is_used_and_noted_and_one_outside_its_domain_refused(explorer):
    explorer.move({"sev": "7/10"})
    view = explorer.view()
    assert view.values["sev"] == "7/10"
    assert any("outside its interval" in each for each in view.notes)
    with pytest.raises(UsageError, match="outside its domain"):
        explorer.move({"sev": 5, "rel_us": 0})
    assert explorer.changes == {"sev": F(7, 10)}


def test_back_at_the_baseline_nothing_is_changed(explorer):
    before = explorer.view()
    explorer.move({"sev": "1/5"})
    explorer.move({"sev": explorer.controls["sev"].baseline})
    assert explorer.changes == {}
    assert explorer.view() == before
    explorer.reset("hawkish")
    assert "hawkish" in explorer.code()
    assert explorer.view().changed == ("rel_us", "rel_cn", "tech_hit", "rep_cn")


def test_terms_of_a_cell_add_up_to_its_payoff(explorer):
    explorer.open(("cooperate", "confront"))
    shown = explorer.view().panels["terms"]
    game = explorer.model.at(explorer.at())
    for player, part in zip((0, 1), shown.split("rowgroup")[1:], strict=True):
        numbers = [float(each) for each in re.findall(r"class='number'>([^<]+)<", part)]
        assert sum(numbers) == pytest.approx(float(game.payoffs[player, 0, 1]), abs=2e-3)
    explorer.open(("cooperate", "confront"))
    assert "terms" not in explorer.view().panels


def test_other_players_are_held_where_they_are_put(study):
    explorer = study.game("alliance_hedging").explorer()
    explorer.panels.hold("us", "punish")
    assert "<option value='punish' selected>" in explorer.view().panels["payoffs"]
    with pytest.raises(UsageError, match="held"):
        explorer.panels.hold("korea", "align")


@pytest.fixture
def members(study):
    return study.game("forge_tipping").explorer()


def test_counts_shown_are_those_of_the_exact_search(study, members):
    for move in random_moves(members, 10, 4):
        members.move(move)
        found = study.game("forge_tipping").equilibria(**members.changes).equilibria.equilibria
        rows = re.findall(r"<tr>((?:<td class='number'>[^<]*</td>)+)</tr>", members.view().panels["equilibria"])
        shown = [list(map(int, re.findall(r">(\d+)<", row)))[:3] for row in rows]
        assert shown == [list(each.counts.values()) for each in found]


def test_many_best_replies_at_once_end_where_exact_ones_do(study, members):
    batch = members.panels.batch
    for move in random_moves(members, 25, 6):
        members.move(move)
        point = members.at()
        game = members.model.at(point)
        payoffs = batch.payoffs({name: float(value) for name, value in point.values.items()})
        for highest, start in ((False, 0), (True, 2)):
            path = best_reply_path(game, game.actions[start], "highest" if highest else "lowest")
            rest = batch.best_replies(payoffs, highest)
            assert tuple(rest.counts[0]) == tuple(path.counts)
            assert bool(rest.rests[0]) == (path.cycle is None)


def test_a_member_opens_what_its_actions_pay(members):
    members.open(("member_47",))
    shown = text(members.view().panels["terms"])
    assert "Chinese retaliation" in shown
    game = members.model.at(members.at())
    path = best_reply_path(game, game.actions[-1], "highest")
    counts = list(path.counts)
    own = path.last[46]
    columns = [re.findall(r"class='number'>([^<]*)<", row) for row in members.view().panels["terms"].split("<tr>")[2:]]
    for a in range(3):
        after = list(counts)
        after[own] -= 1
        after[a] += 1
        total = sum(float(row[a] or 0) for row in columns)
        assert total == pytest.approx(float(game.payoff(46, a, tuple(after))), abs=3e-3)
    with pytest.raises(UsageError, match="unknown member"):
        members.open(("nobody",))


TREES = ["weaponization", "pakistan_balancing", "alliance_hedging:us_first", "price_predation:types"]


@pytest.mark.parametrize("name", TREES)
def test_the_ends_of_a_tree_show_their_payoffs_and_those_reached_are_framed(study, name):
    game = study.game(name)
    explorer = game.explorer()
    for move in random_moves(explorer, 4, 7):
        explorer.move(move)
        tree = game.at(**explorer.changes)
        found = game.solve(**explorer.changes)
        shown = explorer.view().panels["payoffs"]
        rows = re.findall(r"<tr><td( class='eq')?[^>]*data-profile='([^']+)'>.*?</td>(.*?)</tr>", shown)
        assert [unescape(profile) for _, profile, _ in rows] == [",".join(tree.history(end.index)) for end in tree.terminals]
        for (_, _, numbers), end in zip(rows, tree.terminals, strict=True):
            told = [float(each) for each in text(numbers).split()]
            assert told == pytest.approx([float(each) for each in tree.payoffs(end.index)], rel=6e-3, abs=1e-9)
        reached = {",".join(each.actions) for one in found.equilibria for each in one.path}
        assert {unescape(profile) for framed, profile, _ in rows if framed} == reached


def test_the_map_of_a_tree_agrees_with_backward_induction(study):
    for name in ("weaponization", "pakistan_balancing"):
        game = study.game(name)
        explorer = game.explorer()
        rng = random.Random(8)
        for move in random_moves(explorer, 3, 9):
            explorer.move(move)
        values = {key: float(value) for key, value in explorer.at().values.items()}
        x, y = explorer.over
        draws = {each: np.array([rng.uniform(float(explorer.controls[each].low), float(explorer.controls[each].high)) for _ in range(25)]) for each in (x, y)}
        states, index = explorer.panels.states({**values, **draws})
        for k in range(25):
            at = {key: F(value) for key, value in values.items()} | {each: F(float(draws[each][k])) for each in (x, y)}
            found = detente.subgame_perfect(game.at(**at))
            outcomes = {",".join(each.path[0].actions) for each in found.equilibria if each.pure}
            assert set(states[index[k]]) == outcomes


def test_the_map_of_a_tree_with_hidden_moves_agrees_with_its_subgame_perfect_equilibria(study):
    game = study.game("alliance_hedging:us_first")
    explorer = game.explorer()
    rng = random.Random(4)
    compared = 0
    for _ in range(10):
        at = {each: F(rng.randint(0, 64), 64) * (explorer.controls[each].high - explorer.controls[each].low) + explorer.controls[each].low for each in explorer.over}
        values = {key: float(value) for key, value in game.point(**at).values.items()}
        (state,), _ = explorer.panels.states(values)
        found = game.solve(**at)
        if all(each.pure for each in found.equilibria):
            compared += 1
            assert set(state) == {",".join(each.path[0].actions) for each in found.equilibria}
    assert compared > 3  # elsewhere some mix, which the map does not show


def test_where_outcomes_cannot_be_sorted_the_map_says_why(study, monkeypatch):
    def refused(*_):
        raise UsageError("found 99 ends; shares of a tree are counted up to 56")

    model = study.game("pakistan_balancing").model
    monkeypatch.setattr(type(model.form), "subject", refused)
    explorer = study.game("pakistan_balancing").explorer()
    assert explorer.over is None
    assert "No map: found 99 ends" in explorer.view().panels["map"]
    with pytest.raises(UsageError, match="no map"):
        explorer.show_over("cpec", "port_us")


def test_the_sentence_of_a_tree_says_who_does_what_in_the_order_of_play(study):
    explorer = study.game("pakistan_balancing").explorer()
    # by hand: nothing is given, so the United States offers nothing and Pakistan has no choice but to stay
    assert explorer.view().sentence == "In the only subgame-perfect equilibrium play goes: China: none, United States: none, Pakistan: stay."
    assert "prior" not in study.game("price_predation:types").explorer().view().sentence  # a parameter and a type have one name


def test_terms_at_an_end_add_up_to_its_payoffs(study):
    explorer = study.game("pakistan_balancing").explorer()
    tree = explorer.model.at(explorer.at())
    for end in (tree.terminals[0], tree.terminals[-1]):
        explorer.open(tree.history(end.index))
        shown = explorer.view().panels["terms"]
        for player, part in zip(range(3), shown.split("rowgroup")[1:], strict=True):
            numbers = [float(each) for each in re.findall(r"class='number'>([^<]+)<", part)]
            assert sum(numbers) == pytest.approx(float(tree.payoffs(end.index)[player]), abs=2e-3)
    with pytest.raises(UsageError, match="no path to an end"):
        explorer.open(("none",))


OTHERS = ["rebuild_race:ten", "ultimatum_180", "forge_tipping:cascade", "weaponization:dynamic", "confrontation:repeated", "price_predation:chain"]


@pytest.mark.parametrize("name", OTHERS)
def test_games_of_other_forms_show_their_solution_and_what_is_positive(study, name):
    game = study.game(name)
    explorer = game.explorer()
    for move in random_moves(explorer, 2, 11):
        explorer.move(move)
        panels = explorer.view().panels
        try:
            expected = game.solve(**explorer.changes).displayed()[0].to_html()
        except UsageError as error:
            expected = f"<p>No solution here: {escape(str(error))}.</p>"
        assert panels["solution"].removeprefix("<div class='ends solution'>").startswith(expected)
        rows = re.findall(r"<tr><td>(.*?)</td><td class='number'>.*?</td><td>(.*?)</td></tr>", panels["holds"])
        conclusions = game.model.definition.conclusions
        assert [label for label, _ in rows] == [escape(game.model.label(each)) for each in conclusions]
        told = [word == "positive" for _, word in rows]
        assert told == [game.holds(each, **explorer.changes) for each in conclusions]
        assert "<image" in panels["map"]
        assert explorer.view().sentence


def test_where_there_is_no_answer_the_sentence_says_why_and_the_next_move_goes_on(study, monkeypatch):
    widget = study.game("confrontation").explore()
    with monkeypatch.context() as patched:
        patched.setattr(widget.explorer.panels, "at", lambda _: (_ for _ in ()).throw(UsageError("found a <gap>")))
        widget.respond({"id": 1, "moves": {"sev": "2/5"}})
    assert widget.view["sentence"] == "There is no answer at this point: found a <gap>."
    assert "payoffs" not in widget.view["panels"]
    widget.respond({"id": 2, "moves": {"sev": "1/5"}})
    assert widget.view["sentence"].startswith("The only equilibrium")


def test_the_map_of_named_formulas_agrees_with_their_exact_signs(study):
    game = study.game("weaponization:dynamic")
    explorer = game.explorer()
    x, y = explorer.over
    rng = random.Random(2)
    seen = set()
    for _ in range(20):
        at = {each: explorer.controls[each].low + F(rng.randint(1, 63), 64) * (explorer.controls[each].high - explorer.controls[each].low) for each in (x, y)}
        (state,), _ = explorer.panels.states({key: float(value) for key, value in game.point(**at).values.items()})
        assert set(state) == {each for each in explorer.panels.telling if game.holds(each, **at)}
        seen.add(state)
    assert len(seen) > 1


def test_every_game_and_variant_of_the_study_can_be_explored(study):
    for name in study.games:
        for each in (name, *(f"{name}:{variant}" for variant in study.game(name).model.definition.variants)):
            assert study.game(each).explorer().controls, each


def test_the_axes_are_two_parameters(explorer):
    with pytest.raises(UsageError, match="both axes"):
        explorer.show_over("sev", "sev")
    with pytest.raises(UsageError, match="unknown parameter 'c_reb'"):
        explorer.show_over("sev", "c_reb")


def test_a_saved_point_is_a_named_point_of_the_file(copy):
    explorer = detente.Study(copy).game("confrontation").explorer()
    explorer.move({"sev": "1/7", "rel_us": "0.125"})
    path = explorer.save("mild")
    assert path.read_text(encoding="utf-8").endswith('\n[points.mild]\nrel_us = 0.125\nsev = "1/7"\n')
    again = detente.Study(copy).game("confrontation")
    assert again.point("mild").values == explorer.at().values


def test_a_point_is_not_saved_twice_nor_over_a_changed_file(copy):
    explorer = detente.Study(copy).game("confrontation").explorer()
    with pytest.raises(UsageError, match="baseline"):
        explorer.save("same")
    explorer.move({"sev": "1/7"})
    for name, words in (("hawkish", "already"), ("Bad Name", "found the name"), ("baseline", "reserved")):
        with pytest.raises(UsageError, match=words):
            explorer.save(name)
    path = copy / "games" / "confrontation.toml"
    path.write_text(path.read_text(encoding="utf-8") + "# a note\n", encoding="utf-8")
    with pytest.raises(UsageError, match="has changed"):
        explorer.save("late")


def test_labels_are_shown_as_text(copy):
    path = copy / "games" / "confrontation.toml"
    hostile = "<script>alert(1)</script>&'\\\""
    path.write_text(path.read_text(encoding="utf-8").replace('en = "cooperate"', f'en = "{hostile}"'), encoding="utf-8")
    view = detente.Study(copy).game("confrontation").explorer().view()
    assert all("<script" not in each for each in view.panels.values())
    assert "&lt;script&gt;" in view.panels["payoffs"]
    path = copy / "games" / "pakistan_balancing.toml"
    lines = path.read_text(encoding="utf-8").replace("en = \"none\"", f'en = "{hostile}"')
    path.write_text(lines, encoding="utf-8")
    explorer = detente.Study(copy).game("pakistan_balancing").explorer()
    explorer.open(("none", "none", "stay"))
    view = explorer.view()
    assert all("<script" not in each for each in view.panels.values())
    assert "&lt;script&gt;" in view.panels["payoffs"]
    assert "&lt;script&gt;" in view.panels["terms"]


def test_the_widget_answers_requests_and_says_what_is_wrong(study):
    widget = study.game("confrontation").explore()
    first = dict(widget.view)
    widget.respond({"id": 1, "moves": {"sev": "2/5"}})
    assert widget.view["id"] == 1
    assert widget.view["texts"]["sev"] == "0.4"  # a decimal where it ends
    assert widget.view["panels"]["payoffs"] != first["panels"]["payoffs"]
    widget.respond({"id": 2, "moves": {"sev": "__import__('os')"}})
    assert "expected a number" in widget.view["error"] or "found" in widget.view["error"]
    assert widget.view["texts"]["sev"] == "0.4"
    widget.respond({"id": 4, "moves": {"sev": "1/7"}})
    assert widget.view["texts"]["sev"] == "1/7"
    widget.respond({"id": 3, "reset": "baseline"})
    assert {**widget.view, "id": 0} == first
