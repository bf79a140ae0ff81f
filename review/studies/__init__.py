"""Studies: open, extend, draw further items, watch, close."""
