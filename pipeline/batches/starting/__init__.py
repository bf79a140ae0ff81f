"""Beginning a batch: its name, a trial of it, another like it."""
