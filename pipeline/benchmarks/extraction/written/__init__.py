"""What was written, made ready to be read: thoughts cut away, one form for every sign."""
