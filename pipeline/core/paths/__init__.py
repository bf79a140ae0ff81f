"""Paths from question entities to answer entities: the search and what is kept of it."""
