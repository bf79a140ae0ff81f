"""Pairwise studies: two chains of thought on one question, side by side."""
