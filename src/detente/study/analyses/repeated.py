"""Analyses of repeated games and of chains of opponents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.numbers import plain, short
from detente.study.analyses import Analysis
from detente.study.forms.repeated import discount_factors, repeated_variant

if TYPE_CHECKING:
    from detente.games.normal import NormalFormGame
    from detente.solve.repeated.factor_sets import FactorInterval
    from detente.solve.repeated.monitoring_result import MonitoredTrigger
    from detente.study.analyses import Task
    from detente.study.forms.repeated import Repetition
    from detente.study.model import Point

__all__ = ["ANALYSES"]


def _discount_factors(task: Task) -> list[Table]:
    return [discount_factors(task.model, point, task.question.variant).table() for point in task.points]


@dataclass(frozen=True)
class _Repeated:
    """The game that a repeated variant repeats, at a point: with its target, its punishment, its factors."""

    stage: NormalFormGame
    repetition: Repetition
    target: tuple[int, ...]
    punishment: tuple[int, ...] | None
    factors: dict[str, Any]

    @classmethod
    def of(cls, task: Task, point: Point) -> _Repeated:
        repetition: Repetition = repeated_variant(task.model, task.question.variant).data
        stage = task.model.at(point, task.kind)
        target = stage.profile_index(repetition.target) if repetition.target else (0,) * len(stage.players)
        punishment = stage.profile_index(repetition.punishment) if repetition.punishment else None
        own = discount_factors(task.model, point, task.question.variant, task.kind).values
        return cls(stage, repetition, target, punishment, own)

    def trigger(self, false_alarm: Any, detection: Any) -> MonitoredTrigger:
        from detente.solve.repeated.monitoring import monitored_trigger

        return monitored_trigger(
            self.stage, self.target, self.punishment, false_alarm=false_alarm, detection=detection
        )

    def compared(self) -> list[Any]:
        """The factors to compare, then the study's own where it is one more."""
        own = set(self.factors.values())
        return [*self.repetition.compare, *(each for each in own if len(own) == 1 and each not in self.repetition.compare)]


def _punishment_lengths(task: Task) -> list[Table]:
    tables = []
    for point in task.points:
        at = _Repeated.of(task, point)
        seen = at.trigger(0, 1)
        rows = []
        for factor in at.compared():
            found = seen.least_periods(factor)
            rows.append((plain(factor), *map(_length, found.values()), _length(_longest(found))))
        ratios = ", ".join(
            f"{short(seen.gain[name], 4)}/{short(seen.loss[name], 4)} for {name}" for name in seen.players if seen.gain[name] > 0
        )
        note = (
            f"n years deter if delta + ... + delta**n >= gain/loss ({ratios or 'nobody gains'}): the least n is "
            "log(1 - (1 - delta)/delta * gain/loss)/log(delta), rounded up; none where the logarithm does not exist."
        )
        columns = ("discount factor", *at.stage.players, "both")
        tables.append(Table(f"least length of a punishment at {point.name}", columns, tuple(rows), (note,)))
    return tables


def _longest(found: dict[str, int | None]) -> int | None:
    lengths = list(found.values())
    return None if None in lengths else max(each for each in lengths if each is not None)


def _length(value: int | None) -> str:
    return "none" if value is None else str(value)


def _monitoring(task: Task) -> list[Table]:
    tables = []
    for point in task.points:
        at = _Repeated.of(task, point)
        rows = []
        for false_alarm, detection in at.repetition.signals:
            found = at.trigger(false_alarm, detection)
            weights = {name: found.least_weight(name) for name in found.players}
            least = [found.least_periods(factor) for factor in at.compared()]
            rows.append(
                (
                    f"{plain(false_alarm)}, {plain(detection)}",
                    *("never" if each is None else short(each, 4) for each in weights.values()),
                    *(_length(_longest(each)) for each in least),
                    "none" if found.factors.overall is None else short(found.factors.overall, 4),
                    *(_never(each) for each in found.critical_detection().values()),
                )
            )
        note = (
            "A bad signal starts n years of the punishment. n years deter if delta + ... + delta**n is at least the weight, "
            "gain/((p1 - p0)*loss - p0*gain); not even for ever is enough where that is not positive. Patience cannot mend a signal "
            "with a detection p1 below p0*(1 + gain/loss), in the last columns."
        )
        columns = (
            "false alarm, detection",
            *(f"weight for {name}" for name in at.stage.players),
            *(f"least n at {plain(factor)}" for factor in at.compared()),
            "for ever from",
            *(f"least detection, {name}" for name in at.stage.players),
        )
        tables.append(Table(f"triggers under noisy signals at {point.name}", columns, tuple(rows), (note,)))
    return tables


def _never(value: Any) -> str:
    return "never" if value is None else short(value, 4)


def _penal_codes(task: Task) -> list[Table]:
    # every study is read with this module: NumPy has to wait
    from detente.solve.repeated.penal_codes import penal_codes

    tables = []
    for point in task.points:
        at = _Repeated.of(task, point)
        found = penal_codes(at.stage, at.target)
        own = found.table()
        tables.append(Table(f"{own.title}, at {point.name}", own.columns, own.rows, own.notes))
    return tables


def _renegotiation(task: Task) -> list[Table]:
    from detente.solve.repeated.punishments import replies
    from detente.solve.repeated.renegotiation import renegotiation_proof, renegotiation_target

    tables = []
    for point in task.points:
        at = _Repeated.of(task, point)
        rows = []
        notes = ["Weakly renegotiation-proof: no state is better for everybody than another one (Farrell and Maskin 1989)."]
        for name in at.repetition.strategies or ("grim",):
            bad = replies(at.stage, at.target, at.punishment, name)
            labels = (at.stage.profile_labels(each) for each in (at.target, bad))
            found = renegotiation_proof(at.stage, name, *labels)
            rows.append((name, _intervals(found.perfect), _intervals(found.proof)))
        tables.append(Table(f"renegotiation at {point.name}", ("strategy", "subgame perfect", "and proof"), tuple(rows), tuple(notes)))
        if len(at.stage.players) == 2:
            pays = [at.stage.payoffs[(k, *at.target)] for k in (0, 1)]
            own = renegotiation_target(at.stage, pays).table()
            tables.append(Table(f"{own.title}, at {point.name}", own.columns, own.rows, own.notes))
    return tables


def _intervals(found: tuple[FactorInterval, ...]) -> str:
    def end(value: Any) -> str:
        return plain(value) if len(plain(value)) <= 12 else short(value, 4)

    texts = []
    for each in found:
        if each.low == each.high:
            texts.append(end(each.low))
            continue
        texts.append(f"{'[' if each.low_closed else '('}{end(each.low)}, {end(each.high)}{']' if each.high_closed else ')'}")
    return " and ".join(texts) or "none"


def _chains(task: Task) -> list[Table]:
    """Compare the points, then show each chain that a reputation decides."""
    rows, shown = [], []
    for point in task.points:
        found: Any = task.model.form.solve(task.model, point, task.kind)
        indifferent, cutoff = found.indifferent, found.cutoff(found.opponents)
        rows.append(
            (
                point.name,
                found.kind.replace("_", " "),
                "" if indifferent is None or cutoff is None else _number(indifferent),
                "" if found.kind != "reputation" else str(found.worth),
                "" if cutoff is None else _number(cutoff),
                f"{found.deterred} of {found.opponents}",
                plain(found.largest_gain()),
            )
        )
        if found.kind == "reputation":
            own = found.table()
            shown.append(Table(f"{own.title} at {point.name}", own.columns, own.rows, (*own.notes, *_told(found))))
    meaning = (
        "A fight expected with the number under `fight that deters` keeps an opponent out; so many as under `paid by` have to "
        "be deterred to pay for a fight. The first cutoff is the least belief in toughness that deters the first opponent."
    )
    check = "The largest gain is that of any deviation, computed from the strategies alone: 0 for an equilibrium."
    columns = ("point", "kind", "fight that deters", "paid by", "first cutoff", "deterred", "largest gain")
    return [Table("the chain at the points", columns, tuple(rows), (meaning, check)), *shown]


def _told(found: Any) -> list[str]:
    """Return what an entry tells about the prior: the first opponent enters only below its cutoff."""
    first, last = (found.cutoff(left) for left in (found.opponents, 1))
    if first is None or last is None:
        return []
    told = f"An entry by the first of {found.opponents} implies a prior below {_number(first)}; by the last, a belief below {_number(last)}."
    return [f"{told} From a prior of {_number(last)} on all are deterred."]


def _number(value: Any) -> str:
    return plain(value) if len(plain(value)) <= 9 else short(value, 4)


ANALYSES = {
    "discount_factors": Analysis(
        _discount_factors, "the critical discount factors of the repeated variant", ("normal", "repeated")
    ),
    "punishment_lengths": Analysis(
        _punishment_lengths, "the least length of a punishment that deters, at several discount factors", ("repeated",)
    ),
    "penal_codes": Analysis(
        _penal_codes, "the least discount factor under grim, a stick and a carrot, and any penal code", ("repeated",)
    ),
    "renegotiation": Analysis(
        _renegotiation, "which strategies, and whether the target, are weakly renegotiation-proof", ("repeated",)
    ),
    "monitoring": Analysis(
        _monitoring, "triggers under noisy signals: when they deter, and for how long they have to last", ("repeated",)
    ),
    "chains": Analysis(_chains, "whom a reputation deters in a chain of opponents, at every point", ("chain",)),
}
