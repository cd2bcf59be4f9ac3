"""What each option is worth once the others have replied: exactly at a point, and in many draws at once."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.conclusions._forms import form_of, fractions
from detente.games.rational import fast
from detente.numbers import fraction_of, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions._commitments import Menu, Reply
    from detente.conclusions._forms import Form, Values

__all__ = ["Batch", "Valuation", "Value"]

#: Ties in floats: a share of the spread of a player's payoffs.
RELATIVE = 1e-9


@dataclass(frozen=True)
class Value:
    """One option at one point: its worst and best equilibrium for the player, and all that were found.

    ``replies`` maps what the others do to what it pays the player. ``worst`` and ``best`` are None where no equilibrium
    was found.
    """

    worst: Any
    best: Any
    replies: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, eq=False)
class Batch:
    """All options in a batch of draws.

    Attributes
    ----------
    worst, best : (options, n) float64
        NaN where no equilibrium was found after an option.
    slack : (n,) float64
        Within which the player's payoffs count as equal.
    """

    worst: NDArray[np.float64]
    best: NDArray[np.float64]
    slack: NDArray[np.float64]


class Valuation:
    """Values the options of a menu."""

    def __init__(self, menu: Menu) -> None:
        self.menu = menu

    # -- exactly ----------------------------------------------------------------------------------------------

    def at(self, point: Mapping[str, Fraction]) -> tuple[Value, ...]:
        """Return the exact value of every option at a point with a value for every parameter."""
        values = {name: fast(value) for name, value in point.items()}
        return tuple(self._value(replies, values) for replies in self.menu.replies)

    def _value(self, replies: tuple[Reply, ...], at: Values) -> Value:
        if self.menu.method == "all equilibria":
            found = self._equilibria(replies, at)
        else:
            found = [
                (each.label, self._number(each.payoffs[self.menu.player], at))
                for each in replies
                if all(self._met(condition, at) for _, condition in each.conditions)
            ]
        found = list(dict.fromkeys(found))
        values = [value for _, value in found]
        return Value(min(values, default=None), max(values, default=None), tuple(found))

    def _form(self, expression: Any) -> Form:
        return form_of(self.menu.game.expand(expression))

    def _number(self, expression: Any, at: Values) -> Any:
        """Return a payoff: exact where it is rational, else a float from a close enclosure."""
        span = self._form(expression).span(at)
        if span is None:
            return self.menu.game.evaluate(expression, fractions(at))  # says what has no value
        low, high = (fraction_of(end) for end in span)
        return low if low == high else float((low + high) / 2)

    def _met(self, condition: Any, at: Values) -> bool:
        value = self._form(condition).value(at)
        if value is None:
            value = self.menu.game.evaluate(condition, fractions(at))
            return bool(value >= (0 if isinstance(value, Fraction) else -RELATIVE * max(1.0, abs(value))))
        return bool(value >= 0)

    def _equilibria(self, replies: tuple[Reply, ...], at: Values) -> list[tuple[str, Any]]:
        """Return all extreme equilibria of the two others, with what each pays the player."""
        import numpy as np

        from detente.games.normal import NormalFormGame
        from detente.solve.equilibria import equilibria

        menu = self.menu
        first, second = self._pair
        shape = menu.game.shape
        table = np.empty((3, shape[first], shape[second]), dtype=object)
        for reply in replies:
            assert reply.profile is not None
            where = (reply.profile[first], reply.profile[second])
            for row, player in enumerate((first, second, menu.player)):
                table[(row, *where)] = self._number(reply.payoffs[player], at)
        game = NormalFormGame(
            table[:2], [menu.players[first], menu.players[second]],
            [menu.game.strategies[first], menu.game.strategies[second]],
        )  # fmt: skip
        found = []
        for each in equilibria(game).equilibria:
            x, y = each.mixed
            value = sum(
                (a * b * table[2, k, m] for k, a in enumerate(x) for m, b in enumerate(y) if a and b), Fraction(0)
            )
            text = ", ".join(f"{player}={_mixture(weights)}" for player, weights in each.profile.items())
            found.append((text, value))
        return found

    @cached_property
    def _pair(self) -> tuple[int, int]:
        """The two others that have a choice."""
        first, second = (j for j in self.menu.others if self.menu.game.shape[j] > 1)
        return first, second

    # -- in many draws ----------------------------------------------------------------------------------------

    @cached_property
    def _program(self) -> tuple[Any, tuple[tuple[list[int], list[list[int]], list[list[tuple[int, int]]]], ...]]:
        """The compiled formulas, and for each option: payoffs of the player, payoffs of all, conditions, as outputs."""
        from detente.conclusions.ensemble.compile import compiled

        menu = self.menu
        outputs: dict[Any, int] = {}

        def output(expression: Any) -> int:
            return outputs.setdefault(expression, len(outputs))

        plan = []
        for replies in menu.replies:
            own = [output(each.payoffs[menu.player]) for each in replies]
            every = [[output(each.payoffs[k]) for each in replies] for k in range(len(menu.players))]
            tests = [[(who, output(e)) for who, e in each.conditions] for each in replies]
            plan.append((own, every, tests))
        game = menu.game
        program = compiled(list(outputs), game.derived, tuple(game.parameters))
        return program, tuple(plan)

    def batch(self, values: Mapping[str, Any], n: int) -> Batch:
        """Return the value of every option in every draw."""
        import numpy as np

        menu = self.menu
        program, plan = self._program
        found = [np.broadcast_to(np.asarray(each, dtype=np.float64), n) for each in program(values)]
        spread = [
            np.ptp(np.stack([found[slot] for _, every, _ in plan for slot in every[k]]), axis=0)
            for k in range(len(menu.players))
        ]
        slack = [RELATIVE * each for each in spread]
        worst, best = np.empty((2, len(plan), n))
        for row, (own, every, tests) in enumerate(plan):
            if menu.method == "all equilibria":
                worst[row], best[row] = self._mixed(found, every, menu.replies[row])
                continue
            low, high = np.full(n, np.inf), np.full(n, -np.inf)
            for slot, conditions in zip(own, tests, strict=True):
                stays = np.ones(n, dtype=bool)
                for who, condition in conditions:
                    stays &= found[condition] >= -slack[who]
                low = np.where(stays, np.minimum(low, found[slot]), low)
                high = np.where(stays, np.maximum(high, found[slot]), high)
            worst[row], best[row] = np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)
        return Batch(worst, best, slack[menu.player])

    def _mixed(self, found: Any, every: list[list[int]], replies: tuple[Reply, ...]) -> tuple[Any, Any]:
        """Return the player's payoff in the worst and best of all equilibria of the two others, draw by draw."""
        import numpy as np

        from detente.conclusions.ensemble.solve_batch import all_equilibria

        first, second = self._pair
        shape = self.menu.game.shape[first], self.menu.game.shape[second]
        n = len(found[every[0][0]])
        tables = np.empty((n, 3, *shape))
        for place, reply in enumerate(replies):
            assert reply.profile is not None
            for row, player in enumerate((first, second, self.menu.player)):
                tables[:, row, reply.profile[first], reply.profile[second]] = found[every[player][place]]
        solved = all_equilibria(tables[:, :2])
        x, y = solved.profiles[:, 0, : shape[0]], solved.profiles[:, 1, : shape[1]]
        values = np.einsum("ka,kab,kb->k", x, tables[solved.game, 2], y)
        return np.minimum.reduceat(values, solved.offsets[:-1]), np.maximum.reduceat(values, solved.offsets[:-1])


def _mixture(weights: Mapping[str, Any]) -> str:
    played = [(label, weight) for label, weight in weights.items() if weight != 0]
    return played[0][0] if len(played) == 1 else " + ".join(f"{plain(weight)} {label}" for label, weight in played)
