"""Draws of parameters from their intervals: reproducible block by block, whatever the workers and the chunking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble._priors import PRIORS
from detente.conclusions.ensemble.recipes import BLOCK, METHODS, Method, Recipe, block_count
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["BLOCK", "METHODS", "PRIORS", "Draws", "Method", "block_count", "draws"]


@dataclass(frozen=True, eq=False)
class Draws(Mapping[str, "Floats"]):
    """Draws of parameters, one array per name (structure of arrays).

    Attributes
    ----------
    arrays : dict of str to (n,) float64
        Every parameter in table order, those held fixed included; read-only.
    tried : int
        Draws made, those that a constraint rejected included.
    prior, method, seed : how they were made
    blocks : (int, int)
        First and last (excluded) logical block.
    """

    arrays: Mapping[str, Floats]
    tried: int
    prior: Any = "uniform"
    method: str = "philox"
    seed: int = 0
    blocks: tuple[int, int] = (0, 0)
    varied: tuple[str, ...] = field(default=())

    def __getitem__(self, name: str) -> Floats:
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        """The number of parameters; the number of draws is :attr:`n`."""
        return len(self.arrays)

    @property
    def n(self) -> int:
        """The number of draws that satisfy the constraints."""
        return len(next(iter(self.arrays.values()))) if self.arrays else self.tried

    @property
    def rejected(self) -> float:
        """The share of draws that violate a constraint."""
        return 1 - self.n / self.tried if self.tried else 0.0

    @property
    def weights(self) -> None:
        """Draws carry no weights: each counts the same."""
        return

    def select(self, where: Any) -> Draws:
        """Return the draws at an index array, slice or mask; ``tried`` stays."""
        return replace(self, arrays={name: each[where] for name, each in self.arrays.items()})

    def point(self, index: int) -> dict[str, Any]:
        """Return one draw as exact numbers, at the binary values stored, for ``game.at_point``."""
        return {name: Fraction(float(each[index])) for name, each in self.arrays.items()}

    def __eq__(self, other: object) -> bool:
        import numpy as np

        if not isinstance(other, Draws):
            return NotImplemented
        same = list(self) == list(other) and self.tried == other.tried
        return same and all(np.array_equal(each, other[name]) for name, each in self.items())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        made = f"{self.method}, seed {self.seed}, rejected {self.rejected:.3f}"
        return f"<Draws: {self.n} of {len(self)} parameters, {made}>"


def draws(
    parameters: Any,
    n: int,
    prior: Any = "uniform",
    seed: int = 0,
    method: Method = "philox",
    *,
    only: str | Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    constraints: Sequence[Any] = (),
    derived: Mapping[str, Any] | None = None,
    correlation: Mapping[tuple[str, str], float] | None = None,
    given: Mapping[str, Any] | None = None,
    blocks: tuple[int, int] | None = None,
) -> Draws:
    """Draw parameters from their intervals.

    Parameters
    ----------
    parameters : mapping, SymbolicGame or game of a study
        Name to Interval, ``(low, high)`` or ``(low, value, high)``, in table order; from a game also its derived values
        and constraints; from a game of a study also the kinds.
    n : int
        Draws to try; constraints leave fewer.
    prior : str or mapping
        A name of :data:`PRIORS` (``uniform``, ``triangular``, ``log_uniform``, ``arcsine``, ``half``), or a mapping
        from parameter to such a name, others uniform.
    seed : int
        From 0 to 2**64 - 1.
    method : str
        ``philox``: independent draws. ``sobol``: a Sobol sequence with Owen's scrambling. ``latin``: a Latin hypercube
        within each block. ``nets``: a Sobol net of 8,192 points within each block, scrambled anew.
    only : str or sequence of str, optional
        Parameters to vary, the others at their value: names, or ``"figures"`` or ``"judgements"`` with ``kinds``.
    kinds : mapping, optional
        Name to ``figure`` or ``judgement``.
    constraints : sequence, optional
        Conditions (text of the closed grammar, parsed formulas or SymPy) that reject a draw where they fail.
    derived : mapping, optional
        Name to formula of the derived values that constraints use.
    correlation : mapping, optional
        ``{(name, name): r}``: correlations of the normal scores behind the parameters (a Gaussian copula); pairs not
        named are 0. The priors of the single parameters stay as they are.
    given : mapping, optional
        Name to a distribution of its own: an object with ``ppf``, a function of uniform numbers, or a prior's name.
    blocks : (int, int), optional
        Only these logical blocks of the n draws, for workers; joined in order they make the whole.

    Returns
    -------
    Draws

    Raises
    ------
    UsageError
        If an argument is wrong or the stated correlations are those of no distribution.

    Notes
    -----
    Draw k belongs to block ``k // 8192``. The uniform numbers of a block come from the counter-based generator Philox
    keyed by (seed, block) (Salmon et al. 2011), one row of 8,192 per parameter in table order, fixed parameters
    included: so numbers do not depend on workers, on chunking, on n, or on which parameters vary. Uniform numbers
    become values through inverse distribution functions. Sobol points (Joe and Kuo 2008) are one sequence over all
    blocks; nets are scrambled with Philox keyed by (seed, block), so blocks are independent. With constraints,
    correlated draws keep their copula only within what is allowed.

    Cost: about 10 ns per number. The last block is made whole and cut.

    References
    ----------
    J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11.
    S. Joe and F. Y. Kuo (2008), "Constructing Sobol sequences with better two-dimensional projections", SIAM Journal on
    Scientific Computing 30.

    Examples
    --------
    >>> box = {"a": (0, 1), "b": (1, 2, 4)}
    >>> some = draws(box, 10_000, "triangular", constraints=["a + b >= 2"])
    >>> some["b"].min() >= 1, 0 < some.rejected < 1
    (np.True_, True)
    >>> import numpy as np
    >>> bool(np.array_equal(draws(box, 10_000, blocks=(1, 2))["a"], draws(box, 10_000)["a"][8192:]))
    True
    """
    import numpy as np

    recipe = Recipe.make(
        parameters, n, prior, seed, method,
        only=only, kinds=kinds, constraints=constraints, derived=derived, correlation=correlation, given=given,
    )  # fmt: skip
    first, last = (0, block_count(n)) if blocks is None else blocks
    if not 0 <= first <= last <= block_count(n):
        raise UsageError(f"blocks: found {blocks!r}; expected a range within 0 to {block_count(n)}")
    made: list[dict[str, Floats]] = []
    tried = 0
    for u in recipe.uniforms(first, last):
        here = u.shape[1]
        tried += here
        values = recipe.values(u)
        keep = recipe.met(values, here)
        made.append(values if keep is None else {name: each[keep] for name, each in values.items()})
    joined = {name: np.concatenate([np.zeros(0), *(part[name] for part in made)]) for name in recipe.box}
    for each in joined.values():
        each.flags.writeable = False
    return Draws(joined, tried, prior, method, seed, (first, last), recipe.varied)
