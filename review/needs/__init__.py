"""What needs a lead: paused batches, items to settle, failed releases and the like, counted."""
