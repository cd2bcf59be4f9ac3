"""The symbolic payoff table of a payoff model: every cell as the sum of its terms."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Table
from detente.formula import symbol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from detente.payoffs.terms import Term

__all__ = ["PayoffTable"]


@dataclass(frozen=True)
class PayoffTable:
    """Payoffs per player and profile, with the terms behind each cell.

    Parameters
    ----------
    strategies : mapping
        Player to strategies, in order.
    terms : tuple of Term
        The terms of the payoff model.
    names : tuple of str
        Parameters and derived values that formulas may use.
    material : bool
        True leaves out the terms of relative gains.
    """

    strategies: Mapping[str, tuple[str, ...]]
    terms: tuple[Term, ...] = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    material: bool = False

    @property
    def players(self) -> tuple[str, ...]:
        """The players in order."""
        return tuple(self.strategies)

    def profiles(self) -> Iterator[tuple[str, ...]]:
        """Yield every profile as labels, in lexicographic order of strategies."""
        return product(*self.strategies.values())

    def terms_at(self, player: str, profile: Sequence[str]) -> tuple[Term, ...]:
        """Return the terms of a player that count at a profile, in the order of the file."""
        chosen = dict(zip(self.players, profile, strict=True))
        return tuple(
            term
            for term in self.terms
            if term.player == player and (term.material or not self.material) and term.holds(chosen)
        )

    @cached_property
    def _symbols(self) -> dict[str, Any]:
        return {name: symbol(name) for name in self.names}

    @cached_property
    def _expressions(self) -> dict[int, Any]:
        return {id(term): term.formula.to_sympy(self._symbols) for term in self.terms}

    def expression(self, term: Term) -> Any:
        """Return the formula of a term as SymPy."""
        return self._expressions[id(term)]

    def payoff(self, player: str, profile: Sequence[str]) -> Any:
        """Return a payoff as a SymPy expression in parameters and derived names."""
        import sympy

        return sympy.Add(*(self.expression(term) for term in self.terms_at(player, profile)))

    def array(self) -> list[Any]:
        """Return nested lists ``[player][s1]..[sN]`` of expressions, for a symbolic game."""

        def nest(player: str, prefix: tuple[str, ...]) -> Any:
            if len(prefix) == len(self.players):
                return self.payoff(player, prefix)
            return [nest(player, (*prefix, own)) for own in self.strategies[self.players[len(prefix)]]]

        return [nest(player, ()) for player in self.players]

    @cached_property
    def inert(self) -> dict[str, tuple[str, ...]]:
        """Per player the terms that enter no comparison of best responses.

        A term is inert when whether it counts never depends on the player's own strategy: it then adds the
        same to both sides of every comparison, whatever its value.
        """
        found: dict[str, tuple[str, ...]] = {}
        for player in self.players:
            own = self.players.index(player)
            names = []
            for term in self.terms:
                if term.player != player or (self.material and not term.material):
                    continue
                counted: dict[tuple[str, ...], set[bool]] = {}
                for profile in self.profiles():
                    others = profile[:own] + profile[own + 1 :]
                    counted.setdefault(others, set()).add(term.holds(dict(zip(self.players, profile, strict=True))))
                if all(len(values) == 1 for values in counted.values()):
                    names.append(term.name)
            found[player] = tuple(names)
        return found

    def table(self) -> Table:
        """Return the symbolic table: one row per profile, one column per player."""
        from detente.printing import plain

        return Table(
            title=f"{'material' if self.material else 'strategic'} payoffs",
            columns=(*self.players, *(f"payoff of {player}" for player in self.players)),
            rows=tuple(
                (*profile, *(plain(self.payoff(player, profile)) for player in self.players))
                for profile in self.profiles()
            ),
            notes=tuple(
                f"inert for {player} (in no comparison of best responses): {', '.join(names)}"
                for player, names in self.inert.items()
                if names
            ),
        )

    def breakdown(self) -> Table:
        """Return every cell as its terms: one row per profile, player and term."""
        return Table(
            title="terms behind each payoff",
            columns=("profile", "player", "term", "formula", "kind"),
            rows=tuple(
                (
                    ",".join(profile),
                    player,
                    term.name,
                    term.formula.text,
                    "material" if term.material else "relative gains",
                )
                for profile in self.profiles()
                for player in self.players
                for term in self.terms_at(player, profile)
            ),
        )

    def __str__(self) -> str:
        return self.table().to_text()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.table().mimebundle()
