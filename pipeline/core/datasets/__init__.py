"""Question sources: one adapter a data set, and the reader that takes any of their files."""
