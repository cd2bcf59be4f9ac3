"""Questions about repeated play: discounted payoffs, and how patient players must be for a grim trigger."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.exercises.answers import Vocabulary
from detente.exercises.asks_normal import player_of, profile_of
from detente.exercises.cases import Said, said
from detente.exercises.conditions import Range
from detente.exercises.key import Key, ask, condition_value, formula_value, number
from detente.numbers import plain

if TYPE_CHECKING:
    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step
    from detente.games.normal import Profile

__all__: list[str] = []


def _terms(case: Case, step: Step) -> tuple[int, Profile, Profile, Any, Any, Any]:
    """Return the player, target, punishment, and what the target, the best deviation and the punishment pay."""
    game, player = case.normal, player_of(case, step)
    target = profile_of(case, step.target, "target")
    punishment = profile_of(case, step.punishment, "punishment")
    kept = game.payoffs[(player, *target)]
    best = max(game.payoffs[(player, *target[:player], k, *target[player + 1 :])] for k in range(game.shape[player]))
    return player, target, punishment, kept, best, game.payoffs[(player, *punishment)]


def critical(case: Case, step: Step) -> Any:
    """Return the critical discount factor of ``player`` for a grim trigger, from the solver of repeated games."""
    from detente.solve.repeated.critical_discount_factor import critical_discount_factor

    player, target, punishment, *_ = _terms(case, step)
    game = case.normal
    found = critical_discount_factor(game, "grim", target, punishment).per_player[game.players[player]]
    if found is None or not 0 < found < 1:
        raise UsageError("found no critical discount factor inside (0, 1); require 'class:prisoners_dilemma'")
    return Fraction(str(found))


def _worked(case: Case, step: Step) -> tuple[dict[str, str], ...]:
    player, target, punishment, kept, best, after = _terms(case, step)
    me = case.normal.players[player]
    names, later = case.normal.profile_labels(target), case.normal.profile_labels(punishment)
    return (
        said(case, "Keeping to {names} pays {me} {kept} in every period.", "一直保持 {names}，{me} 每期得 {kept}。", names=names, me=me, kept=case.number(kept)),
        said(case, "Deviating pays {best} once and {after} ever after, in {later}.", "偏离则一次得 {best}，此后在 {later} 每期得 {after}。", best=case.number(best), after=case.number(after), later=later),
        said(
            case, "The gain {gain} today is no more than the loss {loss} in all later periods, worth delta/(1 - delta) of it, if delta >= {value}.",
            "今天的得益 {gain} 不超过此后各期损失 {loss} 的现值（乘以 delta/(1 - delta)），当且仅当 delta >= {value}。",
            gain=case.number(best - kept), loss=case.number(kept - after), value=case.number(critical(case, step)),
        ),
    )  # fmt: skip


@ask("critical_factor", "player", "target", "punishment")
def _critical(case: Case, step: Step) -> Key:
    """The least discount factor at which a grim trigger keeps ``player`` to ``target``."""
    player, target, _, kept, best, after = _terms(case, step)
    me = case.normal.players[player]
    value = critical(case, step)
    wrong = {
        "threshold_inverted": number(1 - value),
        "odds_for_threshold": number((best - kept) / (kept - after)),
    }
    if len(case.normal.players) == 2:
        k2, b2, a2 = _terms(case, step.model_copy(update={"player": case.normal.players[1 - player]}))[3:]
        if b2 != a2:
            wrong["wrong_player"] = number((b2 - k2) / (b2 - a2))
    names = case.normal.profile_labels(target)
    prompt = said(
        case, "Both use a grim trigger. {me}: what is the least discount factor at which keeping to {names} is best?",
        "双方使用冷酷触发策略。{me} 保持 {names} 所需的最小贴现因子是多少？", me=me, names=names,
    )  # fmt: skip
    return Key(number(value), prompt, _worked(case, step), wrong)


@ask("patience", "player", "target", "punishment")
def _patience(case: Case, step: Step) -> Key:
    """The condition on ``delta`` under which a grim trigger keeps ``player`` to ``target``."""
    player, target, *_ = _terms(case, step)
    me, value = case.normal.players[player], critical(case, step)
    words = Vocabulary(range=Range("delta", Fraction(0), Fraction(1), closed=False))
    wrong = {
        "threshold_inverted": condition_value(f"delta >= {plain(1 - value)}", words),
        "strict_for_weak": condition_value(f"delta > {plain(value)}", words),
        "reversed": condition_value(f"delta <= {plain(value)}", words),
    }
    names = case.normal.profile_labels(target)
    prompt = said(
        case, "{me}: for which discount factors delta between 0 and 1 is keeping to {names} best against a grim trigger?",
        "贴现因子 delta（0 与 1 之间）取何值时，冷酷触发策略能使 {me} 保持 {names}？", me=me, names=names,
    )  # fmt: skip
    return Key(condition_value(f"delta >= {plain(value)}", words), prompt, _worked(case, step), wrong, words)


@ask("critical_formula")
def _formula(case: Case, step: Step) -> Key:
    """The critical discount factor of a grim trigger in a symmetric prisoner's dilemma, as a formula of T, R and P."""
    from detente.games.symbolic import SymbolicGame
    from detente.printing import plain as printed
    from detente.solve.repeated.critical_discount_factor import critical_discount_factor

    payoffs = [[["R", "S"], ["T", "P"]], [["R", "T"], ["S", "P"]]]
    game = SymbolicGame(payoffs, parameters={"T": (4, 5), "R": (3, 4), "P": (1, 2), "S": (0, 1)}, players=["row", "column"])
    found = critical_discount_factor(game, "grim", target=(0, 0), punishment=(1, 1)).formula["row"]
    words = Vocabulary(symbols=("T", "R", "P", "S"))
    text = printed(found)
    wrong = {
        "threshold_inverted": formula_value(f"1 - ({text})", words),
        "odds_for_threshold": formula_value("(T - R)/(R - P)", words),
    }
    prompt = said(
        case, "Payoffs are T (temptation), R (both cooperate), P (both confront), S (confronted alone). Which formula gives the critical factor of a grim trigger?",
        "支付为 T（诱惑）、R（双方合作）、P（双方对抗）、S（单独被对抗）。冷酷触发策略的临界贴现因子公式是什么？",
    )  # fmt: skip
    line = said(case, "R >= (1 - delta)*T + delta*P, solved for delta: {text}.", "由 R >= (1 - delta)*T + delta*P 解出 delta：{text}。", text=Said(text))
    return Key(formula_value(text, words), prompt, (line,), wrong, words)


@ask("discounted", "player", "path", "delta", "of")
def _discounted(case: Case, step: Step) -> Key:
    """What ``path``, one profile a period, is worth to ``player`` at ``delta``; its last profile is played for ever."""
    game, player = case.normal, player_of(case, step)
    me = game.players[player]
    if not step.path or step.delta is None or not 0 < step.delta < 1:
        raise UsageError("found no path, or no delta between 0 and 1; expected path = [profile, ..] and delta = '1/2'")
    delta = Fraction(step.delta)
    profiles = [profile_of(case, each) for each in step.path]
    values = [game.payoffs[(player, *each)] for each in profiles]
    *first, last = values
    total = sum((value * delta**t for t, value in enumerate(first)), Fraction(0)) + last * delta ** len(first) / (1 - delta)
    average = step.of == "average"
    wrong = {
        "sum_not_discounted": number(sum(values)),
        "discounted_early": number((total * (1 - delta) if average else total) * delta),
    }
    if average:
        wrong["not_averaged"] = number(total)
    if len(game.players) == 2:
        theirs = [game.payoffs[(1 - player, *each)] for each in profiles]
        other = sum((v * delta**t for t, v in enumerate(theirs[:-1])), Fraction(0)) + theirs[-1] * delta ** len(first) / (1 - delta)
        wrong["wrong_player"] = number(other * (1 - delta) if average else other)
    terms = " + ".join(
        [*(f"{case.number(value)}*delta**{t}" for t, value in enumerate(first)), f"{case.number(last)}*delta**{len(first)}/(1 - delta)"]
    )
    lines = [said(case, "{me} gets {terms} = {total} with delta = {delta}.", "delta = {delta} 时，{me} 得 {terms} = {total}。", me=me, terms=Said(terms), total=Said(case.number(total)), delta=Said(case.number(delta)))]
    if average:
        lines.append(said(case, "Times 1 - delta, on the scale of one period: {value}.", "乘以 1 - delta，换成每期尺度：{value}。", value=Said(case.number(total * (1 - delta)))))
    shown = [game.profile_labels(each) for each in profiles]
    played = {f"p{k}": each for k, each in enumerate(shown)}
    before = ", ".join(f"{{p{k}}}" for k in range(len(shown) - 1))
    ever = f"{{p{len(shown) - 1}}}"
    head = f"Play is {before}, then {ever} for ever" if before else f"Play is {ever} for ever"
    head_zh = f"各期依次为 {before}，此后永远 {ever}" if before else f"每期都是 {ever}"
    what = ("average discounted payoff", "平均贴现支付") if average else ("discounted sum of payoffs", "贴现支付之和")
    prompt = said(
        case, "{me}: " + head[0].lower() + head[1:] + ", and delta = {delta}. What is the " + what[0] + "?", head_zh + "；delta = {delta}。{me} 的" + what[1] + "是多少？",
        me=me, delta=Said(case.number(delta)), **played,
    )  # fmt: skip
    return Key(number(total * (1 - delta) if average else total), prompt, tuple(lines), wrong)
