"""What to do in a game of many members: profiles as text, gains as formulas, levers, members as commitments."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from detente.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.conclusions._conditions import Conditions
    from detente.conclusions.levers import Levers
    from detente.study.model import GameModel

__all__ = ["member_gains", "member_levers", "member_profile", "profile_conditions"]

#: What stands for all members that are not named.
EACH = "each"


def member_profile(model: GameModel, to: object, held: Mapping[str, str]) -> tuple[str, ...]:
    """Return the action of every member, from ``each=ACTION``, ``MEMBER=ACTION`` and lists of all actions in order.

    Raises
    ------
    UsageError
        If a member or action is unknown, a member is named twice or not at all, or one that is held does otherwise.
    """
    members, actions = model.players, model.definition.strategies[model.players[0]]
    parts = [part.strip() for part in to.split(",")] if isinstance(to, str) else to
    if hasattr(parts, "items"):
        parts = [f"{name}={action}" for name, action in parts.items()]
    expected = f"each={actions[-1]}, or each={actions[-1]},{members[0]}={actions[0]}"
    if not isinstance(parts, (list, tuple)) or not all(isinstance(each, str) for each in parts):
        raise UsageError(f"found the profile {to!r}; expected {expected}")
    if len(parts) == 1 and parts[0] in actions:
        parts = [f"{EACH}={parts[0]}"]
    if len(parts) == len(members) and not any("=" in each for each in parts):
        parts = [f"{name}={each}" for name, each in zip(members, parts, strict=True)]
    chosen: dict[str, str] = {}
    for part in parts:
        name, equals, action = (each.strip() for each in part.partition("="))
        if not equals:
            hint = did_you_mean(part, (*actions, *model.definition.conclusions))
            raise UsageError(f"found {part!r} in the profile; expected {expected}" + (f"; {hint}" if hint else ""))
        for what, given, known in (("member", name, (*members, EACH)), ("action", action, actions)):
            if given not in known:
                hint = did_you_mean(given, known)
                raise UsageError(f"unknown {what} {given!r}" + (f"; {hint}" if hint else f"; expected {expected}"))
        if name in chosen:
            raise UsageError(f"found {name!r} twice in the profile")
        chosen[name] = action
    missing = [name for name in members if name not in chosen]
    if missing and EACH not in chosen:
        raise UsageError(f"found no action of {missing[0]} and {len(missing) - 1} more; add each=ACTION for all others")
    profile = tuple(chosen.get(name) or held.get(name) or chosen[EACH] for name in members)
    for name, action in held.items():
        if profile[members.index(name)] != action:
            raise UsageError(f"found {name} at {profile[members.index(name)]}; it is held at {action} in {model.name}")
    return profile


def member_gains(model: GameModel, kind: str, profile: tuple[str, ...], held: Mapping[str, str]) -> list[Any]:
    """Return what every member that is not held gains by every other action at a profile, as expressions of parameters."""
    from detente.games.symbolic import symbol
    from detente.payoffs.items import Tally

    box = model.payoffs(kind).box
    names = {name: symbol(name) for name in (*box.parameters, *box.derived)}
    actions, n = model.definition.strategies[model.players[0]], len(model.players)
    at = {action: profile.count(action) for action in actions}
    found = []
    for member, own in zip(model.players, profile, strict=True):
        if member in held:
            continue
        payoffs = {}
        for action in actions:
            numbers = dict(at)
            numbers[own] -= 1
            numbers[action] += 1
            tally = Tally(numbers, action, n)
            terms = [
                term
                for term in model.payoff_model.terms_of(member)
                if (term.material or kind == "strategic") and term.holds({member: action})
            ]
            payoffs[action] = sum(term.formula.to_sympy(names, tally.item) for term in terms)
        found += [payoffs[other] - payoffs[own] for other in actions if other != own]
    return found


def profile_conditions(
    model: GameModel, kind: str, to: object, held: Mapping[str, str], *, broken: bool = False
) -> Conditions:
    """Return as conditions that a profile of all members is an equilibrium, or where ``broken`` that it is none."""
    from detente.conclusions.markov_levers import policy_conditions

    profile = member_profile(model, to, held)
    box = model.payoffs(kind).box
    gains = list(dict.fromkeys(map(box.expand, member_gains(model, kind, profile, held))))
    text = f"equilibrium:{_told(model, profile)}"
    return policy_conditions(box, f"not {text}" if broken else text, gains, broken=broken)


def member_levers(
    model: GameModel,
    kind: str,
    to: object,
    outcome: str,
    values: Mapping[str, Fraction],
    held: Mapping[str, str],
    more: Mapping[str, Any],
    *,
    broken: bool = False,
) -> Levers:
    """Return the cheapest changes that make a profile of all members an equilibrium, or the only pure one."""
    from detente.conclusions.levers import levers_for
    from detente.conclusions.member_levers import sole_levers

    if more.get("side_payments"):
        raise UsageError("side payments are for normal forms; found a game of many members")
    if outcome not in {"equilibrium", "unique"}:
        raise UsageError(
            f"found the outcome {outcome!r} of a game of many members; expected equilibrium, or unique: the only pure one"
        )
    profile = member_profile(model, to, held)
    text = f"{outcome}:{_told(model, profile)}"
    box = model.payoffs(kind).box
    if outcome == "equilibrium":
        conditions = profile_conditions(model, kind, to, held, broken=broken)
        rest = {key: each for key, each in more.items() if key != "side_payments"}
        return levers_for(conditions, values, exclude=model.definition.units, **rest)

    from detente.conclusions.member_levers import MemberLine, member_line
    from detente.study.forms._member_payoffs import member_payoffs

    def game_at(name: str, value: Fraction) -> Any:
        there = {**values, name: value}
        return member_payoffs(model, {**there, **model.derived_values(there)}, kind == "material")

    def along(name: str) -> MemberLine | None:
        interval = model.intervals[name]
        if any(isinstance(x, float) for x in model.derived_values({**values, name: interval.low}).values()):
            return None
        return member_line(lambda value: game_at(name, value), interval.low, interval.high)

    actions = model.definition.strategies[model.players[0]]
    reached = [name for name in model.intervals if name in _used(model, box)]
    stays = {model.players.index(who): actions.index(what) for who, what in held.items()}
    some = next(iter(values))
    return sole_levers(
        text, [actions.index(each) for each in profile], along, game_at(some, values[some]), box, values, names=reached,
        held=stays, exclude=model.definition.units, weights=more.get("weights"),
    )  # fmt: skip


def _used(model: GameModel, box: Any) -> frozenset[str]:
    """Return the parameters that payoffs rest on, through derived values too."""
    names = {name for term in model.payoff_model.terms for name in term.formula.names}
    derived = {name: box.expand(expression) for name, expression in box.derived.items()}
    through = {str(each) for name in names & set(derived) for each in derived[name].free_symbols}
    return frozenset((names | through) & set(model.intervals))


def _told(model: GameModel, profile: tuple[str, ...]) -> str:
    """Return a profile in few words: what most do, then who does otherwise."""
    most = max(dict.fromkeys(profile), key=profile.count)
    others = [f"{name}={own}" for name, own in zip(model.players, profile, strict=True) if own != most]
    return ",".join([f"{EACH}={most}", *others])
