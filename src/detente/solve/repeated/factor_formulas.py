"""Critical discount factors as formulas of the parameters of the stage game, strategy by strategy, for each player.

Every inequality of a trigger profile, or of tit for tat, holds the payoffs of one player and that player's own discount
factor (:mod:`detente.solve.repeated.critical_discount_factor`), so the formulas serve common factors and different ones
alike: each player's own factor has to be at least the player's own formula.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.formula import symbol
from detente.printing import plain, relation_normal
from detente.solve.repeated.critical_discount_factor import critical_discount_factor
from detente.wording import Wording, math_rows, math_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.games.symbolic import SymbolicGame
    from detente.solve.repeated.critical_factor import CriticalDiscountFactor

__all__ = ["FactorFormulas", "FactorLine", "factor_formulas"]

#: Punishments longer than this have roots of polynomials that no short formula gives.
_SHORT = 2
_NAMES = {"grim": "grim trigger", "tit_for_tat": "tit for tat"}


@dataclass(frozen=True)
class FactorLine:
    """When one player keeps to the target under one strategy.

    Attributes
    ----------
    strategy, player : str
    concept : str
        ``subgame-perfect`` or ``nash``.
    formula : SymPy expression or None
        The critical factor; None where no short formula gives it.
    bound : SymPy relation
        What ``delta`` has to meet where ``where`` holds: at least the formula, or a sum of its powers at least the gain
        over the loss.
    where : SymPy condition
        Where that is the critical factor, and lies between 0 and 1.
    condition : SymPy condition
        On ``delta``, the player's own factor: exactly when the player does not gain by a deviation.
    """

    strategy: str
    player: str
    concept: str
    formula: Any
    bound: Any
    where: Any
    condition: Any


@dataclass(frozen=True)
class FactorFormulas(Displayed):
    """Critical discount factors as formulas.

    ``punishment_condition`` says where the punishment is an equilibrium of the stage game, which triggers need.
    """

    target: tuple[str, ...]
    punishment: tuple[str, ...]
    lines: tuple[FactorLine, ...]
    punishment_condition: Any
    found: Mapping[str, CriticalDiscountFactor] = field(repr=False, default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know."""
        needed = " and ".join(map(plain, _parts(self.punishment_condition)))
        own = "delta is the player's own discount factor, between 0 and 1; the factors of the players may differ."
        cases = (
            "A formula is the critical factor where its line says. Elsewhere: with nothing to gain by leaving, every "
            "factor is enough; with nothing to lose by the punishment, or a formula of 1 and more, none is."
        )
        stage = (
            f"Triggers need the punishment {','.join(self.punishment)} to be an equilibrium of one period: {needed}."
        )
        tit_for_tat = "Tit for tat is shown as a Nash equilibrium: subgame perfect it is at one factor at most."
        nash = any(each.concept == "nash" for each in self.lines)
        return (own, cases, stage, *((tit_for_tat,) if nash else ()))

    def to_json(self) -> dict[str, Any]:
        """Return the formulas and conditions as text that the grammar reads back."""
        return {
            "target": list(self.target),
            "punishment": list(self.punishment),
            "punishment_condition": plain(self.punishment_condition),
            "factors": [
                {
                    "strategy": each.strategy,
                    "player": each.player,
                    "concept": each.concept,
                    "formula": None if each.formula is None else plain(each.formula),
                    "where": plain(each.where),
                    "condition": plain(each.condition),
                }
                for each in self.lines
            ],
        }

    def table(self) -> Table:
        """Return a row for each strategy and player: the critical factor, and where it is that."""
        rows = []
        for each in self.lines:
            name = each.strategy + (" (Nash)" if each.concept == "nash" else "")
            formula = plain(each.bound) if each.formula is None else plain(each.formula)
            rows.append((name, each.player, formula, " and ".join(plain(part) for part in _parts(each.where))))
        title = f"critical discount factors of {','.join(self.target)}"
        return Table(title, ("strategy", "player", "critical factor", "where"), tuple(rows), self.notes)

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        r"""Return a LaTeX ``array``: each player's factor :math:`\delta` and what it has to be at least."""
        return self._math("latex", Wording.of(names))

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the same as Typst math."""
        return self._math("typst", Wording.of(names))

    def _math(self, language: str, wording: Wording) -> str:
        symbols = {**wording.symbols, "delta": "delta"}
        rows = []
        for each in self.lines:
            label = f"{_name(each)}, {wording.label(each.player)}"
            told = Wording(wording.labels, symbols).math(each.bound, language)
            rows.append([math_text(label, language), told])
        return math_rows(rows, language)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return the conditions as sentences."""
        wording = Wording.of(labels)
        target = wording.profile(",".join(self.target))
        lines = []
        for each in self.lines:
            name, player = _name(each), wording.label(each.player)
            own = "its discount factor" if each.formula is not None else "delta"
            what = Wording({**wording.labels, "delta": own}).formula(each.bound)
            what += "" if each.formula is not None else ", with delta its discount factor"
            lines.append(f"Under {name}, {player} keeps to {target} exactly when {what}.")
        punishment = wording.profile(",".join(self.punishment))
        parts = " and ".join(wording.formula(part) for part in _parts(self.punishment_condition))
        lines.append(
            f"This supposes that there is something to gain by leaving {target}, else every factor is enough; that "
            "there is something to lose by the punishment, and that the formula lies below 1, else no factor is."
        )
        lines.append(f"The threat is credible where {punishment} is an equilibrium of one period: {parts}.")
        return "\n".join(lines)


def _name(line: FactorLine) -> str:
    if line.strategy.startswith("punishment_"):
        periods = line.strategy.removeprefix("punishment_")
        return f"punishment for {periods} period{'' if periods == '1' else 's'}"
    name = _NAMES.get(line.strategy, line.strategy.replace("_", " "))
    return f"{name} as a Nash equilibrium" if line.concept == "nash" else name


def _parts(condition: Any) -> list[Any]:
    """Return the comparisons of a conjunction as they read best."""
    import sympy

    parts = condition.args if isinstance(condition, sympy.And) else (condition,)
    return [relation_normal(each) for each in parts]


def factor_formulas(
    game: SymbolicGame,
    target: Sequence[int],
    punishment: Sequence[int],
    strategies: Sequence[str] = ("grim", "punishment_1", "punishment_2", "tit_for_tat"),
) -> FactorFormulas:
    """Return the critical discount factors of strategies that sustain a profile, as formulas of the parameters.

    Parameters
    ----------
    game : SymbolicGame
        The stage game.
    target, punishment : pure profiles
        As indices; tit for tat of 2x2 games needs no punishment.
    strategies : sequence of str
        ``grim``, ``punishment_T`` and ``tit_for_tat``.

    Raises
    ------
    UsageError
        As :func:`detente.solve.repeated.critical_discount_factor.critical_discount_factor`.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]], {"b": (2, 3), "c": (1, "3/2")})
    >>> [(each.strategy, each.player, str(each.formula)) for each in factor_formulas(s, (0, 0), (1, 1)).lines]
    [('grim', '1', 'c/b'), ('grim', '2', 'c/b'), ('punishment_1', '1', 'c/(b - c)'), ('punishment_1', '2', 'c/(b - c)'),
     ('punishment_2', '1', 'sqrt(4*c/(b - c) + 1)/2 - 1/2'), ('punishment_2', '2', 'sqrt(4*c/(b - c) + 1)/2 - 1/2'),
     ('tit_for_tat', '1', 'c/b'), ('tit_for_tat', '2', 'c/b')]
    """
    lines: list[FactorLine] = []
    found: dict[str, CriticalDiscountFactor] = {}
    punished: Any = True
    for strategy in strategies:
        defects = strategy == "tit_for_tat" and game.shape == (2, 2)
        one = critical_discount_factor(game, strategy, list(target), None if defects else list(punishment))
        found[strategy] = one
        if strategy != "tit_for_tat":
            punished = one.punishment_condition
        lines += _lines(strategy, one.nash if strategy == "tit_for_tat" and one.nash is not None else one)
    aim, answer = (tuple(own[k] for own, k in zip(game.strategies, each, strict=True)) for each in (target, punishment))
    return FactorFormulas(aim, answer, tuple(lines), punished, found)


def _lines(strategy: str, found: CriticalDiscountFactor) -> Iterator[FactorLine]:
    import sympy

    delta = symbol("delta")
    _, _, given = strategy.rpartition("_")
    periods = int(given) if given.isdigit() else 0
    for player, condition in found.conditions.items():
        formula = found.formula.get(player) if periods <= _SHORT else None
        where = found.formula_condition.get(player, True)
        if formula is not None:
            bound = sympy.Ge(delta, formula)
        elif periods and found.loss.get(player, 0) != 0:
            gain, loss = found.gain[player], found.loss[player]
            powers = sympy.Add(*(delta**k for k in range(1, periods + 1)))
            bound = sympy.Ge(powers, gain / loss, evaluate=False)
            where = sympy.And(sympy.Gt(gain, 0), sympy.Gt(loss, 0), sympy.Lt(gain, periods * loss))
        else:
            bound = condition
        yield FactorLine(strategy, player, found.concept, formula, bound, where, condition)
