"""The ledger: every call to a model is a row before it is sent, and is settled after."""
