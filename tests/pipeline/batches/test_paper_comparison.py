"""The replication report: counts and intervals, beside what the publication says."""

import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pipeline.batches import lifecycle
from pipeline.batches.paper_comparison import (
    PUBLISHED_BY_SOURCE,
    PUBLISHED_KEPT,
    Proportion,
    compare_with_paper,
)
from pipeline.core.config import ChecksConfig, preset
from pipeline.core.datasets.registry import ADAPTERS
from pipeline.core.errors import InvalidConfiguration
from pipeline.models import Batch, Trace
from tests import factories
from tests.factories.endpoints import call

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    """Four traces in a model's name: two kept, one rejected twice, one failed at search."""
    made = factories.made_batch(4)
    Batch.objects.update(reasoner_kind="language_model")
    rows = list(made.traces.order_by("pk"))
    made.traces.update(kept=True, rejections="")
    Trace.objects.filter(pk=rows[2].pk).update(kept=False, rejections="leakage,answer")
    failure = {"failure_stage": "search", "failure_reason": "no_path"}
    Trace.objects.filter(pk=rows[3].pk).update(state="failed", kept=None, **failure)
    made.refresh_from_db()
    return made


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("replicate", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_wilsons(count, total, low, high):
    assert Proportion(count, total).interval == pytest.approx((low, high), abs=5e-5)


def test_nothing_of_nothing_has_no_share():
    assert Proportion(0, 0).share is None
    assert Proportion(0, 0).interval is None


def test_traces_are_counted_by_outcome_reason_and_source(batch):
    comparison = compare_with_paper([batch])
    assert (comparison.settled, comparison.open) == (4, 0)
    assert comparison.kept_of_made == Proportion(2, 3)
    assert comparison.kept_of_settled == Proportion(2, 4)
    assert comparison.failures == (("no_path", 1),)
    assert comparison.rejections == (("answer", 1), ("leakage", 1))
    [source] = comparison.sources
    assert (source.source, source.settled, source.made, source.kept) == ("house", 4, 3, 2)


def test_mentions_are_counted_by_the_stage_that_linked_them(batch):
    comparison = compare_with_paper([batch])
    assert comparison.mapped == Proportion(4, 4)
    assert set(comparison.mapping) == {"question", "answer", "explanation"}
    assert comparison.mapping["answer"] == {"exact": 4}
    assert comparison.mapping["question"]["exact"] >= 4


def test_only_current_attempts_of_the_batches_named_count(batch):
    other = factories.made_batch(2, name="other")
    Batch.objects.update(reasoner_kind="language_model")
    assert compare_with_paper([batch]).settled == 4
    batch.traces.filter(state="failed").update(is_current=False)
    assert compare_with_paper([batch]).settled == 3
    other.refresh_from_db()
    assert compare_with_paper([batch, other]).settled == 5


def test_the_cost_of_a_kept_trace_is_told_or_unknown(batch):
    for _ in range(4):
        call(batch)
    assert "0.0032 USD (4 calls" in run(batch.pk)
    call(batch, cost=None, currency="")
    assert "unknown (5 calls" in run(batch.pk)


def test_it_is_printed_beside_the_publication(batch):
    out = run(batch.pk)
    for told in ("32,682 of 45,000: 72.6%", "about 0.11 USD", "2 of 3: 66.7% (95 % interval"):
        assert told in out
    assert "no path" in out
    assert "leakage" in out


def test_it_is_one_json_object_on_request(batch):
    plain = json.loads(run(batch.pk, "--json"))
    assert plain["kept_of_made"] == {
        "count": 2,
        "total": 3,
        "share": pytest.approx(2 / 3),
        "wilson_95": [pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4)],
    }
    assert plain["published"]["kept"] == 32_682
    assert plain["published"]["kept_by_source"]["medqa"] == 8_016


def test_demonstration_traces_are_refused_in_one_sentence(batch):
    demonstration = factories.made_batch(1, name="rules")
    with pytest.raises(InvalidConfiguration, match="made by the demonstration reasoner"):
        compare_with_paper([batch, demonstration])
    with pytest.raises(CommandError, match="rules replicate nothing"):
        run(batch.pk, demonstration.pk)
    with pytest.raises(CommandError, match="There is no batch 987"):
        run(987)


def test_every_published_source_can_be_loaded_and_all_are_counted():
    assert set(PUBLISHED_BY_SOURCE) <= set(ADAPTERS)
    assert sum(PUBLISHED_BY_SOURCE.values()) == PUBLISHED_KEPT


def test_the_discard_share_stands_beside_the_published_one_and_is_no_quality(batch):
    out = run(batch.pk)
    assert "Discarded of made                     1 of 3: 33.3%" in out
    assert "about 28 %" in out
    assert "no placebo traces: whether their filters discard the wrong chains" in out


def test_what_the_filters_are_worth_is_told_and_placebos_are_no_results():
    measured = lifecycle.start_batch(
        factories.question_set(4),
        knowledge_graph=factories.graph(),
        config=replace(preset("demonstration"), checks=ChecksConfig(without_cot=1.0)),
        placebo_share=1,
    )
    lifecycle.run_batch(measured)
    Batch.objects.update(reasoner_kind="language_model")
    measured.refresh_from_db()
    comparison = compare_with_paper([measured])
    assert (comparison.settled, comparison.sources[0].settled) == (4, 4)
    out = run(measured.pk)
    for told in ("towards a wrong option", "without a chain of thought", "Likelihood ratio"):
        assert told in out
    assert "no placebo traces" not in out
    filters = json.loads(run(measured.pk, "--json"))["filters"]
    kept = filters["placebo"]["by_kind"]["nearest"]["kept_of_made"]
    assert kept["trials"] == 4
    assert filters["readers"]["lines"][0]["kind"] == "without_cot"
