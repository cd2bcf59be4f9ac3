"""On what results about a game depend: the content of a study as data, with and without its wording.

:func:`mathematics` is everything from which numbers follow, and no label, so that a change of words asks for no new
numbers; :func:`everything` is what a reader is told beside. :func:`nameless` is the study with a sign in place of each label: what the engine says
of it is the same in every language, and :func:`named` puts the labels in.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.games.definition import GameDefinition
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel

__all__ = ["asked", "documents", "everything", "mathematics", "named", "nameless", "others"]

#: Where words for readers stand in game and payoff files: the keys that lead to a table (``*``: any), and its keys.
#: Nothing else is left out, so that a player called ``label`` is no word.
_WORDS: tuple[tuple[tuple[str, ...], frozenset[str]], ...] = (
    ((), frozenset({"label", "description"})),
    (("variants", "*"), frozenset({"label", "description"})),
    (("box", "*"), frozenset({"reason"})),
    (("variants", "*", "box", "*"), frozenset({"reason"})),
    (("questions", "*"), frozenset({"text"})),
    (("questions", "*", "say", "*"), frozenset({"text"})),
    (("terms", "*", "*"), frozenset({"label", "note"})),
    (("constraints", "*"), frozenset({"reason"})),
    (("parameters", "*"), frozenset({"label", "description", "reason"})),
    (("tables", "*"), frozenset({"description", "reason"})),
)
#: Fields of definitions that say where a thing stands in its file.
_PLACES = frozenset({"place", "places", "file", "path", "written", "formula_path"})
_OPEN, _CLOSE = "\ue000", "\ue001"
_SIGN = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")


def _models(files: StudyFiles, game: str) -> list[GameModel]:
    """Return a game and its variants."""
    from detente.study.model import game_model

    model = game_model(files, game)
    return [model, *(model.of(name) for name in model.definition.variants)]


def _without_words(table: Any, path: tuple[str, ...] = ()) -> Any:
    """Return a table of a file without its words; of labels the names that have one stay."""
    if isinstance(table, list):
        return [_without_words(each, (*path, "*")) for each in table]
    if not isinstance(table, dict):
        return table
    words = frozenset[str]()
    for place, keys in _WORDS:
        if len(place) == len(path) and all(one in {"*", other} for one, other in zip(place, path, strict=True)):
            words = keys
    return {
        key: sorted(value) if (path, key) == ((), "labels") and isinstance(value, dict)
        else _without_words(value, (*path, key))
        for key, value in table.items()
        if key not in words
    }  # fmt: skip


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the fields of a dataclass that say no place."""
    return tuple(each.name for each in fields(kind) if each.name not in _PLACES)


def _data(value: Any, without: frozenset[str] = frozenset()) -> Any:
    """Return a definition as data, without places and the fields named."""
    if value is None or isinstance(value, (str, int)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "text") and hasattr(value, "names"):
            return value.text
        return {name: _data(getattr(value, name), without) for name in _names(type(value)) if name not in without}
    if hasattr(value, "items"):
        return [[str(key), _data(each, without)] for key, each in value.items()]
    if isinstance(value, (tuple, list)):
        return [_data(each, without) for each in value]
    return value


def mathematics(files: StudyFiles, game: str) -> dict[str, Any]:
    """Return everything from which numbers about a game follow, apart from those that only the answer to a question tells."""
    models = _models(files, game)
    file = _without_words(models[0].definition.file.data)
    words = frozenset({"label", "description", "reason", "note"})
    tests = [
        [test.game, test.conclusion, test.point, test.payoffs]
        for claim in files.claims.values()
        for test in claim.tests
        if test.game.partition(":")[0] == game
    ]
    return {
        "game": game,
        "file": {key: value for key, value in file.items() if key != "questions"},
        "payoffs": {
            each.payoff_model.name: _without_words(each.payoff_model.file.data) for each in models
        },
        "parameters": {
            name: _data(parameter, words) for each in models for name, parameter in each.parameters.items()
        },
        "observations": [
            [each.event, each.game, dict(each.moves), each.sure, each.date]
            for each in files.observations.values()
            if each.game.partition(":")[0] == game
        ],
        "tests": tests,
    }


def asked(files: StudyFiles, game: str, number: int | None = None) -> list[Any]:
    """Return what the questions of a game ask, or only the one with a number; its answer follows from this and :func:`mathematics`."""
    listed = [each for each in files.games[game].file.data.get("questions", []) if number in {None, each["number"]}]
    return _without_words(listed, ("questions",))  # type: ignore[no-any-return]


def others(files: StudyFiles, game: str, number: int | None = None) -> tuple[str, ...]:
    """Return the other games on whose numbers the answers to the questions of a game rest, or only the answer to one."""
    questions = [each for each in files.games[game].questions if number in {None, each.number}]
    named = [name for each in questions for name in each.games]
    supposed = [name.removeprefix("not ") for each in questions for saying in each.say for name in saying.when]
    named += [name.partition(".")[0] for name in supposed]
    found = dict.fromkeys(name.partition(":")[0] for name in named)
    return tuple(name for name in found if name != game and name in files.games)


def documents(files: StudyFiles) -> list[Any]:
    """Return what a reader is told about the documents."""
    return [_data(document) for document in files.documents.values()]


def everything(files: StudyFiles, game: str) -> dict[str, Any]:
    """Return everything that a reader is told about a game beside :func:`mathematics`, such as words and figures.

    Who plays in the other games is there for the colors of the players, which are the same throughout a study.
    """
    models = _models(files, game)
    parameters = {name: parameter for each in models for name, parameter in each.parameters.items()}
    figures = {figure for parameter in parameters.values() for figure in parameter.figures}
    return {
        "file": models[0].definition.file.data,
        "payoffs": {each.payoff_model.name: each.payoff_model.file.data for each in models},
        "parameters": {name: _data(parameter) for name, parameter in parameters.items()},
        "figures": [_data(figure) for name, figure in files.figures.items() if name in figures],
        "documents": {document.file: name for name, document in files.documents.items()},
        "claims": [
            _data(claim) for claim in files.claims.values()
            if game in claim.models or any(test.game.partition(":")[0] == game for test in claim.tests)
        ],
        "observations": [
            _data(each) for each in files.observations.values() if each.game.partition(":")[0] == game
        ],
        "others": {name: _data(files.games[name].label) for name in others(files, game)},
        "players": {name: list(definition.players) for name, definition in files.games.items()},
    }  # fmt: skip


# ------------------------------------------------------------------------------------------ labels


def _sign(name: str) -> dict[str, str]:
    return {"en": f"{_OPEN}{name}{_CLOSE}"}


def nameless(files: StudyFiles) -> StudyFiles:
    """Return a study in which every label is a sign for its name."""

    def signed(definition: GameDefinition) -> GameDefinition:
        return replace(
            definition,
            label=_sign(definition.name),
            labels={name: _sign(name) for name in definition.labels},
        )

    def parameter(each: Any) -> Any:
        return replace(each, label=_sign(each.name), entry="")

    return replace(
        files,
        games={name: signed(each) for name, each in files.games.items()},
        parameters={name: parameter(each) for name, each in files.parameters.items()},
        payoffs={
            name: replace(
                model,
                parameters=replace(
                    model.parameters,
                    entries={own: parameter(each) for own, each in model.parameters.entries.items()},
                ),
            )
            for name, model in files.payoffs.items()
        },
    )


def named(text: str, label: Callable[[str], str]) -> str:
    r"""Return a text with labels in place of their signs.

    Examples
    --------
    >>> named("\ue000us\ue001 gains", {"us": "United States"}.get)
    'United States gains'
    """
    return _SIGN.sub(lambda match: label(match.group(1)), text)
