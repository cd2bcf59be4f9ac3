"""Total importance: how much of an output's variance is left when only some parameters are drawn again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.ensemble.recipes import Recipe
    from detente.conclusions.robustness.outputs import Output

    Floats = NDArray[np.float64]
    Values = dict[str, Floats]

__all__ = ["Population", "by_salib", "jansen", "sobol_draws"]

#: Attempts to draw a parameter again inside the region before a draw is left as it is.
_ATTEMPTS = 200
#: Samples with replacement that tell the error of a total index.
_RESAMPLES = 100


@dataclass(frozen=True, eq=False)
class Population:
    """The draws that count: those of a recipe that its constraints keep, each with the probability of a weight.

    ``weight`` maps values and their number to probabilities; None keeps all.
    """

    recipe: Recipe
    weight: Callable[[Values, int], Floats] | None = None

    def keeps(self, values: Values, n: int, rng: Any) -> NDArray[np.bool_]:
        """Return which draws count."""
        import numpy as np

        met = self.recipe.met(values, n)
        kept = np.ones(n, dtype=bool) if met is None else np.asarray(met)
        if self.weight is not None:
            kept = kept & (rng.random(n) < self.weight(values, n))
        return kept

    @property
    def everything(self) -> bool:
        """Whether every draw counts."""
        return self.recipe.allowed is None and self.weight is None

    def again(self, values: Values, names: Sequence[str], rng: Any) -> tuple[Values, float]:
        """Return the draws with some parameters drawn again, the others as they are, and the share that stayed.

        A new value is drawn from the prior until the draw counts again, so it has the distribution that the parameter
        has given the others.
        """
        import numpy as np

        from detente.conclusions.ensemble._priors import quantile

        recipe = self.recipe
        n = len(next(iter(values.values())))
        found = {name: each.copy() if name in names else each for name, each in values.items()}
        left = np.arange(n)
        for _ in range(_ATTEMPTS):
            trial = {name: each[left] for name, each in values.items()}
            for name in names:
                u = (rng.integers(0, 2**52, len(left), dtype=np.uint64).astype(np.float64) + 0.5) * 2.0**-52
                trial[name] = quantile(recipe.laws[name], recipe.box[name], u)
            good = self.keeps(trial, len(left), rng)
            for name in names:
                found[name][left[good]] = trial[name][good]
            left = left[~good]
            if not len(left):
                break
        return found, len(left) / n


def jansen(y: NDArray[Any], other: NDArray[Any], classes: int = 0) -> tuple[float, float] | None:
    """Return the total index from outputs before and after some parameters were drawn again, and its error.

    Parameters
    ----------
    y, other : (n,) arrays
        Numbers, or class positions below ``classes``.
    classes : int
        0 for numbers.

    Returns
    -------
    (index, error), or None where the output does not vary.

    Notes
    -----
    Half the mean squared difference divided by the variance (Jansen 1999). For classes, with indicators added up, that
    is the chance that the class changes, divided by one minus the sum of squared shares. Within a region, or with
    constraints, the index is E[Var(y | others)]/Var(y) for the distribution there (Kucherenko et al. 2012).

    References
    ----------
    M. J. W. Jansen (1999), "Analysis of variance designs for model output", Computer Physics Communications 117.
    S. Kucherenko, S. Tarantola and P. Annoni (2012), "Estimation of global sensitivity indices for models with
    dependent variables", Computer Physics Communications 183.

    Examples
    --------
    >>> import numpy as np
    >>> jansen(np.array([0, 1, 0, 1]), np.array([0, 1, 1, 0]), 2)[0]
    1.0
    """
    import numpy as np

    if classes:
        shares = np.bincount(y, minlength=classes) / len(y)
        square = float((shares**2).sum())
        variance = 1 - square
        spread = variance - 2 * (shares[y] - square)
        moved = (y != other).astype(np.float64)
    else:
        numbers = np.asarray(y, dtype=np.float64)
        spread = (numbers - numbers.mean()) ** 2
        variance = float(spread.mean())
        moved = (numbers - np.asarray(other, dtype=np.float64)) ** 2 / 2
    if variance <= 1e-300:
        return None
    index = float(moved.mean()) / variance
    return index, math.sqrt(float((moved - index * spread).var()) / len(y)) / variance


def sobol_draws(recipe: Recipe, names: Sequence[str], base: int, seed: int) -> tuple[Values, int]:
    """Return the draws of SALib's Sobol design, and how many they are."""
    import numpy as np

    from detente.conclusions.ensemble._priors import quantile

    points = _design(len(names), base, seed)
    n = len(points)
    values = {name: np.full(n, float(interval.value)) for name, interval in recipe.box.items() if name not in names}
    for column, name in enumerate(names):
        values[name] = quantile(recipe.laws[name], recipe.box[name], points[:, column])
    return values, n


@lru_cache(maxsize=4)
def _design(count: int, base: int, seed: int) -> Floats:
    """Return the points of SALib's Sobol design, which games with as many parameters have in common."""
    import numpy as np
    from SALib.sample import sobol as design

    problem = {"num_vars": count, "names": [f"x{k}" for k in range(count)], "bounds": [[0.0, 1.0]] * count}
    points: Floats = np.clip(design.sample(problem, base, calc_second_order=False, seed=seed), 2.0**-53, 1 - 2.0**-53)
    points.flags.writeable = False
    return points


def by_salib(
    drawn: tuple[Values, int], output: Output, names: Sequence[str], seed: int
) -> dict[str, tuple[float, float]]:
    """Return the total index of each parameter from :func:`sobol_draws` and its error.

    For numbers and yes-or-no outputs, and draws without constraints and regions: the points are a scrambled Sobol
    sequence, so the indices are sharper than those of independent draws. These are the numbers of SALib's ``analyze``
    without its indices of first order, which are found from other draws here; the error is that of 100 samples of
    groups of draws, with replacement.
    """
    import numpy as np
    from SALib.analyze.sobol import separate_output_values, total_order

    y = output(*drawn).astype(np.float64)
    if float(np.ptp(y)) == 0:
        return {}
    groups = len(y) // (len(names) + 2)
    y = (y - y.mean()) / y.std()
    first, second, changed, _ = separate_output_values(y, len(names), groups, calc_second_order=False)
    sampled = np.random.default_rng(seed + 1).integers(groups, size=(groups, _RESAMPLES))
    firsts, seconds = first[sampled], second[sampled]
    return {
        name: (
            float(total_order(first, changed[:, k], second)),
            float(total_order(firsts, changed[sampled, k], seconds).std(ddof=1)),
        )
        for k, name in enumerate(names)
    }
