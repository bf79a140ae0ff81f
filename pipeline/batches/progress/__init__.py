"""How far a batch has come: what is left, how long it takes, why it waits."""
