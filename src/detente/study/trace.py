"""From any printed number down to terms, parameters, figures and documents."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, clean, latex_text
from detente.errors import UsageError, did_you_mean
from detente.numbers import number_to_json, plain, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from detente.display import Part
    from detente.formula import Formula
    from detente.payoffs.table import Payoffs
    from detente.seeds.figures import Figure
    from detente.study.model import GameModel, Point

__all__ = ["Trace", "trace_name", "trace_payoff"]


@dataclass(frozen=True, repr=False)
class Trace(Displayed):
    """One number and what it is made of.

    ``kind`` is ``payoff``, ``own`` (a sum of terms), ``term``, ``figure``, ``derived``, ``judgement``, ``conclusion``, ``threshold`` or
    ``critical_discount_factor``. ``figures`` are rows of figures.csv; ``sources`` the numbers below this one;
    ``support`` ids behind a term that are no number of it; ``documents`` maps file names to document ids.
    """

    name: str
    kind: str
    value: Any
    unit: str = ""
    formula: str = ""
    reason: str = ""
    figures: tuple[Figure, ...] = ()
    sources: tuple[Trace, ...] = field(default=())
    support: tuple[str, ...] = ()
    documents: dict[str, str] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the trace in the form of the JSON contract."""
        return {
            "name": self.name,
            "kind": self.kind,
            "value": number_to_json(self.value),
            "unit": self.unit,
            "formula": self.formula,
            "reason": self.reason,
            "figures": [
                {
                    "id": figure.id,
                    "document": self.documents[figure.document],
                    "line": figure.line,
                    "token": figure.token,
                    "occurrence": figure.occurrence,
                }
                for figure in self.figures
            ],
            "support": list(self.support),
            "from": [source.to_json() for source in self.sources],
        }

    def lines(self, depth: int = 0) -> Iterable[str]:
        """Yield the trace as indented lines."""
        pad = "  " * depth
        value = plain(self.value)
        if value != short(self.value, 6):
            value = f"{value} = {short(self.value, 6)}" if len(value) <= 40 else short(self.value, 6)
        head = f"{pad}{self.name} = {value}" + (f" {self.unit}" if self.unit else "") + f"  [{self.kind}]"
        yield head
        if self.formula:
            yield f"{pad}  = {self.formula}"
        if self.reason:
            yield f"{pad}  because {self.reason}"
        for figure in self.figures:
            place = f"document {self.documents[figure.document]}, line {figure.line}"
            yield f"{pad}  from {figure.id}: {place}, {figure.token!r} (occurrence {figure.occurrence})"
        if self.support:
            yield f"{pad}  supported by {', '.join(self.support)}"
        for source in self.sources:
            yield from source.lines(depth + 1)

    def parameters(self) -> tuple[str, ...]:
        """Return the names of all figures and judgements below, each once."""
        found: dict[str, None] = {}
        for each in self.walk():
            if each.kind in {"figure", "judgement"}:
                found[each.name] = None
        return tuple(found)

    def walk(self) -> Iterable[Trace]:
        """Yield this node and all below it."""
        yield self
        for source in self.sources:
            yield from source.walk()

    def __repr__(self) -> str:
        return f"<Trace {self.name}: {self.kind}, {len(self.sources)} sources>"

    def displayed(self) -> tuple[Part, ...]:
        """Return the trace; on a page every number opens to what it is made of."""
        return (TraceTree(self),)


@dataclass(frozen=True)
class TraceTree:
    """A trace as a part of a page: folded, number by number."""

    trace: Trace

    def to_text(self) -> str:
        """Return the trace as indented lines."""
        return "\n".join(self.trace.lines())

    def to_html(self, depth: int = 0) -> str:
        """Return the trace as nested details; the first two levels are open."""
        own = replace(self.trace, sources=())
        head, *more = (html.escape(clean(line)) for line in own.lines())
        inside = "".join(f"<p>{line}</p>" for line in more)
        below = "".join(TraceTree(source).to_html(depth + 1) for source in self.trace.sources)
        if not inside and not below:
            return f"<div style='margin-left:{1.2 * (depth > 0)}em'>{head}</div>"
        state = " open" if depth < 2 else ""
        return (
            f"<details{state} style='margin-left:{1.2 * (depth > 0)}em'><summary>{head}</summary>"
            f"<div style='margin-left:1.2em'>{inside}</div>{below}</details>"
        )

    def to_latex(self) -> str:
        """Return the trace line by line, indented."""
        lines = (
            (len(line) - len(line.lstrip()), latex_text(line.strip())) for line in self.trace.lines()
        )
        return "\n".join(rf"\noindent\hspace*{{{0.5 * depth}em}}{text}\par" for depth, text in lines)


class _Tracer:
    """Builds traces at one point; a name met twice is written out once per branch."""

    def __init__(self, model: GameModel, point: Point, kind: str) -> None:
        self.model, self.point, self.kind = model, point, kind
        self.derived = model.derived_values(point.values)
        self.documents = {document.file: name for name, document in model.files.documents.items()}
        self.game = model.form.formulas(model, kind)

    @cached_property
    def payoffs(self) -> Payoffs:
        """The payoffs with their terms, where the form has any."""
        return self.model.form.payoffs(self.model, self.kind)

    def parameter(self, name: str) -> Trace:
        parameter = self.model.parameters[name]
        figures = tuple(self.model.files.figures[each] for each in parameter.figures)
        if parameter.formula is not None:
            return Trace(
                name,
                "derived",
                self.derived[name],
                parameter.unit,
                parameter.formula.text,
                sources=tuple(self.parameter(each) for each in parameter.formula.names),
            )
        value = self.point.values[name]
        reason = parameter.reason
        if value != self.game.parameters[name].value:
            how = "set by hand" if name in self.point.changed else f"set by the point {self.point.name}"
            reason = f"{how}, in place of {short(self.game.parameters[name].value, 6)}" + (
                f"; {reason}" if reason else ""
            )
        rule = f"{parameter.rule} of the figures, interval {parameter.interval}" if parameter.rule else ""
        return Trace(name, parameter.kind, value, parameter.unit, rule, reason, figures, documents=self.documents)

    def parameters(self, names: Iterable[str]) -> tuple[Trace, ...]:
        return tuple(self.parameter(each) for each in names)

    def payoff(self, profile: tuple[str, ...], player: str) -> Trace:
        """Return where a payoff comes from: terms, or what the player makes of the sums of all players' terms."""
        chosen = self.model.form.chosen(self.model.definition.content, profile)
        name = f"payoff[{player}][{', '.join(profile)}]"
        utility = self.payoffs.utility_of(player)
        if utility is None:
            return self.own(name, "payoff", player, chosen)
        value = self.game.evaluate(self.payoffs.payoff_where(player, chosen), self.point.values)
        asked = dict.fromkeys(node.keys[0][0] for node in utility.formula.items)
        sources = (
            *(self.own(f"own[{each}]", "own", each, chosen) for each in asked),
            *self.parameters(utility.formula.names),
        )
        return Trace(name, "payoff", value, formula=utility.formula.text, sources=sources)

    def own(self, name: str, kind: str, player: str, chosen: Mapping[str, str]) -> Trace:
        """Return a sum of terms with each of them."""
        sources = tuple(
            Trace(
                term.name,
                "term",
                self.game.evaluate(self.payoffs.expression(term), self.point.values),
                formula=term.text,
                reason=term.note,
                sources=self.parameters(term.names),
                support=term.source,
            )
            for term in self.payoffs.terms_where(player, chosen)
        )
        value = self.game.evaluate(self.payoffs.own_where(player, chosen), self.point.values)
        return Trace(name, kind, value, formula=" + ".join(source.name for source in sources), sources=sources)

    def formula(self, name: str, kind: str, value: Any, parsed: Formula) -> Trace:
        cells = []
        for node in parsed.items:
            cell = (node.keys[1], node.keys[0][0])
            if cell not in cells:
                cells.append(cell)
        sources = (*(self.payoff(profile, player) for profile, player in cells), *self.parameters(parsed.names))
        return Trace(name, kind, value, formula=parsed.text, sources=sources)


def trace_payoff(
    model: GameModel, point: Point, profile: tuple[str, ...], player: str, kind: str = "strategic"
) -> Trace:
    """Return the trace of one payoff: its terms, their parameters, their figures.

    ``profile`` is what stands in the second brackets of ``payoff[..][..]``.
    """
    return _Tracer(model, point, kind).payoff(profile, player)


def trace_name(model: GameModel, point: Point, name: str, kind: str = "strategic") -> Trace:
    """Return the trace of a parameter, derived value, named conclusion, threshold or critical discount factor.

    ``name`` is a parameter or derived value; a conclusion of the game file; ``threshold:PARAMETER`` (all thresholds
    of the set of equilibria) or ``threshold:PARAMETER:CONCLUSION``; ``factor:STRATEGY:PLAYER``.

    Raises
    ------
    UsageError
        If nothing has this name.
    """
    tracer = _Tracer(model, point, kind)
    if name in model.parameters:
        return tracer.parameter(name)
    if name in model.definition.conclusions:
        parsed = model.conclusion(name)
        value = tracer.game.evaluate(tracer.game.expression(parsed), point.values)
        return tracer.formula(name, "conclusion", value, parsed)
    head, _, rest = name.partition(":")
    if head == "threshold" and rest:
        return _trace_threshold(tracer, rest)
    if head == "factor" and rest.count(":") == 1:
        return _trace_factor(tracer, *rest.split(":"))
    if name in model.files.parameters:
        raise UsageError(f"{name} is a parameter of the study that {model.definition.name} does not use")
    known = (*model.parameters, *model.definition.conclusions)
    hint = did_you_mean(name, known) or "see `detente show` for the names"
    raise UsageError(
        f"unknown name {name!r} in {model.definition.name}; expected a parameter, derived value, conclusion, "
        f"threshold:PARAMETER or factor:STRATEGY:PLAYER; {hint}"
    )


def _trace_threshold(tracer: _Tracer, rest: str) -> Trace:
    from detente.conclusions.conclusion import Conclusion

    along, _, of = rest.partition(":")
    model = tracer.model
    if along not in model.parameters:
        raise UsageError(f"unknown parameter {along!r}; {did_you_mean(along, model.parameters)}".rstrip("; "))
    parsed: Formula | Conclusion | None = None
    if of:
        named = of in model.definition.conclusions or (":" not in of and of != "none")
        parsed = model.conclusion(of) if named else model.form.conclusion(model.definition, of)
    if isinstance(parsed, Conclusion) and parsed.formula is not None:
        parsed = parsed.formula
    found = model.form.thresholds(model, tracer.kind, along, parsed, tracer.point.values, of)
    every = (*found.inside, *found.outside)
    if parsed is not None and not isinstance(parsed, Conclusion):
        sources = tracer.formula(
            of, "conclusion", tracer.game.evaluate(tracer.game.expression(parsed), tracer.point.values), parsed
        ).sources
    else:
        sources = tuple(
            tracer.payoff(profile, player) for profile in model.form.outcomes(model) for player in model.players
        )
    what = ("truth of " if isinstance(parsed, Conclusion) else "sign of ") + of if of else "set of equilibria"
    if not every:
        raise UsageError(f"the {what} does not change along {along} at {tracer.point.name}")
    return Trace(
        f"threshold:{rest}",
        "threshold",
        every[0].at,
        model.parameters[along].unit,
        f"values of {along} at which the {what} changes: {', '.join(plain(each.at) for each in every)}",
        f"all other parameters at {tracer.point.name}",
        sources=sources,
    )


def _trace_factor(tracer: _Tracer, strategy: str, player: str) -> Trace:
    from detente.study.forms.repeated import discount_factors

    model = tracer.model
    if player not in model.players:
        raise UsageError(f"unknown player {player!r}; expected one of {', '.join(model.players)}")
    found = discount_factors(model, tracer.point, kind=tracer.kind)
    if strategy not in found.factors:
        raise UsageError(f"unknown strategy {strategy!r}; expected one of {', '.join(found.factors)}")
    factor = found.factors[strategy]
    sources = tuple(tracer.payoff(profile, player) for profile in model.form.outcomes(model))
    from detente.printing import plain as condition_text

    return Trace(
        f"factor:{strategy}:{player}",
        "critical_discount_factor",
        factor.per_player[player],
        formula=condition_text(factor.conditions[player]),
        reason=f"{strategy} sustains {','.join(found.target)} exactly under this condition on the factor delta",
        sources=sources,
    )
