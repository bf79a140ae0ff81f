"""The report of evaluations on one benchmark: accuracy, pairs, extraction, contamination, methods.

Evaluations are put side by side only where they were asked the same questions: the hash of the
questions asked is equal.
"""
