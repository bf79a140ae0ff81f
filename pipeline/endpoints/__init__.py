"""Endpoints: which servers may be asked, with which key, and the client that asks."""
