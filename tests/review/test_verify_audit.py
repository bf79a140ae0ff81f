"""`manage.py verify_audit`: says that the audit holds, or where it first does not."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pipeline.models import Event, EventChain
from review.evidence.policies import save_policy
from review.models import Release, Study
from tests import actors, factories
from tests.factories import make_release
from tests.review.submitting import grade_all

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def study() -> Study:
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=actors.lead())
    grade_all(study, ann)
    policy = save_policy("open", rules=factories.UNGRADED, saved_by=study.created_by)
    make_release("first", study=study, policy=policy, made_by=study.created_by)
    return study


def verify() -> str:
    """What the command says."""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err)
    except CommandError as error:
        return f"{err.getvalue()}{error}"
    return out.getvalue()


def test_an_untouched_audit_holds(study):
    said = verify()
    assert said.endswith("The audit holds.\n")
    assert f"{study.event_chain}: {EventChain.objects.get(name=study.event_chain).length} " in said


def test_a_release_names_the_head_it_was_made_at(study):
    audit = Release.objects.get().manifest["audits"][0]
    made = Event.objects.get(chain__name=study.event_chain, action="release.made")
    assert audit == {"chain": study.event_chain, "length": made.position - 1, "head": made.previous}


@pytest.mark.usefixtures("unguarded")
def test_the_first_broken_link_is_named(study):
    Event.objects.filter(chain__name=study.event_chain, position__gte=2).update(payload={})
    said = verify()
    assert f"{study.event_chain}: broken at event 2: its content was changed" in said
    assert "The audit does not hold" in said


@pytest.mark.usefixtures("unguarded")
def test_a_chain_rewritten_as_a_whole_shows_against_a_release(study):
    chain = EventChain.objects.get(name=study.event_chain)
    previous = "0" * 64
    for event in chain.events.order_by("position"):
        event.payload, event.previous = {}, previous
        previous = event.computed_digest()
        Event.objects.filter(pk=event.pk).update(
            payload={}, previous=event.previous, digest=previous
        )
    EventChain.objects.filter(pk=chain.pk).update(head=previous)
    said = verify()
    assert "broken" not in said
    assert "is not the one it was made from" in said


@pytest.mark.usefixtures("unguarded")
def test_a_table_without_guards_is_told():
    assert "table review_grade: the database does not refuse changes" in verify()
