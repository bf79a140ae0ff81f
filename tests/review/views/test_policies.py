"""Trying a policy in the browser: the result alone for htmx, saving what is shown, releasing it."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role, grant_role
from review.evidence.policies import Rules, rules_of, save_policy
from review.models import Policy, Study
from tests import actors, factories
from tests.factories import make_release
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
ENTERED = {
    "required_filters": ["format", "leakage"],
    "minimum_precision": "3.5",
    "minimum_coherence": "",
    "minimum_graders": "1",
    "barred_harms": ["severe"],
    "ungraded": "take",
}
RULES = Rules(
    required_filters=("format", "leakage"),
    minimum_precision=3.5,
    minimum_coherence=None,
    only_accepted=False,
    barred_harms=("severe",),
    ungraded="take",
)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def study(lead) -> Study:
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=lead, size=6)
    grade_all(study, ann)
    return study


def shown(client: Client, study: Study, entered: dict | None = None, **headers: str) -> str:
    address = reverse("review:policy_try", args=[study.pk])
    return client.get(address, entered or {}, headers=headers).content.decode()


def taken(page: str) -> str:
    return re.search(r"(\d+ of \d+)</span>", page).group(1)


def test_at_first_it_shows_the_usual_rule_as_a_whole_page(client, study, lead):
    page = shown(client, study)
    release = make_release(
        "usual",
        study=study,
        policy=save_policy("usual", rules=Rules(), saved_by=lead),
        made_by=lead,
    )
    assert taken(page) == f"{release.row_count} of 6"
    assert "The consensus of this panel on this batch" in page
    assert "</html>" in page


def test_htmx_gets_the_result_alone_and_never_the_form(client, study):
    page = shown(client, study, ENTERED, **HTMX)
    assert "</html>" not in page
    assert 'name="minimum_precision" value="3.5"' in page  # to be saved, and hidden
    assert not re.search(r'type="(?!hidden)', page)
    assert 'hx-swap-oob="innerHTML:#outcome"' in page


def test_without_javascript_the_page_keeps_what_was_entered(client, study):
    page = shown(client, study, ENTERED)
    assert taken(page) == "6 of 6"
    assert re.search(r'name="minimum_precision" value="3.5"[^>]*id="id_minimum_precision"', page)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minimum_precision": "9"}, "Minimum precision"),
        ({"minimum_precision": "1e309"}, "Minimum precision"),
        ({"minimum_coherence": "NaN"}, "Minimum coherence"),
        ({"minimum_graders": "-1"}, "Minimum graders"),
        ({"minimum_path_precision": "x" * 10_000}, "Minimum path precision"),
        ({"ungraded": "x"}, "Traces that nobody graded"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_rules_that_make_no_sense_are_named(client, study, change, field):
    address = reverse("review:policy_try", args=[study.pk])
    assert client.get(address, ENTERED | change).status_code == 422
    live = client.get(address, ENTERED | change, headers=HTMX)
    # 200: a half-typed number moves no focus away from it.
    assert live.status_code == 200
    assert f"<li>{field}: " in live.content.decode()


def hidden(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    pattern = r'type="hidden" form="save" name="([^"]+)" value="([^"]*)"'
    for name, value in re.findall(pattern, page):
        found.setdefault(name, []).append(html.unescape(value))
    return found


@pytest.mark.parametrize(("entered", "rules"), [(None, Rules()), (ENTERED, RULES)])
def test_what_is_shown_is_what_is_saved(client, study, entered, rules):
    fields = hidden(shown(client, study, entered))
    address = f"{reverse('review:policy_new')}?study={study.pk}"
    response = client.post(address, fields | {"name": "tried"})
    policy = Policy.objects.get()
    assert rules_of(policy) == rules
    release = f"{reverse('review:release_new')}?policy={policy.pk}&study={study.pk}"
    assert response.headers["Location"] == release
    page = client.get(release).content.decode()
    assert f'<option value="{policy.pk}" selected>tried</option>' in page
    again = shown(client, study, entered)
    assert "rules of the saved policy tried" in again
    assert html.escape(release) in again


def test_a_saved_policy_stands_beside_it(client, study, lead):
    policy = save_policy("Strict", rules=Rules(minimum_precision=5.0), saved_by=lead)
    page = shown(client, study, ENTERED | {"compare": str(policy.pk)})
    assert "Compared with the saved policy Strict" in page


def test_an_auditor_may_try_and_not_save(study):
    page = shown(actors.signed_in(actors.person("auditor", Role.AUDITOR)), study)
    assert taken(page)
    assert "Save as a policy" not in page


def test_who_still_grades_in_the_study_is_not_shown_what_others_came_to(study):
    ann = study.reviewers.get().user
    grant_role(ann, Role.LEAD)
    address = reverse("review:policy_try", args=[study.pk])
    assert actors.signed_in(ann).get(address).status_code == 404
