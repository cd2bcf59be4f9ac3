"""What a conclusion takes payoffs to be: ranks, own units, a common unit, or amounts.

A conclusion means no more than what it keeps when payoffs are counted in another way. Four ways of counting, each
allowing less than the one before:

- ``ordinal``: each player's payoffs go through a strictly increasing function of that player's own;
- ``cardinal``: each player's payoffs are multiplied by a positive number of its own and shifted;
- ``common_unit``: all payoffs are multiplied by one positive number, each player's shifted by its own;
- ``money``: payoffs stay as they are; the conclusion is about amounts.

The level of a conclusion is the first of them under which its truth never changes. So whether a profile is an
equilibrium is ordinal; risk dominance is cardinal, because it compares products with one factor of each player; that a
sum over players is larger needs a common unit; that a payoff exceeds a number needs amounts.

:func:`meaning` reads the level off a conclusion. :func:`confirm` changes payoffs at random and looks: the truth has to
stay within the level, and the next wider way of counting should break it, with a witness.

References
----------
S. S. Stevens (1946), "On the theory of scales of measurement", Science 103.
F. S. Roberts (1979), Measurement Theory, chapter 2 (meaningfulness).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

from detente.conclusions._counting import LEVELS, Counting, random_counting, recounted
from detente.conclusions._payoff_formulas import NO_PAYOFF, formula_level
from detente.conclusions.comparisons import as_conclusion
from detente.conclusions.conclusion import Conclusion, Signs
from detente.errors import FormulaError, UsageError, did_you_mean
from detente.formula import parse
from detente.games.normal import NormalFormGame
from detente.games.symbolic import SymbolicGame
from detente.solve.equilibria import equilibria

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.formula import Formula, Node
    from detente.games.extensive import GameTree
    from detente.games.normal import Profile
    from detente.games.symbolic_tree import SymbolicTree

__all__ = [
    "LEVELS",
    "RESULTS",
    "Confirmation",
    "Meaning",
    "confirm",
    "meaning",
    "meaning_of_result",
    "signs_of",
    "truth",
]

#: What each level asks of payoffs, in words.
WORDS = {
    "ordinal": "needs only the order of each player's payoffs",
    "cardinal": "needs differences of each player's own payoffs, in whatever unit",
    "common_unit": "compares payoffs of different players: needs one unit for all",
    "money": "is about amounts: needs payoffs counted from the right zero in the right unit",
}

_PARAMETERS = "compares parameters alone, in the units in which they are stated"

#: Results of the engine that are no conclusions, by name: what they are invariant under (or move along with).
RESULTS = {
    "pure equilibria": "ordinal",
    "iterated strict dominance by pure strategies": "ordinal",
    "player type": "ordinal",
    "class": "ordinal",
    "pareto set": "ordinal",
    "payoff dominance": "ordinal",
    "pure maximin strategy": "ordinal",
    "backward induction without chance": "ordinal",
    "mixed equilibrium": "cardinal",
    "correlated equilibria": "cardinal",
    "dominance by mixed strategies": "cardinal",
    "mixed maximin strategy": "cardinal",
    "risk dominance": "cardinal",
    "trust threshold": "cardinal",
    "critical discount factor": "cardinal",
    "regret": "cardinal",
    "material sum": "common_unit",
    "welfare": "common_unit",
    "side payment": "common_unit",
    "exact potential": "common_unit",
    "shapley value": "common_unit",
    "nucleolus": "common_unit",
    "core": "common_unit",
    "logit response": "money",
    "amount": "money",
}


@dataclass(frozen=True)
class Meaning:
    """The level of a conclusion and why.

    ``level`` is one of :data:`LEVELS`; ``why`` says in words what the conclusion compares.
    """

    level: str
    why: str

    @property
    def label(self) -> str:
        """The level as a reader sees it; ``parameters`` where payoffs do not enter, so that every level will do."""
        return "parameters" if self.why == NO_PAYOFF else self.level.replace("_", " ")

    @property
    def words(self) -> str:
        """What the level asks, without the reason."""
        return _PARAMETERS if self.why == NO_PAYOFF else WORDS[self.level]

    @property
    def sentence(self) -> str:
        """What the level asks of payoffs."""
        return f"{self.label}: {self.words} ({self.why})"

    def to_json(self) -> dict[str, str]:
        """Return the level and the reason."""
        return {"level": self.level, "why": self.why}

    def __str__(self) -> str:
        return self.sentence


def meaning(
    game: SymbolicGame | NormalFormGame | SymbolicTree | GameTree, conclusion: Conclusion | Formula | str
) -> Meaning:
    """Return what a conclusion takes payoffs to be.

    Parameters
    ----------
    game : SymbolicGame, NormalFormGame, SymbolicTree or GameTree
    conclusion : Conclusion, Formula or str
        A formula holds where it is positive. Of trees: conclusions that are parsed already, and formulas.

    Notes
    -----
    The truth of the conclusion is proved to be the same however payoffs are counted within the level. That it is not
    ordinal, say, means that there are games of this size in which it is not; in one game it may happen to be.

    For ``sign:FORMULA`` the formula is factored over the payoffs in it: a factor is ordinal if it is a difference of
    two payoffs of one player, cardinal if no shift of one player's payoffs changes it and it is homogeneous in each
    player's, in a common unit if it is homogeneous in all together. What is not seen through counts as about amounts.

    Examples
    --------
    >>> game = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], ["a", "b"], [["c", "d"], ["c", "d"]])
    >>> [meaning(game, each).level for each in ("equilibrium:d,d", "selected:d,d", "unique:d,d")]
    ['ordinal', 'cardinal', 'ordinal']
    >>> meaning(game, "sign:payoff[a][c,c] + payoff[b][c,c] - payoff[a][d,d] - payoff[b][d,d]").level
    'common_unit'
    >>> meaning(game, "sign:payoff[a][c,c] - 2").level
    'money'
    """
    if hasattr(game, "information_sets"):
        return _of_tree(game, conclusion)
    parsed = as_conclusion(game, conclusion)  # type: ignore[arg-type]
    kind = parsed.kind
    if kind in {"equilibrium", "none", "set"}:
        return Meaning("ordinal", "each player's payoffs are compared with what it gets by deviating")
    if kind == "dominant":
        return Meaning("ordinal", "one player's payoffs are compared, whatever the others do")
    if kind == "class":
        return Meaning("ordinal", "classes are orders of each player's outcomes")
    if kind == "sign":
        assert parsed.formula is not None
        return Meaning(*formula_level(parsed.formula, game.players, game.strategies))
    two_by_two = game.shape == (2, 2)
    if kind == "unique":
        if two_by_two or sum(size > 1 for size in game.shape) < 2:
            return Meaning("ordinal", "here the order of payoffs tells whether a mixed equilibrium exists besides")
        return Meaning("cardinal", "whether a mixed equilibrium exists besides depends on payoff differences")
    if two_by_two:
        return Meaning("cardinal", "risk dominance compares products of losses, one factor for each player")
    only = meaning(game, Conclusion(parsed.text, "unique", parsed.profiles))
    return Meaning(only.level, f"in a game of this size only a single equilibrium is selected; {only.why}")


def _of_tree(tree: Any, conclusion: Conclusion | Formula | str) -> Meaning:
    """Return the level of a conclusion on a tree: averages over chance or over what is not seen need differences."""
    parsed = parse(conclusion.removeprefix("sign:")) if isinstance(conclusion, str) else conclusion
    if isinstance(parsed, Conclusion) and parsed.formula is not None:
        parsed = parsed.formula
    if not isinstance(parsed, Conclusion):
        return Meaning(*formula_level(parsed, tree.players))
    chance = any(node.kind == "chance" for node in tree.nodes)
    if chance or not tree.perfect_information:
        return Meaning("cardinal", "payoffs are averaged over chance, or over what a player does not see")
    return Meaning("ordinal", "by backward induction each mover compares its own payoffs")


def meaning_of_result(name: str) -> Meaning:
    """Return what a result that is no conclusion takes payoffs to be; names are the keys of :data:`RESULTS`.

    Examples
    --------
    >>> meaning_of_result("material sum").label
    'common unit'
    """
    if name not in RESULTS:
        hint = did_you_mean(name, RESULTS)
        raise UsageError(
            f"unknown result {name!r}; expected one of {', '.join(RESULTS)}" + (f"; {hint}" if hint else "")
        )
    return Meaning(RESULTS[name], name)


# -- truth at a point -----------------------------------------------------------------------------------------


def truth(game: NormalFormGame, conclusion: Conclusion, values: Mapping[str, Any] | None = None) -> bool:
    """Return whether a conclusion holds in a numeric game.

    Parameters
    ----------
    game : NormalFormGame
        Exact payoffs.
    conclusion : Conclusion
    values : mapping, optional
        The names that a formula uses besides payoffs.
    """
    if conclusion.kind in {"unique", "selected"} and game.shape != (2, 2):
        found = equilibria(game)
        if not found.complete:
            raise UsageError(f"{conclusion.text}: not all equilibria of this game are known ({found.missing})")
        if found.components is None or len(found.equilibria) != 1:
            return False
        (only,) = found.equilibria
        return only.pure and conclusion.profiles[0] == tuple(
            own.index(support[0]) for own, support in zip(game.strategies, only.support.values(), strict=True)
        )
    return conclusion.holds(signs_of(game, values))


def signs_of(game: NormalFormGame, values: Mapping[str, Any] | None = None) -> Signs:
    """Return the comparisons of a numeric game, on which conclusions are evaluated; ``values`` are for formulas."""

    def sign(value: Any) -> int:
        return int(value > 0) - int(value < 0)

    def payoff(player: int, profile: Profile) -> Any:
        return game.payoffs[(player, *profile)]

    def loss(profile: Profile, player: int) -> Any:
        other = tuple(1 - own if index == player else own for index, own in enumerate(profile))
        return payoff(player, profile) - payoff(player, other)

    def item(node: Node) -> Any:
        (name,), chosen = node.keys
        profile = tuple(own.index(each) for own, each in zip(game.strategies, chosen, strict=True))
        return payoff(game.players.index(name), profile)

    return Signs(
        game.players,
        game.strategies,
        lambda player, a, b: sign(payoff(player, a) - payoff(player, b)),
        lambda a, b: sign(loss(a, 0) * loss(a, 1) - loss(b, 0) * loss(b, 1)),
        lambda parsed: sign(parsed.evaluate(values or {}, item)),
    )


# -- confirmation ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Confirmation:
    """What random changes of payoffs say of a level.

    Attributes
    ----------
    meaning : Meaning
    trials : int
        Changes within the level that were tried; the truth was the same in all of them.
    wider : str or None
        The next wider level, None where the level is ordinal.
    witness : (point, Counting) or None
        A point and a change within the wider level under which the truth is another; None where none was found, so that
        in this game the conclusion may mean less than its level says.
    """

    meaning: Meaning
    trials: int
    wider: str | None
    witness: tuple[Mapping[str, Fraction], Counting] | None

    def __str__(self) -> str:
        text = f"{self.meaning.label}: unchanged by {self.trials} random changes of payoffs within this level"
        if self.wider is None:
            return text
        found = "one was found that changes it" if self.witness else "none was found that changes it"
        return f"{text}; among {self.wider.replace('_', ' ')} changes {found}"


def confirm(
    game: SymbolicGame | NormalFormGame | SymbolicTree,
    conclusion: Conclusion | Formula | str,
    *,
    trials: int = 200,
    seed: int = 0,
) -> Confirmation:
    """Test the level of a conclusion by random changes of payoffs, and look for a witness that it is not wider.

    Parameters
    ----------
    game : SymbolicGame, NormalFormGame or SymbolicTree
        Points are the baseline and random ones of the box. Of a tree: perfect information, no chance, and conclusions
        about paths.
    conclusion : Conclusion, Formula or str
    trials : int
        Changes within the level, and at most as many within the next wider one.
    seed : int

    Raises
    ------
    AssertionError
        If a change within the level alters the truth: the label would be wrong.
    UsageError
        If the conclusion cannot be tested in this way.

    Examples
    --------
    >>> game = SymbolicGame([[["3", 0], ["x", 1]], [[3, "x"], [0, 1]]], {"x": (1, 5)}, strategies=[["c", "d"]] * 2)
    >>> found = confirm(game, "selected:c,c", trials=50)
    >>> found.meaning.label, found.wider, found.witness is not None
    ('cardinal', 'ordinal', True)
    """
    if hasattr(game, "information_sets"):
        return _confirm_on_tree(game, conclusion, trials, seed)
    parsed = as_conclusion(game, conclusion)  # type: ignore[arg-type]
    found = meaning(game, parsed)
    random = Random(seed)  # noqa: S311 - changes to try
    place = LEVELS.index(found.level)
    wider = LEVELS[place - 1] if place else None
    witness = None
    for trial in range(trials):
        point, values, numeric = _point(game, random, first=trial == 0)
        before = _defined_truth(numeric, parsed, values)
        counting = random_counting(numeric, found.level, random)
        if _defined_truth(recounted(numeric, counting), parsed, values) != before:
            raise AssertionError(f"{parsed.text} is not {found.level}: {counting} changes it; please report")
        if wider is not None and witness is None and before is not None:
            counting = random_counting(numeric, wider, random)
            if _defined_truth(recounted(numeric, counting), parsed, values) is (not before):
                witness = point, counting
    return Confirmation(found, trials, wider, witness)


def _confirm_on_tree(tree: Any, conclusion: Any, trials: int, seed: int) -> Confirmation:
    """Return the test of a conclusion about paths of a tree: ordinal, so payoffs may be replaced increasingly."""
    from detente.conclusions._recounted_trees import increased, random_point, tree_truth

    found = meaning(tree, conclusion)
    if not isinstance(conclusion, Conclusion) or conclusion.formula is not None or found.level != "ordinal":
        raise UsageError(
            "of trees, conclusions about paths are tested, where there is perfect information and no chance"
        )
    random = Random(seed)  # noqa: S311 - changes to try
    for trial in range(trials):
        numeric = tree.at_point(random_point(tree, random, first=trial == 0))
        if tree_truth(increased(numeric, random), conclusion) != tree_truth(numeric, conclusion):
            raise AssertionError(f"{conclusion.text} is not ordinal: other payoffs change it; please report")
    return Confirmation(found, trials, None, None)


def _defined_truth(game: NormalFormGame, conclusion: Conclusion, values: Mapping[str, Any]) -> bool | None:
    """Return the truth, or None where a formula has no value, such as a quotient by 0."""
    try:
        return truth(game, conclusion, values)
    except FormulaError:
        return None


def _point(
    game: SymbolicGame | NormalFormGame, random: Random, *, first: bool
) -> tuple[dict[str, Fraction], dict[str, Any], NormalFormGame]:
    """Return a point of the box, every value there, and the numeric game."""
    if isinstance(game, NormalFormGame):
        return {}, {}, game
    for _ in range(1000):
        point = {
            name: each.value if first else each.low + (each.high - each.low) * Fraction(random.randrange(61), 60)
            for name, each in game.parameters.items()
        }
        if first or game.allowed(point):
            break
    else:
        raise UsageError("found no point that meets the constraints among 1000 of the box")
    derived = {name: game.evaluate(expression, point) for name, expression in game.derived.items()}
    return point, {**point, **derived}, game.at_point(point)
