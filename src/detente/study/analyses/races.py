"""Analyses of stochastic games in which one moves first and the other may end the game: dates, transfers, stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.formula import parse
from detente.numbers import short
from detente.payoffs.terms import STATE
from detente.study.analyses import Analysis
from detente.study.analyses._solved import Solved, movers, runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.stochastic import State, StochasticGame
    from detente.study.analyses import Task
    from detente.study.forms._states import Dynamics

__all__ = ["ANALYSES"]

FORMS = ("stochastic",)


def _dates(task: Task) -> list[Table]:
    """For every action of the first mover held for ever: what the second mover does best, and what never ending is worth."""
    from detente.games.stochastic import StochasticGame
    from detente.solve.stochastic.markov_perfect import markov_perfect

    leader, mover = movers(task)
    name = task.model.players[mover]
    rows = []
    for point in task.points:
        game = task.model.form.at(task.model, point, task.kind)
        for k, held in enumerate(task.model.definition.strategies[task.model.players[leader]]):

            def full(action: int, own: int = k) -> tuple[int, ...]:
                pair = [0, 0]
                pair[leader], pair[mover] = own, action
                return tuple(pair)

            def follow(state: Any, moves: tuple[str, ...], own: int = k, game: Any = game) -> Any:
                action = game.actions[state][mover].index(moves[0])
                return {game.states[to]: q for to, q in game.transitions[state][full(action, own)]} or None

            def pays(state: Any, moves: tuple[str, ...], own: int = k, game: Any = game) -> Any:
                action = game.actions[state][mover].index(moves[0])
                return (game.rewards[state][full(action, own)][mover],)

            alone = StochasticGame(
                [name], game.states, {s: {name: game.actions[s][mover]} for s in game.playing}, pays, follow,
                game.discount_factors[mover], terminal={s: (each[mover],) for s, each in game.terminal.items()},
                start=game.start,
            )  # fmt: skip
            best = markov_perfect(alone, limit=1).equilibria[0]
            never = _kept(alone, 0)
            path = best.path
            ends = path is not None and path.ending == "ends"
            date = "never" if not ends else f"year {len(path.steps)}, in {path.last}"  # type: ignore[union-attr]
            struck = [s for s in game.playing if best.policy[name][s][game.actions[s][mover][0]] != 1]
            worth = best.values[name][game.start]
            rows.append(
                (
                    point.name,
                    held,
                    date,
                    short(worth, 5),
                    short(never[game.start], 5),
                    runs(struck) if struck else "none",
                )
            )
    leader_name = task.model.players[leader]
    columns = (
        "point", f"{leader_name} for ever", f"best date of {name}", "worth at the start", "worth of never", f"states where {name} would not wait",
    )  # fmt: skip
    return [Table(f"when {name} ends the game if {leader_name} does the same for ever", columns, tuple(rows))]


def _kept(game: StochasticGame, action: int) -> Mapping[State, Any]:
    """Return what one player's action for ever is worth in each state."""
    from detente.solve.stochastic.one_shot import best_markov_deviation

    name = game.players[0]
    behavior: dict[tuple[Any, tuple[str, ...]], dict[str, dict[str, Any]]] = {(s, ()): {name: {game.actions[s][0][action]: 1}} for s in game.playing}
    return best_markov_deviation(game, behavior).values[name]


def _one_step(task: Task) -> list[Table]:
    """Return the state from which ending now beats ending a year later, in closed form."""
    import sympy

    from detente.games.symbolic import symbol
    from detente.payoffs.by_state import with_values
    from detente.printing import plain as formula_text

    leader, mover = movers(task)
    model = task.model
    payoffs = model.form.table(model, task.kind == "material")
    dynamics: Dynamics = model.definition.data
    names = model.players
    strategies = model.definition.strategies
    hold, strike = strategies[names[mover]][0], strategies[names[mover]][-1]
    state = symbol(STATE)
    known = {each: symbol(each) for each in (*model.parameters, STATE)}
    factor = dynamics.factors[mover if len(dynamics.factors) > 1 else 0].to_sympy(known)
    game = model.payoffs(task.kind).formulas
    closed: list[tuple[str, str]] = []
    by_point: dict[str, list[str]] = {point.name: [] for point in task.points}
    for course in strategies[names[leader]]:
        chosen = {names[leader]: course, names[mover]: hold}
        values = {name: own[who][chosen[who]] for name, own in dynamics.values.items() for who in own if who in chosen}

        def paid(what: str, at: Any, course: str = course, values: Any = values) -> Any:
            """Return a payoff of the second mover as an expression of the state."""
            done = {names[leader]: course, names[mover]: what}
            total = sympy.Integer(0)
            for term in payoffs.own_terms(names[mover]):
                # of terms that count in some states only, those of states in between
                when = [
                    {who: own for who, own in each.items() if who != STATE} for each in term.when if STATE not in each
                ]
                if term.when and not any(all(done.get(who) in own for who, own in each.items()) for each in when):
                    continue
                formula = with_values(term.formula, values) if values else term.formula
                total += formula.to_sympy(known).xreplace({state: at})
            return total

        rule = next(
            each
            for each in dynamics.rules
            if all(
                done in own
                for alternative in each.when or ({},)
                for who, own in alternative.items()
                for done in [chosen.get(who)]
            )
        )
        target = rule.targets[0][0]
        if isinstance(target, str):
            raise UsageError("expected states that are numbers")
        ahead = with_values(target, {**values, STATE: parse(STATE)}).to_sympy(known)
        ahead = ahead.args[-1] if isinstance(ahead, sympy.Max) and ahead.args[0].is_number else ahead
        gap = sympy.expand(paid(strike, state) - paid(hold, state) - factor * paid(strike, ahead))
        slope = sympy.diff(gap, state)
        if state in slope.free_symbols:
            raise UsageError("the difference is not affine in the state")
        threshold = sympy.factor(-gap.xreplace({state: sympy.Integer(0)})) / sympy.factor(slope)
        closed.append((course, formula_text(threshold)))
        for point in task.points:
            at, found = point.values, by_point[point.name]
            rise = game.evaluate(slope, at)
            found.append(
                "none" if rise == 0 else f"{'above' if rise > 0 else 'below'} {short(game.evaluate(threshold, at), 4)}"
            )
    note = f"{strike} now against {hold} once and then {strike}, in states above the last ones."
    held = f"{names[leader]} for ever"
    columns = ("point", *(f"{held}: {course}" for course in strategies[names[leader]]))
    rows = tuple((name, *found) for name, found in by_point.items())
    return [
        Table("state at which both are worth the same", (held, "state"), tuple(closed), (note,)),
        Table(f"states in which {strike} now is worth more than a year later", columns, rows),
    ]


def _transfers(task: Task) -> list[Table]:
    """Return what it would take each year to keep the second mover from ending the game, state by state."""
    leader, mover = movers(task)
    names = task.model.players
    tables = []
    for solved in Solved.all(task):
        game, first = solved.game, solved.found.equilibria[0]
        values = {i: solved.values(player) for i, player in enumerate(names)}
        rows = []
        for state in game.playing:
            cells: list[str] = []
            struck = []
            for k in range(len(game.actions[state][leader])):
                pair = [0, 0]
                pair[leader] = k
                worths = []
                for action in range(len(game.actions[state][mover])):
                    pair[mover] = action
                    worths.append(solved.worth(state, tuple(pair), mover, values[mover]))
                gap = max(worths[1:]) - worths[0]
                struck.append(gap > 0)
                cells.append(short(gap, 4) if gap > 0 else "0")
            only = "whatever" if all(struck) else "only after some" if any(struck) else "never"
            rows.append((str(state), only, *cells, first.action(names[leader], state)))
        actions = game.actions[game.start][leader]
        columns = ("state", "ends", *(f"after {course}" for course in actions), f"{names[leader]} does")
        hold = game.actions[game.start][mover][0]
        note = (
            f"What {names[mover]} would have to get in the year, on top, to {hold}: what ending now is worth more than to {hold} once "
            "and go on as in equilibrium. Nobody can promise more than the year."
        )
        rests = [s for s, only, *_ in rows if only == "only after some"]
        summary = f"Ended only after some actions of {names[leader]}: {runs([_number(s) for s in rests]) if rests else 'no state'}."
        tables.append(Table(f"transfers at {solved.point.name}", columns, tuple(rows), (note, summary)))
    return tables


def _number(text: str) -> Any:
    return int(text) if text.lstrip("-").isdigit() else text


def _stops(task: Task) -> list[Table]:
    """Return where the path comes to rest, and what the other actions there would lead to."""
    leader, mover = movers(task)
    names = task.model.players
    rows = []
    for solved in Solved.all(task):
        game, first = solved.game, solved.found.equilibria[0]
        path = first.path
        if path is None or path.ending != "rests":
            rows.append((solved.point.name, "does not come to rest", "", "", ""))
            continue
        state = path.last
        assert state is not None
        replies = first.replies[names[mover]][state]
        kept = first.action(names[leader], state)
        here = first.values[names[leader]][state]
        for k, course in enumerate(game.actions[state][leader]):
            if course == kept:
                continue
            answer = next(a for a, p in replies[course].items() if p != 0)
            pair = [0, 0]
            pair[leader], pair[mover] = k, game.actions[state][mover].index(answer)
            gain = solved.worth(state, tuple(pair), leader, first.values[names[leader]]) - here
            unanswered = [0, 0]
            unanswered[leader] = k
            alone = solved.worth(state, tuple(unanswered), leader, first.values[names[leader]]) - here
            why = "it does not pay" if alone <= 0 else f"the answer {answer} deters" if gain <= 0 else "it pays"
            rows.append((solved.point.name, str(state), course, answer, f"{short(gain, 4)}; {why}"))
    columns = ("point", "rests in", f"if {names[leader]} did once", f"{names[mover]} would", f"gain of {names[leader]}")
    return [Table("why it stops there", columns, tuple(rows))]


ANALYSES = {
    "dates": Analysis(_dates, "when the second mover ends the game if the first does the same for ever", FORMS),
    "one_step": Analysis(
        _one_step, "the state from which ending now beats ending a period later, in closed form", FORMS
    ),
    "transfers": Analysis(_transfers, "what would keep the second mover from ending the game, state by state", FORMS),
    "stops": Analysis(_stops, "why the path comes to rest where it does", FORMS),
}
