"""Verdicts on claims in words: shares, what a verdict rests on, what would overturn it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.fields import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.reports.blocks import Context

__all__ = ["MEANINGS", "VERDICT_WORDS", "TestRow", "percent", "share_words", "test_rows", "test_sentence"]

#: Verdict of a test or a claim to its words.
VERDICT_WORDS = {
    "follows": "follows",
    "part": "depends on the numbers",
    "fails": "does not follow",
    "by_construction": "true by construction",
    "untested": "not tested",
}
#: Level of meaning to what a conclusion takes payoffs to be.
MEANINGS = {
    "ordinal": "meaning: ranks",
    "cardinal": "meaning: own units",
    "common_unit": "meaning: common unit",
    "money": "meaning: amounts",
}


def percent(share: float) -> str:
    """Return a share in percent: whole, with a digit near the ends, and never 0 or 100 where it is neither.

    Examples
    --------
    >>> percent(0.8159), percent(0.004), percent(0.99996), percent(1.0)
    ('82%', '0.4%', 'over 99.9%', '100%')
    """
    value = 100 * share
    if share >= 1 - 1e-12:
        return "100%"
    if share <= 1e-12:
        return "0%"
    if value < 0.1:
        return "under 0.1%"
    if value > 99.9:
        return "over 99.9%"
    return f"{value:.1f}%" if value < 1 or value > 99 else f"{value:.0f}%"


def share_words(context: Any, share: Sequence[float] | None, proved: str = "") -> str:
    """Return a range of shares in words; what is proved is said to be."""
    if proved in {"always", "never"}:
        return str(context.say(f"{proved}, proved"))
    if share is None:
        return ""
    low, high = (_words(context, each) for each in share)
    return low if low == high else str(context.say("{low} to {high}", low=low, high=high))


def _words(context: Any, share: float) -> str:
    text = percent(share)
    lead, _, rest = text.rpartition(" ")
    return str(context.say(lead + " {share}", share=rest)) if lead else text


@dataclass(frozen=True)
class TestRow:
    """A test of a claim in words."""

    __test__ = False

    claim: str
    says: str
    game: str
    verdict: str
    share: str
    observed: str
    data: dict[str, Any]


def test_rows(context: Context, found: Sequence[dict[str, Any]]) -> list[TestRow]:
    """Return the tests of a game, which have the order of the claims."""
    rows = []
    for each in found:
        claim = context.files.claims.get(each["claim"])
        test = next((own for own in claim.tests if own.number == each["number"] and own.game == each["game"]), None) if claim else None
        if claim is None or test is None:
            continue
        says = label_of(test.says, context.lang)
        if test.point is not None:
            point = context.label(test.point)
            says = context.say("{says} (at the point {point})", says=says, point=point)
            share = context.say("decided there")
        else:
            share = share_words(context, each["share"], each["proved"])
        rows.append(
            TestRow(
                claim.id, says, context.title, context.say(VERDICT_WORDS[each["verdict"]]), share,
                share_words(context, each["observed"]), each,
            )
        )  # fmt: skip
    return rows


test_rows.__test__ = False  # type: ignore[attr-defined]


def test_sentence(context: Context, row: TestRow) -> str:
    """Return the line under a test: what it rests on, shares, and the change that would overturn it first."""
    data = row.data
    variant = data["game"].partition(":")[2]
    context = context.on(context.model.of(variant)) if variant else context
    parts = []
    rests = data["rests"]
    if data["proved"]:
        parts.append(context.say("proved for every point of the box"))
    elif data["point"] is not None:
        parts.append(context.say("decided exactly at this point"))
    elif rests is not None:
        shown = [context.named(name) for name in rests["names"][:6]]
        names = context.join(shown) if len(rests["names"]) <= 6 else context.say(
            "{names} and {left} more", names=context.join(shown, ""), left=len(rests["names"]) - 6
        )
        text = context.say(
            "rests on {size} of {among} numbers ({basis}): {names}",
            size=len(rests["names"]), among=rests["among"], basis=_basis(context, rests["kinds"]), names=names,
        )  # fmt: skip
        if not rests["proved"]:
            fewer = ", though fewer may do (at least {least})" if rests["at_least"] else ", though fewer may do"
            text += context.say(fewer, least=rests["at_least"])
        parts.append(text)
    if data["share"] is not None and data["point"] is None and not data["proved"]:
        parts.append(context.say("share over the priors: {share}", share=row.share))
    if data["observed"] is not None and not data["proved"]:
        parts.append(context.say("given observed play: {share}", share=row.observed))
    change = data["overturn"]
    if change is not None:
        # what is false at the point is not overturned by a change that makes it true
        text = (_AT_BASELINE if data["point"] is None else _AT_POINT)[data["baseline"], change["up"]]
        parts.append(
            context.say(text, name=context.named(change["name"]), before=context.named(change["name"], change["from"]), after=change["to"])
        )
    elif not data["proved"] and data["verdict"] != "untested" and data["looked"]:
        # the same look for a claim and its opposite: what is false is not overturned but made true
        parts.append(context.say(f"no change of a single parameter within its interval {'makes it true' if data['baseline'] is False else 'overturns it'}"))
    if data["meaning"] and data["meaning"] != "ordinal":  # that it needs ranks only is said once for all
        parts.append(context.say(MEANINGS[data["meaning"]]))
    text = context.say("; ").join(parts)
    return text[:1].upper() + text[1:] + context.say(".")


#: By whether a conclusion holds now, and whether the parameter rises.
_AT_BASELINE = {
    (True, True): "true at the baseline; overturned first by {name} rising from {before} to {after}",
    (True, False): "true at the baseline; overturned first by {name} falling from {before} to {after}",
    (False, True): "false at the baseline; made true first by {name} rising from {before} to {after}",
    (False, False): "false at the baseline; made true first by {name} falling from {before} to {after}",
}
#: The same at the point that a test names, where the verdict has said which it is.
_AT_POINT = {
    (True, True): "overturned first by {name} rising from {before} to {after}",
    (True, False): "overturned first by {name} falling from {before} to {after}",
    (False, True): "made true first by {name} rising from {before} to {after}",
    (False, False): "made true first by {name} falling from {before} to {after}",
}


def _basis(context: Context, kinds: Sequence[str]) -> str:
    """Return how many numbers are of which kind."""
    words = {"figure": ("{count} figure", "{count} figures"), "judgement": ("{count} judgement", "{count} judgements")}
    counts = {kind: kinds.count(kind) for kind in words}
    return context.join([context.say(words[kind][count != 1], count=count) for kind, count in counts.items() if count])


test_sentence.__test__ = False  # type: ignore[attr-defined]
