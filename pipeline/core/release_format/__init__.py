"""Schema of one released line: a rated trace with the published MedReason columns.

One JSON object a line, keys in the order of the classes, UTF-8, no NaN. The same trace and
grades always give the same bytes, and no other bytes parse back to them. Comments of reviewers
are not released: free text may identify people.
"""

from pipeline.core.release_format.base import Schema
from pipeline.core.release_format.chains import ReleasedComparison, ReleasedRival, ReleasedStep
from pipeline.core.release_format.grades import (
    ReleasedConsensus,
    ReleasedCorrection,
    ReleasedGrade,
    ReleasedPathGrade,
)
from pipeline.core.release_format.lines import (
    as_format,
    ends_at_explanation,
    options_text,
    parse_line,
    reasoning_text,
    released_line,
)
from pipeline.core.release_format.paths import (
    GraphReference,
    ReleasedEdge,
    ReleasedNode,
    ReleasedPath,
)
from pipeline.core.release_format.provenance import (
    ImportReference,
    ModelReference,
    PromptReference,
    Provenance,
    Terms,
)
from pipeline.core.release_format.schema import (
    FORMAT_2_LACKS,
    FORMAT_3_LACKS,
    FORMAT_VERSION,
    Place,
    Split,
    TraceLine,
)

__all__ = [
    "FORMAT_2_LACKS",
    "FORMAT_3_LACKS",
    "FORMAT_VERSION",
    "GraphReference",
    "ImportReference",
    "ModelReference",
    "Place",
    "PromptReference",
    "Provenance",
    "ReleasedComparison",
    "ReleasedConsensus",
    "ReleasedCorrection",
    "ReleasedEdge",
    "ReleasedGrade",
    "ReleasedNode",
    "ReleasedPath",
    "ReleasedPathGrade",
    "ReleasedRival",
    "ReleasedStep",
    "Schema",
    "Split",
    "Terms",
    "TraceLine",
    "as_format",
    "ends_at_explanation",
    "options_text",
    "parse_line",
    "reasoning_text",
    "released_line",
]
