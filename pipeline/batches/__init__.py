"""Batches: checked and estimated, run by workers, and counted."""
