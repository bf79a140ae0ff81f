"""The automatic filters: one a file, each with a score and one sentence that explains it."""
