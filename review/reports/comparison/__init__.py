"""Two batches side by side, and two studies: what differs, with intervals."""
