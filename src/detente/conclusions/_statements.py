"""Statements about a game as parts of sentences: what a conclusion says, and the opposite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente import formula
from detente.errors import FormulaError
from detente.wording import Wording, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["equilibria_words", "state_words", "statement"]

_PROFILE = {
    "equilibrium": ("is an equilibrium", "is no equilibrium"),
    "unique": ("is the only equilibrium", "is not the only equilibrium"),
    "selected": ("is selected", "is not selected"),
    "sustainable": ("can be sustained by the threat of punishment", "cannot be sustained by the threat of punishment"),
}
_CLASSES = {
    "stag_hunt": "stag hunt",
    "prisoners_dilemma": "prisoner's dilemma",
    "assurance_reversed": "reversed assurance",
}


def statement(text: str, wording: Wording) -> tuple[str, str]:
    """Return what a conclusion says, and the opposite, as sentences without a point.

    Examples
    --------
    >>> statement("unique:c,d", Wording({"c": "cooperate", "d": "defect"}))
    ('(cooperate, defect) is the only equilibrium', '(cooperate, defect) is not the only equilibrium')
    >>> statement("A", Wording({"A": "the gain"}))[0], statement("sign:x - 1", Wording({"x": "the price"}))[1]
    ('the gain is positive', 'the price − 1 is not positive')
    """
    if text.startswith("no equilibrium at "):
        own = statement("equilibrium:" + text.removeprefix("no equilibrium at "), wording)
        return own[1], own[0]
    if text.startswith("not "):
        own = statement(text.removeprefix("not "), wording)
        return own[1], own[0]
    kind, colon, rest = text.partition(":")
    if colon and kind in _PROFILE:
        yes, no = _PROFILE[kind]
        return f"{wording.profile(rest)} {yes}", f"{wording.profile(rest)} {no}"
    if colon and kind == "set":
        names = joined([wording.profile(each) for each in rest.split(";")])
        return f"the pure equilibria are exactly {names}", f"the pure equilibria are not exactly {names}"
    if colon and kind == "dominant":
        player, _, strategy = (part.strip() for part in rest.partition("="))
        what = f"{wording.label(strategy)} is {{}}dominant for {wording.label(player)}"
        return what.format(""), what.format("not ")
    if colon and kind == "class":
        own_types = [_CLASSES.get(each, each.replace("_", " ")) for each in rest.split("/")]
        name = " and ".join(own_types)
        return f"the game is of the class {name}", f"the game is not of the class {name}"
    if colon and kind == "stable":
        name = f"the partition with {_groups(rest, wording)}"
        return f"{name} is stable", f"{name} is not stable"
    if text == "none":
        return "there is no pure equilibrium", "there is a pure equilibrium"
    name = _formula_words(rest, wording) if colon and kind == "sign" else wording.label(text)
    return f"{name} is positive", f"{name} is not positive"


def _groups(text: str, wording: Wording) -> str:
    """Return a partition in words: groups with bars between them, who is in none of them together."""
    if text == "all":
        return "all together"
    groups = [joined([wording.label(name.strip()) for name in group.split(",")]) for group in text.split("|")]
    return f"{joined(groups)} apart from the others"


def _formula_words(text: str, wording: Wording) -> str:
    try:
        return wording.formula(formula.parse(text))
    except FormulaError:
        return text


def equilibria_words(state: Sequence[str], wording: Wording, outcomes: bool = False) -> str:
    """Return a set of equilibria, or of outcomes of a tree, as a sentence without a point."""
    known = {"mixed": "a mixed one", "continuum": "a continuum that joins some of them"}
    names = [known.get(each) or wording.profile(each) for each in state]
    kind = "outcome" if outcomes else "equilibrium"
    many = "outcomes" if outcomes else "equilibria"
    if not names:
        return f"there is no {kind} of this kind"
    if state == ("mixed",):
        return f"the only {kind} is mixed"
    return f"the only {kind} is {names[0]}" if len(names) == 1 else f"the {many} are {joined(names)}"


def state_words(state: Any, of: str, wording: Wording) -> str:
    """Return a state of what thresholds are about as a sentence without a point."""
    if state is None:
        return "a formula has no value"
    if isinstance(state, bool):
        return statement(of, wording)[0 if state else 1]
    if isinstance(state, int):
        kind, colon, rest = of.partition(":")
        name = _formula_words(rest, wording) if colon and kind == "sign" else wording.label(of)
        return f"{name} is {({1: 'positive', 0: 'zero', -1: 'negative'})[state]}"
    return equilibria_words(tuple(state), wording, of == "set of outcomes")
