"""What an atlas holds: comparisons, regions with their closed forms, the whole; and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.solve.parametric.redundancy import ALLOWED
from detente.solve.parametric.signs import sign_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree
    from detente.solve.parametric._two_player_atlas import ParametricGame
    from detente.solve.parametric.comparative_statics import Statics
    from detente.solve.parametric.partition_result import Partition
    from detente.solve.parametric.statics_result import AtlasStatics
    from detente.wording import Wording

__all__ = ["Atlas", "Comparison", "Region", "RootComparison"]


#: What a table says of boundaries, and of equilibria that exist on one only.
_EDGE = "On a boundary, where a comparison is an equality, further equilibria may appear."
_AT = "Each exists only where its equation holds."


@dataclass(frozen=True)
class Comparison:
    """One inequality ``expression relation 0`` of a condition, with why it is there."""

    expression: Any
    relation: str
    why: str = ""

    @property
    def sympy(self) -> Any:
        """The inequality as a SymPy relation, unevaluated where it has symbols."""
        import sympy

        kinds = {">=": sympy.Ge, ">": sympy.Gt, "<=": sympy.Le, "<": sympy.Lt, "==": sympy.Eq, "!=": sympy.Ne}
        # Evaluated, SymPy asks of every sum whether its sign is known; of symbols it is not.
        return kinds[self.relation](self.expression, 0, evaluate=not self.expression.free_symbols)

    def holds(self, value: Any) -> bool:
        """Return whether the inequality holds where its left side is ``value``."""
        return ((value > 0) - (value < 0)) in ALLOWED[self.relation]

    def holds_at(self, game: SymbolicGame, point: Mapping[str, Fraction]) -> bool:
        """Return whether the inequality holds at a point with a value for every parameter.

        Raises
        ------
        UsageError
            If the left side is undefined there, or irrational and too close to 0 to tell.
        """
        return self.holds(sign_of_part(game, self.expression, point))


@dataclass(frozen=True)
class RootComparison(Comparison):
    """The inequality ``expression + factor*sqrt(radicand) relation 0`` where ``radicand`` is not negative.

    ``sympy`` states it without a root. With a polynomial ``gap`` that has the sign of
    ``expression**2 - factor**2*radicand`` wherever the inequality is asked for, the left side is positive where
    ``expression > 0`` and (``factor >= 0`` or ``gap > 0``), or where ``factor > 0`` and ``gap < 0``.
    """

    factor: Any = 0
    radicand: Any = 0
    gap: Any = 0

    @property
    def radical(self) -> Any:
        """The left side with its square root."""
        import sympy

        return self.expression + self.factor * sympy.sqrt(self.radicand)

    @property
    def sympy(self) -> Any:
        """The inequality as polynomial inequalities, for the relation ``>``."""
        import sympy

        positive = sympy.And(sympy.Gt(self.expression, 0), sympy.Or(sympy.Ge(self.factor, 0), sympy.Gt(self.gap, 0)))
        return sympy.Or(positive, sympy.And(sympy.Gt(self.factor, 0), sympy.Lt(self.gap, 0)))

    @staticmethod
    def sign_of(first: int | None, second: int | None, radicand: int | None, gap: int | None) -> int | None:
        """Return the sign of the left side from those of its parts, None where there is no real root."""
        if first is None or second is None or radicand is None or gap is None or radicand < 0:
            return None
        if second * radicand == 0:
            return first
        return second if first in {0, second} else first * gap

    def holds_at(self, game: SymbolicGame, point: Mapping[str, Fraction]) -> bool:
        """Return whether the inequality holds at a point with a value for every parameter."""
        u, v, d = (game.expand(each) for each in (self.expression, self.factor, self.radicand))
        sign = self.sign_of(*(sign_of_part(game, each, point) for each in (u, v, d, u * u - v * v * d)))
        return sign in ALLOWED[self.relation]


@dataclass(frozen=True)
class Region:
    """One equilibrium of a parametric game and where it exists.

    ``profile`` maps player to strategy to probability (SymPy expressions), ``payoffs`` player to payoff; for a tree
    ``profile`` maps player to information set to action. ``condition`` is a SymPy condition in parameters and derived
    names; ``comparisons`` are its parts, all of them, and ``unsettled`` those that are left once the box and the
    other parts are used. ``status`` is ``always``, ``never``, ``conditional`` or ``undecided`` over the box, always
    and never by proof, conditional by the exact points ``held`` and ``failed``. ``point`` holds the values of
    parameters that do not vary.
    """

    game: SymbolicGame = field(repr=False)
    profile: dict[str, dict[str, Any]]
    payoffs: dict[str, Any]
    comparisons: tuple[Comparison, ...]
    status: str
    unsettled: tuple[Comparison, ...] = field(default=(), repr=False)
    point: Mapping[str, Fraction] = field(default_factory=dict, repr=False)
    name: str = field(default="", repr=False)
    #: The comparisons in a form that is right outside the box too.
    everywhere: tuple[Comparison, ...] = field(default=(), repr=False)
    box: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict, repr=False)
    held: Mapping[str, Fraction] | None = field(default=None, repr=False)
    failed: Mapping[str, Fraction] | None = field(default=None, repr=False)

    @property
    def condition(self) -> Any:
        """The conjunction of :attr:`statements` as SymPy, true or false where the box decides."""
        import sympy

        if self.status in {"always", "never"}:
            return sympy.true if self.status == "always" else sympy.false
        return sympy.And(*(each.sympy for each in self.statements))

    @cached_property
    def statements(self) -> tuple[Comparison, ...]:
        """What is left, as it is printed: inequalities that share most of their terms are one, with min or max."""
        from detente.solve.parametric._shared_parts import joined

        return joined(self.unsettled)

    @property
    def pure(self) -> bool:
        """True if every player plays one strategy."""
        return all(weight in (0, 1) for weights in self.profile.values() for weight in _leaves(weights))

    @property
    def label(self) -> str:
        """The profile as ``STRATEGY,STRATEGY``; strategies that are mixed are joined by ``+``.

        The only mixed equilibrium of a 2x2 game is called ``mixed``.
        """
        if self.name:
            return self.name
        weights = [weight for own in self.profile.values() for weight in own.values()]
        sizes = [len(own) for own in self.profile.values()]
        if sizes == [2, 2] and all(weight != 0 for weight in weights):
            return "mixed"
        return ",".join("+".join(name for name, w in own.items() if w != 0) for own in self.profile.values())

    @property
    def known(self) -> str:
        """What is known of the status over the box, where that is ``undecided``, in words."""
        from detente.solve.parametric._atlas_text import known_of

        return known_of(self)

    def holds_at(self, values: Mapping[str, object] | None = None, **more: object) -> bool:
        """Return whether the equilibrium exists at a point of the box.

        Parameters not named have the value that the atlas was made with, by default their baseline.

        Raises
        ------
        UsageError
            If a name is unknown, or the condition is undefined at the point.
        """
        named = {**(values or {}), **more}
        asked = self.game.point(named)
        point = {**asked, **self.point, **{name: asked[name] for name in named}}
        return all(each.holds_at(self.game, point) for each in self.everywhere or self.comparisons)

    def statics(self) -> tuple[Statics, ...]:
        """Return how each mixed probability and payoff moves with each parameter over the region."""
        from detente.solve.parametric.comparative_statics import comparative_statics

        return comparative_statics(self)

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the condition as LaTeX math; ``names`` maps parameters to their symbols."""
        from detente.solve.parametric._atlas_text import region_math

        return region_math(self, "latex", names)

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the condition as Typst math; ``names`` maps parameters to their symbols."""
        from detente.solve.parametric._atlas_text import region_math

        return region_math(self, "typst", names)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None, lang: str = "en") -> str:
        """Return when the equilibrium exists in words; ``labels`` maps any name to what readers see."""
        from detente.solve.parametric._atlas_text import region_words

        return region_words(self, labels, lang)


@dataclass(frozen=True)
class Atlas(Displayed):
    """All regions found for a parametric game over a box.

    ``complete`` is True where every equilibrium off the boundaries is among the regions, or lies between them where
    strategies tie whatever the parameters are; ``missing`` names what is not looked for. ``box`` is what the statuses
    refer to; ``notes`` say what else a reader has to know. A region for a support is left out if its equations have
    no solution off the boundaries.
    """

    game: SymbolicGame = field(repr=False)
    regions: tuple[Region, ...]
    complete: bool
    missing: str = ""
    box: Mapping[str, tuple[Fraction, Fraction]] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = field(default=(), repr=False)
    title: str = field(default="equilibria over the box", repr=False)
    edge: str = field(default=_EDGE, repr=False)
    parametric: ParametricGame | None = field(default=None, repr=False, compare=False)
    tree: SymbolicTree | None = field(default=None, repr=False, compare=False)

    def boundaries(self) -> tuple[Region, ...]:
        """Return the further equilibria that exist only where one more polynomial is zero, with that equation.

        These are profiles of two players in which one mixes over one strategy more than the other. Together with the
        regions, and with profiles for which several polynomials vanish at once, they are all extreme equilibria.
        """
        from detente.solve.parametric.boundaries import boundary_regions

        return boundary_regions(self)

    def at_boundaries(self) -> Atlas:
        """Return :meth:`boundaries` as an atlas of its own, to be printed as one."""
        title = "equilibria where one more comparison is an equality"
        return replace(self, regions=self.boundaries(), notes=(), missing="", title=title, edge=_AT)

    def partition(self, over: tuple[str, ...] | list[str] | None = None) -> Partition:
        """Return the sets of equilibria that occur, each with its condition and witnesses."""
        from detente.solve.parametric.partition import partition

        return partition(self, over)

    def statics(self) -> AtlasStatics:
        """Return how mixed probabilities and payoffs of every equilibrium move with each parameter over its region."""
        from detente.solve.parametric.statics_result import atlas_statics

        return atlas_statics(self)

    def table(self) -> Table:
        """Return the atlas as a table: equilibrium, status, condition."""
        from detente.solve.parametric._atlas_text import atlas_table

        return atlas_table(self)

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the regions that are not empty as a LaTeX ``array``: each comparison, then mixed probabilities."""
        from detente.solve.parametric._atlas_text import atlas_math

        return atlas_math(self, "latex", names)

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the same as Typst math."""
        from detente.solve.parametric._atlas_text import atlas_math

        return atlas_math(self, "typst", names)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None, lang: str = "en") -> str:
        """Return the atlas as sentences, those on what is nowhere last; with units, what the terms are."""
        from detente.solve.parametric._atlas_text import atlas_words

        return atlas_words(self, labels, lang)


def _leaves(weights: Mapping[str, Any]) -> list[Any]:
    """Return the weights of a profile, which for trees stand one level deeper."""
    return [leaf for each in weights.values() for leaf in (_leaves(each) if isinstance(each, dict) else [each])]


def sign_of_part(game: SymbolicGame, expression: Any, point: Mapping[str, Fraction]) -> int:
    """Return the sign of an expression of the names of a game at a point with a value for every parameter.

    Raises
    ------
    UsageError
        If it is undefined there, or irrational and too close to 0 to tell.
    """
    import sympy

    expanded = game.expand(sympy.Integer(expression) if isinstance(expression, int) else expression)
    found = sign_of(expanded, point)
    if found is None:
        raise UsageError(f"{expression} has no value at this point, or none whose sign is certain")
    return found
