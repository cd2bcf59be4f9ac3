"""Questions about any game of the study: what holds, which statements hold, numbers of its solution, thresholds, texts.

The key is what the study's own commands say. What is wrong can be stated by rules: another path into the solution, or
formulas of the study's parameters, each under the name of the misconception that it stands for.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import UsageError
from detente.exercises.answers import Value, Vocabulary
from detente.exercises.cases import Said, said
from detente.exercises.key import Key, ask, number
from detente.exercises.rules import conclusion_holds
from detente.exercises.worked import environment, item_value, sign_of, worked
from detente.fields import LANGUAGES
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step

__all__: list[str] = []

_YES_NO = {"a": {"en": "yes", "zh": "是"}, "b": {"en": "no", "zh": "否"}}
#: Solutions by model, parameters and concept: students' variants repeat them.
_SOLVED: dict[tuple[Any, ...], Any] = {}


def _own(step: Step) -> dict[str, str]:
    """Return the words of the sheet, which such a step needs."""
    if step.text is None:
        raise UsageError(f"found {step.ask} without words; expected text = {{ en = '..', zh = '..' }}")
    return step.text


_HOLDS = {True: {"en": "holds", "zh": "成立"}, False: {"en": "fails", "zh": "不成立"}}
#: Kinds of conclusions in words.
_STATED = {
    "equilibrium": ("{} is an equilibrium", "{}为均衡"), "unique": ("{} is the only equilibrium", "{}为唯一均衡"),
    "selected": ("{} is selected", "{}被选中"), "set": ("the equilibria are {}", "均衡为{}"),
}  # fmt: skip


def _at(case: Case) -> dict[str, str]:
    """Return the parameters that were drawn, as a text in each language."""
    if not case.changed:
        return {"en": "the study's baseline", "zh": "本研究的基准"}
    return {
        lang: sign.join(f"{case.label(name, lang)} = {case.number(value)}" for name, value in case.changed.items())
        for lang, sign in (("en", ", "), ("zh", "、"))
    }


def _stated(case: Case, conclusion: str) -> dict[str, str]:
    """Return a conclusion in words, with the labels of what it names."""
    kind, colon, rest = conclusion.partition(":")
    if not colon:
        return sign_of(case, conclusion) or {lang: case.label(conclusion, lang) for lang in LANGUAGES}
    if kind == "dominant":
        player, _, strategy = rest.partition("=")
        return said(case, "{strategy} is dominant ({player})", "{strategy} 是 {player} 的占优策略", strategy=strategy, player=player)
    if kind == "class":
        return said(case, "the game is of the class {name}", "博弈属于 {name} 类", name=Said(rest.replace("_", " ")))
    if kind not in _STATED:
        return dict.fromkeys(LANGUAGES, conclusion)
    return {
        lang: words.format("; ".join(case.labels([each.strip() for each in part.split(",")], lang) for part in rest.split(";")))
        for lang, words in zip(LANGUAGES, _STATED[kind], strict=True)
    }


@ask("holds", "of")
def _holds(case: Case, step: Step) -> Key:
    """Whether the conclusion ``of`` holds."""
    if step.of is None:
        raise UsageError("found holds without of; expected a conclusion such as of = 'unique:a,b'")
    true = conclusion_holds(case, step.of)
    line = said(case, "With {at}: {of}: {holds}.", "设 {at}：{of}：{holds}。", at=_at(case), of=_stated(case, step.of), holds=_HOLDS[true])
    return Key(Value("choice", "a" if true else "b"), _own(step), (line,), options=_YES_NO)


@ask("which", "options")
def _which(case: Case, step: Step) -> Key:
    """Which of the statements in ``options`` hold; each has its words and the conclusion that decides it."""
    if not step.options:
        raise UsageError("found which without options; expected options = { a = { text = .., holds = '..' }, .. }")
    decided = {letter: conclusion_holds(case, option.holds) for letter, option in step.options.items()}
    lines = tuple(
        said(case, "({letter}) {of}: {holds}.", "（{letter}）{of}：{holds}。", letter=Said(letter), of=_stated(case, step.options[letter].holds), holds=_HOLDS[true])
        for letter, true in decided.items()
    )
    value = Value("choices", frozenset(letter for letter, true in decided.items() if true))
    words = {letter: option.text for letter, option in step.options.items()}
    wrong = {"baseline_for_always": Value("choices", _at_baseline(case, step))}
    return Key(value, _own(step), lines, wrong, options=words)


def _at_baseline(case: Case, step: Step) -> frozenset[str]:
    base = replace(case, values=case.model.point("baseline", {}).values)
    return frozenset(letter for letter, option in (step.options or {}).items() if conclusion_holds(base, option.holds))


def _solution(case: Case, step: Step) -> Any:
    from detente.solve.concepts import Options

    mark = (case.model.name, id(case.model), tuple(sorted(case.values.items())), step.concept)
    if mark not in _SOLVED:
        point = case.model.point("baseline", dict(case.values))
        found = case.model.form.solve(case.model, point, "strategic", step.concept, Options(None))
        _SOLVED[mark] = (case.model, found.to_json())  # the model is kept, so that its id stays its own
    return _SOLVED[mark][1]


def _entry(found: Any, path: Sequence[str]) -> Any:
    """Return the value at a path of keys and positions in the JSON of a solution."""
    for key in path:
        if isinstance(found, list) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, dict) and key in found:
            found = found[key]
        else:
            known = list(found) if isinstance(found, dict) else f"a position below {len(found)}" if isinstance(found, list) else "a value"
            raise UsageError(f"found no {key!r} in the solution; expected {known}")
    if isinstance(found, dict) and "float" in found:
        return float(found["float"])
    if isinstance(found, bool) or not isinstance(found, (int, float, str)):
        raise UsageError(f"found no number at {'.'.join(path)} in the solution")
    return float(found) if isinstance(found, float) else exact(found)


@ask("solution", "key", "concept")
def _solution_entry(case: Case, step: Step) -> Key:
    """The number at ``key`` in the JSON of the solution, such as ``["shapley", "us"]``."""
    if not step.key:
        raise UsageError("found solution without key; expected key = ['shapley', 'us']")
    if case.drawn:
        raise UsageError("found drawn payoffs; solution is about the study's own game; draw parameters with vary")
    value = _entry(_solution(case, step), step.key)
    line = said(case, "The solution says {key} = {value}.", "解中 {key} = {value}。", key=Said(" ".join(step.key)), value=Said(case.number(value)))
    return Key(number(value), _own(step), (line,))


@ask("value", "of")
def _value(case: Case, step: Step) -> Key:
    """The value of the formula ``of``, of the study's parameters and named formulas."""
    if step.of is None:
        raise UsageError("found value without of; expected a formula such as of = 'd_us*sev'")
    value = _formula_value(case, step.of)
    return Key(number(value), _own(step), worked(case, step.of, value))


@ask("threshold", "along", "of")
def _threshold(case: Case, step: Step) -> Key:
    """The one value of the parameter ``along`` at which the conclusion ``of`` changes."""
    if step.along is None or step.of is None:
        raise UsageError("found threshold without along and of; expected along = 'sev', of = 'A_us'")
    model = case.model
    of = model.conclusion(step.of) if step.of in model.definition.conclusions else model.form.conclusion(model.definition, step.of)
    mark = (id(model), "threshold", tuple(sorted(case.values.items())), step.along, step.of)
    if mark not in _SOLVED:
        found = model.form.thresholds(model, "strategic", step.along, of, case.values, step.of)
        _SOLVED[mark] = (model, [each.to_json() for each in found.inside])
    rows = _SOLVED[mark][1]
    if len(rows) != 1:
        raise UsageError(f"found {len(rows)} thresholds of {step.of} along {step.along}; expected one")
    value = _entry(rows[0], ["at"])
    line = said(case, "{of} changes at {along} = {value}.", "{of} 在 {along} = {value} 处改变。", of={lang: case.label(step.of, lang) for lang in LANGUAGES} if ":" not in step.of else _stated(case, step.of), along=step.along, value=Said(case.number(value)))
    return Key(number(value), _own(step), (line,))


@ask("text", "rubric")
def _text(case: Case, step: Step) -> Key:
    """Free text, marked by hand with a rubric."""
    if not step.rubric:
        raise UsageError("found text without a rubric; expected rubric = [{ points = 1, text = .. }]")
    lines = tuple(
        {lang: f"{line.points}: {words}" for lang, words in line.text.items()} for line in step.rubric
    )
    return Key(Value("text", ""), _own(step), tuple({"en": each["en"], "zh": each.get("zh", each["en"])} for each in lines))


@lru_cache(maxsize=512)
def _parsed(text: str) -> formula.Formula:
    return formula.parse(text)


def _formula_value(case: Case, text: str) -> Any:
    """Return the value of a formula of parameters, derived values, named formulas and payoffs of the case."""
    parsed = _parsed(text)
    return parsed.evaluate(environment(case, parsed), lambda node: item_value(case, node))


def wrong_value(case: Case, step: Step, made: Key, words: Vocabulary, given: Any) -> Value:
    """Return where a wrong rule of a sheet leads: a path into the solution, or a formula; letters for a choice."""
    kind = made.value.kind
    if isinstance(given, list):
        return number(_entry(_solution(case, step), [str(each) for each in given]))
    if kind == "choice":
        return Value("choice", str(given))
    if kind == "choices":
        return Value("choices", frozenset(str(given).replace(",", " ").split()))
    if kind != "number":
        raise UsageError(f"found a wrong rule for {step.ask}, whose answer is of the kind {kind}; expected a number or a choice")
    if isinstance(given, (int, Fraction)) and not isinstance(given, bool):
        raise UsageError("found a number as a wrong rule; expected a formula, so that it fits every variant")
    return number(_formula_value(case, str(given)))
