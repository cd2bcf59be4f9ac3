"""What two memory-one strategies earn against each other: for ever, discounted, or for so many rounds.

The four outcomes of a round form a Markov chain. Where it has one recurrent class its stationary distribution
is what Press and Dyson (2012) write as determinants; where it has several, which happens exactly when enough of
the probabilities are 0 or 1, the first round decides, and the classes are weighted by the probabilities of ending in
them. Nothing is simulated and nothing is iterated until it looks settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import number_to_json, plain
from detente.solve.chains import Chain, arithmetic_of, in_common_field
from detente.solve.memory_one.strategy import MemoryOne, probability

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.games.normal import NormalFormGame
    from detente.games.symbolic import SymbolicGame

    Stage = NormalFormGame | SymbolicGame
    Strategy = MemoryOne | str | Sequence[object]

__all__ = [
    "Match",
    "Settled",
    "check_stage",
    "json_value",
    "long_run_payoffs",
    "press_dyson_determinant",
    "text",
    "transition_matrix",
]

MAX_ROUNDS = 100_000


@dataclass(frozen=True)
class Settled:
    """A set of outcomes that play does not leave again: how likely it is to end there, and what it pays."""

    outcomes: tuple[tuple[str, str], ...]
    probability: Any
    payoffs: dict[str, Any]


@dataclass(frozen=True)
class Match(Displayed):
    """What two memory-one strategies earn against each other.

    Attributes
    ----------
    payoffs : dict
        Expected payoff per round of each player: the average for ever, the discounted average, or the average of
        ``rounds`` rounds.
    shares : dict
        Share of the rounds with each outcome, by the labels of the stage game.
    settled : tuple of Settled
        The recurrent classes; more than one where the first round decides for ever. Empty unless play is for ever
        without discounting.
    valid_where : tuple
        Conditions on the symbols under which the formulas hold; empty for numbers.
    """

    stage: Stage
    strategies: tuple[MemoryOne, MemoryOne]
    payoffs: dict[str, Any]
    shares: dict[tuple[str, str], Any]
    settled: tuple[Settled, ...]
    horizon: str
    arithmetic: str
    valid_where: tuple[Any, ...] = ()

    @property
    def cooperation(self) -> dict[str, Any]:
        """The share of rounds in which each player plays the first strategy."""
        first = [own[0] for own in self.stage.strategies]
        return {
            player: sum(share for outcome, share in self.shares.items() if outcome[k] == first[k])
            for k, player in enumerate(self.stage.players)
        }

    def explain(self) -> list[str]:
        """Return the method and what it rests on in plain sentences."""
        lines = [f"Expected payoffs per round, {self.horizon}, {self.arithmetic} arithmetic; nothing is simulated."]
        if len(self.settled) > 1:
            ends = [each for each in self.settled if each.probability != 0]
            shown = "; ".join(f"{_outcomes(each.outcomes)} with probability {text(each.probability)}" for each in ends)
            other = "; ".join(_outcomes(each.outcomes) for each in self.settled if each.probability == 0)
            lines.append(
                f"The start decides where play settles: {shown}" + (f" (other starts: {other})." if other else ".")
            )
        if self.valid_where:
            lines.append(f"The formulas hold where {' and '.join(map(plain_condition, self.valid_where))}.")
        return lines

    def to_json(self) -> dict[str, Any]:
        """Return the match as JSON values."""
        return {
            "strategies": {
                player: {
                    "name": each.name,
                    "after": [json_value(p) for p in each.after],
                    "first": json_value(each.first),
                }
                for player, each in zip(self.stage.players, self.strategies, strict=True)
            },
            "horizon": self.horizon,
            "arithmetic": self.arithmetic,
            "payoffs": {player: json_value(value) for player, value in self.payoffs.items()},
            "shares": [
                {"profile": dict(zip(self.stage.players, outcome, strict=True)), "share": json_value(share)}
                for outcome, share in self.shares.items()
            ],
            "settled": [
                {
                    "outcomes": [list(outcome) for outcome in each.outcomes],
                    "probability": json_value(each.probability),
                    "payoffs": {player: json_value(value) for player, value in each.payoffs.items()},
                }
                for each in self.settled
            ],
            "valid_where": [plain_condition(each) for each in self.valid_where],
        }

    def table(self) -> Table:
        """Return the payoffs and the shares of the outcomes."""
        rows = [
            *((f"payoff of {player}", text(value)) for player, value in self.payoffs.items()),
            *((f"share of {', '.join(outcome)}", text(share)) for outcome, share in self.shares.items()),
        ]
        title = " against ".join(each.name for each in self.strategies)
        return Table(title, ("per round", "value"), tuple(rows), tuple(self.explain()))


def long_run_payoffs(
    stage: Stage,
    first: Strategy,
    second: Strategy,
    *,
    discount_factor: object | None = None,
    rounds: int | None = None,
    action_error: object = 0,
    misperception: object = 0,
) -> Match:
    """Return the expected payoffs per round of two memory-one strategies, in closed form.

    Parameters
    ----------
    stage : NormalFormGame or SymbolicGame
        Any 2x2 game; the first strategy of each player is the C of the memory-one strategies.
    first, second : MemoryOne, name, or four or five probabilities
        For the first and the second player, each seen from its own side.
    discount_factor : probability, optional
        Weight ``(1 - d) d**t`` of round t; by default all rounds weigh the same, for ever.
    rounds : int, optional
        The number of rounds, in place of for ever.
    action_error, misperception : probability or pair of them
        Errors of both, or of each player; see :meth:`MemoryOne.with_errors`.

    Returns
    -------
    Match
        Exact for exact inputs, formulas for symbolic ones. Symbols stand for values strictly between their bounds:
        ``valid_where`` lists what has to lie strictly between 0 and 1.

    Raises
    ------
    UsageError
        If the game is not 2x2, a probability is none, or rounds and a discount factor are both given.

    References
    ----------
    W. H. Press and F. J. Dyson (2012), "Iterated Prisoner's Dilemma contains strategies that dominate any
    evolutionary opponent", PNAS 109, 10409-10413.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> match = long_run_payoffs(g, ["11/13", "1/2", "7/26", 0], "always_cooperate")   # extortion by 3
    >>> [str(value) for value in match.payoffs.values()]
    ['41/11', '21/11']
    """
    check_stage(stage)
    p, q = MemoryOne.of(first), MemoryOne.of(second)
    if rounds is not None and discount_factor is not None:
        raise UsageError("found both rounds and a discount factor; expected one of the two")
    if rounds is not None and (
        isinstance(rounds, bool) or not isinstance(rounds, int) or not 1 <= rounds <= MAX_ROUNDS
    ):
        raise UsageError(f"found {rounds!r} rounds; expected a whole number from 1 to {MAX_ROUNDS}")
    delta = None if discount_factor is None else probability(discount_factor, "of another round")
    if delta is not None and not getattr(delta, "free_symbols", None) and delta == 1:
        raise UsageError("found the discount factor 1; leave it out for the average over all rounds")
    flips, misreads = _pair(action_error), _pair(misperception)
    played = (p.with_errors(flips[0], misreads[0]), q.with_errors(flips[1], misreads[1]))
    return _evaluated(stage, (p, q), played, delta, rounds)


def _evaluated(
    stage: Stage,
    named: tuple[MemoryOne, MemoryOne],
    played: tuple[MemoryOne, MemoryOne],
    delta: Any,
    rounds: int | None,
) -> Match:
    cells = list(product((0, 1), repeat=2))
    tables = [[stage.payoffs[(k, *cell)] for cell in cells] for k in (0, 1)]
    chances = [*played[0].after, played[0].first, *played[1].after, played[1].first]
    values = [*chances, *([] if delta is None else [delta]), *tables[0], *tables[1]]
    kind = arithmetic_of(*values)
    if kind == "symbolic" and rounds is not None:
        raise UsageError("found symbols with a number of rounds; expected numbers, or play for ever")
    conditions: tuple[Any, ...] = ()
    back: Callable[[Any], Any] = _same
    if kind == "symbolic":
        conditions = _interior([*chances, delta])
        elements, _ = in_common_field([_rational(each) for each in values])
        back = _factored
    else:
        elements = [float(each) for each in values] if kind == "float" else values
    p, q = elements[:5], elements[5:10]
    if delta is not None:
        delta = elements[10]
    tables = [elements[-8:-4], elements[-4:]]
    one = 1 - p[0] + p[0]
    chain = Chain.from_matrix(transition_matrix(p[:4], q[:4]))
    start = dict(enumerate(_outcome_chances(p[4], q[4])))
    settled: list[Settled] = []
    if rounds is not None:
        shares, horizon = chain.finite(start, rounds), f"over {rounds} rounds"
    elif delta is not None:
        shares, horizon = chain.discounted(start, delta), f"discounted by {plain(back(delta))}"
    else:
        shares, horizon = chain.long_run(start), "for ever"
        weights = [one] if len(chain.recurrent) == 1 else chain.absorption(start)
        for members, weight in zip(chain.recurrent, weights, strict=True):
            within = dict(zip(members, chain.stationary(members), strict=True))
            settled.append(
                Settled(
                    tuple(_labels(stage, cells[k]) for k in members),
                    back(weight),
                    {
                        player: back(sum(within[k] * tables[i][k] for k in members))
                        for i, player in enumerate(stage.players)
                    },
                )
            )
    return Match(
        stage,
        named,
        {
            player: back(sum(share * value for share, value in zip(shares, tables[i], strict=True)))
            for i, player in enumerate(stage.players)
        },
        {_labels(stage, cell): back(share) for cell, share in zip(cells, shares, strict=True)},
        tuple(settled),
        horizon,
        kind,
        conditions,
    )


def transition_matrix(p: Sequence[Any], q: Sequence[Any]) -> list[list[Any]]:
    """Return the chain of the outcomes CC, CD, DC, DD, seen by the first player (Press and Dyson 2012).

    ``p`` and ``q`` are the four probabilities of each player, seen from its own side.
    """
    mirrored = [q[0], q[2], q[1], q[3]]
    return [_outcome_chances(own, other) for own, other in zip(p, mirrored, strict=True)]


def _outcome_chances(own: Any, other: Any) -> list[Any]:
    return [own * other, own * (1 - other), (1 - own) * other, (1 - own) * (1 - other)]


def press_dyson_determinant(p: Sequence[Any], q: Sequence[Any], f: Sequence[Any]) -> Any:
    """Return Press and Dyson's determinant D(p, q, f), expanded along its last column.

    Where it is not zero for f = (1, 1, 1, 1), the long-run average of f over the outcomes is
    ``D(p, q, f) / D(p, q, 1)`` whatever the start.

    Examples
    --------
    >>> from fractions import Fraction
    >>> half = [Fraction(1, 2)] * 4
    >>> press_dyson_determinant(half, half, [3, 0, 5, 1]) / press_dyson_determinant(half, half, [1] * 4)
    Fraction(9, 4)
    """
    other = [q[0], q[2], q[1], q[3]]
    rows = [[p[k] * other[k] - int(k == 0), p[k] - int(k < 2), other[k] - int(k in (0, 2))] for k in range(4)]
    total: Any = 0
    for k in range(4):
        a, b, c = (row for position, row in enumerate(rows) if position != k)
        minor = (
            a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
        )
        total = total + (-1) ** (k + 3) * minor * f[k]
    return total


def check_stage(stage: Any) -> None:
    """Refuse a game that is not 2x2."""
    if tuple(getattr(stage, "shape", ())) != (2, 2):
        shape = " x ".join(map(str, getattr(stage, "shape", ()))) or type(stage).__name__
        raise UsageError(f"found a game of {shape}; expected two players with two strategies each")


def _pair(given: object) -> tuple[object, object]:
    if isinstance(given, (tuple, list)):
        if len(given) != 2:
            raise UsageError(f"found errors of {len(given)} players; expected one probability, or two")
        return given[0], given[1]
    return given, given


def _interior(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the conditions that every expression with symbols lies strictly between 0 and 1, as pairs of bounds."""
    import sympy

    seen = dict.fromkeys(sympy.expand(each) for each in values if getattr(each, "free_symbols", None))
    return tuple(sympy.And(each > 0, each < 1) for each in seen if each.free_symbols)


def plain_condition(condition: Any) -> str:
    """Return ``0 < x < 1`` for the condition that an expression lies strictly between 0 and 1."""
    from detente.printing import plain as formula_text

    inner = next(part.lhs if part.rhs.is_number else part.rhs for part in condition.args)
    return f"0 < {formula_text(inner)} < 1"


def _rational(value: Any) -> Any:
    import sympy

    return sympy.nsimplify(value, rational=True) if isinstance(value, float) else value


def _factored(value: Any) -> Any:
    import sympy

    return sympy.factor(value.as_expr()) if hasattr(value, "as_expr") else sympy.Integer(value)


def _same(value: Any) -> Any:
    return value


def _labels(stage: Stage, cell: tuple[int, ...]) -> tuple[str, str]:
    return stage.strategies[0][cell[0]], stage.strategies[1][cell[1]]


def _outcomes(outcomes: tuple[tuple[str, str], ...]) -> str:
    return " / ".join(", ".join(each) for each in outcomes)


def text(value: Any) -> str:
    """Return a number or a formula as plain text."""
    if getattr(value, "free_symbols", None):
        from detente.printing import plain as formula_text

        return formula_text(value)
    return plain(value)


def json_value(value: Any) -> Any:
    """Return a number in the form of the contract, a formula as text."""
    return text(value) if getattr(value, "free_symbols", None) else number_to_json(value)
