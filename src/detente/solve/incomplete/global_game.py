"""Global games of enforcement: threshold equilibria with a continuum of members.

Members follow their signal: the higher it is, the likelier punishment seems and the less exposed the action they
choose. Let ``q_1 < .. < q_K`` be the probabilities at which the best action changes
(:mod:`~detente.solve.incomplete.envelope`). In an equilibrium punishment comes if and only if the strength reaches a
critical value. There a member's probability of punishment is uniform on [0, 1] across members when the prior is flat
(Morris and Shin 2003, section 2), so that the share choosing an action is the length of its interval between cutoffs,
and

    critical strength = sum over actions of load(a) * (length of the interval on which a is best).

That number does not depend on the noise. With a normal prior it solves one equation in one unknown; all its roots are
isolated with interval arithmetic, so that a single one is proved to be single. It is single for every prior mean if
``noise < sd^2 sqrt(2 pi) / (range of loads)`` (Morris and Shin 2003, section 3; here with several actions the loads'
differences add up).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import Enclosure, number_to_json, plain, short
from detente.solve.incomplete.envelope import Envelope, envelope

if TYPE_CHECKING:
    from detente.games.incomplete import GlobalGame

__all__ = ["GlobalEquilibrium", "GlobalResult", "solve_global"]

#: Width to which roots are isolated.
WIDTH = Fraction(1, 10**12)


@dataclass(frozen=True)
class GlobalEquilibrium:
    """An equilibrium in threshold strategies.

    Attributes
    ----------
    critical : Fraction or Enclosure
        Punishment comes if and only if the strength is at least this.
    signals : tuple of float
        Signals at which the action changes, in the order of the envelope.
    """

    game: GlobalGame
    envelope: Envelope
    critical: Fraction | Enclosure
    signals: tuple[float, ...]

    def shares(self, strength: object) -> dict[str, float]:
        """Return the share of members who choose each action when the strength is this."""
        from statistics import NormalDist

        x = float(strength)  # type: ignore[arg-type]
        below = [NormalDist(x, float(self.game.noise)).cdf(each) for each in self.signals]
        ends = [0.0, *below, 1.0]
        lengths = dict(zip(self.envelope.actions, (high - low for low, high in pairwise(ends)), strict=True))
        return {name: lengths.get(name, 0.0) for name in self.game.actions}

    def load(self, strength: object) -> float:
        """Return the load that members put on the enforcer when the strength is this."""
        return sum(float(self.game.load[name]) * share for name, share in self.shares(strength).items())

    def probability(self, mean: object, sd: object) -> float:
        """Return the probability of punishment when the strength is normal with this mean and standard deviation."""
        from statistics import NormalDist

        return 1 - NormalDist(float(mean), float(sd)).cdf(float(self.critical))  # type: ignore[arg-type]


@dataclass(frozen=True)
class GlobalResult(Displayed):
    """All threshold equilibria of a global game, lowest critical strength first.

    ``unique_for_every_mean`` says whether the noise is small enough, against the prior, that there is one whatever the
    prior mean; it is True without a prior. ``complete`` is False where roots could not be separated.
    """

    game: GlobalGame
    equilibria: tuple[GlobalEquilibrium, ...]
    envelope: Envelope
    unique_for_every_mean: bool
    complete: bool
    method: str

    @property
    def arithmetic(self) -> str:
        """``exact`` where the critical strength is a fraction, else ``enclosed``."""
        return "exact" if self.game.prior is None else "enclosed"

    def to_json(self) -> dict[str, Any]:
        """Return cutoffs, critical strengths and shares as JSON values."""
        return {
            "concept": "threshold",
            "method": self.method,
            "form": "global",
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "actions": list(self.envelope.actions),
            "thresholds": {
                "probabilities": [number_to_json(each) for each in self.envelope.cutoffs],
                "critical": [number_to_json(each.critical) for each in self.equilibria],
                "signals": [list(each.signals) for each in self.equilibria],
            },
            "shares": [{"at_critical": each.shares(each.critical)} for each in self.equilibria],
            "unique_for_every_mean": self.unique_for_every_mean,
        }

    def table(self) -> Table:
        """Return the cutoffs and the critical strengths."""
        rows = [
            (f"indifferent between {a} and {b}", f"probability {plain(q)} = {short(q, 4)}")
            for (a, b), q in zip(pairwise(self.envelope.actions), self.envelope.cutoffs, strict=True)
        ]
        for each in self.equilibria:
            text = short(each.critical, 6)
            exact_text = f"{plain(each.critical)} = {text}" if isinstance(each.critical, Fraction) else text
            rows.append(("punishment from a strength of", exact_text))
        notes = []
        if len(self.envelope.actions) == 1:
            notes.append(f"{self.envelope.actions[0]} is best whatever the probability of punishment.")
        if self.complete:
            several = (
                "The only equilibrium in threshold strategies."
                if len(self.equilibria) == 1
                else (f"{len(self.equilibria)} equilibria in threshold strategies: the prior is too sharp for one.")
            )
            notes.append(several)
        else:
            notes.append("Not all roots could be separated: there may be more equilibria.")
        return Table("global game", ("what", "value"), tuple(rows), tuple(notes))


def solve_global(game: GlobalGame) -> GlobalResult:
    """Return the threshold equilibria of a global game with a continuum of members.

    Raises
    ------
    UsageError
        If an action that is best at a higher probability of punishment puts a higher load on the enforcer: members'
        choices are not strategic complements then.

    References
    ----------
    H. Carlsson and E. van Damme (1993), Econometrica 61, 989-1018. S. Morris and H. S. Shin (2003), "Global games:
    theory and applications", in Advances in Economics and Econometrics.

    Examples
    --------
    The stick is 1, complying costs 1/4: members comply from a probability of 1/4 on, and punishment comes from there.

    >>> from detente.games.incomplete import GlobalGame
    >>> found = solve_global(GlobalGame({"refuse": 0, "comply": "-1/4"}, {"refuse": 1}, {"refuse": 1}, "1/10"))
    >>> found.equilibria[0].critical
    Fraction(1, 4)
    """
    best = envelope(game)
    loads = [game.load[name] for name in best.actions]
    if any(low > high for high, low in pairwise(loads)):
        a, b = next((a, b) for a, b in pairwise(best.actions) if game.load[b] > game.load[a])
        raise UsageError(
            f"{b} is chosen at a higher probability of punishment than {a} but is a higher load; "
            "expected loads that fall with exposure"
        )
    if game.prior is None:
        ends = [Fraction(0), *best.cutoffs, Fraction(1)]
        critical = sum(
            (load * (high - low) for load, (low, high) in zip(loads, pairwise(ends), strict=True)), Fraction(0)
        )
        return GlobalResult(
            game,
            (_at(game, best, critical),),
            best,
            True,
            True,
            "closed form, uniform beliefs at the critical strength",
        )
    roots, complete = _roots(game, best, loads)
    return GlobalResult(
        game,
        tuple(_at(game, best, each) for each in roots),
        best,
        _unique_for_every_mean(game, loads),
        complete,
        "roots isolated by interval arithmetic",
    )


def _unique_for_every_mean(game: GlobalGame, loads: list[Fraction]) -> bool:
    """Return whether ``noise * range of loads < sd^2 sqrt(2 pi)``."""
    assert game.prior is not None
    left = (game.noise * (loads[0] - loads[-1])) ** 2
    variance = game.prior[1] ** 4
    from flint import arb

    return bool(_arb(left) < _arb(variance) * 2 * arb.pi())


def _at(game: GlobalGame, best: Envelope, critical: Fraction | Enclosure) -> GlobalEquilibrium:
    from statistics import NormalDist

    scores = [NormalDist().inv_cdf(float(q)) for q in best.cutoffs]
    x, noise = float(critical), float(game.noise)
    if game.prior is None:
        signals = [x + noise * each for each in scores]
    else:
        mean, sd = map(float, game.prior)
        private, public = 1 / noise**2, 1 / sd**2
        signals = [
            (x * (private + public) + each * (private + public) ** 0.5 - public * mean) / private for each in scores
        ]
    return GlobalEquilibrium(game, best, critical, tuple(signals))


def _roots(game: GlobalGame, best: Envelope, loads: list[Fraction]) -> tuple[list[Enclosure], bool]:
    """Return enclosures of all critical strengths, and whether they are proved to be all.

    With private and public precisions b and a the critical strength solves ``x = L(x)``, where ``L`` sums the drop of
    the load at each cutoff times the normal probability of ``(a (x - mean) + score sqrt(a + b)) / sqrt(b)``, plus the
    lowest load. On an interval without a root ``x - L(x)`` is bounded away from 0; on one where its derivative is,
    there is at most one.
    """
    from flint import ctx

    assert game.prior is not None
    precision, ctx.prec = ctx.prec, 120
    try:
        return _isolated(game, best, loads)
    finally:
        ctx.prec = precision


def _arb(value: Fraction) -> Any:
    from flint import arb, fmpq

    return arb(fmpq(value.numerator, value.denominator))


def _isolated(game: GlobalGame, best: Envelope, loads: list[Fraction]) -> tuple[list[Enclosure], bool]:
    from flint import arb, fmpq

    assert game.prior is not None
    mean, sd = map(_arb, game.prior)
    private, public = 1 / _arb(game.noise) ** 2, 1 / sd**2
    scores = [arb(2).sqrt() * (2 * _arb(q) - 1).erfinv() for q in best.cutoffs]  # normal scores
    drops = [_arb(high - low) for high, low in pairwise(loads)]
    root2 = arb(2).sqrt()

    def argument(x: Any, score: Any) -> Any:
        return (public * (x - mean) + score * (private + public).sqrt()) / private.sqrt()

    def gap(x: Any) -> Any:
        total = _arb(loads[-1])
        for drop, score in zip(drops, scores, strict=True):
            total += drop * (1 + (argument(x, score) / root2).erf()) / 2
        return x - total

    def slope(x: Any) -> Any:
        total = arb(0)
        for drop, score in zip(drops, scores, strict=True):
            total += drop * (-(argument(x, score) ** 2) / 2).exp() / (2 * arb.pi()).sqrt() * public / private.sqrt()
        return 1 - total

    def ball(low: Fraction, high: Fraction) -> Any:
        middle, radius = (low + high) / 2, (high - low) / 2
        return arb(fmpq(middle.numerator, middle.denominator), float(radius) * (1 + 1e-12) + 1e-300)

    def sign(x: Fraction) -> int:
        value = gap(_arb(x))
        return 1 if value > 0 else -1 if value < 0 else 0

    def narrowed(low: Fraction, high: Fraction) -> Enclosure:
        left = sign(low)
        while high - low > WIDTH:
            middle = (low + high) / 2
            here = sign(middle)
            if here == 0:
                return Enclosure(middle - WIDTH, middle + WIDTH)
            low, high = (middle, high) if here == left else (low, middle)
        return Enclosure(low, high)

    found: list[Enclosure] = []
    complete = True
    # the load lies between the least and the greatest, and so do the roots
    pad = Fraction(1, 7**5)
    todo = [(loads[-1] - pad, loads[0] + pad)]
    while todo:
        low, high = todo.pop()
        value = gap(ball(low, high))
        if value > 0 or value < 0:
            continue
        rises = slope(ball(low, high))
        if rises > 0 or rises < 0:
            ends = sign(low) * sign(high)
            if ends < 0:
                found.append(narrowed(low, high))
                continue
            if ends > 0:
                continue
        if high - low < WIDTH:
            complete = False  # a double root, or one at an end
            found.append(Enclosure(low, high))
            continue
        middle = low + (high - low) * Fraction(499, 1000)
        todo += [(middle, high), (low, middle)]
    found.sort(key=lambda each: each.low)
    return found, complete
