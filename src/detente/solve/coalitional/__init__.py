"""Coalitional games: power, values, the core and the nucleolus."""
