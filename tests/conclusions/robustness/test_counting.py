"""Counts of parts of a run, against counting the same things one by one."""

from collections import Counter

import numpy as np
import pytest

from detente.conclusions.robustness.counting import combine, finished


def part(rng, size, codes):
    """Return counts with many equal keys, in no order."""
    rows = {
        "case": rng.integers(0, 900, size) // 300,
        "stage": rng.integers(0, 130, size) // 60,
        "pattern": rng.integers(0, 3, size) << 38,
        "code": codes[rng.integers(0, len(codes), size)],
        "count": rng.integers(1, 9, size),
    }
    return {"tried": np.array([size]), "kept": np.array([size // 2]), **rows}


@pytest.mark.parametrize("codes", [np.array([-5, 0, 2**55]), np.array([b"\0\1", b"\1\0", b"zz"])])
def test_parts_of_a_run_add_up_whatever_their_sizes(codes):
    rng = np.random.default_rng(2)
    parts = [part(rng, size, codes) for size in (40, 3, 0, 200, 1, 90, 7)]
    total, longest = None, 0
    for each in parts:
        total = combine(total, each)
        longest = max(longest, len(total["count"]))
    found = finished(total)
    expected: Counter = Counter()
    for each in parts:
        for *key, count in zip(*(each[name].tolist() for name in ("case", "stage", "pattern", "code", "count")), strict=True):
            expected[tuple(key)] += count
    keys = list(zip(*(found[name].tolist() for name in ("case", "stage", "pattern", "code")), strict=True))
    assert keys == sorted(expected)
    assert dict(zip(keys, found["count"].tolist(), strict=True)) == dict(expected)
    assert (found["tried"].tolist(), found["kept"].tolist()) == ([341], [169])
    assert longest < 341
