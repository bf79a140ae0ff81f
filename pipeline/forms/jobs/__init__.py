"""Forms that start a job and change its budget."""
