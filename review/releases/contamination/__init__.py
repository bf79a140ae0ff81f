"""Contamination: benchmark questions in releases, kept out when one is made, found afterwards."""
