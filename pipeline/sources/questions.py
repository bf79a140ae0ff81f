"""Loading questions: a source file becomes rows of a question set, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from pipeline import store
from pipeline.core.datasets.base import (
    Adapter,
    LoadedQuestion,
    Outcome,
    RejectedLine,
    SkippedLine,
    read_questions,
)
from pipeline.core.datasets.checking import checked_adapter
from pipeline.core.datasets.mapping.field_mapping import CountsFrom
from pipeline.core.datasets.source_file import DEFAULT_LIMITS, ReadLimits
from pipeline.models import Event, Question, QuestionLoad, QuestionSet
from pipeline.sources.asked_before import AskedBefore
from pipeline.sources.described_files import adapter_named
from pipeline.sources.key_corrections import corrected_questions, correction_told, is_earlier_form
from pipeline.sources.question_sets import QuestionSetTerms, get_or_create_question_set

CHUNK_SIZE = 1000
MAX_REJECTIONS_KEPT = 1000


@dataclass
class _Told:
    """Lines and what is told of them: all counted, the first kept."""

    count: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)

    def tell(self, line: int, sentence: str) -> None:
        self.count += 1
        if len(self.kept) < MAX_REJECTIONS_KEPT:
            self.kept.append((line, sentence))


@dataclass
class _LoadCounts:
    added: int = 0
    known: int = 0
    skipped: int = 0
    rejected: _Told = field(default_factory=_Told)
    conflicting: _Told = field(default_factory=_Told)


@dataclass(frozen=True)
class _QuestionFile:
    """A file and how it is to be read, as the caller says."""

    file: Path | BinaryIO
    name: str
    limits: ReadLimits
    key_counts_from: CountsFrom | None
    delimiter: str | None

    def checked(self, adapter: Adapter) -> Adapter:
        return checked_adapter(
            self.file,
            self.name,
            adapter,
            self.limits,
            counts_from=self.key_counts_from,
            delimiter=self.delimiter,
        )

    def outcomes(self, adapter: Adapter, line_of_id: dict[str, int]) -> Iterator[Outcome]:
        return read_questions(
            self.file,
            self.name,
            adapter,
            self.limits,
            delimiter=self.delimiter,
            line_of_id=line_of_id,
        )


def load_file(
    name: str,
    file: Path | BinaryIO,
    *,
    file_name: str,
    source: str,
    terms: QuestionSetTerms | None,
    loaded_by: User | None = None,
    limits: ReadLimits = DEFAULT_LIMITS,
    key_counts_from: CountsFrom | None = None,
    delimiter: str | None = None,
) -> QuestionLoad:
    """Load a file into the set of this name, made if it is new.

    `source` names a published source or a saved mapping; `key_counts_from` states whether keys
    that are numbers count from 0 or from 1. Raises SourceFileError for a file of which nothing
    can be used or whose keys can be read two ways, Refusal for one that does not belong there;
    then no set and no question remains of it.
    """
    questions = _QuestionFile(file, file_name, limits, key_counts_from, delimiter)
    adapter = questions.checked(_adapter(source, is_benchmark=_will_be_benchmark(name, terms)))
    target = get_or_create_question_set(name, source=source, terms=terms, created_by=loaded_by)
    return _store_questions(target, questions, adapter, loaded_by)


def load_questions(
    target: QuestionSet,
    file: Path | BinaryIO,
    *,
    file_name: str,
    loaded_by: User | None = None,
    limits: ReadLimits = DEFAULT_LIMITS,
    key_counts_from: CountsFrom | None = None,
    delimiter: str | None = None,
) -> QuestionLoad:
    """Add the file's questions to the set and keep the report.

    A bad line is reported with number and reason and stops nothing; what the set holds already
    is counted as known; what is asked elsewhere with another key is added and told. Raises
    SourceFileError as `load_file`.
    """
    questions = _QuestionFile(file, file_name, limits, key_counts_from, delimiter)
    adapter = questions.checked(_adapter(target.source, is_benchmark=target.is_benchmark))
    return _store_questions(target, questions, adapter, loaded_by)


def _adapter(source: str, *, is_benchmark: bool) -> Adapter:
    adapter = adapter_named(source)
    return adapter.for_benchmark() if is_benchmark else adapter


def _will_be_benchmark(name: str, terms: QuestionSetTerms | None) -> bool:
    """Whether the set of this name is a benchmark, or is made as one."""
    known = QuestionSet.objects.filter(name=name).values_list("is_benchmark", flat=True).first()
    return known if known is not None else bool(terms and terms.is_benchmark)


def _store_questions(
    target: QuestionSet, questions: _QuestionFile, adapter: Adapter, loaded_by: User | None
) -> QuestionLoad:
    counts, line_of_id = _LoadCounts(), dict[str, int]()
    before = AskedBefore(target, line_of_id)
    for lines in _chunks(questions.outcomes(adapter, line_of_id)):
        _add_chunk(target, lines, counts, before)
    return _report(target, questions, adapter, counts, loaded_by)


@transaction.atomic
def _report(
    target: QuestionSet,
    questions: _QuestionFile,
    adapter: Adapter,
    counts: _LoadCounts,
    loaded_by: User | None,
) -> QuestionLoad:
    load = QuestionLoad.objects.create(
        question_set=target,
        file_name=questions.name[:200],
        added=counts.added,
        known=counts.known,
        skipped=counts.skipped,
        rejected=counts.rejected.count,
        rejections=counts.rejected.kept,
        conflicting=counts.conflicting.count,
        conflicts=counts.conflicting.kept,
        key_counts_from=adapter.counted.counts_from if adapter.counted else None,
        loaded_by=loaded_by,
    )
    Event.objects.record(
        "questions.loaded",
        load,
        by=loaded_by,
        set=target.name,
        added=counts.added,
        rejected=counts.rejected.count,
        key_counts_from=load.key_counts_from,
    )
    return load


def _chunks(lines: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    iterator = iter(lines)
    while chunk := list(islice(iterator, CHUNK_SIZE)):
        yield chunk


@transaction.atomic
def _add_chunk(
    target: QuestionSet, lines: list[Outcome], counts: _LoadCounts, before: AskedBefore
) -> None:
    numbered_rows = list(_rows(target, lines, counts))
    # Two loads into one set wait for each other here: each sees what the other has added.
    QuestionSet.objects.select_for_update(no_key=True).get(pk=target.pk)
    new = list(_new(target, numbered_rows, counts))
    for line, sentence in before.conflicts(new):
        counts.conflicting.tell(line, sentence)
    Question.objects.bulk_create([row for _, row in new])
    if new:
        QuestionSet.objects.filter(pk=target.pk).update(revision=F("revision") + 1)
    counts.added += len(new)


def _rows(
    target: QuestionSet, lines: list[Outcome], counts: _LoadCounts
) -> Iterator[tuple[int, Question]]:
    """The rows that the lines give, unsaved; what gives none is counted."""
    for line in lines:
        if isinstance(line, LoadedQuestion):
            yield line.line, store.question_row(target, line.question)
        elif isinstance(line, RejectedLine):
            counts.rejected.tell(line.line, line.reason)
        elif isinstance(line, SkippedLine):
            counts.skipped += 1


def _new(
    target: QuestionSet, numbered_rows: list[tuple[int, Question]], counts: _LoadCounts
) -> Iterator[tuple[int, Question]]:
    """The rows that the set does not hold; the others are counted."""
    by_id, contents = _existing(target, [row for _, row in numbered_rows])
    corrected = _corrected(target, [row for _, row in numbered_rows], by_id, contents)
    for number, row in numbered_rows:
        if row.content_sha256 in contents:
            counts.known += 1
        elif (known := corrected.get(row.id_in_source)) and is_earlier_form(row, known):
            counts.known += 1
            if told := correction_told(number, row, known):
                counts.conflicting.tell(number, told)
        elif row.id_in_source in by_id:
            reason = f"The id {row.id_in_source} belongs to another question of this set."
            counts.rejected.tell(number, reason)
        else:
            by_id.add(row.id_in_source)
            contents.add(row.content_sha256)
            yield number, row


def _corrected(
    target: QuestionSet, rows: list[Question], by_id: set[str], contents: set[str]
) -> dict[str, Question]:
    """Questions of the set with corrected keys, by id; looked for where a row differs from one."""
    differing = [
        row.id_in_source
        for row in rows
        if row.id_in_source in by_id and row.content_sha256 not in contents
    ]
    return corrected_questions(target, differing) if differing else {}


def _existing(target: QuestionSet, rows: list[Question]) -> tuple[set[str], set[str]]:
    """Ids and content hashes among `rows` that the set holds already."""
    questions = target.questions
    ids = questions.filter(id_in_source__in=[row.id_in_source for row in rows])
    contents = questions.filter(content_sha256__in=[row.content_sha256 for row in rows])
    return (
        set(ids.values_list("id_in_source", flat=True)),
        set(contents.values_list("content_sha256", flat=True)),
    )
