"""Outputs that others' models wrote, read from their logs, as finished evaluations."""
