"""Releases: build in the background, freeze, bundle, compare."""
