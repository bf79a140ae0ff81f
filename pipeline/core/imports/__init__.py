"""Imported chains of thought: what others wrote, read from files and split into steps."""
