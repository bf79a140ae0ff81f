"""Studies in the browser: open one, watch the board, steer it."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import Role, grant_role
from review.models import Grade, Study
from review.queue.claim import next_slot
from tests import actors, factories
from tests.review.placebo_study import batch_with_placebos
from tests.review.submitting import grade_all, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def client(lead) -> Client:
    return actors.signed_in(lead)


@pytest.fixture
def study(lead, people) -> Study:
    return factories.study(*people, opened_by=lead, size=2, overlap=2)


def entered(people, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "name": "First study",
        "batches": [factories.made_batch(3).pk],
        "reviewers": [person.pk for person in people],
        "overlap": 2,
        "size": "",
        "include_discarded": "on",
        "guidelines": "Read twice.",
    }
    return fields | changes


def board(client: Client, study: Study) -> str:
    return client.get(reverse("review:study", args=[study.pk])).content.decode()


def test_a_lead_opens_a_study_and_sees_its_board(client, people):
    response = client.post(reverse("review:study_new"), entered(people), follow=True)
    study = Study.objects.get()
    assert response.redirect_chain[-1][0] == reverse("review:study", args=[study.pk])
    assert (study.overlap, study.guidelines, study.created_by.username) == (
        2,
        "Read twice.",
        "lead",
    )
    assert "0 of 6 grades" in response.content.decode()


def test_placebo_items_are_asked_for_on_the_form(client, people):
    """Four questions of the sample leave eight with placebos."""
    batch = batch_with_placebos(name="wrong")
    asked = entered(people, batches=[batch.pk], size=4, placebo_items=9)
    address = reverse("review:study_new")
    refused = client.post(address, asked)
    assert refused.context["form"].errors["placebo_items"][0].startswith("9 placebo items")
    preview = client.post(address, asked | {"placebo_items": 3, "preview": ""}).content.decode()
    assert "3 placebo items" in preview
    client.post(address, asked | {"placebo_items": 3})
    study = Study.objects.get()
    assert study.items.filter(kind="placebo").count() == study.placebo_items == 3
    assert "Placebo items" in board(client, study)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"overlap": 3}, "at least 3 reviewers"),
        ({"reviewers": []}, "This field is required"),
        ({"batches": []}, "This field is required"),
        ({"overlap": 0}, "greater than or equal to 1"),
        ({"size": 0}, "greater than or equal to 1"),
        ({"batches": [0]}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_opened_comes_back_with_the_reason(client, people, change, sentence):
    response = client.post(reverse("review:study_new"), entered(people, **change))
    content = response.content.decode()
    assert response.status_code == 422
    assert sentence in content
    assert 'value="First study"' in content
    assert not Study.objects.exists()


def test_a_name_is_taken_once(client, people, study):
    response = client.post(reverse("review:study_new"), entered(people, name=study.name))
    assert response.status_code == 422
    assert Study.objects.count() == 1


def test_a_link_may_choose_the_batch(client):
    batch = factories.made_batch(1)
    content = client.get(reverse("review:study_new"), {"batch": batch.pk}).content.decode()
    assert f'value="{batch.pk}" id="id_batches_0" checked' in content


def test_the_board_counts_by_reviewer_and_shows_disagreement(client, study, people):
    grade_all(study, people[0])
    submit(next_slot(study, reviewer=people[1]), people[1], cot_precision=1, decision="reject")
    content = board(client, study)
    assert "3 of 4 grades" in content
    assert "Items waiting for adjudication" in content
    assert "1 / 5 / reject" in content


def test_the_board_lists_the_gravest_and_leads_to_all(client, study, people, monkeypatch):
    monkeypatch.setattr("review.views.studies.MAX_WAITING_LISTED", 1)
    grade_all(study, people[0])
    gravest = study.items.order_by("pk").last()
    for _ in range(2):
        slot = next_slot(study, reviewer=people[1])
        flag = "severe" if slot.item == gravest else ""
        submit(slot, people[1], cot_precision=1, safety_flag=flag)
    content = board(client, study)
    assert "(1 of 2)" in content
    assert re.findall(r"/adjudication/items/([^/]+)/", content) == [gravest.code]
    assert reverse("review:adjudication_study", args=[study.pk]) in content


def test_comments_of_reviewers_are_not_on_the_board(client, study, people):
    grade_all(study, people[0], comment="for the record only")
    assert Grade.objects.filter(comment="for the record only").exists()
    assert "for the record only" not in board(client, study)


def steer(client: Client, study: Study, action: str):
    return client.post(reverse("review:study_steer", args=[study.pk, action]), follow=True)


def test_pause_resume_and_close(client, study):
    assert 'id="resume"' in steer(client, study, "pause").content.decode()
    assert 'id="pause"' in steer(client, study, "resume").content.decode()
    closed = steer(client, study, "close").content.decode()
    assert 'id="pause"' not in closed
    assert 'id="close"' not in closed


@pytest.mark.parametrize("action", ["pause", "resume", "close"])
def test_what_the_state_does_not_allow_is_a_message(client, study, action):
    steer(client, study, "close")
    response = steer(client, study, action)
    assert response.status_code == 200
    assert [str(one) for one in response.context["messages"]] == ["The study is closed."]


def test_the_list_shows_state_and_progress(client, study, people):
    grade_all(study, people[0])
    content = client.get(reverse("review:studies")).content.decode()
    assert study.name in content
    assert "2 of 4" in content


@pytest.mark.parametrize("role", [Role.ADJUDICATOR, Role.AUDITOR])
def test_who_only_looks_is_offered_nothing_to_steer(study, role):
    client = actors.signed_in(actors.person("looker", role))
    content = board(client, study)
    assert 'id="pause"' not in content
    assert "Make a release" not in content
    assert steer(client, study, "close").status_code == 403


def test_a_preview_shows_strata_and_load_and_opens_nothing(client, people):
    response = client.post(
        reverse("review:study_new"), entered(people, preview="1", strata=["source", "verdict"])
    )
    content = response.content.decode()
    assert response.status_code == 200
    assert "What this study asks for" in content
    assert "house, " in content
    assert "1.0000" in content
    assert 'value="First study"' in content
    assert not Study.objects.exists()


def test_the_previews_fragment_comes_without_the_page(client, people):
    address, htmx = reverse("review:study_new"), {"HX-Request": "true"}
    sent = entered(people, preview="1")
    fragment = client.post(address, sent, headers=htmx).content.decode()
    assert "What this study asks for" in fragment
    assert "<form" not in fragment
    refused = client.post(address, sent | {"overlap": 3}, headers=htmx)
    assert refused.status_code == 422
    assert "at least 3 reviewers" in refused.content.decode()


def test_all_that_a_lead_may_ask_for_is_kept(client, people):
    asked = {
        "strata": ["verdict", "specialty"],
        "allocation": "equal",
        "minimum": 2,
        "reliability_percent": 50,
        "reliability_overlap": 2,
        "overlap": 1,
        "cap": 9,
        "route_by_specialty": "on",
        "fallback_hours": 5,
        "repeat_percent": 100,
        "repeat_gap": 7,
        "practice_round": "on",
        "hide_answer_key": "on",
    }
    client.post(reverse("review:study_new"), entered(people, **asked))
    study = Study.objects.get()
    assert study.design["variables"] == ["verdict", "specialty"]
    assert (study.design["allocation"], study.design["minimum"]) == ("equal", 2)
    assert (study.reliability_share, study.reliability_overlap) == (0.5, 2)
    assert (study.repeat_share, study.repeat_gap) == (1, 7)
    assert (study.route_by_specialty, study.fallback_hours) == (True, 5)
    assert study.practice_round
    assert study.hide_answer_key
    assert not study.reveal_after_submit
    assert set(study.places.values_list("cap", flat=True)) == {9}


def test_a_study_that_reveals_takes_no_repeats(client, people):
    asked = entered(people, overlap=1, reveal_after_submit="on")
    response = client.post(reverse("review:study_new"), asked | {"repeat_percent": 10})
    assert response.status_code == 422
    assert "Repeats measure nothing" in response.content.decode()
    client.post(reverse("review:study_new"), asked)
    assert Study.objects.get().reveal_after_submit


def test_a_reliability_subset_needs_its_number_of_grades(client, people):
    response = client.post(reverse("review:study_new"), entered(people, reliability_percent=10))
    assert response.status_code == 422
    assert "How many grades does the subset get?" in response.content.decode()


def test_the_boards_fragment_polls_until_the_study_is_closed(client, study):
    address, htmx = reverse("review:study", args=[study.pk]), {"HX-Request": "true"}
    fragment = client.get(address, headers=htmx).content.decode()
    assert 'hx-trigger="every 2s"' in fragment
    assert "<html" not in fragment
    steer(client, study, "pause")
    assert "every 2s" in client.get(address, headers=htmx).content.decode()
    steer(client, study, "close")
    assert "every 2s" not in client.get(address, headers=htmx).content.decode()
    assert "every 2s" not in board(client, study)


def test_an_adjudicator_who_may_still_grade_sees_nobodys_score(study, lead, people):
    client = actors.signed_in(actors.person("judge", Role.ADJUDICATOR))
    address = reverse("review:study", args=[study.pk])
    assert client.get(address).context["board"].reviewers[0].checks is not None
    grant_role(people[0].user, Role.ADJUDICATOR)
    seen = actors.signed_in(people[0].user).get(address).context
    assert {one.checks for one in seen["board"].reviewers} == {None}
    assert seen["discordant"] == []


def test_guidelines_are_markdown_on_every_page_that_shows_them(client, study, people):
    Study.objects.update(guidelines="**Read** <img src=x onerror=y> [x](javascript:z)")
    slot = next_slot(study, reviewer=people[0])
    reader = actors.signed_in(people[0].user)
    for page in (
        board(client, study),
        reader.get(reverse("review:desk")).content.decode(),
        reader.get(reverse("review:grade", args=[slot.item.code])).content.decode(),
    ):
        assert "<strong>Read</strong> &lt;img src=x onerror=y&gt; [x](javascript:z)" in page
