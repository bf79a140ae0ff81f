"""Rows for training: conversations, preference pairs, steps with labels."""
