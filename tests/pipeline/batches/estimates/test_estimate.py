"""Estimates: a range from a sample, with nothing sent and nothing written."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.batches.estimates.estimate import (
    LATENCY_SECONDS,
    OUTPUT_TOKENS,
    BatchEstimate,
    Span,
    estimate_batch,
)
from pipeline.batches.estimates.wording import assumptions, rows
from pipeline.core.config import ChecksConfig, preset
from pipeline.core.errors import InvalidConfiguration
from tests import factories
from tests.factories.endpoints import endpoint, price, reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> dict[str, object]:
    return {
        "question_set": factories.question_set(8),
        "knowledge_graph": factories.graph(),
        "reasoner": endpoint(),
        "reader": reader(),
    }


def estimated(world: dict[str, object], **changes: object) -> BatchEstimate:
    told: dict[str, object] = {**world, "config": preset("default", seed=1), **changes}
    return estimate_batch(told.pop("question_set"), **told)  # type: ignore[arg-type]


def figures(estimate: BatchEstimate) -> dict[str, str]:
    return dict(rows(estimate))


def test_calls_follow_the_method(world):
    estimate = estimated(world)
    assert (estimate.traces, estimate.sampled) == (8, 8)
    reasoner, second = estimate.shares
    # extract, prune, generate, and select where a mention is open; then one answer, and one call
    # for the steps that rules cannot compare with their edges.
    assert 3 <= reasoner.calls.low / estimate.traces <= 4
    assert estimate.finished <= second.calls.low <= 2 * estimate.finished
    assert estimate.calls.high == pytest.approx(reasoner.calls.high + second.calls.high)


def test_a_question_without_options_asks_the_judge_too(world):
    from pipeline import store

    free = factories.question_set(0, name="free")
    asked = factories.question(0, options=(), answer_label=None)
    store.question_row(free, asked).save()
    _, second = estimated({**world, "question_set": free}).shares
    assert second.calls.low in (2, 3)


def test_an_endpoint_that_embeds_is_counted_and_priced(world):
    config = preset("default").with_similarity("endpoint:embedder")
    with pytest.raises(InvalidConfiguration, match="no endpoint named embedder"):
        estimated(world, config=config)
    embedder = endpoint("embedder", role="embeddings", model="letters")
    price("letters")
    asked = {**world, "question_set": factories.misspelt_set()}
    *_, embeddings = estimated(asked, config=config).shares
    assert (embeddings.endpoint, embeddings.calls.low) == (embedder, 1)
    assert embeddings.output_tokens == Span(0, 0)
    assert embeddings.cost is not None
    assert all(amount > 0 for amount in embeddings.cost)
    assert "1 to 1 calls" in figures(estimated(asked, config=config))["Embeddings"]


def test_it_grows_with_questions_and_samples_and_is_the_same_every_time(world):
    first, second = estimated(world, samples=3), estimated(world, samples=3)
    assert first == second
    assert first.traces == 24
    assert first.calls.low == pytest.approx(3 * estimated(world).calls.low)
    assert estimated(world, limit=2).traces == 2
    assert estimated(world, sample=3).sampled == 3


def test_the_high_figures_are_above_the_low_ones(world):
    estimate = estimated(world)
    for span in (estimate.calls, estimate.input_tokens, estimate.output_tokens, estimate.seconds):
        assert 0 < span.low < span.high
    most = sum(high for _, high in OUTPUT_TOKENS.values())
    assert estimate.output_tokens.high <= 1.1 * most * estimate.traces


def test_an_unknown_price_is_an_unknown_cost(world):
    price("model-r")
    estimate = estimated(world)
    assert estimate.cost is None
    assert figures(estimate)["Cost"] == "unknown: no price for model-s"


def test_the_cost_is_that_of_the_tokens(world):
    price("model-r")
    price("model-s", input_per_million=Decimal(0), output_per_million=Decimal(0))
    estimate = estimated(world)
    currency, low, high = estimate.cost
    share = estimate.shares[0]
    assert currency == "USD"
    expected = (share.input_tokens.low + 3 * share.output_tokens.low) / 1e6
    assert float(low) == pytest.approx(expected, abs=1e-5)
    assert low < high
    assert "USD" in figures(estimate)["Cost"]


def test_two_currencies_are_not_added(world):
    price("model-r")
    price("model-s", currency="EUR")
    estimate = estimated(world)
    assert estimate.cost is None
    assert figures(estimate)["Cost"].startswith("in two currencies")


def test_time_follows_threads_or_the_slowest_limit(world):
    quick, slow = LATENCY_SECONDS
    estimate = estimated(world, threads=4)
    assert estimate.seconds.low == pytest.approx(estimate.calls.low * quick / 4)
    assert estimate.seconds.high == pytest.approx(estimate.calls.high * slow / 4)
    world["reasoner"].requests_per_minute = 1
    limited = estimated(world, threads=4)
    assert limited.seconds.low == pytest.approx(60 * limited.shares[0].calls.low)


def test_it_sends_nothing_and_writes_nothing(world, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a call was sent")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("pipeline.core.llm.openai_compatible.OpenAICompatibleModel.ask", refuse)
    with CaptureQueriesContext(connection) as queries:
        estimated(world)
    wrote = [query["sql"] for query in queries if not query["sql"].startswith("SELECT")]
    assert not wrote


def test_the_paper_preset_is_estimated_too(world):
    assert estimated(world, config=preset("paper")).calls.low > 0


def test_without_questions_there_is_nothing_to_estimate(world):
    world["question_set"] = factories.question_set(0, name="empty")
    with pytest.raises(InvalidConfiguration, match="has no questions"):
        estimated(world)


def test_what_is_assumed_is_said(world):
    told = " ".join(assumptions(estimated(world)))
    for said in ("3.4 to 4.6 characters", "0% to 10%", "2 to 8 seconds", "Nothing was sent"):
        assert said in told


def test_spans_add_end_by_end():
    assert Span(1, 2) + Span(10, 20) == Span(11, 22)
    assert Span(1, 2).times(2, 3) == Span(2, 6)


def test_placebos_are_two_more_traces_for_each_question_drawn(world):
    plain, placebo = estimated(world), estimated(world, placebo_share=0.5)
    assert (plain.traces, placebo.traces, placebo.placebos) == (8, 16, 8)
    assert (figures(plain)["Traces"], figures(placebo)["Traces"]) == ("8", "16, 8 of them placebos")
    assert placebo.calls.low == pytest.approx(2 * plain.calls.low)


def test_checks_are_counted_as_the_method_makes_them(world):
    checks = ChecksConfig(without_cot=1, other_cot=1, permuted_options=1, contrast=1)
    config = replace(preset("default", seed=1), checks=checks)
    plain, checked = estimated(world), estimated(world, config=config)
    calls = [estimate.shares[1].calls.low / estimate.traces for estimate in (plain, checked)]
    # Three further readings, and two comparisons with the one rival.
    assert calls[1] >= calls[0] + 4
    assert checked.shares[0].calls.low > plain.shares[0].calls.low
