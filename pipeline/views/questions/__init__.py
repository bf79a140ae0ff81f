"""Question sets on screen: lists, loading, describing files, benchmarks."""
