"""Keys: the right answer to a step for one student, how it is found, and where wrong rules lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import UsageError, did_you_mean
from detente.exercises.answers import Value, Vocabulary, understood
from detente.exercises.cases import decimal
from detente.exercises.misconceptions import MISCONCEPTIONS
from detente.exercises.notation import tidy
from detente.fields import LANGUAGES
from detente.games.extensive import GameTree
from detente.numbers import exact, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step

__all__ = ["ASKS", "USES", "Key", "ask", "key_of", "number", "show", "told"]


@dataclass(frozen=True)
class Key:
    """What the engine knows about one step of one student's variant.

    Attributes
    ----------
    value : Value
        The right answer.
    prompt : mapping
        What is asked, in each language, where the sheet does not say it in its own words.
    solution : tuple
        The worked solution, sentence by sentence, in each language.
    wrong : mapping
        Misconception to the answer it leads to; without those that lead to the right one.
    words : Vocabulary
        What an answer may use.
    form : mapping
        How the answer is written, with an example.
    options : mapping
        Letter to words, for a choice.
    """

    value: Value
    prompt: Mapping[str, str]
    solution: tuple[Mapping[str, str], ...]
    wrong: Mapping[str, Value] = field(default_factory=dict)
    words: Vocabulary = field(default_factory=Vocabulary)
    form: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


#: The name of what is asked to the function that answers it.
ASKS: dict[str, Callable[[Case, Step], Key]] = {}

#: The name of what is asked to the keys of a step that it uses.
USES: dict[str, tuple[str, ...]] = {}
#: Keys of a step that every question may use.
_SHARED = frozenset({"ask", "wrong", "catch", "points", "decimals", "text"})

_FORMS = {
    "number": ("a number, such as 1/3 or 0.25", "一个数，如 1/3 或 0.25"),
    "formula": ("a formula of {symbols}", "由 {symbols} 组成的公式"),
    "move": ("one of {strategies}", "{strategies} 中的一个"),
    "strategies": ("one or several of {strategies}, or none", "{strategies} 中的一个或几个，或“无”"),
    "profiles": (
        "profiles such as {profile}, several with ; between them, or none",
        "策略组合，如 {profile}，多个之间用分号隔开，或“无”",
    ),
    "path": ("the actions in order, such as {path}", "按顺序写出行动，如 {path}"),
    "condition": ("a condition on {variable}, such as {variable} >= 1/2", "关于 {variable} 的条件，如 {variable} >= 1/2"),
    "choice": ("one letter", "一个字母"),
    "choices": ("all letters that apply, such as a, c, or none", "所有符合的字母，如 a, c，或“无”"),
    "mixture": ("a probability for each strategy, such as {mixture}", "每个策略的概率，如 {mixture}"),
    "text": ("a few sentences", "几句话"),
}


def ask(name: str, *keys: str) -> Callable[[Callable[[Case, Step], Key]], Callable[[Case, Step], Key]]:
    """Register a function that answers what a sheet asks with this name, and the keys of a step that it uses."""

    def registered(function: Callable[[Case, Step], Key]) -> Callable[[Case, Step], Key]:
        ASKS[name] = function
        USES[name] = keys
        return function

    return registered


def number(value: Any) -> Value:
    """Return a number as the value of an answer."""
    return Value("number", value)


def key_of(case: Case, step: Step) -> Key:
    """Return the key of a step, with the vocabulary of its case and without wrong rules that cannot be told apart.

    Raises
    ------
    UsageError
        If the step asks what nobody can answer, or catches a misconception that it does not know.
    """
    import detente.exercises.asks  # noqa: F401 - registers what can be asked

    if step.ask not in ASKS:
        hint = did_you_mean(step.ask, ASKS)
        raise UsageError(f"unknown ask {step.ask!r}; expected one of {', '.join(ASKS)}" + (f"; {hint}" if hint else ""))
    unused = [key for key in step.model_fields_set if key not in _SHARED and key not in USES[step.ask]]
    if unused:
        uses = ", ".join(USES[step.ask]) or "nothing of the kind"
        raise UsageError(f"{step.ask} does not use {min(unused)!r}; it uses {uses}")
    made = ASKS[step.ask](case, step)
    words = vocabulary(case, step, made)
    wrong = dict(made.wrong)
    for name, text in step.wrong.items():
        if name not in MISCONCEPTIONS:
            raise UsageError(
                f"unknown misconception {name!r}; expected one of {', '.join(MISCONCEPTIONS)}"
            )
        from detente.exercises.asks_study import wrong_value

        wrong[name] = wrong_value(case, step, made, words, text)
    unknown = [name for name in step.catch or () if name not in wrong]
    if unknown:
        raise UsageError(f"{step.ask} does not know the misconception {unknown[0]!r}; expected one of {', '.join(wrong)}")
    return Key(
        made.value, made.prompt, made.solution, wrong, words, _form(case, made, words), made.options
    )


def vocabulary(case: Case, step: Step, made: Key) -> Vocabulary:
    """Return what an answer may use: ids and labels in every language."""
    given = made.words
    game = case.game
    players = tuple(getattr(game, "players", ()) or ())
    strategies: dict[str, dict[str, str]] = {}
    for player, own in zip(players, getattr(game, "strategies", ()), strict=False):
        strategies[player] = _spelled(case, own)
    steps: dict[str, str] = {}
    if hasattr(game, "information_sets"):
        steps = _spelled(case, [action for node in game.nodes for action in node.actions])
        if given.player:
            strategies[given.player] = _spelled(
                case, [action for each in game.sets_of(given.player) for action in each.actions]
            )
    for player, own in given.strategies.items():
        strategies[player] = _spelled(case, own.values())
    options = {tidy(letter): letter for letter in made.options}
    for letter, text in made.options.items():
        options |= {tidy(words): letter for words in text.values()}
    return Vocabulary(
        players, strategies, _spelled(case, players), steps, options, given.symbols, given.range, given.player or step.player
    )


def _spelled(case: Case, names: Any) -> dict[str, str]:
    """Return every way to write each name: its id, and its label in each language unless that is another's."""
    found = {tidy(name): name for name in names}
    for name in names:
        for lang in LANGUAGES:
            found.setdefault(tidy(case.label(name, lang)), name)
    return found


def _form(case: Case, made_of: Key, words: Vocabulary) -> dict[str, str]:
    made = {}
    kind = "move" if made_of.words.strategies else made_of.value.kind
    for position, lang in enumerate(LANGUAGES):
        own = list(dict.fromkeys(words.strategies.get(words.player or "", {}).values()))
        firsts = [next(iter(known.values())) for known in words.strategies.values() if known]
        made[lang] = _FORMS[kind][position].format(
            symbols=", ".join(words.symbols),
            strategies=", ".join(case.label(name, lang) for name in own),
            profile=case.labels(firsts, lang),
            path=case.listed(_last_path(case), lang),
            variable=words.range.variable if words.range else "x",
            mixture=", ".join(f"{case.label(name, lang)} 1/{len(own)}" for name in own),
        )
    return made


def _last_path(case: Case) -> tuple[str, ...]:
    """Return the way to the last end of a tree: an example that does not depend on the key."""
    return tuple(case.game.history(case.game.terminals[-1].index)) if isinstance(case.game, GameTree) else ()


def show(case: Case, value: Value, lang: str = "en") -> str:
    """Return the value of an answer as a reader sees it, and as :func:`understood` reads it back."""
    none = "none" if lang == "en" else "无"
    if value.kind == "number":
        return _exactly(case, value.value)
    if value.kind == "mixture":
        return ", ".join(_exactly(case, each) for each in value.value)
    if value.kind == "strategies":
        return ", ".join(sorted(case.label(name, lang) for name in value.value)) or none
    if value.kind == "profiles":
        return "; ".join(sorted(case.labels(each, lang) for each in value.value)) or none
    if value.kind == "path":
        return ", ".join(case.label(name, lang) for name in value.value)
    if value.kind == "condition":
        return str(value.value[0].text)
    if value.kind == "choices":
        return ", ".join(sorted(value.value)) or none
    if value.kind == "formula":
        top, bottom = value.value
        return f"({top})/({bottom})".replace("^", "**")
    return str(value.value)


def told(case: Case, value: Value, lang: str = "en") -> str:
    """Return a key for a teacher: a long fraction with its decimals."""
    text = show(case, value, lang)
    if value.kind != "number" or len(text) < 10 or case.number(value.value) == text:
        return text
    return f"{text} = {decimal(value.value)}.." if isinstance(value.value, Fraction) else text


def _exactly(case: Case, value: Any) -> str:
    """Return a number as a reader sees it, unless that is rounded: a key is exact."""
    shown = case.number(value)
    return shown if isinstance(value, Fraction) and exact(shown) == value else plain(value)


def condition_value(text: str, words: Vocabulary) -> Value:
    """Return a condition that the engine wrote as the value of an answer."""
    assert words.range is not None
    return Value("condition", (formula.parse(text, condition=True), words.range))


def formula_value(text: str, words: Vocabulary) -> Value:
    """Return a formula that the engine wrote as the value of an answer."""
    return understood(text, "formula", words)
