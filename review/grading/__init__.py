"""Grading: a submitted grade and all that may come after it."""
