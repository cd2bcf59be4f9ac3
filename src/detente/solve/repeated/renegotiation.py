r"""Weak renegotiation-proofness: agreements whose punishments nobody would agree to skip (Farrell and Maskin 1989).

A subgame-perfect equilibrium is *weakly renegotiation-proof* if none of its continuation values is better for everybody
than another one of its own: players who find themselves in the worse one could not all gain by going on as if they
were in the better one. Of an automaton the continuations are its states.

Of two players, a payoff vector ``v`` above the min-max payoffs is that of a weakly renegotiation-proof equilibrium for
patient enough players if for each player ``i`` there is a pair of actions, the penance, with which the other holds it
below ``v_i`` whatever it does, and in which the other gets at least ``v_j`` (Theorem 1 of Farrell and Maskin). With
"not above" in place of "below" the condition is necessary. Mixed actions count, and are taken to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.games.normal import NormalFormGame
from detente.numbers import exact, number_to_json, plain
from detente.printing import plain as formula_text
from detente.solve.programs.linear_program import exact_payoffs, maximize
from detente.solve.repeated.automaton import Automaton
from detente.solve.repeated.automaton_factors import exact_polynomial, perfect_sets
from detente.solve.repeated.deviations import comparisons
from detente.solve.repeated.feasible import feasible_set
from detente.solve.repeated.stage_payoffs import payoff_slacks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from detente.solve.repeated.factor_line import FactorSet
    from detente.solve.repeated.factor_sets import FactorInterval

__all__ = ["Penance", "RenegotiationProof", "RenegotiationTarget", "renegotiation_proof", "renegotiation_target"]


@dataclass(frozen=True)
class RenegotiationProof(Displayed):
    """At which discount factors an automaton is subgame perfect, and at which weakly renegotiation-proof too.

    Attributes
    ----------
    automaton : str
    perfect, proof : tuple of FactorInterval
        The factors at which it is subgame perfect, and those of them at which it is weakly renegotiation-proof.
    ranked : tuple
        Pairs of states of which the first is better for everybody somewhere among the perfect factors, with where.
    """

    automaton: str
    perfect: tuple[FactorInterval, ...]
    proof: tuple[FactorInterval, ...]
    ranked: tuple[tuple[str, str, Any], ...]
    condition: Any
    arithmetic: str
    _set: FactorSet = field(repr=False, compare=False)

    @property
    def complete(self) -> bool:
        """The sets are exact."""
        return True

    def holds_at(self, discount_factor: object) -> bool:
        """Return whether it is subgame perfect and weakly renegotiation-proof at a factor."""
        return self._set.contains(exact(discount_factor))

    def to_json(self) -> dict[str, Any]:
        """Return the sets as JSON values."""
        return {
            "automaton": self.automaton,
            "perfect": [each.to_json() for each in self.perfect],
            "renegotiation_proof": [each.to_json() for each in self.proof],
            "condition": formula_text(self.condition),
            "ranked": [[better, worse, formula_text(where)] for better, worse, where in self.ranked],
        }

    def table(self) -> Table:
        """Return the sets, and which states everybody would leave for which."""
        rows = [
            ("subgame perfect", _listed(self.perfect)),
            ("and weakly renegotiation-proof", _listed(self.proof)),
        ]
        notes = [
            f"Everybody is better off in {better} than in {worse} where {_where(where)}."
            for better, worse, where in self.ranked
        ]
        return Table(f"renegotiation: {self.automaton}", ("", "discount factors"), tuple(rows), tuple(notes))


def _listed(intervals: tuple[FactorInterval, ...]) -> str:
    return " and ".join(map(str, intervals)) or "none"


def _where(condition: Any) -> str:
    return "the factor is any" if str(condition) == "True" else formula_text(condition)


def renegotiation_proof(
    game: NormalFormGame,
    automaton: Automaton | str,
    target: Sequence[int | str] | None = None,
    punishment: Sequence[int | str] | None = None,
    *,
    tolerance: float = 1e-9,
) -> RenegotiationProof:
    """Return at which discount factors an automaton is a weakly renegotiation-proof equilibrium.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players.
    automaton : Automaton or str
        A name, such as ``"penance"``, needs the pure profiles ``target`` and ``punishment``.

    Raises
    ------
    UsageError
        If the automaton does not fit the game or a profile is missing.

    Notes
    -----
    *Scope.* One discount factor for all. States of an automaton that mixes have to lead to one next state.

    References
    ----------
    J. Farrell and E. Maskin (1989), "Renegotiation in repeated games", Games and Economic Behavior 1, 327-360.
    E. van Damme (1989), "Renegotiation-proof equilibria in repeated prisoners' dilemma", Journal of Economic Theory 47.

    Examples
    --------
    Mutual punishment hurts both, so that both would rather forget it; penance hurts the one who broke the agreement
    alone.

    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["c", "d"]] * 2)
    >>> [str(each) for each in renegotiation_proof(g, "grim", ("c", "c"), ("d", "d")).proof]
    []
    >>> [str(each) for each in renegotiation_proof(g, "penance", ("c", "c"), ("d", "d")).proof]
    ['[2/3, 1)']
    """
    if not isinstance(game, NormalFormGame):
        raise UsageError("expected a numeric game; put a parametric one at a point first")
    if isinstance(automaton, str):
        if target is None or punishment is None:
            raise UsageError(f"{automaton} needs the profiles target and punishment")
        labels = (game.profile_labels(game.profile_index(each)) for each in (target, punishment))
        automaton = Automaton.named(automaton, *labels)
    elif target is not None or punishment is not None:
        raise UsageError(f"the automaton {automaton.name} says what is played; leave out target and punishment")
    plan = automaton.on(game)
    slacks = payoff_slacks(game, tolerance)
    pairs = [
        (first, second, [exact_polynomial(game, k, form, slacks[k]) for k in range(len(game.players))])
        for first, second, form in comparisons(plan, game.shape)
    ]
    every = tuple(each for _, _, found in pairs for each in found)
    line, sets, _ = perfect_sets(game, plan, tolerance, every)
    perfect = line.everywhere()
    for own in sets:
        perfect &= own
    proof, ranked = perfect, []
    for first, second, found in pairs:
        for better, worse, sign in ((first, second, 1), (second, first, -1)):
            everybody = line.everywhere()
            for polynomial in found:
                everybody &= line.where(line.signs(polynomial), (sign,))
            proof &= ~everybody
            if not (perfect & everybody).empty:
                ranked.append((str(better), str(worse), (perfect & everybody).condition()))
    return RenegotiationProof(
        automaton.name, perfect.intervals(), proof.intervals(), tuple(ranked), proof.condition(), game.arithmetic, proof
    )


@dataclass(frozen=True)
class Penance:
    """How one player can be held down while the other is content.

    ``action`` is what the player does, ``against`` the other's mixture; ``held_to`` is the most that the player can get
    against it, ``other`` what the other then gets.
    """

    action: str
    against: dict[str, Fraction]
    held_to: Fraction
    other: Fraction


@dataclass(frozen=True)
class RenegotiationTarget(Displayed):
    """Whether patient players can agree on payoffs in a weakly renegotiation-proof way.

    Attributes
    ----------
    payoffs : tuple of two Fractions
    verdict : str
        ``yes`` for all factors close enough to 1; ``no`` for every factor; ``open`` where a condition holds with
        equality.
    reason : str
    penances : dict
        Player to the penance that holds it lowest; None where the other cannot be content in any.
    """

    players: tuple[str, ...]
    payoffs: tuple[Fraction, Fraction]
    verdict: str
    reason: str
    penances: dict[str, Penance | None]
    arithmetic: str = "exact"

    @property
    def complete(self) -> bool:
        """Whether the conditions decide."""
        return self.verdict != "open"

    def to_json(self) -> dict[str, Any]:
        """Return verdict and penances as JSON values."""
        return {
            "payoffs": [number_to_json(each) for each in self.payoffs],
            "verdict": self.verdict,
            "reason": self.reason,
            "penances": {
                name: None
                if own is None
                else {
                    "action": own.action,
                    "against": {label: number_to_json(weight) for label, weight in own.against.items()},
                    "held_to": number_to_json(own.held_to),
                    "other": number_to_json(own.other),
                }
                for name, own in self.penances.items()
            },
        }

    def table(self) -> Table:
        """Return the penance of each player against its target."""
        rows = []
        for name, value in zip(self.players, self.payoffs, strict=True):
            own = self.penances[name]
            if own is None:
                rows.append((name, plain(value), "none", "", ""))
                continue
            mixture = " and ".join(
                label if weight == 1 else f"{label} with {plain(weight)}"
                for label, weight in own.against.items()
                if weight
            )
            rows.append((name, plain(value), f"{own.action} against {mixture}", plain(own.held_to), plain(own.other)))
        shown = ", ".join(map(plain, self.payoffs))
        columns = ("player", "target", "penance", "held to", "the other gets")
        return Table(f"renegotiation-proof payoffs ({shown}): {self.verdict}", columns, tuple(rows), (self.reason,))


def renegotiation_target(game: NormalFormGame, payoffs: Sequence[object] | Mapping[str, object]) -> RenegotiationTarget:
    """Return whether payoffs are those of a weakly renegotiation-proof equilibrium of patient enough players.

    Parameters
    ----------
    game : NormalFormGame
        Two players; of floats, the exact binary numbers that they store.
    payoffs : pair of numbers, or {player: number}
        Average payoffs, exact.

    Raises
    ------
    UsageError
        If the game is not of two players, or the payoffs are no two numbers.

    Notes
    -----
    *Method.* For each player and each of its actions an exact linear program over the other's mixtures finds the lowest
    payoff to which it can be held while the other gets its target.

    References
    ----------
    J. Farrell and E. Maskin (1989), "Renegotiation in repeated games", Games and Economic Behavior 1, Theorem 1.

    Examples
    --------
    >>> g = NormalFormGame([[[3, 0], [5, 1]], [[3, 5], [0, 1]]], strategies=[["c", "d"]] * 2)
    >>> found = renegotiation_target(g, (3, 3))
    >>> found.verdict, found.penances["1"].action, found.penances["1"].held_to
    ('yes', 'c', Fraction(1, 1))
    """
    if not isinstance(game, NormalFormGame) or len(game.players) != 2:
        raise UsageError("expected a numeric game of two players")
    if hasattr(payoffs, "keys"):
        if set(payoffs) != set(game.players):
            raise UsageError(f"found payoffs of {', '.join(map(str, payoffs))}; expected {', '.join(game.players)}")
        payoffs = [payoffs[name] for name in game.players]  # type: ignore[call-overload]
    if len(payoffs) != 2:
        raise UsageError(f"found {len(payoffs)} payoffs; expected two")
    value = (exact(payoffs[0]), exact(payoffs[1]))
    table = exact_payoffs(game)
    stage = NormalFormGame(table.tolist(), game.players, game.strategies)
    limits = feasible_set(stage)
    from detente.solve.repeated._polygons import contains

    penances = {name: _penance(stage, k, value) for k, name in enumerate(stage.players)}
    if not contains(limits.vertices, value):  # type: ignore[arg-type]
        return RenegotiationTarget(stage.players, value, "no", "The payoffs are not feasible.", penances)
    floors = [Fraction(limits.minmax[name]) for name in stage.players]
    below = [name for name, v, m in zip(stage.players, value, floors, strict=True) if v < m]
    if below:
        reason = f"{below[0]} gets less than the min-max payoff."
        return RenegotiationTarget(stage.players, value, "no", reason, penances)
    verdict, reason = _verdict(stage.players, value, floors, penances)
    return RenegotiationTarget(stage.players, value, verdict, reason, penances)


def _verdict(
    players: tuple[str, ...],
    value: tuple[Fraction, Fraction],
    floors: list[Fraction],
    penances: dict[str, Penance | None],
) -> tuple[str, str]:
    tight = []
    for name, v, m in zip(players, value, floors, strict=True):
        own = penances[name]
        if own is None:
            return "no", f"Whatever {name} does in penance, the other gets less than its target."
        if own.held_to > v:
            return (
                "no",
                f"{name} cannot be held to its target while the other is content: it gets {plain(own.held_to)}.",
            )
        if v in (own.held_to, m):
            tight.append(name)
    if tight:
        return "open", f"A condition on {tight[0]} holds with equality: it is necessary, and not sufficient."
    return (
        "yes",
        "Each player can be held below its target while the other is content: for all factors close enough to 1.",
    )


def _penance(stage: NormalFormGame, player: int, value: tuple[Fraction, Fraction]) -> Penance | None:
    """Return the penance with which a player is held lowest while the other gets at least its target."""
    other = 1 - player
    sizes = (stage.shape[player], stage.shape[other])

    def pay(whose: int, own: int, theirs: int) -> Fraction:
        profile = (own, theirs) if player == 0 else (theirs, own)
        return Fraction(stage.payoffs[(whose, *profile)])

    best: Penance | None = None
    lowest = min(pay(player, i, j) for i in range(sizes[0]) for j in range(sizes[1]))
    for action in range(sizes[0]):
        # variables: the other's mixture, and t >= 0 with the player held to lowest + t
        rows = [[pay(player, own, j) - lowest for j in range(sizes[1])] + [-1] for own in range(sizes[0])]
        rows.append([-pay(other, action, j) for j in range(sizes[1])] + [0])
        bounds = [Fraction(0)] * sizes[0] + [-value[other]]
        found = maximize([0] * sizes[1] + [-1], rows, bounds, equal=[[1] * sizes[1] + [0]], targets=[1])
        if found.status != "optimal":
            continue
        weights = [Fraction(each) for each in (found.x or ())[: sizes[1]]]
        held = max(sum(w * pay(player, own, j) for j, w in enumerate(weights)) for own in range(sizes[0]))
        if best is None or held < best.held_to:
            gets = sum((w * pay(other, action, j) for j, w in enumerate(weights)), start=Fraction(0))
            mixture = dict(zip(stage.strategies[other], weights, strict=True))
            best = Penance(stage.strategies[player][action], mixture, Fraction(held), gets)
    return best
