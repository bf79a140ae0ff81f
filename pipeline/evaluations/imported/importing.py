"""Importing outputs: a file becomes a finished evaluation, whole or not at all.

Every question of the benchmark has an item for each sample. What the file lacks is an item that
got no output: it counts, and it is not right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from pipeline import store
from pipeline.benchmarks.identity import benchmark_identity
from pipeline.core.errors import Conflict, Refusal, SourceFileError
from pipeline.evaluations.imported.held_against import (
    HeldAgainst,
    OthersFile,
    benchmark_questions,
    hold_against,
)
from pipeline.evaluations.imported.spool import Spool
from pipeline.evaluations.reading import failed
from pipeline.evaluations.starting import IS_TAKEN, new_items
from pipeline.jobs.names import require_free
from pipeline.models import Evaluation, EvaluationItem, Event, Question, QuestionSet
from pipeline.software import software_version

NOT_IN_FILE = "not_in_file"
_STAGE = "import"
_MAX_MODEL = 200
BLOCK = 500
_MAX_NUMBER = 2**31
_OTHER_IDENTITY = (
    "Lines say that they were asked of a benchmark with another identity ({}…): its questions "
    "were others then."
)


@dataclass(frozen=True)
class ImportPlan:
    """What the evaluation is to be called, and whose outputs they are where the file does not
    say or says it badly."""

    name: str
    questions: QuestionSet
    model: str = ""


def import_outputs(plan: ImportPlan, file: OthersFile, *, by: User | None = None) -> Evaluation:
    """Import the outputs of a file that answer questions of the benchmark.

    Raises Refusal for a file that was imported before, of which nothing fits, or whose model is
    not known; SourceFileError for one that cannot be read. Then nothing is stored.
    """
    sha256 = file.sha256()
    _check(plan, file, sha256)
    with Spool() as spool:
        held = hold_against(file, plan.questions, keep=spool.keep)
        _require_outputs(held, file)
        model = (plan.model.strip() or held.facts.model)[:_MAX_MODEL]
        if not model:
            raise Refusal("The file does not name the model: state it.", field="model")
        return _store(plan, file, held, spool, model=model, sha256=sha256, by=by)


def _check(plan: ImportPlan, file: OthersFile, sha256: str) -> None:
    """Raises Refusal for what can be refused before the file is read."""
    require_free(plan.name, IS_TAKEN, noun="An evaluation")
    earlier = Evaluation.objects.filter(
        question_set=plan.questions, imported_from__sha256=sha256, imported_from__part=file.part
    ).first()
    if earlier:
        raise Refusal(
            f"This file was imported already, as the evaluation {earlier}: nothing is added."
        )


def _require_outputs(held: HeldAgainst, file: OthersFile) -> None:
    counts = held.counts
    if counts.matched:
        return
    if file.part and counts.other_parts:
        parts = ", ".join(sorted(filter(None, held.facts.parts)))
        raise Refusal(f"Nothing of the part {file.part} fits. The file's parts: {parts}.")
    line, reason = counts.told[0] if counts.told else (0, "It is empty.")
    raise SourceFileError(
        file.name, line, f"None of its {held.facts.lines:,} lines fits the benchmark. {reason}"
    )


@transaction.atomic
def _store(
    plan: ImportPlan,
    file: OthersFile,
    held: HeldAgainst,
    spool: Spool,
    *,
    model: str,
    sha256: str,
    by: User | None,
) -> Evaluation:
    # Two imports into one set, a double click among them, store in turn and look again.
    questions = QuestionSet.objects.select_for_update().get(pk=plan.questions.pk)
    _check(plan, file, sha256)
    now_asked, others = benchmark_questions(questions)
    if _keys(now_asked) != _keys(held.questions):
        raise Conflict("The benchmark has changed while the file was read: import it again.")
    identity = benchmark_identity(map(store.question_record, held.questions))
    now = timezone.now()
    evaluation = Evaluation.objects.create(
        name=plan.name,
        question_set=questions,
        items_sha256=identity.sha256,
        questions=len(held.questions),
        left_out=len(others),
        model=model,
        samples=held.samples,
        temperature=_number(held, "temperature"),
        max_output_tokens=_whole(_number(held, "max_tokens", "max_gen_toks")),
        imported_from=_said(file, held, sha256, identity.sha256),
        state=Evaluation.State.FINISHED,
        software_version=software_version(),
        started_by=by,
        finished_at=now,
    )
    for block in _blocks(_items(evaluation, held, spool)):
        EvaluationItem.objects.bulk_create(block)
    _record(evaluation, held, by)
    return evaluation


def _keys(questions: Sequence[Question]) -> list[tuple[int, str, Any]]:
    return [(row.pk, row.answer_label, row.options) for row in questions]


def _items(evaluation: Evaluation, held: HeldAgainst, spool: Spool) -> Iterator[EvaluationItem]:
    """An item for each question and sample, with its output or without."""
    place_of = {question.pk: place for place, question in enumerate(held.questions)}
    lacking = failed(_STAGE, NOT_IN_FILE, "The file has no output for this question.")
    for item in new_items(evaluation, held.questions):
        columns = spool.columns(place_of[item.question_id], item.sample_index) or lacking
        for name, value in columns.items():
            setattr(item, name, value)
        item.settled_at = evaluation.finished_at
        yield item


def _blocks(items: Iterator[EvaluationItem]) -> Iterator[list[EvaluationItem]]:
    while block := list(islice(items, BLOCK)):
        yield block


def _number(held: HeldAgainst, *names: str) -> float | None:
    """A setting that the file states as a number, under the first of these names."""
    values = (held.facts.settings.get(name) for name in names)
    numbers = (v for v in values if isinstance(v, int | float) and not isinstance(v, bool))
    return next((float(number) for number in numbers if 0 <= number < _MAX_NUMBER), None)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _said(file: OthersFile, held: HeldAgainst, sha256: str, items_sha256: str) -> dict[str, Any]:
    """What is kept of the file."""
    counts, facts = held.counts, held.facts
    others = sorted(set(facts.benchmarks) - {items_sha256})
    return {
        "file": file.name[:200],
        "sha256": sha256,
        "format": facts.format,
        "part": file.part,
        "model": facts.model,
        "settings": facts.settings,
        "notes": held.notes + [_OTHER_IDENTITY.format(other[:12]) for other in others],
        "rows": facts.lines,
        "matched": counts.matched,
        "unusable": counts.unusable,
        "rejected": counts.rejected,
        "other_parts": counts.other_parts,
        "order_assumed": counts.order_assumed,
        "missing": held.missing,
        "left_out": [[line, reason] for line, reason in counts.told],
    }


def _record(evaluation: Evaluation, held: HeldAgainst, by: User | None) -> None:
    said = evaluation.imported_from or {}
    Event.objects.record(
        "evaluation.imported",
        evaluation,
        by=by,
        model=evaluation.model,
        questions=evaluation.questions,
        set=evaluation.question_set.name,
        file=said["file"],
        sha256=said["sha256"],
        unmatched=held.counts.left_out,
        missing=held.missing,
    )
