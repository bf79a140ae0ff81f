"""Screens about people and their links."""
