"""Screens of evaluations: the list, starting, watching and steering one, its answers."""
