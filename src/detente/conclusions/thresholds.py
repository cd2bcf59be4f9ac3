"""Exact values of one parameter at which the set of equilibria, or a conclusion, changes.

With all other parameters at exact values, every comparison of payoffs is a function of one variable. The roots of its
factors cut the line into places and open pieces on which every sign is constant
(:mod:`detente.solve.parametric.line_signs`). One rational point per piece gives the signs there; at a root the factors
say which of them vanish. So the answer is exact, on the threshold too, and nothing is sampled. Where the parameter
enters through powers with other exponents, exponentials or logarithms, a root is isolated between two fractions with a
proof that it is the only one there; what such an enclosure does not tell is said to be open.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from detente.conclusions.conclusion import Conclusion, describe_set
from detente.conclusions.game_signs import deciding_expressions, game_signs, guarded_state
from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.games.symbolic import SymbolicGame, symbol
from detente.numbers import Enclosure, exact, number_to_json, plain, short, to_float
from detente.solve.parametric.line_signs import LineSigns, OpenSign
from detente.solve.parametric.real_roots import Root
from detente.solve.parametric.signs import bounds
from detente.solve.parametric.support_polynomials import support_polynomials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from detente.conclusions._conditions import Conditions
    from detente.formula import Formula
    from detente.games.normal import Profile
    from detente.solve.parametric.support_polynomials import SupportPolynomials
    from detente.wording import Wording

__all__ = ["Threshold", "Thresholds", "follow", "follow_conditions", "thresholds"]


@dataclass(frozen=True)
class Threshold:
    """A value at which something changes: the state just below, at it, and just above.

    A state is True or False for a conclusion, -1, 0 or 1 for a formula, a tuple of equilibria for the set; None where
    it is not defined: at a pole, and beyond an end of the domain. Where ``told`` is False the state at the value itself
    is not known, since the value is only enclosed. ``place`` is the value, or a root with bounds that are drawn closer.
    """

    place: Any = field(repr=False)
    before: Any
    at_point: Any
    after: Any
    told: bool = True

    @property
    def at(self) -> Any:
        """The value: a rational or algebraic number, or an enclosure. A root becomes a number when it is asked for."""
        return self.place.value if isinstance(self.place, Root) else self.place

    @property
    def number(self) -> str:
        """The value as text: exact, with digits where they help; ``~`` marks one that is only enclosed."""
        if isinstance(self.at, Enclosure):
            return f"~{short(self.at, 12)}"
        text = plain(self.at)
        return text if text == short(self.at, 4) else f"{text} = {short(self.at, 4)}"

    def to_json(self) -> dict[str, Any]:
        """Return the threshold in the form of the JSON contract."""
        return {
            "at": number_to_json(self.at),
            **{key: list(state) if isinstance(state, tuple) else state for key, state in self._states().items()},
        }

    def _states(self) -> dict[str, Any]:
        return {"before": self.before, "at_point": self.at_point, "after": self.after}


@dataclass(frozen=True)
class Thresholds(Displayed):
    """All thresholds of one parameter: inside its interval, and outside it as ``outside``.

    ``state`` is what holds just above the lower end of the interval, so that an empty list also says something.
    """

    along: str
    of: str
    interval: tuple[Any, Any]
    state: Any
    inside: tuple[Threshold, ...]
    outside: tuple[Threshold, ...]
    value: Any = None
    notes: tuple[str, ...] = field(default=())

    def __iter__(self) -> Any:
        return iter(self.inside)

    def __len__(self) -> int:
        return len(self.inside)

    def table(self) -> Table:
        """Return the thresholds as a table; those outside the interval are marked."""
        rows = [
            (
                each.number,
                state_text(each.before),
                state_text(each.at_point) if each.told else "open",
                state_text(each.after),
                "yes" if each in self.inside else "no",
            )
            for each in sorted((*self.inside, *self.outside), key=lambda each: to_float(each.at))
        ]
        low, high = self.interval
        head = f"{self.of} along {self.along} in [{short(low, 4)}, {short(high, 4)}]"
        if not rows:
            return Table(f"{head}: no change; {state_text(self.state)} throughout", (), (), self.notes)
        return Table(head, (self.along, "before", "at it", "after", "in interval"), tuple(rows), self.notes)

    def to_latex(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return what changes where as a LaTeX ``array``; ``names`` maps names to symbols and labels."""
        from detente.conclusions._thresholds_text import thresholds_math

        return thresholds_math(self, "latex", names)

    def to_typst(self, names: Wording | Mapping[str, str] | None = None) -> str:
        """Return the same as Typst math."""
        from detente.conclusions._thresholds_text import thresholds_math

        return thresholds_math(self, "typst", names)

    def in_words(self, labels: Wording | Mapping[str, str] | None = None) -> str:
        """Return what changes where in sentences; ``labels`` maps any name to what readers see."""
        from detente.conclusions._thresholds_text import thresholds_words

        return thresholds_words(self, labels)


def state_text(state: Any) -> str:
    """Return a state in words."""
    if state is None:
        return "undefined"
    if isinstance(state, bool):
        return "holds" if state else "fails"
    if isinstance(state, int):
        return {1: "positive", 0: "zero", -1: "negative"}[state]
    return "; ".join(state) if state else "no equilibrium of this kind"


def thresholds(
    game: SymbolicGame,
    along: str,
    of: Conclusion | Formula | None = None,
    at: Mapping[str, object] | None = None,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
    name: str = "",
) -> Thresholds:
    """Return the exact values of ``along`` at which ``of`` changes.

    Parameters
    ----------
    game : SymbolicGame
        Where payoffs are rational functions of ``along`` at the point, thresholds are exact; else those that no
        polynomial gives are enclosed, and nothing is searched beyond the interval of ``along`` and a little more.
    along : str
        A parameter, or a derived name, which is then held free in place of its formula.
    of : Conclusion or Formula, optional
        A conclusion changes where its truth does, a formula where its sign does; by default the set of
        equilibria: all of a two-player game, else the pure ones.
    at : mapping, optional
        Values of other parameters, by default their baseline.
    domain : pair, optional
        Values of ``along`` that make sense; thresholds beyond it are left out, those between the interval
        and the domain are listed as ``outside``.

    Raises
    ------
    UsageError
        If a name is unknown.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> s = SymbolicGame([[["b - c", "-c"], ["b", 0]], [["b - c", "b"], ["-c", 0]]],
    ...                  parameters={"b": (1, 3), "c": (-1, 1)})
    >>> [(plain(each.at), each.before, each.after) for each in thresholds(s, "c")]
    [('0', ('1,1',), ('2,2',))]
    """
    _known(game, along)
    point = game.point({key: value for key, value in (at or {}).items() if key != along})
    label = name or (of.text if of is not None else "set of equilibria")
    # Off the domain of the payoffs there is no game, even where the comparisons could be continued.
    needs_game = of is None or (isinstance(of, Conclusion) and of.kind != "sign")
    defined = list(dict.fromkeys(game.payoffs.values())) if needs_game else []
    # In games of two players larger than 2x2, signs of minors of the payoffs decide which supports have equilibria.
    sole = isinstance(of, Conclusion) and of.kind in {"unique", "selected"}
    if (of is None or sole) and len(game.players) == 2 and game.shape != (2, 2):
        free = _freed(game, along, point) if along in game.derived else game
        supports = support_polynomials(free, along, point)
        profile = of.profiles[0] if isinstance(of, Conclusion) else None
        by_supports = partial(_supports, supports, profile)
        return follow(game, along, supports.expressions, by_supports, at, domain, label, defined)

    def state(sign: Callable[[Any], int]) -> Any:
        view = game_signs(game, sign)
        if of is None:
            return describe_set(view)
        return of.holds(view) if isinstance(of, Conclusion) else view.formula_sign(of)

    found = follow(game, along, deciding_expressions(game, of), state, at, domain, label, defined)
    if of is not None or game.shape == (2, 2):
        return found
    return replace(found, notes=(*found.notes, "only pure equilibria are followed here"))


def _supports(supports: SupportPolynomials, only: Profile | None, sign: Callable[[Any], int]) -> tuple[str, ...] | bool:
    """Return the supports of all extreme equilibria, or whether a pure profile is the only one."""
    found = supports.equilibria(sign)
    if only is None:
        return tuple(",".join("+".join(own) for own in each) for each in found)
    labels = tuple((own[k],) for own, k in zip(supports.game.strategies, only, strict=True))
    return found == (labels,)


def _freed(game: SymbolicGame, along: str, point: Mapping[str, Fraction]) -> SymbolicGame:
    """Return the game with a derived name as a parameter of its own."""
    low, high = _interval_of(game, along, point)
    derived = {name: formula for name, formula in game.derived.items() if name != along}
    box = {**game.parameters, along: (low, high)}
    return SymbolicGame(game.payoffs, box, game.players, game.strategies, derived)


def _known(game: SymbolicGame, along: str) -> None:
    if along not in game.parameters and along not in game.derived:
        known = (*game.parameters, *game.derived)
        raise UsageError(f"unknown parameter {along!r}; {did_you_mean(along, known) or 'see the list of parameters'}")


def follow(
    game: SymbolicGame,
    along: str,
    expressions: Sequence[Any],
    state: Callable[[Callable[[Any], int]], Any],
    at: Mapping[str, object] | None = None,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
    name: str = "",
    defined: Sequence[Any] = (),
) -> Thresholds:
    """Return the values of a parameter at which a state changes that depends on the signs of expressions.

    Parameters
    ----------
    game : SymbolicGame
        Holds the parameters and derived names.
    along, at, domain
        As in :func:`thresholds`.
    expressions : sequence of SymPy expressions
        Their signs decide the state.
    state : callable
        From a function that gives the sign of any of ``expressions`` to the state.
    name : str
        What the state is of.
    defined : sequence of SymPy expressions
        Where one of these has no value there is no state.
    """
    _known(game, along)
    point = game.point({key: value for key, value in (at or {}).items() if key != along})
    low, high = _interval_of(game, along, point)
    line = LineSigns(game, along, point, _window((low, high), domain))
    cells = line.cells(list(expressions), defined)
    told_by = guarded_state(state)
    pieces = [told_by(lambda each, s=sample: line.sign_between(each, s)) for sample in cells.samples]  # type: ignore[misc]
    found: list[tuple[Root, Threshold]] = []
    notes: list[str] = []
    for index, root in enumerate(cells.places):
        # Beyond the ends of the domain, and of the line, there is nothing to change from, or to.
        sides = [None if end is None else root.side(end) for end in (line.window if line.bounded else domain)]
        if sides[0] == -1 or sides[1] == 1:
            continue
        sample = cells.samples[index + 1 if sides[0] == 0 else index]
        at_point, told = None, True
        try:
            if not line.undefined_at(defined, root, sample):
                at_point = told_by(lambda each, r=root, s=sample: line.sign_at(each, r, s))  # type: ignore[misc]
        except OpenSign:
            told = False
        before = None if sides[0] == 0 else pieces[index]
        after = None if sides[1] == 0 else pieces[index + 1]
        inner = [each for each, side in ((pieces[index], sides[0]), (pieces[index + 1], sides[1])) if side != 0]
        if any(each != (at_point if told else inner[0]) for each in inner):
            found.append((root, Threshold(root, before, at_point, after, told)))
        elif not told and root.side(low) >= 0 and root.side(high) <= 0:
            notes.append(f"near {short(root.value, 6)} a comparison may touch 0: what happens there is not decided")
    within = [root.side(low) >= 0 and root.side(high) <= 0 for root, _ in found]
    inside = tuple(each for (_, each), is_in in zip(found, within, strict=True) if is_in)
    outside = tuple(each for (_, each), is_in in zip(found, within, strict=True) if not is_in)
    start = next((pieces[k] for k, root in enumerate(cells.places) if root.side(low) > 0), pieces[-1])
    notes += _remarks(line, [root for root, _ in found], outside)
    value = point[along] if along in game.parameters else game.evaluate(symbol(along), point)
    if along in (at or {}):
        value = exact((at or {})[along])
    return Thresholds(along, name, (low, high), start, inside, outside, value, tuple(notes))


def follow_conditions(
    conditions: Conditions,
    along: str,
    at: Mapping[str, object] | None = None,
    domain: tuple[Fraction | None, Fraction | None] = (None, None),
    name: str = "",
) -> Thresholds:
    """Return the values of a parameter at which a statement begins or ends to hold; arguments as in :func:`follow`."""
    signs = [form.expression for form in conditions.forms[: conditions.decisive]]

    def holds(sign: Callable[[Any], int]) -> bool:
        return conditions.holds(tuple(map(sign, signs)))

    return follow(conditions.game, along, signs, holds, at, domain, name)


def _window(
    interval: tuple[Fraction, Fraction], domain: tuple[Fraction | None, Fraction | None]
) -> tuple[Fraction, Fraction]:
    """Return where roots of what is not rational are looked for: the domain, or the interval and a little more."""
    margin = (interval[1] - interval[0] or 1 + abs(interval[0])) / 8
    low = interval[0] - margin if domain[0] is None else domain[0]
    high = interval[1] + margin if domain[1] is None else domain[1]
    return min(low, interval[0]), max(high, interval[1])


def _remarks(line: LineSigns, roots: Sequence[Root], outside: Sequence[Threshold]) -> list[str]:
    """Return what a reader has to know about the thresholds."""
    along = line.along
    notes = [f"outside the interval of {along}: {each.number}" for each in outside]
    if any(each.certain and not each.exact for each in roots):
        notes.append(
            "~ marks a value that is enclosed: between two fractions, which --json shows, something is proved to "
            "change once"
        )
    for each in roots:
        if not each.certain:
            low, high = (short(end, 6) for end in (each.low, each.high))
            notes.append(f"what happens between {low} and {high} is not decided")
    if line.bounded:
        low, high = (short(end, 4) for end in line.window)
        notes.append(f"a formula is not rational in {along}: values outside [{low}, {high}] were not searched")
    return notes


def _interval_of(game: SymbolicGame, along: str, point: Mapping[str, Fraction]) -> tuple[Fraction, Fraction]:
    if along in game.parameters:
        interval = game.parameters[along]
        return interval.low, interval.high
    box = {name: (interval.low, interval.high) for name, interval in game.parameters.items()}
    found = bounds(game.expand(symbol(along)), box)
    if found is None:
        value = Fraction(game.evaluate(symbol(along), point))
        return value, value
    return found
