"""Candidate figures of a document: numbers with unit, bound and exact place, found by rules."""
