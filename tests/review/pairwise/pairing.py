"""Pairwise studies over batches on the same questions, and judgements of their pairs."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User

from pipeline import store
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import preset
from pipeline.models import Batch, Trace
from review.models import PairJudgement, Reviewer, Slot, Study
from review.pairwise.opening import PairPlan, open_pairwise
from review.pairwise.positions import positions_of
from review.pairwise.submit import PairEntry, submit_pair
from review.queue.claim import next_slot
from tests import factories

# What each batch adds to its conclusions, so that no two say the same.
SAYINGS = ("So it is.", "It follows.", "Hence this.", "That settles it.")


def batches_on_the_same(size: int = 4, *, count: int = 2, name: str = "rival") -> list[Batch]:
    """So many made batches over the same questions, each with words of its own."""
    questions = factories.question_set(size, name=f"{name}-questions")
    graph = factories.graph(f"{name}-graph")
    rows = []
    for number in range(count):
        batch = start_batch(
            questions,
            knowledge_graph=graph,
            config=preset("demonstration"),
            name=f"{name}-{number}",
        )
        run_batch(batch)
        batch.refresh_from_db()
        say(batch, SAYINGS[number])
        rows.append(batch)
    return rows


def say(batch: Batch, what: str) -> None:
    """Add this to the conclusion of every trace of the batch."""
    for row in Trace.objects.filter(batch=batch, state=Trace.State.MADE):
        reword(row, lambda text: f"{text} {what}")


def reword(row: Trace, change: Callable[[str], str]) -> None:
    """Change the conclusion of one trace."""
    trace = store.trace_record(row)
    assert trace.cot is not None
    cot = replace(trace.cot, conclusion=change(trace.cot.conclusion))
    Trace.objects.filter(pk=row.pk).update(record=store.trace_text(replace(trace, cot=cot)))


def pairwise_study(
    *reviewers: Reviewer, opened_by: User, questions: int = 4, **changes: Any
) -> Study:
    """An open pairwise study of two fresh batches, for these reviewers."""
    name = changes.pop("name", "compared")
    plan = {"overlap": 1, "seed": 7} | changes
    if "batches" not in plan:
        plan["batches"] = batches_on_the_same(questions, name=f"{name}-batch")
    return open_pairwise(PairPlan(name, reviewers=reviewers, **plan), opened_by=opened_by)


def judged(**changes: Any) -> PairEntry:
    """A complete entry: A by every criterion."""
    fields = {"more_precise": "a", "more_coherent": "a", "better": "a"}
    return PairEntry(**(fields | changes))


def judge(slot: Slot, reviewer: Reviewer, **changes: Any) -> PairJudgement:
    """Submit an entry for the slot under a fresh key."""
    key = uuid.uuid4()
    entry = judged(**changes)
    return submit_pair(slot, reviewer=reviewer, fence=slot.fence, key=key, entry=entry)


def judge_all(study: Study, *people: Reviewer, prefer: Callable[[Slot, str], str]) -> None:
    """Judge every pair dealt, in turn; `prefer` says first, tie or second, by slot, criterion."""
    at_work = list(people)
    while at_work:
        reviewer = at_work.pop(0)
        slot = next_slot(study, reviewer=reviewer)
        if slot is None:
            continue
        positions = positions_of(slot.item, reviewer=reviewer)
        names = ("more_precise", "more_coherent", "better")
        judge(slot, reviewer, **{name: positions.shown(prefer(slot, name)) for name in names})
        at_work.append(reviewer)


def sent(slot: Slot, **changes: Any) -> dict[str, Any]:
    """The form of a pair as a browser sends it, complete; None leaves a field out."""
    fields = {
        "fence": slot.fence,
        "key": str(uuid.uuid4()),
        "more_precise": "a",
        "more_coherent": "tie",
        "better": "b",
        "comment": "",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}
