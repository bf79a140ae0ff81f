"""The source files of a graph: fetched, read whole, checked row by row."""
