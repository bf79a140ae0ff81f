"""Commands around language models: endpoints, and generate with its dry run."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from pipeline import tasks
from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.from_environment import endpoints_from_environment
from pipeline.endpoints.registry import remember_found
from pipeline.ledger import probe as probing
from pipeline.models import Batch, Endpoint, LLMCall, Question
from tests import factories
from tests.factories.endpoints import LOCAL, endpoint, price, reader

pytestmark = pytest.mark.django_db
NONE = ("", "", "")


@pytest.fixture(autouse=True)
def rung(monkeypatch) -> list[int]:
    heard: list[int] = []
    monkeypatch.setattr(tasks.pump, "delay", heard.append)
    return heard


def run(*arguments: object, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=out, **options)
    return out.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


@pytest.fixture
def described(settings, monkeypatch):
    """Puts into the settings what the environment would say."""
    monkeypatch.setenv("MEDREASON_LLM_KEY_A", "sk-secret")

    def say(reasoner: tuple[str, str, str], reading: tuple[str, str, str] = NONE) -> None:
        settings.LLM_ENDPOINTS = {"reasoner": reasoner, "reader": reading}

    return say


def test_the_environment_enters_and_changes_endpoints(described):
    described((f"{LOCAL}/", "model-r", "MEDREASON_LLM_KEY_A"), (LOCAL, "model-s", ""))
    out = run("endpoints", "--from-env")
    assert "reasoner: entered from the environment." in out
    reasoner, second = Endpoint.objects.order_by("-name")
    assert (reasoner.base_url, reasoner.key_variable) == (LOCAL, "MEDREASON_LLM_KEY_A")
    assert (second.name, second.role, second.model) == ("reader", "second_reader", "model-s")
    assert "reasoner: as the environment says." in run("endpoints", "--from-env")
    described((LOCAL, "model-t", ""))
    assert "reasoner: changed as the environment says." in run("endpoints", "--from-env")
    reasoner.refresh_from_db()
    assert (reasoner.model, reasoner.key_variable) == ("model-t", "")
    assert Endpoint.objects.count() == 2


def test_what_the_environment_leaves_open_stays_as_a_lead_set_it(described):
    described((LOCAL, "model-r", ""))
    run("endpoints", "--from-env")
    Endpoint.objects.update(
        tokens_per_minute=5, dialect_stated={"timeout_seconds": 9}, service_tier="flex"
    )
    described((LOCAL, "model-t", ""))
    run("endpoints", "--from-env")
    row = Endpoint.objects.get()
    assert (row.tokens_per_minute, row.dialect.timeout_seconds, row.service_tier) == (5, 9, "flex")


def test_an_empty_environment_describes_nothing(described):
    described(NONE)
    assert endpoints_from_environment() == []


@pytest.mark.parametrize(
    "said",
    [
        (LOCAL, "", ""),
        ("", "model-r", ""),
        ("https://elsewhere.example/v1", "model-r", ""),
        (LOCAL, "model-r", "DJANGO_SECRET_KEY"),
    ],
)
def test_an_environment_that_cannot_be_is_one_sentence(described, said):
    described(said)
    with pytest.raises(EndpointRefused):
        endpoints_from_environment()
    assert "\n" not in refused("endpoints", "--from-env")
    assert not Endpoint.objects.exists()


def test_endpoints_are_listed_and_tested(monkeypatch):
    endpoint("big", found={"answer_format": "plain"})
    assert f"big: reasoner, model-r at {LOCAL}, key none, plain text" in run("endpoints")

    monkeypatch.setattr("pipeline.management.commands.endpoints.probe_endpoint", lambda row: row)
    assert "big answers. Answer format: plain text." in run("endpoints", "--probe", "big")
    assert "no endpoint named small" in refused("endpoints", "--probe", "small")


def test_how_an_endpoint_is_asked_is_stated_by_command_and_left_to_the_test_again():
    row = endpoint("big")
    out = run("endpoints", "--set", "big", "max_output_tokens=16000", 'extra_body={"top_k": 1}')
    assert "max_output_tokens: 16,000 tokens (set by a lead)" in out
    run("endpoints", "--set", "big", "extra_body=", "answer_format=plain")
    row.refresh_from_db()
    assert row.dialect_stated == {"max_output_tokens": 16_000, "answer_format": "plain"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (("limit=3",), "no setting limit: use one of answer_format"),
        (("max_output_tokens",), "NAME=VALUE"),
        (("max_output_tokens=many",), "max_output_tokens"),
        (('extra_body={"token": "x"}',), "looks like a secret"),
    ],
)
def test_a_setting_that_cannot_be_is_one_sentence(settings, sentence):
    row = endpoint("big")
    assert sentence in refused("endpoints", "--set", "big", *settings)
    row.refresh_from_db()
    assert row.dialect_stated == {}


KNOWN = ("generate", "--questions", "questions", "--graph", "small")
MODELS = ("--preset", "lexical", "--reasoner", "reasoner", "--reader", "reader")


@pytest.fixture
def world() -> None:
    factories.question_set(4)
    factories.graph()
    endpoint()
    reader()


@pytest.mark.usefixtures("world")
def test_generate_starts_a_batch_of_language_models():
    price("model-r")
    price("model-s")
    budget = ("--budget-money", "0.5", "--budget-tokens", "9000")
    run(*KNOWN, *MODELS, *budget, "--temperature", "0.7", "--samples", "2", "--no-replay")
    batch = Batch.objects.get()
    assert (batch.reasoner_endpoint.name, batch.reader_endpoint.name) == ("reasoner", "reader")
    assert (float(batch.budget_money), batch.budget_tokens, batch.replay) == (0.5, 9000, False)
    assert (batch.config["model"]["temperature"], batch.samples) == (0.7, 2)


@pytest.mark.usefixtures("world")
def test_the_temperature_may_be_left_to_the_model():
    run(*KNOWN, *MODELS, "--temperature", "model")
    assert Batch.objects.get().config["model"]["temperature"] is None


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("named", "linked_by"),
    [("lexical", ("lexical", "")), ("someone/model", ("dense", "someone/model"))],
)
def test_another_similarity_may_be_named(named, linked_by, monkeypatch):
    monkeypatch.setattr("pipeline.batches.missing.require_vectors", lambda row, similarity: None)
    run(*KNOWN, *MODELS, "--similarity", named)
    similarity = Batch.objects.get().config["similarity"]
    assert (similarity["backend"], similarity["model"]) == linked_by


@pytest.mark.usefixtures("world")
def test_generate_tests_what_was_not_tested_and_warns_of_one_model_for_both(monkeypatch):
    Endpoint.objects.update(tested_at=None, model="model-r")
    probed = []

    def probe(row: Endpoint) -> Endpoint:
        probed.append(row.name)
        remember_found(row, {"answer_format": "plain"})
        return row

    monkeypatch.setattr(probing, "probe_endpoint", probe)
    assert "tends to agree with itself" in run(*KNOWN, *MODELS)
    assert probed == ["reasoner", "reader"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--preset", "default"), "name an endpoint as reasoner"),
        (("--preset", "default", "--reasoner", "none"), "no endpoint named none"),
        ((*MODELS, "--budget-money", "1"), "needs a price"),
        ((*MODELS, "--samples", "2"), "temperature above 0"),
        ((*MODELS, "--temperature", "3"), "must be 0 to 2"),
        ((*MODELS, "--preset", "paper", "--similarity", "lexical"), "needs the dense similarity"),
        (("--dry-run",), "A dry run estimates what language models would take"),
        ((*MODELS, "--dry-run", "--questions", "none"), "no question set named none"),
    ],
)
def test_generate_refuses_in_one_sentence(options, sentence):
    assert sentence in refused(*KNOWN, *options)
    assert not Batch.objects.exists()


@pytest.mark.usefixtures("world")
def test_a_dry_run_prints_the_estimate_and_leaves_nothing(rung):
    price("model-r")
    out = run(*KNOWN, *MODELS, "--dry-run", "--limit", "3")
    assert "unknown: no price for model-s" in out
    for told in ("Traces          3", "Input tokens", "Reasoner", "Nothing was sent"):
        assert told in out
    assert not Batch.objects.exists()
    assert not LLMCall.objects.exists()
    assert rung == []


@pytest.mark.usefixtures("world")
def test_a_dry_run_needs_no_tested_endpoint_and_may_not_send_anyway():
    Endpoint.objects.update(tested_at=None)
    assert "Input tokens" in run(*KNOWN, *MODELS, "--dry-run")
    assert Question.objects.count() == 4
