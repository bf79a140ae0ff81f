"""Screens of adjudicators and of whoever answers them."""
