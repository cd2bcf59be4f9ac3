"""A tree at a point: its drawing with the moves that are made, its ends with their payoffs, its equilibria."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, cast

from detente.errors import UsageError
from detente.explore.panels import Panels, State, codes_as_states, term_rows
from detente.numbers import plain, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.robustness.classifier import Classifier
    from detente.solve.trees.tree_result import PathEnd, TreeResult
    from detente.study.model import GameModel, Point

__all__ = ["TreePanels"]


class TreePanels(Panels):
    """A game in extensive form; the map tells apart the outcomes of its equilibria."""

    question = "game.solve({})"

    def __init__(self, model: GameModel, lang: str) -> None:
        super().__init__(model, lang)
        self.play = model.definition.data.play
        self.paths = tuple(self.play.paths())
        try:
            self.classifier: Classifier = model.form.subject(model, "strategic", {}, {}).classifier
        except UsageError as error:
            self.no_map = str(error)

    def at(self, point: Point) -> tuple[dict[str, str], str]:
        """Return the tree, the payoffs at its ends and the equilibria that the form looks for."""
        found = cast("TreeResult", self.model.form.solve(self.model, point, "strategic"))
        drawn = found.displayed()[-1].to_html()
        panels = {
            "payoffs": self._ends(point, found),
            "tree": f"<div class='tree'>{drawn}</div><p class='small'>Thick lines: the moves of the first equilibrium "
            "listed.</p>",
            "equilibria": self._equilibria(found),
        }
        return panels, self._sentence(found)

    # --- ways of play

    def _followed(self, actions: Sequence[str]) -> dict[str, str]:
        path: dict[str, str] = self.play.follow(tuple(actions))[0]
        return path

    def _choices(self, path: Mapping[str, str]) -> str:
        return ", ".join(map(self.choice, path.values()))

    def _moves(self, path: Mapping[str, str]) -> str:
        """Return who does what on a path, in the order of play."""
        owners = {each.name: each.owner for each in self.play.points}
        parts = []
        for name, choice in path.items():
            owner = owners[name]
            parts.append(("" if owner is None else f"{self.label(owner)}: ") + self.choice(choice))
        return ", ".join(parts)

    def _way(self, path: Sequence[PathEnd], words: Any) -> str:
        """Return a way of play, with the odds of its ends where it has several."""
        parts = []
        for each in path:
            odds = "" if each.probability == 1 else f"with probability {short(each.probability, 3)} "
            parts.append(odds + words(self._followed(each.actions)))
        return "; ".join(parts)

    # --- panels

    def _ends(self, point: Point, found: TreeResult) -> str:
        players, tree = self.model.players, self.model.at(point)
        reached = {each.actions for one in found.equilibria for each in one.path}
        head = "".join(
            f"<th scope='col'><span class='p{k % 4}'>{escape(self.label(each))}</span></th>"
            for k, each in enumerate(players)
        )
        rows = []
        for path, end in zip(self.paths, tree.terminals, strict=True):
            actions = tuple(path.values())
            name = escape(",".join(actions), quote=True)
            mark = " class='eq'" if actions in reached else ""
            numbers = "".join(
                f"<td class='number'><span class='p{k % 4}'>{escape(short(value, 3))}</span></td>"
                for k, value in enumerate(tree.payoffs(end.index))
            )
            rows.append(
                f"<tr><td{mark} tabindex='0' data-profile='{name}'>{escape(self._choices(path))}</td>{numbers}</tr>"
            )
        return (
            "<div class='ends'><table class='matrix'><thead><tr><th>choices in the order of play</th>"
            f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
            "<p class='small'>Framed: reached in an equilibrium listed. Click an end for its terms.</p>"
        )

    def _equilibria(self, found: TreeResult) -> str:
        rows = []
        for each in found.equilibria:
            payoffs = ", ".join(
                f"<span title='{escape(plain(value), quote=True)}'>{escape(short(value, 3))}</span>"
                for value in each.payoffs.values()
            )
            believed = each.belief_text()
            plan = each.strategy_text() + (f"; beliefs {believed}" if believed else "")
            way = escape(self._way(each.path, self._choices))
            rows.append(
                f"<tr><td>{way}<br><span class='small'>{escape(plan)}</span></td><td class='number'>{payoffs}</td></tr>"
            )
        body = "".join(rows) or "<tr><td colspan='2'>none found</td></tr>"
        head = f"<thead><tr><th>{escape(found.concept)} equilibrium</th><th>payoffs</th></tr></thead>"
        return (
            f"<div class='ends'><table class='list'>{head}<tbody>{body}</tbody></table></div>"
            f"<p class='small'>{escape(found.statement())}</p>"
        )

    def _sentence(self, found: TreeResult) -> str:
        ways = list(dict.fromkeys(self._way(each.path, self._moves) for each in found.equilibria))
        if not ways:
            return f"No {found.concept} equilibrium was found."
        if len(ways) > 1:
            few = ways if len(ways) <= 3 else [*ways[:2], f"{len(ways) - 2} more"]
            return f"{found.concept.capitalize()} equilibria lead to {len(ways)} outcomes: {' | '.join(few)}."
        if not found.complete:
            return f"Every {found.concept} equilibrium that was found leads to: {ways[0]}."
        which = "the only" if len(found.equilibria) == 1 else "every"
        return f"In {which} {found.concept} equilibrium play goes: {ways[0]}."

    def terms(self, point: Point, profile: Sequence[str]) -> str:
        """Return the terms behind each player's payoff at an end with their values."""
        path = next((each for each in self.paths if tuple(each.values()) == tuple(profile)), None)
        if path is None:
            raise UsageError(f"found {','.join(profile)!r}, which is no path to an end of {self.model.name}")
        payoffs = self.model.table
        formulas = self.model.form.formulas(self.model, "strategic")
        parts = []
        for player in self.model.players:
            valued = (
                (term, formulas.evaluate(payoffs.expression(term), point.values))
                for term in payoffs.terms_where(player, path)
            )
            parts.append(term_rows(self.label(player), valued, self.lang))
        return f"<p>{escape(self._choices(path))}</p><table class='terms'>{''.join(parts)}</table>"

    # --- the map

    def states(self, draws: Mapping[str, Any]) -> tuple[list[State], NDArray[np.int64]]:
        """Return the outcomes of equilibria, as the shares of the form tell them apart."""
        import numpy as np

        length = max((np.shape(each)[0] for each in draws.values() if np.ndim(each)), default=1)
        return codes_as_states(self.classifier, self.classifier.classify(draws, length).codes)

    def state_words(self, state: State) -> str:
        """Return the outcomes in words."""
        return self.outcomes(state)
