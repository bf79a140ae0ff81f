"""The published question sources, each as the field mappings of its shapes."""
