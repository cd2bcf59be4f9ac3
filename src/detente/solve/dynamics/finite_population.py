"""Finite populations: fixation of a mutant, and which strategies are common when mutations are rare.

N members play a symmetric game with each other. In the Moran process (Moran 1958; Nowak, Sasaki, Taylor and Fudenberg
2004) one is chosen to be copied, with chances in proportion to fitness, and one of all N dies. Pairwise comparison
(Traulsen, Nowak and Pacheco 2006) copies another with a logistic chance. The chain moves one step up or down, so that
fixation is a sum of products of ratios: exact fractions for exact games.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact_or_float, number_to_json, plain, short
from detente.solve.chains import Chain
from detente.solve.dynamics.populations import Populations, populations

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.games.normal import NormalFormGame

__all__ = ["PROCESSES", "Fixation", "RareMutations", "fixation", "rare_mutations"]

PROCESSES = ("moran", "pairwise")
MAX_POPULATION = 10_000


@dataclass(frozen=True)
class Fixation:
    """How likely a single mutant takes over a population of residents.

    ``probability`` is exact for exact games in the Moran process; ``neutral`` is 1/N, what chance alone gives;
    ``verdict`` says whether selection ``favors``, ``opposes`` or is ``neutral`` towards the mutant taking over.
    ``steps`` is the expected number of steps until one of the two is gone.
    """

    resident: str
    mutant: str
    population: int
    probability: Any
    steps: Any
    process: str
    intensity: Any

    @property
    def neutral(self) -> Fraction:
        """The probability without selection."""
        return Fraction(1, self.population)

    @property
    def verdict(self) -> str:
        """Whether the mutant takes over more often than by chance."""
        gap = self.probability - self.neutral
        if abs(gap) <= (1e-12 * float(self.neutral) if isinstance(gap, float) else 0):
            return "neutral"
        return "favors" if gap > 0 else "opposes"

    def to_json(self) -> dict[str, Any]:
        """Return the fixation as JSON values."""
        return {
            "resident": self.resident,
            "mutant": self.mutant,
            "probability": number_to_json(self.probability),
            "times_neutral": float(self.probability * self.population),
            "verdict": self.verdict,
            "expected_steps": float(self.steps),
        }


@dataclass(frozen=True, eq=False)
class RareMutations(Displayed):
    """The shares of time that each strategy holds the whole population while mutations are very rare.

    Attributes
    ----------
    shares : dict
        Strategy to share of time, exact where the fixation probabilities are (Fudenberg and Imhof 2006).
    fixations : tuple of Fixation
        Of every mutant in every population of residents.
    """

    setting: Populations
    population: int
    process: str
    intensity: Any
    shares: dict[str, Any]
    fixations: tuple[Fixation, ...]

    def explain(self) -> tuple[str, ...]:
        """Return what is common, and how it was computed, in sentences."""
        best = max(self.shares.values())
        top = [label for label, share in self.shares.items() if share == best]
        exact = all(isinstance(share, Fraction) for share in self.shares.values())
        kind = {"moran": "Moran process", "pairwise": "Pairwise comparison"}[self.process]
        one = len(top) == 1
        first = (
            f"While mutations are rare, {' and '.join(top)} hold{'s' * one} the population most of the time: "
            f"{short(best, 4)} of it{'' if one else ' each'}."
        )
        second = (
            f"{kind} of {self.population} members, intensity of selection {short(self.intensity, 3)}; limit of rare "
            f"mutations, {'exact' if exact else 'float'} arithmetic, nothing is simulated."
        )
        return first, second

    def to_json(self) -> dict[str, Any]:
        """Return shares and fixations as JSON values."""
        return {
            "dynamic": "moran",
            "process": self.process,
            "population": self.population,
            "intensity": number_to_json(self.intensity),
            "shares": {label: number_to_json(share) for label, share in self.shares.items()},
            "fixations": [each.to_json() for each in self.fixations],
        }

    def table(self) -> Table:
        """Return the fixation probabilities, then the shares."""
        rows = [
            (each.mutant, each.resident, short(each.probability, 4), short(each.probability * each.population, 4),
             each.verdict, short(each.steps, 4))
            for each in self.fixations
        ]  # fmt: skip
        shares = "; ".join(f"{label} {_exactly(share)}" for label, share in self.shares.items())
        heads = ("mutant", "residents", "takes over", "times 1/N", "selection", "steps expected")
        return Table("fixation of a single mutant", heads, tuple(rows), (f"Shares of time: {shares}.", *self.explain()))


def _exactly(value: Any) -> str:
    text = plain(value)
    return text if isinstance(value, Fraction) and len(text) <= 16 else short(value, 4)


def fixation(
    game: NormalFormGame | Populations,
    population: int,
    mutant: str | int,
    resident: str | int,
    *,
    process: str = "moran",
    intensity: object = 1,
) -> Fixation:
    """Return the probability that a single mutant takes over, exactly.

    Parameters
    ----------
    population : int
        N, the number of members, from 2 to 10,000.
    mutant, resident : strategies
    process : str
        ``moran``: fitness is ``1 - w + w * payoff``, which has to be positive; ``pairwise``: the chance to copy
        another is ``1/(1 + exp(-w * (payoff difference)))``, in floats.
    intensity : number
        w, from 0 (none counts but chance); at most 1 for ``moran``.

    Returns
    -------
    Fixation
        Payoffs are averages over the N - 1 others.

    Raises
    ------
    UsageError
        If the game is not symmetric, a fitness is not positive, or numbers are out of range.

    Notes
    -----
    Cost: N terms; exact numbers have about N times the digits of the payoffs.

    Examples
    --------
    A mutant of constant fitness 2 among 4 takes over with (1 - 1/2)/(1 - 1/16):

    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[2, 2], [1, 1]], [[2, 1], [2, 1]]], strategies=[["new", "old"]] * 2)
    >>> fixation(g, 4, "new", "old").probability
    Fraction(8, 15)
    """
    setting = game if isinstance(game, Populations) else populations(game, 1)
    count, weight = _checked(setting, population, process, intensity)
    a, b = (setting.game.profile_index((each, 0))[0] for each in (mutant, resident))
    if a == b:
        raise UsageError(f"found {setting.labels[0][a]!r} as mutant and resident; expected two strategies")
    return _fixation(setting, count, a, b, process, weight)


def rare_mutations(
    game: NormalFormGame, population: int, *, process: str = "moran", intensity: object = 1
) -> RareMutations:
    """Return the shares of time that strategies hold a population while mutations are very rare.

    Parameters are those of :func:`fixation`. Between mutations the population is uniform; a mutant arises, each
    strategy with the same chance, and takes over or not before the next (Fudenberg and Imhof 2006).

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> stag = NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]], strategies=[["stag", "hare"]] * 2)
    >>> found = rare_mutations(stag, 5)
    >>> found.shares["stag"] + found.shares["hare"]
    Fraction(1, 1)
    """
    setting = populations(game, 1)
    count, weight = _checked(setting, population, process, intensity)
    labels = setting.labels[0]
    size = len(labels)
    if size < 2:
        raise UsageError("found one strategy; expected at least two")
    found = {
        (j, i): _fixation(setting, count, j, i, process, weight) for i in range(size) for j in range(size) if i != j
    }
    # float chances may be too small for floats beside 1; only their ratios matter
    largest = max(each.probability for each in found.values())  # positive
    rows = []
    for i in range(size):
        row = {j: found[j, i].probability / largest / size for j in range(size) if j != i}
        stay = 1 - sum(row.values())
        rows.append({**{j: value for j, value in row.items() if value != 0}, i: stay})
    chain = Chain(tuple(rows))
    if len(chain.recurrent) > 1:
        raise UsageError("takeovers are too unlikely for floats; expected a smaller population or weaker selection")
    shares = chain.long_run({0: 1})
    return RareMutations(setting, count, process, weight, dict(zip(labels, shares, strict=True)), tuple(found.values()))


def _checked(setting: Populations, population: int, process: str, intensity: object) -> tuple[int, Any]:
    if setting.count != 1:
        raise UsageError("found two populations; expected one, in a symmetric game")
    if isinstance(population, bool) or not isinstance(population, int) or not 2 <= population <= MAX_POPULATION:
        raise UsageError(f"found a population of {population!r}; expected a whole number from 2 to {MAX_POPULATION}")
    if process not in PROCESSES:
        raise UsageError(f"unknown process {process!r}; expected one of {', '.join(PROCESSES)}")
    weight = exact_or_float(intensity)
    if weight < 0 or (process == "moran" and weight > 1):
        raise UsageError(
            f"found the intensity {plain(weight)}; expected a number from 0 {'to 1' if process == 'moran' else 'up'}"
        )
    return population, weight


def _fixation(setting: Populations, n: int, a: int, b: int, process: str, weight: Any) -> Fixation:
    table = setting.tables[0]

    def payoffs(i: int) -> tuple[Any, Any]:
        """What i mutants and n - i residents earn on average."""
        mine = (table[a][a] * (i - 1) + table[a][b] * (n - i)) / Fraction(n - 1)
        theirs = (table[b][a] * i + table[b][b] * (n - i - 1)) / Fraction(n - 1)
        return mine, theirs

    rates = (_moran if process == "moran" else _pairwise)(n, weight, payoffs)
    # gamma_i = down / up; fixation 1 / (1 + sum of products)
    total: Any = 1
    product: Any = 1
    for up, down in rates:
        product = product * (down / up)
        total = total + product
    if isinstance(total, float) and not total < 1e300:
        raise UsageError("taking over is too unlikely for floats; expected a smaller population or weaker selection")
    chance = 1 / total
    # expected steps: those from state 1, by the recursion of first steps
    steps = _steps(rates)
    labels = setting.labels[0]
    return Fixation(labels[b], labels[a], n, chance, steps, process, weight)


def _steps(rates: list[tuple[Any, Any]]) -> Any:
    """Return the expected number of steps from one mutant until one side is gone.

    With t_0 = t_n = 0 the differences d_i = t_(i+1) - t_i satisfy d_i = gamma_i d_(i-1) - 1/up_i; they add up to zero.
    """
    slope, shift = 1, 0  # d_i = slope * d_0 + shift
    slopes: Any = 1
    shifts: Any = 0
    for up, down in rates:
        ratio = down / up
        slope, shift = slope * ratio, shift * ratio - 1 / up
        slopes, shifts = slopes + slope, shifts + shift
    return -shifts / slopes


def _moran(n: int, weight: Any, payoffs: Callable[[int], tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return the chances of one mutant more and one less, for every number of mutants."""
    found = []
    for i in range(1, n):
        mine, theirs = (1 - weight + weight * each for each in payoffs(i))
        if mine <= 0 or theirs <= 0:
            raise UsageError(
                f"found the fitness {plain(min(mine, theirs))} with {i} of {n} mutants; expected positive ones: add a "
                "constant to all payoffs, choose a lower intensity, or process 'pairwise'"
            )
        total = i * mine + (n - i) * theirs
        found.append((i * mine / total * (n - i) / n, (n - i) * theirs / total * i / n))
    return found


def _pairwise(n: int, weight: Any, payoffs: Callable[[int], tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Return the chances of one mutant more and one less, for every number of mutants."""
    found = []
    for i in range(1, n):
        mine, theirs = payoffs(i)
        meet = i * (n - i) / (n * (n - 1))
        gain = float(weight) * float(mine - theirs)
        found.append((meet * _logistic(gain), meet * _logistic(-gain)))
    return found


def _logistic(gain: float) -> float:
    return 1 / (1 + math.exp(-gain)) if gain >= 0 else math.exp(max(gain, -700.0)) / (1 + math.exp(max(gain, -700.0)))
