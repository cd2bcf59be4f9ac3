"""Weighted voting: seats with weights, quotas, a veto; power of every player, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pydantic import Field

from detente.display import Displayed, Table
from detente.fields import Exact, Expression, Name, Names
from detente.games.coalitional import WeightedGame, WeightedVotingGame
from detente.games.definition import Content
from detente.games.file_tables import GameFile, VariantTable
from detente.numbers import number_to_json, plain, short
from detente.study.form import Form
from detente.study.forms._formulas import FormulaForm, Formulas

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.formula import Formula
    from detente.games.definition import GameDefinition
    from detente.games.reader import GameReader
    from detente.solve.coalitional.allocation import Allocation
    from detente.solve.concepts import Options
    from detente.study.model import GameModel, Point
    from detente.toml import KeyPath

__all__ = ["FORM", "Seats", "Voting", "VotingSolution"]


class _Keys(VariantTable):
    weights: dict[str, Exact]
    single_seats: list[int] = Field(default_factory=list)
    quotas: list[Exact]
    veto: Name | None = None
    leave: Names | None = None
    worth: Expression | None = None


class VotingVariant(_Keys):
    """A ``[variants.NAME]`` that is a voting game."""


class VotingFile(GameFile):
    """The top of the file of a voting game."""

    weights: dict[str, Exact]
    single_seats: list[int] = Field(default_factory=list)
    quotas: list[Exact]
    veto: Name | None = None
    leave: Names | None = None
    worth: Expression | None = None


@dataclass(frozen=True)
class Seats:
    """The seats of a voting game.

    Attributes
    ----------
    weights : mapping
        Player to weight, seats of weight one (``member_FIRST`` to ``member_LAST``) among them.
    quotas : tuple
        Each is solved.
    veto : str or None
        A player without weight whose consent is needed: each quota is solved without and with it.
    leave : tuple
        Players whose exit is looked at, at every quota.
    worth : Formula or None
        A worth of ``weight``, for a game in which coalitions are worth something in between.
    """

    weights: Mapping[str, Fraction]
    quotas: tuple[Fraction, ...]
    veto: str | None
    leave: tuple[str, ...]
    worth: Formula | None


@dataclass(frozen=True)
class VotingSolution(Displayed):
    """Power at each quota, without and with the veto, and after the exits."""

    games: tuple[tuple[str, WeightedVotingGame | WeightedGame, Allocation, Allocation], ...]
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Every index is exact and unique."""
        return True

    def to_json(self) -> dict[str, Any]:
        """Return the indices of every game."""
        first = self.games[0]
        return {
            "concept": "power",
            "method": first[2].method,
            "form": "coalitional",
            "arithmetic": "exact",
            "complete": True,
            "players": list(first[1].players),
            "shapley": first[2].to_json(),
            "banzhaf": first[3].to_json(),
            "nucleolus": None,
            "core": None,
            "games": [
                {
                    "name": name,
                    "quota": number_to_json(game.quota) if isinstance(game, WeightedVotingGame) else None,
                    "veto": list(game.veto) if isinstance(game, WeightedVotingGame) else [],
                    "shapley": shapley.to_json(),
                    "banzhaf": banzhaf.to_json(),
                }
                for name, game, shapley, banzhaf in self.games
            ],
        }

    def tables(self) -> tuple[Table, ...]:
        """Return power by group of equal players for both indices: quotas side by side, apart by who may vote."""
        found = []
        for position, concept in ((2, "Shapley-Shubik index"), (3, "Banzhaf index, normalized")):
            kinds: dict[str, list[Any]] = {}
            for each in self.games:
                kinds.setdefault(each[0].removeprefix(_head(each[0])).strip(", "), []).append(each)
            for kind, games in kinds.items():
                players = dict.fromkeys(name for each in games for name in each[1].players)
                rows: dict[tuple[str, ...], list[str]] = {}
                for player in players:
                    cells = []
                    for each in games:
                        values: Any = each[position]
                        total = values.total if position == 3 else 1
                        cells.append(f"{100 * float(values[player] / total):.2f}" if player in values and total else "")
                    rows.setdefault(tuple(cells), []).append(player)
                listed = tuple((_group(names), *cells) for cells, names in rows.items())
                columns = ("player", *(_head(each[0]) for each in games))
                last = position == 3 and kind == list(kinds)[-1]
                said = (*self._moved(games, position), *(self.notes if last else ()))
                title = f"{concept}, per cent" + (f", {kind}" if kind else "")
                found.append(Table(title, columns, listed, said))
        return tuple(found)

    def _moved(self, games: list[Any], position: int) -> list[str]:
        """Return whose power rises and falls most, against the same quota with everybody and no veto."""
        notes = []
        by_name = {each[0]: each for each in self.games}
        for each in games:
            name, before = each[0], by_name.get(_head(each[0]))
            if before is None or before[0] == name:
                continue
            old, new = (_indices(game[position], game[1].players, normalized=position == 3) for game in (before, each))
            change = {who: new[who] - old[who] for who in new if who in old}
            up, down = (pick(change, key=lambda who: change[who]) for pick in (max, min))
            parts = [
                f"{who} {100 * float(old[who]):.2f} to {100 * float(new[who]):.2f}"
                for who in dict.fromkeys((up, down))
                if change[who]
            ]
            notes.append(f"At {_head(name)} the largest changes are {', '.join(parts)}.")
        return notes

    def table(self) -> Table:
        """Return the Shapley-Shubik indices."""
        return self.tables()[0]

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


def _indices(values: Any, players: tuple[str, ...], *, normalized: bool) -> dict[str, Fraction]:
    total = values.total if normalized else 1
    return {who: values[who] / total for who in players}


def _head(name: str) -> str:
    """Return the quota that the name of a game begins with, or the whole name."""
    return " ".join(name.replace(",", "").split()[:2]) if name.startswith("quota ") else name


def _group(names: list[str]) -> str:
    return (
        names[0]
        if len(names) == 1
        else f"{names[0]} to {names[-1]} ({len(names)})"
        if len(names) > 3
        else ", ".join(names)
    )


class Voting(FormulaForm):
    """``form = "voting"``."""

    name = "voting"
    words = "seats with weights, and quotas"
    file = VotingFile
    variant = VotingVariant
    concepts = ("power",)
    exports_data = True
    reasons = {  # noqa: RUF012 - the base declares it
        "options": "votes are counted, no strategies chosen; power at each quota, and after exits, is in solve",
        "show": "there is no table of payoffs: weights and quotas are in the game file; ask solve",
        "atlas": "power depends on weights and quotas alone, not on parameters; ask solve",
        "levers": "power depends on weights and quotas alone, which are no parameters; ask levers of the game itself",
    }

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return seats, quotas and what else is asked."""
        weights: dict[str, Fraction] = dict(table.weights)
        for name, weight in weights.items():
            if weight < 0:
                reader.fail(
                    (*path, "weights", name), f"found the weight {plain(weight)}", "expected at least 0", key=False
                )
        single = table.single_seats
        if single and (len(single) != 2 or not 0 < single[0] <= single[1] < 10_000):
            reader.fail((*path, "single_seats"), f"found {single}", "expected [first, last], as in [10, 55]", key=False)
        elif single:
            weights.update({f"member_{k}": Fraction(1) for k in range(single[0], single[1] + 1)})
        for index, quota in enumerate(table.quotas):
            if not 0 < quota <= sum(weights.values()):
                found = f"found the quota {plain(quota)} of {plain(sum(weights.values()))}"
                reader.fail((*path, "quotas", index), found, "expected above 0, at most all weights", key=False)
        reader.among(path, "leave", "player", table.leave or (), weights)
        if table.veto is not None and table.veto in weights:
            expected = "expected a player without weight"
            reader.fail((*path, "veto"), f"found {table.veto!r} among the weights", expected, key=False)
        worth = table.worth
        if worth is not None and set(worth.names) - {"weight"}:
            found = f"found {min(set(worth.names) - {'weight'})!r} in the worth"
            reader.fail((*path, "worth"), found, "expected a formula of weight alone", key=False)
        return Content({}, {}, (), Seats(weights, tuple(table.quotas), table.veto, tuple(table.leave or ()), worth))

    #: No parameter moves a seat.
    cheapest_changes = Form.cheapest_changes

    def game(self, model: GameModel, material: bool) -> Formulas:
        """Return the box: seats do not depend on it."""
        return Formulas.of(model, {}, lambda _: None)

    def at(self, model: GameModel, point: Point, kind: str) -> WeightedVotingGame:
        """Return the game at the first quota."""
        seats: Seats = model.definition.data
        return WeightedVotingGame(seats.quotas[0], seats.weights)

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> VotingSolution:
        """Return the power of every player in every game asked for."""
        from detente.solve.coalitional.values import banzhaf, shapley

        self.check_concept(concept)
        seats: Seats = model.definition.data
        games: list[tuple[str, WeightedVotingGame | WeightedGame]] = []
        for quota in seats.quotas:
            games.append((f"quota {short(quota, 5)}", WeightedVotingGame(quota, seats.weights)))
            if seats.veto is not None:
                named = {**seats.weights, seats.veto: Fraction(0)}
                games.append(
                    (f"quota {short(quota, 5)}, veto of {seats.veto}", WeightedVotingGame(quota, named, [seats.veto]))
                )
        notes = []
        if seats.leave:
            left = {name: each for name, each in seats.weights.items() if name not in seats.leave}
            for quota in seats.quotas:
                if sum(left.values()) >= quota:
                    games.append(
                        (f"quota {short(quota, 5)} without {', '.join(seats.leave)}", WeightedVotingGame(quota, left))
                    )
                else:
                    notes.append(f"Without {', '.join(seats.leave)} the quota {short(quota, 5)} cannot be reached.")
        if seats.worth is not None:
            worth = seats.worth
            whole = {name: int(each) for name, each in seats.weights.items()}
            games.append(("worth of weight", WeightedGame(whole, lambda w: worth.evaluate({"weight": Fraction(w)}))))
        return VotingSolution(tuple((name, each, shapley(each), banzhaf(each)) for name, each in games), tuple(notes))


FORM = Voting()
