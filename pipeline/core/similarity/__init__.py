"""Similarity: which nodes have a name like a text, by its letters or by embeddings."""
