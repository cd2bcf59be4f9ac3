"""Strategies of 2x2 games that remember one round, and a catalog of them.

A memory-one strategy says with which probability the *first* strategy of its player is played: once at the
start, and after each outcome of the last round. The first strategy is called C and the second D, whatever
the game calls them; outcomes are written own move first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from detente import formula
from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.formula import symbol
from detente.numbers import exact, plain
from detente.solve.chains import arithmetic_of

__all__ = ["NAMED", "OUTCOMES", "MemoryOne", "probability"]

#: Outcomes of a round, own move first; the order of ``after``.
OUTCOMES = ("CC", "CD", "DC", "DD")

#: Named strategies: after CC, CD, DC, DD, then at the start, and where the name comes from.
NAMED: dict[str, tuple[tuple[object, ...], str]] = {
    "always_cooperate": ((1, 1, 1, 1, 1), "plays C whatever happens"),
    "always_defect": ((0, 0, 0, 0, 0), "plays D whatever happens"),
    "tit_for_tat": ((1, 0, 1, 0, 1), "what the other did last; Rapoport in Axelrod (1980)"),
    "suspicious_tit_for_tat": ((1, 0, 1, 0, 0), "tit for tat that starts with D; Boyd and Lorberbaum (1987)"),
    "generous_tit_for_tat": (
        (1, "1/3", 1, "1/3", 1),
        "forgives with probability 1/3, the most that is safe for payoffs 5, 3, 1, 0; Nowak and Sigmund (1992)",
    ),
    "win_stay_lose_shift": ((1, 0, 0, 1, 1), "repeats after CC and DC; Nowak and Sigmund (1993)"),
    "grim": ((1, 0, 0, 0, 1), "plays D for ever once anybody did; Friedman (1971)"),
    "firm_but_fair": ((1, 0, 1, 1, 1), "tit for tat that goes back to C after DD; Frean (1994)"),
    "alternator": ((0, 0, 1, 1, 1), "C and D in turns"),
    "random": (("1/2", "1/2", "1/2", "1/2", "1/2"), "a fair coin"),
}


@dataclass(frozen=True)
class MemoryOne(Displayed):
    """A memory-one strategy of a 2x2 game.

    Parameters
    ----------
    after : sequence of four
        Probabilities of the first strategy after CC, CD, DC, DD, own move first: exact numbers or text such as
        ``"8/9"``, floats, formulas with names such as ``"1 - g"``, SymPy expressions.
    first : the same
        Probability of the first strategy in the first round; by default 1.
    name : str, optional
        How it is called in results.

    Raises
    ------
    UsageError
        If there are not four numbers, or one is no probability.

    Examples
    --------
    >>> MemoryOne([1, "1/3", 1, "1/3"], name="generous").after
    (Fraction(1, 1), Fraction(1, 3), Fraction(1, 1), Fraction(1, 3))
    >>> MemoryOne.named("tit_for_tat").with_errors(action="1/10").after
    (Fraction(9, 10), Fraction(1, 10), Fraction(9, 10), Fraction(1, 10))
    """

    after: tuple[Any, ...]
    first: Any = 1
    name: str = ""

    def __post_init__(self) -> None:
        given = self.after
        if isinstance(given, str) or not hasattr(given, "__len__") or len(given) != len(OUTCOMES):
            raise UsageError(f"found {given!r}; expected four probabilities, after {', '.join(OUTCOMES)}")
        object.__setattr__(
            self,
            "after",
            tuple(probability(each, f"after {what}") for what, each in zip(OUTCOMES, given, strict=True)),
        )
        object.__setattr__(self, "first", probability(self.first, "in the first round"))
        if not self.name:
            object.__setattr__(self, "name", str(self))

    @classmethod
    def named(cls, name: str) -> MemoryOne:
        """Return a strategy of the catalog :data:`NAMED` by name."""
        if name not in NAMED:
            hint = did_you_mean(name, NAMED)
            raise UsageError(
                f"unknown strategy {name!r}; expected one of {', '.join(NAMED)}" + (f"; {hint}" if hint else "")
            )
        (*after, first), _ = NAMED[name]
        return cls(tuple(after), first, name)

    @classmethod
    def of(cls, given: MemoryOne | str | Sequence[object]) -> MemoryOne:
        """Return a strategy from a name, from four probabilities, or from five (the last one at the start)."""
        if isinstance(given, MemoryOne):
            return given
        if isinstance(given, str):
            return cls.named(given)
        parts = tuple(given)
        if len(parts) == len(OUTCOMES) + 1:
            return cls(parts[:-1], parts[-1])
        return cls(parts)

    @property
    def arithmetic(self) -> str:
        """``exact``, ``float`` or ``symbolic``."""
        return arithmetic_of(*self.after, self.first)

    @property
    def reactive(self) -> bool:
        """True if only the other's last move counts."""
        return bool(self.after[0] == self.after[2] and self.after[1] == self.after[3])

    def with_errors(self, action: object = 0, perception: object = 0) -> MemoryOne:
        """Return the strategy as it plays when errors happen, which is a memory-one strategy again.

        Parameters
        ----------
        action : probability
            With it the move made is not the one meant; both players see the move made.
        perception : probability
            With it, independently in every round, the player takes the other's move for the opposite one.
        """
        flip, misread = probability(action, "of an error in action"), probability(perception, "of a misperception")
        seen = [
            (1 - misread) * self.after[k] + misread * self.after[k ^ 1] for k in range(len(OUTCOMES))
        ]  # k ^ 1 is the outcome with the other's move flipped
        tidy = [(1 - flip) * each + flip * (1 - each) for each in (*seen, self.first)]
        return MemoryOne(tuple(tidy[:-1]), tidy[-1], self.name)

    def displayed(self) -> tuple[Table, ...]:
        """Return the probabilities of the first strategy."""
        head = ("at the start", *(f"after {outcome}" for outcome in OUTCOMES))
        row = tuple(plain(each) for each in (self.first, *self.after))
        return (Table(f"{self.name}: probability of the first strategy", head, (row,)),)

    def __str__(self) -> str:
        inner = ", ".join(plain(each) for each in self.after)
        return f"({inner}; {plain(self.first)})"


def probability(given: object, what: str) -> Any:
    """Return a probability as Fraction, float or SymPy expression, checked as far as it has a value."""
    value: Any
    if isinstance(given, str):
        value = _from_text(given, what)
    elif isinstance(given, float) or getattr(given, "dtype", None) is not None:
        value = float(given)  # type: ignore[arg-type]
    elif getattr(given, "free_symbols", None):
        return given
    elif hasattr(given, "free_symbols") and not getattr(given, "is_Rational", False):
        raise UsageError(f"probability {what}: found {given}; expected a rational number, a float or a formula")
    else:
        try:
            value = exact(given)
        except UsageError as error:
            raise UsageError(f"probability {what}: {error}") from None
    if getattr(value, "free_symbols", None):
        return value
    if hasattr(value, "free_symbols"):
        value = exact(value)
    if not 0 <= value <= 1:
        raise UsageError(f"probability {what}: found {plain(value)}; expected a number from 0 to 1")
    return Fraction(value) if isinstance(value, int) else value


def _from_text(text: str, what: str) -> Any:
    """Return a numeral as a Fraction, any other text as a formula."""
    try:
        return exact(text)
    except UsageError as error:
        if not any(letter.isalpha() for letter in text):
            raise UsageError(f"probability {what}: {error}") from None
    parsed = formula.parse(text)
    return parsed.to_sympy({name: symbol(name) for name in parsed.names})
