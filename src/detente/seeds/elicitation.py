"""Experts' judgements: four questions a number, intervals brought to one level of confidence, pooled by stated weights.

For each number an expert says, in this order: the lowest plausible value, the highest, the best guess, and how sure he
or she is that the truth lies between lowest and highest. Asked in this order, people are less overconfident than if
asked for an interval of a given confidence.

An interval stated with confidence C is brought to the level S by moving its ends along straight lines from the best
guess: ``best - (best - lowest) * S / C`` and ``best + (highest - best) * S / C``, cut at the domain of the number, and
at zero where the expert's own interval does not reach beyond it. Pooled are the ends and the best guesses, each as a
weighted mean. Everything is exact.

References
----------
A. Speirs-Bridge et al. (2010), "Reducing overconfidence in the interval judgments of experts", Risk Analysis 30
(the four-step question).
V. Hemming et al. (2018), "A practical guide to structured expert elicitation using the IDEA protocol", Methods in
Ecology and Evolution 9 (linear standardization, equally weighted means of standardized estimates).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from detente.errors import Fault, InputError, UsageError
from detente.numbers import exact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.seeds.sheets import Row

__all__ = ["FORM_COLUMNS", "Answer", "Pooled", "pool", "read_answer", "standardized"]

FORM_COLUMNS = (
    "expert", "file", "parameter", "question", "unit", "domain", "lowest", "highest", "best", "confidence", "comment",
)  # fmt: skip
_ASKED = ("lowest", "highest", "best", "confidence")


@dataclass(frozen=True)
class Answer:
    """What one expert says about one number; ``confidence`` is a share of 1."""

    lowest: Fraction
    best: Fraction
    highest: Fraction
    confidence: Fraction
    comment: str = ""


@dataclass(frozen=True)
class Pooled:
    """One number as the experts together see it.

    Attributes
    ----------
    low, value, high : Fraction
        Weighted means of the standardized ends and of the best guesses.
    least, greatest : Fraction
        The outermost ends of the standardized intervals.
    standardized : mapping
        Expert to (low, best, high) at the common level.
    """

    low: Fraction
    value: Fraction
    high: Fraction
    least: Fraction
    greatest: Fraction
    standardized: Mapping[str, tuple[Fraction, Fraction, Fraction]]


def standardized(
    answer: Answer, level: Fraction, domain: tuple[Fraction | None, Fraction | None] = (None, None)
) -> tuple[Fraction, Fraction, Fraction]:
    """Return low, best and high of an answer at a level of confidence.

    Examples
    --------
    >>> answer = Answer(Fraction(2), Fraction(4), Fraction(10), Fraction(1, 2))
    >>> [str(each) for each in standardized(answer, Fraction(4, 5))]
    ['4/5', '4', '68/5']
    >>> [str(each) for each in standardized(answer, Fraction(4, 5), (Fraction(1), None))]
    ['1', '4', '68/5']
    """
    stretch = level / answer.confidence
    low = answer.best - (answer.best - answer.lowest) * stretch
    high = answer.best + (answer.highest - answer.best) * stretch
    # a stretch is no reason to doubt a sign that the expert does not doubt
    low = max(low, Fraction(0)) if answer.lowest >= 0 else low
    high = min(high, Fraction(0)) if answer.highest <= 0 else high
    least, greatest = domain
    low = low if least is None else max(low, least)
    high = high if greatest is None else min(high, greatest)
    return low, answer.best, high


def pool(
    answers: Mapping[str, Answer],
    weights: Mapping[str, Fraction],
    level: Fraction,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
) -> Pooled:
    """Return the weighted means of several experts' answers about one number.

    Parameters
    ----------
    answers : mapping
        Expert to answer; at least one.
    weights : mapping
        Expert to a weight that is not negative; those who did not answer do not count.
    level : Fraction
        The confidence to which intervals are brought.
    domain : tuple
        Least and greatest value that makes sense, None where there is no bound.

    Raises
    ------
    UsageError
        If the weights of those who answered add up to nothing.
    """
    total = sum((weights[name] for name in answers), Fraction(0))
    if total <= 0:
        raise UsageError("found weights that add up to 0 among those who answered; expected one above 0")
    ends = {name: standardized(answer, level, domain) for name, answer in answers.items()}
    low, value, high = (
        sum((weights[name] * each[index] for name, each in ends.items()), Fraction(0)) / total for index in range(3)
    )
    counted = [each for name, each in ends.items() if weights[name] > 0]
    return Pooled(low, value, high, min(each[0] for each in counted), max(each[2] for each in counted), ends)


def read_answer(row: Row, domain: tuple[Fraction | None, Fraction | None]) -> Answer | None:
    """Return the answer in a row of a form, or None where all four cells are blank.

    Raises
    ------
    InputError
        With everything that is wrong with it, at its cells.
    """
    if not any(row[column].strip() for column in _ASKED):
        return None
    faults: list[Fault] = []
    found: dict[str, Fraction] = {}
    for column in _ASKED:
        cell = row[column].strip()
        percent = cell.endswith("%")
        try:
            value = exact(cell.removesuffix("%").strip())
        except UsageError as error:
            what = "found a blank cell; expected all four answers, or none" if not cell else str(error)
            faults.append(Fault(row.at(column), f"{column}: {what}"))
            continue
        # "80%" is 0.8 anywhere; a confidence may also be written 80
        found[column] = value / 100 if percent or (column == "confidence" and value > 1) else value
    if not faults:
        low, best, high, sure = (found[column] for column in ("lowest", "best", "highest", "confidence"))
        if not low <= best <= high:
            expected = "expected lowest <= best <= highest"
            faults.append(
                Fault(row.at("best"), f"found best {row['best']} outside {row['lowest']} to {row['highest']}", expected)
            )
        if not 0 < sure <= 1:
            faults.append(
                Fault(row.at("confidence"), f"confidence: found {row['confidence']}", "expected up to 100 (percent)")
            )
        least, greatest = domain
        if (least is not None and low < least) or (greatest is not None and high > greatest):
            spoken = f"{'..' if least is None else least} to {'..' if greatest is None else greatest}"
            column = "lowest" if least is not None and low < least else "highest"
            faults.append(
                Fault(row.at(column), f"{column}: found {row[column]}", f"expected it inside the domain, {spoken}")
            )
        if not faults:
            return Answer(low, best, high, sure, row["comment"].strip())
    raise InputError(*faults)


def spread(answers: Sequence[tuple[Fraction, Fraction, Fraction]]) -> bool:
    """Return whether some interval lies wholly beside another: experts who cannot both be right.

    Examples
    --------
    >>> one, two = (Fraction(1), Fraction(2), Fraction(3)), (Fraction(4), Fraction(5), Fraction(6))
    >>> spread([one, two]), spread([one, one])
    (True, False)
    """
    return max(low for low, _, _ in answers) > min(high for _, _, high in answers)
