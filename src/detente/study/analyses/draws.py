"""Analyses over many draws of the box that are no shares of conclusions: signals, leading, games of many members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.results import share_text
from detente.display import Table
from detente.errors import UsageError
from detente.numbers import short
from detente.study.analyses import Analysis
from detente.study.words import profile_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from detente.games.normal import NormalFormGame, Profile
    from detente.games.symbolic import SymbolicGame
    from detente.solve.parametric.signaling_result import SignalingRegion
    from detente.study.analyses import Task

__all__ = ["ANALYSES"]

#: Draws for each prior; a share is then off by 0.0036 at most, as a standard error.
DRAWS = 20_000
#: Draws of games of many members.
MEMBER_DRAWS = 4_000
#: How many follow, in words, with least and most.
FOLLOWERS = {"none": (0, 0), "one": (1, 1), "2 to 5": (2, 5), "6 to 20": (6, 20), "more than 20": (21, 1 << 30)}
PRIORS = ("uniform", "triangular", "log_uniform", "arcsine", "half")


def _priors(box: SymbolicGame) -> Iterator[Any]:
    """Yield the draws of every prior, those that the constraints reject left out."""
    from detente.conclusions.ensemble.draws import draws

    for prior in PRIORS:
        yield draws(box, DRAWS, prior)


def _range(shares: Sequence[float]) -> tuple[str, str]:
    """Return the share under the uniform prior, and the least and greatest over all."""
    low, high = share_text(min(shares)), share_text(max(shares))
    return share_text(shares[0]), f"{low} to {high}"


def _note() -> str:
    return f"{DRAWS:,} draws for each of the priors {', '.join(PRIORS)}, seed 0; the first share is that of the uniform one."


# ------------------------------------------------------------------------------------------- signaling games


def _signal_shares(task: Task) -> list[Table]:
    """Return the share of the box in which each kind of signaling equilibrium exists, and survives."""
    from detente.conclusions.ensemble.compile import compiled
    from detente.solve.parametric.signaling import signaling

    atlas = signaling(task.game)
    regions = atlas.signals
    formulas: dict[Any, int] = {}
    for each in regions:
        for comparison in (*each.comparisons, *(part for test in each.removed for part in test)):
            formulas.setdefault(comparison.expression, len(formulas))
    box = regions[0].game
    program = compiled(list(formulas), box.derived, tuple(box.parameters))
    rows: dict[str, tuple[list[float], list[float]]] = {}
    alone: dict[str, list[float]] = {}
    for drawn in _priors(box):
        signs = [_broad(value, drawn.n) for value in program(drawn)]
        exists, left = _by_kind(regions, formulas, signs)
        for kind, where in exists.items():
            rows.setdefault(kind, ([], []))
            rows[kind][0].append(float(where.mean()))
            rows[kind][1].append(float(left[kind].mean()))
        for words, where in _only(exists).items():
            alone.setdefault(words, []).append(float(where.mean()))
    shown = tuple((kind, *_range(found), *_range(surviving)) for kind, (found, surviving) in rows.items())
    heads = ("equilibrium", "exists", "over the priors", "and is intuitive", "over the priors of these")
    notes = (_note(), "Intuitive: one of this kind passes the intuitive criterion of Cho and Kreps (1987).")
    return [
        Table("shares of the box by what the types send", heads, shown, notes),
        Table(
            "what the message tells",
            ("equilibria that exist", "share", "over the priors"),
            tuple((words, *_range(shares)) for words, shares in alone.items()),
        ),
    ]


def _broad(value: Any, n: int) -> NDArray[Any]:
    import numpy as np

    return np.broadcast_to(np.asarray(value, dtype=float), (n,))


def _holds(relation: str, value: NDArray[Any]) -> NDArray[Any]:
    """Return where a comparison with 0 holds; a draw is never exactly on an edge that matters."""
    return value > 0 if relation == ">" else value >= 0 if relation == ">=" else value == 0


def _by_kind(
    regions: Sequence[SignalingRegion], formulas: Mapping[Any, int], values: Sequence[NDArray[Any]]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return where equilibria of each kind exist, and where one of the kind survives the intuitive criterion."""
    import numpy as np

    exists: dict[str, NDArray[Any]] = {}
    left: dict[str, NDArray[Any]] = {}
    true = np.ones(len(values[0]), dtype=bool)

    def all_of(parts: Sequence[Any]) -> NDArray[Any]:
        where = true
        for each in parts:
            where = where & _holds(each.relation, values[formulas[each.expression]])
        return where

    for region in regions:
        kind = f"{region.kind}: {region.label.partition(';')[0]}"
        here = all_of(region.comparisons)
        stays = here
        for test in region.removed:
            stays = stays & ~all_of(test)
        exists[kind] = exists.get(kind, ~true) | here
        left[kind] = left.get(kind, ~true) | stays
    return exists, left


def _only(exists: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return where some, or all, of the equilibria tell the types apart."""
    import numpy as np

    none = np.zeros(len(next(iter(exists.values()))), dtype=bool)

    def some(kind: str) -> NDArray[Any]:
        return sum((where for name, where in exists.items() if name.startswith(kind)), start=none)

    apart, partly, together = some("separating"), some("semi-separating"), some("pooling")
    return {
        "only separating: the message tells the type": apart & ~partly & ~together,
        "separating beside others": apart & (partly | together),
        "semi-separating, no separating: it tells something": partly & ~apart,
        "only pooling: it tells nothing": together & ~apart & ~partly,
        "none of these": ~(together | apart | partly),
    }


# ------------------------------------------------------------------------------------------- leading


def _leading(task: Task) -> list[Table]:
    """Return what a player gains by choosing first and being bound by it, and whose choice that changes."""
    game = task.game
    names = task.question.players
    if len(names) != 1 or names[0] not in game.players:
        raise UsageError(f"found players = {list(names)}; expected one of {', '.join(game.players)}, who leads")
    leader = game.players.index(names[0])
    rows = []
    for point in task.points:
        numeric = game.at_point(point.values)
        rows.append((point.name, *_at_point(numeric, leader)))
    name = names[0]
    heads = ("point", "at once", f"payoff of {name}", f"{name} first", f"payoff of {name} then", "gain")
    note = (
        f"{name} first: it is bound by its choice, and the others then play a pure equilibrium among themselves. Where they "
        "have none or several, this says so."
    )
    return [Table(f"what leading is worth to {name}", heads, tuple(rows), (note,)), _leading_shares(task, leader)]


def _at_point(game: NormalFormGame, leader: int) -> tuple[str, str, str, str, str]:
    from detente.solve.equilibria import equilibria
    from detente.solve.pure import pure_profiles

    at_once = list(pure_profiles(game))
    here = "; ".join(profile_words(game, each) for each in at_once) or "no pure equilibrium"
    worths = [game.payoff(leader, each) for each in at_once]
    if not at_once:
        found = equilibria(game)
        if found.complete and len(found.equilibria) == 1:  # the only one is mixed
            worths = [found.equilibria[0].payoffs[game.players[leader]]]
            here = "one mixed equilibrium"
    now = ", ".join(short(each, 4) for each in worths)
    led: list[Profile] = []
    for lead in range(game.shape[leader]):
        replies = [each for each in game.profiles() if each[leader] == lead and _settled(game, leader, each)]
        if len(replies) != 1:
            said = f"{len(replies) or 'no'} pure equilibria after {game.strategies[leader][lead]}"
            return here, now, said, "", ""
        led += replies
    # of equally good choices the first, as in the tree
    best = max(led, key=lambda each: game.payoff(leader, each))
    worth = game.payoff(leader, best)
    gain = short(worth - worths[0], 4) if len(worths) == 1 else ""
    return here, now, profile_words(game, best), short(worth, 4), gain


def _settled(game: NormalFormGame, leader: int, profile: Profile) -> bool:
    """Return whether nobody but the leader gains by another choice."""
    from detente.solve.best_response import best_responses

    followers = (player for player in range(len(game.players)) if player != leader)
    return all(profile[player] in best_responses(game, player, profile) for player in followers)


def _leading_shares(task: Task, leader: int) -> Table:
    import numpy as np

    from detente.conclusions.ensemble.compile import payoffs
    from detente.conclusions.ensemble.pure_batch import pure_equilibria

    game = task.game
    players = game.players
    size = game.shape[leader]
    followers = [player for player in range(len(players)) if player != leader]
    shares: dict[str, list[float]] = {}
    for drawn in _priors(game):
        table = payoffs(game, drawn)
        at_once = pure_equilibria(table)
        replies = [pure_equilibria(np.take(table[:, followers], lead, axis=leader + 2)) for lead in range(size)]
        one = (at_once.counts == 1) & np.all([each.counts == 1 for each in replies], axis=0)
        where = np.flatnonzero(one)
        first = at_once.profiles[at_once.offsets[where]]
        profiles = np.stack([np.insert(each.profiles[each.offsets[where]], leader, k, axis=1) for k, each in enumerate(replies)])
        worth = np.stack([table[(where, leader, *own.T)] for own in profiles])
        best = worth.argmax(axis=0)
        led = profiles[best, np.arange(len(where))]
        gain = worth.max(axis=0) - table[(where, leader, *first.T)]
        spread = np.ptp(table[where, leader].reshape(len(where), -1), axis=1) if len(where) else np.ones(0)
        found = {
            "one equilibrium at once and after every lead": float(one.mean()),
            f"of these: leading gains {players[leader]} something": _mean(gain > 1e-9 * spread),
        }
        for player, name in enumerate(players):
            words = "plays otherwise than at once" if player == leader else "is moved by it to another choice"
            found[f"of these: {name} {words}"] = _mean(led[:, player] != first[:, player])
        for words, share in found.items():
            shares.setdefault(words, []).append(share)
    heads = ("over the box", "share", "over the priors")
    return Table("shares of the box", heads, tuple((words, *_range(each)) for words, each in shares.items()), (_note(),))


def _mean(where: NDArray[Any]) -> float:
    return float(where.mean()) if where.size else 0.0


# ------------------------------------------------------------------------------------------- many members


def _members(task: Task) -> list[Table]:
    """Return how the members end from both ends over the box, and how many follow those that are held."""
    from detente.conclusions.ensemble.draws import draws
    from detente.study.forms.population import compiled_members

    batch = compiled_members(task.model, task.kind == "material")
    held = {task.model.players.index(k): batch.actions.index(v) for k, v in task.model.definition.data.held.items()}
    shares: dict[str, list[float]] = {}
    followed: dict[str, list[float]] = {}
    for prior in PRIORS:
        drawn = draws(task.values, MEMBER_DRAWS, prior)
        payoffs = batch.payoffs(drawn)
        low, high = (batch.best_replies(payoffs, end) for end in (False, True))
        whole = payoffs.at(slice(None))
        shares.setdefault("supermodular: a step up pays more when others are higher", []).append(_mean(_complements(whole.slope)))
        shares.setdefault("a step up pays less the higher the rank, whatever others do", []).append(_mean(_single_crossing(whole.base, whole.slope, batch.members)))
        for words, value in _ends(batch.actions, low, high).items():
            shares.setdefault(words, []).append(value)
        if held:
            rest = batch.best_replies(payoffs, True, high.profiles, held)
            free = [k for k in range(batch.members) if k not in held]
            moved = (rest.profiles[:, free] != high.profiles[:, free]).sum(axis=1)
            for words, (least, most) in FOLLOWERS.items():
                followed.setdefault(words, []).append(_mean((moved >= least) & (moved <= most)))
            followed.setdefault("followers on average", []).append(float(moved.mean()))
    note = f"{MEMBER_DRAWS:,} draws for each of the priors {', '.join(PRIORS)}, seed 0; the first number is that of the uniform one."
    heads = ("over the box", "share or number", "over the priors")
    tables = [Table("both ends over the box", heads, tuple((each, *_range(own)) for each, own in shares.items()), (note,))]
    if followed:
        names = ", ".join(task.model.definition.data.held)
        heads = (f"members that follow {names}", "share or number", "over the priors")
        rows = tuple((each, *_range(own)) for each, own in followed.items())
        tables.append(Table("followers over the box", heads, rows, ("From the greatest equilibrium.",)))
    return tables


def _complements(slope: Any) -> NDArray[Any]:
    """Return in which draws one more step up of others never lowers what a step up gains."""
    import numpy as np

    steps = range(len(slope) - 1)
    gains = [(slope[a + 1][b + 1] - slope[a + 1][b]) - (slope[a][b + 1] - slope[a][b]) for a in steps for b in steps]
    found: NDArray[Any] = np.all([(each >= -1e-12).all(axis=0) for each in gains], axis=0)
    return found


def _single_crossing(base: Any, slope: Any, n: int) -> NDArray[Any]:
    """Return in which draws what a step up gains falls from member to member; affine in the counts, so the corners decide."""
    import numpy as np

    size = (n, base[0].shape[1])  # what is the same for all members stands in one row
    found = []
    for a in range(len(base) - 1):
        for b in range(len(base)):
            gain = base[a + 1] - base[a] + (n - 1) * (slope[a + 1][b] - slope[a][b]) + slope[a + 1][a + 1] - slope[a][a]
            found.append((np.diff(np.broadcast_to(gain, size), axis=0) < 0).all(axis=0))
    whole: NDArray[Any] = np.all(found, axis=0)
    return whole


def _ends(actions: Sequence[str], low: Any, high: Any) -> dict[str, float]:
    """Return what the rest points from all lowest and from all highest have in common, and who is where."""
    top, n = actions[-1], int(low.counts[0].sum())
    found = {
        "both ends meet": _mean((low.counts == high.counts).all(axis=1) & low.rests & high.rests),
        f"all at {top} from above": _mean(high.counts[:, -1] == n),
        f"all at {top} from below": _mean(low.counts[:, -1] == n),
        f"nobody at {top} from above": _mean(high.counts[:, -1] == 0),
        f"all at {actions[0]} from below": _mean(low.counts[:, 0] == n),
        "no rest from one of the ends": _mean(~(low.rests & high.rests)),
    }
    for a, action in enumerate(actions):
        found[f"at {action} on average, from below"] = float(low.counts[:, a].mean())
        found[f"at {action} on average, from above"] = float(high.counts[:, a].mean())
    return found


ANALYSES = {
    "signal_shares": Analysis(
        _signal_shares, "the share of the box in which each kind of signaling equilibrium exists", ("extensive",)
    ),
    "members_over_box": Analysis(
        _members, "how members end from both ends over the box, and how many follow those that are held", ("population",)
    ),
    "leading": Analysis(
        _leading, "what choosing first is worth to the one of `players`, at the points and over the box", ("normal",)
    ),
}
