"""Sources: question files and knowledge graphs, loaded and opened."""
