"""Screens of policies and releases."""
