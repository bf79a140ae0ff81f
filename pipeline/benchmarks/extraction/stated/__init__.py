"""The ways to state an answer, each a stage, and what the claims they find come to."""
