"""Ends of intervals that are not bounded."""

from __future__ import annotations

from typing import Any

from detente.games.rational import NotRational

__all__ = ["INFINITY", "Infinite"]


class Infinite:
    """An end that is not bounded; 0 times it is 0, as products of intervals need."""

    def __init__(self, sign: int) -> None:
        self.sign = sign

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Infinite) and other.sign != self.sign:
            raise NotRational
        return self

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        turn = other.sign if isinstance(other, Infinite) else int(other > 0) - int(other < 0)
        return INFINITY if turn * self.sign > 0 else -INFINITY if turn else other

    __rmul__ = __mul__

    def __neg__(self) -> Infinite:
        return INFINITY if self.sign < 0 else _MINUS

    def __pow__(self, power: int) -> Any:
        return INFINITY if self.sign > 0 or power % 2 == 0 else self

    def __rtruediv__(self, other: Any) -> Any:
        return other * 0

    def __gt__(self, other: Any) -> bool:
        return self.sign > 0 and other is not self

    def __ge__(self, other: Any) -> bool:
        return self.sign > 0 or other is self

    def __lt__(self, other: Any) -> bool:
        return self.sign < 0 and other is not self

    def __le__(self, other: Any) -> bool:
        return self.sign < 0 or other is self

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return hash(self.sign)


INFINITY = Infinite(1)
_MINUS = Infinite(-1)
