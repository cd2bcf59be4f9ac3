"""Every dynamic by name, for commands and questions: one entry, one shape of answer.

>>> from detente.games import classic
>>> simulate(classic.game("prisoners_dilemma"), "fictitious-play").tables()[0].title
'fictitious play'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from detente.display import Displayed
from detente.errors import UsageError, did_you_mean
from detente.numbers import exact, exact_or_float
from detente.solve.dynamics.populations import Populations, populations

if TYPE_CHECKING:
    from detente.display import Table
    from detente.games.normal import NormalFormGame

__all__ = ["DYNAMICS", "Dynamic", "Settings", "Simulation", "simulate"]


@dataclass(frozen=True)
class Settings:
    """What a simulation may be told; None means the default. :data:`DYNAMICS` says what each dynamic listens to."""

    steps: int | None = None
    seed: int | None = None
    start: str | None = None
    precision: str | None = None
    population: int | None = None
    populations: int | None = None
    mutation: str | None = None
    intensity: str | None = None
    process: str | None = None
    hostile: str | None = None
    benign: str | None = None
    strategies: tuple[str, ...] | None = None
    discount: str | None = None
    error: str | None = None
    misperception: str | None = None
    rule: str | None = None

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what is set."""
        return tuple(name for name, value in vars(self).items() if value is not None)


@dataclass(frozen=True)
class Simulation(Displayed):
    """The answer of a dynamic: its parts by name, the main one first."""

    game: NormalFormGame
    dynamic: str
    parts: Mapping[str, Any]
    setting: Populations | None = None
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """True where the main part did not leave open where play goes."""
        return bool(getattr(next(iter(self.parts.values())), "converged", True))

    def tables(self) -> list[Table]:
        """Return the tables of all parts."""
        parts = list(self.parts.values())
        return [
            *(parts[0].tables() if hasattr(parts[0], "tables") else [parts[0].table()]),
            *(each.table() for each in parts[1:]),
        ]

    def table(self) -> Table:
        """Return the table of the main part."""
        return self.tables()[0]

    def to_json(self) -> dict[str, Any]:
        """Return all parts as JSON values."""
        return {
            "dynamic": self.dynamic,
            "players": list(self.game.players),
            "strategies": {
                player: list(own) for player, own in zip(self.game.players, self.game.strategies, strict=True)
            },
            "converged": self.complete,
            "notes": list(self.notes),
            **{name: each.to_json() for name, each in self.parts.items()},
        }

    def displayed(self) -> tuple[Table, ...]:
        """Return what is shown, in order."""
        return tuple(self.tables())


@dataclass(frozen=True)
class Dynamic:
    """A dynamic: what it is, which settings it listens to, how it runs."""

    words: str
    listens: tuple[str, ...]
    run: Callable[[NormalFormGame, Settings], Simulation] = field(repr=False)


def simulate(game: NormalFormGame, dynamic: str = "replicator", settings: Settings | None = None) -> Simulation:
    """Run a dynamic on a two-player game.

    Parameters
    ----------
    dynamic : str
        One of :data:`DYNAMICS`.
    settings : Settings, optional

    Raises
    ------
    UsageError
        If the dynamic is unknown, does not fit the game, or a setting is given that it does not listen to.
    """
    if dynamic not in DYNAMICS:
        hint = did_you_mean(dynamic, DYNAMICS)
        raise UsageError(
            f"unknown dynamic {dynamic!r}; expected one of {', '.join(DYNAMICS)}" + (f"; {hint}" if hint else "")
        )
    if len(getattr(game, "players", ())) != 2 or not hasattr(game, "floats"):
        raise UsageError("dynamics are for two-player games in normal form; solve other games, or reduce them first")
    chosen = settings or Settings()
    deaf = [name for name in chosen.given if name not in DYNAMICS[dynamic].listens]
    if deaf:
        raise UsageError(f"{dynamic} does not use {deaf[0]}; it listens to {', '.join(DYNAMICS[dynamic].listens)}")
    return DYNAMICS[dynamic].run(game, chosen)


def _start(setting: Populations, text: str | None) -> Any:
    """Return a start from text: ``1/3`` or ``1/2,1/4,1/4``, populations separated by ``;``, or strategies by name."""
    if text is None:
        return None
    groups = [part.strip() for part in text.split(";")]
    if len(groups) == 1 and setting.count == 2:
        profile = [part.strip().rpartition("=")[2].strip() for part in text.split(",")]
        if len(profile) == 2 and all(each in own for each, own in zip(profile, setting.labels, strict=True)):
            return profile
        if len(profile) == 2 and setting.sizes == (2, 2):
            return profile
    if len(groups) != setting.count:
        raise UsageError(
            f"found the start {text!r}; expected {setting.count} groups of shares separated by ';', one per "
            "population, or one strategy of each, as in cooperate,confront"
        )
    found = []
    for labels, group in zip(setting.labels, groups, strict=True):
        parts = [part.strip() for part in group.split(",")]
        found.append(parts[0] if len(parts) == 1 or parts[0] in labels else parts)
    return found if setting.count == 2 else found[0]


def _beliefs(text: str | None) -> Any:
    """Return the start of fictitious play: a profile, or the weights of prior beliefs."""
    if text is None:
        return None
    groups = [part.strip() for part in text.split(";")]
    if len(groups) == 1:
        return [part.strip().rpartition("=")[2].strip() for part in text.split(",")]
    return [[exact(part.strip()) for part in group.split(",")] for group in groups]


def _evolution(game: NormalFormGame, settings: Settings, name: str) -> Simulation:
    from detente.solve.dynamics.trajectory import trajectory

    setting = populations(game, settings.populations)
    path = trajectory(
        setting, _start(setting, settings.start), name, time=settings.steps, precision=_number(settings.precision, 1)
    )
    parts: dict[str, Any] = {"trajectory": path}
    if name == "logit":
        return Simulation(game, name, parts, setting)
    from detente.solve.dynamics.basins import basins

    small = sum(setting.sizes) <= 4
    try:
        found = basins(setting, samples=1000 if small else 200, seed=settings.seed or 0)
    except UsageError as error:  # too many supports: the path stands alone
        return Simulation(game, name, parts, setting, (f"rest points and basins are left out: {error}",))
    return Simulation(game, name, {**parts, "rest_points": found.rest, "basins": found}, setting)


def _best_response(game: NormalFormGame, settings: Settings) -> Simulation:
    from detente.solve.dynamics.basins import basins
    from detente.solve.dynamics.best_response_path import best_response_dynamics

    setting = populations(game, settings.populations)
    path = best_response_dynamics(setting, _start(setting, settings.start), turns=settings.steps or 400)
    parts: dict[str, Any] = {"path": path}
    if set(setting.sizes) == {2}:
        try:
            parts["basins"] = basins(setting, "best-response")
        except UsageError:  # no two strict equilibria: there is no boundary to tell of
            return Simulation(game, "best-response", parts, setting)
    return Simulation(game, "best-response", parts, setting)


def _fictitious(game: NormalFormGame, settings: Settings) -> Simulation:
    from detente.solve.dynamics.fictitious_play import fictitious_play

    found = fictitious_play(
        game,
        100_000 if settings.steps is None else settings.steps,
        start=_beliefs(settings.start),
        rule=settings.rule or "first",
        seed=settings.seed or 0,
    )
    return Simulation(game, "fictitious-play", {"play": found}, populations(game, 2))


def _moran(game: NormalFormGame, settings: Settings) -> Simulation:
    from detente.solve.dynamics.finite_population import rare_mutations
    from detente.solve.dynamics.population_chain import long_run

    if not bool((game.payoffs[0] == game.payoffs[1].T).all() if game.shape[0] == game.shape[1] else False):
        raise UsageError(
            "moran is for one population that plays a symmetric game; for two populations use "
            "stochastic-best-response, replicator or best-response"
        )
    setting = populations(game, 1)
    members = 20 if settings.population is None else settings.population
    process = settings.process or ("moran" if game.floats.min() > 0 else "pairwise")
    weight = _number(settings.intensity, 1)
    parts: dict[str, Any] = {"rare_mutations": rare_mutations(game, members, process=process, intensity=weight)}
    if settings.mutation is not None:
        if process != "moran":
            raise UsageError("the full chain with mutations is that of the process moran, with positive payoffs")
        parts["long_run"] = long_run(setting, members, _number(settings.mutation, 0), intensity=weight)
    return Simulation(game, "moran", parts, setting)


def _stochastic(game: NormalFormGame, settings: Settings) -> Simulation:
    from detente.solve.dynamics.population_chain import long_run
    from detente.solve.dynamics.stochastic_stability import stochastic_stability

    setting = populations(game, settings.populations)
    members = 20 if settings.population is None else settings.population
    parts: dict[str, Any] = {"stability": stochastic_stability(setting, members)}
    if settings.mutation is not None and setting.count == 2:
        raise UsageError("the long run with mistakes is that of one population; leave mutation out for two")
    if setting.count == 1:
        parts["long_run"] = long_run(
            setting, members, _number(settings.mutation, exact("1/100")), process="best-response"
        )
    return Simulation(game, "stochastic-best-response", parts, setting)


def _tournament(game: NormalFormGame, settings: Settings, name: str) -> Simulation:
    from detente.solve.tournaments.ecology import ecology
    from detente.solve.tournaments.tournament import DEFAULT_FIELD, tournament

    played = tournament(
        game,
        settings.strategies or DEFAULT_FIELD,
        rounds=settings.steps if name == "tournament" else None,
        discount_factor=settings.discount,
        action_error=_number(settings.error, 0),
        misperception=_number(settings.misperception, 0),
    )
    if name == "tournament":
        return Simulation(game, name, {"tournament": played})
    return Simulation(game, name, {"ecology": ecology(played, settings.steps or 1000), "tournament": played})


def _spiral(game: NormalFormGame, settings: Settings) -> Simulation:
    from detente.solve.dynamics.spiral import spiral

    setting = populations(game, 2)
    found = spiral(game, _per_player(settings.hostile), _per_player(settings.benign), _start(setting, settings.start))
    return Simulation(game, "spiral", {"spiral": found}, setting)


def _number(text: str | None, default: Any) -> Any:
    return default if text is None else exact_or_float(text)


def _per_player(text: str | None) -> Any:
    """Return one number, or one per player from ``1/4,0``."""
    if text is None:
        return 0
    parts: Sequence[str] = [part.strip() for part in text.split(",")]
    return exact_or_float(parts[0]) if len(parts) == 1 else [exact_or_float(part) for part in parts]


#: Dynamics by name.
DYNAMICS: dict[str, Dynamic] = {
    "replicator": Dynamic(
        "shares grow with what they earn above the mean; rest points, basins",
        ("steps", "start", "populations", "seed"),
        lambda game, settings: _evolution(game, settings, "replicator"),
    ),
    "logit": Dynamic(
        "shares move towards logit responses",
        ("steps", "start", "precision", "populations"),
        lambda game, settings: _evolution(game, settings, "logit"),
    ),
    "best-response": Dynamic(
        "shares move towards best responses; exact corners", ("steps", "start", "populations"), _best_response
    ),
    "fictitious-play": Dynamic(
        "best responses to the other's past play; exact beliefs", ("steps", "start", "rule", "seed"), _fictitious
    ),
    "moran": Dynamic(
        "a finite population copies success; fixation, rare mutations",
        ("population", "intensity", "process", "mutation"),
        _moran,
    ),
    "stochastic-best-response": Dynamic(
        "finite populations answer with rare mistakes; stochastic stability",
        ("population", "populations", "mutation"),
        _stochastic,
    ),
    "tournament": Dynamic(
        "automata play each other; expected payoffs (2x2)",
        ("steps", "strategies", "discount", "error", "misperception"),
        lambda game, settings: _tournament(game, settings, "tournament"),
    ),
    "ecology": Dynamic(
        "successful automata become more frequent (2x2)",
        ("steps", "strategies", "discount", "error", "misperception"),
        lambda game, settings: _tournament(game, settings, "ecology"),
    ),
    "spiral": Dynamic("best responses to moves that are misread (2x2)", ("hostile", "benign", "start"), _spiral),
}
