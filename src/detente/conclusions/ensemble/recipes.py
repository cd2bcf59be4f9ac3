"""How draws are made: a recipe that is prepared once, sent to workers, and followed block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from detente.conclusions.ensemble._priors import quantile
from detente.conclusions.ensemble._random_numbers import BLOCK, correlated, correlation_factor, uniform_blocks
from detente.errors import UsageError, did_you_mean
from detente.games.symbolic import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.ensemble.compile import Program

    Floats = NDArray[np.float64]

__all__ = ["BLOCK", "METHODS", "Method", "Recipe", "block_count"]

METHODS = ("philox", "sobol", "latin", "nets")
Method = Literal["philox", "sobol", "latin", "nets"]


def block_count(n: int) -> int:
    """Return how many logical blocks hold n draws."""
    return -(-n // BLOCK)


@dataclass(frozen=True, eq=False)
class Recipe:
    """All that draws depend on, checked and compiled; it can be sent to another process.

    Attributes
    ----------
    box : mapping of str to Interval
        Every parameter in table order, those held fixed included.
    varied : tuple of str
        Those that vary.
    laws : mapping
        The prior of each.
    factor : array or None
        Of the copula that joins them.
    allowed : Program or None
        The constraints as compiled conditions.
    n, seed, method
        As in :func:`~detente.conclusions.ensemble.draws.draws`.
    """

    box: Mapping[str, Interval]
    varied: tuple[str, ...]
    laws: Mapping[str, Any]
    factor: Floats | None
    allowed: Program | None
    n: int
    seed: int
    method: str

    @classmethod
    def make(
        cls,
        parameters: Any,
        n: int,
        prior: Any = "uniform",
        seed: int = 0,
        method: str = "philox",
        *,
        only: str | Sequence[str] | None = None,
        kinds: Mapping[str, str] | None = None,
        constraints: Sequence[Any] = (),
        derived: Mapping[str, Any] | None = None,
        correlation: Mapping[tuple[str, str], float] | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Recipe:
        """Return the recipe of :func:`~detente.conclusions.ensemble.draws.draws`, which documents the arguments."""
        if hasattr(parameters, "symbolic"):
            kinds, parameters = kinds or parameters.kinds, parameters.symbolic
        if hasattr(parameters, "parameters"):
            constraints = (*parameters.constraints, *constraints)
            derived = {**parameters.derived, **(derived or {})}
            parameters = parameters.parameters
        box = {name: Interval.make(each) for name, each in dict(parameters).items()}
        _check(n, seed, method)
        varied = _varied(box, only, kinds)
        laws = _laws(box, prior, given)
        factor = correlation_factor(list(box), varied, correlation)
        return cls(box, varied, laws, factor, _constraint(constraints, derived, box), n, seed, method)

    def uniforms(self, first: int, last: int) -> Iterator[Floats]:
        """Yield the uniform numbers of each block: (parameters, draws), the last block cut."""
        for block, u in enumerate(uniform_blocks(len(self.box), self.seed, first, last, self.method), first):
            yield u[:, : self.n - block * BLOCK]

    def values(self, u: Floats, names: Iterable[str] | None = None) -> dict[str, Floats]:
        """Return the parameters, by default all, that uniform numbers become."""
        import numpy as np

        joined = u if self.factor is None else correlated(u, self.factor)
        rows = {name: row for row, name in enumerate(self.box)}
        return {
            name: quantile(self.laws[name], self.box[name], joined[rows[name]])
            if name in self.varied
            else np.full(u.shape[1], float(self.box[name].value))
            for name in (self.box if names is None else names)
        }

    def met(self, values: Mapping[str, Floats], n: int) -> Any:
        """Return which of n draws satisfy every constraint, or None where there is no constraint."""
        import numpy as np

        if self.allowed is None:
            return None
        return np.logical_and.reduce([np.broadcast_to(each, n) for each in self.allowed(values)])


def _check(n: int, seed: int, method: str) -> None:
    if isinstance(n, bool) or not hasattr(n, "__index__") or n < 0:
        raise UsageError(f"n: found {n!r}; expected the number of draws, at least 0")
    if isinstance(seed, bool) or not hasattr(seed, "__index__") or not 0 <= seed < 2**64:
        raise UsageError(f"seed: found {seed!r}; expected an integer from 0 to 2**64 - 1")
    if method not in METHODS:
        raise UsageError(f"unknown method {method!r}; expected one of {', '.join(METHODS)}")


def _varied(
    box: Mapping[str, Interval], only: str | Sequence[str] | None, kinds: Mapping[str, str] | None
) -> tuple[str, ...]:
    """Return the parameters that vary, in table order."""
    if only is None:
        return tuple(box)
    if isinstance(only, str) and only in {"figures", "judgements"}:
        if kinds is None:
            raise UsageError(
                f"only: found {only!r} without kinds; expected kinds, a mapping from each parameter to its kind"
            )
        return tuple(name for name in box if kinds.get(name) == only.removesuffix("s"))
    names = [only] if isinstance(only, str) else list(only)
    for name in names:
        _known(name, box, "only")
    return tuple(name for name in box if name in names)


def _known(name: str, box: Mapping[str, Any], where: str) -> None:
    if name not in box:
        hint = did_you_mean(name, box)
        raise UsageError(f"{where}: unknown parameter {name!r}" + (f"; {hint}" if hint else ""))


def _laws(box: Mapping[str, Interval], prior: Any, given: Mapping[str, Any] | None) -> dict[str, Any]:
    own: dict[str, Any] = dict(prior) if isinstance(prior, Mapping) else {}
    default = "uniform" if isinstance(prior, Mapping) else prior
    own.update(given or {})
    for name in own:
        _known(name, box, "prior")
    laws = {name: own.get(name, default) for name in box}
    import numpy as np

    for name, law in laws.items():
        sample = quantile(law, box[name], np.array([0.25, 0.75]))
        if sample.shape != (2,) or not np.isfinite(sample).all():
            raise UsageError(
                f"the distribution of {name} gives {sample!r} for two uniform numbers; expected two values"
            )
    return laws


def _constraint(
    constraints: Sequence[Any], derived: Mapping[str, Any] | None, box: Mapping[str, Interval]
) -> Program | None:
    if not constraints:
        return None
    from detente.conclusions.ensemble.compile import compiled

    return compiled(list(constraints), derived or {}, tuple(box), condition=True)
