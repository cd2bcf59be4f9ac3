"""Analyses of what players prefer: best replies and dominance in closed form, complements, iterated best reply."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Conclusion
from detente.display import Table
from detente.errors import UsageError
from detente.formula import symbol
from detente.numbers import plain, short
from detente.solve.supermodular import increasing_differences, iterated_best_reply
from detente.study.analyses import Analysis
from detente.study.sums import sign_words
from detente.study.words import profile_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.games.normal import NormalFormGame
    from detente.solve.parametric.preferences import Gain, Preference, Preferences
    from detente.solve.supermodular import BestReplies
    from detente.study.analyses import Task
    from detente.study.model import Point

__all__ = ["ANALYSES"]

NORMAL = ("normal", "repeated")
#: Rows up to which best replies are written out profile by profile.
MAX_ROWS = 60


def _preferences(task: Task) -> Preferences:
    from detente.solve.parametric.preferences import Preferences

    return Preferences(task.game)


def _players(task: Task) -> list[int]:
    names = task.game.players
    for name in task.question.players:
        if name not in names:
            raise UsageError(f"unknown player {name!r} of {task.model.name}; expected some of {', '.join(names)}")
    return [k for k, name in enumerate(names) if not task.question.players or name in task.question.players]


def _exactly(found: Preference) -> str:
    """Return a condition in formulas, or what the box says of it."""
    from detente.printing import plain as formula_text
    from detente.printing import relation_normal

    if found.status in {"always", "never"}:
        return found.status
    return " and ".join(formula_text(relation_normal(each.sympy)) for each in found.left)


def _formula(expression: Any) -> str:
    from detente.printing import plain as formula_text

    return formula_text(expression)


def _best_replies(task: Task) -> list[Table]:
    """Return, for every player and every choice of the others, when each strategy is a best reply."""
    game, shape = task.game, task.game.shape
    players = _players(task)
    rows_wanted = sum(prod(shape) for _ in players)
    if rows_wanted > MAX_ROWS * max(shape):
        raise UsageError(f"found {rows_wanted} best replies to write out; ask dominance, or name `players`")
    preferences = _preferences(task)
    tables = []
    for player in players:
        rows, best = [], []
        for profile in game.profiles():
            if profile[player] != 0:
                continue
            others = [(game.players[k], game.strategies[k][own]) for k, own in enumerate(profile) if k != player]
            said = ", ".join(f"{who} {what}" for who, what in others) or "alone"
            here: list[list[str]] = [[] for _ in task.points]
            for own, name in enumerate(game.strategies[player]):
                found = preferences.best_reply(player, (*profile[:player], own, *profile[player + 1 :]))
                rows.append((said, name, _exactly(found)))
                for k, point in enumerate(task.points):
                    if _mark(found, task, point.values):
                        here[k].append(name)
            best.append((said, *(" or ".join(names) for names in here)))
        name = game.players[player]
        tables.append(Table(f"best replies of {name}", ("others", "best reply", "exactly when"), tuple(rows)))
        heads = ("others", *(point.name for point in task.points))
        tables.append(Table(f"best replies of {name} at the points", heads, tuple(best)))
    return tables


def _mark(found: Preference, task: Task, values: Mapping[str, Fraction]) -> str:
    allowed = {">": (1,), ">=": (0, 1)}[found.relation]
    signs = []
    for gain in found.gains:
        value = task.game.evaluate(gain.expression, values)
        signs.append(int(value > 0) - int(value < 0))
    return "yes" if all(sign in allowed for sign in signs) else ""


def _asked(task: Task) -> list[tuple[int, int]]:
    """Return the strategies asked about: those of ``dominant:..`` under ``of``, or all of the players asked about."""
    game = task.game
    named = [
        (each.player, each.strategy)
        for each in task.conclusions().values()
        if isinstance(each, Conclusion) and each.kind == "dominant"
    ]
    return named or [(player, own) for player in _players(task) for own in range(game.shape[player])]


def _dominance(task: Task) -> list[Table]:
    """Return what decides whether strategies are dominant: each payoff difference, and which of them bind."""
    preferences = _preferences(task)
    game = task.game
    rows: list[tuple[str, ...]] = []
    tables: list[Table] = []
    for player, own in _asked(task):
        found = preferences.dominant(player, own)
        name = f"{found.player}: {found.strategy}"
        held = [_mark(found, task, point.values) or "no" for point in task.points]
        rows.append((name, found.status, *held))
        lines: list[tuple[str, ...]] = []
        numbers: list[tuple[str, ...]] = []
        for k, gain in enumerate(found.gains, 1):
            values = [short(task.game.evaluate(gain.expression, point.values), 4) for point in task.points]
            lines.append((str(k), gain.over, _cases(game, player, gain), _formula(gain.expression)))
            numbers.append((str(k), _over(gain), "yes" if gain.needed else "", *values))
        least = [_least(found, task, player, point.values) for point in task.points]
        notes = tuple(f"At {point.name} the tightest is {words}." for point, words in zip(task.points, least, strict=True))
        heads = ("", "over", "where the others play", "gain")
        tables.append(Table(f"what {name} gains over the alternatives", heads, tuple(lines)))
        points = ("", "over the box", "needed", *(p.name for p in task.points))
        tables.append(Table(f"gains of {name} at the points", points, tuple(numbers), notes))
    columns = ("strategy", "dominant over the box", *(point.name for point in task.points))
    note = (
        "Dominant: strictly better than every other strategy whatever the others do, exactly where all its gains are "
        "positive. A gain is needed where the box and the other gains do not prove it."
    )
    return [Table("dominance", columns, tuple(rows), (note,)), *tables]


def _over(gain: Gain) -> str:
    """Return which signs a gain takes over the box, as far as they are proved."""
    if gain.signs == {-1, 0, 1}:
        return "either sign"
    return sign_words(gain.signs, gain.signs if len(gain.signs) == 1 else frozenset())


def _least(found: Preference, task: Task, player: int, values: Mapping[str, Fraction]) -> str:
    least = min(found.gains, key=lambda gain: task.game.evaluate(gain.expression, values))
    value = short(task.game.evaluate(least.expression, values), 4)
    return f"{value}, over {least.over} where {_cases(task.game, player, least)}"


def _cases(game: Any, player: int, gain: Gain) -> str:
    """Return the profiles of the others with one payoff difference, what they share once: ``us punish; china any``."""
    parts = []
    for k, name in enumerate(game.players):
        if k == player:
            continue
        played = dict.fromkeys(case[k] for case in gain.cases)
        if len(played) < game.shape[k]:
            parts.append(f"{name} {' or '.join(played)}")
    full = prod(len(dict.fromkeys(case[k] for case in gain.cases)) for k in range(len(game.players)) if k != player)
    distinct = len({tuple(own for k, own in enumerate(case) if k != player) for case in gain.cases})
    if full != distinct:
        return "; ".join(dict.fromkeys(",".join(own for k, own in enumerate(case) if k != player) for case in gain.cases))
    return ", ".join(parts) or "anything"


def _supermodular(task: Task) -> list[Table]:
    """Return when strategies are complements, in closed form and at the points."""
    preferences = _preferences(task)
    game = task.game
    whole = preferences.complements()
    whose: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for player in _players(task):
        found = preferences.complements(player)
        for gain in found.gains:
            values = (short(game.evaluate(gain.expression, point.values), 4) for point in task.points)
            row = (_formula(gain.expression), _over(gain), *values)
            after = _few(gain.over.split(", "), len(game.players) - 1)
            whose.setdefault(row, []).append((game.players[player], after))
        if not found.gains:
            row = ("0", "always zero", *("0" for _ in task.points))
            whose.setdefault(row, []).append((game.players[player], "any other"))
    rows: list[tuple[str, ...]] = []
    for row, pairs in whose.items():
        for others in dict.fromkeys(other for _, other in pairs):
            players = [player for player, other in pairs if other == others]
            rows.append((_few(players, len(game.players), "any player"), others, *row))
    points = [
        (point.name, "yes" if increasing_differences(game.at_point(point.values)) else "no") for point in task.points
    ]
    words = {"always": "all over the box", "never": "nowhere in the box"}.get(whole.status, f"exactly where {_exactly(whole)}")
    notes = (
        f"The game is supermodular in the order of its strategies {words}.",
        "Then a step up pays more when others are higher, and least and greatest pure equilibria exist (Topkis 1979).",
    )
    otherwise = tuple(_otherwise(task, point, whole) for point, (_, held) in zip(task.points, points, strict=True) if held == "no")
    columns = ("step up of", "after one of", "adds to its gain", "over the box", *(p.name for p in task.points))
    return [
        Table("strategic complements", columns, tuple(rows), notes),
        Table("at the points", ("point", "supermodular"), tuple(points), otherwise),
    ]


def _otherwise(task: Task, point: Point, whole: Preference) -> str:
    """Return what happens at a point where strategies are no complements."""
    from detente.solve.pure import pure_profiles

    game = task.game.at_point(point.values)
    against = all(task.game.evaluate(gain.expression, point.values) <= 0 for gain in whole.gains)
    found = list(pure_profiles(game))
    path = iterated_best_reply(game, "lowest")
    reached = "best replies from the lowest strategies go round" if path.cycle is not None else "best replies come to rest"
    kind = "strategies are substitutes: a step up pays less when others are higher" if against else "strategies are neither complements nor substitutes"
    many = "no pure equilibrium" if not found else f"{len(found)} pure equilibri{'um' if len(found) == 1 else 'a'}"
    return f"At {point.name} {kind}; no least and greatest equilibrium is promised. There {'is' if len(found) == 1 else 'are'} {many}, and {reached}."


def _few(names: Sequence[str], of: int, all_: str = "any other") -> str:
    return all_ if len(names) == of and of > 1 else ", ".join(names)


def _waves(found: BestReplies) -> str:
    if found.cycle is not None:
        return f"cycle of {found.cycle}"
    return "; ".join(f"{k}: {', '.join(wave)}" for k, wave in enumerate(found.waves(), 1)) or "nobody moves"


def _iterated(task: Task) -> list[Table]:
    """Return the waves of best replies from both ends, the equilibria they lead to, and each player's own threshold."""
    rows = []
    numbers: dict[str, list[str]] = {}
    for point in task.points:
        game = task.game.at_point(point.values)
        ordered = increasing_differences(game)
        for start in ("lowest", "highest"):
            found = iterated_best_reply(game, start)
            end = profile_words(game, found.last) if found.cycle is None else "none reached"
            which = {"lowest": "least", "highest": "greatest"}[start] if ordered else ("an equilibrium" if found.equilibrium else "")
            moved = sum(map(len, found.waves()[:1]))
            later = sum(map(len, found.waves())) - moved
            rows.append((point.name, start, _waves(found), end, which, str(moved), str(later)))
        for player, number in _participation(game):
            numbers.setdefault(player, []).append(number)
    top = [own[-1] for own in task.game.strategies]
    said = tuple(
        f"At {point}, of the {int(moved) + int(later)} that leave the lowest strategy {moved} {'does' if int(moved) == 1 else 'do'} so unprompted and {later} because of others."
        for point, start, *_, moved, later in rows
        if start == "lowest" and int(moved) + int(later)
    )
    note = (
        "Least and greatest equilibrium where the game is supermodular; elsewhere the end of the iteration, if it ends. Ties "
        "go to the lower strategy from below, to the higher one from above."
    )
    columns = ("point", "from", "waves", "ends at", "which is", "moved at once", "moved later")
    tables = [Table("iterated best reply", columns, tuple(rows), (note, *said))]
    if all(len(own) == 2 for own in task.game.strategies) and numbers:
        words = f"least number of others at {top[0]}" if len(set(top)) == 1 else "least number of others at the higher strategy"
        thresholds = tuple((player, *each) for player, each in numbers.items())
        tables.append(Table(f"thresholds: {words}", ("player", *(point.name for point in task.points)), thresholds))
    return tables


def _participation(game: NormalFormGame) -> Iterator[tuple[str, str]]:
    """Yield how many others have to be at the higher of two strategies for each player to prefer it strictly."""
    import numpy as np

    if any(size != 2 for size in game.shape):
        return
    for player, name in enumerate(game.players):
        seen: dict[int, set[bool]] = {}
        for others, gain in np.ndenumerate(np.diff(game.payoffs[player], axis=player)):
            seen.setdefault(sum(others), set()).add(bool(gain > 0))
        yield name, _threshold(seen)


def _threshold(seen: Mapping[int, set[bool]]) -> str:
    """Return the least number from which the higher strategy is preferred, if that is how it is."""
    if any(len(each) > 1 for each in seen.values()):
        return "depends on who"
    wants: Sequence[bool] = [next(iter(seen[number])) for number in sorted(seen)]
    if not any(wants):
        return "never"
    first = wants.index(True)
    if all(wants[first:]):
        return str(first)
    return "at " + ", ".join(str(k) for k, want in enumerate(wants) if want)


def _slopes(task: Task) -> list[Table]:
    """Return which way each named formula moves with each parameter of ``along``, over the box."""
    from detente.solve.parametric.signs import possible_signs, witnessed_signs

    game = task.values
    box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    rows = []
    for name, parsed in task.formulas().items():
        expression = game.expand(game.expression(parsed))
        for along in task.question.along:
            if along not in game.parameters:
                raise UsageError(f"found {along!r} in `along`; expected parameters, not derived values, for slopes")
            slope = expression.diff(symbol(along)).factor()
            words = sign_words(possible_signs(slope, box), witnessed_signs(slope, box))
            values = [short(game.evaluate(slope, point.values), 4) for point in task.points]
            rows.append((name, along, plain_or(slope), words, *values))
    columns = ("formula", "along", "slope", "over the box", *(point.name for point in task.points))
    return [Table("slopes", columns, tuple(rows), tuple(_directions(task, rows)))]


def _directions(task: Task, rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield for each formula what raises and what lowers it all over the box."""
    for name in dict.fromkeys(row[0] for row in rows):
        ways = {
            words: [row[1] for row in rows if row[0] == name and row[3] == sign]
            for words, sign in (("raised by", "always positive"), ("lowered by", "always negative"))
        }
        said = ", ".join(f"{words} {' and '.join(own) if len(own) < 3 else ', '.join(own)}" for words, own in ways.items() if own)
        if said:
            label = task.model.label(name)
            yield f"{label[:1].upper()}{label[1:]}: {said}, wherever in the box."


def plain_or(expression: Any) -> str:
    """Return a formula as text, a number as it is."""
    return plain(expression) if expression.is_Rational else _formula(expression)


ANALYSES = {
    "best_replies": Analysis(_best_replies, "exactly when each strategy is a best reply to each choice of the others", NORMAL),
    "dominance": Analysis(
        _dominance, "exactly when strategies are dominant (`of`), with every gain and which of them binds", NORMAL
    ),
    "supermodular": Analysis(_supermodular, "exactly when strategies are complements, by player", NORMAL),
    "iterated_best_reply": Analysis(
        _iterated, "waves of best replies from both ends, least and greatest equilibrium, thresholds of players", NORMAL
    ),
    "slopes": Analysis(_slopes, "which way the named formulas move with each parameter `along`, over the box"),
}
