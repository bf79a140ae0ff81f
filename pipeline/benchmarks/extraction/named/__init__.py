"""What is named at a place of a text: an option by its letter or its text."""
