"""A policy tried on a study."""
