"""Sampling: a stratified draw of traces with recorded probabilities."""
