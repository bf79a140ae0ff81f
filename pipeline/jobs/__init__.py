"""What all jobs share: claiming their items, making them in threads, changing their state."""
