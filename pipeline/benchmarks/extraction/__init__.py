"""Reading the answer from an output, blind to the key."""

from collections.abc import Sequence

from pipeline.benchmarks.extraction.stages import READ_STAGES, UNREAD_STAGES, Extracted, stage_title
from pipeline.core.records import Option

__all__ = [
    "EXTRACTOR_VERSION",
    "READ_STAGES",
    "UNREAD_STAGES",
    "Extracted",
    "extract",
    "stage_title",
]

EXTRACTOR_VERSION = "v0"


def extract(output: str, options: Sequence[Option]) -> Extracted:
    """A letter that stands alone on the last line, perhaps behind "Answer:"."""
    last = (output.strip().splitlines() or [""])[-1].removeprefix("Answer:").strip()
    if any(option.label == last for option in options):
        return Extracted(last, "lone_letter")
    return Extracted(None, "open_ended" if output.strip() else "empty")
