"""The page of a trace: its layout, its diagram, and how it came about."""
