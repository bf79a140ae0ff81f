"""The report of a pairwise study."""
