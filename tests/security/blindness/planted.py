"""A study in which everything a reviewer must not see is marked, so that a leak shows."""

from dataclasses import asdict, replace
from typing import Any

from django.contrib.auth.models import User

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.core.records import (
    Comparison,
    CoT,
    DecidedBy,
    DroppedMention,
    FilterResult,
    Preferred,
    ReadAnswer,
    Reading,
    ReadingKind,
    Rival,
    Side,
    Step,
    StepCheck,
    Support,
    Verdict,
)
from pipeline.models import Batch, Endpoint, Evaluation, EvaluationItem, LLMCall, Trace
from review.adjudication.corrections import approve_correction
from review.evidence.key_disputes import dispute_of, rule_on_key
from review.grading.controls import ExpectedGrade, mark_control
from review.grading.sendbacks import send_back
from review.models import Item, Reviewer, Slot, Study
from tests import actors, factories
from tests.factories import endpoints
from tests.review.disagreeing import grade_row, settle
from tests.review.submitting import grade_all

# The hash of the questions that the planted evaluation asked.
EVALUATED = "e" * 64
PLANTED = "planted-secret"
SECRETS = (
    "verdict-explanation",
    "reader-explanation",
    "peer-comment",
    "peer-name",
    "peer-pseudonym",
    "model-name",
    "endpoint-name",
    "preset-name",
    "item-stratum",
    "item-expected",
    "control-note",
    "failure-detail",
    "rejections",
    "source-id",
    "rationale",
    "ruling-reason",
    "judge-name",
    "sent-back-to-peer",
    "peer-reason",
    "correction-text",
    "check-explanation",
    "reading-explanation",
    "rival-step",
    "rival-conclusion",
    "comparison-explanation",
    "unmasked-passage",
    "dropped-mention",
)
# What peers' grades hold as figures, a filter's score, and the word for an arm.
FIGURES = ("987654", "918273", "placebo")


def planted_study(lead: User, ann: Reviewer, peer: Reviewer) -> Study:
    """A study of model traces for Ann and a peer who has graded everything."""
    study = factories.study(ann, peer, opened_by=lead, size=3, overlap=2)
    grade_all(study, peer, comment=f"{PLANTED}-peer-comment", cot_precision=1, decision="reject")
    Reviewer.objects.filter(pk=peer.pk).update(pseudonym=f"{PLANTED}"[:12])
    Study.objects.update(reasoner_kind="language_model", placebo_items=1)
    Item.objects.filter(study=study).update(stratum=f"{PLANTED}-item-stratum")
    design = study.design | {"population": {f"{PLANTED}-item-stratum": 3}}
    Study.objects.filter(pk=study.pk).update(design=design)
    for batch in Batch.objects.all():
        _mark_batch(batch)
    for row in Trace.objects.all():
        _mark_trace(row)
    _add_checks(study, lead)
    _mark_disagreement(study, lead, peer)
    study.refresh_from_db()
    return study


def _mark_disagreement(study: Study, lead: User, peer: Reviewer) -> None:
    """What the peer, a lead and an adjudicator said of the first item, each in a row of its own."""
    item = study.items.filter(kind=Item.Kind.SAMPLED).order_by("pk")[0]
    judge = actors.person(f"{PLANTED}-judge-name", Role.ADJUDICATOR)
    own = grade_row(
        item,
        peer,
        revision=2,
        amend_reason=f"{PLANTED}-peer-reason",
        comment=f"{PLANTED}-peer-comment",
        safety_flag="severe",
        answer_key_disputed=True,
        wall_seconds=918273,
        active_seconds=918273,
    )
    send_back(item, grades=[own], comment=f"{PLANTED}-sent-back-to-peer", by=lead)
    settle(item, judge, rationale=f"{PLANTED}-rationale")
    cot = store.trace_record(item.trace).cot
    texts = [f"{PLANTED}-correction-text" for _ in cot.steps]
    approve_correction(item, steps=texts, conclusion=texts[0], seen=0, by=judge)
    question = item.trace.question
    seen = dispute_of(question).seen
    rule_on_key(question, ruling="stands", reason=f"{PLANTED}-ruling-reason", seen=seen, by=lead)


def _mark_batch(batch: Batch) -> None:
    model = batch.config["model"] | {"reasoner": f"{PLANTED}-model-name"}
    config = batch.config | {"preset": f"{PLANTED}-preset-name", "model": model}
    asked = endpoints.endpoint(f"{PLANTED}-endpoint-name", model=f"{PLANTED}-model-name")
    Batch.objects.filter(pk=batch.pk).update(
        name=f"{PLANTED}-batch",
        config=config,
        reasoner_kind="language_model",
        reasoner_endpoint=asked,
    )
    _mark_evaluation(batch, asked)
    LLMCall.objects.create(
        batch=batch,
        stage="generation",
        fingerprint="f",
        endpoint=f"{PLANTED}-endpoint-name",
        model=f"{PLANTED}-model-name",
        prompt_name="generate",
        prompt_version="v1",
        messages=[],
    )


def _mark_evaluation(batch: Batch, asked: Endpoint) -> None:
    """What another model answered to the very questions that are being graded."""
    question = batch.question_set.questions.first()
    evaluation = Evaluation.objects.create(
        name=f"{PLANTED}-evaluation",
        question_set=batch.question_set,
        items_sha256=EVALUATED,
        questions=1,
        model=f"{PLANTED}-model-name",
        endpoint=asked,
    )
    EvaluationItem.objects.create(
        evaluation=evaluation,
        question=question,
        cluster=question.pk,
        shown=[label for label, _ in question.options],
        key_label=question.answer_label,
        state="made",
        stage="open_ended",
        output=f"{PLANTED}-output",
    )


def _mark_trace(row: Trace) -> None:
    trace = store.trace_record(row)
    said = FilterResult("leakage", True, 0.987654, f"{PLANTED}-verdict-explanation")
    marked = replace(
        trace,
        question=replace(trace.question, id_in_source=f"{PLANTED}-source-id"),
        verdict=Verdict((said,)),
        read_answer=ReadAnswer("A", "", f"{PLANTED}-reader-explanation"),
        **_assessed(),
    )
    Trace.objects.filter(pk=row.pk).update(
        record=store.trace_text(marked),
        rejections=f"{PLANTED}-rejections",
        failure_detail=f"{PLANTED}-failure-detail",
    )
    type(row.question).objects.filter(pk=row.question_id).update(
        id_in_source=f"{PLANTED}-source-id-{row.question_id}"
    )


def _assessed() -> dict[str, Any]:
    """What steps, reader and rivals were found to be."""
    read = ReadAnswer("A", "", f"{PLANTED}-reading-explanation", 0.918273)
    chain = CoT((Step(1, f"{PLANTED}-rival-step"),), f"{PLANTED}-rival-conclusion")
    compared = Comparison(True, Preferred.KEY, f"{PLANTED}-comparison-explanation")
    explained = f"{PLANTED}-check-explanation"
    return {
        "step_checks": (StepCheck(1, Support.CONTRADICTED, DecidedBy.READER, explained),),
        "readings": (Reading(ReadingKind.WITHOUT_COT, read, correct=True),),
        "rivals": (Rival("B", "beta", (), chain, (compared,)),),
        "unmasked": (f"{PLANTED}-unmasked-passage",),
        "dropped_mentions": (
            DroppedMention(f"{PLANTED}-dropped-mention", Side.QUESTION, "not_in_the_text"),
        ),
    }


def _add_checks(study: Study, lead: User) -> None:
    """A control item, a repeat of the first item, and a placebo."""
    first = study.items.order_by("pk")[0]
    why = f"{PLANTED}-control-note"
    mark_control(first.trace, expected=ExpectedGrade(1, 1, note=why), by=lead)
    expected = ExpectedGrade(1, 1, note=f"{PLANTED}-item-expected")
    for fields in (
        {"kind": Item.Kind.CONTROL, "expected": asdict(expected)},
        {"kind": Item.Kind.REPEAT, "repeat_of": first},
        {"kind": Item.Kind.PLACEBO},
    ):
        item = Item.objects.create(study=study, trace=first.trace, **fields)
        Slot.objects.create(item=item, number=1)
