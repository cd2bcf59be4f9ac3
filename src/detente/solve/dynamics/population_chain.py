"""The full chain of a finite population with mutations or mistakes, and its long-run distribution.

A state counts the members that play each strategy. One event changes one member: in the Moran process a copy of one in
proportion to fitness, or a mutant, replaces one at random; under stochastic best response one at random answers the
play of the others, or makes a mistake and chooses any strategy. Mutations make the chain irreducible, so that one
distribution describes the long run whatever the start; its mass for small mistakes is what stochastic stability is
about.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact_or_float, number_to_json, plain, short
from detente.solve.chains import Chain
from detente.solve.dynamics.populations import Populations, populations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.normal import NormalFormGame

__all__ = ["LongRun", "long_run", "states_of"]

PROCESSES = ("moran", "best-response")
#: States up to which a chain with exact numbers is solved exactly.
EXACT_STATES = 400
MAX_STATES = 5000

Counts = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class LongRun(Displayed):
    """The long-run distribution over states of a finite population.

    Attributes
    ----------
    distribution : dict
        Counts of members by strategy to share of time.
    shares : dict
        Strategy to its mean share of the population over time.
    """

    setting: Populations
    population: int
    process: str
    mutation: Any
    distribution: dict[Counts, Any]

    @property
    def exact(self) -> bool:
        """True where all numbers are fractions."""
        return all(isinstance(each, Fraction) for each in self.distribution.values())

    @property
    def shares(self) -> dict[str, Any]:
        """The mean share of each strategy over time."""
        n = Fraction(self.population)
        return {
            label: sum((weight * counts[k] for counts, weight in self.distribution.items()), start=Fraction(0)) / n
            if self.exact
            else float(sum(weight * counts[k] for counts, weight in self.distribution.items())) / self.population
            for k, label in enumerate(self.setting.labels[0])
        }

    def to_json(self) -> dict[str, Any]:
        """Return shares and the likeliest states as JSON values."""
        return {
            "dynamic": self.process,
            "population": self.population,
            "mutation": number_to_json(self.mutation),
            "arithmetic": "exact" if self.exact else "float",
            "shares": {label: number_to_json(share) for label, share in self.shares.items()},
            "likeliest": [
                {"counts": dict(zip(self.setting.labels[0], counts, strict=True)), "share": float(weight)}
                for counts, weight in self._likeliest(20)
            ],
        }

    def _likeliest(self, count: int) -> list[tuple[Counts, Any]]:
        return sorted(self.distribution.items(), key=lambda item: -item[1])[:count]

    def table(self) -> Table:
        """Return the likeliest states and mean shares."""
        labels = self.setting.labels[0]
        rows = tuple((*map(str, counts), short(weight, 4)) for counts, weight in self._likeliest(8))
        shares = ", ".join(f"{label} {short(share, 4)}" for label, share in self.shares.items())
        kind = {"moran": "Moran process with mutation", "best-response": "best responses with mistakes"}[self.process]
        note = (
            f"Mean shares: {shares}. {self.population} members, {kind} {plain(self.mutation)}; "
            f"{len(self.distribution)} states, {'exact' if self.exact else 'float'} arithmetic."
        )
        return Table("likeliest states in the long run", (*labels, "share of time"), rows, (note,))


def states_of(members: int, strategies: int) -> Iterator[Counts]:
    """Yield every way to count so many members over so many strategies, in lexicographic order from all in the first.

    >>> list(states_of(2, 2))
    [(2, 0), (1, 1), (0, 2)]
    """
    if strategies == 1:
        yield (members,)
        return
    for first in range(members, -1, -1):
        for rest in states_of(members - first, strategies - 1):
            yield (first, *rest)


def long_run(
    game: NormalFormGame | Populations,
    population: int,
    mutation: object,
    *,
    process: str = "moran",
    intensity: object = 1,
) -> LongRun:
    """Return the long-run distribution of a finite population with mutations.

    Parameters
    ----------
    population : int
        N; states are all counts of N members over the strategies.
    mutation : probability, above 0
        ``moran``: of a copy that turns into a strategy drawn at random; ``best-response``: that the member who revises
        draws a strategy at random. Of several best responses each is as likely.
    process : str
        ``moran`` (fitness ``1 - w + w * payoff``, w the ``intensity``) or ``best-response`` (Kandori, Mailath and Rob
        1993, one member at a time).

    Raises
    ------
    UsageError
        If the game is not symmetric, there are more than 5000 states, or a fitness is not positive.

    Notes
    -----
    Exact up to 400 states where all numbers are; beyond, or with floats, by elimination without subtraction.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> stag = NormalFormGame([[[4, 1], [3, 2]], [[4, 3], [1, 2]]], strategies=[["stag", "hare"]] * 2)
    >>> found = long_run(stag, 2, "1/10", process="best-response")
    >>> [str(share) for share in found.distribution.values()]
    ['19/40', '1/20', '19/40']
    """
    setting = game if isinstance(game, Populations) else populations(game, 1)
    if setting.count != 1:
        raise UsageError("found two populations; expected one, in a symmetric game")
    if process not in PROCESSES:
        raise UsageError(f"unknown process {process!r}; expected one of {', '.join(PROCESSES)}")
    if isinstance(population, bool) or not isinstance(population, int) or population < 2:
        raise UsageError(f"found a population of {population!r}; expected a whole number from 2 up")
    rate = exact_or_float(mutation)
    if not 0 < rate <= 1:
        raise UsageError(f"found the mutation {plain(rate)}; expected a probability above 0")
    weight = exact_or_float(intensity)
    if not 0 <= weight <= 1:
        raise UsageError(f"found the intensity {plain(weight)}; expected a number from 0 to 1")
    size = setting.sizes[0]
    many = 1
    for k in range(1, size):
        many = many * (population + k) // k
        if many > MAX_STATES:
            raise UsageError(f"found more than {MAX_STATES} states; expected a smaller population or fewer strategies")
    exact = setting.exact and many <= EXACT_STATES and not any(isinstance(each, float) for each in (rate, weight))
    number: Any = Fraction if exact else float
    table = [[number(each) for each in row] for row in setting.tables[0]]
    states = list(states_of(population, size))
    index = {counts: k for k, counts in enumerate(states)}
    mutate, select = number(rate), number(weight)
    rows = []
    for counts in states:
        row: dict[int, Any] = {}
        moves = _moran(table, counts, mutate, select) if process == "moran" else _answer(table, counts, mutate)
        for (gone, new), chance in moves.items():
            after = list(counts)
            after[gone] -= 1
            after[new] += 1
            target = index[tuple(after)]
            row[target] = row.get(target, 0) + chance
        rows.append({target: chance for target, chance in row.items() if chance != 0})
    shares = Chain(tuple(rows)).stationary(range(len(states)))
    return LongRun(setting, population, process, rate, dict(zip(states, shares, strict=True)))


def _others(table: list[list[Any]], counts: Counts, i: int) -> list[Any]:
    """Return what every strategy earns on average against the others of a member who plays i."""
    n = sum(counts)
    return [sum(row[j] * (counts[j] - int(j == i)) for j in range(len(counts))) / (n - 1) for row in table]


def _moran(table: list[list[Any]], counts: Counts, rate: Any, weight: Any) -> dict[tuple[int, int], Any]:
    n, size = sum(counts), len(counts)
    fitness: list[Any] = []
    for i, count in enumerate(counts):
        own = (1 - weight + weight * _others(table, counts, i)[i]) if count else rate * 0
        if count and own <= 0:
            raise UsageError(
                f"found the fitness {plain(own)} at the counts {counts}; expected positive ones: add a constant to all "
                "payoffs, or choose a lower intensity"
            )
        fitness.append(count * own)
    total = sum(fitness)
    one = rate / rate
    born = [(1 - rate) * each / total + rate / size for each in fitness]
    return {
        (gone, new): one * counts[gone] / n * born[new] for gone in range(size) if counts[gone] for new in range(size)
    }


def _answer(table: list[list[Any]], counts: Counts, rate: Any) -> dict[tuple[int, int], Any]:
    n, size = sum(counts), len(counts)
    one = rate / rate
    found = {}
    for gone, count in enumerate(counts):
        if not count:
            continue
        pays = _others(table, counts, gone)
        best = [j for j, value in enumerate(pays) if value == max(pays)]
        for new in range(size):
            chance = rate / size + ((1 - rate) / len(best) if new in best else 0)
            found[gone, new] = one * count / n * chance
    return found
