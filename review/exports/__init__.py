"""Exports: the content of releases as files; `review.releases` freezes them."""
