"""A batch of many traces: copies of a few real ones, which cost little, on their own questions."""

import hashlib
import uuid
from copy import deepcopy
from dataclasses import replace

from pipeline import store
from pipeline.models import Batch, Question, Trace
from tests import factories


def grown_batch(name: str, traces: int) -> Batch:
    """A made batch grown to so many traces and four placebos; the filters discarded a third."""
    batch = factories.made_batch(6, name=f"{name}-batch")
    models = list(batch.traces.filter(state=Trace.State.MADE).select_related("question"))
    questions = Question.objects.bulk_create(
        _copied_question(models[number % len(models)].question, number)
        for number in range(-(-traces // 2))
    )
    wanted = range(traces - len(models))
    copies = [_copied_trace(models[n % len(models)], questions[n // 2], n % 2) for n in wanted]
    placebos = [_copied_trace(models[n], questions[n], 0, arm=n % 2 + 1) for n in range(4)]
    for number, trace in enumerate((*copies, *placebos)):
        if number % 3 == 0:
            _discard(trace)
    Trace.objects.bulk_create([*copies, *placebos], batch_size=200)
    return batch


def _copied_question(model: Question, number: int) -> Question:
    row = deepcopy(model)
    row.pk, row.id = None, None
    row._state.adding = True
    row.id_in_source = f"copy-{number}"
    row.specialty = ("cardiology", "", "neurology")[number % 3]
    row.content_sha256 = row.asked_sha256 = f"{number:064d}"
    return row


def _copied_trace(model: Trace, question: Question, sample: int, arm: int = 0) -> Trace:
    row = Trace(**{f.attname: getattr(model, f.attname) for f in Trace._meta.concrete_fields})
    row.pk, row.key, row.question = None, uuid.uuid4(), question
    row.sample_index, row.arm = sample, Trace.Arm.values[arm]
    row.features = deepcopy(model.features)
    if sample:
        row.record = _in_other_words(model)
        row.record_sha256 = hashlib.sha256(row.record.encode()).hexdigest()
    return row


def _in_other_words(model: Trace) -> str:
    """The record with its words turned round: a twin would be left out of a study."""
    trace = store.trace_record(model)
    assert trace.cot is not None
    steps = tuple(
        replace(step, text=" ".join(reversed(step.text.split()))) for step in trace.cot.steps
    )
    return store.trace_text(replace(trace, cot=replace(trace.cot, steps=steps)))


def _discard(trace: Trace) -> None:
    trace.kept, trace.rejections = False, "grounding"
    for result in trace.features.get("filters", []):
        if result["name"] == "grounding":
            result["passed"], result["score"] = False, 0.25
