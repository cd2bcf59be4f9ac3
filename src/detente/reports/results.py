"""The numbers of a report: each computed once, from a study without labels, and kept by what it depends on.

Every method returns plain data that JSON can hold: names of players, strategies and parameters, and numbers. Blocks put them in
words, in either language. :mod:`detente.reports.store` finds a result again by its content;
:func:`detente.reports.content.mathematics` says what belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from math import prod
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, InputError
from detente.numbers import short, to_float, unrounded
from detente.reports.content import asked, mathematics, nameless, others
from detente.reports.store import Store, digest
from detente.study.model import GameModel, game_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.conclusions.ensemble.saved import Remembered
    from detente.display import Table
    from detente.seeds.claims import ClaimTest
    from detente.study.load import StudyFiles

__all__ = ["BUDGET", "DRAWS", "Results"]

#: Draws under each prior.
DRAWS = 20_000
#: Seconds after which a search gives up. Each ends by itself long before: what a report says must not hang on the clock.
BUDGET = 300.0
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

    @cached_property
    def _nameless(self) -> StudyFiles:
        return nameless(self.files)

    @cached_property
    def _content(self) -> dict[str, str]:
        return {}

    @cached_property
    def _models(self) -> dict[str, GameModel]:
        return {}

    @cached_property
    def _others(self) -> dict[str, StudyFiles]:
        return {}

    @cached_property
    def _counted(self) -> dict[str, Remembered]:
        return {}

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
            self._models[game] = game_model(self._nameless, game)
        return self._models[game]

    def number(self, game: str) -> int:
        """Return the number of draws under each prior: fewer for a game with many outcomes, where each costs more."""
        outcomes = prod(len(own) for own in self.files.games[game.partition(":")[0]].strategies.values())
        return max(self.draws // 10, 100) if self.files.games[game.partition(":")[0]].form == "normal" and outcomes > _MANY else self.draws

    def _key(self, what: str, game: str, more: Mapping[str, Any]) -> dict[str, Any]:
        return {"what": what, "game": game, "content": self.content(game.partition(":")[0]), **more}

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

    def _get(self, what: str, game: str, more: Mapping[str, Any], make: Callable[[], Any]) -> Any:
        def made() -> Any:
            # a page rounds the numbers of the engine's tables: they come with their digits, so that they are rounded once
            with unrounded():
                return make()

        return self.store.get(self._key(what, game, more), made)

    def has(self, what: str, game: str, more: tuple[Any, ...] = ()) -> bool:
        """Return whether a result is kept already: ``what`` is the method that returns it, ``more`` its further arguments."""
        return self.store.has(self._key(what, game, self._more(what, game, *more)))

    def _more(self, what: str, game: str, *more: Any) -> dict[str, Any]:
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
        return drawn

    # ------------------------------------------------------------------------------------- answers

    def answers(self, game: str) -> list[dict[str, Any]]:
        """Return the answer to each numbered question of a game: its tables, or why there is none."""
        return [self.answer(game, question.number) for question in self.files.games[game].questions]

    def answer(self, game: str, number: int) -> dict[str, Any]:
        """Return the answer to a numbered question of a game."""
        return self._get("answer", game, self._more("answer", game, number), partial(self._answer, game, number))  # type: ignore[no-any-return]

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

        return self._get("shown", game, {}, make)  # type: ignore[no-any-return]

    def solved(self, game: str) -> list[dict[str, Any]]:
        """Return the solution of a game at the baseline and at each named point: a table, and whether it is complete."""
        return self._get("solved", game, {}, partial(self._solved, game))  # type: ignore[no-any-return]

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

        return self._get("conditions", game, {}, lambda: condition_results(self.model(game)))  # type: ignore[no-any-return]

    def types(self, game: str) -> list[dict[str, Any]]:
        """Return the types that the players of a 2x2 game have over the box."""
        from detente.reports.box_results import type_results

        return self._get("types", game, {}, lambda: type_results(self.model(game)))  # type: ignore[no-any-return]

    def sums(self, game: str) -> list[dict[str, Any]]:
        """Return the material sums of a normal form at the named points, compared over the box."""
        from detente.reports.box_results import sum_results

        return self._get("sums", game, {}, lambda: sum_results(self.model(game)))  # type: ignore[no-any-return]

    def thresholds(self, game: str, along: str) -> dict[str, Any]:
        """Return where the equilibria of a normal form change along a parameter, from the baseline."""
        from detente.reports.box_results import threshold_results

        return self._get("thresholds", game, self._more("thresholds", game, along), lambda: threshold_results(self.model(game), along))  # type: ignore[no-any-return]

    # -------------------------------------------------------------------------------------- shares

    def shares(self, game: str) -> dict[str, Any]:
        """Return in which share of the box conclusions about a game hold, under each prior and given observed play."""
        return self._get("shares", game, self._more("shares", game), lambda: self._shares(game))  # type: ignore[no-any-return]

    def _shares(self, game: str) -> dict[str, Any]:
        from detente.conclusions.robustness.robustness import How
        from detente.study.robustness import game_robustness

        model = self.model(game)
        try:
            found = game_robustness(
                model, model.point(), terms=False, save=False,
                how=How(draws=self.number(game), seed=self.seed, saved=self.counts, prove="shown"),
            )  # fmt: skip
        except DetenteError as error:
            return {"refused": str(error), "rows": []}
        rows = []
        # events that contradict each other are no play that a report could give shares under; the notes say so
        seen = found.given if len(found.given) == 1 else ()
        for name in found.shown():
            spread = found.range(name)
            uniform = found.find(name)[0]
            observed = found.range(name, given=seen[0].name) if seen else None
            rows.append(
                {
                    "conclusion": name,
                    "range": None if spread is None else list(spread),
                    "uniform": uniform.share,
                    "error": uniform.error,
                    "observed": None if observed is None else list(observed),
                    "proved": found.proved.get(name, ""),
                    "figures": _pair(found, name, "figures"),
                    "judgements": _pair(found, name, "judgements"),
                    "meaning": self._meaning(model, name),
                }
            )
        return {
            "refused": "",
            "rows": rows,
            "priors": list(found.priors),
            "draws": found.draws,
            "observed": [[words, name] for words, name in ((each.words, each.name) for each in seen)],
            "rejected": [min(found.rejected.values(), default=0.0), max(found.rejected.values(), default=0.0)],
            "vary": list(found.vary),
            "notes": list(found.notes),
        }

    def _meaning(self, model: GameModel, name: str) -> str:
        from detente.conclusions.meaning import meaning

        try:
            of = (
                model.conclusion(name)
                if name in model.definition.conclusions
                else model.form.conclusion(model.definition, name)
            )
            return meaning(model.symbolic, of).level
        except (DetenteError, AttributeError, TypeError):
            return ""  # forms whose games are no normal forms or trees have no levels

    def importance(self, game: str) -> dict[str, Any]:
        """Return what drives the outcome of a game: importance of each parameter, alone and in total."""
        return self._get("importance", game, self._more("importance", game), lambda: self._importance(game))  # type: ignore[no-any-return]

    def _importance(self, game: str) -> dict[str, Any]:
        from detente.study.robustness import game_importance

        model = self.model(game)
        try:
            found = game_importance(model, model.point(), draws=self.number(game), seed=self.seed)
        except DetenteError as error:
            return {"refused": str(error), "outputs": []}
        outputs = [
            {
                "output": output,
                "variance": found.variances[output],
                "rows": [_index(each) for each in found.of(output)],
                "groups": [_index(each) for each in found.groups if each.output == output],
            }
            for output in found.outputs
        ]
        return {"refused": "", "outputs": outputs, "draws": found.draws, "notes": list(found.notes)}

    # -------------------------------------------------------------------------------------- advice

    def options(self, game: str, player: str) -> dict[str, Any]:
        """Return each strategy of a player as a commitment."""
        draws = self.draws // 2
        return self._get(  # type: ignore[no-any-return]
            "options", game, self._more("options", game, player), lambda: self._options(game, player, draws)
        )

    def _options(self, game: str, player: str, draws: int) -> dict[str, Any]:
        model = self.model(game)
        # bounds over the box end by themselves for payoff tables only; of trees the draws tell the range
        bounded = model.definition.form == "normal"
        try:
            found = model.form.options(
                model, "strategic", player, model.point().values, draws=draws, seed=self.seed,
                budget=BUDGET if bounded else 0.0,
            )  # fmt: skip
        except DetenteError as error:
            return {"refused": str(error), "rows": []}
        rows = [
            {
                "strategy": each.strategy,
                "replies": [[text, short(value, 3)] for text, value in each.replies],
                "worst": _number(each.worst),
                "best": _number(each.best),
                "low": _number(each.low if bounded else each.quantiles[0]),
                "high": _number(each.high if bounded else each.quantiles[-1]),
                "regret": _number(each.regret),
                "always": bounded and each.always_best,
                "share": list(each.share_range),
                "uniform": each.share_best,
            }
            for each in found
        ]
        return {
            "refused": "", "rows": rows, "bounded": bounded, "draws": found.draws, "notes": [],
            "unit": model.payoff_model.unit,
        }  # fmt: skip

    def levers(self, game: str, profile: str, outcome: str) -> dict[str, Any]:
        """Return the cheapest changes that make a profile an ``equilibrium``, or ``selected``, or that ``break`` it."""
        return self._get(  # type: ignore[no-any-return]
            "levers", game, {"profile": profile, "outcome": outcome}, lambda: self._levers(game, profile, outcome)
        )

    def _levers(self, game: str, profile: str, outcome: str) -> dict[str, Any]:
        model = self.model(game)
        form, values = model.form, model.point().values
        # single changes are found exactly; of pairs the cheapest is looked for only where no single one will do
        try:
            for together in ((), (2,)):
                if outcome == "break":
                    found = form.breaks(model, "strategic", profile, values, budget=BUDGET, together=together)
                else:
                    found = form.levers(model, "strategic", profile, outcome, values, budget=BUDGET, together=together)
                if found.holds or any(each.recommended for each in found.singles):
                    break
        except DetenteError as error:
            return {"refused": str(error), "rows": [], "holds": False}
        seen, rows = [], []
        for each in (*found.singles, *(lever for lever in found.together.values() if lever is not None)):
            if each.change in seen:
                continue
            seen.append(each.change)
            rows.append(
                {
                    "change": [[name, short(each.present[name], 3), short(to, 3)] for name, to in each.change.items()],
                    "cost": short(each.cost, 3),
                    "order": to_float(each.cost),
                    "attained": each.attained,
                    "recommended": each.recommended,
                    "proved": each.proved,
                }
            )
        rows.sort(key=lambda row: (not row["recommended"], row["order"]))
        return {"refused": "", "rows": rows, "holds": found.holds, "impossible": 1 in found.impossible}

    def comparison(self, game: str, first: str, second: str) -> list[dict[str, Any]]:
        """Return what flips between two named points of a game, and the smallest changes that do it, as tables."""

        def make() -> list[dict[str, Any]]:
            from detente.study.compare import compare_points

            model = self.model(game)
            found = compare_points(model, model.point(first), model.point(second), "strategic", seconds=BUDGET)
            return [table_data(table) for table in found.tables()]

        more = {"points": [first, second], "asked": asked(self.files, game), "reasons": [each.reason for each in self.model(game).payoff_model.constraints]}
        return self._get("comparison", game, more, make)  # type: ignore[no-any-return]

    def versions(self, game: str, against: str) -> dict[str, Any]:
        """Return what flips in a game between another version of the study and this one, point by point, as tables."""
        from detente.study.compare import compare_studies

        other = self._other(against)

        def make() -> dict[str, Any]:
            found = compare_studies(other, self.files, "strategic", seconds=BUDGET, games=(game,))
            points = [
                {"point": each.labels[0], "flips": each not in found.quiet, "tables": [table_data(table) for table in each.tables()]}
                for each in found.games
            ]
            return {"hash": other.hash, "notes": list(found.notes), "points": points}

        return self._get("versions", game, {"against": other.hash, "asked": asked(self.files, game)}, make)  # type: ignore[no-any-return]

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

        return self._get(  # type: ignore[no-any-return]
            "verdicts", game, self._more("verdicts", game), lambda: verdict_results(self, game)
        )

    def support(self, game: str, number: int) -> dict[str, Any]:
        """Return what the verdict of a test rests on and what would overturn it; ``number`` counts from 0 as in :meth:`verdicts`."""
        from detente.reports.claim_results import support_result, tests_of

        test = tests_of(self.files, game)[number][1]
        return self._get(  # type: ignore[no-any-return]
            "support", game, self._more("support", game, number),
            lambda: support_result(self, test, self.verdicts(game)[number]),
        )  # fmt: skip

    def retrodiction(self, game: str) -> list[dict[str, Any]]:
        """Return for each event that is coded in a game whether the game has it, at the baseline and over the box."""
        from detente.reports.claim_results import retrodiction_results

        return self._get(  # type: ignore[no-any-return]
            "retrodiction", game, self._more("retrodiction", game), lambda: retrodiction_results(self, game)
        )


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


def _pair(found: Any, name: str, vary: str) -> list[float] | None:
    if vary not in found.vary:
        return None
    spread = found.range(name, vary=vary)
    return None if spread is None else list(spread)


def _number(value: Any) -> list[Any] | None:
    """Return a number as a decimal and as text, None where there is none."""
    return None if value is None else [to_float(value), short(value, 3)]


def _index(each: Any) -> dict[str, Any]:
    return {
        "name": each.name, "kind": each.kind, "first": each.first, "total": each.total, "error": each.total_error,
    }  # fmt: skip
