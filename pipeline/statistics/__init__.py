"""Statistics over ratings: pure, no Django, no rows."""
