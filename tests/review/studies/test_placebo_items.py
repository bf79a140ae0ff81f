"""A study's placebos: dealt as any item, known to the report alone."""

from typing import Any

import pytest
from django.http import Http404
from django.urls import reverse

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from pipeline.models import Event
from review import access
from review.adjudication.settle import awaiting_adjudication
from review.evidence.key_disputes import disputes
from review.models import Item, Study
from review.queue.claim import next_slot
from review.reports.facts import read_facts
from review.reports.filters.report import filters_report
from review.studies.extend import extend_study
from review.studies.forecast import forecast_of
from review.studies.lifecycle import StudyPlan
from review.studies.phases import draw_more, traces_left
from tests import actors
from tests.review.disagreeing import grade_row
from tests.review.placebo_study import batch_with_placebos, placebos_of, study_with_placebos
from tests.review.submitting import grade_all, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(lead, ann) -> Study:
    return study_with_placebos(ann, opened_by=lead)


def test_a_study_has_none_unless_asked(lead, ann):
    study = study_with_placebos(ann, opened_by=lead, placebo_items=0)
    assert set(study.items.values_list("kind", flat=True)) == {Item.Kind.SAMPLED}
    assert read_facts(study).placebos == ()
    keys = [section.key for section in filters_report(read_facts(study)).sections]
    assert "placebo" not in keys


def test_they_are_put_in_apart_from_the_sample(study):
    placebos = placebos_of(study)
    assert len(placebos) == 3
    assert all(item.trace.is_placebo for item in placebos)
    assert {item.inclusion_probability for item in placebos} == {None}
    asked = [item.trace.question_id for item in study.items.select_related("trace")]
    assert len(set(asked)) == len(asked) == 7
    assert Event.objects.get(action="study.opened").payload["placebos"] == 3


def test_more_than_the_batches_can_give_are_refused(lead, ann):
    with pytest.raises(Refusal, match="on 8 questions outside the sample"):
        study_with_placebos(ann, opened_by=lead, placebo_items=9)
    assert not Study.objects.exists()


def test_they_get_as_many_grades_as_any_item(lead, ann):
    ben = actors.reviewer("ben")
    study = study_with_placebos(ann, opened_by=lead)
    extend_study(study, reviewers=[ben], overlap=2, by=lead)
    assert {item.slots.count() for item in study.items.all()} == {2}


def test_the_forecast_counts_their_grades(ann):
    batch = batch_with_placebos()
    plan = StudyPlan("s", [batch], [ann], overlap=1, size=4, placebo_items=3)
    forecast = forecast_of(plan)
    assert (forecast.items, forecast.placebos, forecast.grades) == (4, 3, 7)


def test_the_screen_shows_the_option_argued_for_as_the_key(study, ann):
    client = actors.signed_in(ann.user)
    seen = 0
    while (slot := next_slot(study, reviewer=ann)) is not None:
        item = slot.item
        content = client.get(reverse("review:grade", args=[item.code])).content.decode()
        marked = content.split("option--key", 1)[1].split("</li>", 1)[0]
        key = store.trace_record(item.trace).question.answer_text
        assert f">{key}</span>" in marked
        if item.kind == Item.Kind.PLACEBO:
            assert f">{item.trace.question.answer_text}</span>" not in marked
            seen += 1
        submit(slot, ann)
    assert seen == 3


def test_reviewers_are_told_that_there_are_some(study, ann):
    content = actors.signed_in(ann.user).get(reverse("review:desk")).content.decode()
    assert "argue for an option that is not the right answer" in content
    Study.objects.update(placebo_items=0)
    content = actors.signed_in(ann.user).get(reverse("review:desk")).content.decode()
    assert "argue for an option" not in content


def test_a_doubt_of_their_key_is_none_of_the_question(study, ann):
    for item in placebos_of(study):
        grade_row(item, ann, answer_key_disputed=True, decision="reject")
    assert disputes() == []
    assert {item.key_exclusion for item in read_facts(study).placebos} == {""}


def test_a_flag_on_them_waits_for_nobody(study, ann):
    item = placebos_of(study)[0]
    grade_row(item, ann, safety_flag="severe")
    assert not awaiting_adjudication(study).exists()
    judge = actors.person("judge", Role.ADJUDICATOR)
    with pytest.raises(Http404):
        access.item_to_settle(judge, item.code)


def test_a_further_phase_never_asks_their_questions(study, lead):
    asked = {item.trace.question_id for item in placebos_of(study)}
    left = traces_left(study)
    assert left == 12 - 4 - 3
    draw_more(study, items=left, where="random", by=lead)
    sampled = study.items.filter(kind=Item.Kind.SAMPLED)
    assert not asked & set(sampled.values_list("trace__question", flat=True))
    with pytest.raises(Refusal, match="Only 0 traces"):
        draw_more(study, items=1, where="random", by=lead)


def test_the_lead_reads_what_the_filters_are_worth(study, ann):
    """Of three placebos, all discarded, one is accepted; one of the others' keys is disputed."""
    accepted, disputed, rejected = placebos_of(study)
    grade_row(accepted, ann, decision="accept")
    grade_row(disputed, ann, decision="accept", answer_key_disputed=True)
    grade_row(rejected, ann, decision="reject", safety_flag="mild")
    grade_all(study, ann)
    report = filters_report(read_facts(study))
    rows: dict[str, Any] = {str(row[0]): row[1:] for row in report.table("placebo").rows}
    real = [row for title, row in rows.items() if title.startswith("Towards the answer key")]
    wrong = [row for title, row in rows.items() if "wrong option" in title]
    assert sum(row[0] for row in real) == 4
    assert {row[1].value for row in real if row[0]} == {1.0}
    assert sum(row[0] for row in wrong) == 3
    assert round(sum(row[0] * row[1].value for row in wrong)) == 1
    assert all(0 <= row[1].low < row[1].high <= 1 for row in wrong)
    assert (sum(row[2] for row in wrong), sum(row[3] for row in wrong)) == (1, 1)


def test_early_in_a_study_the_report_claims_nothing(study, ann):
    """Only a placebo is graded: nothing is known of what argues for the answer key."""
    grade_row(placebos_of(study)[0], ann)
    rows: list[Any] = list(filters_report(read_facts(study)).table("placebo").rows)
    for title, graded, share, *_ in rows:
        if title.startswith("Towards the answer key"):
            assert (graded, share.value) == (0, None)
            assert share.reason
    assert sum(row[1] for row in rows) == 1
