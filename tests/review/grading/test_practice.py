"""The practice round: before the first real item, with feedback, never a grade."""

import csv

import pytest
from django.urls import reverse

from pipeline.core.kg.relations import spec_of
from review.grading.practice import feedback, next_case, submit_practice
from review.grading.practice_cases import CASES, HARMFUL, SOUND
from review.grading.rubric import CURRENT
from review.grading.submission import paths_to_grade, step_numbers
from review.models import Grade, PracticeGrade, Slot, Study
from review.seeding import STARTER
from tests import actors, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(ann):
    study = factories.study(ann, opened_by=actors.lead(), size=1)
    Study.objects.update(practice_round=True)
    study.refresh_from_db()
    return study


def expected(case) -> dict[str, str]:
    return {field: known.value for field, known in case.expected.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_judgement_of_a_case_has_a_known_answer(case):
    asked = {"cot_precision", "cot_coherence", "decision"}
    asked |= {f"step_{step}" for step in step_numbers(case.trace)}
    for path in paths_to_grade(case.trace):
        asked |= {f"path_{path}_precision", f"path_{path}_coherence"}
    assert asked <= set(case.expected)
    assert all(known.why for known in case.expected.values())


def test_the_reasons_speak_by_the_rubric():
    meaning = "neither the case nor its edges carry"
    assert meaning in next(one.means for one in CURRENT.labels if one.value == "unsupported")
    assert meaning in SOUND.expected["step_3"].why
    beside = HARMFUL.expected["path_0_precision"]
    assert beside.why.startswith("True, but beside")
    assert CURRENT.path_precision.anchors[int(beside.value) - 1].startswith("True, but beside")


def test_the_cases_stand_on_the_starter_graph():
    with (STARTER / "kg.csv").open(encoding="utf-8", newline="") as file:
        stated = {
            (int(row["x_index"]), int(row["y_index"]), row["relation"], row["display_relation"])
            for row in csv.DictReader(file)
        }
    for case in CASES:
        for path in case.trace.paths:
            for edge in path.edges:
                ends = edge.head, edge.tail
                assert (*ends, edge.relation, edge.display_relation) in stated
                spec = spec_of(edge.relation, edge.display_relation)
                assert spec.polarity is edge.polarity


def test_practice_comes_before_the_first_real_item_and_is_stored_apart(study, ann):
    client = actors.signed_in(ann.user)
    start = reverse("review:next_item", args=[study.pk])
    practice = reverse("review:practice", args=[study.pk])
    for case in (SOUND, HARMFUL):
        assert client.post(start).headers["Location"] == practice
        assert case.trace.question.text in client.get(practice).content.decode()
        assert client.post(practice, {"decision": "accept"}).status_code == 422
        data = expected(case) | {"fence": 0, "key": "0" * 32}
        page = client.post(practice, data, follow=True).content.decode()
        assert f"{len(case.expected)} of {len(case.expected)} answers agree" in page
    assert "/grade/items/" in client.post(start).headers["Location"]
    assert PracticeGrade.objects.count() == 2
    assert not Grade.objects.exists()
    assert Slot.objects.filter(state="filled").count() == 0


def test_only_the_first_answers_count_as_practice(study, ann):
    for decision in ("accept", "reject"):
        submit_practice(study, reviewer=ann, case=SOUND, content={"decision": decision})
    assert PracticeGrade.objects.get().content == {"decision": "accept"}
    assert next_case(study, reviewer=ann) is HARMFUL


def test_feedback_takes_scales_within_a_point_and_words_exactly():
    said = {line.field: line.agrees for line in feedback(SOUND, {"cot_precision": "4"})}
    assert said["cot_precision"]
    assert not said["decision"]
    assert not next(feedback(SOUND, {"step_1": "incorrect"})).agrees


def test_a_study_without_practice_deals_at_once(study, ann):
    Study.objects.update(practice_round=False)
    client = actors.signed_in(ann.user)
    assert (
        "/items/" in client.post(reverse("review:next_item", args=[study.pk])).headers["Location"]
    )
    assert client.get(reverse("review:practice", args=[study.pk])).status_code == 302


def test_what_was_expected_is_not_told_before_it_is_asked(study, ann):
    address = reverse("review:practice", args=[study.pk])
    content = actors.signed_in(ann.user).get(address).content.decode()
    assert not any(known.why in content for known in SOUND.expected.values())
    seen = actors.signed_in(ann.user).get(f"{address}?seen=harmful")
    assert seen.status_code == 404
