"""What PrimeKG's kg.csv looks like, and what a reader of it hands on.

Source: PrimeKG (Chandak et al., Scientific Data 2023): 12 columns, one row a direction,
identity by x_index.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.core.kg.source.statements import Statements
from pipeline.core.records import Node

PARTS: Final = ("index", "id", "type", "name", "source")
COLUMNS: Final = (
    "relation",
    "display_relation",
    *(f"x_{part}" for part in PARTS),
    *(f"y_{part}" for part in PARTS),
)
MAX_INDEX: Final = 2**53 - 1  # what JSON readers keep exactly


@dataclass(frozen=True)
class PrimeKG:
    """A source file's nodes and its statements, which name nodes by position in `nodes`."""

    source_checksum: str
    row_count: int
    nodes: tuple[Node, ...]
    statements: Statements
