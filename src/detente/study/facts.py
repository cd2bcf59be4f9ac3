"""What can be said of a game at a point, as named facts that two points or two versions of a study may share or not."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from detente.conclusions.comparisons import as_conclusion
from detente.conclusions.conclusion import Conclusion, describe_set
from detente.conclusions.meaning import Meaning, meaning, meaning_of_result, signs_of, truth
from detente.errors import DetenteError
from detente.games.normal import NormalFormGame
from detente.study.model import Point

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from detente.conclusions.conclusion import Signs
    from detente.seeds.claims import ClaimTest
    from detente.study.model import GameModel

__all__ = ["UNDEFINED", "Facts"]

#: Profiles up to which every one is asked for, whether it is an equilibrium.
MAX_PROFILES = 64
#: What a fact is where it cannot be established.
UNDEFINED = "undefined"

#: What stands before the name of a part of the solution of another form.
_SOLUTION = "solution: "
#: Parts of a solution that say how it was found, or of which game.
_ABOUT = frozenset({"concept", "method", "form", "arithmetic", "complete", "missing", "players", "strategies"})

_SIGN = {1: "positive", 0: "zero", -1: "negative"}


class Facts:
    """Facts of one game at one point, each computed when it is asked for.

    Parameters
    ----------
    model : GameModel
    values : mapping
        A value for every parameter.
    kind : str
        ``strategic`` or ``material`` payoffs.
    """

    def __init__(self, model: GameModel, values: Mapping[str, Fraction], kind: str) -> None:
        self.model, self.values, self.kind = model, dict(values), kind
        self._known: dict[str, str] = {}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What can be asked, in the order in which to read it."""
        named = tuple(self.model.definition.conclusions)
        if not self.normal:
            return (*(_SOLUTION + key for key in self._solution), *named, *self._tests)
        game = self.game
        two = game.shape == (2, 2)
        profiles = [",".join(game.profile_labels(each)) for each in game.profiles()]
        found = ["pure equilibria", "all equilibria"]
        if two:
            found += ["class", *(f"type of {player}" for player in game.players)]
        found.append("selected")
        found += [
            f"dominant:{player}={strategy}"
            for player, own in zip(game.players, game.strategies, strict=True)
            for strategy in own
        ]
        if len(profiles) <= MAX_PROFILES:
            found += [f"equilibrium:{each}" for each in profiles]
        found += named
        if len(game.players) > 1:
            found += ["largest material sum", "smallest material sum"]
        found += [f"{each} sustains the target ({name})" for name, each in self._strategies]
        return (*found, *self._tests)

    @cached_property
    def _tests(self) -> dict[str, ClaimTest]:
        """What the claims of the documents assert of this game, each conclusion once."""
        found: dict[tuple[str, str], tuple[str, ClaimTest]] = {}
        for claim in self.model.files.claims.values():
            for test in claim.tests:
                if test.game == self.model.name and (self.normal or test.payoffs == "strategic"):
                    material = " (material)" if test.payoffs == "material" else ""
                    found.setdefault(
                        (test.conclusion, test.payoffs), (f"claim {claim.id}: {test.conclusion}{material}", test)
                    )
        return dict(found.values())

    def __getitem__(self, name: str) -> str:
        """Return a fact in words; ``undefined`` where it cannot be established at this point."""
        if name not in self._known:
            try:
                self._known[name] = self._fact(name)
            except DetenteError:
                self._known[name] = UNDEFINED
        return self._known[name]

    def meaning(self, name: str) -> Meaning | None:
        """Return what a fact takes payoffs to be, None where that is not known."""
        if name in self._tests:
            parsed = self._parsed(self._tests[name].conclusion)
            tree = hasattr(self.game, "information_sets")
            return meaning(self.game, parsed) if self.normal or tree else None
        if not self.normal:
            tree = hasattr(self.game, "information_sets")
            if tree and name in self.model.definition.conclusions:
                return meaning(self.game, self.model.conclusion(name))
            return meaning(self.game, Conclusion(name, "set")) if tree else None
        if name in self.model.definition.conclusions:
            return meaning(self.game, self.model.conclusion(name))
        if name in {"pure equilibria", "class"} or name.startswith(("type of ", "equilibrium:", "dominant:")):
            return meaning_of_result("pure equilibria" if not name.startswith("type") else "player type")
        if name == "all equilibria":
            return meaning_of_result("pure equilibria" if self.game.shape == (2, 2) else "mixed equilibrium")
        if name == "selected":
            return meaning_of_result("risk dominance" if self.game.shape == (2, 2) else "mixed equilibrium")
        return meaning_of_result("material sum" if name.endswith("sum") else "critical discount factor")

    @cached_property
    def _solution(self) -> dict[str, str]:
        """What the solution of another form says apart from its numbers, part by part."""
        try:
            found = self.model.form.solve(self.model, self.point, self.kind).to_json()
        except DetenteError:
            return {}
        parts = {key: words for key, value in found.items() if key not in _ABOUT and (words := _words(value))}
        if "equilibria" in parts:
            # what is played, each equilibrium once; where it is written for people, so is the rest of the solution
            played = dict.fromkeys(_played(each) for each in found["equilibria"])
            parts["equilibria"] = "; ".join(each for each in played if each) or "none"
            return {key: parts[key] for key in parts if key in {"equilibria", "supermodular"}}
        return parts

    # -- normal forms -----------------------------------------------------------------------------------------

    @property
    def normal(self) -> bool:
        """True for a normal form; of other forms only the solution and named formulas are facts."""
        return isinstance(self.game, NormalFormGame)

    @cached_property
    def point(self) -> Point:
        """The point, as the forms take it."""
        return Point("between", self.values)

    @cached_property
    def game(self) -> Any:
        """The numeric game."""
        return self.model.at(self.point, self.kind)

    @cached_property
    def every(self) -> dict[str, Any]:
        """Every parameter and derived value."""
        return {**self.values, **self.model.derived_values(self.values)}

    @cached_property
    def signs(self) -> Signs:
        """The comparisons of payoffs."""
        return signs_of(self.game, self.every)

    def _text(self, profile: Any) -> str:
        return ",".join(self.game.profile_labels(profile))

    def _fact(self, name: str) -> str:
        if name in self._tests:
            return self._asserted(self._tests[name])
        if name in self.model.definition.conclusions:
            return self._named(name)
        if name.startswith(_SOLUTION):
            return self._solution.get(name.removeprefix(_SOLUTION), "none")
        head, _, rest = name.partition(":")
        signs = self.signs
        if head == "equilibrium":
            return str(rest in {self._text(each) for each in signs.pure}).lower()
        if head == "dominant":
            player, _, strategy = rest.partition("=")
            index = self.game.players.index(player)
            chosen = Conclusion(name, "dominant", player=index, strategy=self.game.strategies[index].index(strategy))
            return str(chosen.holds(signs)).lower()
        if name.startswith("type of "):
            return signs.types[self.game.players.index(name.removeprefix("type of "))]
        if name.endswith("material sum"):
            return self._sum(largest=name.startswith("largest"))
        if "sustains" in name:
            return self._sustains(name)
        return getattr(self, "_" + name.replace(" ", "_"))()  # type: ignore[no-any-return]

    def _pure_equilibria(self) -> str:
        return "; ".join(self._text(each) for each in self.signs.pure) or "none"

    def _all_equilibria(self) -> str:
        """Return the equilibria by their supports; weights move with every number and are no news."""
        if self.game.shape == (2, 2):
            return "; ".join(describe_set(self.signs)) or "none"
        from detente.solve.equilibria import equilibria

        found = equilibria(self.game)
        supports = "; ".join(
            sorted({",".join("+".join(own) for own in each.support.values()) for each in found.equilibria})
        )
        return (supports or "none") + ("" if found.complete else " (perhaps more)")

    def _class(self) -> str:
        return self.signs.class_name

    def _selected(self) -> str:
        if self.game.shape == (2, 2):
            chosen = self.signs.selected
            return "none" if chosen is None else self._text(chosen)
        from detente.solve.equilibria import equilibria

        found = equilibria(self.game)
        if not found.complete or len(found.equilibria) != 1 or not found.equilibria[0].pure:
            return "none" if found.complete else UNDEFINED
        return ",".join(each[0] for each in found.equilibria[0].support.values())

    def _sum(self, *, largest: bool) -> str:
        game = self.game if self.kind == "material" else self.model.at(self.point, "material")
        totals = {each: sum(game.payoffs[(i, *each)] for i in range(len(game.players))) for each in game.profiles()}
        wanted = max(totals.values()) if largest else min(totals.values())
        return "; ".join(self._text(each) for each, total in totals.items() if total == wanted)

    # -- formulas and repeated play ---------------------------------------------------------------------------

    def _parsed(self, text: str) -> Any:
        if text in self.model.definition.conclusions:
            return self.model.conclusion(text)
        return self.model.form.conclusion(self.model.definition, text)

    def _asserted(self, test: ClaimTest) -> str:
        """Return whether what a claim asserts of this game is so at this point."""
        parsed = self._parsed(test.conclusion)
        if not self.normal:
            return str(self.model.form.holds(self.model, parsed, self.values)).lower()
        game = self.game if test.payoffs == self.kind else self.model.at(self.point, test.payoffs)
        return str(truth(game, as_conclusion(game, parsed), self.every)).lower()

    def _named(self, name: str) -> str:
        formulas = self.model.form.formulas(self.model, self.kind)
        value = formulas.evaluate(formulas.expression(self.model.conclusion(name)), self.values)
        return _SIGN[int(value > 0) - int(value < 0)]

    @cached_property
    def _strategies(self) -> tuple[tuple[str, str], ...]:
        """Each repeated variant with each strategy that it asks about."""
        variants = self.model.definition.variants if self.model.variant is None else {}
        return tuple(
            (name, strategy)
            for name, variant in variants.items()
            if variant.form == "repeated"
            for strategy in variant.data.strategies or ("grim",)
        )

    @cached_property
    def _sustained(self) -> dict[tuple[str, str], bool]:
        from detente.study.forms.repeated import discount_factors

        found: dict[tuple[str, str], bool] = {}
        for name in dict.fromkeys(variant for variant, _ in self._strategies):
            factors = discount_factors(self.model, self.point, name, self.kind)
            found.update({(name, each): bool(own.sustains(factors.values)) for each, own in factors.factors.items()})
        return found

    def _sustains(self, name: str) -> str:
        strategy, _, rest = name.partition(" sustains the target (")
        return "yes" if self._sustained[rest.removesuffix(")"), strategy] else "no"


def _played(equilibrium: Any) -> str:
    """Return what is played in an equilibrium: its path in a tree or from state to state, counts of members, else its words."""
    path = equilibrium.get("path")
    if isinstance(path, dict):  # of a game with a state
        steps = ", ".join(f"{','.join(each['actions'])} in {each['state']}" for each in path["steps"])
        return f"{steps}; {path['ending']}"
    if path is not None:
        paths = dict.fromkeys(",".join(each["actions"]) or "nothing" for each in path)
        return " / ".join(paths)
    if "counts" in equilibrium:
        return ", ".join(f"{number} {action}" for action, number in equilibrium["counts"].items() if number)
    return _words(equilibrium)


def _words(data: Any) -> str:
    """Return what a solution says apart from its numbers: names, labels, what is and is not there."""
    if isinstance(data, dict):
        if "float" in data:  # a number in the form of the contract
            return ""
        parts = [f"{key}: {words}" for key, value in data.items() if (words := _words(value))]
        return "; ".join(parts)
    if isinstance(data, (list, tuple)):
        return ", ".join(words for each in data if (words := _words(each)))
    if isinstance(data, bool):
        return str(data).lower()
    if isinstance(data, str) and not data.lstrip("-").replace("/", "").isdigit():
        return data
    return ""
