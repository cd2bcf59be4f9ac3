"""Uniform random numbers block by block, and the Gaussian copula that joins them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["BLOCK", "correlated", "correlation_factor", "uniform_blocks"]

#: Draws of a logical block.
BLOCK = 8192
#: The most that SciPy can fast-forward; a sequence of four billion points.
_SOBOL_BITS = 32


def uniform_blocks(rows: int, seed: int, first: int, last: int, method: str) -> Iterator[Floats]:
    """Yield the uniform numbers in (0, 1) of each block: (rows, 8192)."""
    import numpy as np

    sequence = _sobol(rows, np.random.SeedSequence(seed), first) if method == "sobol" and rows else None
    for block in range(first, last):
        net = sequence
        if method == "nets" and rows:
            net = _sobol(rows, np.random.SeedSequence(seed, spawn_key=(block,)), 0)
        if net is not None:
            # Points are multiples of 2**-32; half a step more, and none is 0.
            yield net.random(BLOCK).T + 0.5 ** (_SOBOL_BITS + 1)
            continue
        generator = np.random.Generator(np.random.Philox(key=np.array([seed, block], dtype=np.uint64)))
        # 52 random bits and a half: never 0, never 1.
        u = (generator.integers(0, 2**52, (rows, BLOCK), dtype=np.uint64).astype(np.float64) + 0.5) * 2.0**-52
        if method == "latin":
            u = (np.argsort(generator.random((rows, BLOCK)), axis=1) + u) / BLOCK
        yield u


def _sobol(rows: int, seed: np.random.SeedSequence, first: int) -> Any:
    """Return a scrambled Sobol sequence that stands at the start of a block."""
    import inspect

    import numpy as np
    from scipy.stats import qmc

    # SciPy spawns from the seed sequence, which a generator made from a bare key does not have.
    generator = np.random.Generator(np.random.Philox(seed))
    # SciPy renamed the argument in 1.15.
    argument = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    options: Any = {argument: generator}
    sequence = qmc.Sobol(rows, scramble=True, bits=_SOBOL_BITS, **options)
    return sequence.fast_forward(first * BLOCK) if first else sequence


def correlation_factor(
    names: list[str], varied: tuple[str, ...], given: Mapping[tuple[str, str], float] | None
) -> Floats | None:
    """Return L with L L' the correlation matrix over all parameters, or None where nothing is correlated."""
    import numpy as np

    if not given:
        return None
    matrix = np.eye(len(names))
    stated: dict[frozenset[str], float] = {}
    for pair, r in given.items():
        if isinstance(pair, str) or len(pair) != 2 or pair[0] == pair[1]:
            raise UsageError(f"correlation: found {pair!r}; expected a pair of two parameters")
        for name in pair:
            if name not in names:
                hint = did_you_mean(name, names)
                raise UsageError(f"correlation: unknown parameter {name!r}" + (f"; {hint}" if hint else ""))
            if name not in varied:
                raise UsageError(f"correlation: {name} is held fixed; expected a parameter that varies")
        if not -1 <= r <= 1:
            raise UsageError(f"correlation: found {r!r} for {pair[0]} and {pair[1]}; expected a number from -1 to 1")
        if stated.setdefault(frozenset(pair), r) != r:
            raise UsageError(f"correlation: found two numbers for {pair[0]} and {pair[1]}; expected one")
        i, j = names.index(pair[0]), names.index(pair[1])
        matrix[i, j] = matrix[j, i] = r
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -1e-12:
        raise UsageError(
            f"correlation: the stated matrix has the eigenvalue {least:.3g}, so no distribution has it; "
            "expected none below 0; bring the numbers closer to 0"
        )
    return _cholesky(matrix)


def _cholesky(matrix: Floats) -> Floats:
    """Return the lower triangle L with L L' = matrix, which may be singular; in a fixed order of operations."""
    import numpy as np

    root: Floats = np.zeros_like(matrix)
    for j in range(len(matrix)):
        left = matrix[j, j] - sum(root[j, k] ** 2 for k in range(j))
        if left <= 1e-12:
            continue
        root[j, j] = left**0.5
        for i in range(j + 1, len(matrix)):
            root[i, j] = (matrix[i, j] - sum(root[i, k] * root[j, k] for k in range(j))) / root[j, j]
    return root


def correlated(u: Floats, factor: Floats) -> Floats:
    """Return uniform numbers joined by a Gaussian copula."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    # Sums in a fixed order: a matrix product may depend on the number of threads.
    scores = ndtri(u)
    joined = np.zeros_like(scores)
    for i, j in np.argwhere(factor):
        joined[i] += factor[i, j] * scores[j]
    found: Floats = np.clip(ndtr(joined), 2.0**-54, 1 - 2.0**-53)
    return found
