r"""Chains of opponents: one player meets a finite row of opponents, each of whom sees how the earlier ones fared.

An opponent stays out or enters; the player then tolerates it or fights. Per opponent, counted from an entry that is
tolerated, the player gains ``m`` where the opponent stays out and loses ``f`` where it fights; the opponent, counted
from staying out, gains ``b`` where it is tolerated and loses ``c`` where it is fought. With probability ``p`` the
player is of a tough kind that always fights (Kreps and Wilson 1982; without it, Selten's 1978 chain store).

*Derivation.* An opponent enters if it expects a fight with less than :math:`\beta = b/(b+c)`. Let ``r`` be the least
number with :math:`m(\delta + \dots + \delta^r) \ge f`: so many opponents have to be deterred to pay for a fight. With
``k`` opponents left, the present one included, a player that is not tough cannot be paid for a fight while ``k <=
r``: it tolerates, and the opponent enters below the belief :math:`c_k = \beta`. With more left it fights at most up
to the belief :math:`\tau_k` after the fight from which the next ``r`` opponents stay out. Cutoffs fall with ``k``, so
the last of them counts: :math:`\tau_k = c_{k-r}`. By Bayes a fight has the probability :math:`p/\tau_k` in the
opponent's eyes, and :math:`\beta` where it is just deterred: :math:`c_k = \beta \tau_k`. With :math:`c_k = \beta` for
``k <= r``,

.. math:: c_k = \beta^{\lceil k/r \rceil}.

After a fight that took the belief to :math:`\tau_k` exactly the player must be indifferent. The next ``r - 1``
opponents stay out; of the r-th, who is indifferent too, so large a share stays out that the fight is paid for
exactly.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from detente.display import Displayed, Table
from detente.errors import UsageError
from detente.numbers import exact_or_float, number_to_json, plain, short

__all__ = ["Chain", "State", "chain"]

#: Opponents left, the present one included; the belief that the player is tough; and how many opponents the last fight
#: that was left to chance has still to deter (None without such a fight).
State = tuple[int, Fraction, int | None]

_MOST = 1000
_ZERO, _ONE = Fraction(0), Fraction(1)

_KINDS = {
    "no_entry": "Entering gains nothing even where it is tolerated: nobody enters.",
    "no_fear": "Entering costs nothing even where it is fought: everybody enters.",
    "credible": "Fighting costs nothing, or pays: it is a best response by itself, and nobody enters.",
    "unravels": "Nobody takes the player for tough: the last opponent is tolerated, hence the one before, and so on.",
    "no_imitation": "A fight costs more than all who could be deterred are worth: who is not tough tolerates.",
    "reputation": "Who is not tough fights for its reputation as long as enough opponents are left.",
}


@dataclass(frozen=True)
class Chain(Displayed):
    """A sequential equilibrium of a chain of opponents; :func:`chain` makes it.

    Attributes
    ----------
    entry_gain, entry_loss : Fraction
        What an opponent gains by an entry that is tolerated, and loses by one that is fought, against staying out.
    deterrence, fight_cost : Fraction
        What the player gains where an opponent stays out, and loses by a fight, against tolerating it.
    opponents : int
    prior : Fraction
        Probability that the player always fights.
    discount_factor : Fraction
        From one opponent to the next, in (0, 1].
    kind : str
        ``reputation``; or what decides without it: ``no_entry``, ``no_fear``, ``credible``, ``unravels`` (the prior
        is 0), ``no_imitation``.
    worth : int or None
        Opponents that have to be deterred to pay for a fight; None where no number is enough.
    arithmetic : str
        ``exact``; ``float`` where a float was given: it counts as the number that it stores.
    """

    entry_gain: Fraction
    entry_loss: Fraction
    deterrence: Fraction
    fight_cost: Fraction
    opponents: int
    prior: Fraction
    discount_factor: Fraction
    kind: str
    worth: int | None
    arithmetic: str = "exact"
    method: str = "closed form (Kreps and Wilson 1982)"
    complete: bool = False

    # --- strategies

    @property
    def indifferent(self) -> Fraction | None:
        """Probability of a fight from which an opponent is deterred, ``b/(b + c)``; None where nothing is at stake."""
        stake = self.entry_gain + self.entry_loss
        return None if stake == 0 else self.entry_gain / stake

    def cutoff(self, left: int) -> Fraction | None:
        """Return the belief in toughness from which the opponent with ``left`` left stays out, itself included.

        None where every opponent does the same whatever it believes.
        """
        if self.kind in ("no_entry", "no_fear", "credible") or self.indifferent is None:
            return None
        if self.worth is None:
            return self.indifferent
        return self.indifferent ** -(-left // self.worth)

    def aim(self, left: int) -> Fraction:
        """Return the belief to which a fight raises a smaller one: from it on the next ``worth`` opponents stay out."""
        if self.worth is None or left <= self.worth:
            return _ONE
        found = self.cutoff(left - self.worth)
        assert found is not None
        return found

    def fight(self, left: int, belief: Fraction) -> Fraction:
        """Return the probability with which a player that is not tough fights an entry."""
        if self.fight_cost <= 0:
            return _ONE
        if self.kind != "reputation" or belief == 0 or self.worth is None or left <= self.worth:
            return _ZERO
        aim = self.aim(left)
        return _ONE if belief >= aim else belief * (1 - aim) / (aim * (1 - belief))

    def stays_out(self, state: State) -> Fraction:
        """Return the probability with which an opponent stays out."""
        left, belief, due = state
        if self.kind in ("no_entry", "credible"):
            return _ONE
        cutoff = self.cutoff(left)
        if cutoff is None or belief < cutoff:
            return _ZERO
        if belief > cutoff or due is None or due > 1:
            return _ONE
        return self._last if due == 1 else _ZERO

    @cached_property
    def _last(self) -> Fraction:
        """Share of the last opponents that a fight has to deter who stay out: the fight is then paid for exactly."""
        assert self.worth is not None
        delta, paid, weight = self.discount_factor, _ZERO, _ONE
        for _ in range(self.worth - 1):
            weight *= delta
            paid += weight * self.deterrence
        return (self.fight_cost - paid) / (weight * delta * self.deterrence)

    # --- how states follow each other

    def after_fight(self, state: State) -> State:
        """Return the state after an entry that was fought; a fight that nobody expects changes no belief."""
        left, belief, due = state
        seen = belief + (1 - belief) * self.fight(left, belief)
        if seen == 0:
            return left - 1, belief, due
        aim = self.aim(left)
        due = self.worth if self.kind == "reputation" and belief <= aim < 1 else None
        return left - 1, belief / seen, due

    @staticmethod
    def after_peace(state: State) -> State:
        """Return the state after an entry that was tolerated: the player is not tough."""
        return state[0] - 1, _ZERO, None

    @staticmethod
    def after_none(state: State) -> State:
        """Return the state after an opponent that stayed out."""
        left, belief, due = state
        return left - 1, belief, None if due is None else max(due - 1, 0)

    @property
    def start(self) -> State:
        """The first state."""
        return self.opponents, self.prior, None

    # --- what is asked

    @cached_property
    def deterred(self) -> int:
        """How many opponents stay out for sure before the first that may enter."""
        count, state = 0, self.start
        while count < self.opponents and self.stays_out(state) == 1:
            count, state = count + 1, self.after_none(state)
        return count

    @cached_property
    def path(self) -> tuple[tuple[Fraction, Fraction], ...]:
        """The probabilities that each opponent in turn enters, and that it enters and is fought."""
        found = []
        # the chances of a state together with a tough player, and with another one
        chances: dict[State, tuple[Fraction, Fraction]] = {self.start: (self.prior, 1 - self.prior)}
        for _ in range(self.opponents):
            entry, fought = _ZERO, _ZERO
            after: dict[State, list[Fraction]] = defaultdict(lambda: [_ZERO, _ZERO])
            for state, (tough, other) in chances.items():
                out, y = self.stays_out(state), self.fight(state[0], state[1])
                entry += (tough + other) * (1 - out)
                fought += (tough + other * y) * (1 - out)
                for to, a, b in (
                    (self.after_none(state), tough * out, other * out),
                    (self.after_fight(state), tough * (1 - out), other * (1 - out) * y),
                    (self.after_peace(state), _ZERO, other * (1 - out) * (1 - y)),
                ):
                    if a + b > 0:
                        after[to][0] += a
                        after[to][1] += b
            chances = {state: (a, b) for state, (a, b) in after.items()}
            found.append((entry, fought))
        return tuple(found)

    def largest_gain(self) -> Fraction:
        """Return the most that anybody gains by another choice in a state that is reached, or that a deviation reaches.

        Values are computed from the strategies alone, backward, and every choice is compared with the other one: no
        cutoff and no condition of indifference enters. 0 says that the strategies and beliefs are a sequential
        equilibrium.
        """
        levels: list[dict[State, None]] = [{self.start: None}]
        for _ in range(self.opponents):
            below: dict[State, None] = {}
            for state in levels[-1]:
                for to in (self.after_none(state), self.after_fight(state), self.after_peace(state)):
                    below[to] = None
            levels.append(below)
        values: dict[State, Fraction] = dict.fromkeys(levels[-1], _ZERO)
        worst = _ZERO
        for level in reversed(levels[:-1]):
            here = {}
            for state in level:
                left, belief, _ = state
                out, y = self.stays_out(state), self.fight(left, belief)
                fights = -self.fight_cost + self.discount_factor * values[self.after_fight(state)]
                tolerates = self.discount_factor * values[self.after_peace(state)]
                kept = y * fights + (1 - y) * tolerates
                worst = max(worst, fights - kept, tolerates - kept)
                seen = belief + (1 - belief) * y
                enters = (1 - seen) * self.entry_gain - seen * self.entry_loss
                worst = max(worst, out * enters, -(1 - out) * enters)
                waits = self.deterrence + self.discount_factor * values[self.after_none(state)]
                here[state] = out * waits + (1 - out) * kept
            values = here
        return worst

    # --- how it is shown

    def to_json(self) -> dict[str, Any]:
        """Return the policy by opponents left, and what follows on the path of play, as JSON values."""
        policy = {}
        for left in range(self.opponents, 0, -1):
            cutoff = self.cutoff(left)
            policy[str(left)] = {
                "cutoff": None if cutoff is None else number_to_json(cutoff),
                "enter": number_to_json(1 - self.stays_out((left, self.prior, None))),
                "fight": number_to_json(self.fight(left, self.prior)),
            }
        return {
            "form": "repeated",
            "concept": "sequential",
            "method": self.method,
            "arithmetic": self.arithmetic,
            "complete": self.complete,
            "kind": self.kind,
            "policy": policy,
            "opponents": self.opponents,
            "prior": number_to_json(self.prior),
            "discount_factor": number_to_json(self.discount_factor),
            "entry_gain": number_to_json(self.entry_gain),
            "entry_loss": number_to_json(self.entry_loss),
            "deterrence": number_to_json(self.deterrence),
            "fight_cost": number_to_json(self.fight_cost),
            "deterred": self.deterred,
            "fights_paid_by": self.worth,
            "path": [[number_to_json(entry), number_to_json(fought)] for entry, fought in self.path],
            "largest_gain": number_to_json(self.largest_gain()),
        }

    def table(self) -> Table:
        """Return per opponent its cutoff, what it does at the prior, and what happens on the path of play."""
        rows = []
        for left, (entry, fought) in zip(range(self.opponents, 0, -1), self.path, strict=True):
            cutoff = self.cutoff(left)
            rows.append(
                (
                    str(left),
                    "" if cutoff is None else _written(cutoff),
                    _written(self.fight(left, self.prior)),
                    _written(entry),
                    _written(fought),
                )
            )
        count = "1 opponent" if self.opponents == 1 else f"{self.opponents} opponents"
        notes = [_KINDS[self.kind]]
        if self.kind in ("reputation", "no_imitation", "unravels"):
            notes.append(f"{self.deterred} of {count} are deterred at the prior of {_written(self.prior)}.")
        if self.kind == "reputation":
            assert self.indifferent is not None
            paid = "one deterred opponent pays" if self.worth == 1 else f"{self.worth} deterred opponents pay"
            notes.append(
                f"A fight with {_written(self.indifferent)} deters; {paid} for a fight: with k left the cutoff is "
                f"({plain(self.indifferent)})**{'k' if self.worth == 1 else f'ceil(k/{self.worth})'}."
            )
        notes.append(
            "The fight is that of a player that is not tough, if entered at the prior; chances are those at the start."
        )
        columns = ("left", "cutoff", "fight", "chance of entry", "of entry and fight")
        return Table(f"chain of {count}", columns, tuple(rows), tuple(notes))


def _written(value: Fraction) -> str:
    text = plain(value)
    return text if len(text) <= 7 else short(value, 4)


def chain(
    entry_gain: object,
    entry_loss: object,
    deterrence: object,
    fight_cost: object,
    opponents: int,
    prior: object = 0,
    discount_factor: object = 1,
) -> Chain:
    """Return an equilibrium of one player against a chain of opponents, exactly.

    Parameters
    ----------
    entry_gain, entry_loss : number
        What an opponent gains by an entry that is tolerated, and loses by one that is fought, against staying out.
    deterrence, fight_cost : number
        What the player gains by an opponent that stays out, and loses by a fight, against tolerating an entry.
    opponents : int
        From 1 to 1000.
    prior : number
        Probability that the player is tough: it then always fights. Below 1; 0 is complete information.
    discount_factor : number
        From one opponent to the next, above 0 and at most 1.

    Returns
    -------
    Chain
        A sequential equilibrium: cutoffs, strategies at every belief, who is deterred, chances on the path of play;
        ``largest_gain()`` checks every choice against the other one.

    Raises
    ------
    UsageError
        If an argument is no such number, or an opponent would rather be fought than tolerated.

    Notes
    -----
    *Scope.* Payoffs are the same for all opponents. Of equally good choices an opponent stays out, and a fight without
    cost is fought. Beliefs after what nobody expects are those before. Other sequential equilibria may exist with other
    beliefs there; in Kreps and Wilson's case this is the one that they find, and the only one with plausible beliefs.
    *Cost.* Grows with the square of the opponents.

    References
    ----------
    R. Selten (1978), "The chain store paradox", Theory and Decision 9, 127-159. D. Kreps and R. Wilson (1982),
    "Reputation and imperfect information", Journal of Economic Theory 27, 253-279.

    Examples
    --------
    >>> found = chain(entry_gain=1, entry_loss=1, deterrence=2, fight_cost=1, opponents=6, prior="1/10")
    >>> [str(found.cutoff(left)) for left in (1, 2, 3, 4)], found.deterred
    (['1/2', '1/4', '1/8', '1/16'], 3)
    >>> found.largest_gain()
    Fraction(0, 1)
    """
    given = {
        "entry_gain": entry_gain,
        "entry_loss": entry_loss,
        "deterrence": deterrence,
        "fight_cost": fight_cost,
        "prior": prior,
        "discount_factor": discount_factor,
    }
    numbers = {name: exact_or_float(value) for name, value in given.items()}
    floats = any(isinstance(each, float) for each in numbers.values())
    b, c, m, f, p, delta = (Fraction(each) for each in numbers.values())
    if isinstance(opponents, bool) or not isinstance(opponents, int) or not 1 <= opponents <= _MOST:
        raise UsageError(f"found opponents={opponents!r}; expected a whole number from 1 to {_MOST}")
    if not 0 <= p < 1:
        raise UsageError(f"found prior={plain(p)}; expected a probability below 1")
    if not 0 < delta <= 1:
        raise UsageError(f"found discount_factor={plain(delta)}; expected a number above 0 and at most 1")
    if b + c < 0:
        raise UsageError(
            f"found entry_gain={plain(b)} and entry_loss={plain(c)}: an opponent would rather be "
            "fought than tolerated; expected a gain that is no less than minus the loss"
        )
    worth = _worth(m, f, delta, opponents)
    if b <= 0:
        kind = "no_entry"
    elif c < 0 or (c == 0 and f > 0):
        kind = "no_fear"
    elif f <= 0:
        kind = "credible"
    elif p == 0:
        kind = "unravels"
    elif worth is None:
        kind = "no_imitation"
    else:
        kind = "reputation"
    if kind not in ("reputation", "unravels"):
        worth = None
    return Chain(b, c, m, f, opponents, p, delta, kind, worth, "float" if floats else "exact")


def _worth(deterrence: Fraction, cost: Fraction, delta: Fraction, opponents: int) -> int | None:
    """Return how many deterred opponents pay for a fight; None where those that can be left do not."""
    paid, weight = _ZERO, _ONE
    for count in range(1, opponents):
        weight *= delta
        paid += weight * deterrence
        if paid >= cost:
            return count
    return None
