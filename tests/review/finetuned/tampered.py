"""Ways to change what a chain of checksums rests on, each with the links that must break."""

import hashlib
from collections.abc import Callable

from pipeline import store
from pipeline.models import EvaluationItem, Event, LLMCall, Question, Trace
from review.finetuned.chain.sample import sample_of
from review.models import FineTunedModel, Grade, PathGrade, Release, ReleasedTrace

GRADED = "grade.submitted"


def grade_of(row: ReleasedTrace) -> Grade:
    return Grade.objects.get(item=row.item)


def sample() -> ReleasedTrace:
    found = sample_of(Release.objects.get())
    assert found is not None
    return found.row


def other_edge() -> None:
    row = sample()
    row.line = row.line.replace('"relation":"contraindication"', '"relation":"off-label use"')
    row.save()


def other_grade() -> None:
    PathGrade.objects.filter(grade=grade_of(sample())).update(precision=1)


def other_event_of_the_grade() -> None:
    event = Event.objects.get(action=GRADED, subject_id=str(grade_of(sample()).pk))
    event.payload["cot_precision"] = 1
    event.save()


def another_word_in_the_event_of_the_grade() -> None:
    event = Event.objects.get(action=GRADED, subject_id=str(grade_of(sample()).pk))
    event.payload["reason"] = "Read again."
    event.save()


def an_event_written_anew_without_the_grade() -> None:
    event = Event.objects.get(action=GRADED, subject_id=str(grade_of(sample()).pk))
    event.payload["decision"] = "reject"
    event.digest = event.computed_digest()
    event.save()


def no_grade() -> None:
    Grade.objects.filter(pk=grade_of(sample()).pk).update(revision=7, amend_reason="Again.")


def other_trace() -> None:
    row = sample().trace
    Trace.objects.filter(pk=row.pk).update(record=row.record.replace("contra", "kontra"))


def other_trace_with_its_sum() -> None:
    row = sample().trace
    record = store.trace_text(store.trace_record(row)).replace("asthma", "athsma")
    sha256 = hashlib.sha256(record.encode()).hexdigest()
    Trace.objects.filter(pk=row.pk).update(record=record, record_sha256=sha256)


def unreadable_line() -> None:
    row = sample()
    row.line = row.line.replace(":", " :", 1)
    row.save()


def another_line() -> None:
    row = Release.objects.get().lines.filter(left_out="").order_by("position").last()
    row.line = row.line.replace("answer", "anwser")
    row.save()


def an_event_of_the_study() -> None:
    event = Event.objects.get(action="study.opened")
    event.payload["items"] = 400
    event.save()


def a_chain_written_anew() -> None:
    Event.objects.filter(chain__name="house").update(digest="0" * 64)


def other_manifest() -> None:
    release = Release.objects.get()
    release.manifest["notice"] = "Clinically validated."
    release.save()


def other_run_card() -> None:
    model = FineTunedModel.objects.get()
    model.run_card = model.run_card.replace('"seed": 7', '"seed": 8')
    model.save()


def other_run_card_with_its_sum() -> None:
    other_run_card()
    model = FineTunedModel.objects.get()
    model.run_card_sha256 = hashlib.sha256(model.run_card.encode()).hexdigest()
    model.save()


def no_run_card() -> None:
    FineTunedModel.objects.update(run_card="{}")


def other_weights_in_the_table() -> None:
    FineTunedModel.objects.update(weights_sha256="0" * 64)


def other_letter() -> None:
    item = EvaluationItem.objects.filter(evaluation__name__startswith="tuned").first()
    EvaluationItem.objects.filter(pk=item.pk).update(letter="D", label="D")


def other_output() -> None:
    item = EvaluationItem.objects.filter(evaluation__name__startswith="base").first()
    EvaluationItem.objects.filter(pk=item.pk).update(output="Answer: A, surely")


def other_answer_in_the_ledger() -> None:
    LLMCall.objects.filter(evaluation__name__startswith="base").update(answer_text="Answer: C")


def other_key() -> None:
    Question.objects.filter(question_set__name="drugs", answer_label="B").update(
        answer_label="C", answer_text="Warfarin"
    )


LINES = {"All lines of the release", "A file that was trained on"}
EVALUATIONS = {"An evaluation of the base", "An evaluation of the model"}
CHANGES: list[tuple[Callable[[], None], set[str]]] = [
    (other_edge, {"A graded edge", "Its released line", *LINES}),
    (other_grade, {"Its grade"}),
    (other_event_of_the_grade, {"Its grade", "An audit that the release rests on"}),
    (another_word_in_the_event_of_the_grade, {"Its grade", "An audit that the release rests on"}),
    (an_event_written_anew_without_the_grade, {"Its grade", "An audit that the release rests on"}),
    (no_grade, {"Its grade"}),
    (other_trace, {"Its trace", "Its released line"}),
    (other_trace_with_its_sum, {"Its released line"}),
    (unreadable_line, {"Its released line", *LINES}),
    (another_line, LINES),
    (an_event_of_the_study, {"An audit that the release rests on"}),
    (a_chain_written_anew, {"An audit that the release rests on", "The run card"}),
    (other_manifest, {"The manifest", "The run card"}),
    (other_run_card, {"The run card"}),
    (other_run_card_with_its_sum, {"The run card"}),
    (no_run_card, {"The run card"}),
    (other_weights_in_the_table, {"The run card"}),
    (other_letter, {"An evaluation of the model"}),
    (other_output, {"An evaluation of the base"}),
    (other_answer_in_the_ledger, {"An evaluation of the base"}),
    (other_key, EVALUATIONS),
]
