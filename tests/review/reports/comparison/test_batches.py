"""Batch beside batch: planted differences are found, identical batches have none."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from pipeline.models import LLMCall, Trace
from review.reports.comparison.batches import batches_report
from tests import actors, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    return (factories.made_batch(8, name="default"), factories.made_batch(8, name="paper"))


def row(report, table, name):
    found = report.table(table)
    keys = [column.key for column in found.columns]
    return next(dict(zip(keys, one, strict=True)) for one in found.rows if one[0] == name)


def discard(batch, count):
    """As if a filter had rejected the first kept traces of the batch."""
    kept = list(batch.traces.filter(kept=True).order_by("pk")[:count])
    Trace.objects.filter(pk__in=[one.pk for one in kept]).update(kept=False, rejections="answer")
    return kept


def call(trace, *, cost, tokens=100, **changes):
    return LLMCall.objects.create(
        batch=trace.batch,
        trace=trace,
        stage="generation",
        fingerprint=f"{trace.pk}-{cost}-{changes}",
        endpoint="e",
        model="m",
        prompt_name="p",
        prompt_version="1",
        messages=[],
        settled_at=timezone.now(),
        **(
            {
                "status": "settled",
                "cost": cost,
                "currency": "USD",
                "input_tokens": tokens,
                "output_tokens": 10,
            }
            | changes
        ),
    )


def test_two_identical_batches_do_not_differ(two):
    report = batches_report(*two)
    for name in ("Linked to the graph", "Made: has a chain of thought", "Kept by the filters"):
        one = row(report, "outcomes", name)
        assert one["difference"].value == 0
        assert one["difference"].low < 0 < one["difference"].high
        assert (one["first_more"], one["second_more"], one["p"]) == (0, 0, 1.0)
    assert report.table("questions").rows == ()
    assert row(report, "batches", "First")["common"] == 8


def test_a_planted_difference_is_found_and_its_questions_are_listed(two):
    first, second = two
    planted = discard(second, 3)
    report = batches_report(first, second)
    one = row(report, "outcomes", "Kept by the filters")
    assert one["difference"].value == pytest.approx(3 / 8)
    assert (one["first_more"], one["second_more"], one["p"]) == (3, 0, pytest.approx(0.25))
    assert row(report, "outcomes", "Made: has a chain of thought")["difference"].value == 0
    assert row(report, "reasons", "discarded: answer")["difference"].value == pytest.approx(-3 / 8)
    listed: Any = report.table("questions").rows
    assert {cells[4].arguments[0] for cells in listed} == {str(one.key) for one in planted}
    turned = row(batches_report(second, first), "outcomes", "Kept by the filters")["difference"]
    assert turned.value == pytest.approx(-3 / 8)
    assert (turned.low, turned.high) == pytest.approx(
        (-one["difference"].high, -one["difference"].low)
    )


def test_only_questions_that_both_have_count():
    first, second = (
        factories.made_batch(6, name="one"),
        factories.made_batch(6, name="other", first=4),
    )
    report = batches_report(first, second)
    assert row(report, "batches", "First")["common"] == 2
    assert row(report, "outcomes", "Kept by the filters")["difference"].n == 2
    apart = batches_report(first, factories.made_batch(3, name="apart", first=20))
    assert "no question in common" in apart.cautions[0]
    assert row(apart, "outcomes", "Kept by the filters")["difference"].value is None


def test_unsettled_traces_do_not_count(two):
    first, second = two
    running = factories.batch(8, name="begun")
    report = batches_report(first, running)
    assert row(report, "batches", "Second")["settled"] == 0
    assert any("begun is running" in caution for caution in report.cautions)
    assert second.traces.count() == 8


def test_costs_are_paired_and_an_unknown_price_is_left_out(two):
    first, second = two
    for number, (one, other) in enumerate(
        zip(first.traces.order_by("pk"), second.traces.order_by("pk"), strict=True)
    ):
        call(one, cost=Decimal("0.03") + number * Decimal("0.01"))
        call(other, cost=Decimal("0.01"))
        call(other, cost=None, status="replayed")
    report = batches_report(first, second)
    cost = row(report, "cost", "Cost")["difference"]
    assert cost.value == pytest.approx(0.055)
    assert cost.low < 0.055 < cost.high
    assert row(report, "effort", "Calls sent")["difference"].value == 0
    assert row(report, "effort", "Tokens")["first"].value == 110
    assert any("replayed" in caution for caution in report.cautions)
    call(first.traces.first(), cost=None, currency="")
    unknown = row(batches_report(first, second), "cost", "Cost")
    assert (unknown["left_out"], unknown["difference"].n) == (1, 7)
    call(first.traces.last(), cost=Decimal("1"), currency="EUR")
    mixed = row(batches_report(first, second), "cost", "Cost")
    assert "EUR, USD" in mixed["difference"].reason


def test_settings_that_differ_are_named(two):
    first, second = two
    second.config = second.config | {"preset": "paper"}
    second.save()
    rows = {cells[0]: cells[1:] for cells in batches_report(first, second).table("settings").rows}
    assert rows["preset"][1] == "paper"
    assert "question set" in rows


def test_the_page_is_bookmarked_and_its_files_say_the_same(two):
    first, second = two
    discard(second, 3)
    client = actors.signed_in(actors.lead("reader"))
    address = reverse("review:compare_batches")
    assert client.get(address).status_code == 200
    chosen = f"{address}?first={first.pk}&second={second.pk}"
    page = client.get(chosen).content.decode()
    assert "37.5 %" in page
    whole = json.loads(client.get(f"{chosen}&form=json").content)
    (table,) = [
        table
        for section in whole["sections"]
        for table in section["tables"]
        if table["table"] == "outcomes"
    ]
    assert table["rows"][2]["difference"]["value"] == pytest.approx(0.375)
    assert "0.375" in client.get(f"{chosen}&form=csv").content.decode()
    same = client.get(f"{address}?first={first.pk}&second={first.pk}")
    assert same.status_code == 422
    assert "Choose two different ones" in same.content.decode()
    assert client.get(f"{address}?first=999&second=x").status_code == 422


def test_an_imported_batch_stands_beside_a_made_one():
    """It has no graph, no calls and no settings of the method."""
    made = factories.made_batch(4, name="ours")
    report = batches_report(made, factories.imported_batch(made.question_set))
    assert row(report, "settings", "knowledge graph")["second"] == "none"
    assert any("different kinds" in caution for caution in report.cautions)
    assert row(report, "batches", "First")["common"] > 0
    assert str(next(iter(report.table("outcomes").rows))[0]).startswith("Made")
    assert report.table("effort").rows == report.table("cost").rows == ()
