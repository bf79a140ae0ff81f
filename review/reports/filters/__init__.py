"""The filter report."""
