"""What a player can bind itself to, and what the others may then do: options, replies and their conditions.

A reply is a pure equilibrium of the game that is left once the option is fixed. It comes as formulas: what it pays, and
the expressions that have to be at least 0 for it to be an equilibrium. With one other player these are its best
replies, and together they bound whatever it may do, mixtures of best replies included. With several, they are all
pure equilibria of the remaining game, and mixed ones may exist beside them. In a tree they are the pure subgame-perfect
plans of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions.ensemble.solve_batch import MAX_STRATEGIES
from detente.errors import UsageError, did_you_mean
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from detente.games.normal import Profile

__all__ = ["Menu", "Reply", "menu"]

#: Most replies to one option, and most options of a tree, that are written out.
MAX_REPLIES = 2000
MAX_PLANS = 200


@dataclass(frozen=True, eq=False)
class Reply:
    """A pure way for the others to play after an option.

    Attributes
    ----------
    label : str
        ``PLAYER=STRATEGY, ..`` of the others.
    payoffs : tuple
        What each player gets, as expressions.
    conditions : tuple of (int, expression)
        The reply is an equilibrium of what is left where every expression is at least 0; each belongs to the player
        that would deviate.
    profile : tuple of int or None
        The whole profile, in a normal form.
    """

    label: str
    payoffs: tuple[Any, ...]
    conditions: tuple[tuple[int, Any], ...]
    profile: Profile | None = None


@dataclass(frozen=True, eq=False)
class Menu:
    """The options of a player, each with the replies of the others.

    ``game`` gives the box, derived values and constraints (and the payoffs, in a normal form). ``method`` says what is
    looked at once an option is fixed: ``best replies`` of the only other mover; ``all equilibria`` of the two others
    that move, mixed ones included; ``pure equilibria`` of more; ``subgame-perfect plans`` in a tree, which has
    chance moves where ``chance`` is True.
    """

    game: SymbolicGame
    form: str
    players: tuple[str, ...]
    player: int
    labels: tuple[str, ...]
    replies: tuple[tuple[Reply, ...], ...]
    method: str
    chance: bool = False

    @property
    def others(self) -> tuple[int, ...]:
        """The other players."""
        return tuple(index for index in range(len(self.players)) if index != self.player)


def menu(game: SymbolicGame | SymbolicTree | NormalFormGame, player: str | int) -> Menu:
    """Return the options of a player in a normal form or a tree with perfect information.

    Raises
    ------
    UsageError
        If the player is unknown, or a tree has more plans than are written out.
    """
    if isinstance(game, NormalFormGame):
        game = _with_formulas(game)
    if not isinstance(game, (SymbolicGame, SymbolicTree)):
        raise UsageError(f"found {type(game).__name__}; options are those of normal forms and trees")
    players = game.players
    if player in players:
        index = players.index(player)
    elif isinstance(player, int) and not isinstance(player, bool) and 0 <= player < len(players):
        index = player
    else:
        hint = did_you_mean(str(player), players)
        raise UsageError(
            f"unknown player {player!r}; expected one of {', '.join(players)}" + (f"; {hint}" if hint else "")
        )
    return _of_tree(game, index) if isinstance(game, SymbolicTree) else _of_normal_form(game, index)


def _with_formulas(game: NormalFormGame) -> SymbolicGame:
    if game.arithmetic != "exact":
        raise UsageError("found a game of floats; options are compared exactly: give integers, fractions or text")
    return SymbolicGame(game.payoffs.tolist(), {}, game.players, game.strategies)


# -- normal forms ---------------------------------------------------------------------------------------------


def _of_normal_form(game: SymbolicGame, player: int) -> Menu:
    others = [index for index in range(len(game.players)) if index != player]
    made = []
    for own in range(game.shape[player]):
        sizes = [range(size) if index != player else (own,) for index, size in enumerate(game.shape)]
        replies = []
        for profile in product(*sizes):
            conditions = [
                (j, game.payoff(j, profile) - game.payoff(j, (*profile[:j], other, *profile[j + 1 :])))
                for j in others
                for other in range(game.shape[j])
                if other != profile[j]
            ]
            label = ", ".join(f"{game.players[j]}={game.strategies[j][profile[j]]}" for j in others)
            payoffs = tuple(game.payoff(k, profile) for k in range(len(game.players)))
            replies.append(Reply(label, payoffs, tuple(conditions), profile))
        made.append(tuple(replies))
    sizes_of = [game.shape[j] for j in others if game.shape[j] > 1]
    method = "best replies" if len(sizes_of) < 2 else "pure equilibria"
    if len(sizes_of) == 2 and max(sizes_of) <= MAX_STRATEGIES:
        method = "all equilibria"
    return Menu(game, "normal", game.players, player, game.strategies[player], tuple(made), method)


# -- trees ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Plan:
    """How the others play in a sub-tree: what they choose, what it pays, and when that is optimal."""

    choices: tuple[tuple[int, str], ...]
    values: tuple[Any, ...]
    conditions: tuple[tuple[int, Any], ...]
    path: tuple[tuple[int, str], ...]


def _of_tree(tree: SymbolicTree, player: int) -> Menu:
    hidden = next((each for each in tree.information_sets if len(each.nodes) > 1), None)
    if hidden is not None:
        raise UsageError(
            f"{tree.players[hidden.player]} cannot tell apart {len(hidden.nodes)} nodes of [{hidden.label}]; options "
            "of trees need perfect information: ask the normal form, or a variant in which moves are seen"
        )
    plans = list(_own_plans(tree, player, 0))
    labels, made = [], []
    sets = [each for each in tree.information_sets if each.player == player]
    for plan in plans:
        labels.append(
            ",".join(each.actions[plan[each.nodes[0]]] if each.nodes[0] in plan else "*" for each in sets) or "-"
        )
        replies = [
            Reply(
                ", ".join(f"{tree.players[who]}={what}" for who, what in each.path) or "none",
                each.values,
                each.conditions,
            )
            for each in _replies(tree, player, plan, 0)
        ]
        made.append(tuple(replies))
    chance = any(node.kind == "chance" for node in tree.nodes)
    return Menu(
        tree.formulas, "extensive", tree.players, player, tuple(labels), tuple(made), "subgame-perfect plans", chance
    )


def _own_plans(tree: SymbolicTree, player: int, node: int) -> Iterator[dict[int, int]]:
    """Yield the plans of a player below a node: an action at each of its nodes that the plan does not rule out."""
    here = tree.nodes[node]
    if here.kind == "decision" and here.player == player:
        for action, child in enumerate(here.children):
            for below in _own_plans(tree, player, child):
                yield {node: action, **below}
        return
    parts = [list(_own_plans(tree, player, child)) for child in here.children]
    number = 1
    for part in parts:
        number *= len(part)
    if number > MAX_PLANS:
        raise UsageError(
            f"found more than {MAX_PLANS} plans of {tree.players[player]}; options are written out for smaller trees"
        )
    for chosen in product(*parts):
        yield {own: action for below in chosen for own, action in below.items()}


def _replies(tree: SymbolicTree, player: int, plan: Mapping[int, int], node: int) -> list[_Plan]:
    """Return the ways in which the others may play below a node, given the plan of the player."""
    here = tree.nodes[node]
    if here.kind == "terminal":
        return [_Plan((), tree.totals[node], (), ())]
    if node in plan:
        return _replies(tree, player, plan, here.children[plan[node]])
    parts = [_replies(tree, player, plan, child) for child in here.children]
    number = 1
    for part in parts:
        number *= len(part)
    if number * len(here.children) > MAX_REPLIES:
        raise UsageError(f"found more than {MAX_REPLIES} ways to reply to one plan; options are written out for less")
    found = []
    for below in product(*parts):
        choices = tuple(each for part in below for each in part.choices)
        conditions = tuple(each for part in below for each in part.conditions)
        if here.kind == "chance":
            import sympy

            weights = [
                p if hasattr(p, "free_symbols") else sympy.Rational(p.numerator, p.denominator)
                for p in here.probabilities
            ]
            values = tuple(
                sum(w * part.values[k] for w, part in zip(weights, below, strict=True))
                for k in range(len(tree.players))
            )
            path = tuple(dict.fromkeys(each for part in below for each in part.path))
            found.append(_Plan(choices, values, conditions, path))
            continue
        assert here.player is not None
        for action, follows in enumerate(below):
            better = [
                (here.player, follows.values[here.player] - other.values[here.player])
                for k, other in enumerate(below)
                if k != action
            ]
            move = (here.player, here.actions[action])
            found.append(
                _Plan(
                    (*choices, (node, here.actions[action])),
                    follows.values,
                    (*conditions, *better),
                    (move, *follows.path),
                )
            )
    return found
