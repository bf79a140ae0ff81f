"""What is there twice: near-duplicate questions, their clusters and splits, twins of traces."""
