r"""What better information is worth: the best trigger equilibrium under each of several public signals.

A punishment of weight ``S`` costs an honest player ``p0 S`` of its force each period, so the best equilibrium punishes
with the least weight that deters everybody. After a bad signal a public lottery starts the punishment for ever with a
probability ``q``; its weight is :math:`S = q\, \delta/(1 - \delta)`, and ``q`` is the least that deters. (Punishments
of ``T`` periods have the same value at the same weight.) Where no ``q`` up to 1 deters, the stage equilibrium that
punishes is what is left.

The difference between two signals is what a player would pay per period for the better one: more detection, or fewer
false alarms. A player whose own condition binds has :math:`R - g\, p_0/(p_1 - p_0)` (Abreu, Milgrom and Pearce 1991,
with public randomization), so that a perfect signal is worth :math:`g\, p_0/(p_1 - p_0)` a period to that player.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.repeated import RepeatedGame
from detente.games.symbolic import SymbolicGame, symbol
from detente.numbers import exact_or_float, number_to_json, short
from detente.printing import plain
from detente.solve.repeated.factor_sets import discount_factor_value
from detente.solve.repeated.monitoring import monitored_trigger
from detente.solve.repeated.monitoring_result import MonitoredTrigger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame

__all__ = ["MonitoringValue", "monitoring_value"]

#: A probability of a false alarm and one of detection.
Signal = tuple[Any, Any]


@dataclass(frozen=True, repr=False)
class MonitoringValue(Displayed):
    """The best trigger equilibrium under each signal.

    Attributes
    ----------
    signals : dict
        Name to (false alarm, detection).
    discount_factors : dict
        Player to discount factor; with symbols the symbol ``delta``.
    chances : dict
        Signal to the probability with which a bad signal starts the punishment; None where no equilibrium exists.
    values : dict
        Signal to each player's average payoff. With symbols it holds under :attr:`conditions`.
    exists : dict
        Signal to whether the agreement is an equilibrium; with symbols the condition.
    """

    target: tuple[str, ...]
    signals: dict[str, Signal]
    discount_factors: dict[str, Any]
    chances: dict[str, Any]
    values: dict[str, dict[str, Any]]
    exists: dict[str, Any]
    triggers: dict[str, MonitoredTrigger] = field(repr=False)
    arithmetic: str = "exact"

    @property
    def players(self) -> tuple[str, ...]:
        """The players."""
        return tuple(self.discount_factors)

    @property
    def complete(self) -> bool:
        """Best among the trigger equilibria of the target; others may do better."""
        return False

    def worth(self, better: str, worse: str) -> dict[str, Any]:
        """Return what each player would pay per period to have one signal in place of another; it may be negative."""
        for name in (better, worse):
            if name not in self.signals:
                raise UsageError(f"unknown signal {name!r}; expected one of {', '.join(self.signals)}")
        return {player: self.values[better][player] - self.values[worse][player] for player in self.players}

    def net(self, costs: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return each player's value under each signal less what the signal costs that player per period.

        Parameters
        ----------
        costs : mapping
            Signal to its cost per period: a number for everybody or ``{player: number}``; what is not named is free.
        """
        unknown = [name for name in costs if name not in self.signals]
        if unknown:
            raise UsageError(f"unknown signal {unknown[0]!r}; expected one of {', '.join(self.signals)}")

        def cost(signal: str, player: str) -> Any:
            given = costs.get(signal, 0)
            given = given.get(player, 0) if isinstance(given, Mapping) else given
            return given if hasattr(given, "free_symbols") else exact_or_float(given)

        return {
            signal: {player: value - cost(signal, player) for player, value in own.items()}
            for signal, own in self.values.items()
        }

    def to_json(self) -> dict[str, Any]:
        """Return the values as JSON."""
        number = plain if self.arithmetic == "symbolic" else number_to_json
        return {
            "target": dict(zip(self.players, self.target, strict=True)),
            "discount_factors": {player: number(value) for player, value in self.discount_factors.items()},
            "signals": [
                {
                    "signal": name,
                    "false_alarm": number(p0),
                    "detection": number(p1),
                    "exists": plain(self.exists[name]) if self.arithmetic == "symbolic" else self.exists[name],
                    "chance": None if self.chances[name] is None else number(self.chances[name]),
                    "values": {player: number(value) for player, value in self.values[name].items()},
                }
                for name, (p0, p1) in self.signals.items()
            ],
        }

    def table(self) -> Table:
        """Return one row per signal: what it is, how often it has to be acted on, what everybody gets."""
        symbolic = self.arithmetic == "symbolic"
        show = plain if symbolic else lambda value: short(value, 5)
        rows = []
        for name, (p0, p1) in self.signals.items():
            chance = self.chances[name]
            held = plain(self.exists[name]) if symbolic else "yes" if self.exists[name] else "no"
            values = [show(self.values[name][player]) for player in self.players]
            rows.append((name, show(p0), show(p1), held, "none" if chance is None else show(chance), *values))
        factor = ", ".join(dict.fromkeys(show(each) for each in self.discount_factors.values()))
        return Table(
            f"best trigger equilibrium at ({', '.join(self.target)}) by signal, discount factor {factor}",
            ("signal", "false alarm", "detection", "sustained", "punished with", *self.players),
            tuple(rows),
            (
                "Average payoffs; a bad signal starts the punishment for ever with the chance under 'punished with'.",
                "Differences between rows are what a player would pay per period for the better signal.",
                "Where the agreement is not sustained, the stage equilibrium that punishes is played throughout.",
            ),
        )

    def __repr__(self) -> str:
        return f"<MonitoringValue at ({', '.join(self.target)}), signals {', '.join(self.signals)}>"


def monitoring_value(
    game: NormalFormGame | SymbolicGame | RepeatedGame,
    target: Sequence[int | str] | Mapping[str, int | str],
    punishment: Any = None,
    *,
    signals: Mapping[str, Sequence[object]],
    discount_factor: object = None,
) -> MonitoringValue:
    r"""Return the best trigger equilibrium under each of several public signals.

    Parameters
    ----------
    game, target, punishment
        As for :func:`~detente.solve.repeated.monitoring.monitored_trigger`.
    signals : mapping
        Name to (false alarm, detection): numbers, or formulas of the parameters of a symbolic game.
    discount_factor : number, or one per player in order, optional
        By default those of a RepeatedGame. In symbolic games it is the symbol ``delta``, common to all.

    Returns
    -------
    MonitoringValue

    Notes
    -----
    Best among trigger profiles of this target with this punishment; the rest of the public equilibria is not searched.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[2, 0], [3, 1]], [[2, 3], [0, 1]]])
    >>> found = monitoring_value(g, (0, 0), (1, 1), discount_factor="9/10",
    ...                          signals={"eyes": ("1/10", "4/5"), "ears": ("1/5", "3/5")})
    >>> found.worth("eyes", "ears")["1"]  # 2 - (1/10)/(7/10), against 2 - (1/5)/(2/5)
    Fraction(5, 14)
    """
    if not isinstance(signals, Mapping) or not signals:
        raise UsageError(f"found the signals {signals!r}; expected {{name: (false alarm, detection)}}, at least one")
    for name, pair in signals.items():
        if isinstance(pair, str) or len(pair) != 2:
            raise UsageError(f"found the signal {name}: {pair!r}; expected (false alarm, detection)")
    stage = game.stage if isinstance(game, RepeatedGame) else game
    if discount_factor is None and isinstance(game, RepeatedGame):
        discount_factor = game.discount_factors
    triggers = {
        name: monitored_trigger(stage, target, punishment, false_alarm=pair[0], detection=pair[1])
        for name, pair in signals.items()
    }
    if isinstance(stage, SymbolicGame):
        return _symbolic(triggers)
    given = discount_factor if isinstance(discount_factor, (list, tuple)) else [discount_factor] * len(stage.players)
    if None in given or len(given) != len(stage.players):
        raise UsageError(f"found the discount factor {discount_factor!r}; expected one, or one for each player")
    factors = dict(zip(stage.players, (discount_factor_value(each) for each in given), strict=True))
    chances: dict[str, Any] = {}
    values: dict[str, dict[str, Any]] = {}
    for name, each in triggers.items():
        chance = _least_chance(each, factors)
        chances[name] = chance
        values[name] = {
            player: each.punished[player]
            if chance is None
            else each.punished[player] + each.loss[player] / (1 + each.false_alarm * chance * delta / (1 - delta))
            for player, delta in factors.items()
        }
    first = next(iter(triggers.values()))
    return MonitoringValue(
        first.target,
        {name: (each.false_alarm, each.detection) for name, each in triggers.items()},
        factors,
        chances,
        values,
        {name: chance is not None for name, chance in chances.items()},
        triggers,
        first.arithmetic,
    )


def _least_chance(trigger: MonitoredTrigger, factors: Mapping[str, Any]) -> Any:
    """Return the least probability of punishing for ever that deters everybody, None where none does."""
    needed: list[Any] = []
    for player, delta in factors.items():
        weight = trigger.least_weight(player)
        if weight is None:
            return None
        needed.append(weight * (1 - delta) / delta)
    chance = max(needed)
    if chance > 1:
        return None
    # a punishment that is a reward to somebody may deter no more than nothing does
    for player, delta in factors.items():
        if trigger.gain[player] > chance * delta / (1 - delta) * trigger.net_loss(player):
            return None
    return chance


def _symbolic(triggers: dict[str, MonitoredTrigger]) -> MonitoringValue:
    import sympy

    delta = symbol("delta")
    chances, values, exists = {}, {}, {}
    for name, each in triggers.items():
        nets = {player: each.net_loss(player) for player in each.players}
        weights = [sympy.cancel(each.gain[player] / nets[player]) for player in each.players]
        weight = sympy.Max(*dict.fromkeys(weights))
        chances[name] = weight * (1 - delta) / delta
        exists[name] = sympy.And(
            sympy.Le(weight * (1 - delta), delta),
            *(sympy.Gt(nets[player], 0) for player in each.players),
            *(sympy.Gt(each.gain[player], 0) for player in each.players),
            each.factors.punishment_condition,
        )
        values[name] = {
            player: _neat(each.punished[player] + each.loss[player] / (1 + each.false_alarm * weight))
            for player in each.players
        }
    first = next(iter(triggers.values()))
    return MonitoringValue(
        first.target,
        {name: (each.false_alarm, each.detection) for name, each in triggers.items()},
        dict.fromkeys(first.players, delta),
        chances,
        values,
        exists,
        triggers,
        "symbolic",
    )


def _neat(expression: Any) -> Any:
    import sympy

    return expression if expression.has(sympy.Max) else sympy.cancel(expression)
