"""How mixed probabilities and payoffs move with the parameters: signs of derivatives over a region.

The derivative of a quotient N/D has the sign of N' D - N D'. Its sign over the region is decided by refuting the
region's inequalities together with each sign in turn; points of the region only show which signs do occur.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.formula import symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.solve.parametric.atlas_result import Region

__all__ = ["Statics", "comparative_statics"]

_SIGNS = {
    frozenset({1}): "+",
    frozenset({-1}): "-",
    frozenset({0}): "0",
    frozenset({0, 1}): "+0",
    frozenset({-1, 0}): "-0",
}


@dataclass(frozen=True)
class Statics:
    """The sign of one derivative over a region.

    Attributes
    ----------
    player : str
        Whose probability or payoff it is.
    quantity : str
        The strategy whose probability moves, or ``payoff``.
    parameter : str
        What moves it, all else equal.
    sign : str
        ``+`` or ``-``: always, strictly; ``+0`` or ``-0``: always, zero somewhere perhaps; ``0``: not at all;
        ``depends``: both signs occur in the region; ``undecided``: neither proved nor seen.
    derivative : SymPy expression
        The derivative.
    """

    player: str
    quantity: str
    parameter: str
    sign: str
    derivative: Any


def comparative_statics(region: Region) -> tuple[Statics, ...]:
    """Return the sign of the derivative of each mixed probability and each payoff by each parameter that it holds.

    Derived names are replaced by their formulas first, so that a parameter counts wherever it acts. What has a square
    root is ``undecided``, with its derivative; so is every sign over a region that is empty.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> from detente.solve.parametric.atlas import atlas
    >>> s = SymbolicGame([[["s", 0], ["h", "h"]], [["s", "h"], [0, "h"]]], {"s": (2, 3), "h": (1, "3/2")})
    >>> mixed = atlas(s).regions[-1]
    >>> [(each.player, each.quantity, each.parameter, each.sign) for each in mixed.statics() if each.player == "1"]
    [('1', '1', 'h', '+'), ('1', '1', 's', '-'), ('1', '2', 'h', '-'), ('1', '2', 's', '+'), ('1', 'payoff', 'h', '+')]
    """
    from detente.solve.parametric._polynomial_ring import GameRing
    from detente.solve.parametric.redundancy import Atom, Decider

    game = region.game
    quantities: list[tuple[str, str, Any]] = []
    for player, own in region.profile.items():
        quantities += [(player, name, game.expand(weight)) for name, weight in _weights(own)]
    quantities += [
        (player, "payoff", game.expand(value)) for player, value in region.payoffs.items() if hasattr(value, "diff")
    ]
    conditions = [
        (game.expand(each.expression), each.relation, each.why)
        for each in region.unsettled
        if not hasattr(each, "radicand")
    ]
    box = {name: region.box.get(name, (value, value)) for name, value in game.baseline.items()}
    ring = GameRing(game, [*(each for _, _, each in quantities), *(each for each, _, _ in conditions)])
    poles = [ring.quotient(each)[1] for _, _, each in quantities]
    decide = Decider(ring, box, [each for each in poles if not each.is_constant()])
    atoms = []
    for expression, relation, why in conditions:
        top, bottom = ring.quotient(expression)
        atoms.append(Atom(top * bottom, relation, why))
    plain = all(each.is_Symbol for each in ring.generators)
    found = []
    for player, quantity, expression in quantities:
        top, bottom = ring.quotient(expression)
        for name in sorted(each.name for each in expression.free_symbols):
            if box[name][0] == box[name][1]:
                continue
            if not plain:
                found.append(Statics(player, quantity, name, "undecided", expression.diff(symbol(name))))
                continue
            at = ring.generators.index(symbol(name))
            slope = top.derivative(at) * bottom - top * bottom.derivative(at)
            derivative = ring.ratio(slope, bottom * bottom)
            sign = "undecided" if region.status == "never" else _sign(decide, atoms, slope)
            found.append(Statics(player, quantity, name, sign, derivative))
    return tuple(found)


def _weights(own: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the probabilities that hold parameters; of a tree, set by set."""
    for name, weight in own.items():
        if isinstance(weight, dict):
            yield from ((f"{action} at {name}", each) for action, each in _weights(weight))
        elif getattr(weight, "free_symbols", None):
            yield name, weight


def _sign(decide: Any, atoms: list[Any], slope: Any) -> str:
    from detente.solve.parametric.redundancy import Atom

    possible = decide.signs(slope)
    met = {decide.signs_at(slope)[k] for k in decide.meeting(atoms)}
    if {-1, 1} <= met:
        return "depends"
    relation = {1: ">", 0: "==", -1: "<"}
    signs = frozenset(
        sign
        for sign in possible
        if sign in met or len(possible) == 1 or not decide.refuted([*atoms, Atom(slope, relation[sign])])
    )
    return _SIGNS.get(signs, "undecided")
