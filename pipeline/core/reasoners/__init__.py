"""Reasoners: the six acts done by rules (demonstration) or by a language model."""
