"""A game of many members at a point: who chooses what, and where best replies lead."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError
from detente.explore.panels import Panels, State
from detente.fields import label_of
from detente.numbers import short
from detente.reports.figure_style import FILLS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.ensemble.member_batch import MemberBatch
    from detente.solve.population.best_reply import BestReplyPath
    from detente.study.model import GameModel, Point

__all__ = ["MemberPanels"]

#: Size of a member in the strip, in units of its SVG; members in a row.
CELL, ROW = 15, 30


class MemberPanels(Panels):
    """Many members with the same actions: all pure equilibria by counts, members one by one, the course of replies."""

    grid = 26

    def __init__(self, model: GameModel, lang: str) -> None:
        super().__init__(model, lang)
        self.actions = next(iter(model.definition.strategies.values()))

    def at(self, point: Point) -> tuple[dict[str, str], str]:
        """Return the equilibria by counts, the members in the greatest one, and the rounds that lead there."""
        from detente.solve.population.best_reply import best_reply_path, increasing_differences
        from detente.solve.population.pure import population_equilibria

        game = self.model.at(point)
        found = population_equilibria(game)
        low = best_reply_path(game, self.actions[0], "lowest")
        high = best_reply_path(game, self.actions[-1], "highest")
        head = "".join(f"<th>{escape(self.label(each))}</th>" for each in self.actions)
        rows = "".join(
            "<tr>" + "".join(f"<td class='number'>{n}</td>" for n in each.counts.values())
            + f"<td class='number'>{each.number if each.number < 10**6 else f'{each.number:.2g}'}</td></tr>"
            for each in found.equilibria
        )  # fmt: skip
        scope = "All pure equilibria, exact: every vector of counts has been decided."
        if increasing_differences(game):
            scope += " Strategic complements: best replies from both ends lead to the least and the greatest."
        panels = {
            "equilibria": f"<table class='list'><thead><tr>{head}<th>profiles</th></tr></thead>"
            f"<tbody>{rows}</tbody></table><p class='small'>{scope}</p>",
            "members": self._strip(low, "from all at the lowest") + self._strip(high, "from all at the highest"),
            "cascade": self._rounds(low) + self._rounds(high),
        }
        return panels, self._sentence([each.counts for each in found.equilibria])

    def _sentence(self, counts: Sequence[Mapping[str, int]]) -> str:
        words = [", ".join(f"{n} {self.label(action)}" for action, n in each.items() if n) for each in counts]
        if not words:
            return "There is no pure equilibrium."
        if len(words) == 1:
            return f"In every pure equilibrium: {words[0]}."
        if len(words) > 3:
            return f"{len(words)} vectors of counts are those of pure equilibria, from ({words[0]}) to ({words[-1]})."
        return f"Pure equilibria: {'; '.join(words)}."

    def _strip(self, path: BestReplyPath, words: str) -> str:
        names = path.game.members
        height = CELL * (-(-len(names) // ROW)) + 2
        cells = []
        for k, (name, action) in enumerate(zip(names, path.last, strict=True)):
            x, y = CELL * (k % ROW) + 1, CELL * (k // ROW) + 1
            title = escape(f"{name}: {self.label(self.actions[action])}")
            letter = escape(self.label(self.actions[action])[:1].upper())
            cells.append(
                f"<g tabindex='0' data-profile='{escape(name, quote=True)}'><title>{title}</title>"
                f"<rect x='{x}' y='{y}' width='{CELL - 1}' height='{CELL - 1}' fill='{FILLS[action % len(FILLS)][0]}'/>"
                f"<text x='{x + CELL / 2 - 0.5}' y='{y + 11}' class='region'>{letter}</text></g>"
            )
        end = "" if path.cycle is None else f", in a cycle of {path.cycle}"
        return (
            f"<p class='small'>Members in their order, best replies {words}{end}. Click one for its terms.</p>"
            f"<svg viewBox='0 0 {CELL * ROW + 2} {height}' role='img' aria-label='members by action'>"
            f"{''.join(cells)}</svg>"
        )

    def _rounds(self, path: BestReplyPath) -> str:
        steps = [path.game.counts(each) for each in path.profiles]
        shown = steps if len(steps) <= 9 else [*steps[:8], steps[-1]]
        body = "".join(
            f"<tr><th scope='row'>{escape(self.label(action))}</th>"
            + "".join(f"<td class='number'>{each[a]}</td>" for each in shown) + "</tr>"
            for a, action in enumerate(self.actions)
        )  # fmt: skip
        gap = "" if shown is steps else f" The last column is round {len(steps) - 1}."
        words = f"<p class='small'>Members by action, round by round.{gap}</p>"
        return f"<table class='list'><tbody>{body}</tbody></table>{words}"

    def terms(self, point: Point, profile: Sequence[str]) -> str:
        """Return what each action is worth to one member, term by term, at the end of best replies from the highest."""
        from detente.payoffs.items import Tally
        from detente.solve.population.best_reply import best_reply_path

        (member,) = profile
        if member not in self.model.players:
            raise UsageError(f"unknown member {member!r}")
        game = self.model.at(point)
        path = best_reply_path(game, self.actions[-1], "highest")
        own = path.last[list(game.members).index(member)]
        env = {**point.values, **self.model.derived_values(point.values)}
        head = "".join(f"<th>{escape(self.label(each))}</th>" for each in self.actions)
        tallies = {}
        for a, action in enumerate(self.actions):
            counts = list(path.counts)
            counts[own] -= 1
            counts[a] += 1
            tallies[action] = Tally(dict(zip(self.actions, counts, strict=True)), action, game.n)
        rows = []
        for term in self.model.payoff_model.terms_of(member):
            cells = []
            for action in self.actions:
                counted = term.holds({member: action}) and (
                    term.condition is None or term.condition.evaluate(env, tallies[action].item)
                )
                value = term.formula.evaluate(env, tallies[action].item) if counted else None
                cells.append(f"<td class='number'>{'' if value is None else escape(short(value, 3))}</td>")
            label = label_of(term.label, self.lang) or term.name.replace("_", " ")
            rows.append(f"<tr><td>{escape(label)}</td>{''.join(cells)}</tr>")
        return (
            f"<p>{escape(self.label(member))}, which chooses {escape(self.label(self.actions[own]))}: "
            "what each action pays given what the others do</p>"
            f"<table class='terms'><tr><th>term</th>{head}</tr>{''.join(rows)}</table>"
        )

    # --- the map

    @cached_property
    def batch(self) -> MemberBatch:
        """The payoffs of all members, compiled."""
        from detente.study.forms.population import compiled_members

        return compiled_members(self.model, material=False)

    def states(self, draws: Mapping[str, Any]) -> tuple[list[State], NDArray[np.int64]]:
        """Return in which fifth the share of members at the highest action lies, at both ends of best replies."""
        import numpy as np

        payoffs = self.batch.payoffs(draws)
        bands = []
        for highest in (False, True):
            rest = self.batch.best_replies(payoffs, highest)
            top = rest.counts[:, -1]
            n = self.batch.members
            band = np.where(top == 0, 0, np.where(top == n, 6, 1 + (5 * (top - 1)) // max(n - 1, 1)))
            bands.append(np.where(rest.rests, band, 7))
        keys, index = np.unique(np.column_stack(bands), axis=0, return_inverse=True)
        return [(str(low), str(high)) for low, high in keys], index.reshape(-1)

    def state_words(self, state: State) -> str:
        """Return how many choose the highest action."""
        low, high = (self._band(int(each)) for each in state)
        action = self.label(self.actions[-1])
        return f"{low}: {action}" if low == high else f"{low} or {high}: {action}"

    def _band(self, band: int) -> str:
        n = self.batch.members
        if band in (0, 6, 7):
            return {0: "nobody", 6: "all", 7: "no rest"}[band]
        inside = [top for top in range(1, n) if 1 + (5 * (top - 1)) // max(n - 1, 1) == band]
        return f"{inside[0]} to {inside[-1]}" if inside else "some"
