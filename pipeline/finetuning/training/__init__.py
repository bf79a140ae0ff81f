"""Training itself: the base, the order of rows, TRL's trainers, checkpoints and the run card."""
