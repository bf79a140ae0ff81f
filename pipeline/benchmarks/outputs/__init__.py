"""Outputs of models that others asked: read from their logs, matched to a benchmark's questions."""
