"""Forms for experts out of a study, their answers back, and which verdicts hang on whom one asks."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.conclusions.attribution import attribute
from detente.display import Table
from detente.errors import Fault, InputError, UsageError, did_you_mean
from detente.fields import label_of
from detente.numbers import number_to_json, short
from detente.seeds.elicitation import FORM_COLUMNS, Answer, Pooled, pool, read_answer, spread
from detente.seeds.scan.rows import number_text
from detente.study.claims import VERDICTS, claim_verdicts
from detente.study.parameter_sheets import SHARED, change_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.seeds.parameters import Parameter
    from detente.seeds.sheets import Sheet
    from detente.study.load import StudyFiles

__all__ = ["Disagreement", "Elicited", "Key", "form_rows", "judgements", "read_forms", "verdicts", "write_pooled"]

#: A parameter by its file and name.
Key = tuple[str, str]
_QUESTION = (
    "First the lowest plausible value, then the highest, then your best guess, then how sure you are, in percent "
    "(50 to 100), that the truth lies between lowest and highest."
)


def judgements(study: StudyFiles) -> dict[Key, Parameter]:
    """Return the judgements of a study: shared ones, then those of each payoff model, with the entries of tables that vary."""
    found = {(SHARED, name): each for name, each in study.parameters.items() if each.kind == "judgement"}
    for model in study.payoffs.values():
        own = model.parameters.entries.items()
        found.update(
            ((model.file.name, name), each)
            for name, each in own
            if each.kind == "judgement" and (not each.entry or each.low != each.high)
        )
    return found


def form_rows(study: StudyFiles, names: Sequence[str] = (), expert: str = "") -> list[dict[str, str]]:
    """Return the rows of an empty form, by default for all judgements of a study.

    The study's own values are not shown, so that they do not anchor the answers.

    Raises
    ------
    UsageError
        If a name is no judgement of the study.
    """
    known = judgements(study)
    for name in names:
        if name not in {each for _, each in known}:
            hint = did_you_mean(name, [each for _, each in known])
            raise UsageError(f"found {name!r}, which is no judgement of the study" + (f"; {hint}" if hint else ""))
    rows = []
    for (file, name), parameter in known.items():
        if names and name not in names:
            continue
        what = parameter.label.get("en") or name
        what += f" of {parameter.entry}" if parameter.entry else ""
        words = f"{what}: {parameter.description}" if parameter.description else what
        domain = "; ".join("" if each is None else number_text(each) for each in parameter.domain)
        blank = dict.fromkeys(FORM_COLUMNS, "")
        own = {"expert": expert, "file": file, "parameter": name, "question": f"{words} {_QUESTION}"}
        rows.append({**blank, **own, "unit": parameter.unit, "domain": "" if domain == "; " else domain})
    return rows


@dataclass(frozen=True)
class Elicited:
    """What several experts said, and what they say together.

    Attributes
    ----------
    experts : tuple of str
        In the order of the forms.
    weights : mapping
    level : Fraction
        The confidence to which intervals were brought.
    answers : mapping
        Parameter to expert to answer.
    pooled : mapping
        Parameter to what they say together.
    """

    experts: tuple[str, ...]
    weights: Mapping[str, Fraction]
    level: Fraction
    answers: Mapping[Key, Mapping[str, Answer]]
    pooled: Mapping[Key, Pooled]

    @property
    def table(self) -> Table:
        """One row a parameter: each expert at the common level, and all together."""
        rows = []
        for key, found in self.pooled.items():
            own = [_span(found.standardized[name]) if name in found.standardized else "" for name in self.experts]
            apart = "intervals apart" if spread(list(found.standardized.values())) else ""
            rows.append((key[1], *own, _span((found.low, found.value, found.high)), apart))
        weights = ", ".join(f"{name} {short(self.weights[name])}" for name in self.experts)
        return Table(
            f"best guess (interval at {short(100 * self.level)} % confidence)",
            ("parameter", *self.experts, "together", ""),
            tuple(rows),
            (f"Weights: {weights}. Together: weighted means of the best guesses and of the ends of the intervals.",),
        )

    def to_json(self) -> dict[str, Any]:
        """Return answers and what they say together as data."""

        def ends(three: tuple[Fraction, Fraction, Fraction]) -> dict[str, Any]:
            return dict(zip(("low", "best", "high"), map(number_to_json, three), strict=True))

        return {
            "experts": {name: number_to_json(self.weights[name]) for name in self.experts},
            "level": number_to_json(self.level),
            "parameters": [
                {
                    "file": key[0],
                    "parameter": key[1],
                    "answers": {name: ends(each) for name, each in found.standardized.items()},
                    "pooled": ends((found.low, found.value, found.high)),
                    "hull": [number_to_json(found.least), number_to_json(found.greatest)],
                }
                for key, found in self.pooled.items()
            ],
        }


def _span(three: tuple[Fraction, Fraction, Fraction]) -> str:
    low, best, high = map(short, three)
    return f"{best} ({low}..{high})"


def read_forms(
    study: StudyFiles, sheets: Sequence[Sheet], weights: Mapping[str, Fraction], level: Fraction = Fraction(9, 10)
) -> Elicited:
    """Return what the experts of several forms say.

    Parameters
    ----------
    study : StudyFiles
    sheets : sequence of Sheet
        Forms as they came back; the expert of a row is named in it, else by the name of its file.
    weights : mapping
        Expert to weight; those who are not named count 1.
    level : Fraction
        The confidence to which intervals are brought, above 0 and below 1.

    Raises
    ------
    InputError
        With everything that is wrong in the forms, at its cells.
    UsageError
        If there is no answer, or a weight or the level makes no sense.
    """
    if not 0 < level < 1:
        raise UsageError(f"found the level {level}; expected a number between 0 and 1, such as 0.9")
    known = judgements(study)
    faults: list[Fault] = []
    answers: dict[Key, dict[str, Answer]] = {}
    experts: dict[str, None] = {}
    for sheet in sheets:
        sheet.require("parameter", "lowest", "highest", "best", "confidence")
        for row in sheet.rows:
            name, file = row["parameter"].strip(), row["file"].strip()
            keys = [key for key in known if key[1] == name and file in {"", key[0]}]
            if len(keys) != 1:
                found = (
                    f"found {name!r}, which is no judgement of the study"
                    if not keys
                    else f"found {name!r} without its file"
                )
                hint = did_you_mean(name, [each for _, each in known])
                faults.append(Fault(row.at("parameter"), found, "", hint if not keys else "fill in the column `file`"))
                continue
            try:
                answer = read_answer(row, known[keys[0]].domain)
            except InputError as error:
                faults.extend(error.faults)
                continue
            if answer is None:
                continue
            expert = row["expert"].strip() or Path(sheet.name).stem
            experts[expert] = None
            if expert in answers.setdefault(keys[0], {}):
                faults.append(
                    Fault(row.at("parameter"), f"found a second answer of {expert} about {name}", "expected one")
                )
            answers[keys[0]][expert] = answer
    if faults:
        raise InputError(*faults)
    if not experts:
        raise UsageError("found no answers in the forms; expected lowest, highest, best and confidence in some row")
    for name, weight in weights.items():
        if name not in experts:
            raise UsageError(f"found a weight for {name!r}; expected one of {', '.join(experts)}")
        if weight < 0:
            raise UsageError(f"found the weight {weight} for {name!r}; expected 0 or more")
    counted = {name: weights.get(name, Fraction(1)) for name in experts}
    order = [key for key in known if key in answers]
    pooled = {key: pool(answers[key], counted, level, known[key].domain) for key in order}
    return Elicited(tuple(experts), counted, level, {key: answers[key] for key in order}, pooled)


def write_pooled(root: Path, study: StudyFiles, found: Elicited) -> tuple[str, ...]:
    """Put what the experts say together in place of the study's judgements; return the names that changed.

    The reason of each says who was asked and how it was pooled, and keeps the reason that stood there before.

    Raises
    ------
    InputError
        If the study would not be sound then; nothing is written.
    """
    known = judgements(study)
    changes: dict[Key, tuple[Mapping[str, str], None]] = {}
    for key, each in found.pooled.items():
        names = ", ".join(f"{name} (weight {number_text(found.weights[name])})" for name in each.standardized)
        before = known[key].reason.partition(_BEFORE)[2] or known[key].reason
        reason = f"asked of {names}; intervals brought to {short(100 * found.level)} % confidence, weighted means{_BEFORE}{before}"
        cells = {"value": each.value, "low": each.low, "high": each.high}
        file, name = key
        entry = known[key].entry
        place = (file, f"{name.removesuffix(f'_{entry}')}[{entry}]" if entry else name)
        changes[place] = ({**{name: number_text(value) for name, value in cells.items()}, "reason": reason[:5000]}, None)
    changed, _ = change_parameters(root, changes)
    return changed


_BEFORE = "; before that: "


# -- verdicts ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disagreement:
    """A test of a claim on which two experts' numbers give different verdicts.

    ``sets`` holds the smallest sets of parameters that, taken over from the second expert, give the second verdict;
    ``complete`` says whether all sets were looked at.
    """

    claim: str
    says: str
    first: tuple[str, str]
    second: tuple[str, str]
    sets: tuple[tuple[str, ...], ...]
    complete: bool

    @property
    def sentence(self) -> str:
        """The disagreement in words."""
        (one, before), (two, after) = self.first, self.second
        how = "; or ".join(" and ".join(each) for each in self.sets[:5]) or "not found in the time given"
        open_end = "" if self.complete else " (there may be other sets)"
        return (
            f"{self.claim}, {self.says!r}: with the numbers of {one} it {_said(before)}, with those of {two} it {_said(after)}. "
            f"What makes the difference: {how}{open_end}."
        )


def _said(verdict: str) -> str:
    return {"untested": "is not tested", "by_construction": "is true by construction"}.get(verdict, VERDICTS[verdict])


def with_values(study: StudyFiles, values: Mapping[Key, tuple[Fraction, Fraction, Fraction]], root: Path) -> StudyFiles:
    """Return a study with other judgements; runs save into ``root``, under a hash of their own."""
    shared = dict(study.parameters)
    models = dict(study.payoffs)
    for (file, name), (low, value, high) in values.items():
        if file == SHARED:
            shared[name] = replace(shared[name], low=low, value=value, high=high)
            continue
        model = next(each for each in models.values() if each.file.name == file)
        entries = {**model.parameters.entries}
        entries[name] = replace(entries[name], low=low, value=value, high=high)
        models[model.name] = replace(model, parameters=replace(model.parameters, entries=entries))
    text = study.hash + repr(sorted((key, tuple(map(str, three))) for key, three in values.items()))
    return replace(study, root=root, parameters=shared, payoffs=models, hash=hashlib.sha256(text.encode()).hexdigest())


def verdicts(
    study: StudyFiles,
    found: Elicited,
    claims: Sequence[str] = (),
    *,
    draws: int = 5000,
    seed: int = 0,
    seconds: float = 60.0,
) -> tuple[Table, tuple[Disagreement, ...]]:
    """Return the verdicts on claims with the study's numbers, each expert's, and all together; and where experts differ.

    An expert who did not answer about a parameter is given the study's own numbers there.

    Parameters
    ----------
    claims : sequence of str
        Ids; by default all that are tested.
    draws, seed : int
        For the shares, as in ``detente claims``; the same draws for every expert.
    seconds : float
        For the search for what makes a difference.
    """
    chosen = list(claims) or [name for name, claim in study.claims.items() if claim.tests]
    together = {key: (each.low, each.value, each.high) for key, each in found.pooled.items()}
    own = {
        name: {key: each.standardized[name] for key, each in found.pooled.items() if name in each.standardized}
        for name in found.experts
    }
    if not chosen:
        note = "The study has no claims with tests, so there are no verdicts; add [[NAME.tests]] to seeds/claims.toml."
        return Table("verdicts", ("claim", "where they differ"), (), (note,)), ()
    with tempfile.TemporaryDirectory(prefix="detente-") as folder:
        root = Path(folder)

        def judged(values: Mapping[Key, tuple[Fraction, Fraction, Fraction]], names: Sequence[str]) -> Any:
            return claim_verdicts(with_values(study, values, root), names, draws=draws, seed=seed).verdicts

        columns = {"study": judged({}, chosen), "together": judged(together, chosen)}
        columns.update({name: judged(values, chosen) for name, values in own.items()})
        rows = tuple(row for index, claim in enumerate(chosen) for row in _rows(columns, index, claim))
        pairs = [pair for index, claim in enumerate(chosen) for pair in _pairs(columns, found.experts, index, claim)]
        apart = []
        for claim, test, one, two in pairs:
            keys = [key for key in found.pooled if own[one].get(key) != own[two].get(key)]

            def value(on: frozenset[Key], claim: str = claim, test: int = test, one: str = one, two: str = two) -> str:
                values = {**{key: each for key, each in own[one].items() if key not in on}, **_part(own[two], on)}
                return str(judged(values, (claim,))[0].tests[test].verdict)

            cause = attribute(keys, value, seconds=seconds / len(pairs))
            apart.append(
                Disagreement(
                    claim, label_of(columns[one][chosen.index(claim)].tests[test].test.says), (one, str(cause.before)), (two, str(cause.after)),
                    tuple(tuple(name for _, name in each) for each in cause.sets), cause.complete,
                )
            )  # fmt: skip
    title = "verdicts on the claims, by whose judgements count"
    note = (
        f"Shares behind the verdicts: {draws} draws, the same for all. Who did not answer is given the study's number."
    )
    return Table(title, ("claim", "where they differ", *columns), rows, (note,)), tuple(apart)


def _rows(columns: Mapping[str, Any], index: int, claim: str) -> list[tuple[str, ...]]:
    """Return the verdicts on a claim, then those on each test on which not all agree."""
    judged = [column[index] for column in columns.values()]
    rows = [(claim, "", *(VERDICTS[each.verdict] for each in judged))]
    for number, test in enumerate(judged[0].tests):
        found = [each.tests[number].verdict for each in judged]
        if len(set(found)) > 1:
            rows.append((claim, label_of(test.test.says), *(VERDICTS[each] for each in found)))
    return rows


def _part(values: Mapping[Key, tuple[Fraction, Fraction, Fraction]], keys: frozenset[Key]) -> dict[Key, Any]:
    return {key: each for key, each in values.items() if key in keys}


def _pairs(
    columns: Mapping[str, Any], experts: Sequence[str], index: int, claim: str
) -> list[tuple[str, int, str, str]]:
    """Return, for each test of a claim, the first expert with each verdict against the first expert of all."""
    pairs = []
    for test in range(len(columns["study"][index].tests)):
        seen: dict[str, str] = {}
        for name in experts:
            seen.setdefault(columns[name][index].tests[test].verdict, name)
        first, *others = seen.values()
        pairs += [(claim, test, first, other) for other in others]
    return pairs
