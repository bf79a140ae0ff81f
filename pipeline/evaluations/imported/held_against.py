"""A file of others' outputs held against a benchmark, before anything is written."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from pipeline import store
from pipeline.benchmarks.outputs.collecting import Collecting, Counts
from pipeline.benchmarks.outputs.matching import Match, QuestionsAsked
from pipeline.benchmarks.outputs.reading import OutputsFile
from pipeline.benchmarks.outputs.records import OUTPUT_LIMITS, FileFacts, OthersOutput
from pipeline.core import records
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.errors import Refusal
from pipeline.evaluations.starting import scorable
from pipeline.models import Question, QuestionSet

Keep = Callable[[records.Question, OthersOutput, Match], None]


@dataclass(frozen=True)
class OthersFile:
    """A log and how it is to be read: by a format of TITLES, or as its content has it; all of it
    or the `part` that the file itself calls by this name."""

    stream: BinaryIO
    name: str
    format: str = ""
    part: str = ""
    limits: ReadLimits = OUTPUT_LIMITS

    def sha256(self) -> str:
        """The checksum of the file as it came."""
        self.stream.seek(0)
        digest = hashlib.sha256()
        while block := self.stream.read(1 << 20):
            digest.update(block)
        return digest.hexdigest()


@dataclass(frozen=True)
class HeldAgainst:
    """What a file says and how it fits: `questions` are those that can be scored, in order."""

    facts: FileFacts
    counts: Counts
    questions: Sequence[Question]
    answered: int
    samples: int
    notes: list[str] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """Questions without any output in the file."""
        return len(self.questions) - self.answered


def hold_against(
    file: OthersFile, questions: QuestionSet, *, keep: Keep = lambda question, row, match: None
) -> HeldAgainst:
    """Read the file and match every output; `keep` is given each that fits.

    Raises Refusal for a set that is no benchmark or that has nothing to score, SourceFileError
    for a file that cannot be read.
    """
    rows, others = benchmark_questions(questions)
    # What cannot be scored stands last: an output on it is told as one, and never matches.
    asked_for = [store.question_record(row) for row in (*rows, *others)]
    asked = QuestionsAsked(questions.name, asked_for)
    outputs = OutputsFile(file.stream, file.name, stated=file.format, limits=file.limits)
    collecting = Collecting(asked, part=file.part)
    for row, match in collecting.matched(outputs):
        keep(asked_for[match.place], row, match)
    facts, counts = outputs.facts, collecting.counts
    return HeldAgainst(
        facts, counts, rows, len(collecting.places()), collecting.samples, _notes(facts, counts)
    )


def benchmark_questions(questions: QuestionSet) -> tuple[list[Question], list[Question]]:
    """The questions of a benchmark that a letter can answer, and the others.

    Raises Refusal for a set that is no benchmark, or where no letter can answer any.
    """
    if not questions.is_benchmark:
        raise Refusal(f"The question set {questions} is not marked as a benchmark.")
    rows = list(questions.questions.select_related("question_set").order_by("pk"))
    asked = scorable(rows)
    if not asked:
        raise Refusal(f"No question of {questions} has options and a key.")
    known = {question.pk for question in asked}
    return asked, [question for question in rows if question.pk not in known]


def _notes(facts: FileFacts, counts: Counts) -> list[str]:
    """What a reader of the figures has to know of the file."""
    notes = list(facts.notes)
    if counts.order_assumed:
        notes.append(
            f"For {counts.order_assumed:,} outputs the file does not say in which order the "
            "options were shown: the source's order is assumed."
        )
    if counts.key_unknown:
        notes.append(
            f"For {counts.key_unknown:,} outputs the file states no key that could be compared "
            "with ours."
        )
    return notes
