"""Releases in the browser: save a policy, freeze, download, withdraw."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.core.config import BASE_FILTERS
from pipeline.models import QuestionSet
from review.evidence.policies import Rules, rules_of, save_policy
from review.models import Policy, Release, Study
from tests import actors, factories
from tests.factories import make_release
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


@pytest.fixture
def release(study, policy, lead) -> Release:
    return make_release("first", study=study, policy=policy, made_by=lead)


def freeze(client: Client, study: Study, policy: Policy, name: str = "first"):
    data = {"name": name, "studies": [study.pk], "policy": policy.pk, "seed": 1}
    data |= {"shares": "90, 5, 5"}
    return client.post(reverse("review:release_new"), data)


def test_a_policy_is_saved_as_entered(client):
    entered = {
        "name": "mine",
        "required_filters": ["leakage", "answer"],
        "minimum_precision": "3.5",
        "minimum_coherence": "",
        "minimum_graders": "2",
        "barred_harms": ["severe"],
        "ungraded": "take",
    }
    assert client.post(reverse("review:policy_new"), entered).status_code == 302
    assert rules_of(Policy.objects.get()) == Rules(
        required_filters=("leakage", "answer"),
        minimum_precision=3.5,
        minimum_coherence=None,
        minimum_graders=2,
        only_accepted=False,
        barred_harms=("severe",),
        ungraded="take",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"minimum_precision": "6"},
        {"minimum_precision": "nan"},
        {"minimum_graders": "-1"},
        {"required_filters": ["charm"]},
        {"barred_harms": ["none"]},
        {"ungraded": "perhaps"},
        {"name": "fair"},
    ],
    ids=str,
)
def test_a_policy_out_of_range_is_refused(client, policy, change):
    entered = {"name": "other", "minimum_graders": "1", "ungraded": "take"} | change
    assert client.post(reverse("review:policy_new"), entered).status_code == 422
    assert Policy.objects.count() == 1


def test_without_a_policy_the_page_leads_to_one(client):
    assert "Create a policy first" in client.get(reverse("review:release_new")).content.decode()


def test_a_lead_freezes_a_release(client, study, policy, rung):
    response = rung(lambda: freeze(client, study, policy))
    made = Release.objects.get()
    assert response.headers["Location"] == reverse("review:release", args=["first"])
    shown = client.get(response.headers["Location"]).content.decode()
    assert made.sha256 in shown
    assert f"{made.row_count} of {made.manifest['considered']}" in shown
    assert "by <bdi>lead</bdi>" in shown


@pytest.mark.parametrize("name", ["two words", "new", "../up", ""])
def test_a_name_no_address_can_carry_is_refused(client, study, policy, name):
    assert freeze(client, study, policy, name).status_code == 422
    assert not Release.objects.exists()


def test_a_taken_name_is_refused(client, study, policy, release):
    assert "A release named first exists." in freeze(client, study, policy).content.decode()


def test_the_page_shows_every_file_the_figures_and_what_is_not_there(client, release):
    shown = client.get(reverse("review:release", args=["first"])).content.decode()
    for name, file in release.manifest["files"].items():
        assert name in shown
        assert file["sha256"] in shown
    assert "Share acceptable of all traces made" in shown
    assert "demonstration rules made these traces" in shown
    assert "No benchmark questions were loaded: nothing was checked." in shown


def test_the_page_names_benchmark_questions_and_what_changed(client, study, release, lead):
    exam = QuestionSet.objects.create(
        name="exam", source="medmcqa", licence="MIT", is_benchmark=True
    )
    store.question_row(exam, factories.question(0, id_in_source="b0")).save()
    rules = Rules(("leakage",), minimum_precision=None, minimum_graders=1, only_accepted=False)
    loose = save_policy("loose", rules=rules, saved_by=lead)
    make_release("second", study=study, policy=loose, made_by=lead)
    shown = client.get(reverse("review:release", args=["second"])).content.decode()
    assert "exam (1 question)" in shown
    assert "b0" in shown
    assert "1 added, 1 removed," in " ".join(shown.split())
    told = " ".join(re.sub("<[^>]+>", " ", shown).split())
    assert "Minimum precision 4 → not set" in told
    assert "Only accepted yes → no" in told
    assert f"Required filters {', '.join(BASE_FILTERS)} → leakage" in told
    assert "Minimum graders" not in told


def withdraw(client: Client, release: Release, reason: str):
    url = reverse("review:release_withdraw", args=[release.name])
    return client.post(url, {"reason": reason}, follow=True)


def test_a_withdrawn_release_stays_listed_with_its_reason_and_without_a_download(client, release):
    shown = withdraw(client, release, "Wrong <b>policy</b>.").content.decode()
    assert "Withdrawn: Wrong &lt;b&gt;policy&lt;/b&gt;." in shown
    assert "Download" not in shown
    assert "first" in client.get(reverse("review:releases")).content.decode()


def test_withdrawing_needs_a_reason_and_happens_once(client, release):
    assert "Enter a reason" in withdraw(client, release, "  ").content.decode()
    release.refresh_from_db()
    assert release.state == Release.State.FROZEN
    withdraw(client, release, "Wrong.")
    withdraw(client, release, "Other.")
    release.refresh_from_db()
    assert release.withdrawn_reason == "Wrong."


def test_an_auditor_may_read_and_change_nothing(release):
    auditor = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    shown = auditor.get(reverse("review:release", args=["first"])).content.decode()
    assert "Withdraw this release" not in shown
    assert withdraw(auditor, release, "No.").status_code == 403


def test_every_rule_in_which_a_release_differs_from_the_one_before_is_shown(
    client, study, release, lead
):
    other = Rules((), None, 3.5, 2, 2, 0, False, (), "take")
    policy = save_policy("all other", rules=other, saved_by=lead)
    make_release("second", study=study, policy=policy, made_by=lead)
    shown = client.get(reverse("review:release", args=["second"]))
    assert shown.status_code == 200
    told = {title: pair for title, *pair in shown.context["rules"]}
    assert told["Ungraded"] == ["leave out", "take"]
    assert told["Only accepted"] == ["yes", "no"]
    assert told["Minimum precision"] == ["4", "not set"]
    assert len(told) == 9


PAGES = ("home", "account_login", "pipeline:batches", "review:studies", "review:releases")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_the_strict_content_security_policy(client, name):
    anonymous = Client()
    for visitor in (client, anonymous):
        _strict(visitor.get(reverse(name)))


def test_errors_and_downloads_have_it_too(client, release):
    _strict(client.get("/nowhere/"))
    _strict(client.get(reverse("review:release_download", args=["first"])))
    _strict(client.get(reverse("review:release_bundle", args=["first"])))
    _strict(client.get(reverse("review:desk")))


def _strict(response) -> None:
    directives = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in directives
    assert "script-src 'self'" in directives
    assert "unsafe" not in directives
    assert response.headers["X-Frame-Options"] == "DENY"
