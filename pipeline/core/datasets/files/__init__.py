"""Files as streams of records: a module a format, none of them knows what a question is."""
