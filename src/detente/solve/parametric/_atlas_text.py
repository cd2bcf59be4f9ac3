"""Regions and atlases as tables, LaTeX, Typst and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import short
from detente.printing import plain, relation_normal
from detente.wording import Wording, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

__all__ = ["atlas_math", "atlas_table", "atlas_words", "known_of", "region_math", "region_words", "terms_in_words"]

_SENTENCES = {
    "en": {
        "always": "{what} everywhere in the box.",
        "never": "{what} nowhere in the box.",
        "conditional": "{what} exactly when{condition}.",
        "undecided": "{what} exactly when{condition}; whether the box reaches this is undecided.",
        "equilibrium": "{profile} is an equilibrium",
        "exists": "There is an equilibrium that mixes {profile}",
        "move": "At {place}, {one} is at least as good as {other}",
        "in it": "In it",
        "probability": "{player} plays {strategy} with probability {weight}",
        "plays": "{player}: {strategy}",
        "else": " (else {gains})",
        "gains": "{player} would do better with {strategy}",
        "more gains": "{player} with {strategy}",
        "sides": "{parts}, or both the other way round",
        "and": " and ",
        "list": ", and\n- ",
        "comma": ", ",
        ">=": "Equality is included: there somebody is indifferent, and further equilibria may appear.",
        ">": "Equality is excluded.",
        "==": "Off this equality there is none.",
        "mixed": '"At least" and "at most" include equality: there somebody is indifferent, and further equilibria may '
        'appear. "More" and "less" exclude it.',
    },
    "zh": {
        "always": "{what}，在整个范围内都成立。",  # noqa: RUF001 (Chinese punctuation)
        "never": "{what}，在整个范围内都不成立。",  # noqa: RUF001 (Chinese punctuation)
        "conditional": "{what}，当且仅当{condition}。",  # noqa: RUF001 (Chinese punctuation)
        "undecided": "{what}，当且仅当{condition}；参数范围内能否达到尚未判定。",  # noqa: RUF001 (Chinese punctuation)
        "equilibrium": "{profile}是均衡",
        "exists": "存在{profile}上的混合均衡",
        "move": "在{place}，{one}不劣于{other}",  # noqa: RUF001 (Chinese punctuation)
        "in it": "其中",
        "probability": "{player}以概率{weight}选{strategy}",
        "plays": "{player}：{strategy}",  # noqa: RUF001 (Chinese punctuation)
        "else": "（否则{gains}）",  # noqa: RUF001 (Chinese punctuation)
        "gains": "{player}改选{strategy}会获益",
        "more gains": "{player}改选{strategy}会获益",
        "sides": "{parts}，或两者同时反向",  # noqa: RUF001 (Chinese punctuation)
        "and": "且",
        "list": "，且\n- ",  # noqa: RUF001 (Chinese punctuation)
        "comma": "，",  # noqa: RUF001 (Chinese punctuation)
        ">=": "包括等号：此时有一方无差异，可能出现其他均衡。",  # noqa: RUF001 (Chinese punctuation)
        ">": "不包括等号。",
        "==": "不取等号时不成立。",
        "mixed": "不小于、不大于包括等号，此时有一方无差异，可能出现其他均衡；大于、小于不包括等号。",  # noqa: RUF001 (Chinese punctuation)
    },
}
_GAINS = " does not gain by "


def _normal(comparison: Comparison) -> Any:
    """Return a comparison as it reads best: terms on both sides, unless it is a product or has cases."""
    relation = comparison.sympy
    expression = comparison.expression
    if hasattr(comparison, "radicand") or (expression.is_Mul and any(each.is_Add for each in expression.args)):
        return relation
    return relation_normal(relation)


def _shown(comparison: Comparison) -> Any:
    """Return a comparison as a reader sees it; one with a square root keeps it."""
    if hasattr(comparison, "radical"):
        return _relation(comparison.radical, comparison.relation)
    return _normal(comparison)


def _relation(expression: Any, relation: str) -> Any:
    import sympy

    kinds = {">=": sympy.Ge, ">": sympy.Gt, "<=": sympy.Le, "<": sympy.Lt, "==": sympy.Eq, "!=": sympy.Ne}
    return kinds[relation](expression, 0)


def region_math(region: Region, language: str, names: Wording | Mapping[str, str] | None) -> str:
    """Return the condition of a region in LaTeX or Typst, one comparison after the other."""
    join = r" \;\wedge\; " if language == "latex" else " and "
    return join.join(_conditions_math(region, language, Wording.of(names)))


def _conditions_math(region: Region, language: str, wording: Wording) -> list[str]:
    if region.status in {"always", "never"}:
        return [rf"\text{{{region.status}}}" if language == "latex" else f'upright("{region.status}")']
    return list(dict.fromkeys(wording.math(_shown(each), language) for each in region.statements))


def atlas_math(atlas: Atlas, language: str, names: Wording | Mapping[str, str] | None) -> str:
    """Return the regions that may occur: the label, one comparison a line, and for mixed ones the probabilities."""
    wording = Wording.of(names)
    around = r"\wedge\; " if language == "latex" else "and "
    rows = []
    for region in atlas.regions:
        if region.status == "never":
            continue
        first, *rest = _conditions_math(region, language, wording)
        rows.append([math_text(_label(region, wording), language), first])
        rows += [[math_text("", language), around + each] for each in rest]
        for player, name, weight in _probabilities(region):
            text = f"{wording.label(player)}: {wording.sentence(name)}"
            chance = _probability(math_text(text, language), language)
            rows.append([math_text("", language), f"{chance} = {wording.math(weight, language)}"])
    return math_rows(rows or [[math_text("none", language)]], language)


def _probability(inside: str, language: str) -> str:
    return rf"\Pr({inside})" if language == "latex" else f"Pr({inside})"


def _label(region: Region, wording: Wording) -> str:
    """Return the label of a region as a reader sees it."""
    if hasattr(region, "pairs") or region.label == "mixed" or region.name:
        return wording.sentence(region.label)
    return wording.profile(region.label)


def _probabilities(region: Region) -> Iterator[tuple[str, str, Any]]:
    """Yield player, strategy and probability of all that is mixed, but the last of each player or set."""
    if not region.pure:
        for player, own in region.profile.items():
            yield from ((player, name, weight) for name, weight in _told(own))


def region_words(region: Region, labels: Wording | Mapping[str, str] | None, lang: str) -> str:
    """Return when a region's profile is an equilibrium: a sentence, with a line for each of several comparisons.

    Then the probabilities of a mixed one, and what holds where a comparison is an equality.
    """
    wording = Wording.of(labels, lang)
    text = _region_words(region, wording)
    edge = _edge([region], wording)
    gap = "\n" if "\n" in text else _space(wording)
    return f"{text}{gap}{edge}" if edge else text


def _space(wording: Wording) -> str:
    return "" if wording.lang == "zh" else " "


def _say(wording: Wording) -> Mapping[str, str]:
    if wording.lang not in _SENTENCES:
        raise UsageError(f"found the language {wording.lang!r}; expected one of {', '.join(_SENTENCES)}")
    return _SENTENCES[wording.lang]


def _edge(regions: Sequence[Region], wording: Wording) -> str:
    """Return what holds where the comparisons of regions are equalities; nothing where there are none."""
    same = {"<=": ">=", "<": ">", "!=": ">"}
    kinds = {
        same.get(each.relation, each.relation)
        for region in regions
        if region.status not in {"always", "never"}
        for each in region.unsettled
    }
    return _say(wording)[kinds.pop() if len(kinds) == 1 else "mixed"] if kinds else ""


def _region_words(region: Region, wording: Wording) -> str:
    say = _say(wording)
    what = _what(region, wording, say)
    mixed = _mixed_words(region, wording, say)
    if region.status in {"always", "never"}:
        return "\n".join([say[region.status].format(what=what), *(mixed if region.status == "always" else [])])
    found: dict[str, list[str]] = {}
    # Of several players with the same comparison the condition keeps one; all of them are told.
    every = [(_normal(each), each.why) for each in region.comparisons if _GAINS in each.why] if region.pure else []
    for each in region.unsettled:
        own = found.setdefault(_comparison_words(each, wording, say), [])
        same = [why for relation, why in every if relation == _normal(each)]
        own += [why for why in (same or [each.why]) if _GAINS in why and why not in own]
    parts = [text + _else(whys, wording, say) for text, whys in found.items()]
    many = len(parts) > 1 or bool(mixed)
    condition = f"\n- {say['list'].join(parts)}" if many else _space(wording) + say["and"].join(parts)
    return "\n".join([say[region.status].format(what=what, condition=condition), *mixed])


def _mixed_words(region: Region, wording: Wording, say: Mapping[str, str]) -> list[str]:
    """Return the probabilities of a mixed equilibrium as lines."""
    told = [
        "- " + say["probability"].format(
            player=wording.label(player), strategy=wording.sentence(name), weight=wording.formula(weight)
        )
        for player, name, weight in _probabilities(region)
    ]
    return [say["in it"], *told] if told else []


def _what(region: Region, wording: Wording, say: Mapping[str, str]) -> str:
    """Return what a region is about, as the start of a sentence."""
    if hasattr(region, "pairs"):
        place, _, rest = region.label.partition(": ")
        one, _, other = rest.partition(" over ")
        one, other, place = (wording.sentence(each) for each in (one, other, place))
        return say["move"].format(place=place, one=one, other=other)
    if region.pure:
        return say["equilibrium"].format(profile=_profile_words(region, wording, say))
    return say["exists"].format(profile=_profile_words(region, wording, say))


def _comparison_words(comparison: Comparison, wording: Wording, say: Mapping[str, str]) -> str:
    """Return a comparison in words; a product of two is told by its factors."""
    expression = comparison.expression
    if comparison.relation in {">", ">="} and not hasattr(comparison, "radical") and expression.is_Mul:
        factors = [each for each in expression.args if not each.is_number]
        if len(factors) == 2:
            if expression.as_coeff_Mul()[0] < 0:
                factors[0] = -factors[0]
            parts = [wording.formula(relation_normal(_relation(each, comparison.relation))) for each in factors]
            return say["sides"].format(parts=say["and"].join(parts))
    return wording.formula(_shown(comparison))


def _else(whys: list[str], wording: Wording, say: Mapping[str, str]) -> str:
    """Return who would gain by what where a comparison does not hold."""
    gains = []
    for k, why in enumerate(whys):
        player, _, strategy = why.partition(_GAINS)
        form = say["more gains" if k else "gains"]
        gains.append(form.format(player=wording.sentence(player), strategy=wording.sentence(strategy)))
    return say["else"].format(gains=say["and"].join(gains)) if gains else ""


def _profile_words(region: Region, wording: Wording, say: Mapping[str, str]) -> str:
    """Return who plays what; strategies that are mixed are joined by ``+``."""
    parts = []
    for player, own in region.profile.items():
        if any(isinstance(weight, dict) for weight in own.values()):
            text = say["comma"].join(
                f"{_support(actions, wording)} [{wording.sentence(place)}]" for place, actions in own.items()
            )
        else:
            text = _support(own, wording)
        parts.append(say["plays"].format(player=wording.label(player), strategy=text))
    return f"({'; '.join(parts)})"


def _support(own: Mapping[str, Any], wording: Wording) -> str:
    return "+".join(wording.label(name) for name, weight in own.items() if weight != 0)


def atlas_words(atlas: Atlas, labels: Wording | Mapping[str, str] | None, lang: str) -> str:
    """Return the atlas as sentences, a paragraph a region, those that are nowhere last, and what the terms are."""
    wording = Wording.of(labels, lang)
    order = sorted(atlas.regions, key=lambda region: region.status == "never")
    parts = [_region_words(region, wording) for region in order]
    parts.append(_edge(atlas.regions, wording))
    parts += [terms_in_words(atlas, wording)] if wording.units and wording.lang == "en" else []
    return "\n".join(each for each in parts if each) or ("无。" if wording.lang == "zh" else "There is none.")


def terms_in_words(atlas: Atlas, wording: Wording) -> str:
    """Return what the terms of the conditions are: their range and unit, or what they stand for."""
    game = atlas.game
    used = {
        each.name
        for region in atlas.regions
        for comparison in region.unsettled
        for each in comparison.expression.free_symbols
    }
    lines = []
    for name in [*game.parameters, *game.derived]:
        if name not in used:
            continue
        unit = wording.units.get(name, "")
        counted = f" ({unit})" if unit else ""
        if name in game.derived:
            lines.append(f"- {wording.label(name)}{counted}: {wording.formula(game.derived[name])}")
            continue
        low, high = atlas.box.get(name, (game.parameters[name].low, game.parameters[name].high))
        value = f"{short(low)} to {short(high)}" if low != high else f"{short(low)}, held"
        lines.append(f"- {wording.label(name)}{counted}: {value}")
    return "\n".join(["The terms, with what they are counted in and their range or formula:", *lines]) if lines else ""


def atlas_table(atlas: Atlas) -> Table:
    """Return the atlas as a table: equilibrium, status, condition."""
    rows = []
    for region in atlas.regions:
        parts = dict.fromkeys(_plain(each) for each in region.statements)
        shown = {"always": "always", "never": "never in the box"}.get(region.status) or " and ".join(parts)
        weights = ""
        if not region.pure and region.status != "never":
            weights = "; ".join(
                f"{player}: {name} with probability {plain(weight)}"
                for player, own in region.profile.items()
                for name, weight in _told(own)
            )
        rows.append((region.label + (f" ({weights})" if weights else ""), region.status, shown))
    notes = (atlas.edge, *atlas.notes)
    notes += tuple(each.known for each in atlas.regions if each.status == "undecided")
    return Table(
        atlas.title,
        ("equilibrium", "status", "exactly when"),
        tuple(rows),
        notes + ((atlas.missing,) if atlas.missing else ()),
    )


def known_of(region: Region) -> str:
    """Return what is known of a region whose status over the box is not decided."""
    seen = [
        f"it {verb} at {', '.join(f'{name} = {value}' for name, value in point.items() if _moves(region, name))}"
        for verb, point in (("holds", region.held), ("fails", region.failed))
        if point is not None
    ]
    rest = "no point at which it holds was met, and none is proved not to exist"
    if region.held is not None:
        rest = "no point at which it fails was met, and none is proved not to exist"
    return f"{region.label} is undecided: the condition is exact; {'; '.join([*seen, rest])}."


def _moves(region: Region, name: str) -> bool:
    low, high = region.box.get(name, (0, 0))
    return low != high


def _told(own: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the probabilities that have to be told: all of the mixed ones but the last; of a tree, set by set."""
    if any(isinstance(weight, dict) for weight in own.values()):
        return [(f"{name} at {place}", weight) for place, actions in own.items() for name, weight in _told(actions)]
    played = [(name, weight) for name, weight in own.items() if weight != 0]
    return played[:-1] if len(played) > 1 else []


def _plain(comparison: Comparison) -> str:
    if hasattr(comparison, "radicand"):
        return f"{plain(comparison.radical)} {comparison.relation} 0"  # type: ignore[attr-defined]
    return plain(_normal(comparison))
