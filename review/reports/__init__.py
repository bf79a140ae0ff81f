"""Reports over a study: plain dataclasses that page, print, CSV and JSON all render."""
