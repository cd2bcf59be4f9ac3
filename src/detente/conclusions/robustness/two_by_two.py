"""Parametric 2x2 games over many draws: seven signs say all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Signs
from detente.conclusions.robustness.classifier import Judge, Verdicts
from detente.conclusions.robustness.expressions import finite, held_expression, labels_of, truths_of, value_of
from detente.conclusions.robustness.statements import ALWAYS, is_played, parse_moves, parsed, plays
from detente.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.formula import Formula
    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["TwoByTwo"]

_SIZE = 3**7
_PROFILES: tuple[Profile, ...] = ((0, 0), (0, 1), (1, 0), (1, 1))


@dataclass(frozen=True, eq=False)
class TwoByTwo(Judge):
    """The classifier of a 2x2 game.

    The code is the signs of A, B and D of both players and of the difference of the products of deviation losses, as
    digits to the base 3. Every conclusion of a 2x2 game but the sign of a formula follows from them.
    """

    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    program: Program
    truths: tuple[str, ...]
    relative: float = 1e-9

    families = ("set", "class", "selected")
    size = _SIZE
    method = (
        "all equilibria of the 2x2 game from the signs of payoff differences; a difference within 1e-9 of the spread "
        "of the player's payoffs is a tie"
    )

    @classmethod
    def of(
        cls, game: SymbolicGame, conclusions: Mapping[str, Conclusion | Formula], held: Mapping[str, Fraction]
    ) -> TwoByTwo:
        """Return the classifier of a game with some parameters held at exact values."""
        from detente.conclusions.ensemble.compile import compiled

        expressions = []
        for player in (0, 1):
            expressions += [game.payoff(player, a) - game.payoff(player, b) for a, b in _pairs(player)]
        truths = truths_of(game, conclusions)
        names, derived = labels_of(game, held)
        every = [held_expression(each, held) for each in (*expressions, *truths.values())]
        return cls(game.players, game.strategies, compiled(every, derived, names), tuple(truths))

    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave; ``memo`` keeps what several games share."""
        import numpy as np

        codes = np.zeros(n, dtype=np.int16)
        a, b, spreads = [], [], []
        for player in (0, 1):
            gains = found[3 * player : 3 * player + 3]
            a.append(gains[0])
            b.append(gains[1])
            key = (player, *map(id, gains))
            if key not in memo:
                memo[key] = self._signs(gains, player, values)
            spread, signs = memo[key]
            spreads.append(spread)
            codes = codes * np.int16(27) + signs
        # Of two strict equilibria on one diagonal, the difference of the products of losses: (0,0) less (1,1) where A
        # is negative, (0,1) less (1,0) where it is positive.
        risk = np.where(np.asarray(a[0]) > 0, a[0] * b[1] - b[0] * a[1], a[0] * a[1] - b[0] * b[1])
        codes = codes * np.int16(3) + _digit(risk, self.relative * spreads[0] * spreads[1])
        truths = np.empty((len(self.truths), n), dtype=bool)
        for row, each in enumerate(found[6:]):
            truths[row] = np.asarray(each) > 0
        return Verdicts(codes.astype(np.int64), truths)

    def _signs(self, gains: Sequence[Any], player: int, values: Mapping[str, Any]) -> tuple[Any, Any]:
        """Return the spread of a player's payoffs, and the signs of D, B and A as digits."""
        import numpy as np

        # The payoffs less R: 0, A, -D and -D - B.
        last = -gains[2]
        other = last - gains[1]
        spread = np.maximum(np.maximum(gains[0], last), np.maximum(other, 0.0))
        spread = spread - np.minimum(np.minimum(gains[0], last), np.minimum(other, 0.0))
        finite(spread, self.players[player], values, self.names)
        slack = self.relative * spread
        signs = np.int16(0)
        for each in reversed(gains):
            signs = signs * np.int16(3) + _digit(each, slack)
        return spread, signs

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        return value_of(self.program, values, n, 6)

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that is not understood."""
        if is_played(statement):
            parse_moves(statement, self.players, self.strategies)
        elif statement not in self.truths and statement != ALWAYS:
            kind = parsed(statement, self.players, self.strategies).kind
            if kind == "sign":
                raise UsageError(f"found {statement!r}; expected it among the conclusions asked for")

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in games of this code."""
        if statement == ALWAYS:
            return True
        view = _view(self.players, self.strategies, int(code))
        if is_played(statement):
            moves = parse_moves(statement, self.players, self.strategies)
            return any(plays(profile, moves) for profile in view.pure)
        return parsed(statement, self.players, self.strategies).holds(view)

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return every profile as an equilibrium, and the sets, classes and selections that occur."""
        views = [_view(self.players, self.strategies, int(code)) for code in sorted(codes)]
        names = {profile: self._text(profile) for profile in _PROFILES}
        unique = {view.unique for view in views}
        selected = {view.selected for view in views}
        sets = {view.pure for view in views}
        return (
            *(f"equilibrium:{names[each]}" for each in _PROFILES),
            "none",
            *(f"unique:{names[each]}" for each in _PROFILES if each in unique),
            *(f"selected:{names[each]}" for each in _PROFILES if each in selected),
            *(f"set:{';'.join(names[each] for each in found)}" for found in sorted(sets) if found),
            *(f"class:{name}" for name in sorted({view.class_name for view in views})),
        )

    def label(self, family: str, code: Any) -> str:
        """Return the set of pure equilibria, the class or the selected equilibrium of a code."""
        view = _view(self.players, self.strategies, int(code))
        if family == "class":
            return view.class_name
        chosen = view.pure if family == "set" else () if view.selected is None else (view.selected,)
        return ";".join(map(self._text, chosen)) or "none"

    def _text(self, profile: Profile) -> str:
        return ",".join(own[k] for own, k in zip(self.strategies, profile, strict=True))


def _pairs(player: int) -> list[tuple[Profile, Profile]]:
    """Return what is compared: A = T - R, B = P - S, D = R - P (R both first, T I alone second, P both second)."""
    pairs: list[tuple[Profile, Profile]] = [((1, 0), (0, 0)), ((1, 1), (0, 1)), ((0, 0), (1, 1))]
    return pairs if player == 0 else [((a[1], a[0]), (b[1], b[0])) for a, b in pairs]


def _digit(x: Any, slack: Any) -> Any:
    """Return 0, 1, 2 for negative, zero, positive."""
    import numpy as np

    return (np.asarray(x) > slack).astype(np.int16) + (np.asarray(x) >= -slack)


@lru_cache(maxsize=_SIZE)
def _view(players: tuple[str, ...], strategies: tuple[tuple[str, ...], ...], code: int) -> Signs:
    """Return the signs behind a code, as conclusions read them."""
    digits = []
    for _ in range(7):
        code, digit = divmod(code, 3)
        digits.append(digit - 1)
    risk = digits[0]
    known: dict[tuple[int, Profile, Profile], int] = {}
    # The digits come back last first: risk, then A, B, D of the second player, then of the first.
    for player, signs in ((1, digits[1:4]), (0, digits[4:7])):
        for (a, b), sign in zip(_pairs(player), signs, strict=True):
            known[player, a, b], known[player, b, a] = sign, -sign

    def compare(player: int, a: Profile, b: Profile) -> int:
        return known[player, (a[0], a[1]), (b[0], b[1])]

    def formula_sign(_: Any) -> int:
        raise UsageError("the sign of a formula does not follow from the kind of game")

    return Signs(players, strategies, compare, lambda _a, _b: risk, formula_sign)
