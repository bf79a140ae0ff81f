"""Screens of reviewers."""
