"""Large amounts as Chinese says them: in hundred millions and millions of millions, not with powers of ten."""

from __future__ import annotations

import re
from decimal import Decimal

__all__ = ["in_hundred_millions"]

#: A number with a power of ten from 8 on.
_LARGE = re.compile(r"(?<![A-Za-z0-9_.])([0-9]+(?:\.[0-9]+)?)e(8|9|1[0-5])(?![A-Za-z0-9_])")
#: Powers of ten and their names, the largest first.
_NAMES = ((12, "\u4e07\u4ebf"), (8, "\u4ebf"))


def in_hundred_millions(text: str) -> str:
    """Return a text with its numbers of 10**8 and more in the units of Chinese.

    Examples
    --------
    >>> in_hundred_millions("5e8"), in_hundred_millions("1.266e10"), in_hundred_millions("4e12")
    ('5\u4ebf', '126.6\u4ebf', '4\u4e07\u4ebf')
    >>> in_hundred_millions("2.9e-10 or e9")
    '2.9e-10 or e9'
    """
    return _LARGE.sub(_named, text)


def _named(match: re.Match[str]) -> str:
    power = int(match[2])
    size, name = next((size, name) for size, name in _NAMES if power >= size)
    return f"{(Decimal(match[1]) * 10 ** (power - size)).normalize():f}{name}"
