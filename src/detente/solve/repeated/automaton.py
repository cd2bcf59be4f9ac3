"""Strategy profiles of repeated games as finite automata given as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError, did_you_mean
from detente.solve.repeated.one_shot import Plan
from detente.solve.repeated.punishments import naming_game, profile_or_mixture

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from detente.games.normal import NormalFormGame, Profile
    from detente.games.symbolic import SymbolicGame

__all__ = ["ANY", "Automaton"]

COMPLY, OTHERWISE, ANY = "comply", "otherwise", "*"

#: Pairs of state and profile above which an automaton is refused.
_MOST_CASES = 200_000


@dataclass(frozen=True)
class Automaton(Displayed):
    """A strategy profile that all players run together: states, what is played in them, where play leads.

    Parameters
    ----------
    outputs : mapping
        State to the profile played in it; play starts in the first state. A pure profile is given by labels, indices
        or ``{player: label}``, a mixed one by one sequence of probabilities per player.
    transitions : mapping
        State to the next state, or to a mapping from what was played to the next state. Its keys are tried in order:

        - ``"comply"``: everybody played what the state prescribes;
        - the name of a player: that player alone did not;
        - a profile, as a tuple of labels or indices or as text such as ``"cooperate,confront"`` or ``"us=confront"``,
          with ``"*"`` for any strategy;
        - ``"otherwise"``: whatever no other key says.
    name : str
        How the automaton is called in results.

    Raises
    ------
    UsageError
        If a state has no output or no transitions, or a transition leads nowhere.

    Notes
    -----
    A strategy of each player separately is the special case in which the state lists what each player remembers;
    :meth:`named` gives the known ones.

    Examples
    --------
    Cooperate; whoever breaks the agreement cooperates alone for a period, then all is forgiven:

    >>> penance = Automaton(
    ...     {"agree": "c,c", "row atones": "c,d", "column atones": "d,c"},
    ...     {
    ...         "agree": {"row": "row atones", "column": "column atones", "otherwise": "agree"},
    ...         "row atones": {"row": "row atones", "otherwise": "agree"},
    ...         "column atones": {"column": "column atones", "otherwise": "agree"},
    ...     },
    ...     name="penance",
    ... )
    >>> penance.start, len(penance.states)
    ('agree', 3)
    """

    outputs: Mapping[str, Any]
    transitions: Mapping[str, Any]
    name: str = "automaton"

    def __post_init__(self) -> None:
        if not isinstance(self.outputs, Mapping) or not self.outputs:
            raise UsageError(f"{self.name}: found the outputs {self.outputs!r}; expected a profile for every state")
        known = tuple(self.outputs)
        if not isinstance(self.transitions, Mapping) or set(self.transitions) != set(known):
            listed = ", ".join(map(str, self.transitions)) if isinstance(self.transitions, Mapping) else "no mapping"
            raise UsageError(
                f"{self.name}: found transitions from {listed or 'nowhere'}; "
                f"expected them from {', '.join(map(str, known))}"
            )
        for state, given in self.transitions.items():
            rules = given if isinstance(given, Mapping) else {OTHERWISE: given}
            for reached in rules.values():
                if reached not in self.outputs:
                    hint = did_you_mean(reached, known) if isinstance(reached, str) else ""
                    raise UsageError(
                        f"{self.name}: state {state!r} leads to {reached!r}, which is no state; expected one of "
                        f"{', '.join(map(str, known))}" + (f"; {hint}" if hint else "")
                    )

    @property
    def states(self) -> tuple[str, ...]:
        """The states, the first one first."""
        return tuple(self.outputs)

    @property
    def start(self) -> str:
        """The state in which play starts."""
        return next(iter(self.outputs))

    @classmethod
    def named(cls, name: str, target: Sequence[Any], punishment: Sequence[Any]) -> Automaton:
        """Return a known automaton that plays ``target`` to cooperate and ``punishment`` to punish.

        Parameters
        ----------
        name : str
            One of :data:`detente.solve.repeated.known_automata.KNOWN`, or ``punishment_T`` for T periods.
        target, punishment : sequence
            Pure profiles in player order, labels or indices.

        Examples
        --------
        >>> Automaton.named("contrite_tit_for_tat", ("c", "c"), ("d", "d")).outputs["good/bad"]
        ('d', 'c')
        """
        from detente.solve.repeated.known_automata import known_automaton

        return known_automaton(name, tuple(target), tuple(punishment))

    def on(self, stage: NormalFormGame | SymbolicGame) -> Plan:
        """Return the automaton in a stage game: the states that some history reaches, profiles as indices.

        Raises
        ------
        UsageError
            If an output or a key of the transitions is no profile of the game, or a state leads nowhere after one.
        """
        names = naming_game(stage)
        profiles = list(names.profiles())
        if len(profiles) * len(self.outputs) > _MOST_CASES:
            raise UsageError(
                f"{self.name}: found {len(self.outputs)} states and {len(profiles)} profiles; expected at most "
                f"{_MOST_CASES:,} pairs"
            )
        outputs = {state: self._output(names, state) for state in self.outputs}
        table: dict[tuple[Any, Profile], Any] = {}
        reached, queue = {self.start: None}, [self.start]
        for state in queue:
            follow = self._follow(names, state, outputs[state])
            for profile in profiles:
                after = follow(profile)
                table[state, profile] = after
                if after not in reached:
                    reached[after] = None
                    queue.append(after)
        states = [state for state in self.outputs if state in reached]
        states.sort(key=lambda state: state != self.start)
        return Plan(states, {state: outputs[state] for state in states}, lambda state, profile: table[state, profile])

    def _output(self, names: NormalFormGame, state: str) -> Any:
        return profile_or_mixture(names, self._listed(names, self.outputs[state], state))

    def _listed(self, names: NormalFormGame, given: Any, state: str) -> Any:
        """Return a profile that was given as text as one strategy per player."""
        if not isinstance(given, str):
            return given
        parts = _parts(names, given)
        if ANY in parts:
            raise UsageError(f"{self.name}: found {given!r} as what state {state!r} plays; expected a whole profile")
        return parts

    def _follow(self, names: NormalFormGame, state: str, output: Any) -> Callable[[Profile], Any]:
        """Return the function from what was played in a state to the next state."""
        given = self.transitions[state]
        if not isinstance(given, Mapping):
            return lambda _: given
        due = [
            {action} if isinstance(action, int) else {k for k, weight in enumerate(action) if weight > 0}
            for action in output
        ]
        rules: list[tuple[Callable[[Profile], bool], Any]] = []
        for key, after in given.items():
            if key != OTHERWISE:
                rules.append((self._rule(names, state, key, due), after))

        def follow(profile: Profile) -> Any:
            for fits, after in rules:
                if fits(profile):
                    return after
            if OTHERWISE in given:
                return given[OTHERWISE]
            raise UsageError(
                f"{self.name}: state {state!r} says nothing of {', '.join(names.profile_labels(profile))}; "
                "expected a key that fits, such as otherwise"
            )

        return follow

    def _rule(
        self, names: NormalFormGame, state: str, key: Any, due: list[set[int]]
    ) -> Callable[[Profile], bool]:
        """Return whether a key of the transitions fits what was played."""
        if key == COMPLY:
            return lambda profile: not _departing(due, profile)
        if isinstance(key, str) and key in names.players:
            player = names.players.index(key)
            return lambda profile: _departing(due, profile) == [player]
        wanted = self._pattern(names, state, key)
        return lambda profile: _matches(wanted, profile)

    def _pattern(self, names: NormalFormGame, state: str, key: Any) -> list[int | None]:
        parts = _parts(names, key) if isinstance(key, str) else list(key)
        if len(parts) != len(names.players):
            raise UsageError(
                f"{self.name}: found {key!r} among the transitions of state {state!r}; expected {COMPLY}, {OTHERWISE}, "
                f"a player ({', '.join(names.players)}) or a profile of {len(names.players)} strategies"
            )
        fixed = names.profile_index([0 if each == ANY else each for each in parts])
        return [None if each == ANY else index for each, index in zip(parts, fixed, strict=True)]

    def __repr__(self) -> str:
        return f"<Automaton {self.name}, {len(self.outputs)} states>"

    def table(self) -> Any:
        """Return states, outputs and transitions as a :class:`detente.display.Table`."""
        rows = []
        for state, played in self.outputs.items():
            given = self.transitions[state]
            rules = given if isinstance(given, Mapping) else {OTHERWISE: given}
            told = [f"{_key_text(key)}: {after}" for key, after in rules.items()]
            rows.append((str(state), _key_text(played), "; ".join(told)))
        note = "Play starts in the first state."
        return Table(f"automaton {self.name}", ("state", "plays", "then"), tuple(rows), (note,))


def _departing(due: list[set[int]], profile: Profile) -> list[int]:
    return [player for player, (own, played) in enumerate(zip(due, profile, strict=True)) if played not in own]


def _matches(wanted: list[int | None], profile: Profile) -> bool:
    return all(own is None or own == played for own, played in zip(wanted, profile, strict=True))


def _parts(names: NormalFormGame, text: str) -> list[Any]:
    """Return a profile written as ``cooperate,confront`` or ``us=confront`` as one entry per player."""
    parts = [each.strip() for each in text.split(",")]
    if all("=" in each for each in parts):
        chosen = dict(each.split("=", 1) for each in parts)
        unknown = [name for name in chosen if name not in names.players]
        if unknown:
            hint = did_you_mean(unknown[0], names.players)
            raise UsageError(
                f"unknown player {unknown[0]!r} in {text!r}; expected {', '.join(names.players)}"
                + (f"; {hint}" if hint else "")
            )
        return [chosen.get(name, ANY) for name in names.players]
    return parts


def _key_text(key: Any) -> str:
    if isinstance(key, Mapping):
        return ", ".join(f"{player}={each}" for player, each in key.items())
    if isinstance(key, str):
        return key
    return ", ".join(f"({_key_text(each)})" if isinstance(each, (tuple, list)) else str(each) for each in key)
