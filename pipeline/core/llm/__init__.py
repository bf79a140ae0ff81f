"""The seam to language models: transport only."""
