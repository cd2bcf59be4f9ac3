"""What a dynamic acts on: one population that plays a symmetric game against itself, or two that meet each other.

A state has one distribution over strategies per population. Payoffs are affine in the other side's distribution, so
that the same few lines serve exact fractions and float arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import exact_or_float, plain, short, to_float

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame

__all__ = ["Populations", "State", "populations", "readable"]

#: One distribution per population.
State = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, eq=False)
class Populations:
    """A two-player game with the populations whose members play it.

    Attributes
    ----------
    count : int
        1: members of one population meet each other, in a symmetric game. 2: members of one meet those of the other.
    tables : tuple of matrices
        ``tables[k][i][j]``: what strategy i of population k earns against strategy j of the side it meets. Fractions
        for an exact game, else floats.
    """

    game: NormalFormGame
    count: int
    tables: tuple[tuple[tuple[Any, ...], ...], ...]

    @property
    def exact(self) -> bool:
        """True for exact payoffs."""
        return self.game.arithmetic == "exact"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the populations."""
        return ("all",) if self.count == 1 else self.game.players

    @property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """The strategies of each population."""
        return self.game.strategies[: self.count]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of strategies of each population."""
        return tuple(len(each) for each in self.labels)

    @property
    def spread(self) -> float:
        """Largest payoff less the smallest, 1 where all are equal: the unit of tolerances and times."""
        flat = [to_float(each) for table in self.tables for row in table for each in row]
        return (max(flat) - min(flat)) or 1.0

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The tables as float arrays."""
        import numpy as np

        return tuple(np.array([[to_float(each) for each in row] for row in table]) for table in self.tables)

    def payoffs(self, state: State) -> list[list[Any]]:
        """Return what every strategy earns, per population, in the arithmetic of table and state."""
        met = (state[0],) if self.count == 1 else (state[1], state[0])
        return [
            [sum(a * w for a, w in zip(row, other, strict=True)) for row in table]
            for table, other in zip(self.tables, met, strict=True)
        ]

    def gaps(self, state: State) -> list[Any]:
        """Return, per population, the best payoff less the mean: all zero exactly at an equilibrium."""
        found = []
        for own, pays in zip(state, self.payoffs(state), strict=True):
            found.append(max(pays) - sum(w * v for w, v in zip(own, pays, strict=True)))
        return found

    def profile(self, state: State) -> tuple[tuple[Any, ...], ...]:
        """Return the state as a mixed profile of the two-player game."""
        return (state[0], state[0]) if self.count == 1 else (state[0], state[1])

    def read(self, given: Any = None) -> State:
        """Return a state from shares, names, or nothing: the mixture with equal shares.

        ``given`` is one distribution per population; for one population the distribution alone, and where every
        population has two strategies the share of the first one alone. A name stands for everybody playing it.

        Raises
        ------
        UsageError
            If shares are negative or do not add up to 1, or their number does not fit.
        """
        if given is None:
            return tuple(tuple(Fraction(1, size) for _ in range(size)) for size in self.sizes)
        parts = [given] if self.count == 1 and not _nested(given) else list(given)
        if len(parts) != self.count:
            raise UsageError(f"found {len(parts)} distributions; expected {self.count}, one per population")
        return tuple(self._distribution(k, part) for k, part in enumerate(parts))

    def _distribution(self, k: int, given: Any) -> tuple[Any, ...]:
        size, labels = self.sizes[k], self.labels[k]
        if isinstance(given, str) and given in labels:
            return tuple(Fraction(int(label == given)) for label in labels)
        if isinstance(given, (str, int, float, Fraction)):
            if size != 2:
                raise UsageError(
                    f"found {given!r} for {self.names[k]}; expected {size} shares or one of its strategies"
                )
            first = exact_or_float(given)
            shares: list[Any] = [first, 1 - first]
        else:
            shares = [exact_or_float(each) for each in given]
        total = sum(shares)
        off = abs(total - 1) > 1e-9 if isinstance(total, float) else total != 1
        if len(shares) != size or off or min(shares) < 0:
            shown = ", ".join(plain(each) for each in shares)
            raise UsageError(f"found the shares {shown} of {self.names[k]}; expected {size} from 0 up that add up to 1")
        return tuple(each / total for each in shares)

    def text(self, state: State) -> str:
        """Return a state in one line, strategies without a share left out."""
        parts = []
        for name, labels, own in zip(self.names, self.labels, state, strict=True):
            played = [(label, w) for label, w in zip(labels, own, strict=True) if w != 0]
            shown = played[0][0] if len(played) == 1 else " + ".join(f"{readable(w)} {label}" for label, w in played)
            parts.append(shown if self.count == 1 else f"{name}: {shown}")
        return ", ".join(parts)

    def named(self, state: State) -> dict[str, dict[str, Any]]:
        """Return a state as {population: {strategy: share}}."""
        return {
            name: dict(zip(labels, own, strict=True))
            for name, labels, own in zip(self.names, self.labels, state, strict=True)
        }


#: Exact numbers with longer text are shown rounded in sentences and tables; results and JSON keep them.
LONG = 9


def readable(value: Any) -> str:
    """Return a number for reading: exact where that is short, else to four digits.

    >>> readable(Fraction(2, 3)), readable(Fraction(376655, 465299))
    ('2/3', '0.8095')
    """
    text = plain(value)
    return short(value, 4) if isinstance(value, float) or len(text) > LONG else text


def _nested(given: Any) -> bool:
    return not isinstance(given, str) and hasattr(given, "__len__") and len(given) > 0 and (
        isinstance(given[0], (list, tuple)) or getattr(given[0], "ndim", 0) == 1
    )  # fmt: skip


def populations(game: NormalFormGame, count: int | None = None) -> Populations:
    """Return the populations that play a two-player game.

    Parameters
    ----------
    count : 1 or 2, optional
        By default 1 where the game is symmetric and both players have the same strategies by name, else 2.

    Raises
    ------
    UsageError
        If the game does not have two players, or one population is asked for in a game that is not symmetric.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> hawks = NormalFormGame([[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]], strategies=[["hawk", "dove"]] * 2)
    >>> populations(hawks).count, populations(hawks, 2).count
    (1, 2)
    """
    if len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; expected two")
    a, b = game.payoffs
    symmetric = game.shape[0] == game.shape[1] and bool((a == b.T).all())
    if count is None:
        count = 1 if symmetric and game.strategies[0] == game.strategies[1] else 2
    if isinstance(count, bool) or count not in (1, 2):
        raise UsageError(f"found {count!r} populations; expected 1 or 2")
    if count == 1 and not symmetric:
        from detente.solve.two_players.evolutionary_stability import symmetric_matrix

        symmetric_matrix(game)  # says where the game is not symmetric
    tables = (a,) if count == 1 else (a, b.T)
    return Populations(
        game, count, tuple(tuple(tuple(_number(each) for each in row) for row in table) for table in tables)
    )


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, float) else value
