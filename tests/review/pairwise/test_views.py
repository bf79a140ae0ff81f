"""Screens of pairwise studies: comparing, drafts, amending, the lead's form and board, reports."""

import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from review.evidence.policies import save_policy
from review.exports.archive.build import archive_files
from review.forms.releases import ReleaseForm
from review.models import Draft, PairJudgement, Slot, Study
from review.pairwise.positions import positions_of
from review.queue.claim import next_slot
from review.releases.lifecycle import begin_release
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.review.pairwise.pairing import batches_on_the_same, judge, pairwise_study, sent

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
    return response.content.decode()


def sides_of(page: str) -> tuple[str, str]:
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
    Slot.objects.filter(pk=slot.pk).update(lease_until=timezone.now() - timezone.timedelta(days=1))
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


def opening(**changes) -> dict[str, object]:
    batches = batches_on_the_same(3, name="new")
    fields = {
        "name": "opened here",
        "batches": [batch.pk for batch in batches],
        "overlap": 1,
        "include_discarded": "on",
    }
    return fields | changes


def test_a_lead_previews_and_opens_a_pairwise_study(study, ann):
    lead = actors.signed_in(study.created_by)
    url = reverse("review:pairwise_new")
    assert url in text_of(lead.get(reverse("review:study_new")))
    form = opening(reviewers=[ann.pk], size=2)
    page = text_of(lead.post(url, form | {"preview": "1"}))
    assert "Judgements" in page
    assert Study.objects.count() == 1
    answer = lead.post(url, form)
    opened = Study.objects.get(name="opened here")
    assert answer.headers["Location"] == reverse("review:study", args=[opened.pk])
    assert opened.items.count() == 2
    again = lead.post(url, form)
    assert again.status_code == 422
    assert "A study with this name exists." in text_of(again)


def test_one_batch_is_refused_at_its_field(study, ann):
    lead = actors.signed_in(study.created_by)
    form = opening(reviewers=[ann.pk])
    answer = lead.post(reverse("review:pairwise_new"), form | {"batches": form["batches"][:1]})
    assert answer.status_code == 422
    assert "Choose two batches or more" in text_of(answer)


def test_the_board_counts_pairs_and_judgements(study, slot):
    judge(slot, slot.reviewer)
    lead = actors.signed_in(study.created_by)
    page = text_of(lead.get(reverse("review:study", args=[study.pk])))
    assert "1 of 4 judgements" in page
    assert "Pairs" in page
    for gone in ("Try a policy", "Make a release"):
        assert gone not in page
    assert "pairwise" in text_of(lead.get(reverse("review:studies")))
    extend = text_of(lead.get(reverse("review:study_extend", args=[study.pk])))
    assert "Draw more items" not in extend


def test_a_pairwise_study_can_be_extended(study, slot):
    lead = actors.signed_in(study.created_by)
    url = reverse("review:study_extend", args=[study.pk])
    assert lead.post(url, {"overlap": 2}).status_code == 302
    assert Slot.objects.filter(item__study=study).count() == 8
    form = {"draw-items": 1, "draw-where": "random", "draw-after": 1}
    answer = lead.post(reverse("review:study_draw", args=[study.pk]), form)
    assert answer.status_code == 422
    assert "no single grades" in text_of(answer)


def test_what_needs_grades_is_refused_with_the_reason(study, slot):
    judge(slot, slot.reviewer)
    lead = actors.signed_in(study.created_by)
    answer = lead.get(reverse("review:policy_try", args=[study.pk]), follow=True)
    assert "A pairwise study has no single grades." in text_of(answer)
    archive = reverse("review:study_archive", args=[study.pk])
    assert lead.get(archive).status_code != 200
    assert archive not in text_of(lead.get(reverse("review:study", args=[study.pk])))
    with pytest.raises(Refusal, match="has no grades"):
        archive_files(study)
    policy = save_policy("policy", rules=factories.UNGRADED, saved_by=study.created_by)
    with pytest.raises(Refusal, match="compared, not graded"):
        begin_release("no", policy=policy, made_by=study.created_by, studies=[study])
    single = factories.study(slot.reviewer, opened_by=study.created_by, name="single", size=1)
    assert list(ReleaseForm().fields["studies"].queryset) == [single]
    for key in ("agreement", "quality", "workload"):
        assert lead.get(reverse("review:report", args=[study.pk, key])).status_code == 404
    adjudicator = actors.signed_in(actors.person("judge", Role.ADJUDICATOR))
    assert study.name not in text_of(adjudicator.get(reverse("review:adjudication")))
    page = reverse("review:adjudication_study", args=[study.pk])
    assert adjudicator.get(page).status_code == 404


def test_reports_are_for_leads_and_auditors(study, slot, ann):
    judge(slot, slot.reviewer)
    urls = [
        reverse("review:reports", args=[study.pk]),
        reverse("review:report", args=[study.pk, "pairwise"]),
        reverse("review:report_file", args=[study.pk, "pairwise", "json"]),
        reverse("review:report_file", args=[study.pk, "pairwise", "csv"]),
        reverse("review:report_table", args=[study.pk, "pairwise", "counts"]),
        reverse("review:report_plot", args=[study.pk, "pairwise", "chances", "svg"]),
    ]
    for role, expected in ((Role.LEAD, 200), (Role.AUDITOR, 200), (Role.ADJUDICATOR, 404)):
        reader = actors.signed_in(actors.person(f"a {role}", role))
        assert [reader.get(url).status_code for url in urls] == [expected] * len(urls), role
    assert {actors.signed_in(ann.user).get(url).status_code for url in urls} == {403}
    board = reverse("review:study", args=[study.pk])
    adjudicator = actors.signed_in(actors.person("another", Role.ADJUDICATOR))
    assert urls[0] not in text_of(adjudicator.get(board))
    told = json.loads(actors.signed_in(study.created_by).get(urls[2]).content)
    assert told["report"] == "pairwise"
