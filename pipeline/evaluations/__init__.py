"""Evaluations: asking a model a benchmark, reading what it answered, and what that comes to."""
