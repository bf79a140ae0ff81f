"""Forms of the review's screens, a topic a module."""
