"""A whole file held against a benchmark: each output on its question, everything else told.

The number of questions stays the benchmark's. A question that the file lacks is counted as
missing, and a line that answers none is counted and told with its reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pipeline.benchmarks.outputs.matching import Match, QuestionsAsked
from pipeline.benchmarks.outputs.reading import OutputsFile
from pipeline.benchmarks.outputs.records import OthersOutput, Row
from pipeline.core.datasets.base import RejectedLine
from pipeline.core.datasets.fields import InvalidRecord

MAX_TOLD = 1000
MAX_SAMPLES = 16


@dataclass
class Counts:
    """What became of a file's outputs: matched, unusable, on other questions, of other parts.

    `unusable` lines could not be read; `rejected` outputs belong to no question here, contradict
    it, or came twice. The first thousand of both are told. `order_assumed` and `key_unknown` count
    matched outputs whose file does not say how the options stood, or which key it has.
    """

    matched: int = 0
    unusable: int = 0
    rejected: int = 0
    other_parts: int = 0
    order_assumed: int = 0
    key_unknown: int = 0
    told: list[tuple[int, str]] = field(default_factory=list)

    @property
    def left_out(self) -> int:
        """Outputs and lines that give nothing."""
        return self.unusable + self.rejected

    def tell(self, line: int, reason: str) -> None:
        """Keep a reason, if there is room."""
        if len(self.told) < MAX_TOLD:
            self.told.append((line, reason))


class Collecting:
    """One pass over a file's outputs, held against the questions of a benchmark.

    `part` names the file's own benchmark to take, where it holds several.
    """

    def __init__(self, questions: QuestionsAsked, *, part: str = "") -> None:
        self.counts = Counts()
        self.samples = 0
        self._questions, self._part = questions, part
        self._line_of: dict[tuple[int, int], int] = {}

    def matched(self, file: OutputsFile) -> Iterator[tuple[OthersOutput, Match]]:
        """The outputs on questions of the benchmark, each question and sample once.

        Raises SourceFileError, possibly after outputs: then none of them may be used.
        """
        for row in file.rows():
            if self._is_of_other_part(row):
                self.counts.other_parts += 1
            elif isinstance(row, RejectedLine):
                self.counts.unusable += 1
                self.counts.tell(row.line, row.reason)
            elif match := self._match(row):
                yield row, match

    def places(self) -> set[int]:
        """The questions that have an output, by their places."""
        return {place for place, _ in self._line_of}

    def _is_of_other_part(self, row: Row) -> bool:
        return bool(self._part) and isinstance(row, OthersOutput) and row.part != self._part

    def _match(self, row: OthersOutput) -> Match | None:
        try:
            match = self._taken(row, self._questions.match(row))
        except InvalidRecord as error:
            self.counts.rejected += 1
            self.counts.tell(row.line, str(error))
            return None
        self.counts.matched += 1
        self.counts.order_assumed += not match.order_stated
        self.counts.key_unknown += not match.key_compared
        return match

    def _taken(self, row: OthersOutput, match: Match) -> Match:
        """The match, on a twin of its question where that has this sample already."""
        sample = row.sample or 0
        if sample >= MAX_SAMPLES:
            raise InvalidRecord(f"More than {MAX_SAMPLES} samples of a question are not read.")
        places = (match.place, *match.twins)
        free = next((place for place in places if (place, sample) not in self._line_of), None)
        if free is None:
            number = f" and sample {sample}" if row.sample is not None else ""
            line = self._line_of[places[-1], sample]
            raise InvalidRecord(
                f"The output for this question{number} already stands on line {line}."
            )
        self._line_of[free, sample] = row.line
        self.samples = max(self.samples, sample + 1)
        return replace(match, place=free, twins=())
