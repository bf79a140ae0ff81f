"""Audit: rows that are only ever added, and the proof of the event chains."""
