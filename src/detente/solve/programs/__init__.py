"""Exact linear programs and systems, with certificates."""
