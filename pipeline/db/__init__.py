"""Database idioms that the operations of both apps share."""
