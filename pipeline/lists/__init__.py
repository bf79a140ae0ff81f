"""Lists that are searched: fixed fields only, never a lookup that the visitor makes up."""
