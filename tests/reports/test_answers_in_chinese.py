"""What the engine tells in tables, in Chinese: whatever an analysis hands to a table as it stands has its entry in the catalog."""

import ast
import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest

import detente
from detente.printing import typst
from detente.reports import language
from detente.reports.blocks import Context
from detente.reports.engine_tables import Labels
from detente.reports.language import catalog, naming, reword, untranslated

SOURCES = Path(language.__file__).parents[1]
#: Stands for a name, as in the tables of a report; the other filling of a slot is a number.
SIGN = "\uf000"


def pieces(node):
    """Yield the texts of an expression: each a tuple of texts and of slots, the latter as the texts that can stand there."""
    match node:
        case ast.Constant(value=str(text)):
            yield ((text,),)
        case ast.JoinedStr(values=values):
            yield tuple(filling(each) for each in values)
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for each in parts:
                yield from pieces(each)
        case ast.Starred(value=inner):
            yield from pieces(inner)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            yield from pieces(one)
            yield from pieces(other)


def filling(node):
    """Return what can stand at a place of a text: itself, the words that it chooses from, or a name or a number."""
    match node:
        case ast.Constant(value=text):
            return (text,)
        case ast.FormattedValue(value=ast.IfExp(body=ast.Constant(value=one), orelse=ast.Constant(value=other))):
            return (one, other)
    return (SIGN, "5")


def told(path):
    """Yield every title, heading and note that the functions of a module hand to a table, or name on the way to it."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef):
            continue
        named = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Table":
                # title, columns, notes; the rows in between are made of names and numbers
                for part in [*node.args[:2], *node.args[3:], *(keyword.value for keyword in node.keywords)]:
                    for each in part.elts if isinstance(part, ast.Tuple) else [part]:
                        inner = each.value if isinstance(each, ast.Starred) else each
                        for value in named.get(inner.id, []) if isinstance(inner, ast.Name) else [inner]:
                            yield from pieces(value)


MODULES = sorted(
    {path for folder in ("study/analyses", "study/forms") for path in (SOURCES / folder).glob("*.py")}
    | {SOURCES / "study" / "compare.py", SOURCES / "study" / "questions.py"}
)


def missing(path):
    """Return the texts of a module that no filling of their slots puts in Chinese."""
    found = []
    for text in set(told(path)):
        shown = "".join(part[0] if len(part) == 1 else "{}" for part in text)
        # a slot may hold a name or a number; where it chooses between words, each of them has to be known
        choices = [part for part in text if SIGN not in part]
        for words in itertools.product(*choices):
            chosen = iter(words)
            fillings = itertools.product(*((next(chosen),) if SIGN not in part else part for part in text))
            if all(untranslated(reword("zh", "".join(each))) for each in fillings):
                found.append(shown)
                break
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_whatever_an_analysis_tells_in_a_table_has_its_chinese(path):
    assert missing(path) == []


def test_the_texts_of_analyses_are_found_and_an_unknown_one_is_noticed(tmp_path):
    assert len({text for path in MODULES for text in told(path)}) > 400
    module = tmp_path / "unknown.py"
    module.write_text(
        "def made(name, few):\n"
        "    note = f'Nobody knows {name} here.'\n"
        "    return Table('thresholds', ('point', 'a strange head'), (), (note, f'sign of {name}'))\n",
        encoding="utf-8",
    )
    assert sorted(missing(module)) == ["Nobody knows {} here.", "a strange head"]


def test_no_text_has_two_entries():
    import tomllib

    seen = [
        english
        for name in ("chinese.toml", "chinese_answers.toml")
        for table in tomllib.loads((SOURCES / "reports" / name).read_text(encoding="utf-8")).values()
        for english in table
    ]
    assert len(seen) == len(set(seen)) == len(catalog())


def test_a_name_in_a_sentence_is_told_from_a_word_of_the_sentence():
    # the policy is called `once`, as is a word of the sentence
    with naming({"once": "\ue100"}, {}):
        assert reword("zh", "gains of leaving once once") == "单次背离“\ue100”的得益"
    assert untranslated(reword("zh", "gains of leaving once once"))


def test_nothing_found_is_no_strategy_that_is_called_nothing(study_root):
    # counter_controls has a strategy `none`, which is no answer to what it would take
    study = detente.Study(study_root)
    definition = replace(study.report("main", "zh").definition, games=("counter_controls",))
    labels = Labels(Context(study.files, definition, study.game("counter_controls").model))
    assert labels.text("none") == "不管制"
    assert labels.text("none does it") == "无"
    assert labels.text("in any case") == "总是"


def test_cases_and_functions_of_a_formula_are_read_in_chinese(study_root):
    study = detente.Study(study_root)
    context = Context(study.files, study.report("main", "zh").definition, study.game("counter_controls").model)
    read = context.reading("2*piecewise(h, s > 1, piecewise(min(h, 1), s > 1/2 and h < 2, 0)) + max(h, 3)").replace(" ", "")
    h, s = context.reading("h"), context.reading("s")
    assert read == f"2*（若{s}>1，则为{h}，否则为（若{s}>1/2且{h}<2，则为最小值（{h}，1），否则为0））+最大值（{h}，3）"
    assert context.reading("h + s") == f"{h} + {s}"
    assert context.reading("max(h") == "max(" + h  # no formula of the grammar: its names at least
    for game in study.games:
        own = Context(study.files, context.definition, study.game(game).model)
        for term in own.model.payoff_model.terms:
            assert not re.search("piecewise|min|max|sqrt|abs", own.reading(term.formula.text)), term.formula.text


def test_formulas_in_chinese_have_no_names_of_choices_and_players(study_root):
    study = detente.Study(study_root)
    definition = study.report("main", "zh").definition

    def shown(game):
        context = Context(study.files, definition, study.game(game).model)
        terms = context.model.payoff_model.terms
        return context, [(typst(term.formula, context.names, "zh"), context.reading(term.formula.text)) for term in terms]

    context, terms = shown("forge_tipping")
    words = [re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code[1], 16)), source) for source, _ in terms]
    assert 'upright("占比[切断对华联系]")' in " ".join(words)
    assert not any(re.search("align|nominal|hedge|member", text) for pair in zip(words, terms, strict=True) for text in (pair[0], pair[1][1]))
    assert any("占比[签署但继续贸易]" in reading for _, reading in terms)
    # a subscript of its own for each member: d_1 is another parameter
    assert context.names["dep_member_1"] == "d_成员1"
    assert context.names["dep_hi"] == "d_1"
    assert shown("export_ban_cascade")[0].names["mshare_south_america"] == "n_南美产国"


def test_choices_side_by_side_are_one_outcome_and_names_a_list():
    with naming({"up": "\uf000", "down": "\uf001", "gain": "\ue100", "loss": "\ue101"}, {}):
        assert reword("zh", "what deviations lose: up, down") == "偏离的损失：\uf000，\uf001"
        assert reword("zh", "All of these hold: gain, loss") == "以下各项同时成立：\ue100、\ue101"


def test_statements_are_put_in_words_one_by_one_whatever_their_stops_and_brackets():
    text = "\ue100: positive at \ue101, \ue102; negative at \ue103. \ue104: zero at every point."
    assert reword("zh", text) == "\ue100：在\ue101、\ue102为正；在\ue103为负。\ue104：在各情景下均为零。"
    path = "[\ue100 after \uf000] \ue101, \uf000 2/9 in [0, 4/9], \ue102, \uf000 7/9 in [5/9, 1]"
    assert reword("zh", path).startswith("【\ue100（\uf000之后）】\ue101、\uf000 2/9（可取[0, 4/9]）、\ue102")
    # an entry matches as it stands, with a capital in front and a stop at the end
    assert re.sub("。$", "", reword("zh", "Regret exactly 0 at every move.")) == reword("zh", "regret exactly 0 at every move")
