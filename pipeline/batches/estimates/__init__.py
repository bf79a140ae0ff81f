"""What a batch would take, and whether its budget holds it."""
