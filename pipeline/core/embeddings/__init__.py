"""Embeddings: a graph's node names as vectors of a model, written once and memory-mapped."""
