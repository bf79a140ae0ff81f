"""A paper's methods and results, from a study's own records, in the order that GRRAS asks."""
