"""Invasion among memory-one strategies, and the best reply to one of them, exactly.

A rare mutant y meets residents x: it invades if it earns more against x than x does, and if it earns the same, the
meetings among mutants decide (Maynard Smith and Price 1973). Against a strategy that remembers one round a player
faces a decision process with the last outcome as its state, so that some deterministic memory-one strategy is a
best reply among *all* strategies, whatever they remember (Blackwell 1962; Press and Dyson 2012, appendix A).
There are 32 of them, counting the first move: looking at each proves a strategy to be an equilibrium against itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.numbers import number_to_json, plain, tolerance
from detente.solve.chains import arithmetic_of
from detente.solve.memory_one.match import check_stage, json_value, long_run_payoffs, text
from detente.solve.memory_one.strategy import MemoryOne, probability
from detente.solve.two_players.evolutionary_stability import symmetric_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detente.solve.memory_one.match import Stage, Strategy

__all__ = ["BestReply", "Invasion", "best_reply", "invasion", "invasions"]


@dataclass(frozen=True)
class Invasion(Displayed):
    """Whether a rare mutant spreads among residents.

    ``payoffs`` are (resident, resident), (mutant, resident), (resident, mutant), (mutant, mutant): what the first of
    each pair earns. ``verdict`` is ``invades`` (more against residents), ``invades after drift`` (the same against
    residents, more against mutants), ``drifts`` (the same against both) or ``repelled``. With formulas it is
    ``depends``: the mutant invades where ``gain`` is positive, and where that is zero, where ``later`` is.
    """

    resident: MemoryOne
    mutant: MemoryOne
    payoffs: tuple[Any, Any, Any, Any]
    verdict: str
    horizon: str

    @property
    def gain(self) -> Any:
        """What the mutant earns more against residents than they do."""
        return _difference(self.payoffs[1], self.payoffs[0])

    @property
    def later(self) -> Any:
        """What the mutant earns more against mutants than residents do."""
        return _difference(self.payoffs[3], self.payoffs[2])

    @property
    def repelled(self) -> bool:
        """True if selection drives the rare mutant out."""
        return self.verdict == "repelled"

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        names = ("resident_resident", "mutant_resident", "resident_mutant", "mutant_mutant")
        return {
            "resident": self.resident.name,
            "mutant": self.mutant.name,
            "verdict": self.verdict,
            "payoffs": {name: json_value(value) for name, value in zip(names, self.payoffs, strict=True)},
            "gain": json_value(self.gain),
            "later": json_value(self.later),
        }

    def table(self) -> Table:
        """Return the four payoffs with the verdict below."""
        own, other = self.resident.name, self.mutant.name
        pairs = ((own, own), (other, own), (own, other), (other, other))
        rows = tuple((a, b, text(value)) for (a, b), value in zip(pairs, self.payoffs, strict=True))
        verdict = self.verdict
        if verdict == "depends":
            verdict = f"invades where {text(self.gain)} > 0; where that is 0, {text(self.later)} > 0 decides"
        note = f"Residents {own}, rare mutant {other}: {verdict}. Expected payoffs per round, {self.horizon}."
        return Table("invasion", ("strategy", "against", "payoff"), rows, (note,))


@dataclass(frozen=True)
class BestReply(Displayed):
    """The best that a player can earn against a memory-one strategy.

    ``replies`` are the deterministic memory-one strategies that earn ``payoff``. ``proved`` says whether nothing else,
    of any memory, earns more: true unless the player misperceives, since it then does not know the last outcome.
    """

    stage: NormalFormGame
    player: int
    against: MemoryOne
    payoff: Any
    replies: tuple[MemoryOne, ...]
    proved: bool

    def to_json(self) -> dict[str, Any]:
        """Return the best reply as JSON values."""
        return {
            "player": self.stage.players[self.player],
            "against": self.against.name,
            "payoff": number_to_json(self.payoff),
            "replies": [
                {"after": [number_to_json(p) for p in each.after], "first": number_to_json(each.first)}
                for each in self.replies
            ],
            "proved": self.proved,
        }

    def table(self) -> Table:
        """Return the best replies."""
        scope = "any strategy whatever it remembers" if self.proved else "any deterministic memory-one strategy"
        rows = tuple((*(plain(p) for p in each.after), plain(each.first)) for each in self.replies)
        note = f"Each earns {plain(self.payoff)} per round, the most that {scope} can earn."
        title = f"best replies of {self.stage.players[self.player]} to {self.against.name}"
        return Table(title, ("CC", "CD", "DC", "DD", "first"), rows, (note,))


def invasion(stage: Stage, resident: Strategy, mutant: Strategy, **how: Any) -> Invasion:
    """Return whether a rare mutant invades residents, in a symmetric 2x2 game; formulas give formulas.

    Parameters
    ----------
    how
        ``discount_factor``, ``rounds``, ``action_error``, ``misperception`` of :func:`long_run_payoffs`.

    Raises
    ------
    UsageError
        If the game is not symmetric.

    Examples
    --------
    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> invasion(g, "tit_for_tat", "always_defect").verdict
    'repelled'
    >>> invasion(g, "tit_for_tat", "always_cooperate").verdict
    'drifts'
    """
    check_stage(stage)
    _check_symmetry(stage)
    own, other = MemoryOne.of(resident), MemoryOne.of(mutant)
    home = long_run_payoffs(stage, own, own, **how)
    met = long_run_payoffs(stage, own, other, **how)
    away = long_run_payoffs(stage, other, other, **how)
    first, second = stage.players
    payoffs = (home.payoffs[first], met.payoffs[second], met.payoffs[first], away.payoffs[first])
    kind = arithmetic_of(*payoffs)
    return Invasion(own, other, payoffs, _verdict(payoffs, _slack(stage, kind)), home.horizon)


def invasions(stage: Stage, strategies: Sequence[Strategy], **how: Any) -> tuple[tuple[Invasion, ...], ...]:
    """Return, for every resident, how each of the other strategies fares as a rare mutant, in the order given."""
    read = [MemoryOne.of(each) for each in strategies]
    return tuple(
        tuple(invasion(stage, resident, mutant, **how) for k, mutant in enumerate(read) if k != place)
        for place, resident in enumerate(read)
    )


def best_reply(stage: NormalFormGame, against: Strategy, player: int | str = 0, **how: Any) -> BestReply:
    """Return the most that a player can earn against a memory-one strategy, and what earns it.

    Parameters
    ----------
    against : strategy of the other player, seen from its own side
    how
        ``discount_factor``, ``action_error``, ``misperception`` of :func:`long_run_payoffs`. Errors of the player
        itself are part of what it faces.

    Notes
    -----
    Exact numbers are compared exactly, floats up to 1e-9 of the spread of payoffs. Cost: 32 matches.

    Examples
    --------
    Against tit for tat cooperation is the best that a patient player can do; with a factor of 1/2 more is possible.

    >>> from detente.games.normal import NormalFormGame
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])
    >>> best_reply(g, "tit_for_tat").payoff, best_reply(g, "tit_for_tat", discount_factor="1/2").payoff
    (Fraction(3, 1), Fraction(10, 3))
    """
    check_stage(stage)
    if "rounds" in how:
        raise UsageError("found a number of rounds; a best reply then depends on the round; leave it out")
    who = stage.player_index(player)
    other = MemoryOne.of(against)
    found: list[tuple[Any, MemoryOne]] = []
    kind = ""
    for bits in product((1, 0), repeat=5):
        own = MemoryOne(bits[:4], bits[4])
        match = long_run_payoffs(stage, *((own, other) if who == 0 else (other, own)), **how)
        kind = match.arithmetic
        if kind == "symbolic":
            raise UsageError("found symbols; expected numbers")
        found.append((match.payoffs[stage.players[who]], own))
    best = max(value for value, _ in found)
    slack = _slack(stage, kind)
    misread = how.get("misperception", 0)
    own_misread = misread[who] if isinstance(misread, (tuple, list)) else misread
    blind = probability(own_misread, "of a misperception") != 0
    return BestReply(stage, who, other, best, tuple(own for value, own in found if best - value <= slack), not blind)


def _difference(one: Any, other: Any) -> Any:
    """Return the difference, simplified for formulas."""
    if arithmetic_of(one, other) != "symbolic":
        return one - other
    import sympy

    return sympy.factor(sympy.cancel(one - other))


def _check_symmetry(stage: Stage) -> None:
    if isinstance(stage, NormalFormGame):
        symmetric_matrix(stage)
        return
    import sympy

    for i, j in product((0, 1), repeat=2):
        if sympy.expand(stage.expand(stage.payoff(0, (i, j)) - stage.payoff(1, (j, i)))) != 0:
            raise UsageError(f"found different payoffs at {(i, j)} and {(j, i)}; expected a symmetric game")


def _slack(stage: Any, arithmetic: str) -> Any:
    return tolerance(stage.payoffs.flat) if arithmetic == "float" else 0


def _verdict(payoffs: tuple[Any, Any, Any, Any], slack: Any) -> str:
    home, entering, meeting, away = payoffs
    gain, later = _difference(entering, home), _difference(away, meeting)
    if arithmetic_of(gain, later) == "symbolic":
        return "depends"
    if abs(gain) > slack:
        return "invades" if gain > 0 else "repelled"
    if abs(later) > slack:
        return "invades after drift" if later > 0 else "repelled"
    return "drifts"
