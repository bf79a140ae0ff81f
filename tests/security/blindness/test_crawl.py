"""Blindness, address by address: every byte a reviewer can fetch, scanned for planted secrets.

Two proofs. Nothing planted is in any reply; and no reply changes when what must stay hidden does.
"""

import base64
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.test import Client

from pipeline.models import Batch, Evaluation, EvaluationItem, LLMCall, Trace
from review.evidence.policies import save_policy
from review.grading.practice import submit_practice
from review.grading.practice_cases import SOUND
from review.grading.sendbacks import send_back
from review.models import Draft, Grade, Item, Reviewer, Slot, Study
from review.queue.claim import next_slot
from tests import actors, factories
from tests.factories import make_release
from tests.review.disagreeing import grade_row, settle
from tests.review.submitting import entry, submit
from tests.security.blindness.crawler import (
    Reply,
    addresses,
    read_everything,
    steady,
    write_everywhere,
)
from tests.security.blindness.planted import EVALUATED, FIGURES, PLANTED, planted_study

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture(scope="module")
def ann(module_db) -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture(scope="module")
def peer(module_db) -> Reviewer:
    return actors.reviewer(f"{PLANTED}-peer-name")


@pytest.fixture(scope="module")
def study(ann, peer) -> Study:
    """The planted study; Ann has graded one item, which was sent back to her, and holds one."""
    lead = actors.lead(f"{PLANTED}-lead")
    study = planted_study(lead, ann, peer)
    first = next_slot(study, reviewer=ann)
    own = submit(first, ann)
    send_back(first.item, grades=[own], comment="Please look at step 1.", by=lead)
    next_slot(study, reviewer=ann)
    policy = save_policy(
        f"{PLANTED}-policy", rules=replace(factories.UNGRADED, required_filters=()), saved_by=lead
    )
    make_release("released", study=study, policy=policy, made_by=lead)
    return study


@pytest.fixture(scope="module")
def start(study) -> list[str]:
    return addresses(arguments(study))


@pytest.fixture(scope="module")
def replies(ann, start) -> list[Reply]:
    """All that Ann can read."""
    return read_everything(actors.signed_in(ann.user), start)


def arguments(study: Study) -> dict[str, Sequence[object]]:
    """What stands in the addresses: every row of the study, by the name of the argument."""
    batch = study.batches.get()
    load = batch.question_set.loads.create(
        file_name=f"{PLANTED}-file", added=1, known=0, rejected=0
    )
    items = study.items.select_related("trace")
    traces = [str(item.trace.key) for item in items]
    answers = map(str, EvaluationItem.objects.values_list("key", flat=True))
    anyone: list[object] = list(Reviewer.objects.values_list("user", flat=True))
    return {
        "study_id": [study.pk, 10**6],
        "code": [*items.values_list("code", flat=True), "unknown"],
        "question_id": list(items.values_list("trace__question", flat=True)),
        "batch_id": [batch.pk],
        "form": ["csv", "json", "svg", "png", "md", "tex"],
        "graph_id": [1],
        "table": ["criteria", "pace"],
        "key": ["steps", "agreement", "workload", *traces, *answers],
        "evaluation_id": list(Evaluation.objects.values_list("pk", flat=True)),
        "items_sha256": [EVALUATED],
        "benchmark": [batch.question_set.name],
        "upload": ["unknown"],
        "name": [batch.question_set.name, "released", "unknown"],
        "action": ["pause", "resume", "close", "cancel", "deactivate", "codes", "on"],
        "load_id": [load.pk],
        "person_id": anyone,
        "user_id": anyone,
        "invitation_id": [1],
        "control_id": [1],
        "endpoint_id": [1],
        "price_id": [1],
        "event_id": [1],
        "token": ["guess"],
        "account": ["MQ"],
        "pk": [1],
    }


def told(replies: list[Reply]) -> list[str]:
    """Replies in which anything planted stands, plain, quoted or in base64."""
    encoded = base64.b64encode(PLANTED.encode()).decode().rstrip("=")[:-1]
    signs = (PLANTED, quote(PLANTED), encoded, PLANTED[:12], PLANTED.encode().hex(), *FIGURES)
    return [
        f"{reply.asked}: {reply.status}: {sign}"
        for reply in replies
        for sign in signs
        if sign.lower() in reply.sent.lower()
    ]


def said(study: Study, ann: Reviewer) -> dict[str, object]:
    """A whole grade and whatever else a form may ask for, so that posts get as far as they can."""
    held = Slot.objects.get(reviewer=ann, item__study=study, state=Slot.State.LEASED)
    fields: dict[str, object] = {"fence": held.fence, "key": "0" * 32, "comment": "mine"}
    judged = entry(held)
    fields |= {"cot_precision": 3, "cot_coherence": 3, "decision": judged.decision}
    for path in judged.paths:
        fields |= {f"path_{path}_precision": 3, f"path_{path}_coherence": 3}
    return fields | {"reply": "It stands.", "reason": "because", "keys": "on"}


def test_nothing_planted_is_in_anything_a_reviewer_can_read(replies):
    assert told(replies) == []
    read = {reply.asked for reply in replies if reply.status == 200}
    # The crawl reached what a reviewer works with, not only refusals.
    assert any("/grade/items/" in one for one in read)
    assert any("/sent-back/" in one for one in read)
    assert {404, 403} <= {reply.status for reply in replies}


def lose_the_held_item(study: Study, ann: Reviewer) -> None:
    """Her time on it ran out and no place of it is left: she may read her draft."""
    held = Slot.objects.get(reviewer=ann, item__study=study, state=Slot.State.LEASED)
    Draft.objects.create(item=held.item, reviewer=ann, content={"comment": "mine"})
    Slot.objects.filter(pk=held.pk).update(state=Slot.State.WITHDRAWN, reviewer=None)


@pytest.mark.parametrize(
    ("changes", "reached"),
    [
        ({"practice_round": True}, "/practice/?seen=sound"),
        ({"reveal_after_submit": True}, "/reveal/"),
        ({"hide_answer_key": True, "guidelines": "# Read"}, "/grade/items/"),
        ({"state": "paused"}, "/amend/"),
        ({"state": "closed"}, "/amend/"),
    ],
)
def test_nothing_planted_is_in_a_study_of_another_state(study, ann, start, changes, reached):
    """Practice and its feedback, the reveal before it is asked for, what only can be read."""
    lose_the_held_item(study, ann)
    submit_practice(study, reviewer=ann, case=SOUND, content={"decision": "accept"})
    Study.objects.filter(pk=study.pk).update(**changes)
    more = [*start, f"/grade/studies/{study.pk}/practice/?seen=sound"]
    replies = read_everything(actors.signed_in(ann.user), more, insist=False)
    assert told(replies) == []
    assert any(reached in reply.asked for reply in replies if reply.status == 200)
    assert any("it went to others" in reply.body for reply in replies)


def test_nothing_planted_comes_back_from_anything_a_reviewer_can_send(study, ann, start):
    client = actors.signed_in(ann.user)
    client.raise_request_exception = False
    replies = write_everywhere(client, start, said(study, ann))
    assert told(replies) == []
    assert not [reply.asked for reply in replies if reply.status >= 500]
    assert told(read_everything(client, ["/", "/grade/"])) == []


def test_a_stranger_reads_nothing_planted_either(start):
    assert told(read_everything(Client(), start)) == []


def test_no_byte_changes_when_what_must_stay_hidden_does(study, ann, peer, start, replies):
    """Stronger than marks: were any secret turned into a number, an order or a class, it shows."""
    before = [steady(reply) for reply in replies]
    hide_otherwise(study, peer)
    client = actors.signed_in(ann.user)
    after = [steady(reply) for reply in read_everything(client, start)]
    changed = [old[0] for old, new in zip(before, after, strict=True) if old != new]
    assert changed == []


def hide_otherwise(study: Study, peer: Reviewer) -> None:
    """Peers, filters, models, adjudicators and the sample all say something else."""
    for item in study.items.filter(grades__reviewer=peer).distinct():
        newest = item.grades.filter(reviewer=peer).order_by("-revision")[0].revision
        # Two revisions: every count of rows changes too, whatever it counts.
        for step, decision in ((1, "reject"), (2, "accept")):
            grade_row(item, peer, revision=newest + step, decision=decision, comment="all fine")
    # Not Ann's: settling an item answers what was sent back to her, as she may see.
    others = study.items.exclude(grades__in=Grade.objects.exclude(reviewer=peer))
    last = others.filter(kind=Item.Kind.SAMPLED).order_by("pk").last()
    settle(last, actors.person("another", *[]), decision="revise")
    for number, row in enumerate(Trace.objects.order_by("pk")):
        Trace.objects.filter(pk=row.pk).update(kept=not row.kept, failure_detail=str(number))
    Batch.objects.update(name="another name")
    LLMCall.objects.update(model="another model")
    Item.objects.update(stratum="another stratum")
    Item.objects.filter(kind=Item.Kind.CONTROL).update(expected={"precision": 1})
    Reviewer.objects.filter(pk=peer.pk).update(pseudonym="R-OTHER", specialty="other")
    peer.user.username = "somebody-else"
    peer.user.save()


def test_the_scan_finds_a_leak_in_words_in_headers_and_encoded():
    encoded = base64.b64encode(f"{PLANTED}-verdict".encode()).decode()
    for leak in (Reply("", 200, f"<p>{FIGURES[0]}</p>", ""), Reply("", 304, "", f'"{encoded}"')):
        assert told([leak])


def test_an_address_whose_argument_is_unknown_fails_the_crawl():
    with pytest.raises(AssertionError, match="tell the crawler"):
        addresses({})
