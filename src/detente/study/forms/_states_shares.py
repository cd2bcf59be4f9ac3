"""A stochastic game of a study as shares and importance look at it: its named outcomes, replies and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Conclusion
from detente.conclusions.robustness.stochastic import Answers, Ending, stochastic_draws

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions.robustness.classifier import Subject
    from detente.study.forms._states import Dynamics
    from detente.study.model import GameModel

__all__ = ["stochastic_subject"]


def stochastic_subject(
    form: Any, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
) -> Subject:
    """Return the game with some parameters held; bounds of outcomes are those at the baseline with what is held."""
    dynamics: Dynamics = model.definition.data
    values = {**{name: each.value for name, each in model.intervals.items()}, **held}
    env = {**values, **model.derived_values(values)}
    game = form.at_values(model, values, kind)
    endings = []
    for rule in dynamics.outcomes:
        states = None
        if rule.states or rule.low is not None or rule.high is not None:
            low = None if rule.low is None else rule.low.evaluate(env)
            high = None if rule.high is None else rule.high.evaluate(env)
            states = tuple(
                k
                for k, state in enumerate(game.states)
                if (not rule.states or str(state) in rule.states)
                and (low is None or (isinstance(state, int) and state >= low))
                and (high is None or (isinstance(state, int) and state <= high))
            )
        moves = tuple(
            {
                model.players.index(who): tuple(model.definition.strategies[who].index(each) for each in what)
                for who, what in alternative.items()
            }
            for alternative in rule.moves
        )
        endings.append(Ending(rule.name, rule.endings, states, moves))
    answers = []
    for reply in dynamics.replies:
        before = dynamics.order[0][0]
        first, own = model.definition.strategies[before], model.definition.strategies[reply.player]
        answers.append(
            Answers(
                reply.name, {first.index(a): tuple(own.index(b) for b in fits) for a, fits in reply.answers.items()}
            )
        )
    wanted = {
        name: dynamics.policy(given.name)
        for name, given in conclusions.items()
        if isinstance(given, Conclusion) and given.kind == "policy"
    } or {f"equilibrium:{policy.name}": policy for policy in dynamics.policies}
    policies = {
        name: (rule.actions, [state for state in game.playing if not rule.states or str(state) in rule.states])
        for name, rule in wanted.items()
    }
    return stochastic_draws(game, conclusions, policies, endings, answers, held)
