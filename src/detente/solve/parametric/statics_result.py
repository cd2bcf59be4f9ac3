"""Comparative statics of all equilibria of an atlas: what raises a probability or a payoff, and what lowers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.formula import symbol
from detente.printing import plain
from detente.solve.parametric.comparative_statics import comparative_statics
from detente.wording import Wording, joined, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.solve.parametric.atlas_result import Atlas, Region
    from detente.solve.parametric.comparative_statics import Statics

__all__ = ["AtlasStatics", "atlas_statics"]

#: The signs by what they say, in the order of the columns.
_GROUPS = {"+": "rises", "+0": "rises", "-": "falls", "-0": "falls", "depends": "depends", "undecided": "undecided"}
_MATH = {
    "latex": {"+": "> 0", "+0": r"\geq 0", "-": "< 0", "-0": r"\leq 0", "0": "= 0"},
    "typst": {"+": "> 0", "+0": ">= 0", "-": "< 0", "-0": "<= 0", "0": "= 0"},
}


@dataclass(frozen=True)
class AtlasStatics(Displayed):
    """How the mixed probabilities and payoffs of every equilibrium move with the parameters, over its region.

    ``found`` maps the label of a region to its :class:`~detente.solve.parametric.comparative_statics.Statics`.
    Regions that are empty are left out.
    """

    found: tuple[tuple[Region, tuple[Statics, ...]], ...]

    def to_json(self) -> list[dict[str, Any]]:
        """Return one object for each derivative."""
        return [
            {
                "equilibrium": region.label,
                "player": each.player,
                "quantity": each.quantity,
                "parameter": each.parameter,
                "sign": each.sign,
                "derivative": plain(each.derivative),
            }
            for region, found in self.found
            for each in found
        ]

    def _grouped(self) -> list[tuple[Region, str, str, dict[str, list[str]]]]:
        """Return region, player, quantity, and the parameters by what they do to it."""
        rows = []
        for region, found in self.found:
            for key in dict.fromkeys((each.player, each.quantity) for each in found):
                groups: dict[str, list[str]] = {name: [] for name in ("rises", "falls", "depends", "undecided")}
                for each in found:
                    if (each.player, each.quantity) == key and each.sign in _GROUPS:
                        weak = " (or not at all)" if each.sign in {"+0", "-0"} else ""
                        groups[_GROUPS[each.sign]].append(each.parameter + weak)
                rows.append((region, *key, groups))
        return rows

    def table(self) -> Table:
        """Return a row for each probability and payoff: what raises it, what lowers it, what does either."""
        rows = tuple(
            (region.label, f"{player}: {quantity}", *(", ".join(groups[name]) or "-" for name in groups))
            for region, player, quantity, groups in self._grouped()
            if any(groups.values())
        )
        columns = ("equilibrium", "what", "rises with", "falls with", "either way", "undecided")
        open_ = any(row[-1] != "-" for row in rows)
        notes = ("either way: both signs occur in the region.", "undecided: neither proved nor seen.")[: 1 + open_]
        return Table(
            "comparative statics over each region, all else equal",
            columns if open_ else columns[:-1],
            rows if open_ else tuple(row[:-1] for row in rows),
            notes if rows else ("No payoff or probability depends on a parameter.",),
        )

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the signs of the derivatives as a LaTeX ``array``."""
        return self._math("latex", Wording.of(names))

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the signs of the derivatives as Typst math."""
        return self._math("typst", Wording.of(names))

    def _math(self, language: str, wording: Wording) -> str:
        rows = []
        for region, found in self.found:
            for each in found:
                what = math_text(f"{wording.label(each.player)}: {wording.sentence(each.quantity)}", language)
                name = wording.math(symbol(each.parameter), language)
                slope = (
                    rf"\frac{{\partial\, {what}}}{{\partial {name}}}"
                    if language == "latex"
                    else f"frac(partial {what}, partial {name})"
                )
                told = math_text({"depends": "takes both signs"}.get(each.sign, each.sign), language)
                sign = _MATH[language].get(each.sign, told)
                rows.append([math_text(_where(region, wording), language), f"{slope} {sign}"])
        return math_rows(rows, language)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return the signs as sentences, one for each probability and payoff."""
        wording = Wording.of(labels)
        lines = []
        for region, player, quantity, groups in self._grouped():
            name = wording.label(player)
            what = (
                f"the payoff of {name}"
                if quantity == "payoff"
                else f"the probability with which {name} plays {wording.sentence(quantity)}"
            )
            told = {each: joined([wording.sentence(one) for one in names]) for each, names in groups.items()}
            parts = [f"{verb} with {told[verb]}" for verb in ("rises", "falls") if told[verb]]
            parts += [f"may go either way with {told['depends']}"] if told["depends"] else []
            parts += [f"is undecided in {told['undecided']}"] if told["undecided"] else []
            if parts:
                lines.append(f"In {_where(region, wording)}, {what} {joined(parts)}.")
        return "\n".join(lines) or "No payoff or probability depends on a parameter."


def _where(region: Region, wording: Wording) -> str:
    if region.label == "mixed":
        return "the mixed equilibrium"
    return wording.sentence(region.label) if region.name else wording.profile(region.label)


def atlas_statics(atlas: Atlas) -> AtlasStatics:
    """Return the comparative statics of every region of an atlas that is not empty.

    Raises
    ------
    UsageError
        If the atlas compares moves and so has no equilibria.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> from detente.solve.parametric.atlas import atlas
    >>> s = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": (2, 3), "h": (1, "3/2")})
    >>> print(atlas_statics(atlas(s)).in_words({"s": "the stag", "h": "the hare"}).splitlines()[0])
    In (1, 1), the payoff of 1 rises with the stag.
    """
    if any(hasattr(region, "pairs") for region in atlas.regions):
        raise UsageError("comparative statics are of equilibria; found an atlas that compares moves")
    regions = [region for region in atlas.regions if region.status != "never"]
    return AtlasStatics(tuple((region, comparative_statics(region)) for region in regions))
