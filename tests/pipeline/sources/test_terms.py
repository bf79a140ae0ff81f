"""Terms that a lead corrects: audited, with the reason, by compare-and-set."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import Conflict, Refusal
from pipeline.models import Batch, Endpoint, Event, KnowledgeGraph, QuestionSet
from pipeline.sources.terms import StatedTerms, set_terms
from tests import actors, factories
from tests.factories.endpoints import endpoint

pytestmark = pytest.mark.django_db
MAKE: dict[type, Callable[[], Any]] = {
    QuestionSet: lambda: factories.question_set(0),
    KnowledgeGraph: factories.graph,
    Endpoint: endpoint,
    Batch: lambda: factories.imported_batch(factories.question_set(1)),
}


@pytest.fixture(params=MAKE, ids=lambda kind: kind.__name__)
def row(request):
    return MAKE[request.param]()


def test_terms_are_stated_and_the_audit_says_what_they_were_and_why(row):
    lead = actors.lead()
    shown = StatedTerms.of(row)
    set_terms(row, terms=StatedTerms("cc by 4.0", True), shown=shown, reason=" R. ", by=lead)
    assert StatedTerms.of(type(row).objects.get()) == StatedTerms("CC-BY-4.0", True)
    event = Event.objects.last()
    assert event.action.endswith(".terms_changed")
    said = event.payload
    assert (said["licence"], said["earlier_licence"]) == ("CC-BY-4.0", shown.licence)
    assert (said["reason"], event.actor) == ("R.", lead)


def test_of_two_tabs_the_second_looks_again(row):
    shown = StatedTerms.of(row)
    set_terms(row, terms=StatedTerms("MIT", False), shown=shown, reason="first")
    with pytest.raises(Conflict, match="look at it again"):
        set_terms(row, terms=StatedTerms("CC-BY-4.0", True), shown=shown, reason="second")
    assert StatedTerms.of(type(row).objects.get()).licence == "MIT"


@pytest.mark.parametrize(
    ("terms", "reason", "says"),
    [
        (StatedTerms("MIT", True), "  ", "Say why"),
        (StatedTerms("CC-BY-ND-4.0", True), "R.", "no adapted form"),
        (StatedTerms("unknown", True), "R.", "State the licence"),
    ],
)
def test_what_cannot_be_stated_changes_nothing(row, terms, reason, says):
    shown, events = StatedTerms.of(row), Event.objects.count()
    with pytest.raises(Refusal, match=says):
        set_terms(row, terms=terms, shown=shown, reason=reason)
    with pytest.raises(Refusal, match="Nothing is changed"):
        set_terms(row, terms=shown, shown=shown, reason="R.")
    assert StatedTerms.of(type(row).objects.get()) == shown
    assert Event.objects.count() == events


def test_leave_is_taken_back_though_the_licence_would_give_it(row):
    shown = StatedTerms.of(row)
    set_terms(row, terms=StatedTerms(shown.licence, False), shown=shown, reason="R.")
    assert not StatedTerms.of(type(row).objects.get()).may_be_released
