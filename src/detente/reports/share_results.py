"""In which share of the box conclusions of a game hold, and which parameters drive its outcome, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from detente.conclusions.ensemble.saved import Remembered
    from detente.study.model import GameModel

__all__ = ["importance_results", "level", "share_results"]


def share_results(model: GameModel, draws: int, seed: int, counts: Callable[[Mapping[str, Any]], Remembered]) -> dict[str, Any]:
    """Return in which share of the box conclusions hold; ``counts`` tells where counts over the draws are kept in memory."""
    from detente.conclusions.robustness.robustness import How
    from detente.study.robustness import game_robustness

    try:
        found = game_robustness(
            model, model.point(), terms=False, save=False,
            how=How(draws=draws, seed=seed, saved=counts, prove="shown"),
        )  # fmt: skip
    except DetenteError as error:
        return {"refused": str(error), "rows": []}
    rows = []
    # events that contradict each other are no play that a report could give shares under; the notes say so
    seen = found.given if len(found.given) == 1 else ()
    for name in found.shown():
        spread = found.range(name)
        uniform = found.find(name)[0]
        observed = found.range(name, given=seen[0].name) if seen else None
        rows.append(
            {
                "conclusion": name,
                "range": None if spread is None else list(spread),
                "uniform": uniform.share,
                "error": uniform.error,
                "observed": None if observed is None else list(observed),
                "proved": found.proved.get(name, ""),
                "figures": _pair(found, name, "figures"),
                "judgements": _pair(found, name, "judgements"),
                "meaning": level(model, name),
            }
        )
    return {
        "refused": "",
        "rows": rows,
        "priors": list(found.priors),
        "draws": found.draws,
        "observed": [[words, name] for words, name in ((each.words, each.name) for each in seen)],
        "rejected": [min(found.rejected.values(), default=0.0), max(found.rejected.values(), default=0.0)],
        "vary": list(found.vary),
        "notes": list(found.notes),
    }


def level(model: GameModel, name: str) -> str:
    """Return the level of measurement that a conclusion needs, nothing for forms without levels."""
    from detente.conclusions.meaning import meaning

    try:
        of = (
            model.conclusion(name)
            if name in model.definition.conclusions
            else model.form.conclusion(model.definition, name)
        )
        return meaning(model.symbolic, of).level
    except (DetenteError, AttributeError, TypeError):
        return ""  # forms whose games are no normal forms or trees have no levels


def importance_results(model: GameModel, draws: int, seed: int) -> dict[str, Any]:
    """Return what drives the outcome of a game: importance of each parameter, alone and in total."""
    from detente.study.robustness import game_importance

    try:
        found = game_importance(model, model.point(), draws=draws, seed=seed)
    except DetenteError as error:
        return {"refused": str(error), "outputs": []}
    outputs = [
        {
            "output": output,
            "variance": found.variances[output],
            "rows": [_index(each) for each in found.of(output)],
            "groups": [_index(each) for each in found.groups if each.output == output],
        }
        for output in found.outputs
    ]
    return {"refused": "", "outputs": outputs, "draws": found.draws, "notes": list(found.notes)}


def _pair(found: Any, name: str, vary: str) -> list[float] | None:
    if vary not in found.vary:
        return None
    spread = found.range(name, vary=vary)
    return None if spread is None else list(spread)


def _index(each: Any) -> dict[str, Any]:
    return {
        "name": each.name, "kind": each.kind, "first": each.first, "total": each.total, "error": each.total_error,
    }  # fmt: skip
