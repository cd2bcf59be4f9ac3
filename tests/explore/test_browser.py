"""The explorer in JupyterLab, in a real browser: what is moved is repainted."""

import jupyter
import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Return what opens a notebook that explores a game, in one JupyterLab and one browser."""
    folder = tmp_path_factory.mktemp("lab")
    with jupyter.lab(folder) as address, jupyter.browser() as chromium:
        yield lambda name, root=jupyter.ROOT: jupyter.explorer(chromium, address, folder, name, root)


def panel(page, name):
    return page.inner_html(f".detente [data-panel={name}]")


def test_a_moved_slider_repaints_table_map_and_sentence(opened):
    page = opened("confrontation")
    seen = {name: panel(page, name) for name in ("payoffs", "map", "equilibria", "patience")}
    sentence = page.inner_text(".detente .sentence")
    jupyter.move(page, "mitig", 1.0)
    assert panel(page, "payoffs") != seen["payoffs"]
    assert panel(page, "map") != seen["map"]
    jupyter.move(page, "rel_us", 1.0)
    assert page.inner_text(".detente .sentence") != sentence
    assert page.locator(".detente .control.changed").count() == 2
    assert "rel_us=" in page.inner_text(".detente .code")
    page.click(".detente button:text('reset')")
    page.wait_for_function("() => document.querySelectorAll('.detente .control.changed').length === 0")
    assert page.inner_text(".detente .sentence") == sentence
    assert panel(page, "payoffs") == seen["payoffs"]
    page.close()


def test_a_typed_fraction_is_exact_nonsense_is_said_and_the_point_is_saved_under_a_name(opened, copy):
    page = opened("confrontation", copy)
    game = copy / "games" / "confrontation.toml"
    before = game.read_text(encoding="utf-8")
    box = page.locator(".detente input[type=text][data-parameter=sev]")
    box.fill("1/7")
    box.press("Tab")
    page.wait_for_function("() => document.querySelector('.detente .code').textContent.includes('sev=\"1/7\"')")
    box.fill("import os")
    box.press("Tab")
    page.wait_for_selector(".detente .notes.error")
    assert 'sev="1/7"' in page.inner_text(".detente .code")
    name = page.locator(".detente input[aria-label='name of the point']")
    name.fill("hawkish")  # the file has a point of that name
    page.click(".detente button:text('save as point')")
    page.wait_for_function("() => document.querySelector('.detente .notes').textContent.includes('already')")
    assert game.read_text(encoding="utf-8") == before
    name.fill("mild")
    page.click(".detente button:text('save as point')")
    page.wait_for_function("() => document.querySelector('.detente .notes').textContent.includes('saved in confrontation.toml')")
    assert game.read_text(encoding="utf-8") == before.rstrip() + '\n\n[points.mild]\nsev = "1/7"\n'
    page.close()


def test_a_cell_opens_its_terms(opened):
    page = opened("confrontation")
    page.click(".detente [data-profile='cooperate,confront']")
    page.wait_for_selector(".detente [data-panel=terms] table")
    assert "disruption" in panel(page, "terms").lower()
    page.close()


def test_many_members_are_repainted(opened):
    page = opened("forge_tipping")
    seen = panel(page, "members")
    jupyter.move(page, "excl", 0.0)
    assert panel(page, "members") != seen
    page.close()


def test_a_tree_is_repainted_with_its_map_and_an_end_opens_its_terms(opened):
    page = opened("weaponization")
    seen = {name: panel(page, name) for name in ("payoffs", "tree", "map", "equilibria")}
    sentence = page.inner_text(".detente .sentence")
    jupyter.move(page, "inst", 1.0)
    assert all(panel(page, name) != html for name, html in seen.items())
    assert page.inner_text(".detente .sentence") != sentence
    page.click(".detente [data-profile='choke,comply']")
    page.wait_for_selector(".detente [data-panel=terms] table")
    page.click(".detente button:text('copy as code')")
    assert page.evaluate("() => window.getSelection().toString()").endswith('game.solve(inst="19/20")')
    page.close()


def test_four_players_show_the_matrix_of_two_and_hold_the_others(opened):
    page = opened("alliance_hedging")
    seen = panel(page, "payoffs")
    select = page.locator(".detente select[data-player=us]")
    select.select_option("punish")
    page.wait_for_function("seen => document.querySelector('.detente [data-panel=payoffs]').innerHTML !== seen", arg=seen)
    page.close()
