"""What follows of the documents' claims: tests of each against the games, with the opposite through the same mill.

A test states a conclusion about a game. Its verdict is

- ``by_construction``: proved wherever all parameters have the signs of their intervals, whatever their sizes: the claim
  was put in with the signs of the terms, and the game says nothing about it;
- ``follows``: proved for the whole box, or true on at least 95 % of it under every prior;
- ``fails``: proved false for the whole box, or false on at least 95 % of it under every prior;
- ``part``: neither, it depends on the numbers;
- ``untested``: its game has no answer of this kind over a box.

At a named point the conclusion is decided there alone. The verdict of a claim is that of its tests if they agree, else
``part``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.results import LEAST
from detente.conclusions.robustness.robustness import How
from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.fields import label_of
from detente.study.model import game_model
from detente.study.robustness import game_robustness

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.conclusions.rests_on import RestsOn
    from detente.seeds.claims import Claim, ClaimTest
    from detente.study.load import StudyFiles
    from detente.study.model import GameModel

__all__ = ["OPPOSITE", "VERDICTS", "ClaimVerdict", "Claims", "TestVerdict", "claim_verdicts"]

#: Verdicts, and what is printed for them.
VERDICTS = {
    "follows": "follows",
    "part": "depends on the numbers",
    "fails": "does not follow",
    "by_construction": "true by construction",
    "untested": "not tested",
}
#: The verdict of the opposite claim.
OPPOSITE = {"follows": "fails", "fails": "follows", "part": "part", "by_construction": "fails", "untested": "untested"}
#: How far beyond its interval a parameter may go in a proof by signs alone, as a multiple of its larger end.
_WIDE = 1000


@dataclass(frozen=True)
class TestVerdict:
    """The verdict of one test.

    Attributes
    ----------
    test : ClaimTest
    verdict : str
    share : (float, float) or None
        Least and greatest share of the box over the priors; 0 and 1 are exact where ``proved``.
    proved : str
        ``always``, ``never``, or nothing.
    baseline : bool
        Whether it holds at the baseline, or at the point of the test.
    observed : (float, float) or None
        The shares given observed play, where the game was observed.
    rests_on : RestsOn or None
        What the truth at the baseline rests on, where asked for.
    notes : tuple of str
    """

    __test__ = False  # no test of pytest

    test: ClaimTest
    verdict: str
    share: tuple[float, float] | None
    proved: str
    baseline: bool
    observed: tuple[float, float] | None = None
    rests_on: RestsOn | None = None
    notes: tuple[str, ...] = ()

    @property
    def opposite(self) -> str:
        """The verdict of the opposite claim."""
        return OPPOSITE[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as data."""
        data: dict[str, Any] = {
            "game": self.test.game,
            "conclusion": self.test.conclusion,
            "point": self.test.point,
            "payoffs": self.test.payoffs,
            "verdict": self.verdict,
            "opposite": self.opposite,
            "share": None if self.share is None else list(self.share),
            "proved": self.proved or None,
            "at_baseline": self.baseline,
            "given_observed": None if self.observed is None else list(self.observed),
        }
        if self.rests_on is not None:
            data["rests_on"] = self.rests_on.to_json()
        return data

    def row(self) -> tuple[str, str, str, str, str]:
        """Return the test as a row of a table."""
        where = self.test.game + (f" at {self.test.point}" if self.test.point else "")
        says = label_of(self.test.says)
        return (says, where, VERDICTS[self.verdict], _range(self.share, self.proved), _range(self.observed))


def _range(share: tuple[float, float] | None, proved: str = "") -> str:
    if share is None:
        return ""
    low, high = (f"{100 * each:.0f}" for each in share)
    return f"{proved}" if proved else f"{low}%" if low == high else f"{low} to {high}%"


@dataclass(frozen=True)
class ClaimVerdict:
    """A claim with the verdicts of its tests."""

    claim: Claim
    tests: tuple[TestVerdict, ...]

    @property
    def verdict(self) -> str:
        """The verdict of the claim: that of its tests if they agree."""
        if self.claim.status == "not_modelled" or not self.tests:
            return "untested"
        seen = {each.verdict for each in self.tests}
        if len(seen) == 1:
            return seen.pop()
        return "follows" if seen == {"follows", "by_construction"} else "part"

    @property
    def share(self) -> tuple[float, float] | None:
        """The least and greatest share of the weakest test."""
        shares = [each.share for each in self.tests if each.share is not None]
        return min(shares, default=None)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict in the form of the contract, with its tests."""
        return {
            "claim": self.claim.id,
            "status": self.claim.status,
            "verdict": self.verdict,
            "share": None if self.share is None else list(self.share),
            "tests": [each.to_json() for each in self.tests],
        }


@dataclass(frozen=True)
class Claims(Displayed):
    """The claims of a study with their verdicts."""

    verdicts: tuple[ClaimVerdict, ...]
    draws: int
    seed: int
    notes: tuple[str, ...] = field(default=())

    def __iter__(self) -> Any:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    @property
    def failing(self) -> tuple[str, ...]:
        """The claims that fail."""
        return tuple(each.claim.id for each in self.verdicts if each.verdict == "fails")

    def to_json(self) -> dict[str, Any]:
        """Return all verdicts as data."""
        return {"draws": self.draws, "seed": self.seed, "claims": [each.to_json() for each in self.verdicts]}

    def tables(self) -> tuple[Table, ...]:
        """Return one table over all claims, and one over the tests of each that has any."""
        rows = tuple(
            (each.claim.id, label_of(each.claim.title), each.claim.status, VERDICTS[each.verdict], _range(each.share))
            for each in self.verdicts
        )
        columns = ("claim", "what it asserts", "status", "verdict", "share of the box")
        note = (
            f"Shares: least to greatest over five priors, {self.draws} draws each. A verdict is about the study's own figures "
            "and ranges, not about the world."
        )
        found = [Table("claims of the documents", columns, rows, (note, *self.notes))]
        for each in self.verdicts:
            if each.tests:
                heads = ("asserts", "game", "verdict", "share", "given observed play")
                notes = tuple(dict.fromkeys(line for test in each.tests for line in test.notes))
                title = f"{each.claim.id}: {label_of(each.claim.title)}"
                found.append(Table(title, heads, tuple(test.row() for test in each.tests), notes))
        return tuple(found)

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


def claim_verdicts(
    files: StudyFiles,
    names: Sequence[str] = (),
    *,
    draws: int = 20_000,
    seed: int = 0,
    rests_on: bool = False,
    how: Mapping[str, Any] | None = None,
    model: Callable[[str], GameModel] | None = None,
) -> Claims:
    """Return the verdicts on claims of a study, by default on all of them.

    Parameters
    ----------
    names : sequence of str
        Ids of claims.
    draws, seed : int
        For the shares under each prior.
    rests_on : bool
        True also searches, for each test, the smallest sets of parameters on which its truth at the baseline rests.
    how : mapping, optional
        More for :class:`~detente.conclusions.robustness.robustness.How`.
    model : callable, optional
        What returns a game of the study by its name, where games are at hand already.

    Raises
    ------
    UsageError
        If a claim does not exist.
    """
    for name in names:
        if name not in files.claims:
            hint = did_you_mean(name, files.claims)
            raise UsageError(f"unknown claim {name!r}" + (f"; {hint}" if hint else ""))
    chosen = [claim for name, claim in files.claims.items() if not names or name in names]
    counted = How(draws=draws, seed=seed, **(how or {}))
    shared = _shared(model or cache(partial(game_model, files)), chosen, counted)
    return Claims(
        tuple(ClaimVerdict(claim, tuple(shared(test, rests_on) for test in claim.tests)) for claim in chosen),
        draws,
        seed,
    )


def _shared(model_of: Callable[[str], GameModel], claims: Sequence[Claim], how: How) -> Any:
    """Return a function from tests to verdicts; tests of one game share its draws."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for claim in claims:
        for test in claim.tests:
            if test.point is None:
                names = wanted.setdefault((test.game, test.payoffs), [])
                if test.conclusion not in names:
                    names.append(test.conclusion)
    found: dict[tuple[str, str], Any] = {}

    def of(test: ClaimTest, rests_on: bool) -> TestVerdict:
        model = model_of(test.game)
        if test.point is not None:
            return _at_point(model, test)
        key = (test.game, test.payoffs)
        if key not in found:
            try:
                found[key] = game_robustness(model, model.point(), test.payoffs, wanted[key], how=how, terms=False)
            except UsageError as error:
                found[key] = str(error)
        return _over_box(model, test, found[key], rests_on)

    return of


def _parsed(model: GameModel, text: str) -> Any:
    if text in model.definition.conclusions:
        return model.conclusion(text)
    return model.form.conclusion(model.definition, text)


def _at_point(model: GameModel, test: ClaimTest) -> TestVerdict:
    assert test.point is not None
    point = model.point(test.point)
    holds = model.form.holds(model, _parsed(model, test.conclusion), point.values)
    return TestVerdict(test, "follows" if holds else "fails", (float(holds),) * 2, "", holds)


def _over_box(model: GameModel, test: ClaimTest, found: Any, rests_on: bool) -> TestVerdict:
    parsed = _parsed(model, test.conclusion)
    if isinstance(found, str):
        holds = False
        try:
            holds = model.form.holds(model, parsed, model.point().values)
        except UsageError as error:
            found = f"{found}; {error}"
        return TestVerdict(test, "untested", None, "", holds, notes=(f"{test.game}: {found}",))
    share = found.range(test.conclusion)
    observed = next((found.range(test.conclusion, given=each.name) for each in found.given), None)
    proved = found.proved.get(test.conclusion, "")
    proved = proved if proved in {"always", "never"} else ""
    if proved == "always":
        verdict = "by_construction" if _by_signs(model, test, parsed) else "follows"
    elif proved == "never":
        verdict = "fails"
    elif share is None:
        verdict = "untested"
    else:
        verdict = "follows" if share[0] >= LEAST else "fails" if share[1] <= 1 - LEAST else "part"
    rests = None
    if rests_on and not proved:
        try:
            rests = model.form.rests_on(model, test.payoffs, parsed, model.point().values, budget=10.0)
        except UsageError:
            rests = None
    holds = (
        model.form.holds(model, parsed, model.point().values) if test.payoffs == "strategic" else share == (1.0, 1.0)
    )
    return TestVerdict(test, verdict, share, proved, holds, observed, rests)


def _by_signs(model: GameModel, test: ClaimTest, parsed: Any) -> bool:
    """Return whether a conclusion is proved for all sizes of the parameters that keep the signs of their intervals."""
    from detente.conclusions.comparisons import Comparisons
    from detente.conclusions.decide import decide
    from detente.games.symbolic import SymbolicGame

    game = model.payoffs(test.payoffs)
    if not isinstance(game, SymbolicGame):
        return False
    box: dict[str, tuple[Fraction, Fraction]] = {}
    for name, interval in game.parameters.items():
        least, greatest = model.parameters[name].domain
        wide = max(abs(interval.low), abs(interval.high)) * _WIDE
        low = Fraction(0) if interval.low >= 0 else -wide
        high = Fraction(0) if interval.high <= 0 else wide
        box[name] = (
            low if least is None else max(low, least),
            high if greatest is None else min(high, greatest),
        )
        if interval.low > 0 and box[name][0] == 0:  # positive, but not so small that divisions explode
            box[name] = (interval.low / _WIDE, box[name][1])
    try:
        decision = decide(Comparisons(game, parsed), box, expected=True, pieces=500)
    except UsageError:
        return False
    return decision.status == "fixed"
