"""The picture of an answer: of a solution, or of a question of a game, where its form has one."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.fields import label_of
from detente.numbers import to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from detente.games.definition import Question
    from detente.study.model import GameModel, Point

__all__ = ["answer_figure", "question_figure"]

#: Values of a lever that are looked at.
STEPS = 40


def answer_figure(model: GameModel, result: Any, point: Point, title: str = "") -> Figure:
    """Return the picture of a solution: policies by state, waves and cascades of members, power in coalitions.

    Without ``title`` it is headed by the label of the game and of the point.

    Raises
    ------
    UsageError
        If the form has no picture of its solutions.
    """
    from detente.study.forms.coalitional import CoalitionalSolution, outside_options
    from detente.study.forms.population import PopulationSolution
    from detente.study.forms.voting import VotingSolution

    title = title or _title(model, point)
    if isinstance(result, PopulationSolution):
        from detente.reports.member_figures import waves_figure

        paths = {"from all lowest": result.low, "from all highest": result.high}
        if result.cascade is not None:
            paths = {"after the exit": result.cascade}
        return waves_figure(paths, model.label, title)
    if isinstance(result, CoalitionalSolution):
        from detente.reports.power_figures import power_figure

        return power_figure(result, outside_options(model, point), model.label, title)
    if isinstance(result, VotingSolution):
        from detente.reports.power_figures import votes_figure

        return votes_figure(result, model.label, title)
    from detente.reports.solution_figures import solution_figure

    return solution_figure(result, model.label, title)


def question_figure(model: GameModel, number: int, points: Sequence[Point] | None = None, kind: str = "strategic") -> Figure:
    """Return the picture of the answer to a numbered question, at the first of its points where it is of one.

    Raises
    ------
    UsageError
        If none of its analyses has a picture.
    """
    questions = {each.number: each for each in model.definition.questions}
    if number not in questions:
        known = ", ".join(str(each) for each in sorted(questions)) or "none"
        raise UsageError(f"unknown question {number} of {model.definition.name}; expected one of {known}")
    question = questions[number]
    variant = question.variants[0] if question.variants else question.variant
    if variant is not None and variant != model.definition.name:
        model = model.of(variant)
    chosen = list(points or [model.point(name) for name in question.points or ("baseline",)])
    title = _title(model, chosen[0])
    form = model.form.name
    if form == "population" and "curve" in question.ask:
        return _levers(model, question, chosen[0], kind, title)
    if form == "population" and "logit" not in question.ask:
        if "cascade" in question.ask:
            return answer_figure(model, model.form.solve(model, chosen[0], kind), chosen[0], title)
        from detente.reports.member_figures import members_figure

        last = chosen[-1]
        found: Any = model.form.solve(model, last, kind)
        return members_figure(found.equilibria.game, found.low, found.high, model.label, _title(model, last))
    if form == "normal" and "iterated_best_reply" in question.ask:
        return _waves(model, chosen, kind)
    if form in {"coalitional", "voting"}:
        return answer_figure(model, model.form.solve(model, chosen[0], kind), chosen[0], title)
    raise UsageError(
        f"question {number} of {model.definition.name} has no picture; there are pictures of best replies, cascades and levers of many "
        "members, of waves of best replies, and of power in coalitions"
    )


def _levers(model: GameModel, question: Question, point: Point, kind: str, title: str) -> Figure:
    from detente.reports.member_figures import lever_figure
    from detente.solve.population.best_reply import best_reply_path
    from detente.study.analyses import Task
    from detente.study.analyses.population import all_highest_changes, at_value

    task = Task(model, question, (point,), kind)
    curves: dict[str, list[tuple[float, Sequence[int], Sequence[int]]]] = {}
    critical: dict[str, list[float]] = {}
    for along in question.along:
        interval = model.intervals[along]
        low, high = question.ranges.get(along, (interval.low, interval.high))
        own: list[tuple[float, Sequence[int], Sequence[int]]] = []
        for k in range(STEPS + 1):
            value = low + (high - low) * Fraction(k, STEPS)
            game = at_value(task, point, along, value)
            ends = (best_reply_path(game, game.actions[-1], "highest"), best_reply_path(game, game.actions[0], "lowest"))
            own.append((float(value), ends[0].last, ends[1].last))
        curves[along] = own
        critical[along] = [to_float(each.at) for each in all_highest_changes(task, point, along, low, high)]
    here = {along: to_float(point.values[along]) for along in question.along}
    actions = model.definition.strategies[model.players[0]]
    return lever_figure(curves, actions, here=here, critical=critical, label=model.label, title=title)


def _waves(model: GameModel, points: Sequence[Point], kind: str) -> Figure:
    from detente.reports.member_figures import normal_waves_figure
    from detente.solve.supermodular import iterated_best_reply

    game = model.payoffs(kind)
    if any(size != 2 for size in game.shape) or len(set(game.strategies)) != 1:
        raise UsageError("waves are drawn for games in which all have the same two strategies")
    shown = {}
    for point in points:
        numeric = game.at_point(point.values)
        low, high = (iterated_best_reply(numeric, start).profiles for start in ("lowest", "highest"))
        shown[point.name] = (low, high)
    return normal_waves_figure(shown, game.players, game.strategies[0], model.label, label_of(model.definition.label, "en"))


def _title(model: GameModel, point: Point) -> str:
    """Return the label of the game, and of the point."""
    return f"{label_of(model.definition.label, 'en') or model.name} ({model.label(point.name)})"
