"""Releases: made in the background, frozen, bundled, compared."""
