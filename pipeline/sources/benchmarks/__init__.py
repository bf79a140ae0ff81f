"""Question sets that are benchmarks: marking them, and working out what each one is."""
