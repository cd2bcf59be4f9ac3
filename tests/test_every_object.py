"""Every object that can be shown is made here once and shown; one that is new and not made here fails the first test.

Labels are hostile wherever an object takes names as text; names of parameters and of a study's things are checked
when files are read, so objects of a study have the study's own.
"""

import html.parser
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import detente
from detente import chance, decision, terminal
from detente.display import Displayed
from detente.games.symbolic_tree import SymbolicTree
from detente.solve.concepts import Options
from detente.solve.control.closed_form import control_atlas
from detente.solve.correlated import correlated_equilibrium
from detente.solve.dynamics.simulate import simulate
from detente.solve.parametric.partition import partition
from detente.solve.parametric.statics_result import atlas_statics
from detente.solve.programs.linear_program import maximize
from detente.solve.stochastic.partner import uncertain_partner

HOSTILE = "<script>alert(1)</script> $x^2$ \\href{javascript:1}{y} </svg><img src=x onerror=1> \"'&"
ALLOWED = {
    "div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "span", "details", "summary", "pre",
    "svg", "title", "path", "line", "circle", "text", "br", "g", "rect", "ul", "li", "em", "code", "polyline", "polygon",
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


SMALL = Path(__file__).parent / "study" / "small"
#: What is only a base, or serves another object and is never handed out.
NOT_SHOWN = {"Displayed", "PathFormulas"}


def named(first, second):
    """Return a 2x2 game whose players and strategies have hostile names."""
    return detente.NormalFormGame([first, second], [HOSTILE, "it"], [[HOSTILE, "d"], [HOSTILE, "d"]])


def dilemma():
    return named([[3, 0], [5, 1]], [[3, 5], [0, 1]])


def milder():
    return named([[2, 0], [3, 1]], [[2, 3], [0, 1]])


def hawks():
    return named([[-1, 2], [0, 1]], [[-1, 0], [2, 1]])


def stag():
    return named([[4, 1], [3, 2]], [[4, 3], [1, 2]])


def parametric():
    return detente.SymbolicGame(
        [[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], {"b": (1, 2, 3), "c": (-1, 1, 2)}, [HOSTILE, "it"], [["give", HOSTILE]] * 2
    )


def entry():
    reply = decision("it", {"fight": terminal("-k", "d - f"), HOSTILE: terminal("d", "d")}, "reply")
    return SymbolicTree([HOSTILE, "it"], decision(HOSTILE, {"out": terminal(0, "m"), "in": reply}, HOSTILE), {"m": (2, 4), "d": (1, 2), "k": (1, 2), "f": (-1, 1)})


def threat():
    ways = {HOSTILE: terminal("z", "-z"), "resist": terminal("-1", "-d")}
    return SymbolicTree(["sender", HOSTILE], decision(HOSTILE, ways), {"z": (0, 4), "d": (1, 2, 3)})


def school():
    """A worker of two types who studies or not, and a firm that hires."""

    def worker(cost, worth):
        def reply(message, price):
            return decision(HOSTILE, {"no": terminal(f"-{price}", "0"), "hire": terminal(f"1 - {price}", worth)}, message)

        return decision("worker", {"idle": reply("idle", "0"), "study": reply("study", cost)}, f"type {worth}")

    root = chance({"able": ("p", worker("low", "1")), "other": ("1 - p", worker("high", "-1"))})
    return SymbolicTree(["worker", HOSTILE], root, {"p": (0, "1/4", 1), "low": (0, "1/2", 2), "high": (1, "3/2", 2)})


def house():
    return detente.StochasticGame(
        [HOSTILE], ["field", "house"], {HOSTILE: ["rest", "build"]}, payoffs={"field": {("rest",): (1,), ("build",): (-2,)}},
        next={"field": {("rest",): "field", ("build",): "house"}}, discount_factor="9/10", terminal={"house": (20,)},
    )  # fmt: skip


def deal():
    acts = ["keep", HOSTILE]
    paid = {("keep", "keep"): (1, 1), ("keep", HOSTILE): (-1, 2), (HOSTILE, "keep"): (2, -1), (HOSTILE, HOSTILE): (0, 0)}
    return detente.StochasticGame(
        [HOSTILE, "b"], ["deal"], {HOSTILE: acts, "b": acts}, {"deal": paid}, lambda _, moves: "deal" if moves == ("keep", "keep") else None, "9/10"
    )


def hub():
    return detente.SymbolicControl(
        "state*(a*p - p**2/2)", "state*(9/10 - e*p)", {"p": (0, 1)}, "d", 1, {"a": (0, 1), "e": ("1/10", "1/5"), "d": ("17/20", "19/20", "49/50")}
    )


def leaking():
    return detente.ControlGame("state*(1/25 + 7/50*p - 7/100*p**2)", "state*(9/10 - p/10)", {"p": (0, 1)}, "19/20", "3/4")


def attack():
    return detente.GlobalGame({"refuse": 0, HOSTILE: "-1/4"}, {"refuse": 1}, {"refuse": 1}, "1/10")


def waiting():
    return detente.AttritionGame({HOSTILE: 1, "b": 2}, {HOSTILE: 4, "b": 4})


def few():
    return detente.tournament(dilemma(), ["tit_for_tat", detente.MemoryOne([1, 0, 0, 1], name=HOSTILE)], rounds=10)


def session():
    found = detente.play(dilemma(), "tit_for_tat", rounds=1)
    found.step("d")
    return found


def finite():
    rows = [[4, 0, 0], [5, 3, 0], [0, 0, 1]]
    return detente.NormalFormGame([rows, [list(row) for row in zip(*rows, strict=True)]], [HOSTILE, "it"], [["c", HOSTILE, "out"]] * 2)


def coded():
    rows = [[3, 0, -2], [5, 1, -2], [-2, -2, -3]]
    return detente.NormalFormGame([rows, [list(row) for row in zip(*rows, strict=True)]], [HOSTILE, "it"], [["c", "d", HOSTILE]] * 2)


def watched():
    how = {"signals": {HOSTILE: ("1/10", "4/5"), "ears": ("1/5", "3/5")}, "discount_factor": "9/10"}
    return detente.monitoring_value(milder(), (0, 0), (1, 1), **how)


def trigger():
    return detente.monitored_trigger(milder(), (0, 0), (1, 1), false_alarm="1/10", detection="4/5")


def hawk_formulas():
    rows = [["(v - c)/2", "v"], [0, "v/2"]]
    return detente.SymbolicGame([rows, [list(each) for each in zip(*rows, strict=True)]], {"v": (1, 2), "c": (1, 4)}, ["a", "b"], [[HOSTILE, "dove"]] * 2)


MAKERS = {
    "normal": normal, "tree": tree, "members": many, "coalitions": coalitions, "parametric": parametric, "entry": entry, "house": house,
    "hub": hub, "leaking": leaking, "attack": attack, "waiting": waiting, "tournament": few, "session": session,
    "float": lambda: detente.NormalFormGame([[[3.5, 0], [5, 1]], [[3, 5], [0, 1]]], [HOSTILE, "b"]),
    "three": lambda: detente.NormalFormGame([[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]] * 3, [HOSTILE, "b", "c"]),
    "voting": lambda: detente.WeightedVotingGame(3, {HOSTILE: 2, "b": 1, "c": 1}),
    "weights": lambda: detente.WeightedGame({HOSTILE: 2, "b": 1}, lambda w: w),
    "repeated": lambda: detente.RepeatedGame(dilemma(), "3/4"),
    "levers": lambda: detente.levers(parametric(), ("give", "give")),
    "options": lambda: detente.options(parametric(), HOSTILE, draws=500),
    "rests on": lambda: detente.rests_on(parametric(), "none"),
    "robustness": lambda: detente.robustness(parametric(), ["none"], draws=500),
    "thresholds": lambda: detente.thresholds(parametric(), "c"),
    "best value": lambda: detente.best_value(threat(), "z", "sender"),
    "shapley": lambda: detente.shapley(coalitions()), "core": lambda: detente.core(coalitions()), "least core": lambda: detente.least_core(coalitions()),
    "control": lambda: detente.optimal_control(leaking()), "control atlas": lambda: control_atlas(hub()),
    "correlated": lambda: correlated_equilibrium(hawks()), "correlated vertices": lambda: detente.correlated_vertices(hawks()),
    "undominated": lambda: detente.undominated(dilemma()), "undominated equilibria": lambda: detente.undominated_equilibria(stag()),
    "basins": lambda: detente.basins(stag()), "best responses": lambda: detente.best_response_dynamics(hawks(), "9/10"),
    "fictitious": lambda: detente.fictitious_play(hawks(), 200), "rare": lambda: detente.rare_mutations(stag(), 5),
    "parametric rest points": lambda: detente.parametric_rest_points(hawk_formulas()),
    "long run": lambda: detente.long_run(stag(), 2, "1/10", process="best-response"),
    "rest points": lambda: detente.rest_points(hawks()), "simulation": lambda: simulate(hawks()),
    "spiral": lambda: detente.spiral(stag(), hostile="1/4"), "stability": lambda: detente.stochastic_stability(stag(), 20),
    "trajectory": lambda: detente.trajectory(hawks(), "9/10"), "attrition": lambda: detente.solve_attrition(waiting()),
    "global": lambda: detente.solve_global(attack()), "logit limit": lambda: detente.limiting_logit_equilibrium(stag()),
    "invasion": lambda: detente.invasion(dilemma(), "tit_for_tat", "always_defect"), "memory reply": lambda: detente.best_reply(dilemma(), "tit_for_tat"),
    "zero determinant": lambda: detente.zero_determinant(dilemma(), "tit_for_tat"),
    "match": lambda: detente.long_run_payoffs(dilemma(), ["11/13", "1/2", "7/26", 0], "always_cooperate"),
    "memory": lambda: detente.MemoryOne([1, 0, 1, 0], name=HOSTILE),
    "atlas": lambda: detente.atlas(parametric()), "moves": lambda: detente.move_atlas(entry()), "signaling": lambda: detente.signaling(school()),
    "partition": lambda: partition(detente.atlas(parametric()), ["b", "c"]), "statics": lambda: atlas_statics(detente.atlas(parametric())),
    "path": lambda: detente.best_reply_path(many(), ties="highest"), "logit": lambda: detente.logit_equilibrium(many(), 2.0),
    "counts": lambda: detente.population_equilibria(many()), "potential": lambda: detente.potential(dilemma()),
    "program": lambda: maximize([1, 1], [[1, 2]], [3]), "quantal": lambda: detente.quantal_response(dilemma(), 1),
    "branch": lambda: detente.logit_branch(dilemma(), [1, 2]), "automaton": lambda: detente.Automaton.named("tit_for_tat", (0, 0), (1, 1)),
    "critical": lambda: detente.critical_discount_factor(dilemma(), "grim", target=(0, 0)),
    "factor formulas": lambda: detente.factor_formulas(parametric(), (0, 0), (1, 1)),
    "feasible": lambda: detente.feasible_set(milder()), "finite": lambda: detente.finitely_repeated(finite(), 3),
    "monitored": trigger, "watched": watched,
    "chain": lambda: detente.chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=6, prior="1/10"),
    "payoff set": lambda: detente.payoff_set(detente.RepeatedGame(milder(), "1/2")), "penal": lambda: detente.penal_codes(coded(), ("c", "c")),
    "renegotiation": lambda: detente.renegotiation_proof(dilemma(), "grim", (0, 0), (1, 1)),
    "renegotiation target": lambda: detente.renegotiation_target(dilemma(), (3, 3)),
    "worst": lambda: detente.worst_equilibria(detente.payoff_set(detente.RepeatedGame(milder(), "3/4"))),
    "equilibria": lambda: detente.equilibria(stag()), "equilibrium": lambda: detente.equilibria(stag()).equilibria[0],
    "security": lambda: detente.minmax(dilemma()), "pareto": lambda: detente.pareto_set(dilemma()),
    "markov": lambda: detente.markov_perfect(deal()), "markov equilibrium": lambda: detente.markov_perfect(deal()).equilibria[0],
    "partner": lambda: uncertain_partner(deal(), {HOSTILE: "keep", "b": "keep"}, "1/2", "9/10"),
    "iterated": lambda: detente.iterated_best_reply(stag()), "ecology": lambda: detente.ecology(few(), 20),
    "machine": lambda: detente.Machine.named("tit_for_two_tats"),
    "subgame": lambda: detente.subgame_perfect(tree()), "stable": lambda: detente.evolutionarily_stable_strategies(stag()),
    "ess": lambda: detente.is_ess(stag(), 0), "place": lambda: detente.ordinal_class(stag()).place,
    "value": lambda: detente.zero_sum(named([[2, -3], [-3, 4]], [[-2, 3], [3, -4]])),
}  # fmt: skip

def noisy(study):
    model = study.game("forge_tipping").model
    return model.form.solve(model, model.point(), "strategic", "quantal", Options(precision="50"))


#: What a study gives, made from it; fast ones, for each kind of result.
OF_A_STUDY = {
    "study": lambda study: study,
    "game": lambda study: study.game("confrontation"),
    "table": lambda study: study.game("confrontation").payoffs,
    "paths": lambda study: study.game("weaponization").payoffs,
    "claims": lambda study: study.claims(*list(study.files.claims)[:2], draws=200),
    "points": lambda study: study.game("confrontation").compare("baseline", "hawkish", budget=2.0),
    "studies": lambda _: detente.Study(SMALL).compare(SMALL, budget=1.0),
    "view": lambda study: study.game("confrontation").model.form.show(study.game("confrontation").model, study.game("confrontation").point(), "strategic"),
    "club": lambda study: study.game("forge_tipping:barrett").solve(),
    "shares": lambda study: study.game("forge_coalition").solve(),
    "seats": lambda study: study.game("forge_coalition:seats").solve(),
    "cutoffs": lambda study: study.game("ultimatum_180").solve(),
    "members": lambda study: study.game("forge_tipping").solve(),
    "noise": noisy,
    "patience": lambda study: study.game("confrontation").critical_discount_factors(),
    "confirmed": lambda study: study.game("confrontation").confirm("unique:confront,confront", trials=20),
    "answer": lambda study: study.game("confrontation").question(1),
    "trace": lambda study: study.game("confrontation").trace(("cooperate", "confront"), "us"),
    "importance": lambda study: study.game("confrontation").importance("set", draws=400),
}  # fmt: skip


def checked(made):
    """Return the type of an object whose one bundle holds text, and HTML and LaTeX in which labels stay text."""
    bundle = made._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "text/latex"}
    assert all(bundle.values())
    assert all(len(line) < 400 for line in bundle["text/plain"].splitlines())
    page = Page()
    page.feed(bundle["text/html"])
    assert page.tags <= ALLOWED
    assert not {each for each in page.attributes if each.startswith("on") or each in {"href", "src"}}
    assert "http" not in bundle["text/html"].replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"[^-](?:color|fill|stroke|background):\s*(?:#|black|white|rgb)|(?:fill|stroke)=['\"](?:#|black|white)", bundle["text/html"])
    assert "\\href" not in bundle["text/latex"]
    assert not re.search(r"(?<!\\)\$x\^2", bundle["text/latex"])
    return type(made)


@pytest.fixture(scope="module")
def study(study_root):
    return detente.Study(study_root)


def every_class():
    """Return the classes of objects that are shown."""
    found = set()
    for module in pkgutil.walk_packages(detente.__path__, "detente."):
        if module.name.endswith("__main__") or ".template" in module.name:
            continue
        own = vars(importlib.import_module(module.name)).values()
        found |= {each for each in own if isinstance(each, type) and issubclass(each, Displayed) and each.__module__ == module.name}
    return {each for each in found if each.__name__ not in NOT_SHOWN}


def test_every_class_of_objects_is_made_here_and_shown_with_its_labels_as_text(study):
    shown = {checked(make()) for make in MAKERS.values()} | {checked(make(study)) for make in OF_A_STUDY.values()}
    missing = {each.__name__ for each in every_class() - shown}
    assert not missing, f"add a maker for {', '.join(sorted(missing))}"
