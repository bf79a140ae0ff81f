"""Fine-tuning a model on the files of a release.

Stands alone: copied beside a release's bundle, `python -m finetuning` needs nothing else of the
project (docs/fine-tune.md).
"""
