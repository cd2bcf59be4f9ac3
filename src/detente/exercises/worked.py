"""Worked solutions of formulas: the formula in words, the parts it is made of, and the numbers put in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import UsageError
from detente.exercises.cases import Said, said
from detente.fields import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.exercises.cases import Case

__all__ = ["environment", "item_value", "sign_of", "worked"]

#: Most parts that are worked out before the formula itself.
MAX_PARTS = 8
_NAME = re.compile(r"payoff\[([^\]]*)\]\[([^\]]*)\]|[A-Za-z_][A-Za-z0-9_]*")


def item_value(case: Case, node: Any) -> Any:
    """Return the value of ``payoff[PLAYER][STRATEGY, ..]`` in a formula."""
    if node.value != "payoff" or len(node.keys) != 2:
        raise UsageError(f"found {node.value}[..]; expected payoff[PLAYER][STRATEGY, ..]")
    (player,), profile = node.keys
    return case.normal.payoff(player, tuple(profile))


def environment(case: Case, parsed: formula.Formula) -> dict[str, Any]:
    """Return the values of parameters, derived values and of the named formulas that a formula uses."""
    env: dict[str, Any] = {**case.model.derived_values(case.values), **case.values}
    named = case.model.definition.conclusions

    def add(each: formula.Formula, depth: int) -> None:
        for name in each.names:
            if name in named and name not in env and depth:
                part = case.model.conclusion(name)
                add(part, depth - 1)
                part.require(env, "parameter")
                env[name] = part.evaluate(env, lambda node: item_value(case, node))

    add(parsed, len(named))
    parsed.require(env, "parameter")
    return env


def worked(case: Case, text: str, value: Any) -> tuple[dict[str, str], ...]:
    """Return how the value of a formula of the study comes about, sentence by sentence.

    First the formula with what its names stand for, then every part that is itself a formula and depends on a number that the
    student is given, then the numbers put in.
    """
    parsed = formula.parse(text)
    env = environment(case, parsed)
    lines = []
    if (parsed.names or parsed.items) and parsed.root.op not in ("name", "item"):
        lines.append({lang: _in_words(case, text, lang) for lang in LANGUAGES})
    for name in _parts(case, parsed)[:MAX_PARTS]:
        part = _formula_of(case, name)
        assert part is not None
        lines.append(
            said(
                case, "{name} = {words} = {numbers} = {value}.", "{name} = {words} = {numbers} = {value}。",
                name=name, words={lang: _in_words(case, part.text, lang, stop=False) for lang in LANGUAGES},
                numbers=Said(_in_numbers(case, part.text, env)), value=Said(case.number(env[name])),
            )
        )  # fmt: skip
    numbers = _in_numbers(case, text, env)
    result = case.number(value)
    shown = f"{numbers} = {result}" if numbers != result else result
    if not lines or parsed.root.op != "name":
        lines.append(said(case, "This is {shown}.", "即 {shown}。", shown=Said(shown)))
    return tuple(lines)


def sign_of(case: Case, name: str) -> dict[str, str] | None:
    """Return how the sign of a named formula of the game comes about, or None where there is no such formula."""
    if name not in case.model.definition.conclusions:
        return None
    part = case.model.conclusion(name)
    env = environment(case, part)
    value = part.evaluate(env, lambda node: item_value(case, node))
    return said(
        case, "{words} = {numbers} = {value}, which is {sign}", "{words} = {numbers} = {value}，{sign}",
        words={lang: _in_words(case, part.text, lang, stop=False) for lang in LANGUAGES},
        numbers=Said(_in_numbers(case, part.text, env)), value=Said(case.number(value)),
        sign={"en": "positive", "zh": "为正"} if value > 0 else {"en": "not positive", "zh": "不为正"},
    )  # fmt: skip


def _formula_of(case: Case, name: str) -> formula.Formula | None:
    """Return the formula behind a name that is derived or a named formula of the game."""
    if name in case.model.definition.conclusions and name not in case.model.parameters:
        return case.model.conclusion(name)
    return case.model.derived.get(name)


def _parts(case: Case, parsed: formula.Formula) -> list[str]:
    """Return the names in a formula that are formulas of what the student is given, those that others need first."""
    found: list[str] = []
    told = {*case.changed, *case.given}

    def visit(name: str) -> bool:
        """Whether the value of the name depends on a number that is given or on payoffs."""
        if name in told or name in found:
            return True
        inner = _formula_of(case, name)
        if inner is None:
            return False
        depends = bool([each for each in inner.names if visit(each)]) or bool(inner.items)
        if depends and name not in found:
            found.append(name)
        return depends

    for name in parsed.names:
        visit(name)
    return found


def _in_words(case: Case, text: str, lang: str, *, stop: bool = True) -> str:
    """Return a formula with what its names stand for."""

    def words(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            names = [each.strip() for each in match.group(2).split(",")]
            player, profile = case.label(match.group(1).strip(), lang), case.labels(names, lang)
            return f"{profile}处{player}的支付" if lang == "zh" else f"payoff of {player} at {profile}"
        name = match.group()
        return name if name in formula.FUNCTIONS else case.label(name, lang)

    end = {"en": ".", "zh": "。"}[lang] if stop else ""
    return _NAME.sub(words, text).replace("**", "^").replace("*", " * ") + end


def _in_numbers(case: Case, text: str, env: Mapping[str, Any]) -> str:
    """Return a formula with its numbers put in."""

    def number(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            value = item_value(case, formula.parse(match.group()).root)
        elif match.group() in formula.FUNCTIONS:
            return match.group()
        else:
            value = env[match.group()]
        shown = case.number(value)
        return f"({shown})" if shown.startswith("-") or "/" in shown else shown

    whole = _NAME.fullmatch(text.strip())
    made = _NAME.sub(number, text).replace("**", "^").replace("*", " * ")
    return made.strip("()") if whole else made
