"""Loading questions: a source file becomes rows of a question set, line by line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from pipeline import store
from pipeline.core.datasets.base import LoadedQuestion, RejectedLine, read_questions
from pipeline.core.datasets.registry import get_adapter
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.errors import Refusal, SourceFileError
from pipeline.models import Event, Question, QuestionLoad, QuestionSet

CHUNK_SIZE = 1000
MAX_REJECTIONS_KEPT = 1000
DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True)
class QuestionSetTerms:
    """The licence of a question set, and where its text may be sent."""

    licence: str
    may_be_released: bool = False
    is_benchmark: bool = False
    text_may_go: str = QuestionSet.TextMayGo.THIS_MACHINE
    destinations: tuple[str, ...] = ()


@dataclass
class _LoadCounts:
    added: int = 0
    known: int = 0
    rejected: int = 0
    rejections: list[tuple[int, str]] = field(default_factory=list)

    def reject(self, line: int, reason: str) -> None:
        self.rejected += 1
        if len(self.rejections) < MAX_REJECTIONS_KEPT:
            self.rejections.append((line, reason))


def get_or_create_question_set(
    name: str, *, source: str, terms: QuestionSetTerms | None, created_by: User | None = None
) -> QuestionSet:
    """The set of this name, made if it is new; None leaves the terms to the set.

    Raises Refusal when it exists from another source or under other terms: a file that
    may not be released must not slip into a set that may.
    """
    known = QuestionSet.objects.filter(name=name).first()
    if known is None:
        try:
            return _new_set(name, source, terms or QuestionSetTerms(licence=""), created_by)
        except IntegrityError:  # made since it was looked for
            known = QuestionSet.objects.get(name=name)
    if known.source != source:
        raise Refusal(f"The set {name} holds {known.source} questions, not {source}.", field="name")
    if terms is not None:
        _check_terms(known, terms)
    return known


def _check_terms(known: QuestionSet, terms: QuestionSetTerms) -> None:
    """An unstated licence is no contradiction; everything else must be as the set has it."""
    if terms.licence and known.licence != terms.licence:
        raise Refusal(f"The set {known} is under the licence {known.licence!r}.", field="name")
    existing = (known.may_be_released, known.is_benchmark)
    if existing != (terms.may_be_released, terms.is_benchmark):
        raise Refusal(
            f"The set {known} has other terms: it may{'' if existing[0] else ' not'} be released "
            f"and holds {'' if existing[1] else 'no '}evaluation questions.",
            field="name",
        )
    destinations = (known.text_may_go, sorted(known.destinations))
    if destinations != (terms.text_may_go, sorted(terms.destinations)):
        raise Refusal(
            f"The text of the set {known} may {known.get_text_may_go_display()}"
            f"{': ' if destinations[1] else ''}{', '.join(destinations[1])}.",
            field="name",
        )


def _new_set(
    name: str, source: str, terms: QuestionSetTerms, created_by: User | None
) -> QuestionSet:
    get_adapter(source)
    with transaction.atomic():
        row = QuestionSet.objects.create(
            name=name,
            source=source,
            licence=terms.licence or "unknown",
            may_be_released=terms.may_be_released,
            is_benchmark=terms.is_benchmark,
            text_may_go=terms.text_may_go,
            destinations=list(terms.destinations),
            created_by=created_by,
        )
        Event.objects.record(
            "question_set.created",
            row,
            by=created_by,
            name=name,
            source=source,
            licence=row.licence,
        )
    return row


def load_file(
    name: str,
    file: Path | BinaryIO,
    *,
    file_name: str,
    source: str,
    terms: QuestionSetTerms | None,
    loaded_by: User | None = None,
    limits: ReadLimits = DEFAULT_LIMITS,
) -> QuestionLoad:
    """Load a file into the set of this name, made if it is new.

    Raises SourceFileError for a file of which nothing can be used, Refusal for one that
    does not belong there; then no set and no question remains of it.
    """
    _check_file(file, file_name, source, limits)
    target = get_or_create_question_set(name, source=source, terms=terms, created_by=loaded_by)
    return _store_questions(target, file, file_name, loaded_by, limits)


def load_questions(
    target: QuestionSet,
    file: Path | BinaryIO,
    *,
    file_name: str,
    loaded_by: User | None = None,
    limits: ReadLimits = DEFAULT_LIMITS,
) -> QuestionLoad:
    """Add the file's questions to the set and keep the report.

    A bad line is reported with number and reason and stops nothing; what the set holds
    already is counted as known. Raises SourceFileError for a file of which nothing can be used.
    """
    _check_file(file, file_name, target.source, limits)
    return _store_questions(target, file, file_name, loaded_by, limits)


def _check_file(file: Path | BinaryIO, file_name: str, source: str, limits: ReadLimits) -> None:
    """Read the file once without storing, to refuse a file that is unusable as a whole."""
    first: RejectedLine | None = None
    usable = False
    for line in read_questions(file, file_name, get_adapter(source), limits):
        if isinstance(line, RejectedLine):
            first = first or line
        else:
            usable = True
    if not usable:
        reason = (
            f"It holds no question that can be used. {first.reason}" if first else "It is empty."
        )
        raise SourceFileError(file_name, first.line if first else 0, reason)
    if not isinstance(file, Path):
        file.seek(0)


def _store_questions(
    target: QuestionSet,
    file: Path | BinaryIO,
    file_name: str,
    loaded_by: User | None,
    limits: ReadLimits,
) -> QuestionLoad:
    """Chunk by chunk in short transactions, so that reviewers can grade while a large file loads.

    After an interruption load the file again: that adds only the rest.
    """
    counts = _LoadCounts()
    for lines in _chunks(read_questions(file, file_name, get_adapter(target.source), limits)):
        _add_chunk(target, lines, counts)
    with transaction.atomic():
        load = QuestionLoad.objects.create(
            question_set=target,
            file_name=file_name[:200],
            added=counts.added,
            known=counts.known,
            rejected=counts.rejected,
            rejections=counts.rejections,
            loaded_by=loaded_by,
        )
        Event.objects.record(
            "questions.loaded",
            load,
            by=loaded_by,
            set=target.name,
            added=counts.added,
            rejected=counts.rejected,
        )
    return load


def _chunks(
    lines: Iterable[LoadedQuestion | RejectedLine],
) -> Iterator[list[LoadedQuestion | RejectedLine]]:
    iterator = iter(lines)
    while chunk := list(islice(iterator, CHUNK_SIZE)):
        yield chunk


@transaction.atomic
def _add_chunk(
    target: QuestionSet, lines: list[LoadedQuestion | RejectedLine], counts: _LoadCounts
) -> None:
    numbered_rows = []
    for line in lines:
        if isinstance(line, RejectedLine):
            counts.reject(line.line, line.reason)
        else:
            numbered_rows.append((line.line, store.question_row(target, line.question)))
    # Two loads into one set wait for each other here: each sees what the other has added.
    QuestionSet.objects.select_for_update(no_key=True).get(pk=target.pk)
    by_id, contents = _existing(target, [row for _, row in numbered_rows])
    rows = []
    for number, row in numbered_rows:
        if row.content_sha256 in contents:
            counts.known += 1
        elif row.id_in_source in by_id:
            counts.reject(
                number, f"The id {row.id_in_source} belongs to another question of this set."
            )
        else:
            by_id.add(row.id_in_source)
            contents.add(row.content_sha256)
            rows.append(row)
    Question.objects.bulk_create(rows)
    counts.added += len(rows)


def _existing(target: QuestionSet, rows: list[Question]) -> tuple[set[str], set[str]]:
    """Ids and content hashes among `rows` that the set holds already."""
    questions = target.questions
    ids = questions.filter(id_in_source__in=[row.id_in_source for row in rows])
    contents = questions.filter(content_sha256__in=[row.content_sha256 for row in rows])
    return (
        set(ids.values_list("id_in_source", flat=True)),
        set(contents.values_list("content_sha256", flat=True)),
    )
