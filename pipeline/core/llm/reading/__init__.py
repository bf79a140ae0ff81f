"""Reading what an endpoint returned: the answer, the thoughts beside it, and what it took."""
