"""Repeated play between named strategies: exact matches, tournaments, ecologies, a person against a machine."""
