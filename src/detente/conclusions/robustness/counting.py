"""Counting kinds of games over draws, block by block: whole numbers, so the sums depend on nothing but the seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble.recipes import BLOCK, block_count
from detente.conclusions.robustness.together import Together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.ensemble.recipes import Recipe
    from detente.conclusions.robustness.classifier import Classifier

    Arrays = dict[str, NDArray[Any]]

__all__ = ["FIRST_STAGES", "MAX_TRUTHS", "METHOD", "TASKS", "Case", "Job", "combine", "finished", "merged"]

#: How draws are made: evenly spread within each block, so that shares differ little from seed to seed.
METHOD = "nets"
#: Tasks into which a long run is cut at most, or a few more: each is saved as it comes in.
TASKS = 64
#: Stages within the first block, whose ends double from 64 draws on.
FIRST_STAGES = 8
#: Truths that fit beside the code of a draw.
MAX_TRUTHS = 40
#: Bits for a stage, of which there are fewer than two hundred.
_STAGE_BITS = 8
_ROWS = ("case", "stage", "pattern", "code", "count")


@dataclass(frozen=True, eq=False)
class Case:
    """One thing that is counted: what a classifier makes of the draws of a recipe.

    ``rejected`` counts the draws that the constraints reject in place of the others; ``staged`` keeps the counts of
    each stage apart, so that they can be followed as draws come in.
    """

    recipe: int
    classifier: Classifier
    rejected: bool = False
    staged: bool = False


@dataclass(frozen=True, eq=False)
class Job:
    """A run over blocks; called with the number of a task it returns the counts of the task's blocks.

    All recipes share the uniform numbers of a block, so shares under different priors move together. ``step`` is the
    number of blocks in a task; it travels with the job, so that workers cannot cut it in another way.
    """

    recipes: tuple[Recipe, ...]
    cases: tuple[Case, ...]
    step: int
    together: tuple[Together, ...] = field(repr=False)

    @classmethod
    def make(cls, recipes: tuple[Recipe, ...], cases: tuple[Case, ...]) -> Job:
        """Return the job, cut into at most some hundred tasks."""
        made: dict[tuple[int, ...], Together] = {}
        together = []
        for recipe in range(len(recipes)):
            own = [case.classifier for case in cases if case.recipe == recipe and not case.rejected]
            together.append(made.setdefault(tuple(map(id, own)), Together.of(own)))
        return cls(recipes, cases, max(1, block_count(recipes[0].n) // TASKS), tuple(together))

    @property
    def blocks(self) -> int:
        """How many blocks of draws there are."""
        return block_count(self.recipes[0].n)

    @property
    def tasks(self) -> int:
        """How many tasks there are."""
        return -(-self.blocks // self.step)

    def tried_after(self, stage: int) -> int:
        """Return how many draws had been tried at the end of a stage."""
        if stage < FIRST_STAGES:
            return min(self.recipes[0].n, BLOCK >> (FIRST_STAGES - 1 - stage))
        return min(self.recipes[0].n, (stage - FIRST_STAGES + 1) * self.step * BLOCK)

    def __call__(self, task: int) -> Arrays:
        """Return the counts of a task: rows of (case, stage, pattern, code, count), and the draws tried and kept."""
        import numpy as np

        first, last = task * self.step, min(self.blocks, (task + 1) * self.step)
        tried, kept = np.zeros((2, len(self.recipes)), dtype=np.int64)
        wanted = [
            sorted({name for case in self.cases if case.recipe == index for name in case.classifier.names})
            for index in range(len(self.recipes))
        ]
        rows: list[Arrays] = []
        for block, u in enumerate(self.recipes[0].uniforms(first, last), first):
            for index, recipe in enumerate(self.recipes):
                names = {*wanted[index], *(() if recipe.allowed is None else recipe.allowed.names)}
                values = recipe.values(u, sorted(names))
                mask = recipe.met(values, u.shape[1])
                good = np.arange(u.shape[1]) if mask is None else np.flatnonzero(mask)
                bad = np.arange(0) if mask is None else np.flatnonzero(~mask)
                tried[index] += u.shape[1]
                kept[index] += len(good)
                cut = {
                    rejected: values
                    if len(where) == u.shape[1]
                    else {name: each[where] for name, each in values.items()}
                    for rejected, where in ((False, good), (True, bad))
                }
                verdicts = self.together[index](cut[False], len(good))
                for number, case in enumerate(self.cases):
                    where = bad if case.rejected else good
                    if case.recipe == index and len(where):
                        found = case.classifier.classify(cut[True], len(bad)) if case.rejected else next(verdicts)
                        ends = self._stages(block, task, where) if case.staged else [(0, len(where))]
                        at = 0
                        for stage, end in ends:
                            if end > at:
                                rows.append(
                                    _count(case.classifier, number, stage, found.codes[at:end], found.truths[:, at:end])
                                )
                            at = end
        # rows of one block differ all of them
        return {"tried": tried, "kept": kept, **(merged(rows) if last - first > 1 else _joined(rows))}

    def _stages(self, block: int, task: int, where: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Yield the stages of a block and where in it each ends."""
        import numpy as np

        if block:
            yield FIRST_STAGES + task, len(where)
            return
        for stage in range(FIRST_STAGES):
            yield stage, int(np.searchsorted(where, BLOCK >> (FIRST_STAGES - 1 - stage)))


def _count(classifier: Classifier, case: int, stage: int, codes: Any, truths: NDArray[np.bool_]) -> Arrays:
    """Return how often each code comes with each pattern of truths."""
    import numpy as np

    width = len(truths)
    pattern = np.zeros(len(codes), dtype=np.int64)
    for row, each in enumerate(truths):
        pattern |= each.astype(np.int64) << row
    if classifier.size:
        seen = np.flatnonzero(np.bincount(codes, minlength=classifier.size))
        place = np.zeros(classifier.size, dtype=np.int64)
        place[seen] = np.arange(len(seen))
        index = place[codes]
    else:
        seen, index = np.unique(codes, return_inverse=True)
    joint = index.reshape(-1) << width | pattern
    if len(seen) << width <= 1 << 16:
        counts = np.bincount(joint, minlength=len(seen) << width)
        found = np.flatnonzero(counts)
        counts = counts[found]
    else:
        found, counts = np.unique(joint, return_counts=True)
    return {
        "case": np.full(len(found), case),
        "stage": np.full(len(found), stage),
        "pattern": found & ((1 << width) - 1),
        "code": seen[found >> width],
        "count": counts.astype(np.int64),
    }


def _joined(rows: list[Arrays]) -> Arrays:
    """Return rows one after another."""
    import numpy as np

    if not rows:
        return {name: np.zeros(0, dtype=np.int64) for name in _ROWS}
    return {name: np.concatenate([each[name] for each in rows]) for name in _ROWS}


def merged(rows: list[Arrays]) -> Arrays:
    """Return rows with equal keys added up, in the order of case, stage, pattern, code."""
    import numpy as np

    joined = _joined(rows)
    # case and stage are small, so that they fit beside the pattern
    first = (joined["case"] << _STAGE_BITS | joined["stage"]) << MAX_TRUTHS | joined["pattern"]
    order = np.lexsort([joined["code"], first])
    first, code = first[order], joined["code"][order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (first[1:] != first[:-1]) | (code[1:] != code[:-1])
    starts = np.flatnonzero(fresh)
    count = joined["count"][order]
    first = first[starts]
    return {
        "case": first >> _STAGE_BITS + MAX_TRUTHS,
        "stage": first >> MAX_TRUTHS & (1 << _STAGE_BITS) - 1,
        "pattern": first & (1 << MAX_TRUTHS) - 1,
        "code": code[starts],
        "count": np.add.reduceat(count, starts) if len(starts) else count,
    }


def combine(total: Arrays | None, each: Mapping[str, Any]) -> Arrays:
    """Return the counts of two parts of a run together; rows with equal keys are added up by :func:`finished`.

    Now and then they are added up here, so that memory stays within twice what the sums take.
    """
    import numpy as np

    if total is None:
        return {**each, "sorted": np.array(len(each["count"]))}
    rows = _joined([total, dict(each)])
    sums = {"tried": total["tried"] + each["tried"], "kept": total["kept"] + each["kept"]}
    if len(rows["count"]) <= 2 * int(total["sorted"]):
        return {**sums, **rows, "sorted": total["sorted"]}
    rows = merged([rows])
    return {**sums, **rows, "sorted": np.array(len(rows["count"]))}


def finished(total: Mapping[str, Any]) -> Arrays:
    """Return the counts of a run with equal keys added up, in order."""
    return {"tried": total["tried"], "kept": total["kept"], **merged([dict(total)])}
