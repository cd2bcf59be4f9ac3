"""The symbolic payoff table of a payoff model: every cell as the sum of its terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Cell, Displayed, Table
from detente.formula import symbol
from detente.payoffs.items import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from detente.formula import Node
    from detente.payoffs.terms import Term, Utility

__all__ = ["PathPayoffs", "PayoffTable", "Payoffs", "term_table"]


@dataclass(frozen=True)
class Payoffs:
    """What a payoff model is worth wherever it is known who did what.

    Parameters
    ----------
    players : tuple of str
        The players in order.
    terms : tuple of Term
        The terms of the payoff model.
    names : tuple of str
        Parameters and derived values that formulas may use.
    material : bool
        True leaves out the terms of relative gains, and what players make of the sums.
    utility : mapping
        What players maximize in place of the sum of their terms.
    everybody : tuple of str
        The players that ``count``, ``share`` and ``others`` count: those of the payoff model; by default ``players``.
    """

    players: tuple[str, ...]
    terms: tuple[Term, ...] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    material: bool = False
    utility: Mapping[str, Utility] = field(default_factory=dict, repr=False)
    everybody: tuple[str, ...] = field(default=(), repr=False)

    def terms_where(self, player: str, chosen: Mapping[str, str]) -> tuple[Term, ...]:
        """Return the terms of a player that count where ``chosen`` was chosen, in the order of the file.

        Counts of players stand as numbers in them. A term with a condition on parameters is among them wherever its
        ``when`` holds.
        """
        key = player, self.seen(player, chosen)
        if key not in self._where:
            own = [term for term in self.own_terms(player) if term.holds(chosen)]
            tally = Tally.of(chosen, player, self.counting)
            self._where[key] = tuple(self._counted(term, tally) if term.counts else term for term in own)
        return self._where[key]

    def seen(self, player: str, chosen: Mapping[str, str]) -> tuple[Any, ...]:
        """Return all of ``chosen`` that the terms of a player see: where it is the same, so is what they are worth."""
        deciders, counted = self._looked_at(player)
        everybody = [chosen.get(each) for each in self.counting] if counted else []
        return (*map(chosen.get, deciders), *map(everybody.count, counted))

    def _looked_at(self, player: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return on whose choices it depends which terms of a player count, and the strategies that they count."""
        if player not in self._looks:
            own = self.own_terms(player)
            counted = tuple(dict.fromkeys(strategy for term in own for _, strategy in term.counts))
            deciders = dict.fromkeys(each for term in own for one in term.when for each in one)
            self._looks[player] = (*deciders, *([player] if counted else ())), counted
        return self._looks[player]

    @cached_property
    def _looks(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {}

    @cached_property
    def _where(self) -> dict[Any, tuple[Term, ...]]:
        """What :meth:`terms_where` has returned: the same tuple wherever the same terms count, and count the same."""
        return {}

    @property
    def counting(self) -> tuple[str, ...]:
        """The players whom counts are about."""
        return self.everybody or self.players

    def own_terms(self, player: str) -> Sequence[Term]:
        """Return the terms of a player as they are written, in the order of the file."""
        return self._terms.get(player, ())

    @cached_property
    def _terms(self) -> dict[str, list[Term]]:
        found: dict[str, list[Term]] = {}
        for term in self.terms:
            if term.material or not self.material:
                found.setdefault(term.player, []).append(term)
        return found

    @cached_property
    def _with_counts(self) -> dict[Any, Term]:
        return {}

    def _counted(self, term: Term, tally: Tally) -> Term:
        key = (id(term), *(tally.value(*each) for each in term.counts))
        if key not in self._with_counts:
            self._with_counts[key] = term.counted(tally)
        return self._with_counts[key]

    def utility_of(self, player: str) -> Utility | None:
        """Return what a player maximizes in place of the sum of its terms, if anything."""
        return None if self.material else self.utility.get(player)

    @cached_property
    def _symbols(self) -> dict[str, Any]:
        return {name: symbol(name) for name in self.names}

    @cached_property
    def _expressions(self) -> dict[int, Any]:
        return {}

    @cached_property
    def asked(self) -> dict[str, Any]:
        """Formulas over these payoffs as SymPy, by their text, where somebody asks for them again and again."""
        return {}

    @cached_property
    def _sums(self) -> dict[tuple[int, ...], Any]:
        return {}

    def _expression(self, term: Term) -> Any:
        value = term.formula.to_sympy(self._symbols, _count_symbol)
        if term.condition is None:
            return value
        import sympy

        return sympy.Piecewise((value, term.condition.to_sympy(self._symbols, _count_symbol)), (0, True))

    def expression(self, term: Term) -> Any:
        """Return the formula of a term as SymPy: 0 where its condition on parameters fails.

        Counts of players in a term as it is written stand as symbols, such as ``others(ban)``.
        """
        # the term is kept with its expression, so that no other takes its id
        key = id(term)
        if key not in self._expressions:
            self._expressions[key] = (term, self._expression(term))
        return self._expressions[key][1]

    def own_where(self, player: str, chosen: Mapping[str, str]) -> Any:
        """Return the sum of a player's terms as a SymPy expression in parameters and derived names."""
        import sympy

        terms = self.terms_where(player, chosen)
        key = tuple(map(id, terms))
        if key not in self._sums:
            self._sums[key] = sympy.Add(*(self.expression(term) for term in terms))
        return self._sums[key]

    def payoff_where(self, player: str, chosen: Mapping[str, str]) -> Any:
        """Return a payoff as a SymPy expression in parameters and derived names."""
        utility = self.utility_of(player)
        if utility is None:
            return self.own_where(player, chosen)
        return utility.formula.to_sympy(self._symbols, lambda node: self.own_where(node.keys[0][0], chosen))

    def text_where(self, player: str, chosen: Mapping[str, str]) -> str:
        """Return a payoff as text, see :func:`detente.printing.plain`."""
        from detente.printing import plain

        expression = self.payoff_where(player, chosen)
        if expression not in self._texts:
            self._texts[expression] = plain(expression)
        return self._texts[expression]

    @cached_property
    def _texts(self) -> dict[Any, str]:
        return {}

    def additive(self, player: str) -> bool:
        """Return whether a player's terms add the same to its payoff whatever else is paid."""
        utility = self.utility_of(player)
        if utility is None:
            return True
        import sympy

        dummies = {each: sympy.Dummy(each, real=True) for each in self.players}
        made = utility.formula.to_sympy(self._symbols, lambda node: dummies[node.keys[0][0]])
        return not made.diff(dummies[player]).free_symbols & set(dummies.values())


@dataclass(frozen=True)
class PathPayoffs(Payoffs, Displayed):
    """Payoffs at the ends of a tree, with the terms behind each of them.

    ``paths`` maps the decision points of each path, in the order of play, to the choices made there.
    """

    paths: tuple[Mapping[str, str], ...] = ()

    def table(self) -> Table:
        """Return the symbolic payoffs: one row per path, one column per player."""
        return Table(
            title=f"{'material' if self.material else 'strategic'} payoffs",
            columns=("path", *(f"payoff of {player}" for player in self.players)),
            rows=tuple(
                (",".join(path.values()), *(self.text_where(player, path) for player in self.players))
                for path in self.paths
            ),
        )

    def breakdown(self) -> Table:
        """Return every payoff as its terms: one row per path, player and term."""
        rows = (
            (",".join(path.values()), player, term)
            for path in self.paths
            for player in self.players
            for term in self.terms_where(player, path)
        )
        return _breakdown("path", rows)

    def displayed(self) -> tuple[Table, ...]:
        """Return the symbolic payoffs; on a page each opens to its terms."""
        behind = [[self.terms_where(player, path) for player in self.players] for path in self.paths]
        return (_opening(self.table(), behind),)

    def __str__(self) -> str:
        return self.table().to_text()


@dataclass(frozen=True)
class PayoffTable(Displayed):
    """Payoffs per player and profile, with the terms behind each cell.

    Parameters
    ----------
    strategies : mapping
        Player to strategies, in order.
    terms, names, material, utility, everybody
        As in :class:`Payoffs`.
    fixed : mapping
        What players do that have no choice here.
    """

    strategies: Mapping[str, tuple[str, ...]]
    terms: tuple[Term, ...] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    material: bool = False
    utility: Mapping[str, Utility] = field(default_factory=dict, repr=False)
    everybody: tuple[str, ...] = field(default=(), repr=False)
    fixed: Mapping[str, str] = field(default_factory=dict)

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return tuple(self.strategies)

    @cached_property
    def payoffs(self) -> Payoffs:
        """The payoffs wherever it is known who did what."""
        return Payoffs(self.players, self.terms, self.names, self.material, self.utility, self.everybody)

    def chosen(self, profile: Sequence[str]) -> dict[str, str]:
        """Return a profile by player, with what is fixed."""
        return {**dict(zip(self.players, profile, strict=True)), **self.fixed}

    def profiles(self) -> Iterator[tuple[str, ...]]:
        """Yield every profile as labels, in lexicographic order of strategies."""
        return product(*self.strategies.values())

    def terms_at(self, player: str, profile: Sequence[str]) -> tuple[Term, ...]:
        """Return the terms of a player that count at a profile, in the order of the file."""
        return self.payoffs.terms_where(player, self.chosen(profile))

    def expression(self, term: Term) -> Any:
        """Return the formula of a term as SymPy."""
        return self.payoffs.expression(term)

    def payoff(self, player: str, profile: Sequence[str]) -> Any:
        """Return a payoff as a SymPy expression in parameters and derived names."""
        return self.payoffs.payoff_where(player, self.chosen(profile))

    def array(self) -> list[Any]:
        """Return nested lists ``[player][s1]..[sN]`` of expressions, for a symbolic game."""

        def nest(player: str, prefix: tuple[str, ...]) -> Any:
            if len(prefix) == len(self.players):
                return self.payoff(player, prefix)
            return [nest(player, (*prefix, own)) for own in self.strategies[self.players[len(prefix)]]]

        return [nest(player, ()) for player in self.players]

    def exact_array(self, values: Mapping[str, Any]) -> NDArray[Any] | None:
        """Return the payoffs ``[player, s1, .., sN]`` where every name has a value, without SymPy.

        None where a formula may leave the fractions, or a value is none: SymPy knows then what is equal and what less.
        """
        import numpy as np

        formulas = [parsed for each in self.terms for parsed, _ in each.formulas]
        formulas += [each.formula for each in self.utility.values()]
        names = {name for each in formulas for name in each.names}
        exact = all(isinstance(values.get(name), Fraction) for name in names)
        if not exact or not all(each.rational for each in formulas):
            return None
        found = np.empty((len(self.players), *map(len, self.strategies.values())), dtype=object)
        known: dict[int, Any] = {}
        sums: dict[tuple[int, ...], Any] = {}

        def worth(term: Term) -> Any:
            if id(term) not in known:
                counts = term.condition is None or term.condition.evaluate(values)
                known[id(term)] = term.formula.evaluate(values) if counts else Fraction(0)
            return known[id(term)]

        def own(player: str, chosen: Mapping[str, str]) -> Any:
            terms = self.payoffs.terms_where(player, chosen)
            key = tuple(map(id, terms))
            if key not in sums:
                sums[key] = sum(map(worth, terms), Fraction(0))
            return sums[key]

        for index in np.ndindex(found.shape[1:]):
            chosen = self.chosen([names[k] for names, k in zip(self.strategies.values(), index, strict=True)])
            for position, player in enumerate(self.players):
                utility = self.payoffs.utility_of(player)
                if utility is None:
                    found[position, *index] = own(player, chosen)
                else:
                    item = partial(lambda chosen, node: own(node.keys[0][0], chosen), chosen)
                    found[position, *index] = utility.formula.evaluate(values, item)
        return found

    @cached_property
    def inert(self) -> dict[str, tuple[str, ...]]:
        """Per player the terms that enter no comparison of best responses.

        A term is inert when whether it counts, and what it counts, never depends on the player's own strategy: it then
        adds the same to both sides of every comparison, whatever its value. Where what a player maximizes is not linear
        in its own terms, none is.
        """
        found: dict[str, tuple[str, ...]] = {}
        for player in self.players:
            own = self.players.index(player)
            if not self.payoffs.additive(player):
                found[player] = ()
                continue
            mine = self.payoffs.own_terms(player)
            seen: dict[tuple[Any, ...], dict[str, str]] = {}
            against: dict[tuple[str, ...], set[tuple[Any, ...]]] = {}
            for profile in self.profiles():
                chosen = self.chosen(profile)
                key = self.payoffs.seen(player, chosen)
                seen.setdefault(key, chosen)
                against.setdefault(profile[:own] + profile[own + 1 :], set()).add(key)
            counted: dict[tuple[Any, ...], list[Any]] = {}
            for key, chosen in seen.items():
                tally = Tally.of(chosen, player, self.payoffs.counting)
                counted[key] = [
                    term.holds(chosen) and (True, *(tally.value(*each) for each in term.counts)) for term in mine
                ]
            together = {frozenset(keys) for keys in against.values()}
            found[player] = tuple(
                term.name
                for k, term in enumerate(mine)
                if all(len({counted[key][k] for key in keys}) == 1 for keys in together)
            )
        return found

    def table(self) -> Table:
        """Return the symbolic table: one row per profile, one column per player."""
        return Table(
            title=f"{'material' if self.material else 'strategic'} payoffs",
            columns=(*self.players, *(f"payoff of {player}" for player in self.players)),
            rows=tuple(
                (*profile, *(self.payoffs.text_where(player, self.chosen(profile)) for player in self.players))
                for profile in self.profiles()
            ),
            notes=tuple(
                f"inert for {player} (in no comparison of best responses): {', '.join(names)}"
                for player, names in self.inert.items()
                if names
            ),
        )

    def displayed(self) -> tuple[Table, ...]:
        """Return the symbolic table; on a page each payoff opens to its terms."""
        behind = [[self.terms_at(player, profile) for player in self.players] for profile in self.profiles()]
        return (_opening(self.table(), behind),)

    def __str__(self) -> str:
        return self.table().to_text()

    def breakdown(self) -> Table:
        """Return every cell as its terms: one row per profile, player and term."""
        rows = (
            (",".join(profile), player, term)
            for profile in self.profiles()
            for player in self.players
            for term in self.terms_at(player, profile)
        )
        return _breakdown("profile", rows)


def _count_symbol(node: Node) -> Any:
    """Return the symbol of a count in a term as it is written."""
    return symbol(f"{node.value}({node.keys[0][0]})")


def _breakdown(head: str, rows: Iterable[tuple[str, str, Term]]) -> Table:
    return Table(
        title="terms behind each payoff",
        columns=(head, "player", "term", "formula", "kind"),
        rows=tuple(
            (where, player, term.name, term.text, "material" if term.material else "relative gains")
            for where, player, term in rows
        ),
    )


def term_table(terms: Sequence[Term]) -> Table:
    """Return terms with their formulas: what a payoff is the sum of."""
    rows = tuple((term.name, term.text, "material" if term.material else "relative gains") for term in terms)
    return Table("", ("term", "formula", "kind"), rows)


def _opening(table: Table, behind: Sequence[Sequence[Sequence[Term]]]) -> Table:
    """Return a table whose last columns, the payoffs, open to terms: ``behind[row][player]``."""
    rows = []
    for row, own in zip(table.rows, behind, strict=True):
        payoffs = zip(row[-len(own) :], own, strict=True)
        cells = (Cell(text, behind=(term_table(terms),) if terms else ()) for text, terms in payoffs)
        rows.append((*row[: -len(own)], *cells))
    return Table(table.title, table.columns, tuple(rows), table.notes)
