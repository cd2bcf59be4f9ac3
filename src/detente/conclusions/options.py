"""What a player should do: each strategy as a commitment, with what the others then do and what it is worth.

The player moves first and is bound; the others see it and play an equilibrium of what is left. Where that leaves
several equilibria, an option is worth between the worst and the best of them; options are compared at their worst. Over
the box of parameters an option has proved bounds, a share of draws in which no other is better (under several priors,
because one share of one box is false precision), and a largest regret: what the best other option would have paid
more.

References
----------
T. C. Schelling (1960), The Strategy of Conflict, chapter 5 (commitment).
B. von Stengel and S. Zamir (2010), "Leadership games with convex strategy sets", Games and Economic Behavior 69.
L. J. Savage (1951), "The theory of statistical decision", Journal of the American Statistical Association 46 (regret).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detente.conclusions._commitments import Menu, menu
from detente.conclusions._option_bounds import Bounds
from detente.conclusions._option_draws import Sample, sampling
from detente.conclusions._option_results import Option, Options, PriorShare, percent
from detente.conclusions._option_values import Valuation
from detente.conclusions.ensemble.draws import PRIORS
from detente.conclusions.meaning import Meaning
from detente.numbers import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from detente.games.normal import NormalFormGame
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree

__all__ = ["Option", "Options", "PriorShare", "options", "share_notes"]


def options(
    game: SymbolicGame | SymbolicTree | NormalFormGame,
    player: str | int,
    at: Mapping[str, object] | None = None,
    *,
    draws: int = 20_000,
    priors: Sequence[str] = tuple(PRIORS),
    seed: int = 0,
    budget: float = 20.0,
) -> Options:
    """Compare the options of a player: each strategy as a commitment that the others see before they play.

    Parameters
    ----------
    game : SymbolicGame, SymbolicTree or NormalFormGame
        A normal form with any number of players, or a tree with perfect information. A numeric game is a point
        without a box.
    player : str or int
    at : mapping, optional
        The point; parameters left out are at their value.
    draws : int
        Under each prior; constraints reject some.
    priors : sequence of str
        Names of :data:`detente.ensemble.PRIORS`; the first gives ``share_best`` and the quantiles.
    seed : int
        The draws are those of :func:`detente.ensemble.draws` with this seed.
    budget : float
        Seconds for the bounds over the box; what is not settled then has wider bounds.

    Returns
    -------
    Options

    Raises
    ------
    UsageError
        If the player or a prior is unknown, or a payoff is undefined.

    Notes
    -----
    *What is left* once an option is fixed: with one other player its best replies, ties included; with two others that
    move, all equilibria, mixed ones included; with more, their pure equilibria; in a tree, the pure subgame-perfect
    plans of the others. Commitments to mixtures are not looked at.

    *Proved* are ``low``, ``high`` and ``regret_bound``, by branch and bound in exact rationals
    (:mod:`detente.conclusions.extremes`); ``seen_low``, ``seen_high`` and ``regret`` are attained. Regret compares the
    worst equilibria after each option.

    Examples
    --------
    >>> from detente.games.symbolic import SymbolicGame
    >>> entry = SymbolicGame([[["p - c", "-c"], [0, 0]], [["1 - p", "1 - k"], [2, 2]]],
    ...                      {"p": ("1/2", 1), "c": (0, 1), "k": (0, 1)}, ["entrant", "incumbent"],
    ...                      [["enter", "stay"], ["share", "fight"]])
    >>> found = options(entry, "entrant", {"c": "1/4", "k": 1}, draws=1000)
    >>> [(each.strategy, str(each.worst), str(each.low), str(each.high)) for each in found]
    [('enter', '1/2', '-1', '1'), ('stay', '0', '0', '0')]
    """
    number, each_prior = sampling(draws, priors)
    chosen = menu(game, player)
    point = chosen.game.point(at)
    values = Valuation(chosen)
    here = values.at(point)
    sampled = [Sample.make(chosen, values, number, prior, seed) for prior in each_prior]
    bounds = Bounds(chosen, values, budget)
    made, ends = [], []
    left = 2 * len(chosen.labels)
    for index in range(len(chosen.labels)):
        bounds.allow(1 / (left - index))
        ends.append(bounds.payoff(index))
    left -= len(ends)
    for index, strategy in enumerate(chosen.labels):
        low, high = ends[index]
        bounds.allow(1 / (left - index))
        points = [point, *(where for each in sampled if (where := each.worst_regret[index]) is not None)]
        regret = bounds.regret(index, points)
        seen_low, worst_case = _more(low, [each.lowest[index] for each in sampled], min)
        seen_high, _ = _more(high, [each.highest[index] for each in sampled], max)
        made.append(
            Option(
                strategy, here[index].worst, here[index].best, here[index].replies,
                None if low.empty else low.bound, None if high.empty else high.bound, seen_low, seen_high, worst_case,
                tuple(each.shares[index] for each in sampled), regret.value, regret.bound, regret.point,
                sampled[0].quantiles[index],
            )
        )  # fmt: skip
    notes = _notes(chosen, bounds, sampled, tuple(made), number)
    return Options(
        chosen.players[chosen.player], tuple(made), chosen.method, point, number, seed, sampled[0].rejected, notes,
        _meanings(chosen),
    )  # fmt: skip


def _meanings(chosen: Menu) -> dict[str, Meaning]:
    """Return what the ranking of options and their amounts take payoffs to be."""
    if chosen.method == "all equilibria":
        ranking = Meaning("cardinal", "the others may mix after an option, with weights that depend on differences")
    elif chosen.chance:
        ranking = Meaning("cardinal", "chance moves make averages of payoffs")
    else:
        ranking = Meaning("ordinal", "replies and options are compared payoff by payoff, each player with itself")
    return {"ranking": ranking, "amounts": Meaning("cardinal", "they are in the unit of the player")}


def _more(extreme: Any, sampled: list[Any], pick: Any) -> tuple[Any, Mapping[str, Fraction] | None]:
    """Return the extreme value that was seen, at an exact point or in a draw, with its point."""
    seen = [(extreme.value, extreme.point)] if extreme.value is not None else []
    seen += [each for each in sampled if each is not None]
    # At equal values an exact point comes first.
    return pick(seen, key=lambda each: each[0], default=(None, None))  # type: ignore[no-any-return]


def share_notes(sampled: list[Sample], made: tuple[Option, ...], number: int) -> list[str]:
    """Return in words how shares were counted, and where ties or missing equilibria matter to them."""
    said = []
    priors = [each.shares[0].prior for each in sampled]
    error = max(share.error for each in sampled for share in each.shares)
    said.append(
        f"Shares: {number} draws under each of {len(priors)} priors ({', '.join(priors)}), standard error at most "
        f"{short(error, 1)}; an option is best where no other has a better worst equilibrium."
    )
    if max(each.rejected for each in sampled) > 0:
        low, high = min(each.rejected for each in sampled), max(each.rejected for each in sampled)
        said.append(f"Constraints reject {percent(low, high)} of the draws.")
    tied = max(share.tied for each in sampled for share in each.shares)
    if tied > 0:
        said.append(f"Ties: up to {short(100 * tied)}% of draws have several best options, which all count.")
    if any(share.surely < share.share or share.possibly > share.share for each in sampled for share in each.shares):
        for each in made:
            surely, possibly = min(s.surely for s in each.shares), max(s.possibly for s in each.shares)
            said.append(
                f"{each.strategy}: best whichever equilibrium follows in at least {short(100 * surely)}% of draws, "
                f"for some equilibrium in up to {short(100 * possibly)}%."
            )
    missing = max(share.open for each in sampled for share in each.shares)
    if missing > 0:
        said.append(f"In {short(100 * missing)}% of draws some option leaves no pure equilibrium: they count for none.")
    return said


def _notes(
    chosen: Menu, bounds: Bounds, sampled: list[Sample], made: tuple[Option, ...], number: int
) -> tuple[str, ...]:
    said = share_notes(sampled, made, number)
    if chosen.places:
        said.append(f"Options say what {chosen.players[chosen.player]} does at: {'; '.join(chosen.places)}.")
    if chosen.method == "pure equilibria":
        said.append("Mixed equilibria of the game that is left are not looked at.")
    if any(None in (each.low, each.high, each.regret_bound) for each in made if each.seen_low is not None):
        said.append("Where no bound could be proved, numbers marked [seen] are only what was seen.")
    elif not all(map(_closed, made)):
        spent = "; the time ran out, and a longer budget may bring them closer" if not bounds.finished else ""
        said.append(f"Numbers outside brackets were seen; proved bounds stand in brackets where they are wider{spent}.")
    else:
        said.append("Worst cases, best cases and regrets are proved over the box, and attained in it.")
    return tuple(said)


def _closed(each: Option) -> bool:
    pairs = ((each.low, each.seen_low), (each.high, each.seen_high), (each.regret_bound, each.regret))
    return all(short(bound) == short(seen) for bound, seen in pairs)
