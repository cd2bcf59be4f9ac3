"""Stochastic games: Markov perfect equilibria, zero-sum games, one decision maker, and the check of all of them."""
