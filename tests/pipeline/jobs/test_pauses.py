"""A paused batch tells why, until the cause is gone, and what to press."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from pipeline.batches.lifecycle import run_batch
from pipeline.batches.pauses import pause_of
from pipeline.core.errors import EndpointUnavailable
from pipeline.endpoints.registry import EndpointTerms, change_endpoint, remember_found, set_active
from pipeline.jobs.lifecycle import cancel_job, change_budget, pause_job
from pipeline.ledger import limits
from pipeline.ledger.budgets import Cost, shortage
from pipeline.models import Batch, Price, QuestionSet
from tests import factories
from tests.factories.endpoints import LOCAL, price

pytestmark = pytest.mark.django_db
RESUME = "press Resume"


@pytest.fixture
def batch() -> Batch:
    price("model-r")
    price("model-s")
    return factories.model_batch(1, budget_money=Decimal("1.5"), budget_tokens=9000)


def reason_now(batch: Batch) -> str | None:
    pause = pause_of(Batch.objects.get(pk=batch.pk))
    return None if pause is None else pause.reason


def out_of(batch: Batch, need: Cost) -> None:
    """Pause as a worker does that meets a spent budget."""
    pause_job(batch, reason=shortage(batch.traces.first(), need))


def test_only_a_paused_batch_has_a_reason(batch):
    assert pause_of(batch) is None
    pause_job(batch, reason="Budget spent: all of it.")
    cancel_job(batch)
    assert pause_of(batch) is None


def test_a_leads_own_pause_says_what_to_press(batch):
    pause_job(batch)
    pause = pause_of(batch)
    assert pause is not None
    assert (pause.reason, pause.is_mended, pause.next_step) == ("", False, "Press Resume to go on.")


@pytest.mark.parametrize(
    ("need", "too_little", "enough"),
    [
        (Cost(9500, None, "USD"), {"budget_tokens": 9000, "budget_money": 9}, 9001),
        (Cost(9500, None, "USD"), {"budget_tokens": 9000, "budget_money": None}, None),
    ],
)
def test_a_raised_budget_in_tokens_is_no_reason_any_more(batch, need, too_little, enough):
    out_of(batch, need)
    assert "tokens are spent" in (reason_now(batch) or "")
    change_budget(batch, **too_little)
    pause = pause_of(batch)
    assert pause is not None
    assert "Raise the budget" in pause.next_step
    change_budget(batch, budget_tokens=enough, budget_money=None)
    pause = pause_of(batch)
    assert pause is not None
    assert (pause.reason, pause.is_mended) == ("", True)
    assert RESUME in pause.next_step


def test_a_raised_budget_in_money_is_no_reason_any_more(batch):
    out_of(batch, Cost(10, Decimal("1.6"), "USD"))
    change_budget(batch, budget_tokens=10**9, budget_money=Decimal("1.5"))
    assert "1.500000 USD is spent" in (reason_now(batch) or "")
    change_budget(batch, budget_tokens=10**9, budget_money=Decimal("1.75"))
    assert reason_now(batch) == ""


def test_a_price_that_was_missing_and_is_there(batch):
    Price.objects.all().delete()
    out_of(batch, Cost(10, None, ""))
    assert "no price of the model" in (reason_now(batch) or "")
    price("model-r")
    assert reason_now(batch)
    price("model-s")
    assert reason_now(batch) == ""


def _out_of_use(batch: Batch) -> Callable[[], object]:
    set_active(batch.reasoner_endpoint, active=False)
    return lambda: set_active(batch.reasoner_endpoint, active=True)


def _changed(batch: Batch) -> Callable[[], object]:
    endpoint = batch.reader_endpoint
    before = EndpointTerms.of(endpoint)
    change_endpoint(endpoint, terms=EndpointTerms.of(endpoint, model="model-t"))
    remember_found(endpoint, {"answer_format": "plain"})

    def change_back() -> None:
        change_endpoint(endpoint, terms=before)
        remember_found(endpoint, {"answer_format": "plain"})

    return change_back


def _untested(batch: Batch) -> Callable[[], object]:
    endpoint = batch.reader_endpoint
    elsewhere = EndpointTerms.of(endpoint, role="reasoner")
    change_endpoint(endpoint, terms=elsewhere)
    return lambda: remember_found(endpoint, {"answer_format": "plain"})


@pytest.mark.parametrize("break_it", [_out_of_use, _changed, _untested])
def test_an_endpoint_that_is_mended_is_no_reason_any_more(batch, break_it):
    mend = break_it(batch)
    assert run_batch(Batch.objects.get(pk=batch.pk)) == 0
    assert "endpoint" in (reason_now(batch) or "")
    mend()
    assert reason_now(batch) == ""


def test_a_circuit_that_is_closed_again_is_no_reason_any_more(batch):
    endpoint, now = batch.reasoner_endpoint, timezone.now()
    failure = EndpointUnavailable("127.0.0.1:8081 could not be reached.", stage="generation")
    pause_job(batch, reason=limits.open_circuit(endpoint, failure, now=now))
    limits.allow_probe(endpoint, now=now)  # its time is over, and nobody knows whether it answers
    assert "could not be reached" in (reason_now(batch) or "")
    limits.record_success(endpoint, limits.Permit(after_failures=True))
    assert reason_now(batch) == ""


@pytest.mark.parametrize(
    "reason",
    [
        "The graph's index is damaged: load it again.",
        "The endpoint reasoner takes its key from MEDREASON_LLM_KEY_A, which is not set.",
        "elsewhere.example is not among the hosts that may be asked.",
    ],
)
def test_what_cannot_be_judged_from_here_stays(batch, reason):
    pause_job(batch, reason=reason)
    assert reason_now(batch) == reason


def test_an_earlier_version_of_the_method_is_not_mended_by_resuming(batch):
    Batch.objects.update(config_fingerprint="0" * 64)
    run_batch(Batch.objects.get(pk=batch.pk))
    batch.refresh_from_db()
    pause = pause_of(batch)
    assert pause is not None
    assert "start a new batch" in pause.reason
    assert pause.next_step == ""


def test_terms_that_were_widened_are_no_reason_any_more(batch, settings):
    settings.LLM_HOSTS = ["192.0.2.7"]
    sets = QuestionSet.objects.filter(pk=batch.question_set_id)
    sets.update(text_may_go="listed_endpoints", destinations=["192.0.2.7"])
    away = EndpointTerms.of(batch.reasoner_endpoint, base_url="https://192.0.2.7/v1")
    change_endpoint(batch.reasoner_endpoint, terms=away)
    remember_found(batch.reasoner_endpoint, {"answer_format": "plain"})
    Batch.objects.update(reasoner_base_url=away.base_url)
    sets.update(destinations=["192.0.2.8"])
    run_batch(Batch.objects.get(pk=batch.pk))
    assert "may not go" in (reason_now(batch) or "")
    sets.update(destinations=["192.0.2.7"])
    assert reason_now(batch) == ""
    assert away.base_url != LOCAL
