"""The repeated variant of a game of a study: critical discount factors at a point, against the study's own factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.errors import UsageError
from detente.numbers import number_to_json, plain, short
from detente.solve.repeated.critical_discount_factor import CriticalDiscountFactor, critical_discount_factor

if TYPE_CHECKING:
    from detente.games.definition import Variant
    from detente.study.model import GameModel, Point

__all__ = ["DiscountFactors", "discount_factors", "repeated_variant"]


@dataclass(frozen=True)
class DiscountFactors:
    """Critical discount factors of the strategies of a repeated variant at one point.

    ``factors`` maps a strategy such as ``grim`` or ``punishment_2`` to its result; ``values`` gives the study's own
    discount factor per player.
    """

    players: tuple[str, ...]
    point: str
    target: tuple[str, ...]
    factors: dict[str, CriticalDiscountFactor]
    values: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return the contract's ``critical_discount_factors`` and, per strategy, the exact conditions."""
        return {
            "form": "repeated",
            "concept": "subgame-perfect",
            "players": list(self.players),
            "target": dict(zip(self.players, self.target, strict=True)),
            "discount_factors": {player: number_to_json(value) for player, value in self.values.items()},
            "critical_discount_factors": {
                name: {player: number_to_json(value) for player, value in found.per_player.items()}
                for name, found in self.factors.items()
            },
            "conditions": {name: found.to_json() for name, found in self.factors.items()},
        }

    def table(self) -> Table:
        """Return one row per strategy: the critical factor per player, and whether the study's factor suffices."""
        rows = []
        notes: list[str] = []
        for name, found in self.factors.items():
            cells = []
            for player in self.players:
                value = found.per_player[player]
                cells.append("none" if value is None else _written(value))
            enough = "yes" if found.sustains(self.values) else "no"
            rows.append((name, *cells, enough))
            notes.extend(note for note in found.notes if note not in notes)
        factor = ", ".join(f"{short(value, 4)} ({player})" for player, value in self.values.items())
        title = f"critical discount factors at {self.point}, target {','.join(self.target)}"
        columns = ("strategy", *self.players, f"enough at {factor}")
        if len(set(self.values.values())) == 1:
            columns = ("strategy", *self.players, f"enough at {short(next(iter(self.values.values())), 4)}")
        return Table(title, columns, tuple(rows), tuple(notes))

    def __str__(self) -> str:
        return self.table().to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.table().mimebundle()


def _written(value: Any) -> str:
    text = plain(value)
    if text == short(value, 4):
        return text
    return f"{text} = {short(value, 4)}" if len(text) <= 30 else short(value, 4)


def repeated_variant(model: GameModel, name: str | None = None) -> Variant:
    """Return the repeated variant called ``name``, the model's own, or the only one."""
    if name is None and model.variant is not None:
        return model.variant
    known = {key: each for key, each in model.definition.variants.items() if each.form == "repeated"}
    if name is not None and name in known:
        return known[name]
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    raise UsageError(
        f"{model.definition.name} has no repeated variant {name or ''}; expected one of {', '.join(known) or 'none'}"
    )


def discount_factors(
    model: GameModel, point: Point, name: str | None = None, kind: str = "strategic"
) -> DiscountFactors:
    """Return the critical discount factors of every strategy that a repeated variant lists.

    The target and the punishment are those of the variant; without a target each player's first strategy.
    """
    variant = repeated_variant(model, name)
    stage = model.at(point, kind)
    target = _profile(stage, variant.target) if variant.target else tuple(0 for _ in stage.players)
    punishment = _profile(stage, variant.punishment) if variant.punishment else None
    env = {**point.values, **model.derived_values(point.values)}
    factors = [factor.evaluate(env) for factor in variant.discount_factors]
    if len(factors) == 1:
        factors = factors * len(stage.players)
    found = {}
    for strategy in variant.strategies or ("grim",):
        kind_of, _, periods = strategy.partition("_") if strategy.startswith("punishment_") else (strategy, "", "")
        defects = kind_of == "tit_for_tat" and stage.shape == (2, 2)
        found[strategy] = critical_discount_factor(
            stage, kind_of, target, None if defects else punishment, int(periods) if periods else None
        )
    return DiscountFactors(
        stage.players, point.name, stage.profile_labels(target), found, dict(zip(stage.players, factors, strict=True))
    )


def _profile(stage: Any, given: Any) -> tuple[int, ...]:
    return stage.profile_index(given)  # type: ignore[no-any-return]
