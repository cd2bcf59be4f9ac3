"""What drives an output: first-order and total importance of every parameter, and of kinds of parameters together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble.recipes import Recipe, block_count
from detente.conclusions.robustness.classifier import reader_of
from detente.conclusions.robustness.counting import METHOD
from detente.conclusions.robustness.evidence import Given
from detente.conclusions.robustness.first_order import BINS, equal_count_bins, first_order
from detente.conclusions.robustness.outputs import Seen, output_of
from detente.conclusions.robustness.total_order import Population, by_salib, jansen, sobol_draws
from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.formula import symbol
from detente.games.symbolic import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.robustness.classifier import Classifier, Subject
    from detente.conclusions.robustness.outputs import Output

    Floats = NDArray[np.float64]
    Values = dict[str, Floats]

__all__ = ["FAMILIES", "GROUPS", "Importance", "Index", "importance_of"]

#: Groups of parameters whose share of the variance is told.
GROUPS = {
    "figures": "figures of documents",
    "judgements": "judgements",
    "derived": "through derived values only",
}
#: Outputs with several values, in words.
FAMILIES = {
    "set": "the set of equilibria",
    "class": "the class of the game",
    "selected": "the selected equilibrium",
    "highest": "the action most choose when all start from the highest",
    "lowest": "the action most choose when all start from the lowest",
}
#: Draws of which the total index is made.
_BASE = 8192
#: Standard error of an index above which it is not printed, and what is printed in its place.
_BLURRED = 0.1
_UNCLEAR = "unclear"
#: Draws within a region below which indices say too little.
_FEW = 200


@dataclass(frozen=True)
class Index:
    """The importance of a parameter, derived value or group for an output.

    Attributes
    ----------
    output : str
    name : str
        The parameter, the derived value, or the group.
    kind : str
        ``figure``, ``judgement``, ``derived`` or ``group``; blank where kinds are not known.
    first, first_error : float or None
        Share of the variance that it explains alone. None where the output does not vary.
    total, total_error : float or None
        Share that is left when everything else is known: alone and through interactions. None for derived values, which
        cannot be drawn again.
    """

    output: str
    name: str
    kind: str
    first: float | None
    first_error: float | None
    total: float | None
    total_error: float | None


@dataclass(frozen=True)
class Importance(Displayed):
    """Importance of parameters for outputs.

    Attributes
    ----------
    indices : tuple of Index
        Parameters and derived values, per output by total importance.
    groups : tuple of Index
    prior : str
    region : str or None
        The condition within which it holds.
    draws : int
        Draws that counted for the first order; the totals rest on fewer, some thousands per parameter.
    variances : mapping
        Output to its variance: of a number, or one minus the sum of the squared shares of classes.
    notes : tuple of str
    """

    indices: tuple[Index, ...]
    groups: tuple[Index, ...]
    prior: str
    region: str | None
    draws: int
    variances: Mapping[str, float]
    notes: tuple[str, ...] = field(default=())

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs, in the order in which they were asked for."""
        return tuple(self.variances)

    def of(self, output: str) -> tuple[Index, ...]:
        """Return the indices for an output, the most important parameter first."""
        return tuple(each for each in self.indices if each.output == output)

    def tables(self, most: int = 8) -> tuple[Table, ...]:
        """Return, for each output, the parameters that matter most, and the groups."""
        found = []
        still = [output for output in self.outputs if not self.variances[output]]
        for output in self.outputs:
            if output in still and len(self.outputs) > 1:
                continue
            own = self.of(output)
            shown = [each for each in own if each.kind != "derived"][:most]
            values = [each for each in own if each.kind == "derived" and (each.first or 0) >= 0.01]
            values = sorted(values, key=lambda each: -(each.first or 0))[:most]
            groups = [each for each in self.groups if each.output == output]
            rows = [
                (each.name, each.kind, _pm(each.first, each.first_error), _pm(each.total, each.total_error))
                for each in (*shown, *values)
            ]
            rows += [
                (GROUPS[each.name], "together", _pm(each.first, each.first_error), _pm(each.total, each.total_error))
                for each in groups
            ]
            where = "" if self.region is None else f" given {self.region}"
            note = (
                f"{self.prior} prior, {self.draws:,} draws. Alone: variance of the means of {BINS} equal-count bins "
                "over the variance. Total: what is left when all else is known."
            )
            if not self.variances[output]:
                rows, note = [], f"It does not vary in {self.draws:,} draws."
            unclear = any(_UNCLEAR in row for row in rows)
            left = len(own) - len(values) - len(shown)
            more = (f"{left} more matter less.",) if rows and left > 0 else ()
            if unclear:
                more = (*more, f"{_UNCLEAR}: the standard error is above {_BLURRED}; it varies in too few draws.")
            found.append(
                Table(
                    f"what drives {FAMILIES.get(output, output)}{where}",
                    ("parameter", "kind", "alone", "total"),
                    tuple(rows),
                    (note, *more, *self.notes),
                )
            )
        if still and len(self.outputs) > 1:
            note = f"In {self.draws:,} draws under the {self.prior} prior, so that nothing drives it."
            found.append(Table("what does not vary", ("conclusion",), tuple((output,) for output in still), (note,)))
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """Return the indices as JSON."""
        return {
            "importance": [
                {
                    "output": each.output, "parameter": each.name, "kind": each.kind, "first": each.first,
                    "first_error": each.first_error, "total": each.total, "total_error": each.total_error,
                }
                for each in self.indices
            ],
            "variance": [
                {
                    "output": each.output, "group": each.name, "first": each.first, "first_error": each.first_error,
                    "total": each.total, "total_error": each.total_error,
                }
                for each in self.groups
            ],
        }  # fmt: skip

    def to_frame(self) -> Any:
        """Return all indices as a pandas frame, groups last."""
        import pandas as pd

        return pd.DataFrame([vars(each) for each in (*self.indices, *self.groups)])

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return self.tables()


def _pm(value: float | None, error: float | None) -> str:
    """Return a share of the variance with its error; estimates beyond 0 and 1 are brought back to what one can be."""
    if value is None or error is None:
        return ""
    return f"{min(1.0, max(0.0, value)):.3f} ± {error:.3f}" if error <= _BLURRED else _UNCLEAR


def importance_of(
    subject: Subject,
    outputs: Sequence[str],
    *,
    draws: int = 100_000,
    seed: int = 0,
    prior: str = "uniform",
    region: Given | str | None = None,
    kinds: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
    laws: Mapping[str, Any] | None = None,
) -> Importance:
    """Return how important parameters are for outputs of a game.

    Parameters
    ----------
    subject : Subject
    outputs : sequence of str
        Families (``set``, ``class``, ``selected``), conclusions, or ``value:NAME`` for the number of a named formula.
    draws, seed, prior
        As for shares; the first ``draws`` of the same draws.
    region : Given or str, optional
        A condition: importance within it.
    kinds : mapping, optional
        Parameter to ``figure`` or ``judgement``: then the groups are told.
    only : sequence of str, optional
        Parameters that vary; by default all that are not held.
    laws : mapping, optional
        Parameter to a distribution of its own, in place of the prior.

    Raises
    ------
    UsageError
        If an output or the region is not understood, or too few draws lie in the region.

    Notes
    -----
    First order: :func:`~detente.conclusions.robustness.first_order.first_order`, with 20 equal-count bins. Total: pick
    and freeze, by SALib's Sobol design where all draws count and the output is a number or yes-or-no, else by
    :func:`~detente.conclusions.robustness.total_order.jansen` with parameters drawn again until the draw lies in the
    region. Of a group, *alone* is one minus the total of all other parameters. Cost: one classification per draw, and
    some thousands per parameter; memory linear in ``draws``.
    """
    import numpy as np

    classifier = subject.classifier
    seen = Seen(classifier)
    chosen = [output_of(classifier, name, seen) for name in dict.fromkeys(outputs)]
    condition = Given.that(region) if isinstance(region, str) else region
    for statement in () if condition is None else condition.statements:
        classifier.check(statement)
    free = tuple(name for name in subject.box if name not in subject.held and (only is None or name in only))
    if not free:
        none = dict.fromkeys((output.name for output in chosen), 0.0)
        return Importance((), (), prior, None if condition is None else condition.name, draws, none)
    box = {
        name: Interval(subject.held[name], subject.held[name], subject.held[name]) if name in subject.held else each
        for name, each in subject.box.items()
    }
    recipe = Recipe.make(
        box, draws, prior, seed, METHOD,
        only=list(free), constraints=subject.constraints, derived=subject.derived, given=laws,
    )  # fmt: skip
    population = Population(recipe, None if condition is None else _weight(classifier, condition))
    values = _drawn(population, seed)
    n = len(next(iter(values.values())))
    if n < _FEW:
        raise UsageError(
            f"found {n} of {draws} draws in the region; importance needs {_FEW}; draw more, or widen the region"
        )
    # Only what the game reads can matter, and what constraints read through what they rule out.
    names = tuple(name for name in free if name in classifier.names or _reads(recipe, name))
    derived = _derived(subject, values, n, names)
    rng = np.random.Generator(np.random.Philox(key=np.array([seed, 2**63], dtype=np.uint64)))
    base = {name: each[:_BASE] for name, each in values.items()}
    groups = _groups(subject, names, kinds)
    redrawn: dict[frozenset[str], tuple[Values, float]] = {}
    notes: list[str] = []
    # Sorted once for all outputs; bins are fewer than 256.
    places = {name: equal_count_bins(values[name]).astype(np.uint8) for name in names}

    def again(some: Sequence[str]) -> Values:
        key = frozenset(some)
        if key not in redrawn:
            redrawn[key] = population.again(base, some, rng)
            stuck = redrawn[key][1]
            if stuck > 0.001:
                notes.append(f"{stuck:.1%} of the draws left no room to draw {', '.join(some[:3])} again")
        return redrawn[key][0]

    design: tuple[Values, int] | None = None
    indices: list[Index] = []
    grouped: list[Index] = []
    variances: dict[str, float] = {}
    for output in chosen:
        y = output(values, n)
        before = y[: len(next(iter(base.values())))]
        totals: dict[frozenset[str], tuple[float, float] | None] = {}

        def total(some: Sequence[str], output: Output = output, before: Any = before, totals: Any = totals) -> Any:
            key = frozenset(some)
            if key not in totals:
                after = output(again(some), len(before)) if some else before
                totals[key] = jansen(before, after, 0 if output.numeric else max(1, len(output.labels)))
            return totals[key]

        count = 0 if output.numeric else len(output.labels)
        variances[output.name] = float(np.var(y)) if output.numeric else _spread(y, count)
        firsts = {name: first_order(values[name], y, count, place=places[name]) for name in names}
        sharp = {}
        if population.everything and names and (output.numeric or count == 2):
            design = design or sobol_draws(recipe, names, _BASE // 2, seed)
            sharp = by_salib(design, output, names, seed)
        own = []
        for name in names:
            first = firsts[name] or (None, None)
            whole = sharp.get(name) or total((name,)) or (None, None)
            own.append(Index(output.name, name, (kinds or {}).get(name, ""), first[0], first[1], whole[0], whole[1]))
        own.sort(key=lambda each: (-(each.total or 0), -(each.first or 0)))
        for name, x in derived.items():
            first = first_order(x, y, count) or (None, None)
            own.append(Index(output.name, name, "derived", first[0], first[1], None, None))
        indices += own
        for group, members in groups.items():
            rest = [name for name in names if name not in members]
            whole, others = total(members) or (None, None), total(rest)
            alone = (None, None) if others is None else (1 - others[0], others[1])
            grouped.append(Index(output.name, group, "group", alone[0], alone[1], whole[0], whole[1]))
    return Importance(
        tuple(indices), tuple(grouped), prior, None if condition is None else condition.name, n, variances, tuple(notes)
    )


def _spread(y: NDArray[Any], classes: int) -> float:
    import numpy as np

    shares = np.bincount(y, minlength=classes) / len(y)
    return float(1 - (shares**2).sum()) if len(np.flatnonzero(shares)) > 1 else 0.0


def _reads(recipe: Recipe, name: str) -> bool:
    return recipe.allowed is not None and name in recipe.allowed.names


def _weight(classifier: Classifier, condition: Given) -> Any:
    """Return a function from draws to the probability with which each counts under a condition."""
    import numpy as np

    def weight(values: Values, n: int) -> Floats:
        found = classifier.classify(values, n)
        codes, index = np.unique(found.codes, return_inverse=True)
        reader = reader_of(classifier, codes)
        total = np.zeros(n)
        for each, statement in condition.mixture:
            if statement in classifier.truths:
                total += float(each) * found.truths[classifier.truths.index(statement)]
            else:
                total += float(each) * reader(statement)[index.reshape(-1)] if n else 0.0
        return total

    return weight


def _drawn(population: Population, seed: int) -> Values:
    """Return the draws that count."""
    import numpy as np

    recipe = population.recipe
    rng = np.random.Generator(np.random.Philox(key=np.array([seed, 2**63 + 1], dtype=np.uint64)))
    parts: list[Values] = []
    for u in recipe.uniforms(0, block_count(recipe.n)):
        values = recipe.values(u)
        kept = population.keeps(values, u.shape[1], rng)
        parts.append({name: each[kept] for name, each in values.items()})
    return {name: np.concatenate([part[name] for part in parts]) for name in recipe.box}


def _derived(subject: Subject, values: Values, n: int, read: Sequence[str]) -> dict[str, Floats]:
    """Return the derived values that vary with something that the game reads; others could matter by chance only."""
    import numpy as np

    from detente.conclusions.ensemble.compile import compiled

    names = tuple(subject.derived)
    program = compiled([symbol(name) for name in names], subject.derived, tuple(subject.box))
    found = {
        name: np.broadcast_to(np.asarray(each, dtype=float), n)
        for name, each in zip(names, program(values), strict=True)
    }
    reached = set(read)
    for name in names:  # in order: a derived value may use earlier ones
        if {each.name for each in subject.derived[name].free_symbols} & reached:
            reached.add(name)
    return {name: each for name, each in found.items() if name in reached and n and np.ptp(each) > 0}


def _groups(subject: Subject, names: Sequence[str], kinds: Mapping[str, str] | None) -> dict[str, list[str]]:
    if kinds is None:
        return {}
    found = {
        "figures": [name for name in names if kinds.get(name) == "figure"],
        "judgements": [name for name in names if kinds.get(name) == "judgement"],
    }
    if subject.direct is not None and subject.derived:
        found["derived"] = [name for name in names if name not in subject.direct and name in subject.classifier.names]
    return found
