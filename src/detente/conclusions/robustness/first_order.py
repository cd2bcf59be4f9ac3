"""First-order importance: how much of an output's variance the mean given one parameter explains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["BINS", "equal_count_bins", "first_order"]

#: Equal-count bins of a parameter.
BINS = 20


def equal_count_bins(x: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """Return the bin of each value when they are sorted and cut into bins of equal count (to one value).

    Examples
    --------
    >>> import numpy as np
    >>> equal_count_bins(np.array([3.0, 9.0, 1.0, 4.0]), 2).tolist()
    [0, 1, 0, 1]
    """
    import numpy as np

    place = np.empty(len(x), dtype=np.int64)
    place[np.argsort(x, kind="stable")] = np.arange(len(x))
    return place * bins // max(1, len(x))


def first_order(
    x: Floats, y: NDArray[Any], classes: int = 0, place: NDArray[Any] | None = None
) -> tuple[float, float] | None:
    r"""Return the first-order index of a parameter and its sampling error.

    Parameters
    ----------
    x : (n,) array
        The parameter.
    y : (n,) array
        The output: numbers, or class positions below ``classes``.
    classes : int
        How many classes there are; 0 for numbers.
    place : (n,) array, optional
        The bins of x, where they are known already.

    Returns
    -------
    (index, error), or None where the output does not vary or there are fewer draws than bins.

    Notes
    -----
    The variance of the means of y in 20 equal-count bins of x, divided by the variance of y. For classes, variances of
    the indicators of all classes are added up above and below, so that a class with two values gives the index of its
    indicator. With :math:`m_b` the mean and :math:`s_b^2` the variance in bin b, B bins and :math:`n_b` draws in each,
    the error is that of the delta method to second order, which matters where the slope is zero; the noise in the
    squared gaps themselves is taken off:

    .. math:: \frac{1}{V^2}\Big[\sum_b \frac{4 (m_b - m)^2 s_b^2}{B^2 n_b} - \sum_b \frac{2 s_b^4}{B^2 n_b^2}\Big]

    The index of a parameter without influence is about (B - 1)/n above zero: the bins' own noise.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(0, 1, 2000)
    >>> round(first_order(x, x)[0], 4), round(first_order(x, (x > 0.5).astype(int), 2)[0], 6)
    (0.9975, 1.0)
    """
    import numpy as np

    if len(y) < BINS:
        return None
    place = equal_count_bins(x) if place is None else place.astype(np.int64)
    sizes = np.bincount(place, minlength=BINS).astype(np.float64)
    if classes:
        counts = np.bincount(place * classes + y, minlength=BINS * classes).reshape(BINS, classes)
        means = counts / sizes[:, None]
        whole = counts.sum(axis=0) / len(y)
        variance = 1 - float((whole**2).sum())
        gaps = means - whole
        between = float((sizes / len(y) * (gaps**2).sum(axis=1)).sum())
        # Of the multinomial counts in a bin: along the gaps, and the trace of the squared covariance.
        along = (gaps**2 * means).sum(axis=1) - (gaps * means).sum(axis=1) ** 2
        square = (means**2).sum(axis=1)
        trace = square - 2 * (means**3).sum(axis=1) + square**2
    else:
        numbers = np.asarray(y, dtype=np.float64)
        numbers = numbers - numbers.mean()
        variance = float((numbers**2).mean())
        means = np.bincount(place, numbers, minlength=BINS) / sizes
        own = np.bincount(place, numbers**2, minlength=BINS) / sizes - means**2
        between = float((sizes / len(y) * means**2).sum())
        along, trace = means**2 * own, own**2
    if variance <= 1e-300:
        return None
    second = float((trace / sizes**2).sum())
    noise = max(4 * float((along / sizes).sum()) - 2 * second, second) / BINS**2
    return between / variance, math.sqrt(noise) / variance
