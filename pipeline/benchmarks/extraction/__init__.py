"""Reading which option an output states, without the key and without guessing.

A stage that reads, or a class of what cannot be read, for every output: docs/decisions/0048.
"""

from typing import Final

from pipeline.benchmarks.extraction.reading import extract
from pipeline.benchmarks.extraction.stages import READ_STAGES, UNREAD_STAGES, Extracted, stage_title

# What an output is read as may change with every version; results name the one they were made by.
EXTRACTOR_VERSION: Final = "v1"

__all__ = [
    "EXTRACTOR_VERSION",
    "READ_STAGES",
    "UNREAD_STAGES",
    "Extracted",
    "extract",
    "stage_title",
]
