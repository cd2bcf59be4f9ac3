"""Strategies that remember one round: long-run payoffs, zero-determinant strategies, invasion, batches."""
