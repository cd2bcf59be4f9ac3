"""Analyses of named policies of stochastic games over the box: which is kept, which state binds, when an opportunist leaves."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.results import share_text
from detente.display import Table
from detente.errors import UsageError
from detente.study.analyses import Analysis
from detente.study.analyses.incentives import bounds_along, named_policies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.games.symbolic import SymbolicGame
    from detente.study.analyses import Task
    from detente.study.forms._states import Dynamics

__all__ = ["ANALYSES", "NOTE", "Drawn"]

FORMS = ("stochastic",)
#: Draws for each prior; a share is then off by 0.0036 at most, as a standard error.
DRAWS = 20_000
PRIORS = ("uniform", "triangular", "log_uniform", "arcsine", "half")
NOTE = f"{DRAWS:,} draws for each of the priors {', '.join(PRIORS)}, seed 0; the first share is that of the uniform one."


class Drawn:
    """Expressions of a game in the draws of every prior."""

    def __init__(self, box: SymbolicGame, expressions: list[Any]) -> None:
        import numpy as np

        from detente.conclusions.ensemble.compile import compiled
        from detente.conclusions.ensemble.draws import draws

        names = tuple(box.parameters)
        program = compiled(expressions, box.derived, names)
        self.tables: list[NDArray[np.float64]] = []
        for prior in PRIORS:
            made = draws(box, DRAWS, prior)
            found = program({name: made[name] for name in names})
            self.tables.append(np.stack([np.broadcast_to(np.asarray(each, dtype=float), (made.n,)) for each in found]))

    def shares(self, told: Any) -> tuple[str, str]:
        """Return the share of draws in which something is true: under the uniform prior, and least to greatest."""
        found = [float(told(table).mean()) for table in self.tables]
        return share_text(found[0]), f"{share_text(min(found))} to {share_text(max(found))}"


def _kept(task: Task) -> list[Table]:
    """Return in which share of the box which of the policies are equilibria, and which state binds each of them."""
    import numpy as np

    form: Any = task.model.form
    policies = named_policies(task)
    box = task.model.payoffs(task.kind).formulas
    gains = [[each.gain for each in form.incentives(task.model, task.kind, policy)] for policy in policies]
    drawn = Drawn(box, [gain for own in gains for gain in own])
    cuts = np.cumsum([0, *(len(own) for own in gains)])

    def holds(table: Any, k: int) -> Any:
        own = table[cuts[k] : cuts[k + 1]]
        return (own <= 1e-9 * (1 + np.abs(own).max(axis=0))).all(axis=0)

    rows = []
    for kept in product((True, False), repeat=len(policies)):
        wanted = [name for name, each in zip(policies, kept, strict=True) if each]
        words = " and ".join(wanted) if wanted else "none of them"
        words += " only" if len(wanted) == 1 and len(policies) > 1 else ""
        told = drawn.shares(
            lambda table, kept=kept: np.all([holds(table, k) == each for k, each in enumerate(kept)], axis=0)
        )
        rows.append((words, *told))
    tables = [Table("which policies are equilibria", ("policies", "share", "over the priors"), tuple(rows), (NOTE,))]
    for policy, along in product(policies, task.question.along):
        own = bounds_along(task, policy, along)
        if not own:
            continue
        upper = own[0][2] > 0
        bounds = Drawn(box, [at for _, at, _ in own])
        states = [str(each.state) for each, _, _ in own]

        def binds(table: Any, k: int, upper: bool = upper) -> Any:
            edge = table.min(axis=0) if upper else table.max(axis=0)
            return np.abs(table[k] - edge) <= 1e-9 * (1 + np.abs(edge))

        shares = tuple(
            (own[k][0].player, states[k], *bounds.shares(lambda table, k=k: binds(table, k))) for k in range(len(own))
        )
        note = "A state binds where its bound is the tightest; states with equally tight bounds all count."
        title = f"which state of {policy} binds {along} over the box"
        tables.append(Table(title, ("player", "state", "share", "over the priors"), shares, (note,)))
    return tables


def _trusted(task: Task) -> list[Table]:
    """Return when an opportunist leaves over the box, and in which share the stated trust is enough to start."""
    import numpy as np

    from detente.solve.stochastic.incentives import policy_values

    model = task.model
    dynamics: Dynamics = model.definition.data
    if dynamics.partner is None:
        raise UsageError(f"{model.name} has no partner of uncertain kind")
    game = model.payoffs(task.kind)
    rule = dynamics.policy(dynamics.partner.policy).actions
    box = game.formulas
    trust, patience = (box.expression(each) for each in (dynamics.partner.probability, dynamics.partner.discount_factor))
    path = _path(game, rule)
    values = policy_values(game, rule)
    tables = []
    for i, player in enumerate(model.players):
        j = 1 - i
        wanted: list[Any] = [trust, patience, game.factor(i), values[game.start][i]]
        for state in path:
            kept = [game.actions[state][k].index(rule[who]) for k, who in enumerate(model.players)]
            left = [k for k in range(len(game.actions[state][j])) if k != kept[j]]
            if len(left) != 1:
                raise UsageError("an opportunist is followed where there is one way to leave")
            away = list(kept)
            away[j] = left[0]
            here, there = game.payoff(state, tuple(kept)), game.payoff(state, tuple(away))
            wanted += [here[j], there[j], here[i], there[i]]
        drawn = Drawn(box, wanted)
        number = len(path)

        def dated(table: Any, number: int = number) -> tuple[Any, Any]:
            """Return the date at which an opportunist leaves, ``number`` for never, and what that is worth to the other."""
            o, d = table[1], table[2]
            worth, mine, total, own = [], [], np.zeros_like(o), np.zeros_like(o)
            for k in range(number):
                hers, leaving, his, betrayed = table[4 + 4 * k : 8 + 4 * k]
                worth.append(total + o**k * leaving)
                mine.append(own + d**k * betrayed)
                total, own = total + o**k * hers, own + d**k * his
            last = table[4 + 4 * (number - 1)], table[6 + 4 * (number - 1)]
            worth.append(total + o**number * last[0] / (1 - o))
            mine.append(own + d**number * last[1] / (1 - d))
            date = np.argmax(np.stack(worth), axis=0)
            return date, np.take_along_axis(np.stack(mine), date[None], axis=0)[0]

        rows = [
            (f"leaves in year {k + 1} (state {state})", *drawn.shares(lambda table, k=k: dated(table)[0] == k))
            for k, state in enumerate(path)
        ]
        rows.append(("never leaves", *drawn.shares(lambda table, number=number: dated(table)[0] == number)))
        enough = drawn.shares(lambda table: table[0] * table[3] + (1 - table[0]) * dated(table)[1] >= 0)
        rows.append((f"trust is enough for {player} to start", *enough))
        title = f"{player} against a partner of uncertain kind, over the box"
        tables.append(Table(title, ("the partner, as an opportunist", "share", "over the priors"), tuple(rows), (NOTE,)))
    return tables


def _path(game: Any, rule: Any) -> list[Any]:
    """Return the states that a policy passes, the last of which it stays in."""
    found: list[Any] = []
    state = game.start
    while state not in found:
        found.append(state)
        profile = tuple(own.index(rule[who]) for own, who in zip(game.actions[state], game.players, strict=True))
        moves = game.moves(state, profile)
        if len(moves) != 1 or moves[0][0] in game.terminal:
            raise UsageError("an opportunist is followed along a policy that rests in a state")
        state = moves[0][0]
    if state != found[-1]:
        raise UsageError("an opportunist is followed along a policy that rests in a state")
    return found


ANALYSES = {
    "kept_over_box": Analysis(
        _kept, "which named policies are equilibria over the box, and which state binds the parameters `along`", FORMS
    ),
    "trust_over_box": Analysis(
        _trusted, "when an opportunist leaves over the box, and how often trust is enough to start", FORMS
    ),
}
