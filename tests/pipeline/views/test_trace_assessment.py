"""A trace's page says what reader and rules found: filters, steps, readings, rivals."""

from dataclasses import replace

import pytest
from django.urls import reverse

from pipeline import store
from pipeline.batches import lifecycle
from pipeline.core.records import (
    Comparison,
    CoT,
    DecidedBy,
    Failure,
    FilterResult,
    Preferred,
    ReadAnswer,
    Reading,
    ReadingKind,
    Rival,
    Step,
    StepCheck,
    Support,
    TraceRecord,
    Verdict,
)
from pipeline.models import Trace
from tests import actors, factories

pytestmark = pytest.mark.django_db


def page(change) -> str:
    """The page of a made trace, its record changed first; blanks are joined."""
    batch = factories.batch(1)
    lifecycle.run_batch(batch, seconds=None)
    row = batch.traces.get()
    text = store.trace_text(change(store.trace_record(row)))
    Trace.objects.filter(pk=row.pk).update(record=text)
    client = actors.signed_in(actors.lead())
    response = client.get(reverse("pipeline:trace", args=[row.key]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_filter_that_measures_has_rejected_nothing():
    def measured(trace: TraceRecord) -> TraceRecord:
        results = (
            FilterResult("format", True, 1.0, "Complete."),
            FilterResult("grounding", False, 0.25, "One step of four."),
            FilterResult("contrast", False, 0.5, "One of two.", decides=False),
        )
        return replace(trace, verdict=Verdict(results))

    content = page(measured)
    assert content.count(">rejected</span>") == 1
    assert content.count("measures only") == 1
    assert content.index("One step of four.") < content.index("measures only")


def test_a_step_says_what_its_edges_say_of_it_and_who_compared():
    checks = (
        StepCheck(1, Support.CONTRADICTED, DecidedBy.RULES, "The edge is a contraindication."),
        StepCheck(2, Support.NOT_ADDRESSED, DecidedBy.READER, "Its edges speak of others."),
    )
    cot = CoT((Step(1, "One."), Step(2, "Two.")), "So alpha.")
    content = page(lambda trace: replace(trace, cot=cot, step_checks=checks))
    first, second = (content.index(f'id="step-{number}"') for number in (1, 2))
    assert first < content.index("contradicted by its edges") < second
    assert second < content.index("not addressed by its edges")
    assert "by rules: <bdi>The edge is a contraindication.</bdi>" in content
    assert "by the second reader: <bdi>Its edges speak of others.</bdi>" in content


def test_further_readings_are_told_also_those_that_failed():
    readings = (
        Reading(
            ReadingKind.WITHOUT_COT, ReadAnswer("B", "beta", "It is <known>.", 0.6), correct=False
        ),
        Reading(ReadingKind.PERMUTED, ReadAnswer(None, "", ""), correct=False, failure="too_long"),
    )
    content = page(lambda trace: replace(trace, readings=readings))
    assert "Second reader, without the chain of thought" in content
    assert "(confidence 0.60)" in content
    assert "It is &lt;known&gt;." in content
    assert "too long" in content


def test_a_rival_is_told_with_who_won_in_which_order():
    def contrasted(trace: TraceRecord) -> TraceRecord:
        compared = (
            Comparison(True, Preferred.KEY, "It names the edge."),
            Comparison(False, Preferred.RIVAL, "The rival is longer."),
        )
        failed = Rival("C", "gamma", failure=Failure("search", "no_path", ""))
        return replace(trace, rivals=(Rival("B", "beta", (), trace.cot, compared), failed))

    content = page(contrasted)
    key_first, rival_first = content.split('id="rivals"')[1].split("The rival first:")
    assert "The chain of thought first:" in key_first
    assert "the chain of thought wins" in key_first
    assert "the rival wins" in rival_first
    assert "No chain could be written: no path." in rival_first


def test_a_chain_that_was_written_and_not_compared_is_shown_with_the_reason():
    failure = Failure("comparison", "unmasked", "It still says “the second option”.")

    def contrasted(trace: TraceRecord) -> TraceRecord:
        return replace(trace, rivals=(Rival("B", "beta", (), trace.cot, failure=failure),))

    content = page(contrasted).split('id="rivals"')[1]
    assert "No chain could be written" not in content
    assert "It was not compared: unmasked." in content
    assert "the second option" in content
    assert "The rival chain" in content


def test_passages_that_give_an_option_away_are_quoted():
    content = page(lambda trace: replace(trace, unmasked=("the <second> option",)))
    assert "<q><bdi>the &lt;second&gt; option</bdi></q>" in content
