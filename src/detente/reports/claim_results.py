"""Verdicts on claims with what they rest on, and how the games fit the moves that were observed, as data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.numbers import short, to_float
from detente.reports.advice_results import BUDGET
from detente.reports.share_results import level
from detente.study.form import Form

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from detente.reports.results import Results
    from detente.seeds.claims import ClaimTest
    from detente.seeds.observations import Observation
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel

__all__ = ["retrodiction_results", "support_result", "tests_of", "verdict_results"]

#: Bounds that one search for what a verdict rests on may work out: a second or two.
_WORK = 2_000_000


def tests_of(files: StudyFiles, game: str) -> list[tuple[str, ClaimTest]]:
    """Return the tests about a game and its variants, each with the name of its claim, in the order of the claims."""
    return [
        (name, test)
        for name, claim in files.claims.items()
        for test in claim.tests
        if test.game.partition(":")[0] == game
    ]


def verdict_results(results: Results, game: str) -> list[dict[str, Any]]:
    """Return the verdict of each test about a game, from one pass over the draws."""
    from detente.study.claims import claim_verdicts

    files = results.nameless
    own: dict[str, list[ClaimTest]] = {}
    for name, test in tests_of(files, game):
        own.setdefault(name, []).append(test)
    claims = {name: replace(files.claims[name], tests=tuple(tests)) for name, tests in own.items()}
    found = claim_verdicts(
        replace(files, claims=claims), draws=results.draws, seed=results.seed,
        how={"saved": results.counts}, model=results.model,
    )  # fmt: skip
    return [
        {
            "verdict": each.verdict,
            "proved": each.proved,
            "share": None if each.share is None else list(each.share),
            "observed": None if each.observed is None else list(each.observed),
            "baseline": each.baseline,
            "notes": list(each.notes),
            "meaning": level(results.model(each.test.game), each.test.conclusion),
        }
        for verdict in found.verdicts
        for each in verdict.tests
    ]


def support_result(results: Results, test: ClaimTest, verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the verdict of a test rests on, what would overturn it first, and whether all of this was looked at."""
    data: dict[str, Any] = {"rests": None, "overturn": None, "looked": False}
    if verdict["proved"] or verdict["verdict"] == "untested":
        return data
    model = results.model(test.game)
    rests = _rests(model, test)
    if rests is not None:
        chosen = rests.sets[0]
        data["rests"] = {
            "names": list(chosen),
            "kinds": [model.kinds.get(name, "derived") for name in chosen],
            "among": len(rests.among),
            "proved": rests.proved,
            "more": len(rests.sets) - 1,
            "at_least": rests.at_least,
        }
    # along the outcomes of a game with states every threshold is a search over plans: minutes, not seconds
    if model.definition.form != "stochastic":
        data["overturn"], data["looked"] = _overturn(model, test, model.intervals if rests is None else rests.among)
    return data


def _rests(model: GameModel, test: ClaimTest) -> Any:
    """Return what the truth of a test at the baseline rests on, None where it is for a point, or the form does not tell."""
    from detente.study.claims import _parsed

    if test.point is not None or type(model.form).rests_on is Form.rests_on:
        return None
    parsed = _parsed(model, test.conclusion)
    # one smallest set is told, and the search stops by effort, not by the clock
    try:
        return model.form.rests_on(model, test.payoffs, parsed, model.point().values, budget=BUDGET, sets=1, pieces=500, work=_WORK)
    except UsageError:
        return None  # the form answers this for other conclusions, not for this one


def _overturn(model: GameModel, test: Any, among: Collection[str]) -> tuple[dict[str, Any] | None, bool]:
    """Return the change of a single parameter, within its interval, that turns a conclusion over, the shortest way.

    Distances are relative to the width of the interval. The second part says whether every parameter could be looked at:
    only then is no change found the same as none.
    """
    from detente.study.claims import _parsed

    point = model.point(test.point or "baseline")
    parsed = _parsed(model, test.conclusion)
    units = set(model.definition.units)
    best: tuple[float, dict[str, Any]] | None = None
    looked = True
    for name, interval in model.intervals.items():
        if interval.low == interval.high or name in units or name not in among:
            continue
        try:
            found = model.form.thresholds(model, test.payoffs, name, parsed, point.values, test.conclusion)
        except (DetenteError, ZeroDivisionError):
            looked = False  # no exact thresholds along this parameter: another one may have some
            continue
        here = point.values[name]
        for each in found.inside:
            if not _turns(each):
                continue
            distance = abs(to_float(each.at) - float(here)) / float(interval.high - interval.low)
            if best is None or distance < best[0]:
                best = (
                    distance,
                    {
                        "name": name, "from": short(here, 3), "to": short(each.at, 3), "distance": distance,
                        "up": to_float(each.at) > float(here),
                    },
                )  # fmt: skip
    return (best[1] if best is not None else None), looked


def _turns(threshold: Any) -> bool:
    """Return whether a conclusion is true on one side and not on the other; a formula holds where it is positive."""

    def truth(state: Any) -> bool:
        return bool(state) if isinstance(state, bool) else state is not None and state > 0

    if isinstance(threshold.before, tuple) or isinstance(threshold.after, tuple):
        return bool(threshold.before != threshold.after)
    return truth(threshold.before) != truth(threshold.after)


# ------------------------------------------------------------------------------------ retrodiction


def retrodiction_results(results: Results, game: str) -> list[dict[str, Any]]:
    """Return for each coding of an event in a game: does equilibrium play at the baseline have the move, on what share."""
    from detente.conclusions.robustness.robustness import How
    from detente.study.robustness import game_robustness

    events = [each for each in results.files.observations.values() if each.game == game]
    if not events:
        return []
    model = results.model(game)
    played = {each.event: _statement(each) for each in events}
    shares: Any = None
    refused = ""
    if model.form.sees_play:
        try:
            shares = game_robustness(
                model, model.point(), conclusions=tuple(dict.fromkeys(played.values())), given=(),
                how=How(draws=results.number(game), seed=results.seed, saved=results.counts), terms=False, save=False,
            )  # fmt: skip
        except DetenteError as error:
            refused = str(error)
    else:
        refused = f"the form {model.form.name} sees no single moves over the box"
    rows = []
    for each in events:
        spread = shares.range(played[each.event]) if shares is not None else None
        rows.append(
            {
                "event": each.event,
                "game": game,
                "moves": [[who, what] for who, what in each.moves.items()],
                "sure": str(each.sure),
                "baseline": _at_baseline(model, each),
                "share": None if spread is None else list(spread),
                "proved": "" if shares is None else shares.proved.get(played[each.event], ""),
                "refused": refused,
            }
        )
    return rows


def _statement(event: Observation) -> str:
    from detente.conclusions.robustness.statements import moves_text

    return moves_text(dict(event.moves))


def _at_baseline(model: GameModel, event: Observation) -> bool | None:
    """Return whether some pure equilibrium at the baseline has the moves; None where the form does not say who moves.

    In a game with states it is the first period that counts. In a game of members whose shares are told, a move of a
    member is the one of the largest share, at the first strength.
    """
    found = model.form.solve(model, model.point(), "strategic").to_json()
    if "equilibria" in found:
        return any(_has(model, each, event.moves) for each in found["equilibria"])
    if found.get("shares"):
        first = found["shares"][0]
        largest = max(first["shares"], key=first["shares"].get)
        return all(move == largest for who, move in event.moves.items() if who == "member") and "member" in event.moves
    return None


def _has(model: GameModel, equilibrium: Mapping[str, Any], moves: Mapping[str, str]) -> bool:
    members = equilibrium.get("members")
    if members is not None:
        return all(members.get(who) == what for who, what in moves.items())
    if not equilibrium.get("pure", True):
        return False
    path = equilibrium.get("path")
    if isinstance(path, dict):  # a game with states: what is played in the first period, as shares count it
        steps = path["steps"]
        first = dict(zip(model.players, steps[0]["actions"], strict=True)) if steps else {}
        return all(first.get(who) == what for who, what in moves.items())
    if path is not None:
        taken = [tuple(each["actions"]) for each in equilibrium["path"] if str(each["probability"]) != "0"]
        paths = [each for each in model.definition.data.play.paths() if tuple(each.values()) in taken]
        return any(all(each.get(who) == what for who, what in moves.items()) for each in paths)
    profile = equilibrium["profile"]
    return all(str(profile.get(who, {}).get(what, "0")) == "1" for who, what in moves.items())
