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

from detente.conclusions._forms import form_of, full_box, is_known
from detente.conclusions.ensemble.solve_batch import MAX_STRATEGIES
from detente.errors import UsageError, did_you_mean
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame
from detente.games.symbolic_tree import SymbolicTree

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    chance moves where ``chance`` is True. ``places`` are the decision points that a plan of a tree names, in order.
    """

    game: SymbolicGame
    form: str
    players: tuple[str, ...]
    player: int
    labels: tuple[str, ...]
    replies: tuple[tuple[Reply, ...], ...]
    method: str
    chance: bool = False
    places: tuple[str, ...] = ()

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
    sets = [each for each, own in enumerate(tree.information_sets) if own.player == player and len(own.actions) > 1]
    labels, made = [], []
    possible = _Possible(tree)
    for plan in _own_plans(tree, player):
        names = [tree.information_sets[each].actions[plan[each]] if each in plan else "*" for each in sets]
        labels.append(",".join(names) or "-")
        _check_hidden(tree, plan)
        replies = [
            Reply(
                ", ".join(f"{tree.players[who]}={what}" for who, what in each.path) or "none",
                each.values,
                each.conditions,
            )
            for each in _replies(tree, plan, 0, possible)
        ]
        made.append(tuple(replies))
    chance = any(node.kind == "chance" for node in tree.nodes)
    return Menu(
        tree.formulas, "extensive", tree.players, player, tuple(labels), tuple(made), "subgame-perfect plans", chance,
        tuple(tree.information_sets[each].label for each in sets),
    )  # fmt: skip


def _reached(tree: SymbolicTree, plan: Mapping[int, int]) -> list[int]:
    """Return the nodes that a plan, by information set, does not rule out, in the order of the tree."""
    found, stack = [], [0]
    while stack:
        at = stack.pop()
        found.append(at)
        node = tree.nodes[at]
        fixed = node.information_set in plan if node.kind == "decision" else False
        children = [node.children[plan[node.information_set]]] if fixed else list(node.children)  # type: ignore[index]
        stack += reversed(children)
    return found


def _own_plans(tree: SymbolicTree, player: int) -> list[dict[int, int]]:
    """Return the plans of a player: an action at each of its information sets that the plan does not rule out."""
    found: list[dict[int, int]] = []
    stack: list[dict[int, int]] = [{}]
    while stack:
        plan = stack.pop()
        open_sets = (
            tree.nodes[at].information_set
            for at in _reached(tree, plan)
            if tree.nodes[at].player == player and tree.nodes[at].information_set not in plan
        )
        where = next(open_sets, None)
        if where is None:
            found.append(plan)
        else:
            actions = range(len(tree.information_sets[where].actions))
            stack += [{**plan, where: action} for action in reversed(actions)]
        if len(found) + len(stack) > MAX_PLANS:
            raise UsageError(
                f"found more than {MAX_PLANS} plans of {tree.players[player]}; options are for smaller trees"
            )
    return found


def _check_hidden(tree: SymbolicTree, plan: Mapping[int, int]) -> None:
    """Refuse a plan after which somebody else moves without knowing what was chosen before."""
    met: set[int] = set()
    for at in _reached(tree, plan):
        where = tree.nodes[at].information_set
        if tree.nodes[at].kind != "decision" or where is None or where in plan:
            continue
        if where in met:
            own = tree.information_sets[where]
            raise UsageError(
                f"{tree.players[own.player]} cannot tell apart the nodes of [{own.label}] once a plan is fixed; "
                "options of trees need perfect information among the others: ask a game in which moves are seen"
            )
        met.add(where)


def _replies(tree: SymbolicTree, plan: Mapping[int, int], node: int, possible: _Possible) -> list[_Plan]:
    """Return the ways in which the others may play below a node, given the plan of the player."""
    here = tree.nodes[node]
    if here.kind == "terminal":
        return [_Plan((), tree.totals[node], (), ())]
    where = here.information_set
    if where is not None and where in plan:
        return _replies(tree, plan, here.children[plan[where]], possible)
    parts = [_replies(tree, plan, child, possible) for child in here.children]
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
            weights = tree.odds(here)
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
            if not all(possible(condition) for _, condition in better):
                continue
            move = (here.player, here.actions[action])
            found.append(
                _Plan(
                    (*choices, (node, here.actions[action])),
                    follows.values,
                    (*conditions, *better),
                    (move, *follows.path),
                )
            )
    return list({(each.values, frozenset(each.conditions), each.path): each for each in found}.values())


class _Possible:
    """Tells apart conditions that bounds refute all over the box: plans with them need not be followed."""

    def __init__(self, tree: SymbolicTree) -> None:
        self.game, self.box = tree.formulas, full_box(tree.formulas)
        self.known: dict[Any, bool] = {}

    def __call__(self, condition: Any) -> bool:
        if condition not in self.known:
            expanded = self.game.expand(condition)
            most = form_of(expanded).extreme(self.box, high=True, known={}) if is_known(expanded) else None
            self.known[condition] = most is None or bool(most >= 0)
        return self.known[condition]
