"""Questions about mixed strategies in games of two players: probabilities, payoffs, when a reply is best."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.exercises.answers import Value, Vocabulary
from detente.exercises.asks_normal import player_of
from detente.exercises.cases import Said, known, said
from detente.exercises.conditions import Range
from detente.exercises.key import Key, ask, condition_value, number
from detente.exercises.rules import swapped
from detente.numbers import plain

if TYPE_CHECKING:
    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step
    from detente.games.normal import NormalFormGame
    from detente.solve.result import Equilibrium

__all__: list[str] = []


def mixed_equilibrium(game: NormalFormGame) -> Equilibrium:
    """Return the equilibrium in which both players mix over all their strategies.

    Raises
    ------
    UsageError
        If there is none, or if the payoffs are tied so that there are many.
    """
    from detente.solve.equilibria import equilibria

    found = equilibria(game)
    mixed = [each for each in found.equilibria if all(w > 0 for own in each.profile.values() for w in own.values())]
    if len(game.players) != 2 or len(mixed) != 1 or found.degenerate:
        raise UsageError("found no single equilibrium in which both players mix over everything; require 'unique_mixed'")
    return mixed[0]


def _maybe_mixed(game: NormalFormGame) -> Equilibrium | None:
    try:
        return mixed_equilibrium(game)
    except UsageError:
        return None


def _indifference(case: Case, player: int) -> list[dict[str, str]]:
    """Return in words how the mixture of a player follows from the other's payoffs, for two strategies each."""
    game, other = case.normal, 1 - player
    if game.shape != (2, 2):
        return []
    own, me, them = game.strategies[player], game.players[player], game.players[other]
    lines = []
    for k, reply in enumerate(game.strategies[other]):
        a, b = (game.payoffs[(other, *((s, k) if player == 0 else (k, s)))] for s in (0, 1))
        lines.append(
            said(
                case, "If {me} plays {first} with probability p, {them} gets {a}*p + {b}*(1 - p) from {reply}.",
                "若 {me} 以概率 p 选择 {first}，{them} 选择 {reply} 得 {a}*p + {b}*(1 - p)。",
                me=me, first=own[0], them=them, a=case.number(a), b=case.number(b), reply=reply,
            )
        )  # fmt: skip
    value = mixed_equilibrium(game).profile[me][own[0]]
    lines.append(said(case, "Both are equal at p = {value}.", "两者在 p = {value} 处相等。", value=case.number(value)))
    return lines


@ask("probability", "player", "strategy")
def _probability(case: Case, step: Step) -> Key:
    """How likely ``player`` plays ``strategy`` in the equilibrium in which both mix."""
    game, player = case.normal, player_of(case, step)
    me = game.players[player]
    own = game.strategies[player]
    strategy = known(step.strategy, own, "strategy")
    found = mixed_equilibrium(game)
    value = found.profile[me][strategy]
    wrong = {
        "complement": number(1 - value),
        "payoffs_for_strategies": number(found.payoffs[me]),
    }
    theirs = game.strategies[1 - player]
    if len(theirs) == len(own):
        them = game.players[1 - player]
        wrong["other_players_probabilities"] = number(found.profile[them][theirs[own.index(strategy)]])
    other = _maybe_mixed(swapped(game))
    if other is not None:
        wrong["wrong_player"] = number(other.profile[me][strategy])
    lines = [*_indifference(case, player)]
    lines.append(said(case, "In equilibrium {me} plays {strategy} with probability {value}.", "均衡中 {me} 以概率 {value} 选择 {strategy}。", me=me, strategy=strategy, value=case.number(value)))
    prompt = said(case, "{me}: with which probability is {strategy} played in the mixed equilibrium?", "在混合均衡中，{me} 以多大概率选择 {strategy}？", me=me, strategy=strategy)
    return Key(number(value), prompt, tuple(lines), wrong)


@ask("mixture", "player")
def _mixture(case: Case, step: Step) -> Key:
    """The whole mixed strategy of ``player`` in the equilibrium in which both mix."""
    game, player = case.normal, player_of(case, step)
    me, them = game.players[player], game.players[1 - player]
    found = mixed_equilibrium(game)
    value = tuple(found.profile[me].values())
    wrong = {"complement": Value("mixture", value[::-1])}
    if len(found.profile[them]) == len(value):
        wrong["other_players_probabilities"] = Value("mixture", tuple(found.profile[them].values()))
    text = Said(", ".join(case.number(each) for each in value))
    lines = (*_indifference(case, player), said(case, "The mixture of {me} is {text}.", "{me} 的混合策略为 {text}。", me=me, text=text))
    prompt = said(case, "{me}: which mixed strategy is played in the mixed equilibrium?", "在混合均衡中 {me} 的混合策略是什么？", me=me)
    return Key(Value("mixture", value), prompt, lines, wrong, Vocabulary(player=me))


@ask("mixed_payoff", "player")
def _payoff(case: Case, step: Step) -> Key:
    """What ``player`` gets in the equilibrium in which both mix."""
    game, player = case.normal, player_of(case, step)
    me, them = game.players[player], game.players[1 - player]
    found = mixed_equilibrium(game)
    value = found.payoffs[me]
    cells = [game.payoffs[(player, *s)] for s in game.profiles()]
    wrong = {
        "wrong_player": number(found.payoffs[them]),
        "strategies_for_payoffs": number(next(iter(found.profile[me].values()))),
        "best_case": number(max(cells)),
    }
    reply = game.strategies[player][0]
    weights = found.profile[them]
    terms = " + ".join(
        f"{case.number(weight)}*{case.number(game.payoffs[(player, *((0, k) if player == 0 else (k, 0)))])}"
        for k, weight in enumerate(weights.values())
    )
    lines = (
        said(case, "Against the mixture of {them}, {reply} pays {me} {terms} = {value}.", "面对 {them} 的混合策略，{reply} 使 {me} 得 {terms} = {value}。",
             them=them, reply=reply, me=me, terms=Said(terms), value=case.number(value)),
        said(case, "Every strategy of the mixture pays the same.", "混合中的每个策略支付相同。"),
    )  # fmt: skip
    prompt = said(case, "{me}: which payoff does the mixed equilibrium give, on average?", "在混合均衡中 {me} 平均得到多少？", me=me)
    return Key(number(value), prompt, lines, wrong)


@ask("best_when", "player", "strategy", "against")
def _best_when(case: Case, step: Step) -> Key:
    """For which probabilities p of the other's strategy ``against`` the ``strategy`` of ``player`` is a best reply."""
    game, player = case.normal, player_of(case, step)
    if game.shape != (2, 2):
        raise UsageError("found a game that is not 2x2; best_when compares two strategies")
    other = 1 - player
    me, them = game.players[player], game.players[other]
    own = game.strategies[player]
    strategy = known(step.strategy, own, "strategy")
    against = known(step.against, game.strategies[other], "strategy")
    mine, column = own.index(strategy), game.strategies[other].index(against)

    def gain(judge: int) -> tuple[Fraction, Fraction]:
        """What the strategy pays more than the other one at p = 1 and at p = 0."""
        cells = [
            [game.payoffs[(judge, *((s, k) if player == 0 else (k, s)))] for k in (column, 1 - column)]
            for s in (mine, 1 - mine)
        ]
        return cells[0][0] - cells[1][0], cells[0][1] - cells[1][1]

    one, zero = gain(player)
    words = Vocabulary(range=Range("p", Fraction(0), Fraction(1)))

    def condition(at: tuple[Any, Any], sign: str) -> Value:
        return condition_value(f"{plain(at[0])}*p + ({plain(at[1])})*(1 - p) {sign} 0".replace("--", "+"), words)

    wrong = {
        "strict_for_weak": condition((one, zero), ">"),
        "reversed": condition((one, zero), "<="),
        "wrong_player": condition(gain(other), ">="),
    }
    if one != zero:
        cut = -zero / (one - zero)
        text = Said(f"p {'>=' if one > zero else '<='} {plain(cut)}")
    else:
        text = Said("p >= 0" if one >= 0 else "p < 0")
    value = condition_value(text.text, words)
    wrong["complement"] = condition((zero, one), ">=")
    lines = (
        said(case, "{strategy} pays {me} {a}*p + {b}*(1 - p) more than the other strategy.", "{strategy} 比另一策略使 {me} 多得 {a}*p + {b}*(1 - p)。",
             strategy=strategy, me=me, a=Said(case.number(one)), b=Said(f"({case.number(zero)})")),
        said(case, "This is not negative where {text}.", "它在 {text} 时不为负。", text=text),
    )  # fmt: skip
    prompt = said(
        case, "{them} plays {against} with probability p. For which p is {strategy} a best reply ({me})?",
        "{them} 以概率 p 选择 {against}。p 取何值时 {strategy} 是 {me} 的最优反应？",
        them=them, against=against, strategy=strategy, me=me,
    )  # fmt: skip
    return Key(value, prompt, lines, wrong, words)
