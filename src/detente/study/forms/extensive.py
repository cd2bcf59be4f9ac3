"""Trees: decision points in an order of play, chance, types that their players alone know.

A normal form whose players move one after another is a variant with an ``order``: what each sees when it moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

from detente.errors import Fault, UsageError
from detente.fields import Expression, Names, Wrong, unknown
from detente.games.definition import Content
from detente.games.file_tables import GameFile, VariantTable
from detente.games.symbolic import SymbolicGame
from detente.numbers import plain
from detente.study.form import Form, View
from detente.study.forms._late_types import late_tree
from detente.study.forms._moves_reading import MoveTable, Order, PlayReader
from detente.study.forms._named_paths import path_named, points_named, stated_about_paths
from detente.study.forms._path_formulas import PathFormulas
from detente.study.forms._tree_conditions import ONE_STAGE, all_at_once, path_conditions, stages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from fractions import Fraction

    from detente.conclusions._conditions import Conditions
    from detente.conclusions.conclusion import Conclusion
    from detente.conclusions.robustness.classifier import Subject
    from detente.conclusions.thresholds import Thresholds
    from detente.display import Part
    from detente.formula import Formula, Node
    from detente.games.definition import GameDefinition
    from detente.games.extensive import GameTree
    from detente.games.reader import GameReader
    from detente.games.symbolic_tree import SymbolicTree
    from detente.payoffs.table import PathPayoffs
    from detente.solve.concepts import Options
    from detente.study.form import Solution, Values
    from detente.study.forms._moves import Play
    from detente.study.model import GameModel, Point
    from detente.study.trace import Trace
    from detente.toml import KeyPath

__all__ = ["FORM", "Extensive", "ExtensiveFile", "ExtensiveVariant", "TreeOrder"]

#: Plans up to which the atlas lists them all.
_PLANS = 12


class ExtensiveFile(GameFile):
    """The top of the file of a tree."""

    players: Names | None = None
    types: dict[str, dict[str, Expression]] = {}  # noqa: RUF012 - a field of pydantic, which copies it
    moves: dict[str, Any]


class ExtensiveVariant(VariantTable):
    """A ``[variants.NAME]`` that is a tree."""

    players: Names | None = None
    types: dict[str, dict[str, Expression]] = {}  # noqa: RUF012 - a field of pydantic, which copies it
    moves: dict[str, Any] = {}  # noqa: RUF012 - a field of pydantic, which copies it
    order: Order | None = None


@dataclass(frozen=True)
class TreeOrder:
    """The order of play. ``profiles`` is True where every player moves once: then profiles name the paths."""

    play: Play
    profiles: bool


class Extensive(Form):
    """``form = "extensive"``."""

    name = "extensive"
    words = "players move one after another: trees, with chance and types"
    file: ClassVar[type[GameFile] | None] = ExtensiveFile
    variant: ClassVar[type[VariantTable] | None] = ExtensiveVariant
    tables = {"moves": MoveTable}  # noqa: RUF012 - the base declares it
    concepts: ClassVar[tuple[str, ...]] = ("subgame-perfect", "sequential", "weak-perfect-bayesian")

    # --- files

    def read(self, reader: GameReader, path: KeyPath, table: Any, game: GameDefinition | None) -> Content:
        """Return the order of play."""
        found = PlayReader(reader, path, game)
        order = getattr(table, "order", None)
        profiles = False
        if order is not None:
            assert game is not None
            if game.form != "normal" or table.moves or table.types:
                expected = "expected it in a variant of a normal form, without moves and types"
                reader.fail((*path, "order"), "found an order", expected)
                found.sound = False
            else:
                found.order(order, game.strategies)
                profiles = True
        else:
            if game is not None and game.form == "extensive":
                profiles = game.data.profiles and not table.moves and not table.types
            found.types(table.types)
            found.moves(reader.part(path, "moves"))
        given = table.players
        if given is None and profiles and game is not None:
            given = list(game.strategies)
        play, players = found.finished(given)
        strategies: dict[str, tuple[str, ...]] = dict.fromkeys(players, ())
        if profiles:
            assert game is not None
            strategies = dict(game.strategies)
        return Content(strategies, found.choices, tuple(found.formulas), TreeOrder(play, profiles))

    def item_fault(self, reader: GameReader, content: Content, node: Node) -> Wrong | None:
        """Return what is wrong with ``payoff[PLAYER][CHOICE, ..]``: choices along a path to its end."""
        if not content.data.play.points:
            return None  # the order of play has faults of its own
        if content.data.profiles:
            return reader.payoff_fault(content, node)
        if node.value != "payoff":
            return unknown("table", node.value, ("payoff",))
        if len(node.keys) != 2 or len(node.keys[0]) != 1:
            return Wrong("found payoff[...] of another shape", "expected payoff[PLAYER][CHOICE, ...] along a path")
        (player,), choices = node.keys
        if player not in content.strategies:
            return unknown("player", player, tuple(content.strategies))
        path, point, known = content.data.play.follow(choices)
        if point is not None and len(path) < len(choices):
            wrong = choices[len(path)]
            after = f" after {', '.join(path.values())}" if path else ""
            return unknown(f"choice at {point.name}{after}", wrong, known)
        if point is not None:
            return Wrong(f"found a path that ends before {point.name}", f"expected one of {', '.join(known)} behind it")
        if len(path) < len(choices):
            return Wrong(f"found {choices[len(path)]!r} where play has ended", "", f"end it with {choices[len(path) - 1]}")
        return None

    def chosen(self, content: Content, choices: Sequence[str]) -> Mapping[str, str]:
        """Return a path by decision point."""
        if content.data.profiles:
            return super().chosen(content, choices)
        path: Mapping[str, str] = content.data.play.follow(tuple(choices))[0]
        return path

    def inherits(self, content: Content, game: GameDefinition) -> bool:
        """Keep the conclusions where they name the same paths, or profiles."""
        if content.data.profiles:
            return game.form in {"normal", self.name}
        return game.form == self.name and content.data.play == game.data.play

    def faults(self, game: GameDefinition, values: Values) -> Iterator[Fault]:
        """Yield the faults of probabilities that are none, or that do not add up to 1, at the baseline."""
        groups: dict[KeyPath, list[Any]] = {}
        for each in game.content.formulas:
            groups.setdefault(each.path[:-1], []).append(each)
        for located in groups.values():
            numbers = [values.value(each.formula) for each in located]
            for each, number in zip(located, numbers, strict=True):
                if each.formula.items:
                    yield Fault(each.inside(1), "found a payoff in a probability", "expected parameters and numbers")
                elif number is not None and not 0 <= number <= 1:
                    found = f"found the probability {each.formula.text} = {plain(number)} at baseline"
                    yield Fault(each.inside(1), found, "expected a number from 0 to 1")
            if None not in numbers and sum(numbers) != 1:
                found = f"found probabilities that add up to {plain(sum(numbers))} at baseline"
                yield Fault(located[0].inside(1), found, "expected exactly 1")

    # --- games

    def game(self, model: GameModel, material: bool) -> SymbolicTree:
        """Return the tree with formulas as payoffs."""
        from detente.games.symbolic_tree import SymbolicTree

        payoffs = self._payoffs(model, material)
        root = model.definition.data.play.tree(
            lambda path: {player: payoffs.payoff_where(player, path) for player in model.players}, lambda odds: odds
        )
        constraints = tuple(each.formula for each in model.payoff_model.constraints)
        return SymbolicTree(model.players, root, model.intervals, model.derived, constraints, model.name)

    def _payoffs(self, model: GameModel, material: bool) -> PathPayoffs:
        from detente.payoffs.table import PathPayoffs

        own = model.payoff_model
        paths = tuple(model.definition.data.play.paths())
        names = tuple(model.parameters)
        return PathPayoffs(model.players, own.terms, names, material, own.utility, own.players, paths)

    def table(self, model: GameModel, material: bool) -> PathPayoffs:
        """Return the payoffs at the ends with the terms of each."""
        return self._payoffs(model, material)

    def payoffs(self, model: GameModel, kind: str) -> PathPayoffs:
        """Return the payoffs wherever it is known who did what."""
        found: PathPayoffs = model.material_table if kind == "material" else model.table
        return found

    def formulas(self, model: GameModel, kind: str) -> SymbolicGame:
        """Return what evaluates formulas at paths, one for all that is asked of a game."""
        key = "formulas", kind
        if key not in model.worked_out:
            model.worked_out[key] = PathFormulas(model, self.payoffs(model, kind))
        found: SymbolicGame = model.worked_out[key]
        return found

    def outcomes(self, model: GameModel) -> Iterator[tuple[str, ...]]:
        """Yield every path as its choices, or as a profile where each player moves once."""
        for path in model.definition.data.play.paths():
            names = model.definition.strategies if model.definition.data.profiles else path
            yield tuple(path[name] for name in names)

    # --- questions

    def default_concept(self, model: GameModel) -> str:
        """Return ``sequential`` where players have types, else ``subgame-perfect``."""
        drawn = any(name.startswith("type.") for name in model.definition.content.choices)
        return "sequential" if drawn else self.concepts[0]

    def solve(
        self, model: GameModel, point: Point, kind: str, concept: str | None = None, options: Options | None = None
    ) -> Solution:
        """Return the equilibria. Those that the tie rule (of equals the first) picks stand first."""
        from detente.solve.concepts import Options, solve

        tree: GameTree = self.at(model, point, kind)
        wanted = concept or self.default_concept(model)
        if wanted in {"sequential", "weak-perfect-bayesian"}:
            tree = tree.without_impossible()
        found: Solution = solve(tree, wanted, options or Options())
        return found

    def show(self, model: GameModel, point: Point, kind: str, terms: bool = False, title: str = "") -> View:
        """Return the order of play and the payoffs of every path; a star marks moves that are best as play goes on."""
        from detente.study.forms._tree_view import tree_view

        return tree_view(
            model, self.payoffs(model, kind), self.at(model, point, kind), point, kind, terms=terms, title=title
        )

    def display(self, model: GameModel, point: Point) -> tuple[Part, ...]:
        """Return the drawing of the tree with the moves that are best as play goes on; tables on demand."""
        from detente.display import Folded
        from detente.games._tree_drawing import drawing
        from detente.solve.trees.backward_induction import best_moves

        tree: GameTree = self.at(model, point, "strategic")
        title = f"payoffs at {model.label(point.name)}"
        tables = self.show(model, point, "strategic", terms=True, title=title).tables
        folded = tuple(Folded(table.title or "order of play", (table,)) for table in tables)
        return (drawing(tree, best_moves(tree), text=tables[0].to_text()), *folded)

    def trace_payoff(self, model: GameModel, point: Point, what: Any, player: str, kind: str) -> Trace:
        """Return where the payoff at the end of a path comes from."""
        from detente.study.trace import trace_payoff

        return trace_payoff(model, point, self.outcome(model.definition, what), player, kind)

    def outcome(self, game: GameDefinition, what: Any) -> tuple[str, ...]:
        """Return a path as its choices, from text ``CHOICE,CHOICE,..`` or ``POINT=CHOICE,..``, a list or a mapping."""
        return path_named(game, what)

    def conclusion(self, game: GameDefinition, text: str) -> Conclusion | Formula:
        """Return ``sign:FORMULA``, or one of ``equilibrium``, ``unique``, ``selected`` and ``set`` with paths."""
        return stated_about_paths(game, text)

    def options(
        self, model: GameModel, kind: str, player: str, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return each plan of a player as a commitment, compared.

        Who moves first, alone, commits as in the game in which all move at once. Types that the first movers do not see
        are drawn after them.
        """
        from detente.conclusions.options import options

        tree = model.payoffs(kind)
        if not tree.perfect_information:
            if (groups := stages(model)) is not None:
                if player in model.players and groups[0] != (player,):
                    plain_game = model.definition.name
                    message = f"{player} does not move first and alone, so that a commitment is no single move"
                    raise UsageError(f"{model.name}: {message}; ask options of {plain_game}, in which all move at once")
                return options(all_at_once(model).payoffs(kind), player, values, **more)
            late = late_tree(model, self.payoffs(model, kind))
            if late is not None:
                return options(late.tree, player, values, **more)
        return options(tree, player, values, **more)

    def atlas(
        self, model: GameModel, kind: str, over: Sequence[str] | None, values: Mapping[str, Fraction]
    ) -> Any:
        """Return the subgame-perfect equilibria in closed form with their conditions.

        A tree with many plans is taken move by move: when one is at least as good as another, given how play goes on.
        A signaling game has its separating, pooling and semi-separating equilibria.
        """
        from detente.solve.parametric.atlas import atlas
        from detente.solve.parametric.move_atlas import move_atlas

        tree: SymbolicTree = model.payoffs(kind)
        if not tree.perfect_information and (late := late_tree(model, self.payoffs(model, kind))) is not None:
            tree = late.tree  # types that nobody sees in time are drawn late
        if not tree.perfect_information:
            if stages(model) is not None:
                message = "moves of a stage are made at once, so that what is best is no matter of one comparison"
                raise UsageError(f"{model.name}: {message}; ask levers here, or the atlas of {model.definition.name}")
            from detente.solve.parametric.signaling import signaling
            from detente.solve.parametric.signaling_game import SignalingGame

            try:
                SignalingGame.of(tree)
            except UsageError as error:
                message = "the atlas of a tree needs perfect information, or a signaling game"
                raise UsageError(f"{model.name}: {message}; {error}") from None
            return signaling(tree, over, values)
        plans = prod(len(each.actions) for each in tree.information_sets)
        return (atlas if plans <= _PLANS else move_atlas)(tree, over, values)

    def thresholds(
        self,
        model: GameModel,
        kind: str,
        along: str,
        of: Conclusion | Formula | None,
        values: Mapping[str, Fraction],
        name: str = "",
    ) -> Thresholds:
        """Return the exact values of a parameter at which the outcomes, or a conclusion, change."""
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.thresholds import follow_conditions, thresholds
        from detente.conclusions.tree_outcomes import tree_thresholds

        domain = model.parameters[along].domain
        if of is None or isinstance(of, Conclusion):
            tree = model.payoffs(kind)
            if not tree.perfect_information:
                if of is not None:
                    return follow_conditions(self._conditions(model, kind, of), along, values, domain, name or of.text)
                if stages(model) is not None:
                    message = "the set of outcomes of a game in stages is not followed"
                    raise UsageError(f"{model.name}: {message}; ask for one of them, with --of equilibrium:PROFILE")
                late = late_tree(model, self.payoffs(model, kind))
                tree = tree if late is None else late.tree
            return tree_thresholds(tree, along, of, values, domain, name)
        return thresholds(self.formulas(model, kind), along, of, values, domain, name)

    def holds(self, model: GameModel, of: Conclusion | Formula, values: Mapping[str, Fraction]) -> bool:
        """Return whether a conclusion holds at a point; a formula holds where it is positive."""
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.tree_outcomes import tree_holds

        if isinstance(of, Conclusion):
            if not model.symbolic.perfect_information:
                return self._conditions(model, "strategic", of).truth(values)
            return tree_holds(model.symbolic, of, values)
        game = self.formulas(model, "strategic")
        return bool(game.evaluate(game.expression(of), values) > 0)

    def rests_on(
        self, model: GameModel, kind: str, of: Conclusion | Formula, values: Mapping[str, Fraction], **more: Any
    ) -> Any:
        """Return the smallest sets of parameters that fix a conclusion whatever the others do in their ranges."""
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.rests_on import rests_on

        game = self.formulas(model, kind)
        if not isinstance(of, Conclusion):
            return rests_on(game, of, values, **more)
        return rests_on(game, self._conditions(model, kind, of), values, **more)

    def subject(
        self, model: GameModel, kind: str, conclusions: Mapping[str, Any], held: Mapping[str, Fraction]
    ) -> Subject:
        """Return the tree with what sorts its draws by their outcomes; where that cannot be told, its formulas."""
        from detente.conclusions.conclusion import Conclusion
        from detente.conclusions.robustness.formulas import formula_subject
        from detente.conclusions.robustness.hidden_trees import hidden_subject
        from detente.conclusions.robustness.trees import tree_subject

        tree, formulas = model.payoffs(kind), self.formulas(model, kind)
        paths = self.payoffs(model, kind).paths
        if model.definition.data.profiles:  # named as profiles are, in the order of players
            paths = tuple({name: path[name] for name in model.definition.strategies} for path in paths)
        chance = any(node.kind == "chance" for node in tree.nodes)
        try:
            return (hidden_subject if chance else tree_subject)(tree, formulas, paths, conclusions, held)
        except UsageError as error:
            if tree.perfect_information and not chance:
                raise
            # neither of the hidden trees that are looked at: formulas can be asked about all the same
            about = [name for name, each in conclusions.items() if isinstance(each, Conclusion)]
            if about or not conclusions:
                raise UsageError(f"{model.name}: {error}; ask for the shares of formulas, as sign:FORMULA") from None
            return formula_subject(formulas, conclusions, held, tree)

    def statements(self, game: GameDefinition) -> tuple[str, ...]:
        """Return what shares can be asked about where chance moves, or not all choices are seen."""
        points = game.data.play.points
        drawn = any(name.startswith("type.") for name in game.content.choices)
        if drawn or any(point.chance or point.unseen for point in points):
            return ("kind:KIND", "equilibrium:PATH", "selected:PATH", "set:PATH;PATH", "none")
        return ()

    def cheapest_changes(
        self, model: GameModel, kind: str, to: object, outcome: str, values: Mapping[str, Fraction], broken: bool, more: dict[str, Any]
    ) -> Any:
        """Return the cheapest changes that make a path an outcome, or the one of the tie rule; or after which it is none."""
        from detente.conclusions.levers import levers_for
        from detente.conclusions.staged_outcomes import StagedOutcome

        if more.pop("side_payments", False):
            raise UsageError("side payments are for normal forms; found a tree")
        if outcome not in {"equilibrium", "unique", "selected"}:
            raise UsageError(f"found the outcome {outcome!r} of a tree; expected equilibrium, unique or selected")
        pieces = to.split("|") if isinstance(to, str) else [to]
        paths = [points_named(model.definition, each) for each in pieces]
        conditions = path_conditions(
            model, kind, paths, str(to), outcome, self.payoffs(model, kind), negated=broken
        )
        staged = isinstance(conditions, StagedOutcome)
        if staged and broken:
            more["together"] = ()  # the opposite is no list of cases that a search could go through
        found = levers_for(conditions, values, exclude=model.definition.units, **more)
        return replace(found, notes=(*found.notes, ONE_STAGE)) if staged else found

    def _conditions(self, model: GameModel, kind: str, of: Conclusion) -> Conditions:
        """Return a conclusion about paths as conditions; its name holds them in the order of play."""
        paths = [model.definition.data.play.follow(each.split(","))[0] for each in of.name.split(";")]
        return path_conditions(model, kind, paths, of.text, of.kind, self.payoffs(model, kind))


FORM = Extensive()
