"""Exports: released content as bytes. `releasing` seals them."""
