"""Fine-tuning a model on the files of a release."""
