"""Parametric normal forms of any size over many draws: the set of pure equilibria, and whether one is alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.conclusions.robustness.classifier import Verdicts
from detente.conclusions.robustness.expressions import finite, held_expression, labels_of, truths_of, value_of
from detente.conclusions.robustness.statements import ALWAYS, is_played, parse_moves, parsed, plays
from detente.conclusions.robustness.together import in_pieces
from detente.errors import UsageError
from detente.formula import Formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from fractions import Fraction

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.ensemble.compile import Program
    from detente.games.normal import Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["EVERY", "NormalForms"]

#: Bytes of payoffs looked at in one go.
_BYTES = 1 << 25
#: Bits that an integer code holds; larger sets become bytes.
_BITS = 62
#: Profiles up to which every one is reported as an equilibrium or not; above, those that are one somewhere.
EVERY = 16


@dataclass(frozen=True, eq=False)
class _Choices:
    """What a player compares.

    Where many profiles of the others leave the player with the same payoffs, as where it only counts how many they are,
    these are compared once: what is equal is one output of the program.

    Attributes
    ----------
    outputs : tuple of int
        The outputs of the program that hold its payoffs, each once.
    groups : tuple of tuple of int
        For each different choice, which of them its strategies give.
    place : (profiles,) int64
        For each profile, ``group * strategies + strategy``.
    key : what two players with the same groups and places share
    """

    outputs: tuple[int, ...]
    groups: tuple[tuple[int, ...], ...]
    place: NDArray[np.int64]
    key: Any


@dataclass(frozen=True, eq=False)
class NormalForms:
    """The classifier of a normal form.

    The code has one bit for each profile, set where it is a pure equilibrium, and a last one where there is no other
    equilibrium, mixed ones included (two players with up to five strategies each).
    """

    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[int, ...], ...]
    program: Program
    formulas: tuple[str, ...]
    dominant: tuple[tuple[str, int, int], ...]
    relative: float = 1e-9

    @classmethod
    def of(
        cls, game: SymbolicGame, conclusions: Mapping[str, Conclusion | Formula], held: Mapping[str, Fraction]
    ) -> NormalForms:
        """Return the classifier of a game with some parameters held at exact values."""
        from detente.conclusions.ensemble.compile import compiled

        truths = truths_of(game, conclusions)
        names, derived = labels_of(game, held)
        cells = tuple(game.payoffs)
        every = [held_expression(each, held) for each in (*(game.payoffs[cell] for cell in cells), *truths.values())]
        dominant = tuple(
            (name, each.player, each.strategy)
            for name, each in conclusions.items()
            if not isinstance(each, Formula) and each.kind == "dominant"
        )
        return cls(game.players, game.strategies, cells, compiled(every, derived, names), tuple(truths), dominant)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that decide."""
        return self.program.names

    @property
    def truths(self) -> tuple[str, ...]:
        """Signs of formulas, and dominance."""
        return (*self.formulas, *(name for name, _, _ in self.dominant))

    @property
    def numbers(self) -> tuple[str, ...]:
        """The formulas among the conclusions."""
        return self.formulas

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The number of strategies of each player."""
        return tuple(len(own) for own in self.strategies)

    @property
    def mixed(self) -> bool:
        """Whether all equilibria, mixed ones included, are found."""
        return len(self.players) == 2 and max(self.shape) <= 5

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """Every profile in lexicographic order: the bits of the code."""
        return tuple(product(*(range(size) for size in self.shape)))

    @cached_property
    def places(self) -> dict[Profile, int]:
        """Where each profile stands among them."""
        return {profile: place for place, profile in enumerate(self.profiles)}

    @property
    def size(self) -> int:
        """How many codes there are, where that is few."""
        bits = len(self.profiles) + 1
        return 2**bits if bits <= 12 else 0

    @property
    def families(self) -> tuple[str, ...]:
        """Outputs with several values."""
        return ("set", "selected") if self.mixed else ("set",)

    @property
    def method(self) -> str:
        """What is seen and what is not."""
        if self.mixed:
            return "all equilibria of every draw; gains within 1e-9 of the spread of the player's payoffs do not count"
        return (
            "pure equilibria of every draw, gains within 1e-9 of the spread of the player's payoffs do not count; "
            "mixed equilibria are not looked for, so nothing is selected"
        )

    def classify(self, values: Mapping[str, Any], n: int) -> Verdicts:
        """Return the code and the truths of n draws."""
        return in_pieces(self, values, n)

    def judge(self, found: Sequence[Any], values: Mapping[str, Any], n: int, memo: dict[Any, Any]) -> Verdicts:
        """Return the code and the truths from what the program gave; ``memo`` keeps what several games share."""
        import numpy as np

        payoffs = self._payoffs(found) if self.mixed or self.dominant else []
        packed = np.full((len(self.profiles) + 1, -(-n // 8)), 255, dtype=np.uint8)
        for player, own in enumerate(self._choices):
            key = (player, own.key, *(id(found[each]) for each in own.outputs))
            if key not in memo:
                memo[key] = self._best(player, own, found, values, n)
            packed[:-1] &= memo[key][own.place]
        packed[-1] = 0
        if self.mixed:
            stable = np.unpackbits(packed[:-1], axis=1, count=n).view(bool)
            packed[-1] = np.packbits(self._alone(payoffs, stable, n))
        by_draw = _by_draw(packed)[:n]
        bits, width = len(packed), by_draw.shape[1]
        if bits <= _BITS:
            whole = np.zeros((n, 8), dtype=np.uint8)
            whole[:, :width] = by_draw
            codes = whole.view("<i8").reshape(n).astype(np.int64, copy=False)
        else:
            codes = np.ascontiguousarray(by_draw).view(f"S{width}").reshape(n)
        truths = np.empty((len(self.truths), n), dtype=bool)
        for row, each in enumerate(found[len(self.cells) :]):
            truths[row] = np.asarray(each) > 0
        for row, (_, player, strategy) in enumerate(self.dominant, len(self.formulas)):
            truths[row] = self._dominates(player, payoffs[player], strategy, n)
        return Verdicts(codes, truths)

    def _payoffs(self, found: Sequence[Any]) -> list[list[Any]]:
        """Return, for each player, the payoff at every profile in lexicographic order."""
        place = dict(zip(self.cells, found[: len(self.cells)], strict=True))
        return [[place[player, *profile] for profile in self.profiles] for player in range(len(self.players))]

    def _pieces(self, own: Sequence[Any], n: int) -> Iterator[tuple[slice, Any, Any]]:
        """Yield the payoffs of a player, profiles by draws, piece by piece, with the tolerance of each draw."""
        import numpy as np

        step = max(64, _BYTES // (8 * len(own)))
        for at in range(0, n, step):
            part = slice(at, min(at + step, n))
            table = np.empty((len(own), part.stop - at))
            for row, each in enumerate(own):
                table[row] = each[part] if np.ndim(each) else each
            slack = self.relative * (table.max(axis=0) - table.min(axis=0))
            yield part, table.reshape(*self.shape, -1), slack

    @cached_property
    def _choices(self) -> tuple[_Choices, ...]:
        """What each player compares."""
        import numpy as np

        place = {cell: output for output, cell in enumerate(self.cells)}
        found = []
        for player, size in enumerate(self.shape):
            table = np.moveaxis(np.arange(len(self.profiles)).reshape(self.shape), player, 0).reshape(size, -1)
            rows: dict[int, int] = {}
            outputs: list[int] = []
            groups: dict[tuple[int, ...], int] = {}
            where = np.empty(len(self.profiles), dtype=np.int64)
            for column in table.T.tolist():
                chosen = []
                for each in column:
                    output = place[player, *self.profiles[each]]
                    slot = self.program.outputs[output]
                    if slot not in rows:
                        rows[slot] = len(outputs)
                        outputs.append(output)
                    chosen.append(rows[slot])
                group = groups.setdefault(tuple(chosen), len(groups))
                where[column] = group * size + np.arange(size)
            found.append(_Choices(tuple(outputs), tuple(groups), where, (tuple(groups), where.tobytes())))
        return tuple(found)

    def _best(self, player: int, own: _Choices, found: Sequence[Any], values: Mapping[str, Any], n: int) -> Any:
        """Return in which draws each strategy of each group is best: (groups x strategies, n / 8), a bit per draw."""
        import numpy as np

        size = self.shape[player]
        best = np.empty((len(own.groups) * size, -(-n // 8)), dtype=np.uint8)
        step = max(64, _BYTES // (8 * len(own.outputs)) // 8 * 8)
        for at in range(0, n, step):
            part = slice(at, min(at + step, n))
            bits = slice(at // 8, -(-part.stop // 8))
            table = np.empty((len(own.outputs), part.stop - at))
            for row, output in enumerate(own.outputs):
                each = found[output]
                table[row] = each[part] if np.ndim(each) else each
            slack = self.relative * (table.max(axis=0) - table.min(axis=0))
            here = {name: np.asarray(each)[part] if np.ndim(each) else each for name, each in values.items()}
            finite(slack, self.players[player], here, self.names)
            for group, chosen in enumerate(own.groups):
                top = reduce(np.maximum, (table[each] for each in chosen)) - slack
                for strategy, each in enumerate(chosen):
                    best[group * size + strategy, bits] = np.packbits(table[each] >= top)
        return best

    def _alone(self, payoffs: list[list[Any]], stable: NDArray[np.bool_], n: int) -> NDArray[np.bool_]:
        """Return in which draws the one pure equilibrium is the only equilibrium."""
        import numpy as np

        from detente.conclusions.ensemble.solve_batch import all_equilibria

        alone = np.zeros(n, dtype=bool)
        one = np.flatnonzero(stable.sum(axis=0) == 1)
        table = np.empty((len(one), 2, len(stable)))
        for player, own in enumerate(payoffs):
            for column, each in enumerate(own):
                table[:, player, column] = each[one] if np.ndim(each) else each
        games = table.reshape(len(one), 2, *self.shape)
        alone[one] = all_equilibria(games, relative=self.relative).counts == 1
        return alone

    def _dominates(self, player: int, own: Sequence[Any], strategy: int, n: int) -> NDArray[np.bool_]:
        """Return in which draws a strategy is strictly better than all others, whatever the others do."""
        import numpy as np

        found = np.empty(n, dtype=bool)
        for part, table, slack in self._pieces(own, n):
            first = np.moveaxis(table, player, 0)
            rest = np.delete(first, strategy, axis=0).max(axis=0, initial=-np.inf)
            found[part] = (first[strategy] - rest).reshape(-1, len(slack)).min(axis=0) > slack
        return found

    def measure(self, values: Mapping[str, Any], n: int) -> NDArray[np.float64]:
        """Return the values of the formulas."""
        return value_of(self.program, values, n, len(self.cells))

    def check(self, statement: str) -> None:
        """Raise a UsageError for a statement that is not understood, or cannot be answered for games of this size."""
        if is_played(statement):
            parse_moves(statement, self.players, self.strategies)
            return
        if statement in self.truths or statement == ALWAYS:
            return
        kind = parsed(statement, self.players, self.strategies).kind
        sizes = "x".join(map(str, self.shape))
        if kind == "class":
            raise UsageError(f"found {statement!r} of a {sizes} game; classes are defined for 2x2 games")
        if kind in {"unique", "selected"} and not self.mixed:
            raise UsageError(
                f"found {statement!r} of a {sizes} game; mixed equilibria are found for two players with up to five "
                "strategies each, so elsewhere nothing is called unique or selected; ask equilibrium: or set:"
            )
        if kind in {"sign", "dominant"}:
            raise UsageError(f"found {statement!r}; expected it among the conclusions asked for")

    def _bits(self, codes: Any) -> NDArray[np.bool_]:
        """Return which profiles are equilibria in games of each code, with a last column where one is alone."""
        import numpy as np

        size = len(self.profiles) + 1
        if size <= _BITS:
            numbers = np.asarray(codes, dtype=np.int64).reshape(-1, 1)
            found: NDArray[np.bool_] = (numbers >> np.arange(size) & 1).astype(bool)
            return found
        width = -(-size // 8)
        packed = np.ascontiguousarray(codes, dtype=f"S{width}").view(np.uint8).reshape(-1, width)
        return np.unpackbits(packed, axis=1, count=size, bitorder="little").astype(bool)

    def reader(self, codes: Any) -> Callable[[str], Any]:
        """Return a function from a statement to whether it holds in games of each of these codes."""
        bits: Any = self._bits(codes)
        stable, alone = bits[:, :-1], bits[:, -1]
        count = stable.sum(axis=1)

        def holds(statement: str) -> Any:
            if statement == ALWAYS:
                return count >= 0
            if is_played(statement):
                moves = parse_moves(statement, self.players, self.strategies)
                return stable[:, [plays(profile, moves) for profile in self.profiles]].any(axis=1)
            conclusion = parsed(statement, self.players, self.strategies)
            own = stable[:, sorted(self.places[each] for each in set(conclusion.profiles))]
            if conclusion.kind == "none":
                return count == 0
            if conclusion.kind == "equilibrium":
                return own.any(axis=1)
            just = own.all(axis=1) & (count == own.shape[1])
            return just if conclusion.kind == "set" else just & alone

        return holds

    def holds(self, statement: str, code: Any) -> bool:
        """Return whether a statement holds in games of this code."""
        return bool(self.reader([code])(statement)[0])

    def _text(self, profile: Profile) -> str:
        return ",".join(own[k] for own, k in zip(self.strategies, profile, strict=True))

    def listed(self, codes: Iterable[Any]) -> tuple[str, ...]:
        """Return the profiles that are an equilibrium somewhere (all, where they are few), selections and sets."""
        import numpy as np

        bits: Any = self._bits(sorted(codes))
        stable, alone = bits[:, :-1], bits[:, -1]
        names = [self._text(each) for each in self.profiles]
        somewhere, few = stable.any(axis=0), len(names) <= EVERY
        sole = stable[alone].any(axis=0)
        sets = sorted({tuple(np.flatnonzero(row).tolist()) for row in stable if row.any()})
        return (
            *(f"equilibrium:{name}" for name, is_one in zip(names, somewhere | few, strict=True) if is_one),
            "none",
            *(f"selected:{name}" for name, is_one in zip(names, sole, strict=True) if is_one),
            *(f"set:{';'.join(names[place] for place in each)}" for each in sets),
        )

    def label(self, family: str, code: Any) -> str:
        """Return the set of pure equilibria, or the only equilibrium."""
        (*stable, alone) = self._bits([code])[0]
        chosen = [each for each, is_one in zip(self.profiles, stable, strict=True) if is_one]
        return ";".join(map(self._text, chosen if family == "set" or alone else ())) or "none"


def _by_draw(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return bits by draw, the first row in the lowest bit: (draws, rows / 8), from (rows, draws / 8) by ``packbits``.

    Squares of eight rows and eight draws are turned in three exchanges of the bits of a word (H. S. Warren, *Hacker's
    Delight*, second edition, section 7-3).

    Examples
    --------
    >>> import numpy as np
    >>> bits = np.array([[1, 0, 1, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 1]])
    >>> _by_draw(np.packbits(bits, axis=1))[:, 0].tolist()
    [1, 0, 3, 1, 0, 0, 0, 2]
    """
    import numpy as np

    rows, width = packed.shape
    squares = np.zeros((-(-rows // 8) * 8, width), dtype=np.uint8)
    squares[:rows] = packed
    words = np.ascontiguousarray(squares.reshape(-1, 8, width).transpose(0, 2, 1)).view("<u8")[..., 0]
    for shift, mask in ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0)):
        turned = (words ^ (words >> np.uint64(shift))) & np.uint64(mask)
        words = words ^ turned ^ (turned << np.uint64(shift))
    # packbits puts the first of eight draws into the highest bit
    by_row = np.ascontiguousarray(words.astype("<u8")[..., None]).view(np.uint8)[..., ::-1]
    return np.ascontiguousarray(by_row.reshape(len(by_row), -1).T)
