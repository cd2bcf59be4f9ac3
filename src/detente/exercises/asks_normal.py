"""Questions about games in normal form in pure strategies: best replies, dominance, equilibria, security, classes."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.exercises.answers import Value, Vocabulary
from detente.exercises.cases import Said, known, said
from detente.exercises.key import Key, ask, number
from detente.exercises.rules import best_replies, cautious, dominant, dominated, largest_sum, named, swapped

if TYPE_CHECKING:
    from detente.exercises.cases import Case
    from detente.exercises.sheet import Step
    from detente.games.normal import NormalFormGame, Profile

__all__: list[str] = []

_TYPES = ("harmony", "assurance", "assurance_reversed", "chicken", "prisoners_dilemma", "deadlock", "tied")
_TYPE_WORDS = {
    "harmony": {"en": "harmony", "zh": "和谐"},
    "assurance": {"en": "assurance (stag hunt)", "zh": "保证（猎鹿）"},
    "assurance_reversed": {"en": "assurance, confrontation better", "zh": "保证（对抗更好）"},
    "chicken": {"en": "chicken", "zh": "胆小鬼"},
    "prisoners_dilemma": {"en": "prisoner's dilemma", "zh": "囚徒困境"},
    "deadlock": {"en": "deadlock", "zh": "僵局"},
    "tied": {"en": "none of these, because of a tie", "zh": "因有平局而不属以上各类"},
}


def _strategies(value: frozenset[str]) -> Value:
    return Value("strategies", value)


def _profiles(value: frozenset[tuple[str, ...]]) -> Value:
    return Value("profiles", value)


def player_of(case: Case, step: Step) -> int:
    """Return the index of the player that a step names."""
    game = case.game
    return int(game.player_index(known(step.player, game.players, "player")))


def profile_of(case: Case, text: str | None, what: str = "profile") -> Profile:
    """Return a profile that a sheet writes as ``STRATEGY, STRATEGY`` or ``PLAYER=STRATEGY, ..``."""
    game = case.normal
    if text is None:
        raise UsageError(f"found no {what}; expected one such as {', '.join(own[0] for own in game.strategies)!r}; add it")
    parts = [part.strip() for part in text.split(",")]
    if all("=" in part for part in parts):
        return game.profile_index(dict(tuple(side.strip() for side in part.split("=", 1)) for part in parts))  # type: ignore[misc]
    return game.profile_index(parts)


def _others(case: Case, step: Step, player: int) -> Profile:
    """Return the profile that ``against`` describes; the entry of the player itself does not matter."""
    game = case.normal
    if len(game.players) == 2 and step.against is not None:
        other = 1 - player
        index = game.strategies[other].index(known(step.against, game.strategies[other], "strategy"))
        return (0, index) if player == 0 else (index, 0)
    return profile_of(case, step.profile, "profile of the others")


@ask("best_reply", "player", "against", "profile")
def _best_reply(case: Case, step: Step) -> Key:
    """Best replies of ``player`` against ``against``, or against the others in ``profile``."""
    game, player = case.normal, player_of(case, step)
    profile = _others(case, step, player)
    others = tuple(label for i, label in enumerate(game.profile_labels(profile)) if i != player)
    found = best_replies(game, player, profile)
    values = {
        own: game.payoffs[(player, *profile[:player], k, *profile[player + 1 :])]
        for k, own in enumerate(game.strategies[player])
    }
    wrong = {
        "security": _strategies(cautious(game, player)),
        "payoffs_for_strategies": number(max(values.values())),
        "payoff_dominance": _strategies(frozenset(each[player] for each in largest_sum(game))),
    }
    if len(game.players) == 2:
        wrong["wrong_player"] = _strategies(best_replies(game, player, profile, payoffs_of=1 - player))
    me = game.players[player]
    lines = [
        said(
            case, "Against {others}, {me} gets {value} from {own}.", "面对 {others}，{me} 选择 {own} 得 {value}。",
            others=others, me=me, own=own, value=case.number(value),
        )
        for own, value in values.items()
    ]  # fmt: skip
    lines.append(
        said(case, "The largest is {best}: {found}.", "其中最大的是 {best}：{found}。", best=case.number(max(values.values())), found=found)
    )
    prompt = said(
        case, "{me}: which strategies are best replies to {others}?", "{me} 针对 {others} 的最优反应是哪些策略？", me=me, others=others,
    )
    return Key(_strategies(found), prompt, tuple(lines), wrong, Vocabulary(player=me))


@ask("payoff", "player", "profile")
def _payoff(case: Case, step: Step) -> Key:
    """What ``player`` gets at ``profile``."""
    game, player = case.normal, player_of(case, step)
    profile = profile_of(case, step.profile)
    names, me = game.profile_labels(profile), game.players[player]
    value = game.payoffs[(player, *profile)]
    wrong: dict[str, Value] = {}
    if len(game.players) == 2:
        wrong["wrong_player"] = number(game.payoffs[(1 - player, *profile)])
    line = said(case, "At {names}, {me} gets {value}.", "在 {names} 处，{me} 得 {value}。", names=names, me=me, value=case.number(value))
    prompt = said(case, "{me}: which payoff does {names} give?", "在 {names} 处，{me} 得到多少？", me=me, names=names)
    return Key(number(value), prompt, (line,), wrong)


@ask("dominant", "player")
def _dominant(case: Case, step: Step) -> Key:
    """The strictly dominant strategy of ``player``, or none."""
    game, player = case.normal, player_of(case, step)
    me = game.players[player]
    found = dominant(game, player, strict=True)
    wrong = {
        "weak_for_strict": _strategies(dominant(game, player, strict=False)),
        "security": _strategies(cautious(game, player)),
        "payoff_dominance": _strategies(frozenset(each[player] for each in largest_sum(game))),
    }
    if len(game.players) == 2:
        wrong["wrong_player"] = _strategies(
            frozenset.intersection(
                *(
                    best_replies(game, player, profile, payoffs_of=1 - player)
                    for profile in game.profiles()
                    if profile[player] == 0
                )
            )
        )
    lines = list(_rows(case, game, player))
    if found:
        lines.append(
            said(
                case, "{own} pays {me} more than any other strategy in every case: it is strictly dominant.",
                "无论对方如何，{own} 都使 {me} 得到更多：它是严格占优策略。", own=next(iter(found)), me=me,
            )
        )  # fmt: skip
    else:
        lines.append(said(case, "No strategy of {me} is better in every case: none is strictly dominant.", "{me} 没有一个策略在每种情形下都更好：不存在严格占优策略。", me=me))
    prompt = said(case, "{me}: which strategy is strictly dominant, if any?", "{me} 是否有严格占优策略？是哪一个？", me=me)
    return Key(_strategies(found), prompt, tuple(lines), wrong, Vocabulary(player=me))


def _rows(case: Case, game: NormalFormGame, player: int) -> list[dict[str, str]]:
    """Return what each strategy pays against each profile of the others, in words."""
    me = game.players[player]
    lines = []
    for k, own in enumerate(game.strategies[player]):
        values = [game.payoffs[(player, *s)] for s in game.profiles() if s[player] == k]
        lines.append(
            said(case, "{own} pays {me} {values}.", "{own} 使 {me} 得到 {values}。", own=own, me=me, values=Said(", ".join(map(case.number, values))))
        )
    return lines


def _dominance(case: Case, step: Step, *, strict: bool) -> Key:
    game, player = case.normal, player_of(case, step)
    me = game.players[player]
    found = dominated(game, player, strict=strict)
    name = "weak_for_strict" if strict else "strict_for_weak"
    wrong = {
        name: _strategies(dominated(game, player, strict=not strict)),
        "security": _strategies(frozenset(game.strategies[player]) - cautious(game, player)),
    }
    if len(game.players) == 2:
        theirs = _paid_as_other(game, player)
        wrong["wrong_player"] = _strategies(dominated(theirs, player, strict=strict))
    lines = list(_rows(case, game, player))
    lines.append(
        said(
            case,
            "Compared in every case, {found} " + ("always pays less" if strict else "never pays more, and somewhere less") + " than another strategy."
            if found
            else "No strategy of {me} is beaten in this way.",
            ("逐一比较，{found} 总比另一策略" + ("少。" if strict else "不多，且某处更少。")) if found else "{me} 没有这样的策略。",
            found=found, me=me,
        )
    )  # fmt: skip
    how = ("strictly", "严格") if strict else ("weakly or strictly", "弱（或严格）")
    prompt = said(
        case, "{me}: which strategies are " + how[0] + " dominated by another pure strategy?", "{me} 的哪些策略被另一纯策略" + how[1] + "占优？", me=me,
    )
    return Key(_strategies(found), prompt, tuple(lines), wrong, Vocabulary(player=me))


def _paid_as_other(game: NormalFormGame, player: int) -> NormalFormGame:
    """Return the game of two players in which ``player`` is paid what the other is."""
    from detente.games.normal import NormalFormGame as Game

    table = game.payoffs.copy()
    table[player] = game.payoffs[1 - player]
    return Game(table, game.players, game.strategies)


@ask("dominated", "player")
def _strictly_dominated(case: Case, step: Step) -> Key:
    """The strategies of ``player`` that another pure strategy strictly dominates."""
    return _dominance(case, step, strict=True)


@ask("weakly_dominated", "player")
def _weakly_dominated(case: Case, step: Step) -> Key:
    """The strategies of ``player`` that another pure strategy dominates at least weakly."""
    return _dominance(case, step, strict=False)


@ask("survivors")
def _survivors(case: Case, step: Step) -> Key:
    """The profiles left by iterated elimination of strictly dominated pure strategies."""
    from detente.solve.dominance import undominated

    game = case.normal

    def left(by: str, rounds: int | None) -> frozenset[tuple[str, ...]]:
        found = undominated(game, by, mixed=False, rounds=rounds)
        return frozenset(product(*(found.strategies[player] for player in game.players)))

    right = undominated(game, "strict", mixed=False)
    wrong = {
        "one_round": _profiles(left("strict", 1)),
        "weak_for_strict": _profiles(left("weak", None)),
        "payoff_dominance": _profiles(largest_sum(game)),
    }
    lines = [
        said(
            case, "Round {round}: {player} drops {strategy}, which {by} dominates.", "第 {round} 轮：{player} 剔除 {strategy}，它被 {by} 占优。",
            round=Said(str(each.round)), player=each.player, strategy=each.strategy, by=frozenset(each.by),
        )
        for each in right.steps
    ]  # fmt: skip
    value = left("strict", None)
    if len(value) == 1:
        lines.append(said(case, "Left is {left}.", "剩下 {left}。", left=next(iter(value))))
    else:
        lines.append(said(case, "{number} profiles are left.", "剩下 {number} 个组合。", number=Said(str(len(value)))))
    prompt = said(case, "Which profiles survive iterated elimination of strictly dominated strategies?", "反复剔除严格被占优策略之后剩下哪些组合？")
    return Key(_profiles(value), prompt, tuple(lines), wrong)


@ask("pure_equilibria")
def _pure(case: Case, step: Step) -> Key:
    """All equilibria in pure strategies."""
    from detente.solve.pure import pure_profiles

    game = case.normal
    found = pure_profiles(game)
    labels = named(game, found)
    strict = named(game, (s for s in found if all(len(best_replies(game, i, s)) == 1 for i in range(len(s)))))
    wrong = {
        "payoff_dominance": _profiles(largest_sum(game)),
        "strict_for_weak": _profiles(strict),
        "security": _profiles(_cautious_profiles(game)),
    }
    if len(game.players) == 2:
        wrong["wrong_player"] = _profiles(named(game, pure_profiles(swapped(game))))
    lines = []
    for profile in game.profiles():
        gains = [i for i in range(len(profile)) if game.strategies[i][profile[i]] not in best_replies(game, i, profile)]
        names = game.profile_labels(profile)
        if not gains:
            lines.append(said(case, "At {names} nobody gains by changing alone: an equilibrium.", "在 {names} 处无人能靠单独改变得益：是均衡。", names=names))
        elif len(game.players) == 2:
            i = gains[0]
            reply = min(best_replies(game, i, profile))
            lines.append(said(case, "At {names} {me} gains by changing to {reply}.", "在 {names} 处，{me} 改选 {reply} 得益。", names=names, me=game.players[i], reply=reply))
    prompt = said(case, "List all Nash equilibria in pure strategies.", "列出全部纯策略纳什均衡。")
    return Key(_profiles(labels), prompt, tuple(lines), wrong)


def _cautious_profiles(game: NormalFormGame) -> frozenset[tuple[str, ...]]:
    own = [[label for label in game.strategies[i] if label in cautious(game, i)] for i in range(len(game.players))]
    return frozenset(product(*own))


@ask("payoff_dominant")
def _payoff_dominant(case: Case, step: Step) -> Key:
    """The payoff-dominant of the pure equilibria, or none."""
    from detente.solve.pure import pure_equilibria
    from detente.solve.security import payoff_dominant

    game = case.normal
    found = pure_equilibria(game).equilibria
    index = payoff_dominant(found)
    value = frozenset() if index is None else frozenset({_pure_labels(found[index])})
    return _selected(case, value, "payoff")


@ask("risk_dominant")
def _risk_dominant(case: Case, step: Step) -> Key:
    """The risk-dominant of the two strict equilibria of a 2x2 game, or none."""
    from detente.solve.two_players.ordinal import risk_dominant

    game = case.normal
    found = risk_dominant(game)
    value = frozenset() if found is None else named(game, [found])
    return _selected(case, value, "risk")


def _pure_labels(equilibrium: Any) -> tuple[str, ...]:
    return tuple(next(iter(own)) for own in equilibrium.support.values())


def _selected(case: Case, value: frozenset[tuple[str, ...]], how: str) -> Key:
    from detente.solve.pure import pure_equilibria, pure_profiles
    from detente.solve.security import payoff_dominant
    from detente.solve.two_players.ordinal import risk_dominant

    game = case.normal
    lines = []
    for profile in pure_profiles(game):
        names = game.profile_labels(profile)
        payoffs = Said(", ".join(case.number(game.payoffs[(i, *profile)]) for i in range(len(profile))))
        lines.append(said(case, "{names} is an equilibrium and pays {payoffs}.", "{names} 是均衡，支付为 {payoffs}。", names=names, payoffs=payoffs))
        if how == "risk":
            losses = [game.payoffs[(i, *profile)] - game.payoffs[(i, *(1 - s if k == i else s for k, s in enumerate(profile)))] for i in (0, 1)]
            text = Said(f"{case.number(losses[0])} * {case.number(losses[1])} = {case.number(losses[0] * losses[1])}")
            lines.append(said(case, "Deviating from {names} alone loses, multiplied over players: {text}.", "单独偏离 {names} 的损失之积：{text}。", names=names, text=text))
    wrong: dict[str, Value] = {}
    other: frozenset[tuple[str, ...]]
    if how == "payoff":
        found = risk_dominant(game) if game.shape == (2, 2) else None
        other = frozenset() if found is None else named(game, [found])
        prompt = said(case, "Which equilibrium is payoff dominant, if any?", "哪个均衡是支付占优的（若有）？")
    else:
        equilibria = pure_equilibria(game).equilibria
        index = payoff_dominant(equilibria)
        other = frozenset() if index is None else frozenset({_pure_labels(equilibria[index])})
        prompt = said(case, "Which of the two strict equilibria is risk dominant, if any?", "两个严格均衡中哪个是风险占优的（若有）？")
    wrong["risk_dominance"] = _profiles(other)
    wrong["security"] = _profiles(_cautious_profiles(game))
    return Key(_profiles(value), prompt, tuple(lines), wrong)


@ask("maximin", "player")
def _maximin(case: Case, step: Step) -> Key:
    """What ``player`` can guarantee by a pure strategy."""
    from detente.solve.security import minmax

    game, player = case.normal, player_of(case, step)
    me = game.players[player]
    level = minmax(game).levels[me]
    rows = {
        own: [game.payoffs[(player, *s)] for s in game.profiles() if s[player] == k]
        for k, own in enumerate(game.strategies[player])
    }
    wrong = {
        "best_case": number(max(max(row) for row in rows.values())),
        "wrong_player": number(minmax(game).levels[game.players[1 - player]].pure_maximin),
    } if len(game.players) == 2 else {"best_case": number(max(max(row) for row in rows.values()))}  # fmt: skip
    lines = [
        said(case, "{own} pays {me} {worst} in the worst case.", "{own} 在最坏情形下使 {me} 得 {worst}。", own=own, me=me, worst=Said(case.number(min(row))))
        for own, row in rows.items()
    ]
    lines.append(said(case, "The best of these is {value}.", "其中最好的是 {value}。", value=Said(case.number(level.pure_maximin))))
    prompt = said(case, "{me}: which payoff does the best pure strategy guarantee, whatever the others do?", "无论对方如何，{me} 用纯策略能保证多少支付？", me=me)
    return Key(number(level.pure_maximin), prompt, tuple(lines), wrong)


@ask("type", "player")
def _type(case: Case, step: Step) -> Key:
    """The type of ``player`` in a 2x2 game; the first strategy of each player is cooperation."""
    from detente.solve.two_players.ordinal import ordinal_class, payoff_labels, player_type, type_signs

    game, player = case.normal, player_of(case, step)
    me = game.players[player]
    found = player_type(game, player)
    values = payoff_labels(game.payoff, player)
    letters = dict(zip(_TYPES, "abcdefg", strict=True))
    swapped_roles = type_signs(*(_sign(values[k]) for k in ("B", "A", "D")))
    wrong = {
        "wrong_player": Value("choice", letters[player_type(game, 1 - player)]),
        "reversed": Value("choice", letters[swapped_roles]),
    }
    order = ordinal_class(game).order[me]
    lines = (
        said(
            case, "R = {r} where both cooperate, T = {t} where only {me} confronts, S = {s} where only the other does, P = {p} where both do.",
            "双方合作 R = {r}，只有 {me} 对抗 T = {t}，只有对方对抗 S = {s}，双方对抗 P = {p}。",
            me=me, **{key.lower(): Said(case.number(values[key])) for key in "RTSP"},
        ),
        said(case, "The order {order} is that of {name}.", "次序 {order} 属于{name}。", order=Said(order), name=Said("{name}")),
    )  # fmt: skip
    named_lines = tuple(
        {lang: text.replace("{name}", _TYPE_WORDS[found][lang]) for lang, text in line.items()} for line in lines
    )
    prompt = said(case, "{me}: which type is it? The first strategy of each player counts as cooperation.", "{me} 属于哪种类型？各方的第一个策略是合作。", me=me)
    options = {letters[name]: _TYPE_WORDS[name] for name in _TYPES}
    return Key(Value("choice", letters[found]), prompt, named_lines, wrong, options=options)


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)
