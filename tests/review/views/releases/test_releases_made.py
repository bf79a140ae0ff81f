"""A release in the making, in the browser: waited for, failed, tried again, removed."""

import pytest
from django.test import Client
from django.urls import reverse

from review.evidence.policies import Rules, save_policy
from review.models import Policy, Release, Study
from review.tasks import finish_release
from tests import actors, factories
from tests.review.disagreeing import grade_row
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def study(lead) -> Study:
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=lead)
    grade_all(study, ann)
    return study


@pytest.fixture
def policy(lead) -> Policy:
    return save_policy("fair", rules=Rules(), saved_by=lead)


def freeze(client: Client, study: Study, policy: Policy):
    data = {"name": "first", "studies": [study.pk], "policy": policy.pk, "seed": 1}
    data |= {"shares": "90, 5, 5"}
    return client.post(reverse("review:release_new"), data)


def test_a_release_that_waits_for_a_worker_says_so_and_asks_again(client, study, policy):
    url = freeze(client, study, policy).headers["Location"]
    shown = client.get(url).content.decode()
    assert "The release is being made" in shown
    assert f'hx-get="{url}"' in shown
    assert client.get(url, headers={"HX-Request": "true"}).status_code == 204
    assert "being made" in client.get(reverse("review:releases")).content.decode()
    for name in ("download", "bundle"):
        assert client.get(reverse(f"review:release_{name}", args=["first"])).status_code == 404
    finish_release(Release.objects.get().pk)
    asked = client.get(url, headers={"HX-Request": "true"})
    assert asked.headers["HX-Refresh"] == "true"
    assert "hx-get" not in client.get(url).content.decode()


def test_a_policy_that_leaves_nothing_says_why_and_can_be_tried_again(client, study, lead, rung):
    strict = save_policy("strict", rules=Rules(minimum_graders=2), saved_by=lead)
    url = rung(lambda: freeze(client, study, strict)).headers["Location"]
    shown = client.get(url).content.decode()
    assert "The policy leaves nothing to release: too few grades (" in shown
    assert "hx-get" not in shown
    ben = actors.reviewer("ben")
    for item in study.items.all():
        grade_row(item, ben)
    retry = reverse("review:release_steer", args=["first", "retry"])
    assert rung(lambda: client.post(retry)).headers["Location"] == url
    assert Release.objects.get().state == Release.State.FROZEN


def test_a_release_that_failed_can_be_removed_and_its_name_is_free(client, study, lead, rung):
    strict = save_policy("strict", rules=Rules(minimum_graders=3), saved_by=lead)
    rung(lambda: freeze(client, study, strict))
    remove = reverse("review:release_steer", args=["first", "remove"])
    assert "its name is free" in client.post(remove, follow=True).content.decode()
    assert not Release.objects.exists()
    assert freeze(client, study, strict).status_code == 302


def test_a_frozen_release_is_neither_removed_nor_made_again(client, study, policy, rung):
    rung(lambda: freeze(client, study, policy))
    for action, said in (("remove", "can only be withdrawn"), ("retry", "has not failed")):
        url = reverse("review:release_steer", args=["first", action])
        assert said in client.post(url, follow=True).content.decode()
    assert Release.objects.get().state == Release.State.FROZEN
