"""The numbers of a report: each computed once, from a study without labels, and kept by what it depends on.

Every method returns plain data that JSON can hold: names of players, strategies and parameters, and numbers. Blocks put them in
words, in either language. :mod:`detente.reports.store` finds a result again by its content;
:func:`detente.reports.content.mathematics` says what belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from math import prod
from typing import TYPE_CHECKING, Any, TypeVar

from detente.errors import DetenteError, InputError
from detente.numbers import unrounded
from detente.reports.advice_results import BUDGET, lever_results, option_results
from detente.reports.content import asked, mathematics, nameless, others
from detente.reports.share_results import importance_results, share_results
from detente.reports.store import Store, digest
from detente.study.model import GameModel, game_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.conclusions.ensemble.saved import Remembered
    from detente.display import Table
    from detente.seeds.claims import ClaimTest
    from detente.study.load import StudyFiles

__all__ = ["DRAWS", "Results"]

T = TypeVar("T")

#: Draws under each prior.
DRAWS = 20_000
#: Runs over draws whose counts are kept in memory.
_COUNTED = 4
#: Outcomes of a normal form from which on there are fewer draws.
_MANY = 100


@dataclass(frozen=True)
class Results:
    """What a report prints about the games of a study, as data."""

    files: StudyFiles = field(repr=False)
    store: Store = field(repr=False)
    draws: int = DRAWS
    seed: int = 0

    _content: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _models: dict[str, GameModel] = field(default_factory=dict, init=False, repr=False, compare=False)
    _others: dict[str, StudyFiles] = field(default_factory=dict, init=False, repr=False, compare=False)
    _counted: dict[str, Remembered] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def nameless(self) -> StudyFiles:
        """The study without labels."""
        return nameless(self.files)

    def counts(self, key: Mapping[str, Any]) -> Remembered:
        """Return where the counts of a run over draws are kept in memory: verdicts, shares and observed moves ask for the same."""
        from detente.conclusions.ensemble.saved import Remembered

        name = digest(key)
        if name not in self._counted and len(self._counted) >= _COUNTED:
            self._counted.pop(next(iter(self._counted)))
        return self._counted.setdefault(name, Remembered())

    def model(self, game: str) -> GameModel:
        """Return a game without labels; what it works out of itself is worked out once."""
        if game not in self._models:
            self._models[game] = game_model(self.nameless, game)
        return self._models[game]

    def number(self, game: str) -> int:
        """Return the number of draws under each prior: fewer for a game with many outcomes, where each costs more."""
        outcomes = prod(len(own) for own in self.files.games[game.partition(":")[0]].strategies.values())
        return max(self.draws // 10, 100) if self.files.games[game.partition(":")[0]].form == "normal" and outcomes > _MANY else self.draws

    def content(self, game: str) -> str:
        """Return the digest of everything on which numbers about a game and its variants depend."""
        if game not in self._content:
            self._content[game] = digest(mathematics(self.files, game))
        return self._content[game]

    def told(self, game: str) -> str:
        """Return the digest of everything on which what is told about a game depends: its numbers, what is asked, games that are named there."""
        return digest([self.content(game), asked(self.files, game), self._told_of_others(game)])

    def _told_of_others(self, game: str, number: int | None = None) -> list[list[str]]:
        return [[other, self.content(other)] for other in others(self.files, game, number)]

    def _get(self, what: str, game: str, make: Callable[[], T], *more: Any) -> T:
        """Return the result of a method, kept or made now; ``more`` are its further arguments."""

        def made() -> T:
            # a page rounds the numbers of the engine's tables: they come with their digits, so that they are rounded once
            with unrounded():
                return make()

        found: T = self.store.get(self._key(what, game, more), made)
        return found

    def has(self, what: str, game: str, more: tuple[Any, ...] = ()) -> bool:
        """Return whether a result is kept already: ``what`` is the method that returns it, ``more`` its further arguments."""
        return self.store.has(self._key(what, game, more))

    def _key(self, what: str, game: str, more: tuple[Any, ...]) -> dict[str, Any]:
        return {"what": what, "game": game, "content": self.content(game.partition(":")[0]), **self._beside(what, game, *more)}

    def _beside(self, what: str, game: str, *more: Any) -> dict[str, Any]:
        """Return on what a result depends beside the content of the game."""
        drawn: dict[str, Any] = {"draws": self.number(game), "seed": self.seed}
        match what:
            case "shown" | "solved" | "conditions" | "types" | "sums":
                return {}
            case "thresholds":
                return {"along": more[0]}
            case "answer":
                return {"number": more[0], "asked": asked(self.files, game, more[0]), "others": self._told_of_others(game, more[0]), **drawn}
            case "verdicts":
                return {"draws": self.draws, "seed": self.seed}
            case "support":
                return {"number": more[0], "draws": self.draws, "seed": self.seed}
            case "options":
                return {"player": more[0], "draws": self.draws // 2, "seed": self.seed}
            case "levers":
                return {"profile": more[0], "outcome": more[1]}
            case "comparison":
                reasons = [each.reason for each in self.model(game).payoff_model.constraints]
                return {"points": more, "asked": asked(self.files, game), "reasons": reasons}
            case "versions":
                return {"against": self._other(more[0]).hash, "asked": asked(self.files, game)}
        return drawn

    # ------------------------------------------------------------------------------------- answers

    def answers(self, game: str) -> list[dict[str, Any]]:
        """Return the answer to each numbered question of a game: its tables, or why there is none."""
        return [self.answer(game, question.number) for question in self.files.games[game].questions]

    def answer(self, game: str, number: int) -> dict[str, Any]:
        """Return the answer to a numbered question of a game."""
        return self._get("answer", game, partial(self._answer, game, number), number)

    def _answer(self, game: str, number: int) -> dict[str, Any]:
        from detente.study.questions import answer, said

        try:
            found = answer(self.model(game), number, draws=self.number(game))
        except DetenteError as error:
            return {"number": number, "tables": [], "said": [], "refused": str(error)}
        told = [[list(points), found.question.say.index(saying)] for points, saying in said(self.model(game), number)]
        return {"number": number, "tables": [table_data(table) for table in found.tables], "said": told, "refused": ""}

    def shown(self, game: str) -> list[dict[str, Any]]:
        """Return the tables that show a game at the baseline: payoffs, order of play."""

        def make() -> list[dict[str, Any]]:
            model = self.model(game)
            view = model.form.show(model, model.point(), "strategic")
            return [table_data(each) for each in view.tables]

        return self._get("shown", game, make)

    def solved(self, game: str) -> list[dict[str, Any]]:
        """Return the solution of a game at the baseline and at each named point: a table, and whether it is complete."""
        return self._get("solved", game, partial(self._solved, game))

    def _solved(self, game: str) -> list[dict[str, Any]]:
        model = self.model(game)

        def at(point: str) -> dict[str, Any]:
            try:
                found = model.form.solve(model, model.point(point), "strategic")
            except DetenteError as error:
                return {"point": point, "table": None, "complete": False, "refused": str(error)}
            return {"point": point, "table": table_data(found.table()), "complete": found.complete, "refused": ""}

        return [at(name) for name in ("baseline", *model.definition.points)]

    # ------------------------------------------------------------------------------- over the box

    def conditions(self, game: str) -> dict[str, Any]:
        """Return the equilibria of a normal form in closed form over the box."""
        from detente.reports.box_results import condition_results

        return self._get("conditions", game, lambda: condition_results(self.model(game)))

    def types(self, game: str) -> list[dict[str, Any]]:
        """Return the types that the players of a 2x2 game have over the box."""
        from detente.reports.box_results import type_results

        return self._get("types", game, lambda: type_results(self.model(game)))

    def sums(self, game: str) -> list[dict[str, Any]]:
        """Return the material sums of a normal form at the named points, compared over the box."""
        from detente.reports.box_results import sum_results

        return self._get("sums", game, lambda: sum_results(self.model(game)))

    def thresholds(self, game: str, along: str) -> dict[str, Any]:
        """Return where the equilibria of a normal form change along a parameter, from the baseline."""
        from detente.reports.box_results import threshold_results

        return self._get("thresholds", game, lambda: threshold_results(self.model(game), along), along)

    # ------------------------------------------------------------------------------- shares, advice

    def shares(self, game: str) -> dict[str, Any]:
        """Return in which share of the box conclusions about a game hold, under each prior and given observed play."""
        return self._get("shares", game, lambda: share_results(self.model(game), self.number(game), self.seed, self.counts))

    def importance(self, game: str) -> dict[str, Any]:
        """Return what drives the outcome of a game: importance of each parameter, alone and in total."""
        return self._get("importance", game, lambda: importance_results(self.model(game), self.number(game), self.seed))

    def options(self, game: str, player: str) -> dict[str, Any]:
        """Return each strategy of a player as a commitment."""
        return self._get("options", game, lambda: option_results(self.model(game), player, self.draws // 2, self.seed), player)

    def levers(self, game: str, profile: str, outcome: str) -> dict[str, Any]:
        """Return the cheapest changes that make a profile an ``equilibrium``, or ``selected``, or that ``break`` it."""
        return self._get("levers", game, lambda: lever_results(self.model(game), profile, outcome), profile, outcome)

    def comparison(self, game: str, first: str, second: str) -> list[dict[str, Any]]:
        """Return what flips between two named points of a game, and the smallest changes that do it, as tables."""

        def make() -> list[dict[str, Any]]:
            from detente.study.compare import compare_points

            model = self.model(game)
            found = compare_points(model, model.point(first), model.point(second), "strategic", seconds=BUDGET)
            return [table_data(table) for table in found.tables()]

        return self._get("comparison", game, make, first, second)

    def versions(self, game: str, against: str) -> dict[str, Any]:
        """Return what flips in a game between another version of the study and this one, point by point, as tables."""

        def make() -> dict[str, Any]:
            from detente.study.compare import compare_studies

            other = self._other(against)
            found = compare_studies(other, self.files, "strategic", seconds=BUDGET, games=(game,))
            points = [
                {"point": each.labels[0], "flips": each not in found.quiet, "tables": [table_data(table) for table in each.tables()]}
                for each in found.games
            ]
            return {"hash": other.hash, "notes": list(found.notes), "points": points}

        return self._get("versions", game, make, against)

    def _other(self, against: str) -> StudyFiles:
        """Return another version of the study, loaded once for all its games."""
        from detente.study.layout import find
        from detente.study.load import load

        if against not in self._others:
            other = load(find(self.files.root / against))
            if other.faults:
                raise InputError(*other.faults)
            self._others[against] = other
        return self._others[against]

    def verdict_changes(self, game: str, against: str) -> list[dict[str, Any]]:
        """Return the verdicts of the tests about a game, each with that of another version of the study, None where it has no such test.

        A test is the same in both versions if its claim, game, conclusion, point and payoffs are.
        """
        from detente.reports.claim_results import tests_of

        other = Results(self._other(against), self.store, self.draws, self.seed)
        before: dict[tuple[Any, ...], dict[str, Any]] = {}
        if game in other.files.games:
            own = tests_of(other.files, game)
            before = {_same(claim, test): found for (claim, test), found in zip(own, other.verdicts(game), strict=True)}
        return [
            {**found, "claim": claim, "number": test.number, "game": test.game, "point": test.point, "before": before.get(_same(claim, test))}
            for (claim, test), found in zip(tests_of(self.files, game), self.verdicts(game), strict=True)
        ]

    # -------------------------------------------------------------------------------------- claims

    def tests(self, game: str) -> list[dict[str, Any]]:
        """Return the tests of claims about a game and its variants with their verdicts and what these rest on, in the order of the claims."""
        from detente.reports.claim_results import tests_of

        name = game.partition(":")[0]
        verdicts = self.verdicts(name)
        # names and numbers of claims are wording: they come from the files, so that none is kept
        return [
            {
                "claim": claim, "number": test.number, "game": test.game, "conclusion": test.conclusion,
                "point": test.point, "payoffs": test.payoffs, **verdicts[k], **self.support(name, k),
            }
            for k, (claim, test) in enumerate(tests_of(self.files, name))
        ]  # fmt: skip

    def verdicts(self, game: str) -> list[dict[str, Any]]:
        """Return the verdicts of all tests about a game and its variants, in the order of the claims."""
        from detente.reports.claim_results import verdict_results

        return self._get("verdicts", game, lambda: verdict_results(self, game))

    def support(self, game: str, number: int) -> dict[str, Any]:
        """Return what the verdict of a test rests on and what would overturn it; ``number`` counts from 0 as in :meth:`verdicts`."""
        from detente.reports.claim_results import support_result, tests_of

        test = tests_of(self.files, game)[number][1]
        return self._get("support", game, lambda: support_result(self, test, self.verdicts(game)[number]), number)

    def retrodiction(self, game: str) -> list[dict[str, Any]]:
        """Return for each event that is coded in a game whether the game has it, at the baseline and over the box."""
        from detente.reports.claim_results import retrodiction_results

        return self._get("retrodiction", game, lambda: retrodiction_results(self, game))


def _same(claim: str, test: ClaimTest) -> tuple[Any, ...]:
    """Return by what a test is known again in another version of a study."""
    return claim, test.game, test.conclusion, test.point, test.payoffs


def table_data(table: Table) -> dict[str, Any]:
    """Return a table of the engine as data."""
    return {
        "title": table.title,
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "notes": list(table.notes),
    }
