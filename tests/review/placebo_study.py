"""A study with placebos among its items."""

from django.contrib.auth.models import User

from pipeline import store
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import preset
from pipeline.models import Batch, Trace
from review.models import Item, Reviewer, Study
from review.studies.lifecycle import StudyPlan, open_study
from tests import factories


def batch_with_placebos(size: int = 12, *, name: str = "batch") -> Batch:
    """A made batch whose questions were all also taken towards wrong options."""
    batch = start_batch(
        factories.question_set(size, name=f"{name}-questions"),
        knowledge_graph=factories.graph(f"{name}-graph"),
        config=preset("demonstration"),
        name=name,
        placebo_share=1.0,
    )
    run_batch(batch)
    batch.refresh_from_db()
    return batch


def study_with_placebos(*reviewers: Reviewer, opened_by: User, **changes: object) -> Study:
    """Four sampled items and three placebos, for these reviewers."""
    plan = {"size": 4, "placebo_items": 3, "overlap": 1, "seed": 7} | changes
    if "batches" not in plan:
        plan["batches"] = [batch_with_placebos()]
    return open_study(StudyPlan("study", reviewers=reviewers, **plan), opened_by=opened_by)  # type: ignore[arg-type]


def placebos_of(study: Study) -> list[Item]:
    """The study's placebos, with their traces."""
    items = study.items.filter(kind=Item.Kind.PLACEBO).order_by("pk")
    return list(items.select_related("trace__question", "study"))


def only_in_placebos(batch: Batch) -> set[str]:
    """Keys of placebo traces, and sentences that no other trace of the batch has."""
    made = list(Trace.objects.filter(batch=batch, state=Trace.State.MADE))
    real = "\n".join(row.record for row in made if not row.is_placebo)
    wrong = {text for row in made if row.is_placebo for text in _said_in(row)}
    return {str(row.key) for row in made if row.is_placebo} | {
        text for text in wrong if text not in real
    }


def _said_in(row: Trace) -> set[str]:
    cot = store.trace_record(row).cot
    return {cot.conclusion, *(step.text for step in cot.steps)} if cot else set()
