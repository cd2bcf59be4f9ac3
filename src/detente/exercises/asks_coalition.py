"""Questions about coalitions: what a member adds, Shapley's rule, power in votes, divisions that nobody leaves."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.exercises.answers import Value
from detente.exercises.cases import MAX_MEMBERS, Said, known, said
from detente.exercises.key import Key, ask, number
from detente.games.coalitional import CoalitionalGame, WeightedVotingGame
from detente.numbers import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step

__all__: list[str] = []

_YES_NO = {"a": {"en": "yes", "zh": "是"}, "b": {"en": "no", "zh": "否"}}


def _game(case: Case) -> CoalitionalGame:
    """Return the game with a worth for every coalition: of seats, 1 for those that win."""
    game = case.game
    if isinstance(game, WeightedVotingGame):
        game = game.coalitional() if len(game.players) <= MAX_MEMBERS else game
    if not isinstance(game, CoalitionalGame) or len(game.players) > MAX_MEMBERS:
        raise UsageError(
            f"{case.model.name} is no game of at most {MAX_MEMBERS} members with coalitions; draw a small one with "
            "draw = { members = [..], integers = [0, 9] }, or ask for a number of its solution"
        )
    return game


def _member(case: Case, step: Step) -> str:
    return known(step.player, case.game.players, "player")


def _additions(game: CoalitionalGame, me: str) -> Iterator[tuple[tuple[str, ...], Fraction, int]]:
    """Yield every coalition of others, what the member adds to it, and in how many orders it arrives just then."""
    others = [name for name in game.players if name != me]
    n = len(game.players)
    for size in range(n):
        for present in combinations(others, size):
            before = game[present] if present else Fraction(0)
            yield present, game[(*present, me)] - before, factorial(size) * factorial(n - size - 1)


@ask("adds", "player", "coalition")
def _adds(case: Case, step: Step) -> Key:
    """What ``player`` adds when it joins the members in ``coalition``."""
    game, me = _game(case), _member(case, step)
    present = tuple(known(name, game.players, "player") for name in step.coalition or ())
    if not present or me in present:
        raise UsageError(f"found the coalition {list(present)}; expected others than {me}, as in coalition = ['{game.players[0]}']")
    together, before = game[(*present, me)], game[present]
    value = together - before
    wrong = {"worth_for_addition": number(together), "equal_split": number(together / (len(present) + 1)), "alone": number(game[me])}
    line = said(
        case, "With {me} the coalition is worth {together}, without it {before}: it adds {value}.",
        "有 {me} 时联盟价值为 {together}，没有时为 {before}：它增加 {value}。",
        me=me, together=plain(together), before=plain(before), value=plain(value),
    )  # fmt: skip
    prompt = said(
        case, "{me}: how much does it add when it joins the coalition of {present}?", "{me} 加入 {present} 组成的联盟时增加多少价值？",
        me=me, present=frozenset(present),
    )  # fmt: skip
    return Key(number(value), prompt, (line,), wrong)


@ask("shapley", "player")
def _shapley(case: Case, step: Step) -> Key:
    """What Shapley's rule gives to ``player``; of seats, the Shapley-Shubik index of its power."""
    from detente.solve.coalitional.values import banzhaf, shapley

    game, me = _game(case), _member(case, step)
    votes = isinstance(case.game, WeightedVotingGame)
    value = shapley(game)[me]
    rows = list(_additions(game, me))
    n = len(game.players)
    wrong = {"equal_split": number(game[game.players] / n), "last_addition": number(rows[-1][1])}
    if votes:
        wrong["proportional"] = number(_share(case.game, me))
        wrong["swings_for_orders"] = number(banzhaf(game, normalized=True)[me])
    else:
        wrong["alone"] = number(game[me])
        alone = sum((game[name] for name in game.players), Fraction(0))
        if alone:
            wrong["proportional"] = number(game[game.players] * game[me] / alone)
    lines = []
    for present, added, orders in rows:
        if votes and not added:
            continue
        lines.append(
            said(
                case, "It arrives just after {present} in {orders} of {every} orders, and adds {added}.",
                "在 {every} 种到达次序中，有 {orders} 种恰在 {present} 之后到达，增加 {added}。",
                present=frozenset(present) or {"en": "nobody", "zh": "无人"}, orders=Said(str(orders)), every=Said(str(factorial(n))), added=plain(added),
            )
        )  # fmt: skip
    terms = " + ".join(f"{orders}*{plain(added)}" for _, added, orders in rows if added) or "0"
    lines.append(
        said(case, "On average over all orders: ({terms})/{every} = {value}.", "对所有次序取平均：({terms})/{every} = {value}。",
             terms=Said(terms), every=Said(str(factorial(n))), value=plain(value))
    )  # fmt: skip
    if votes:
        prompt = said(case, "{me}: how much power does the Shapley-Shubik index give?", "{me} 的沙普利—舒比克权力指数是多少？", me=me)
    else:
        prompt = said(case, "{me}: how much does Shapley's rule give?", "按沙普利法则，{me} 得到多少？", me=me)
    return Key(number(value), prompt, tuple(lines), wrong)


def _share(game: Any, me: str) -> Fraction:
    """Return the share of a seat in all weights."""
    return Fraction(game.weights[me] / sum(game.weights.values()))


@ask("core")
def _core(case: Case, step: Step) -> Key:
    """Whether there is a division of the whole that no coalition can improve upon for itself."""
    from detente.solve.coalitional.core import core

    game = _game(case)
    found = core(game)
    if found.point is not None:
        division = {
            lang: ", ".join(f"{case.label(name, lang)} {plain(value)}" for name, value in found.point.items()) for lang in ("en", "zh")
        }
        lines = (
            said(case, "One such division: {division}. No coalition is worth more by itself than its members get.",
                 "例如：{division}。没有联盟单独的价值超过其成员所得。", division=division),
        )  # fmt: skip
    else:
        assert found.balanced is not None
        parts = {
            lang: " + ".join(f"{plain(weight)}*{plain(game[names])} ({case.listed(names, lang)})" for names, weight in found.balanced)
            for lang in ("en", "zh")
        }
        over = sum((weight * game[names] for names, weight in found.balanced), Fraction(0))
        lines = (
            said(case, "These coalitions cover every member once in all, and ask for {parts} = {over} together, more than the whole, {whole}.",
                 "这些联盟按权重恰好覆盖每个成员一次，合计要求 {parts} = {over}，多于全体的 {whole}。",
                 parts=parts, over=Said(plain(over)), whole=Said(plain(game[game.players]))),
        )  # fmt: skip
    prompt = said(
        case, "Can the worth of all be divided so that no coalition would be worth more by itself than its members get (is the core not empty)?",
        "全体的价值能否这样分配：没有任何联盟单独的价值超过其成员所得（核是否非空）？",
    )  # fmt: skip
    return Key(Value("choice", "b" if found.empty else "a"), prompt, lines, options=_YES_NO)
