"""A pairwise study is blind: nothing that a reviewer can fetch says which batch is which."""

import re

import pytest
from django.urls import reverse

from pipeline.models import Batch, Trace
from review.models import Item, Study
from review.pairwise.positions import positions_of
from review.queue.claim import next_slot
from tests import actors
from tests.review.pairwise.pairing import judge, judge_all, pairwise_study, sent
from tests.security.blindness.planted import PLANTED

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    """Imported chains beside a model's; a peer has judged every pair."""
    ann, peer = actors.reviewer("ann"), actors.reviewer("peer")
    study = pairwise_study(ann, peer, opened_by=actors.lead(), questions=3, overlap=2)
    judge_all(study, peer, prefer=lambda slot, criterion: "first")
    for number, batch in enumerate(study.batches.order_by("pk")):
        kind = ("imported", "language_model")[number]
        changes = {"reasoner_kind": kind, "config": batch.config | {"preset": f"{PLANTED}-preset"}}
        if kind == "imported":
            changes |= {"knowledge_graph": None, "imported_from": {"author": f"{PLANTED}-author"}}
        Batch.objects.filter(pk=batch.pk).update(name=f"{PLANTED}-batch-{number}", **changes)
    Study.objects.update(reasoner_kind="language_model")
    Item.objects.update(stratum=f"{PLANTED}-stratum")
    Trace.objects.update(rejections=f"{PLANTED}-rejections")
    study.refresh_from_db()
    return study


@pytest.fixture
def ann(study):
    return study.reviewers.get(user__username="ann")


def everything_sent(study: Study, ann) -> list[str]:
    """Bodies and headers of every page on the reviewer's way through the study."""
    client, replies = actors.signed_in(ann.user), []
    while (slot := next_slot(study, reviewer=ann)) is not None:
        at = {
            name: reverse(f"review:{name}", args=[slot.item.code])
            for name in ("pair", "pair_draft", "pair_amend", "pair_amend_draft", "decline")
        }
        form = sent(slot)
        replies += [client.get(at["pair"]), client.post(at["pair"], {})]
        replies += [client.get(at["pair"], headers={"HX-Request": "true"})]
        replies += [client.post(at["pair_draft"], form), client.post(at["pair_draft"], {})]
        replies += [client.post(at["decline"], {"fence": 0, "reason": "x"})]
        judge(slot, ann)
        replies += [client.post(at["pair"], form), client.get(at["pair_amend"])]
        replies += [client.post(at["pair_amend_draft"], form), client.post(at["pair_amend"], form)]
    replies += [client.get(reverse("review:desk"))]
    replies += [client.get(reverse("review:pair_history", args=[study.pk]))]
    assert {reply.status_code for reply in replies} <= {200, 302, 409, 422}
    return [
        reply.content.decode() + str(dict(reply.headers)) + str(reply.cookies) for reply in replies
    ]


def test_nothing_says_which_batch_model_or_kind_either_is(study, ann):
    sent_out = "".join(everything_sent(study, ann))
    for name in (PLANTED, "imported", "language_model", "language model", "shown_left", "rival"):
        assert name not in sent_out, name
    for value in ("first", "second"):
        assert f'"{value}"' not in sent_out
    for key in Trace.objects.values_list("key", flat=True):
        assert str(key) not in sent_out
    assert study.items.filter(pair_judgements__reviewer=ann).distinct().count() == 3


def test_a_page_does_not_change_when_the_batches_say_they_are_others(study, ann):
    """Order, classes and lengths but those of the texts: none follows from which is which."""
    client = actors.signed_in(ann.user)
    url = reverse("review:pair", args=[next_slot(study, reviewer=ann).item.code])

    def page() -> str:
        body = client.get(url).content.decode()
        return re.sub(r'value="[\w-]{36,}"|"X-CSRFToken": "\w+"', "", body)

    before = page()
    origin = ("reasoner_kind", "knowledge_graph", "imported_from")
    told = list(study.batches.order_by("pk").values("pk", *origin))
    for batch, other in zip(told, reversed(told), strict=True):
        changes = {name: other[name] for name in origin}
        Batch.objects.filter(pk=batch["pk"]).update(name=f"other {batch['pk']}", **changes)
    Trace.objects.update(kept=False)
    Item.objects.update(stratum="another")
    assert page() == before


def test_the_frame_around_both_texts_is_the_same(study, ann):
    client = actors.signed_in(ann.user)
    slot = next_slot(study, reviewer=ann)
    body = client.get(reverse("review:pair", args=[slot.item.code])).content.decode()
    side_a, side_b = (
        re.search(rf'<section[^>]*id="side-{side}"(.*?)</section>', body, re.DOTALL)[1]
        for side in "ab"
    )
    frames = [
        re.sub(r">[^<]*<", "><", frame.replace(f"side-{side}", "side"))
        for frame, side in ((side_a, "a"), (side_b, "b"))
    ]
    assert frames[0] == frames[1]
    assert positions_of(slot.item, reviewer=ann).left in ("first", "second")
