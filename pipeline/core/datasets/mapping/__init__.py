"""Field mappings: how any file's records become questions, as data."""
