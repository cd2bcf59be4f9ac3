"""detente: game-theoretic strategy analysis from documents.

Payoffs with sources, equilibria with certificates, conditions in closed form, reports. The names below load
what they need when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.conclusions import ensemble
    from detente.conclusions.levers import breaks, levers
    from detente.conclusions.meaning import meaning
    from detente.conclusions.options import options
    from detente.conclusions.rests_on import rests_on
    from detente.conclusions.robustness.robustness import robustness
    from detente.conclusions.thresholds import thresholds
    from detente.conclusions.tree_optimum import best_value
    from detente.errors import BudgetExceeded, DetenteError, FormulaError, InputError, NotConverged, UsageError
    from detente.facade import Game, Study
    from detente.games import classic
    from detente.games.coalitional import CoalitionalGame, WeightedGame, WeightedVotingGame
    from detente.games.control import ControlGame, SymbolicControl
    from detente.games.extensive import GameTree, chance, decision, terminal
    from detente.games.formats import read_game, write_game
    from detente.games.incomplete import AttritionGame, GlobalGame
    from detente.games.normal import NormalFormGame
    from detente.games.population import PopulationGame
    from detente.games.repeated import RepeatedGame
    from detente.games.stochastic import StochasticGame
    from detente.games.symbolic import SymbolicGame
    from detente.games.symbolic_tree import SymbolicTree
    from detente.reports.chain_figure import chain_figure
    from detente.reports.repeated_figures import automaton_figure, payoff_set_figure
    from detente.reports.solution_figures import solution_figure
    from detente.solve.best_response import is_equilibrium, regret
    from detente.solve.coalitional.core import core, in_core, least_core
    from detente.solve.coalitional.nucleolus import is_nucleolus, nucleolus
    from detente.solve.coalitional.outside_options import best_partition, exclusivity, with_outside_options
    from detente.solve.coalitional.values import banzhaf, shapley
    from detente.solve.control.optimal import optimal_control
    from detente.solve.correlated import correlated_equilibrium
    from detente.solve.correlated_polytope import correlated_vertices
    from detente.solve.dominance import undominated
    from detente.solve.dynamics.basins import basins
    from detente.solve.dynamics.best_response_path import best_response_dynamics
    from detente.solve.dynamics.fictitious_play import fictitious_play
    from detente.solve.dynamics.finite_population import fixation, rare_mutations
    from detente.solve.dynamics.parametric_rest_points import parametric_rest_points
    from detente.solve.dynamics.population_chain import long_run
    from detente.solve.dynamics.rest_points import rest_points
    from detente.solve.dynamics.simulate import simulate
    from detente.solve.dynamics.spiral import critical_biases, spiral
    from detente.solve.dynamics.stochastic_stability import stochastic_stability
    from detente.solve.dynamics.trajectory import trajectory
    from detente.solve.equilibria import equilibria
    from detente.solve.explanation import explain
    from detente.solve.incomplete.attrition import solve_attrition
    from detente.solve.incomplete.finite_members import finite_thresholds
    from detente.solve.incomplete.global_game import solve_global
    from detente.solve.limiting_logit import limiting_logit_equilibrium
    from detente.solve.many_players.one_equilibrium import one_equilibrium
    from detente.solve.memory_one.batch import batch_matches
    from detente.solve.memory_one.invasion import best_reply, invasion
    from detente.solve.memory_one.linear_relation import zero_determinant
    from detente.solve.memory_one.match import long_run_payoffs
    from detente.solve.memory_one.strategy import MemoryOne
    from detente.solve.memory_one.zero_determinant import equalizer, extortionate, generous
    from detente.solve.parametric.atlas import Atlas, atlas
    from detente.solve.parametric.move_atlas import move_atlas
    from detente.solve.parametric.signaling import signaling
    from detente.solve.population.best_reply import best_reply_path, cascade, extreme_equilibria
    from detente.solve.population.logit import logit_equilibrium, logit_path
    from detente.solve.population.membership import stable_sizes
    from detente.solve.population.pure import population_equilibria
    from detente.solve.potential import potential
    from detente.solve.pure import pure_equilibria
    from detente.solve.quantal import logit_branch, quantal_response
    from detente.solve.refinements import undominated_equilibria
    from detente.solve.repeated.automaton import Automaton
    from detente.solve.repeated.critical_discount_factor import critical_discount_factor
    from detente.solve.repeated.factor_formulas import factor_formulas
    from detente.solve.repeated.feasible import feasible_set
    from detente.solve.repeated.finite_repetition import finitely_repeated
    from detente.solve.repeated.monitoring import monitored_trigger
    from detente.solve.repeated.monitoring_value import monitoring_value
    from detente.solve.repeated.opponents import chain
    from detente.solve.repeated.payoff_set import payoff_set
    from detente.solve.repeated.penal_codes import penal_codes
    from detente.solve.repeated.renegotiation import renegotiation_proof, renegotiation_target
    from detente.solve.repeated.worst_equilibria import worst_equilibria
    from detente.solve.result import Equilibrium, SolveResult
    from detente.solve.security import maximin, minmax, pareto_set
    from detente.solve.stochastic.markov_perfect import markov_perfect
    from detente.solve.stochastic.one_shot import best_markov_deviation
    from detente.solve.stochastic.zero_sum import zero_sum_markov
    from detente.solve.supermodular import increasing_differences, iterated_best_reply, least_and_greatest
    from detente.solve.tournaments.ecology import ecology
    from detente.solve.tournaments.machine import Machine
    from detente.solve.tournaments.play import play
    from detente.solve.tournaments.tournament import tournament
    from detente.solve.trees.backward_induction import backward_induction
    from detente.solve.trees.sequential import sequential_equilibria, weak_perfect_bayesian
    from detente.solve.trees.subgame import subgame_perfect
    from detente.solve.two_players.evolutionary_stability import evolutionarily_stable_strategies, is_ess
    from detente.solve.two_players.ordinal import ordinal_class, player_type, risk_dominant
    from detente.solve.two_players.topology import ordinal_game
    from detente.solve.two_players.zero_sum import zero_sum

__version__ = "0.1.0"

#: Module to the public names that it defines.
_NAMES = {
    "detente.conclusions": ("ensemble",),
    "detente.conclusions.levers": ("breaks", "levers"),
    "detente.conclusions.meaning": ("meaning",),
    "detente.conclusions.options": ("options",),
    "detente.conclusions.rests_on": ("rests_on",),
    "detente.conclusions.robustness.robustness": ("robustness",),
    "detente.conclusions.thresholds": ("thresholds",),
    "detente.conclusions.tree_optimum": ("best_value",),
    "detente.errors": ("BudgetExceeded", "DetenteError", "FormulaError", "InputError", "NotConverged", "UsageError"),
    "detente.facade": ("Game", "Study"),
    "detente.games": ("classic",),
    "detente.games.control": ("ControlGame", "SymbolicControl"),
    "detente.games.coalitional": ("CoalitionalGame", "WeightedGame", "WeightedVotingGame"),
    "detente.games.extensive": ("GameTree", "chance", "decision", "terminal"),
    "detente.games.formats": ("read_game", "write_game"),
    "detente.games.incomplete": ("AttritionGame", "GlobalGame"),
    "detente.games.normal": ("NormalFormGame",),
    "detente.games.population": ("PopulationGame",),
    "detente.games.repeated": ("RepeatedGame",),
    "detente.games.stochastic": ("StochasticGame",),
    "detente.games.symbolic": ("SymbolicGame",),
    "detente.games.symbolic_tree": ("SymbolicTree",),
    "detente.reports.chain_figure": ("chain_figure",),
    "detente.reports.repeated_figures": ("automaton_figure", "payoff_set_figure"),
    "detente.reports.solution_figures": ("solution_figure",),
    "detente.solve.parametric.atlas": ("Atlas", "atlas"),
    "detente.solve.parametric.move_atlas": ("move_atlas",),
    "detente.solve.parametric.signaling": ("signaling",),
    "detente.solve.trees.backward_induction": ("backward_induction",),
    "detente.solve.best_response": ("is_equilibrium", "regret"),
    "detente.solve.coalitional.core": ("core", "in_core", "least_core"),
    "detente.solve.coalitional.nucleolus": ("is_nucleolus", "nucleolus"),
    "detente.solve.coalitional.outside_options": ("best_partition", "exclusivity", "with_outside_options"),
    "detente.solve.coalitional.values": ("banzhaf", "shapley"),
    "detente.solve.control.optimal": ("optimal_control",),
    "detente.solve.correlated": ("correlated_equilibrium",),
    "detente.solve.correlated_polytope": ("correlated_vertices",),
    "detente.solve.dominance": ("undominated",),
    "detente.solve.dynamics.basins": ("basins",),
    "detente.solve.dynamics.best_response_path": ("best_response_dynamics",),
    "detente.solve.dynamics.fictitious_play": ("fictitious_play",),
    "detente.solve.dynamics.finite_population": ("fixation", "rare_mutations"),
    "detente.solve.dynamics.parametric_rest_points": ("parametric_rest_points",),
    "detente.solve.dynamics.population_chain": ("long_run",),
    "detente.solve.dynamics.rest_points": ("rest_points",),
    "detente.solve.dynamics.simulate": ("simulate",),
    "detente.solve.dynamics.spiral": ("critical_biases", "spiral"),
    "detente.solve.dynamics.stochastic_stability": ("stochastic_stability",),
    "detente.solve.dynamics.trajectory": ("trajectory",),
    "detente.solve.equilibria": ("equilibria",),
    "detente.solve.two_players.evolutionary_stability": ("evolutionarily_stable_strategies", "is_ess"),
    "detente.solve.explanation": ("explain",),
    "detente.solve.incomplete.attrition": ("solve_attrition",),
    "detente.solve.incomplete.finite_members": ("finite_thresholds",),
    "detente.solve.incomplete.global_game": ("solve_global",),
    "detente.solve.limiting_logit": ("limiting_logit_equilibrium",),
    "detente.solve.many_players.one_equilibrium": ("one_equilibrium",),
    "detente.solve.memory_one.batch": ("batch_matches",),
    "detente.solve.memory_one.invasion": ("best_reply", "invasion"),
    "detente.solve.memory_one.linear_relation": ("zero_determinant",),
    "detente.solve.memory_one.match": ("long_run_payoffs",),
    "detente.solve.memory_one.strategy": ("MemoryOne",),
    "detente.solve.memory_one.zero_determinant": ("equalizer", "extortionate", "generous"),
    "detente.solve.two_players.ordinal": ("ordinal_class", "player_type", "risk_dominant"),
    "detente.solve.population.best_reply": ("best_reply_path", "cascade", "extreme_equilibria"),
    "detente.solve.population.logit": ("logit_equilibrium", "logit_path"),
    "detente.solve.population.membership": ("stable_sizes",),
    "detente.solve.population.pure": ("population_equilibria",),
    "detente.solve.potential": ("potential",),
    "detente.solve.pure": ("pure_equilibria",),
    "detente.solve.quantal": ("logit_branch", "quantal_response"),
    "detente.solve.refinements": ("undominated_equilibria",),
    "detente.solve.repeated.automaton": ("Automaton",),
    "detente.solve.repeated.critical_discount_factor": ("critical_discount_factor",),
    "detente.solve.repeated.factor_formulas": ("factor_formulas",),
    "detente.solve.repeated.feasible": ("feasible_set",),
    "detente.solve.repeated.finite_repetition": ("finitely_repeated",),
    "detente.solve.repeated.monitoring": ("monitored_trigger",),
    "detente.solve.repeated.monitoring_value": ("monitoring_value",),
    "detente.solve.repeated.opponents": ("chain",),
    "detente.solve.repeated.payoff_set": ("payoff_set",),
    "detente.solve.repeated.penal_codes": ("penal_codes",),
    "detente.solve.repeated.renegotiation": ("renegotiation_proof", "renegotiation_target"),
    "detente.solve.repeated.worst_equilibria": ("worst_equilibria",),
    "detente.solve.result": ("Equilibrium", "SolveResult"),
    "detente.solve.security": ("maximin", "minmax", "pareto_set"),
    "detente.solve.stochastic.markov_perfect": ("markov_perfect",),
    "detente.solve.stochastic.one_shot": ("best_markov_deviation",),
    "detente.solve.stochastic.zero_sum": ("zero_sum_markov",),
    "detente.solve.supermodular": ("increasing_differences", "iterated_best_reply", "least_and_greatest"),
    "detente.solve.tournaments.ecology": ("ecology",),
    "detente.solve.tournaments.machine": ("Machine",),
    "detente.solve.tournaments.play": ("play",),
    "detente.solve.tournaments.tournament": ("tournament",),
    "detente.solve.trees.sequential": ("sequential_equilibria", "weak_perfect_bayesian"),
    "detente.solve.trees.subgame": ("subgame_perfect",),
    "detente.solve.two_players.topology": ("ordinal_game",),
    "detente.solve.two_players.zero_sum": ("zero_sum",),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = ["__version__", *_HOME]  # noqa: PLE0604 - the names are text


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'detente' has no attribute {name!r}")
    home = import_module(_HOME[name])
    value = getattr(home, name, None)
    if value is None:  # a module among the public names, such as `classic`
        value = import_module(f"{_HOME[name]}.{name}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
