"""Exact, float and algebraic numbers, and how they are written.

A *number* in detente is one of

- :class:`fractions.Fraction`, exact (integers included);
- a SymPy algebraic number (an expression without free symbols), exact;
- an :class:`Enclosure`, known to lie between two fractions;
- a Python ``float``, where the arithmetic has left the exact numbers.

Text becomes a Fraction through :func:`exact`, which bounds what it accepts before it converts:
``Fraction("1e99999999")`` would otherwise never return.
"""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "MAX_DIGITS",
    "Enclosure",
    "exact",
    "exact_or_float",
    "fraction_of",
    "is_exact",
    "number_to_json",
    "plain",
    "short",
    "to_float",
    "tolerance",
    "unrounded",
]

#: Digits of a number on a page, and of one that is rounded later.
_PAGE, _FULL = 3, 12
#: Whether texts are made that will be rounded.
_UNROUNDED: ContextVar[bool] = ContextVar("unrounded", default=False)

#: Longest numeral accepted and largest number of digits of an exact result.
MAX_DIGITS = 400

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_RATIO = re.compile(r"[+-]?\d+\s*/\s*\d+", re.ASCII)


def exact(value: object) -> Fraction:
    """Return ``value`` as a Fraction.

    Accepts integers, Fractions, SymPy rationals, ``Decimal`` and text such as ``"3/4"``, ``"0.75"``
    or ``"1e-9"`` (decimals are exact: ``"0.1"`` is 1/10). Floats are refused, because 0.1 as a float
    is not 1/10.

    Raises
    ------
    UsageError
        If the value is no exact number, has more than 400 digits, or divides by zero.

    Examples
    --------
    >>> exact("0.75"), exact("3/4"), exact(2)
    (Fraction(3, 4), Fraction(3, 4), Fraction(2, 1))
    """
    if isinstance(value, bool):
        raise UsageError(f"found {value!r}; expected a number")
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int):
        return Fraction(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, Decimal):
        return _from_text(str(value))
    if isinstance(value, float):
        raise UsageError(f"found the float {value!r}; expected an exact number; write it as text, as in {str(value)!r}")
    numerator, denominator = getattr(value, "p", None), getattr(value, "q", None)
    if numerator is not None and denominator is not None and int(denominator) != 0:
        return Fraction(int(numerator), int(denominator))
    if hasattr(value, "__index__") and type(value).__name__ not in {"bool", "bool_"}:
        return Fraction(int(value))  # NumPy integers
    raise UsageError(f"found {value!r}; expected an integer, a fraction such as '3/4' or a decimal such as '0.75'")


def exact_or_float(value: object) -> Fraction | float:
    """Return a finite float as it is, and anything else as a Fraction.

    Raises
    ------
    UsageError
        If the value is no number, or not finite.

    Examples
    --------
    >>> exact_or_float(0.5), exact_or_float("1/3")
    (0.5, Fraction(1, 3))
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            raise UsageError(f"found {value!r}; expected a finite number")
        return float(value)
    if getattr(getattr(value, "dtype", None), "kind", "") == "f":  # NumPy's other floats
        return exact_or_float(float(value))  # type: ignore[arg-type]
    return exact(value)


def _from_text(text: str) -> Fraction:
    stripped = text.strip()
    shown = repr(text if len(text) <= 40 else text[:37] + "...")
    if len(stripped) > MAX_DIGITS:
        raise UsageError(f"found a numeral of {len(stripped)} characters; expected at most {MAX_DIGITS}")
    if _RATIO.fullmatch(stripped):
        top, bottom = stripped.split("/")
        if int(bottom) == 0:
            raise UsageError(f"found {shown}, a division by zero; expected a number")
        return Fraction(int(top), int(bottom))
    match = _DECIMAL.fullmatch(stripped)
    if match is None:
        raise UsageError(f"found {shown}; expected a number such as '3/4' or '0.75'")
    exponent = (match.group(3) or "")[1:]
    if exponent and abs(int(exponent[:12])) > MAX_DIGITS:
        raise UsageError(f"found the exponent {exponent[:12]} in {shown}; expected at most {MAX_DIGITS} digits")
    return Fraction(stripped)


def is_exact(value: object) -> bool:
    """Return True for integers, Fractions, SymPy numbers without floats and enclosures, False for floats."""
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return True
    atoms = getattr(value, "atoms", None)
    if atoms is None:
        return hasattr(value, "low") and hasattr(value, "high")
    import sympy

    return not value.has(sympy.Float)  # type: ignore[attr-defined]


def to_float(value: object) -> float:
    """Return a number as float; a ratio too large for a float becomes infinite with its sign."""
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]


@dataclass(frozen=True)
class Enclosure:
    """A real number that lies between two fractions and of which nothing more exact is known.

    Examples
    --------
    >>> Enclosure(Fraction(1, 3), Fraction(1, 2)).to_json()
    {'enclosed': ['1/3', '1/2'], 'float': 0.4166666666666667}
    """

    low: Fraction
    high: Fraction

    def __float__(self) -> float:
        return float((self.low + self.high) / 2)

    def to_json(self) -> dict[str, Any]:
        """Return the enclosure in the form of the JSON contract."""
        return {"enclosed": [str(self.low), str(self.high)], "float": float(self)}

    def __str__(self) -> str:
        return f"{float(self):.12g}"


def number_to_json(value: object) -> Any:
    """Return a number in the form of the JSON contract.

    Rationals are strings ``"p/q"`` or ``"n"``; algebraic numbers
    ``{"exact": "(53 - sqrt(601))/46", "float": 0.619}`` or, without radicals,
    ``{"root_of": polynomial, "interval": [low, high], "float": x}``; numbers known by an enclosure
    ``{"enclosed": [low, high], "float": x}``; floats are JSON numbers.

    Examples
    --------
    >>> number_to_json(Fraction(3, 7)), number_to_json(Fraction(2)), number_to_json(0.5)
    ('3/7', '2', 0.5)
    """
    if value is None:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (int, Fraction)):
        return str(Fraction(value))
    if hasattr(value, "__index__"):
        return str(exact(value))
    if hasattr(value, "to_json"):  # a number with an enclosure, from a solver
        return value.to_json()
    import sympy

    if isinstance(value, sympy.Rational):
        return str(Fraction(int(value.p), int(value.q)))
    if isinstance(value, sympy.Float):
        return float(value)
    assert isinstance(value, sympy.Expr)
    if value.has(sympy.polys.rootoftools.ComplexRootOf):
        return _root_of_to_json(value)
    return {"exact": _radicals(value), "float": float(value)}


def _radicals(value: Any) -> str:
    """Return a number with radicals over one denominator: ``(53 - sqrt(601))/46``."""
    import sympy

    spread = sympy.expand(value)
    denominator = sympy.ilcm(
        1, *(term.as_coeff_Mul()[0].q for term in sympy.Add.make_args(spread) if term.as_coeff_Mul()[0].is_Rational)
    )
    top = sympy.expand(spread * denominator)
    if denominator == 1:
        return str(top)
    return f"({top})/{denominator}" if top.is_Add else f"{top}/{denominator}"


def _root_of_to_json(value: Any) -> dict[str, Any]:
    import sympy

    x = sympy.Symbol("x")
    polynomial = sympy.minimal_polynomial(value, x, polys=True)
    low, high = next(
        (low, high) for (low, high), _ in polynomial.intervals(eps=sympy.Rational(1, 1000)) if low <= value <= high
    )
    return {
        "root_of": str(polynomial.as_expr()),
        "interval": [str(low), str(high)],
        "float": float(value),
    }


def fraction_of(value: Any) -> Fraction:
    """Return a rational of SymPy or FLINT as a fraction.

    Examples
    --------
    >>> import sympy
    >>> fraction_of(sympy.Rational(6, 4))
    Fraction(3, 2)
    """
    return Fraction(int(value.p), int(value.q))


def plain(value: object) -> str:
    """Return a number as short exact text: ``3/7``, ``2``, ``(53 - sqrt(601))/46``; floats to 6 digits."""
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.6g}"
    if hasattr(value, "atoms") and not getattr(value, "is_Rational", True):
        return _radicals(value)
    return str(value)


def short(value: object, digits: int = 3) -> str:
    """Return a number for reading: as few characters as show ``digits`` significant digits.

    Examples
    --------
    >>> short(Fraction(1, 3)), short(Fraction(2)), short(0.12345, 2), short(Fraction(1234567)), short(4e9)
    ('0.333', '2', '0.12', '1230000', '4e9')
    """
    if value is None:
        return "none"
    x = to_float(value)
    if math.isnan(x) or math.isinf(x):
        return str(x)
    if x == 0:
        return "0"
    if digits > _PAGE and _UNROUNDED.get():
        digits = _FULL
    magnitude = math.floor(math.log10(abs(x)))
    decimals = digits - 1 - magnitude
    rounded = round(x, decimals)
    if abs(rounded) >= 1e7 or abs(rounded) < 1e-4:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"
    text = f"{rounded:.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@contextmanager
def unrounded() -> Iterator[None]:
    """Keep twelve digits where :func:`short` is asked for more than the three of a page: for texts to be rounded.

    Rounded twice a number may come out one too high: 0.012546 as 0.01255, and that as 0.0126.

    Examples
    --------
    >>> with unrounded():
    ...     short(0.012546, 4), short(0.012546)
    ('0.012546', '0.0125')
    """
    token = _UNROUNDED.set(True)
    try:
        yield
    finally:
        _UNROUNDED.reset(token)


def tolerance(values: Iterable[object], relative: float = 1e-9) -> float:
    """Return the absolute tolerance for payoffs: ``relative`` times the spread of ``values``."""
    floats = [to_float(value) for value in values]
    return relative * (max(floats) - min(floats)) if floats else 0.0
