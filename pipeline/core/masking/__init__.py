"""Masking: what the second reader may not see of a chain of thought."""

from pipeline.core.masking.masked_reasoning import MaskedReasoning, mask_options
from pipeline.core.masking.vocabulary import MASK

__all__ = ["MASK", "MaskedReasoning", "mask_options"]
