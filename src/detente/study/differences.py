"""What differs between two versions of a study: files, documents, figures, parameters, terms, games."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.numbers import plain
from detente.study.text_files import text_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from detente.games.definition import GameDefinition
    from detente.payoffs.terms import PayoffModel, Term
    from detente.seeds.parameters import Parameter
    from detente.study.load import StudyFiles

__all__ = ["Difference", "differences", "file_differences", "term_fields"]

#: Name of a field to its value as text.
Fields = dict[str, str]


@dataclass(frozen=True)
class Difference:
    """One thing that was added, removed or changed.

    ``kind`` says what it is (figure, parameter, term, ...), ``change`` what happened to it, ``details`` lists each
    field that changed with its value before and after.
    """

    kind: str
    name: str
    change: str
    details: tuple[tuple[str, str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the difference as data."""
        return {
            "kind": self.kind,
            "name": self.name,
            "change": self.change,
            "details": [{"field": field, "before": a, "after": b} for field, a, b in self.details],
        }

    def __str__(self) -> str:
        text = f"{self.kind} {self.name} {self.change}"
        moved = "; ".join(f"{field}: {a or 'none'} -> {b or 'none'}" for field, a, b in self.details)
        return f"{text} ({moved})" if moved else text


def differences(first: StudyFiles, second: StudyFiles) -> tuple[Difference, ...]:
    """Return everything that differs in meaning, in the order in which a study is read; layout and comments do not count."""
    found: list[Difference] = []
    for kind, get, fields in _PARTS:
        found += _compare(kind, get(first), get(second), fields)
    return tuple(found)


def file_differences(first: Path, second: Path) -> tuple[Difference, ...]:
    """Return the definition files that differ in their text, line ends apart."""
    a, b = ({name: _digest(root / name) for name in text_files(root)} for root in (first, second))
    return tuple(_compare("file", a, b, lambda digest: {"": digest}, details=False))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _compare(
    kind: str, a: Mapping[str, Any], b: Mapping[str, Any], fields: Callable[[Any], Fields], *, details: bool = True
) -> Iterator[Difference]:
    for name in dict.fromkeys((*a, *b)):
        if name not in b:
            yield Difference(kind, name, "removed")
        elif name not in a:
            yield Difference(kind, name, "added")
        else:
            before, after = fields(a[name]), fields(b[name])
            moved = tuple(
                (field, before.get(field, ""), after.get(field, ""))
                for field in dict.fromkeys((*before, *after))
                if before.get(field, "") != after.get(field, "")
            )
            if moved:
                yield Difference(kind, name, "changed", moved if details else ())


def _list(values: Any) -> str:
    return ", ".join(map(str, values))


def _label(given: Mapping[str, str]) -> Fields:
    return {f"label {language}": text for language, text in given.items()}


def _number(value: Any) -> str:
    return "" if value is None else plain(value)


def _document(each: Any) -> Fields:
    return {name: str(getattr(each, name)) for name in ("file", "date", "genre", "slant", "sha256")} | _label(
        each.title
    )


def _figure(each: Any) -> Fields:
    numbers = {name: _number(getattr(each, name)) for name in ("low", "central", "high")}
    words = ("document", "line", "token", "occurrence", "unit", "bound", "year_observed", "quantity", "subject")
    return numbers | {name: str(getattr(each, name)) for name in words}


def parameter_fields(each: Parameter) -> Fields:
    """Return what a parameter is, field by field."""
    return {
        "kind": each.kind,
        "value": _number(each.value),
        "low": _number(each.low),
        "high": _number(each.high),
        "formula": each.formula.text if each.formula is not None else "",
        "unit": each.unit,
        "figures": _list(each.figures),
        "rule": each.rule or "",
        "interval": each.interval or "",
        "scale": _number(each.scale),
        "domain": _list(_number(end) for end in each.domain),
        "symbol": each.symbol,
        "reason": each.reason,
    }


def _claim(each: Any) -> Fields:
    return {
        "status": each.status, "statement": each.statement, "why": each.why, "refs": _list(each.refs),
        "figures": _list(each.figures), "models": _list(each.models),
    }  # fmt: skip


def _observation(each: Any) -> Fields:
    return {
        "date": each.date, "moves": _list(f"{who}={what}" for who, what in each.moves.items()), "sure": _number(each.sure),
        "document": each.document, "figures": _list(each.figures),
    }  # fmt: skip


def term_fields(each: Term) -> Fields:
    """Return what a term is, field by field."""
    when = " or ".join(" and ".join(f"{who} in {{{_list(what)}}}" for who, what in one.items()) for one in each.when)
    return {
        "formula": each.text, "when": when or "always", "material": str(each.material).lower(), "source": _list(each.source),
    }  # fmt: skip


def _payoff_parts(pick: Callable[[PayoffModel], Mapping[str, Any]]) -> Callable[[StudyFiles], Mapping[str, Any]]:
    def get(files: StudyFiles) -> Mapping[str, Any]:
        return {f"{model}.{name}": each for model, own in files.payoffs.items() for name, each in pick(own).items()}

    return get


def _game_parts(pick: Callable[[GameDefinition], Mapping[str, Any]]) -> Callable[[StudyFiles], Mapping[str, Any]]:
    def get(files: StudyFiles) -> Mapping[str, Any]:
        return {f"{game}.{name}": each for game, own in files.games.items() for name, each in pick(own).items()}

    return get


def _game(each: GameDefinition) -> Fields:
    strategies = "; ".join(f"{who}: {_list(what)}" for who, what in each.strategies.items())
    return {
        "form": each.form, "payoffs": each.payoffs, "strategies": strategies, "units": _list(each.units),
        "own keys": repr(each.data),
    }  # fmt: skip


def _question(each: Any) -> Fields:
    lists = {name: _list(getattr(each, name)) for name in ("ask", "of", "along", "points", "wanted")}
    return {**lists, "to": str(each.to)}


def _values(each: Any) -> Fields:
    return {name: _number(value) for name, value in each.values.items()}


def _box(each: Any) -> Fields:
    return {name: _number(getattr(each, name)) for name in ("low", "high", "value")}


def _variant(each: Any) -> Fields:
    return {"form": each.form, "payoffs": each.payoffs or "", "own keys": repr(each.data)}


#: Kind, where it is found, and its fields.
_PARTS: tuple[tuple[str, Callable[[StudyFiles], Mapping[str, Any]], Callable[[Any], Fields]], ...] = (
    ("document", lambda files: files.documents, _document),
    ("figure", lambda files: files.figures, _figure),
    ("parameter", lambda files: files.parameters, parameter_fields),
    ("claim", lambda files: files.claims, _claim),
    ("observation", lambda files: files.observations, _observation),
    ("parameter", _payoff_parts(lambda model: model.parameters.entries), parameter_fields),
    ("term", _payoff_parts(lambda model: {f"{each.player}.{each.name}": each for each in model.terms}), term_fields),
    (
        "constraint",
        _payoff_parts(lambda model: {each.formula.text: each for each in model.constraints}),
        lambda each: {"reason": each.reason},
    ),
    ("utility", _payoff_parts(lambda model: model.utility), lambda each: {"formula": each.formula.text}),
    ("game", lambda files: files.games, _game),
    ("point", _game_parts(lambda game: game.points), _values),
    ("interval", _game_parts(lambda game: game.box), _box),
    ("variant", _game_parts(lambda game: game.variants), _variant),
    ("conclusion", _game_parts(lambda game: game.conclusions), lambda each: {"formula": each.formula.text}),
    ("question", _game_parts(lambda game: {str(each.number): each for each in game.questions}), _question),
)
