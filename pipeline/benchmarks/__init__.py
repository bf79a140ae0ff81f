"""Benchmarks: what a set of test questions is, reading outputs and scoring them."""
