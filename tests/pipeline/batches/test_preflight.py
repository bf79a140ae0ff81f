"""Starting a batch of language models: what is refused before any call, and what is kept."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from pipeline.batches import lifecycle
from pipeline.core.config import MethodConfig, preset
from pipeline.core.errors import EndpointRefused, InvalidConfiguration
from pipeline.core.llm.pricing import TokenPrice
from pipeline.endpoints.registry import set_active
from pipeline.ledger.prices import price_on
from pipeline.models import Batch, Event
from tests import factories
from tests.factories.endpoints import endpoint, price, reader

pytestmark = pytest.mark.django_db


def test_the_configuration_names_the_models_that_will_be_asked():
    reasoner = endpoint("reasoner", service_tier="flex")
    batch = factories.model_batch(1, reasoner_endpoint=reasoner, temperature=0.7, samples=2)
    model = MethodConfig.from_json(batch.config).model
    assert (model.reasoner, model.second_reader) == ("model-r", "model-s")
    assert (model.temperature, model.service_tier) == (0.7, "flex")
    assert batch.config_fingerprint == MethodConfig.from_json(batch.config).fingerprint
    assert batch.reasoner_base_url == reasoner.base_url
    assert batch.reader_base_url == batch.reader_endpoint.base_url


def test_a_preset_that_needs_a_model_is_refused_without_both_endpoints():
    with pytest.raises(InvalidConfiguration, match="name an endpoint as second reader"):
        factories.model_batch(1, reader_endpoint=None)
    assert not Batch.objects.exists()


def test_an_endpoint_that_is_not_active_is_refused():
    idle = set_active(endpoint("idle"), active=False)
    with pytest.raises(InvalidConfiguration, match="The endpoint idle has been deactivated"):
        factories.model_batch(1, reasoner_endpoint=idle)


def test_questions_that_stay_on_this_machine_go_to_no_other(settings):
    settings.LLM_HOSTS = ["192.0.2.7"]
    away = endpoint("away", base_url="https://192.0.2.7/v1")
    with pytest.raises(EndpointRefused, match=r"may not go to 192\.0\.2\.7"):
        factories.model_batch(1, reasoner_endpoint=away)
    assert not Batch.objects.exists()


def test_several_samples_at_temperature_zero_are_refused():
    with pytest.raises(InvalidConfiguration, match="temperature above 0"):
        factories.model_batch(1, samples=2, temperature=0)


@pytest.mark.parametrize("temperature", [-0.1, 2.1])
def test_a_temperature_out_of_range_is_refused(temperature):
    with pytest.raises(InvalidConfiguration, match="must be 0 to 2"):
        factories.model_batch(1, temperature=temperature)


def test_a_second_reader_of_the_same_model_is_allowed_and_the_audit_says_so():
    factories.model_batch(1, reader_endpoint=reader(model="model-r"))
    (warning,) = Event.objects.get(action="batch.started").payload["warnings"]
    assert "own model (model-r)" in warning


def test_another_second_reader_warns_of_nothing():
    factories.model_batch(1)
    assert "warnings" not in Event.objects.get(action="batch.started").payload


def test_a_budget_in_money_needs_both_prices():
    price("model-r")
    with pytest.raises(InvalidConfiguration, match="that of model-s is not known"):
        factories.model_batch(1, budget_money=Decimal(1))
    assert not Batch.objects.exists()


def test_a_budget_in_money_is_in_the_prices_currency():
    price("model-r", currency="EUR")
    price("model-s", currency="EUR")
    batch = factories.model_batch(1, budget_money=Decimal(1))
    assert (batch.currency, batch.budget_money) == ("EUR", Decimal(1))


def test_a_budget_in_money_over_two_currencies_is_refused():
    price("model-r", currency="EUR")
    price("model-s")
    with pytest.raises(InvalidConfiguration, match="EUR and USD"):
        factories.model_batch(1, budget_money=Decimal(1))


def test_a_flex_endpoint_is_not_priced_by_the_standard_tier():
    price("model-r")
    price("model-s")
    flex = endpoint("reasoner", service_tier="flex")
    with pytest.raises(InvalidConfiguration, match="model-r is not known"):
        factories.model_batch(1, reasoner_endpoint=flex, budget_money=Decimal(1))


def test_a_budget_in_tokens_needs_no_price():
    batch = factories.model_batch(1, budget_tokens=1000)
    assert (batch.budget_tokens, batch.currency) == (1000, "")


@pytest.mark.parametrize("budget", [{"budget_tokens": 0}, {"budget_money": Decimal(0)}])
def test_a_budget_of_nothing_is_refused(budget):
    with pytest.raises(InvalidConfiguration, match="above 0"):
        factories.model_batch(1, **budget)


@pytest.mark.parametrize(
    "given",
    [{"budget_tokens": 5}, {"temperature": 0.5}, {"reasoner_endpoint": "reasoner"}],
    ids=lambda given: next(iter(given)),
)
def test_the_demonstration_takes_nothing_of_a_model(given):
    if "reasoner_endpoint" in given:
        given = {"reasoner_endpoint": endpoint()}
    with pytest.raises(InvalidConfiguration, match="The demonstration"):
        lifecycle.start_batch(
            factories.question_set(1),
            knowledge_graph=factories.graph(),
            config=preset("demonstration"),
            **given,
        )


def test_the_price_of_a_day_is_the_latest_that_began_by_then():
    price("m", input_per_million=Decimal(2), valid_from=date(2026, 1, 1))
    price("m", valid_from=date(2026, 6, 1))
    price("m", input_per_million=Decimal(9), valid_from=timezone.localdate() + timedelta(days=365))

    def price_at(*day):
        return price_on(date(*day), model="m")

    assert price_at(2025, 12, 31) is None
    assert price_at(2026, 5, 31) == TokenPrice(Decimal(2), Decimal(3), "USD")
    assert price_at(2026, 6, 1).input_per_million == Decimal(1)
