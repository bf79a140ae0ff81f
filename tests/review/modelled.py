"""Studies of a language model's traces, for tests of what demonstration traces are refused."""

import hashlib
from dataclasses import replace

from django.contrib.auth.models import User

from pipeline import store
from pipeline.batches.lifecycle import run_batch
from pipeline.core.records import ReasonerKind
from pipeline.models import Batch, Trace
from review.models import Reviewer, Study
from review.studies.lifecycle import StudyPlan, open_study
from tests import factories
from tests.factories.endpoints import endpoint, reader


def model_study(*reviewers: Reviewer, opened_by: User, size: int = 4, samples: int = 1) -> Study:
    """A study over the made traces of one batch, one place each, marked as a model's.

    Each sample has words of its own, as a model's have.
    """
    batch = factories.batch(size, samples=samples)
    run_batch(batch)
    kind = ReasonerKind.LANGUAGE_MODEL
    asked = {"reasoner_endpoint": endpoint("made-by"), "reader_endpoint": reader("read-by")}
    Batch.objects.filter(pk=batch.pk).update(reasoner_kind=kind, **asked)
    for row in Trace.objects.filter(batch=batch):
        trace = store.trace_record(row)
        cot = replace(trace.cot, conclusion=f"{trace.cot.conclusion} {row.sample_index}")
        record = store.trace_text(replace(trace, reasoner_kind=kind, cot=cot))
        sha256 = hashlib.sha256(record.encode()).hexdigest()
        Trace.objects.filter(pk=row.pk).update(record=record, record_sha256=sha256)
    batch.refresh_from_db()
    plan = StudyPlan("modelled", batches=[batch], reviewers=reviewers, overlap=1, seed=7)
    return open_study(plan, opened_by=opened_by)
