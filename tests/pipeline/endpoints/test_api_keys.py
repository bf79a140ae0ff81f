"""API keys: from named variables only, or encrypted for one base URL; never shown."""

import pytest

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.api_keys import encrypt, key_of, key_source, require_key_variable
from pipeline.endpoints.registry import ApiKeyInput
from pipeline.models import Endpoint
from tests.factories.endpoints import LOCAL

SECRET = "sk-not-to-be-seen-4711"


def endpoint(**fields: str) -> Endpoint:
    return Endpoint(name="reasoner", base_url=LOCAL, model="m", **fields)


@pytest.mark.parametrize(
    "name",
    [
        "DJANGO_SECRET_KEY",
        "MEDREASON_SECRET_KEY",
        "MEDREASON_ENCRYPTION_KEY",
        "DATABASE_URL",
        "MEDREASON_LLM_KEY_",
        "medreason_llm_key_a",
        "XMEDREASON_LLM_KEY_A",
        "MEDREASON_LLM_KEY_A B",
        "MEDREASON_LLM_KEY_A\n",
    ],
)
def test_no_other_variable_may_hold_a_key(monkeypatch, name):
    monkeypatch.setenv("DJANGO_SECRET_KEY", SECRET)
    with pytest.raises(EndpointRefused):
        require_key_variable(name)
    with pytest.raises(EndpointRefused) as caught:
        key_of(endpoint(key_variable=name))
    assert SECRET not in str(caught.value)


def test_a_key_comes_from_its_variable_at_the_moment_of_use(monkeypatch):
    row = endpoint(key_variable="MEDREASON_LLM_KEY_A")
    monkeypatch.delenv("MEDREASON_LLM_KEY_A", raising=False)
    with pytest.raises(EndpointRefused, match="MEDREASON_LLM_KEY_A, which is not set"):
        key_of(row)
    monkeypatch.setenv("MEDREASON_LLM_KEY_A", f"{SECRET}\n")
    assert key_of(row) == SECRET
    monkeypatch.setenv("MEDREASON_LLM_KEY_A", f"{SECRET}\r\nX-Other: 1")
    with pytest.raises(EndpointRefused, match="holds no usable key") as caught:
        key_of(row)
    assert SECRET not in str(caught.value)


def test_a_stored_key_is_read_back_and_cannot_be_read_at_rest():
    row = endpoint(key_encrypted=encrypt(SECRET, base_url=LOCAL))
    assert SECRET not in row.key_encrypted
    assert key_of(row) == SECRET


def test_a_stored_key_serves_no_other_base_url():
    row = endpoint(key_encrypted=encrypt(SECRET, base_url=LOCAL))
    row.base_url = "https://evil.example/v1"
    with pytest.raises(EndpointRefused, match="Enter the key again") as caught:
        key_of(row)
    assert caught.value.__cause__ is None


def test_another_encryption_key_is_one_clear_sentence(settings):
    row = endpoint(key_encrypted=encrypt(SECRET, base_url=LOCAL))
    settings.LLM_ENCRYPTION_KEY = "another"
    with pytest.raises(EndpointRefused, match="reasoner cannot be read: the encryption key"):
        key_of(row)


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "", "schlüssel", "x\x00"])
def test_what_no_header_can_carry_is_no_key(key):
    with pytest.raises(EndpointRefused):
        encrypt(key, base_url=LOCAL)


def test_an_endpoint_without_a_key_has_none():
    assert key_of(endpoint()) == ""


def test_where_a_key_comes_from_is_said_without_it():
    assert key_source(endpoint()) == "none"
    assert key_source(endpoint(key_variable="MEDREASON_LLM_KEY_A")) == "from MEDREASON_LLM_KEY_A"
    assert key_source(endpoint(key_encrypted=encrypt(SECRET, base_url=LOCAL))) == "stored"
    assert SECRET not in repr(ApiKeyInput(secret=SECRET))
