"""Solution concepts by name, for normal forms and for trees: one table that commands and help read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean
from detente.games.normal import NormalFormGame

if TYPE_CHECKING:
    from collections.abc import Callable

    from detente.games.extensive import GameTree
    from detente.solve.two_players.enumeration import Progress

__all__ = ["NORMAL", "TREE", "Options", "solve"]


@dataclass(frozen=True)
class Options:
    """What a solver may be told: method, precision of logit, what to maximize, a budget in seconds."""

    method: str | None = None
    precision: object = None
    maximize: Any = "welfare"
    budget: float | None = None
    progress: Progress | None = None


def _nash(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.equilibria import equilibria

    return equilibria(game, options.method, budget=options.budget, progress=options.progress)


def _pure(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.pure import pure_equilibria

    return pure_equilibria(game)


def _undominated_equilibria(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.refinements import undominated_equilibria

    return undominated_equilibria(game, budget=options.budget)


def _correlated(coarse: bool) -> Callable[[NormalFormGame, Options], Any]:
    def solver(game: NormalFormGame, options: Options) -> Any:
        from detente.solve.correlated import correlated_equilibrium

        return correlated_equilibrium(game, options.maximize, coarse)

    return solver


def _quantal(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.limiting_logit import limiting_logit_equilibrium
    from detente.solve.quantal import quantal_response

    if options.precision is None:
        return limiting_logit_equilibrium(game)
    return quantal_response(game, options.precision)


def _dominance(by: str) -> Callable[[NormalFormGame, Options], Any]:
    def solver(game: NormalFormGame, options: Options) -> Any:
        from detente.solve.dominance import undominated

        return undominated(game, by)

    return solver


def _zero_sum(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.two_players.zero_sum import zero_sum

    return zero_sum(game, budget=options.budget)


def _security(name: str) -> Callable[[NormalFormGame, Options], Any]:
    def solver(game: NormalFormGame, options: Options) -> Any:
        from detente.solve import security

        return getattr(security, name)(game)

    return solver


def _potential(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.potential import potential

    return potential(game)


def _stable(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.two_players.evolutionary_stability import evolutionarily_stable_strategies

    return evolutionarily_stable_strategies(game)


def _class(game: NormalFormGame, options: Options) -> Any:
    from detente.solve.two_players.topology import place

    return place(game)


#: Concepts of normal forms; the first is the default.
NORMAL: dict[str, Callable[[NormalFormGame, Options], Any]] = {
    "nash": _nash,
    "pure": _pure,
    "undominated": _undominated_equilibria,
    "correlated": _correlated(False),
    "coarse-correlated": _correlated(True),
    "quantal": _quantal,
    "dominance": _dominance("strict"),
    "weak-dominance": _dominance("weak"),
    "zero-sum": _zero_sum,
    "security": _security("minmax"),
    "pareto": _security("pareto_set"),
    "potential": _potential,
    "ess": _stable,
    "class": _class,
}


def _subgame_perfect(tree: GameTree, options: Options) -> Any:
    from detente.solve.trees.backward_induction import backward_induction
    from detente.solve.trees.subgame import subgame_perfect

    if tree.perfect_information:
        return backward_induction(tree)
    return subgame_perfect(tree, budget=options.budget)


def _sequential(tree: GameTree, options: Options) -> Any:
    from detente.solve.trees.sequential import sequential_equilibria

    return sequential_equilibria(tree, budget=options.budget)


def _weak(tree: GameTree, options: Options) -> Any:
    from detente.solve.trees.sequential import weak_perfect_bayesian

    return weak_perfect_bayesian(tree, budget=options.budget)


#: Concepts of trees; the first is the default. Concepts of normal forms are asked of the reduced normal form.
TREE: dict[str, Callable[[GameTree, Options], Any]] = {
    "subgame-perfect": _subgame_perfect,
    "sequential": _sequential,
    "weak-perfect-bayesian": _weak,
}


def solve(game: NormalFormGame | GameTree, concept: str | None = None, options: Options | None = None) -> Any:
    """Return the solution of a game under a concept by name.

    Parameters
    ----------
    game : NormalFormGame or GameTree
        A tree is put into reduced normal form for the concepts of normal forms.
    concept : str, optional
        A key of :data:`NORMAL` or :data:`TREE`; by default ``nash``, or ``subgame-perfect`` for trees.
    options : Options, optional

    Raises
    ------
    UsageError
        If the concept is unknown, is not for this form, or does not take the options.
    """
    given = options or Options()
    normal = isinstance(game, NormalFormGame)
    chosen = concept or ("nash" if normal else "subgame-perfect")
    known = (*NORMAL,) if normal else (*TREE, *NORMAL)
    if chosen not in known:
        where = "trees only" if chosen in TREE else ""
        hint = where or did_you_mean(chosen, known)
        raise UsageError(
            f"unknown concept {chosen!r} here; expected one of {', '.join(known)}" + (f"; {hint}" if hint else "")
        )
    if given.method is not None and chosen != "nash":
        raise UsageError(f"found the method {given.method!r} with the concept {chosen!r}; only nash has methods")
    if not normal and chosen in TREE:
        return TREE[chosen](game, given)  # type: ignore[arg-type]
    table = game if isinstance(game, NormalFormGame) else game.reduced_normal_form()
    return NORMAL[chosen](table, given)
