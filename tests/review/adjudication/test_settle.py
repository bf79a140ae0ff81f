"""Adjudication: what waits, who holds it, what is stored beside the grades."""

import threading
from dataclasses import asdict
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pipeline.accounts.roles import Role
from pipeline.core.errors import Conflict
from pipeline.models import Event
from pipeline.statistics.consensus import reasons
from review.adjudication.settle import (
    Settlement,
    awaiting_adjudication,
    fingerprint,
    grades_to_settle,
    lease_item,
    next_to_settle,
    return_item,
    settle_item,
)
from review.evidence.grade_records import rating_without_paths
from review.models import Adjudication, AdjudicationLease, Grade, Item
from tests import actors, factories
from tests.review.disagreeing import evidence_of, grade_row, settle

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben", "cem")]


@pytest.fixture
def judge():
    return actors.person("judge", Role.ADJUDICATOR)


@pytest.fixture
def study(people):
    return factories.study(*people, opened_by=actors.lead(), size=3, overlap=3)


@pytest.fixture
def item(study):
    return study.items.order_by("pk")[0]


def waits(item: Item) -> bool:
    return awaiting_adjudication(item.study).filter(pk=item.pk).exists()


@pytest.mark.parametrize(
    ("second", "waiting"),
    [
        ({}, False),
        ({"cot_precision": 3}, False),
        ({"cot_precision": 2}, True),
        ({"cot_coherence": 2}, True),
        ({"decision": "revise"}, True),
        ({"safety_flag": "mild"}, True),
        ({"labels": ["correct", "incorrect"]}, True),
        ({"labels": ["unsupported", "cannot_judge"]}, False),
        ({"answer_key_disputed": True}, False),
    ],
)
def test_an_item_waits_by_the_rules(item, people, second, waiting):
    grade_row(item, people[0], labels=["correct", "correct"])
    grade_row(item, people[1], **second)
    assert waits(item) == waiting
    assert bool(reasons([rating_without_paths(grade) for grade in item.grades.all()])) == waiting


UNABLE: dict[str, Any] = {
    "cot_precision": None,
    "cot_coherence": None,
    "decision": "",
    "cannot_judge": "context_missing",
}


def test_who_could_not_judge_disagrees_with_nobody_but_may_warn(item, people):
    grade_row(item, people[0])
    grade_row(item, people[1], **UNABLE)
    assert not waits(item)
    grade_row(item, people[2], **UNABLE, safety_flag="severe")
    assert waits(item)
    assert evidence_of(item).consensus is None


def test_a_warning_after_the_reveal_counts_and_a_rating_then_does_not(item, people):
    grade_row(item, people[0])
    grade_row(item, people[1])
    grade_row(item, people[1], revision=2, after_reveal=True, cot_precision=1, decision="reject")
    assert not waits(item)
    grade_row(item, people[1], revision=3, after_reveal=True, safety_flag="mild")
    assert waits(item)


def test_control_items_and_repeats_never_wait(item, people):
    for kind, more in (("control", {}), ("repeat", {"repeat_of": item})):
        other = Item.objects.create(study=item.study, trace=item.trace, kind=kind, **more)
        grade_row(other, people[0])
        grade_row(other, people[1], decision="reject")
        assert not waits(other)


def test_the_gravest_comes_first(study, people):
    items = list(study.items.order_by("pk"))
    for one, flag in zip(items, ("", "mild", "severe"), strict=True):
        grade_row(one, people[0], decision="reject", safety_flag=flag)
        grade_row(one, people[1])
    assert list(awaiting_adjudication(study)) == [items[2], items[1], items[0]]


def test_a_settlement_stands_beside_the_grades_and_changes_none(item, people, judge):
    for one, decision in zip(people, ("accept", "reject", "revise"), strict=True):
        grade_row(item, one, decision=decision)
    before = list(Grade.objects.order_by("pk").values())
    settled = settle(item, judge, precision=2, decision="reject", step_labels={1: "incorrect"})
    assert list(Grade.objects.order_by("pk").values()) == before
    assert set(settled.grades.all()) == set(item.grades.all())
    assert settled.step_labels == {"1": "incorrect"}
    agreed = evidence_of(item).consensus
    assert (agreed.precision, agreed.decision, agreed.basis) == (2.0, "reject", "adjudicated")
    assert not waits(item)
    event = Event.objects.get(action="item.adjudicated")
    assert (event.chain.name, event.actor) == (item.study.event_chain, judge)


def test_a_later_settlement_supersedes_and_overwrites_nothing(item, people, judge):
    grade_row(item, people[0])
    grade_row(item, people[1], decision="reject")
    first = settle(item, judge, decision="reject")
    second = settle(item, judge, decision="revise")
    first.refresh_from_db()
    assert (first.decision, first.is_current) == ("reject", False)
    assert (second.revision, second.is_current) == (2, True)
    assert evidence_of(item).consensus.decision == "revise"


@pytest.mark.parametrize(
    ("later", "again"),
    [
        ({}, False),
        ({"cot_precision": 2}, True),
        ({"cot_coherence": 2}, True),
        ({"decision": "revise"}, True),
        ({"safety_flag": "mild"}, True),
        ({"labels": ["incorrect"]}, False),
        (UNABLE, False),
        (UNABLE | {"safety_flag": "mild"}, True),
    ],
)
@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_a_grade_that_came_later_may_overtake_what_was_settled(
    item, people, judge, later, again, decision
):
    grade_row(item, people[0])
    grade_row(item, people[1], decision="reject")
    settle(item, judge, decision=decision)
    fields = {"decision": decision} | later
    if decision == "reject" and later == {"decision": "revise"}:
        again = False
    grade_row(item, people[2], **fields)
    assert waits(item) == again
    assert evidence_of(item).adjudicated != again
    assert (evidence_of(item).consensus is None) == again


def test_a_flag_the_adjudicator_has_seen_waits_no_more(item, people, judge):
    grade_row(item, people[0], safety_flag="mild")
    settle(item, judge, safety_flag="")
    assert not waits(item)


def test_two_adjudicators_are_dealt_two_items(study, people, judge):
    for one in study.items.all():
        grade_row(one, people[0])
        grade_row(one, people[1], decision="reject")
    other = actors.person("other", Role.ADJUDICATOR)
    mine, theirs = (next_to_settle(study, adjudicator=one) for one in (judge, other))
    assert mine.item != theirs.item
    assert next_to_settle(study, adjudicator=judge).item == mine.item
    assert lease_item(mine.item, adjudicator=other) is None


def test_nobody_settles_an_item_they_graded(item, people):
    grade_row(item, people[0])
    grade_row(item, people[1], decision="reject")
    assert next_to_settle(item.study, adjudicator=people[0].user) is None
    assert next_to_settle(item.study, adjudicator=people[2].user).item == item


def test_a_lease_that_ran_out_goes_to_who_asks_and_the_late_settlement_is_not_saved(
    item, people, judge
):
    grade_row(item, people[0], safety_flag="mild")
    late = lease_item(item, adjudicator=judge)
    AdjudicationLease.objects.update(until=timezone.now())
    other = actors.person("other", Role.ADJUDICATOR)
    assert lease_item(item, adjudicator=other).fence == late.fence + 1
    seen = fingerprint(grades_to_settle(item))
    with pytest.raises(Conflict, match="ran out"):
        settle_item(item, adjudicator=judge, fence=late.fence, seen=seen, settlement=SAID)
    assert not Adjudication.objects.exists()


SAID = Settlement(4, 4, "accept", "Because.")


def test_a_lease_that_ran_out_and_nobody_took_still_counts(item, people, judge):
    grade_row(item, people[0], safety_flag="mild")
    lease = lease_item(item, adjudicator=judge)
    AdjudicationLease.objects.update(until=timezone.now())
    seen = fingerprint(grades_to_settle(item))
    assert settle_item(item, adjudicator=judge, fence=lease.fence, seen=seen, settlement=SAID).pk


def test_a_double_click_settles_once_and_a_second_tab_is_told(item, people, judge):
    grade_row(item, people[0], safety_flag="mild")
    lease = lease_item(item, adjudicator=judge)
    said = {"adjudicator": judge, "fence": lease.fence, "seen": fingerprint(grades_to_settle(item))}
    assert settle_item(item, **said, settlement=SAID) == settle_item(item, **said, settlement=SAID)
    other = Settlement(**(asdict(SAID) | {"precision": 1}))
    with pytest.raises(Conflict, match="before"):
        settle_item(item, **said, settlement=other)
    assert Adjudication.objects.count() == 1
    assert Event.objects.filter(action="item.adjudicated").count() == 1


def test_a_grade_that_came_while_the_adjudicator_read_stops_the_settlement(item, people, judge):
    grade_row(item, people[0], safety_flag="mild")
    lease = lease_item(item, adjudicator=judge)
    seen = fingerprint(grades_to_settle(item))
    grade_row(item, people[1])
    with pytest.raises(Conflict):
        settle_item(item, adjudicator=judge, fence=lease.fence, seen=seen, settlement=SAID)
    assert not Adjudication.objects.exists()
    assert lease_item(item, adjudicator=judge).fence == lease.fence


def test_an_item_let_go_is_free_for_another(item, people, judge):
    grade_row(item, people[0], safety_flag="mild")
    lease_item(item, adjudicator=judge)
    return_item(item, adjudicator=judge)
    assert lease_item(item, adjudicator=actors.person("other", Role.ADJUDICATOR))


@pytest.mark.django_db(transaction=True)
def test_of_adjudicators_who_ask_at_the_same_moment_no_two_hold_one_item(study, people):
    for one in study.items.all():
        grade_row(one, people[0])
        grade_row(one, people[1], decision="reject")
    judges = [actors.person(f"judge{number}", Role.ADJUDICATOR) for number in range(6)]
    together, held, errors = threading.Barrier(len(judges)), [], []

    def ask(judge):
        together.wait()
        try:
            lease = next_to_settle(study, adjudicator=judge)
            held.append(lease and lease.item_id)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(judge,)) for judge in judges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    got = [item for item in held if item is not None]
    assert len(got) == len(set(got)) == 3
