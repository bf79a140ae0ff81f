"""The queue: who grades which item next, and what is kept while they do."""
