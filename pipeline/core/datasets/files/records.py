"""What every format gives, a record with its number, and how much of a file is read for it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much of a file is read before it is refused; sizes in bytes, after unpacking.

    The largest published source, PubMedQA's artificial set, has about 0.55 GB.
    """

    record: int = 1_000_000
    total: int = 1 << 30
    rejected: int = 100_000
    columns: int = 200


DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record, or why it is none.

    `line` counts from 1: the line on which the record begins in JSON Lines and CSV, elsewhere
    (a JSON document, Parquet) the record's number. `position` counts the file's records from 0,
    in JSON Lines its lines.
    """

    line: int
    position: int
    fields: Mapping[str, object]
    flaw: str = ""
