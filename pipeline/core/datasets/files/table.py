"""The columns of a table, whatever file it stands in."""

import re
from collections.abc import Sequence

from pipeline.core.datasets.fields import shown
from pipeline.core.datasets.files.records import ReadLimits
from pipeline.core.errors import SourceFileError

# What pandas calls the index that it writes beside a table's own columns.
_INDEX = re.compile(r"Unnamed: 0(\.\d+)*|__index_level_\d+__")


def is_index(name: str) -> bool:
    """Whether a column only numbers the rows, as pandas adds one unasked."""
    return _INDEX.fullmatch(name) is not None


def check_columns(names: Sequence[str], file_name: str, limits: ReadLimits) -> None:
    """Raises SourceFileError unless there are columns, not too many, each with its own name."""
    if not names:
        raise SourceFileError(file_name, 1, "It begins with no names of columns.")
    if len(names) > limits.columns:
        raise SourceFileError(file_name, 1, f"It has more than {limits.columns} columns.")
    known: set[str] = set()
    for name in names:
        if name in known:
            raise SourceFileError(file_name, 1, f"It names the column {shown(name)} twice.")
        known.add(name)
