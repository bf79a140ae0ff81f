"""Agreement of raters with each other and with themselves."""
