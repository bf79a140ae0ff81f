"""Linking: from text spans to nodes, by exact name, then similarity, then selection."""
