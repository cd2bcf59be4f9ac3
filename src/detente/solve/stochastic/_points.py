"""A stochastic game as points at which one group chooses, in arrays of floats, for iterations over mixtures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from detente.games.stochastic import State, StochasticGame

    Floats = NDArray[Any]

__all__ = ["Choice", "Points"]


@dataclass(frozen=True)
class Choice:
    """A player at a point: its variables are ``first`` to ``first + size - 2``, relative to its first action."""

    point: int
    player: int
    size: int
    first: int


class Points:
    """Points (state and what was seen there), each with its movers and with what every joint move brings.

    ``flow[k]`` has one row per joint move of point k and one column per player; ``ahead[k]`` one row per joint move and
    one column per point, to be multiplied with the factor of the player at the last points of a period.
    """

    def __init__(self, game: StochasticGame) -> None:
        self.game = game
        self.keys: list[tuple[State, tuple[int, ...]]] = []
        self.movers: list[tuple[int, ...]] = []
        for state in game.playing:
            earlier: tuple[int, ...] = ()
            for group in game.order:
                for seen in product(*(range(len(game.actions[state][j])) for j in earlier)):
                    self.keys.append((state, seen))
                    self.movers.append(group)
                earlier += group
        self.index = {key: k for k, key in enumerate(self.keys)}
        sequence = [j for group in game.order for j in group]
        players, count = len(game.players), len(self.keys)
        self.shapes = [
            tuple(len(game.actions[s][j]) for j in own) for (s, _), own in zip(self.keys, self.movers, strict=True)
        ]
        self.flow, self.ahead, self.last = [], [], []
        for (state, seen), shape in zip(self.keys, self.shapes, strict=True):
            moves = list(product(*(range(size) for size in shape)))
            flow, ahead = np.zeros((len(moves), players)), np.zeros((len(moves), count))
            done = len(seen) + len(shape) == len(sequence)
            for row, each in enumerate(moves):
                full = (*seen, *each)
                if not done:
                    ahead[row, self.index[state, full]] = 1
                    continue
                profile = [0] * players
                for j, action in zip(sequence, full, strict=True):
                    profile[j] = action
                flow[row] = [float(x) for x in game.rewards[state][tuple(profile)]]
                for to, chance in game.transitions[state][tuple(profile)]:
                    there = game.states[to]
                    if there in game.terminal:
                        for i, factor in enumerate(game.discount_factors):
                            flow[row, i] += float(factor) * float(chance) * float(game.terminal[there][i])
                    else:
                        ahead[row, self.index[there, ()]] += float(chance)
            self.flow.append(flow)
            self.ahead.append(ahead)
            self.last.append(done)
        self.factors = [float(each) for each in game.discount_factors]
        self.choices: list[Choice] = []
        self.size = 0
        for k, (own, shape) in enumerate(zip(self.movers, self.shapes, strict=True)):
            for player, size in zip(own, shape, strict=True):
                if size > 1:
                    self.choices.append(Choice(k, player, size, self.size))
                    self.size += size - 1

    def uniform(self) -> list[dict[int, Floats]]:
        """Return equal probabilities everywhere."""
        return [
            {player: np.full(size, 1 / size) for player, size in zip(own, shape, strict=True)}
            for own, shape in zip(self.movers, self.shapes, strict=True)
        ]

    def worths(self, mixed: list[dict[int, Floats]]) -> list[Floats]:
        """Return for each choice what each of its actions is worth to the player, when all else goes by ``mixed``.

        Probabilities may have axes in front of that of the actions, for many profiles at once; so has what is returned.
        """
        joint = [self._joint(k, own, None) for k, own in enumerate(mixed)]
        values = []
        for i, factor in enumerate(self.factors):
            discount = [factor if last else 1.0 for last in self.last]
            rows = np.stack([d * (p @ a) for d, p, a in zip(discount, joint, self.ahead, strict=True)], axis=-2)
            right = np.stack([p @ f[:, i] for p, f in zip(joint, self.flow, strict=True)], axis=-1)
            values.append(np.linalg.solve(np.eye(rows.shape[-1]) - rows, right[..., None])[..., 0])
        found = []
        for choice in self.choices:
            k, i = choice.point, choice.player
            factor = self.factors[i] if self.last[k] else 1.0
            total = self.flow[k][:, i] + factor * (values[i] @ self.ahead[k].T)
            others = self._joint(k, mixed[k], i)
            table = (total * others).reshape(*total.shape[:-1], *self.shapes[k])
            axis = self.movers[k].index(i)
            apart = tuple(a - len(self.shapes[k]) for a in range(len(self.shapes[k])) if a != axis)
            found.append(table.sum(axis=apart))
        return found

    def _joint(self, point: int, own: dict[int, Floats], without: int | None) -> Floats:
        """Return the probability of each joint move of a point; those of one player may be left out of the product."""
        joint = np.ones(1)
        for player, size in zip(self.movers[point], self.shapes[point], strict=True):
            weights = np.ones(size) if player == without else own[player]
            product_ = joint[..., :, None] * weights[..., None, :]
            joint = product_.reshape(*product_.shape[:-2], -1)
        return joint
