"""Reasoners: the eight acts done by rules (demonstration) or by a language model."""
