"""Screens of pairwise studies: comparing, drafts, amending, the lead's form and board, reports."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pipeline import store
from review.models import Draft, PairJudgement, Slot, Study
from review.pairwise.positions import positions_of
from review.queue.claim import next_slot
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.review.pairwise.pairing import judge, pairwise_study, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    people = [actors.reviewer("ann"), actors.reviewer("bob")]
    return pairwise_study(*people, opened_by=actors.lead(), questions=4)


@pytest.fixture
def ann(study):
    return study.reviewers.get(user__username="ann")


@pytest.fixture
def client(ann):
    return actors.signed_in(ann.user)


@pytest.fixture
def slot(study, ann) -> Slot:
    return next_slot(study, reviewer=ann)


def page_of(slot: Slot, name: str = "pair") -> str:
    return reverse(f"review:{name}", args=[slot.item.code])


def text_of(response) -> str:
    return str(response.content.decode())


def test_a_pair_of_the_demonstration_says_so_and_one_of_models_does_not(client, slot, study):
    banner = "not by a language model"
    assert banner in text_of(client.get(page_of(slot)))
    Study.objects.filter(pk=study.pk).update(reasoner_kind="language_model")
    assert banner not in text_of(client.get(page_of(slot)))


def sides_of(page: str) -> tuple[str, ...]:
    """What stands under A and under B."""
    return tuple(
        re.search(rf'id="side-{side}"(.*?)</section>', page, re.DOTALL)[1] for side in "ab"
    )


@pytest.mark.parametrize("left", ["first", "second"])
def test_both_chains_stand_under_their_letters_in_the_drawn_positions(client, slot, ann, left):
    item = slot.item
    for number in range(100):
        item.code = f"code{number}"
        if positions_of(item, reviewer=ann).left == left:
            break
    item.save()
    page = text_of(client.get(page_of(slot)))
    rows = (item.trace, item.rival_trace)
    endings = [store.trace_record(row).cot.conclusion.split(". ")[-1] for row in rows]
    for side, ending in zip(sides_of(page), endings[:: 1 if left == "first" else -1], strict=True):
        assert ending in side
    assert sides_of(text_of(client.get(page_of(slot)))) == sides_of(page)


def test_only_text_is_shown_and_the_key_unless_hidden(client, slot, study):
    page = text_of(client.get(page_of(slot)))
    assert "Answer key" in page
    for drawn in ("strip__edge", "No edge cited", "Knowledge graph", "data-pin", "<svg"):
        assert drawn not in page
    Study.objects.filter(pk=study.pk).update(hide_answer_key=True)
    assert "Answer key" not in text_of(client.get(page_of(slot)))
    judge(slot, slot.reviewer)
    assert "Answer key" not in text_of(client.get(page_of(slot, "pair_amend")))


def test_next_leads_to_a_pair_and_from_it_to_the_next(client, study):
    first = client.post(reverse("review:next_item", args=[study.pk]))
    assert "/compare/items/" in first.headers["Location"]
    slot = Slot.objects.get(state=Slot.State.LEASED)
    answer = client.post(page_of(slot), sent(slot))
    assert "/compare/items/" in answer.headers["Location"]
    assert answer.headers["Location"] != first.headers["Location"]
    assert PairJudgement.objects.count() == 1
    assert "Judgement saved." in text_of(client.get(answer.headers["Location"]))


def test_a_double_submit_is_one_judgement(client, slot):
    form = sent(slot)
    assert client.post(page_of(slot), form).status_code == 302
    assert client.post(page_of(slot), form).status_code == 302
    assert PairJudgement.objects.count() == 1


def test_what_is_missing_is_named_and_what_was_entered_kept(client, slot):
    answer = client.post(page_of(slot), sent(slot, better=None, comment="kept words"))
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Better as a whole" in page
    assert "kept words" in page
    assert re.search(r'name="more_coherent"\s+value="tie"[^>]*checked', page)


def test_a_stale_form_comes_back_with_its_text(client, slot, study):
    bob = study.reviewers.get(user__username="bob")
    Slot.objects.filter(pk=slot.pk).update(lease_until=timezone.now() - timedelta(days=1))
    Slot.objects.exclude(pk=slot.pk).delete()
    assert next_slot(study, reviewer=bob) is not None
    answer = client.post(page_of(slot), sent(slot, comment="kept words"))
    assert answer.status_code == 409
    assert "dealt anew" in text_of(answer)
    assert "kept words" in text_of(answer)


def test_a_second_tab_is_told_that_the_pair_is_judged(client, slot):
    judge(slot, slot.reviewer)
    answer = client.post(page_of(slot), sent(slot))
    assert answer.status_code == 409
    assert "judged this pair before" in text_of(answer)
    draft = client.post(page_of(slot, "pair_draft"), {"fence": slot.fence, "better": "a"})
    assert (draft.status_code, draft.json()["why"]) == (409, "graded")


def test_a_draft_is_kept_and_shown_again(client, slot, ann):
    saved = client.post(page_of(slot, "pair_draft"), sent(slot, better="b", unknown="x"))
    assert saved.json()["version"] == 1
    kept = Draft.objects.get().content
    assert kept == {"more_precise": "a", "more_coherent": "tie", "better": "b", "comment": ""}
    page = text_of(client.get(page_of(slot)))
    assert re.search(r'name="better"\s+value="b"[^>]*checked', page)


def test_a_lost_pair_comes_back_or_is_read_only(client, slot, study, ann):
    client.post(page_of(slot, "pair_draft"), sent(slot, comment="kept words"))
    Slot.objects.filter(pk=slot.pk).update(state="open", reviewer=None, lease_until=None)
    assert client.get(page_of(slot)).status_code == 302
    assert Slot.objects.get(pk=slot.pk).reviewer == ann
    Slot.objects.filter(pk=slot.pk).update(state="withdrawn", reviewer=None, lease_until=None)
    page = text_of(client.get(page_of(slot)))
    assert "went to others" in page
    assert "kept words" in page
    assert "Submit and next" not in page


def test_a_pair_is_declined_by_its_own_screen(client, slot):
    url = reverse("review:decline", args=[slot.item.code])
    refused = client.post(url, {"fence": slot.fence, "reason": ""})
    assert refused.headers["Location"] == page_of(slot)
    answer = client.post(url, {"fence": slot.fence, "reason": "no time"})
    assert "/compare/items/" in answer.headers["Location"]


def test_history_shows_a_and_b_as_they_were_seen(client, slot, study):
    judge(slot, slot.reviewer, more_precise="a", more_coherent="tie", better="b")
    answer = client.get(reverse("review:history", args=[study.pk]), follow=True)
    row = re.search(r"<tbody>(.*?)</tbody>", text_of(answer), re.DOTALL)[1]
    cells = [cell.strip() for cell in re.findall(r"<td[^>]*>([^<]*)</td>", row)]
    assert cells[:3] == ["A", "tie", "B"]


def test_a_judgement_is_amended_with_a_reason_while_the_study_is_open(client, slot, study):
    judge(slot, slot.reviewer, better="b")
    url = page_of(slot, "pair_amend")
    page = text_of(client.get(url))
    assert re.search(r'name="better"\s+value="b"[^>]*checked', page)
    assert client.post(url, sent(slot, better="tie")).status_code == 422
    answer = client.post(url, sent(slot, better="tie", reason="read again"))
    assert answer.status_code == 302
    assert PairJudgement.objects.get(is_current=True).better == "tie"
    draft = client.post(page_of(slot, "pair_amend_draft"), sent(slot, reason="again"))
    assert draft.status_code == 200
    close_study(study, by=study.created_by)
    assert "judgements cannot be changed" in text_of(client.get(url))
    assert client.post(url, sent(slot, reason="late")).status_code == 422


def test_screens_of_one_kind_do_not_open_items_of_the_other(client, slot, ann):
    for name in ("grade", "amend", "reveal"):
        assert client.get(page_of(slot, name)).status_code == 404
    for name in ("draft", "answer_key", "amend_draft"):
        assert client.post(page_of(slot, name)).status_code == 404
    single = factories.study(ann, opened_by=actors.lead("other"), size=1)
    item = next_slot(single, reviewer=ann)
    assert client.get(page_of(item)).status_code == 404
    assert client.post(page_of(item)).status_code == 404
    assert client.get(reverse("review:pair_history", args=[single.pk])).status_code == 404
