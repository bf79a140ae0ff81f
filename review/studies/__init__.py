"""Studies: opened, extended, drawn further, watched, closed."""
