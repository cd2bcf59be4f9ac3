"""Normal-form games of any number of players: what the game is, and nothing that solves it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.numbers import exact, is_exact, plain, to_float

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

__all__ = ["NormalFormGame", "Profile", "deviations", "labels"]

#: A pure profile: one strategy index per player.
Profile = tuple[int, ...]


@lru_cache(maxsize=1 << 14)
def deviations(shape: tuple[int, ...], profile: Profile) -> tuple[tuple[int, Profile], ...]:
    """Return the profiles that a single player can make of one, each with the player, players in order."""
    return tuple(
        (player, (*profile[:player], other, *profile[player + 1 :]))
        for player, size in enumerate(shape)
        for other in range(size)
        if other != profile[player]
    )


class NormalFormGame(Displayed):
    """A game in normal form, with exact or float payoffs.

    Parameters
    ----------
    payoffs : nested sequence or array
        ``payoffs[i, s1, .., sN]`` is what player ``i`` gets at the profile ``(s1, .., sN)``: axis 0 is
        the player, axes 1 to N the players' strategies in order. Integers, Fractions and text such
        as ``"3/4"`` are exact; if any entry is a float, the whole table becomes float64.
    players : sequence of str, optional
        Names; by default ``"1"``, ``"2"``, ...
    strategies : sequence of sequences of str, optional
        Labels per player in order; by default ``"1"``, ``"2"``, ... A label that repeats within one
        player gets ``#2``, ``#3``, ...

    Raises
    ------
    UsageError
        If the shape is no game, an entry is no finite number, or labels do not fit the shape.

    Examples
    --------
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["c", "d"], ["c", "d"]])
    >>> g.arithmetic, g.payoff(0, (1, 0))
    ('exact', Fraction(5, 1))
    """

    __slots__ = ("_floats", "arithmetic", "payoffs", "players", "strategies")

    _floats: Any
    payoffs: npt.NDArray[Any]
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    arithmetic: str

    def __init__(
        self,
        payoffs: Any,
        players: Sequence[str] | None = None,
        strategies: Sequence[Sequence[str]] | None = None,
    ) -> None:
        table, arithmetic = _as_table(payoffs)
        count = table.shape[0]
        if table.ndim != count + 1:
            raise UsageError(
                f"found payoffs of shape {table.shape}; expected one axis for the players and one for each "
                f"player's strategies, payoffs[player, s1, .., sN]"
            )
        if min(table.shape) == 0:
            raise UsageError(f"found payoffs of shape {table.shape}; every player needs at least one strategy")
        set_ = object.__setattr__
        set_(self, "payoffs", table)
        set_(self, "arithmetic", arithmetic)
        set_(self, "_floats", None)
        set_(self, "players", labels(players, count, "player"))
        if strategies is not None and len(strategies) != count:
            raise UsageError(f"found strategies for {len(strategies)} players; expected {count}")
        set_(
            self,
            "strategies",
            tuple(
                labels(
                    None if strategies is None else strategies[i], table.shape[i + 1], f"strategy of {self.players[i]}"
                )
                for i in range(count)
            ),
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a game is frozen; make a new one instead of setting {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (NormalFormGame, (self.payoffs, self.players, self.strategies))

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of strategies of each player."""
        return tuple(self.payoffs.shape[1:])

    @property
    def floats(self) -> npt.NDArray[np.float64]:
        """The payoffs as float64, made once and read-only; a number too large for a float is infinite."""
        import numpy as np

        if self._floats is None:
            table = np.array([to_float(entry) for entry in self.payoffs.flat]).reshape(self.payoffs.shape)
            table.flags.writeable = False
            object.__setattr__(self, "_floats", table)
        found: npt.NDArray[np.float64] = self._floats
        return found

    def profiles(self) -> Iterator[Profile]:
        """Yield every pure profile in lexicographic order."""
        return product(*(range(size) for size in self.shape))

    def payoff(self, player: int | str, profile: Sequence[int | str]) -> Any:
        """Return the payoff of ``player`` at a pure profile given by indices or labels."""
        return self.payoffs[(self.player_index(player), *self.profile_index(profile))]

    def player_index(self, player: int | str) -> int:
        """Return the index of a player given by index or name."""
        if isinstance(player, str):
            if player not in self.players:
                raise UsageError(_unknown("player", player, self.players))
            return self.players.index(player)
        if not 0 <= player < len(self.players):
            raise UsageError(f"found player {player}; expected 0 to {len(self.players) - 1}")
        return int(player)

    def profile_index(self, profile: Sequence[int | str] | Mapping[str, int | str]) -> Profile:
        """Return a pure profile as indices; it may be given by indices, labels or ``{player: label}``."""
        if isinstance(profile, Mapping):
            missing = [name for name in self.players if name not in profile]
            if missing or len(profile) != len(self.players):
                raise UsageError(
                    f"found strategies for {', '.join(profile)}; expected one for each of {', '.join(self.players)}"
                )
            profile = [profile[name] for name in self.players]
        if isinstance(profile, str) or len(profile) != len(self.players):
            raise UsageError(f"found the profile {profile!r}; expected {len(self.players)} strategies, one per player")
        indices = []
        for player, chosen in enumerate(profile):
            known = self.strategies[player]
            if isinstance(chosen, str):
                if chosen not in known:
                    raise UsageError(_unknown(f"strategy of {self.players[player]}", chosen, known))
                indices.append(known.index(chosen))
            elif 0 <= chosen < len(known):
                indices.append(int(chosen))
            else:
                raise UsageError(f"found strategy {chosen} of {self.players[player]}; expected 0 to {len(known) - 1}")
        return tuple(indices)

    def profile_labels(self, profile: Sequence[int]) -> tuple[str, ...]:
        """Return the labels of a profile given by indices."""
        return tuple(self.strategies[player][index] for player, index in enumerate(profile))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NormalFormGame):
            return NotImplemented
        return (
            (self.players, self.strategies, self.arithmetic, self.shape)
            == (other.players, other.strategies, other.arithmetic, other.shape)
        ) and bool((self.payoffs == other.payoffs).all())

    def __hash__(self) -> int:
        return hash((self.players, self.strategies, self.arithmetic, tuple(self.payoffs.flat)))

    def __repr__(self) -> str:
        sizes = "x".join(str(size) for size in self.shape)
        return f"<NormalFormGame {sizes}, players {', '.join(self.players)}, {self.arithmetic}>"

    def displayed(self) -> tuple[Table, ...]:
        """Return the payoffs, on a page with best responses underlined and pure equilibria framed."""
        from detente.games._marked_payoffs import MOST_MARKED, marked_payoffs

        return (marked_payoffs(self) if self.payoffs[0].size <= MOST_MARKED else self.table(),)

    def __str__(self) -> str:
        return self.table().to_text()

    def table(self) -> Table:
        """Return the payoffs as a :class:`detente.display.Table`: a matrix for two players, else a list."""
        if len(self.players) == 2:
            rows, columns = self.strategies
            return Table(
                title=f"payoffs ({self.players[0]}, {self.players[1]})",
                columns=(f"{self.players[0]} \\ {self.players[1]}", *columns),
                rows=tuple(
                    (row, *(", ".join(plain(self.payoffs[(k, i, j)]) for k in (0, 1)) for j in range(len(columns))))
                    for i, row in enumerate(rows)
                ),
            )
        return Table(
            title="payoffs",
            columns=(*self.players, *(f"payoff of {name}" for name in self.players)),
            rows=tuple(
                (*self.profile_labels(profile), *(plain(self.payoffs[(k, *profile)]) for k in range(len(self.players))))
                for profile in self.profiles()
            ),
        )


def _unknown(kind: str, name: str, known: Sequence[str]) -> str:
    hint = did_you_mean(name, known)
    return f"unknown {kind} {name!r}; expected one of {', '.join(known)}" + (f"; {hint}" if hint else "")


def labels(given: Sequence[str] | None, count: int, kind: str) -> tuple[str, ...]:
    """Return ``count`` distinct labels: those given, with ``#2`` behind a repetition, or numbers.

    >>> labels(["a", "b", "a"], 3, "strategy")
    ('a', 'b', 'a#2')
    """
    if given is None:
        return tuple(str(index + 1) for index in range(count))
    if isinstance(given, str):
        raise UsageError(f"found the text {given!r} as the labels of each {kind}; expected a list of {count}")
    if len(given) != count:
        raise UsageError(f"found {len(given)} labels for each {kind}; expected {count}")
    taken: list[str] = []
    for label in given:
        if not isinstance(label, str):
            raise UsageError(f"found the label {label!r} for a {kind}; expected text")
        name, number = label, 2
        while name in taken:
            name, number = f"{label}#{number}", number + 1
        taken.append(name)
    return tuple(taken)


def _as_table(payoffs: Any) -> tuple[Any, str]:
    """Return a read-only object array of Fractions, or float64 where an entry is a float."""
    import numpy as np

    # Lists stay objects: NumPy would turn numbers beside text into text, and large integers into floats.
    raw = payoffs if isinstance(payoffs, np.ndarray) else _object_array(payoffs)
    if raw.dtype.kind not in "iufbOU":
        raise UsageError(f"found payoffs of type {raw.dtype}; expected numbers")
    if raw.ndim == 0:
        raise UsageError("found a single number; expected payoffs[player, s1, .., sN]")
    entries = [int(entry) if isinstance(entry, (bool, np.bool_)) else entry for entry in raw.flat]
    if any(_is_float(entry) for entry in entries):
        table = np.array([float(entry) if _is_float(entry) else to_float(exact(entry)) for entry in entries])
        table = table.reshape(raw.shape)
        if not np.isfinite(table).all():
            where = tuple(int(k) for k in np.argwhere(~np.isfinite(table))[0])
            raise UsageError(f"found {table[where]} at payoffs{list(where)}; expected finite numbers")
        table.flags.writeable = False
        return table, "float"
    table = np.array([exact(entry) for entry in entries], dtype=object).reshape(raw.shape)
    table.flags.writeable = False
    return table, "exact"


def _object_array(payoffs: Any) -> Any:
    import numpy as np

    try:
        table = np.array(payoffs, dtype=object)
    except ValueError as error:
        raise UsageError(f"found payoffs of uneven lengths ({error}); expected a full table") from None
    if any(isinstance(entry, (list, tuple)) for entry in table.flat):
        raise UsageError("found payoffs of uneven lengths; expected a full table")
    return table


def _is_float(entry: Any) -> bool:
    if isinstance(entry, float):
        return True
    if isinstance(entry, (int, str, Fraction)):
        return False
    if hasattr(entry, "dtype"):
        return bool(entry.dtype.kind == "f")
    if hasattr(entry, "free_symbols"):
        if entry.free_symbols:
            raise UsageError(f"found {entry}, which has free symbols; expected a number (use SymbolicGame)")
        if not getattr(entry, "is_extended_real", False):
            raise UsageError(f"found {entry!r}; expected a real number")
        return not (getattr(entry, "is_Rational", False) and is_exact(entry))
    return False
