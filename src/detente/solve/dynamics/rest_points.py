"""All rest points of the replicator dynamic, exactly, each with what the Jacobian says about its stability.

A state rests where all strategies that are present earn the same, so that every support is one linear system.
Eigenvalues outside the support are payoffs less the mean, those inside come from the linearization on the face. How
many have a negative, zero or positive real part is decided exactly. Where some are zero the linearization decides
nothing; then evolutionary stability (Taylor and Jonker 1978, Zeeman 1980), the strictness of equilibria of two
populations (Ritzberger and Weibull 1995) and constants of motion decide what they can, and the rest is called
undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, combinations, product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, fraction_of, number_to_json, short
from detente.solve.dynamics._spectrum import Matrix, closed_form, real_part_signs
from detente.solve.dynamics.populations import LONG, Populations, State, populations, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.games.normal import NormalFormGame

__all__ = ["Continuum", "RestPoint", "RestPoints", "jacobian", "rest_points"]

#: Most supports that are looked at.
MAX_SUPPORTS = 20_000


@dataclass(frozen=True)
class RestPoint:
    """A rest point of the replicator dynamic.

    Attributes
    ----------
    state : one distribution per population
    equilibrium : bool
        Whether no strategy would earn more than the mean: rest points on faces need not be equilibria.
    eigenvalues : tuple
        Of the linearization on the state space: SymPy numbers where square roots give them, else complex floats.
    signs : tuple
        How many have a negative, zero, positive real part, decided exactly.
    stability : str
        ``asymptotically stable``, ``unstable``, ``center``, ``not asymptotically stable`` (whether paths stay near is
        open) or ``undecided``.
    reason : str
        What decided.
    isolated : bool
        False at the end of a continuum of rest points.
    """

    state: State
    equilibrium: bool
    eigenvalues: tuple[Any, ...]
    signs: tuple[int, int, int]
    stability: str
    reason: str
    isolated: bool = True

    @property
    def kind(self) -> str:
        """``sink``, ``source``, ``saddle`` or ``center``, with ``spiral`` where eigenvalues are complex; else empty."""
        negative, zero, positive = self.signs
        turning = any(abs(complex(each).imag) > 0 for each in self.eigenvalues)
        if zero:
            return "center" if self.stability == "center" else ""
        name = "saddle" if negative and positive else "source" if positive else "sink"
        return f"spiral {name}" if turning and name != "saddle" else name


@dataclass(frozen=True)
class Continuum:
    """A support that carries infinitely many rest points, and one of them."""

    support: tuple[tuple[str, ...], ...]
    example: State


@dataclass(frozen=True, eq=False)
class RestPoints(Displayed):
    """The rest points alone on their support, and the supports that carry infinitely many; nothing else rests."""

    setting: Populations
    points: tuple[RestPoint, ...]
    continua: tuple[Continuum, ...]

    @property
    def complete(self) -> bool:
        """True where every rest point is listed: no continuum."""
        return not self.continua

    @property
    def attractors(self) -> tuple[RestPoint, ...]:
        """The asymptotically stable rest points."""
        return tuple(each for each in self.points if each.stability == "asymptotically stable")

    def to_json(self) -> dict[str, Any]:
        """Return the rest points as JSON values."""
        return {
            "dynamic": "replicator",
            "populations": self.setting.count,
            "arithmetic": self.setting.game.arithmetic,
            "complete": self.complete,
            "rest_points": [
                {
                    "state": _json_state(self.setting, each.state),
                    "equilibrium": each.equilibrium,
                    "eigenvalues": [_json_eigenvalue(value) for value in each.eigenvalues],
                    "real_parts": dict(zip(("negative", "zero", "positive"), each.signs, strict=True)),
                    "stability": each.stability,
                    "kind": each.kind,
                    "reason": each.reason,
                    "isolated": each.isolated,
                }
                for each in self.points
            ],
            "continua": [
                {"support": [list(own) for own in each.support], "example": _json_state(self.setting, each.example)}
                for each in self.continua
            ],
        }

    def table(self) -> Table:
        """Return one rest point per row."""
        rows = tuple(
            (
                self.setting.text(each.state),
                "yes" if each.equilibrium else "no",
                ", ".join(_eigenvalue_text(value) for value in each.eigenvalues),
                " ".join(
                    filter(None, (each.stability, f"({each.kind})" if each.kind not in {"", each.stability} else ""))
                ),
            )
            for each in self.points
        )
        notes = [f"{len(rows)} rest points; every support was examined, signs of eigenvalues are exact."]
        notes.extend(
            f"{self.setting.text(each.state)}: {each.reason}."
            for each in self.points
            if each.signs[1] and each.stability != "unstable"
        )
        for each in self.continua:
            where = " x ".join("{" + ", ".join(own) + "}" for own in each.support)
            notes.append(f"On {where} infinitely many states rest, such as {self.setting.text(each.example)}.")
        heads = ("rest point", "equilibrium", "eigenvalues", "stability")
        return Table("rest points of the replicator dynamic", heads, rows, tuple(notes))


def rest_points(game: NormalFormGame | Populations, count: int | None = None) -> RestPoints:
    """Return all rest points of the replicator dynamic with their stability.

    Parameters
    ----------
    game : NormalFormGame
        Two players. Floats are taken at the exact binary number they store.
    count : 1 or 2, optional
        Populations; see :func:`~detente.solve.dynamics.populations.populations`.

    Raises
    ------
    UsageError
        If there are more than 20,000 supports.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> hawks = NormalFormGame([[[-1, 2], [0, 1]], [[-1, 0], [2, 1]]], strategies=[["hawk", "dove"]] * 2)
    >>> for each in rest_points(hawks).points:
    ...     print(", ".join(map(str, each.state[0])), each.stability)
    1, 0 unstable
    0, 1 unstable
    1/2, 1/2 asymptotically stable
    """
    setting = game if isinstance(game, Populations) else populations(game, count)
    tables = [[[_fraction(each) for each in row] for row in table] for table in setting.tables]
    sizes = setting.sizes
    many = (2 ** sizes[0] - 1) * ((2 ** sizes[-1] - 1) if setting.count == 2 else 1)
    if many > MAX_SUPPORTS:
        raise UsageError(f"found {many} supports; expected at most {MAX_SUPPORTS}")
    alone: list[tuple[tuple[tuple[int, ...], ...], State]] = []
    shared: list[tuple[tuple[int, ...], ...]] = []
    continua: list[Continuum] = []
    for supports in product(*(_subsets(size) for size in sizes)):
        found = _on_supports(setting, tables, supports)
        if found is None:
            continue
        state, unique = found
        if unique:
            alone.append((supports, state))
        else:
            shared.append(supports)
            labels = tuple(
                tuple(own[i] for i in support) for own, support in zip(setting.labels, supports, strict=True)
            )
            continua.append(Continuum(labels, state))
    points = (_judged(setting, tables, supports, state, shared) for supports, state in alone)
    return RestPoints(setting, tuple(points), tuple(continua))


def _subsets(size: int) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(range(size), length) for length in range(1, size + 1))


def _fraction(value: Any) -> Fraction:
    return Fraction(value) if isinstance(value, float) else exact(value)


def _on_supports(
    setting: Populations, tables: list[Matrix], supports: tuple[tuple[int, ...], ...]
) -> tuple[State, bool] | None:
    """Return a rest point with exactly these supports and whether it is the only one; None if there is none."""
    parts = []
    unique = True
    for k in range(setting.count):
        met = supports[-1 - k] if setting.count == 2 else supports[0]  # on whom population k's payoffs depend
        weights, alone = _equalizing([[tables[k][i][j] for j in met] for i in supports[k]])
        if weights is None:
            return None
        unique = unique and alone
        full = [Fraction(0)] * setting.sizes[-1 - k if setting.count == 2 else 0]
        for j, w in zip(met, weights, strict=True):
            full[j] = w
        parts.append(tuple(full))
    return tuple(reversed(parts)), unique


def _equalizing(payoffs: Matrix) -> tuple[list[Fraction] | None, bool]:
    """Return positive weights on the columns that make all rows equally good, and whether they are the only ones."""
    from flint import fmpq, fmpq_mat

    from detente.solve.programs.linear_program import maximize

    width = len(payoffs[0])
    rows = [[a - b for a, b in zip(row, payoffs[0], strict=True)] for row in payoffs[1:]]
    system = [*[[*row, Fraction(0)] for row in rows], [Fraction(1)] * (width + 1)]
    entries = [fmpq(each.numerator, each.denominator) for row in system for each in row]
    reduced, rank = fmpq_mat(len(system), width + 1, entries).rref()
    leads = [next(k for k in range(width + 1) if reduced[row, k] != 0) for row in range(rank)]
    if leads[-1] == width:
        return None, True
    if rank == width:
        weights = [fraction_of(reduced[k, width]) for k in range(width)]
        return (weights, True) if min(weights) > 0 else (None, True)
    # infinitely many solutions: the one whose smallest weight is largest, if that is positive
    best = maximize(
        [0] * width + [1],
        at_most=[[-int(i == k) for k in range(width)] + [1] for i in range(width)],
        bounds=[0] * width,
        equal=[[*row, 0] for row in rows] + [[1] * width + [0]],
        targets=[0] * len(rows) + [1],
    )
    if best.x is None or best.x[-1] <= 0:
        return None, True
    return list(best.x[:-1]), False


def jacobian(setting: Populations, tables: list[Matrix], supports: tuple[tuple[int, ...], ...], state: State) -> Matrix:
    """Return the linearization at a rest point within its face, on moves between each strategy and the last one."""
    blocks = [support[:-1] for support in supports]
    index = [(k, i) for k, block in enumerate(blocks) for i in block]
    found = []
    for k, i in index:
        row = []
        for other, j in index:
            if setting.count == 2 and other == k:
                row.append(Fraction(0))
                continue
            last = supports[other][-1]
            own = state[k]
            # derivative of x_i (pay_i - mean) along e_j - e_last; terms with the common payoff cancel on the face
            change = [line[j] - line[last] for line in tables[k]]
            mean = sum((w * c for w, c in zip(own, change, strict=True)), start=Fraction(0))
            row.append(own[i] * (change[i] - mean))
        found.append(row)
    return found


def _judged(
    setting: Populations,
    tables: list[Matrix],
    supports: tuple[tuple[int, ...], ...],
    state: State,
    shared: list[tuple[tuple[int, ...], ...]],
) -> RestPoint:
    met = (state[0],) if setting.count == 1 else (state[1], state[0])
    pays = [
        [sum((a * w for a, w in zip(row, other, strict=True)), start=Fraction(0)) for row in table]
        for table, other in zip(tables, met, strict=True)
    ]
    outside = [
        own[i] - own[support[0]]
        for own, support in zip(pays, supports, strict=True)
        for i in range(len(own))
        if i not in support
    ]
    inner = jacobian(setting, tables, supports, state)
    negative, zero, positive = real_part_signs(inner)
    signs = (
        negative + sum(each < 0 for each in outside),
        zero + sum(each == 0 for each in outside),
        positive + sum(each > 0 for each in outside),
    )
    # the closure of a continuum: its strategies all earn the same, and nobody plays others
    isolated = not any(
        all(
            set(own) <= set(wide) and len({earned[i] for i in wide}) == 1
            for own, wide, earned in zip(supports, each, pays, strict=True)
        )
        for each in shared
    )
    eigenvalues = [*closed_form(inner), *outside]
    stability, reason = _stability(setting, supports, state, signs, isolated)
    out: Any = (lambda value: value) if setting.exact else _float
    return RestPoint(
        tuple(tuple(out(w) for w in own) for own in state),
        all(each <= 0 for each in outside),
        tuple(out(each) for each in sorted(eigenvalues, key=lambda each: (-complex(each).real, complex(each).imag))),
        signs,
        stability,
        reason,
        isolated,
    )


def _float(value: Any) -> Any:
    number = complex(value)
    return number if number.imag else number.real


def _stability(
    setting: Populations,
    supports: tuple[tuple[int, ...], ...],
    state: State,
    signs: tuple[int, int, int],
    isolated: bool,
) -> tuple[str, str]:
    _, zero, positive = signs
    if positive:
        return "unstable", "an eigenvalue has a positive real part"
    if not zero:
        return "asymptotically stable", "all eigenvalues have a negative real part"
    if not isolated:
        return (
            "not asymptotically stable",
            "it is the end of a continuum of rest points; whether paths stay near is not decided",
        )
    full = all(len(support) == size for support, size in zip(supports, setting.sizes, strict=True))
    if setting.count == 2:
        if full and setting.sizes == (2, 2):
            return "center", "a constant of motion keeps paths on closed curves around it"
        return (
            "not asymptotically stable",
            "an eigenvalue has real part zero, the equilibrium is not strict; whether paths stay near is not decided",
        )
    from detente.solve.two_players.evolutionary_stability import is_ess

    if is_ess(setting.game, list(state[0])).stable:
        return "asymptotically stable", "an eigenvalue has real part zero, but the state is evolutionarily stable"
    if setting.sizes[0] == 2:
        # two strategies: the gain is linear in the share, zero here; not evolutionarily stable, so it does not fall
        return "unstable", "an eigenvalue is zero and the gain of the other strategy grows with its share"
    if full and setting.sizes[0] == 3:
        return "center", "the eigenvalues are imaginary and a constant of motion keeps paths on closed curves around it"
    return "undecided", "an eigenvalue has real part zero and the state is not evolutionarily stable"


def _json_state(setting: Populations, state: State) -> dict[str, dict[str, Any]]:
    return {name: {label: number_to_json(w) for label, w in own.items()} for name, own in setting.named(state).items()}


def _json_eigenvalue(value: Any) -> Any:
    if isinstance(value, complex):
        return {"real": value.real, "imaginary": value.imag}
    if hasattr(value, "is_real") and not value.is_real:
        number = complex(value)
        return {"exact": str(value), "real": number.real, "imaginary": number.imag}
    return number_to_json(value)


def _eigenvalue_text(value: Any) -> str:
    if isinstance(value, complex):
        sign = "+" if value.imag >= 0 else "-"
        return f"{short(value.real, 3)} {sign} {short(abs(value.imag), 3)}i"
    if hasattr(value, "is_real") and not value.is_real:
        text = str(value).replace("I", "i")
        return text if len(text) <= 2 * LONG else _eigenvalue_text(complex(value))
    return readable(value)
