"""Every object is shown by one mechanism: text, HTML and LaTeX, with whatever stands in a label escaped."""

import html.parser
import importlib
import inspect
import pkgutil
import re
from fractions import Fraction

import pytest

import detente
from detente.display import Cell, Displayed, Drawing, Folded, Table, mimebundle

HOSTILE = "<script>alert(1)</script> $x^2$ \\href{javascript:1}{y} </svg><img src=x onerror=1> \"'&"
ALLOWED = {
    "div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "span", "details", "summary", "pre",
    "svg", "title", "path", "line", "circle", "text",
}  # fmt: skip


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text.append(data)


def normal():
    return detente.NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], [HOSTILE, "b"], [[HOSTILE, "d"], ["c", HOSTILE]])


def tree():
    end = detente.terminal
    return detente.GameTree([HOSTILE, "b"], detente.decision(HOSTILE, {HOSTILE: end(1, 2), "in": detente.decision("b", {"l": end(0, 0), HOSTILE: end(2, 1)})}), HOSTILE)


def many():
    return detente.PopulationGame([HOSTILE, "go"], [[0, -1], [0, 0], [0, -2]], [[[0, 0], [0, 1]]] * 3, [HOSTILE, "b", "c"])


def coalitions():
    return detente.CoalitionalGame([HOSTILE, "b"], {(HOSTILE,): 0, ("b",): 0, (HOSTILE, "b"): 1})


def symbolic():
    return detente.SymbolicGame([[["a", 0], [1, 1]], [[1, 0], [0, "a"]]], {"a": (0, 2)}, ["x", "y"], [[HOSTILE, "d"], ["c", HOSTILE]])


MADE = {
    "normal": normal,
    "float": lambda: detente.NormalFormGame([[[3.5, 0], [5, 1]], [[3, 5], [0, 1]]], [HOSTILE, "b"]),
    "three": lambda: detente.NormalFormGame([[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]] * 3, [HOSTILE, "b", "c"]),
    "equilibria": lambda: detente.equilibria(normal()),
    "equilibrium": lambda: detente.equilibria(normal()).equilibria[0],
    "undominated": lambda: detente.undominated(normal()),
    "tree": tree,
    "subgame": lambda: detente.subgame_perfect(tree()),
    "members": many,
    "cascade": lambda: detente.best_reply_path(many(), ties="highest"),
    "member equilibria": lambda: detente.population_equilibria(many()),
    "coalitions": coalitions,
    "shapley": lambda: detente.shapley(coalitions()),
    "core": lambda: detente.core(coalitions()),
    "symbolic": symbolic,
    "atlas": lambda: detente.atlas(symbolic()),
    "repeated": lambda: detente.RepeatedGame(normal(), "3/4"),
    "critical": lambda: detente.critical_discount_factor(
        detente.NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], [HOSTILE, "b"]), "grim", target=(0, 0)
    ),
    "memory": lambda: detente.MemoryOne([1, 0, 1, 0], name=HOSTILE),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_labels_stay_text_in_every_object(name):
    made = MADE[name]()
    bundle = made._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/latex"}
    assert all(bundle.values())
    page = Page()
    page.feed(bundle["text/html"])
    assert page.tags <= ALLOWED
    assert not {each for each in page.attributes if each.startswith("on") or each in {"href", "src"}}
    assert "http" not in bundle["text/html"].replace("http://www.w3.org/2000/svg", "")
    # nothing in LaTeX is a command that a label brought: a backslash of a label is \textbackslash{}
    assert "\\href" not in bundle["text/latex"]
    assert not re.search(r"(?<!\\)\$", bundle["text/latex"])


def test_a_page_says_that_its_text_is_no_mathematics_and_takes_its_colors_from_the_notebook():
    shown = normal()._repr_mimebundle_()["text/html"]
    assert shown.startswith('<div class="detente-shown tex2jax_ignore mathjax_ignore">')
    assert not re.search(r"color:\s*(#|black|white|rgb)", shown)


def test_best_responses_are_underlined_and_pure_equilibria_framed():
    # in the prisoners' dilemma d answers everything, and (d, d) is the only equilibrium
    game = detente.NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["a", "b"], [["c", "d"], ["c", "d"]])
    rows = game.displayed()[0].rows
    assert [[cell.best for cell in row[1:]] for row in rows] == [[(False, False), (False, True)], [(True, False), (True, True)]]
    assert [[cell.framed for cell in row[1:]] for row in rows] == [[False, False], [False, True]]


def test_ties_are_all_best():
    game = detente.NormalFormGame([[[1, 1], [1, 1]], [[0, 0], [0, 0]]])
    assert all(cell.framed for row in game.displayed()[0].rows for cell in row[1:])


def test_floats_tie_within_rounding():
    game = detente.NormalFormGame([[[0.3, 1.0], [0.1 + 0.2, 0.0]], [[0.0, 0.0], [0.0, 0.0]]])
    assert [row[1].best for row in game.displayed()[0].rows] == [(True, True), (True, True)]


def test_a_cell_reads_as_its_numbers_and_opens_to_what_is_behind_it():
    behind = Table("terms", ("term", "value"), (("<b>", "1"),))
    cell = Cell("3", "0", best=(True, False), behind=(behind,))
    assert cell == "3, 0"
    shown = cell.to_html()
    assert shown.startswith('<details><summary><span class="best">3</span>, 0</summary>')
    assert "&lt;b&gt;" in shown
    assert cell.to_latex() == r"\underline{3}, 0"
    assert Cell("1", framed=True).to_latex() == r"\fbox{1}"


def test_folded_parts_are_on_the_page_and_in_latex_but_not_in_the_terminal():
    table = Table("more", ("a",), (("1",),))
    bundle = mimebundle(Folded("<open>", (table,)))
    assert bundle["text/plain"] == ""
    assert "<summary>&lt;open&gt;</summary>" in bundle["text/html"]
    assert "tabular" in bundle["text/latex"]


def test_a_drawing_stands_for_its_text_and_table_elsewhere():
    drawing = Drawing("<svg></svg>", "outline", Table("ends", ("a",), ()))
    assert mimebundle(drawing)["text/plain"] == "outline"
    assert "<svg>" in mimebundle(drawing)["text/html"]
    assert "ends" in mimebundle(drawing)["text/latex"]


def test_the_moves_of_the_first_equilibrium_are_thick_lines():
    end = detente.terminal
    game = detente.GameTree(["a"], detente.decision("a", {"left": end(1), "right": end(2)}))
    widths = re.findall(r'stroke-width="([\d.]+)"/>', detente.subgame_perfect(game)._repr_mimebundle_()["text/html"])
    assert widths == ["1.2", "3.2"]


def test_every_public_object_and_everything_with_a_table_is_shown_by_the_one_mechanism():
    for name in detente.__all__:
        each = getattr(detente, name)
        if inspect.isclass(each) and not issubclass(each, BaseException):
            assert issubclass(each, Displayed), name
    checked = 0
    for module in pkgutil.walk_packages(detente.__path__, "detente."):
        if module.name.endswith("__main__") or ".template" in module.name or ".study.form" in module.name:
            continue
        for name, each in vars(importlib.import_module(module.name)).items():
            if inspect.isclass(each) and each.__module__ == module.name and not name.startswith("_"):
                own = vars(each).get("table")
                if inspect.isfunction(own) and len(inspect.signature(own).parameters) == 1:
                    assert issubclass(each, Displayed), f"{module.name}.{name}"
                    checked += 1
                assert "_repr_mimebundle_" not in vars(each) or each in {Displayed, Table}, name
    assert checked > 60


@pytest.fixture(scope="module")
def study(study_root):
    return detente.Study(study_root)


def test_every_game_of_the_study_is_shown(study):
    for name in study.games:
        for each in (name, *(f"{name}:{variant}" for variant in study.game(name).model.definition.variants)):
            if each in {"forge_coalition:seats", "forge_tipping:barrett", "ultimatum_180:attrition"}:
                continue  # shown by their solutions, which other tests look at
            bundle = study.game(each)._repr_mimebundle_()
            assert len(bundle["text/plain"]) > 100, each
            assert len(bundle["text/html"]) < 300_000, each
    assert "confrontation" in study._repr_mimebundle_()["text/html"]


def test_a_cell_of_a_game_opens_to_terms_that_add_up_to_its_payoff(study):
    game = study.game("confrontation")
    numeric = game.at()
    (payoffs, _) = game.displayed()
    for i in range(2):
        for j in range(2):
            for player, table in enumerate(payoffs.rows[i][j + 1].behind):
                total = sum(Fraction(row[2].replace("−", "-")) for row in table.rows)
                assert float(total) == pytest.approx(float(numeric.payoffs[player, i, j]), abs=2e-3 * len(table.rows))


def test_a_trace_opens_number_by_number(study):
    trace = study.game("confrontation").trace(("cooperate", "confront"), "us")
    shown = trace._repr_mimebundle_()
    assert shown["text/html"].count("<details") == sum(bool(list(each.lines())[1:]) for each in trace.walk())
    assert shown["text/plain"] == str(trace)
