"""Payoffs as named terms that add up."""
