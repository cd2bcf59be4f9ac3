"""Regions and atlases as tables, LaTeX, Typst and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.printing import latex, plain, relation_normal, typst, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.solve.parametric.atlas_result import Atlas, Comparison, Region

__all__ = ["atlas_math", "atlas_table", "known_of", "region_math", "region_words"]

_SENTENCES = {
    "en": {
        "always": "{profile} is an equilibrium everywhere in the box.",
        "never": "{profile} is an equilibrium nowhere in the box.",
        "conditional": "{profile} is an equilibrium exactly when {condition}.",
        "undecided": "{profile} is an equilibrium exactly when {condition}; whether the box reaches this is undecided.",
        "probability": "{strategy} with probability {weight}",
        "plays": "{player}: {strategy}",
        "and": " and ",
        "comma": ", ",
    },
    "zh": {
        "always": "{profile}在整个范围内都是均衡。",
        "never": "{profile}在整个范围内都不是均衡。",
        "conditional": "{profile}是均衡，当且仅当{condition}。",  # noqa: RUF001 (Chinese punctuation)
        "undecided": "{profile}是均衡，当且仅当{condition}；参数范围内能否达到尚未判定。",  # noqa: RUF001 (Chinese punctuation)
        "probability": "以概率{weight}选{strategy}",
        "plays": "{player}：{strategy}",  # noqa: RUF001 (Chinese punctuation)
        "and": "且",
        "comma": "，",  # noqa: RUF001 (Chinese punctuation)
    },
}


def _normal(comparison: Comparison) -> Any:
    """Return a comparison as it reads best: terms on both sides, unless it is a product or has cases."""
    relation = comparison.sympy
    expression = comparison.expression
    if hasattr(comparison, "radicand") or (expression.is_Mul and any(each.is_Add for each in expression.args)):
        return relation
    return relation_normal(relation)


def region_math(region: Region, language: str, names: Mapping[str, str] | None) -> str:
    """Return the condition of a region in LaTeX or Typst, one comparison after the other."""
    write: Callable[..., str] = latex if language == "latex" else typst
    join = r" \;\wedge\; " if language == "latex" else " and "
    if region.status in {"always", "never"}:
        text = "always" if region.status == "always" else "never"
        return rf"\text{{{text}}}" if language == "latex" else f'upright("{text}")'
    parts = [write(_normal(each), names) for each in region.unsettled]
    return join.join(dict.fromkeys(parts))


def atlas_math(atlas: Atlas, language: str, names: Mapping[str, str] | None) -> str:
    """Return the regions that may occur, one a line: the label, then the condition."""
    lines = []
    for region in atlas.regions:
        if region.status == "never":
            continue
        condition = region_math(region, language, names)
        if language == "latex":
            label = "".join("\\" + c if c in "&%$#_{}" else c for c in region.label)
            lines.append(rf"\text{{{label}}} & {condition} \\")
        else:
            label = "".join(c if c.isalnum() and c.isascii() else " " if c in ", +" else "" for c in region.label)
            lines.append(f'upright("{label}") & {condition}')
    if language == "latex":
        return "\\begin{array}{ll}\n" + "\n".join(lines) + "\n\\end{array}"
    return " \\\n".join(lines)


def region_words(region: Region, labels: Mapping[str, str] | None, lang: str) -> str:
    """Return one sentence on when a region's profile is an equilibrium."""
    if lang not in _SENTENCES:
        raise UsageError(f"found the language {lang!r}; expected one of {', '.join(_SENTENCES)}")
    sentences, seen = _SENTENCES[lang], labels or {}
    condition = sentences["and"].join(dict.fromkeys(words(_normal(each), seen, lang) for each in region.unsettled))
    return sentences[region.status].format(profile=_profile_words(region, seen, sentences), condition=condition)


def _profile_words(region: Region, labels: Mapping[str, str], sentences: Mapping[str, str]) -> str:
    parts = []
    for player, own in region.profile.items():
        played = {name: weight for name, weight in own.items() if weight != 0}
        if any(isinstance(weight, dict) for weight in own.values()):
            text = sentences["comma"].join(
                f"{action} [{place}]"
                for place, actions in own.items()
                for action, weight in actions.items()
                if weight == 1
            )
        elif len(played) == 1:
            text = labels.get(next(iter(played)), next(iter(played)))
        else:
            text = sentences["comma"].join(
                sentences["probability"].format(strategy=labels.get(name, name), weight=plain(weight))
                for name, weight in played.items()
            )
        parts.append(sentences["plays"].format(player=labels.get(player, player), strategy=text))
    return f"({'; '.join(parts)})"


def atlas_table(atlas: Atlas) -> Table:
    """Return the atlas as a table: equilibrium, status, condition."""
    rows = []
    for region in atlas.regions:
        parts = dict.fromkeys(_plain(each) for each in region.unsettled)
        shown = {"always": "always", "never": "never in the box"}.get(region.status) or " and ".join(parts)
        weights = ""
        if not region.pure and region.status != "never":
            weights = "; ".join(
                f"{player}: {name} with probability {plain(weight)}"
                for player, own in region.profile.items()
                for name, weight in _told(own)
            )
        rows.append((region.label + (f" ({weights})" if weights else ""), region.status, shown))
    notes = ("On a boundary, where a comparison is an equality, further equilibria may appear.", *atlas.notes)
    notes += tuple(each.known for each in atlas.regions if each.status == "undecided")
    return Table(
        "equilibria over the box",
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
