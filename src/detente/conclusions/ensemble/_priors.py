"""Priors over an interval as inverse distribution functions: from uniform numbers in (0, 1) to values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from detente.games.symbolic import Interval

    Floats = NDArray[np.float64]

__all__ = ["PRIORS", "quantile"]

#: Name to what it is, in words.
PRIORS = {
    "uniform": "every value of the interval equally likely",
    "triangular": "a triangle with its peak at the value",
    "log_uniform": "the logarithm uniform where the interval excludes 0, else uniform",
    "arcsine": "the arcsine law, weight at the ends",
    "half": "uniform on the interval shrunk by half towards the value",
}


def quantile(prior: Any, interval: Interval, u: Floats) -> Floats:
    """Return the values at which the distribution function of a prior is ``u``, inside the interval.

    Parameters
    ----------
    prior : str or object
        A name of :data:`PRIORS`; an object with a method ``ppf`` (a frozen distribution of SciPy); or a function from
        uniform numbers to values. Given distributions may leave the interval.
    interval : Interval
    u : (n,) array in (0, 1)

    Notes
    -----
    With [a, b] the interval and m its value: uniform ``a + u (b - a)``; triangular ``a + sqrt(u (b - a)(m - a))`` up to
    ``u = (m - a)/(b - a)``, then ``b - sqrt((1 - u)(b - a)(b - m))``; log-uniform ``a (b/a)**u`` (and its mirror image
    below 0); arcsine ``a + (b - a) sin(pi u/2)**2``; half: uniform on ``[(a + m)/2, (m + b)/2]``.

    Examples
    --------
    >>> import numpy as np
    >>> from detente.games.symbolic import Interval
    >>> quantile("log_uniform", Interval.make((1, 100)), np.array([0.5])).round(6)
    array([10.])
    """
    import numpy as np

    if hasattr(prior, "ppf"):
        return np.asarray(prior.ppf(u), dtype=np.float64)
    if callable(prior):
        return np.asarray(prior(u), dtype=np.float64)
    if prior not in PRIORS:
        hint = did_you_mean(str(prior), PRIORS)
        raise UsageError(
            f"unknown prior {prior!r}; expected one of {', '.join(PRIORS)}" + (f"; {hint}" if hint else "")
        )
    low, mode, high = float(interval.low), float(interval.value), float(interval.high)
    width = high - low
    if width == 0:
        return np.full_like(u, low)
    if prior == "triangular":
        rising = low + np.sqrt(u * width * (mode - low))
        falling = high - np.sqrt((1 - u) * width * (high - mode))
        found = np.where(u * width < mode - low, rising, falling)
    elif prior == "log_uniform" and low > 0:
        found = low * (high / low) ** u
    elif prior == "log_uniform" and high < 0:
        found = high * (low / high) ** (1 - u)
    elif prior == "arcsine":
        found = low + width * np.sin(np.pi / 2 * u) ** 2
    elif prior == "half":
        found = (low + mode) / 2 + u * (width / 2)
    else:
        found = low + u * width
    return np.clip(found, low, high)
