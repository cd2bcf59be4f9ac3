r"""What keeps players to a policy of a parametric stochastic game: the gain of every one-shot deviation in closed form.

The policy names an action of every player for every state. Where play only moves on or stays, its values follow state
by state: :math:`v = (u + \delta \sum_{t \ne s} P(t) v(t))/(1 - \delta P(s))`. The policy is an equilibrium exactly
where no gain is positive (the one-shot deviation principle).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.games.normal import Profile
    from detente.games.stochastic import State
    from detente.games.symbolic_stochastic import SymbolicStochasticGame

__all__ = [
    "Incentive", "Plan", "constant_plan", "plan_deviations", "plan_gains", "plan_values", "policy_incentives",
    "policy_values", "profile_played", "state_gains",
]  # fmt: skip


@dataclass(frozen=True)
class Incentive:
    """One deviation from a policy: who, in which state, after what was seen, to which action, and its gain.

    ``gain`` is an expression of parameters and derived names; the deviation is kept from where it is at most 0.
    """

    player: str
    state: State
    seen: tuple[str, ...]
    action: str
    gain: Any

    def bound(self, name: str) -> tuple[Any, int] | None:
        """Return the value of a parameter at which the gain is 0, and 1 where more of it raises the gain, else -1.

        None where the gain does not depend on it, or not linearly with a slope of one sign that is read off.
        """
        import sympy

        from detente.games.symbolic import symbol

        x = symbol(name)
        if x not in self.gain.free_symbols:
            return None
        slope = sympy.factor(sympy.diff(self.gain, x))
        if x in slope.free_symbols:
            return None
        rest = sympy.expand(self.gain.xreplace({x: sympy.Integer(0)}))
        at = sympy.Add(*(-each / slope for each in sympy.Add.make_args(rest)))
        return at, -1 if slope.could_extract_minus_sign() else 1


#: What each mover does at every point of every state: (state, actions seen) to player to action, all as indices.
Plan = dict[tuple[Any, tuple[int, ...]], dict[int, int]]


def constant_plan(game: SymbolicStochasticGame, policy: Mapping[str, Any]) -> Plan:
    """Return a policy, an action of every player for all states or by state, as a plan with constant replies."""
    found: Plan = {}
    for state in game.playing:
        for seen, group in game.points_of(state):
            found[state, seen] = {}
            for i in group:
                player = game.players[i]
                action = policy[player][state] if hasattr(policy[player], "items") else policy[player]
                own = game.actions[state][i]
                if action not in own:
                    if len(own) > 1:
                        raise UsageError(f"found the action {action!r} of {player}; expected one of {', '.join(own)}")
                    action = own[0]
                found[state, seen][i] = own.index(action)
    return found


def profile_played(
    game: SymbolicStochasticGame, plan: Plan, state: State, seen: tuple[int, ...] = ()
) -> tuple[int, ...]:
    """Return the profile that a plan leads to from a point on."""
    sequence = [j for group in game.order for j in group]
    found = dict(zip(sequence, seen, strict=False))
    for group in game.order:
        if group[0] in found:
            continue
        at = tuple(found[j] for j in sequence[: len(found)])
        found.update(plan[state, at])
    return tuple(found[j] for j in range(len(game.players)))


def plan_values(game: SymbolicStochasticGame, plan: Plan) -> dict[State, tuple[Any, ...]]:
    """Return what every state is worth to each player under a plan, as expressions.

    Raises
    ------
    UsageError
        If play can come back to a state that it has left.
    """
    known: dict[State, tuple[Any, ...]] = {state: game.end(state) for state in game.terminal}
    for part in game.shape_of.classes:
        if len(part) > 1:
            raise UsageError("values in closed form need play that moves on or stays; found states that come back")
        (state,) = part
        profile = profile_played(game, plan, state)
        moves = dict(game.moves(state, profile))
        stays = moves.pop(state, 0)
        # plans that agree in later states have these values in common
        key = ("value", state, profile, *(known[to] for to in moves))
        if key not in game.worked_out:
            values = []
            for i, pay in enumerate(game.payoff(state, profile)):
                factor = game.factor(i)
                ahead = sum(chance * known[to][i] for to, chance in moves.items())
                values.append((pay + factor * ahead) / (1 - factor * stays))
            game.worked_out[key] = tuple(values)
        known[state] = game.worked_out[key]
    return known


def policy_values(game: SymbolicStochasticGame, policy: Mapping[str, Any]) -> dict[State, tuple[Any, ...]]:
    """Return what every state is worth to each player under a policy, as expressions."""
    return plan_values(game, constant_plan(game, policy))


def plan_deviations(
    game: SymbolicStochasticGame, plan: Plan, states: Sequence[State] | None = None
) -> Iterator[tuple[State, tuple[int, ...], int, tuple[int, ...], tuple[int, ...]]]:
    """Yield every one-shot deviation from a plan: state, what was seen, player, profile with it and without it."""
    sequence = [j for group in game.order for j in group]
    for state in states if states is not None else game.playing:
        for seen, group in game.points_of(state):
            kept = profile_played(game, plan, state, seen)
            for i in group:
                for action in range(len(game.actions[state][i])):
                    if action != kept[i]:
                        joint = [kept[j] for j in sequence[: len(seen) + len(group)]]
                        joint[sequence.index(i)] = action
                        yield state, seen, i, profile_played(game, plan, state, tuple(joint)), kept


def plan_gains(game: SymbolicStochasticGame, plan: Plan, states: Sequence[State] | None = None) -> list[Incentive]:
    """Return the gain of every one-shot deviation from a plan, as expressions that are not simplified."""
    known = plan_values(game, plan)
    return [
        each
        for state in (states if states is not None else game.playing)
        for each, *_ in state_gains(game, plan, state, known)
    ]


def state_gains(
    game: SymbolicStochasticGame, plan: Plan, state: State, known: Mapping[State, tuple[Any, ...]]
) -> tuple[tuple[Incentive, Profile, Profile], ...]:
    """Return the one-shot deviations in a state, with the profiles with and without each.

    ``known`` are the plan's values.
    """
    choices = tuple(tuple(plan[state, seen].items()) for seen, _ in game.points_of(state))
    # plans that agree here and in what the state leads to have these in common
    here = ("gains", state, choices, *(known[to] for to in game.shape_of.successors(state)))
    if here not in game.worked_out:
        sequence = [j for group in game.order for j in group]
        found = []
        for _, seen, i, moved, kept in plan_deviations(game, plan, [state]):
            after = (known[to][i] for each in (moved, kept) for to, _ in game.moves(state, each))
            key = ("gain", state, i, moved, kept, *after)
            if key not in game.worked_out:
                game.worked_out[key] = _worth(game, state, moved, i, known) - _worth(game, state, kept, i, known)
            words = tuple(game.actions[state][j][a] for j, a in zip(sequence, seen, strict=False))
            action = game.actions[state][i][moved[i]]
            found.append((Incentive(game.players[i], state, words, action, game.worked_out[key]), moved, kept))
        game.worked_out[here] = tuple(found)
    return game.worked_out[here]  # type: ignore[no-any-return]


def policy_incentives(
    game: SymbolicStochasticGame, policy: Mapping[str, Any], states: Sequence[State] | None = None
) -> tuple[Incentive, ...]:
    """Return the gain of every one-shot deviation from a policy, in the order of states, players and actions.

    Parameters
    ----------
    game : SymbolicStochasticGame
        Play moves on or stays.
    policy : mapping
        Player to action, or to a mapping of states to actions. Those who see earlier moves do the same after all of
        them.
    states : sequence, optional
        The states looked at; by default all.

    Examples
    --------
    A deal is kept where the gain of breaking it is at most what is lost for ever.

    >>> from detente.games.symbolic_stochastic import SymbolicStochasticGame
    >>> game = SymbolicStochasticGame(
    ...     ["a", "b"], ["deal"], {"a": ["keep", "break"], "b": ["keep", "break"]},
    ...     {"deal": {("keep", "keep"): (1, 1), ("keep", "break"): (0, "g"), ("break", "keep"): ("g", 0),
    ...               ("break", "break"): (0, 0)}},
    ...     lambda state, moves: "deal" if moves == ("keep", "keep") else None, "d", {"g": (1, 3), "d": (0, "9/10", 1)},
    ... )
    >>> first = policy_incentives(game, {"a": "keep", "b": "keep"})[0]
    >>> print(first.player, first.action, first.gain)
    a break -d/(1 - d) + g - 1
    """
    import sympy

    found = plan_gains(game, constant_plan(game, policy), states)
    return tuple(replace(each, gain=sympy.collect(sympy.expand(each.gain), _denominators(each.gain))) for each in found)


def _denominators(expression: Any) -> list[Any]:
    import sympy

    return [each for each in expression.atoms(sympy.Pow) if each.exp.is_negative]


def _worth(
    game: SymbolicStochasticGame, state: State, profile: tuple[int, ...], player: int, known: Mapping[State, Any]
) -> Any:
    ahead = sum(chance * known[to][player] for to, chance in game.moves(state, profile))
    return game.payoff(state, profile)[player] + game.factor(player) * ahead
