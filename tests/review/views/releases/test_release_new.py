"""The form of a release in the browser: previewed, refused beside its field, begun."""

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.models import Batch, QuestionSet, Trace
from review.evidence.policies import save_policy
from review.models import Policy, Release, Study
from review.releases import preview as previews
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.disagreeing import grade_row
from tests.review.releases.whole_batches import KEPT

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(8)


@pytest.fixture
def study(batch, lead) -> Study:
    ann = actors.reviewer("ann")
    study = open_study(StudyPlan("pilot", [batch], [ann], overlap=1, size=4), opened_by=lead)
    for item in study.items.all():
        grade_row(item, ann)
    return study


@pytest.fixture
def policy(lead) -> Policy:
    return save_policy("kept", rules=KEPT, saved_by=lead)


def send(client: Client, policy: Policy, **changes: object):
    entered = {"name": "whole", "policy": policy.pk, "shares": "80, 10, 10", "seed": 3}
    return client.post(reverse("review:release_new"), entered | changes)


def test_a_preview_says_what_there_would_be_and_makes_nothing(client, batch, study, policy):
    chosen = {"batches": [batch.pk], "studies": [study.pk]}
    shown = send(client, policy, preview=1, **chosen).content.decode()
    assert "What this release would hold" in shown
    assert "Taken and left out, by source" in shown
    assert "filter not passed: answer" in shown
    assert "Share acceptable of the released rows" in shown
    assert "No clinician graded these." not in shown
    assert "nothing is checked for contamination" in shown
    assert not Release.objects.exists()


def test_the_preview_counts_what_the_release_then_holds(client, batch, study, policy, rung):
    chosen = {"batches": [batch.pk], "studies": [study.pk]}
    facts = send(client, policy, preview=1, **chosen).context["preview"].facts
    rung(lambda: send(client, policy, **chosen))
    manifest = Release.objects.get().manifest
    for name in ("rows", "rows_graded", "left_out", "rows_by_split", "twins", "quality", "studies"):
        if name != "studies":
            assert facts[name] == manifest[name], name
    assert manifest["splits"] == facts["splits"]
    assert manifest["splits"]["shares"] == {"train": 0.8, "validation": 0.1, "test": 0.1}
    assert manifest["splits"]["seed"] == 3


def test_the_preview_warns_of_a_batch_that_is_not_finished(client, batch, policy):
    Trace.objects.filter(pk=batch.traces.first().pk).update(state="pending", kept=None)
    shown = send(client, policy, preview=1, batches=[batch.pk]).content.decode()
    assert "is not finished: 1 trace not made." in " ".join(shown.split())


def test_without_grades_the_preview_and_the_page_say_so(client, batch, policy, rung):
    chosen = {"batches": [batch.pk]}
    assert (
        "No clinician graded these." in send(client, policy, preview=1, **chosen).content.decode()
    )
    page = rung(lambda: send(client, policy, **chosen)).headers["Location"]
    assert "No clinician graded these." in client.get(page).content.decode()


def test_a_policy_that_leaves_nothing_says_so_before_anything_is_begun(client, batch, policy):
    QuestionSet.objects.update(is_benchmark=True)
    shown = send(client, policy, preview=1, batches=[batch.pk]).content.decode()
    assert "The policy leaves nothing to release" in shown
    assert "benchmark question" in shown


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, "Choose at least one batch"),
        ({"shares": "90, 5"}, "three numbers that add up to 100"),
        ({"shares": "90, 5, 6"}, "three numbers that add up to 100"),
        ({"shares": "nan, 5, 6"}, "three numbers that add up to 100"),
        ({"seed": "-1"}, "greater than or equal to 0"),
        ({"batches": ["999"]}, "999 is not one of the available choices"),
        ({"name": "two words"}, "valid “slug”"),
    ],
    ids=str,
)
@pytest.mark.parametrize("preview", [{}, {"preview": "1"}], ids=["make", "preview"])
def test_what_cannot_be_released_is_refused_on_the_form(client, policy, changes, why, preview):
    response = send(client, policy, **changes, **preview)
    assert response.status_code == 422
    assert why in response.content.decode()
    assert not Release.objects.exists()


def test_a_study_of_other_batches_is_refused_beside_its_field(client, study, policy):
    other = factories.made_batch(2, name="other")
    response = send(client, policy, batches=[other.pk], studies=[study.pk])
    assert "sampled none of the chosen batches" in response.context["form"].errors["studies"][0]


def test_from_a_batch_only_the_studies_that_sampled_it_are_offered(client, batch, study, policy):
    other = factories.made_batch(2, name="other")
    address = reverse("review:release_new")
    assert "pilot" in client.get(address, {"batch": batch.pk}).content.decode()
    assert "pilot" not in client.get(address, {"batch": other.pk}).content.decode()
    assert client.get(address, {"batch": "x", "study": "y"}).status_code == 200


def test_trials_are_not_offered(client, batch, policy):
    Batch.objects.update(is_trial=True)
    assert send(client, policy, batches=[batch.pk]).status_code == 422


def test_a_preview_of_too_many_names_the_command(client, batch, study, policy, monkeypatch):
    monkeypatch.setattr(previews, "MAX_TRACES", 3)
    shown = send(client, policy, preview=1, batches=[batch.pk], studies=[study.pk])
    text = shown.content.decode()
    assert "8 traces are too many" in text
    assert f"manage.py make_release whole --batch {batch.pk} --study pilot" in text
    assert "--split 80,10,10 --seed 3 --preview" in text
