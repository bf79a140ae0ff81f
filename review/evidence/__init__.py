"""Evidence: what grades, settlements and rulings together say of an item."""
