"""Finding out how an endpoint wants to be asked, and how hard."""
