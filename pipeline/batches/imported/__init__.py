"""Batches of chains of thought that others made, imported from files."""
