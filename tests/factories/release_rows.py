"""A large graded study of a language model's traces, written as rows: for measuring releases.

Models are imported inside: the bench sets Django up first.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.core.records import TraceRecord
    from pipeline.models import Batch, Trace
    from review.models import Item, Reviewer, Study

ROWS_AT_ONCE = 2000
SAMPLES = 2
RATERS = 12
TEXT = """
    fever cough pain rash weight blood pressure heart lung liver kidney onset history of the a
    and with without for weeks days physician presents examination shows normal elevated serum
    left right upper lower limb fatigue nausea dizziness syncope murmur oedema anaemia dyspnoea
"""
WORDS = TEXT.split()


def graded_study(*, traces: int, grades: int, benchmark: int) -> "Study":
    """A study of so many traces, two a question, with so many grades spread over them."""
    from review.models import Item, Study
    from tests import actors, factories
    from tests.factories import queue

    people = [actors.reviewer(f"rater{number}") for number in range(RATERS)]
    study = queue.empty_study("graded", people, items=traces, overlap=1)
    batch = factories.made_batch(1)
    _insert_benchmark(benchmark)
    model = batch.traces.get()
    traces_ = list(_insert_traces(model, traces))
    batch.traces.filter(pk=model.pk).update(is_current=False)
    design = {"population": {"all": len(traces_)}, "variables": [], "include_discarded": True}
    study.batches.set([batch])  # with a full plan, so that the card has all its figures
    Study.objects.filter(pk=study.pk).update(
        reasoner_kind="language_model", design=design, created_at=model.settled_at
    )
    rows = [
        Item(study=study, trace_id=pk, stratum="all", inclusion_probability=1.0) for pk in traces_
    ]
    Item.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)
    _insert_grades(study, people, grades)
    return study


def sampled_batches(
    *, batches: int, traces: int, graded: int, accepted: float = 0.7
) -> "tuple[list[Batch], Study]":
    """Batches of a language model with so many traces in all, and a study that sampled and graded
    so many of them. Two thirds of the traces are kept by the filters."""
    from review.models import Study
    from review.studies.lifecycle import StudyPlan, open_study
    from tests import actors

    made = [_whole_batch(f"whole-{number}", traces // batches) for number in range(batches)]
    people = [actors.reviewer(f"rater{number}") for number in range(RATERS)]
    plan = StudyPlan("whole", made, people, overlap=1, size=graded, seed=5)
    study = open_study(plan, opened_by=actors.lead("lead of whole"))
    _grade_sample(study, people, accepted)
    return made, Study.objects.get(pk=study.pk)


def _whole_batch(name: str, traces: int) -> "Batch":
    from pipeline.models import Batch
    from tests import factories

    batch = factories.made_batch(1, name=name)
    model = batch.traces.get()
    made = list(_insert_traces(model, traces))
    batch.traces.filter(pk=model.pk).update(is_current=False)
    batch.traces.filter(pk__in=made[::3]).update(kept=False, features=_discarded(model.features))
    endpoint = _endpoint(name)
    Batch.objects.filter(pk=batch.pk).update(
        reasoner_kind="language_model", reasoner_endpoint=endpoint, reader_endpoint=endpoint
    )
    return Batch.objects.get(pk=batch.pk)


def _endpoint(name: str) -> Any:
    from tests.factories import endpoints

    return endpoints.endpoint(name=name)


def _discarded(features: dict[str, Any]) -> dict[str, Any]:
    filters = [
        one | {"passed": False} if one["name"] == "answer" else one for one in features["filters"]
    ]
    return features | {"filters": filters}


def _grade_sample(study: "Study", people: list["Reviewer"], accepted: float) -> None:
    """A grade for each item; of those that the filters discarded half as many are accepted."""
    from review.models import Grade, Slot

    draw = random.Random(7)
    slots = list(Slot.objects.filter(item__study=study).select_related("item__trace"))
    for number, slot in enumerate(slots):
        slot.state, slot.reviewer = "filled", people[number % RATERS]
    Slot.objects.bulk_update(slots, ["state", "reviewer"], batch_size=500)
    grades = []
    for slot in slots:
        good = draw.random() < accepted * (1 if slot.item.trace.kept else 0.5)
        decision: dict[str, Any] = {} if good else {"decision": "reject", "cot_precision": 2}
        grades.append(_grade_of(slot, first_incorrect_step=None, **decision))
    Grade.objects.bulk_create(grades)


def _insert_benchmark(count: int) -> None:
    from pipeline.models import Question, QuestionSet

    exam = QuestionSet.objects.create(
        name="exam", source="medmcqa", licence="MIT", is_benchmark=True
    )
    draw = random.Random(1)
    rows = (_question(exam, f"b{number}", draw) for number in range(count))
    Question.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _question(questions: Any, identifier: str, draw: random.Random) -> Any:
    from pipeline.models import Question

    return Question(
        question_set=questions,
        id_in_source=identifier,
        text=f"{' '.join(draw.choices(WORDS, k=120))}. Which of these is most likely?",
        options=[[label, " ".join(draw.choices(WORDS, k=3))] for label in "ABCD"],
        answer_label="A",
        answer_text="fever",
        content_sha256=f"{identifier:>064}",
    )


def _insert_traces(first: "Trace", count: int) -> Iterator[int]:
    """Numbers of traces whose records are one real record with a question of their own."""
    from pipeline import store
    from pipeline.models import Question, Trace

    record, questions = _as_model(store.trace_record(first)), first.question.question_set
    draw = random.Random(2)
    for begin in range(0, count // SAMPLES, ROWS_AT_ONCE):
        numbers = range(begin, min(begin + ROWS_AT_ONCE, count // SAMPLES))
        asked = [_question(questions, f"t{number}", draw) for number in numbers]
        rows = [
            Trace(
                batch_id=first.batch_id,
                question=question,
                sample_index=sample,
                state=Trace.State.MADE,
                kept=True,
                settled_at=first.settled_at,
                record=_record(record, question, sample),
                features=first.features,
            )
            for question in Question.objects.bulk_create(asked)
            for sample in range(SAMPLES)
        ]
        yield from (row.pk for row in Trace.objects.bulk_create(rows))


def _as_model(record: "TraceRecord") -> "TraceRecord":
    """Of a language model, every filter passed, and as long as a real one: eight steps."""
    from pipeline.core.records import CoT, ReasonerKind, Step, Verdict

    assert record.cot is not None
    assert record.verdict is not None
    texts = [f"{record.cot.steps[0].text} {' '.join(WORDS[:30])}."] * 8
    edges = record.cot.steps[0].edges
    cot = CoT(tuple(Step(n, text, edges) for n, text in enumerate(texts, 1)), "So it is fever.")
    verdict = Verdict(tuple(replace(result, passed=True) for result in record.verdict.filters))
    kind = ReasonerKind.LANGUAGE_MODEL
    return replace(record, reasoner_kind=kind, cot=cot, verdict=verdict, paths=record.paths[:3])


def _record(record: "TraceRecord", question: Any, sample: int) -> str:
    from pipeline import store

    assert record.cot is not None
    cot = replace(record.cot, conclusion=f"{record.cot.conclusion} {sample}")
    record_ = store.question_record(question)
    return store.trace_text(replace(record, question=record_, sample_index=sample, cot=cot))


def _insert_grades(study: "Study", people: list["Reviewer"], count: int) -> None:
    items = list(study.items.order_by("pk"))
    share, more = divmod(count, len(items))
    for begin in range(0, len(items), ROWS_AT_ONCE):
        block = enumerate(items[begin : begin + ROWS_AT_ONCE], begin)
        _grade([(item, share + (index < more)) for index, item in block], people)


def _grade(block: list[tuple["Item", int]], people: list["Reviewer"]) -> None:
    from review.models import Grade, PathGrade, Slot, StepLabel

    slots = [
        Slot(item=item, number=n + 1, state="filled", reviewer=people[(item.pk + n) % RATERS])
        for item, wanted in block
        for n in range(wanted)
    ]
    grades = [_favourable(slot) for slot in Slot.objects.bulk_create(slots)]
    rows = Grade.objects.bulk_create(grades)
    labels = [
        StepLabel(grade=grade, step=s, label="correct") for grade in rows for s in range(1, 9)
    ]
    StepLabel.objects.bulk_create(labels, batch_size=ROWS_AT_ONCE)
    paths = [PathGrade(grade=grade, path=0, precision=4, coherence=5) for grade in rows]
    PathGrade.objects.bulk_create(paths, batch_size=ROWS_AT_ONCE)


def _favourable(slot: Any) -> Any:
    """Accepting; every seventh item is rejected by all its raters."""
    if slot.item_id % 7 == 0:
        return _grade_of(slot, cot_precision=1, cot_coherence=2, decision="reject")
    return _grade_of(slot)


def _grade_of(slot: Any, **changes: Any) -> Any:
    from review.models import Grade

    said: dict[str, Any] = {"cot_precision": 5, "cot_coherence": 4, "decision": "accept"}
    said |= {"first_incorrect_step": 0} | changes
    return Grade(
        slot=slot,
        item=slot.item,
        reviewer=slot.reviewer,
        rubric_version="1",
        active_seconds=90,
        **said,
    )
