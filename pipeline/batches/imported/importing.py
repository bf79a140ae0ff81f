"""Importing chains of thought: a file becomes a finished batch, whole or not at all."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline.batches.imported.formats import format_named
from pipeline.batches.imported.matching import QuestionIndex
from pipeline.batches.imported.spool import BLOCK, Spool
from pipeline.batches.starting.names import require_free
from pipeline.core.datasets.source_file import DEFAULT_LIMITS, ReadLimits, opened
from pipeline.core.errors import Refusal, SourceFileError
from pipeline.core.imports.formats import ChainFormat
from pipeline.core.imports.judging import CONFIG
from pipeline.core.imports.reading import check_columns, read_rows
from pipeline.core.licences import may_publish, written
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch, Event, QuestionSet, Trace
from pipeline.software import software_version


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose chains of thought they are, as it is stated, and the terms of their text."""

    author: str
    licence: str = ""
    may_be_released: bool = False


def import_chains(
    name: str,
    file: Path | BinaryIO,
    *,
    file_name: str,
    questions: QuestionSet,
    origin: Origin,
    chains: str = "columns",
    columns: dict[str, str] | None = None,
    limits: ReadLimits = DEFAULT_LIMITS,
    delimiter: str | None = None,
    by: User | None = None,
) -> Batch:
    """Import the chains of thought of a file that are on questions of the set.

    `chains` names a published format, "columns", or a saved mapping of question files; `columns`
    says which columns hold what where the format's own names do not: question, options, answer,
    cot, conclusion, context, id. Rows that give no trace are counted and told in the batch's
    `imported_from`. Raises Refusal for a file that was imported before, or of which no row
    belongs to a question of the set; SourceFileError for one that cannot be read.
    """
    if isinstance(file, Path):
        with opened(file, file_name) as stream:
            return import_chains(
                name,
                stream,
                file_name=file_name,
                questions=questions,
                origin=origin,
                chains=chains,
                columns=columns,
                limits=limits,
                delimiter=delimiter,
                by=by,
            )
    read = format_named(chains).with_columns(**columns or {})
    said = _said(file, file_name, read, origin)
    _check(name, questions, said, origin)
    check_columns(file, file_name, read, limits, delimiter=delimiter)
    rows = read_rows(file, file_name, read, limits, delimiter=delimiter)
    with Spool(QuestionIndex(questions), conclusion_apart=bool(read.columns.conclusion)) as spool:
        spool.fill(rows)
        _require_traces(spool, file_name)
        return _store(name, questions, spool, said=said, origin=origin, by=by)


def _said(file: BinaryIO, file_name: str, chains: ChainFormat, origin: Origin) -> dict[str, Any]:
    """What is known of the file before it is read."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    file.seek(0)
    columns = {"cot": chains.columns.cot, "conclusion": chains.columns.conclusion}
    return {
        "file": file_name[:200],
        "sha256": digest.hexdigest(),
        "columns": {role: column for role, column in columns.items() if column},
        "author": origin.author,
    }


def _check(name: str, questions: QuestionSet, said: dict[str, Any], origin: Origin) -> None:
    """Raises Refusal for what can be refused before the file is read."""
    require_free(name)
    if not origin.author.strip():
        raise Refusal("State who or what made these chains of thought.", field="author")
    may_publish(origin.licence, origin.may_be_released)
    earlier = Batch.objects.filter(
        reasoner_kind=ReasonerKind.IMPORTED,
        question_set=questions,
        imported_from__sha256=said["sha256"],
    )
    for batch in earlier:
        if batch.imported_from and batch.imported_from["columns"] == said["columns"]:
            raise Refusal(
                f"This file was imported already, as the batch {batch}: nothing is added.",
                field="file",
            )


def _require_traces(spool: Spool, file_name: str) -> None:
    counts = spool.counts
    if counts.imported:
        return
    line, reason = counts.told[0] if counts.told else (0, "It is empty.")
    before = f"None of its {counts.left_out:,} rows can be imported. " if counts.told else ""
    raise SourceFileError(file_name, line, f"{before}{reason}")


@transaction.atomic
def _store(
    name: str,
    questions: QuestionSet,
    spool: Spool,
    *,
    said: dict[str, Any],
    origin: Origin,
    by: User | None,
) -> Batch:
    # Two imports into one set, a double click among them, store in turn and look again.
    QuestionSet.objects.select_for_update().get(pk=questions.pk)
    _check(name, questions, said, origin)
    counts, now = spool.counts, timezone.now()
    batch = Batch.objects.create(
        name=name,
        question_set=questions,
        config=CONFIG.as_json(),
        config_fingerprint=CONFIG.fingerprint,
        reasoner_kind=ReasonerKind.IMPORTED.value,
        imported_from={
            **said,
            "imported_at": now.isoformat(),
            "rows": counts.imported + counts.left_out,
            "imported": counts.imported,
            "unusable": counts.unusable,
            "unmatched": counts.unmatched,
            "refused": counts.refused,
            "left_out": counts.told,
        },
        text_licence=written(origin.licence),
        text_may_be_released=may_publish(origin.licence, origin.may_be_released),
        samples=spool.samples,
        software_version=software_version(),
        state=Batch.State.FINISHED,
        started_by=by,
        finished_at=now,
    )
    for block in _blocks(spool.traces()):
        Trace.objects.bulk_create(
            Trace(batch=batch, settled_at=now, **columns) for columns in block
        )
    _record(batch, by)
    return batch


def _record(batch: Batch, by: User | None) -> None:
    said = batch.imported_from or {}
    Event.objects.record(
        "batch.imported",
        batch,
        by=by,
        file=said["file"],
        sha256=said["sha256"],
        set=batch.question_set.name,
        author=said["author"],
        licence=batch.text_licence or "not stated",
        imported=said["imported"],
        left_out=said["rows"] - said["imported"],
    )


def _blocks(traces: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while block := list(islice(traces, BLOCK)):
        yield block
