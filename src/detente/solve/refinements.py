"""Refinements of Nash equilibrium in two-player games: undominated (perfect) equilibria.

An equilibrium is *undominated* (admissible) if neither player's mixed strategy is weakly dominated. In
two-player games the undominated equilibria are exactly the trembling-hand perfect ones of Selten (van Damme
1991, Theorem 3.2.2). With more players perfection is stronger, so nothing is said about those.

A mixed strategy is undominated if and only if it is a best reply to some completely mixed strategy of the
opponent (Gale and Sherman 1950), and then so is every strategy whose support it contains. Three consequences
make statements about whole components sound: (1) a component contains an undominated equilibrium if and only
if one of its extreme equilibria is undominated; (2) all of a maximal Nash subset conv(X) x conv(Y) is
undominated if and only if the mean of X and the mean of Y are; (3) otherwise some of its points may be
undominated and others not.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact, is_exact, number_to_json, plain
from detente.solve.equilibria import equilibria
from detente.solve.programs.linear_program import exact_payoffs, maximize
from detente.solve.result import profile_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.games.normal import NormalFormGame
    from detente.solve.result import Equilibrium, SolveResult

__all__ = ["Domination", "UndominatedEquilibria", "dominating_strategy", "undominated_equilibria"]


@dataclass(frozen=True)
class Domination:
    """Why an equilibrium is dominated: whose strategy, by which mixture, and where that pays more."""

    player: str
    by: dict[str, Any]
    against: str
    gain: Any


@dataclass(frozen=True)
class UndominatedEquilibria(Displayed):
    """The extreme equilibria of a two-player game, those with a weakly dominated strategy set apart.

    Attributes
    ----------
    result : SolveResult
        All extreme equilibria; indices below refer to its list.
    undominated : tuple of int
        Extreme equilibria in which neither mixed strategy is weakly dominated: trembling-hand perfect.
    dominated : dict of int to Domination
        The others, each with a reason.
    components : tuple of str, or None
        For each component ``all``, ``some`` or ``none``: how much of it is undominated. None if the list of
        equilibria is not complete.
    """

    result: SolveResult
    undominated: tuple[int, ...]
    dominated: dict[int, Domination]
    components: tuple[str, ...] | None

    @property
    def equilibria(self) -> tuple[Equilibrium, ...]:
        """The undominated extreme equilibria."""
        return tuple(self.result.equilibria[k] for k in self.undominated)

    @property
    def complete(self) -> bool:
        """Whether every undominated extreme equilibrium is listed."""
        return self.result.complete

    def to_json(self) -> dict[str, Any]:
        """Return the split as JSON values, with the equilibria."""
        return {
            **self.result.to_json(),
            "concept": "undominated",
            "undominated": list(self.undominated),
            "dominated": {
                str(k): {
                    "player": why.player,
                    "by": {label: number_to_json(w) for label, w in why.by.items()},
                    "against": why.against,
                    "gain": number_to_json(why.gain),
                }
                for k, why in self.dominated.items()
            },
            "undominated_share_of_components": None if self.components is None else list(self.components),
        }

    def table(self) -> Table:
        """Return the extreme equilibria with their verdict."""
        return Table(
            title="extreme equilibria",
            columns=("#", "equilibrium", "undominated"),
            rows=tuple(
                (str(k), profile_text(each), "no" if k in self.dominated else "yes")
                for k, each in enumerate(self.result.equilibria)
            ),
            notes=tuple(self.explain()),
        )

    def explain(self) -> list[str]:
        """Return in plain sentences which equilibria survive and why the others do not."""
        lines = [
            f"Equilibrium {k} ({profile_text(self.result.equilibria[k])}) is trembling-hand perfect: no "
            "strategy in it is weakly dominated."
            for k in self.undominated
        ]
        for k, why in self.dominated.items():
            mixture = " + ".join(
                label if len(why.by) == 1 else f"{plain(w)} {label}" for label, w in why.by.items()
            )
            lines.append(
                f"Equilibrium {k} ({profile_text(self.result.equilibria[k])}) is not: {why.player} never "
                "loses by playing "
                f"{mixture} instead, and gains {plain(why.gain)} if the other plays {why.against}."
            )
        sizes = (
            []
            if self.components is None
            else list(zip(self.components, self.result.components or (), strict=True))
        )
        for share, part in sizes:
            if len(part) > 1:
                extent = {
                    "all": "Every equilibrium",
                    "some": "Some equilibria, but not all,",
                    "none": "No equilibrium",
                }[share]
                lines.append(
                    f"{extent} in the component of extreme equilibria {', '.join(map(str, part))} "
                    f"{'is' if share != 'some' else 'are'} undominated."
                )
        if not self.complete:
            lines.append("The list of equilibria is not complete, so undominated ones may be missing.")
        return lines


def undominated_equilibria(game: NormalFormGame, *, budget: float | None = None) -> UndominatedEquilibria:
    """Return the undominated equilibria of a two-player game: the trembling-hand perfect ones.

    Parameters
    ----------
    game : NormalFormGame
        Two players. Floats are taken at the exact binary number they store: a tie, on which weak dominance
        rests, holds only where they are equal.
    budget : float, optional
        Seconds for the enumeration of equilibria.

    Raises
    ------
    UsageError
        If there are not two players.

    Notes
    -----
    *Cost.* Enumeration of all extreme equilibria, then two linear programs for each distinct pair of
    strategies.

    References
    ----------
    E. van Damme (1991), Stability and Perfection of Nash Equilibria, 2nd ed., Theorem 3.2.2. D. Gale and S.
    Sherman (1950), "Solutions of finite two-person games", Contributions to the Theory of Games I.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[1, 0], [0, 0]], [[1, 0], [0, 0]]])
    >>> [str(each) for each in undominated_equilibria(g).equilibria]
    ['1 1, 2 1']
    """
    if len(game.players) != 2:
        raise UsageError(
            f"found {len(game.players)} players; undominated equilibria are for two, where they are the "
            "perfect ones"
        )
    from detente.games.normal import NormalFormGame as Game

    exact_game = (
        game if game.arithmetic == "exact" else Game(exact_payoffs(game), game.players, game.strategies)
    )
    exact_result = equilibria(exact_game, budget=budget)
    shown = exact_result if game is exact_game else equilibria(game, budget=budget)
    if len(shown.equilibria) != len(exact_result.equilibria):
        shown = exact_result  # a budget ran out between the two
    cache: dict[tuple[int, tuple[Fraction, ...]], Domination | None] = {}

    def why(player: int, weights: tuple[Fraction, ...]) -> Domination | None:
        if (player, weights) not in cache:
            cache[player, weights] = _domination(game, player, weights)
        return cache[player, weights]

    dominated: dict[int, Domination] = {}
    for k, each in enumerate(exact_result.equilibria):
        found = why(0, each.mixed[0]) or why(1, each.mixed[1])
        if found is not None:
            dominated[k] = found
    kept = tuple(k for k in range(len(exact_result.equilibria)) if k not in dominated)
    shares: tuple[str, ...] | None = None
    if exact_result.components is not None and exact_result.nash_subsets is not None:
        clean = {
            subset
            for subset in exact_result.nash_subsets
            if not any(why(i, _mean([exact_result.equilibria[k].mixed[i] for k in subset])) for i in (0, 1))
        }
        shares = tuple(
            "none"
            if not set(part) & set(kept)
            else "all"
            if all(subset in clean for subset in exact_result.nash_subsets if set(subset) <= set(part))
            else "some"
            for part in exact_result.components
        )
    return UndominatedEquilibria(shown, kept, dominated, shares)


def dominating_strategy(
    game: NormalFormGame, player: int | str, weights: Sequence[Any]
) -> dict[str, Any] | None:
    """Return a mixture that weakly dominates a mixed strategy, as ``{label: weight}``, or None.

    For two-player games.
    A mixture of undominated pure strategies may itself be dominated, so supports are not enough.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[4, 0], [0, 4], [3, 3]], [[0, 0], [0, 0], [0, 0]]])
    >>> dominating_strategy(g, 0, ["1/2", "1/2", 0]), dominating_strategy(g, 0, [1, 0, 0])
    ({'3': Fraction(1, 1)}, None)
    """
    if len(game.players) != 2:
        raise UsageError(f"found {len(game.players)} players; expected two")

    index = game.player_index(player)
    numbers: tuple[Fraction, ...] = tuple(Fraction(w) if isinstance(w, float) else exact(w) for w in weights)
    slack = Fraction(0 if all(is_exact(w) or isinstance(w, str) for w in weights) else 1e-9)
    if len(numbers) != game.shape[index] or min(numbers) < 0 or abs(sum(numbers, Fraction(-1))) > slack:
        raise UsageError(
            f"found the weights {list(weights)}; expected {game.shape[index]} probabilities that add up to 1"
        )
    found = _domination(game, index, tuple(w / sum(numbers) for w in numbers))
    return None if found is None else found.by


def _domination(game: NormalFormGame, player: int, weights: tuple[Fraction, ...]) -> Domination | None:
    """Maximize the total gain over mixtures that never pay less: positive if and only if dominated."""
    payoffs = exact_payoffs(game)[player]
    table = payoffs if player == 0 else payoffs.T
    rows = [[Fraction(entry) for entry in row] for row in table]
    own = [
        sum((w * row[j] for w, row in zip(weights, rows, strict=True)), Fraction(0))
        for j in range(len(rows[0]))
    ]
    solution = maximize(
        [sum(row) for row in rows],
        [[-row[j] for row in rows] for j in range(len(own))],
        [-each for each in own],
        [[1] * len(rows)],
        [1],
    )
    assert solution.x is not None
    gains = [
        sum((w * row[j] for w, row in zip(solution.x, rows, strict=True)), Fraction(0)) - own[j]
        for j in range(len(own))
    ]
    if max(gains) <= 0:
        return None
    best = gains.index(max(gains))
    out: Any = Fraction if game.arithmetic == "exact" else float
    return Domination(
        player=game.players[player],
        by={label: out(w) for label, w in zip(game.strategies[player], solution.x, strict=True) if w},
        against=game.strategies[1 - player][best],
        gain=out(gains[best]),
    )


def _mean(points: list[tuple[Fraction, ...]]) -> tuple[Fraction, ...]:
    return tuple(sum(column, Fraction(0)) / len(points) for column in zip(*points, strict=True))
