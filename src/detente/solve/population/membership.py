"""Stable memberships: who stays in a club that each may leave or join.

With two actions, members inside choose the second one. A set is internally stable if nobody inside gains by leaving,
externally stable if nobody outside gains by joining (d'Aspremont, Jacquemin, Gabszewicz and Weymark 1983; Barrett
1994). Sets are the first k members of an order, such as from the least to the most dependent.

In the capacity club of Barrett's kind all N countries choose a capacity q at cost ``c q^2/2``. The k signatories
choose theirs together and enjoy all of their own joint capacity; a share s of everybody's capacity is a public good
that outsiders enjoy as well. Each size's payoffs follow in closed form, so stability is a comparison of polynomials in
s.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.population import PopulationGame

__all__ = ["StableSizes", "capacity_club_limit", "capacity_club_payoffs", "capacity_club_sizes", "stable_sizes"]


@dataclass(frozen=True)
class StableSizes:
    """Sizes of the club that are internally, externally, and in both ways stable."""

    internal: tuple[int, ...]
    external: tuple[int, ...]

    @property
    def stable(self) -> tuple[int, ...]:
        """Sizes that are stable in both ways."""
        return tuple(each for each in self.internal if each in self.external)

    def to_json(self) -> dict[str, Any]:
        """Return the sizes as JSON values."""
        return {"internal": list(self.internal), "external": list(self.external), "stable": list(self.stable)}


def stable_sizes(game: PopulationGame, order: Sequence[int] | None = None) -> StableSizes:
    """Return the sizes k at which the first k members of an order are a stable club.

    The second of two actions is inside. A member that is indifferent stays where it is.

    Examples
    --------
    >>> from detente.games.population import PopulationGame
    >>> club = PopulationGame(["out", "in"], [[0, -1], [0, -1], [0, -4]], [[[0, 0], [0, 1]]] * 3)
    >>> stable_sizes(club).stable
    (0, 2)
    """
    if len(game.actions) != 2:
        raise UsageError(f"found {len(game.actions)} actions; expected two, the second of them inside")
    n = game.n
    listed = list(range(n)) if order is None else list(order)
    if sorted(listed) != list(range(n)):
        raise UsageError("order: expected every member once, by number")
    internal, external = [], []
    for k in range(n + 1):
        inside, outside = listed[:k], listed[k:]
        if all(game.payoff(i, 1, (n - k, k)) >= game.payoff(i, 0, (n - k + 1, k - 1)) for i in inside):
            internal.append(k)
        if all(game.payoff(i, 0, (n - k, k)) >= game.payoff(i, 1, (n - k - 1, k + 1)) for i in outside):
            external.append(k)
    return StableSizes(tuple(internal), tuple(external))


def capacity_club_payoffs(n: int, size: int, share: object) -> tuple[Fraction, Fraction]:
    """Return what a signatory and an outsider get, in units of ``b^2/c``.

    A signatory's capacity is ``k b/c`` (it counts the benefit of all k signatories), an outsider's ``s b/c``. With
    signatories' joint capacity ``k^2`` and outsiders' ``(n - k) s`` a signatory gets ``s (n - k) s + k^2 - k^2/2``, an
    outsider ``s (k^2 + (n - k) s) - s^2/2``.

    Examples
    --------
    >>> print(*capacity_club_payoffs(3, 2, "1/2"))
    9/4 17/8
    """
    s, k = exact(share), size
    if not 0 <= k <= n or not 0 < s <= 1:
        raise UsageError(
            f"found {k} of {n} members and a share of {s}; expected 0 to {n} members and a share above 0, at most 1"
        )
    signatory = s * s * (n - k) + Fraction(k * k, 2)
    outsider = s * (k * k + (n - k) * s) - s * s / 2
    return signatory, outsider


def capacity_club_sizes(n: int, share: object) -> StableSizes:
    """Return the stable sizes of the capacity club; size 1 is a country that acts alone inside.

    Examples
    --------
    With a pure public good (share 1) no more than three countries cooperate, however many there are (compare Barrett
    1994):

    >>> max(capacity_club_sizes(55, 1).internal)
    3
    """
    pay = [capacity_club_payoffs(n, k, share) for k in range(n + 1)]
    return StableSizes(
        tuple(k for k in range(n + 1) if k == 0 or pay[k][0] >= pay[k - 1][1]),
        tuple(k for k in range(n + 1) if k == n or pay[k][1] >= pay[k + 1][0]),
    )


def capacity_club_limit(size: int) -> Any:
    """Return the largest share at which a club of this size is internally stable, exact; it does not depend on n.

    ``signatory(k) >= outsider(k - 1)`` reads ``s^2 + 2 (k - 1)^2 s - k^2 <= 0``, so that
    ``s <= sqrt((k - 1)^4 + k^2) - (k - 1)^2``, or 1 where that exceeds 1.

    Examples
    --------
    >>> capacity_club_limit(3), capacity_club_limit(4)
    (1, -9 + sqrt(97))
    """
    import sympy

    if size < 1:
        raise UsageError(f"found a club of {size}; expected at least one member")
    k = sympy.Integer(size)
    return sympy.Min(1, sympy.sqrt((k - 1) ** 4 + k**2) - (k - 1) ** 2)
