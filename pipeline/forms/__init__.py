"""Forms of the pipeline's screens, a topic a file."""
