"""What is shown of a game at a point: HTML with every label escaped, and one sentence."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.fields import label_of
from detente.numbers import plain, short, to_float

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from detente.conclusions.robustness.classifier import Classifier
    from detente.payoffs.terms import Term
    from detente.solve.result import Equilibrium, SolveResult
    from detente.study.model import GameModel, Point

__all__ = ["NormalPanels", "Panels", "State", "codes_as_states", "panels_of", "term_rows"]

_NAME = re.compile(r"[A-Za-z_]\w*")
#: What a map tells apart: the names of the equilibria there, or counts of members.
State = tuple[str, ...]


def panels_of(model: GameModel, lang: str) -> Panels:
    """Return the panels of a game: those of its form, or what every form has."""
    form = model.definition.form
    if form == "normal":
        return NormalPanels(model, lang)
    if form == "population" and not model.definition.data.held:
        from detente.explore.member_panels import MemberPanels

        return MemberPanels(model, lang)
    if form == "extensive":
        from detente.explore.tree_panels import TreePanels

        return TreePanels(model, lang)
    from detente.explore.form_panels import FormPanels

    return FormPanels(model, lang)


class Panels(ABC):
    """What a form shows of a game, and what its map tells apart."""

    #: Code that asks for the answer, with the point in place of ``{}``.
    question = "game.equilibria({})"
    #: Points along each axis of the map.
    grid = 72
    #: Why there is no map, in words; empty where there is one.
    no_map = ""

    def __init__(self, model: GameModel, lang: str) -> None:
        self.model, self.lang = model, lang

    @abstractmethod
    def at(self, point: Point) -> tuple[dict[str, str], str]:
        """Return the panels at a point, by name, and the answer in words."""

    @abstractmethod
    def terms(self, point: Point, profile: Sequence[str]) -> str:
        """Return as HTML the terms behind the payoffs of a profile."""

    @abstractmethod
    def states(self, draws: Mapping[str, Any]) -> tuple[list[State], NDArray[np.int64]]:
        """Return the different states at many points, and the number of the state of each point."""

    @abstractmethod
    def state_words(self, state: State) -> str:
        """Return a state for the map."""

    def hold(self, player: str, strategy: str) -> None:
        """Show the part of the game in which a player has made its choice."""
        raise UsageError(f"the payoffs of {self.model.name} are shown whole; found {player} held at {strategy}")

    def label(self, name: str) -> str:
        """Return what a reader sees for a name."""
        return self.model.label(name, self.lang)

    def choice(self, name: str) -> str:
        """Return what a reader sees for a choice, which a parameter may share its name with."""
        found = self.model.definition.labels.get(name)
        return name.replace("_", " ") if found is None else label_of(found, self.lang)

    def outcomes(self, state: State) -> str:
        """Return outcomes in words: choices one after another, with ``/`` between the ends that chance may lead to."""
        named = (_NAME.sub(lambda match: self.choice(match[0]), each) for each in state)
        words = (each.replace(",", ", ").replace("|", " / ") for each in named)
        return " or ".join(f"({each})" if "," in each else each for each in words)


class NormalPanels(Panels):
    """A normal form: its payoffs as a matrix, its equilibria, its class, the patience that it needs."""

    def __init__(self, model: GameModel, lang: str) -> None:
        super().__init__(model, lang)
        if len(model.players) != 2:
            self.question = "detente.pure_equilibria(game.at({}))"
        self.strategies = dict(zip(model.players, model.symbolic.strategies, strict=True))
        #: The players beside the two of the matrix, at what they are shown to do; None: as in the first equilibrium.
        self.held: dict[str, str | None] = dict.fromkeys(model.players[:-2])
        self.repeated = next(
            (name for name, each in model.definition.variants.items() if each.form == "repeated"), None
        )

    def hold(self, player: str, strategy: str) -> None:
        """Show the matrix of the last two players for this choice of another player."""
        if player not in self.held or strategy not in self.strategies[player]:
            raise UsageError(f"found {player} held at {strategy}; expected a player beside the last two and a strategy")
        self.held[player] = strategy

    def at(self, point: Point) -> tuple[dict[str, str], str]:
        """Return payoffs, equilibria and, where the game has a repeated variant, critical discount factors."""
        from detente.solve.equilibria import equilibria
        from detente.solve.pure import pure_equilibria

        game = self.model.at(point)
        found = equilibria(game) if len(self.model.players) == 2 else pure_equilibria(game)
        panels = {"payoffs": self._matrix(game, found), "equilibria": self._equilibria(found)}
        if self.repeated is not None:
            panels["patience"] = self._patience(point)
        return panels, self._sentence(game, found)

    def _profile(self, labels: Sequence[str]) -> str:
        return f"({', '.join(self.label(each) for each in labels)})"

    # --- payoffs

    def _matrix(self, game: Any, found: SolveResult) -> str:
        from detente.solve.best_response import best_responses

        players, strategies = game.players, game.strategies
        rest = len(players) - 2 if len(players) > 1 else 0
        first = next((each for each in found.equilibria if each.pure), None)
        begin = []
        for k, player in enumerate(players[:rest]):
            chosen = self.held[player]
            if chosen is None:
                chosen = next(iter(first.support[player])) if first is not None else strategies[k][0]
            begin.append(strategies[k].index(chosen))
        stable = {tuple(own.index(next(iter(each.support[p]))) for p, own in zip(players, strategies, strict=True))
                  for each in found.equilibria if each.pure}  # fmt: skip
        row, column = players[-2:]
        selects = "".join(self._select(player, strategies[k], begin[k]) for k, player in enumerate(players[:rest]))
        head = "".join(f"<th scope='col'>{escape(self.label(each))}</th>" for each in strategies[-1])
        lines = []
        for i, own in enumerate(strategies[-2]):
            cells = []
            for j in range(len(strategies[-1])):
                profile = (*begin, i, j)
                numbers = []
                for k in range(len(players)):
                    text = f"<span class='p{k % 4}'>{escape(short(game.payoffs[(k, *profile)], 3))}</span>"
                    numbers.append(f"<u>{text}</u>" if profile[k] in best_responses(game, k, profile) else text)
                name = escape(",".join(game.profile_labels(profile)), quote=True)
                mark = " class='eq'" if profile in stable else ""
                cells.append(f"<td{mark} tabindex='0' data-profile='{name}'>{', '.join(numbers)}</td>")
            lines.append(f"<tr><th scope='row'>{escape(self.label(own))}</th>{''.join(cells)}</tr>")
        order = ", ".join(f"<span class='p{k % 4}'>{escape(self.label(each))}</span>" for k, each in enumerate(players))
        return (
            f"{selects}<table class='matrix'><thead><tr><th>{escape(self.label(row))} \\ {escape(self.label(column))}"
            f"</th>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
            f"<p class='small'>Payoffs of {order}. Underlined: best response. Framed: equilibrium. "
            "Click a cell for its terms.</p>"
        )

    def _select(self, player: str, strategies: Sequence[str], chosen: int) -> str:
        options = "".join(
            f"<option value='{escape(each, quote=True)}'{' selected' if k == chosen else ''}>"
            f"{escape(self.label(each))}</option>"
            for k, each in enumerate(strategies)
        )
        name = escape(player, quote=True)
        return (
            f"<label class='held'>{escape(self.label(player))} <select data-player='{name}'>{options}</select></label> "
        )

    def terms(self, point: Point, profile: Sequence[str]) -> str:
        """Return the terms behind each player's payoff with their values; relative gains are marked."""
        symbolic, table = self.model.symbolic, self.model.table
        parts = []
        for player in self.model.players:
            terms = table.terms_at(player, profile)
            valued = ((term, symbolic.evaluate(table.expression(term), point.values)) for term in terms)
            parts.append(term_rows(self.label(player), valued, self.lang))
        return f"<p>{escape(self._profile(profile))}</p><table class='terms'>{''.join(parts)}</table>"

    # --- equilibria

    def _equilibria(self, found: SolveResult) -> str:
        rows = []
        for each in found.equilibria:
            payoffs = ", ".join(
                f"<span title='{escape(plain(x), quote=True)}'>{escape(short(x, 3))}</span>"
                for x in each.payoffs.values()
            )
            rows.append(f"<tr><td>{escape(self._equilibrium(each))}</td><td>{payoffs}</td></tr>")
        body = "".join(rows) or "<tr><td colspan='2'>none in pure strategies</td></tr>"
        scope = (
            "All equilibria, exact."
            if found.concept == "nash" and found.complete
            else "All pure equilibria, exact; mixed ones are not looked for."
        )
        head = "<thead><tr><th>equilibrium</th><th>payoffs</th></tr></thead>"
        return f"<table class='list'>{head}<tbody>{body}</tbody></table><p class='small'>{scope}</p>"

    def _equilibrium(self, each: Equilibrium) -> str:
        if each.pure:
            return self._profile([next(iter(own)) for own in each.support.values()])
        parts = []
        for player, weights in each.profile.items():
            played = [(label, weight) for label, weight in weights.items() if weight != 0]
            mix = " + ".join(f"{short(weight, 3)} {self.label(label)}" for label, weight in played)
            parts.append(f"{self.label(player)}: {mix if len(played) > 1 else self.label(played[0][0])}")
        return "; ".join(parts)

    def _sentence(self, game: Any, found: SolveResult) -> str:
        pure = [self._equilibrium(each) for each in found.equilibria if each.pure]
        mixed = len(found.equilibria) - len(pure)
        if len(found.equilibria) == 1:
            kind = "equilibrium" if found.concept == "nash" else "pure equilibrium"
            text = f"The only {kind} is {pure[0] if pure else 'mixed'}."
        elif not found.equilibria:
            text = "There is no pure equilibrium."
        else:
            kind = "" if found.concept == "nash" else "pure "
            more = [*pure, *([] if not mixed else ["a mixed one" if mixed == 1 else f"{mixed} mixed ones"])]
            text = f"There are {len(found.equilibria)} {kind}equilibria: {', '.join(more[:-1])} and {more[-1]}."
            if found.degenerate:
                text = f"Payoffs tie. The corners of the set of equilibria are {', '.join(more[:-1])} and {more[-1]}."
        return " ".join((text, *self._class_words(game)))

    def _class_words(self, game: Any) -> tuple[str, ...]:
        if game.shape != (2, 2):
            return ()
        from detente.reports.narrative import type_words
        from detente.solve.two_players.ordinal import ordinal_class, risk_dominant

        found = ordinal_class(game)
        chosen = risk_dominant(game)
        safer = () if chosen is None else (f"Risk dominance selects {self._profile(game.profile_labels(chosen))}.",)
        if "/" in found.name:
            types = [f"{self.label(each)} {type_words(kind)}" for each, kind in found.types.items()]
            return (f"Player types: {types[0]}, {types[1]}.", *safer)
        return (f"The class of this 2x2 game: {type_words(found.name)}.", *safer)

    # --- patience

    def _patience(self, point: Point) -> str:
        from detente.reports.narrative import strategy_words
        from detente.study.forms.repeated import discount_factors

        try:
            found = discount_factors(self.model, point, self.repeated)
        except DetenteError as error:
            return f"<p class='small'>Repeated: {escape(str(error))}.</p>"
        delta = to_float(next(iter(found.values.values())))
        rows = []
        for name, factor in found.factors.items():
            least = factor.overall
            x = None if least is None else to_float(least)
            words = "never" if x is None else "at every factor" if x == 0 else f"from {short(least, 3)}"
            bar = (
                "" if x is None else f"<span class='bar' style='left:{100 * x:.2f}%;width:{100 * (1 - x):.2f}%'></span>"
            )
            rows.append(
                f"<tr><td>{escape(strategy_words(name))}</td><td class='gauge'>{bar}"
                f"<span class='now' style='left:{100 * delta:.2f}%'></span></td><td>{escape(words)}</td></tr>"
            )
        target = self._profile(found.target)
        return (
            f"<table class='patience'>{''.join(rows)}</table><p class='small'>Discount factors from 0 to 1 at which "
            f"{escape(target)} is sustained; the line stands at {short(delta, 3)}.</p>"
        )

    # --- the map

    def states(self, draws: Mapping[str, Any]) -> tuple[list[State], NDArray[np.int64]]:
        """Return sets of equilibria: all pure ones and, with two players, whether there is a mixed one."""
        import numpy as np

        from detente.conclusions.ensemble.compile import payoffs
        from detente.conclusions.ensemble.pure_batch import pure_equilibria
        from detente.conclusions.ensemble.solve_batch import MAX_STRATEGIES, all_equilibria

        game = self.model.symbolic
        table = payoffs(game, draws)
        bits = pure_equilibria(table).stable.reshape(len(table), -1)
        names = [",".join(each) for each in product(*game.strategies)]
        if len(game.players) == 2 and max(game.shape) <= MAX_STRATEGIES:
            mixed = all_equilibria(table).counts > bits.sum(axis=1)
            bits, names = np.column_stack((bits, mixed)), [*names, "mixed"]
        chosen, index = different_rows(bits)
        states = [tuple(name for name, there in zip(names, row, strict=True) if there) for row in chosen]
        return states, index

    def state_words(self, state: State) -> str:
        """Return a set of equilibria in words."""
        words = [each if each == "mixed" else self._profile(each.split(",")) for each in state]
        if not words:
            return "no equilibrium found" if len(self.model.players) == 2 else "no pure equilibrium"
        return f"only {words[0]}" if len(words) == 1 else " + ".join(words)


def term_rows(title: str, valued: Iterable[tuple[Term, Any]], lang: str) -> str:
    """Return the terms of a player with their values as rows of a table; relative gains are marked."""
    rows = [f"<tr><th colspan='3' scope='rowgroup'>{escape(title)}</th></tr>"]
    for term, value in valued:
        label = label_of(term.label, lang) or term.name.replace("_", " ")
        relative = "" if term.material else " <em>(relative gains)</em>"
        rows.append(
            f"<tr><td>{escape(label)}{relative}</td><td><code>{escape(term.text)}</code></td>"
            f"<td class='number'>{escape(short(value, 4))}</td></tr>"
        )
    return "".join(rows)


def codes_as_states(classifier: Classifier, codes: Any) -> tuple[list[State], NDArray[np.int64]]:
    """Return what the kinds of games of a form are called, each once, and the number of that of each draw."""
    import numpy as np

    found, index = np.unique(codes, return_inverse=True)
    family = classifier.families[0]
    texts = [tuple(each.strip() for each in classifier.label(family, code).split(";")) for code in found]
    distinct = list(dict.fromkeys(texts))
    return distinct, np.array([distinct.index(each) for each in texts])[index.reshape(-1)]


def different_rows(bits: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return the different rows of a table of bits, and the number of the row of each.

    Examples
    --------
    >>> import numpy as np
    >>> rows, index = different_rows(np.array([[True, False], [False, True], [True, False]]))
    >>> rows.tolist(), index.tolist()
    ([[False, True], [True, False]], [1, 0, 1])
    """
    import numpy as np

    packed = np.packbits(bits, axis=1)
    wide = np.zeros((len(bits), -(-packed.shape[1] // 8) * 8), dtype=np.uint8)
    wide[:, : packed.shape[1]] = packed
    words = wide.view(">u8").astype(np.uint64)
    index = np.zeros(len(bits), dtype=np.int64)
    for column in range(words.shape[1]):  # sorting numbers is quick, sorting rows is not
        _, part = np.unique(words[:, column], return_inverse=True)
        _, first, index = np.unique(index * len(bits) + part, return_index=True, return_inverse=True)
    return bits[first], index
