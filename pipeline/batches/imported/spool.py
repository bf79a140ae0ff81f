"""The traces of a file before they are stored: written to a temporary file, block by block.

Matching and judging 50,000 rows takes minutes. It is done before the transaction that stores
them, so that nobody else's writes wait for it, and nothing is stored of a file that fails.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

from pipeline import store
from pipeline.batches.imported.matching import NoMatch, QuestionIndex
from pipeline.core.cot import as_text
from pipeline.core.datasets.base import RejectedLine
from pipeline.core.imports.formats import ImportedRow
from pipeline.core.imports.judging import imported_trace
from pipeline.models import Question

BLOCK = 500
MAX_SAMPLES = 16
MAX_TOLD = 1000


@dataclass
class Counts:
    """What became of the rows: imported, unusable, of a question that is not in the set, or at
    odds with the question. The first thousand that gave no trace are told with their reasons."""

    imported: int = 0
    kept: int = 0
    unusable: int = 0
    unmatched: int = 0
    refused: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        return self.unusable + self.unmatched + self.refused

    def tell(self, line: int, reason: str) -> None:
        if len(self.told) < MAX_TOLD:
            self.told.append((line, reason))


class Spool:
    """Settled traces of one import as lines of a temporary file, without their batch."""

    def __init__(self, index: QuestionIndex, *, conclusion_apart: bool) -> None:
        self.counts = Counts()
        self.samples = 0
        self._index, self._conclusion_apart = index, conclusion_apart
        self._texts: dict[int, dict[bytes, int]] = defaultdict(dict)
        self._file: IO[str] = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def fill(self, rows: Iterable[ImportedRow | RejectedLine]) -> None:
        """Match and judge every row."""
        remaining = iter(rows)
        while block := list(islice(remaining, BLOCK)):
            candidates = self._index.candidates([r for r in block if isinstance(r, ImportedRow)])
            for row in block:
                if isinstance(row, RejectedLine):
                    self.counts.unusable += 1
                    self.counts.tell(row.line, row.reason)
                else:
                    self._match(row, candidates)

    def traces(self) -> Iterator[dict[str, Any]]:
        """The columns of each trace, in the order of the file."""
        self._file.seek(0)
        return map(json.loads, self._file)

    def _match(self, row: ImportedRow, candidates: dict[int, Question]) -> None:
        try:
            question = self._index.question_of(row, candidates)
            self._add(row, question)
        except NoMatch as error:
            if error.is_asked:
                self.counts.refused += 1
            else:
                self.counts.unmatched += 1
            self.counts.tell(row.line, str(error))

    def _add(self, row: ImportedRow, question: Question) -> None:
        sample = self._sample_of(row, question)
        trace = imported_trace(
            store.question_record(question),
            row.cot,
            sample_index=sample,
            conclusion_apart=self._conclusion_apart,
        )
        columns = {"question_id": question.pk, "sample_index": sample}
        json.dump(columns | store.settled_columns(trace), self._file)
        self._file.write("\n")
        self.samples = max(self.samples, sample + 1)
        self.counts.imported += 1
        self.counts.kept += trace.kept

    def _sample_of(self, row: ImportedRow, question: Question) -> int:
        """Which of the file's chains on the question this is, from 0. Raises NoMatch."""
        seen = self._texts[question.pk]
        digest = hashlib.sha256(as_text(row.cot).encode()).digest()
        if digest in seen:
            reason = f"The same chain of thought stands on line {seen[digest]}."
            raise NoMatch(reason, is_asked=True)
        if len(seen) == MAX_SAMPLES:
            reason = f"The file has more than {MAX_SAMPLES} chains of thought on this question."
            raise NoMatch(reason, is_asked=True)
        seen[digest] = row.line
        return len(seen) - 1
